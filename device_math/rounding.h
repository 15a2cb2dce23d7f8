// Rounding, remainders and the functions that take numbers apart; all are exact.
#pragma once

#include "device_math/double_double.h"

namespace culvert::device_math {

// Half away from zero.
inline double Round(double x) {
  const double t = __builtin_trunc(x);
  return CopySign(Abs(x - t) >= 0.5 ? t + CopySign(1.0, x) : t, x);
}
inline float RoundF(float x) {
  const float t = __builtin_truncf(x);
  return __builtin_copysignf(__builtin_fabsf(x - t) >= 0.5f ? t + __builtin_copysignf(1.0f, x) : t, x);
}
inline Int64 RoundToInteger(double x) {
  const double r = Round(x);
  if (!(r >= -0x1p63)) return static_cast<Int64>(1ull << 63);
  return r >= 0x1p63 ? 0x7fffffffffffffffll : static_cast<Int64>(r);
}

// x - y trunc(x / y) for positive finite x and y, by long division in base two; `quotient` gets its low bits.
inline double PositiveFmod(double x, double y, Uint64& quotient) {
  quotient = 0;
  if (x < y) return x;
  int ex, ey;
  const Uint64 kHidden = 1ull << 52, kMask = kHidden - 1;
  Uint64 mx = (Bits(SplitExponent(x, ex)) & kMask) | kHidden;
  const Uint64 my = (Bits(SplitExponent(y, ey)) & kMask) | kHidden;
  for (int i = ex - ey; i > 0; i -= 11) {
    // Up to 11 bits at once: mx < 2^53, so the shifted value fits.
    if (mx >= my) {
      quotient += mx / my;
      mx %= my;
    }
    const int step = i < 11 ? i : 11;
    mx <<= step;
    quotient <<= step;
  }
  quotient += mx / my;
  mx %= my;
  return ScaleByPower(static_cast<double>(mx), ey - 52);
}
inline double Fmod(double x, double y) {
  if (IsNan(x) || IsNan(y) || Abs(x) == Infinity() || y == 0) return Nan();
  if (Abs(y) == Infinity()) return x;
  Uint64 quotient;
  return CopySign(PositiveFmod(Abs(x), Abs(y), quotient), x);
}
inline double Remquo(double x, double y, int* quotient_bits) {
  *quotient_bits = 0;
  if (IsNan(x) || IsNan(y) || Abs(x) == Infinity() || y == 0) return Nan();
  if (Abs(y) == Infinity()) return x;
  const double ay = Abs(y);
  Uint64 quotient;
  double r = PositiveFmod(Abs(x), ay, quotient);
  // To the nearest multiple, ties to even. 2 r may overflow, r - (y - r) does not.
  const double above = r - (ay - r);
  if (above > 0 || (above == 0 && (quotient & 1))) {
    r = r - ay;
    quotient += 1;
  }
  const bool negative = ((Bits(x) ^ Bits(y)) >> 63) != 0;
  const int bits = static_cast<int>(quotient & 0x7fffffff);
  *quotient_bits = negative ? -bits : bits;
  if (r == 0) return CopySign(0.0, x);
  return (Bits(x) >> 63) != 0 ? -r : r;
}

inline double Frexp(double x, int* exponent) {
  *exponent = 0;
  if (x == 0 || !(Abs(x) < Infinity())) return x;
  int e;
  const double m = SplitExponent(x, e);
  *exponent = e + 1;
  return Mul(m, 0.5);
}
inline double Modf(double x, double* whole) {
  const double t = __builtin_trunc(x);
  *whole = t;
  return CopySign(Abs(x) == Infinity() ? 0.0 : x - t, x);
}
inline double Logb(double x) {
  if (IsNan(x)) return x;
  if (Abs(x) == Infinity()) return Infinity();
  if (x == 0) return -Infinity();
  int e;
  SplitExponent(x, e);
  return e;
}
inline int Ilogb(double x) {
  if (x == 0 || IsNan(x)) return static_cast<int>(0x80000000u);
  if (Abs(x) == Infinity()) return 0x7fffffff;
  int e;
  SplitExponent(x, e);
  return e;
}
inline double Nextafter(double x, double y) {
  if (IsNan(x) || IsNan(y)) return Nan();
  if (x == y) return y;
  if (x == 0) return CopySign(FromBits(1), y);
  return FromBits(Bits(x) + ((x < y) == (x > 0) ? 1 : -1));
}
inline float NextafterF(float x, float y) {
  if (x != x || y != y) return __builtin_nanf("");
  if (x == y) return y;
  if (x == 0) return __builtin_copysignf(FromBitsF(1), y);
  return FromBitsF(BitsF(x) + ((x < y) == (x > 0) ? 1 : -1));
}

// x^n for an integer n.
inline double Powi(double x, int n) {
  Uint64 bits = n < 0 ? 0ull - static_cast<Uint64>(static_cast<Int64>(n)) : static_cast<Uint64>(n);
  double result = 1, square = x;
  for (; bits != 0; bits >>= 1) {
    if (bits & 1) result = Mul(result, square);
    square = Mul(square, square);
  }
  return n < 0 ? 1.0 / result : result;
}

}  // namespace culvert::device_math
