#include "cuda_api/proc_table.h"

#include <algorithm>

#include "cuda_api/generated/libcuda_proc.h"

namespace culvert::api {
namespace {

struct ByLookup {
  bool operator()(const ProcRow& a, std::string_view b) const { return a.lookup < b; }
  bool operator()(std::string_view a, const ProcRow& b) const { return a < b.lookup; }
};

}  // namespace

ProcAnswer FindProc(std::string_view lookup, int version, bool per_thread) {
  auto [first, last] = std::equal_range(std::begin(kProcRows), std::end(kProcRows), lookup, ByLookup());
  if (first == last) return {ProcOutcome::kUnknownName, nullptr, nullptr};
  // Rows of one name are in ascending order of `since`.
  auto newer = std::find_if(first, last, [version](const ProcRow& row) { return row.since > version; });
  if (newer == first) return {ProcOutcome::kVersionTooOld, nullptr, nullptr};
  const ProcRow& row = *(newer - 1);
  int index = per_thread && row.per_thread >= 0 ? row.per_thread : row.index;
  return {ProcOutcome::kFound, kSymbolNames[index], reinterpret_cast<const void*>(culvert_libcuda_table[index])};
}

}  // namespace culvert::api
