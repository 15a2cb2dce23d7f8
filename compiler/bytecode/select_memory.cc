// ld, ldu, st in all state spaces, scalar and vector (PTX ISA "Data Movement and Conversion Instructions").
#include "compiler/bytecode/selector.h"

namespace culvert::lowering {

using ptx::OperandKind;
using ptx::Semantics;
using ptx::StateSpace;
using ptx::SymbolKind;
using ptx::Type;

namespace {

// The operations of one space follow each other in bytecode.def, in this order.
enum SpaceOp : uint16_t {
  kLoadU8,
  kLoadS8,
  kLoadU16,
  kLoadS16,
  kLoadB32,
  kLoadB64,
  kLoadVector,
  kStoreB8,
  kStoreB16,
  kStoreB32,
  kStoreB64,
  kStoreVector
};

Op OpOf(char space, SpaceOp op) {
  Op first = space == 'G' ? Op::LD_G_U8 : space == 'X' ? Op::LD_X_U8 : space == 'S' ? Op::LD_S_U8 : Op::LD_L_U8;
  return static_cast<Op>(static_cast<uint16_t>(first) + op);
}
static_assert(static_cast<int>(Op::STV_G) - static_cast<int>(Op::LD_G_U8) == kStoreVector &&
              static_cast<int>(Op::STV_X) - static_cast<int>(Op::LD_X_U8) == kStoreVector &&
              static_cast<int>(Op::STV_S) - static_cast<int>(Op::LD_S_U8) == kStoreVector &&
              static_cast<int>(Op::STV_L) - static_cast<int>(Op::LD_L_U8) == kStoreVector);

SpaceOp ScalarLoadOf(Type type) {
  switch (TypeBits(type)) {
    case 8:
      return ptx::IsSigned(type) ? kLoadS8 : kLoadU8;
    case 16:
      return ptx::IsSigned(type) ? kLoadS16 : kLoadU16;
    case 64:
      return kLoadB64;
    default:
      return kLoadB32;
  }
}

uint16_t VectorFlags(uint32_t bits, size_t count) {
  uint16_t width = bits == 8    ? bytecode::kWidth8
                   : bits == 16 ? bytecode::kWidth16
                   : bits == 64 ? bytecode::kWidth64
                                : bytecode::kWidth32;
  return width | static_cast<uint16_t>(count << bytecode::kCountShift);
}

uint16_t OrderOf(Semantics semantics) {
  switch (semantics) {
    case Semantics::kWeak:
      return bytecode::kWeak;
    case Semantics::kAcquire:
    case Semantics::kRelease:
    case Semantics::kAcqRel:
    case Semantics::kSc:
      return bytecode::kAcquireRelease;
    default:
      return bytecode::kRelaxed;
  }
}

// The operands of a scalar or vector register operand.
std::vector<const ptx::Operand*> Elements(const ptx::Operand& operand) {
  std::vector<const ptx::Operand*> out;
  if (operand.kind == OperandKind::kVector) {
    for (const ptx::Operand& element : operand.elements) out.push_back(&element);
  } else {
    out.push_back(&operand);
  }
  return out;
}

}  // namespace

// 'G' global and constant, 'X' generic, 'S' shared, 'L' local. Function parameters lie in the caller's local frame; the
// parameters of an entry that are not read by name are generic memory.
char Selector::SpaceOf(const Instruction& in, const Operand& address) const {
  switch (in.space) {
    case StateSpace::kGlobal:
    case StateSpace::kConst:
      return 'G';
    case StateSpace::kShared:
    case StateSpace::kSharedCluster:
      return 'S';
    case StateSpace::kLocal:
    case StateSpace::kParamFunc:
      return 'L';
    case StateSpace::kParamEntry:
      return 'X';
    case StateSpace::kParam:
      if (address.has_symbol && address.symbol.kind == SymbolKind::kCallParameter) return 'L';
      return function_.is_entry ? 'X' : 'L';
    default:
      return 'X';
  }
}

void Selector::SelectLoad(const Instruction& in) {
  const Operand& source = in.operands[1];
  if (function_.is_entry && source.has_symbol && source.symbol.kind == SymbolKind::kParameter &&
      source.reg == ptx::kNoRegister) {
    return LoadParameterBank(in);
  }
  EmitLoad(SpaceOf(in, source), in.types[0], Elements(in.operands[0]), UseAddress(source, in), OrderOf(in.semantics),
           in);
}

// Kernel parameters read by name are constants of the launch.
void Selector::LoadParameterBank(const Instruction& in) {
  const Type type = in.types[0];
  const Operand& source = in.operands[1];
  const uint32_t bytes = TypeBits(type) / 8;
  const ptx::Parameter& parameter = function_.parameters[source.symbol.index];
  std::vector<const Operand*> targets = Elements(in.operands[0]);
  int64_t offset = int64_t{parameter.offset_bytes} + source.offset;
  const ptx::Parameter& last = function_.parameters.back();
  if (offset < 0 ||
      offset + static_cast<int64_t>(bytes * targets.size()) > int64_t{last.offset_bytes} + last.size_bytes) {
    return Fail(in, 903, "this load reads past the kernel's parameters");
  }
  auto word = [&](Type part, int64_t at) {
    const uint32_t part_bytes = TypeBits(part) / 8;
    return AddConstant({.kind = bytecode::ConstantKind::kParameter,
                        .width_bytes = static_cast<uint8_t>(part_bytes == 8 ? 8 : 4),
                        .source_bytes = static_cast<uint8_t>(part_bytes),
                        .sign_extend = static_cast<uint8_t>(part_bytes < 4 && ptx::IsSigned(part) ? 1 : 0),
                        .value = static_cast<uint64_t>(at)});
  };
  for (size_t i = 0; i < targets.size(); ++i, offset += bytes) {
    if (targets[i]->kind == OperandKind::kSink) continue;
    if (bytes == 16) {
      Reg low = word(Type::kB64, offset);
      Reg high = word(Type::kB64, offset + 8);
      Emit(kPack128, Destination(*targets[i], RegClass::k128, in), low, high);
      continue;
    }
    StoreLoaded(*targets[i], type, word(type, offset), in);
  }
}

// `value` holds a loaded element, extended to 32 bits by the signedness of `type`.
void Selector::StoreLoaded(const Operand& target, Type type, Reg value, const Instruction& in) {
  if (target.kind == OperandKind::kSink) return;
  const uint32_t bits = TypeBits(type);
  const uint32_t register_bits = RegisterBytes(target) * 8;
  const bool is_signed = ptx::IsSigned(type);
  if (register_bits >= 64 && bits < register_bits) {
    Type loaded = bits == 64 ? type : is_signed ? Type::kS32 : Type::kU32;
    return Define(target, loaded, value, in);
  }
  if (register_bits < 32 && is_signed && bits < 32) {
    // The canonical form of a narrow register is zero-extended.
    value = Op1(register_bits == 8 ? Op::EXT_U8 : Op::EXT_U16, RegClass::k32, value);
  }
  Reg dst = RegisterOf(target, in);
  if (register_bits < bits || lir_.registers[dst].cls != lir_.registers[value].cls) {
    return Unimplemented(in, "a destination of this width");
  }
  Assign(dst, value);
}

void Selector::EmitLoad(char space, Type type, const std::vector<const Operand*>& targets, const Address& at,
                        uint16_t order, const Instruction& in) {
  const uint32_t bits = TypeBits(type);
  if (bits == 128) {
    if (targets.size() != 1) return Unimplemented(in, "vectors of 128-bit elements");
    Reg low = Temp(RegClass::k64);
    Reg high = Temp(RegClass::k64);
    EmitVector(OpOf(space, kLoadVector), {low, high}, 64, at, order, true);
    Emit(kPack128, Destination(*targets[0], RegClass::k128, in), low, high);
    return;
  }
  if (targets.size() == 1) {
    // A signed value that its register cannot show beyond its own width is loaded zero-extended: the canonical form.
    Type loaded = type;
    if (RegisterBytes(*targets[0]) * 8 == bits && bits < 32) loaded = bits == 8 ? Type::kU8 : Type::kU16;
    Reg value = Temp(ClassOf(type));
    LoadScalar(space, loaded, value, at, order);
    return StoreLoaded(*targets[0], loaded, value, in);
  }
  if (targets.size() != 2 && targets.size() != 4 && targets.size() != 8) return Unimplemented(in, "this vector length");
  const RegClass cls = ClassOf(type);
  std::vector<Reg> slots;
  for (const Operand* target : targets) {
    // Straight into the register where its width is the element's.
    bool direct = target->kind == OperandKind::kRegister && RegisterBytes(*target) * 8 >= bits &&
                  lir_.registers[RegisterOf(*target, in)].cls == cls &&
                  (!ptx::IsSigned(type) || bits >= 32 || RegisterBytes(*target) * 8 == bits);
    slots.push_back(direct ? RegisterOf(*target, in) : Temp(cls));
  }
  EmitVector(OpOf(space, kLoadVector), slots, bits, at, order, true);
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i]->kind != OperandKind::kRegister || slots[i] == RegisterOf(*targets[i], in)) continue;
    StoreLoaded(*targets[i], type, bits < 32 ? Narrow(slots[i], type) : slots[i], in);
  }
}

