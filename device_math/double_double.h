// The arithmetic that device_math is built from: error-free transformations and double-double numbers.
//
// Sources compile for the device (nvptx64, where the code generator may fuse a plain a * b + c) and for the host (the
// accuracy test). Mul() is a multiplication that is never fused, so both give the same bits.
#pragma once

namespace culvert::device_math {

using Uint32 = unsigned;
using Int64 = long long;
using Uint64 = unsigned long long;
using Uint128 = unsigned __int128;

#define CULVERT_INLINE inline __attribute__((always_inline))

#if defined(__NVPTX__)
CULVERT_INLINE double Mul(double a, double b) { return __nvvm_mul_rn_d(a, b); }
#else
CULVERT_INLINE double Mul(double a, double b) { return a * b; }
#endif
CULVERT_INLINE double Fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
CULVERT_INLINE double Abs(double a) { return __builtin_fabs(a); }
CULVERT_INLINE double Rint(double a) { return __builtin_rint(a); }
CULVERT_INLINE double CopySign(double magnitude, double sign) { return __builtin_copysign(magnitude, sign); }
CULVERT_INLINE bool IsNan(double a) { return a != a; }
CULVERT_INLINE double Infinity() { return __builtin_inf(); }
CULVERT_INLINE double Nan() { return __builtin_nan(""); }

CULVERT_INLINE Uint64 Bits(double a) { return __builtin_bit_cast(Uint64, a); }
CULVERT_INLINE double FromBits(Uint64 a) { return __builtin_bit_cast(double, a); }
CULVERT_INLINE Uint32 BitsF(float a) { return __builtin_bit_cast(Uint32, a); }
CULVERT_INLINE float FromBitsF(Uint32 a) { return __builtin_bit_cast(float, a); }

// c[0] + c[1] x + ... over `count` coefficients from `first` on.
template <int first, int count, unsigned long N>
CULVERT_INLINE double Horner(double x, const double (&c)[N]) {
  static_assert(first + count <= static_cast<int>(N));
  double sum = c[first + count - 1];
#pragma clang loop unroll(full)
  for (int i = count - 2; i >= 0; --i) sum = Fma(sum, x, c[first + i]);
  return sum;
}

// An unevaluated sum hi + lo with |lo| <= ulp(hi) / 2: about 106 bits.
struct DoubleDouble {
  double hi, lo;
};

// s + e == a + b exactly; the fast form needs |a| >= |b| (or a == 0).
CULVERT_INLINE DoubleDouble FastTwoSum(double a, double b) {
  const double s = a + b;
  return {s, b - (s - a)};
}
CULVERT_INLINE DoubleDouble TwoSum(double a, double b) {
  const double s = a + b;
  const double t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}
CULVERT_INLINE DoubleDouble TwoProduct(double a, double b) {
  const double p = Mul(a, b);
  return {p, Fma(a, b, -p)};
}

CULVERT_INLINE DoubleDouble operator-(DoubleDouble a) { return {-a.hi, -a.lo}; }
CULVERT_INLINE DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble s = TwoSum(a.hi, b.hi);
  const DoubleDouble t = TwoSum(a.lo, b.lo);
  const DoubleDouble v = FastTwoSum(s.hi, s.lo + t.hi);
  return FastTwoSum(v.hi, v.lo + t.lo);
}
CULVERT_INLINE DoubleDouble operator+(DoubleDouble a, double b) {
  const DoubleDouble s = TwoSum(a.hi, b);
  return FastTwoSum(s.hi, s.lo + a.lo);
}
CULVERT_INLINE DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }
CULVERT_INLINE DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble p = TwoProduct(a.hi, b.hi);
  return FastTwoSum(p.hi, p.lo + Fma(a.hi, b.lo, Mul(a.lo, b.hi)));
}
CULVERT_INLINE DoubleDouble operator*(DoubleDouble a, double b) {
  const DoubleDouble p = TwoProduct(a.hi, b);
  return FastTwoSum(p.hi, Fma(a.lo, b, p.lo));
}
CULVERT_INLINE DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
  const double q = a.hi / b.hi;
  const double r = Fma(-q, b.hi, a.hi);  // exact
  return FastTwoSum(q, (r + Fma(-q, b.lo, a.lo)) / b.hi);
}
// Scaling by a power of two (no overflow or underflow).
CULVERT_INLINE DoubleDouble Scale(DoubleDouble a, double power) { return {Mul(a.hi, power), Mul(a.lo, power)}; }
CULVERT_INLINE double Sum(DoubleDouble a) { return a.hi + a.lo; }
CULVERT_INLINE DoubleDouble Sqrt(DoubleDouble a) {
  const double root = __builtin_sqrt(a.hi);
  if (root == 0) return {root, 0};
  return FastTwoSum(root, (Fma(-root, root, a.hi) + a.lo) / (root + root));
}

