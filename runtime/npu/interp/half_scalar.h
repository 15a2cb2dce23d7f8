// Scalar f16 and bf16 operations of atomics. Addition is correctly rounded, in plain integer and f32 arithmetic (no
// F16C): f32 holds the exact sum of two f16 or bf16 to within one rounding that a second rounding cannot spoil (24 >= 2
// * 11 + 2, and 24 >= 2 * 8 + 2).
#ifndef CULVERT_RUNTIME_NPU_INTERP_HALF_SCALAR_H_
#define CULVERT_RUNTIME_NPU_INTERP_HALF_SCALAR_H_

#include <cstdint>

namespace culvert::npu {

inline float F32FromF16(uint16_t half) {
  uint32_t sign = uint32_t{half & 0x8000u} << 16, magnitude = half & 0x7fffu;
  if (magnitude >= 0x7c00) return __builtin_bit_cast(float, sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
  if (magnitude < 0x400) {  // zero and subnormals: magnitude * 2^-24, exact
    float value = static_cast<float>(magnitude) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  return __builtin_bit_cast(float, sign | (magnitude + (112u << 10)) << 13);
}

inline uint16_t F16FromF32(float value) {
  uint32_t bits = __builtin_bit_cast(uint32_t, value), magnitude = bits & 0x7fffffffu;
  uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
  if (magnitude > 0x7f800000u) return 0x7fff;
  if (magnitude >= 0x477ff000u) return sign | 0x7c00;  // rounds to 2^16 or more
  if (magnitude < 0x38800000u) {                       // below 2^-14: let an f32 addition round to multiples of 2^-24
    float scaled = __builtin_bit_cast(float, magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (__builtin_bit_cast(uint32_t, scaled) - 0x3f000000u));
  }
  uint32_t rounded = magnitude + 0xfffu + (magnitude >> 13 & 1u);
  return static_cast<uint16_t>(sign | (rounded >> 13) - (112u << 10));
}

inline uint16_t AddF16Scalar(uint16_t a, uint16_t b) { return F16FromF32(F32FromF16(a) + F32FromF16(b)); }

inline uint16_t AddBf16Scalar(uint16_t a, uint16_t b) {
  float sum = __builtin_bit_cast(float, uint32_t{a} << 16) + __builtin_bit_cast(float, uint32_t{b} << 16);
  if (sum != sum) return 0x7fff;
  uint32_t bits = __builtin_bit_cast(uint32_t, sum);
  return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

// min and max of f16 or bf16 bits, whose infinity is `infinity`: a NaN gives way to the other operand, -0 < +0.
inline uint16_t ExtremumOfHalves(uint16_t a, uint16_t b, uint16_t infinity, bool is_max) {
  bool a_nan = (a & 0x7fff) > infinity, b_nan = (b & 0x7fff) > infinity;
  if (a_nan && b_nan) return 0x7fff;
  if (a_nan || b_nan) return a_nan ? b : a;
  auto key = [](uint16_t bits) { return (bits & 0x8000) != 0 ? -1 - (bits & 0x7fff) : static_cast<int>(bits); };
  return (key(a) < key(b)) != is_max ? a : b;
}

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HALF_SCALAR_H_
