// Several devices: current device per thread, memory and symbols of each, copies between them, events and streams that
// belong to one. With one device only the parts that need no second one run, and the program says so.
#include <thread>

#include "check.h"

__device__ int variable = 1;

__global__ void Use(int* out, int value) { out[threadIdx.x] = value + variable + int(threadIdx.x); }

void TestOne(int device) {
  CHECK_CUDA(cudaSetDevice(device));
  int current = -1, initial = -1, mine = 10 * (device + 1);
  CHECK_CUDA(cudaGetDevice(&current));
  EXPECT_EQ(current, device);
  CHECK_CUDA(cudaMemcpyFromSymbol(&initial, variable, sizeof initial));
  EXPECT_EQ(initial, 1);
  CHECK_CUDA(cudaMemcpyToSymbol(variable, &mine, sizeof mine));
  check::Device<int> out(32);
  Use<<<1, 32>>>(out, device);
  CHECK_LAUNCH();
  std::vector<int> want(32);
  for (int i = 0; i < 32; ++i) want[i] = device + mine + i;
  check::Equal("kernel", out.Get(), want);
  cudaPointerAttributes attributes;
  CHECK_CUDA(cudaPointerGetAttributes(&attributes, out.get()));
  EXPECT_EQ(attributes.device, device);
}

void TestTwo() {
  const int n = 4000;
  std::vector<int> in(n);
  for (int i = 0; i < n; ++i) in[i] = int(check::Hash32(i));
  CHECK_CUDA(cudaSetDevice(0));
  check::Device<int> first(in);
  cudaStream_t stream0;
  cudaEvent_t event0;
  CHECK_CUDA(cudaStreamCreate(&stream0));
  CHECK_CUDA(cudaEventCreateWithFlags(&event0, cudaEventDisableTiming));
  CHECK_CUDA(cudaSetDevice(1));
  check::Device<int> second(n), third(n);
  CHECK_CUDA(cudaMemcpyPeer(second, 1, first, 0, n * sizeof(int)));
  check::Equal("peer copy", second.Get(), in);
  CHECK_CUDA(cudaMemcpy(third, first, n * sizeof(int), cudaMemcpyDefault));
  check::Equal("default copy", third.Get(), in);

  // An event of device 0 orders a stream of device 1.
  cudaStream_t stream1;
  CHECK_CUDA(cudaStreamCreate(&stream1));
  CHECK_CUDA(cudaSetDevice(0));
  Use<<<1, 32, 0, stream0>>>(first, 100);
  CHECK_CUDA(cudaEventRecord(event0, stream0));
  CHECK_CUDA(cudaSetDevice(1));
  CHECK_CUDA(cudaStreamWaitEvent(stream1, event0, 0));
  CHECK_CUDA(cudaMemcpyPeerAsync(second, 1, first, 0, 32 * sizeof(int), stream1));
  CHECK_CUDA(cudaStreamSynchronize(stream1));
  std::vector<int> got = second.Get();
  for (int i = 0; i < 32; ++i) EXPECT_EQ(got[i], 110 + i);

  Use<<<1, 32, 0, stream0>>>(second, 0);  // a stream of another device
  EXPECT_CUDA(cudaGetLastError(), cudaErrorInvalidResourceHandle);

  int can = 0;
  CHECK_CUDA(cudaDeviceCanAccessPeer(&can, 1, 0));
  if (can) {
    CHECK_CUDA(cudaDeviceEnablePeerAccess(0, 0));
    EXPECT_CUDA(cudaDeviceEnablePeerAccess(0, 0), cudaErrorPeerAccessAlreadyEnabled);
    Use<<<1, 32>>>(first, 5);  // device 1 writes memory of device 0
    CHECK_CUDA(cudaDeviceSynchronize());
    EXPECT_EQ(first.Get()[3], 5 + 20 + 3);
    CHECK_CUDA(cudaDeviceDisablePeerAccess(0));
  }
  cudaGetLastError();
  int in_thread = -1;
  std::thread([&] { cudaGetDevice(&in_thread); }).join();
  EXPECT_EQ(in_thread, 0);  // a new thread starts on device 0
  CHECK_CUDA(cudaStreamDestroy(stream1));
  CHECK_CUDA(cudaSetDevice(0));
  CHECK_CUDA(cudaStreamDestroy(stream0));
  CHECK_CUDA(cudaEventDestroy(event0));
}

int main() {
  int count = 0;
  CHECK_CUDA(cudaGetDeviceCount(&count));
  for (int device = 0; device < count; ++device) TestOne(device);
  if (count >= 2) {
    TestTwo();
  } else {
    std::printf("note: one device; copies between devices did not run\n");
  }
  // A reset frees the device and the next call starts afresh: variables have their initial values again.
  CHECK_CUDA(cudaSetDevice(0));
  CHECK_CUDA(cudaDeviceReset());
  int initial = 0;
  CHECK_CUDA(cudaMemcpyFromSymbol(&initial, variable, sizeof initial));
  EXPECT_EQ(initial, 1);
  return check::Finish("multi_device");
}
