// MemoryBox: one end of a copy, or the target of a fill, checked against what is allocated. Internal to runtime/.
#ifndef CULVERT_RUNTIME_MEMORY_BOX_H_
#define CULVERT_RUNTIME_MEMORY_BOX_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "runtime/memory.h"

namespace culvert {

// Work up to this size is done in place by the calling thread if nothing is pending before it: it takes no longer than
// handing it to another thread.
inline constexpr uint64_t kInPlaceBytes = 64 << 10;

// width_bytes x height x depth, none of them 0. Pitch is not read for height 1, slice not for depth 1.
struct MemoryBox {
  uint64_t address = 0;
  uint64_t width_bytes = 0;
  uint64_t height = 1;
  uint64_t depth = 1;
  uint64_t pitch_bytes = 0;
  uint64_t slice_bytes = 0;
};

// What the box lies in. kInvalidValue: strides smaller than what they step over, an extent beyond 2^64, part of it
// outside the allocation or registration it begins in, null, or unknown memory where must_be_known.
absl::StatusOr<MemoryKind> CheckBox(const MemoryBox& box, bool must_be_known);

}  // namespace culvert

#endif  // CULVERT_RUNTIME_MEMORY_BOX_H_
