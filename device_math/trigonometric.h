// sin, cos, tan and their inverses.
//
// Arguments are reduced to r in [-pi/4, pi/4] as a double-double: by three-part pi/2 below 2^20, by an exact product
// with the bits of 2/pi above (Payne and Hanek). Series are Taylor's.
#pragma once

#include "device_math/double_double.h"
#include "device_math/tables.h"

namespace culvert::device_math {

// x = quadrant * pi/2 + r modulo 2 pi, for |x| >= 2^20.
__attribute__((noinline)) inline DoubleDouble ReduceLarge(double x, int& quadrant) {
  const Uint64 mantissa = (Bits(x) & 0xfffffffffffffull) | 0x10000000000000ull;
  const int exponent = static_cast<int>(Bits(x) >> 52 & 0x7ff) - 1075;  // |x| = mantissa * 2^exponent
  // Of the fixed-point 2/pi (64 integer bits first) the bits above 2^(2 - exponent) contribute multiples of 4.
  const int start = exponent - 2 + 64;
  const int word = start >> 6, shift = start & 63;
  Uint64 w[3];
#pragma clang loop unroll(full)
  for (int i = 0; i < 3; ++i) {
    w[i] = kTwoOverPiWords[word + i] << shift;
    if (shift != 0) w[i] |= kTwoOverPiWords[word + i + 1] >> (64 - shift);
  }
  // mantissa * w modulo 2^192; the value is that over 2^190, modulo 4.
  const Uint128 low = static_cast<Uint128>(mantissa) * w[2];
  const Uint128 middle = static_cast<Uint128>(mantissa) * w[1] + static_cast<Uint64>(low >> 64);
  const Uint64 top = mantissa * w[0] + static_cast<Uint64>(middle >> 64);
  Uint64 high = top << 2 | static_cast<Uint64>(middle) >> 62;
  Uint64 next = static_cast<Uint64>(middle) << 2 | static_cast<Uint64>(low) >> 62;
  quadrant = static_cast<int>(top >> 62);
  // The fraction high.next as a number in [-1/2, 1/2).
  const bool negative = (high >> 63) != 0;
  if (negative) {
    quadrant += 1;
    next = ~next + 1;
    high = ~high + (next == 0 ? 1 : 0);
  }
  const int zeros = high != 0 ? __builtin_clzll(high) : 63;
  if (zeros != 0) high = high << zeros | next >> (64 - zeros);
  next <<= zeros;
  const double scale = PowerOfTwo(-zeros);
  const Uint64 leading = high & ~0x7ffull;
  const Uint64 trailing = (high & 0x7ffull) << 53 | next >> 11;
  DoubleDouble fraction = {Mul(static_cast<double>(leading), Mul(0x1p-64, scale)),
                           Mul(static_cast<double>(trailing), Mul(0x1p-117, scale))};
  DoubleDouble r = FastTwoSum(fraction.hi, fraction.lo) * kHalfPi;
  if (negative) r = -r;
  if (x < 0) {
    r = -r;
    quadrant = -quadrant;
  }
  quadrant &= 3;
  return r;
}

CULVERT_INLINE DoubleDouble ReduceHalfPi(double x, int& quadrant) {
  if (Abs(x) < kQuarterPi.hi) {
    quadrant = 0;
    return {x, 0};
  }
  if (Abs(x) >= 0x1p20) return ReduceLarge(x, quadrant);
  const double n = Rint(Mul(x, kTwoOverPi));
  quadrant = static_cast<int>(n) & 3;
  const DoubleDouble r = TwoSum(Fma(-n, kHalfPi1, x), -Mul(n, kHalfPi2));
  const DoubleDouble s = TwoSum(r.hi, -Mul(n, kHalfPi3));
  return FastTwoSum(s.hi, s.lo + r.lo);
}

// Taylor coefficients with their signs, in powers of r^2.
inline constexpr double kSin[] = {-1.0 / 6,
                                  1.0 / 120,
                                  -1.0 / 5040,
                                  1.0 / 362880,
                                  -1.0 / 39916800,
                                  1.0 / 6227020800.0,
                                  -1.0 / 1307674368000.0,
                                  1.0 / 355687428096000.0};
inline constexpr double kCos[] = {1.0 / 24,          -1.0 / 720,           1.0 / 40320,           -1.0 / 3628800,
                                  1.0 / 479001600.0, -1.0 / 87178291200.0, 1.0 / 20922789888000.0};

// sin and cos of r in [-pi/4, pi/4]; the low parts make the results good to about 2^-60.
CULVERT_INLINE DoubleDouble SinKernel(DoubleDouble r) {
  const double z = Mul(r.hi, r.hi);
  const double cubic = Mul(Mul(z, r.hi), Horner<0, 8>(z, kSin));
  return {r.hi, cubic + Fma(-Mul(0.5, z), r.lo, r.lo)};
}
CULVERT_INLINE DoubleDouble CosKernel(DoubleDouble r) {
  const DoubleDouble z = TwoProduct(r.hi, r.hi);
  const DoubleDouble head = FastTwoSum(1.0, -Mul(0.5, z.hi));
  const double quartic = Mul(Mul(z.hi, z.hi), Horner<0, 7>(z.hi, kCos));
  return {head.hi, head.lo + (quartic - (Mul(r.hi, r.lo) + Mul(0.5, z.lo)))};
}

inline void SinCos(double x, double& sine, double& cosine) {
  if (!(Abs(x) < Infinity())) {
    sine = cosine = Nan();
    return;
  }
  int quadrant;
  const DoubleDouble r = ReduceHalfPi(x, quadrant);
  const double s = Sum(SinKernel(r)), c = Sum(CosKernel(r));
  const double swapped_s = quadrant & 1 ? c : s, swapped_c = quadrant & 1 ? s : c;
  sine = quadrant & 2 ? -swapped_s : swapped_s;
  cosine = (quadrant + 1) & 2 ? -swapped_c : swapped_c;
}

// sin(x + shift pi/2).
inline double SinShifted(double x, int shift) {
  if (!(Abs(x) < Infinity())) return Nan();
  if (shift == 0 && Abs(x) < 0x1p-27) return x;
  int quadrant;
  const DoubleDouble r = ReduceHalfPi(x, quadrant);
  quadrant += shift;
  const double result = Sum(quadrant & 1 ? CosKernel(r) : SinKernel(r));
  return quadrant & 2 ? -result : result;
}
inline double Sin(double x) { return SinShifted(x, 0); }
inline double Cos(double x) { return SinShifted(x, 1); }

inline double Tan(double x) {
  if (!(Abs(x) < Infinity())) return Nan();
  if (Abs(x) < 0x1p-27) return x;
  int quadrant;
  const DoubleDouble r = ReduceHalfPi(x, quadrant);
  const DoubleDouble s = SinKernel(r), c = CosKernel(r);
  const DoubleDouble sine = FastTwoSum(s.hi, s.lo), cosine = FastTwoSum(c.hi, c.lo);
  return Sum(quadrant & 1 ? -(cosine / sine) : sine / cosine);
}

// x = quadrant / 2 + rest with |rest| <= 1/4; returns rest * pi.
CULVERT_INLINE DoubleDouble ReducePi(double x, int& quadrant) {
  const double n = Rint(Mul(2.0, x));
  // Above 2^53 every double is an even integer.
  quadrant = Abs(x) < 0x1p53 ? static_cast<int>(static_cast<Int64>(n) & 3) : 0;
  const double rest = Abs(x) < 0x1p53 ? Fma(-0.5, n, x) : 0;
  return kPi * rest;
}
// sin(pi x + shift pi/2).
inline double SinPiShifted(double x, int shift) {
  if (!(Abs(x) < Infinity())) return Nan();
  int quadrant;
  const DoubleDouble r = ReducePi(x, quadrant);
  quadrant += shift;
  const double result = Sum(quadrant & 1 ? CosKernel(r) : SinKernel(r));
  // Zeros: sinpi keeps the sign of its argument, cospi gives +0.
  if (result == 0) return shift == 0 ? CopySign(0.0, x) : 0.0;
  return quadrant & 2 ? -result : result;
}
inline double SinPi(double x) { return SinPiShifted(x, 0); }
inline double CosPi(double x) { return SinPiShifted(x, 1); }

// atan(n / d) for 0 <= n <= d, d > 0: the nearest multiple of 1/8 is taken from a table, the rest is a short series.
inline DoubleDouble AtanRatio(DoubleDouble n, DoubleDouble d) {
  const double k = Rint(Mul(8.0, n.hi / d.hi));
  const double c = Mul(k, 0.125);
  // tan(a - b) = (n - c d) / (d + c n).
  DoubleDouble t;
  if (k == 0) {
    t = n / d;
  } else {
    const double numerator = Fma(-c, d.hi, n.hi) + Fma(-c, d.lo, n.lo);
    t = {numerator / Fma(c, n.hi, d.hi), 0};
  }
  const double z = Mul(t.hi, t.hi);
  static constexpr double kAtan[] = {-1.0 / 3, 1.0 / 5, -1.0 / 7, 1.0 / 9, -1.0 / 11, 1.0 / 13, -1.0 / 15};
  const double cubic = Mul(Mul(z, t.hi), Horner<0, 7>(z, kAtan));
  const DoubleDouble base = kAtanEighths[static_cast<int>(k)];
  const DoubleDouble head = FastTwoSum(base.hi, t.hi);
  return FastTwoSum(k == 0 ? t.hi : head.hi, (k == 0 ? 0 : head.lo) + (base.lo + (t.lo + cubic)));
}

// The angle of the point (x, y), both pairs non-negative and not both zero, in [0, pi/2].
inline DoubleDouble FirstQuadrantAngle(DoubleDouble y, DoubleDouble x) {
  if (y.hi <= x.hi) return AtanRatio(y, x);
  return kHalfPi - AtanRatio(x, y);
}

inline double Atan(double x) {
  if (IsNan(x)) return Nan();
  if (Abs(x) < 0x1p-27) return x;
  if (Abs(x) > 0x1p60) return CopySign(kHalfPi.hi, x);
  return CopySign(Sum(FirstQuadrantAngle({Abs(x), 0}, {1.0, 0})), x);
}

inline double Atan2(double y, double x) {
  if (IsNan(x) || IsNan(y)) return Nan();
  double ax = Abs(x), ay = Abs(y);
  const bool left = (Bits(x) >> 63) != 0;
  if (ax == Infinity() && ay == Infinity()) ax = ay = 1;
  DoubleDouble angle;
  if (ay == 0) {
    angle = {0, 0};
  } else if (ax == 0 || ay == Infinity()) {
    angle = kHalfPi;
  } else if (ax == Infinity()) {
    angle = {0, 0};
  } else {
    int ex, ey;
    SplitExponent(ax, ex);
    SplitExponent(ay, ey);
    if (ey - ex > 64) {
      angle = kHalfPi;
    } else if (ey - ex < -64) {
      if (!left) return CopySign(ay / ax, y);
      angle = {0, 0};
    } else {
      // Both near 1, so that no product overflows or loses bits.
      angle = FirstQuadrantAngle({ScaleByPower(ay, -ex), 0}, {ScaleByPower(ax, -ex), 0});
    }
  }
  return CopySign(Sum(left ? kPi - angle : angle), y);
}

// sqrt(1 - x^2) for |x| <= 1.
CULVERT_INLINE DoubleDouble Complement(double x) {
  const DoubleDouble below = TwoSum(1.0, -x), above = TwoSum(1.0, x);
  return Sqrt(below * above);
}
inline double Asin(double x) {
  if (!(Abs(x) <= 1)) return Nan();
  if (Abs(x) < 0x1p-27) return x;
  if (Abs(x) == 1) return CopySign(kHalfPi.hi, x);
  return CopySign(Sum(FirstQuadrantAngle({Abs(x), 0}, Complement(x))), x);
}
inline double Acos(double x) {
  if (!(Abs(x) <= 1)) return Nan();
  if (x == 1) return 0;
  if (x == -1) return kPi.hi;
  const DoubleDouble angle = FirstQuadrantAngle(Complement(x), {Abs(x), 0});
  return Sum(x < 0 ? kPi - angle : angle);
}

// Single precision in double arithmetic: r is reduced to one double.
CULVERT_INLINE double ReduceForFloat(float x, int& quadrant) {
  if (__builtin_fabsf(x) < 0x1p19f) {
    const double n = Rint(Mul(x, kTwoOverPi));
    quadrant = static_cast<int>(n);
    return Fma(-n, kHalfPi2, Fma(-n, kHalfPi1, x));
  }
  return ReduceLarge(x, quadrant).hi;
}
CULVERT_INLINE double SinForFloat(double r) {
  const double z = Mul(r, r);
  return Fma(Mul(z, r), Horner<0, 5>(z, kSin), r);
}
CULVERT_INLINE double CosForFloat(double r) {
  const double z = Mul(r, r);
  return Fma(Mul(z, z), Horner<0, 4>(z, kCos), Fma(-0.5, z, 1.0));
}
CULVERT_INLINE float SinShiftedF(float x, int shift) {
  if (!(__builtin_fabsf(x) < __builtin_inff())) return __builtin_nanf("");
  if (shift == 0 && __builtin_fabsf(x) < 0x1p-13f) return x;
  int quadrant;
  const double r = ReduceForFloat(x, quadrant);
  quadrant += shift;
  const double result = quadrant & 1 ? CosForFloat(r) : SinForFloat(r);
  return static_cast<float>(quadrant & 2 ? -result : result);
}
CULVERT_INLINE float TanF(float x) {
  if (!(__builtin_fabsf(x) < __builtin_inff())) return __builtin_nanf("");
  if (__builtin_fabsf(x) < 0x1p-13f) return x;
  int quadrant;
  const double r = ReduceForFloat(x, quadrant);
  const double s = SinForFloat(r), c = CosForFloat(r);
  return static_cast<float>(quadrant & 1 ? -c / s : s / c);
}

}  // namespace culvert::device_math
