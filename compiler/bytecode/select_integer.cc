// Integer arithmetic (PTX ISA "Integer Arithmetic Instructions" and "Extended-Precision Integer Arithmetic").
#include "compiler/bytecode/selector.h"

namespace culvert::lowering {

using ptx::Mod;
using ptx::MulPart;
using ptx::Opcode;
using ptx::Type;

namespace {

bool IsPacked8(Type type) { return type == Type::kU8x4 || type == Type::kS8x4; }
bool IsPacked(Type type) { return type == Type::kU16x2 || type == Type::kS16x2 || IsPacked8(type); }

struct Pair {
  Op op32;
  Op op64;
};

// The operation of a two-operand instruction whose 16-bit form is the 32-bit one on extended operands.
Pair Plain(Opcode opcode, bool is_signed) {
  switch (opcode) {
    case Opcode::kDiv:
      return is_signed ? Pair{Op::DIV_S32, Op::DIV_S64} : Pair{Op::DIV_U32, Op::DIV_U64};
    case Opcode::kRem:
      return is_signed ? Pair{Op::REM_S32, Op::REM_S64} : Pair{Op::REM_U32, Op::REM_U64};
    case Opcode::kMin:
      return is_signed ? Pair{Op::MIN_S32, Op::MIN_S64} : Pair{Op::MIN_U32, Op::MIN_U64};
    case Opcode::kMax:
      return is_signed ? Pair{Op::MAX_S32, Op::MAX_S64} : Pair{Op::MAX_U32, Op::MAX_U64};
    case Opcode::kNeg:
      return {Op::NEG_I32, Op::NEG_I64};
    case Opcode::kAbs:
      return {Op::ABS_I32, Op::ABS_I64};
    case Opcode::kSad:
      return is_signed ? Pair{Op::SAD_S32, Op::SAD_S64} : Pair{Op::SAD_U32, Op::SAD_U64};
    case Opcode::kAdd:
      return {Op::ADD_I32, Op::ADD_I64};
    default:
      return {Op::SUB_I32, Op::SUB_I64};
  }
}

}  // namespace

void Selector::SelectIntegerArith(const Instruction& in) {
  const Type type = in.types[0];
  if (IsPacked(type)) return SelectPackedInteger(in);
  switch (in.opcode) {
    case Opcode::kAdd:
    case Opcode::kSub:
      if (in.Has(Mod::kCc)) return SelectCarry(in);
      return SelectAddSub(in);
    case Opcode::kMul:
      return SelectMul(in);
    case Opcode::kMad:
      return in.Has(Mod::kCc) ? SelectCarry(in) : SelectMul(in);
    default:
      break;
  }
  Pair ops = Plain(in.opcode, ptx::IsSigned(type));
  Reg a = UseExtended(in.operands[1], type, in);
  Reg b = in.operands.size() > 2 ? UseExtended(in.operands[2], type, in) : kNoReg;
  Reg c = in.operands.size() > 3 ? UseExtended(in.operands[3], type, in) : kNoReg;
  Op op = TypeBits(type) == 64 ? ops.op64 : ops.op32;
  if (in.Has(Mod::kRelu)) {
    Reg value = Op2(op, RegClass::k32, a, b);
    return DefineOp(in.operands[0], type, in, Op::MAX_S32, value, Bits32(0));
  }
  DefineOp(in.operands[0], type, in, op, a, b, c);
}

void Selector::SelectAddSub(const Instruction& in) {
  const Type type = in.types[0];
  Reg a = Use(in.operands[1], type, in);
  Reg b = Use(in.operands[2], type, in);
  if (in.Has(Mod::kSat)) {
    if (type == Type::kU32) {  // the exact sum of 64 bits, clamped
      Reg sum = Op2(Op::ADD_I64, RegClass::k64, Widen64(a, false), Widen64(b, false));
      return Define(in.operands[0], type, Truncate(Op2(Op::MIN_U64, RegClass::k64, sum, Bits64(0xffffffff))), in);
    }
    return DefineOp(in.operands[0], type, in, in.opcode == Opcode::kAdd ? Op::ADD_SAT_S32 : Op::SUB_SAT_S32, a, b);
  }
  Pair ops = Plain(in.opcode, false);
  DefineOp(in.operands[0], type, in, TypeBits(type) == 64 ? ops.op64 : ops.op32, a, b);
}

// mul and mad with .lo, .hi, .wide.
void Selector::SelectMul(const Instruction& in) {
  const Type type = in.types[0];
  const uint32_t bits = TypeBits(type);
  const bool is_signed = ptx::IsSigned(type);
  const bool is_mad = in.opcode == Opcode::kMad;
  Reg a = UseExtended(in.operands[1], type, in);
  Reg b = UseExtended(in.operands[2], type, in);
  const Operand& dst = in.operands[0];
  if (in.part == MulPart::kWide) {
    if (bits == 16) {  // the full product fits 32 bits
      Type wide = is_signed ? Type::kS32 : Type::kU32;
      if (!is_mad) return DefineOp(dst, wide, in, Op::MUL_LO_I32, a, b);
      return DefineOp(dst, wide, in, Op::MAD_LO_I32, a, b, Use(in.operands[3], wide, in));
    }
    Type wide = is_signed ? Type::kS64 : Type::kU64;
    if (!is_mad) return DefineOp(dst, wide, in, is_signed ? Op::MUL_WIDE_S32 : Op::MUL_WIDE_U32, a, b);
    return DefineOp(dst, wide, in, is_signed ? Op::MAD_WIDE_S32 : Op::MAD_WIDE_U32, a, b,
                    Use(in.operands[3], wide, in));
  }
  if (in.part == MulPart::kHi) {
    Reg high;
    if (bits == 16) {
      Reg product = Op2(Op::MUL_LO_I32, RegClass::k32, a, b);
      high = Op2(is_signed ? Op::SHR_S32 : Op::SHR_U32, RegClass::k32, product, Bits32(16));
    } else if (bits == 32) {
      high = Op2(is_signed ? Op::MUL_HI_S32 : Op::MUL_HI_U32, RegClass::k32, a, b);
    } else {
      high = Op2(is_signed ? Op::MUL_HI_S64 : Op::MUL_HI_U64, RegClass::k64, a, b);
    }
    if (!is_mad) return Define(dst, type, high, in);
    Op add = bits == 64 ? Op::ADD_I64 : in.Has(Mod::kSat) ? Op::ADD_SAT_S32 : Op::ADD_I32;
    return DefineOp(dst, type, in, add, high, Use(in.operands[3], type, in));
  }
  if (!is_mad) return DefineOp(dst, type, in, bits == 64 ? Op::MUL_LO_I64 : Op::MUL_LO_I32, a, b);
  DefineOp(dst, type, in, bits == 64 ? Op::MAD_LO_I64 : Op::MAD_LO_I32, a, b, Use(in.operands[3], type, in));
}

void Selector::SelectMul24(const Instruction& in) {
  const Type type = in.types[0];
  const bool is_signed = ptx::IsSigned(type);
  const bool high = in.part == MulPart::kHi;
  Op op = is_signed ? (high ? Op::MUL24_HI_S32 : Op::MUL24_LO_S32) : (high ? Op::MUL24_HI_U32 : Op::MUL24_LO_U32);
  Reg a = Use(in.operands[1], type, in);
  Reg b = Use(in.operands[2], type, in);
  if (in.opcode == Opcode::kMul24) return DefineOp(in.operands[0], type, in, op, a, b);
  Reg product = Op2(op, RegClass::k32, a, b);
  DefineOp(in.operands[0], type, in, in.Has(Mod::kSat) ? Op::ADD_SAT_S32 : Op::ADD_I32, product,
           Use(in.operands[3], type, in));
}

// add.cc addc sub.cc subc mad.cc madc: CC.CF is one predicate per lane.
void Selector::SelectCarry(const Instruction& in) {
  const Type type = in.types[0];
  const bool is_64 = TypeBits(type) == 64;
  const RegClass cls = ClassOf(type);
  const bool is_mad = in.opcode == Opcode::kMad || in.opcode == Opcode::kMadc;
  const bool is_sub = in.opcode == Opcode::kSub || in.opcode == Opcode::kSubc;
  const bool carry_in = in.opcode == Opcode::kAddc || in.opcode == Opcode::kSubc || in.opcode == Opcode::kMadc;
  Reg a = Use(in.operands[1], type, in);
  Reg b = Use(in.operands[2], type, in);
  if (is_mad) {
    const bool is_signed = ptx::IsSigned(type);
    Op op = in.part == MulPart::kHi
                ? (is_signed ? (is_64 ? Op::MUL_HI_S64 : Op::MUL_HI_S32) : (is_64 ? Op::MUL_HI_U64 : Op::MUL_HI_U32))
                : (is_64 ? Op::MUL_LO_I64 : Op::MUL_LO_I32);
    a = Op2(op, cls, a, b);
    b = Use(in.operands[3], type, in);
  }
  Reg dst = Destination(in.operands[0], cls, in);
  if (!carry_in) {
    Op op = is_sub ? (is_64 ? Op::SUB_CC_I64 : Op::SUB_CC_I32) : (is_64 ? Op::ADD_CC_I64 : Op::ADD_CC_I32);
    Emit(op, dst, a, b, carry_, bytecode::kNoOperand).defs |= 1 << kC;
    return;
  }
  Op op = is_sub ? (is_64 ? Op::SUBC_I64 : Op::SUBC_I32) : (is_64 ? Op::ADDC_I64 : Op::ADDC_I32);
  LirInstruction& out = Emit(op, dst, a, b, carry_, bytecode::kNoOperand);
  if (in.Has(Mod::kCc)) {
    out.reg[kX] = carry_;
    out.defs |= 1 << kX;
  }
}

// u16x2, s16x2, u8x4, s8x4: the elements as 32-bit values, then packed again.
void Selector::SelectPackedInteger(const Instruction& in) {
  const Type type = in.types[0];
  const bool is_signed = ptx::IsSigned(type);
  const uint32_t bits = IsPacked8(type) ? 8 : 16;
  const Op extend = bits == 8 ? (is_signed ? Op::EXT_S8 : Op::EXT_U8) : (is_signed ? Op::EXT_S16 : Op::EXT_U16);
  const Op cut = bits == 8 ? Op::EXT_U8 : Op::EXT_U16;
  const uint32_t most = (1u << (is_signed ? bits - 1 : bits)) - 1;
  const uint32_t least = is_signed ? ~most : 0;
  Reg a = Use(in.operands[1], Type::kB32, in);
  Reg b = in.operands.size() > 2 ? Use(in.operands[2], Type::kB32, in) : kNoReg;
  auto element = [&](Reg value, uint32_t shift) {
    if (value == kNoReg) return kNoReg;
    return Op1(extend, RegClass::k32, shift == 0 ? value : Op2(Op::SHR_U32, RegClass::k32, value, Bits32(shift)));
  };
  Reg packed = kNoReg;
  for (uint32_t at = 32; at > 0;) {  // from the highest element down: each step makes room for the next one
    at -= bits;
    Reg result = Op2(Plain(in.opcode, is_signed).op32, RegClass::k32, element(a, at), element(b, at));
    if (in.Has(Mod::kRelu)) result = Op2(Op::MAX_S32, RegClass::k32, result, Bits32(0));
    if (in.Has(Mod::kSat)) {
      result = Op2(Op::MIN_S32, RegClass::k32, result, Bits32(most));
      result = Op2(Op::MAX_S32, RegClass::k32, result, Bits32(least));
    }
    result = Op1(cut, RegClass::k32, result);
    packed = packed == kNoReg ? result : Op3(Op::MAD_LO_I32, RegClass::k32, packed, Bits32(1u << bits), result);
  }
  Move(Destination(in.operands[0], RegClass::k32, in), packed);
}

}  // namespace culvert::lowering
