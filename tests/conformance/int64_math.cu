// 64- and 128-bit integer arithmetic: wide and high products, carries, shifts, comparisons, modular exponentiation.
#include "check.h"

using u64 = unsigned long long;
using s64 = long long;

constexpr int kResults = 16;

// What every platform can compute; the high products come in from outside.
__host__ __device__ inline void Compute(u64 a, u64 b, u64 unsigned_high, u64 signed_high, u64* r) {
  s64 sa = s64(a), sb = s64(b);
  r[0] = a + b;
  r[1] = a - b;
  r[2] = a * b;
  r[3] = unsigned_high;
  r[4] = signed_high;
  r[5] = a << (b & 63);
  r[6] = a >> (b & 63);
  r[7] = u64(sa >> (b & 63));
  r[8] = (a < b) | u64(sa < sb) << 1 | u64(a <= b) << 2 | u64(sa >= sb) << 3 | u64(a == b) << 4;
  r[9] = (a & b) ^ (a | ~b);
  r[10] = u64(s64(int(a)) * s64(int(b)));             // mul.wide.s32
  r[11] = u64(unsigned(a)) * u64(unsigned(b)) + a;    // mad.wide.u32
  u64 low = a + b, carry = low < a;
  r[12] = a + ~b + carry;
  r[13] = sa < 0 ? 0 - a : a;
  r[14] = a * 0x9e3779b97f4a7c15ull + (b ^ b >> 31);
  r[15] = u64(sa < sb ? sa : sb) ^ (a > b ? a : b);
}

__global__ void Run(const u64* a, const u64* b, u64* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) Compute(a[i], b[i], __umul64hi(a[i], b[i]), u64(__mul64hi(s64(a[i]), s64(b[i]))), out + i * kResults);
}

__global__ void Wide(const u64* a, const u64* b, u64* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned __int128 product = (unsigned __int128)a[i] * b[i];
  product += (unsigned __int128)b[i] << 37;
  product = product >> 5 | product << 123;
  out[2 * i] = u64(product);
  out[2 * i + 1] = u64(product >> 64);
}

// base^exponent modulo a 31-bit prime: a chain of dependent 64-bit multiplications and remainders.
__host__ __device__ inline u64 Power(u64 base, unsigned exponent) {
  const u64 prime = 2147483647;
  u64 result = 1;
  for (base %= prime; exponent; exponent >>= 1) {
    if (exponent & 1) result = result * base % prime;
    base = base * base % prime;
  }
  return result;
}

__global__ void Powers(const u64* base, u64* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = Power(base[i], check::Hash32(i));
}

int main() {
  const u64 edges[] = {0, 1, 2, 31, 32, 63, 64, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, ~0ull, ~0ull - 1,
                       1ull << 63, (1ull << 63) - 1, 0x0123456789abcdef};
  std::vector<u64> a, b;
  for (u64 x : edges) {
    for (u64 y : edges) a.push_back(x), b.push_back(y);
  }
  for (int i = 0; i < 700; ++i) {
    a.push_back(u64(check::Hash32(4 * i)) << 32 | check::Hash32(4 * i + 1));
    b.push_back((u64(check::Hash32(4 * i + 2)) << 32 | check::Hash32(4 * i + 3)) >> (i % 64));
  }
  int n = int(a.size());
  std::vector<u64> want(n * kResults), wide(2 * n), powers(n);
  for (int i = 0; i < n; ++i) {
    unsigned __int128 u = (unsigned __int128)a[i] * b[i];
    __int128 s = (__int128)s64(a[i]) * s64(b[i]);
    Compute(a[i], b[i], u64(u >> 64), u64(s >> 64), &want[i * kResults]);
    u += (unsigned __int128)b[i] << 37;
    u = u >> 5 | u << 123;
    wide[2 * i] = u64(u), wide[2 * i + 1] = u64(u >> 64);
    powers[i] = Power(a[i], check::Hash32(i));
  }
  check::Device<u64> da(a), db(b), out(n * kResults), out_wide(2 * n), out_powers(n);
  Run<<<(n + 63) / 64, 64>>>(da, db, out, n);
  Wide<<<(n + 63) / 64, 64>>>(da, db, out_wide, n);
  Powers<<<(n + 63) / 64, 64>>>(da, out_powers, n);
  CHECK_LAUNCH();
  check::Equal("64-bit", out.Get(), want);
  check::Equal("128-bit", out_wide.Get(), wide);
  check::Equal("powers", out_powers.Get(), powers);
  return check::Finish("int64_math");
}
