// Single-precision math functions against double precision: the maximum error in units in the last place must stay
// within the bounds that the CUDA C++ Programming Guide (appendix "Mathematical Functions") states, and special values
// must come out exactly.
#include <algorithm>
#include <functional>

#include "check.h"

#define FOR_EACH_UNARY(X)                                                                                              \
  X(sinf) X(cosf) X(tanf) X(asinf) X(acosf) X(atanf) X(sinhf) X(coshf) X(tanhf) X(asinhf) X(acoshf) X(atanhf)          \
  X(expf) X(exp2f) X(exp10f) X(expm1f) X(logf) X(log2f) X(log10f) X(log1pf) X(sqrtf) X(rsqrtf) X(cbrtf) X(erff)        \
  X(erfcf) X(lgammaf) X(tgammaf) X(sinpif) X(cospif) X(erfinvf) X(normcdff) X(logbf)

enum Function {
#define NAME(f) k_##f,
  FOR_EACH_UNARY(NAME)
#undef NAME
};

__global__ void Unary(int function, const float* in, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float x = in[i], y = 0;
  switch (function) {
#define CASE(f)  \
  case k_##f:    \
    y = f(x);    \
    break;
    FOR_EACH_UNARY(CASE)
#undef CASE
  }
  out[i] = y;
}

__global__ void Binary(const float* a, const float* b, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float x = a[i], y = b[i];
  out[i * 4] = powf(fabsf(x), y);
  out[i * 4 + 1] = atan2f(x, y);
  out[i * 4 + 2] = hypotf(x, y);
  out[i * 4 + 3] = fmodf(x, y);
}

__global__ void Pairs(const float* in, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float s, c, whole, fraction = modff(in[i], &whole);
  int exponent;
  sincosf(in[i], &s, &c);
  float mantissa = frexpf(in[i], &exponent);
  float* r = out + i * 6;
  r[0] = s, r[1] = c, r[2] = fraction, r[3] = whole, r[4] = mantissa, r[5] = float(exponent);
}

__global__ void Fast(const float* in, float* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float x = in[i], *r = out + i * 6;
  r[0] = __sinf(x), r[1] = __cosf(x), r[2] = __expf(x), r[3] = __logf(fabsf(x) + 2.0f);
  r[4] = __powf(fabsf(x) + 0.5f, 1.5f), r[5] = __fdividef(1.0f, x);
}

// |got - want| in units of the last place of the float nearest to want.
double Ulps(float got, double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e30;
  if (std::isinf(float(want)) || std::isinf(got)) return float(want) == got || std::fabs(want) > 3.4028234e38 ? 0 : 1e30;
  int exponent;
  std::frexp(want, &exponent);
  double unit = std::ldexp(1.0, std::max(exponent - 24, -149));
  return std::fabs(double(got) - want) / unit;
}

double InverseErf(double y) {
  double low = -6, high = 6;
  for (int i = 0; i < 200; ++i) {
    double middle = (low + high) / 2;
    (std::erf(middle) < y ? low : high) = middle;
  }
  return (low + high) / 2;
}

struct Test {
  Function function;
  const char* name;
  std::function<double(double)> reference;
  double low, high, ulps;
};

