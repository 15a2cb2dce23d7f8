#include "../check.h"
#include "shapes.h"

static __device__ int hidden = 20;
static __device__ int Helper(int x) { return x * hidden; }
static __device__ int Subtract(int a, int b) { return a - b; }
static __device__ int Multiply(int a, int b) { return a * b; }

__constant__ float factors[4];
__device__ int weights[8];
__device__ Operation operations[3] = {Add, Subtract, Multiply};
__device__ int Add(int a, int b) { return a + b; }
__device__ int Square::Area() const { return size * size; }
__device__ int Square::Corners() const { return 4; }

__global__ void Mirror(int* out) {
  __shared__ int fixed[32];
  extern __shared__ int dynamic[];
  const int i = int(threadIdx.x);
  dynamic[i] = Helper(i);
  fixed[31 - i] = i;
  __syncthreads();
  out[i] = fixed[i] + dynamic[i] + hidden + Triple(i);
  atomicAdd(&counter, 1);
}

void RunOther(int* out) {
  const int value = 30;
  CHECK_CUDA(cudaMemcpyToSymbol(hidden, &value, sizeof value));  // of this file, not of main.cu
  Mirror<<<1, 32, 32 * sizeof(int)>>>(out);
}
int ExpectedOfOther(int i) { return 31 - i + 30 * i + 30 + 3 * i; }
