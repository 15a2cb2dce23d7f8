// sqrt relatives: rsqrt, cbrt, hypot and norms.
#pragma once

#include "device_math/double_double.h"
#include "device_math/tables.h"

namespace culvert::device_math {

inline double Rsqrt(double x) {
  if (x == 0) return CopySign(Infinity(), x);
  if (x == Infinity()) return 0;
  if (!(x > 0)) return Nan();
  int exponent;
  double m = SplitExponent(x, exponent);
  if (exponent & 1) {
    m = Mul(m, 2.0);
    exponent -= 1;
  }
  return ScaleByPower(Sum(DoubleDouble{1, 0} / Sqrt({m, 0})), -exponent / 2);
}

// The cube root of m in [1, 8) as a pair: a quadratic first guess, Halley's iteration, one Newton step on the residue.
inline DoubleDouble CubeRootPair(double m) {
  double y = Fma(m, Fma(m, -0.0102, 0.2300), 0.7950);
#pragma clang loop unroll(full)
  for (int i = 0; i < 3; ++i) {
    const double cube = Mul(Mul(y, y), y);
    y = Mul(y, Fma(2.0, m, cube) / Fma(2.0, cube, m));
  }
  const DoubleDouble cube = TwoProduct(y, y) * y;
  const double residue = (m - cube.hi) - cube.lo;
  return FastTwoSum(y, residue / Mul(3.0, Mul(y, y)));
}
CULVERT_INLINE double SplitForCubeRoot(double x, int& third) {
  int exponent;
  double m = SplitExponent(Abs(x), exponent);
  third = (exponent + 3072) / 3 - 1024;  // floor(exponent / 3)
  return Mul(m, PowerOfTwo(exponent - 3 * third));
}
inline double Cbrt(double x) {
  if (x == 0 || !(Abs(x) < Infinity())) return x;
  int third;
  const double m = SplitForCubeRoot(x, third);
  return CopySign(Mul(Sum(CubeRootPair(m)), PowerOfTwo(third)), x);
}
inline double Rcbrt(double x) {
  if (x == 0) return CopySign(Infinity(), x);
  if (Abs(x) == Infinity()) return CopySign(0.0, x);
  if (IsNan(x)) return Nan();
  int third;
  const double m = SplitForCubeRoot(x, third);
  return CopySign(Mul(Sum(DoubleDouble{1, 0} / CubeRootPair(m)), PowerOfTwo(-third)), x);
}

// The square root of the sum of squares, or its reciprocal, of up to four numbers; an infinite one decides.
template <int count>
inline double Norm(const double (&values)[count], bool reciprocal) {
  double largest = 0;
  bool nan = false;
#pragma clang loop unroll(full)
  for (int i = 0; i < count; ++i) {
    const double a = Abs(values[i]);
    nan |= IsNan(a);
    if (a > largest) largest = a;
  }
  if (largest == Infinity()) return reciprocal ? 0 : largest;
  if (nan) return Nan();
  if (largest == 0) return reciprocal ? Infinity() : 0;
  int exponent;
  SplitExponent(largest, exponent);
  DoubleDouble sum = {0, 0};
#pragma clang loop unroll(full)
  for (int i = 0; i < count; ++i) {
    const double scaled = ScaleByPower(values[i], -exponent);
    sum = sum + TwoProduct(scaled, scaled);
  }
  const DoubleDouble root = Sqrt(sum);
  if (reciprocal) return ScaleByPower(Sum(DoubleDouble{1, 0} / root), -exponent);
  return RoundScaled(root, exponent);
}

// The same for `count` numbers in memory.
template <typename T>
inline double NormOfArray(int count, const T* values, bool reciprocal) {
  double largest = 0;
  bool nan = false;
  for (int i = 0; i < count; ++i) {
    const double a = Abs(values[i]);
    nan |= IsNan(a);
    if (a > largest) largest = a;
  }
  if (largest == Infinity()) return reciprocal ? 0 : largest;
  if (nan) return Nan();
  if (largest == 0) return reciprocal ? Infinity() : 0;
  int exponent;
  SplitExponent(largest, exponent);
  DoubleDouble sum = {0, 0};
  for (int i = 0; i < count; ++i) {
    const double scaled = ScaleByPower(values[i], -exponent);
    sum = sum + TwoProduct(scaled, scaled);
  }
  const DoubleDouble root = Sqrt(sum);
  if (reciprocal) return ScaleByPower(Sum(DoubleDouble{1, 0} / root), -exponent);
  return RoundScaled(root, exponent);
}

}  // namespace culvert::device_math
