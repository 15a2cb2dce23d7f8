// What the memory code shares. Internal to runtime/.
#ifndef CULVERT_RUNTIME_ALLOCATE_H_
#define CULVERT_RUNTIME_ALLOCATE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/npu/memory_space.h"

namespace culvert {

class ContextState;

// Allocates; where memory is short and asynchronous frees are on their way, waits for them and tries again.
absl::StatusOr<uint64_t> AllocateIn(ContextState& state, const npu::AllocationRequest& request);
// Waits for the work of the context that `address` belongs to and frees an allocation of one of the two kinds.
absl::Status FreeAs(uint64_t address, npu::AllocationKind kind, npu::AllocationKind other_kind);

}  // namespace culvert

#endif  // CULVERT_RUNTIME_ALLOCATE_H_
