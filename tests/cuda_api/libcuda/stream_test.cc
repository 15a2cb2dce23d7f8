// Streams, host functions, wrong handles (faults 24, 27).
#include <atomic>
#include <thread>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

TEST_F(ContextTest, StreamProperties) {
  CUstream stream;
  ASSERT_CU(cuStreamCreateWithPriority(&stream, CU_STREAM_NON_BLOCKING, -1));
  unsigned flags = 0;
  int priority = 0;
  CUcontext context = nullptr;
  CUdevice device = -1;
  EXPECT_CU(cuStreamGetFlags(stream, &flags));
  EXPECT_EQ(flags, static_cast<unsigned>(CU_STREAM_NON_BLOCKING));
  EXPECT_CU(cuStreamGetPriority(stream, &priority));
  EXPECT_EQ(priority, -1);
  CUgreenCtx green = reinterpret_cast<CUgreenCtx>(uintptr_t{1});
  EXPECT_CU(cuStreamGetCtx_v2(stream, &context, &green));
  EXPECT_EQ(context, context_);
  EXPECT_EQ(green, nullptr);
  EXPECT_CU(cuStreamGetCtx(stream, &context));
  EXPECT_CU(cuStreamGetDevice(stream, &device));
  EXPECT_EQ(device, 0);
  unsigned long long id = 0, legacy = 0, per_thread = 0;
  EXPECT_CU(cuStreamGetId(stream, &id));
  EXPECT_CU(cuStreamGetId(CU_STREAM_LEGACY, &legacy));
  EXPECT_CU(cuStreamGetId(CU_STREAM_PER_THREAD, &per_thread));
  EXPECT_NE(id, legacy);
  EXPECT_NE(legacy, per_thread);
  EXPECT_CU(cuStreamQuery(stream));
  EXPECT_CU(cuStreamDestroy(stream));
  EXPECT_EQ(cuStreamCreate(&stream, 2), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuStreamCreate(nullptr, 0), CUDA_ERROR_INVALID_VALUE);
}

