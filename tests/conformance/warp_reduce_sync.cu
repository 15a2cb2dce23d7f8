// Hardware warp reductions (redux), which need compute capability 8.0.
// nvcc-flags: -arch=sm_80
// culvert-cc-flags: --arch=sm_80
#include <algorithm>

#include "check.h"

constexpr int kResults = 8;

__global__ void Reduce(const unsigned* in, unsigned* out) {
  unsigned v = in[threadIdx.x], mask = 0xffffffffu, *r = out + threadIdx.x * kResults;
  r[0] = __reduce_add_sync(mask, v);
  r[1] = __reduce_min_sync(mask, v);
  r[2] = __reduce_max_sync(mask, v);
  r[3] = unsigned(__reduce_min_sync(mask, int(v)));
  r[4] = unsigned(__reduce_max_sync(mask, int(v)));
  r[5] = __reduce_and_sync(mask, v | 0xff);
  r[6] = __reduce_or_sync(mask, v & 0xf0f0);
  r[7] = __reduce_xor_sync(mask, v);
}

__global__ void Halves(unsigned* out) {
  int lane = threadIdx.x;
  out[lane] = lane < 12 ? __reduce_add_sync(0xfffu, unsigned(lane)) : __reduce_max_sync(0xfffff000u, unsigned(lane * 3));
}

int main() {
  std::vector<unsigned> in(64), want(64 * kResults);
  for (int i = 0; i < 64; ++i) in[i] = check::Hash32(i);
  for (int i = 0; i < 64; ++i) {
    unsigned* r = &want[i * kResults];
    unsigned first = in[i / 32 * 32];
    r[0] = 0, r[1] = r[2] = r[3] = r[4] = first, r[5] = ~0u, r[6] = r[7] = 0;
    for (int l = 0; l < 32; ++l) {
      unsigned v = in[i / 32 * 32 + l];
      r[0] += v, r[1] = std::min(r[1], v), r[2] = std::max(r[2], v);
      r[3] = unsigned(std::min(int(r[3]), int(v))), r[4] = unsigned(std::max(int(r[4]), int(v)));
      r[5] &= v | 0xff, r[6] |= v & 0xf0f0, r[7] ^= v;
    }
  }
  check::Device<unsigned> din(in), out(64 * kResults), halves(32);
  Reduce<<<1, 64>>>(din, out);
  CHECK_LAUNCH();
  check::Equal("reduce", out.Get(), want);
  Halves<<<1, 32>>>(halves);
  CHECK_LAUNCH();
  std::vector<unsigned> expected(32, 93);
  std::fill(expected.begin(), expected.begin() + 12, 66u);
  check::Equal("halves", halves.Get(), expected);
  return check::Finish("warp_reduce_sync");
}
