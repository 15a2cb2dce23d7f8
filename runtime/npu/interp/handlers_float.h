// Handlers: f32 and f64 arithmetic. PTX ISA 9.7.3. Plain forms round to nearest and have no flags; the others take them
// from x. A NaN result is the canonical NaN.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_FLOAT_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_FLOAT_H_

#include "runtime/npu/interp/define_handlers.h"
#include "runtime/npu/interp/float_lanes.h"

namespace culvert::npu {
namespace {

// Inputs flushed, OPERATION rounded as x says, result finished as x says.
template <typename Op, typename V>
CULVERT_INLINE V Arithmetic(uint16_t x, V a, V b, V c) {
  return Finish(x, Rounded<Op, V>(x, FlushIf(x, a), FlushIf(x, b), FlushIf(x, c)));
}

#define CULVERT_FLOAT_UNARY(NAME, V, OPERATION)                 \
  CULVERT_UNARY(NAME, V, V, Canonical(OPERATION::Run(a, a, a))) \
  CULVERT_UNARY(NAME##_X, V, V, Arithmetic<OPERATION>(ip->x, a, a, a))
#define CULVERT_FLOAT_BINARY(NAME, V, OPERATION)                    \
  CULVERT_BINARY(NAME, V, V, V, Canonical(OPERATION::Run(a, b, b))) \
  CULVERT_BINARY(NAME##_X, V, V, V, Arithmetic<OPERATION>(ip->x, a, b, b))
CULVERT_FLOAT_BINARY(ADD_F32, F32x, Add)
CULVERT_FLOAT_BINARY(ADD_F64, F64x, Add)
CULVERT_FLOAT_BINARY(SUB_F32, F32x, Subtract)
CULVERT_FLOAT_BINARY(SUB_F64, F64x, Subtract)
CULVERT_FLOAT_BINARY(MUL_F32, F32x, Multiply)
CULVERT_FLOAT_BINARY(MUL_F64, F64x, Multiply)
CULVERT_FLOAT_BINARY(DIV_F32, F32x, Divide)
CULVERT_FLOAT_BINARY(DIV_F64, F64x, Divide)
CULVERT_FLOAT_UNARY(SQRT_F32, F32x, SquareRoot)
CULVERT_FLOAT_UNARY(SQRT_F64, F64x, SquareRoot)
CULVERT_FLOAT_UNARY(RCP_F32, F32x, Reciprocal)
CULVERT_FLOAT_UNARY(RCP_F64, F64x, Reciprocal)

CULVERT_TERNARY(FMA_F32, F32x, F32x, F32x, F32x, Canonical(FusedMultiplyAdd(a, b, c)))
CULVERT_TERNARY(FMA_F64, F64x, F64x, F64x, F64x, Canonical(FusedMultiplyAdd(a, b, c)))
CULVERT_TERNARY(FMA_F32_X, F32x, F32x, F32x, F32x, Arithmetic<MultiplyAdd>(ip->x, a, b, c))
CULVERT_TERNARY(FMA_F64_X, F64x, F64x, F64x, F64x, Arithmetic<MultiplyAdd>(ip->x, a, b, c))

// Minimum, maximum.
CULVERT_BINARY(MIN_F32, F32x, F32x, F32x, Minimum(a, b))
CULVERT_BINARY(MIN_F64, F64x, F64x, F64x, Minimum(a, b))
CULVERT_BINARY(MAX_F32, F32x, F32x, F32x, Maximum(a, b))
CULVERT_BINARY(MAX_F64, F64x, F64x, F64x, Maximum(a, b))
CULVERT_BINARY(MIN_F32_X, F32x, F32x, F32x, Extremum<false>(ip->x, FlushIf(ip->x, a), FlushIf(ip->x, b)))
CULVERT_BINARY(MAX_F32_X, F32x, F32x, F32x, Extremum<true>(ip->x, FlushIf(ip->x, a), FlushIf(ip->x, b)))

template <bool kMaximum>
CULVERT_INLINE F32x Extremum3(uint16_t x, F32x a, F32x b, F32x c) {
  a = FlushIf(x, a);
  b = FlushIf(x, b);
  c = FlushIf(x, c);
  if (x & bytecode::kAbsInputs) {
    a = Absolute(a);
    b = Absolute(b);
    c = Absolute(c);
  }
  return Extremum<kMaximum>(x, Extremum<kMaximum>(x, a, b), c);
}
CULVERT_TERNARY(MIN3_F32_X, F32x, F32x, F32x, F32x, Extremum3<false>(ip->x, a, b, c))
CULVERT_TERNARY(MAX3_F32_X, F32x, F32x, F32x, F32x, Extremum3<true>(ip->x, a, b, c))

// Signs.
CULVERT_UNARY(NEG_F32, F32x, F32x, Canonical(Negate(a)))
CULVERT_UNARY(NEG_F64, F64x, F64x, Canonical(Negate(a)))
CULVERT_UNARY(NEG_F32_X, F32x, F32x, Canonical(Negate(FlushIf(ip->x, a))))
CULVERT_UNARY(ABS_F32, F32x, F32x, Canonical(Absolute(a)))
CULVERT_UNARY(ABS_F64, F64x, F64x, Select(a != a, a, Absolute(a)))  // PTX ISA, abs: a NaN is passed through
CULVERT_UNARY(ABS_F32_X, F32x, F32x, Canonical(Absolute(FlushIf(ip->x, a))))
CULVERT_BINARY(COPYSIGN_F32, F32x, F32x, F32x, CopySign(b, a))
CULVERT_BINARY(COPYSIGN_F64, F64x, F64x, F64x, CopySign(b, a))

// testp. Zeros count as normal numbers.
template <typename V>
CULVERT_INLINE uint32_t TestNumber(V a, V smallest_normal, V infinity, uint16_t kind) {
  V magnitude = Absolute(a);
  switch (static_cast<bytecode::TestpKind>(kind)) {
    case bytecode::TestpKind::kFinite:
      return Compress(magnitude < infinity);
    case bytecode::TestpKind::kInfinite:
      return Compress(magnitude == infinity);
    case bytecode::TestpKind::kNumber:
      return Compress(a == a);
    case bytecode::TestpKind::kNotANumber:
      return Compress(a != a);
    case bytecode::TestpKind::kNormal:
      return Compress((magnitude == 0) | ((magnitude >= smallest_normal) & (magnitude < infinity)));
    case bytecode::TestpKind::kSubnormal:
      return Compress((magnitude > 0) & (magnitude < smallest_normal));
  }
  return 0;
}
struct TESTP_F32 {
  CULVERT_RUN {
    F32x a = Load<F32x>(window, ip->a);
    StorePredicate<kFull>(window, ip->dst, mask, TestNumber(a, FloatBits(0x00800000u), FloatBits(0x7f800000u), ip->x));
    CULVERT_DISPATCH(ip + 1);
  }
};
struct TESTP_F64 {
  CULVERT_RUN {
    F64x a = Load<F64x>(window, ip->a);
    F64x normal = DoubleBits(0x0010000000000000u), infinity = DoubleBits(0x7ff0000000000000u);
    StorePredicate<kFull>(window, ip->dst, mask, TestNumber(a, normal, infinity, ip->x));
    CULVERT_DISPATCH(ip + 1);
  }
};

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_FLOAT_H_
