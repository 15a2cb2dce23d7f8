// Monte Carlo with generators of our own: pi by xorshift64*, with the exact count compared; and a counter-based
// generator (Philox-like 4x32 rounds with mul.hi) whose stream is compared value by value.
#include "check.h"

__host__ __device__ inline uint64_t NextXorshift(uint64_t& s) {
  s ^= s >> 12;
  s ^= s << 25;
  s ^= s >> 27;
  return s * 2685821657736338717ull;
}

__host__ __device__ inline bool Inside(uint64_t& state) {
  uint64_t r = NextXorshift(state);
  uint64_t x = r >> 32, y = r & 0xffffffffu;
  x >>= 1, y >>= 1;  // 31-bit coordinates: the squares add up without overflow
  return x * x + y * y < 1ull << 62;
}

__global__ void CountInside(unsigned long long* total, int samples) {
  uint64_t state = check::Hash32(blockIdx.x * blockDim.x + threadIdx.x) * 2ull + 1;
  unsigned inside = 0;
  for (int i = 0; i < samples; ++i) inside += Inside(state);
  for (int o = 16; o > 0; o /= 2) inside += __shfl_xor_sync(0xffffffffu, inside, o);
  if (threadIdx.x % 32 == 0) atomicAdd(total, inside);
}

struct Four {
  uint32_t v[4];
};

__host__ __device__ inline uint32_t MultiplyHigh(uint32_t a, uint32_t b) {
#ifdef __CUDA_ARCH__
  return __umulhi(a, b);
#else
  return uint32_t(uint64_t(a) * b >> 32);
#endif
}

__host__ __device__ inline Four CounterRandom(uint32_t counter, uint32_t key) {
  Four x = {{counter, ~counter, key, counter ^ key}};
  uint32_t k0 = key, k1 = key * 3 + 1;
  for (int round = 0; round < 10; ++round) {
    uint32_t h0 = MultiplyHigh(0xd2511f53u, x.v[0]), l0 = 0xd2511f53u * x.v[0];
    uint32_t h1 = MultiplyHigh(0xcd9e8d57u, x.v[2]), l1 = 0xcd9e8d57u * x.v[2];
    x = {{h1 ^ x.v[1] ^ k0, l1, h0 ^ x.v[3] ^ k1, l0}};
    k0 += 0x9e3779b9u, k1 += 0xbb67ae85u;
  }
  return x;
}

__global__ void Fill(Four* out, int n, uint32_t key) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = CounterRandom(i, key);
}

int main() {
  const int blocks = 16, threads = 128, samples = 100;
  check::Device<unsigned long long> total(1);
  total.Zero();
  CountInside<<<blocks, threads>>>(total, samples);
  CHECK_LAUNCH();
  unsigned long long want = 0;
  for (int i = 0; i < blocks * threads; ++i) {
    uint64_t state = check::Hash32(i) * 2ull + 1;
    for (int k = 0; k < samples; ++k) want += Inside(state);
  }
  unsigned long long got = total.Get()[0];
  EXPECT_EQ(got, want);
  double pi = 4.0 * double(got) / (double(blocks) * threads * samples);
  EXPECT(std::fabs(pi - 3.14159265) < 0.02);

  const int n = 3000;
  check::Device<Four> out(n);
  Fill<<<(n + 95) / 96, 96>>>(out, n, 12345);
  CHECK_LAUNCH();
  std::vector<Four> values = out.Get();
  std::vector<uint32_t> flat, expected;
  for (int i = 0; i < n; ++i) {
    Four f = CounterRandom(i, 12345);
    flat.insert(flat.end(), values[i].v, values[i].v + 4);
    expected.insert(expected.end(), f.v, f.v + 4);
  }
  check::Equal("counter generator", flat, expected);
  return check::Finish("monte_carlo");
}
