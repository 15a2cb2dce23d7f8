// Operands of PTX instructions as LIR registers, and the canonical form of results.
#include <bit>
#include <limits>

#include "compiler/bytecode/selector.h"

namespace culvert::lowering {

using ptx::OperandKind;
using ptx::SymbolKind;
using ptx::Type;

namespace {

// The value of an immediate as bits of `type`. Float literals are numbers for float types and bit patterns for others.
uint64_t ImmediateBits(const ptx::Operand& operand, Type type) {
  uint64_t bits = operand.bits;
  if (operand.kind == OperandKind::kFloat) {
    if (type == Type::kF64) {
      if (operand.is_f32_bits) {
        bits = std::bit_cast<uint64_t>(static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits))));
      }
    } else if (type == Type::kF32 && !operand.is_f32_bits) {
      bits = std::bit_cast<uint32_t>(static_cast<float>(std::bit_cast<double>(bits)));
    }
  }
  uint32_t width = TypeBits(type);
  return width >= 64 ? bits : bits & ((uint64_t{1} << width) - 1);
}

}  // namespace

// ---- Emitting ----

LirInstruction& Selector::Emit(Op op, Reg dst, Reg a, Reg b, Reg c, uint16_t x, int32_t imm) {
  LirInstruction in;
  in.op = op;
  in.x = x;
  in.imm = imm;
  in.reg[kDst] = dst;
  in.reg[kA] = a;
  in.reg[kB] = b;
  in.reg[kC] = c;
  in.guard = guard_;
  in.guard_negated = guard_negated_;
  in.line = line_;
  in.loc = loc_;
  std::vector<LirInstruction>& code = lir_.blocks[current_].code;
  code.push_back(in);
  return code.back();
}

Reg Selector::Temp(RegClass cls) {
  lir_.registers.push_back({.cls = cls, .is_temporary = true});
  return static_cast<Reg>(lir_.registers.size() - 1);
}

Reg Selector::AddConstant(const Constant& constant) {
  auto [it, inserted] = constant_registers_.try_emplace(constant, static_cast<Reg>(lir_.registers.size()));
  if (inserted) {
    lir_.registers.push_back({.cls = constant.width_bytes == 8 ? RegClass::k64 : RegClass::k32,
                              .is_constant = true,
                              .constant = static_cast<uint32_t>(lir_.constants.size())});
    lir_.constants.push_back(constant);
  }
  return it->second;
}

Reg Selector::Op1(Op op, RegClass cls, Reg a, uint16_t x) {
  uint64_t bits;
  if (lir_.KnownBits(a, &bits)) {
    switch (op) {
      case Op::EXT_S8:
        return Bits32(static_cast<uint32_t>(static_cast<int8_t>(bits)));
      case Op::EXT_U8:
        return Bits32(bits & 0xff);
      case Op::EXT_S16:
        return Bits32(static_cast<uint32_t>(static_cast<int16_t>(bits)));
      case Op::EXT_U16:
        return Bits32(bits & 0xffff);
      case Op::SEXT32_64:
        return Bits64(static_cast<uint64_t>(int64_t{static_cast<int32_t>(bits)}));
      case Op::ZEXT32_64:
        return Bits64(bits & 0xffffffffu);
      case Op::TRUNC64_32:
        return Bits32(bits);
      case Op::HIGH64_32:
        return Bits32(bits >> 32);
      default:
        break;
    }
  }
  Reg dst = Temp(cls);
  Emit(op, dst, a, kNoReg, kNoReg, x);
  return dst;
}

Reg Selector::Op2(Op op, RegClass cls, Reg a, Reg b, uint16_t x) {
  Reg dst = Temp(cls);
  Emit(op, dst, a, b, kNoReg, x);
  return dst;
}

Reg Selector::Op3(Op op, RegClass cls, Reg a, Reg b, Reg c, uint16_t x) {
  Reg dst = Temp(cls);
  Emit(op, dst, a, b, c, x);
  return dst;
}

void Selector::Move(Reg dst, Reg src) {
  switch (lir_.registers[dst].cls) {
    case RegClass::kPredicate:
      Emit(Op::MOVP, dst, src);
      break;
    case RegClass::k32:
      Emit(Op::MOV32, dst, src);
      break;
    case RegClass::k64:
      Emit(Op::MOV64, dst, src);
      break;
    case RegClass::k128:
      Emit(kPack128, dst, Op1(kLow128, RegClass::k64, src), Op1(kHigh128, RegClass::k64, src));
      break;
  }
}

// ---- Reading ----

uint32_t Selector::RegisterBytes(const Operand& operand) const {
  if (operand.kind != OperandKind::kRegister || operand.reg == ptx::kNoRegister) return 0;
  return ptx::TypeBytes(function_.registers[operand.reg].type);
}

