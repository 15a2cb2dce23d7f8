// Sum and maximum of a vector three ways: shared-memory tree, warp shuffles, one atomic per block; and a single-pass
// reduction in which the last block to finish adds the partial sums (threadfence + ticket).
#include "check.h"

__global__ void Tree(const int* in, int* out, int n) {
  extern __shared__ int partial[];
  int sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  partial[threadIdx.x] = sum;
  __syncthreads();
  for (int step = blockDim.x / 2; step > 0; step >>= 1) {
    if (threadIdx.x < step) partial[threadIdx.x] += partial[threadIdx.x + step];
    __syncthreads();
  }
  if (threadIdx.x == 0) out[blockIdx.x] = partial[0];
}

__device__ float WarpSum(float v) {
  for (int offset = 16; offset > 0; offset >>= 1) v += __shfl_down_sync(0xffffffffu, v, offset);
  return v;
}

__global__ void Shuffle(const float* in, float* out, int n) {
  __shared__ float warp_sums[32];
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  sum = WarpSum(sum);
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  if (lane == 0) warp_sums[warp] = sum;
  __syncthreads();
  if (warp == 0) {
    sum = lane < blockDim.x / 32 ? warp_sums[lane] : 0.0f;
    sum = WarpSum(sum);
    if (lane == 0) atomicAdd(out, sum);
  }
}

__global__ void MaxAtomic(const int* in, int* out, int n) {
  int best = INT32_MIN;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) best = max(best, in[i]);
  for (int offset = 16; offset > 0; offset >>= 1) best = max(best, __shfl_xor_sync(0xffffffffu, best, offset));
  if ((threadIdx.x & 31) == 0) atomicMax(out, best);
}

__device__ unsigned int tickets = 0;

__global__ void SinglePass(const long long* in, long long* partial, long long* out, int n) {
  __shared__ long long sums[128];
  __shared__ bool last;
  long long sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += in[i];
  sums[threadIdx.x] = sum;
  __syncthreads();
  for (int step = 64; step > 0; step >>= 1) {
    if (threadIdx.x < step) sums[threadIdx.x] += sums[threadIdx.x + step];
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = sums[0];
    __threadfence();
    last = atomicInc(&tickets, gridDim.x - 1) == gridDim.x - 1;  // wraps to 0: ready for the next launch
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    long long total = 0;
    for (int i = 0; i < gridDim.x; ++i) total += static_cast<volatile long long*>(partial)[i];
    *out = total;
  }
}

int main() {
  const int n = 50021;
  std::vector<int> values(n);
  std::vector<float> floats = check::UniformVector(n, 9, 0, 1);
  std::vector<long long> longs(n);
  long long sum = 0, long_sum = 0;
  int maximum = INT32_MIN;
  double float_sum = 0;
  for (int i = 0; i < n; ++i) {
    values[i] = int(check::Hash32(i) % 20001) - 10000;
    longs[i] = (long long)values[i] * 1000000007LL;
    sum += values[i];
    long_sum += longs[i];
    maximum = values[i] > maximum ? values[i] : maximum;
    float_sum += floats[i];
  }
  check::Device<int> in(values), blocks(24), one(std::vector<int>{INT32_MIN});
  Tree<<<24, 256, 256 * sizeof(int)>>>(in, blocks, n);
  CHECK_LAUNCH();
  long long got = 0;
  for (int v : blocks.Get()) got += v;
  EXPECT_EQ(got, sum);

  check::Device<float> fin(floats), fout(std::vector<float>{0});
  Shuffle<<<10, 192>>>(fin, fout, n);
  CHECK_LAUNCH();
  check::Near("shuffle sum", fout.Get(), std::vector<double>{float_sum}, 0, 1e-5);

  MaxAtomic<<<13, 128>>>(in, one, n);
  CHECK_LAUNCH();
  EXPECT_EQ(one.Get()[0], maximum);

  check::Device<long long> lin(longs), partial(31), lout(1);
  for (int repeat = 0; repeat < 3; ++repeat) {
    lout.Zero();
    SinglePass<<<31, 128>>>(lin, partial, lout, n);
    CHECK_LAUNCH();
    EXPECT_EQ(lout.Get()[0], long_sum);
  }
  return check::Finish("reduction");
}
