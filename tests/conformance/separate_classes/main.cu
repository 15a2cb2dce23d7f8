// Device code in three files: virtual functions, a table of function pointers, extern variables, inline functions with
// a variable, and functions and variables that are static in two files.
#include "../check.h"
#include "shapes.h"

static __device__ int hidden = 10;
static __device__ int Helper(int x) { return x + hidden; }
__device__ int counter = 5;

__global__ void UseAll(int* out) {
  const int i = int(threadIdx.x);
  Shape* shape = MakeShape(i % 2, i);
  out[i] = shape->Area() + 100 * shape->Corners() + Twice(i) + Helper(i) + operations[i % 3](i, 2) +
           int(factors[i % 4]) + weights[i % 8] + Triple(i);
  delete shape;
  atomicAdd(&counter, 1);
}

__global__ void ReadCallCount(int* out) { *out = *CallCount(); }

int main() {
  const float host_factors[4] = {1, 2, 3, 4};
  const int host_weights[8] = {8, 7, 6, 5, 4, 3, 2, 1};
  CHECK_CUDA(cudaMemcpyToSymbol(factors, host_factors, sizeof host_factors));
  CHECK_CUDA(cudaMemcpyToSymbol(weights, host_weights, sizeof host_weights));
  check::Device<int> out(32);
  UseAll<<<1, 32>>>(out);
  CHECK_LAUNCH();
  std::vector<int> want(32);
  for (int i = 0; i < 32; ++i) {
    const int area = i % 2 ? i * i : i + 1000, corners = i % 2 ? 4 : 0;
    const int result = i % 3 == 0 ? i + 2 : i % 3 == 1 ? i - 2 : i * 2;
    want[i] = area + 100 * corners + 2 * i + i + 10 + result + int(host_factors[i % 4]) + host_weights[i % 8] + 3 * i;
  }
  check::Equal("UseAll", out.Get(), want);

  RunOther(out);
  CHECK_LAUNCH();
  for (int i = 0; i < 32; ++i) want[i] = ExpectedOfOther(i);
  check::Equal("RunOther", out.Get(), want);

  int count = 0;
  CHECK_CUDA(cudaMemcpyFromSymbol(&count, counter, sizeof count));
  EXPECT_EQ(count, 5 + 64);
  ReadCallCount<<<1, 1>>>(out);
  CHECK_LAUNCH();
  EXPECT_EQ(out.Get()[0], 64);
  return check::Finish("separate_classes");
}
