// The demo: inference of a small transformer encoder in plain CUDA C++. Token and position embeddings, pre-norm
// blocks of multi-head self-attention and a GELU MLP, a final layer norm. The weights are made up but fixed; every
// output is checked against the same network computed on the CPU in double precision.
#include <chrono>

#include "check.h"

constexpr int kVocabulary = 1000, kModel = 128, kHeads = 4, kHeadDim = kModel / kHeads, kHidden = 512;
constexpr int kLayers = 4, kLength = 64, kBatch = 8, kRows = kBatch * kLength;
constexpr float kEpsilon = 1e-5f;

struct LayerWeights {
  std::vector<float> norm1, qkv, qkv_bias, out, out_bias, norm2, up, up_bias, down, down_bias;
};

// ---- device ---------------------------------------------------------------------------------------------------------

__global__ void Embed(const int* tokens, const float* table, const float* positions, float* x) {
  const int row = blockIdx.x, column = threadIdx.x;
  x[row * kModel + column] = table[tokens[row] * kModel + column] + positions[(row % kLength) * kModel + column];
}

__device__ float WarpSum(float v) {
  for (int lanes = 16; lanes > 0; lanes /= 2) v += __shfl_xor_sync(0xffffffffu, v, lanes);
  return v;
}

// y = (x - mean) / sqrt(variance + epsilon) * gain, one warp per row.
__global__ void LayerNorm(const float* x, const float* gain, float* y) {
  const int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
  float v[kModel / 32], sum = 0, squares = 0;
  for (int i = 0; i < kModel / 32; ++i) sum += v[i] = x[row * kModel + i * 32 + lane];
  const float mean = WarpSum(sum) / kModel;
  for (float value : v) squares += (value - mean) * (value - mean);
  const float scale = rsqrtf(WarpSum(squares) / kModel + kEpsilon);
  for (int i = 0; i < kModel / 32; ++i) {
    y[row * kModel + i * 32 + lane] = (v[i] - mean) * scale * gain[i * 32 + lane];
  }
}

__device__ float Gelu(float v) { return 0.5f * v * (1.0f + erff(v * 0.70710678f)); }

// y[m][n] = act(x[m][k] * w[k][n] + bias[n]) (+ residual[m][n]). A block of 16 x 16 threads computes 64 x 64 outputs
// from tiles in shared memory (x transposed, so that both are read along rows), a thread 4 x 4 of them.
enum class Epilogue { kPlain, kGelu, kResidual };
constexpr int kTile = 64, kDepth = 16;

template <Epilogue kEpilogue>
__global__ void Linear(const float* x, const float* w, const float* bias, const float* residual, float* y, int n,
                       int k) {
  __shared__ float4 tile_x[kDepth][kTile / 4], tile_w[kDepth][kTile / 4];
  const int row0 = blockIdx.y * kTile, column0 = blockIdx.x * kTile, tx = threadIdx.x, ty = threadIdx.y;
  const int thread = ty * 16 + tx;
  float sum[4][4] = {};
  for (int k0 = 0; k0 < k; k0 += kDepth) {
    // Each thread moves four numbers along a row of x and four along a row of w.
    const int row = thread / 4, depth = thread % 4 * 4;
    const float4 part = *reinterpret_cast<const float4*>(&x[(row0 + row) * k + k0 + depth]);
    float* column = reinterpret_cast<float*>(tile_x) + row;
    column[(depth + 0) * kTile] = part.x, column[(depth + 1) * kTile] = part.y;
    column[(depth + 2) * kTile] = part.z, column[(depth + 3) * kTile] = part.w;
    tile_w[ty][tx] = *reinterpret_cast<const float4*>(&w[(k0 + ty) * n + column0 + 4 * tx]);
    __syncthreads();
    for (int kk = 0; kk < kDepth; ++kk) {
      const float4 a = tile_x[kk][ty], b = tile_w[kk][tx];
      const float as[4] = {a.x, a.y, a.z, a.w}, bs[4] = {b.x, b.y, b.z, b.w};
      for (int i = 0; i < 4; ++i) {
        for (int j = 0; j < 4; ++j) sum[i][j] = fmaf(as[i], bs[j], sum[i][j]);
      }
    }
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      const int column = column0 + 4 * tx + j, at = (row0 + 4 * ty + i) * n + column;
      float value = sum[i][j] + bias[column];
      if (kEpilogue == Epilogue::kGelu) value = Gelu(value);
      if (kEpilogue == Epilogue::kResidual) value += residual[at];
      y[at] = value;
    }
  }
}

