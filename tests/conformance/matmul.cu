// Matrix multiplication: naive, tiled with static shared memory, tiled with dynamic shared memory, and in double.
#include "check.h"

__global__ void Naive(const float* a, const float* b, float* c, int m, int n, int k) {
  int col = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
  if (row >= m || col >= n) return;
  float sum = 0;
  for (int i = 0; i < k; ++i) sum += a[row * k + i] * b[i * n + col];
  c[row * n + col] = sum;
}

template <int kTile>
__global__ void Tiled(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float as[kTile][kTile + 1], bs[kTile][kTile + 1];
  int col = blockIdx.x * kTile + threadIdx.x, row = blockIdx.y * kTile + threadIdx.y;
  float sum = 0;
  for (int base = 0; base < k; base += kTile) {
    int ak = base + threadIdx.x, bk = base + threadIdx.y;
    as[threadIdx.y][threadIdx.x] = row < m && ak < k ? a[row * k + ak] : 0.0f;
    bs[threadIdx.y][threadIdx.x] = bk < k && col < n ? b[bk * n + col] : 0.0f;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kTile; ++i) sum += as[threadIdx.y][i] * bs[i][threadIdx.x];
    __syncthreads();
  }
  if (row < m && col < n) c[row * n + col] = sum;
}

// Dynamic shared memory holds both tiles; the tile width is a launch parameter.
template <typename T>
__global__ void TiledDynamic(const T* a, const T* b, T* c, int m, int n, int k, int tile) {
  extern __shared__ __align__(16) unsigned char scratch[];
  T* as = reinterpret_cast<T*>(scratch);
  T* bs = as + tile * tile;
  int tx = threadIdx.x, ty = threadIdx.y;
  int col = blockIdx.x * tile + tx, row = blockIdx.y * tile + ty;
  T sum = 0;
  for (int base = 0; base < k; base += tile) {
    as[ty * tile + tx] = row < m && base + tx < k ? a[row * k + base + tx] : T(0);
    bs[ty * tile + tx] = base + ty < k && col < n ? b[(base + ty) * n + col] : T(0);
    __syncthreads();
    for (int i = 0; i < tile; ++i) sum += as[ty * tile + i] * bs[i * tile + tx];
    __syncthreads();
  }
  if (row < m && col < n) c[row * n + col] = sum;
}

int main() {
  const int m = 67, n = 45, k = 83;
  std::vector<float> a = check::UniformVector(m * k, 1, -1, 1), b = check::UniformVector(k * n, 2, -1, 1);
  std::vector<double> want(m * n), a64(a.begin(), a.end()), b64(b.begin(), b.end());
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int p = 0; p < k; ++p) sum += a64[i * k + p] * b64[p * n + j];
      want[i * n + j] = sum;
    }
  }
  check::Device<float> da(a), db(b), dc(m * n);
  Naive<<<dim3((n + 15) / 16, (m + 15) / 16), dim3(16, 16)>>>(da, db, dc, m, n, k);
  CHECK_LAUNCH();
  check::Near("naive", dc.Get(), want, 2e-5, 0);

  dc.Zero();
  Tiled<16><<<dim3((n + 15) / 16, (m + 15) / 16), dim3(16, 16)>>>(da, db, dc, m, n, k);
  CHECK_LAUNCH();
  check::Near("tiled 16", dc.Get(), want, 2e-5, 0);

  dc.Zero();
  Tiled<32><<<dim3((n + 31) / 32, (m + 31) / 32), dim3(32, 32)>>>(da, db, dc, m, n, k);
  CHECK_LAUNCH();
  check::Near("tiled 32", dc.Get(), want, 2e-5, 0);

  for (int tile : {7, 8, 19}) {
    dc.Zero();
    TiledDynamic<float><<<dim3((n + tile - 1) / tile, (m + tile - 1) / tile), dim3(tile, tile),
                          2 * tile * tile * sizeof(float)>>>(da, db, dc, m, n, k, tile);
    CHECK_LAUNCH();
    check::Near("dynamic", dc.Get(), want, 2e-5, 0);
  }
  check::Device<double> da64(a64), db64(b64), dc64(m * n);
  TiledDynamic<double><<<dim3((n + 15) / 16, (m + 15) / 16), dim3(16, 16), 2 * 16 * 16 * sizeof(double)>>>(
      da64, db64, dc64, m, n, k, 16);
  CHECK_LAUNCH();
  check::Near("double", dc64.Get(), want, 1e-13, 0);
  return check::Finish("matmul");
}
