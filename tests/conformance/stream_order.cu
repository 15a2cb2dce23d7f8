// Order inside a stream, events between streams (a diamond), queries before and after, and plausible event times.
#include <chrono>

#include "check.h"
#include "gate.h"

__global__ void Append(int* log, int* position, int value) { log[(*position)++] = value; }

__global__ void Affine(int* v, int n, int a, int b) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) v[i] = v[i] * a + b;
}

__global__ void Sum(const int* a, const int* b, int* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}

__global__ void Spin(unsigned long long nanoseconds) {
  unsigned long long start, now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(start));
  do {
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  } while (now - start < nanoseconds);
}

void TestOrder() {
  const int streams = 5, count = 40;
  cudaStream_t stream[streams];
  std::vector<int> want(count);
  for (int i = 0; i < count; ++i) want[i] = i;
  check::Device<int> logs(streams * count), positions(streams);
  positions.Zero();
  for (cudaStream_t& s : stream) CHECK_CUDA(cudaStreamCreate(&s));
  for (int i = 0; i < count; ++i) {
    for (int s = 0; s < streams; ++s) Append<<<1, 1, 0, stream[s]>>>(logs + s * count, positions + s, i);
  }
  for (cudaStream_t s : stream) CHECK_CUDA(cudaStreamSynchronize(s));
  std::vector<int> got = logs.Get();
  for (int s = 0; s < streams; ++s) {
    check::Equal("log", std::vector<int>(got.begin() + s * count, got.begin() + (s + 1) * count), want);
    EXPECT_CUDA(cudaStreamQuery(stream[s]), cudaSuccess);
    CHECK_CUDA(cudaStreamDestroy(stream[s]));
  }
}

// a -> b and c on two streams -> d back on the first.
void TestDiamond() {
  const int n = 1000;
  std::vector<int> in(n), want(n);
  for (int i = 0; i < n; ++i) in[i] = i, want[i] = ((i * 2 + 1) * 3 + 5) + ((i * 2 + 1) * 7 - 2);
  cudaStream_t left, right;
  cudaEvent_t split, join;
  CHECK_CUDA(cudaStreamCreateWithFlags(&left, cudaStreamNonBlocking));
  CHECK_CUDA(cudaStreamCreateWithPriority(&right, cudaStreamNonBlocking, 0));
  CHECK_CUDA(cudaEventCreateWithFlags(&split, cudaEventDisableTiming));
  CHECK_CUDA(cudaEventCreateWithFlags(&join, cudaEventDisableTiming | cudaEventBlockingSync));
  check::Device<int> a(in), b(n), c(n);
  for (int repeat = 0; repeat < 10; ++repeat) {
    a.Set(in);
    Gate gate;
    gate.Hold(left);
    Affine<<<8, 128, 0, left>>>(a, n, 2, 1);
    CHECK_CUDA(cudaMemcpyAsync(b, a, n * sizeof(int), cudaMemcpyDeviceToDevice, left));
    CHECK_CUDA(cudaEventRecord(split, left));
    CHECK_CUDA(cudaStreamWaitEvent(right, split, 0));
    Affine<<<8, 128, 0, right>>>(b, n, 7, -2);
    CHECK_CUDA(cudaEventRecord(join, right));
    Affine<<<8, 128, 0, left>>>(a, n, 3, 5);
    CHECK_CUDA(cudaStreamWaitEvent(left, join, 0));
    Sum<<<8, 128, 0, left>>>(a, b, c, n);
    EXPECT_CUDA(cudaEventQuery(split), cudaErrorNotReady);
    EXPECT_CUDA(cudaEventQuery(join), cudaErrorNotReady);
    EXPECT_CUDA(cudaStreamQuery(left), cudaErrorNotReady);
    EXPECT_CUDA(cudaGetLastError(), cudaSuccess);  // "not ready" is not recorded
    gate.Open();
    CHECK_CUDA(cudaEventSynchronize(join));
    EXPECT_CUDA(cudaEventQuery(split), cudaSuccess);
    CHECK_CUDA(cudaStreamSynchronize(left));
    EXPECT_CUDA(cudaStreamQuery(left), cudaSuccess);
    check::Equal("diamond", c.Get(), want);
  }
  float milliseconds;
  EXPECT_CUDA(cudaEventElapsedTime(&milliseconds, split, join), cudaErrorInvalidResourceHandle);  // no timing
  cudaGetLastError();
  CHECK_CUDA(cudaEventDestroy(split));
  CHECK_CUDA(cudaEventDestroy(join));
  CHECK_CUDA(cudaStreamDestroy(left));
  CHECK_CUDA(cudaStreamDestroy(right));
}

void TestTimes() {
  cudaEvent_t before, between, after;
  CHECK_CUDA(cudaEventCreate(&before));
  CHECK_CUDA(cudaEventCreate(&between));
  CHECK_CUDA(cudaEventCreate(&after));
  EXPECT_CUDA(cudaEventQuery(before), cudaSuccess);  // never recorded counts as complete
  Spin<<<1, 1>>>(0);
  CHECK_LAUNCH();
  auto start = std::chrono::steady_clock::now();
  CHECK_CUDA(cudaEventRecord(before));
  Spin<<<1, 1>>>(20000000);
  CHECK_CUDA(cudaEventRecord(between));
  Spin<<<1, 1>>>(5000000);
  CHECK_CUDA(cudaEventRecord(after));
  CHECK_CUDA(cudaEventSynchronize(after));
  double wall = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  float first = 0, second = 0, both = 0;
  CHECK_CUDA(cudaEventElapsedTime(&first, before, between));
  CHECK_CUDA(cudaEventElapsedTime(&second, between, after));
  CHECK_CUDA(cudaEventElapsedTime(&both, before, after));
  if (!(first >= 18 && second >= 4 && both <= wall + 1 && std::fabs(first + second - both) < 0.1)) {
    check::Fail("times: %.3f ms + %.3f ms, together %.3f ms, on the host %.3f ms\n", first, second, both, wall);
  }
  for (cudaEvent_t event : {before, between, after}) CHECK_CUDA(cudaEventDestroy(event));
}

// Two streams whose kernels wait 15 ms each: both finish, whether or not they overlap.
void TestConcurrent() {
  cudaStream_t a, b;
  CHECK_CUDA(cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking));
  CHECK_CUDA(cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking));
  auto start = std::chrono::steady_clock::now();
  Spin<<<1, 1, 0, a>>>(15000000);
  Spin<<<1, 1, 0, b>>>(15000000);
  CHECK_LAUNCH();
  double wall = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  if (wall < 14) check::Fail("two kernels of 15 ms took %.3f ms\n", wall);
  CHECK_CUDA(cudaStreamDestroy(a));
  CHECK_CUDA(cudaStreamDestroy(b));
}

int main() {
  TestOrder();
  TestDiamond();
  TestTimes();
  TestConcurrent();
  return check::Finish("stream_order");
}
