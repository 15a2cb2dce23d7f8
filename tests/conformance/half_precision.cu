// Half precision: conversions with rounding to nearest even over all 65,536 bit patterns, arithmetic and comparisons of
// __half and __half2 against single precision rounded once.
#include <cuda_fp16.h>

#include <algorithm>

#include "check.h"

float HalfToFloat(uint16_t h) {
  int exponent = h >> 10 & 31, fraction = h & 1023;
  double v = exponent == 31 ? (fraction ? NAN : INFINITY)
             : exponent ? std::ldexp(1024.0 + fraction, exponent - 25) : std::ldexp(double(fraction), -24);
  return h & 0x8000 ? float(-v) : float(v);
}

uint16_t ToHalf(double f) {
  uint16_t sign = std::signbit(f) ? 0x8000 : 0;
  double v = std::fabs(f);
  if (std::isnan(f)) return 0x7fff;
  if (v >= 65520.0) return sign | 0x7c00;
  if (v == 0) return sign;
  int exponent = 0;
  std::frexp(v, &exponent);
  int unit = std::max(exponent - 11, -24);
  double steps = std::rint(std::ldexp(v, -unit));  // ties to even
  if (unit == -24 && steps < 1024) return sign | uint16_t(steps);
  if (steps == 2048) steps = 1024, ++unit;
  return sign | uint16_t((unit + 25) << 10 | int(steps - 1024));
}

__device__ unsigned short Raw(__half h) { return __half_as_ushort(h); }

__global__ void Widen(float* out) {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = __half2float(__ushort_as_half((unsigned short)i));
}

__global__ void Narrow(const float* in, unsigned short* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = Raw(__float2half(in[i]));
}

constexpr int kResults = 14;

__global__ void Arithmetic(const float* a, const float* b, const float* c, unsigned short* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  __half x = __float2half(a[i]), y = __float2half(b[i]), z = __float2half(c[i]);
  unsigned short* r = out + i * kResults;
  r[0] = Raw(__hadd(x, y)), r[1] = Raw(__hsub(x, y)), r[2] = Raw(__hmul(x, y)), r[3] = Raw(__hfma(x, y, z));
  r[4] = Raw(__hneg(x));
  r[5] = __hlt(x, y) | __hle(x, y) << 1 | __hgt(x, y) << 2 | __hge(x, y) << 3 | __heq(x, y) << 4 | __hne(x, y) << 5;
  __half2 p = __halves2half2(x, y), q = __floats2half2_rn(c[i], a[i]);
  __half2 sum = __hadd2(p, q), product = __hmul2(p, q), fused = __hfma2(p, q, p);
  r[6] = Raw(__low2half(sum)), r[7] = Raw(__high2half(sum));
  r[8] = Raw(__low2half(product)), r[9] = Raw(__high2half(product));
  r[10] = Raw(__low2half(fused)), r[11] = Raw(__high2half(fused));
  float2 wide = __half22float2(sum);
  r[12] = Raw(__float2half(wide.x + wide.y));
  r[13] = (unsigned short)(short)__half2int_rn(x);
}

// A dot product in half2 with float accumulation, loaded as vectors.
__global__ void Dot(const __half2* a, const __half2* b, float* out, int pairs) {
  float sum = 0;
  for (int i = threadIdx.x; i < pairs; i += 32) {
    float2 x = __half22float2(a[i]), y = __half22float2(b[i]);
    sum = fmaf(x.x, y.x, fmaf(x.y, y.y, sum));
  }
  for (int o = 16; o > 0; o /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, o);
  if (threadIdx.x == 0) *out = sum;
}

int main() {
  check::Device<float> widened(65536);
  Widen<<<256, 256>>>(widened);
  CHECK_LAUNCH();
  std::vector<float> all(65536), got = widened.Get();
  for (int i = 0; i < 65536; ++i) {
    all[i] = HalfToFloat(uint16_t(i));
    bool same = std::isnan(all[i]) ? std::isnan(got[i]) : check::Bits(all[i]) == check::Bits(got[i]);
    if (!same) check::Fail("half 0x%x: %.9g, expected %.9g\n", i, double(got[i]), double(all[i]));
  }
  std::vector<float> narrow;  // every half, the midpoints to the next one, and their neighbours
  for (int i = 0; i < 0x7c00; i += 5) {
    float low = HalfToFloat(uint16_t(i)), high = i == 0x7bff ? 65536.0f : HalfToFloat(uint16_t(i + 1));
    float middle = (low + high) / 2;
    for (float v : {low, middle, std::nextafter(middle, 0.0f), std::nextafter(middle, 1e9f), -middle}) narrow.push_back(v);
  }
  for (float v : {65519.996f, 65520.0f, 1e30f, INFINITY, -INFINITY, 1e-30f, -1e-30f, 2.9802322e-8f, 2.98023259e-8f}) {
    narrow.push_back(v);
  }
  int n = int(narrow.size());
  std::vector<unsigned short> want(n);
  for (int i = 0; i < n; ++i) want[i] = ToHalf(narrow[i]);
  check::Device<float> dnarrow(narrow);
  check::Device<unsigned short> halves(n);
  Narrow<<<(n + 127) / 128, 128>>>(dnarrow, halves, n);
  CHECK_LAUNCH();
  check::Equal("float to half", halves.Get(), want);

  const int m = 500;
  std::vector<float> a = check::UniformVector(m, 1, -8, 8), b = check::UniformVector(m, 2, -8, 8);
  std::vector<float> c = check::UniformVector(m, 3, -8, 8);
  for (int i = 0; i < 20; ++i) b[i * 7] = a[i * 7];
  check::Device<float> da(a), db(b), dc(c);
  check::Device<unsigned short> out(m * kResults);
  Arithmetic<<<(m + 63) / 64, 64>>>(da, db, dc, out, m);
  CHECK_LAUNCH();
  std::vector<unsigned short> expected(m * kResults);
  auto round = ToHalf;
  auto value = [](float f) { return double(HalfToFloat(ToHalf(f))); };
  for (int i = 0; i < m; ++i) {
    double x = value(a[i]), y = value(b[i]), z = value(c[i]);
    unsigned short* r = &expected[i * kResults];
    r[0] = round(x + y), r[1] = round(x - y), r[2] = round(x * y), r[3] = round(x * y + z), r[4] = round(-x);
    r[5] = (x < y) | (x <= y) << 1 | (x > y) << 2 | (x >= y) << 3 | (x == y) << 4 | (x != y) << 5;
    r[6] = round(x + z), r[7] = round(y + x), r[8] = round(x * z), r[9] = round(y * x);
    r[10] = round(x * z + x), r[11] = round(y * x + y);
    r[12] = ToHalf(HalfToFloat(r[6]) + HalfToFloat(r[7]));
    r[13] = (unsigned short)(short)std::rint(x);
  }
  check::Equal("arithmetic", out.Get(), expected);

  std::vector<unsigned short> va(512), vb(512);
  double dot = 0;
  for (int i = 0; i < 512; ++i) {
    va[i] = ToHalf(a[i % m]), vb[i] = ToHalf(b[i % m]);
    dot += double(HalfToFloat(va[i])) * HalfToFloat(vb[i]);
  }
  check::Device<unsigned short> dva(va), dvb(vb);
  check::Device<float> dot_out(1);
  Dot<<<1, 32>>>(reinterpret_cast<__half2*>(dva.get()), reinterpret_cast<__half2*>(dvb.get()), dot_out, 256);
  CHECK_LAUNCH();
  check::Near("dot", dot_out.Get(), std::vector<double>{dot}, 1e-3, 1e-5);
  return check::Finish("half_precision");
}
