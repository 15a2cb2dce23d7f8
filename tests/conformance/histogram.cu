// Histogram of bytes: global atomics, per-block shared atomics merged at the end, and per-warp private copies.
#include "check.h"

__global__ void Global(const unsigned char* in, unsigned* bins, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&bins[in[i]], 1u);
}

__global__ void Shared(const unsigned char* in, unsigned* bins, int n) {
  __shared__ unsigned local[256];
  for (int i = threadIdx.x; i < 256; i += blockDim.x) local[i] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&local[in[i]], 1u);
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += blockDim.x) {
    if (local[i] != 0) atomicAdd(&bins[i], local[i]);
  }
}

__global__ void Private(const uchar4* in, unsigned* bins, int quads) {
  extern __shared__ unsigned copies[];  // one 256-bin copy per warp
  int warps = blockDim.x / 32;
  unsigned* mine = copies + threadIdx.x / 32 * 256;
  for (int i = threadIdx.x; i < warps * 256; i += blockDim.x) copies[i] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < quads; i += gridDim.x * blockDim.x) {
    uchar4 v = in[i];
    atomicAdd(&mine[v.x], 1u);
    atomicAdd(&mine[v.y], 1u);
    atomicAdd(&mine[v.z], 1u);
    atomicAdd(&mine[v.w], 1u);
  }
  __syncthreads();
  for (int bin = threadIdx.x; bin < 256; bin += blockDim.x) {
    unsigned sum = 0;
    for (int w = 0; w < warps; ++w) sum += copies[w * 256 + bin];
    atomicAdd(&bins[bin], sum);
  }
}

int main() {
  const int n = 80000;
  std::vector<unsigned char> in(n);
  std::vector<unsigned> want(256, 0);
  for (int i = 0; i < n; ++i) {
    unsigned h = check::Hash32(i);
    in[i] = i % 4 == 0 ? 42 : h & h >> 8 & 0xff;  // skewed, so that lanes of a warp collide
    ++want[in[i]];
  }
  check::Device<unsigned char> din(in);
  check::Device<unsigned> bins(256);
  bins.Zero();
  Global<<<8, 256>>>(din, bins, n);
  CHECK_LAUNCH();
  check::Equal("global", bins.Get(), want);
  bins.Zero();
  Shared<<<8, 200>>>(din, bins, n);
  CHECK_LAUNCH();
  check::Equal("shared", bins.Get(), want);
  bins.Zero();
  Private<<<6, 128, 4 * 256 * sizeof(unsigned)>>>(reinterpret_cast<uchar4*>(din.get()), bins, n / 4);
  CHECK_LAUNCH();
  check::Equal("private", bins.Get(), want);
  return check::Finish("histogram");
}
