// Reads the PTX in CUDA libraries with our front end: toolkit_ptx [--every=N] [--details=N] LIBRARY...
//
// Every PTX text in every fatbin (with --every=N: in one of N) is indexed, every kernel parsed, checked and lowered to
// bytecode. A kernel that fails must fail because of instructions of the families that Culvert does not implement, by
// their names. Anything else is an error of ours: it is printed with its diagnostics, and the exit status is 1. Prints
// totals as Markdown; exit status 77 if no library holds PTX.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "compiler/bytecode/lower.h"
#include "compiler/fatbin/fatbin_reader.h"
#include "compiler/ptx/module.h"
#include "include/culvert/error.h"
#include "tests/compiler/toolkit_ptx/device_code.h"

namespace {

namespace fatbin = culvert::compiler::fatbin;
namespace ptx = culvert::ptx;

constexpr uint32_t kDevice = 121;

struct Totals {
  size_t fatbins = 0, texts = 0, repeated = 0, modules = 0, kernels = 0, ok = 0, by_name = 0, wrong = 0;
  uint64_t text_bytes = 0;
  void Add(const Totals& other) {
    fatbins += other.fatbins, texts += other.texts, repeated += other.repeated, modules += other.modules;
    kernels += other.kernels, ok += other.ok, by_name += other.by_name, wrong += other.wrong;
    text_bytes += other.text_bytes;
  }
};

struct Report {
  std::map<std::string, Totals> libraries;
  std::map<std::string, size_t> names;  // kernels by instruction that is refused
  std::map<std::string, size_t> wrong;  // kernels (or texts) by message that is not a refusal by name
  std::map<std::string, std::string> sample;
  std::unordered_set<size_t> seen;  // hashes of texts
};

// The family of an instruction that Culvert does not implement yet; empty for what it should implement.
std::string_view Family(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
      {"mma", "matrix multiplication"},
      {"wmma", "matrix multiplication"},
      {"ldmatrix", "matrix multiplication"},
      {"stmatrix", "matrix multiplication"},
      {"movmatrix", "matrix multiplication"},
      {"wgmma", "matrix multiplication, sm_90a"},
      {"tcgen05", "matrix multiplication, sm_100a"},
      {"cp", "asynchronous copies"},
      {"mbarrier", "asynchronous copies"},
      {"tensormap", "asynchronous copies"},
      {"multimem", "multicast memory"},
      {"clusterlaunchcontrol", "clusters"},
      {"tex", "textures and surfaces"},
      {"tld4", "textures and surfaces"},
      {"txq", "textures and surfaces"},
      {"suld", "textures and surfaces"},
      {"sust", "textures and surfaces"},
      {"sured", "textures and surfaces"},
      {"suq", "textures and surfaces"},
      {"istypep", "textures and surfaces"},
  };
  const std::string_view mnemonic = name.substr(0, name.find('.'));
  for (const auto& [known, family] : kFamilies) {
    if (mnemonic == known) return family;
  }
  if (mnemonic == "cvt") {
    for (std::string_view type : {".e4m3", ".e5m2", ".e2m3", ".e3m2", ".e2m1", ".ue8m0", ".rs."}) {
      if (name.find(type) != std::string_view::npos) return "floating point of 8 bits and less";
    }
  }
  for (std::string_view video : {"vadd", "vsub", "vabsdiff", "vmin", "vmax", "vshl", "vshr", "vmad", "vset", "vavrg"}) {
    if (mnemonic.starts_with(video)) return "video";
  }
  return "";
}

// The quoted name in "instruction 'mma' is not implemented" or "'cvt.rn.e4m3x2.f32' is not implemented by Culvert";
// empty if the message is something else.
std::string RefusedName(std::string_view message) {
  if (message.find("' is not implemented") == std::string_view::npos) return "";
  const size_t begin = message.find('\'') + 1;
  return std::string(message.substr(begin, message.find('\'', begin) - begin));
}

// "error[PTX0102]: message" lines of a failure.
std::vector<std::string> Messages(std::string_view text) {
  std::vector<std::string> messages;
  for (size_t at = text.find("error[PTX"); at != std::string_view::npos; at = text.find("error[PTX", at + 1)) {
    messages.emplace_back(text.substr(at, text.find('\n', at) - at));
  }
  if (messages.empty()) messages.emplace_back(text.substr(0, text.find('\n')));
  return messages;
}

void Count(const absl::Status& status, const std::string& where, Totals* totals, Report* report) {
  std::set<std::string> names;
  for (const std::string& message : Messages(std::string(status.message()))) {
    std::string name = RefusedName(message);
    if (!Family(name).empty()) {
      names.insert(std::move(name));
      continue;
    }
    ++totals->wrong;
    ++report->wrong[message];
    report->sample.emplace(message, where + "\n" + std::string(status.message().substr(0, 20000)));
    return;
  }
  ++totals->by_name;
  for (const std::string& name : names) ++report->names[name];
}

