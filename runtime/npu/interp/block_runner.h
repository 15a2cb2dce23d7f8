// BlockRunner: runs the blocks of one launch on one core with the bytecode interpreter, one block at a time. The grid
// executor (runtime/npu) owns it and calls it; it never takes a lock and allocates only when it is built or when a call
// frame is first used.
#ifndef CULVERT_RUNTIME_NPU_INTERP_BLOCK_RUNNER_H_
#define CULVERT_RUNTIME_NPU_INTERP_BLOCK_RUNNER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "include/culvert/kernel_abi.h"
#include "include/culvert/program.h"

namespace culvert::npu {

// A program made ready for one context: verified (a Program may come from a hostile file), symbols resolved, handlers
// bound for this CPU. Immutable; shared by launches.
class PreparedProgram {
 public:
  // `symbol_addresses[i]` is the device address of program->symbols[i]. Errors: kInvalidImage if verification fails
  // (message names the first offending instruction).
  static absl::StatusOr<std::shared_ptr<const PreparedProgram>> Prepare(std::shared_ptr<const Program> program,
                                                                        absl::Span<const uint64_t> symbol_addresses);
  virtual ~PreparedProgram() = default;
  virtual const Program& program() const = 0;
};

// Memory a runner works in, given by the device; it lies in the context's address window.
struct BlockMemory {
  uint64_t scratchpad_address = 0;  // static + dynamic shared memory of one block; contents undefined at block start
  uint32_t scratchpad_bytes = 0;
  uint64_t local_address = 0;         // lane i of the block owns [local_address + i * local_bytes_per_lane, + that)
  uint32_t local_bytes_per_lane = 0;  // multiple of 16; frames that do not fit raise kHardwareStackError
};

enum class SliceResult : uint8_t {
  kFinished,  // the block has run to its end
  kYielded,   // every warp waits for something another block or the host must do (spin loop, nanosleep)
  kStopped,   // launch->stop was seen, or this block faulted (already reported through services)
};

// What a stuck block is waiting for; used by the watchdog's report.
struct WarpReport {
  uint32_t warp = 0;
  uint32_t lane_mask = 0;
  uint32_t instruction = 0;  // index into Program::code
  std::string state;         // "running", "bar.sync 0 (96 of 128 threads)", "shfl.sync mask 0xffffffff", "spin"
};

class BlockRunner {
 public:
  static std::unique_ptr<BlockRunner> Create(std::shared_ptr<const PreparedProgram> program,
                                             culvert_launch_state* launch, const BlockMemory& memory);
  virtual ~BlockRunner() = default;
  // Makes the runner work for another launch of the same program with the same block dimensions and scratchpad size, or
  // for the same launch state after the device has rewritten it: everything that depends on `launch` (parameters, grid
  // dimensions, grid_id, workspace, granules) is read again. No block may be in progress; allocates nothing. The state
  // must outlive its use.
  virtual void Rebind(culvert_launch_state* launch) = 0;
  // Begins block `block_index` (linear, x fastest) on core `core`. The previous block must be finished or stopped.
  virtual void Start(uint64_t block_index, uint32_t core) = 0;
  // Runs until the block finishes, stops, or every warp has yielded.
  virtual SliceResult RunSlice() = 0;
  // Thread-safe snapshot for diagnostics of a block that does not end (racy by nature, never crashes).
  virtual std::vector<WarpReport> Report() const = 0;
};

// The PTX line of an instruction, for fault messages: "kernel.ptx line 42 (file.cu:17)".
std::string DescribeInstruction(const Program& program, uint32_t instruction);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_BLOCK_RUNNER_H_
