// Floating-point corner cases: minimum and maximum with NaN and signed zeros, comparisons and classification, rounding
// to integral values, remainders, scaling, and the bit patterns of ordinary operators with denormals (no flushing).
#include "check.h"

constexpr int kResults = 19;

__global__ void Run(const float* a, const float* b, float* out, unsigned* flags, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float x = a[i], y = b[i], *r = out + i * kResults;
  r[0] = fminf(x, y);
  r[1] = fmaxf(x, y);
  r[2] = x + y;
  r[3] = x * y;
  r[4] = x / y;
  r[5] = sqrtf(x);
  r[6] = fabsf(x);
  r[7] = -x;
  r[8] = floorf(x);
  r[9] = ceilf(x);
  r[10] = truncf(x);
  r[11] = rintf(x);
  r[12] = roundf(x);
  r[13] = fmodf(x, y);
  r[14] = copysignf(x, y);
  r[15] = fdimf(x, y);
  r[16] = __saturatef(x);
  r[17] = ldexpf(x, 3);
  r[18] = nextafterf(x, y);
  flags[i] = unsigned(x < y) | unsigned(x <= y) << 1 | unsigned(x == y) << 2 | unsigned(x != y) << 3 |
             unsigned(x > y) << 4 | unsigned(x >= y) << 5 | unsigned(!(x < y)) << 6 | unsigned(isnan(x) != 0) << 7 |
             unsigned(isinf(x) != 0) << 8 | unsigned(isfinite(x) != 0) << 9 | unsigned(signbit(x) != 0) << 10;
}

__global__ void RunDouble(const double* a, const double* b, double* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double x = a[i], y = b[i], *r = out + i * 8;
  r[0] = fmin(x, y), r[1] = fmax(x, y), r[2] = floor(x), r[3] = rint(x), r[4] = trunc(x), r[5] = fabs(x);
  r[6] = x + y, r[7] = x / y;
}

template <typename T>
T Smaller(T x, T y) {
  if (std::isnan(x)) return y;
  if (std::isnan(y)) return x;
  if (x == y) return std::signbit(x) ? x : y;
  return x < y ? x : y;
}
template <typename T>
T Larger(T x, T y) {
  return -Smaller(-x, -y);
}

template <typename T>
void Compare(const char* name, int count, const std::vector<T>& got, const std::vector<T>& want,
             const std::vector<T>& a, const std::vector<T>& b) {
  for (size_t i = 0; i < got.size(); ++i) {
    bool same = std::isnan(got[i]) ? std::isnan(want[i]) : check::Bits(got[i]) == check::Bits(want[i]);
    if (!same) {
      check::Fail("%s result %d of (%.9g, %.9g): %.9g, expected %.9g\n", name, int(i) % count, double(a[i / count]),
                  double(b[i / count]), double(got[i]), double(want[i]));
    }
  }
}

int main() {
  const std::vector<float> edges = {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 0.49999997f, 8388609.0f,
                                    1e-40f, -1e-40f, 1.4e-45f, 1.1754944e-38f, 3.4028235e38f, INFINITY, -INFINITY, NAN,
                                    3.7f, -3.7f, 1e10f, 1e-10f};
  std::vector<float> a, b;
  for (float x : edges) {
    for (float y : edges) a.push_back(x), b.push_back(y);
  }
  int n = int(a.size());
  std::vector<float> want(n * kResults);
  std::vector<unsigned> flags(n);
  for (int i = 0; i < n; ++i) {
    volatile float x = a[i], y = b[i];
    float* r = &want[i * kResults];
    r[0] = Smaller<float>(x, y), r[1] = Larger<float>(x, y);
    r[2] = x + y, r[3] = x * y, r[4] = x / y, r[5] = std::sqrt(float(x)), r[6] = std::fabs(float(x)), r[7] = -x;
    r[8] = std::floor(float(x)), r[9] = std::ceil(float(x)), r[10] = std::trunc(float(x)), r[11] = std::rint(float(x));
    r[12] = std::round(float(x)), r[13] = std::fmod(float(x), float(y)), r[14] = std::copysign(float(x), float(y));
    r[15] = std::fdim(float(x), float(y)), r[16] = std::isnan(float(x)) || x <= 0 ? 0.0f : x >= 1 ? 1.0f : float(x);
    r[17] = std::ldexp(float(x), 3), r[18] = std::nextafter(float(x), float(y));
    flags[i] = unsigned(x < y) | unsigned(x <= y) << 1 | unsigned(x == y) << 2 | unsigned(x != y) << 3 |
               unsigned(x > y) << 4 | unsigned(x >= y) << 5 | unsigned(!(x < y)) << 6 |
               unsigned(std::isnan(float(x))) << 7 | unsigned(std::isinf(float(x))) << 8 |
               unsigned(std::isfinite(float(x))) << 9 | unsigned(std::signbit(float(x))) << 10;
  }
  check::Device<float> da(a), db(b), out(n * kResults);
  check::Device<unsigned> dflags(n);
  Run<<<(n + 63) / 64, 64>>>(da, db, out, dflags, n);
  CHECK_LAUNCH();
  Compare("f32", kResults, out.Get(), want, a, b);
  check::Equal("flags", dflags.Get(), flags);

  std::vector<double> a64(a.begin(), a.end()), b64(b.begin(), b.end()), want64(n * 8);
  for (int i = 0; i < n; ++i) {
    double x = a64[i] * 1.1, y = b64[i], *r = &want64[i * 8];
    a64[i] = x;
    r[0] = Smaller(x, y), r[1] = Larger(x, y), r[2] = std::floor(x), r[3] = std::rint(x), r[4] = std::trunc(x);
    r[5] = std::fabs(x), r[6] = x + y, r[7] = x / y;
  }
  check::Device<double> da64(a64), db64(b64), out64(n * 8);
  RunDouble<<<(n + 63) / 64, 64>>>(da64, db64, out64, n);
  CHECK_LAUNCH();
  Compare("f64", 8, out64.Get(), want64, a64, b64);
  return check::Finish("float_edge");
}
