#include "compiler/bytecode/lir.h"

namespace culvert::lowering {
namespace {

bool Between(Op op, Op first, Op last) {
  return static_cast<uint16_t>(op) >= static_cast<uint16_t>(first) &&
         static_cast<uint16_t>(op) <= static_cast<uint16_t>(last);
}

}  // namespace

MemoryAccess AccessOf(Op op) {
  if (!Between(op, Op::LD_G_U8, Op::STV_L)) {
    return op == Op::ATOM_G || op == Op::ATOM_X || op == Op::ATOM_S ? MemoryAccess::kAtomic : MemoryAccess::kNone;
  }
  // Twelve operations per space, the loads first.
  uint16_t in_space = (static_cast<uint16_t>(op) - static_cast<uint16_t>(Op::LD_G_U8)) % 12;
  return in_space <= 6 ? MemoryAccess::kLoad : MemoryAccess::kStore;
}

bool IsLocalAccess(Op op) { return Between(op, Op::LD_L_U8, Op::STV_L); }

bool HasSideEffect(const LirInstruction& in) {
  switch (AccessOf(in.op)) {
    case MemoryAccess::kLoad:
      return (in.x & bytecode::kOrderMask) != bytecode::kWeak;
    case MemoryAccess::kStore:
    case MemoryAccess::kAtomic:
      return true;
    case MemoryAccess::kNone:
      break;
  }
  switch (in.op) {
    case Op::FENCE:
    case Op::ALLOCA:
    case Op::STACKRESTORE:
    case Op::NANOSLEEP:
    case Op::TRAP:
    case Op::BRKPT:
    case Op::FAULT:
      return true;
    default:
      return NeedsBranchGuard(in.op);
  }
}

bool NeedsBranchGuard(Op op) {
  switch (op) {
    case Op::SHFL:
    case Op::VOTE:
    case Op::MATCH_ANY:
    case Op::MATCH_ALL:
    case Op::REDUX:
    case Op::ELECT:
    case Op::WARPSYNC:
    case Op::BAR:
    case Op::JOIN:
    case Op::BRA:
    case Op::BRP:
    case Op::BRX:
    case Op::CALL:
    case Op::CALL_INDIRECT:
    case Op::RET:
    case Op::EXIT:
    case Op::SYSCALL:
      return true;
    default:
      return false;
  }
}

bool ReadsOthers(const LirInstruction& in) {
  if (in.op == Op::NANOSLEEP) return true;
  if (in.op == Op::CALL || in.op == Op::CALL_INDIRECT) return (in.x & kCalleeWaits) != 0;
  switch (AccessOf(in.op)) {
    case MemoryAccess::kAtomic:
      return in.reg[kDst] != kNoReg;
    case MemoryAccess::kLoad:
      return !IsLocalAccess(in.op) && (in.x & bytecode::kOrderMask) != bytecode::kWeak;
    default:
      return false;
  }
}

bool DestinationsMayNotShare(const LirInstruction& in) {
  switch (in.op) {
    case Op::SHFL:
    case Op::MATCH_ANY:
    case Op::MATCH_ALL:
    case Op::REDUX:
    case Op::VOTE:
    case Op::ELECT:
    case Op::BAR:
    case Op::SYSCALL:
      return true;
    default:
      break;
  }
  int defined = 0;
  for (int field = 0; field < kFieldCount; ++field) defined += in.Defines(field) ? 1 : 0;
  return defined > 1 || in.op == kPack128;
}

}  // namespace culvert::lowering
