// Accuracy of device_math, compiled for the host, against the C library's long double functions (64-bit significand).
// A limit is the largest error accepted, in units in the last place of the result.
#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/tools/device_math_declarations.h"

namespace {

constexpr int kSamples = 40000;

// Distance of `got` from `want` in ulps of a double or float at `want`.
template <typename T>
double UlpError(T got, long double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : HUGE_VAL;
  const long double largest = std::numeric_limits<T>::max();
  int exponent = 0;
  std::frexp(want, &exponent);
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent);
  const long double ulp = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
  if (std::isinf(got)) return std::fabs(want) >= largest + ulp / 2 ? 0 : HUGE_VAL;
  if (std::isnan(got)) return HUGE_VAL;
  if (std::isinf(want)) return HUGE_VAL;
  return static_cast<double>(std::fabs(got - want) / ulp);
}

// Arguments in [low, high]: half of them evenly spread, half evenly spread in the exponent.
template <typename T>
class Arguments {
 public:
  Arguments(double low, double high) : low_(low), high_(high) {}
  T Next() {
    std::uniform_real_distribution<double> unit(0, 1);
    T value;
    do {
      if (unit(random_) < 0.5) {
        value = static_cast<T>(low_ + (high_ - low_) * unit(random_));
      } else {
        const double largest = std::max(std::fabs(low_), std::fabs(high_));
        const double smallest = low_ > 0 ? low_ : std::max<double>(std::numeric_limits<T>::min(), largest * 1e-20);
        value = static_cast<T>(std::exp(std::log(smallest) + std::log(largest / smallest) * unit(random_)));
        if (low_ < 0 && (high_ <= 0 || (random_() & 1))) value = -value;
      }
    } while (!(value >= low_ && value <= high_));
    return value;
  }

 private:
  double low_, high_;
  std::mt19937_64 random_{12345};
};

using Reference = std::function<long double(long double)>;

long double Pi() { return acosl(-1.0L); }
long double SinPi(long double x) {
  const long double n = rintl(2 * x), r = (x - n / 2) * Pi();
  switch (static_cast<long long>(fmodl(n, 4)) & 3) {
    case 0:
      return sinl(r);
    case 1:
      return cosl(r);
    case 2:
      return -sinl(r);
    default:
      return -cosl(r);
  }
}
long double Erfcx(long double x) {
  if (x < 20) return expl(x * x) * erfcl(x);
  long double sum = 1;  // 1 - z (1 - 3 z (1 - 5 z ...))
  for (int k = 41; k > 0; k -= 2) sum = 1 - k * sum / (2 * x * x);
  return sum / (x * sqrtl(Pi()));
}
// Sum of (x/2)^(2k+n) / (k! (k+n)!).
long double BesselI(int n, long double x) {
  long double term = n == 0 ? 1 : x / 2, sum = term;
  for (int k = 1; k < 2000; ++k) {
    term *= x * x / 4 / k / (k + n);
    sum += term;
  }
  return sum;
}
// Inverse of a decreasing or increasing function by bisection in long double.
Reference Inverse(Reference function, long double low, long double high) {
  return [=](long double y) {
    const bool increasing = function(high) > function(low);
    long double a = low, b = high;
    for (int i = 0; i < 200 && a != b; ++i) {
      const long double middle = (a + b) / 2;
      if ((function(middle) < y) == increasing) {
        a = middle;
      } else {
        b = middle;
      }
    }
    return (a + b) / 2;
  };
}

struct Case {
  const char* name;
  double (*function)(double);
  float (*single)(float);
  Reference reference;
  double low, high;
  double limit, single_limit;
  // Errors are accepted up to this absolute size too (zeros of lgamma and of Bessel functions).
  double absolute = 0;
  int samples = kSamples;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name << " in [" << c.low << ", " << c.high << "]"; }

