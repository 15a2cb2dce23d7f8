// Streams: order, default streams, host functions, queries. CUDA Runtime API, "Stream Management".
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

// A kernel that waits until the test opens it keeps a stream busy.
class Gate {
 public:
  Gate() {
    EXPECT_EQ(cudaSuccess, cudaMallocHost(reinterpret_cast<void**>(&flag_), 4));
    *flag_ = 0;
  }
  void Block(cudaStream_t stream) { EXPECT_EQ(cudaSuccess, Launch(&wait_flag, Dim(1), Dim(1), 0, stream, flag_)); }
  void Open() { __atomic_store_n(flag_, 1, __ATOMIC_RELEASE); }

 private:
  uint32_t* flag_ = nullptr;
};

TEST(Stream, CreateQueryDestroy) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, -2));
  unsigned flags = 0;
  int priority = 1;
  unsigned long long id = 0;
  unsigned long long legacy_id = 0;
  int device = -1;
  CUDA_OK(cudaStreamGetFlags(stream, &flags));
  CUDA_OK(cudaStreamGetPriority(stream, &priority));
  CUDA_OK(cudaStreamGetId(stream, &id));
  CUDA_OK(cudaStreamGetId(nullptr, &legacy_id));
  CUDA_OK(cudaStreamGetDevice(stream, &device));
  EXPECT_EQ(static_cast<unsigned>(cudaStreamNonBlocking), flags);
  EXPECT_EQ(-2, priority);
  EXPECT_NE(id, legacy_id);
  EXPECT_EQ(0, device);
  EXPECT_EQ(cudaSuccess, cudaStreamQuery(stream));
  CUDA_OK(cudaStreamDestroy(stream));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamDestroy(stream));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamQuery(stream));
  EXPECT_EQ(cudaErrorInvalidValue, cudaStreamCreateWithFlags(&stream, 0x100));
  EXPECT_EQ(cudaErrorInvalidValue, cudaStreamCreate(nullptr));
}

TEST(Stream, PriorityIsClamped) {
  cudaStream_t stream = nullptr;
  int least = 0;
  int greatest = 0;
  int priority = 0;
  CUDA_OK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
  CUDA_OK(cudaStreamCreateWithPriority(&stream, cudaStreamDefault, -1000));
  CUDA_OK(cudaStreamGetPriority(stream, &priority));
  EXPECT_EQ(greatest, priority);
  CUDA_OK(cudaStreamDestroy(stream));
  CUDA_OK(cudaStreamCreateWithPriority(&stream, cudaStreamDefault, 1000));
  CUDA_OK(cudaStreamGetPriority(stream, &priority));
  EXPECT_EQ(least, priority);
  CUDA_OK(cudaStreamDestroy(stream));
}

TEST(Stream, DestroyLetsWorkComplete) {
  uint32_t* memory = nullptr;
  CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&memory), 4, cudaMemAttachGlobal));
  *memory = 0;
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  Gate gate;
  gate.Block(stream);
  CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, stream, memory));
  CUDA_OK(cudaStreamDestroy(stream));
  gate.Open();
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(1u, *memory);
}

TEST(DefaultStream, LegacyWaitsForBlockingStreamsAndTheyForIt) {
  cudaStream_t blocking = nullptr;
  cudaStream_t other = nullptr;
  CUDA_OK(cudaStreamCreate(&blocking));
  CUDA_OK(cudaStreamCreate(&other));
  Gate gate;
  gate.Block(blocking);
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(blocking));
  EXPECT_EQ(cudaSuccess, cudaStreamQuery(other));
  uint32_t* memory = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 4));
  CUDA_OK(Launch(&fill, Dim(1), Dim(1), 0, cudaStreamLegacy, memory, 1u, 1u));
  CUDA_OK(Launch(&fill, Dim(1), Dim(1), 0, other, memory, 2u, 1u));
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(nullptr));
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(other));
  gate.Open();
  CUDA_OK(cudaStreamSynchronize(other));
  uint32_t value = 0;
  CUDA_OK(cudaMemcpy(&value, memory, 4, cudaMemcpyDeviceToHost));
  EXPECT_EQ(2u, value);
}

