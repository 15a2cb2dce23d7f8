// 2D convolution with the filter in __constant__ memory (uniform and lane-dependent indices) and a separable filter
// through shared memory.
#include "check.h"

constexpr int kRadius = 3, kWidth = 2 * kRadius + 1;
__constant__ float filter[kWidth][kWidth];
__constant__ float row_filter[kWidth];
__constant__ int scale_table[32] = {1, 2, 4, 8, 16, 3, 9, 27, 81};

__global__ void Full(const float* in, float* out, int width, int height) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  float sum = 0;
  for (int dy = -kRadius; dy <= kRadius; ++dy) {
    for (int dx = -kRadius; dx <= kRadius; ++dx) {
      int sx = min(max(x + dx, 0), width - 1), sy = min(max(y + dy, 0), height - 1);
      sum = __fmaf_rn(filter[dy + kRadius][dx + kRadius], in[sy * width + sx], sum);
    }
  }
  out[y * width + x] = sum;
}

__global__ void Rows(const float* in, float* out, int width) {
  __shared__ float tile[64 + 2 * kRadius];
  int y = blockIdx.y, base = blockIdx.x * 64;
  for (int t = threadIdx.x; t < 64 + 2 * kRadius; t += 64) {
    int x = base + t - kRadius;
    tile[t] = x >= 0 && x < width ? in[y * width + x] : 0.0f;
  }
  __syncthreads();
  int x = base + threadIdx.x;
  if (x >= width) return;
  float sum = 0;
  for (int k = 0; k < kWidth; ++k) sum = __fmaf_rn(row_filter[k], tile[threadIdx.x + k], sum);
  out[y * width + x] = sum;
}

__global__ void Lookup(const int* index, int* out) {
  out[threadIdx.x] = scale_table[index[threadIdx.x]] + scale_table[3];
}

int main() {
  const int width = 93, height = 61;
  std::vector<float> in = check::UniformVector(width * height, 1, -1, 1), want(width * height);
  std::vector<float> weights = check::UniformVector(kWidth * kWidth, 2, -1, 1);
  CHECK_CUDA(cudaMemcpyToSymbol(filter, weights.data(), sizeof(float) * kWidth * kWidth));
  CHECK_CUDA(cudaMemcpyToSymbol(row_filter, weights.data() + 5, sizeof(float) * kWidth));
  check::Device<float> din(in), dout(width * height);
  Full<<<dim3((width + 15) / 16, (height + 7) / 8), dim3(16, 8)>>>(din, dout, width, height);
  CHECK_LAUNCH();
  auto clamp = [](int v, int limit) { return v < 0 ? 0 : v > limit ? limit : v; };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (int j = 0; j < kWidth; ++j) {
        for (int i = 0; i < kWidth; ++i) {
          int sx = clamp(x + i - kRadius, width - 1), sy = clamp(y + j - kRadius, height - 1);
          sum = std::fma(weights[j * kWidth + i], in[sy * width + sx], sum);
        }
      }
      want[y * width + x] = sum;
    }
  }
  check::Equal("full", dout.Get(), want);

  Rows<<<dim3((width + 63) / 64, height), 64>>>(din, dout, width);
  CHECK_LAUNCH();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (int k = 0; k < kWidth; ++k) {
        int sx = x + k - kRadius;
        sum = std::fma(weights[5 + k], sx >= 0 && sx < width ? in[y * width + sx] : 0.0f, sum);
      }
      want[y * width + x] = sum;
    }
  }
  check::Equal("rows", dout.Get(), want);

  const int table[32] = {1, 2, 4, 8, 16, 3, 9, 27, 81};
  std::vector<int> index(64), looked(64);
  for (int i = 0; i < 64; ++i) index[i] = int(check::Hash32(i) % 32), looked[i] = table[index[i]] + 8;
  check::Device<int> dindex(index), dlooked(64);
  Lookup<<<1, 64>>>(dindex, dlooked);
  CHECK_LAUNCH();
  check::Equal("lookup", dlooked.Get(), looked);
  return check::Finish("convolution");
}
