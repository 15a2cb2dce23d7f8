// Function attributes, dynamic shared memory beyond 48 KB, and the occupancy queries: exact where the source fixes the
// value, within sane ranges elsewhere.
#include "check.h"

__global__ void Plain(int* out) { out[threadIdx.x] = int(threadIdx.x); }

__global__ void __launch_bounds__(192) Bounded(int* out) {
  __shared__ int tile[512];
  tile[threadIdx.x] = out[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = tile[191 - threadIdx.x] * 2;
}

__global__ void Local(int* out, int n) {
  int big[300];
  for (int i = 0; i < n; ++i) big[(i * 7) % 300] = i + int(threadIdx.x);
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += big[(i * 7 + 3) % 300];
  out[threadIdx.x] = sum;
}

__global__ void Dynamic(int* out, int count) {
  extern __shared__ int words[];
  for (int i = threadIdx.x; i < count; i += blockDim.x) words[i] = i;
  __syncthreads();
  unsigned size;
  asm("mov.u32 %0, %%dynamic_smem_size;" : "=r"(size));
  if (threadIdx.x == 0) out[0] = words[count - 1], out[1] = words[count / 2], out[2] = int(size);
}

int main() {
  cudaFuncAttributes a;
  CHECK_CUDA(cudaFuncGetAttributes(&a, Plain));
  EXPECT_EQ(a.sharedSizeBytes, 0);
  EXPECT(a.numRegs >= 1 && a.numRegs <= 255);
  EXPECT(a.maxThreadsPerBlock >= 256 && a.maxThreadsPerBlock <= 1024);
  EXPECT(a.ptxVersion >= 50 && a.ptxVersion <= 130);
  EXPECT(a.binaryVersion >= a.ptxVersion);
  EXPECT(a.maxDynamicSharedSizeBytes >= 48 << 10);
  CHECK_CUDA(cudaFuncGetAttributes(&a, Bounded));
  EXPECT_EQ(a.sharedSizeBytes, 2048);
  EXPECT_EQ(a.maxThreadsPerBlock, 192);
  CHECK_CUDA(cudaFuncGetAttributes(&a, Local));
  EXPECT(a.localSizeBytes >= 1200);

  check::Device<int> out(192);
  Bounded<<<1, 256>>>(out);  // above the kernel's bound
  cudaError_t error = cudaGetLastError();
  EXPECT(error == cudaErrorLaunchOutOfResources || error == cudaErrorInvalidValue);
  Plain<<<1, 192>>>(out);
  Bounded<<<1, 192>>>(out);
  CHECK_LAUNCH();
  std::vector<int> want(192);
  for (int i = 0; i < 192; ++i) want[i] = (191 - i) * 2;
  check::Equal("bounded", out.Get(), want);

  int optin = 0, per_core = 0, cores = 0;
  CHECK_CUDA(cudaDeviceGetAttribute(&optin, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0));
  CHECK_CUDA(cudaDeviceGetAttribute(&per_core, cudaDevAttrMaxThreadsPerMultiProcessor, 0));
  CHECK_CUDA(cudaDeviceGetAttribute(&cores, cudaDevAttrMultiProcessorCount, 0));
  EXPECT(optin >= 64 << 10);
  Dynamic<<<1, 64, 48 << 10>>>(out, 12288);
  CHECK_LAUNCH();
  std::vector<int> got = out.Get();
  EXPECT_EQ(got[0], 12287);
  EXPECT_EQ(got[2], 48 << 10);
  Dynamic<<<1, 64, 60 << 10>>>(out, 15360);
  EXPECT_CUDA(cudaGetLastError(), cudaErrorInvalidValue);  // not opted in
  CHECK_CUDA(cudaFuncSetAttribute(Dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, 60 << 10));
  CHECK_CUDA(cudaFuncGetAttributes(&a, Dynamic));
  EXPECT_EQ(a.maxDynamicSharedSizeBytes, 60 << 10);
  Dynamic<<<1, 64, 60 << 10>>>(out, 15360);
  CHECK_LAUNCH();
  got = out.Get();
  EXPECT_EQ(got[0], 15359);
  EXPECT_EQ(got[1], 7680);
  EXPECT_EQ(got[2], 60 << 10);
  EXPECT_CUDA(cudaFuncSetAttribute(Dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, optin + 4096), cudaErrorInvalidValue);
  cudaGetLastError();

  int previous = 1 << 30;
  for (int threads : {32, 64, 128, 256, 512, 1024}) {
    int blocks = -1;
    CHECK_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, Plain, threads, 0));
    EXPECT(blocks >= 1 && blocks <= 64 && blocks * threads <= per_core && blocks <= previous);
    previous = blocks;
  }
  int few = 0, many = 0;
  CHECK_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&many, Dynamic, 64, 0));
  CHECK_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&few, Dynamic, 64, 40 << 10));
  EXPECT(few >= 1 && few < many && few <= 228 / 40);
  int blocks = -1;
  CHECK_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&blocks, Plain, 128, 0, cudaOccupancyDefault));
  EXPECT(blocks >= 1);
  int grid = 0, block = 0;
  CHECK_CUDA(cudaOccupancyMaxPotentialBlockSize(&grid, &block, Plain, 0, 0));
  EXPECT(block >= 32 && block <= 1024 && block % 32 == 0 && grid >= cores);
  CHECK_CUDA(cudaOccupancyMaxPotentialBlockSize(&grid, &block, Plain, 0, 96));
  EXPECT(block >= 32 && block <= 96);
  size_t available = 0;
  CHECK_CUDA(cudaOccupancyAvailableDynamicSMemPerBlock(&available, Plain, 2, 64));
  EXPECT(available >= 16 << 10 && available <= 228 << 10);
  CHECK_CUDA(cudaFuncSetCacheConfig(Plain, cudaFuncCachePreferShared));
  return check::Finish("occupancy_attributes");
}
