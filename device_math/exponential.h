// exp, log, their relatives, and pow.
//
// exp: x = n ln 2 + r, Taylor series of e^r. log: x = 2^e m, ln m = 2 atanh((m - 1) / (m + 1)) by its series. The
// ...Pair forms carry about 2^-75 relative error and serve pow, gamma, the hyperbolic functions and log2/log10.
#pragma once

#include "device_math/double_double.h"
#include "device_math/tables.h"

namespace culvert::device_math {

// e^r - 1 - r for |r| <= ln 2 / 2.
CULVERT_INLINE double ExpTail(double r) { return Mul(Mul(r, r), HornerHigh<2, 12>(r, kInverseFactorial)); }

// e^(r + low) = 1 + ..., then scaled by 2^n; the argument is x = n ln 2 + r + low.
CULVERT_INLINE double FinishExp(double r, double low, int n) {
  return RoundScaled(FastTwoSum(1.0, r + (low + ExpTail(r))), n);
}

inline double Exp(double x) {
  if (IsNan(x)) return Nan();
  if (x > 709.79) return Infinity();
  if (x < -745.2) return 0;
  const double n = Rint(Mul(x, kLog2E));
  const DoubleDouble r = TwoSum(Fma(-n, kLn2High, x), -Mul(n, kLn2Middle));
  return FinishExp(r.hi, r.lo, static_cast<int>(n));
}

inline double Exp2(double x) {
  if (IsNan(x)) return Nan();
  if (x > 1024) return Infinity();
  if (x < -1076) return 0;
  const double n = Rint(x);
  const DoubleDouble r = kLn2 * (x - n);
  return FinishExp(r.hi, r.lo, static_cast<int>(n));
}

inline double Exp10(double x) {
  if (IsNan(x)) return Nan();
  if (x > 308.3) return Infinity();
  if (x < -324) return 0;
  const double n = Rint(Mul(x, kLog2Of10));
  const DoubleDouble rest = TwoSum(Fma(-n, kLog10Of2High, x), -Mul(n, kLog10Of2Low));
  const DoubleDouble r = kLn10 * rest;
  return FinishExp(r.hi, r.lo, static_cast<int>(n));
}

inline double Expm1(double x) {
  if (IsNan(x)) return Nan();
  if (x > 709.79) return Infinity();
  if (x < -40) return -1;
  if (Abs(x) < 0x1p-54) return x;
  const double n = Rint(Mul(x, kLog2E));
  const DoubleDouble r = TwoSum(Fma(-n, kLn2High, x), -Mul(n, kLn2Middle));
  const DoubleDouble q = FastTwoSum(r.hi, r.lo + ExpTail(r.hi));
  if (n == 0) return Sum(q);
  // 2^n q + (2^n - 1); one power less for n = 1024.
  const int half = n > 1000 ? 1 : 0;
  const double power = PowerOfTwo(static_cast<int>(n) - half);
  const double minus_one = n > 1000 ? -0.5 : -1.0;
  const DoubleDouble shifted = TwoSum(power, minus_one);
  const DoubleDouble sum = TwoSum(shifted.hi, Mul(q.hi, power));
  const double result = sum.hi + (sum.lo + (shifted.lo + Mul(q.lo, power)));
  return half ? Mul(result, 2.0) : result;
}

// A positive number as m * 2^exponent with m in [sqrt(1/2), sqrt(2)).
CULVERT_INLINE double SplitForLog(double x, int& exponent) {
  double m = SplitExponent(x, exponent);
  if (m > 0x1.6a09e667f3bcdp0) {
    m = Mul(m, 0.5);
    exponent += 1;
  }
  return m;
}

// ln(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)], as f + (returned value); f_low extends f.
CULVERT_INLINE double LogTail(double f, double f_low) {
  const double s = f / (2.0 + f);
  const double z = Mul(s, s);
  const double series = Mul(Mul(2.0, z), HornerHigh<1, 11>(z, kOddReciprocal));
  const double half_square = Mul(0.5, Mul(f, f));
  // ln(1+f) = f - (f^2/2 - s (f^2/2 + series)); f_low enters with the derivative 1 / (1 + f).
  const double square_error = Mul(0.5, Fma(f, f, -Mul(f, f)));
  return -(half_square - (Fma(s, half_square + series, f_low - Mul(f_low, f)) - square_error));
}

// The special cases of logarithms: returns true and sets `result` unless x is positive and finite.
CULVERT_INLINE bool LogSpecial(double x, double& result) {
  if (x > 0 && x < Infinity()) return false;
  result = x == 0 ? -Infinity() : x > 0 ? x : Nan();
  return true;
}

inline double Log(double x) {
  double special;
  if (LogSpecial(x, special)) return special;
  int exponent;
  const double f = SplitForLog(x, exponent) - 1.0;
  const double e = exponent;
  const DoubleDouble sum = TwoSum(Mul(e, kLn2High), f);
  return sum.hi + (sum.lo + (LogTail(f, 0) + Mul(e, kLn2Middle)));
}

inline double Log1p(double x) {
  if (x >= -1 && Abs(x) < 0x1p-54) return x;
  double special;
  if (LogSpecial(x + 1.0, special)) return x == Infinity() ? x : special;
  const DoubleDouble u = TwoSum(1.0, x);
  int exponent = 0;
  double f = x, f_low = 0;
  if (u.hi < kSqrtHalf || u.hi > 0x1.6a09e667f3bcdp0) {
    const double m = SplitForLog(u.hi, exponent);
    f = m - 1.0;
    f_low = exponent > 60 ? 0 : Mul(u.lo, PowerOfTwo(-exponent));
  }
  const double e = exponent;
  const DoubleDouble sum = TwoSum(Mul(e, kLn2High), f);
  return sum.hi + (sum.lo + (LogTail(f, f_low) + Mul(e, kLn2Middle)));
}

// 2 atanh(s) for |s| <= 0.172.
inline DoubleDouble TwiceAtanhPair(DoubleDouble s) {
  const DoubleDouble z = s * s;
  const double tail = HornerHigh<5, 11>(z.hi, kOddReciprocal);
  const DoubleDouble series = HornerPair<0, 5>(z, {tail, 0}, kOddReciprocal);
  return Scale(s * series, 2.0);
}

// ln(hi + lo) for a positive finite number.
inline DoubleDouble LogPair(DoubleDouble x) {
  int exponent;
  const double m = SplitForLog(x.hi, exponent);
  // The low part is scaled in two steps for the sake of huge and tiny exponents.
  const int half = exponent / 2;
  const double m_low = Mul(Mul(x.lo, PowerOfTwo(-half)), PowerOfTwo(-(exponent - half)));
  const DoubleDouble f = FastTwoSum(m - 1.0, 0.0) + m_low;
  const DoubleDouble logarithm = TwiceAtanhPair(f / (f + 2.0));
  const double e = exponent;
  const DoubleDouble middle = TwoProduct(e, kLn2Middle);
  return (DoubleDouble{Mul(e, kLn2High), 0} + (DoubleDouble{middle.hi, Fma(e, kLn2Low, middle.lo)})) + logarithm;
}

// ln(1 + f) with small relative error also for tiny f; f > -1/4.
inline DoubleDouble Log1pPair(DoubleDouble f) {
  if (f.hi < 0.41 && f.hi > -0.29) return TwiceAtanhPair(f / (f + 2.0));
  return LogPair(f + 1.0);
}

inline double Log2(double x) {
  double special;
  if (LogSpecial(x, special)) return special;
  int exponent;
  const double f = SplitForLog(x, exponent) - 1.0;
  const DoubleDouble logarithm = FastTwoSum(f, LogTail(f, 0)) * kLog2EPair;
  return Sum(logarithm + static_cast<double>(exponent));
}

inline double Log10(double x) {
  double special;
  if (LogSpecial(x, special)) return special;
  return Sum(LogPair({x, 0}) * kLog10EPair);
}

// e^x = result * 2^exponent for |x| < 1100.
inline DoubleDouble ExpPair(DoubleDouble x, int& exponent) {
  const double n = Rint(Mul(x.hi, kLog2E));
  exponent = static_cast<int>(n);
  const DoubleDouble middle = TwoProduct(n, kLn2Middle);
  const DoubleDouble r = (TwoSum(Fma(-n, kLn2High, x.hi), x.lo))-DoubleDouble{middle.hi, Fma(n, kLn2Low, middle.lo)};
  const double tail = HornerHigh<7, 12>(r.hi, kInverseFactorial);
  return HornerPair<0, 7>(r, {tail, 0}, kInverseFactorial);
}

// Finishes pow and gamma: e^x for any pair.
inline double ExpOfPair(DoubleDouble x) {
  if (x.hi > 709.8) return Infinity();
  if (x.hi < -745.2) return 0;
  int exponent;
  const DoubleDouble result = ExpPair(x, exponent);
  return RoundScaled(result, exponent);
}

// 0: y is not an integer, 1: odd, 2: even.
CULVERT_INLINE int IntegerKind(double y) {
  const double magnitude = Abs(y);
  if (magnitude >= 0x1p53) return 2;
  if (Rint(magnitude) != magnitude) return 0;
  return (static_cast<Int64>(magnitude) & 1) ? 1 : 2;
}

inline double Pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (IsNan(x) || IsNan(y)) return Nan();
  const double magnitude = Abs(x);
  const int kind = IntegerKind(y);
  if (Abs(y) == Infinity()) {
    if (magnitude == 1) return 1;
    return (magnitude > 1) == (y > 0) ? Infinity() : 0;
  }
  const bool negative = kind == 1 && (Bits(x) >> 63) != 0;
  if (magnitude == 0 || magnitude == Infinity()) {
    const double result = (magnitude == 0) == (y < 0) ? Infinity() : 0.0;
    return negative ? -result : result;
  }
  if (x < 0 && kind == 0) return Nan();
  // |y| beyond this is decided by the sign of ln |x| alone, and the product below cannot overflow.
  const double bounded = Abs(y) > 0x1p65 ? CopySign(0x1p65, y) : y;
  const double result = ExpOfPair(LogPair({magnitude, 0}) * bounded);
  return negative ? -result : result;
}

