// The last error, launch errors (not sticky) and faults (sticky). CUDA Runtime API, "Error Handling".
#include <gtest/gtest.h>

#include <cstring>
#include <ostream>
#include <string>
#include <thread>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

TEST(Error, NamesAndTexts) {
  EXPECT_STREQ("cudaSuccess", cudaGetErrorName(cudaSuccess));
  EXPECT_STREQ("cudaErrorMemoryAllocation", cudaGetErrorName(cudaErrorMemoryAllocation));
  EXPECT_STREQ("cudaErrorIllegalAddress", cudaGetErrorName(cudaErrorIllegalAddress));
  EXPECT_STREQ("cudaErrorNoKernelImageForDevice", cudaGetErrorName(static_cast<cudaError_t>(209)));
  EXPECT_GT(strlen(cudaGetErrorString(cudaErrorInvalidValue)), 3u);
  EXPECT_STREQ("unrecognized error code", cudaGetErrorName(static_cast<cudaError_t>(12345)));
  EXPECT_STREQ("unrecognized error code", cudaGetErrorString(static_cast<cudaError_t>(-1)));
}

TEST(Error, GetTakesAndPeekLooks) {
  EXPECT_EQ(cudaErrorInvalidValue, cudaMalloc(nullptr, 4));
  EXPECT_EQ(cudaErrorInvalidValue, cudaPeekAtLastError());
  EXPECT_EQ(cudaErrorInvalidValue, cudaGetLastError());
  EXPECT_EQ(cudaSuccess, cudaGetLastError());
  EXPECT_EQ(cudaSuccess, cudaPeekAtLastError());
}

TEST(Error, SuccessDoesNotResetTheLastError) {
  EXPECT_EQ(cudaErrorInvalidValue, cudaMalloc(nullptr, 4));
  CUDA_OK(cudaFree(nullptr));
  EXPECT_EQ(cudaErrorInvalidValue, cudaGetLastError());
}

TEST(Error, LastErrorBelongsToTheThread) {
  EXPECT_EQ(cudaErrorInvalidValue, cudaMalloc(nullptr, 4));
  std::thread([] {
    EXPECT_EQ(cudaSuccess, cudaPeekAtLastError());
    EXPECT_EQ(cudaErrorInvalidDevice, cudaSetDevice(1000));
    EXPECT_EQ(cudaErrorInvalidDevice, cudaGetLastError());
  }).join();
  EXPECT_EQ(cudaErrorInvalidValue, cudaGetLastError());
}

TEST(Error, NotReadyIsNotRecorded) {
  uint32_t* flag = nullptr;
  CUDA_OK(cudaHostAlloc(reinterpret_cast<void**>(&flag), 4, cudaHostAllocMapped));
  *flag = 0;
  CUDA_OK(Launch(&wait_flag, Dim(1), Dim(1), 0, nullptr, flag));
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(nullptr));
  EXPECT_EQ(cudaSuccess, cudaGetLastError());
  __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(cudaSuccess, cudaStreamQuery(nullptr));
}

// A launch that fails is reported by the launch and by the last error only; the next one works.
struct BadLaunch {
  const char* what;
  const void* kernel;
  dim3 grid, block;
  size_t shared_bytes;
  cudaError_t expected;
};

void PrintTo(const BadLaunch& bad, std::ostream* out) { *out << bad.what; }

class LaunchErrors : public ::testing::TestWithParam<BadLaunch> {};

TEST_P(LaunchErrors, AreNotSticky) {
  const BadLaunch& bad = GetParam();
  uint32_t* out = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&out), 4096));
  EXPECT_EQ(bad.expected, Launch(bad.kernel, bad.grid, bad.block, bad.shared_bytes, nullptr, out, 1u, 1u));
  EXPECT_EQ(bad.expected, cudaGetLastError());
  EXPECT_EQ(cudaSuccess, cudaGetLastError());
  CUDA_OK(cudaDeviceSynchronize());
  CUDA_OK(Launch(&fill, Dim(1), Dim(32), 0, nullptr, out, 42u, 32u));
  uint32_t result = 0;
  CUDA_OK(cudaMemcpy(&result, out, 4, cudaMemcpyDeviceToHost));
  EXPECT_EQ(42u, result);
}

