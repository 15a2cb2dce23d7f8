// Block barriers: bar and barrier.cta, PTX ISA 9.7.13 ("bar, barrier").
//
// A barrier counts threads. Without an explicit count it is complete when every thread of the block that has not exited
// has arrived. With one, the exited (or never existing) lanes of a warp that has arrived count too, because the count
// is given in whole warps. bar.arrive counts and goes on.
//
// barrier.cluster is a barrier of its own, of all threads: arrive counts, wait stops until the barrier that the thread
// has arrived at is complete. A thread whose arrival is no longer noted has been let through already.
#include "runtime/npu/interp/state.h"

namespace culvert::npu {

using bytecode::BarKind;
using bytecode::Instruction;

namespace {

constexpr uint16_t kKindMask = 0xf;

uint32_t RegisterOf(const Group& group, uint16_t slot, int lane) {
  return SlotAt<uint32_t>(group.frame->window, slot)[lane];
}
uint32_t ThreadCount(const Group& group, int lane) {
  return group.ip->b == bytecode::kNoOperand ? 0 : RegisterOf(group, group.ip->b, lane);
}

void WriteResult(const Group& group, const Barrier& barrier) {
  const Instruction* ip = group.ip;
  BarKind kind = static_cast<BarKind>(ip->x & kKindMask);
  if (kind == BarKind::kRedPopc) {
    uint32_t* dst = SlotAt<uint32_t>(group.frame->window, ip->dst);
    for (uint32_t rest = group.mask; rest != 0; rest &= rest - 1) dst[__builtin_ctz(rest)] = barrier.true_threads;
  } else if (kind == BarKind::kRedAnd || kind == BarKind::kRedOr) {
    bool value = kind == BarKind::kRedAnd ? barrier.true_threads == barrier.red_threads : barrier.true_threads != 0;
    uint32_t& dst = PredicateAt(group.frame->window, ip->dst);
    dst = value ? dst | group.mask : dst & ~group.mask;
  }
}

}  // namespace

bool BlockState::IsComplete(const Barrier& barrier) const {
  return barrier.arrived_threads >= (barrier.expected_threads != 0 ? barrier.expected_threads : live_threads);
}

void BlockState::ReleaseBarrier(uint32_t id) {
  for (auto& warp : warps) {
    for (int i = 0; i < warp->group_count; ++i) {
      Group& group = warp->groups[i];
      if (group.state != Group::State::kBarrier || group.barrier != id) continue;
      WriteResult(group, barriers[id]);
      group.state = Group::State::kRunnable;
      group.ip += 1;
    }
  }
  barriers[id] = Barrier();
  barriers_in_use &= ~(1u << id);
}

// `group` has stopped at a BAR. False after a fault.
bool BlockState::ArriveAtBarrier(Warp& warp, Group group) {
  const Instruction* ip = group.ip;
  int first = __builtin_ctz(group.mask);
  BarKind kind = static_cast<BarKind>(ip->x & kKindMask);
  if (kind == BarKind::kClusterArrive || kind == BarKind::kClusterWait) {
    return ArriveAtClusterBarrier(warp, group, kind == BarKind::kClusterWait);
  }
  uint32_t id = RegisterOf(group, ip->a, first);
  uint32_t count = ThreadCount(group, first);
  uint32_t same = 0;  // lanes that name the same barrier and count; the others arrive when they get their turn
  for (uint32_t rest = group.mask; rest != 0; rest &= rest - 1) {
    int lane = __builtin_ctz(rest);
    if (RegisterOf(group, ip->a, lane) == id && ThreadCount(group, lane) == count) same |= 1u << lane;
  }
  if (same != group.mask) {
    Group others = group;
    others.mask &= ~same;
    warp.Park(others);
    group.mask = same;
  }
  bool counted = ip->b != bytecode::kNoOperand;
  if (id >= kNamedBarriersPerBlock || (counted && (count == 0 || count % kWarpLanes != 0)) ||
      (barriers_in_use >> id & 1 && barriers[id].expected_threads != (counted ? count : 0))) {
    ReportFault(&exec, ip, ErrorKind::kIllegalInstruction, first, 0, 0, 0, bytecode::Space::kGeneric);
    return false;
  }
  Barrier& barrier = barriers[id];
  barriers_in_use |= 1u << id;
  barrier.expected_threads = counted ? count : 0;
  uint32_t& arrived = barrier.arrived[warp.index];
  if (counted && arrived == 0) barrier.arrived_threads += static_cast<uint32_t>(__builtin_popcount(~warp.live));
  arrived |= group.mask;
  barrier.arrived_threads += static_cast<uint32_t>(__builtin_popcount(group.mask));
  if (bytecode::IsBarReduction(kind)) {
    barrier.true_threads +=
        static_cast<uint32_t>(__builtin_popcount(PredicateAt(group.frame->window, ip->c) & group.mask));
    barrier.red_threads += static_cast<uint32_t>(__builtin_popcount(group.mask));
  }
  if (kind == BarKind::kArrive) {
    group.ip += 1;
  } else {
    group.state = Group::State::kBarrier;
    group.barrier = static_cast<uint8_t>(id);
  }
  warp.Park(group);
  warp.seen_detail.store(id | barrier.arrived_threads << 8, std::memory_order_relaxed);
  if (IsComplete(barrier)) ReleaseBarrier(id);
  return true;
}

bool BlockState::ArriveAtClusterBarrier(Warp& warp, Group group, bool is_wait) {
  Barrier& barrier = barriers[kClusterBarrier];
  uint32_t& arrived = barrier.arrived[warp.index];
  if (is_wait) {
    const uint32_t held = group.mask & arrived;
    if (held != 0) {
      Group waiting = group;
      waiting.mask = held;
      waiting.state = Group::State::kBarrier;
      waiting.barrier = static_cast<uint8_t>(kClusterBarrier);
      warp.Park(waiting);
      group.mask &= ~held;
    }
    group.ip += 1;
    if (group.mask != 0) warp.Park(group);
    return true;
  }
  if ((group.mask & arrived) != 0) {  // a second arrival without a wait between
    ReportFault(&exec, group.ip, ErrorKind::kIllegalInstruction, __builtin_ctz(group.mask & arrived), 0, 0, 0,
                bytecode::Space::kGeneric);
    return false;
  }
  barriers_in_use |= 1u << kClusterBarrier;
  arrived |= group.mask;
  barrier.arrived_threads += static_cast<uint32_t>(__builtin_popcount(group.mask));
  group.ip += 1;
  warp.Park(group);
  if (IsComplete(barrier)) ReleaseBarrier(kClusterBarrier);
  return true;
}

// Threads have exited: what waits for all threads may be complete, and exited lanes of arrived warps count now.
void BlockState::RecheckBarriers() {
  for (uint32_t id = 0; id < kBarriersPerBlock; ++id) {
    if (!(barriers_in_use >> id & 1)) continue;
    Barrier& barrier = barriers[id];
    uint32_t arrived = 0;
    for (const auto& warp : warps) {
      uint32_t lanes = barrier.arrived[warp->index];
      if (lanes == 0) continue;
      arrived += static_cast<uint32_t>(
          __builtin_popcount(barrier.expected_threads != 0 ? lanes | ~warp->live : lanes & warp->live));
    }
    barrier.arrived_threads = arrived;
    if (IsComplete(barrier)) ReleaseBarrier(id);
  }
}

}  // namespace culvert::npu