template <typename T, typename Function>
void Sweep(const Case& c, Function function, double limit, T) {
  double low = c.low, high = c.high;
  const double largest = std::numeric_limits<T>::max();
  low = std::max(low, -largest);
  high = std::min(high, largest);
  Arguments<T> arguments(low, high);
  double worst = 0;
  T worst_at = 0;
  for (int i = 0; i < c.samples; ++i) {
    const T x = arguments.Next();
    const long double want = c.reference(x);
    const T got = function(x);
    if (c.absolute > 0 && std::fabs(got - want) <= c.absolute) continue;
    const double error = UlpError<T>(got, want);
    if (error > worst) {
      worst = error;
      worst_at = x;
    }
  }
  std::printf("%-14s %-6s [%g, %g]: %.3f ulp at %a\n", c.name, sizeof(T) == 8 ? "double" : "float", low, high, worst,
              static_cast<double>(worst_at));
  EXPECT_LE(worst, limit) << c.name << " at " << static_cast<double>(worst_at);
}

class Unary : public testing::TestWithParam<Case> {};

TEST_P(Unary, StaysWithinItsLimit) {
  const Case& c = GetParam();
  if (c.limit > 0) Sweep(c, c.function, c.limit, double{});
  if (c.single_limit > 0) Sweep(c, c.single, c.single_limit, float{});
}

#define BOTH(NAME) #NAME, __nv_##NAME, __nv_##NAME##f
const Reference kErf = [](long double x) { return erfl(x); };
const Reference kErfc = [](long double x) { return erfcl(x); };
const Reference kNormal = [](long double x) { return erfcl(-x / sqrtl(2)) / 2; };

