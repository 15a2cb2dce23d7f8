// Every atomic of the C++ interface on global and shared memory, and CAS loops for what has none (float and double max).
#include <algorithm>

#include "check.h"

enum { kAdd, kSub, kMin, kMax, kAnd, kOr, kXor, kInc, kDec, kOps };

__global__ void IntOps(int* i32, unsigned* u32, const int* in, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    int v = in[i];
    unsigned u = unsigned(v);
    atomicAdd(&i32[kAdd], v);
    atomicSub(&i32[kSub], v);
    atomicMin(&i32[kMin], v);
    atomicMax(&i32[kMax], v);
    atomicAnd(&i32[kAnd], v | 0x00ff00ff);
    atomicOr(&i32[kOr], v & 0x0f0f0000);
    atomicXor(&i32[kXor], v);
    atomicAdd(&u32[kAdd], u);
    atomicSub(&u32[kSub], u);
    atomicMin(&u32[kMin], u);
    atomicMax(&u32[kMax], u);
    atomicAnd(&u32[kAnd], u | 0xff00ff00u);
    atomicOr(&u32[kOr], u & 0x0000f0f0u);
    atomicXor(&u32[kXor], u);
    atomicInc(&u32[kInc], 1000u);
    atomicDec(&u32[kDec], 700u);
  }
}

__global__ void LongOps(unsigned long long* u64, long long* s64, const unsigned long long* in, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    unsigned long long v = in[i];
    atomicAdd(&u64[kAdd], v);
    atomicMin(&u64[kMin], v);
    atomicMax(&u64[kMax], v);
    atomicAnd(&u64[kAnd], v | 0xff00000000000000ull);
    atomicOr(&u64[kOr], v & 0x00000000ffff0000ull);
    atomicXor(&u64[kXor], v);
    atomicMin(&s64[kMin], (long long)v);
    atomicMax(&s64[kMax], (long long)v);
  }
}

__device__ float AtomicMaxFloat(float* address, float value) {
  int* bits = reinterpret_cast<int*>(address);
  int old = *bits;
  while (__int_as_float(old) < value) {
    int assumed = old;
    old = atomicCAS(bits, assumed, __float_as_int(value));
    if (old == assumed) break;
  }
  return __int_as_float(old);
}

__device__ double AtomicMaxDouble(double* address, double value) {
  unsigned long long* bits = reinterpret_cast<unsigned long long*>(address);
  unsigned long long old = *bits;
  while (__longlong_as_double(old) < value) {
    unsigned long long assumed = old;
    old = atomicCAS(bits, assumed, (unsigned long long)__double_as_longlong(value));
    if (old == assumed) break;
  }
  return __longlong_as_double(old);
}

__device__ double AtomicAddDoubleCas(double* address, double value) {
  unsigned long long* bits = reinterpret_cast<unsigned long long*>(address);
  unsigned long long old = *bits, assumed;
  do {
    assumed = old;
    old = atomicCAS(bits, assumed, (unsigned long long)__double_as_longlong(value + __longlong_as_double(assumed)));
  } while (assumed != old);
  return __longlong_as_double(old);
}

// Values are multiples of 1/8 and small, so sums are exact in any order.
__global__ void FloatOps(float* f, double* d, const float* in, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    atomicAdd(&f[0], in[i]);
    AtomicMaxFloat(&f[1], in[i]);
    atomicAdd(&d[0], double(in[i]));
    AtomicMaxDouble(&d[1], double(in[i]));
    AtomicAddDoubleCas(&d[2], double(in[i]));
  }
}

// The returned old values of atomicAdd(1) are a permutation; exchange hands every value on exactly once.
__global__ void OldValues(unsigned* counter, unsigned* seen, unsigned* slot, unsigned long long* exchanged_sum) {
  unsigned ticket = atomicAdd(counter, 1u);
  atomicAdd(&seen[ticket], 1u);
  unsigned id = blockIdx.x * blockDim.x + threadIdx.x + 1;
  atomicAdd(exchanged_sum, (unsigned long long)atomicExch(slot, id));
}

__global__ void SharedOps(int* out, float* fout, unsigned long long* lout) {
  __shared__ int add, least, greatest, bits;
  __shared__ unsigned inc;
  __shared__ float fsum;
  __shared__ unsigned long long lsum;
  if (threadIdx.x == 0) {
    add = 0, least = 1 << 30, greatest = -(1 << 30), bits = 0, inc = 0, fsum = 0, lsum = 0;
  }
  __syncthreads();
  int v = int(check::Hash32(threadIdx.x + blockIdx.x * 1000) & 0xffff) - 30000;
  atomicAdd(&add, v);
  atomicMin(&least, v);
  atomicMax(&greatest, v);
  atomicXor(&bits, v);
  atomicInc(&inc, 99);
  atomicAdd(&fsum, float(v));
  atomicAdd(&lsum, (unsigned long long)(v + 30000) << 20);
  atomicAdd_block(&out[gridDim.x * 5 + blockIdx.x], 1);
  atomicAdd_system(&out[gridDim.x * 6], 1);
  __syncthreads();
  if (threadIdx.x == 0) {
    int values[5] = {add, least, greatest, bits, int(inc)};
    for (int i = 0; i < 5; ++i) out[blockIdx.x * 5 + i] = values[i];
    fout[blockIdx.x] = fsum;
    lout[blockIdx.x] = lsum;
  }
}

