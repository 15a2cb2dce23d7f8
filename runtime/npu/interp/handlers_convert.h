// Handlers: conversions between integers and floating-point formats. PTX ISA 9.7.9 (cvt). A NaN converts to the integer
// 0, or, where source or result has 64 bits, to the integer with only its top bit set.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_CONVERT_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_CONVERT_H_

#include "runtime/npu/interp/define_handlers.h"
#include "runtime/npu/interp/float_lanes.h"
#include "runtime/npu/interp/soft_half.h"

namespace culvert::npu {
namespace {

template <typename V>
CULVERT_INLINE V RoundToIntegral(uint16_t x, V a) {
  switch (x & 3) {
    case static_cast<int>(bytecode::Rounding::kRz):
      return __builtin_elementwise_trunc(a);
    case static_cast<int>(bytecode::Rounding::kRm):
      return __builtin_elementwise_floor(a);
    case static_cast<int>(bytecode::Rounding::kRp):
      return __builtin_elementwise_ceil(a);
  }
  return __builtin_elementwise_roundeven(a);
}

// Float to integer, clamped to the range of the result.
template <typename I, typename F>
CULVERT_INLINE I ToInteger(uint16_t x, F a) {
  using Lane = __typeof__(I{}[0] + 0);
  constexpr int kBits = sizeof(Lane) * 8;
  constexpr bool kSigned = static_cast<Lane>(-1) < 0;
  constexpr Lane kTop = static_cast<Lane>(static_cast<uint64_t>(1) << (kBits - 1));
  constexpr Lane kMinimum = kSigned ? kTop : 0, kMaximum = static_cast<Lane>(~kMinimum);
  constexpr Lane kNanResult = sizeof(I) == sizeof(I64x) || sizeof(F) == sizeof(F64x) ? kTop : 0;
  constexpr float kHigh = kBits == 64 ? (kSigned ? 0x1p63f : 0x1p64f) : (kSigned ? 0x1p31f : 0x1p32f);
  constexpr float kLow = kSigned ? -kHigh : 0.0f;
  // The host's conversion truncates, so that rz (what C casts use) needs no rounding: kLow - 1 < a is then enough.
  // Where kLow - 1 is no float, the lanes that this leaves out have the minimum as their result anyway.
  a = FlushIf(x, a);
  bool truncate = (x & 3) == static_cast<int>(bytecode::Rounding::kRz);
  F integral = truncate ? a : RoundToIntegral(x, a);
  auto inside = (integral > F{} + kLow - 1) & (integral < F{} + kHigh);
  I value = __builtin_convertvector(Select(inside, integral, F{}), I);
  I minimum = I{} + kMinimum, maximum = I{} + kMaximum, nan = I{} + kNanResult;
  if constexpr (sizeof(I) == sizeof(F)) {
    return Select(inside, value, Select(a != a, nan, Select(a < 0, minimum, maximum)));
  } else {
    using M = __typeof__(I{} == I{});
    M in = __builtin_convertvector(inside, M), is_nan = __builtin_convertvector(a != a, M);
    M negative = __builtin_convertvector(a < 0, M);
    return Select(in, value, Select(is_nan, nan, Select(negative, minimum, maximum)));
  }
}
#define CULVERT_TO_INTEGER(NAME, I)                                \
  CULVERT_UNARY(CVT_##NAME##_F32, I, F32x, ToInteger<I>(ip->x, a)) \
  CULVERT_UNARY(CVT_##NAME##_F64, I, F64x, ToInteger<I>(ip->x, a))
CULVERT_TO_INTEGER(S32, I32x)
CULVERT_TO_INTEGER(U32, U32x)
CULVERT_TO_INTEGER(S64, I64x)
CULVERT_TO_INTEGER(U64, U64x)

// Integer to float. To nearest, the host converts with one rounding. In the other modes the integer is cut into two
// parts that are exact in f64, whose sum is rounded; a second rounding in the same direction, to f32, changes nothing.
struct AddNarrow {
  static CULVERT_INLINE F32x Run(F64x a, F64x b, F64x) { return __builtin_convertvector(a + b, F32x); }
};
template <typename F, typename I>
CULVERT_INLINE F FromInteger(uint16_t x, I a) {
  if ((x & 3) == 0) return __builtin_convertvector(a, F);
  F64x high, low{};
  if constexpr (sizeof(I) == sizeof(I32x)) {
    high = __builtin_convertvector(a, F64x);
  } else {
    high = __builtin_convertvector(a & ~(I{} + 0x7ff), F64x);
    low = __builtin_convertvector(a & 0x7ff, F64x);
  }
  if constexpr (sizeof(F) == sizeof(F32x)) {
    return Rounded<AddNarrow, F32x>(x, high, low, low);
  } else {
    return Rounded<Add, F64x>(x, high, low, low);
  }
}
#define CULVERT_FROM_INTEGER(NAME, I)                                                \
  CULVERT_UNARY(CVT_F32_##NAME, F32x, I, Finish(ip->x, FromInteger<F32x>(ip->x, a))) \
  CULVERT_UNARY(CVT_F64_##NAME, F64x, I, Finish(ip->x, FromInteger<F64x>(ip->x, a)))
CULVERT_FROM_INTEGER(S32, I32x)
CULVERT_FROM_INTEGER(U32, U32x)
CULVERT_FROM_INTEGER(S64, I64x)
CULVERT_FROM_INTEGER(U64, U64x)

// Between f32 and f64.
template <typename V>
CULVERT_INLINE V IntegralIf(uint16_t x, V a) {
  return x & bytecode::kIntegral ? RoundToIntegral(x, a) : a;
}
CULVERT_UNARY(CVT_F32_F64, F32x, F64x, Finish(ip->x, Rounded<Narrow, F32x>(ip->x, a, a, a)))
CULVERT_UNARY(CVT_F64_F32, F64x, F32x, Finish(ip->x, __builtin_convertvector(FlushIf(ip->x, a), F64x)))
CULVERT_UNARY(CVT_F32_F32, F32x, F32x, Finish(ip->x, IntegralIf(ip->x, FlushIf(ip->x, a))))
CULVERT_UNARY(CVT_F64_F64, F64x, F64x, Finish(ip->x, IntegralIf(ip->x, a)))

// To and from the narrow formats. Clamping comes before rounding: its bounds exist in every format.
CULVERT_INLINE F32x Clamp(uint16_t x, F32x a) {
  if (x & bytecode::kSat) return Saturate(a);
  if (x & bytecode::kRelu) return Select(a <= 0, F32x{}, a);
  return a;
}
CULVERT_UNARY(CVT_F16_F32, U32x, F32x, F16FromF32(ip->x, Clamp(ip->x, FlushIf(ip->x, a))))
CULVERT_UNARY(CVT_F16_F64, U32x, F64x, F16FromF32(ip->x, Clamp(ip->x, NarrowToOdd(a))))
CULVERT_UNARY(CVT_F16_F16, U32x, U32x, F16FromF32(0, Clamp(ip->x, IntegralIf(ip->x, F32FromF16(a)))))
CULVERT_UNARY(CVT_F32_F16, F32x, U32x, Finish(ip->x, Clamp(ip->x, F32FromF16(a))))
CULVERT_UNARY(CVT_BF16_F32, U32x, F32x, Bf16FromF32(ip->x, Clamp(ip->x, FlushIf(ip->x, a))))
CULVERT_UNARY(CVT_BF16_F64, U32x, F64x, Bf16FromF32(ip->x, Clamp(ip->x, NarrowToOdd(a))))
CULVERT_UNARY(CVT_BF16_BF16, U32x, U32x, Bf16FromF32(0, Clamp(ip->x, IntegralIf(ip->x, F32FromBf16(a)))))
CULVERT_UNARY(CVT_F32_BF16, F32x, U32x, Finish(ip->x, Clamp(ip->x, F32FromBf16(a))))
CULVERT_UNARY(CVT_TF32_F32, U32x, F32x, Tf32FromF32(ip->x, Clamp(ip->x, FlushIf(ip->x, a))))

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_CONVERT_H_