std::vector<Case> Cases() {
  return {
      {BOTH(exp), [](long double x) { return expl(x); }, -750, 720, 1, 1},
      {BOTH(exp2), [](long double x) { return exp2l(x); }, -1080, 1030, 1, 1},
      {BOTH(exp10), [](long double x) { return powl(10, x); }, -330, 312, 1, 1},
      {BOTH(expm1), [](long double x) { return expm1l(x); }, -50, 720, 1, 1},
      {BOTH(log), [](long double x) { return logl(x); }, DBL_TRUE_MIN, DBL_MAX, 1, 1},
      {BOTH(log), [](long double x) { return logl(x); }, 0.5, 2, 1, 1},
      {BOTH(log2), [](long double x) { return log2l(x); }, DBL_TRUE_MIN, DBL_MAX, 1, 1},
      {BOTH(log2), [](long double x) { return log2l(x); }, 0.5, 2, 1.5, 1},
      {BOTH(log10), [](long double x) { return log10l(x); }, DBL_TRUE_MIN, DBL_MAX, 1, 1},
      {BOTH(log10), [](long double x) { return log10l(x); }, 0.5, 2, 1, 1},
      {BOTH(log1p), [](long double x) { return log1pl(x); }, -1, 10, 1, 1},
      {BOTH(log1p), [](long double x) { return log1pl(x); }, 1, 1e300, 1, 1},
      {BOTH(sin), [](long double x) { return sinl(x); }, -10, 10, 1, 1},
      {BOTH(sin), [](long double x) { return sinl(x); }, -1e7, 1e7, 1, 1},
      {BOTH(sin), [](long double x) { return sinl(x); }, -DBL_MAX, DBL_MAX, 1, 1},
      {BOTH(cos), [](long double x) { return cosl(x); }, -10, 10, 1, 1},
      {BOTH(cos), [](long double x) { return cosl(x); }, -1e7, 1e7, 1, 1},
      {BOTH(cos), [](long double x) { return cosl(x); }, -DBL_MAX, DBL_MAX, 1, 1},
      {BOTH(tan), [](long double x) { return tanl(x); }, -10, 10, 1, 1},
      {BOTH(tan), [](long double x) { return tanl(x); }, -DBL_MAX, DBL_MAX, 1, 1},
      {BOTH(sinpi), SinPi, -100, 100, 1, 1},
      {BOTH(cospi), [](long double x) { return SinPi(x + 0.5L); }, -100, 100, 1, 1},
      {BOTH(asin), [](long double x) { return asinl(x); }, -1, 1, 2, 1},
      {BOTH(acos), [](long double x) { return acosl(x); }, -1, 1, 1, 1},
      {BOTH(atan), [](long double x) { return atanl(x); }, -20, 20, 1, 1},
      {BOTH(atan), [](long double x) { return atanl(x); }, -1e300, 1e300, 1, 1},
      {BOTH(sinh), [](long double x) { return sinhl(x); }, -712, 712, 1, 1},
      {BOTH(sinh), [](long double x) { return sinhl(x); }, -2, 2, 1, 1},
      {BOTH(cosh), [](long double x) { return coshl(x); }, -712, 712, 1, 1},
      {BOTH(tanh), [](long double x) { return tanhl(x); }, -22, 22, 1, 1},
      {BOTH(tanh), [](long double x) { return tanhl(x); }, -1, 1, 1, 1},
      {BOTH(asinh), [](long double x) { return asinhl(x); }, -1e3, 1e3, 1, 1},
      {BOTH(asinh), [](long double x) { return asinhl(x); }, -1e300, 1e300, 1, 1},
      {BOTH(acosh), [](long double x) { return acoshl(x); }, 1, 3, 1, 1},
      {BOTH(acosh), [](long double x) { return acoshl(x); }, 1, 1e300, 1, 1},
      {BOTH(atanh), [](long double x) { return atanhl(x); }, -1, 1, 1, 1},
      {BOTH(cbrt), [](long double x) { return cbrtl(x); }, -DBL_MAX, DBL_MAX, 1, 1},
      {BOTH(cbrt), [](long double x) { return cbrtl(x); }, -10, 10, 1, 1},
      {BOTH(rcbrt), [](long double x) { return 1 / cbrtl(x); }, 1e-300, 1e300, 1, 1},
      {"rsqrt", __nv_rsqrt, nullptr, [](long double x) { return 1 / sqrtl(x); }, DBL_TRUE_MIN, DBL_MAX, 1, 0},
      {BOTH(erf), kErf, -7, 7, 1, 1},
      {BOTH(erfc), kErfc, -7, 28, 2, 1},
      {BOTH(erfcx), Erfcx, -26, 100, 2, 1},
      {BOTH(erfinv), Inverse(kErf, 0, 7), 0.001, 1, 2, 1, 0, 2000},
      {BOTH(erfcinv), Inverse(kErfc, -7, 40), 1e-300, 2, 2, 1, 0, 2000},
      {BOTH(normcdf), kNormal, -38, 9, 2, 1},
      {BOTH(normcdfinv), Inverse(kNormal, -40, 10), 1e-300, 0.4, 2, 1, 0, 2000},
      {BOTH(normcdfinv), Inverse(kNormal, -40, 10), 0.6, 0.9999, 2, 1, 0, 2000},
      {BOTH(tgamma), [](long double x) { return tgammal(x); }, 1e-300, 171.6, 2, 1},
      {BOTH(tgamma), [](long double x) { return tgammal(x); }, -170.5, -1e-3, 2, 1},
      {BOTH(lgamma), [](long double x) { return lgammal(x); }, 1e-300, 1e6, 2, 1},
      {BOTH(lgamma), [](long double x) { return lgammal(x); }, 0.5, 3, 2, 1},
      {BOTH(lgamma), [](long double x) { return lgammal(x); }, -100, -1e-3, 2, 1, 1e-15},
      {BOTH(j0), [](long double x) { return j0l(x); }, -25, 25, 2, 1, 1e-17},
      {BOTH(j1), [](long double x) { return j1l(x); }, -25, 25, 2, 1, 1e-17},
      {BOTH(y0), [](long double x) { return y0l(x); }, 1e-5, 25, 2, 1, 1e-17},
      {BOTH(y1), [](long double x) { return y1l(x); }, 1e-5, 25, 2, 1, 1e-17},
      {BOTH(j0), [](long double x) { return j0l(x); }, 25, 1e5, 3, 1, 1e-16},
      {BOTH(j1), [](long double x) { return j1l(x); }, 25, 1e5, 3, 1, 1e-16},
      {BOTH(y0), [](long double x) { return y0l(x); }, 25, 1e5, 3, 1, 1e-16},
      {BOTH(y1), [](long double x) { return y1l(x); }, 25, 1e5, 3, 1, 1e-16},
      {BOTH(cyl_bessel_i0), [](long double x) { return BesselI(0, x); }, -700, 700, 2, 1, 0, 1000},
      {BOTH(cyl_bessel_i1), [](long double x) { return BesselI(1, x); }, -700, 700, 2, 1, 0, 1000},
      {BOTH(round), [](long double x) { return roundl(x); }, -1e17, 1e17, 0.01, 0.01},
  };
}
INSTANTIATE_TEST_SUITE_P(DeviceMath, Unary, testing::ValuesIn(Cases()), [](const auto& info) {
  return std::string(info.param.name) + "_" + std::to_string(info.index);
});

