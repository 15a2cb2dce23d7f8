// sinh, cosh, tanh and their inverses, from the double-double exponential and logarithm.
#pragma once

#include "device_math/double_double.h"
#include "device_math/exponential.h"
#include "device_math/tables.h"

namespace culvert::device_math {

// sinh x for |x| <= 0.35 by its series: x + (returned value).
CULVERT_INLINE double SinhTail(double x) {
  static constexpr double kSinh[] = {1.0 / 6, 1.0 / 120, 1.0 / 5040, 1.0 / 362880, 1.0 / 39916800, 1.0 / 6227020800.0};
  const double z = Mul(x, x);
  return Mul(Mul(z, x), Horner<0, 6>(z, kSinh));
}

// e^|x| and e^-|x| for |x| <= 40, both as ordinary pairs.
CULVERT_INLINE void ExpBoth(double x, DoubleDouble& growing, DoubleDouble& falling) {
  int exponent;
  const DoubleDouble e = ExpPair({Abs(x), 0}, exponent);
  growing = Scale(e, PowerOfTwo(exponent));
  falling = DoubleDouble{1, 0} / growing;
}

// e^|x| / 2 beyond the point where e^-|x| counts.
CULVERT_INLINE double HalfExp(double x) {
  if (Abs(x) > 711) return Infinity();
  int exponent;
  const DoubleDouble e = ExpPair({Abs(x), 0}, exponent);
  return RoundScaled(e, exponent - 1);
}

inline double Sinh(double x) {
  if (IsNan(x)) return Nan();
  if (Abs(x) < 0.35) return x + SinhTail(x);
  if (Abs(x) > 40) return CopySign(HalfExp(x), x);
  DoubleDouble growing, falling;
  ExpBoth(x, growing, falling);
  return CopySign(Mul(0.5, Sum(growing - falling)), x);
}

inline double Cosh(double x) {
  if (IsNan(x)) return Nan();
  if (Abs(x) > 40) return HalfExp(x);
  DoubleDouble growing, falling;
  ExpBoth(x, growing, falling);
  return Mul(0.5, Sum(growing + falling));
}

inline double Tanh(double x) {
  if (IsNan(x)) return Nan();
  if (Abs(x) > 20) return CopySign(1.0, x);
  if (Abs(x) < 0x1p-28) return x;
  DoubleDouble growing, falling;
  ExpBoth(x, growing, falling);
  const DoubleDouble numerator = Abs(x) < 0.35 ? Scale(FastTwoSum(Abs(x), SinhTail(Abs(x))), 2.0) : growing - falling;
  return CopySign(Sum(numerator / (growing + falling)), x);
}

inline double Asinh(double x) {
  const double a = Abs(x);
  if (!(a < Infinity()) || a < 0x1p-28) return x;
  if (a > 0x1p30) return CopySign(Sum(LogPair({a, 0}) + kLn2), x);
  // ln(a + sqrt(1 + a^2)) = ln(1 + a + a^2 / (1 + sqrt(1 + a^2))).
  const DoubleDouble square = TwoProduct(a, a);
  const DoubleDouble root = Sqrt(square + 1.0);
  return CopySign(Sum(Log1pPair(square / (root + 1.0) + a)), x);
}

inline double Acosh(double x) {
  if (!(x >= 1)) return Nan();
  if (x == Infinity()) return x;
  if (x > 0x1p30) return Sum(LogPair({x, 0}) + kLn2);
  const DoubleDouble t = TwoSum(x, -1.0);
  return Sum(Log1pPair(t + Sqrt(t * (t + 2.0))));
}

inline double Atanh(double x) {
  const double a = Abs(x);
  if (!(a <= 1)) return Nan();
  if (a == 1) return CopySign(Infinity(), x);
  if (a < 0x1p-28) return x;
  const DoubleDouble logarithm = a < 0.17 ? TwiceAtanhPair({a, 0}) : LogPair((TwoSum(1.0, a)) / (TwoSum(1.0, -a)));
  return CopySign(Mul(0.5, Sum(logarithm)), x);
}

// Single precision.
CULVERT_INLINE float TanhF(float x) {
  if (x != x) return x;
  const double a = __builtin_fabsf(x);
  if (a < 0x1p-12) return x;
  if (a > 10) return __builtin_copysignf(1.0f, x);
  const double e = ExpForFloat(Mul(2.0, a));
  // e - 1 loses bits for small arguments; its series does not.
  const double r = Mul(2.0, a);
  const double minus_one = a < 0.1 ? Mul(r, HornerHigh<1, 9>(r, kInverseFactorial)) : e - 1.0;
  return __builtin_copysignf(static_cast<float>(minus_one / (e + 1.0)), x);
}

}  // namespace culvert::device_math