void ReadModule(std::string text, const fatbin::Entry& entry, const std::string& where, Totals* totals,
                Report* report) {
  // Code for one architecture (compute_90a) is read as that architecture would.
  const uint32_t device = entry.specific() ? entry.arch : std::max(kDevice, entry.arch);
  auto module = ptx::Module::Index(std::move(text), device, "library.ptx");
  if (!module.ok()) {
    Count(module.status(), where, totals, report);
    return;
  }
  ++totals->modules;
  const auto& functions = (*module)->functions();
  for (uint32_t i = 0; i < functions.size(); ++i) {
    if (!functions[i].is_entry || !functions[i].has_body) continue;
    ++totals->kernels;
    auto program = culvert::lowering::LowerEntry(**module, i);
    if (program.ok()) {
      ++totals->ok;
    } else {
      Count(program.status(), where + " " + std::string(functions[i].name), totals, report);
    }
  }
}

void ReadLibrary(const std::string& path, size_t every, Report* report) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const culvert::toolkit::MappedFile file(path);
  std::vector<std::string> problems;
  const auto fatbins = culvert::toolkit::FindFatbins(file.bytes(), &problems);
  if (fatbins.empty() && problems.empty()) return;
  Totals& totals = report->libraries[name];
  totals.fatbins = fatbins.size();
  for (size_t i = 0; i < fatbins.size(); i += every) {
    auto entries = fatbin::ReadEntries(fatbins[i]);
    if (!entries.ok()) {
      problems.emplace_back(entries.status().message());
      continue;
    }
    for (const fatbin::Entry& entry : *entries) {
      if (entry.kind != fatbin::EntryKind::kPtx) continue;
      ++totals.texts;
      auto text = fatbin::PtxText(entry);
      if (!text.ok()) {
        problems.emplace_back(text.status().message());
        continue;
      }
      if (!report->seen.insert(std::hash<std::string>()(*text)).second) {
        ++totals.repeated;
        continue;
      }
      totals.text_bytes += text->size();
      ReadModule(*std::move(text), entry, name + " " + std::string(entry.name), &totals, report);
    }
  }
  for (const std::string& problem : problems) {
    ++totals.wrong;
    ++report->wrong[problem];
    report->sample.emplace(problem, name);
  }
}

std::vector<std::pair<size_t, std::string>> ByCount(const std::map<std::string, size_t>& counts) {
  std::vector<std::pair<size_t, std::string>> list;
  for (const auto& [name, count] : counts) list.emplace_back(count, name);
  std::sort(list.begin(), list.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  return list;
}

void PrintRow(const std::string& name, const Totals& t) {
  printf("| %s | %zu | %zu | %zu | %.1f | %zu | %zu | %zu | %zu |\n", name.c_str(), t.fatbins, t.texts, t.modules,
         static_cast<double>(t.text_bytes) / 1e6, t.kernels, t.ok, t.by_name, t.wrong);
}

void PrintPage(const Report& report) {
  printf(
      "| library | fatbins | PTX texts | read | MB | kernels | compiled | refused by name | other failures |\n"
      "|---|---|---|---|---|---|---|---|---|\n");
  Totals all;
  for (const auto& [name, totals] : report.libraries) {
    PrintRow(name, totals);
    all.Add(totals);
  }
  PrintRow("**all**", all);
  printf("\n%zu texts occur in several fatbins and are read once.\n", all.repeated);
  printf("\n## Refused\n\n| instruction | family | kernels |\n|---|---|---|\n");
  for (const auto& [count, name] : ByCount(report.names)) {
    printf("| `%s` | %s | %zu |\n", name.c_str(), std::string(Family(name)).c_str(), count);
  }
  if (!report.wrong.empty()) printf("\n## Other failures\n\n| message | times |\n|---|---|\n");
  for (const auto& [count, name] : ByCount(report.wrong)) printf("| `%s` | %zu |\n", name.c_str(), count);
}

}  // namespace

int main(int argc, char** argv) {
  size_t details = 5, every = 1;
  Report report;
  for (int i = 1; i < argc; ++i) {
    if (strncmp(argv[i], "--every=", 8) == 0) {
      every = std::max(1ull, strtoull(argv[i] + 8, nullptr, 10));
    } else if (strncmp(argv[i], "--details=", 10) == 0) {
      details = strtoull(argv[i] + 10, nullptr, 10);
    } else {
      ReadLibrary(argv[i], every, &report);
    }
  }
  if (report.seen.empty()) {
    fprintf(stderr, "toolkit_ptx: skipped: no library with PTX\n");
    return 77;
  }
  PrintPage(report);
  for (const auto& [count, message] : ByCount(report.wrong)) {
    if (details-- == 0) break;
    fprintf(stderr, "---- %zu times\n%s\n", count, report.sample[message].c_str());
  }
  return report.wrong.empty() ? 0 : 1;
}
