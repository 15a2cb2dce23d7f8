// The commands a queue takes (docs/npu_commands.md). They carry device addresses, or addresses of host staging memory
// that the command owns or the submitter keeps alive until the command is complete; nothing else of the host.
#ifndef CULVERT_RUNTIME_NPU_COMMANDS_H_
#define CULVERT_RUNTIME_NPU_COMMANDS_H_

#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <variant>

#include "absl/status/status.h"
#include "runtime/npu/interp/block_runner.h"

namespace culvert::npu {

class Queue;
struct Grid;

// A copy of a kernel's parameter bank; small banks need no allocation.
class ParameterBank {
 public:
  ParameterBank() = default;
  uint8_t* Resize(uint32_t bytes) {  // zeroed
    bytes_ = bytes;
    if (bytes > sizeof(inline_)) {
      heap_ = std::make_unique<uint8_t[]>(bytes);
    } else {
      std::memset(inline_, 0, sizeof(inline_));
    }
    return heap_ ? heap_.get() : inline_;
  }
  const uint8_t* data() const { return heap_ ? heap_.get() : inline_; }
  uint32_t bytes() const { return bytes_; }

 private:
  uint32_t bytes_ = 0;
  alignas(16) uint8_t inline_[128];
  std::unique_ptr<uint8_t[]> heap_;
};

// Runs a grid. Blocks start in ascending order. The submitter has checked the limits of npu_config.h.
struct LaunchCommand {
  std::shared_ptr<const PreparedProgram> program;
  uint32_t grid[3] = {1, 1, 1};
  uint32_t block[3] = {1, 1, 1};
  uint32_t cluster[3] = {1, 1, 1};
  uint32_t dynamic_scratchpad_bytes = 0;
  bool cooperative = false;
  // Blocks that may be resident at once on the whole device: a block that waits keeps others from starting only when so
  // many wait.
  uint64_t resident_limit = 1;
  ParameterBank parameters;
  std::shared_ptr<const void> pin;  // released when the grid has ended
};

// Copies a box of bytes. Strides are bytes between rows and planes.
struct CopyCommand {
  uint64_t dst = 0;
  uint64_t src = 0;
  uint64_t width_bytes = 0, height = 1, depth = 1;
  uint64_t dst_pitch_bytes = 0, src_pitch_bytes = 0;
  uint64_t dst_slice_bytes = 0, src_slice_bytes = 0;
  std::unique_ptr<uint8_t[]> staging;  // owned host memory that src points into, or null
};

// Sets a box of elements of 1, 2 or 4 bytes to the low bits of `value`.
struct FillCommand {
  uint64_t dst = 0;
  uint32_t element_bytes = 1;
  uint32_t value = 0;
  uint64_t width_elems = 0, height = 1, depth = 1;
  uint64_t pitch_bytes = 0, slice_bytes = 0;
};

// Calls the host. The queue goes on when the function has returned.
struct HostCallCommand {
  std::function<void(const absl::Status&)> function;  // gets the domain's status
  bool on_failure = false;                            // also called when the domain has failed
  bool is_internal = false;  // the runtime's own, short and never blocking: runs in place, not on a callback thread
};

// A time stamp, written when everything before it in the queue is complete.
struct TimeStamp {
  std::atomic<int64_t> steady_ns = 0;
};
struct SignalCommand {
  std::shared_ptr<TimeStamp> time;  // may be null
};

// Holds the queue until another queue's timeline has reached a value.
struct WaitCommand {
  std::shared_ptr<Queue> queue;
  uint64_t value = 0;
};

struct Command {
  std::variant<LaunchCommand, CopyCommand, FillCommand, HostCallCommand, SignalCommand, WaitCommand> body;
  std::shared_ptr<Grid> grid;  // set by the device when it accepts a launch
};

template <typename Body>
std::unique_ptr<Command> MakeCommand(Body body) {
  return std::make_unique<Command>(Command{std::move(body), nullptr});
}

// The work of a Copy or Fill, done by the calling thread.
void Execute(const CopyCommand& copy);
void Execute(const FillCommand& fill);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_COMMANDS_H_
