// Which lanes of a warp run next, and what happens where they stop.
#include <time.h>

#include <algorithm>

#include "runtime/npu/interp/state.h"

namespace culvert::npu {

using bytecode::Instruction;
using bytecode::Op;

// The deepest call first, then the lowest instruction: lanes that are behind catch up and are merged. Lanes that have
// spun in this turn are merged with, but not chosen.
bool BlockState::Pick(Warp& warp, Group* picked) {
  int best = -1;
  for (int i = 0; i < warp.group_count; ++i) {
    const Group& group = warp.groups[i];
    if (group.state != Group::State::kRunnable || group.spun) continue;
    if (best < 0) {
      best = i;
      continue;
    }
    const Group& other = warp.groups[best];
    if (group.frame->depth != other.frame->depth ? group.frame->depth > other.frame->depth : group.ip < other.ip)
      best = i;
  }
  if (best < 0) return false;
  *picked = warp.groups[best];
  warp.Remove(best);
  for (int i = warp.group_count - 1; i >= 0; --i) {
    const Group& group = warp.groups[i];
    if (group.state == Group::State::kRunnable && group.frame == picked->frame && group.ip == picked->ip) {
      picked->mask |= group.mask;
      warp.Remove(i);
    }
  }
  return true;
}

void BlockState::Resume(Warp& warp, const Group& group) {
  Exec& x = exec;
  const Instruction* wait_ip = kNowhere;
  for (int i = 0; i < warp.group_count; ++i) {
    const Group& other = warp.groups[i];
    if (other.state == Group::State::kRunnable && !other.spun && other.frame == group.frame)
      wait_ip = std::min(wait_ip, other.ip);
  }
  x.wait_ip = wait_ip;
  x.code = group.frame->function->code;
  x.live = warp.live;
  x.guard_mask = group.mask;
  x.guard_end = nullptr;
  x.spin_budget = kSpinTurns;
  x.local_base = group.frame->local_base;
  x.frame = group.frame;
  const HandlerTable* table = group.mask == warp.live ? x.full : x.partial;
  table->handlers[static_cast<uint16_t>(group.ip->op)](group.ip, group.frame->window, group.mask, &x, table);
}

bool BlockState::Call(Warp& warp, Group* group) {
  const Instruction* ip = group->ip;
  uint32_t function = static_cast<uint32_t>(ip->imm);
  uint32_t mask = group->mask;
  if (ip->op == Op::CALL_INDIRECT) {
    const uint64_t* targets = SlotAt<uint64_t>(group->frame->window, ip->a);
    uint64_t target = targets[__builtin_ctz(mask)];
    uint32_t same = 0;
    for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
      int lane = __builtin_ctz(rest);
      if (targets[lane] == target) same |= 1u << lane;
    }
    int64_t index = program->FunctionAt(target);
    if (index < 0) {
      ReportFault(&exec, ip, ErrorKind::kInvalidPc, __builtin_ctz(mask), target, 0, 0, bytecode::Space::kGeneric);
      return false;
    }
    function = static_cast<uint32_t>(index);
    if (same != mask) {  // the others call theirs when they get their turn
      Group others = *group;
      others.mask = mask & ~same;
      warp.Park(others);
      mask = same;
    }
  }
  Frame* frame = PushFrame(warp, function, group->frame, ip + 1, mask);
  if (frame == nullptr) {
    ReportFault(&exec, ip, ErrorKind::kHardwareStackError, __builtin_ctz(mask), 0, 0, 0, bytecode::Space::kLocal);
    return false;
  }
  *group = Group{.ip = frame->function->code, .frame = frame, .mask = mask};
  return true;
}

// False: these lanes have left the kernel.
bool BlockState::Return(Warp& warp, Group* group) {
  Frame* frame = group->frame;
  if (frame->parent == nullptr) {
    ExitLanes(warp, *group);
    return false;
  }
  group->ip = frame->return_ip;
  group->frame = frame->parent;
  LeaveFrame(warp, frame, group->mask);
  return true;
}

void BlockState::ExitLanes(Warp& warp, const Group& group) {
  for (Frame* frame = group.frame; frame->parent != nullptr; frame = frame->parent) LeaveFrame(warp, frame, group.mask);
  warp.live &= ~group.mask;
  live_threads -= static_cast<uint32_t>(__builtin_popcount(group.mask));
  if (barriers_in_use != 0) RecheckBarriers();
  CompleteRendezvous(warp);
}