TEST(DefaultStream, NonBlockingStreamsAreExempt) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  Gate gate;
  gate.Block(stream);
  uint32_t* memory = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 4));
  CUDA_OK(Launch(&fill, Dim(1), Dim(1), 0, nullptr, memory, 1u, 1u));
  CUDA_OK(cudaStreamSynchronize(nullptr));
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(stream));
  gate.Open();
  CUDA_OK(cudaStreamSynchronize(stream));
}

TEST(DefaultStream, PerThreadStreamsAreIndependentOfEachOther) {
  Gate gate;
  gate.Block(cudaStreamPerThread);
  std::thread([] {
    EXPECT_EQ(cudaSuccess, cudaStreamQuery(cudaStreamPerThread));
    uint32_t* memory = nullptr;
    CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 4));
    CUDA_OK(Launch(&fill, Dim(1), Dim(1), 0, cudaStreamPerThread, memory, 1u, 1u));
    CUDA_OK(cudaStreamSynchronize(cudaStreamPerThread));
  }).join();
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(cudaStreamPerThread));
  CUDA_OK(Launch(&static_shared, Dim(1), Dim(1), 0, cudaStreamLegacy));
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(cudaStreamLegacy));
  gate.Open();
  CUDA_OK(cudaStreamSynchronize(cudaStreamLegacy));
}

TEST(DefaultStream, PtszSymbolsMeanTheThreadsOwn) {
  unsigned long long own = 0;
  unsigned long long legacy = 0;
  unsigned long long by_name = 0;
  CUDA_OK(cudaStreamGetId(cudaStreamPerThread, &own));
  CUDA_OK(cudaStreamGetId(nullptr, &legacy));
  CUDA_OK(cudaStreamGetId_ptsz(nullptr, &by_name));
  EXPECT_EQ(own, by_name);
  EXPECT_NE(legacy, by_name);
  CUDA_OK(cudaStreamGetId_ptsz(cudaStreamLegacy, &by_name));
  EXPECT_EQ(legacy, by_name);
}

TEST(Capture, NoStreamCaptures) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusActive;
  CUDA_OK(cudaStreamIsCapturing(nullptr, &status));
  EXPECT_EQ(cudaStreamCaptureStatusNone, status);
  status = cudaStreamCaptureStatusActive;
  CUDA_OK(cudaStreamGetCaptureInfo(cudaStreamPerThread, &status, nullptr, nullptr, nullptr, nullptr, nullptr));
  EXPECT_EQ(cudaStreamCaptureStatusNone, status);
  EXPECT_EQ(cudaErrorInvalidResourceHandle,
            cudaStreamIsCapturing(reinterpret_cast<cudaStream_t>(uint64_t{99}), &status));
  cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
  CUDA_OK(cudaThreadExchangeStreamCaptureMode(&mode));
  EXPECT_EQ(cudaStreamCaptureModeGlobal, mode);
  CUDA_OK(cudaThreadExchangeStreamCaptureMode(&mode));
  EXPECT_EQ(cudaStreamCaptureModeRelaxed, mode);
  mode = static_cast<cudaStreamCaptureMode>(7);
  EXPECT_EQ(cudaErrorInvalidValue, cudaThreadExchangeStreamCaptureMode(&mode));
}

TEST(HostFunction, RunsInOrder) {
  struct State {
    uint32_t* memory;
    uint32_t seen;
  } state = {nullptr, 99};
  CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&state.memory), 4, cudaMemAttachGlobal));
  *state.memory = 0;
  CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, nullptr, state.memory));
  CUDA_OK(cudaLaunchHostFunc(
      nullptr,
      [](void* data) {
        auto* s = static_cast<State*>(data);
        s->seen = *s->memory;
      },
      &state));
  CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, nullptr, state.memory));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(1u, state.seen);
  EXPECT_EQ(2u, *state.memory);
  EXPECT_EQ(cudaErrorInvalidValue, cudaLaunchHostFunc(nullptr, nullptr, nullptr));
}