// c[0] + c[1] x + ... with all operations in double-double.
template <int first, int count, unsigned long N>
CULVERT_INLINE DoubleDouble HornerPair(DoubleDouble x, DoubleDouble tail, const DoubleDouble (&c)[N]) {
  static_assert(first + count <= static_cast<int>(N));
  DoubleDouble sum = tail;
#pragma clang loop unroll(full)
  for (int i = count - 1; i >= 0; --i) sum = sum * x + c[first + i];
  return sum;
}
// The same in double, using the high parts.
template <int first, int count, unsigned long N>
CULVERT_INLINE double HornerHigh(double x, const DoubleDouble (&c)[N]) {
  static_assert(first + count <= static_cast<int>(N));
  double sum = c[first + count - 1].hi;
#pragma clang loop unroll(full)
  for (int i = count - 2; i >= 0; --i) sum = Fma(sum, x, c[first + i].hi);
  return sum;
}

// Binary exponent and significand. x = m * 2^e with m in [1, 2), for finite x != 0, subnormal x included.
CULVERT_INLINE double SplitExponent(double x, int& exponent) {
  int bias = 1023;
  if (Abs(x) < 0x1p-1022) {
    x = Mul(x, 0x1p54);
    bias += 54;
  }
  exponent = static_cast<int>(Bits(x) >> 52 & 0x7ff) - bias;
  return FromBits((Bits(x) & 0x800fffffffffffffull) | 0x3ff0000000000000ull);
}

// 2^n for -1022 <= n <= 1023.
CULVERT_INLINE double PowerOfTwo(int n) { return FromBits(static_cast<Uint64>(n + 1023) << 52); }

// x * 2^n with one rounding, for any n.
CULVERT_INLINE double ScaleByPower(double x, int n) {
  if (n > 1023) {
    x = Mul(x, 0x1p1023);
    n -= 1023;
    if (n > 1023) {
      x = Mul(x, 0x1p1023);
      n = n - 1023 > 1023 ? 1023 : n - 1023;
    }
  } else if (n < -1022) {
    // By 2^-969 first: the intermediate stays normal, so that only the last product rounds.
    x = Mul(x, 0x1p-969);
    n += 969;
    if (n < -1022) {
      x = Mul(x, 0x1p-969);
      n = n + 969 < -1022 ? -1022 : n + 969;
    }
  }
  return Mul(x, PowerOfTwo(n));
}

// (hi + lo) * 2^n rounded once, also into the subnormal range: the low part is folded in as a sticky bit.
CULVERT_INLINE double RoundScaled(DoubleDouble a, int n) {
  const DoubleDouble s = FastTwoSum(a.hi, a.lo);
  int exponent = 0;
  SplitExponent(s.hi, exponent);
  if (exponent + n >= -1022 || s.lo == 0) return ScaleByPower(s.hi, n);
  // Round to odd so that the final rounding sees whether anything was cut off.
  double hi = s.hi;
  if ((Bits(hi) & 1) == 0) hi = FromBits(Bits(hi) + ((s.lo > 0) == (hi > 0) ? 1 : -1));
  return ScaleByPower(hi, n);
}

}  // namespace culvert::device_math
