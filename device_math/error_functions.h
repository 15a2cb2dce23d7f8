// erf, erfc, erfcx, the normal distribution and their inverses.
#pragma once

#include "device_math/double_double.h"
#include "device_math/exponential.h"
#include "device_math/tables.h"

namespace culvert::device_math {

// exp(x^2) erfc(x) for x >= 1/2.
CULVERT_INLINE DoubleDouble ScaledErfcPair(double x) {
  const double t = (x - 2.0) / (x + 2.0);
  const DoubleDouble p = FastTwoSum(kErfcxScaled[0], Mul(t, Horner<1, 26>(t, kErfcxScaled)));
  return p / TwoSum(Mul(2.0, x), 1.0);
}
CULVERT_INLINE double ScaledErfc(double x) { return Sum(ScaledErfcPair(x)); }
// erf(x) for |x| <= 1: x + x (P - 1), with P in [0.84, 1.13], so that the leading term stays exact.
CULVERT_INLINE DoubleDouble SmallErf(double x) {
  const DoubleDouble p = FastTwoSum(kErfSmall[0], Mul(Mul(x, x), Horner<1, 12>(Mul(x, x), kErfSmall)));
  const DoubleDouble product = TwoProduct(x, p.hi);
  return FastTwoSum(product.hi, Fma(x, p.lo, product.lo));
}
// exp(-x^2) scaled: the square is exact, so large x keep full accuracy.
CULVERT_INLINE DoubleDouble ExpMinusSquare(double x, int& exponent) {
  const DoubleDouble square = TwoProduct(x, x);
  return ExpPair(-square, exponent);
}
// erfc(x) for x >= 1/2.
CULVERT_INLINE double UpperErfc(double x) {
  if (x > 28) return 0;
  int exponent;
  const DoubleDouble e = ExpMinusSquare(x, exponent);
  return RoundScaled(e * ScaledErfcPair(x), exponent);
}

inline double Erf(double x) {
  if (IsNan(x)) return Nan();
  const double a = Abs(x);
  if (a < 0x1p-1000) return Mul(x, kTwoOverSqrtPi);
  if (a <= 1) return Sum(SmallErf(x));
  return CopySign(a > 6 ? 1.0 : 1.0 - UpperErfc(a), x);
}
inline double Erfc(double x) {
  if (IsNan(x)) return Nan();
  if (x > 0.5) return UpperErfc(x);
  if (x < -1) return 2.0 - (x < -6 ? 0 : UpperErfc(-x));
  return Sum(DoubleDouble{1, 0} - SmallErf(x));
}
inline double Erfcx(double x) {
  if (IsNan(x)) return Nan();
  if (x > 1e17) return Mul(0.5, kTwoOverSqrtPi) / x;
  if (x > 0.5) return ScaledErfc(x);
  if (x < -27) return Infinity();
  int exponent;
  const DoubleDouble e = ExpPair(TwoProduct(x, x), exponent);
  if (x >= -1) return RoundScaled(e * (DoubleDouble{1, 0} - SmallErf(x)), exponent);
  const DoubleDouble twice = Scale(e, 2.0);
  const double other = x < -6 ? 0 : ScaledErfc(-x);
  return RoundScaled(twice, exponent) - other;
}

// Solves erfc(y) = c for c in (0, 1]; s is 1 - c. Winitzki's closed form gives three digits. Then, next to 0, Halley
// steps on erf(y) - s; elsewhere Newton steps on ln erfc(y) - ln c = ln erfcx(y) - y^2 - ln c, which is nearly
// quadratic in y however small c is.
inline double SolveErfc(double c, double s) {
  const double log_term = s < 0.5 ? Log1p(-Mul(s, s)) : Log(c) + Log1p(s);
  const double a = 0.147;
  const double b = 2.0 / Mul(kPi.hi, a) + Mul(0.5, log_term);
  double y = __builtin_sqrt(Abs(__builtin_sqrt(Abs(Mul(b, b) - log_term / a)) - b));
  if (s < 0.5) {
    for (int i = 0; i < 2; ++i) {
      const double u = Sum(SmallErf(y) + -s) * Exp(Mul(y, y)) / kTwoOverSqrtPi;
      y = y - u / Fma(u, y, 1.0);
    }
    return y;
  }
  const DoubleDouble log_c = LogPair({c, 0});
  for (int i = 0; i < 3; ++i) {
    const DoubleDouble scaled = y < 0.5 ? DoubleDouble{Erfcx(y), 0} : ScaledErfcPair(y);
    const double residue = Sum(LogPair(scaled) - TwoProduct(y, y) - log_c);
    y = y + Mul(residue, scaled.hi / kTwoOverSqrtPi);
  }
  return y;
}
inline double Erfinv(double x) {
  const double a = Abs(x);
  if (!(a <= 1)) return Nan();
  if (a == 1) return CopySign(Infinity(), x);
  if (a < 0x1p-500) return x / kTwoOverSqrtPi;
  return CopySign(SolveErfc(1.0 - a, a), x);
}
inline double Erfcinv(double x) {
  if (!(x >= 0 && x <= 2)) return Nan();
  if (x == 0) return Infinity();
  if (x == 2) return -Infinity();
  if (x == 1) return 0;
  return x < 1 ? SolveErfc(x, 1.0 - x) : -SolveErfc(2.0 - x, x - 1.0);
}

// Normal distribution: Phi(x) = erfc(-x / sqrt 2) / 2. The rounding of x / sqrt 2 is corrected with the derivative.
inline double Normcdf(double x) {
  if (IsNan(x)) return Nan();
  if (x < -39) return 0;
  if (x > 9) return 1;
  const DoubleDouble y = kSqrtHalfPair * -x;
  if (y.hi < 0.5) {
    return Mul(0.5, Erfc(y.hi) - Mul(Mul(y.lo, kTwoOverSqrtPi), Exp(-Mul(y.hi, y.hi))));
  }
  int exponent;
  const DoubleDouble square = TwoProduct(y.hi, y.hi);
  const DoubleDouble e = ExpPair(-DoubleDouble{square.hi, Fma(Mul(2.0, y.hi), y.lo, square.lo)}, exponent);
  return RoundScaled(e * ScaledErfcPair(y.hi), exponent - 1);
}
inline double Normcdfinv(double p) {
  if (!(p >= 0 && p <= 1)) return Nan();
  if (p == 0) return -Infinity();
  if (p == 1) return Infinity();
  // 2p may be a denormal's double, which is exact.
  const double y =
      p < 0.5 ? -SolveErfc(Mul(2.0, p), 1.0 - Mul(2.0, p)) : SolveErfc(Mul(2.0, 1.0 - p), Fma(2.0, p, -1.0));
  return p == 0.5 ? 0 : Mul(y, 1.41421356237309504880);
}

}  // namespace culvert::device_math
