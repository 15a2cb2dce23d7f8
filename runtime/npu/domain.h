// Domain: what a context is to the device. An address space, the device heap, the print buffer, and the first fault,
// which stops everything that runs in the domain and abandons what waits in its queues. Other domains are not touched.
#ifndef CULVERT_RUNTIME_NPU_DOMAIN_H_
#define CULVERT_RUNTIME_NPU_DOMAIN_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/culvert/kernel_abi.h"
#include "include/culvert/npu_config.h"
#include "runtime/npu/device_heap.h"
#include "runtime/npu/memory_space.h"
#include "runtime/npu/print_buffer.h"

namespace culvert::npu {

struct Grid;

struct DomainConfig {
  uint64_t window_bytes = 0;
  MemoryBudget* budget = nullptr;  // outlives the last reference to the domain, which a worker may hold
  uint64_t owner_id = 0;
  uint64_t stack_bytes = kDefaultStackBytes;
  uint64_t printf_bytes = kDefaultPrintfBytes;
  uint64_t heap_bytes = kDefaultHeapBytes;
  bool report_faults = true;  // on stderr
};

class Domain {
 public:
  static absl::StatusOr<std::shared_ptr<Domain>> Create(const DomainConfig& config);
  ~Domain();

  MemorySpace& memory() { return *memory_; }
  DeviceHeap& heap() { return heap_; }
  PrintBuffer& print_buffer() { return print_buffer_; }
  uint64_t stack_bytes() const { return stack_bytes_; }
  bool reports_faults() const { return report_faults_; }
  void SetStackBytes(uint64_t bytes) { stack_bytes_ = bytes; }

  // OK, or the first failure. failed() is the cheap form for hot paths.
  absl::Status status() const;
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  // Records `status` unless the domain has failed already, and stops its running grids. Returns true if it was the
  // first.
  bool Fail(const absl::Status& status);

  // Slow path of an access check: memory outside this domain's window.
  bool AllowsForeignAccess(uint64_t address, uint64_t bytes, bool write) const;

  // Running grids, so that Fail can stop them. Called by the grid executor.
  void AddGrid(Grid* grid);
  void RemoveGrid(Grid* grid);

 private:
  explicit Domain(const DomainConfig& config, std::unique_ptr<MemorySpace> memory);
  std::unique_ptr<MemorySpace> memory_;
  DeviceHeap heap_;
  PrintBuffer print_buffer_;
  std::atomic<uint64_t> stack_bytes_;
  const bool report_faults_;
  std::atomic<bool> failed_ = false;
  mutable std::mutex mutex_;
  absl::Status status_;       // guarded by mutex_
  std::vector<Grid*> grids_;  // guarded by mutex_
};

// Prints the buffers of all live domains; used at exit.
void FlushAllPrintBuffers();

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_DOMAIN_H_
