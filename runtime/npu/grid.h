// Grid: one launch while it is queued and while it runs. Built when the launch is accepted, so that nothing can fail
// for want of memory later.
#ifndef CULVERT_RUNTIME_NPU_GRID_H_
#define CULVERT_RUNTIME_NPU_GRID_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "include/culvert/kernel_abi.h"
#include "runtime/npu/commands.h"
#include "runtime/npu/domain.h"

namespace culvert::npu {

class Queue;

struct Grid {
  // `command` lives in the same queue entry as the grid. Errors: kOutOfMemory.
  static absl::StatusOr<std::shared_ptr<Grid>> Create(const LaunchCommand* command, Queue* queue,
                                                      uint32_t reported_cores, uint32_t workers);
  ~Grid();
  Grid(const Grid&) = delete;

  // Makes running blocks stop and keeps others from starting. Any thread.
  void Stop() { __atomic_store_n(&launch.stop, 1, __ATOMIC_RELAXED); }
  bool stopped() const { return __atomic_load_n(&launch.stop, __ATOMIC_RELAXED) != 0; }
  bool HasUnclaimedBlocks() const { return next_block.load(std::memory_order_relaxed) < block_count && !stopped(); }
  // Claims up to `chunk` blocks in ascending order: [*begin, *end). False if none is left.
  bool Claim(uint64_t* begin, uint64_t* end);
  const Program& program() const { return command->program->program(); }

  culvert_launch_state launch = {};
  const LaunchCommand* command;
  Queue* queue;
  std::shared_ptr<Domain> domain;
  uint64_t block_count = 0;
  uint32_t chunk = 1;
  uint32_t scratchpad_bytes = 0;
  uint32_t local_bytes_per_lane = 0;
  alignas(64) std::atomic<uint64_t> next_block = 0;
  alignas(64) std::atomic<uint64_t> resident = 0;  // blocks started and not ended

  // Guarded by the scheduler's mutex.
  uint32_t participants = 0;  // cores that hold or may take blocks
  bool is_open = false;       // in the list of grids that want more cores
  int64_t start_ns = 0;
  bool watchdog_fired = false;

 private:
  Grid(const LaunchCommand* command, Queue* queue);
};

// The services table that running code gets.
const culvert_services* DeviceServices();
inline Grid* GridOf(const culvert_launch_state* launch) { return static_cast<Grid*>(launch->device); }
// Defined by the scheduler: a domain has failed, its queues must be abandoned.
void AbandonQueuesOf(Domain& domain);
// Records the failure, prints it once, stops the domain's work.
void FailGrid(Grid& grid, const absl::Status& status);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_GRID_H_