void TestUnary() {
#define T(f, reference, low, high, ulps) {k_##f, #f, [](double x) -> double { return reference; }, low, high, ulps}
  const std::vector<Test> tests = {
      T(sinf, std::sin(x), -50, 50, 2), T(cosf, std::cos(x), -50, 50, 2), T(tanf, std::tan(x), -50, 50, 4),
      T(sinf, std::sin(x), -2e6, 2e6, 2), T(cosf, std::cos(x), -3e38, 3e38, 2),
      T(asinf, std::asin(x), -1, 1, 3), T(acosf, std::acos(x), -1, 1, 3), T(atanf, std::atan(x), -30, 30, 2),
      T(sinhf, std::sinh(x), -80, 80, 3), T(coshf, std::cosh(x), -80, 80, 2), T(tanhf, std::tanh(x), -10, 10, 2),
      T(asinhf, std::asinh(x), -1000, 1000, 3), T(acoshf, std::acosh(x), 1, 1000, 4),
      T(atanhf, std::atanh(x), -0.999, 0.999, 3), T(expf, std::exp(x), -100, 88, 2), T(expf, std::exp(x), -1, 1, 2),
      T(exp2f, std::exp2(x), -140, 127, 2), T(exp10f, std::pow(10.0, x), -40, 38, 2),
      T(expm1f, std::expm1(x), -5, 5, 1), T(logf, std::log(x), 1e-3, 1e6, 1), T(logf, std::log(x), 0.9, 1.1, 1),
      T(log2f, std::log2(x), 1e-3, 1e6, 1), T(log10f, std::log10(x), 1e-3, 1e6, 2),
      T(log1pf, std::log1p(x), -0.99, 10, 1), T(sqrtf, std::sqrt(x), 0, 1e30, 0.5), T(rsqrtf, 1 / std::sqrt(x), 1e-30, 1e30, 2),
      T(cbrtf, std::cbrt(x), -1e9, 1e9, 1), T(erff, std::erf(x), -4, 4, 2), T(erfcf, std::erfc(x), -4, 9, 4),
      T(lgammaf, std::lgamma(x), 3, 100, 6), T(tgammaf, std::tgamma(x), 0.1, 30, 5), T(normcdff, 0.5 * std::erfc(-x * 0.70710678118654752440), -5, 5, 5),
      T(erfinvf, InverseErf(x), -0.99, 0.99, 2), T(logbf, std::logb(x), 1e-10, 1e10, 0),
      T(sinpif, std::sin(3.14159265358979323846 * std::fmod(x, 2)), 0.01, 0.99, 2),
      T(cospif, std::cos(3.14159265358979323846 * std::fmod(x, 2)), 0.01, 0.49, 2)};
#undef T
  const int n = 500;
  for (const Test& t : tests) {
    std::vector<float> in(n);
    for (int i = 0; i < n; ++i) {
      double u = (check::Hash32(i * 64 + uint32_t(t.function)) + 0.5) / 4294967296.0;
      if (t.high > 1e20 && t.low > 0) {
        in[i] = float(t.low * std::pow(t.high / t.low, u));
      } else {
        in[i] = float(t.low * (1 - u) + t.high * u);
      }
    }
    check::Device<float> din(in), dout(n);
    Unary<<<(n + 127) / 128, 128>>>(t.function, din, dout, n);
    CHECK_LAUNCH();
    std::vector<float> out = dout.Get();
    double worst = 0;
    int at = 0;
    for (int i = 0; i < n; ++i) {
      double error = Ulps(out[i], t.reference(in[i]));
      if (error > worst) worst = error, at = i;
    }
    if (worst > t.ulps + 0.51) {  // the bounds count from the correctly rounded result
      check::Fail("%s(%.9g): %.9g, expected %.12g: %.2f ulp, bound %g\n", t.name, double(in[at]), double(out[at]),
                  t.reference(in[at]), worst, t.ulps);
    }
  }
}

void TestSpecialValues() {
  struct Special {
    Function function;
    const char* name;
    float in, out;
  };
#define S(f, in, out) {k_##f, #f, in, out}
  const float inf = INFINITY, nan = NAN;
  const std::vector<Special> specials = {
      S(sinf, 0.0f, 0.0f), S(sinf, -0.0f, -0.0f), S(sinf, inf, nan), S(cosf, 0.0f, 1.0f), S(cosf, -inf, nan),
      S(tanf, -0.0f, -0.0f), S(asinf, 1.5f, nan), S(acosf, 1.0f, 0.0f), S(acosf, -2.0f, nan), S(atanf, -0.0f, -0.0f),
      S(expf, 0.0f, 1.0f), S(expf, -inf, 0.0f), S(expf, inf, inf), S(expf, 89.0f, inf), S(expf, -110.0f, 0.0f),
      S(expf, nan, nan), S(exp2f, 128.0f, inf),
      S(logf, 0.0f, -inf), S(logf, -1.0f, nan), S(logf, 1.0f, 0.0f), S(logf, inf, inf),
      S(log10f, -0.0f, -inf), S(log1pf, -1.0f, -inf), S(expm1f, -0.0f, -0.0f),
      S(sqrtf, -1.0f, nan), S(sqrtf, -0.0f, -0.0f), S(sqrtf, inf, inf), S(rsqrtf, 0.0f, inf), S(rsqrtf, -0.0f, -inf),
      S(rsqrtf, inf, 0.0f), S(rsqrtf, -1.0f, nan), S(erff, inf, 1.0f), S(erff, -0.0f, -0.0f),
      S(erfcf, inf, 0.0f), S(erfcf, -inf, 2.0f), S(tanhf, inf, 1.0f), S(sinhf, -inf, -inf), S(coshf, inf, inf),
      S(acoshf, 0.5f, nan), S(atanhf, 1.0f, inf), S(lgammaf, 1.0f, 0.0f), S(tgammaf, inf, inf), S(tgammaf, -inf, nan),
      S(sinpif, 1.0f, 0.0f), S(sinpif, 0.5f, 1.0f), S(cospif, 0.5f, 0.0f), S(cospif, 1.0f, -1.0f)};
#undef S
  for (const Special& s : specials) {
    check::Device<float> in(std::vector<float>{s.in}), out(1);
    Unary<<<1, 1>>>(s.function, in, out, 1);
    CHECK_LAUNCH();
    float got = out.Get()[0];
    bool good = std::isnan(s.out) ? std::isnan(got) : check::Bits(got) == check::Bits(s.out);
    if (!good) check::Fail("%s(%g): %.9g, expected %.9g\n", s.name, double(s.in), double(got), double(s.out));
  }
}

