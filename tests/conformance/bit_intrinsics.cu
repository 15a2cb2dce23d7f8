// Bit intrinsics against plain loops: population count, leading zeros, first set, reversal, byte permute, funnel
// shifts, dot products of packed bytes, absolute differences, averages, 24-bit products.
#include "check.h"

constexpr int kResults = 26;

__global__ void Run(const unsigned* a, const unsigned* b, const unsigned* c, unsigned long long* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned x = a[i], y = b[i], z = c[i];
  unsigned long long wide = (unsigned long long)x << 32 | y, *r = out + i * kResults;
  r[0] = __popc(x);
  r[1] = __popcll(wide);
  r[2] = __clz(int(x));
  r[3] = __clzll((long long)wide);
  r[4] = __ffs(int(x));
  r[5] = __ffsll((long long)wide);
  r[6] = __brev(x);
  r[7] = __brevll(wide);
  r[8] = __byte_perm(x, y, z);
  r[9] = __funnelshift_l(x, y, z);
  r[10] = __funnelshift_r(x, y, z);
  r[11] = __funnelshift_lc(x, y, z);
  r[12] = __funnelshift_rc(x, y, z);
  r[13] = unsigned(__dp4a(int(x), int(y), int(z)));
  r[14] = __dp4a(x, y, z);
  r[15] = unsigned(__mulhi(int(x), int(y)));
  r[16] = __umulhi(x, y);
  r[17] = unsigned(__mul24(int(x), int(y)));
  r[18] = __umul24(x, y);
  r[19] = __sad(int(x), int(y), z);
  r[20] = __usad(x, y, z);
  r[21] = unsigned(__hadd(int(x), int(y)));
  r[22] = __uhadd(x, y);
  r[23] = unsigned(__rhadd(int(x), int(y)));
  r[24] = __urhadd(x, y);
  r[25] = unsigned(abs(int(x))) + unsigned(min(int(x), int(y))) * 3 + max(x, y) * 5;
}

void Reference(unsigned x, unsigned y, unsigned z, unsigned long long* r) {
  unsigned long long wide = (unsigned long long)x << 32 | y;
  auto count = [](unsigned long long v) { int k = 0; for (; v; v &= v - 1) ++k; return k; };
  auto leading = [](unsigned long long v, int bits) { int k = 0; while (k < bits && !(v >> (bits - 1 - k) & 1)) ++k; return k; };
  auto first = [](unsigned long long v) { if (!v) return 0; int k = 1; for (; !(v & 1); v >>= 1) ++k; return k; };
  auto reverse = [](unsigned long long v, int bits) {
    unsigned long long out = 0;
    for (int k = 0; k < bits; ++k) out |= (v >> k & 1) << (bits - 1 - k);
    return out;
  };
  auto byte = [](unsigned v, int k) { return v >> 8 * k & 0xff; };
  auto sbyte = [&](unsigned v, int k) { return int((signed char)byte(v, k)); };
  r[0] = count(x), r[1] = count(wide), r[2] = leading(x, 32), r[3] = leading(wide, 64);
  r[4] = first(x), r[5] = first(wide), r[6] = reverse(x, 32), r[7] = reverse(wide, 64);
  unsigned long long pool = (unsigned long long)y << 32 | x, permuted = 0;
  for (int k = 0; k < 4; ++k) permuted |= (pool >> 8 * (z >> 4 * k & 7) & 0xff) << 8 * k;
  r[8] = permuted;
  int wrap = z & 31, clamp = z < 32 ? z : 32;
  r[9] = unsigned(pool << wrap >> 32);
  r[10] = unsigned(pool >> wrap);
  r[11] = clamp == 32 ? x : unsigned(pool << clamp >> 32);
  r[12] = clamp == 32 ? y : unsigned(pool >> clamp);
  unsigned dot_s = z, dot_u = z;
  for (int k = 0; k < 4; ++k) dot_s += unsigned(sbyte(x, k) * sbyte(y, k)), dot_u += byte(x, k) * byte(y, k);
  r[13] = dot_s, r[14] = dot_u;
  r[15] = unsigned((long long)int(x) * int(y) >> 32), r[16] = (unsigned long long)x * y >> 32;
  long long x24 = int(x << 8) >> 8, y24 = int(y << 8) >> 8;
  r[17] = unsigned(x24 * y24), r[18] = unsigned((unsigned long long)(x & 0xffffff) * (y & 0xffffff));
  long long difference = (long long)int(x) - int(y);
  r[19] = unsigned(difference < 0 ? -difference : difference) + z;
  r[20] = (x > y ? x - y : y - x) + z;
  r[21] = unsigned(((long long)int(x) + int(y)) >> 1), r[22] = unsigned(((unsigned long long)x + y) >> 1);
  r[23] = unsigned(((long long)int(x) + int(y) + 1) >> 1), r[24] = unsigned(((unsigned long long)x + y + 1) >> 1);
  unsigned absolute = int(x) < 0 ? 0 - x : x, least = unsigned(int(x) < int(y) ? int(x) : int(y));
  r[25] = absolute + least * 3 + (x > y ? x : y) * 5;
}

int main() {
  const unsigned edges[] = {0, 1, 31, 32, 33, 0x80000000, 0x7fffffff, 0xffffffff, 0x3210, 0x7654, 0x00ff00ff, 0x80808080};
  std::vector<unsigned> a, b, c;
  for (unsigned x : edges) {
    for (unsigned y : edges) {
      for (unsigned z : edges) a.push_back(x), b.push_back(y), c.push_back(z & ~0x8888u);  // selectors of 0 to 7
    }
  }
  for (int i = 0; i < 500; ++i) {
    a.push_back(check::Hash32(3 * i) >> i % 32), b.push_back(check::Hash32(3 * i + 1));
    c.push_back(check::Hash32(3 * i + 2) & 0x7777);
  }
  int n = int(a.size());
  std::vector<unsigned long long> want(n * kResults);
  for (int i = 0; i < n; ++i) Reference(a[i], b[i], c[i], &want[i * kResults]);
  check::Device<unsigned> da(a), db(b), dc(c);
  check::Device<unsigned long long> out(n * kResults);
  Run<<<(n + 63) / 64, 64>>>(da, db, dc, out, n);
  CHECK_LAUNCH();
  std::vector<unsigned long long> got = out.Get();
  for (int k = 0; k < kResults; ++k) {  // by intrinsic: a difference names the one that is wrong
    std::vector<unsigned long long> g(n), w(n);
    for (int i = 0; i < n; ++i) g[i] = got[i * kResults + k], w[i] = want[i * kResults + k];
    check::Equal(("result " + std::to_string(k)).c_str(), g, w);
  }
  return check::Finish("bit_intrinsics");
}
