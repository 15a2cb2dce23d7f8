// Inline PTX as programs use it: shifts beyond the width (clamped, unlike C++), bit fields, lop3, prmt modes, carries
// through the condition code, predicates and selp, special registers, cvt.sat and setp with NaN.
#include "check.h"

constexpr int kResults = 18;

__device__ unsigned Lop3(unsigned a, unsigned b, unsigned c) {
  unsigned d;
  asm("lop3.b32 %0, %1, %2, %3, 0xE8;" : "=r"(d) : "r"(a), "r"(b), "r"(c));  // majority
  return d;
}

__global__ void Run(const unsigned* a, const unsigned* b, const unsigned* c, unsigned* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned x = a[i], y = b[i], z = c[i], *r = out + i * kResults;
  asm("shl.b32 %0, %1, %2;" : "=r"(r[0]) : "r"(x), "r"(z));
  asm("shr.u32 %0, %1, %2;" : "=r"(r[1]) : "r"(x), "r"(z));
  asm("shr.s32 %0, %1, %2;" : "=r"(r[2]) : "r"(x), "r"(z));
  asm("bfe.u32 %0, %1, %2, %3;" : "=r"(r[3]) : "r"(x), "r"(y & 63), "r"(z & 63));
  asm("bfe.s32 %0, %1, %2, %3;" : "=r"(r[4]) : "r"(x), "r"(y & 63), "r"(z & 63));
  asm("bfi.b32 %0, %1, %2, %3, %4;" : "=r"(r[5]) : "r"(x), "r"(y), "r"(z & 31), "r"(x & 31));
  asm("bfind.u32 %0, %1;" : "=r"(r[6]) : "r"(x));
  asm("bfind.s32 %0, %1;" : "=r"(r[7]) : "r"(x));
  r[8] = Lop3(x, y, z);
  asm("prmt.b32.rc8 %0, %1, %2, %3;" : "=r"(r[9]) : "r"(x), "r"(y), "r"(z));
  asm("prmt.b32 %0, %1, %2, %3;" : "=r"(r[10]) : "r"(x), "r"(y), "r"(z & 0xffff));  // bit 3: replicate the sign
  asm("add.cc.u32 %0, %2, %3;\n\taddc.u32 %1, %4, 0;" : "=r"(r[11]), "=r"(r[12]) : "r"(x), "r"(y), "r"(z));
  asm("{\n\t.reg .pred p, q;\n\tsetp.lt.s32 p|q, %1, %2;\n\tselp.u32 %0, 7, 9, p;\n\t@q add.u32 %0, %0, 100;\n\t}"
      : "=r"(r[13]) : "r"(x), "r"(y));
  unsigned difference, borrow;
  asm("sub.cc.u32 %0, %2, %3;\n\tsubc.u32 %1, 0, 0;" : "=r"(difference), "=r"(borrow) : "r"(x), "r"(y));
  r[14] = difference ^ borrow;
  asm("{\n\t.reg .u64 w;\n\tmul.wide.u32 w, %1, %2;\n\tshr.u64 w, w, 16;\n\tcvt.u32.u64 %0, w;\n\t}"
      : "=r"(r[15]) : "r"(x), "r"(y));
  asm("mad.hi.u32 %0, %1, %2, %3;" : "=r"(r[16]) : "r"(x), "r"(y), "r"(z));
  asm("sad.u32 %0, %1, %2, %3;" : "=r"(r[17]) : "r"(x), "r"(y), "r"(z));
}

void Reference(unsigned x, unsigned y, unsigned z, unsigned* r) {
  r[0] = z >= 32 ? 0 : x << z;
  r[1] = z >= 32 ? 0 : x >> z;
  r[2] = unsigned(int(x) >> (z >= 32 ? 31 : z));
  unsigned position = y & 63, length = z & 63;
  unsigned sign = length == 0 ? 0 : x >> (position + length - 1 < 31 ? position + length - 1 : 31) & 1;
  r[3] = r[4] = 0;
  for (unsigned k = 0; k < 32; ++k) {
    unsigned bit = k < length && position + k < 32 ? x >> (position + k) & 1 : 0;
    unsigned sbit = k < length && position + k < 32 ? x >> (position + k) & 1 : sign;
    r[3] |= bit << k, r[4] |= sbit << k;
  }
  r[5] = y;
  for (unsigned k = 0; k < (x & 31) && (z & 31) + k < 32; ++k) {
    unsigned to = (z & 31) + k;
    r[5] = (r[5] & ~(1u << to)) | (x >> k & 1) << to;
  }
  auto highest = [](unsigned v) { int k = 31; while (k >= 0 && !(v >> k & 1)) --k; return unsigned(k); };
  r[6] = highest(x), r[7] = highest(int(x) < 0 ? ~x : x);
  r[8] = (x & y) | (x & z) | (y & z);
  r[9] = (x >> 8 * (z & 3) & 0xff) * 0x01010101u;
  unsigned long long pool = (unsigned long long)y << 32 | x;
  r[10] = 0;
  for (int k = 0; k < 4; ++k) {
    unsigned selector = z >> 4 * k & 15, byte = unsigned(pool >> 8 * (selector & 7) & 0xff);
    if (selector & 8) byte = byte & 0x80 ? 0xff : 0;
    r[10] |= byte << 8 * k;
  }
  r[11] = x + y, r[12] = z + (x + y < x);
  r[13] = int(x) < int(y) ? 7 : 109;
  r[14] = (x - y) ^ (x < y ? ~0u : 0);
  r[15] = unsigned((unsigned long long)x * y >> 16);
  r[16] = unsigned((unsigned long long)x * y >> 32) + z;
  r[17] = (x > y ? x - y : y - x) + z;
}

