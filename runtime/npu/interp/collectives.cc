// Warp operations: shfl, vote, match, redux, elect, bar.warp.sync. PTX ISA 9.7.9.6 (shfl.sync), 9.7.13 (vote, match,
// redux, elect, bar.warp.sync, activemask).
//
// A lane takes part together with the lanes its membermask names, exited ones excepted. If all of them are in the
// running group, the operation is done at once. Otherwise the group waits (rendezvous); it is done as soon as every
// named lane waits at the same operation with the same membermask, be it at one place of the program or at several.
#include <algorithm>
#include <cstring>

#include "runtime/npu/interp/state.h"

namespace culvert::npu {
namespace {

using bytecode::Extension;
using bytecode::Instruction;
using bytecode::kNoOperand;
using bytecode::Op;
using bytecode::ReduxOp;
using bytecode::ShflMode;
using bytecode::VoteMode;

constexpr uint16_t kVoteNegate = 1 << 4;

// One operation over some lanes.
struct Collective {
  uint32_t lanes = 0;  // that take part
  uint64_t a[kWarpLanes] = {};
  uint32_t b[kWarpLanes];
  uint32_t c[kWarpLanes];
  uint32_t predicate_a = 0;
  uint32_t result[kWarpLanes];
  uint32_t predicate = 0;  // result predicate
};

template <typename F>
void ForEachLane(uint32_t mask, F f) {
  for (; mask != 0; mask &= mask - 1) f(static_cast<uint32_t>(__builtin_ctz(mask)));
}

uint16_t MembermaskSlot(const Instruction* ip) {
  switch (ip->op) {
    case Op::SHFL:
      return reinterpret_cast<const Extension*>(ip + 1)->slot[0];
    case Op::WARPSYNC:
      return ip->a;
    default:
      return ip->b;
  }
}
int LengthOf(const Instruction* ip) { return ip->op == Op::SHFL ? 2 : 1; }

void Shuffle(const Instruction* ip, Collective* op) {
  ForEachLane(op->lanes, [&](uint32_t lane) {
    uint32_t b = op->b[lane] & 31, clamp = op->c[lane] & 31, segment = op->c[lane] >> 8 & 31;
    uint32_t max_lane = (lane & segment) | (clamp & ~segment);
    int64_t source = 0;
    bool in_range = false;
    switch (static_cast<ShflMode>(ip->x)) {
      case ShflMode::kUp:
        source = int64_t{lane} - b;
        in_range = source >= int64_t{max_lane};
        break;
      case ShflMode::kDown:
        source = lane + b;
        in_range = source <= max_lane;
        break;
      case ShflMode::kBfly:
        source = lane ^ b;
        in_range = source <= max_lane;
        break;
      case ShflMode::kIdx:
        source = (lane & segment) | (b & ~segment);
        in_range = source <= max_lane;
        break;
    }
    if (!in_range) source = lane;
    op->result[lane] = static_cast<uint32_t>(op->a[source & 31]);
    op->predicate |= static_cast<uint32_t>(in_range) << lane;
  });
}

void Vote(const Instruction* ip, Collective* op) {
  uint32_t votes = (ip->x & kVoteNegate ? ~op->predicate_a : op->predicate_a) & op->lanes;
  bool value = false;
  switch (static_cast<VoteMode>(ip->x & ~kVoteNegate)) {
    case VoteMode::kAll:
      value = votes == op->lanes;
      break;
    case VoteMode::kAny:
      value = votes != 0;
      break;
    case VoteMode::kUni:
      value = votes == op->lanes || votes == 0;
      break;
    case VoteMode::kBallot:
      std::fill_n(op->result, kWarpLanes, votes);
      return;
  }
  op->predicate = value ? ~0u : 0;
}

void Match(const Instruction* ip, Collective* op) {
  if (ip->op == Op::MATCH_ALL) {
    uint64_t first = op->a[__builtin_ctz(op->lanes)];
    bool all = true;
    ForEachLane(op->lanes, [&](uint32_t lane) { all &= op->a[lane] == first; });
    std::fill_n(op->result, kWarpLanes, all ? op->lanes : 0);
    op->predicate = all ? ~0u : 0;
    return;
  }
  ForEachLane(op->lanes, [&](uint32_t lane) {
    uint32_t same = 0;
    ForEachLane(op->lanes,
                [&](uint32_t other) { same |= static_cast<uint32_t>(op->a[lane] == op->a[other]) << other; });
    op->result[lane] = same;
  });
}

float AsFloat(uint32_t bits) { return __builtin_bit_cast(float, bits); }

uint32_t ReduceFloat(uint32_t left, uint32_t right, bool is_max, uint16_t flags) {
  constexpr uint32_t kCanonicalNan = 0x7fffffff;
  if (flags & bytecode::kReduxAbs) {
    left &= 0x7fffffff;
    right &= 0x7fffffff;
  }
  bool left_nan = AsFloat(left) != AsFloat(left), right_nan = AsFloat(right) != AsFloat(right);
  if (left_nan || right_nan) {
    if ((flags & bytecode::kReduxNan) || (left_nan && right_nan)) return kCanonicalNan;
    return left_nan ? right : left;
  }
  if (AsFloat(left) == AsFloat(right)) return is_max ? left & right : left | right;  // -0 is below +0
  return (AsFloat(left) > AsFloat(right)) == is_max ? left : right;
}

uint32_t Reduce(uint32_t left, uint32_t right, uint16_t x) {
  auto s = [](uint32_t value) { return static_cast<int32_t>(value); };
  switch (static_cast<ReduxOp>(x & 0xf)) {
    case ReduxOp::kAdd:
      return left + right;
    case ReduxOp::kMinS:
      return s(left) < s(right) ? left : right;
    case ReduxOp::kMinU:
      return std::min(left, right);
    case ReduxOp::kMaxS:
      return s(left) > s(right) ? left : right;
    case ReduxOp::kMaxU:
      return std::max(left, right);
    case ReduxOp::kAnd:
      return left & right;
    case ReduxOp::kOr:
      return left | right;
    case ReduxOp::kXor:
      return left ^ right;
    case ReduxOp::kMinF:
      return ReduceFloat(left, right, false, x);
    case ReduxOp::kMaxF:
      return ReduceFloat(left, right, true, x);
  }
  return 0;
}

void Redux(const Instruction* ip, Collective* op) {
  uint32_t first = static_cast<uint32_t>(__builtin_ctz(op->lanes));
  uint32_t value = static_cast<uint32_t>(op->a[first]);
  bool is_float = static_cast<ReduxOp>(ip->x & 0xf) >= ReduxOp::kMinF;
  if (is_float) value = ReduceFloat(value, value, false, ip->x);  // .abs and the canonical NaN also for one lane
  ForEachLane(op->lanes & (op->lanes - 1),
              [&](uint32_t lane) { value = Reduce(value, static_cast<uint32_t>(op->a[lane]), ip->x); });
  std::fill_n(op->result, kWarpLanes, value);
}

void Compute(const Instruction* ip, Collective* op) {
  switch (ip->op) {
    case Op::SHFL:
      return Shuffle(ip, op);
    case Op::VOTE:
      return Vote(ip, op);
    case Op::MATCH_ANY:
    case Op::MATCH_ALL:
      return Match(ip, op);
    case Op::REDUX:
      return Redux(ip, op);
    case Op::ELECT: {
      uint32_t leader = static_cast<uint32_t>(__builtin_ctz(op->lanes));
      std::fill_n(op->result, kWarpLanes, leader);
      op->predicate = 1u << leader;
      return;
    }
    default:
      return;  // WARPSYNC: arriving was all
  }
}

// Takes the operands of some lanes from their window.
void Gather(const Instruction* ip, const uint8_t* window, uint32_t lanes, Collective* op) {
  if (ip->op == Op::VOTE) {
    op->predicate_a |= reinterpret_cast<const uint32_t*>(window)[ip->a] & lanes;
    return;
  }
  if (ip->op == Op::ELECT || ip->op == Op::WARPSYNC) return;
  bool wide = (ip->op == Op::MATCH_ANY || ip->op == Op::MATCH_ALL) && ip->x == 1;
  if (wide) {
    const uint64_t* a = SlotAt<uint64_t>(window, ip->a);
    ForEachLane(lanes, [&](uint32_t lane) { op->a[lane] = a[lane]; });
    return;
  }
  const uint32_t* a = SlotAt<uint32_t>(window, ip->a);
  // A shuffle may name a lane that takes no part; what it reads there is its register's value.
  for (uint32_t lane = 0; lane < kWarpLanes; ++lane) {
    if (ip->op == Op::SHFL ? !(op->lanes >> lane & 1) || (lanes >> lane & 1) : (lanes >> lane & 1))
      op->a[lane] = a[lane];
  }
  if (ip->op == Op::SHFL) {
    const uint32_t* b = SlotAt<uint32_t>(window, ip->b);
    const uint32_t* c = SlotAt<uint32_t>(window, ip->c);
    ForEachLane(lanes, [&](uint32_t lane) { op->b[lane] = b[lane], op->c[lane] = c[lane]; });
  }
}

// Writes the results of some lanes to their window.
void Scatter(const Instruction* ip, uint8_t* window, uint32_t lanes, const Collective& op) {
  uint16_t predicate = kNoOperand, dst = ip->dst;
  switch (ip->op) {
    case Op::SHFL:
      predicate = reinterpret_cast<const Extension*>(ip + 1)->slot[1];
      break;
    case Op::VOTE:
      if (static_cast<VoteMode>(ip->x & ~kVoteNegate) != VoteMode::kBallot) {
        predicate = ip->dst;
        dst = kNoOperand;
      }
      break;
    case Op::MATCH_ALL:
    case Op::ELECT:
      predicate = ip->c;
      break;
    case Op::WARPSYNC:
      return;
    default:
      break;
  }
  if (dst != kNoOperand) {
    uint32_t* slot = SlotAt<uint32_t>(window, dst);
    if (lanes == ~0u) {
      std::memcpy(slot, op.result, sizeof(op.result));
    } else {
      ForEachLane(lanes, [&](uint32_t lane) { slot[lane] = op.result[lane]; });
    }
  }
  if (predicate != kNoOperand) {
    uint32_t& value = PredicateAt(window, predicate);
    value = (value & ~lanes) | (op.predicate & lanes);
  }
}

// The lanes that `lane` wants to meet. Legacy forms have no membermask: whoever is active.
uint32_t MembersOf(const Instruction* ip, const uint8_t* window, uint32_t lane, uint32_t active) {
  uint16_t slot = MembermaskSlot(ip);
  return slot == kNoOperand ? active : SlotAt<uint32_t>(window, slot)[lane];
}

// Lanes of `mask` that name the same members as lane `first`.
uint32_t SameMembers(const Instruction* ip, const uint8_t* window, uint32_t mask, uint32_t first) {
  uint32_t members = MembersOf(ip, window, first, mask);
  uint32_t same = 0;
  ForEachLane(mask, [&](uint32_t lane) {
    same |= static_cast<uint32_t>(MembersOf(ip, window, lane, mask) == members) << lane;
  });
  return same;
}

void Perform(const Instruction* ip, uint8_t* window, uint32_t lanes) {
  Collective op;
  op.lanes = lanes;
  Gather(ip, window, lanes, &op);
  Compute(ip, &op);
  Scatter(ip, window, lanes, op);
}

}  // namespace

bool RunCollective(Exec* x, const Instruction* ip, uint8_t* window, uint32_t mask) {
  // First see whether all lanes can go on, then do it: nothing is half done when the group has to wait.
  uint32_t sets[kWarpLanes];
  int count = 0;
  for (uint32_t rest = mask; rest != 0; rest &= ~sets[count++]) {
    uint32_t first = static_cast<uint32_t>(__builtin_ctz(rest));
    sets[count] = SameMembers(ip, window, rest, first);
    if ((MembersOf(ip, window, first, mask) & x->live & ~sets[count]) != 0) return false;
  }
  for (int i = 0; i < count; ++i) Perform(ip, window, sets[i]);
  return true;
}

// Finds waiting lanes whose partners have all arrived, performs their operation and makes them runnable. True if any
// were.
bool BlockState::CompleteRendezvous(Warp& warp) {
  bool any = false;
  for (int i = 0; i < warp.group_count; ++i) {
    if (warp.groups[i].state != Group::State::kRendezvous) continue;
    for (uint32_t rest = warp.groups[i].mask; rest != 0;) {
      const Group group = warp.groups[i];
      uint32_t first = static_cast<uint32_t>(__builtin_ctz(rest));
      uint32_t members = MembersOf(group.ip, group.frame->window, first, 0);
      rest &= ~SameMembers(group.ip, group.frame->window, rest, first);
      // The lanes of every waiting group that take part with these.
      uint32_t part[kWarpLanes] = {};
      uint32_t arrived = 0;
      for (int j = 0; j < warp.group_count; ++j) {
        const Group& other = warp.groups[j];
        if (other.state != Group::State::kRendezvous || other.ip->op != group.ip->op || other.ip->x != group.ip->x)
          continue;
        ForEachLane(other.mask, [&](uint32_t lane) {
          if (MembersOf(other.ip, other.frame->window, lane, 0) == members) part[j] |= 1u << lane;
        });
        arrived |= part[j];
      }
      if ((members & warp.live & ~arrived) != 0) continue;
      Collective op;
      op.lanes = arrived;
      for (int j = 0; j < warp.group_count; ++j) {
        if (part[j] != 0) Gather(warp.groups[j].ip, warp.groups[j].frame->window, part[j], &op);
      }
      Compute(group.ip, &op);
      for (int j = warp.group_count - 1; j >= 0; --j) {
        if (part[j] == 0) continue;
        Group done = warp.groups[j];
        Scatter(done.ip, done.frame->window, part[j], op);
        done.mask = part[j];
        done.state = Group::State::kRunnable;
        done.ip += LengthOf(done.ip);
        warp.groups[j].mask &= ~part[j];
        if (warp.groups[j].mask == 0) {
          warp.groups[j] = done;
        } else {
          warp.Park(done);
        }
      }
      any = true;
      break;  // the groups have changed; the outer loop looks at this index's group again through the next completion
    }
  }
  return any && (CompleteRendezvous(warp), true);
}

}  // namespace culvert::npu