// One LDV or STV. A load's elements must not overwrite its address register before it is used up: if one is the
// other, the address is copied first.
void Selector::EmitVector(Op op, const std::vector<Reg>& elements, uint32_t bits, Address at, uint16_t order,
                          bool is_load) {
  if (is_load) {
    for (Reg element : elements) {
      if (element != at.base) continue;
      Reg copy = Temp(lir_.registers[at.base].cls);
      Move(copy, at.base);
      at.base = copy;
    }
  }
  LirInstruction& out =
      Emit(op, kNoReg, at.base, kNoReg, kNoReg, order | at.flags | VectorFlags(bits, elements.size()), at.imm);
  out.has_extension = true;
  out.defs = 0;
  for (size_t i = 0; i < elements.size(); ++i) {
    out.reg[kExt0 + i] = elements[i];
    if (is_load) out.defs |= 1 << (kExt0 + i);
  }
}

void Selector::LoadScalar(char space, Type type, Reg dst, const Address& at, uint16_t order) {
  if (TypeBits(type) == 128) {
    Reg low = Temp(RegClass::k64);
    Reg high = Temp(RegClass::k64);
    EmitVector(OpOf(space, kLoadVector), {low, high}, 64, at, order, true);
    Emit(kPack128, dst, low, high);
    return;
  }
  Emit(OpOf(space, ScalarLoadOf(type)), dst, at.base, kNoReg, kNoReg, order | at.flags, at.imm);
}

