// __device__ and __constant__ variables: initialisers, copies with offsets, addresses and sizes, device pointers stored
// in variables, static variables of functions, templates, and symbols that are not symbols.
#include "check.h"

__device__ int scalar = 17;
__device__ float array[100] = {1.5f, 2.5f};
__constant__ int limits[4] = {10, 20, 30, 40};
__device__ int* pointer;
__device__ const char* text = "initialised pointer";
struct Config {
  int a;
  double b;
  short c[3];
};
__constant__ Config config = {5, 0.25, {1, 2, 3}};
static __device__ unsigned char flags[7];
namespace inner {
__device__ long long big = -5000000000ll;
}
template <typename T>
__device__ T templated = T(3);

__device__ int Count() {
  static int calls = 0;  // one variable for the whole grid
  return atomicAdd(&calls, 1);
}

__global__ void Read(double* out) {
  out[0] = scalar, out[1] = array[0], out[2] = array[1], out[3] = array[99], out[4] = limits[3], out[5] = config.a;
  out[6] = config.b, out[7] = config.c[2], out[8] = double(inner::big), out[9] = templated<int>, out[10] = text[2];
  out[11] = flags[3];
}
__global__ void Write() {
  scalar += 1;
  array[threadIdx.x] = float(threadIdx.x * 3);
  flags[threadIdx.x % 7] = (unsigned char)(threadIdx.x % 7 + 1);
}
__global__ void ThroughPointer() { pointer[threadIdx.x] = limits[threadIdx.x % 4] + int(threadIdx.x); }
__global__ void CallCount(int* seen) { atomicAdd(&seen[Count()], 1); }

int not_a_symbol = 0;

int main() {
  check::Device<double> out(12);
  Read<<<1, 1>>>(out);
  CHECK_LAUNCH();
  check::Equal("initial", out.Get(), {17, 1.5, 2.5, 0, 40, 5, 0.25, 3, -5000000000.0, 3, 'i', 0});

  int value = 100, limit = 77;
  Config other = {6, 0.5, {7, 8, 9}};
  CHECK_CUDA(cudaMemcpyToSymbol(scalar, &value, sizeof value));
  CHECK_CUDA(cudaMemcpyToSymbol(limits, &limit, sizeof limit, 3 * sizeof(int)));
  CHECK_CUDA(cudaMemcpyToSymbol(config, &other, sizeof other));
  float pair[2] = {8, 9};
  CHECK_CUDA(cudaMemcpyToSymbolAsync(array, pair, sizeof pair, 0, cudaMemcpyHostToDevice, nullptr));
  Read<<<1, 1>>>(out);
  CHECK_LAUNCH();
  check::Equal("written", out.Get(), {100, 8, 9, 0, 77, 6, 0.5, 9, -5000000000.0, 3, 'i', 0});

  Write<<<1, 100>>>();
  CHECK_LAUNCH();
  std::vector<float> got(100), want(100);
  CHECK_CUDA(cudaMemcpyFromSymbol(got.data(), array, sizeof(float) * 100));
  for (int i = 0; i < 100; ++i) want[i] = float(i * 3);
  check::Equal("array", got, want);
  float tail[10];
  CHECK_CUDA(cudaMemcpyFromSymbol(tail, array, sizeof tail, 90 * sizeof(float)));
  for (int i = 0; i < 10; ++i) EXPECT(tail[i] == want[90 + i]);
  CHECK_CUDA(cudaMemcpyFromSymbol(&value, scalar, sizeof value));
  EXPECT(value > 100 && value <= 200);  // a race by design: at least one increment

  void* address = nullptr;
  size_t size = 0;
  CHECK_CUDA(cudaGetSymbolAddress(&address, array));
  CHECK_CUDA(cudaGetSymbolSize(&size, array));
  EXPECT_EQ(size, 400);
  CHECK_CUDA(cudaMemcpy(got.data(), address, 400, cudaMemcpyDeviceToHost));
  check::Equal("through the address", got, want);
  CHECK_CUDA(cudaGetSymbolSize(&size, config));
  EXPECT_EQ(size, sizeof(Config));
  CHECK_CUDA(cudaGetSymbolSize(&size, flags));
  EXPECT_EQ(size, 7);
  unsigned char seven[7];
  CHECK_CUDA(cudaMemcpyFromSymbol(seven, flags, 7));
  for (int i = 0; i < 7; ++i) EXPECT_EQ(seven[i], i + 1);
  void* constant = nullptr;
  CHECK_CUDA(cudaGetSymbolAddress(&constant, limits));
  int limits_back[4];
  CHECK_CUDA(cudaMemcpy(limits_back, constant, sizeof limits_back, cudaMemcpyDeviceToHost));
  EXPECT_EQ(limits_back[3], 77);

  check::Device<int> memory(32);
  int* raw = memory;
  CHECK_CUDA(cudaMemcpyToSymbol(pointer, &raw, sizeof raw));
  ThroughPointer<<<1, 32>>>();
  CHECK_LAUNCH();
  std::vector<int> through(32);
  for (int i = 0; i < 32; ++i) through[i] = (i % 4 == 3 ? 77 : 10 * (i % 4 + 1)) + i;
  check::Equal("pointer variable", memory.Get(), through);

  check::Device<int> seen(150);
  seen.Zero();
  CallCount<<<3, 50>>>(seen);
  CHECK_LAUNCH();
  check::Equal("static variable", seen.Get(), std::vector<int>(150, 1));

  EXPECT_CUDA(cudaGetSymbolAddress(&address, not_a_symbol), cudaErrorInvalidSymbol);
  EXPECT_CUDA(cudaMemcpyToSymbol(limits, limits_back, 17), cudaErrorInvalidValue);
  cudaGetLastError();
  return check::Finish("symbols");
}
