// Which PTX entry of a fatbin a device runs.
#ifndef CULVERT_COMPILER_FATBIN_PTX_CHOICE_H_
#define CULVERT_COMPILER_FATBIN_PTX_CHOICE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/fatbin/fatbin_reader.h"

namespace culvert::compiler::fatbin {

// The PTX entry with the highest architecture up to `device_capability` (major * 10 + minor). Entries tied to one
// architecture (compute_90a) are taken only when no general one fits. kNoBinaryForDevice if nothing fits; the message
// names what is inside and what to do.
absl::StatusOr<Entry> ChoosePtx(const std::vector<Entry>& entries, uint32_t device_capability);

}  // namespace culvert::compiler::fatbin

#endif  // CULVERT_COMPILER_FATBIN_PTX_CHOICE_H_
