// Conversions between integers and floating point in the four rounding directions: saturation, NaN (PTX ISA, cvt: zero
// for f32 to 32-bit integers, the smallest signed value when either side has 64 bits), and bit casts.
#include <cfenv>

#include "check.h"

struct Result {
  int i32[4];
  unsigned u32[4];
  long long s64[4];
  unsigned long long u64[4];
};

__global__ void FromFloat(const float* in, Result* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float x = in[i];
  Result& r = out[i];
  r.i32[0] = __float2int_rn(x), r.i32[1] = __float2int_rz(x), r.i32[2] = __float2int_ru(x), r.i32[3] = __float2int_rd(x);
  r.u32[0] = __float2uint_rn(x), r.u32[1] = __float2uint_rz(x), r.u32[2] = __float2uint_ru(x);
  r.u32[3] = __float2uint_rd(x);
  r.s64[0] = __float2ll_rn(x), r.s64[1] = __float2ll_rz(x), r.s64[2] = __float2ll_ru(x), r.s64[3] = __float2ll_rd(x);
  r.u64[0] = __float2ull_rn(x), r.u64[1] = __float2ull_rz(x), r.u64[2] = __float2ull_ru(x);
  r.u64[3] = __float2ull_rd(x);
}

__global__ void FromDouble(const double* in, Result* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double x = in[i];
  Result& r = out[i];
  r.i32[0] = __double2int_rn(x), r.i32[1] = __double2int_rz(x), r.i32[2] = __double2int_ru(x);
  r.i32[3] = __double2int_rd(x);
  r.u32[0] = __double2uint_rn(x), r.u32[1] = __double2uint_rz(x), r.u32[2] = __double2uint_ru(x);
  r.u32[3] = __double2uint_rd(x);
  r.s64[0] = __double2ll_rn(x), r.s64[1] = __double2ll_rz(x), r.s64[2] = __double2ll_ru(x), r.s64[3] = __double2ll_rd(x);
  r.u64[0] = __double2ull_rn(x), r.u64[1] = __double2ull_rz(x), r.u64[2] = __double2ull_ru(x);
  r.u64[3] = __double2ull_rd(x);
}

template <typename I>
I Convert(double x, int mode, I nan_value) {
  if (std::isnan(x)) return nan_value;
  double whole = mode == 0 ? std::rint(x) : mode == 1 ? std::trunc(x) : mode == 2 ? std::ceil(x) : std::floor(x);
  constexpr bool is_signed = I(-1) < I(0);
  const int bits = sizeof(I) * 8 - is_signed;
  const double limit = std::ldexp(1.0, bits);
  if (whole >= limit) return is_signed ? I(~(1ull << bits)) : I(~0ull);
  if (whole < (is_signed ? -limit : 0.0)) return is_signed ? I(1ull << bits) : I(0);
  return I(whole);
}

template <typename F>
void TestFrom(const char* name, std::vector<F> in, void (*kernel)(const F*, Result*, int)) {
  for (int i = 0; i < 200; ++i) {
    F scale = F(std::ldexp(1.0, int(check::Hash32(i) % 70) - 3));
    in.push_back(F(check::Uniform(i, -1, 1)) * scale);
  }
  int n = int(in.size());
  check::Device<F> din(in);
  check::Device<Result> out(n);
  kernel<<<(n + 63) / 64, 64>>>(din, out, n);
  CHECK_LAUNCH();
  std::vector<Result> got = out.Get();
  const bool wide = sizeof(F) == 8;
  for (int i = 0; i < n; ++i) {
    for (int m = 0; m < 4; ++m) {
      Result want;
      want.i32[m] = Convert<int>(in[i], m, wide ? INT32_MIN : 0);
      want.u32[m] = Convert<unsigned>(in[i], m, wide ? 0x80000000u : 0u);
      want.s64[m] = Convert<long long>(in[i], m, INT64_MIN);
      want.u64[m] = Convert<unsigned long long>(in[i], m, 1ull << 63);
      if (got[i].i32[m] != want.i32[m] || got[i].u32[m] != want.u32[m] || got[i].s64[m] != want.s64[m] ||
          got[i].u64[m] != want.u64[m]) {
        check::Fail("%s %.9g mode %d: %d %u %lld %llu, expected %d %u %lld %llu\n", name, double(in[i]), m,
                    got[i].i32[m], got[i].u32[m], got[i].s64[m], got[i].u64[m], want.i32[m], want.u32[m],
                    want.s64[m], want.u64[m]);
      }
    }
  }
}

constexpr int kFloats = 16, kDoubles = 9;

