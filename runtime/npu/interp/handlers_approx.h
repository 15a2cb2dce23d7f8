// Handlers: approximate f32 and f64 functions. PTX ISA 9.7.3 (the .approx and .full forms). Where the correctly rounded
// result is cheap on the host it is what these give; errors of the others: approx_lanes.h.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_APPROX_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_APPROX_H_

#include "runtime/npu/interp/approx_lanes.h"
#include "runtime/npu/interp/define_handlers.h"
#include "runtime/npu/interp/float_lanes.h"

namespace culvert::npu {
namespace {

#define CULVERT_APPROXIMATE(NAME, ...)                                  \
  struct NAME {                                                         \
    static CULVERT_INLINE F32x Function(F32x a) { return __VA_ARGS__; } \
    CULVERT_RUN {                                                       \
      F32x a = FlushIf(ip->x, Load<F32x>(window, ip->a));               \
      Store<kFull>(window, ip->dst, mask, Finish(ip->x, Function(a)));  \
      CULVERT_DISPATCH(ip + 1);                                         \
    }                                                                   \
  };
CULVERT_APPROXIMATE(RCP_APPROX_F32, 1 / a)
CULVERT_APPROXIMATE(RSQRT_APPROX_F32, 1 / __builtin_elementwise_sqrt(a))
CULVERT_APPROXIMATE(SQRT_APPROX_F32, __builtin_elementwise_sqrt(a))
CULVERT_APPROXIMATE(EX2_APPROX_F32, ApproximateExp2(a))
CULVERT_APPROXIMATE(LG2_APPROX_F32, ApproximateLog2(a))
CULVERT_APPROXIMATE(SIN_APPROX_F32, ApproximateSine<false>(a))
CULVERT_APPROXIMATE(COS_APPROX_F32, ApproximateSine<true>(a))
CULVERT_APPROXIMATE(TANH_APPROX_F32, ApproximateTanh(a))

// div.approx is a * (1 / b): divisors above 2^126 have reciprocals that count as zero, which PTX makes visible.
CULVERT_INLINE F32x DivideApproximately(F32x a, F32x b) {
  F32x magnitude = Absolute(b);
  auto zero = (magnitude > 0x1p126f) & (magnitude < FloatBits(0x7f800000u));
  return Select(zero, a * CopySign(F32x{}, b), a / b);
}
CULVERT_BINARY(DIV_APPROX_F32, F32x, F32x, F32x,
               Finish(ip->x, DivideApproximately(FlushIf(ip->x, a), FlushIf(ip->x, b))))
CULVERT_BINARY(DIV_FULL_F32, F32x, F32x, F32x, Finish(ip->x, FlushIf(ip->x, a) / FlushIf(ip->x, b)))

// The .ftz.f64 forms work on the upper 32 bits of a number: sign, exponent and 20 bits of the significand. Subnormals
// count as zeros.
CULVERT_INLINE F64x UpperHalf(F64x a) {
  U64x bits = Bits<U64x>(a);
  bits = Select((bits & 0x7ff0000000000000u) == 0, bits & 0x8000000000000000u, bits & 0xffffffff00000000u);
  return Select(a != a, a, Bits<F64x>(bits));
}
// Their canonical NaN has zeros in the lower half (PTX ISA, rcp.approx.ftz.f64).
CULVERT_INLINE F64x UpperResult(F64x a) { return UpperHalf(Select(a != a, DoubleBits(0x7fffffff00000000u), a)); }
CULVERT_UNARY(RCP_APPROX_F64, F64x, F64x, UpperResult(1 / UpperHalf(a)))
CULVERT_UNARY(RSQRT_APPROX_F64, F64x, F64x,
              ip->x& bytecode::kFtz ? UpperResult(1 / __builtin_elementwise_sqrt(UpperHalf(a)))
                                    : Canonical(1 / __builtin_elementwise_sqrt(a)))

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_APPROX_H_
