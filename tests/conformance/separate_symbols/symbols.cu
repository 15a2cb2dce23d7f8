#include "symbols.h"

namespace {
__device__ int anonymous = 2;
__global__ void SameName(int* out) { out[threadIdx.x] += anonymous; }
}  // namespace
static __global__ void StaticName(int* out) { out[threadIdx.x] += 2000; }

__constant__ Config config;
__constant__ int initial[3] = {10, 20, 30};
__device__ int numbers[4] = {2, 3, 4, 0};
#ifdef HAS_MANAGED
__device__ __managed__ int managed_sum = 0;
#else
__device__ int managed_sum = 0;
#endif

__device__ Config MakeConfig(int i) { return {i, i * 0.5, {0, 0, i * 2.0f}}; }
__device__ int Factorial(int n) { return n < 2 ? 1 : n * Factorial(n - 1); }
__host__ __device__ int Both(int x) { return x + 4; }

__global__ void Remote(int* out, int n) {
  out[threadIdx.x] += n + initial[0] + initial[1] + initial[2] + numbers[0] + numbers[1] + numbers[2];
  atomicAdd(&managed_sum, 1);
}

void LaunchOthers(int* out) {
  AddN<7><<<1, 32>>>(out);
  StaticName<<<1, 32>>>(out);
  SameName<<<1, 32>>>(out);
}