// Fault 27.
TEST_F(ContextTest, WrongStreamHandles) {
  CUstream stream;
  CUevent event;
  int local = 0;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  ASSERT_CU(cuEventCreate(&event, 0));
  ASSERT_CU(cuStreamDestroy(stream));
  for (CUstream wrong : {stream, reinterpret_cast<CUstream>(event), reinterpret_cast<CUstream>(&local),
                         reinterpret_cast<CUstream>(uintptr_t{3}), reinterpret_cast<CUstream>(~uintptr_t{0})}) {
    EXPECT_EQ(cuStreamSynchronize(wrong), CUDA_ERROR_INVALID_HANDLE);
    EXPECT_EQ(cuStreamQuery(wrong), CUDA_ERROR_INVALID_HANDLE);
    EXPECT_EQ(cuStreamDestroy(wrong), CUDA_ERROR_INVALID_HANDLE);
    EXPECT_EQ(cuLaunchHostFunc(wrong, [](void*) {}, nullptr), CUDA_ERROR_INVALID_HANDLE);
  }
  EXPECT_EQ(cuStreamDestroy(nullptr), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_CU(cuStreamSynchronize(nullptr));
}

TEST_F(ContextTest, HostFunctionsRunInOrderAndMustNotCallTheDriver) {
  struct State {
    std::atomic<int> calls{0};
    CUresult inner = CUDA_SUCCESS;
    CUresult reported = CUDA_ERROR_UNKNOWN;
  } state;
  CUstream stream;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  ASSERT_CU(cuLaunchHostFunc(
      stream,
      [](void* data) {
        auto* s = static_cast<State*>(data);
        EXPECT_EQ(s->calls++, 0);
        CUdeviceptr address;
        s->inner = cuMemAlloc(&address, 4);
      },
      &state));
  ASSERT_CU(cuStreamAddCallback(
      stream,
      [](CUstream, CUresult status, void* data) {
        auto* s = static_cast<State*>(data);
        EXPECT_EQ(s->calls++, 1);
        s->reported = status;
      },
      &state, 0));
  ASSERT_CU(cuStreamSynchronize(stream));
  EXPECT_EQ(state.calls, 2);
  EXPECT_EQ(state.inner, CUDA_ERROR_NOT_PERMITTED);
  EXPECT_EQ(state.reported, CUDA_SUCCESS);
  EXPECT_EQ(cuLaunchHostFunc(stream, nullptr, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuStreamAddCallback(stream, nullptr, nullptr, 0), CUDA_ERROR_INVALID_VALUE);
}

// Fault 24: a host function that blocks holds up its own stream only.
TEST_F(ContextTest, ABlockedHostFunctionHoldsUpItsStreamOnly) {
  std::atomic<bool> go{false};
  CUstream blocked, other;
  ASSERT_CU(cuStreamCreate(&blocked, CU_STREAM_NON_BLOCKING));
  ASSERT_CU(cuStreamCreate(&other, CU_STREAM_NON_BLOCKING));
  ASSERT_CU(cuLaunchHostFunc(
      blocked,
      [](void* data) {
        while (!*static_cast<std::atomic<bool>*>(data)) std::this_thread::yield();
      },
      &go));
  EXPECT_EQ(cuStreamQuery(blocked), CUDA_ERROR_NOT_READY);
  EXPECT_CU(cuStreamSynchronize(other));
  go = true;
  EXPECT_CU(cuStreamSynchronize(blocked));
  EXPECT_CU(cuStreamQuery(blocked));
}

TEST_F(ContextTest, WaitForAnEventOfAnotherStream) {
  std::atomic<bool> go{false};
  std::atomic<bool> after{false};
  CUstream first, second;
  CUevent event;
  ASSERT_CU(cuStreamCreate(&first, CU_STREAM_NON_BLOCKING));
  ASSERT_CU(cuStreamCreate(&second, CU_STREAM_NON_BLOCKING));
  ASSERT_CU(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
  ASSERT_CU(cuStreamWaitEvent(second, event, 0));  // never recorded: nothing to wait for
  ASSERT_CU(cuLaunchHostFunc(
      first,
      [](void* data) {
        while (!*static_cast<std::atomic<bool>*>(data)) std::this_thread::yield();
      },
      &go));
  ASSERT_CU(cuEventRecord(event, first));
  ASSERT_CU(cuStreamWaitEvent(second, event, 0));
  ASSERT_CU(cuLaunchHostFunc(second, [](void* data) { *static_cast<std::atomic<bool>*>(data) = true; }, &after));
  EXPECT_EQ(cuStreamQuery(second), CUDA_ERROR_NOT_READY);
  EXPECT_FALSE(after);
  go = true;
  EXPECT_CU(cuStreamSynchronize(second));
  EXPECT_TRUE(after);
  EXPECT_EQ(cuStreamWaitEvent(second, event, 8), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuStreamWaitEvent(second, nullptr, 0), CUDA_ERROR_INVALID_HANDLE);
}

TEST_F(ContextTest, AttachManagedMemory) {
  CUdeviceptr address;
  ASSERT_CU(cuMemAllocManaged(&address, 64, CU_MEM_ATTACH_GLOBAL));
  EXPECT_CU(cuStreamAttachMemAsync(nullptr, address, 0, CU_MEM_ATTACH_SINGLE));
  EXPECT_EQ(cuStreamAttachMemAsync(nullptr, address, 0, 9), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuStreamAttachMemAsync(nullptr, 0x1000, 0, CU_MEM_ATTACH_HOST), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuMemFree(address));
}

// Fault 18: many streams.
TEST_F(ContextTest, ManyStreams) {
  std::vector<CUstream> streams(2000);
  for (CUstream& stream : streams) ASSERT_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  for (CUstream stream : streams) ASSERT_CU(cuStreamDestroy(stream));
}

}  // namespace
}  // namespace culvert
