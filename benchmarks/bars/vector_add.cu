// The smallest useful program: used to time execve to first kernel result.
#include <cstdio>

#include <cuda_runtime.h>

__global__ void Add(const float* a, const float* b, float* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}

int main() {
  constexpr int kElements = 1000;
  static float host[3][kElements];
  for (int i = 0; i < kElements; ++i) {
    host[0][i] = i;
    host[1][i] = 2 * i;
  }
  float* device[3];
  for (float*& pointer : device) {
    if (cudaMalloc(&pointer, sizeof host[0]) != cudaSuccess) return 1;
  }
  cudaMemcpy(device[0], host[0], sizeof host[0], cudaMemcpyHostToDevice);
  cudaMemcpy(device[1], host[1], sizeof host[1], cudaMemcpyHostToDevice);
  Add<<<(kElements + 255) / 256, 256>>>(device[0], device[1], device[2], kElements);
  if (cudaMemcpy(host[2], device[2], sizeof host[2], cudaMemcpyDeviceToHost) != cudaSuccess) return 1;
  for (int i = 0; i < kElements; ++i) {
    if (host[2][i] != 3.0f * i) {
      std::printf("wrong at %d: %f\n", i, host[2][i]);
      return 1;
    }
  }
  std::puts("ok");
  return 0;
}
