// How many blocks of a kernel a core holds, and the calculators built on it. What is reported here is what the grid
// executor keeps resident: a grid of at most MaxActiveBlocks x multiprocessors blocks may wait for all its own blocks.
#ifndef CULVERT_RUNTIME_OCCUPANCY_H_
#define CULVERT_RUNTIME_OCCUPANCY_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/module.h"

namespace culvert {

class Device;

// Blocks per multiprocessor; 0 if one block does not fit. kInvalidValue for 0 threads.
absl::StatusOr<int> MaxActiveBlocks(const Device& device, const FunctionAttributes& attributes, int block_threads,
                                    uint64_t dynamic_shared_bytes);

struct BlockSizeChoice {
  int min_grid_blocks = 0;  // to fill the device
  int block_threads = 0;
};
// The block size with the highest occupancy (threads resident), the largest among equals.
// `dynamic_shared_bytes(threads)` may be null: then `fixed_shared_bytes` holds. limit_threads 0: no limit.
absl::StatusOr<BlockSizeChoice> MaxPotentialBlockSize(const Device& device, const FunctionAttributes& attributes,
                                                      const std::function<uint64_t(int threads)>& dynamic_shared_bytes,
                                                      uint64_t fixed_shared_bytes, int limit_threads);

// The most dynamic shared memory per block with which `blocks` blocks of block_threads still fit; 0 if they never do.
absl::StatusOr<uint64_t> AvailableDynamicShared(const Device& device, const FunctionAttributes& attributes, int blocks,
                                                int block_threads);

}  // namespace culvert

#endif  // CULVERT_RUNTIME_OCCUPANCY_H_
