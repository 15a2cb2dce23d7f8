// Comparison and selection (PTX ISA "Comparison and Selection Instructions", also the half-precision ones).
#include "compiler/bytecode/selector.h"

namespace culvert::lowering {

using ptx::BoolOp;
using ptx::Compare;
using ptx::Mod;
using ptx::Type;

namespace {

struct CompareOps {
  Op i32s, i32u, i64s, i64u, f32, f64;
};

// NOP where the comparison does not exist for the type.
CompareOps OpsOf(Compare compare) {
  switch (compare) {
    case Compare::kEq:
      return {Op::SETP_EQ_I32, Op::SETP_EQ_I32, Op::SETP_EQ_I64, Op::SETP_EQ_I64, Op::SETP_EQ_F32, Op::SETP_EQ_F64};
    case Compare::kNe:
      return {Op::SETP_NE_I32, Op::SETP_NE_I32, Op::SETP_NE_I64, Op::SETP_NE_I64, Op::SETP_NE_F32, Op::SETP_NE_F64};
    case Compare::kLt:
      return {Op::SETP_LT_S32, Op::SETP_LT_U32, Op::SETP_LT_S64, Op::SETP_LT_U64, Op::SETP_LT_F32, Op::SETP_LT_F64};
    case Compare::kLe:
      return {Op::SETP_LE_S32, Op::SETP_LE_U32, Op::SETP_LE_S64, Op::SETP_LE_U64, Op::SETP_LE_F32, Op::SETP_LE_F64};
    case Compare::kGt:
      return {Op::SETP_GT_S32, Op::SETP_GT_U32, Op::SETP_GT_S64, Op::SETP_GT_U64, Op::SETP_GT_F32, Op::SETP_GT_F64};
    case Compare::kGe:
      return {Op::SETP_GE_S32, Op::SETP_GE_U32, Op::SETP_GE_S64, Op::SETP_GE_U64, Op::SETP_GE_F32, Op::SETP_GE_F64};
    case Compare::kLo:
      return {Op::SETP_LT_U32, Op::SETP_LT_U32, Op::SETP_LT_U64, Op::SETP_LT_U64, Op::NOP, Op::NOP};
    case Compare::kLs:
      return {Op::SETP_LE_U32, Op::SETP_LE_U32, Op::SETP_LE_U64, Op::SETP_LE_U64, Op::NOP, Op::NOP};
    case Compare::kHi:
      return {Op::SETP_GT_U32, Op::SETP_GT_U32, Op::SETP_GT_U64, Op::SETP_GT_U64, Op::NOP, Op::NOP};
    case Compare::kHs:
      return {Op::SETP_GE_U32, Op::SETP_GE_U32, Op::SETP_GE_U64, Op::SETP_GE_U64, Op::NOP, Op::NOP};
    case Compare::kEqu:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::SETP_EQU_F32, Op::SETP_EQU_F64};
    case Compare::kNeu:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::SETP_NEU_F32, Op::SETP_NEU_F64};
    case Compare::kLtu:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::SETP_LTU_F32, Op::SETP_LTU_F64};
    case Compare::kLeu:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::SETP_LEU_F32, Op::SETP_LEU_F64};
    case Compare::kGtu:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::SETP_GTU_F32, Op::SETP_GTU_F64};
    case Compare::kGeu:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::SETP_GEU_F32, Op::SETP_GEU_F64};
    case Compare::kNum:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::SETP_NUM_F32, Op::SETP_NUM_F64};
    case Compare::kNan:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::SETP_NAN_F32, Op::SETP_NAN_F64};
    default:
      return {Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::NOP, Op::NOP};
  }
}