void Selector::SelectStore(const Instruction& in) {
  const Operand& target = in.operands[0];
  EmitStore(SpaceOf(in, target), in.types[0], Elements(in.operands[1]), UseAddress(target, in), OrderOf(in.semantics),
            in);
}

void Selector::EmitStore(char space, Type type, const std::vector<const Operand*>& sources, const Address& at,
                         uint16_t order, const Instruction& in) {
  if (sources.size() == 1) return StoreScalar(space, type, Use(*sources[0], type, in), at, order);
  if (TypeBits(type) == 128 || (sources.size() != 2 && sources.size() != 4 && sources.size() != 8)) {
    return Unimplemented(in, "this vector length");
  }
  std::vector<Reg> values;
  for (const Operand* source : sources) values.push_back(Use(*source, type, in));
  EmitVector(OpOf(space, kStoreVector), values, TypeBits(type), at, order, false);
}

void Selector::StoreScalar(char space, Type type, Reg value, const Address& at, uint16_t order) {
  SpaceOp op;
  switch (TypeBits(type)) {
    case 128: {
      Reg low = Op1(kLow128, RegClass::k64, value);
      Reg high = Op1(kHigh128, RegClass::k64, value);
      return EmitVector(OpOf(space, kStoreVector), {low, high}, 64, at, order, false);
    }
    case 8:
      op = kStoreB8;
      break;
    case 16:
      op = kStoreB16;
      break;
    case 64:
      op = kStoreB64;
      break;
    default:
      op = kStoreB32;
      break;
  }
  Emit(OpOf(space, op), kNoReg, at.base, value, kNoReg, order | at.flags, at.imm);
}

}  // namespace culvert::lowering