// Self-attention of one head of one sequence: a thread per query, keys and values of the head in shared memory, and the
// softmax kept running (maximum, sum, weighted values) over the keys.
__global__ void Attention(const float* qkv, float* y) {
  extern __shared__ float shared[];
  float* keys = shared;
  float* values = shared + kLength * kHeadDim;
  const int head = blockIdx.x, sequence = blockIdx.y, query = threadIdx.x;
  const float* base = qkv + sequence * kLength * 3 * kModel + head * kHeadDim;
  for (int i = threadIdx.x; i < kLength * kHeadDim; i += blockDim.x) {
    const float* row = base + i / kHeadDim * 3 * kModel + i % kHeadDim;
    keys[i] = row[kModel];
    values[i] = row[2 * kModel];
  }
  __syncthreads();
  float q[kHeadDim], mix[kHeadDim] = {}, maximum = -INFINITY, sum = 0;
#pragma unroll
  for (int d = 0; d < kHeadDim; ++d) q[d] = base[query * 3 * kModel + d] * rsqrtf(float(kHeadDim));
  for (int j = 0; j < kLength; ++j) {
    float score = 0;
#pragma unroll
    for (int d = 0; d < kHeadDim; ++d) score = fmaf(q[d], keys[j * kHeadDim + d], score);
    const float larger = fmaxf(maximum, score), old = expf(maximum - larger), weight = expf(score - larger);
    sum = sum * old + weight;
#pragma unroll
    for (int d = 0; d < kHeadDim; ++d) mix[d] = mix[d] * old + weight * values[j * kHeadDim + d];
    maximum = larger;
  }
  float* out = y + (sequence * kLength + query) * kModel + head * kHeadDim;
#pragma unroll
  for (int d = 0; d < kHeadDim; ++d) out[d] = mix[d] / sum;
}

struct DeviceLayer {
  explicit DeviceLayer(const LayerWeights& w)
      : norm1(w.norm1),
        qkv(w.qkv),
        qkv_bias(w.qkv_bias),
        out(w.out),
        out_bias(w.out_bias),
        norm2(w.norm2),
        up(w.up),
        up_bias(w.up_bias),
        down(w.down),
        down_bias(w.down_bias) {}
  check::Device<float> norm1, qkv, qkv_bias, out, out_bias, norm2, up, up_bias, down, down_bias;
};

class Encoder {
 public:
  Encoder(const std::vector<float>& table, const std::vector<float>& positions, const std::vector<LayerWeights>& layers,
          const std::vector<float>& final_norm)
      : table_(table), positions_(positions), final_norm_(final_norm) {
    for (const LayerWeights& layer : layers) layers_.push_back(new DeviceLayer(layer));
  }
  ~Encoder() {
    for (DeviceLayer* layer : layers_) delete layer;
  }

  // Enqueues the network; the result is in y.
  void Run(const int* tokens, float* y) {
    const dim3 threads(16, 16);
    Embed<<<kRows, kModel>>>(tokens, table_, positions_, x_);
    for (DeviceLayer* l : layers_) {
      LayerNorm<<<kRows / 8, 256>>>(x_, l->norm1, normed_);
      Linear<Epilogue::kPlain><<<dim3(3 * kModel / kTile, kRows / kTile), threads>>>(normed_, l->qkv, l->qkv_bias,
                                                                                     nullptr, qkv_, 3 * kModel, kModel);
      Attention<<<dim3(kHeads, kBatch), kLength, 2 * kLength * kHeadDim * sizeof(float)>>>(qkv_, mixed_);
      Linear<Epilogue::kResidual>
          <<<dim3(kModel / kTile, kRows / kTile), threads>>>(mixed_, l->out, l->out_bias, x_, x_, kModel, kModel);
      LayerNorm<<<kRows / 8, 256>>>(x_, l->norm2, normed_);
      Linear<Epilogue::kGelu><<<dim3(kHidden / kTile, kRows / kTile), threads>>>(normed_, l->up, l->up_bias, nullptr,
                                                                                 hidden_, kHidden, kModel);
      Linear<Epilogue::kResidual>
          <<<dim3(kModel / kTile, kRows / kTile), threads>>>(hidden_, l->down, l->down_bias, x_, x_, kModel, kHidden);
    }
    LayerNorm<<<kRows / 8, 256>>>(x_, final_norm_, y);
  }

