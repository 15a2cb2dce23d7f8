// Half precision: the types and their conversions (CUDA Math API, "Half Precision Intrinsics"). Arithmetic,
// comparisons and mathematical functions follow in culvert/half_math.h. Device code uses the f16 instructions of PTX (sm_53 and
// later; before that single precision, rounded once); host code computes with integers and gives the same bits.
#ifndef CULVERT_CUDA_FP16_H_
#define CULVERT_CUDA_FP16_H_

#include "vector_functions.h"
#include "vector_types.h"

#ifdef __cplusplus

#define CULVERT_H static __inline__ __host__ __device__
#define CULVERT_HD static __inline__ __device__

// Whether this compilation may use f16 instructions.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 530
#define CULVERT_HALF_PTX 1
#else
#define CULVERT_HALF_PTX 0
#endif

struct __half_raw {
  unsigned short x;
};
struct __half2_raw {
  unsigned short x, y;
};

namespace culvert_half {

enum class Round { kNearest, kZero, kDown, kUp };

// The half next to `value` in the direction of `round`: from double, so that every narrower type rounds once.
CULVERT_H unsigned short FromDouble(double value, Round round) {
  const unsigned long long bits = __builtin_bit_cast(unsigned long long, value);
  const unsigned short sign = static_cast<unsigned short>(bits >> 48 & 0x8000);
  const int exponent = static_cast<int>(bits >> 52 & 0x7FF) - 1023;
  unsigned long long fraction = bits & 0xFFFFFFFFFFFFFull;
  if (exponent == 1024) return fraction != 0 ? 0x7FFF : static_cast<unsigned short>(sign | 0x7C00);
  const bool away = round == Round::kUp ? sign == 0 : round == Round::kDown && sign != 0;
  if (exponent > 15) {
    return static_cast<unsigned short>(sign | (away || round == Round::kNearest ? 0x7C00 : 0x7BFF));
  }
  if (exponent == -1023 && fraction == 0) return sign;
  // In units of the last place of the result; a subnormal double is far below the smallest half.
  fraction |= 1ull << 52;
  const int drop = exponent < -14 ? 42 + (-14 - exponent) : 42;
  const unsigned long long kept = drop < 64 ? fraction >> drop : 0;
  const unsigned long long rest = drop < 64 ? fraction & ((1ull << drop) - 1) : fraction;
  const bool above_half = drop < 64 ? rest > 1ull << (drop - 1) : false;
  const bool tie = drop < 64 && rest == 1ull << (drop - 1);
  const bool up = rest != 0 && (round == Round::kNearest ? above_half || (tie && (kept & 1) != 0) : away);
  const unsigned long long base = exponent < -14 ? 0 : static_cast<unsigned long long>(exponent + 14) << 10;
  return static_cast<unsigned short>(sign | (base + kept + (up ? 1 : 0)));
}

CULVERT_H float ToFloat(unsigned short bits) {
  const unsigned sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31, fraction = bits & 1023;
  if (exponent == 31) return __builtin_bit_cast(float, sign | 0x7F800000u | fraction << 13);
  if (exponent != 0) return __builtin_bit_cast(float, sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 5.9604644775390625e-8f;  // 2^-24
  return sign != 0 ? -magnitude : magnitude;
}

// The integer next to `value`, clamped to the range of T; NaN gives 0.
template <typename T>
CULVERT_H T ToInteger(float value, Round round) {
  if (value != value) return 0;
  const double low = static_cast<T>(-1) < 0 ? -__builtin_ldexp(1.0, 8 * sizeof(T) - 1) : 0.0;
  const double high = __builtin_ldexp(1.0, 8 * sizeof(T) - (static_cast<T>(-1) < 0 ? 1 : 0));
  const double v = round == Round::kNearest ? __builtin_rint(value)
                   : round == Round::kZero  ? __builtin_trunc(value)
                   : round == Round::kDown  ? __builtin_floor(value)
                                            : __builtin_ceil(value);
  constexpr T kLargest = static_cast<T>(-1) < 0 ? static_cast<T>((1ull << (8 * sizeof(T) - 1)) - 1) : static_cast<T>(-1);
  return v >= high ? kLargest : v <= low ? static_cast<T>(low) : static_cast<T>(v);
}

}  // namespace culvert_half

struct __half;
CULVERT_H __half __float2half(float value);
CULVERT_H __half __double2half(double value);
CULVERT_H float __half2float(__half value);

struct __half {
  unsigned short __x;

