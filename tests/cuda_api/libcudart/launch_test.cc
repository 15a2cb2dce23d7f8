// Launches in all forms. CUDA Runtime API, "Execution Control"; the interface of compiled code.
#include <gtest/gtest.h>

#include <thread>

#include "include/cuda/detail/registration.h"
#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

class LaunchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&memory_), 4096, cudaMemAttachGlobal));
    for (int i = 0; i < 1024; ++i) memory_[i] = 0;
  }
  void TearDown() override { CUDA_OK(cudaFree(memory_)); }
  uint32_t* memory_ = nullptr;
};

// Arguments are copied at the launch: the caller may reuse them at once.
TEST_F(LaunchTest, CopiesArguments) {
  uint32_t* flag = nullptr;
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&flag), 4));
  *flag = 0;
  CUDA_OK(Launch(&wait_flag, Dim(1), Dim(1), 0, nullptr, flag));
  uint32_t value = 21;
  uint32_t count = 64;
  void* arguments[] = {&memory_, &value, &count};
  CUDA_OK(cudaLaunchKernel(&fill, Dim(2), Dim(32), arguments, 0, nullptr));
  value = 0;
  count = 0;
  arguments[0] = nullptr;
  __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(21u, memory_[0]);
  EXPECT_EQ(21u, memory_[63]);
  EXPECT_EQ(0u, memory_[64]);
}

TEST_F(LaunchTest, ArgumentsMissing) {
  EXPECT_EQ(cudaErrorInvalidValue, cudaLaunchKernel(&fill, Dim(1), Dim(1), nullptr, 0, nullptr));
  CUDA_OK(cudaLaunchKernel(&static_shared, Dim(1), Dim(1), nullptr, 0, nullptr));
}

TEST_F(LaunchTest, Cooperative) {
  uint32_t value = 4;
  uint32_t count = 32;
  void* arguments[] = {&memory_, &value, &count};
  CUDA_OK(cudaLaunchCooperativeKernel(&fill, Dim(1), Dim(32), arguments, 0, nullptr));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(4u, memory_[31]);
  EXPECT_EQ(cudaErrorCooperativeLaunchTooLarge,
            cudaLaunchCooperativeKernel(&fill, Dim(1 << 20), Dim(1024), arguments, 0, nullptr));
  EXPECT_EQ(cudaErrorCooperativeLaunchTooLarge, cudaGetLastError());
  CUDA_OK(cudaDeviceSynchronize());
}

TEST_F(LaunchTest, Extended) {
  cudaEvent_t done = nullptr;
  CUDA_OK(cudaEventCreateWithFlags(&done, cudaEventDisableTiming));
  cudaLaunchAttribute attributes[4] = {};
  attributes[0].id = cudaLaunchAttributeCooperative;
  attributes[0].val.cooperative = 1;
  attributes[1].id = cudaLaunchAttributeClusterDimension;
  attributes[1].val.clusterDim = {1, 1, 1};
  attributes[2].id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attributes[2].val.programmaticStreamSerializationAllowed = 1;
  attributes[3].id = cudaLaunchAttributeLaunchCompletionEvent;
  attributes[3].val.launchCompletionEvent = {done, 0};
  cudaLaunchConfig_t config = {};
  config.gridDim = Dim(2);
  config.blockDim = Dim(16);
  config.attrs = attributes;
  config.numAttrs = 4;
  uint32_t value = 8;
  uint32_t count = 32;
  void* arguments[] = {&memory_, &value, &count};
  CUDA_OK(cudaLaunchKernelExC(&config, &fill, arguments));
  CUDA_OK(cudaEventSynchronize(done));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(8u, memory_[31]);
  attributes[0].id = static_cast<cudaLaunchAttributeID>(77);
  EXPECT_EQ(cudaErrorInvalidValue, cudaLaunchKernelExC(&config, &fill, arguments));
  config.attrs = nullptr;
  EXPECT_EQ(cudaErrorInvalidValue, cudaLaunchKernelExC(&config, &fill, arguments));
  EXPECT_EQ(cudaErrorInvalidValue, cudaLaunchKernelExC(nullptr, &fill, arguments));
  CUDA_OK(cudaEventDestroy(done));
}