 private:
  check::Device<float> table_, positions_, final_norm_;
  std::vector<DeviceLayer*> layers_;
  check::Device<float> x_{kRows * kModel}, normed_{kRows * kModel}, qkv_{kRows * 3 * kModel}, mixed_{kRows * kModel},
      hidden_{kRows * kHidden};
};

// ---- the same on the CPU
// ---------------------------------------------------------------------------------------------

using Matrix = std::vector<double>;

Matrix CpuNorm(const Matrix& x, const std::vector<float>& gain) {
  Matrix y(x.size());
  for (int row = 0; row < kRows; ++row) {
    double mean = 0, variance = 0;
    for (int i = 0; i < kModel; ++i) mean += x[row * kModel + i] / kModel;
    for (int i = 0; i < kModel; ++i) variance += (x[row * kModel + i] - mean) * (x[row * kModel + i] - mean) / kModel;
    const double scale = 1 / std::sqrt(variance + kEpsilon);
    for (int i = 0; i < kModel; ++i) y[row * kModel + i] = (x[row * kModel + i] - mean) * scale * gain[i];
  }
  return y;
}

Matrix CpuLinear(const Matrix& x, const std::vector<float>& w, const std::vector<float>& bias, int n, int k) {
  Matrix y(size_t(kRows) * n);
  for (int row = 0; row < kRows; ++row) {
    double* out = &y[size_t(row) * n];
    for (int i = 0; i < n; ++i) out[i] = bias[i];
    for (int j = 0; j < k; ++j) {
      const double value = x[size_t(row) * k + j];
      for (int i = 0; i < n; ++i) out[i] += value * w[size_t(j) * n + i];
    }
  }
  return y;
}

Matrix CpuAttention(const Matrix& qkv) {
  Matrix y(kRows * kModel);
  for (int row = 0; row < kRows; ++row) {
    for (int head = 0; head < kHeads; ++head) {
      const double* q = &qkv[row * 3 * kModel + head * kHeadDim];
      const double* first_key = &qkv[row / kLength * kLength * 3 * kModel + head * kHeadDim + kModel];
      double score[kLength], maximum = -1e300, sum = 0;
      for (int j = 0; j < kLength; ++j) {
        score[j] = 0;
        for (int d = 0; d < kHeadDim; ++d) score[j] += q[d] * first_key[j * 3 * kModel + d] / std::sqrt(kHeadDim);
        maximum = std::max(maximum, score[j]);
      }
      for (double& s : score) sum += s = std::exp(s - maximum);
      for (int j = 0; j < kLength; ++j) {
        for (int d = 0; d < kHeadDim; ++d) {
          y[row * kModel + head * kHeadDim + d] += score[j] / sum * first_key[j * 3 * kModel + kModel + d];
        }
      }
    }
  }
  return y;
}

