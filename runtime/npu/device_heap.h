// DeviceHeap: malloc and free of kernels. One per context; the memory is allocated at the first malloc. Thread-safe.
// (CUDA C++ Programming Guide, "Dynamic Global Memory Allocation and Operations".)
#ifndef CULVERT_RUNTIME_NPU_DEVICE_HEAP_H_
#define CULVERT_RUNTIME_NPU_DEVICE_HEAP_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "runtime/npu/memory_space.h"

namespace culvert::npu {

class DeviceHeap {
 public:
  explicit DeviceHeap(MemorySpace* space, uint64_t limit_bytes) : space_(space), limit_bytes_(limit_bytes) {}

  // 0 when exhausted. Multiple of 16. Reads of a fresh block are undefined.
  uint64_t Allocate(uint64_t bytes);
  bool Free(uint64_t address);  // false: no live block starts there

  uint64_t limit_bytes() const { return limit_bytes_; }
  // False once the heap is in use: the size is fixed at the first launch that needs it.
  bool SetLimit(uint64_t bytes);

 private:
  // Best fit over free ranges of 16-byte units.
  MemorySpace* space_;
  std::mutex mutex_;
  std::atomic<uint64_t> limit_bytes_;
  uint64_t base_ = 0;
  std::map<uint64_t, uint64_t> free_by_offset_;
  std::set<std::pair<uint64_t, uint64_t>> free_by_size_;
  absl::flat_hash_map<uint64_t, uint64_t> live_;
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_DEVICE_HEAP_H_
