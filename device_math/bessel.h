// Bessel functions of the first and second kind, and the modified I0 and I1.
//
// Below 25 the power series in double-double (it loses at most 2^36 to cancellation), above it Hankel's asymptotic
// series (Abramowitz and Stegun 9.2.5 to 9.2.10, 9.6.10, 9.7.1, 9.1.13). Errors are relative to the amplitude
// sqrt(2 / (pi x)) next to zeros for large x.
#pragma once

#include "device_math/double_double.h"
#include "device_math/exponential.h"
#include "device_math/tables.h"
#include "device_math/trigonometric.h"

namespace culvert::device_math {

inline constexpr double kBesselSwitch = 25;

// J_n (n = 0, 1) of x >= 0 by its series; `sign` -1, or +1 for I_n. With `harmonic` the terms are weighted by
// H_k + H_(k+n), as in the series of Y_n.
__attribute__((noinline)) inline DoubleDouble BesselSeries(int n, double x, double sign, DoubleDouble* harmonic) {
  const DoubleDouble quarter_square = Scale(TwoProduct(x, x), 0.25);
  DoubleDouble term = n == 0 ? DoubleDouble{1, 0} : DoubleDouble{Mul(0.5, x), 0};
  DoubleDouble sum = term;
  DoubleDouble weight = {static_cast<double>(n), 0};  // H_0 + H_n
  DoubleDouble weighted = term * weight;
  for (int k = 1; k < 120; ++k) {
    term = term * quarter_square / DoubleDouble{Mul(static_cast<double>(k), k + n), 0};
    if (sign < 0) term = -term;
    sum = sum + term;
    if (harmonic != nullptr) {
      weight = weight + (DoubleDouble{1, 0} / DoubleDouble{static_cast<double>(k), 0} +
                         DoubleDouble{1, 0} / DoubleDouble{static_cast<double>(k + n), 0});
      weighted = weighted + term * weight;
    }
    if (Abs(term.hi) < 0x1p-70 && Abs(Mul(term.hi, 0x1p70)) < Abs(sum.hi) + 0x1p-30 && k > x) break;
  }
  if (harmonic != nullptr) *harmonic = weighted;
  return sum;
}

// P and Q of Hankel's expansion for order n (0 or 1), x >= kBesselSwitch.
CULVERT_INLINE void Hankel(int n, double x, double& p, double& q) {
  const double mu = n == 0 ? 0 : 4;
  const double inverse = 1.0 / Mul(8.0, x);
  p = 1;
  q = 0;
  double term = 1;
  for (int k = 1; k < 40; ++k) {
    const double odd = 2 * k - 1;
    const double next = Mul(Mul(term, (mu - Mul(odd, odd)) / k), inverse);
    if (Abs(next) >= Abs(term) || Abs(next) < 0x1p-60) break;
    term = next;
    // Signs of the expansion: + Q, - P, - Q, + P, ...
    const double signed_term = (k & 2) ? -term : term;
    if (k & 1) {
      q = q + signed_term;
    } else {
      p = p + signed_term;
    }
  }
}

// J_n or Y_n of a large x: sqrt(2 / (pi x)) (P cos c - Q sin c), respectively (P sin c + Q cos c), c = x - (n/2 + 1/4)
// pi.
inline double BesselLarge(int n, double x, bool second_kind) {
  if (x == Infinity()) return 0;
  int quadrant;
  DoubleDouble r = ReduceHalfPi(x, quadrant);
  // c = x - pi/4 - n pi/2: subtract pi/4 exactly in the pair so that zeros stay accurate.
  r = r - kQuarterPi;
  quadrant -= n;
  if (r.hi < -kQuarterPi.hi) {
    r = r + kHalfPi;
    quadrant -= 1;
  }
  const double s = Sum(SinKernel(r)), c = Sum(CosKernel(r));
  const double swapped_s = quadrant & 1 ? c : s, swapped_c = quadrant & 1 ? s : c;
  const double sine = quadrant & 2 ? -swapped_s : swapped_s;
  const double cosine = (quadrant + 1) & 2 ? -swapped_c : swapped_c;
  double p, q;
  Hankel(n, x, p, q);
  const double wave = second_kind ? Fma(p, sine, Mul(q, cosine)) : Fma(p, cosine, -Mul(q, sine));
  return Mul(wave, kTwoOverPiSqrt.hi) / __builtin_sqrt(x);
}

inline double BesselJ(int n, double x) {  // n = 0, 1
  if (IsNan(x)) return Nan();
  const double a = Abs(x);
  const double result = a < kBesselSwitch ? Sum(BesselSeries(n, a, -1, nullptr)) : BesselLarge(n, a, false);
  return n == 1 && x < 0 ? -result : result;
}

// Y_0 and Y_1 as pairs for 0 < x < kBesselSwitch: (2/pi) ln(x/2) J_n - (sum with harmonic weights) / pi - [n = 1] 2/(pi
// x).
inline double BesselYSmall(int n, double x) {
  DoubleDouble weighted;
  const DoubleDouble j = BesselSeries(n, x, -1, &weighted);
  const DoubleDouble logarithm = LogPair({Mul(0.5, x), 0}) + kEulerGamma;
  // psi(k+1) + psi(n+k+1) = -2 gamma + H_k + H_(n+k).
  DoubleDouble sum = Scale(logarithm * j, 2.0) - weighted;
  if (n == 1) sum = sum - DoubleDouble{2, 0} / DoubleDouble{x, 0};
  return Sum(sum / kPi);
}
inline double BesselY(int n, double x) {  // n = 0, 1
  if (IsNan(x) || x < 0) return Nan();
  if (x == 0) return -Infinity();
  if (n == 1 && x < 0x1p-1000) return -kTwoOverPi / x;
  return x < kBesselSwitch ? BesselYSmall(n, x) : BesselLarge(n, x, true);
}

// J_n for any order: forward recurrence while n < x, otherwise backward from a high order (Miller), normalised by the
// larger of J_0 and J_1.
inline double BesselJn(int n, double x) {
  if (IsNan(x)) return Nan();
  if (n < 0) {
    n = -n;
    x = -x;
  }
  if (n <= 1) return BesselJ(n, x);
  const double a = Abs(x);
  const bool negate = x < 0 && (n & 1);
  double result;
  if (a == 0 || a == Infinity()) {
    result = 0;
  } else if (n < a) {
    double below = BesselJ(0, a), current = BesselJ(1, a);
    for (int k = 1; k < n; ++k) {
      const double next = Fma(Mul(2.0, k) / a, current, -below);
      below = current;
      current = next;
    }
    result = current;
  } else {
    const int top = 2 * ((n + static_cast<int>(__builtin_sqrt(60.0 * n)) + 20) / 2);
    double above = 0, current = 0x1p-900, at_n = 0;
    for (int k = top; k > 0; --k) {
      const double next = Fma(Mul(2.0, k) / a, current, -above);
      above = current;
      current = next;
      if (k - 1 == n) at_n = current;
      if (Abs(current) > 0x1p500) {
        current = Mul(current, 0x1p-900);
        above = Mul(above, 0x1p-900);
        at_n = Mul(at_n, 0x1p-900);
      }
    }
    const double j0 = BesselJ(0, a), j1 = BesselJ(1, a);
    result = Abs(j0) > Abs(j1) ? Mul(at_n, j0 / current) : Mul(at_n, j1 / above);
  }
  return negate ? -result : result;
}
inline double BesselYn(int n, double x) {
  if (IsNan(x) || x < 0) return Nan();
  const bool negate = n < 0 && (n & 1);
  if (n < 0) n = -n;
  double below = BesselY(0, x), current = n == 0 ? below : BesselY(1, x);
  if (x == Infinity()) return 0;
  for (int k = 1; k < n && current != -Infinity(); ++k) {
    const double next = Fma(Mul(2.0, k) / x, current, -below);
    below = current;
    current = next;
  }
  return negate ? -current : current;
}

inline double BesselI(int n, double x) {  // n = 0, 1
  if (IsNan(x)) return Nan();
  const double a = Abs(x);
  double result;
  if (a < kBesselSwitch) {
    result = Sum(BesselSeries(n, a, 1, nullptr));
  } else if (a > 720) {
    result = Infinity();
  } else {
    const double mu = n == 0 ? 0 : 4;
    double term = 1, sum = 0;
    for (int k = 1; k < 60; ++k) {
      const double odd = 2 * k - 1;
      const double next = Mul(term, Mul(odd, odd) - mu) / Mul(Mul(8.0, a), k);
      if (Abs(next) >= Abs(term) || Abs(next) < 0x1p-60) break;
      term = next;
      sum = sum + term;
    }
    int exponent;
    const DoubleDouble e = ExpPair({a, 0}, exponent);
    result = RoundScaled(e * FastTwoSum(1.0, sum) * kInverseSqrtTwoPi / Sqrt({a, 0}), exponent);
  }
  return n == 1 && x < 0 ? -result : result;
}

}  // namespace culvert::device_math