// Row 24 of the fault list.
TEST(HostFunction, MayNotCallCuda) {
  std::vector<cudaError_t> results;
  CUDA_OK(cudaLaunchHostFunc(
      nullptr,
      [](void* data) {
        auto* out = static_cast<std::vector<cudaError_t>*>(data);
        void* memory = nullptr;
        int value = 0;
        out->push_back(cudaMalloc(&memory, 4));
        out->push_back(cudaDeviceSynchronize());
        out->push_back(cudaStreamQuery(nullptr));
        out->push_back(cudaGetDevice(&value));
      },
      &results));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(std::vector<cudaError_t>(4, cudaErrorNotPermitted), results);
}

TEST(HostFunction, ABlockedOneHoldsItsStreamOnly) {
  cudaStream_t blocked = nullptr;
  cudaStream_t free_stream = nullptr;
  CUDA_OK(cudaStreamCreateWithFlags(&blocked, cudaStreamNonBlocking));
  CUDA_OK(cudaStreamCreateWithFlags(&free_stream, cudaStreamNonBlocking));
  std::atomic<bool> open = false;
  CUDA_OK(cudaLaunchHostFunc(
      blocked,
      [](void* data) {
        while (!static_cast<std::atomic<bool>*>(data)->load())
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
      },
      &open));
  std::atomic<bool> ran = false;
  CUDA_OK(
      cudaLaunchHostFunc(free_stream, [](void* data) { static_cast<std::atomic<bool>*>(data)->store(true); }, &ran));
  CUDA_OK(cudaStreamSynchronize(free_stream));
  EXPECT_TRUE(ran);
  EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(blocked));
  open = true;
  CUDA_OK(cudaStreamSynchronize(blocked));
}

struct Seen {
  int calls = 0;
  cudaStream_t stream = nullptr;
  cudaError_t status = cudaErrorUnknown;
};

void Record(cudaStream_t stream, cudaError_t status, void* data) {
  auto* seen = static_cast<Seen*>(data);
  ++seen->calls;
  seen->stream = stream;
  seen->status = status;
}

TEST(Callback, GetsStreamAndStatus) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  Seen seen;
  CUDA_OK(cudaStreamAddCallback(stream, Record, &seen, 0));
  CUDA_OK(cudaStreamSynchronize(stream));
  EXPECT_EQ(1, seen.calls);
  EXPECT_EQ(stream, seen.stream);
  EXPECT_EQ(cudaSuccess, seen.status);
  EXPECT_EQ(cudaErrorInvalidValue, cudaStreamAddCallback(stream, nullptr, &seen, 0));
  EXPECT_EQ(cudaErrorInvalidValue, cudaStreamAddCallback(stream, Record, &seen, 1));
}

// After a fault a callback is called with the code and a host function is not called.
TEST(Callback, IsCalledAfterAFault) {
  Seen seen;
  int calls = 0;
  Gate gate;
  gate.Block(nullptr);
  CUDA_OK(Launch(&trap, Dim(1), Dim(1), 0, nullptr));
  CUDA_OK(cudaStreamAddCallback(nullptr, Record, &seen, 0));
  CUDA_OK(cudaLaunchHostFunc(nullptr, [](void* data) { ++*static_cast<int*>(data); }, &calls));
  gate.Open();
  EXPECT_EQ(cudaErrorLaunchFailure, cudaDeviceSynchronize());
  CUDA_OK(cudaDeviceReset());
  EXPECT_EQ(1, seen.calls);
  EXPECT_EQ(cudaErrorLaunchFailure, seen.status);
  EXPECT_EQ(0, calls);
}

}  // namespace
}  // namespace culvert::testing
