// Stencils: a 1D stencil of radius 4 with a shared halo, and a 3D seven-point heat equation over several steps with
// ping-pong buffers.
#include <utility>

#include "check.h"

constexpr int kRadius = 4;

__global__ void Stencil1d(const int* in, int* out, int n) {
  extern __shared__ int tile[];
  int i = blockIdx.x * blockDim.x + threadIdx.x, t = threadIdx.x + kRadius;
  tile[t] = i < n ? in[i] : 0;
  if (threadIdx.x < kRadius) {
    int left = i - kRadius, right = i + int(blockDim.x);
    tile[t - kRadius] = left >= 0 ? in[left] : 0;
    tile[t + blockDim.x] = right < n ? in[right] : 0;
  }
  __syncthreads();
  if (i >= n) return;
  int sum = 0;
  for (int k = -kRadius; k <= kRadius; ++k) sum += tile[t + k];
  out[i] = sum;
}

__global__ void Heat(const float* in, float* out, int nx, int ny, int nz) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  int z = blockIdx.z * blockDim.z + threadIdx.z;
  if (x >= nx || y >= ny || z >= nz) return;
  int i = (z * ny + y) * nx + x;
  if (x == 0 || y == 0 || z == 0 || x == nx - 1 || y == ny - 1 || z == nz - 1) {
    out[i] = in[i];
    return;
  }
  float around = __fadd_rn(__fadd_rn(__fadd_rn(in[i - 1], in[i + 1]), __fadd_rn(in[i - nx], in[i + nx])),
                           __fadd_rn(in[i - nx * ny], in[i + nx * ny]));
  out[i] = __fmaf_rn(0.1f, __fmaf_rn(-6.0f, in[i], around), in[i]);
}

int main() {
  const int n = 10001;
  std::vector<int> in(n), want(n, 0);
  for (int i = 0; i < n; ++i) in[i] = int(check::Hash32(i) % 1000);
  for (int i = 0; i < n; ++i) {
    for (int k = -kRadius; k <= kRadius; ++k) want[i] += i + k >= 0 && i + k < n ? in[i + k] : 0;
  }
  check::Device<int> din(in), dout(n);
  Stencil1d<<<(n + 99) / 100, 100, (100 + 2 * kRadius) * sizeof(int)>>>(din, dout, n);
  CHECK_LAUNCH();
  check::Equal("1D", dout.Get(), want);

  const int nx = 37, ny = 22, nz = 19, count = nx * ny * nz, steps = 8;
  std::vector<float> heat = check::UniformVector(count, 1, 0, 100), next(count);
  check::Device<float> a(heat), b(count);
  float *from = a, *to = b;
  for (int step = 0; step < steps; ++step) {
    Heat<<<dim3((nx + 7) / 8, (ny + 3) / 4, (nz + 2) / 3), dim3(8, 4, 3)>>>(from, to, nx, ny, nz);
    std::swap(from, to);
  }
  CHECK_LAUNCH();
  for (int step = 0; step < steps; ++step) {
    for (int z = 0; z < nz; ++z) {
      for (int y = 0; y < ny; ++y) {
        for (int x = 0; x < nx; ++x) {
          int i = (z * ny + y) * nx + x;
          bool edge = x == 0 || y == 0 || z == 0 || x == nx - 1 || y == ny - 1 || z == nz - 1;
          if (edge) {
            next[i] = heat[i];
            continue;
          }
          volatile float ax = heat[i - 1] + heat[i + 1], ay = heat[i - nx] + heat[i + nx];
          volatile float az = heat[i - nx * ny] + heat[i + nx * ny], axy = ax + ay, around = axy + az;
          next[i] = std::fma(0.1f, std::fma(-6.0f, heat[i], float(around)), heat[i]);
        }
      }
    }
    std::swap(heat, next);
  }
  check::Equal("heat", a.Get(), heat);
  return check::Finish("stencil");
}
