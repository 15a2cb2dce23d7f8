// Contexts: current ones, the stack of a thread, destruction, wrong handles (faults 26, 27).
#include <thread>

#include "driver.h"

namespace culvert {
namespace {

TEST_F(DriverTest, NoContextIsCurrentAtFirst) {
  CUcontext context = reinterpret_cast<CUcontext>(1);
  EXPECT_CU(cuCtxGetCurrent(&context));
  EXPECT_EQ(context, nullptr);
  CUdeviceptr address;
  CUdevice device;
  EXPECT_EQ(cuMemAlloc(&address, 4), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cuCtxGetDevice(&device), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cuCtxPopCurrent(&context), CUDA_ERROR_INVALID_CONTEXT);
}

TEST_F(ContextTest, CreatePushesAndDestroyPops) {
  CUcontext current = nullptr;
  EXPECT_CU(cuCtxGetCurrent(&current));
  EXPECT_EQ(current, context_);
  CUcontext second;
  ASSERT_CU(cuCtxCreate(&second, nullptr, CU_CTX_SCHED_YIELD, 0));
  unsigned flags = 0;
  EXPECT_CU(cuCtxGetFlags(&flags));
  EXPECT_EQ(flags & CU_CTX_SCHED_MASK, static_cast<unsigned>(CU_CTX_SCHED_YIELD));
  EXPECT_CU(cuCtxDestroy(second));
  EXPECT_CU(cuCtxGetCurrent(&current));
  EXPECT_EQ(current, context_);
  EXPECT_EQ(cuCtxDestroy(second), CUDA_ERROR_CONTEXT_IS_DESTROYED);
}

TEST_F(ContextTest, PushPopAndSet) {
  CUcontext popped = nullptr, current = nullptr;
  EXPECT_CU(cuCtxPushCurrent(context_));
  EXPECT_CU(cuCtxPopCurrent(&popped));
  EXPECT_EQ(popped, context_);
  EXPECT_CU(cuCtxSetCurrent(nullptr));
  EXPECT_CU(cuCtxGetCurrent(&current));
  EXPECT_EQ(current, nullptr);
  EXPECT_CU(cuCtxSetCurrent(context_));
  EXPECT_EQ(cuCtxPushCurrent(nullptr), CUDA_ERROR_INVALID_CONTEXT);
}

TEST_F(ContextTest, InvalidFlags) {
  CUcontext context;
  EXPECT_EQ(cuCtxCreate(&context, nullptr, 0x10000, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuCtxCreate(&context, nullptr, CU_CTX_SCHED_SPIN | CU_CTX_SCHED_YIELD, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuCtxCreate(&context, nullptr, 0, 5), CUDA_ERROR_INVALID_DEVICE);
  EXPECT_EQ(cuCtxCreate(nullptr, nullptr, 0, 0), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, IdentityOfContexts) {
  unsigned version = 0;
  EXPECT_CU(cuCtxGetApiVersion(context_, &version));
  EXPECT_EQ(version, 3020u);
  unsigned long long id = 0, again = 0;
  EXPECT_CU(cuCtxGetId(context_, &id));
  EXPECT_CU(cuCtxGetId(nullptr, &again));
  EXPECT_EQ(id, again);
  CUdevice device = -1;
  EXPECT_CU(cuCtxGetDevice_v2(&device, context_));
  EXPECT_EQ(device, 0);
  EXPECT_CU(cuCtxSynchronize_v2(context_));
}

// Null, wild, of another type, a pointer of the program's.
TEST_F(ContextTest, WrongHandles) {
  CUstream stream;
  int local = 0;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  for (CUcontext wrong : {reinterpret_cast<CUcontext>(uintptr_t{0xdeadbeef}), reinterpret_cast<CUcontext>(stream),
                          reinterpret_cast<CUcontext>(&local)}) {
    EXPECT_EQ(cuCtxSetCurrent(wrong), CUDA_ERROR_INVALID_CONTEXT);
    EXPECT_EQ(cuCtxDestroy(wrong), CUDA_ERROR_INVALID_CONTEXT);
    EXPECT_EQ(cuCtxPushCurrent(wrong), CUDA_ERROR_INVALID_CONTEXT);
  }
  EXPECT_EQ(cuCtxDestroy(nullptr), CUDA_ERROR_INVALID_CONTEXT);
}

// A context that another thread destroyed stays current and answers 709.
TEST_F(DriverTest, DestroyedElsewhere) {
  CUcontext context;
  ASSERT_CU(cuCtxCreate(&context, nullptr, 0, 0));
  CUstream stream;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  std::thread([context] { EXPECT_CU(cuCtxDestroy(context)); }).join();
  CUdeviceptr address;
  CUcontext current;
  EXPECT_EQ(cuMemAlloc(&address, 4), CUDA_ERROR_CONTEXT_IS_DESTROYED);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_CONTEXT_IS_DESTROYED);
  EXPECT_EQ(cuCtxGetCurrent(&current), CUDA_ERROR_CONTEXT_IS_DESTROYED);
  EXPECT_EQ(cuCtxSetCurrent(context), CUDA_ERROR_CONTEXT_IS_DESTROYED);
  EXPECT_EQ(cuStreamSynchronize(stream), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_CU(cuCtxPopCurrent(nullptr));
}

// A fault of one context leaves the others alone.
TEST_F(ModuleTest, StickyFaultStaysInItsContext) {
  CUdeviceptr wild = 0x1000;
  void* arguments[] = {&wild};
  ASSERT_CU(LaunchOne(Function("store_bad"), arguments));
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
  CUdeviceptr address;
  EXPECT_EQ(cuMemAlloc(&address, 4), CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
  CUcontext healthy;
  ASSERT_CU(cuCtxCreate(&healthy, nullptr, 0, 0));
  EXPECT_CU(cuMemAlloc(&address, 4));
  EXPECT_CU(cuCtxSynchronize());
  EXPECT_CU(cuCtxDestroy(healthy));
}

}  // namespace
}  // namespace culvert
