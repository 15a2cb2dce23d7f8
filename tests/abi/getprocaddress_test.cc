// Every lookup that a CUDA 13.0 runtime library makes when it starts (getprocaddress_lookups.tsv, recorded by watching
// one) is answered with the symbol that it gets from the original driver. Both through the table and through the C API.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cuda_api/proc_table.h"
#include "cuda_api/stub.h"
#include "include/cuda/cuda.h"

extern "C" const culvert_entry culvert_libcuda_table[];

namespace culvert::api {
namespace {

constexpr int kLookups = 440;

struct Lookup {
  std::string name;
  int version;
  int flags;
  std::string symbol;  // empty: not found
};

std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(std::string(CULVERT_SOURCE_DIR) + "/" + path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<Lookup> ReadLookups() {
  std::vector<Lookup> lookups;
  std::vector<std::string> lines = ReadLines("tests/abi/getprocaddress_lookups.tsv");
  for (size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string> fields;
    std::istringstream line(lines[i]);
    for (std::string field; std::getline(line, field, '\t');) fields.push_back(field);
    if (fields.size() != 5) {
      ADD_FAILURE() << "line " << i + 1 << " has " << fields.size() << " fields";
      continue;
    }
    lookups.push_back(
        {fields[1], std::stoi(fields[2]), std::stoi(fields[3]), fields[4] == "NOT FOUND" ? "" : fields[4]});
  }
  return lookups;
}

// The symbol behind each entry of libculvert.so: the table follows the list of symbols.
std::map<const void*, std::string> SymbolsByEntry() {
  std::map<const void*, std::string> symbols;
  std::vector<std::string> names = ReadLines("cuda_api/api/libcuda_symbols.txt");
  for (size_t i = 0; i < names.size(); ++i) {
    symbols[reinterpret_cast<const void*>(culvert_libcuda_table[i])] = names[i];
  }
  EXPECT_EQ(symbols.size(), names.size()) << "two symbols share an entry";
  return symbols;
}

TEST(GetProcAddress, TableAnswersTheRuntimeLibrary) {
  std::vector<Lookup> lookups = ReadLookups();
  ASSERT_EQ(lookups.size(), kLookups);
  for (const Lookup& lookup : lookups) {
    ProcAnswer answer = FindProc(lookup.name, lookup.version, lookup.flags == 2);
    SCOPED_TRACE(lookup.name + " " + std::to_string(lookup.version) + " " + std::to_string(lookup.flags));
    if (lookup.symbol.empty()) {
      EXPECT_NE(answer.outcome, ProcOutcome::kFound);
      EXPECT_EQ(answer.function, nullptr);
    } else {
      ASSERT_EQ(answer.outcome, ProcOutcome::kFound);
      EXPECT_EQ(answer.symbol, lookup.symbol);
    }
  }
}

TEST(GetProcAddress, OutcomeOfNamesAndVersions) {
  EXPECT_EQ(FindProc("cuNoSuchFunction", 13000, false).outcome, ProcOutcome::kUnknownName);
  EXPECT_EQ(FindProc("", 0, false).outcome, ProcOutcome::kUnknownName);
  EXPECT_EQ(FindProc("cuDeviceGetHostAtomicCapabilities", 12080, false).outcome, ProcOutcome::kVersionTooOld);
  EXPECT_STREQ(FindProc("cuMemAlloc", 2000, false).symbol, "cuMemAlloc");
  EXPECT_STREQ(FindProc("cuMemAlloc", 13000, false).symbol, "cuMemAlloc_v2");
  EXPECT_STREQ(FindProc("cuMemcpyHtoD", 13000, true).symbol, "cuMemcpyHtoD_v2_ptds");
  // A name with its suffix is no lookup name.
  EXPECT_EQ(FindProc("cuMemAlloc_v2", 13000, false).outcome, ProcOutcome::kUnknownName);
}

TEST(GetProcAddress, DriverAnswersTheRuntimeLibrary) {
  std::map<const void*, std::string> symbols = SymbolsByEntry();
  for (const Lookup& lookup : ReadLookups()) {
    SCOPED_TRACE(lookup.name + " " + std::to_string(lookup.version) + " " + std::to_string(lookup.flags));
    void* function = &function;
    CUresult result = cuGetProcAddress_v2(lookup.name.c_str(), &function, lookup.version,
                                          static_cast<cuuint64_t>(lookup.flags), nullptr);
    if (lookup.symbol.empty()) {
      EXPECT_EQ(result, CUDA_ERROR_NOT_FOUND);
      EXPECT_EQ(function, nullptr);
      continue;
    }
    ASSERT_EQ(result, CUDA_SUCCESS);
    ASSERT_NE(function, nullptr);
    EXPECT_EQ(symbols[function], lookup.symbol);
  }
}

}  // namespace
}  // namespace culvert::api
