// tgamma and lgamma: Stirling's series in double-double after a shift to z >= 14, reflection for negative arguments.
#pragma once

#include "device_math/double_double.h"
#include "device_math/exponential.h"
#include "device_math/tables.h"
#include "device_math/trigonometric.h"

namespace culvert::device_math {

// ln gamma(z) for a large z, as a pair.
inline DoubleDouble StirlingPair(DoubleDouble z) {
  const double inverse = 1.0 / z.hi;
  const double square = Mul(inverse, inverse);
  // The first term carries most of the correction and is taken in pair arithmetic.
  const DoubleDouble first = DoubleDouble{kStirling[0], 0x1.5555555555555p-58} / z;
  const double rest = Mul(Mul(inverse, square), Horner<1, 11>(square, kStirling));
  const DoubleDouble half_below = z + -0.5;
  return (half_below * LogPair(z) - z) + (kHalfLnTwoPi + (first + rest));
}

// ln gamma(x) for x > 0 as ln gamma(z) - ln(product), z = x + number of factors; the product is positive.
inline DoubleDouble ShiftToStirling(DoubleDouble x, DoubleDouble& product) {
  product = {1, 0};
  DoubleDouble z = x;
  while (z.hi < 14) {
    product = product * z;
    z = z + 1.0;
  }
  return z;
}

// gamma(x) for x > 0.
inline double PositiveGamma(DoubleDouble x, DoubleDouble numerator, bool reciprocal) {
  DoubleDouble product;
  const DoubleDouble z = ShiftToStirling(x, product);
  int exponent;
  const DoubleDouble e = ExpPair(StirlingPair(z), exponent);
  const DoubleDouble gamma = e / product;
  return reciprocal ? RoundScaled(numerator / gamma, -exponent) : RoundScaled(gamma, exponent);
}

inline double Tgamma(double x) {
  if (IsNan(x)) return Nan();
  if (x == 0) return CopySign(Infinity(), x);
  if (x == Infinity()) return x;
  if (x == -Infinity()) return Nan();
  if (x > 171.7) return Infinity();
  if (x > 0 || Abs(x) < 0x1p-60) {
    return Abs(x) < 0x1p-60 ? 1.0 / x : PositiveGamma({x, 0}, {1, 0}, false);
  }
  const double floor = __builtin_floor(x);
  if (x == floor) return Nan();
  if (x < -184) return CopySign(0.0, static_cast<Int64>(floor) & 1 ? -1.0 : 1.0);
  // gamma(x) = pi / (sin(pi x) gamma(1 - x)).
  int quadrant;
  const DoubleDouble r = ReducePi(x, quadrant);
  const DoubleDouble kernel = quadrant & 1 ? CosKernel(r) : SinKernel(r);
  DoubleDouble sine = FastTwoSum(kernel.hi, kernel.lo);
  if (quadrant & 2) sine = -sine;
  return PositiveGamma(TwoSum(1.0, -x), kPi / sine, true);
}

// ln gamma(x) for x > 0 with small relative error, also next to its zeros 1 and 2.
inline double PositiveLgamma(double x) {
  if (x > 0x1p60) return Mul(x, Log(x) - 1.0);
  const double above_one = x - 1.0, above_two = x - 2.0;
  if (Abs(above_one) < 0.03) {
    const double tail = Mul(Mul(above_one, above_one), Horner<0, 12>(above_one, kLgammaNearOne));
    return Sum(kEulerGamma * -above_one + tail);
  }
  if (Abs(above_two) < 0.1) {
    const double tail = Mul(Mul(above_two, above_two), Horner<0, 14>(above_two, kLgammaNearTwo));
    return Sum(kOneMinusEuler * above_two + tail);
  }
  DoubleDouble product;
  const DoubleDouble z = ShiftToStirling({x, 0}, product);
  DoubleDouble result = StirlingPair(z);
  if (x < 14) result = result - LogPair(product);
  return Sum(result);
}

inline double Lgamma(double x) {
  if (IsNan(x)) return Nan();
  if (Abs(x) == Infinity() || x == 0) return Infinity();
  if (Abs(x) < 0x1p-60) return -Log(Abs(x));
  if (x > 0) return PositiveLgamma(x);
  if (x == __builtin_floor(x)) return Infinity();
  if (x < -0x1p52) return Infinity();
  // ln |gamma(x)| = ln(pi / |sin pi x|) - ln gamma(1 - x), with both terms as pairs.
  int quadrant;
  const DoubleDouble r = ReducePi(x, quadrant);
  const DoubleDouble kernel = quadrant & 1 ? CosKernel(r) : SinKernel(r);
  DoubleDouble sine = FastTwoSum(kernel.hi, kernel.lo);
  if (sine.hi < 0) sine = -sine;
  DoubleDouble product;
  const DoubleDouble z = ShiftToStirling(TwoSum(1.0, -x), product);
  const DoubleDouble log_gamma = StirlingPair(z) - LogPair(product);
  return Sum(LogPair(kPi / sine) - log_gamma);
}

}  // namespace culvert::device_math
