// Several devices: the thread's device, copies and access between them. CUDA Runtime API, "Device Management", "Peer
// Device Memory Access".
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

// Before the first call of the process.
[[maybe_unused]] const int two_devices = setenv("CULVERT_DEVICES", "2", 1);

class TwoDevices : public ::testing::Test {
 protected:
  void SetUp() override {
    int count = 0;
    CUDA_OK(cudaGetDeviceCount(&count));
    ASSERT_EQ(2, count);
    for (int device = 0; device < 2; ++device) {
      CUDA_OK(cudaSetDevice(device));
      CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory_[device]), 4096));
      CUDA_OK(cudaMemset(memory_[device], 0, 4096));
    }
    CUDA_OK(cudaSetDevice(0));
  }
  void TearDown() override {
    for (int device = 0; device < 2; ++device) {
      CUDA_OK(cudaSetDevice(device));
      CUDA_OK(cudaDeviceReset());
    }
    CUDA_OK(cudaSetDevice(0));
  }
  uint32_t* memory_[2] = {};
};

TEST_F(TwoDevices, EachThreadHasItsOwnCurrentDevice) {
  CUDA_OK(cudaSetDevice(1));
  std::thread([] {
    int device = -1;
    CUDA_OK(cudaGetDevice(&device));
    EXPECT_EQ(0, device);
  }).join();
  int device = -1;
  CUDA_OK(cudaGetDevice(&device));
  EXPECT_EQ(1, device);
}

TEST_F(TwoDevices, PointersKnowTheirDevice) {
  for (int device = 0; device < 2; ++device) {
    cudaPointerAttributes attributes = {};
    CUDA_OK(cudaPointerGetAttributes(&attributes, memory_[device]));
    EXPECT_EQ(device, attributes.device);
  }
}

TEST_F(TwoDevices, KernelsRunOnEach) {
  for (int device = 0; device < 2; ++device) {
    CUDA_OK(cudaSetDevice(device));
    CUDA_OK(Launch(&fill, Dim(1), Dim(32), 0, nullptr, memory_[device], 10u + device, 32u));
  }
  for (int device = 0; device < 2; ++device) {
    uint32_t value = 0;
    CUDA_OK(cudaMemcpy(&value, memory_[device], 4, cudaMemcpyDeviceToHost));  // memory of another device is fine
    EXPECT_EQ(10u + device, value);
  }
}

TEST_F(TwoDevices, VariablesExistOnEach) {
  uint32_t value = 99;
  CUDA_OK(cudaMemcpyToSymbol(&scalar, &value, 4, 0, cudaMemcpyHostToDevice));
  CUDA_OK(cudaSetDevice(1));
  CUDA_OK(cudaMemcpyFromSymbol(&value, &scalar, 4, 0, cudaMemcpyDeviceToHost));
  EXPECT_EQ(7u, value);
}

TEST_F(TwoDevices, PeerCopies) {
  CUDA_OK(Launch(&fill, Dim(1), Dim(32), 0, nullptr, memory_[0], 77u, 32u));
  CUDA_OK(cudaMemcpyPeer(memory_[1], 1, memory_[0], 0, 128));
  uint32_t value = 0;
  CUDA_OK(cudaMemcpy(&value, memory_[1] + 31, 4, cudaMemcpyDefault));
  EXPECT_EQ(77u, value);
  cudaMemcpy3DPeerParms box = {};
  box.srcPtr = {memory_[1], 64, 64, 2};
  box.srcDevice = 1;
  box.dstPtr = {memory_[0] + 512, 64, 64, 2};
  box.dstDevice = 0;
  box.extent = {64, 2, 1};
  CUDA_OK(cudaMemcpy3DPeer(&box));
  CUDA_OK(cudaMemcpy3DPeerAsync(&box, nullptr));
  CUDA_OK(cudaMemcpy(&value, memory_[0] + 512 + 31, 4, cudaMemcpyDefault));
  EXPECT_EQ(77u, value);
}

