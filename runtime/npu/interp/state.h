// State of a block while it is interpreted: warps, groups of lanes, call frames, barriers. No handler code here.
//
// A warp's lanes that have not exited are partitioned into groups. The lanes of a group are at one instruction of one
// call frame. One group runs at a time; it leaves the list of groups while it does. Which one runs next is decided in
// scheduling.cc: deepest call first, then lowest instruction, so that lanes meet again as early as they can; a group
// that spins is set aside until every other one had its turn, so that no lane waits for ever for another lane of its
// warp.
#ifndef CULVERT_RUNTIME_NPU_INTERP_STATE_H_
#define CULVERT_RUNTIME_NPU_INTERP_STATE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "include/culvert/npu_config.h"
#include "runtime/npu/interp/exec.h"
#include "runtime/npu/interp/prepared_program.h"

namespace culvert::npu {

// Registers of a window: the 32 lanes of a slot (T is uint32_t, or uint64_t for two slots), and a predicate's lane
// mask.
template <typename T>
T* SlotAt(uint8_t* window, uint16_t slot) {
  return reinterpret_cast<T*>(window + uint32_t{slot} * bytecode::kSlotBytes);
}
template <typename T>
const T* SlotAt(const uint8_t* window, uint16_t slot) {
  return reinterpret_cast<const T*>(window + uint32_t{slot} * bytecode::kSlotBytes);
}
inline uint32_t& PredicateAt(uint8_t* window, uint16_t index) { return reinterpret_cast<uint32_t*>(window)[index]; }

// %tid of a thread from its number in the block, whose dimensions are `block`.
inline std::array<uint32_t, 3> ThreadIndex(const uint32_t (&block)[3], uint32_t thread) {
  return {thread % block[0], thread / block[0] % block[1], thread / block[0] / block[1]};
}

// A call of a function by some lanes of a warp. The register window holds all 32 lanes.
struct Frame {
  Frame* parent = nullptr;  // null: the kernel itself
  const PreparedFunction* function = nullptr;
  const bytecode::Instruction* return_ip = nullptr;  // in the parent's function
  uint8_t* window = nullptr;
  std::unique_ptr<uint8_t[]> memory;  // of the window, unless it is the kernel's
  uint32_t lanes = 0;                 // that have not returned from it
  uint32_t depth = 0;
  uint64_t local_base = 0;                // offset in each lane's local memory
  uint64_t launch_epoch = 0;              // of the constants in the window
  uint64_t saved_alloca_top[kWarpLanes];  // only if the function uses alloca
};

struct Group {
  enum class State : uint8_t { kRunnable, kBarrier, kRendezvous };
  const bytecode::Instruction* ip = nullptr;
  Frame* frame = nullptr;
  uint32_t mask = 0;
  State state = State::kRunnable;
  bool spun = false;    // has had its turns of a spin loop in this turn of the warp
  uint8_t barrier = 0;  // kBarrier
};

struct Warp {
  Group groups[kWarpLanes];
  int group_count = 0;
  uint32_t index = 0;
  uint32_t exists = 0;  // lanes the block has
  uint32_t live = 0;    // of these, not exited
  Frame root;
  std::vector<std::unique_ptr<Frame>> frames;    // all call frames ever made
  std::vector<std::vector<Frame*>> free_frames;  // by function index
  uint64_t alloca_top[kWarpLanes];               // offset in local memory: alloca grows down from its end
  // What Report() may read from another thread.
  std::atomic<uint32_t> seen_instruction = 0;
  std::atomic<uint32_t> seen_lanes = 0;
  std::atomic<uint32_t> seen_state = 0;   // Stop + 1 of the last stop, 0: running
  std::atomic<uint32_t> seen_detail = 0;  // barrier number or membermask

  void Park(const Group& group) { groups[group_count++] = group; }
  void Remove(int i) { groups[i] = groups[--group_count]; }
};

struct Barrier {
  uint32_t arrived_threads = 0;   // exited lanes of arrived warps included if `expected` is given
  uint32_t expected_threads = 0;  // 0: all threads of the block that have not exited
  uint32_t arrived[32] = {};      // lanes, by warp
  uint32_t true_threads = 0;      // .red: threads whose predicate holds
  uint32_t red_threads = 0;       // .red: threads that gave a predicate
};

// Result of giving a warp its turn.
enum class Turn : uint8_t {
  kEnded,      // no lane left
  kAdvanced,   // something ran; now every lane waits for other lanes or warps
  kBlocked,    // nothing could run
  kSpun,       // every lane that can run spins
  kPreempted,  // long loop
  kStopped,    // fault, or launch->stop
};

class BlockState {
 public:
  BlockState(std::shared_ptr<const PreparedProgramImpl> program, const HandlerSet& handlers);

  // scheduling.cc
  Turn RunWarp(Warp& warp);
  bool AllEnded() const { return live_threads == 0; }

  // barriers.cc
  bool ArriveAtBarrier(Warp& warp, Group group);
  void RecheckBarriers();

  // collectives.cc
  bool CompleteRendezvous(Warp& warp);

  // frames.cc
  void FillConstants(Warp& warp, Frame& frame);
  Frame* PushFrame(Warp& warp, uint32_t function, Frame* parent, const bytecode::Instruction* return_ip, uint32_t mask);
  void LeaveFrame(Warp& warp, Frame* frame, uint32_t mask);

  std::shared_ptr<const PreparedProgramImpl> program;
  const HandlerSet& handlers;
  Exec exec = {};
  std::vector<std::unique_ptr<Warp>> warps;
  Barrier barriers[kBarriersPerBlock];
  uint32_t barriers_in_use = 0;  // bit per barrier with arrivals
  uint32_t threads = 0;          // of the block
  uint32_t live_threads = 0;
  uint8_t* local = nullptr;  // of thread 0
  uint64_t launch_epoch = 0;
  uint32_t block[3] = {};  // ctaid
  uint32_t core = 0;

 private:
  bool Pick(Warp& warp, Group* group);
  void Resume(Warp& warp, const Group& group);
  bool Call(Warp& warp, Group* group);
  bool Return(Warp& warp, Group* group);
  void ExitLanes(Warp& warp, const Group& group);
  void ReleaseBarrier(uint32_t id);
  bool ArriveAtClusterBarrier(Warp& warp, Group group, bool is_wait);
  bool IsComplete(const Barrier& barrier) const;
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_STATE_H_
