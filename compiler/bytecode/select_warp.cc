// Warp collectives and block barriers (PTX ISA "Parallel Synchronization and Communication Instructions").
#include "compiler/bytecode/selector.h"
#include "include/culvert/npu_config.h"

namespace culvert::lowering {

using bytecode::ReduxOp;
using ptx::BoolOp;
using ptx::Mod;
using ptx::Opcode;
using ptx::ReduceOp;
using ptx::Type;

// shfl{.sync}.mode.b32 d{|p}, a, b, c{, membermask}
void Selector::SelectShfl(const Instruction& in) {
  bytecode::ShflMode mode;
  switch (in.shfl_mode) {
    case ptx::ShflMode::kUp:
      mode = bytecode::ShflMode::kUp;
      break;
    case ptx::ShflMode::kDown:
      mode = bytecode::ShflMode::kDown;
      break;
    case ptx::ShflMode::kBfly:
      mode = bytecode::ShflMode::kBfly;
      break;
    default:
      mode = bytecode::ShflMode::kIdx;
      break;
  }
  Reg a = Use(in.operands[1], Type::kB32, in);
  Reg b = Use(in.operands[2], Type::kB32, in);
  Reg c = Use(in.operands[3], Type::kB32, in);
  Reg mask = in.Has(Mod::kSync) && in.operands.size() > 4 ? Use(in.operands[4], Type::kB32, in) : kNoReg;
  Reg value = Temp(RegClass::k32);
  LirInstruction& out = Emit(Op::SHFL, value, a, b, c, static_cast<uint16_t>(mode));
  out.has_extension = true;
  out.reg[kExt0] = mask;
  out.reg[kExt0 + 1] = SecondPredicate(in.operands[0], in);
  out.defs = 1 << kDst | 1 << (kExt0 + 1);
  Define(in.operands[0], Type::kB32, value, in);
}

// vote{.sync}.mode.pred p, {!}a{, membermask}; vote{.sync}.ballot.b32 d, {!}a{, membermask}
void Selector::SelectVote(const Instruction& in) {
  bool negated;
  Reg a = UsePredicate(in.operands[1], in, &negated);
  Reg mask = in.Has(Mod::kSync) && in.operands.size() > 2 ? Use(in.operands[2], Type::kB32, in) : kNoReg;
  bytecode::VoteMode mode;
  switch (in.vote_mode) {
    case ptx::VoteMode::kAll:
      mode = bytecode::VoteMode::kAll;
      break;
    case ptx::VoteMode::kAny:
      mode = bytecode::VoteMode::kAny;
      break;
    case ptx::VoteMode::kUni:
      mode = bytecode::VoteMode::kUni;
      break;
    default:
      mode = bytecode::VoteMode::kBallot;
      break;
  }
  const uint16_t x = static_cast<uint16_t>(mode) | (negated ? 1 << 4 : 0);
  if (mode == bytecode::VoteMode::kBallot)
    return DefineOp(in.operands[0], Type::kB32, in, Op::VOTE, a, mask, kNoReg, x);
  Emit(Op::VOTE, Destination(in.operands[0], RegClass::kPredicate, in), a, mask, kNoReg, x);
}

// match.any.sync.type d, a, membermask; match.all.sync.type d{|p}, a, membermask. The mode is one of vote's.
void Selector::SelectMatch(const Instruction& in) {
  const Type type = in.types[0];
  const bool all = in.vote_mode == ptx::VoteMode::kAll;
  Reg a = Use(in.operands[1], type, in);
  Reg mask = Use(in.operands[2], Type::kB32, in);
  Reg value = Temp(RegClass::k32);
  LirInstruction& out = Emit(all ? Op::MATCH_ALL : Op::MATCH_ANY, value, a, mask, kNoReg, TypeBits(type) == 64 ? 1 : 0);
  if (all) {
    out.reg[kC] = SecondPredicate(in.operands[0], in);
    out.defs |= 1 << kC;
  }
  Define(in.operands[0], Type::kB32, value, in);
}

// redux.sync.op.type d, a, membermask; activemask.b32 d; elect.sync d|p, membermask
void Selector::SelectRedux(const Instruction& in) {
  if (in.opcode == Opcode::kActivemask) return DefineOp(in.operands[0], Type::kB32, in, Op::ACTIVEMASK, kNoReg);
  if (in.opcode == Opcode::kElect) {
    Reg mask = Use(in.operands[1], Type::kB32, in);
    Reg leader = Temp(RegClass::k32);
    LirInstruction& out = Emit(Op::ELECT, leader, kNoReg, mask);
    out.reg[kC] = SecondPredicate(in.operands[0], in);
    out.defs |= 1 << kC;
    return Define(in.operands[0], Type::kB32, leader, in);
  }
  const Type type = in.types[0];
  const bool is_float = type == Type::kF32;
  const bool is_signed = ptx::IsSigned(type);
  ReduxOp op;
  switch (in.reduce_op) {
    case ReduceOp::kAdd:
      op = ReduxOp::kAdd;
      break;
    case ReduceOp::kMin:
      op = is_float ? ReduxOp::kMinF : is_signed ? ReduxOp::kMinS : ReduxOp::kMinU;
      break;
    case ReduceOp::kMax:
      op = is_float ? ReduxOp::kMaxF : is_signed ? ReduxOp::kMaxS : ReduxOp::kMaxU;
      break;
    case ReduceOp::kAnd:
      op = ReduxOp::kAnd;
      break;
    case ReduceOp::kOr:
      op = ReduxOp::kOr;
      break;
    case ReduceOp::kXor:
      op = ReduxOp::kXor;
      break;
    default:
      return Unimplemented(in);
  }
  const uint16_t x = static_cast<uint16_t>(op) | (in.Has(Mod::kAbs) ? bytecode::kReduxAbs : 0) |
                     (in.Has(Mod::kNan) ? bytecode::kReduxNan : 0);
  Reg a = Use(in.operands[1], type, in);
  Reg mask = Use(in.operands[2], Type::kB32, in);
  DefineOp(in.operands[0], Type::kB32, in, Op::REDUX, a, mask, kNoReg, x);
}

// bar and barrier: sync a{, b}; arrive a, b; red.op d, a{, b}, {!}c; bar.warp.sync membermask
void Selector::SelectBarrier(const Instruction& in) {
  if (in.Has(Mod::kWarp)) {
    Emit(Op::WARPSYNC, kNoReg, Use(in.operands[0], Type::kB32, in));
    return;
  }
  lir_.uses_barriers = true;
  if (in.Has(Mod::kBarrierCluster)) {  // blocks are clusters of their own
    auto kind = in.Has(Mod::kWait) ? bytecode::BarKind::kClusterWait : bytecode::BarKind::kClusterArrive;
    uint16_t aligned = in.Has(Mod::kAligned) ? bytecode::kBarAligned : 0;
    Emit(Op::BAR, kNoReg, Bits32(kClusterBarrier), kNoReg, kNoReg, static_cast<uint16_t>(kind) | aligned);
    return;
  }
  // bar is barrier.aligned (PTX ISA, bar).
  uint16_t x = in.opcode == Opcode::kBar || in.Has(Mod::kAligned) ? bytecode::kBarAligned : 0;
  const bool is_red = in.Has(Mod::kRed);
  const size_t first = is_red ? 1 : 0;
  if (in.operands.size() <= first) return Unimplemented(in, "these operands");
  Reg id = Use(in.operands[first], Type::kU32, in);
  // The predicate of .red is the last operand, the thread count the one between.
  const size_t last = in.operands.size() - (is_red ? 1 : 0);
  Reg count = first + 1 < last ? Use(in.operands[first + 1], Type::kU32, in) : kNoReg;
  if (!is_red) {
    x |= static_cast<uint16_t>(in.Has(Mod::kArrive) ? bytecode::BarKind::kArrive : bytecode::BarKind::kSync);
    Emit(Op::BAR, kNoReg, id, count, kNoReg, x);
    return;
  }
  Reg predicate = UsePositivePredicate(in.operands.back(), in);
  if (in.bool_op == BoolOp::kPopc) {
    x |= static_cast<uint16_t>(bytecode::BarKind::kRedPopc);
    return DefineOp(in.operands[0], Type::kU32, in, Op::BAR, id, count, predicate, x);
  }
  x |= static_cast<uint16_t>(in.bool_op == BoolOp::kAnd ? bytecode::BarKind::kRedAnd : bytecode::BarKind::kRedOr);
  Emit(Op::BAR, Destination(in.operands[0], RegClass::kPredicate, in), id, count, predicate, x);
}

}  // namespace culvert::lowering
