// Events. CUDA Runtime API, "Event Management".
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

TEST(Event, RecordQuerySynchronize) {
  uint32_t* flag = nullptr;
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&flag), 4));
  *flag = 0;
  cudaEvent_t event = nullptr;
  CUDA_OK(cudaEventCreate(&event));
  EXPECT_EQ(cudaSuccess, cudaEventQuery(event));  // never recorded: complete
  CUDA_OK(cudaEventSynchronize(event));
  CUDA_OK(Launch(&wait_flag, Dim(1), Dim(1), 0, nullptr, flag));
  CUDA_OK(cudaEventRecord(event, nullptr));
  EXPECT_EQ(cudaErrorNotReady, cudaEventQuery(event));
  EXPECT_EQ(cudaSuccess, cudaGetLastError());
  __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
  CUDA_OK(cudaEventSynchronize(event));
  EXPECT_EQ(cudaSuccess, cudaEventQuery(event));
  CUDA_OK(cudaEventDestroy(event));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventDestroy(event));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventQuery(event));
}

TEST(Event, OrdersStreams) {
  cudaStream_t first = nullptr;
  cudaStream_t second = nullptr;
  CUDA_OK(cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking));
  CUDA_OK(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
  uint32_t* memory = nullptr;
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&memory), 8));
  memory[0] = 0;
  memory[1] = 0;
  cudaEvent_t event = nullptr;
  CUDA_OK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  CUDA_OK(Launch(&wait_flag, Dim(1), Dim(1), 0, first, memory));
  CUDA_OK(Launch(&fill, Dim(1), Dim(1), 0, first, memory + 1, 10u, 1u));
  CUDA_OK(cudaEventRecord(event, first));
  CUDA_OK(cudaStreamWaitEvent(second, event, 0));
  // The wait holds for what the event captured, whatever becomes of the event.
  CUDA_OK(cudaEventDestroy(event));
  CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, second, memory + 1));
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(second));
  __atomic_store_n(memory, 1, __ATOMIC_RELEASE);
  CUDA_OK(cudaStreamSynchronize(second));
  EXPECT_EQ(11u, memory[1]);
}

TEST(Event, WaitForAnUnrecordedOneDoesNothing) {
  cudaEvent_t event = nullptr;
  CUDA_OK(cudaEventCreate(&event));
  CUDA_OK(cudaStreamWaitEvent(nullptr, event, 0));
  CUDA_OK(cudaStreamSynchronize(nullptr));
  EXPECT_EQ(cudaErrorInvalidValue, cudaStreamWaitEvent(nullptr, event, 0x80));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamWaitEvent(nullptr, nullptr, 0));
}

TEST(Event, ElapsedTime) {
  cudaEvent_t start = nullptr;
  cudaEvent_t stop = nullptr;
  cudaEvent_t untimed = nullptr;
  uint32_t* flag = nullptr;
  float ms = -1;
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&flag), 4));
  *flag = 0;
  CUDA_OK(cudaEventCreate(&start));
  CUDA_OK(cudaEventCreate(&stop));
  CUDA_OK(cudaEventCreateWithFlags(&untimed, cudaEventDisableTiming));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&ms, start, stop));  // not recorded
  CUDA_OK(cudaEventRecord(start, nullptr));
  CUDA_OK(Launch(&wait_flag, Dim(1), Dim(1), 0, nullptr, flag));
  CUDA_OK(cudaEventRecord(stop, nullptr));
  CUDA_OK(cudaEventRecord(untimed, nullptr));
  EXPECT_EQ(cudaErrorNotReady, cudaEventElapsedTime(&ms, start, stop));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
  CUDA_OK(cudaEventSynchronize(untimed));
  CUDA_OK(cudaEventElapsedTime(&ms, start, stop));
  EXPECT_GE(ms, 15.0f);
  EXPECT_LT(ms, 20000.0f);
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&ms, start, untimed));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&ms, nullptr, stop));
  EXPECT_EQ(cudaErrorInvalidValue, cudaEventElapsedTime(nullptr, start, stop));
}

TEST(Event, BadFlags) {
  cudaEvent_t event = nullptr;
  EXPECT_EQ(cudaErrorInvalidValue, cudaEventCreateWithFlags(&event, 0x100));
  EXPECT_EQ(cudaErrorInvalidValue, cudaEventCreateWithFlags(&event, cudaEventInterprocess));  // needs DisableTiming
  EXPECT_EQ(cudaErrorInvalidValue, cudaEventCreate(nullptr));
  CUDA_OK(cudaEventCreateWithFlags(&event, cudaEventBlockingSync));
  CUDA_OK(cudaEventRecordWithFlags(event, nullptr, cudaEventRecordExternal));
  EXPECT_EQ(cudaErrorInvalidValue, cudaEventRecordWithFlags(event, nullptr, 0x10));
}

}  // namespace
}  // namespace culvert::testing
