// Stream-ordered allocation: cudaMallocAsync and cudaFreeAsync, reuse across streams, the default pool and its release
// threshold. Where the device has no memory pools the calls must say so.
#include "check.h"

__global__ void Fill(int* at, int n, int value) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) at[i] = value + i;
}
__global__ void Add(const int* a, const int* b, int* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}

int main() {
  int supported = 0;
  CHECK_CUDA(cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, 0));
  void* pointer = nullptr;
  if (!supported) {
    EXPECT_CUDA(cudaMallocAsync(&pointer, 1024, nullptr), cudaErrorNotSupported);
    std::printf("note: the device has no memory pools\n");
    return check::Finish("malloc_async");
  }
  cudaStream_t stream, other;
  CHECK_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  CHECK_CUDA(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
  const int n = 5000;
  std::vector<int> got(n), want(n);
  for (int round = 0; round < 30; ++round) {
    int *a = nullptr, *b = nullptr, *c = nullptr;
    CHECK_CUDA(cudaMallocAsync(&a, n * sizeof(int), stream));
    CHECK_CUDA(cudaMallocAsync(&b, n * sizeof(int), stream));
    Fill<<<20, 256, 0, stream>>>(a, n, round);
    Fill<<<20, 256, 0, stream>>>(b, n, 2 * round);
    CHECK_CUDA(cudaMallocAsync(&c, n * sizeof(int), stream));
    Add<<<20, 256, 0, stream>>>(a, b, c, n);
    CHECK_CUDA(cudaFreeAsync(a, stream));
    CHECK_CUDA(cudaFreeAsync(b, stream));
    CHECK_CUDA(cudaMemcpyAsync(got.data(), c, n * sizeof(int), cudaMemcpyDeviceToHost, stream));
    CHECK_CUDA(cudaFreeAsync(c, stream));
    CHECK_CUDA(cudaStreamSynchronize(stream));
    for (int i = 0; i < n; ++i) want[i] = 3 * round + 2 * i;
    check::Equal("round", got, want);
  }
  // Allocated in one stream, used and freed in another after an event.
  cudaEvent_t ready;
  CHECK_CUDA(cudaEventCreateWithFlags(&ready, cudaEventDisableTiming));
  int* shared = nullptr;
  CHECK_CUDA(cudaMallocAsync(&shared, n * sizeof(int), stream));
  Fill<<<20, 256, 0, stream>>>(shared, n, 7);
  CHECK_CUDA(cudaEventRecord(ready, stream));
  CHECK_CUDA(cudaStreamWaitEvent(other, ready, 0));
  CHECK_CUDA(cudaMemcpyAsync(got.data(), shared, n * sizeof(int), cudaMemcpyDeviceToHost, other));
  CHECK_CUDA(cudaFreeAsync(shared, other));
  CHECK_CUDA(cudaStreamSynchronize(other));
  for (int i = 0; i < n; ++i) want[i] = 7 + i;
  check::Equal("across streams", got, want);
  CHECK_CUDA(cudaMallocAsync(&shared, 100, stream));
  CHECK_CUDA(cudaFree(shared));  // the ordinary free takes it too

  cudaMemPool_t pool = nullptr, by_default = nullptr;
  CHECK_CUDA(cudaDeviceGetDefaultMemPool(&by_default, 0));
  CHECK_CUDA(cudaDeviceGetMemPool(&pool, 0));
  EXPECT(pool != nullptr && pool == by_default);
  unsigned long long threshold = 1 << 20, back = 0;
  CHECK_CUDA(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold));
  CHECK_CUDA(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &back));
  EXPECT_EQ(back, threshold);
  CHECK_CUDA(cudaMemPoolTrimTo(pool, 0));
  CHECK_CUDA(cudaEventDestroy(ready));
  CHECK_CUDA(cudaStreamDestroy(stream));
  CHECK_CUDA(cudaStreamDestroy(other));
  return check::Finish("malloc_async");
}
