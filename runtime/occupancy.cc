#include "runtime/occupancy.h"

#include <algorithm>

#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "runtime/device.h"

namespace culvert {
namespace {

// Units in which a core of compute capability 12.x gives out its resources (CUDA occupancy calculator's tables).
constexpr uint64_t kRegisterUnitPerWarp = 256;
constexpr uint64_t kSharedUnitBytes = 128;

uint64_t RoundUp(uint64_t value, uint64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// Blocks per core for checked arguments.
int ActiveBlocks(const Device& device, const FunctionAttributes& attributes, uint64_t threads,
                 uint64_t dynamic_shared_bytes) {
  const DeviceProperties& p = device.properties();
  if (threads > static_cast<uint64_t>(attributes.max_threads_per_block)) return 0;
  uint64_t warps = (threads + kWarpLanes - 1) / kWarpLanes;
  uint64_t blocks = static_cast<uint64_t>(p.max_blocks_per_multiprocessor);
  blocks = std::min(blocks, static_cast<uint64_t>(p.max_threads_per_multiprocessor) / (warps * kWarpLanes));
  uint64_t registers_per_warp =
      RoundUp(std::max<uint64_t>(static_cast<uint64_t>(attributes.registers), 1) * kWarpLanes, kRegisterUnitPerWarp);
  blocks = std::min(blocks, static_cast<uint64_t>(p.max_registers_per_multiprocessor) / (registers_per_warp * warps));
  uint64_t optin = static_cast<uint64_t>(p.max_shared_bytes_per_block_optin);
  uint64_t statically = static_cast<uint64_t>(attributes.shared_bytes);
  if (dynamic_shared_bytes > optin || statically > optin - dynamic_shared_bytes) return 0;
  uint64_t shared = RoundUp(statically + dynamic_shared_bytes, kSharedUnitBytes) +
                    static_cast<uint64_t>(p.reserved_shared_bytes_per_block);
  blocks = std::min(blocks, static_cast<uint64_t>(p.max_shared_bytes_per_multiprocessor) / shared);
  return static_cast<int>(blocks);
}

}  // namespace

absl::StatusOr<int> MaxActiveBlocks(const Device& device, const FunctionAttributes& attributes, int block_threads,
                                    uint64_t dynamic_shared_bytes) {
  if (block_threads <= 0) return Error(ErrorKind::kInvalidValue, "a block of %d threads", block_threads);
  return ActiveBlocks(device, attributes, static_cast<uint64_t>(block_threads), dynamic_shared_bytes);
}

absl::StatusOr<BlockSizeChoice> MaxPotentialBlockSize(const Device& device, const FunctionAttributes& attributes,
                                                      const std::function<uint64_t(int threads)>& dynamic_shared_bytes,
                                                      uint64_t fixed_shared_bytes, int limit_threads) {
  if (limit_threads < 0) return Error(ErrorKind::kInvalidValue, "a limit of %d threads", limit_threads);
  int most = attributes.max_threads_per_block;
  if (limit_threads != 0) most = std::min(most, limit_threads);
  BlockSizeChoice choice;
  int best_threads = 0;
  int lanes = static_cast<int>(kWarpLanes);
  for (int size = (most + lanes - 1) / lanes * lanes; size > 0; size -= lanes) {
    int threads = std::min(size, most);
    uint64_t shared = dynamic_shared_bytes ? dynamic_shared_bytes(threads) : fixed_shared_bytes;
    int blocks = ActiveBlocks(device, attributes, static_cast<uint64_t>(threads), shared);
    if (blocks * threads <= best_threads) continue;
    best_threads = blocks * threads;
    choice.block_threads = threads;
    choice.min_grid_blocks = blocks * device.properties().multiprocessor_count;
  }
  if (best_threads == 0) return MakeError(ErrorKind::kInvalidValue, "no block size fits the shared memory asked for");
  return choice;
}

absl::StatusOr<uint64_t> AvailableDynamicShared(const Device& device, const FunctionAttributes& attributes, int blocks,
                                                int block_threads) {
  if (blocks <= 0 || block_threads <= 0) {
    return Error(ErrorKind::kInvalidValue, "%d blocks of %d threads", blocks, block_threads);
  }
  if (ActiveBlocks(device, attributes, static_cast<uint64_t>(block_threads), 0) < blocks) return 0;
  const DeviceProperties& p = device.properties();
  int per_block = p.max_shared_bytes_per_multiprocessor / blocks - p.reserved_shared_bytes_per_block;
  per_block = per_block / static_cast<int>(kSharedUnitBytes) * static_cast<int>(kSharedUnitBytes);
  per_block = std::min(per_block, p.max_shared_bytes_per_block_optin);
  return static_cast<uint64_t>(std::max(0, per_block - attributes.shared_bytes));
}

}  // namespace culvert