TEST_F(TwoDevices, AccessNeedsPermission) {
  int can = 0;
  CUDA_OK(cudaDeviceCanAccessPeer(&can, 0, 1));
  EXPECT_EQ(1, can);
  CUDA_OK(cudaDeviceGetP2PAttribute(&can, cudaDevP2PAttrAccessSupported, 0, 1));
  EXPECT_EQ(1, can);
  EXPECT_EQ(cudaErrorPeerAccessNotEnabled, cudaDeviceDisablePeerAccess(1));
  CUDA_OK(cudaDeviceEnablePeerAccess(1, 0));
  EXPECT_EQ(cudaErrorPeerAccessAlreadyEnabled, cudaDeviceEnablePeerAccess(1, 0));
  CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, nullptr, memory_[1]));
  CUDA_OK(cudaDeviceSynchronize());
  uint32_t value = 0;
  CUDA_OK(cudaMemcpy(&value, memory_[1], 4, cudaMemcpyDefault));
  EXPECT_EQ(1u, value);
  CUDA_OK(cudaDeviceDisablePeerAccess(1));
  EXPECT_EQ(cudaErrorInvalidValue, cudaDeviceEnablePeerAccess(1, 4));
  CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, nullptr, memory_[1]));
  EXPECT_EQ(cudaErrorIllegalAddress, cudaDeviceSynchronize());
}

// Managed and host memory belong to no device: kernels of each use them.
TEST_F(TwoDevices, ManagedAndHostMemoryAreShared) {
  uint32_t* managed_memory = nullptr;
  uint32_t* host_memory = nullptr;
  CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&managed_memory), 4, cudaMemAttachGlobal));
  CUDA_OK(cudaHostAlloc(reinterpret_cast<void**>(&host_memory), 4, cudaHostAllocPortable));
  *managed_memory = 0;
  *host_memory = 0;
  for (int device = 0; device < 2; ++device) {
    CUDA_OK(cudaSetDevice(device));
    CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, nullptr, managed_memory));
    CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, nullptr, host_memory));
    CUDA_OK(cudaDeviceSynchronize());
  }
  EXPECT_EQ(2u, *managed_memory);
  EXPECT_EQ(2u, *host_memory);
}

TEST_F(TwoDevices, ManagedVariablesAreShared) {
  *managed = 10;
  for (int device = 0; device < 2; ++device) {
    CUDA_OK(cudaSetDevice(device));
    CUDA_OK(Launch(&read_symbols, Dim(1), Dim(1), 0, nullptr, memory_[device]));
    CUDA_OK(cudaDeviceSynchronize());
    EXPECT_EQ(11u + device, *managed);
  }
}

// A fault stays in its context: the other device goes on.
TEST_F(TwoDevices, FaultsStayOnTheirDevice) {
  CUDA_OK(Launch(&trap, Dim(1), Dim(1), 0, nullptr));
  EXPECT_EQ(cudaErrorLaunchFailure, cudaDeviceSynchronize());
  CUDA_OK(cudaSetDevice(1));
  CUDA_OK(Launch(&fill, Dim(1), Dim(32), 0, nullptr, memory_[1], 3u, 32u));
  CUDA_OK(cudaDeviceSynchronize());
}

TEST_F(TwoDevices, StreamsBelongToTheirDevice) {
  cudaStream_t stream = nullptr;
  int device = -1;
  CUDA_OK(cudaStreamCreate(&stream));
  CUDA_OK(cudaSetDevice(1));
  CUDA_OK(cudaStreamGetDevice(stream, &device));
  EXPECT_EQ(0, device);
  EXPECT_EQ(cudaErrorInvalidResourceHandle, Launch(&static_shared, Dim(1), Dim(1), 0, stream));
  CUDA_OK(cudaStreamSynchronize(stream));
  CUDA_OK(cudaMemsetAsync(memory_[0], 1, 16, stream));
  CUDA_OK(cudaStreamDestroy(stream));
}

TEST_F(TwoDevices, EventsOrderStreamsOfTwoDevices) {
  uint32_t* flag = nullptr;
  cudaStream_t first = nullptr;
  cudaStream_t second = nullptr;
  cudaEvent_t event = nullptr;
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&flag), 4));
  *flag = 0;
  CUDA_OK(cudaStreamCreate(&first));
  CUDA_OK(cudaEventCreate(&event));
  CUDA_OK(Launch(&wait_flag, Dim(1), Dim(1), 0, first, flag));
  CUDA_OK(cudaEventRecord(event, first));
  CUDA_OK(cudaSetDevice(1));
  CUDA_OK(cudaStreamCreate(&second));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventRecord(event, second));
  CUDA_OK(cudaStreamWaitEvent(second, event, 0));
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(second));
  __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
  CUDA_OK(cudaStreamSynchronize(second));
}

}  // namespace
}  // namespace culvert::testing
