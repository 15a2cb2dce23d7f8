// IEEE 754 single and double arithmetic in the four rounding directions, with denormals, infinities and NaN: results
// must equal those of the host's unit in the same rounding mode, bit for bit (NaNs: any NaN).
#include <cfenv>

#include "check.h"

template <typename T>
__device__ void Operations(T a, T b, T c, T* r);

template <>
__device__ void Operations<float>(float a, float b, float c, float* r) {
  r[0] = __fadd_rn(a, b), r[1] = __fadd_rz(a, b), r[2] = __fadd_ru(a, b), r[3] = __fadd_rd(a, b);
  r[4] = __fmul_rn(a, b), r[5] = __fmul_rz(a, b), r[6] = __fmul_ru(a, b), r[7] = __fmul_rd(a, b);
  r[8] = __fdiv_rn(a, b), r[9] = __fdiv_rz(a, b), r[10] = __fdiv_ru(a, b), r[11] = __fdiv_rd(a, b);
  r[12] = __fsqrt_rn(a), r[13] = __fsqrt_rz(a), r[14] = __fsqrt_ru(a), r[15] = __fsqrt_rd(a);
  r[16] = __fmaf_rn(a, b, c), r[17] = __fmaf_rz(a, b, c), r[18] = __fmaf_ru(a, b, c), r[19] = __fmaf_rd(a, b, c);
  r[20] = __frcp_rn(a), r[21] = __frcp_rz(a), r[22] = __frcp_ru(a), r[23] = __frcp_rd(a);
}

template <>
__device__ void Operations<double>(double a, double b, double c, double* r) {
  r[0] = __dadd_rn(a, b), r[1] = __dadd_rz(a, b), r[2] = __dadd_ru(a, b), r[3] = __dadd_rd(a, b);
  r[4] = __dmul_rn(a, b), r[5] = __dmul_rz(a, b), r[6] = __dmul_ru(a, b), r[7] = __dmul_rd(a, b);
  r[8] = __ddiv_rn(a, b), r[9] = __ddiv_rz(a, b), r[10] = __ddiv_ru(a, b), r[11] = __ddiv_rd(a, b);
  r[12] = __dsqrt_rn(a), r[13] = __dsqrt_rz(a), r[14] = __dsqrt_ru(a), r[15] = __dsqrt_rd(a);
  r[16] = __fma_rn(a, b, c), r[17] = __fma_rz(a, b, c), r[18] = __fma_ru(a, b, c), r[19] = __fma_rd(a, b, c);
  r[20] = __drcp_rn(a), r[21] = __drcp_rz(a), r[22] = __drcp_ru(a), r[23] = __drcp_rd(a);
}

constexpr int kResults = 24;
const char* const kNames[] = {"add", "mul", "div", "sqrt", "fma", "rcp"};

template <typename T>
__global__ void Run(const T* a, const T* b, const T* c, T* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) Operations<T>(a[i], b[i], c[i], out + i * kResults);
}

template <typename T>
void Reference(T a, T b, T c, T* r) {
  const int modes[4] = {FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
  for (int m = 0; m < 4; ++m) {
    std::fesetround(modes[m]);
    volatile T x = a, y = b, z = c, one = 1;
    volatile T sum = x + y, product = x * y, quotient = x / y, root = std::sqrt(T(x)), fused = std::fma(T(x), T(y), T(z));
    volatile T reciprocal = one / x;
    r[m] = sum, r[4 + m] = product, r[8 + m] = quotient, r[12 + m] = root, r[16 + m] = fused, r[20 + m] = reciprocal;
    std::fesetround(FE_TONEAREST);
  }
}

template <typename T>
void Test(const char* type, const std::vector<T>& edges) {
  std::vector<T> a, b, c;
  for (T x : edges) {
    for (T y : edges) {
      for (size_t k = 0; k < edges.size(); k += 3) a.push_back(x), b.push_back(y), c.push_back(edges[k]);
    }
  }
  for (int i = 0; i < 400; ++i) {
    T scale = std::ldexp(T(1), int(check::Hash32(i) % 60) - 30);
    a.push_back(T(check::Uniform(3 * i, -2, 2)) * scale + T(check::Uniform(i + 5, -1, 1)) * scale * T(1e-8));
    b.push_back(T(check::Uniform(3 * i + 1, -2, 2)));
    c.push_back(T(check::Uniform(3 * i + 2, -2, 2)) * scale);
  }
  int n = int(a.size());
  check::Device<T> da(a), db(b), dc(c), out(n * kResults);
  Run<T><<<(n + 63) / 64, 64>>>(da, db, dc, out, n);
  CHECK_LAUNCH();
  std::vector<T> got = out.Get(), want(n * kResults);
  for (int i = 0; i < n; ++i) {
    Reference(a[i], b[i], c[i], &want[i * kResults]);
    for (int k = 0; k < kResults; ++k) {
      T g = got[i * kResults + k], w = want[i * kResults + k];
      if (std::isnan(g) ? std::isnan(w) : check::Bits(g) == check::Bits(w)) continue;
      check::Fail("%s %s.%s(%.9g, %.9g, %.9g): %.17g, expected %.17g\n", type, kNames[k / 4],
                  k % 4 == 0 ? "rn" : k % 4 == 1 ? "rz" : k % 4 == 2 ? "ru" : "rd", double(a[i]), double(b[i]),
                  double(c[i]), double(g), double(w));
    }
  }
}

int main() {
  Test<float>("f32", {0.0f, -0.0f, 1.0f, -1.0f, 3.0f, 0.1f, -1e-38f, 1e-40f, 1.401298464e-45f, -1.401298464e-45f,
                      1.17549435e-38f, 3.40282347e38f, -3.40282347e38f, INFINITY, -INFINITY, NAN, 16777217.0f, 1e20f});
  Test<double>("f64", {0.0, -0.0, 1.0, -1.0, 3.0, 0.1, -2e-308, 1e-310, 4.9406564584124654e-324,
                       -4.9406564584124654e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
                       -1.7976931348623157e308, double(INFINITY), -double(INFINITY), double(NAN), 9007199254740993.0, 1e200});
  return check::Finish("float_rounding");
}