TEST_F(LaunchTest, KernelHandleAsFunction) {
  cudaKernel_t kernel = nullptr;
  CUDA_OK(cudaGetKernel(&kernel, &fill));
  CUDA_OK(Launch(kernel, Dim(1), Dim(32), 0, nullptr, memory_, 6u, 32u));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(6u, memory_[31]);
}

TEST_F(LaunchTest, PtszLaunchesIntoTheThreadsStream) {
  uint32_t* flag = nullptr;
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&flag), 4));
  *flag = 0;
  void* arguments[] = {&flag};
  CUDA_OK(cudaLaunchKernel_ptsz(&wait_flag, Dim(1), Dim(1), arguments, 0, nullptr));
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(cudaStreamPerThread));
  __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
  CUDA_OK(cudaStreamSynchronize_ptsz(nullptr));
}

// What kernel<<<...>>>(...) expands to; an argument of a launch may launch.
TEST_F(LaunchTest, CallConfigurationsNest) {
  auto* stream = reinterpret_cast<cudaStream_t>(uint64_t{1});
  EXPECT_EQ(0u, __cudaPushCallConfiguration(Dim(1, 2, 3), Dim(4, 5, 6), 7, stream));
  EXPECT_EQ(0u, __cudaPushCallConfiguration(Dim(10), Dim(20), 30, nullptr));
  std::thread([] {
    dim3 grid, block;
    size_t shared = 0;
    cudaStream_t own = nullptr;
    EXPECT_EQ(cudaErrorMissingConfiguration, __cudaPopCallConfiguration(&grid, &block, &shared, &own));
  }).join();
  dim3 grid, block;
  size_t shared = 0;
  cudaStream_t popped = nullptr;
  CUDA_OK(__cudaPopCallConfiguration(&grid, &block, &shared, &popped));
  EXPECT_EQ(10u, grid.x);
  EXPECT_EQ(20u, block.x);
  EXPECT_EQ(30u, shared);
  CUDA_OK(__cudaPopCallConfiguration(&grid, &block, &shared, &popped));
  EXPECT_EQ(3u, grid.z);
  EXPECT_EQ(5u, block.y);
  EXPECT_EQ(7u, shared);
  EXPECT_EQ(stream, popped);
  EXPECT_EQ(cudaErrorMissingConfiguration, __cudaPopCallConfiguration(&grid, &block, &shared, &popped));
}

TEST_F(LaunchTest, AsCompiledCodeDoesIt) {
  static cudaKernel_t kernel = nullptr;
  CUDA_OK(__cudaGetKernel(&kernel, &fill));
  uint32_t value = 12;
  uint32_t count = 32;
  void* arguments[] = {&memory_, &value, &count};
  CUDA_OK(__cudaLaunchKernel(kernel, Dim(1), Dim(32), arguments, 0, nullptr));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(12u, memory_[31]);
  // The handle outlives a reset: compiled code keeps it in a static variable.
  CUDA_OK(cudaDeviceReset());
  CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&memory_), 4096, cudaMemAttachGlobal));
  CUDA_OK(__cudaLaunchKernel_ptsz(kernel, Dim(1), Dim(32), arguments, 0, nullptr));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(12u, memory_[31]);
  cudaKernel_t wrong = nullptr;
  EXPECT_EQ(cudaErrorInvalidDeviceFunction, __cudaGetKernel(&wrong, &unregistered));
  EXPECT_EQ(cudaErrorInvalidDeviceFunction, __cudaLaunchKernel(wrong, Dim(1), Dim(1), arguments, 0, nullptr));
}

}  // namespace
}  // namespace culvert::testing
