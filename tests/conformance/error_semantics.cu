// Errors that do not harm the context: what each bad call returns, what cudaGetLastError and cudaPeekAtLastError see,
// launch configuration errors, and that everything still works afterwards.
#include "check.h"

__global__ void Set(int* at, int value) { at[blockIdx.x * blockDim.x + threadIdx.x] = value; }
__global__ void Shared(int* at) {
  extern __shared__ int words[];
  words[threadIdx.x] = 1;
  *at = words[threadIdx.x];
}

void TestLaunchErrors(int* memory) {
  Set<<<1, 1025>>>(memory, 1);
  EXPECT_CUDA(cudaPeekAtLastError(), cudaErrorInvalidConfiguration);
  EXPECT_CUDA(cudaPeekAtLastError(), cudaErrorInvalidConfiguration);
  EXPECT_CUDA(cudaGetLastError(), cudaErrorInvalidConfiguration);
  EXPECT_CUDA(cudaGetLastError(), cudaSuccess);
  const dim3 grids[] = {dim3(0), dim3(1, 0), dim3(1, 65536), dim3(1, 1, 65536), dim3(1), dim3(1), dim3(1)};
  const dim3 blocks[] = {dim3(1), dim3(1), dim3(1), dim3(1), dim3(0), dim3(1, 1, 65), dim3(64, 32)};
  for (int i = 0; i < 7; ++i) {
    Set<<<grids[i], blocks[i]>>>(memory, 1);
    cudaError_t error = cudaGetLastError();
    if (error != cudaErrorInvalidConfiguration) {
      check::Fail("grid (%u,%u,%u) block (%u,%u,%u): %d, expected 9\n", grids[i].x, grids[i].y, grids[i].z, blocks[i].x,
                  blocks[i].y, blocks[i].z, int(error));
    }
  }
  Shared<<<1, 1, 10 << 20>>>(memory);
  EXPECT_CUDA(cudaGetLastError(), cudaErrorInvalidValue);
  EXPECT_CUDA(cudaDeviceSynchronize(), cudaSuccess);  // nothing ran
}

void TestCallErrors(int* memory) {
  int host[4] = {};
  void* pointer = nullptr;
  EXPECT_CUDA(cudaMalloc(&pointer, SIZE_MAX), cudaErrorMemoryAllocation);
  EXPECT(pointer == nullptr);
  EXPECT_CUDA(cudaGetLastError(), cudaErrorMemoryAllocation);
  EXPECT_CUDA(cudaMalloc(nullptr, 16), cudaErrorInvalidValue);
  CHECK_CUDA(cudaMalloc(&pointer, 0));
  CHECK_CUDA(cudaFree(pointer));
  CHECK_CUDA(cudaFree(nullptr));
  EXPECT_CUDA(cudaFree(host), cudaErrorInvalidValue);
  EXPECT_CUDA(cudaMemcpy(memory, host, 16, static_cast<cudaMemcpyKind>(77)), cudaErrorInvalidMemcpyDirection);
  EXPECT_CUDA(cudaMemcpy(nullptr, host, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_CUDA(cudaMemcpy(memory, nullptr, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_CUDA(cudaMemset(nullptr, 0, 16), cudaErrorInvalidValue);
  EXPECT_CUDA(cudaSetDevice(9999), cudaErrorInvalidDevice);
  EXPECT_CUDA(cudaSetDevice(-2), cudaErrorInvalidDevice);
  EXPECT_CUDA(cudaStreamCreateWithFlags(nullptr, 0), cudaErrorInvalidValue);
  cudaStream_t stream;
  EXPECT_CUDA(cudaStreamCreateWithFlags(&stream, 0xff00), cudaErrorInvalidValue);
  EXPECT_CUDA(cudaStreamDestroy(nullptr), cudaErrorInvalidResourceHandle);
  EXPECT_CUDA(cudaEventDestroy(nullptr), cudaErrorInvalidResourceHandle);
  cudaEvent_t before, after;
  CHECK_CUDA(cudaEventCreate(&before));
  CHECK_CUDA(cudaEventCreate(&after));
  float milliseconds = 0;
  EXPECT_CUDA(cudaEventElapsedTime(&milliseconds, before, after), cudaErrorInvalidResourceHandle);
  CHECK_CUDA(cudaEventDestroy(before));
  CHECK_CUDA(cudaEventDestroy(after));
  cudaFuncAttributes attributes;
  EXPECT_CUDA(cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(host)), cudaErrorInvalidDeviceFunction);
  void* no_arguments[1] = {nullptr};
  EXPECT_CUDA(cudaLaunchKernel(reinterpret_cast<const void*>(host), dim3(1), dim3(1), no_arguments, 0, nullptr),
              cudaErrorInvalidDeviceFunction);
  EXPECT_CUDA(cudaGetLastError(), cudaErrorInvalidDeviceFunction);
  int value = 0;
  EXPECT_CUDA(cudaDeviceGetAttribute(&value, static_cast<cudaDeviceAttr>(100000), 0), cudaErrorInvalidValue);
  const cudaError_t limit = cudaDeviceSetLimit(static_cast<cudaLimit>(99), 1);  // the manual allows both
  EXPECT(limit == cudaErrorUnsupportedLimit || limit == cudaErrorInvalidValue);
  cudaGetLastError();
}

int main() {
  check::Device<int> memory(64);
  TestLaunchErrors(memory);
  TestCallErrors(memory);

  EXPECT(std::string(cudaGetErrorName(cudaErrorInvalidValue)) == "cudaErrorInvalidValue");
  EXPECT(std::string(cudaGetErrorName(cudaSuccess)) == "cudaSuccess");
  EXPECT(std::string(cudaGetErrorString(cudaSuccess)) == "no error");
  EXPECT(std::string(cudaGetErrorString(cudaErrorMemoryAllocation)) == "out of memory");
  EXPECT(std::string(cudaGetErrorName(static_cast<cudaError_t>(123456))) == "unrecognized error code");

  // A success does not clear the last error; a good launch after it works.
  EXPECT_CUDA(cudaSetDevice(9999), cudaErrorInvalidDevice);
  Set<<<2, 32>>>(memory, 5);
  CHECK_CUDA(cudaDeviceSynchronize());
  EXPECT_CUDA(cudaGetLastError(), cudaErrorInvalidDevice);
  EXPECT_CUDA(cudaGetLastError(), cudaSuccess);
  check::Equal("after errors", memory.Get(), std::vector<int>(64, 5));
  return check::Finish("error_semantics");
}
