// Handles that are null, freed, of the wrong type or wild are refused and never dereferenced (row 27 of the fault
// list).
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

template <typename Handle>
Handle As(uint64_t value) {
  return reinterpret_cast<Handle>(value);
}

constexpr uint64_t kWild[] = {3, 0x1000, 0xdeadbeefdeadbeef, 0x7fffffffffff, ~uint64_t{0}, uint64_t{1} << 63};

TEST(Handle, WildStreams) {
  for (uint64_t value : kWild) {
    auto stream = As<cudaStream_t>(value);
    unsigned flags = 0;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamSynchronize(stream)) << value;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamDestroy(stream)) << value;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamGetFlags(stream, &flags)) << value;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, Launch(&static_shared, Dim(1), Dim(1), 0, stream)) << value;
  }
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamDestroy(nullptr));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamDestroy(cudaStreamLegacy));
}

TEST(Handle, WildEventsPoolsAndLibraries) {
  for (uint64_t value : kWild) {
    void* memory = nullptr;
    unsigned count = 0;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventRecord(As<cudaEvent_t>(value), nullptr)) << value;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventDestroy(As<cudaEvent_t>(value))) << value;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaMallocFromPoolAsync(&memory, 4, As<cudaMemPool_t>(value), nullptr))
        << value;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaMemPoolDestroy(As<cudaMemPool_t>(value))) << value;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaLibraryGetKernelCount(&count, As<cudaLibrary_t>(value))) << value;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaLibraryUnload(As<cudaLibrary_t>(value))) << value;
  }
}

TEST(Handle, OfAnotherType) {
  cudaEvent_t event = nullptr;
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaEventCreate(&event));
  CUDA_OK(cudaStreamCreate(&stream));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamSynchronize(reinterpret_cast<cudaStream_t>(event)));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventSynchronize(reinterpret_cast<cudaEvent_t>(stream)));
  EXPECT_EQ(cudaErrorInvalidDeviceFunction, Launch(stream, Dim(1), Dim(1), 0, nullptr));
  CUDA_OK(cudaEventDestroy(event));
  CUDA_OK(cudaStreamDestroy(stream));
}

// A freed handle stays invalid when new objects of its kind are made.
TEST(Handle, FreedAndReused) {
  std::vector<cudaEvent_t> freed(1000);
  for (cudaEvent_t& event : freed) CUDA_OK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  for (cudaEvent_t event : freed) CUDA_OK(cudaEventDestroy(event));
  std::vector<cudaEvent_t> live(2000);
  for (cudaEvent_t& event : live) CUDA_OK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  for (cudaEvent_t event : freed) EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventQuery(event));
  for (cudaEvent_t event : live) CUDA_OK(cudaEventDestroy(event));
}

TEST(Handle, AreNeverAddresses) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  EXPECT_GE(reinterpret_cast<uint64_t>(stream), uint64_t{1} << 63);
  CUDA_OK(cudaStreamDestroy(stream));
}

}  // namespace
}  // namespace culvert::testing