void TestIntegers() {
  const int n = 10007;
  std::vector<int> in(n), s(kOps, 0);
  std::vector<unsigned> u(kOps, 0);
  s[kMin] = INT32_MAX, s[kMax] = INT32_MIN, s[kAnd] = -1;
  u[kMin] = UINT32_MAX, u[kAnd] = UINT32_MAX, u[kDec] = 123456;
  for (int i = 0; i < n; ++i) in[i] = int(check::Hash32(i));
  check::Device<int> din(in), ds(s);
  check::Device<unsigned> du(u);
  IntOps<<<9, 160>>>(ds, du, din, n);
  CHECK_LAUNCH();
  for (int v : in) {
    unsigned w = unsigned(v);
    s[kAdd] = int(unsigned(s[kAdd]) + w), s[kSub] = int(unsigned(s[kSub]) - w);
    s[kMin] = std::min(s[kMin], v), s[kMax] = std::max(s[kMax], v);
    s[kAnd] &= v | 0x00ff00ff, s[kOr] |= v & 0x0f0f0000, s[kXor] ^= v;
    u[kAdd] += w, u[kSub] -= w, u[kMin] = std::min(u[kMin], w), u[kMax] = std::max(u[kMax], w);
    u[kAnd] &= w | 0xff00ff00u, u[kOr] |= w & 0x0000f0f0u, u[kXor] ^= w;
    u[kInc] = u[kInc] >= 1000 ? 0 : u[kInc] + 1;
    u[kDec] = u[kDec] == 0 || u[kDec] > 700 ? 700 : u[kDec] - 1;
  }
  check::Equal("int", ds.Get(), s);
  check::Equal("unsigned", du.Get(), u);

  std::vector<unsigned long long> wide(n), u64(kOps, 0);
  std::vector<long long> s64(kOps, 0);
  u64[kMin] = ~0ull, u64[kAnd] = ~0ull, s64[kMin] = INT64_MAX, s64[kMax] = INT64_MIN;
  for (int i = 0; i < n; ++i) wide[i] = (unsigned long long)check::Hash32(2 * i) << 32 | check::Hash32(2 * i + 1);
  check::Device<unsigned long long> dwide(wide), du64(u64);
  check::Device<long long> ds64(s64);
  LongOps<<<11, 96>>>(du64, ds64, dwide, n);
  CHECK_LAUNCH();
  for (unsigned long long v : wide) {
    u64[kAdd] += v, u64[kMin] = std::min(u64[kMin], v), u64[kMax] = std::max(u64[kMax], v);
    u64[kAnd] &= v | 0xff00000000000000ull, u64[kOr] |= v & 0x00000000ffff0000ull, u64[kXor] ^= v;
    s64[kMin] = std::min(s64[kMin], (long long)v), s64[kMax] = std::max(s64[kMax], (long long)v);
  }
  check::Equal("unsigned long long", du64.Get(), u64);
  check::Equal("long long", ds64.Get(), s64);
}

void TestFloats() {
  const int n = 3001;
  std::vector<float> in(n), f = {0, -1e30f};
  std::vector<double> d = {0, -1e300, 0};
  double sum = 0;
  float best = -1e30f;
  for (int i = 0; i < n; ++i) {
    in[i] = float(int(check::Hash32(i) % 1001) - 400) / 8;
    sum += in[i];
    best = std::max(best, in[i]);
  }
  check::Device<float> din(in), df(f);
  check::Device<double> dd(d);
  FloatOps<<<5, 128>>>(df, dd, din, n);
  CHECK_LAUNCH();
  check::Equal("float", df.Get(), {float(sum), best});
  check::Equal("double", dd.Get(), {sum, double(best), sum});
}

void TestOldValuesAndShared() {
  const unsigned threads = 20 * 100;
  check::Device<unsigned> counter(1), seen(threads), slot(1);
  check::Device<unsigned long long> sum(1);
  counter.Zero(), seen.Zero(), slot.Zero(), sum.Zero();
  OldValues<<<20, 100>>>(counter, seen, slot, sum);
  CHECK_LAUNCH();
  check::Equal("tickets", seen.Get(), std::vector<unsigned>(threads, 1));
  EXPECT_EQ(sum.Get()[0] + slot.Get()[0], (unsigned long long)threads * (threads + 1) / 2);

  const int blocks = 6, size = 250;
  check::Device<int> out(blocks * 6 + 1);
  check::Device<float> fout(blocks);
  check::Device<unsigned long long> lout(blocks);
  out.Zero();
  SharedOps<<<blocks, size>>>(out, fout, lout);
  CHECK_LAUNCH();
  std::vector<int> want(blocks * 6 + 1, 0);
  std::vector<float> fwant(blocks);
  std::vector<unsigned long long> lwant(blocks, 0);
  for (int b = 0; b < blocks; ++b) {
    int* w = &want[b * 5];
    w[1] = 1 << 30, w[2] = -(1 << 30);
    for (int t = 0; t < size; ++t) {
      int v = int(check::Hash32(t + b * 1000) & 0xffff) - 30000;
      w[0] += v, w[1] = std::min(w[1], v), w[2] = std::max(w[2], v), w[3] ^= v;
      lwant[b] += (unsigned long long)(v + 30000) << 20;
    }
    w[4] = size % 100;
    fwant[b] = float(w[0]);  // integers below 2^24: exact
    want[blocks * 5 + b] = size;
  }
  want[blocks * 6] = blocks * size;
  check::Equal("shared", out.Get(), want);
  check::Equal("shared float", fout.Get(), fwant);
  check::Equal("shared 64", lout.Get(), lwant);
}

int main() {
  TestIntegers();
  TestFloats();
  TestOldValuesAndShared();
  return check::Finish("atomics");
}