bytecode::Compare HalfCompareOf(Compare compare) {
  switch (compare) {
    case Compare::kNe:
      return bytecode::Compare::kNe;
    case Compare::kLt:
      return bytecode::Compare::kLt;
    case Compare::kLe:
      return bytecode::Compare::kLe;
    case Compare::kGt:
      return bytecode::Compare::kGt;
    case Compare::kGe:
      return bytecode::Compare::kGe;
    case Compare::kEqu:
      return bytecode::Compare::kEqu;
    case Compare::kNeu:
      return bytecode::Compare::kNeu;
    case Compare::kLtu:
      return bytecode::Compare::kLtu;
    case Compare::kLeu:
      return bytecode::Compare::kLeu;
    case Compare::kGtu:
      return bytecode::Compare::kGtu;
    case Compare::kGeu:
      return bytecode::Compare::kGeu;
    case Compare::kNum:
      return bytecode::Compare::kNum;
    case Compare::kNan:
      return bytecode::Compare::kNan;
    default:
      return bytecode::Compare::kEq;
  }
}

bool IsPackedHalf(Type type) { return type == Type::kF16x2 || type == Type::kBf16x2; }

Op BoolOpOf(BoolOp op) { return op == BoolOp::kAnd ? Op::ANDP : op == BoolOp::kOr ? Op::ORP : Op::XORP; }

}  // namespace

// dst = a compare b; for packed halves dst is the low and high_dst the high element (kNoReg where not wanted).
void Selector::EmitCompare(Compare compare, Type type, bool ftz, const Operand& a, const Operand& b, Reg dst,
                           Reg high_dst, const Instruction& in) {
  if (IsHalf(type)) {
    uint16_t x = static_cast<uint16_t>(HalfCompareOf(compare)) | (ftz ? bytecode::kHsetpFtz : 0) | HalfFormatOf(type);
    Reg left = Use(a, type, in);
    Reg right = Use(b, type, in);
    Emit(Op::HSETP, dst, left, right, high_dst, x).defs |= 1 << kC;
    return;
  }
  CompareOps ops = OpsOf(compare);
  // eq and ne compare bits, so canonical 16-bit values need no extension; lo, ls, hi, hs are unsigned.
  const bool is_signed = ptx::IsSigned(type) && compare != Compare::kLo && compare != Compare::kLs &&
                         compare != Compare::kHi && compare != Compare::kHs;
  const bool extend = is_signed && compare != Compare::kEq && compare != Compare::kNe;
  Reg left = extend ? UseExtended(a, type, in) : Use(a, type, in);
  Reg right = extend ? UseExtended(b, type, in) : Use(b, type, in);
  const bool is_64 = TypeBits(type) == 64;
  Op op = ptx::IsFloat(type) ? (is_64 ? ops.f64 : ops.f32)
          : is_signed        ? (is_64 ? ops.i64s : ops.i32s)
                             : (is_64 ? ops.i64u : ops.i32u);
  if (op == Op::NOP) {
    return Fail(in, 901, "this comparison does not exist for this type",
                "equ, neu, ltu, leu, gtu, geu, num and nan compare floating-point numbers; lo, ls, hi and hs integers");
  }
  Emit(op, dst, left, right, kNoReg, ftz && type == Type::kF32 ? bytecode::kFtz : 0);
}

// setp.CmpOp{.BoolOp}.type p[|q], a, b{, {!}c}: p = (a cmp b) op c, q = !(a cmp b) op c; for packed halves p is the low
// and q the high element.
void Selector::SelectSetp(const Instruction& in) {
  const Type type = in.types[0];
  const bool packed = IsPackedHalf(type);
  const bool ftz = in.Has(Mod::kFtz);
  const Operand& dst = in.operands[0];
  Reg p = Destination(dst, RegClass::kPredicate, in);
  Reg q = SecondPredicate(dst, in);
  if (in.bool_op == BoolOp::kNone) {
    if (packed || q == kNoReg) return EmitCompare(in.compare, type, ftz, in.operands[1], in.operands[2], p, q, in);
    Reg result = Temp(RegClass::kPredicate);
    EmitCompare(in.compare, type, ftz, in.operands[1], in.operands[2], result, kNoReg, in);
    Emit(Op::NOTP, q, result);
    Emit(Op::MOVP, p, result);
    return;
  }
  Reg result = Temp(RegClass::kPredicate);
  Reg high = packed ? Temp(RegClass::kPredicate) : kNoReg;
  EmitCompare(in.compare, type, ftz, in.operands[1], in.operands[2], result, high, in);
  bool negated;
  Reg c = UsePredicate(in.operands[3], in, &negated);
  if (in.bool_op == BoolOp::kAnd && negated && q == kNoReg && !packed) {
    Emit(Op::ANDNP, p, result, c);
    return;
  }
  if (negated) c = Op1(Op::NOTP, RegClass::kPredicate, c);
  if (q == kNoReg) {
    Emit(BoolOpOf(in.bool_op), p, result, c);
    return;
  }
  // c may be p: both results are made before either is written.
  Reg second = packed ? high : Op1(Op::NOTP, RegClass::kPredicate, result);
  Reg first = Op2(BoolOpOf(in.bool_op), RegClass::kPredicate, result, c);
  Emit(BoolOpOf(in.bool_op), q, second, c);
  Emit(Op::MOVP, p, first);
}