  __half() = default;
  __host__ __device__ constexpr __half(const __half_raw& raw) : __x(raw.x) {}
  __host__ __device__ __half(float value) { *this = __float2half(value); }
  __host__ __device__ __half(double value) { *this = __double2half(value); }
#define CULVERT_HALF_FROM(T) \
  __host__ __device__ __half(T value) { *this = __double2half(static_cast<double>(value)); }
  CULVERT_HALF_FROM(short)
  CULVERT_HALF_FROM(unsigned short)
  CULVERT_HALF_FROM(int)
  CULVERT_HALF_FROM(unsigned)
  CULVERT_HALF_FROM(long)
  CULVERT_HALF_FROM(unsigned long)
  CULVERT_HALF_FROM(long long)
  CULVERT_HALF_FROM(unsigned long long)
#undef CULVERT_HALF_FROM
  __host__ __device__ constexpr __half& operator=(const __half_raw& raw) {
    __x = raw.x;
    return *this;
  }
  __host__ __device__ constexpr operator __half_raw() const { return {__x}; }
  __host__ __device__ operator float() const { return __half2float(*this); }
};
static_assert(sizeof(__half) == 2, "a half has two bytes");

struct alignas(4) __half2 {
  __half x, y;

  __half2() = default;
  __host__ __device__ constexpr __half2(const __half& low, const __half& high) : x(low), y(high) {}
  __host__ __device__ constexpr __half2(const __half2_raw& raw) : x(__half_raw{raw.x}), y(__half_raw{raw.y}) {}
  __host__ __device__ constexpr operator __half2_raw() const { return {x.__x, y.__x}; }
};
static_assert(sizeof(__half2) == 4, "a half2 has four bytes");

#ifndef CUDA_NO_HALF
typedef __half half;
typedef __half2 half2;
#endif
typedef __half __nv_half;
typedef __half2 __nv_half2;

CULVERT_H __half __ushort_as_half(unsigned short bits) { return __half(__half_raw{bits}); }
CULVERT_H __half __short_as_half(short bits) { return __half(__half_raw{static_cast<unsigned short>(bits)}); }
CULVERT_H unsigned short __half_as_ushort(__half value) { return value.__x; }
CULVERT_H short __half_as_short(__half value) { return static_cast<short>(value.__x); }

// Both from float and double in the four rounding directions.
#if CULVERT_HALF_PTX
#define CULVERT_FLOAT_TO_HALF(NAME, T, C, PTX, ROUND)                       \
  CULVERT_H __half NAME(T value) {                                          \
    unsigned short bits;                                                    \
    __asm__("cvt." PTX " %0, %1;" : "=h"(bits) : C(value));                 \
    return __ushort_as_half(bits);                                          \
  }
#else
#define CULVERT_FLOAT_TO_HALF(NAME, T, C, PTX, ROUND) \
  CULVERT_H __half NAME(T value) { return __ushort_as_half(culvert_half::FromDouble(value, culvert_half::Round::ROUND)); }
#endif
CULVERT_FLOAT_TO_HALF(__float2half_rn, float, "f", "rn.f16.f32", kNearest)
CULVERT_FLOAT_TO_HALF(__float2half_rz, float, "f", "rz.f16.f32", kZero)
CULVERT_FLOAT_TO_HALF(__float2half_rd, float, "f", "rm.f16.f32", kDown)
CULVERT_FLOAT_TO_HALF(__float2half_ru, float, "f", "rp.f16.f32", kUp)
CULVERT_FLOAT_TO_HALF(__float2half, float, "f", "rn.f16.f32", kNearest)
CULVERT_FLOAT_TO_HALF(__double2half, double, "d", "rn.f16.f64", kNearest)
#undef CULVERT_FLOAT_TO_HALF

CULVERT_H float __half2float(__half value) {
#if CULVERT_HALF_PTX
  float result;
  __asm__("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(value.__x));
  return result;
#else
  return culvert_half::ToFloat(value.__x);
#endif
}

// __<name>2half_<mode> and __half2<name>_<mode> for an integer type. C is its register class, S its PTX type.
#if CULVERT_HALF_PTX
#define CULVERT_HALF_INTEGER_MODE(NAME, T, C, S, MODE, PTX_TO, PTX_FROM, ROUND)                  \
  CULVERT_H __half __##NAME##2half_##MODE(T value) {                                             \
    unsigned short bits;                                                                         \
    __asm__("cvt." PTX_TO ".f16." S " %0, %1;" : "=h"(bits) : C(value));                         \
    return __ushort_as_half(bits);                                                               \
  }                                                                                              \
  CULVERT_H T __half2##NAME##_##MODE(__half value) {                                             \
    T result;                                                                                    \
    __asm__("cvt." PTX_FROM "." S ".f16 %0, %1;" : "=" C(result) : "h"(value.__x));              \
    return result;                                                                               \
  }
