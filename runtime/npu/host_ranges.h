// HostRanges: host memory that the program has registered, usable by kernels of every context. One table per process.
// Readers are kernels that check an access: they take no lock and see a consistent snapshot.
#ifndef CULVERT_RUNTIME_NPU_HOST_RANGES_H_
#define CULVERT_RUNTIME_NPU_HOST_RANGES_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"

namespace culvert::npu {

struct HostRange {
  uint64_t base = 0;
  uint64_t bytes = 0;
  uint64_t id = 0;     // unique in the process, from the same sequence as allocations
  uint64_t owner = 0;  // domain that registered it
  uint32_t flags = 0;
  bool read_only = false;
};

// kHostMemoryAlreadyRegistered if any byte is in the table; kInvalidValue for an empty or wrapping range.
absl::Status AddHostRange(const HostRange& range);
// kHostMemoryNotRegistered if no range starts at `base`.
absl::Status RemoveHostRange(uint64_t base);
void RemoveHostRangesOf(uint64_t owner);
std::optional<HostRange> FindHostRange(uint64_t address);
// Lock-free; for access checks.
bool HostRangeAllows(uint64_t address, uint64_t bytes, bool write);

// Grids that may read the table right now; old snapshots are freed when there are none. The grid executor brackets each
// grid.
void BeginHostRangeUse();
void EndHostRangeUse();

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_HOST_RANGES_H_