template <typename T, typename Function, typename ReferenceFunction>
void SweepTwo(const char* name, Function function, ReferenceFunction reference, double x_low, double x_high,
              double y_low, double y_high, double limit) {
  Arguments<T> xs(x_low, x_high), ys(y_low, y_high);
  std::mt19937_64 random(7);
  double worst = 0;
  T worst_x = 0, worst_y = 0;
  ys.Next();
  for (int i = 0; i < kSamples; ++i) {
    const T x = xs.Next(), y = ys.Next();
    const double error = UlpError<T>(function(x, y), reference(x, y));
    if (error > worst) worst = error, worst_x = x, worst_y = y;
  }
  std::printf("%-14s %-6s: %.3f ulp at %a, %a\n", name, sizeof(T) == 8 ? "double" : "float", worst,
              static_cast<double>(worst_x), static_cast<double>(worst_y));
  EXPECT_LE(worst, limit) << name;
}

TEST(DeviceMathBinary, Pow) {
  const auto reference = [](long double x, long double y) { return powl(x, y); };
  SweepTwo<double>("pow", __nv_pow, reference, 0.01, 100, -150, 150, 1);
  SweepTwo<double>("pow", __nv_pow, reference, 0.99, 1.01, -70000, 70000, 1);
  SweepTwo<double>("pow", __nv_pow, reference, 1e-300, 1e300, -2, 2, 1);
  SweepTwo<float>("powf", __nv_powf, reference, 0.01, 100, -19, 19, 1);
  SweepTwo<float>("powf", __nv_powf, reference, 0.9, 1.1, -900, 900, 1);
}
TEST(DeviceMathBinary, Atan2) {
  const auto reference = [](long double y, long double x) { return atan2l(y, x); };
  SweepTwo<double>("atan2", __nv_atan2, reference, -10, 10, -10, 10, 1);
  SweepTwo<double>("atan2", __nv_atan2, reference, -1e300, 1e300, -1e200, 1e200, 1);
  SweepTwo<float>("atan2f", __nv_atan2f, reference, -10, 10, -10, 10, 1);
}
TEST(DeviceMathBinary, Hypot) {
  const auto reference = [](long double x, long double y) { return hypotl(x, y); };
  SweepTwo<double>("hypot", __nv_hypot, reference, -1e308, 1e308, -1e308, 1e308, 1);
  SweepTwo<double>("hypot", __nv_hypot, reference, -10, 10, -10, 10, 1);
  SweepTwo<float>("hypotf", __nv_hypotf, reference, -10, 10, -10, 10, 1);
  const auto reciprocal = [](long double x, long double y) { return 1 / hypotl(x, y); };
  SweepTwo<double>("rhypot", __nv_rhypot, reciprocal, -10, 10, -10, 10, 1);
}
TEST(DeviceMathBinary, RemaindersAreExact) {
  SweepTwo<double>("fmod", __nv_fmod, [](double x, double y) { return std::fmod(x, y); }, -1e300, 1e300, -1e3, 1e3, 0);
  SweepTwo<float>("fmodf", __nv_fmodf, [](float x, float y) { return std::fmod(x, y); }, -1e30, 1e30, -1e3, 1e3, 0);
  SweepTwo<double>(
      "remainder", __nv_remainder, [](double x, double y) { return std::remainder(x, y); }, -1e300, 1e300, -1e3, 1e3,
      0);
  SweepTwo<double>(
      "nextafter", __nv_nextafter, [](double x, double y) { return std::nextafter(x, y); }, -1, 1, -1, 1, 0);
  Arguments<double> xs(-1e5, 1e5), ys(-300, 300);
  for (int i = 0; i < kSamples; ++i) {
    const double x = xs.Next(), y = ys.Next();
    int got = 0, want = 0;
    EXPECT_EQ(__nv_remquo(x, y, &got), std::remquo(x, y, &want));
    EXPECT_EQ(got & 7, want & 7) << x << " " << y;
  }
}

TEST(DeviceMathBessel, Orders) {
  for (int n : {2, 3, 5, 10, 40}) {
    for (double x : {0.25, 1.5, 4.0, 12.0, 30.0, 100.0}) {
      EXPECT_NEAR(__nv_jn(n, x), static_cast<double>(jnl(n, x)), 1e-14 + 1e-12 * std::fabs(jn(n, x))) << n << " " << x;
      const double y = static_cast<double>(ynl(n, x));
      EXPECT_NEAR(__nv_yn(n, x), y, 1e-13 + 1e-12 * std::fabs(y)) << n << " " << x;
    }
  }
}

