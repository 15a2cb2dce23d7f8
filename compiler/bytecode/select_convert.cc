// cvt (PTX ISA "Data Movement and Conversion Instructions: cvt", "cvt.pack").
#include "compiler/bytecode/selector.h"

namespace culvert::lowering {

using ptx::Mod;
using ptx::Type;

namespace {

bool IsPlainFloat(Type type) { return type == Type::kF32 || type == Type::kF64; }
bool IsScalarHalf(Type type) { return type == Type::kF16 || type == Type::kBf16; }
bool IsInteger(Type type) {
  switch (type) {
    case Type::kU8:
    case Type::kU16:
    case Type::kU32:
    case Type::kU64:
    case Type::kS8:
    case Type::kS16:
    case Type::kS32:
    case Type::kS64:
      return true;
    default:
      return false;
  }
}
bool RoundsToIntegral(ptx::Rounding rounding) {
  return rounding == ptx::Rounding::kRni || rounding == ptx::Rounding::kRzi || rounding == ptx::Rounding::kRmi ||
         rounding == ptx::Rounding::kRpi;
}

// Bounds of a narrow integer type, as 32-bit patterns.
uint32_t MaxOf(Type type) {
  uint32_t bits = TypeBits(type);
  return ptx::IsSigned(type) ? (1u << (bits - 1)) - 1 : bits == 32 ? ~0u : (1u << bits) - 1;
}
uint32_t MinOf(Type type) { return ptx::IsSigned(type) ? ~0u << (TypeBits(type) - 1) : 0; }

}  // namespace

void Selector::SelectCvt(const Instruction& in) {
  if (in.Has(Mod::kPacked)) return ConvertPack(in);
  const Type to = in.types[0];
  const Type from = in.types[1];
  if (in.rounding == ptx::Rounding::kRs) return Unimplemented(in, "stochastic rounding");
  if ((to == Type::kF16x2 || to == Type::kBf16x2) && from == Type::kF32) return ConvertPair(in, to);
  const bool from_float = IsPlainFloat(from) || IsScalarHalf(from);
  const bool to_float = IsPlainFloat(to) || IsScalarHalf(to) || (to == Type::kTf32 && from == Type::kF32);
  if (IsInteger(to) && IsInteger(from)) return ConvertIntegers(in, to, from);
  if (IsInteger(to) && from_float) return ConvertToInteger(in, to, from);
  if (to_float && IsInteger(from)) return ConvertFromInteger(in, to, from);
  if (to_float && from_float) return ConvertFloats(in, to, from);
  Unimplemented(in);
}

void Selector::ConvertIntegers(const Instruction& in, Type to, Type from) {
  const bool from_signed = ptx::IsSigned(from);
  const bool to_signed = ptx::IsSigned(to);
  const uint32_t from_bits = TypeBits(from);
  const uint32_t to_bits = TypeBits(to);
  // The source as a whole 32- or 64-bit number of its own signedness.
  Reg value = Use(in.operands[1], from, in);
  if (from_bits < 32 && (from_signed || RegisterBytes(in.operands[1]) * 8 > from_bits)) value = Narrow(value, from);
  if (in.Has(Mod::kSat)) {
    if (from_bits == 64 && to_bits < 64) {
      Op op = from_signed ? (to_signed ? Op::CLAMP_S64_S32 : Op::CLAMP_S64_U32)
                          : (to_signed ? Op::CLAMP_U64_S32 : Op::CLAMP_U64_U32);
      value = Op1(op, RegClass::k32, value);
      if (to_bits < 32) {
        value = Op2(to_signed ? Op::MIN_S32 : Op::MIN_U32, RegClass::k32, value, Bits32(MaxOf(to)));
        if (to_signed) value = Op2(Op::MAX_S32, RegClass::k32, value, Bits32(MinOf(to)));
      }
    } else if (from_bits == 64) {
      if (from_signed && !to_signed) value = Op2(Op::MAX_S64, RegClass::k64, value, Bits64(0));
      if (!from_signed && to_signed) value = Op2(Op::MIN_U64, RegClass::k64, value, Bits64(~uint64_t{0} >> 1));
    } else if (from_signed) {
      // Also for 64-bit destinations: only the lower bound of an unsigned one can be crossed.
      if (to_bits < 64 && MaxOf(to) < 0x7fffffffu) value = Op2(Op::MIN_S32, RegClass::k32, value, Bits32(MaxOf(to)));
      if (!to_signed) {
        value = Op2(Op::MAX_S32, RegClass::k32, value, Bits32(0));
      } else if (to_bits < 32) {
        value = Op2(Op::MAX_S32, RegClass::k32, value, Bits32(MinOf(to)));
      }
    } else if (to_bits < 64 && MaxOf(to) != ~0u) {
      value = Op2(Op::MIN_U32, RegClass::k32, value, Bits32(MaxOf(to)));
    }
  }
  if (to_bits == 64) {
    value = Widen64(value, from_signed);
  } else {
    value = Truncate(value);
  }
  // A value that is canonical for the destination needs no second extension.
  const bool fits =
      to_bits > from_bits ? (!from_signed || to_bits >= 32) : to_bits == from_bits && to_signed == from_signed;
  const uint32_t register_bits = RegisterBytes(in.operands[0]) * 8;
  if (fits && register_bits >= 32 && register_bits <= 64 && to_bits <= 32 &&
      !(to_bits < 32 && to_signed && !from_signed)) {
    return Define(in.operands[0], to_signed ? Type::kS32 : Type::kU32, value, in);
  }
  if (fits && !from_signed && register_bits < 32 && to_bits < 32) {
    return Move(Destination(in.operands[0], RegClass::k32, in), value);
  }
  Define(in.operands[0], to, value, in);
}

// Values out of range give the nearest bound, with or without .sat. NaN gives 0, or from f64 and to 64-bit integers the
// integer with only the highest bit set (PTX ISA, cvt, "Integer Notes").
void Selector::ConvertToInteger(const Instruction& in, Type to, Type from) {
  uint16_t flags = FloatFlags(in) & ~bytecode::kSat;
  Reg value = Use(in.operands[1], from, in);
  if (IsScalarHalf(from)) value = Op1(from == Type::kF16 ? Op::CVT_F32_F16 : Op::CVT_F32_BF16, RegClass::k32, value);
  const bool f64 = from == Type::kF64;
  const bool is_signed = ptx::IsSigned(to);
  const uint32_t bits = TypeBits(to);
  if (bits == 64) {
    Op op = is_signed ? (f64 ? Op::CVT_S64_F64 : Op::CVT_S64_F32) : (f64 ? Op::CVT_U64_F64 : Op::CVT_U64_F32);
    return DefineOp(in.operands[0], to, in, op, value, kNoReg, kNoReg, flags);
  }
  Op op = is_signed ? (f64 ? Op::CVT_S32_F64 : Op::CVT_S32_F32) : (f64 ? Op::CVT_U32_F64 : Op::CVT_U32_F32);
  if (bits == 32) return DefineOp(in.operands[0], to, in, op, value, kNoReg, kNoReg, flags);
  Reg result = Op1(op, RegClass::k32, value, flags);
  result = Op2(is_signed ? Op::MIN_S32 : Op::MIN_U32, RegClass::k32, result, Bits32(MaxOf(to)));
  if (is_signed) {
    result = Op2(Op::MAX_S32, RegClass::k32, result, Bits32(MinOf(to)));  // NaN comes as the least number, too
  } else if (f64) {
    // The highest bit of the narrow type is within its range, the one of 32 bits is not.
    Reg nan = Op2(Op::SETP_NEU_F64, RegClass::kPredicate, value, value);
    result = Op3(Op::SELP32, RegClass::k32, Bits32(1u << (bits - 1)), result, nan);
  }
  Define(in.operands[0], to, result, in);
}

void Selector::ConvertFromInteger(const Instruction& in, Type to, Type from) {
  const uint16_t flags = FloatFlags(in);
  const bool is_signed = ptx::IsSigned(from);
  const bool is_64 = TypeBits(from) == 64;
  Reg value = Use(in.operands[1], from, in);
  if (TypeBits(from) < 32 && (is_signed || RegisterBytes(in.operands[1]) * 8 > TypeBits(from)))
    value = Narrow(value, from);
  if (to == Type::kF32) {
    Op op = is_signed ? (is_64 ? Op::CVT_F32_S64 : Op::CVT_F32_S32) : (is_64 ? Op::CVT_F32_U64 : Op::CVT_F32_U32);
    return DefineOp(in.operands[0], to, in, op, value, kNoReg, kNoReg, flags);
  }
  Op to_f64 = is_signed ? (is_64 ? Op::CVT_F64_S64 : Op::CVT_F64_S32) : (is_64 ? Op::CVT_F64_U64 : Op::CVT_F64_U32);
  if (to == Type::kF64) return DefineOp(in.operands[0], to, in, to_f64, value, kNoReg, kNoReg, flags);
  // Halves by way of f64, which holds 32-bit integers exactly. 64-bit ones are rounded to odd there (truncated, with
  // the last bit set if anything was lost), so that the second rounding sees on which side of a tie the value lies.
  Reg wide;
  if (!is_64) {
    wide = Op1(to_f64, RegClass::k64, value);
  } else {
    Reg truncated = Op1(to_f64, RegClass::k64, value, static_cast<uint16_t>(bytecode::Rounding::kRz));
    Reg back = Op1(is_signed ? Op::CVT_S64_F64 : Op::CVT_U64_F64, RegClass::k64, truncated,
                   static_cast<uint16_t>(bytecode::Rounding::kRz));
    Reg inexact = Op2(Op::SETP_NE_I64, RegClass::kPredicate, back, value);
    Reg odd = Op2(Op::OR_I64, RegClass::k64, truncated, Bits64(1));
    wide = Op3(Op::SELP64, RegClass::k64, odd, truncated, inexact);
  }
  Emit(to == Type::kF16 ? Op::CVT_F16_F64 : Op::CVT_BF16_F64, Destination(in.operands[0], RegClass::k32, in), wide,
       kNoReg, kNoReg, flags);
}

void Selector::ConvertFloats(const Instruction& in, Type to, Type from) {
  uint16_t flags = FloatFlags(in);
  if (RoundsToIntegral(in.rounding)) flags |= bytecode::kIntegral;
  Reg value = Use(in.operands[1], from, in);
  if (in.Has(Mod::kSatFinite)) {
    // The largest finite value bounds the source; NaN stays NaN.
    uint32_t bound = to == Type::kF16 ? 0x477fe000 : to == Type::kBf16 ? 0x7f7f0000 : 0x7f7fe000;
    value = Op2(Op::MIN_F32_X, RegClass::k32, value, Bits32(bound), bytecode::kNanIn);
    value = Op2(Op::MAX_F32_X, RegClass::k32, value, Bits32(bound | 0x80000000u), bytecode::kNanIn);
  }
  // Halves become f32 first (exact) unless both sides are the same half.
  auto half_to_f32 = [&](uint16_t x) {
    return Op1(from == Type::kF16 ? Op::CVT_F32_F16 : Op::CVT_F32_BF16, RegClass::k32, value, x);
  };
  Op op;
  switch (to) {
    case Type::kF64:
      if (IsScalarHalf(from)) value = half_to_f32(0);
      op = from == Type::kF64 ? Op::CVT_F64_F64 : Op::CVT_F64_F32;
      break;
    case Type::kF32:
      op = from == Type::kF64   ? Op::CVT_F32_F64
           : from == Type::kF32 ? Op::CVT_F32_F32
           : from == Type::kF16 ? Op::CVT_F32_F16
                                : Op::CVT_F32_BF16;
      break;
    case Type::kF16:
      if (from == Type::kBf16) value = half_to_f32(0);
      op = from == Type::kF64 ? Op::CVT_F16_F64 : from == Type::kF16 ? Op::CVT_F16_F16 : Op::CVT_F16_F32;
      break;
    case Type::kBf16:
      if (from == Type::kF16) value = half_to_f32(0);
      op = from == Type::kF64 ? Op::CVT_BF16_F64 : from == Type::kBf16 ? Op::CVT_BF16_BF16 : Op::CVT_BF16_F32;
      break;
    default:
      op = Op::CVT_TF32_F32;
      break;
  }
  if (IsScalarHalf(to) && RegisterBytes(in.operands[0]) == 8) {
    return Define(in.operands[0], Type::kB32, Op1(op, RegClass::k32, value, flags), in);
  }
  if (to == Type::kF64 || IsScalarHalf(to)) {
    Emit(op, Destination(in.operands[0], ClassOf(to), in), value, kNoReg, kNoReg, flags);
    return;
  }
  DefineOp(in.operands[0], Type::kB32, in, op, value, kNoReg, kNoReg, flags);
}

// cvt.rn.f16x2.f32 d, a, b: a becomes the high, b the low half.
void Selector::ConvertPair(const Instruction& in, Type to) {
  const uint16_t flags = FloatFlags(in);
  Reg parts[2];
  for (int i = 0; i < 2; ++i) {
    Reg value = Use(in.operands[1 + i], Type::kF32, in);
    if (in.Has(Mod::kSatFinite)) {
      uint32_t bound = to == Type::kF16x2 ? 0x477fe000 : 0x7f7f0000;
      value = Op2(Op::MIN_F32_X, RegClass::k32, value, Bits32(bound), bytecode::kNanIn);
      value = Op2(Op::MAX_F32_X, RegClass::k32, value, Bits32(bound | 0x80000000u), bytecode::kNanIn);
    }
    parts[i] = Op1(to == Type::kF16x2 ? Op::CVT_F16_F32 : Op::CVT_BF16_F32, RegClass::k32, value, flags);
  }
  Emit(Op::MAD_LO_I32, Destination(in.operands[0], RegClass::k32, in), parts[0], Bits32(0x10000), parts[1]);
}

// cvt.pack.sat.type.s32 d, a, b{, c}: saturates a and b and concatenates them, a above b, below them the upper part of
// c.
void Selector::ConvertPack(const Instruction& in) {
  const Type to = in.types[0];
  const bool is_signed = ptx::IsSigned(to) || to == Type::kS4 || to == Type::kS2;
  const bool from_signed = ptx::IsSigned(in.types[1]);
  const uint32_t bits = to == Type::kU2 || to == Type::kS2 ? 2 : to == Type::kU4 || to == Type::kS4 ? 4 : TypeBits(to);
  const uint32_t mask = (1u << bits) - 1;
  const uint32_t max = is_signed ? mask >> 1 : mask;
  const uint32_t min = is_signed ? ~(mask >> 1) : 0;
  auto saturate = [&](const Operand& operand) {
    Reg value = Use(operand, in.types[1], in);
    if (!from_signed) return Op2(Op::MIN_U32, RegClass::k32, value, Bits32(max));
    value = Op2(Op::MIN_S32, RegClass::k32, value, Bits32(max));
    value = Op2(Op::MAX_S32, RegClass::k32, value, Bits32(min));
    return is_signed ? Op2(Op::AND_I32, RegClass::k32, value, Bits32(mask)) : value;
  };
  Reg a = saturate(in.operands[1]);
  Reg b = saturate(in.operands[2]);
  Reg joined = Op3(Op::MAD_LO_I32, RegClass::k32, a, Bits32(1u << bits), b);
  if (in.operands.size() > 3) {
    Reg shifted = Op2(Op::SHL_I32, RegClass::k32, Use(in.operands[3], Type::kB32, in), Bits32(2 * bits));
    joined = Op2(Op::OR_I32, RegClass::k32, joined, shifted);
  }
  Define(in.operands[0], Type::kB32, joined, in);
}

}  // namespace culvert::lowering