INSTANTIATE_TEST_SUITE_P(
    All, LaunchErrors,
    ::testing::Values(BadLaunch{"block_too_big", &fill, {1, 1, 1}, {1025, 1, 1}, 0, cudaErrorInvalidConfiguration},
                      BadLaunch{"block_volume", &fill, {1, 1, 1}, {32, 32, 2}, 0, cudaErrorInvalidConfiguration},
                      BadLaunch{"block_depth", &fill, {1, 1, 1}, {1, 1, 65}, 0, cudaErrorInvalidConfiguration},
                      BadLaunch{"block_zero", &fill, {1, 1, 1}, {0, 1, 1}, 0, cudaErrorInvalidConfiguration},
                      BadLaunch{"grid_zero", &fill, {0, 1, 1}, {1, 1, 1}, 0, cudaErrorInvalidConfiguration},
                      BadLaunch{"grid_height", &fill, {1, 65536, 1}, {1, 1, 1}, 0, cudaErrorInvalidConfiguration},
                      BadLaunch{"shared_too_big", &fill, {1, 1, 1}, {1, 1, 1}, 1 << 20, cudaErrorInvalidValue},
                      BadLaunch{"shared_no_opt_in", &fill, {1, 1, 1}, {1, 1, 1}, 49153, cudaErrorInvalidValue},
                      BadLaunch{"max_threads", &limited, {1, 1, 1}, {65, 1, 1}, 0, cudaErrorLaunchOutOfResources},
                      BadLaunch{"unregistered", &unregistered, {1, 1, 1}, {1, 1, 1}, 0, cudaErrorInvalidDeviceFunction},
                      BadLaunch{"null", nullptr, {1, 1, 1}, {1, 1, 1}, 0, cudaErrorInvalidDeviceFunction},
                      BadLaunch{"absent", &absent, {1, 1, 1}, {1, 1, 1}, 0, cudaErrorInvalidDeviceFunction},
                      BadLaunch{"no_image", &sass_only, {1, 1, 1}, {1, 1, 1}, 0, cudaErrorNoKernelImageForDevice}),
    [](const auto& info) { return std::string(info.param.what); });

// Every call of the context reports a fault until the device is reset. The test makes `stream` before the fault.
void ExpectSticky(cudaError_t fault, cudaStream_t stream) {
  EXPECT_EQ(fault, cudaDeviceSynchronize());
  EXPECT_EQ(fault, cudaGetLastError());
  EXPECT_EQ(cudaSuccess, cudaGetLastError());
  void* memory = nullptr;
  EXPECT_EQ(fault, cudaMalloc(&memory, 4));
  EXPECT_EQ(fault, cudaMemset(memory, 0, 4));
  EXPECT_EQ(cudaSuccess, cudaFree(nullptr));  // nothing to do, so nothing to report
  EXPECT_EQ(cudaSuccess, cudaMemcpy(nullptr, nullptr, 0, cudaMemcpyDefault));
  EXPECT_EQ(fault, cudaStreamSynchronize(nullptr));
  cudaEvent_t event;
  EXPECT_EQ(fault, cudaEventCreate(&event));
  EXPECT_EQ(fault, Launch(&fill, Dim(1), Dim(1), 0, nullptr, memory, 1u, 0u));
  EXPECT_EQ(fault, cudaStreamSynchronize(stream));
  EXPECT_EQ(fault, cudaStreamDestroy(stream));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamDestroy(stream));  // it was destroyed all the same
  std::thread([fault] { EXPECT_EQ(fault, cudaDeviceSynchronize()); }).join();
  EXPECT_EQ(fault, cudaDeviceSynchronize());
  CUDA_OK(cudaDeviceReset());
  CUDA_OK(cudaDeviceSynchronize());
  CUDA_OK(cudaMalloc(&memory, 4));
}

TEST(Fault, IllegalAddressIsSticky) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  CUDA_OK(Launch(&store, Dim(1), Dim(1), 0, nullptr, uint64_t{0x1000}));
  ExpectSticky(cudaErrorIllegalAddress, stream);
}

TEST(Fault, HostPointerIsAnIllegalAddress) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  auto* host = new uint32_t(77);
  CUDA_OK(Launch(&store, Dim(1), Dim(1), 0, nullptr, host));
  ExpectSticky(cudaErrorIllegalAddress, stream);
  EXPECT_EQ(77u, *host);
  delete host;
}

TEST(Fault, FreedMemoryIsAnIllegalAddress) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  void* memory = nullptr;
  CUDA_OK(cudaMalloc(&memory, 4 << 20));
  CUDA_OK(cudaFree(memory));
  CUDA_OK(Launch(&store, Dim(1), Dim(1), 0, nullptr, memory));
  ExpectSticky(cudaErrorIllegalAddress, stream);
}

TEST(Fault, MisalignedAddressIsSticky) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  char* memory = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 64));
  CUDA_OK(Launch(&store, Dim(1), Dim(1), 0, nullptr, memory + 2));
  ExpectSticky(cudaErrorMisalignedAddress, stream);
}

TEST(Fault, TrapIsSticky) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  CUDA_OK(Launch(&trap, Dim(1), Dim(1), 0, nullptr));
  ExpectSticky(cudaErrorLaunchFailure, stream);
}

}  // namespace
}  // namespace culvert::testing