Reg Selector::RegisterOf(const Operand& operand, const Instruction& in) {
  if (operand.kind != OperandKind::kRegister || operand.reg >= registers_.size()) {
    Fail(in, 907, "this operand must be a register");
    return Temp(RegClass::k32);
  }
  if (operand.component != 0xff) {
    Unimplemented(in, "components of vector registers");
    return Temp(RegClass::k32);
  }
  return registers_[operand.reg];
}

Reg Selector::Truncate(Reg value) {
  return lir_.registers[value].cls == RegClass::k64 ? Op1(Op::TRUNC64_32, RegClass::k32, value) : value;
}

Reg Selector::Widen64(Reg value, bool is_signed) {
  if (lir_.registers[value].cls != RegClass::k32) return value;
  return Op1(is_signed ? Op::SEXT32_64 : Op::ZEXT32_64, RegClass::k64, value);
}

Reg Selector::Narrow(Reg value, Type type) {
  uint32_t bits = TypeBits(type);
  if (bits == 8) return Op1(ptx::IsSigned(type) ? Op::EXT_S8 : Op::EXT_U8, RegClass::k32, value);
  if (bits == 16) return Op1(ptx::IsSigned(type) ? Op::EXT_S16 : Op::EXT_U16, RegClass::k32, value);
  return value;
}

Reg Selector::Use(const Operand& operand, Type type, const Instruction& in) {
  const uint32_t bits = TypeBits(type);
  switch (operand.kind) {
    case OperandKind::kRegister: {
      Reg reg = RegisterOf(operand, in);
      if (bits < 128 && lir_.registers[reg].cls == RegClass::k128) reg = Op1(kLow128, RegClass::k64, reg);
      if (bits <= 32) return Truncate(reg);
      // A narrower register in a wider instruction: only formats that read raw bits allow it.
      return bits == 64 ? Widen64(reg, ptx::IsSigned(type)) : reg;
    }
    case OperandKind::kSpecial:
      return SpecialRegisterValue(operand, bits / 8, in);
    case OperandKind::kInteger:
    case OperandKind::kFloat: {
      uint64_t value = ImmediateBits(operand, type);
      return bits == 64 ? Bits64(value) : Bits32(value);
    }
    case OperandKind::kSymbol:
      return SymbolAddress(operand.symbol, operand.offset, bits / 8, in);
    case OperandKind::kFunction:
      return SymbolAddress(operand.symbol, 0, bits / 8, in);
    default:
      Unimplemented(in, "this operand form");
      return bits == 64 ? Bits64(0) : Bits32(0);
  }
}

Reg Selector::UseExtended(const Operand& operand, Type type, const Instruction& in) {
  Reg value = Use(operand, type, in);
  return TypeBits(type) < 32 && ptx::IsSigned(type) ? Narrow(value, type) : value;
}

Reg Selector::UsePredicate(const Operand& operand, const Instruction& in, bool* negated) {
  *negated = operand.negated;
  if (operand.kind == OperandKind::kRegister) return RegisterOf(operand, in);
  // An immediate predicate.
  if (operand.kind != OperandKind::kInteger) Unimplemented(in, "this predicate operand");
  Reg dst = Temp(RegClass::kPredicate);
  bool value = (operand.bits != 0) != operand.negated;
  *negated = false;
  Emit(Op::LDIP, dst, kNoReg, kNoReg, kNoReg, 0, value ? -1 : 0);
  return dst;
}

Reg Selector::UsePositivePredicate(const Operand& operand, const Instruction& in) {
  bool negated;
  Reg reg = UsePredicate(operand, in, &negated);
  return negated ? Op1(Op::NOTP, RegClass::kPredicate, reg) : reg;
}

// ---- Writing ----

Reg Selector::Destination(const Operand& operand, RegClass cls, const Instruction& in) {
  if (operand.kind == OperandKind::kSink || operand.reg == ptx::kNoRegister) return Temp(cls);
  Reg reg = RegisterOf(operand, in);
  if (lir_.registers[reg].cls != cls) {
    Unimplemented(in, "a destination of this width");
    return Temp(cls);
  }
  return reg;
}

Reg Selector::SecondPredicate(const Operand& operand, const Instruction& in) {
  if (operand.second == ptx::kNoRegister) return kNoReg;
  if (operand.second >= registers_.size() || lir_.registers[registers_[operand.second]].cls != RegClass::kPredicate) {
    Fail(in, 907, "the second destination must be a predicate");
    return kNoReg;
  }
  return registers_[operand.second];
}

