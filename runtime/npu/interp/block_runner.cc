#include "runtime/npu/interp/block_runner.h"

#include <xmmintrin.h>

#include <algorithm>

#include "absl/strings/str_format.h"
#include "runtime/npu/interp/state.h"

namespace culvert::npu {
namespace {

constexpr int kPreemptedRings = 64;  // long loops do not keep other blocks waiting for ever

// Kernels run with round to nearest, subnormals on and exceptions masked, whatever the program has set on this thread.
class FloatEnvironment {
 public:
  FloatEnvironment() : saved_(_mm_getcsr()) { _mm_setcsr(0x1f80); }
  ~FloatEnvironment() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
};

class BlockRunnerImpl final : public BlockRunner {
 public:
  BlockRunnerImpl(std::shared_ptr<const PreparedProgramImpl> program, culvert_launch_state* launch,
                  const BlockMemory& memory)
      : state_(std::move(program), HandlersForThisCpu()) {
    state_.threads = launch->block[0] * launch->block[1] * launch->block[2];
    uint32_t warps = (state_.threads + kWarpLanes - 1) / kWarpLanes;
    const PreparedFunction& entry = state_.program->functions[state_.program->program().entry];
    constexpr uint64_t kAlign = 128;
    uint64_t window_bytes = (entry.window_bytes + kAlign - 1) & ~(kAlign - 1);
    windows_ = std::make_unique<uint8_t[]>(window_bytes * warps + kAlign);
    uint8_t* window = windows_.get() + (-reinterpret_cast<uint64_t>(windows_.get()) & (kAlign - 1));
    for (uint32_t i = 0; i < warps; ++i, window += window_bytes) {
      auto warp = std::make_unique<Warp>();
      warp->index = i;
      uint32_t lanes = std::min(state_.threads - i * kWarpLanes, kWarpLanes);
      warp->exists = lanes == kWarpLanes ? ~0u : (1u << lanes) - 1;
      warp->root.function = &entry;
      warp->root.window = window;
      warp->free_frames.resize(state_.program->functions.size());
      state_.warps.push_back(std::move(warp));
    }
    Exec& x = state_.exec;
    x.full = &state_.handlers.full;
    x.partial = &state_.handlers.partial;
    x.scratchpad = reinterpret_cast<uint8_t*>(memory.scratchpad_address);
    x.scratchpad_bytes = memory.scratchpad_bytes;
    x.local_bytes = memory.local_bytes_per_lane;
    x.block = &state_;
    state_.local = reinterpret_cast<uint8_t*>(memory.local_address);
    Rebind(launch);
  }

  void Rebind(culvert_launch_state* launch) override {
    Exec& x = state_.exec;
    x.launch = launch;
    x.window_base = launch->window_base;
    x.window_bytes = launch->window_bytes;
    x.granules = launch->granules;
    ++state_.launch_epoch;
  }

  void Start(uint64_t block_index, uint32_t core) override {
    const culvert_launch_state& launch = *state_.exec.launch;
    state_.core = core;
    state_.block[0] = static_cast<uint32_t>(block_index % launch.grid[0]);
    state_.block[1] = static_cast<uint32_t>(block_index / launch.grid[0] % launch.grid[1]);
    state_.block[2] = static_cast<uint32_t>(block_index / launch.grid[0] / launch.grid[1]);
    for (auto& warp : state_.warps) {
      if (warp->live != 0) ReclaimFrames(*warp);
      warp->live = warp->exists;
      warp->root.lanes = warp->exists;
      warp->group_count = 0;
      std::fill_n(warp->alloca_top, kWarpLanes, state_.exec.local_bytes);
      state_.FillConstants(*warp, warp->root);
      warp->Park({.ip = warp->root.function->code, .frame = &warp->root, .mask = warp->exists});
    }
    state_.live_threads = state_.threads;
    if (state_.barriers_in_use != 0) std::fill_n(state_.barriers, kBarriersPerBlock, Barrier());
    state_.barriers_in_use = 0;
  }

  SliceResult RunSlice() override {
    FloatEnvironment environment;
    for (int preempted_rings = 0; preempted_rings < kPreemptedRings;) {
      bool progress = false, preempted = false;
      for (auto& warp : state_.warps) {
        if (warp->live == 0) continue;
        switch (state_.RunWarp(*warp)) {
          case Turn::kStopped:
            return SliceResult::kStopped;
          case Turn::kPreempted:
            preempted = true;
            break;
          case Turn::kEnded:
          case Turn::kAdvanced:
            progress = true;
            break;
          case Turn::kSpun:
          case Turn::kBlocked:
            break;
        }
      }
      if (state_.AllEnded()) return SliceResult::kFinished;
      if (__atomic_load_n(&state_.exec.launch->stop, __ATOMIC_RELAXED)) return SliceResult::kStopped;
      if (!progress && !preempted) break;
      preempted_rings += preempted;
    }
    return SliceResult::kYielded;
  }

  std::vector<WarpReport> Report() const override {
    std::vector<WarpReport> reports;
    for (const auto& warp : state_.warps) {
      WarpReport report;
      report.warp = warp->index;
      report.lane_mask = warp->seen_lanes.load(std::memory_order_relaxed);
      report.instruction = warp->seen_instruction.load(std::memory_order_relaxed);
      uint32_t seen = warp->seen_state.load(std::memory_order_relaxed);
      uint32_t detail = warp->seen_detail.load(std::memory_order_relaxed);
      if (seen == static_cast<uint32_t>(Stop::kExit) + 1) continue;
      report.state = Describe(seen, detail);
      reports.push_back(std::move(report));
    }
    return reports;
  }

 private:
  static std::string Describe(uint32_t seen, uint32_t detail) {
    if (seen == 0) return "running";
    switch (static_cast<Stop>(seen - 1)) {
      case Stop::kBarrier:
        return absl::StrFormat("waits at barrier %d (%d threads have arrived)", detail & 0xff, detail >> 8);
      case Stop::kRendezvous:
        return "waits for the other lanes of a warp operation's membermask";
      case Stop::kSpin:
        return "spins";
      default:
        return "running";
    }
  }

  // A block that was stopped in the middle has left call frames behind.
  static void ReclaimFrames(Warp& warp) {
    for (auto& free : warp.free_frames) free.clear();
    for (auto& frame : warp.frames) warp.free_frames[frame->function->index].push_back(frame.get());
  }

  BlockState state_;
  std::unique_ptr<uint8_t[]> windows_;
};

}  // namespace

BlockState::BlockState(std::shared_ptr<const PreparedProgramImpl> program, const HandlerSet& handlers)
    : program(std::move(program)), handlers(handlers) {}

std::unique_ptr<BlockRunner> BlockRunner::Create(std::shared_ptr<const PreparedProgram> program,
                                                 culvert_launch_state* launch, const BlockMemory& memory) {
  return std::make_unique<BlockRunnerImpl>(std::static_pointer_cast<const PreparedProgramImpl>(std::move(program)),
                                           launch, memory);
}

}  // namespace culvert::npu
