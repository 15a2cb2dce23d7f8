// Floating-point arithmetic (PTX ISA "Floating Point Instructions", "Half Precision", "Mixed Precision").
#include "compiler/bytecode/selector.h"

namespace culvert::lowering {

using bytecode::Rounding;
using ptx::Mod;
using ptx::Opcode;
using ptx::Type;

bool IsHalf(Type type) {
  return type == Type::kF16 || type == Type::kF16x2 || type == Type::kBf16 || type == Type::kBf16x2;
}

uint16_t HalfFormatOf(Type type) {
  switch (type) {
    case Type::kF16x2:
      return bytecode::kF16x2;
    case Type::kBf16:
      return bytecode::kBf16;
    case Type::kBf16x2:
      return bytecode::kBf16x2;
    default:
      return bytecode::kF16;
  }
}

uint16_t FloatFlags(const ptx::Instruction& in) {
  uint16_t flags = 0;
  switch (in.rounding) {
    case ptx::Rounding::kRz:
    case ptx::Rounding::kRzi:
      flags = static_cast<uint16_t>(Rounding::kRz);
      break;
    case ptx::Rounding::kRm:
    case ptx::Rounding::kRmi:
      flags = static_cast<uint16_t>(Rounding::kRm);
      break;
    case ptx::Rounding::kRp:
    case ptx::Rounding::kRpi:
      flags = static_cast<uint16_t>(Rounding::kRp);
      break;
    case ptx::Rounding::kRna:
      flags = static_cast<uint16_t>(Rounding::kRna);
      break;
    default:
      break;
  }
  if (in.Has(Mod::kFtz)) flags |= bytecode::kFtz;
  if (in.Has(Mod::kSat)) flags |= bytecode::kSat;
  if (in.Has(Mod::kNan)) flags |= bytecode::kNanIn;
  if (in.Has(Mod::kXorSign)) flags |= bytecode::kXorSign;
  if (in.Has(Mod::kRelu)) flags |= bytecode::kRelu;
  if (in.Has(Mod::kOob)) flags |= bytecode::kOob;
  return flags;
}

namespace {

// Plain form when no flag is set, _X form otherwise.
struct FloatOps {
  Op f32, f32_x, f64, f64_x;
};
FloatOps OpsOf(Opcode opcode) {
  switch (opcode) {
    case Opcode::kAdd:
      return {Op::ADD_F32, Op::ADD_F32_X, Op::ADD_F64, Op::ADD_F64_X};
    case Opcode::kSub:
      return {Op::SUB_F32, Op::SUB_F32_X, Op::SUB_F64, Op::SUB_F64_X};
    case Opcode::kMul:
      return {Op::MUL_F32, Op::MUL_F32_X, Op::MUL_F64, Op::MUL_F64_X};
    case Opcode::kDiv:
      return {Op::DIV_F32, Op::DIV_F32_X, Op::DIV_F64, Op::DIV_F64_X};
    case Opcode::kSqrt:
      return {Op::SQRT_F32, Op::SQRT_F32_X, Op::SQRT_F64, Op::SQRT_F64_X};
    case Opcode::kRcp:
      return {Op::RCP_F32, Op::RCP_F32_X, Op::RCP_F64, Op::RCP_F64_X};
    case Opcode::kMin:
      return {Op::MIN_F32, Op::MIN_F32_X, Op::MIN_F64, Op::MIN_F64};
    case Opcode::kMax:
      return {Op::MAX_F32, Op::MAX_F32_X, Op::MAX_F64, Op::MAX_F64};
    case Opcode::kNeg:
      return {Op::NEG_F32, Op::NEG_F32_X, Op::NEG_F64, Op::NEG_F64};
    case Opcode::kAbs:
      return {Op::ABS_F32, Op::ABS_F32_X, Op::ABS_F64, Op::ABS_F64};
    default:
      return {Op::FMA_F32, Op::FMA_F32_X, Op::FMA_F64, Op::FMA_F64_X};  // fma, mad
  }
}

bytecode::TestpKind TestpOf(ptx::TestpKind kind) {
  switch (kind) {
    case ptx::TestpKind::kInfinite:
      return bytecode::TestpKind::kInfinite;
    case ptx::TestpKind::kNumber:
      return bytecode::TestpKind::kNumber;
    case ptx::TestpKind::kNotANumber:
      return bytecode::TestpKind::kNotANumber;
    case ptx::TestpKind::kNormal:
      return bytecode::TestpKind::kNormal;
    case ptx::TestpKind::kSubnormal:
      return bytecode::TestpKind::kSubnormal;
    default:
      return bytecode::TestpKind::kFinite;
  }
}

}  // namespace

void Selector::SelectFloat(const Instruction& in) {
  const Type type = in.types[0];
  const bool is_64 = type == Type::kF64;
  const Operand& dst = in.operands[0];
  if (type == Type::kF32x2) return SelectPackedFloat(in);
  // Mixed precision: the f16 or bf16 sources are exact in f32.
  const Type source = in.type_count > 1 && IsHalf(in.types[1]) ? in.types[1] : type;
  auto use = [&](size_t i) {
    if (source == type || i + 1 == in.operands.size()) return Use(in.operands[i], type, in);
    return Op1(source == Type::kF16 ? Op::CVT_F32_F16 : Op::CVT_F32_BF16, RegClass::k32,
               Use(in.operands[i], source, in));
  };
  if (in.opcode == Opcode::kTestp) {
    Reg a = use(1);
    Emit(is_64 ? Op::TESTP_F64 : Op::TESTP_F32, Destination(dst, RegClass::kPredicate, in), a, kNoReg, kNoReg,
         static_cast<uint16_t>(TestpOf(in.testp)));
    return;
  }
  if (in.opcode == Opcode::kCopysign) {
    return DefineOp(dst, type, in, is_64 ? Op::COPYSIGN_F64 : Op::COPYSIGN_F32, use(1), use(2));
  }
  uint16_t flags = FloatFlags(in);
  Reg a = use(1);
  Reg b = in.operands.size() > 2 ? use(2) : kNoReg;
  Reg c = in.operands.size() > 3 ? use(3) : kNoReg;
  const bool min_max = in.opcode == Opcode::kMin || in.opcode == Opcode::kMax;
  if (min_max && c != kNoReg) {
    if (in.Has(Mod::kAbs)) flags |= bytecode::kAbsInputs;
    return DefineOp(dst, type, in, in.opcode == Opcode::kMin ? Op::MIN3_F32_X : Op::MAX3_F32_X, a, b, c, flags);
  }
  if (in.opcode == Opcode::kDiv && in.Has(Mod::kApprox)) {
    return DefineOp(dst, type, in, Op::DIV_APPROX_F32, a, b, kNoReg, flags);
  }
  if (in.opcode == Opcode::kDiv && in.Has(Mod::kFull)) {
    return DefineOp(dst, type, in, Op::DIV_FULL_F32, a, b, kNoReg, flags);
  }
  FloatOps ops = OpsOf(in.opcode);
  Op op = is_64 ? (flags ? ops.f64_x : ops.f64) : (flags ? ops.f32_x : ops.f32);
  DefineOp(dst, type, in, op, a, b, c, flags);
}

void Selector::SelectFloatUnary(const Instruction& in) {
  const Type type = in.types[0];
  const uint16_t flags = FloatFlags(in);
  const Operand& dst = in.operands[0];
  Reg a = Use(in.operands[1], type, in);
  if (IsHalf(type)) {
    if (in.opcode != Opcode::kTanh && in.opcode != Opcode::kEx2 && in.opcode != Opcode::kRcp) return Unimplemented(in);
    Op op = in.opcode == Opcode::kTanh ? Op::HTANH : in.opcode == Opcode::kEx2 ? Op::HEX2 : Op::HRCP;
    Emit(op, Destination(dst, RegClass::k32, in), a, kNoReg, kNoReg, flags | HalfFormatOf(type));
    return;
  }
  const bool is_64 = type == Type::kF64;
  Op op;
  switch (in.opcode) {
    case Opcode::kRcp:
      if (!in.Has(Mod::kApprox)) return SelectFloat(in);
      op = is_64 ? Op::RCP_APPROX_F64 : Op::RCP_APPROX_F32;
      break;
    case Opcode::kSqrt:
      if (!in.Has(Mod::kApprox)) return SelectFloat(in);
      op = Op::SQRT_APPROX_F32;
      break;
    case Opcode::kRsqrt:
      op = is_64 ? Op::RSQRT_APPROX_F64 : Op::RSQRT_APPROX_F32;
      break;
    case Opcode::kSin:
      op = Op::SIN_APPROX_F32;
      break;
    case Opcode::kCos:
      op = Op::COS_APPROX_F32;
      break;
    case Opcode::kLg2:
      op = Op::LG2_APPROX_F32;
      break;
    case Opcode::kEx2:
      op = Op::EX2_APPROX_F32;
      break;
    default:
      op = Op::TANH_APPROX_F32;
      break;
  }
  DefineOp(dst, type, in, op, a, kNoReg, kNoReg, flags);
}

// f32x2: two independent f32 operations in a 64-bit register.
void Selector::SelectPackedFloat(const Instruction& in) {
  const uint16_t flags = FloatFlags(in);
  FloatOps ops = OpsOf(in.opcode);
  Reg sources[3] = {kNoReg, kNoReg, kNoReg};
  for (size_t i = 1; i < in.operands.size() && i <= 3; ++i) sources[i - 1] = Use(in.operands[i], Type::kB64, in);
  Reg halves[2];
  for (int half = 0; half < 2; ++half) {
    Reg parts[3] = {kNoReg, kNoReg, kNoReg};
    for (int i = 0; i < 3; ++i) {
      if (sources[i] != kNoReg) parts[i] = Op1(half ? Op::HIGH64_32 : Op::TRUNC64_32, RegClass::k32, sources[i]);
    }
    halves[half] = Op3(flags ? ops.f32_x : ops.f32, RegClass::k32, parts[0], parts[1], parts[2], flags);
  }
  Emit(Op::PACK64, Destination(in.operands[0], RegClass::k64, in), halves[0], halves[1]);
}

void Selector::SelectHalf(const Instruction& in) {
  const Type type = in.types[0];
  const uint16_t x = FloatFlags(in) | HalfFormatOf(type);
  Op op;
  switch (in.opcode) {
    case Opcode::kAdd:
      op = Op::HADD;
      break;
    case Opcode::kSub:
      op = Op::HSUB;
      break;
    case Opcode::kMul:
      op = Op::HMUL;
      break;
    case Opcode::kFma:
      op = Op::HFMA;
      break;
    case Opcode::kMin:
      op = in.operands.size() > 3 ? Op::HMIN3 : Op::HMIN;
      break;
    case Opcode::kMax:
      op = in.operands.size() > 3 ? Op::HMAX3 : Op::HMAX;
      break;
    case Opcode::kNeg:
      op = Op::HNEG;
      break;
    case Opcode::kAbs:
      op = Op::HABS;
      break;
    default:
      return Unimplemented(in);
  }
  Reg sources[3] = {kNoReg, kNoReg, kNoReg};
  for (size_t i = 1; i < in.operands.size() && i <= 3; ++i) sources[i - 1] = Use(in.operands[i], type, in);
  Emit(op, Destination(in.operands[0], RegClass::k32, in), sources[0], sources[1], sources[2], x);
}

}  // namespace culvert::lowering