void Selector::Define(const Operand& operand, Type type, Reg value, const Instruction& in) {
  if (operand.kind == OperandKind::kSink) return;
  if (operand.kind != OperandKind::kRegister) return Unimplemented(in, "this destination");
  const uint32_t bits = TypeBits(type);
  const uint32_t register_bits = RegisterBytes(operand) * 8;
  Reg dst = RegisterOf(operand, in);
  if (register_bits == 128 && bits < 128) {
    Reg low = Widen64(Narrow(value, type), ptx::IsSigned(type));
    Reg high = ptx::IsSigned(type) ? Op2(Op::SHR_S64, RegClass::k64, low, Bits32(63)) : Bits64(0);
    value = Op2(kPack128, RegClass::k128, low, high);
  } else if (register_bits == 64) {
    value = Widen64(Narrow(value, type), ptx::IsSigned(type));
  } else if (register_bits == 8 || register_bits == 16) {
    // Canonical form of a narrow register is zero-extended: a signed value keeps only the register's bits.
    value = Truncate(value);
    if (bits < register_bits) value = Narrow(value, type);
    if (bits >= register_bits || ptx::IsSigned(type)) {
      value = Op1(register_bits == 8 ? Op::EXT_U8 : Op::EXT_U16, RegClass::k32, value);
    }
  } else if (register_bits == 32) {
    value = Narrow(Truncate(value), type);
  }
  if (lir_.registers[value].cls != lir_.registers[dst].cls) return Unimplemented(in, "a destination of this width");
  Assign(dst, value);
}

void Selector::Assign(Reg dst, Reg value) {
  // A temporary made just before can be the destination itself.
  std::vector<LirInstruction>& code = lir_.blocks[current_].code;
  if (!code.empty() && code.back().reg[kDst] == value && lir_.registers[value].is_temporary &&
      code.back().Defines(kDst)) {
    code.back().reg[kDst] = dst;
    return;
  }
  Move(dst, value);
}

void Selector::DefineOp(const Operand& operand, Type type, const Instruction& in, Op op, Reg a, Reg b, Reg c,
                        uint16_t x) {
  RegClass cls = ClassOf(type);
  Reg value = Temp(cls);
  Emit(op, value, a, b, c, x);
  if (cls == RegClass::kPredicate) {
    lir_.blocks[current_].code.back().reg[kDst] = Destination(operand, cls, in);
    return;
  }
  Define(operand, type, value, in);
}

// ---- Addresses ----

Selector::Address Selector::FrameAddress(int64_t offset) { return {frame_, static_cast<int32_t>(offset), 0}; }

Selector::Address Selector::Advance(const Address& address, int64_t bytes) {
  int64_t offset = address.imm + bytes;
  if (offset >= std::numeric_limits<int32_t>::min() && offset <= std::numeric_limits<int32_t>::max()) {
    return {address.base, static_cast<int32_t>(offset), address.flags};
  }
  if (address.flags & bytecode::kAddress32) {
    return {Op2(Op::ADD_I32, RegClass::k32, address.base, Bits32(static_cast<uint64_t>(offset))), 0, address.flags};
  }
  return {Op2(Op::ADD_I64, RegClass::k64, address.base, Bits64(static_cast<uint64_t>(offset))), 0, address.flags};
}

Selector::Address Selector::UseAddress(const Operand& operand, const Instruction& in) {
  Address address;
  if (operand.has_symbol) {
    const ptx::SymbolRef& symbol = operand.symbol;
    if (symbol.kind == SymbolKind::kLocalVariable || symbol.kind == SymbolKind::kCallParameter) {
      return Advance(FrameAddress(0), variables_[symbol.index].offset + operand.offset);
    }
    if (symbol.kind == SymbolKind::kParameter && !function_.is_entry) {
      uint32_t at = symbol.is_return ? incoming_.returns[symbol.index] : incoming_.parameters[symbol.index];
      return Advance(FrameAddress(0), int64_t{at} - incoming_.total_bytes + operand.offset);
    }
    address.base = SymbolAddress(symbol, 0, symbol.kind == SymbolKind::kSharedVariable ? 4 : 8, in);
  } else if (operand.reg != ptx::kNoRegister) {
    address.base = registers_[operand.reg];
  } else {
    address.base = Bits64(0);
  }
  if (lir_.registers[address.base].cls == RegClass::k32) {
    bool narrow_space = in.space == ptx::StateSpace::kShared || in.space == ptx::StateSpace::kSharedCluster ||
                        in.space == ptx::StateSpace::kLocal ||
                        (operand.has_symbol && operand.symbol.kind == SymbolKind::kSharedVariable);
    if (narrow_space) {
      address.flags = bytecode::kAddress32;
    } else {
      address.base = Widen64(address.base, false);
    }
  }
  return Advance(address, operand.offset);
}

}  // namespace culvert::lowering