Turn BlockState::RunWarp(Warp& warp) {
  Exec& x = exec;
  x.warp = &warp;
  x.local = local + uint64_t{warp.index} * kWarpLanes * x.local_bytes;
  x.budget = kBackEdgeBudget;
  for (int i = 0; i < warp.group_count; ++i) warp.groups[i].spun = false;
  bool preempted = false, ran = false;
  Group group;
  bool have_group = false;
  while (true) {
    if (!have_group && !Pick(warp, &group)) break;
    have_group = false;
    ran = true;
    warp.seen_state.store(0, std::memory_order_relaxed);
    Resume(warp, group);
    Group stopped{.ip = x.stop_ip, .frame = group.frame, .mask = x.stop_mask};
    warp.seen_instruction.store(static_cast<uint32_t>(x.stop_ip - program->program().code.data()),
                                std::memory_order_relaxed);
    warp.seen_lanes.store(x.stop_mask, std::memory_order_relaxed);
    warp.seen_state.store(static_cast<uint32_t>(x.stop) + 1, std::memory_order_relaxed);
    switch (x.stop) {
      case Stop::kReschedule:
        warp.Park(stopped);
        break;
      case Stop::kBudget:
        x.budget = kBackEdgeBudget;
        preempted = true;
        [[fallthrough]];
      case Stop::kSpin:
        if (__atomic_load_n(&x.launch->stop, __ATOMIC_RELAXED)) return Turn::kStopped;
        stopped.spun = true;
        warp.Park(stopped);
        break;
      case Stop::kBarrier:
        if (!ArriveAtBarrier(warp, stopped)) return Turn::kStopped;
        break;
      case Stop::kRendezvous:
        stopped.state = Group::State::kRendezvous;
        warp.Park(stopped);
        CompleteRendezvous(warp);
        break;
      case Stop::kCall:
        if (!Call(warp, &stopped)) return Turn::kStopped;
        group = stopped;
        have_group = true;  // no lanes wait in a new frame, and it is the deepest
        break;
      case Stop::kReturn:
        if (Return(warp, &stopped)) warp.Park(stopped);
        break;
      case Stop::kExit:
        ExitLanes(warp, stopped);
        break;
      case Stop::kFault:
        return Turn::kStopped;
    }
  }
  if (warp.live == 0) return Turn::kEnded;
  bool spun = std::any_of(warp.groups, warp.groups + warp.group_count,
                          [](const Group& g) { return g.state == Group::State::kRunnable; });
  if (!spun) return ran ? Turn::kAdvanced : Turn::kBlocked;
  return preempted ? Turn::kPreempted : Turn::kSpun;
}

// ---- What handlers call --------------------------------------------------------------------------------------------

const Instruction* Diverge(Exec* x, const Instruction* target, const Instruction* next, uint32_t taken,
                           uint32_t* mask) {
  uint32_t others = *mask & ~taken;
  bool go_next = next < target;
  x->warp->Park({.ip = go_next ? target : next, .frame = x->frame, .mask = go_next ? taken : others});
  x->wait_ip = std::min(x->wait_ip, go_next ? target : next);
  *mask = go_next ? others : taken;
  return go_next ? next : target;
}

const Instruction* DivergeIndexed(Exec* x, const Instruction* ip, const uint32_t* index, uint32_t* mask) {
  const uint32_t* targets = x->block->program->program().branch_targets.data() + ip->imm;
  uint32_t rest = *mask;
  const Instruction* best = kNowhere;
  uint32_t best_mask = 0;
  while (rest != 0) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    if (index[lane] >= ip->b) {
      ReportFault(x, ip, ErrorKind::kInvalidPc, static_cast<int>(lane), index[lane], 0, 0, bytecode::Space::kGeneric);
      return nullptr;
    }
    uint32_t same = 0;
    for (uint32_t others = rest; others != 0; others &= others - 1) {
      int other = __builtin_ctz(others);
      if (index[other] < ip->b && targets[index[other]] == targets[index[lane]]) same |= 1u << other;
    }
    rest &= ~same;
    const Instruction* target = x->code + targets[index[lane]];
    if (target < best) std::swap(target, best), std::swap(same, best_mask);
    if (same != 0) {
      x->warp->Park({.ip = target, .frame = x->frame, .mask = same});
      x->wait_ip = std::min(x->wait_ip, target);
    }
  }
  *mask = best_mask;
  return best;
}

void SplitGuard(Exec* x, uint32_t mask) {
  uint32_t others = x->guard_mask & ~mask;
  if (others != 0) {
    x->warp->Park({.ip = x->guard_end + 1, .frame = x->frame, .mask = others});
    x->wait_ip = std::min(x->wait_ip, x->guard_end + 1);
  }
  x->guard_mask = mask;
  x->guard_end = nullptr;
}

void ReportFault(Exec* x, const Instruction* ip, ErrorKind kind, int lane, uint64_t address, uint32_t bytes,
                 uint32_t access, bytecode::Space space) {
  culvert_fault fault = {};
  fault.kind = static_cast<uint32_t>(kind);
  fault.access = access;
  fault.address = address;
  fault.bytes = bytes;
  fault.space = static_cast<uint32_t>(space);
  const BlockState& block = *x->block;
  std::copy_n(block.block, 3, fault.block);
  uint32_t thread = x->warp->index * kWarpLanes + static_cast<uint32_t>(lane);
  std::ranges::copy(ThreadIndex(x->launch->block, thread), fault.thread);
  fault.instruction = static_cast<uint32_t>(ip - block.program->program().code.data());
  x->launch->services->report_fault(x->launch, &fault);
}

bool AllowedElsewhere(const Exec* x, uint64_t address, uint32_t bytes, uint32_t access) {
  return x->launch->services->check_access(x->launch, address, bytes, access) != 0;
}

uint64_t GlobalTimerNs() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace culvert::npu