void TestBinary() {
  const int n = 600;
  std::vector<float> a = check::UniformVector(n, 7, -20, 20), b = check::UniformVector(n, 8, -10, 10);
  const std::vector<float> edges = {0.0f, 1.0f, -1.0f, 2.0f, 0.5f, INFINITY, -INFINITY, NAN};
  for (float x : edges) {
    for (float y : edges) a.push_back(x), b.push_back(y);
  }
  int total = int(a.size());
  check::Device<float> da(a), db(b), out(total * 4);
  Binary<<<(total + 63) / 64, 64>>>(da, db, out, total);
  CHECK_LAUNCH();
  std::vector<float> got = out.Get();
  const char* names[] = {"powf", "atan2f", "hypotf", "fmodf"};
  const double bounds[] = {4, 3, 3, 0};
  for (int i = 0; i < total; ++i) {
    double x = a[i], y = b[i];
    double want[] = {std::pow(std::fabs(x), y), std::atan2(x, y), std::hypot(x, y), std::fmod(x, y)};
    for (int k = 0; k < 4; ++k) {
      double error = Ulps(got[i * 4 + k], want[k]);
      if (error > bounds[k] + 0.51) {
        check::Fail("%s(%.9g, %.9g): %.9g, expected %.12g: %.2f ulp\n", names[k], x, y, double(got[i * 4 + k]), want[k],
                    error);
      }
    }
  }
}

void TestPairsAndFast() {
  const int n = 300;
  std::vector<float> in = check::UniformVector(n, 9, -3, 3);
  in[0] = 0.0f, in[1] = 1.0f, in[2] = -2.0f;
  check::Device<float> din(in), pairs(n * 6), fast(n * 6);
  Pairs<<<3, 100>>>(din, pairs, n);
  Fast<<<3, 100>>>(din, fast, n);
  CHECK_LAUNCH();
  std::vector<float> got = pairs.Get(), quick = fast.Get();
  for (int i = 0; i < n; ++i) {
    float* r = &got[i * 6];
    double x = in[i];
    float whole, fraction = std::modf(in[i], &whole);
    int exponent;
    float mantissa = std::frexp(in[i], &exponent);
    bool good = Ulps(r[0], std::sin(x)) <= 2.51 && Ulps(r[1], std::cos(x)) <= 2.51 && r[2] == fraction &&
                r[3] == whole && r[4] == mantissa && r[5] == float(exponent);
    if (!good) check::Fail("pairs of %.9g: %g %g %g %g %g %g\n", x, r[0], r[1], r[2], r[3], r[4], r[5]);
    float* q = &quick[i * 6];
    double ax = std::fabs(x), p = std::pow(ax + 0.5, 1.5);
    bool close = std::fabs(q[0] - std::sin(x)) < 1e-6 && std::fabs(q[1] - std::cos(x)) < 1e-6 &&
                 std::fabs(q[2] - std::exp(x)) < 2e-6 * std::exp(x) && std::fabs(q[3] - std::log(ax + 2)) < 1e-6 &&
                 std::fabs(q[4] - p) < 2e-6 * p && (x == 0 || std::fabs(q[5] * x - 1) < 5e-7);
    if (!close) check::Fail("fast functions of %.9g: %g %g %g %g %g %g\n", x, q[0], q[1], q[2], q[3], q[4], q[5]);
  }
}

int main() {
  TestUnary();
  TestSpecialValues();
  TestBinary();
  TestPairsAndFast();
  return check::Finish("math_float");
}