__global__ void ToFloat(const long long* in, const double* din, float* out, double* dout, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  long long v = in[i];
  float* r = out + i * kFloats;
  r[0] = __ll2float_rn(v), r[1] = __ll2float_rz(v), r[2] = __ll2float_ru(v), r[3] = __ll2float_rd(v);
  r[4] = __ull2float_rn(v), r[5] = __ull2float_rz(v), r[6] = __ull2float_ru(v), r[7] = __ull2float_rd(v);
  r[8] = __int2float_rn(int(v)), r[9] = __int2float_rz(int(v)), r[10] = __int2float_ru(int(v));
  r[11] = __uint2float_rd(unsigned(v));
  double x = din[i], *d = dout + i * kDoubles;
  r[12] = __double2float_rn(x), r[13] = __double2float_rz(x), r[14] = __double2float_ru(x), r[15] = __double2float_rd(x);
  d[0] = __ll2double_rn(v), d[1] = __ll2double_rz(v), d[2] = __ll2double_ru(v), d[3] = __ll2double_rd(v);
  d[4] = __ull2double_rn(v), d[5] = __ull2double_rz(v), d[6] = __int2double_rn(int(v));
  d[7] = __hiloint2double(int(v >> 32), int(v));
  d[8] = __hiloint2double(__double2loint(x), __double2hiint(x));  // halves exchanged
}

void TestTo() {
  std::vector<long long> in = {0, 1, -1, 16777217, 33554433, -16777217, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN,
                               9007199254740993ll, -9007199254740995ll, (1ll << 40) + 1};
  std::vector<double> din = {0.0, -0.0, 0.1, -0.1, 1e300, -1e300, 1e-42, 1e-50, -1e-50, 3.4028235677973366e38,
                             double(INFINITY), double(NAN), 16777217.0};
  for (int i = 0; i < 200; ++i) {
    in.push_back((long long)((uint64_t(check::Hash32(i)) << 32 | check::Hash32(i + 500)) >> i % 60));
    din.push_back(std::ldexp(double(check::Uniform(i, -1, 1)) + 1e-9 * i, int(check::Hash32(i) % 300) - 150));
  }
  int n = int(in.size());
  std::vector<float> want(n * kFloats);
  std::vector<double> want64(n * kDoubles);
  const int modes[4] = {FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
  for (int i = 0; i < n; ++i) {
    for (int m = 0; m < 4; ++m) {
      std::fesetround(modes[m]);
      volatile long long v = in[i];
      volatile unsigned long long u = (unsigned long long)in[i];
      volatile int w = int(in[i]);
      volatile unsigned q = unsigned(in[i]);
      volatile double x = din[i];
      volatile float fv = float(v), fu = float(u), fw = float(w), fq = float(q), fx = float(x);
      volatile double dv = double(v), du = double(u), dw = double(w);
      float* r = &want[i * kFloats];
      double* d = &want64[i * kDoubles];
      r[m] = fv, r[4 + m] = fu, r[12 + m] = fx, d[m] = dv;
      if (m < 3) r[8 + m] = fw;
      if (m == 3) r[11] = fq;
      if (m < 2) d[4 + m] = du;
      if (m == 0) {
        uint64_t bits = check::Bits(din[i]);
        d[6] = dw, d[7] = check::FromBits(uint64_t(in[i])), d[8] = check::FromBits(bits << 32 | bits >> 32);
      }
    }
  }
  std::fesetround(FE_TONEAREST);
  check::Device<long long> ds(in);
  check::Device<double> dd(din), out64(n * kDoubles);
  check::Device<float> out(n * kFloats);
  ToFloat<<<(n + 63) / 64, 64>>>(ds, dd, out, out64, n);
  CHECK_LAUNCH();
  std::vector<float> got = out.Get();
  std::vector<double> got64 = out64.Get();
  for (int i = 0; i < n * kFloats; ++i) {
    if (std::isnan(got[i]) ? std::isnan(want[i]) : check::Bits(got[i]) == check::Bits(want[i])) continue;
    check::Fail("to float %d of %lld / %.17g: %.9g, expected %.9g\n", i % kFloats, in[i / kFloats], din[i / kFloats],
                double(got[i]), double(want[i]));
  }
  for (int i = 0; i < n * kDoubles; ++i) {
    if (std::isnan(got64[i]) ? std::isnan(want64[i]) : check::Bits(got64[i]) == check::Bits(want64[i])) continue;
    check::Fail("to double %d of %lld / %.17g: %.17g, expected %.17g\n", i % kDoubles, in[i / kDoubles],
                din[i / kDoubles], got64[i], want64[i]);
  }
}

int main() {
  TestFrom<float>("float", {0.0f, -0.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 1e-40f, 2147483520.0f, 2147483648.0f,
                            -2147483648.0f, -2147483904.0f, 4294967040.0f, 4294967296.0f, 9.2233715e18f, 9.223372e18f,
                            -9.223372e18f, 1.8446743e19f, 1.8446744e19f, 1e30f, -1e30f, INFINITY, -INFINITY, NAN},
                  FromFloat);
  TestFrom<double>("double", {0.0, -0.0, 0.5, 1.5, 2.5, -0.5, 2147483647.5, 2147483647.0, -2147483648.5, -2147483649.0,
                              4294967295.5, 9.223372036854775e18, 9.223372036854776e18, 1.8446744073709550e19,
                              1.8446744073709552e19, 1e300, -1e300, double(INFINITY), -double(INFINITY), double(NAN)},
                   FromDouble);
  TestTo();
  return check::Finish("conversions");
}
