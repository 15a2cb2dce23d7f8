// Double-precision math functions against the host's long double: errors in units in the last place within the bounds
// of the CUDA C++ Programming Guide, special values exact; and a numerical integration and Newton iteration.
#include <functional>

#include "check.h"

#define FOR_EACH_UNARY(X)                                                                                     \
  X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh) X(tanh) X(exp) X(exp2) X(expm1) X(log)         \
  X(log2) X(log10) X(log1p) X(sqrt) X(rsqrt) X(cbrt) X(erf) X(erfc) X(lgamma) X(tgamma)

enum Function {
#define NAME(f) k_##f,
  FOR_EACH_UNARY(NAME)
#undef NAME
};

__global__ void Unary(int function, const double* in, double* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double x = in[i], y = 0;
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

__global__ void Binary(const double* a, const double* b, double* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double x = a[i], y = b[i];
  out[i * 4] = pow(fabs(x), y), out[i * 4 + 1] = atan2(x, y), out[i * 4 + 2] = hypot(x, y), out[i * 4 + 3] = fmod(x, y);
}

// Simpson's rule for the integral of exp(-x*x) over [0, b], and the cube root by Newton's iteration.
__global__ void Numeric(double* integrals, double* roots) {
  int i = threadIdx.x, steps = 200;
  double b = 0.1 * (i + 1), h = b / steps, sum = 1.0 + exp(-b * b);
  for (int k = 1; k < steps; ++k) {
    double x = k * h;
    sum += (k % 2 ? 4.0 : 2.0) * exp(-x * x);
  }
  integrals[i] = sum * h / 3.0;
  double target = i + 1.0, root = target;
  while (true) {
    double next = root - (root * root * root - target) / (3.0 * root * root);
    if (fabs(next - root) <= 1e-15 * fabs(next)) break;
    root = next;
  }
  roots[i] = root;
}

double Ulps(double got, long double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e30;
  if (std::isinf(double(want)) || std::isinf(got)) return double(want) == got ? 0 : 1e30;
  int exponent;
  std::frexp(want, &exponent);
  long double unit = std::ldexp(1.0L, exponent - 53 < -1074 ? -1074 : exponent - 53);
  return double(std::fabs(static_cast<long double>(got) - want) / unit);
}

struct Test {
  Function function;
  const char* name;
  std::function<long double(long double)> reference;
  double low, high, ulps;
};

int main() {
#define T(f, reference, low, high, ulps) \
  {k_##f, #f, [](long double x) -> long double { return reference; }, low, high, ulps}
  const std::vector<Test> tests = {
      T(sin, std::sin(x), -50, 50, 2), T(cos, std::cos(x), -50, 50, 2), T(tan, std::tan(x), -50, 50, 2),
      T(sin, std::sin(x), -1e9, 1e9, 2), T(asin, std::asin(x), -1, 1, 2), T(acos, std::acos(x), -1, 1, 2),
      T(atan, std::atan(x), -30, 30, 2), T(sinh, std::sinh(x), -600, 600, 2), T(cosh, std::cosh(x), -600, 600, 2),
      T(tanh, std::tanh(x), -20, 20, 2), T(exp, std::exp(x), -700, 700, 1), T(exp2, std::exp2(x), -1000, 1000, 1),
      T(expm1, std::expm1(x), -5, 5, 1), T(log, std::log(x), 1e-3, 1e6, 1), T(log2, std::log2(x), 1e-3, 1e6, 1),
      T(log10, std::log10(x), 1e-3, 1e6, 1), T(log1p, std::log1p(x), -0.99, 10, 1), T(sqrt, std::sqrt(x), 0, 1e30, 0.5),
      T(rsqrt, 1 / std::sqrt(x), 1e-3, 1e10, 1), T(cbrt, std::cbrt(x), -1e9, 1e9, 1), T(erf, std::erf(x), -4, 4, 2),
      T(erfc, std::erfc(x), -4, 20, 5), T(lgamma, std::lgamma(x), 3, 100, 4), T(tgamma, std::tgamma(x), 0.1, 100, 10)};
#undef T
  const int n = 300;
  for (const Test& t : tests) {
    std::vector<double> in(n);
    for (int i = 0; i < n; ++i) {
      double u = (check::Hash32(i * 64 + uint32_t(t.function)) + 0.5) / 4294967296.0;
      in[i] = t.low * (1 - u) + t.high * u;
    }
    check::Device<double> din(in), dout(n);
    Unary<<<(n + 127) / 128, 128>>>(t.function, din, dout, n);
    CHECK_LAUNCH();
    std::vector<double> out = dout.Get();
    for (int i = 0; i < n; ++i) {
      double error = Ulps(out[i], t.reference(in[i]));
      if (error > t.ulps + 0.51) {
        check::Fail("%s(%.17g): %.17g, expected %.17g: %.2f ulp, bound %g\n", t.name, in[i], out[i],
                    double(t.reference(in[i])), error, t.ulps);
      }
    }
  }

  std::vector<double> a, b;
  for (int i = 0; i < 300; ++i) a.push_back(20.0 * check::Uniform(i, -1, 1)), b.push_back(10.0 * check::Uniform(i + 1000, -1, 1));
  for (double x : {0.0, 1.0, -1.0, 2.0, double(INFINITY), double(NAN)}) {
    for (double y : {0.0, 1.0, -1.0, 0.5, -double(INFINITY), double(NAN)}) a.push_back(x), b.push_back(y);
  }
  int total = int(a.size());
  check::Device<double> da(a), db(b), dout(total * 4);
  Binary<<<(total + 31) / 32, 32>>>(da, db, dout, total);
  CHECK_LAUNCH();
  std::vector<double> out = dout.Get();
  const double bounds[] = {2, 2, 2, 0};
  for (int i = 0; i < total; ++i) {
    long double x = a[i], y = b[i], want[] = {std::pow(std::fabs(x), y), std::atan2(x, y), std::hypot(x, y), std::fmod(x, y)};
    for (int k = 0; k < 4; ++k) {
      if (Ulps(out[i * 4 + k], want[k]) > bounds[k] + 0.51) {
        check::Fail("binary %d (%.17g, %.17g): %.17g, expected %.17g\n", k, a[i], b[i], out[i * 4 + k], double(want[k]));
      }
    }
  }

  check::Device<double> integrals(32), roots(32);
  Numeric<<<1, 32>>>(integrals, roots);
  CHECK_LAUNCH();
  std::vector<double> want_i(32), want_r(32);
  for (int i = 0; i < 32; ++i) {
    want_i[i] = std::sqrt(std::acos(-1.0)) / 2 * std::erf(0.1 * (i + 1));
    want_r[i] = std::cbrt(i + 1.0);
  }
  check::Near("integral", integrals.Get(), want_i, 0, 1e-8);
  check::Near("root", roots.Get(), want_r, 0, 4e-15);
  return check::Finish("math_double");
}
