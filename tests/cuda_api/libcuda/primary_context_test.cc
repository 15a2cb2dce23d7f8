// Primary contexts: counting, resets with live objects (fault 26).
#include "driver.h"

namespace culvert {
namespace {

int Active() {
  unsigned flags;
  int active = -1;
  EXPECT_CU(cuDevicePrimaryCtxGetState(0, &flags, &active));
  return active;
}

TEST_F(DriverTest, RetainAndRelease) {
  EXPECT_EQ(Active(), 0);
  EXPECT_EQ(cuDevicePrimaryCtxRelease(0), CUDA_ERROR_INVALID_CONTEXT);
  CUcontext first, second;
  ASSERT_CU(cuDevicePrimaryCtxRetain(&first, 0));
  ASSERT_CU(cuDevicePrimaryCtxRetain(&second, 0));
  EXPECT_EQ(first, second);
  EXPECT_EQ(Active(), 1);
  CUcontext current;
  EXPECT_CU(cuCtxGetCurrent(&current));
  EXPECT_EQ(current, nullptr);
  EXPECT_EQ(cuCtxDestroy(first), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_CU(cuDevicePrimaryCtxRelease(0));
  EXPECT_EQ(Active(), 1);
  EXPECT_CU(cuDevicePrimaryCtxRelease(0));
  EXPECT_EQ(Active(), 0);
  EXPECT_EQ(cuDevicePrimaryCtxRetain(&first, 3), CUDA_ERROR_INVALID_DEVICE);
}

TEST_F(DriverTest, SetFlags) {
  EXPECT_CU(cuDevicePrimaryCtxSetFlags(0, CU_CTX_SCHED_SPIN));
  unsigned flags = 0;
  int active;
  EXPECT_CU(cuDevicePrimaryCtxGetState(0, &flags, &active));
  EXPECT_EQ(flags & CU_CTX_SCHED_MASK, static_cast<unsigned>(CU_CTX_SCHED_SPIN));
  EXPECT_EQ(cuDevicePrimaryCtxSetFlags(0, 3), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(DriverTest, ResetInvalidatesWhatTheContextOwned) {
  CUcontext context;
  ASSERT_CU(cuDevicePrimaryCtxRetain(&context, 0));
  ASSERT_CU(cuCtxSetCurrent(context));
  CUstream stream;
  CUevent event;
  CUmodule module;
  CUfunction function;
  CUlibrary library;
  CUkernel kernel;
  CUdeviceptr address;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  ASSERT_CU(cuEventCreate(&event, 0));
  ASSERT_CU(cuModuleLoadData(&module, kPtx));
  ASSERT_CU(cuModuleGetFunction(&function, module, "nothing"));
  ASSERT_CU(cuLibraryLoadData(&library, kPtx, nullptr, nullptr, 0, nullptr, nullptr, 0));
  ASSERT_CU(cuLibraryGetKernel(&kernel, library, "nothing"));
  ASSERT_CU(cuMemAlloc(&address, 1024));
  ASSERT_CU(cuDevicePrimaryCtxReset(0));
  EXPECT_EQ(cuStreamSynchronize(stream), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuEventDestroy(event), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuModuleUnload(module), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_ERROR_CONTEXT_IS_DESTROYED);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_CONTEXT_IS_DESTROYED);
  // The handle of the primary context and the libraries live on.
  CUcontext again;
  ASSERT_CU(cuDevicePrimaryCtxRetain(&again, 0));
  EXPECT_EQ(again, context);
  EXPECT_EQ(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_CU(cuLaunchKernel(reinterpret_cast<CUfunction>(kernel), 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr));
  EXPECT_EQ(cuMemFree(address), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuCtxSynchronize());
  EXPECT_CU(cuLibraryUnload(library));
}

TEST_F(DriverTest, ResetAfterAFault) {
  CUcontext context;
  ASSERT_CU(cuDevicePrimaryCtxRetain(&context, 0));
  ASSERT_CU(cuCtxSetCurrent(context));
  CUmodule module;
  CUfunction function;
  ASSERT_CU(cuModuleLoadData(&module, kPtx));
  ASSERT_CU(cuModuleGetFunction(&function, module, "store_bad"));
  CUdeviceptr wild = 0x10;
  void* arguments[] = {&wild};
  ASSERT_CU(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr));
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT_CU(cuDevicePrimaryCtxReset(0));
  ASSERT_CU(cuDevicePrimaryCtxRetain(&context, 0));
  CUdeviceptr address;
  EXPECT_CU(cuMemAlloc(&address, 16));
  EXPECT_CU(cuCtxSynchronize());
}

}  // namespace
}  // namespace culvert
