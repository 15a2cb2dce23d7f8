// atom, red, membar, fence (PTX ISA "Parallel Synchronization and Communication Instructions").
#include "compiler/bytecode/selector.h"

namespace culvert::lowering {

using bytecode::AtomOp;
using bytecode::AtomType;
using ptx::Mod;
using ptx::Opcode;
using ptx::OperandKind;
using ptx::ReduceOp;
using ptx::Semantics;
using ptx::Type;

namespace {

AtomOp AtomOpOf(ReduceOp op) {
  switch (op) {
    case ReduceOp::kMin:
      return AtomOp::kMin;
    case ReduceOp::kMax:
      return AtomOp::kMax;
    case ReduceOp::kAnd:
      return AtomOp::kAnd;
    case ReduceOp::kOr:
      return AtomOp::kOr;
    case ReduceOp::kXor:
      return AtomOp::kXor;
    case ReduceOp::kExch:
      return AtomOp::kExch;
    case ReduceOp::kCas:
      return AtomOp::kCas;
    case ReduceOp::kInc:
      return AtomOp::kInc;
    case ReduceOp::kDec:
      return AtomOp::kDec;
    default:
      return AtomOp::kAdd;
  }
}

// False if no atomic operation works on the type.
bool AtomTypeOf(Type type, AtomType* out) {
  switch (type) {
    case Type::kB16:
    case Type::kU16:
    case Type::kS16:
      *out = AtomType::kB16;
      return true;
    case Type::kB32:
      *out = AtomType::kB32;
      return true;
    case Type::kB64:
      *out = AtomType::kB64;
      return true;
    case Type::kB128:
      *out = AtomType::kB128;
      return true;
    case Type::kU32:
      *out = AtomType::kU32;
      return true;
    case Type::kS32:
      *out = AtomType::kS32;
      return true;
    case Type::kU64:
      *out = AtomType::kU64;
      return true;
    case Type::kS64:
      *out = AtomType::kS64;
      return true;
    case Type::kF16:
      *out = AtomType::kF16;
      return true;
    case Type::kF16x2:
      *out = AtomType::kF16x2;
      return true;
    case Type::kBf16:
      *out = AtomType::kBf16;
      return true;
    case Type::kBf16x2:
      *out = AtomType::kBf16x2;
      return true;
    case Type::kF32:
      *out = AtomType::kF32;
      return true;
    case Type::kF64:
      *out = AtomType::kF64;
      return true;
    default:
      return false;
  }
}

bytecode::FenceScope ScopeOf(ptx::Scope scope) {
  switch (scope) {
    case ptx::Scope::kCta:
      return bytecode::FenceScope::kCta;
    case ptx::Scope::kCluster:
      return bytecode::FenceScope::kCluster;
    case ptx::Scope::kGpu:
      return bytecode::FenceScope::kGpu;
    default:
      return bytecode::FenceScope::kSys;
  }
}

}  // namespace

// atom{...}.op.type d, [a], b{, c}{, policy} and red{...}.op.type [a], b{, policy}. A vector form is one atomic
// operation per element, in order: PTX promises atomicity per element only.
void Selector::SelectAtomic(const Instruction& in) {
  const Type type = in.types[0];
  const bool returns = in.opcode == Opcode::kAtom;
  const size_t address_index = returns ? 1 : 0;
  if (in.operands.size() < address_index + 2) return Unimplemented(in, "these operands");
  AtomType atom_type;
  if (!AtomTypeOf(type, &atom_type)) return Unimplemented(in, "this type");
  const char space = SpaceOf(in, in.operands[address_index]);
  if (space == 'L') return Unimplemented(in, "atomic operations on local memory");
  const Op op = space == 'G' ? Op::ATOM_G : space == 'S' ? Op::ATOM_S : Op::ATOM_X;
  const bool is_cas = in.reduce_op == ReduceOp::kCas;
  uint16_t x = static_cast<uint16_t>(AtomOpOf(in.reduce_op)) |
               static_cast<uint16_t>(static_cast<uint16_t>(atom_type) << bytecode::kAtomTypeShift);
  uint16_t order =
      in.semantics == Semantics::kWeak || in.semantics == Semantics::kRelaxed || in.semantics == Semantics::kVolatile
          ? bytecode::kRelaxed
          : bytecode::kAcquireRelease;
  x |= static_cast<uint16_t>(order << bytecode::kAtomOrderShift);
  if (in.Has(Mod::kNoFtz)) x |= bytecode::kAtomNoFtz;

  const RegClass cls = ClassOf(type);
  Address at = UseAddress(in.operands[address_index], in);
  auto emit = [&](const Operand* target, const Operand& b, const Operand* c) {
    Reg value = Use(b, type, in);
    Reg swap = c == nullptr ? kNoReg : Use(*c, type, in);
    Reg dst = target == nullptr || target->kind == OperandKind::kSink ? kNoReg : Destination(*target, cls, in);
    uint16_t flags = at.flags & bytecode::kAddress32 ? bytecode::kAtomAddress32 : 0;
    Emit(op, dst, at.base, value, swap, x | flags, at.imm);
  };
  const Operand* target = returns ? &in.operands[0] : nullptr;
  const Operand& source = in.operands[address_index + 1];
  if (source.kind != OperandKind::kVector) {
    if (is_cas && in.operands.size() < address_index + 3) return Unimplemented(in, "these operands");
    return emit(target, source, is_cas ? &in.operands[address_index + 2] : nullptr);
  }
  if (target != nullptr &&
      (target->kind != OperandKind::kVector || target->elements.size() != source.elements.size())) {
    return Unimplemented(in, "these operands");
  }
  if (target != nullptr) {
    // An element of the result may be the address register.
    Reg copy = Temp(lir_.registers[at.base].cls);
    Move(copy, at.base);
    at.base = copy;
  }
  for (size_t i = 0; i < source.elements.size(); ++i) {
    emit(target == nullptr ? nullptr : &target->elements[i], source.elements[i], nullptr);
    at = Advance(at, TypeBits(type) / 8);
  }
}

// membar.level is fence.sc.scope (PTX ISA, membar); proxy fences order accesses that are all made at issue here.
void Selector::SelectFence(const Instruction& in) {
  const bool is_sc = in.opcode == Opcode::kMembar || in.semantics == Semantics::kSc;
  if (in.Has(Mod::kProxy)) {
    Emit(Op::FENCE, kNoReg, kNoReg, kNoReg, kNoReg, static_cast<uint16_t>(bytecode::FenceScope::kSys));
    return;
  }
  Emit(Op::FENCE, kNoReg, kNoReg, kNoReg, kNoReg,
       static_cast<uint16_t>(ScopeOf(in.scope)) | (is_sc ? bytecode::kFenceSc : 0));
}

}  // namespace culvert::lowering
