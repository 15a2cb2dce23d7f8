// Host functions in streams: order with kernels and copies, user data, callbacks, no CUDA calls from inside, and a
// function that blocks holds only its own stream.
#include <atomic>
#include <thread>

#include "check.h"
#include "gate.h"

__global__ void Add(int* at, int value) { *at += value; }

struct Step {
  int* mirror;
  int expected;
  std::atomic<int>* good;
  cudaError_t inside;
  std::thread::id thread;
};

void CUDART_CB Check(void* data) {
  Step* step = static_cast<Step*>(data);
  if (*static_cast<volatile int*>(step->mirror) == step->expected) ++*step->good;
  void* memory = nullptr;
  step->inside = cudaMalloc(&memory, 16);
  step->thread = std::this_thread::get_id();
}

void CUDART_CB Callback(cudaStream_t, cudaError_t status, void* data) {
  if (status == cudaSuccess) ++*static_cast<std::atomic<int>*>(data);
}

int main() {
  cudaStream_t stream, other;
  CHECK_CUDA(cudaStreamCreate(&stream));
  CHECK_CUDA(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
  check::Device<int> value(1), side(1);
  value.Zero(), side.Zero();
  int* mirror = nullptr;
  CHECK_CUDA(cudaMallocHost(&mirror, sizeof(int)));
  *mirror = -1;
  const int count = 20;
  std::atomic<int> good{0}, callbacks{0};
  std::vector<Step> steps(count);
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    Add<<<1, 1, 0, stream>>>(value, i + 1);
    CHECK_CUDA(cudaMemcpyAsync(mirror, value, sizeof(int), cudaMemcpyDeviceToHost, stream));
    sum += i + 1;
    steps[i] = {mirror, sum, &good, cudaSuccess, {}};
    CHECK_CUDA(cudaLaunchHostFunc(stream, Check, &steps[i]));
    CHECK_CUDA(cudaStreamAddCallback(stream, Callback, &callbacks, 0));
  }
  CHECK_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(good.load(), count);
  EXPECT_EQ(callbacks.load(), count);
  for (const Step& step : steps) EXPECT_CUDA(step.inside, cudaErrorNotPermitted);
  EXPECT_CUDA(cudaGetLastError(), cudaSuccess);

  Gate gate;
  gate.Hold(stream);
  Add<<<1, 1, 0, other>>>(side, 5);
  CHECK_CUDA(cudaStreamSynchronize(other));
  EXPECT_CUDA(cudaStreamQuery(stream), cudaErrorNotReady);
  gate.Open();
  CHECK_CUDA(cudaDeviceSynchronize());
  EXPECT_EQ(side.Get()[0], 5);
  EXPECT_CUDA(cudaLaunchHostFunc(stream, nullptr, nullptr), cudaErrorInvalidValue);
  cudaGetLastError();
  CHECK_CUDA(cudaFreeHost(mirror));
  CHECK_CUDA(cudaStreamDestroy(stream));
  CHECK_CUDA(cudaStreamDestroy(other));
  return check::Finish("host_functions");
}
