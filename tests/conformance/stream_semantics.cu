// The default streams: the legacy stream waits for blocking streams and they for it; non-blocking streams are exempt;
// the per-thread stream is a blocking stream. A gate (a host function that waits) holds a stream at a known point.
#include <chrono>
#include <thread>

#include "check.h"
#include "gate.h"

__global__ void Set(int* at, int value) { *at = value; }
__global__ void CopyValue(const int* from, int* to) { *to = *from; }

// While `held` is blocked, does work in `other` finish?
bool Passes(cudaStream_t held, cudaStream_t other) {
  check::Device<int> value(2);
  value.Zero();
  CHECK_CUDA(cudaDeviceSynchronize());
  Gate gate;
  gate.Hold(held);
  Set<<<1, 1, 0, held>>>(value, 5);
  CopyValue<<<1, 1, 0, other>>>(value, value + 1);
  bool passed = false;
  for (int i = 0; i < 40 && !passed; ++i) {
    cudaError_t state = cudaStreamQuery(other);
    passed = state == cudaSuccess;
    if (!passed && state != cudaErrorNotReady) CHECK_CUDA(state);
    if (!passed) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_CUDA(cudaStreamQuery(held), cudaErrorNotReady);
  gate.Open();
  CHECK_CUDA(cudaDeviceSynchronize());
  std::vector<int> got = value.Get();
  EXPECT_EQ(got[0], 5);
  EXPECT_EQ(got[1], passed ? 0 : 5);  // work that had to wait saw what the held stream wrote
  return passed;
}

int main() {
  cudaStream_t blocking, blocking2, free_stream, free_stream2;
  CHECK_CUDA(cudaStreamCreate(&blocking));
  CHECK_CUDA(cudaStreamCreate(&blocking2));
  CHECK_CUDA(cudaStreamCreateWithFlags(&free_stream, cudaStreamNonBlocking));
  CHECK_CUDA(cudaStreamCreateWithFlags(&free_stream2, cudaStreamNonBlocking));
  const cudaStream_t legacy = cudaStreamLegacy, per_thread = cudaStreamPerThread, zero = nullptr;

  EXPECT(!Passes(blocking, legacy));
  EXPECT(!Passes(legacy, blocking));
  EXPECT(!Passes(blocking, zero));
  EXPECT(!Passes(zero, legacy));
  EXPECT(!Passes(per_thread, legacy));
  EXPECT(!Passes(legacy, per_thread));
  EXPECT(Passes(free_stream, legacy));
  EXPECT(Passes(legacy, free_stream));
  EXPECT(Passes(blocking, blocking2));
  EXPECT(Passes(blocking, free_stream));
  EXPECT(Passes(free_stream, free_stream2));
  EXPECT(Passes(per_thread, blocking));
  EXPECT(Passes(free_stream, per_thread));

  // Another thread's per-thread stream is another stream.
  {
    cudaError_t other_thread = cudaErrorUnknown;
    int* memory = nullptr;
    CHECK_CUDA(cudaHostAlloc(&memory, sizeof(int), cudaHostAllocDefault));
    *memory = 0;
    Gate gate;
    gate.Hold(cudaStreamPerThread);
    std::thread thread([&] {
      Set<<<1, 1, 0, cudaStreamPerThread>>>(memory, 9);
      other_thread = cudaStreamSynchronize(cudaStreamPerThread);
    });
    thread.join();
    EXPECT_CUDA(other_thread, cudaSuccess);
    EXPECT_EQ(*memory, 9);
    EXPECT_CUDA(cudaStreamQuery(cudaStreamPerThread), cudaErrorNotReady);
    gate.Open();
    CHECK_CUDA(cudaDeviceSynchronize());
    CHECK_CUDA(cudaFreeHost(memory));
  }

  unsigned flags = 77;
  int priority = 77, least = 0, greatest = 0;
  CHECK_CUDA(cudaStreamGetFlags(blocking, &flags));
  EXPECT_EQ(flags, cudaStreamDefault);
  CHECK_CUDA(cudaStreamGetFlags(free_stream, &flags));
  EXPECT_EQ(flags, cudaStreamNonBlocking);
  CHECK_CUDA(cudaDeviceGetStreamPriorityRange(&least, &greatest));
  EXPECT(greatest <= least);
  CHECK_CUDA(cudaStreamGetPriority(blocking, &priority));
  EXPECT(priority >= greatest && priority <= least);
  unsigned long long id1 = 0, id2 = 0;
  CHECK_CUDA(cudaStreamGetId(blocking, &id1));
  CHECK_CUDA(cudaStreamGetId(blocking2, &id2));
  EXPECT(id1 != id2);

  // Destroying a stream with work in it returns at once; the work still runs.
  check::Device<int> value(1);
  value.Zero();
  {
    Gate gate;
    cudaStream_t doomed;
    CHECK_CUDA(cudaStreamCreate(&doomed));
    gate.Hold(doomed);
    Set<<<1, 1, 0, doomed>>>(value, 33);
    CHECK_CUDA(cudaStreamDestroy(doomed));
    gate.Open();
    CHECK_CUDA(cudaDeviceSynchronize());
    EXPECT_EQ(value.Get()[0], 33);
  }
  for (cudaStream_t s : {blocking, blocking2, free_stream, free_stream2}) CHECK_CUDA(cudaStreamDestroy(s));
  return check::Finish("stream_semantics");
}
