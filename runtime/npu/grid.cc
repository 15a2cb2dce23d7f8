#include "runtime/npu/grid.h"

#include <algorithm>
#include <cstring>

#include "include/culvert/error.h"
#include "runtime/npu/queue.h"

namespace culvert::npu {
namespace {

// Chunks keep the claim counter cool: at least this many per worker, so that the last ones balance, and at most 32
// blocks.
constexpr uint64_t kChunksPerWorker = 16;
constexpr uint64_t kMaxChunkBlocks = 32;
// The grid-wide barrier of cooperative launches: {u32 size, u32 barrier}, zeroed but for the size; read by the
// program's own code through %envreg1 and 2 (layout as in the toolkit's cooperative_groups headers).
constexpr uint32_t kGridWorkspaceBytes = 512;

std::atomic<uint64_t> next_grid_id = 1;

uint32_t LocalBytesPerLane(const Program& program, uint64_t stack_bytes) {
  bool uses_local = program.info.local_bytes != 0 || program.functions.size() > 1 || program.info.uses_printf;
  for (const ProgramFunction& function : program.functions) uses_local |= function.local_bytes != 0;
  if (!uses_local) return 0;
  uint64_t bytes = (program.info.local_bytes + stack_bytes + 15) & ~uint64_t{15};
  return static_cast<uint32_t>(std::min(bytes, kMaxLocalBytesPerThread));
}

}  // namespace

Grid::Grid(const LaunchCommand* command, Queue* queue) : command(command), queue(queue), domain(queue->domain()) {}

absl::StatusOr<std::shared_ptr<Grid>> Grid::Create(const LaunchCommand* command, Queue* queue, uint32_t reported_cores,
                                                   uint32_t workers) {
  std::shared_ptr<Grid> grid(new Grid(command, queue));
  const Program& program = command->program->program();
  MemorySpace& memory = grid->domain->memory();
  grid->block_count = uint64_t{command->grid[0]} * command->grid[1] * command->grid[2];
  if (!program.has_spin_loops && !command->cooperative) {
    grid->chunk = static_cast<uint32_t>(
        std::clamp<uint64_t>(grid->block_count / (kChunksPerWorker * workers), 1, kMaxChunkBlocks));
  }
  grid->scratchpad_bytes = program.info.static_scratchpad_bytes + command->dynamic_scratchpad_bytes;
  grid->local_bytes_per_lane = LocalBytesPerLane(program, grid->domain->stack_bytes());

  culvert_launch_state& launch = grid->launch;
  launch.version = CULVERT_KERNEL_ABI_VERSION;
  launch.size_bytes = sizeof(launch);
  launch.services = DeviceServices();
  launch.window_base = memory.window().base();
  launch.window_bytes = memory.window().bytes();
  launch.granules = memory.window().granules();
  launch.parameters = command->parameters.data();
  launch.parameter_bytes = command->parameters.bytes();
  launch.dynamic_scratchpad_bytes = command->dynamic_scratchpad_bytes;
  std::copy_n(command->grid, 3, launch.grid);
  std::copy_n(command->block, 3, launch.block);
  std::copy_n(command->cluster, 3, launch.cluster);
  launch.is_cooperative = command->cooperative;
  launch.grid_id = next_grid_id.fetch_add(1, std::memory_order_relaxed);
  launch.core_count = reported_cores;
  launch.stack_bytes = grid->domain->stack_bytes();
  launch.device = grid.get();
  if (program.needs_parameter_memory && launch.parameter_bytes != 0) {
    CULVERT_ASSIGN_OR_RETURN(launch.parameter_address,
                             memory.Allocate({.bytes = launch.parameter_bytes, .kind = AllocationKind::kInternal}));
    std::memcpy(reinterpret_cast<void*>(launch.parameter_address), launch.parameters, launch.parameter_bytes);
  }
  if (command->cooperative) {
    CULVERT_ASSIGN_OR_RETURN(launch.grid_workspace,
                             memory.Allocate({.bytes = kGridWorkspaceBytes, .kind = AllocationKind::kInternal}));
    std::memset(reinterpret_cast<void*>(launch.grid_workspace), 0, kGridWorkspaceBytes);
    std::memcpy(reinterpret_cast<void*>(launch.grid_workspace), &kGridWorkspaceBytes, sizeof(kGridWorkspaceBytes));
  }
  return grid;
}

Grid::~Grid() {
  // The addresses are ours: Free cannot fail.
  if (launch.parameter_address != 0) domain->memory().Free(launch.parameter_address).IgnoreError();
  if (launch.grid_workspace != 0) domain->memory().Free(launch.grid_workspace).IgnoreError();
}

bool Grid::Claim(uint64_t* begin, uint64_t* end) {
  if (!HasUnclaimedBlocks()) return false;
  *begin = next_block.fetch_add(chunk, std::memory_order_relaxed);
  *end = std::min(*begin + chunk, block_count);
  return *begin < block_count;
}

}  // namespace culvert::npu