#else
#define CULVERT_HALF_INTEGER_MODE(NAME, T, C, S, MODE, PTX_TO, PTX_FROM, ROUND)                                       \
  CULVERT_H __half __##NAME##2half_##MODE(T value) {                                                                  \
    return __ushort_as_half(culvert_half::FromDouble(static_cast<double>(value), culvert_half::Round::ROUND));        \
  }                                                                                                                   \
  CULVERT_H T __half2##NAME##_##MODE(__half value) {                                                                  \
    return culvert_half::ToInteger<T>(culvert_half::ToFloat(value.__x), culvert_half::Round::ROUND);                  \
  }
#endif
#define CULVERT_HALF_INTEGER(NAME, T, C, S)                              \
  CULVERT_HALF_INTEGER_MODE(NAME, T, C, S, rn, "rn", "rni", kNearest)    \
  CULVERT_HALF_INTEGER_MODE(NAME, T, C, S, rz, "rz", "rzi", kZero)       \
  CULVERT_HALF_INTEGER_MODE(NAME, T, C, S, rd, "rm", "rmi", kDown)       \
  CULVERT_HALF_INTEGER_MODE(NAME, T, C, S, ru, "rp", "rpi", kUp)
CULVERT_HALF_INTEGER(short, short, "h", "s16")
CULVERT_HALF_INTEGER(ushort, unsigned short, "h", "u16")
CULVERT_HALF_INTEGER(int, int, "r", "s32")
CULVERT_HALF_INTEGER(uint, unsigned, "r", "u32")
CULVERT_HALF_INTEGER(ll, long long, "l", "s64")
CULVERT_HALF_INTEGER(ull, unsigned long long, "l", "u64")
#undef CULVERT_HALF_INTEGER
#undef CULVERT_HALF_INTEGER_MODE

CULVERT_H __half2 __halves2half2(__half low, __half high) { return __half2(low, high); }
CULVERT_H __half2 make_half2(__half low, __half high) { return __half2(low, high); }
CULVERT_H __half2 __half2half2(__half value) { return __half2(value, value); }
CULVERT_H __half __low2half(__half2 value) { return value.x; }
CULVERT_H __half __high2half(__half2 value) { return value.y; }
CULVERT_H __half2 __low2half2(__half2 value) { return __half2(value.x, value.x); }
CULVERT_H __half2 __high2half2(__half2 value) { return __half2(value.y, value.y); }
CULVERT_H __half2 __lows2half2(__half2 a, __half2 b) { return __half2(a.x, b.x); }
CULVERT_H __half2 __highs2half2(__half2 a, __half2 b) { return __half2(a.y, b.y); }
CULVERT_H __half2 __lowhigh2highlow(__half2 value) { return __half2(value.y, value.x); }
CULVERT_H float __low2float(__half2 value) { return __half2float(value.x); }
CULVERT_H float __high2float(__half2 value) { return __half2float(value.y); }
CULVERT_H __half2 __float2half2_rn(float value) { return __half2half2(__float2half_rn(value)); }
CULVERT_H __half2 __floats2half2_rn(float low, float high) { return __half2(__float2half_rn(low), __float2half_rn(high)); }
CULVERT_H __half2 __float22half2_rn(float2 value) { return __floats2half2_rn(value.x, value.y); }
CULVERT_H float2 __half22float2(__half2 value) { return make_float2(__low2float(value), __high2float(value)); }

#include "culvert/half_math.h"

#undef CULVERT_H
#undef CULVERT_HD
#endif  // __cplusplus

#endif  // CULVERT_CUDA_FP16_H_
