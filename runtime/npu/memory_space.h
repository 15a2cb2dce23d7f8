// MemorySpace: the allocations of one context, all in its address window. Thread-safe.
#ifndef CULVERT_RUNTIME_NPU_MEMORY_SPACE_H_
#define CULVERT_RUNTIME_NPU_MEMORY_SPACE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/npu/arena.h"
#include "runtime/npu/window.h"

namespace culvert::npu {

// Device memory in use, shared by the contexts of a device.
struct MemoryBudget {
  uint64_t total_bytes = 0;
  std::atomic<uint64_t> used_bytes = 0;
  absl::Status Charge(uint64_t bytes);  // kOutOfMemory
  void Release(uint64_t bytes) { used_bytes.fetch_sub(bytes); }
};

enum class AllocationKind : uint8_t {
  kDevice,
  kConstant,  // device memory that kernels may not write
  kHost,      // pinned host memory
  kManaged,
  kInternal,  // scratchpads, local memory, parameter banks: invisible to pointer queries, not charged to the budget
};

struct Allocation {
  uint64_t base = 0;
  uint64_t bytes = 0;          // as asked for
  uint64_t charged_bytes = 0;  // taken from the budget
  uint64_t id = 0;             // unique in the process
  AllocationKind kind = AllocationKind::kDevice;
  uint32_t flags = 0;  // kept for the owner
  bool sync_memops = false;
  bool is_variable = false;     // of a module: the program cannot free it
  bool retired = false;         // freed by the program, not yet by the device
  std::shared_ptr<void> owner;  // kept for the owner, e.g. the pool the memory came from
};

struct AllocationRequest {
  uint64_t bytes = 0;
  uint64_t align_bytes = 512;
  AllocationKind kind = AllocationKind::kDevice;
  uint32_t flags = 0;
  bool is_variable = false;
  std::shared_ptr<void> owner = nullptr;
};

uint64_t NextAllocationId();

class MemorySpace {
 public:
  // window_bytes: address space to reserve; `owner_id` is returned by owner_id() and finds the owner of an address.
  static absl::StatusOr<std::unique_ptr<MemorySpace>> Create(uint64_t window_bytes, MemoryBudget* budget,
                                                             uint64_t owner_id);
  ~MemorySpace();  // frees everything

  // Contents are undefined, but never another context's. kOutOfMemory.
  absl::StatusOr<uint64_t> Allocate(const AllocationRequest& request);
  // kInvalidValue if no allocation starts at `base`. Later accesses by kernels fault.
  absl::Status Free(uint64_t base);
  // Frees every allocation, internal ones included. Nothing of the context may run any more.
  void FreeAll();
  // Marks an allocation that the program frees and whose Free is on its way: IsLive no longer sees it. kInvalidValue if
  // none that the program may free, of one of the two kinds, starts at `base`, or it is marked already.
  absl::Status Retire(uint64_t base, AllocationKind kind, AllocationKind other_kind);
  // Zeroes memory inside one allocation; pages nobody has touched stay untouched.
  void Zero(uint64_t address, uint64_t bytes);
  // The allocation that contains `address`, internal ones included.
  std::optional<Allocation> Find(uint64_t address) const;
  bool SetSyncMemops(uint64_t address, bool value);
  // True if live, non-internal allocations cover the range (it may span neighbours only inside one allocation).
  bool IsLive(uint64_t address, uint64_t bytes) const;

  Window& window() { return *window_; }
  const Window& window() const { return *window_; }
  uint64_t owner_id() const { return owner_id_; }

 private:
  MemorySpace(Window* window, MemoryBudget* budget, uint64_t owner_id)
      : window_(window),
        budget_(budget),
        owner_id_(owner_id),
        arenas_{Arena(window->zone_bytes(Window::kProgramZone)), Arena(window->zone_bytes(Window::kDeviceZone))} {}
  // Both want mutex_.
  const Allocation* FindLocked(uint64_t address) const;
  std::shared_ptr<void> FreeLocked(Allocation& allocation);  // returns the owner, to be released without the lock

  Window* window_;
  MemoryBudget* budget_;
  uint64_t owner_id_;
  mutable std::mutex mutex_;
  Arena arenas_[Window::kZones];                       // guarded by mutex_
  absl::btree_map<uint64_t, Allocation> allocations_;  // by base; guarded by mutex_
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_MEMORY_SPACE_H_