// set.CmpOp{.BoolOp}.dtype.stype d, a, b{, {!}c}: all ones (integers) or 1.0 (floats) where true.
void Selector::SelectSet(const Instruction& in) {
  const Type to = in.types[0];
  const Type type = in.types[1];
  const bool packed = IsPackedHalf(type);
  Reg result = Temp(RegClass::kPredicate);
  Reg high = packed ? Temp(RegClass::kPredicate) : kNoReg;
  EmitCompare(in.compare, type, in.Has(Mod::kFtz), in.operands[1], in.operands[2], result, high, in);
  if (in.bool_op != BoolOp::kNone) {
    Reg c = UsePositivePredicate(in.operands[3], in);
    result = Op2(BoolOpOf(in.bool_op), RegClass::kPredicate, result, c);
    if (packed) high = Op2(BoolOpOf(in.bool_op), RegClass::kPredicate, high, c);
  }
  uint32_t one;
  switch (to) {
    case Type::kF32:
      one = 0x3f800000;
      break;
    case Type::kF16:
    case Type::kF16x2:
      one = 0x3c00;
      break;
    case Type::kBf16:
    case Type::kBf16x2:
      one = 0x3f80;
      break;
    case Type::kU16:
    case Type::kS16:
      one = 0xffff;
      break;
    default:
      one = packed ? 0xffff : 0xffffffff;
      break;
  }
  Reg dst = Destination(in.operands[0], RegClass::k32, in);
  if (!packed) {
    Emit(Op::SELP32, dst, Bits32(one), Bits32(0), result);
    return;
  }
  Reg low = Op3(Op::SELP32, RegClass::k32, Bits32(one), Bits32(0), result);
  Reg upper = Op3(Op::SELP32, RegClass::k32, Bits32(one << 16), Bits32(0), high);
  Emit(Op::OR_I32, dst, low, upper);
}

void Selector::SelectSelp(const Instruction& in) {
  const Type type = in.types[0];
  Reg a = Use(in.operands[1], type, in);
  Reg b = Use(in.operands[2], type, in);
  bool negated;
  Reg c = UsePredicate(in.operands[3], in, &negated);
  if (negated) std::swap(a, b);
  Emit(TypeBits(type) == 64 ? Op::SELP64 : Op::SELP32, Destination(in.operands[0], ClassOf(type), in), a, b, c);
}

// slct.dtype.ctype d, a, b, c: c >= 0 ? a : b (a NaN selects b).
void Selector::SelectSlct(const Instruction& in) {
  const Type type = in.types[0];
  const bool is_float = in.types[1] == Type::kF32;
  Reg a = Use(in.operands[1], type, in);
  Reg b = Use(in.operands[2], type, in);
  Reg c = Use(in.operands[3], in.types[1], in);
  Reg p = Op2(is_float ? Op::SETP_GE_F32 : Op::SETP_GE_S32, RegClass::kPredicate, c, Bits32(0),
              in.Has(Mod::kFtz) ? bytecode::kFtz : 0);
  Emit(TypeBits(type) == 64 ? Op::SELP64 : Op::SELP32, Destination(in.operands[0], ClassOf(type), in), a, b, p);
}

}  // namespace culvert::lowering