__global__ void Floats(const float* a, const float* b, unsigned* out) {
  float x = a[threadIdx.x], y = b[threadIdx.x];
  unsigned* r = out + threadIdx.x * 6;
  float f;
  asm("add.sat.f32 %0, %1, %2;" : "=f"(f) : "f"(x), "f"(y));
  r[0] = __float_as_uint(f);
  asm("{\n\t.reg .pred p;\n\tsetp.ltu.f32 p, %1, %2;\n\tselp.u32 %0, 1, 0, p;\n\t}" : "=r"(r[1]) : "f"(x), "f"(y));
  asm("{\n\t.reg .pred p;\n\tsetp.num.f32 p, %1, %2;\n\tselp.u32 %0, 1, 0, p;\n\t}" : "=r"(r[2]) : "f"(x), "f"(y));
  asm("set.ge.u32.f32 %0, %1, %2;" : "=r"(r[3]) : "f"(x), "f"(y));
  asm("{\n\t.reg .pred p;\n\ttestp.subnormal.f32 p, %1;\n\tselp.u32 %0, 1, 0, p;\n\t}" : "=r"(r[4]) : "f"(x));
  asm("copysign.f32 %0, %1, %2;" : "=f"(f) : "f"(x), "f"(y));  // the sign of x, the magnitude of y
  r[5] = __float_as_uint(f);
}

__global__ void Special(unsigned* out) {
  unsigned lane, lt, le, gt, warp, count;
  asm("mov.u32 %0, %%laneid;" : "=r"(lane));
  asm("mov.u32 %0, %%lanemask_lt;" : "=r"(lt));
  asm("mov.u32 %0, %%lanemask_le;" : "=r"(le));
  asm("mov.u32 %0, %%lanemask_gt;" : "=r"(gt));
  asm volatile("mov.u32 %0, %%warpid;" : "=r"(warp));
  asm volatile("mov.u32 %0, %%nwarpid;" : "=r"(count));
  unsigned expected = 1u << lane;
  out[threadIdx.x] = lane == threadIdx.x % 32 && lt == expected - 1 && le == (expected | lt) && gt == ~le && warp < count;
  long long before = clock64(), after;
  do after = clock64(); while (after == before);
  out[threadIdx.x] &= unsigned(after > before);
}

int main() {
  const unsigned edges[] = {0, 1, 5, 31, 32, 33, 63, 0x80000000, 0x7fffffff, 0xffffffff, 0x12345678, 0xfedc8765};
  std::vector<unsigned> a, b, c;
  for (unsigned x : edges) {
    for (unsigned y : edges) {
      for (unsigned z : edges) a.push_back(x), b.push_back(y), c.push_back(z);
    }
  }
  int n = int(a.size());
  std::vector<unsigned> want(n * kResults);
  for (int i = 0; i < n; ++i) Reference(a[i], b[i], c[i], &want[i * kResults]);
  check::Device<unsigned> da(a), db(b), dc(c), out(n * kResults);
  Run<<<(n + 63) / 64, 64>>>(da, db, dc, out, n);
  CHECK_LAUNCH();
  std::vector<unsigned> got = out.Get();
  for (int k = 0; k < kResults; ++k) {
    std::vector<unsigned> g(n), w(n);
    for (int i = 0; i < n; ++i) g[i] = got[i * kResults + k], w[i] = want[i * kResults + k];
    check::Equal(("result " + std::to_string(k)).c_str(), g, w);
  }
  const std::vector<float> fa = {0.25f, 0.75f, -3, NAN, 1, 1e-40f, -0.0f}, fb = {0.5f, 0.5f, 1, 2, NAN, -1, 5};
  std::vector<unsigned> fwant;
  for (size_t i = 0; i < fa.size(); ++i) {
    float x = fa[i], y = fb[i], sum = x + y, clamped = std::isnan(sum) || sum < 0 ? 0.0f : sum > 1 ? 1.0f : sum;
    bool nan = std::isnan(x) || std::isnan(y);
    fwant.insert(fwant.end(), {check::Bits(clamped), unsigned(nan || x < y), unsigned(!nan), x >= y ? ~0u : 0u,
                               unsigned(std::fpclassify(x) == FP_SUBNORMAL),
                               (check::Bits(y) & 0x7fffffffu) | (check::Bits(x) & 0x80000000u)});
  }
  check::Device<float> dfa(fa), dfb(fb);
  check::Device<unsigned> fout(fwant.size()), special(96);
  Floats<<<1, int(fa.size())>>>(dfa, dfb, fout);
  Special<<<1, 96>>>(special);
  CHECK_LAUNCH();
  check::Equal("floats", fout.Get(), fwant);
  check::Equal("special registers", special.Get(), std::vector<unsigned>(96, 1));
  return check::Finish("inline_ptx");
}
