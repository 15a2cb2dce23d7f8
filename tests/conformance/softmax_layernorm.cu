// Row-wise softmax (one warp per row, and one block per row with online maximum) and layer normalisation with Welford's
// update merged by shuffles.
#include <algorithm>

#include "check.h"

__global__ void SoftmaxWarp(const float* in, float* out, int rows, int columns) {
  int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x & 31;
  if (row >= rows) return;
  const float* x = in + row * columns;
  float maximum = -INFINITY, sum = 0;
  for (int c = lane; c < columns; c += 32) maximum = fmaxf(maximum, x[c]);
  for (int o = 16; o > 0; o /= 2) maximum = fmaxf(maximum, __shfl_xor_sync(0xffffffffu, maximum, o));
  for (int c = lane; c < columns; c += 32) sum += expf(x[c] - maximum);
  for (int o = 16; o > 0; o /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, o);
  for (int c = lane; c < columns; c += 32) out[row * columns + c] = expf(x[c] - maximum) / sum;
}

struct Running {
  float maximum, sum;
};

__device__ Running Merge(Running a, Running b) {
  Running r;
  r.maximum = fmaxf(a.maximum, b.maximum);
  r.sum = a.sum * __expf(a.maximum - r.maximum) + b.sum * __expf(b.maximum - r.maximum);
  return r;
}

__global__ void SoftmaxBlock(const float* in, float* out, int columns) {
  __shared__ Running shared[128];
  const float* x = in + blockIdx.x * columns;
  Running mine = {-1e30f, 0.0f};
  for (int c = threadIdx.x; c < columns; c += blockDim.x) mine = Merge(mine, Running{x[c], 1.0f});
  shared[threadIdx.x] = mine;
  __syncthreads();
  for (int step = blockDim.x / 2; step > 0; step /= 2) {
    if (threadIdx.x < step) shared[threadIdx.x] = Merge(shared[threadIdx.x], shared[threadIdx.x + step]);
    __syncthreads();
  }
  Running all = shared[0];
  for (int c = threadIdx.x; c < columns; c += blockDim.x) {
    out[blockIdx.x * columns + c] = __fdividef(__expf(x[c] - all.maximum), all.sum);
  }
}

__global__ void LayerNorm(const float* in, const float* gain, const float* bias, float* out, int columns) {
  __shared__ float means[4], squares[4], counts[4];
  const float* x = in + blockIdx.x * columns;
  float mean = 0, square = 0, count = 0;
  for (int c = threadIdx.x; c < columns; c += blockDim.x) {
    count += 1;
    float delta = x[c] - mean;
    mean += delta / count;
    square += delta * (x[c] - mean);
  }
  auto merge = [&](float other_mean, float other_square, float other_count) {
    float total = count + other_count;
    if (total == 0) return;
    float delta = other_mean - mean, share = other_count / total;
    mean += delta * share;
    square += other_square + delta * delta * count * share;
    count = total;
  };
  for (int o = 16; o > 0; o /= 2) {
    float om = __shfl_down_sync(0xffffffffu, mean, o), os = __shfl_down_sync(0xffffffffu, square, o);
    float oc = __shfl_down_sync(0xffffffffu, count, o);
    merge(om, os, oc);
  }
  int warp = threadIdx.x / 32;
  if ((threadIdx.x & 31) == 0) means[warp] = mean, squares[warp] = square, counts[warp] = count;
  __syncthreads();
  mean = means[0], square = squares[0], count = counts[0];
  for (int w = 1; w < blockDim.x / 32; ++w) merge(means[w], squares[w], counts[w]);
  float scale = rsqrtf(square / count + 1e-5f);
  for (int c = threadIdx.x; c < columns; c += blockDim.x) {
    out[blockIdx.x * columns + c] = (x[c] - mean) * scale * gain[c] + bias[c];
  }
}

int main() {
  for (int columns : {1, 33, 200, 517}) {
    const int rows = 21;
    std::vector<float> in = check::UniformVector(rows * columns, columns, -9, 9);
    std::vector<float> gain = check::UniformVector(columns, 1, 0.5f, 2), bias = check::UniformVector(columns, 2, -1, 1);
    std::vector<double> soft(in.size()), norm(in.size());
    for (int r = 0; r < rows; ++r) {
      const float* x = &in[r * columns];
      double maximum = -1e300, sum = 0, mean = 0, square = 0;
      for (int c = 0; c < columns; ++c) maximum = std::max(maximum, double(x[c])), mean += x[c];
      mean /= columns;
      for (int c = 0; c < columns; ++c) sum += std::exp(x[c] - maximum), square += (x[c] - mean) * (x[c] - mean);
      for (int c = 0; c < columns; ++c) {
        soft[r * columns + c] = std::exp(x[c] - maximum) / sum;
        norm[r * columns + c] = (x[c] - mean) / std::sqrt(square / columns + 1e-5) * gain[c] + bias[c];
      }
    }
    check::Device<float> din(in), dgain(gain), dbias(bias), out(in.size());
    SoftmaxWarp<<<(rows + 2) / 3, 96>>>(din, out, rows, columns);
    CHECK_LAUNCH();
    check::Near("softmax by warp", out.Get(), soft, 1e-7, 5e-6);
    SoftmaxBlock<<<rows, 128>>>(din, out, columns);
    CHECK_LAUNCH();
    check::Near("softmax by block", out.Get(), soft, 1e-6, 5e-5);
    LayerNorm<<<rows, 128>>>(din, dgain, dbias, out, columns);
    CHECK_LAUNCH();
    check::Near("layer norm", out.Get(), norm, columns == 1 ? 1e-6 : 2e-5, 2e-5);
  }
  return check::Finish("softmax_layernorm");
}