Matrix CpuEncoder(const std::vector<int>& tokens, const std::vector<float>& table, const std::vector<float>& positions,
                  const std::vector<LayerWeights>& layers, const std::vector<float>& final_norm) {
  Matrix x(kRows * kModel);
  for (int i = 0; i < kRows * kModel; ++i) {
    x[i] = double(table[tokens[i / kModel] * kModel + i % kModel]) + positions[i % (kLength * kModel)];
  }
  auto add = [&x](const Matrix& y) {
    for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  };
  for (const LayerWeights& l : layers) {
    add(CpuLinear(CpuAttention(CpuLinear(CpuNorm(x, l.norm1), l.qkv, l.qkv_bias, 3 * kModel, kModel)), l.out,
                  l.out_bias, kModel, kModel));
    Matrix hidden = CpuLinear(CpuNorm(x, l.norm2), l.up, l.up_bias, kHidden, kModel);
    for (double& v : hidden) v = 0.5 * v * (1 + std::erf(v / std::sqrt(2.0)));
    add(CpuLinear(hidden, l.down, l.down_bias, kModel, kHidden));
  }
  return CpuNorm(x, final_norm);
}

// Uniform with the spread that keeps activations near one.
std::vector<float> Weights(int inputs, int outputs, uint32_t seed) {
  const float bound = std::sqrt(3.0f / inputs);
  return check::UniformVector(size_t(inputs) * outputs, seed, -bound, bound);
}

int main() {
  uint32_t seed = 1;
  std::vector<LayerWeights> layers(kLayers);
  for (LayerWeights& l : layers) {
    l.norm1 = check::UniformVector(kModel, seed++, 0.8f, 1.2f),
    l.norm2 = check::UniformVector(kModel, seed++, 0.8f, 1.2f);
    l.qkv = Weights(kModel, 3 * kModel, seed++), l.qkv_bias = check::UniformVector(3 * kModel, seed++, -0.1f, 0.1f);
    l.out = Weights(kModel, kModel, seed++), l.out_bias = check::UniformVector(kModel, seed++, -0.1f, 0.1f);
    l.up = Weights(kModel, kHidden, seed++), l.up_bias = check::UniformVector(kHidden, seed++, -0.1f, 0.1f);
    l.down = Weights(kHidden, kModel, seed++), l.down_bias = check::UniformVector(kModel, seed++, -0.1f, 0.1f);
  }
  const std::vector<float> table = check::UniformVector(kVocabulary * kModel, seed++, -1, 1);
  const std::vector<float> positions = check::UniformVector(kLength * kModel, seed++, -0.5f, 0.5f);
  const std::vector<float> final_norm = check::UniformVector(kModel, seed++, 0.8f, 1.2f);
  std::vector<int> tokens(kRows);
  for (int i = 0; i < kRows; ++i) tokens[i] = int(check::Hash32(uint32_t(i) + 12345) % kVocabulary);

  cudaDeviceProp device;
  CHECK_CUDA(cudaGetDeviceProperties(&device, 0));
  std::printf("transformer encoder: %d layers, width %d, %d heads, MLP %d; %d sequences of %d tokens\n", kLayers,
              kModel, kHeads, kHidden, kBatch, kLength);
  std::printf("device: %s, %d multiprocessors\n", device.name, device.multiProcessorCount);

  Encoder encoder(table, positions, layers, final_norm);
  check::Device<int> device_tokens(tokens);
  check::Device<float> y(kRows * kModel);
  encoder.Run(device_tokens, y);  // warm: loads the kernels
  CHECK_LAUNCH();
  const auto start = std::chrono::steady_clock::now();
  int runs = 0;
  double seconds = 0;
  while (runs < 2 || (seconds < 1.0 && runs < 100)) {
    encoder.Run(device_tokens, y);
    CHECK_LAUNCH();
    ++runs;
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  const std::vector<float> got = y.Get();

  const Matrix want = CpuEncoder(tokens, table, positions, layers, final_norm);
  double largest_error = 0, largest_value = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    largest_error = std::max(largest_error, std::fabs(got[i] - want[i]));
    largest_value = std::max(largest_value, std::fabs(want[i]));
  }
  check::Near("output", got, want, 2e-4, 0);
  std::printf("speed: %.0f tokens/s (%d passes of %d tokens in %.2f s)\n", runs * kRows / seconds, runs, kRows,
              seconds);
  std::printf("check: %zu outputs, largest error %.2g against the CPU in double precision (values up to %.2f)\n",
              want.size(), largest_error, largest_value);
  return check::Finish("transformer_encoder");
}
