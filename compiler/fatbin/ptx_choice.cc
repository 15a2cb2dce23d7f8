#include "compiler/fatbin/ptx_choice.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "compiler/fatbin/elf_image.h"
#include "include/culvert/error.h"

namespace culvert::compiler::fatbin {
namespace {

absl::Status NothingFits(const std::vector<Entry>& entries, uint32_t device_capability) {
  if (entries.empty()) {
    return Error(ErrorKind::kNoBinaryForDevice, "the fatbin is empty: it holds no device code for any architecture");
  }
  std::set<std::pair<uint32_t, std::string>> found;
  uint32_t lowest_ptx = UINT32_MAX, highest = 0;
  for (const Entry& entry : entries) {
    found.emplace(entry.arch, Describe(entry));
    highest = std::max(highest, entry.arch);
    if (entry.kind == EntryKind::kPtx) lowest_ptx = std::min(lowest_ptx, entry.arch);
  }
  const std::string names = absl::StrJoin(found, ", ", [](std::string* out, const auto& item) { *out += item.second; });
  if (lowest_ptx == UINT32_MAX) {
    return Error(ErrorKind::kNoBinaryForDevice, "no PTX in the image, only %s, which other devices cannot execute: %s",
                 names, RebuildAdvice(highest));
  }
  return Error(ErrorKind::kNoBinaryForDevice,
               "the image holds %s, but the device has compute capability %u.%u; set CULVERT_COMPUTE_CAPABILITY=%u.%u "
               "or rebuild with PTX for compute_%u or lower",
               names, device_capability / 10, device_capability % 10, lowest_ptx / 10, lowest_ptx % 10,
               device_capability);
}

}  // namespace

absl::StatusOr<Entry> ChoosePtx(const std::vector<Entry>& entries, uint32_t device_capability) {
  const Entry* best = nullptr;
  const auto rank = [](const Entry& entry) { return std::pair(!entry.specific(), entry.arch); };
  for (const Entry& entry : entries) {
    if (entry.kind != EntryKind::kPtx || entry.arch > device_capability) continue;
    if (best == nullptr || rank(entry) > rank(*best)) best = &entry;
  }
  if (best == nullptr) return NothingFits(entries, device_capability);
  return *best;
}

}  // namespace culvert::compiler::fatbin
