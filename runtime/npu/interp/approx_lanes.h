// Approximate functions of f32 lanes. The processor's own estimates (rcpps and the like) differ between makers, so
// nothing here uses them: additions, multiplications, divisions and square roots in a fixed order give the same bits
// everywhere. Polynomials are near-minimax on the reduced range, evaluated by Horner's rule without fusing. NaN comes
// out as some NaN. Errors found by tests/runtime/interp_semantics are given with each function, next to the bound PTX
// ISA 9.7.3 states.
#ifndef CULVERT_RUNTIME_NPU_INTERP_APPROX_LANES_H_
#define CULVERT_RUNTIME_NPU_INTERP_APPROX_LANES_H_

#include "runtime/npu/interp/float_lanes.h"

namespace culvert::npu {
namespace {

// c[0] * x^(n-1) + ... + c[n-1].
template <int kTerms>
CULVERT_INLINE F32x Polynomial(F32x x, const float (&c)[kTerms]) {
  F32x result = F32x{} + c[0];
#pragma clang loop unroll(full)
  for (int i = 1; i < kTerms; ++i) result = result * x + c[i];
  return result;
}

// The nearest integer, for |a| < 2^22; adding 1.5 * 2^23 leaves it in the low bits of the sum.
inline constexpr float kRoundingShift = 0x1.8p23f;
CULVERT_INLINE F32x NearestInteger(F32x a) { return (a + kRoundingShift) - kRoundingShift; }

// 2^exponent for -126 <= exponent <= 127.
CULVERT_INLINE F32x PowerOfTwo(I32x exponent) { return Bits<F32x>((exponent + 127) << 23); }

// 2^a. Error 1.2 ulp (PTX: 2). Subnormal results are rounded once.
CULVERT_INLINE F32x ApproximateExp2(F32x a) {
  static constexpr float kTerms[] = {0x1.44138ap-13f, 0x1.5f0890p-10f, 0x1.3b2a54p-7f,
                                     0x1.c6af6cp-5f,  0x1.ebfbe0p-3f,  0x1.62e430p-1f};
  F32x clamped = Select(a < 160, Select(a > -160, a, F32x{} - 160), F32x{} + 160);  // NaN: 160
  F32x whole = NearestInteger(clamped), part = clamped - whole;
  F32x power = Polynomial(part, kTerms) * part + 1;
  I32x exponent = __builtin_convertvector(whole, I32x), half = exponent >> 1;
  F32x result = power * PowerOfTwo(half) * PowerOfTwo(exponent - half);
  return Select(a != a, a, result);
}

// Base-2 logarithm; zeros give -infinity, negative numbers NaN. Error 2^-23.5 (PTX: 2^-22): absolute between 1/2 and 2,
// relative elsewhere.
CULVERT_INLINE F32x ApproximateLog2(F32x a) {
  static constexpr float kTerms[] = {-0x1.b84fb6p-4f, 0x1.7a63a0p-3f, -0x1.87f6a2p-3f, 0x1.a38c68p-3f,
                                     -0x1.eab7aap-3f, 0x1.277a52p-2f, -0x1.715a70p-2f, 0x1.ec70aap-2f,
                                     -0x1.715470p-1f, 0x1.715476p+0f};
  auto subnormal = a < 0x1p-126f;
  U32x bits = Bits<U32x>(Select(subnormal, a * 0x1p23f, a)) - 0x3f3504f3u;  // from sqrt(1/2) on
  F32x exponent = __builtin_convertvector(Bits<I32x>(bits) >> 23, F32x);
  exponent = Select(subnormal, exponent - 23, exponent);
  F32x fraction = Bits<F32x>((bits & 0x007fffffu) + 0x3f3504f3u) - 1;
  F32x result = Polynomial(fraction, kTerms) * fraction + exponent;
  result = Select(a == 0, FloatBits(0xff800000u), result);
  result = Select(a == FloatBits(0x7f800000u), a, result);
  return Select((a < 0) | (a != a), FloatBits(0x7fffffffu), result);
}

// Sine (or cosine) of a. The angle is reduced to quarter turns in f64; beyond 2^50 of them the reduced angle is 0.
// Absolute error 2^-23.1 up to 100 pi (PTX: 2^-20.5 up to 2 pi, 2^-14.7 up to 100 pi).
template <bool kCosine>
CULVERT_INLINE F32x ApproximateSine(F32x a) {
  static constexpr float kSine[] = {-0x1.2d9b40p-8f, 0x1.465ec4p-4f, -0x1.4abbbap-1f, 0x1.921fb6p+0f};
  static constexpr float kCosineTerms[] = {0x1.db6492p-11f, -0x1.55cb98p-6f, 0x1.03c1eap-2f, -0x1.3bd3ccp+0f};
  F64x turns = __builtin_convertvector(a, F64x) * 0x1.45f306dc9c883p-1;
  turns = Select(Absolute(turns) < 0x1p50, turns, CopySign(F64x{}, turns));
  F64x shifted = turns + 0x1.8p52;
  F32x part = __builtin_convertvector(turns - (shifted - 0x1.8p52), F32x), square = part * part;
  U32x quarter = __builtin_convertvector(Bits<U64x>(shifted), U32x) + (kCosine ? 1u : 0u);
  F32x sine = Polynomial(square, kSine) * part, cosine = Polynomial(square, kCosineTerms) * square + 1;
  F32x result = Select((quarter & 1u) != 0, cosine, sine);
  result = Bits<F32x>(Bits<U32x>(result) ^ ((quarter & 2u) << 30));
  return Select(Absolute(a) < FloatBits(0x7f800000u), result, FloatBits(0x7fffffffu));
}

// Relative error 2^-22.3 (PTX: 2^-11).
CULVERT_INLINE F32x ApproximateTanh(F32x a) {
  static constexpr float kTerms[] = {-0x1.9ada60p-8f, 0x1.59e1c8p-6f, -0x1.b955dcp-5f, 0x1.110ee0p-3f, -0x1.555554p-2f};
  F32x magnitude = Absolute(a), square = a * a;
  F32x small = Polynomial(square, kTerms) * square * magnitude + magnitude;
  F32x large = 1 - 2 / (ApproximateExp2(magnitude * 0x1.715476p+1f) + 1);
  return CopySign(Select(magnitude < 0.6f, small, large), a);
}

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_APPROX_LANES_H_