TEST(DeviceMathExact, ScalingAndSplitting) {
  for (double x : {1.0, -1.5, 3e-310, 1.7e308, 0.0, -0.0, 4.9e-324}) {
    for (int n : {-2200, -1074, -1030, -53, 0, 1, 900, 1023, 2100}) {
      EXPECT_EQ(__nv_ldexp(x, n), std::ldexp(x, n)) << x << " " << n;
    }
    int got = 0, want = 0;
    EXPECT_EQ(__nv_frexp(x, &got), std::frexp(x, &want));
    EXPECT_EQ(got, want);
    double got_whole = 0, want_whole = 0;
    EXPECT_EQ(__nv_modf(x, &got_whole), std::modf(x, &want_whole));
    EXPECT_EQ(got_whole, want_whole);
    EXPECT_EQ(__nv_logb(x), std::logb(x));
  }
  std::mt19937_64 random(3);
  for (int i = 0; i < 10000; ++i) {
    const double x = std::bit_cast<double>(random());
    if (!std::isfinite(x)) continue;
    const int n = static_cast<int>(random() % 2400) - 1200;
    EXPECT_EQ(__nv_ldexp(x, n), std::ldexp(x, n)) << x << " " << n;
    const float single = static_cast<float>(x);
    EXPECT_EQ(__nv_ldexpf(single, n / 4), std::ldexp(single, n / 4)) << single << " " << n / 4;
  }
  const double values[] = {3e200, -4e200, 12e200};
  EXPECT_DOUBLE_EQ(__nv_norm(3, values), 13e200);
  EXPECT_EQ(__nv_llround(-2.5), -3);
}

// NaN, infinities, zeros and poles (C17 annex F, which the CUDA math API follows).
TEST(DeviceMathSpecial, AsInTheCLibrary) {
  const double kSpecial[] = {0.0,  -0.0,  1.0,    -1.0,   0.5,     -0.5,     2.0,       -2.0, 3.0,
                             -3.0, 1e300, -1e300, 5e-324, -5e-324, HUGE_VAL, -HUGE_VAL, NAN};
  const auto same = [](double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    return a == b ? std::signbit(a) == std::signbit(b)
                  : std::fabs(a - b) <= std::fabs(b) * 1e-15 || UlpError(a, b) <= 1;
  };
#define CHECK_ONE(NAME) EXPECT_TRUE(same(__nv_##NAME(x), NAME(x))) << #NAME << "(" << x << ") = " << __nv_##NAME(x)
#define CHECK_TWO(NAME) \
  EXPECT_TRUE(same(__nv_##NAME(x, y), NAME(x, y))) << #NAME << "(" << x << ", " << y << ") = " << __nv_##NAME(x, y)
  for (double x : kSpecial) {
    CHECK_ONE(exp);
    CHECK_ONE(exp2);
    CHECK_ONE(expm1);
    CHECK_ONE(log);
    CHECK_ONE(log2);
    CHECK_ONE(log10);
    CHECK_ONE(log1p);
    CHECK_ONE(sin);
    CHECK_ONE(cos);
    CHECK_ONE(tan);
    CHECK_ONE(asin);
    CHECK_ONE(acos);
    CHECK_ONE(atan);
    CHECK_ONE(sinh);
    CHECK_ONE(cosh);
    CHECK_ONE(tanh);
    CHECK_ONE(asinh);
    CHECK_ONE(acosh);
    CHECK_ONE(atanh);
    CHECK_ONE(cbrt);
    CHECK_ONE(erf);
    CHECK_ONE(erfc);
    CHECK_ONE(tgamma);
    CHECK_ONE(lgamma);
    CHECK_ONE(round);
    CHECK_ONE(logb);
    for (double y : kSpecial) {
      CHECK_TWO(pow);
      CHECK_TWO(atan2);
      CHECK_TWO(hypot);
      CHECK_TWO(fmod);
      CHECK_TWO(remainder);
      CHECK_TWO(nextafter);
    }
  }
#undef CHECK_ONE
#undef CHECK_TWO
}

}  // namespace