// Single precision: the same series in double, shortened.
CULVERT_INLINE double ExpForFloat(double x) {
  const double n = Rint(Mul(x, kLog2E));
  const double r = Fma(-n, kLn2.hi, x);
  return Mul(HornerHigh<0, 10>(r, kInverseFactorial), PowerOfTwo(static_cast<int>(n)));
}
// e^x for |x| <= 150, clamped outside: 0 or infinity after rounding to float.
CULVERT_INLINE float ExpF(double x) {
  if (IsNan(x)) return __builtin_nanf("");
  return static_cast<float>(ExpForFloat(x > 150 ? 150 : x < -150 ? -150 : x));
}
// ln x for a positive finite x, relative error about 2^-46.
CULVERT_INLINE double LogForFloat(double x) {
  int exponent;
  const double m = SplitForLog(x, exponent);
  const double s = (m - 1.0) / (m + 1.0);
  const double z = Mul(s, s);
  return Fma(static_cast<double>(exponent), kLn2.hi, Mul(Mul(2.0, s), HornerHigh<0, 9>(z, kOddReciprocal)));
}
CULVERT_INLINE float LogF(float x, double scale) {
  double special;
  if (LogSpecial(x, special)) return static_cast<float>(special);
  return static_cast<float>(Mul(LogForFloat(x), scale));
}

CULVERT_INLINE float PowF(float x, float y) {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return __builtin_nanf("");
  // Specials and signs are those of the double function; the ordinary case takes the short series.
  if (x > 0 && x < __builtin_inff() && Abs(y) < 0x1p40) {
    return ExpF(Mul(LogForFloat(x), y));
  }
  return static_cast<float>(Pow(x, y));
}

}  // namespace culvert::device_math
