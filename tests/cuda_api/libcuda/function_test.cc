// What functions and kernels report and what can be set on them.
#include <string>

#include "driver.h"

namespace culvert {
namespace {

TEST_F(ModuleTest, Attributes) {
  CUfunction function = Function("shared_user");
  auto get = [&](CUfunction_attribute attribute) {
    int value = -2;
    EXPECT_CU(cuFuncGetAttribute(&value, attribute, function));
    return value;
  };
  EXPECT_EQ(get(CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK), 256);
  EXPECT_EQ(get(CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES), 1024);
  EXPECT_EQ(get(CU_FUNC_ATTRIBUTE_PTX_VERSION), 70);
  EXPECT_GT(get(CU_FUNC_ATTRIBUTE_NUM_REGS), 0);
  int major = 0, minor = 0;
  ASSERT_CU(cuDeviceComputeCapability(&major, &minor, 0));
  EXPECT_EQ(get(CU_FUNC_ATTRIBUTE_BINARY_VERSION), major * 10 + minor);
  for (int i = 0; i < CU_FUNC_ATTRIBUTE_MAX; ++i) get(static_cast<CUfunction_attribute>(i));
  int value;
  EXPECT_EQ(cuFuncGetAttribute(&value, CU_FUNC_ATTRIBUTE_MAX, function), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuFuncGetAttribute(&value, CU_FUNC_ATTRIBUTE_NUM_REGS, nullptr), CUDA_ERROR_INVALID_HANDLE);
}

// Fault 11: more than 48 KiB of shared memory needs an opt-in.
TEST_F(ModuleTest, DynamicSharedMemoryOptIn) {
  CUfunction nothing = Function("nothing");
  auto launch = [&](unsigned bytes) {
    return cuLaunchKernel(nothing, 1, 1, 1, 1, 1, 1, bytes, nullptr, nullptr, nullptr);
  };
  EXPECT_EQ(launch(60 << 10), CUDA_ERROR_INVALID_VALUE);
  int most = 0;
  ASSERT_CU(cuDeviceGetAttribute(&most, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 0));
  EXPECT_EQ(cuFuncSetAttribute(nothing, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, most + 1),
            CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuFuncSetAttribute(nothing, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 60 << 10));
  EXPECT_CU(launch(60 << 10));
  EXPECT_CU(cuCtxSynchronize());
  EXPECT_EQ(cuFuncSetAttribute(nothing, CU_FUNC_ATTRIBUTE_NUM_REGS, 3), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuFuncSetAttribute(nothing, CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, 101),
            CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuFuncSetAttribute(nothing, CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT, 50));
}

TEST_F(ModuleTest, Parameters) {
  CUfunction many = Function("many");
  size_t offset = 0, size = 0;
  ASSERT_CU(cuFuncGetParamInfo(many, 0, &offset, &size));
  EXPECT_EQ(offset, 0u);
  EXPECT_EQ(size, 1u);
  ASSERT_CU(cuFuncGetParamInfo(many, 1, &offset, &size));
  EXPECT_EQ(offset, 8u);
  EXPECT_EQ(size, 24u);
  ASSERT_CU(cuFuncGetParamInfo(many, 2, &offset, nullptr));
  EXPECT_EQ(offset, 32u);
  EXPECT_EQ(cuFuncGetParamInfo(many, 3, &offset, &size), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ModuleTest, ConfigurationHintsAndLoading) {
  CUfunction nothing = Function("nothing");
  EXPECT_CU(cuFuncSetCacheConfig(nothing, CU_FUNC_CACHE_PREFER_SHARED));
  EXPECT_EQ(cuFuncSetCacheConfig(nothing, static_cast<CUfunc_cache>(8)), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuFuncSetSharedMemConfig(nothing, CU_SHARED_MEM_CONFIG_FOUR_BYTE_BANK_SIZE));
  EXPECT_EQ(cuFuncSetSharedMemConfig(nothing, static_cast<CUsharedconfig>(8)), CUDA_ERROR_INVALID_VALUE);
  CUfunctionLoadingState state;
  EXPECT_CU(cuFuncLoad(nothing));
  EXPECT_CU(cuFuncIsLoaded(&state, nothing));
  EXPECT_EQ(state, CU_FUNCTION_LOADING_STATE_LOADED);
  CUmodule module;
  EXPECT_CU(cuFuncGetModule(&module, nothing));
  EXPECT_EQ(module, module_);
  const char* name = nullptr;
  EXPECT_CU(cuFuncGetName(&name, nothing));
  EXPECT_EQ(std::string(name), "nothing");
}

TEST_F(ContextTest, KernelsLikeFunctions) {
  CUlibrary library;
  CUkernel kernel;
  ASSERT_CU(cuLibraryLoadData(&library, kPtx, nullptr, nullptr, 0, nullptr, nullptr, 0));
  ASSERT_CU(cuLibraryGetKernel(&kernel, library, "shared_user"));
  auto function = reinterpret_cast<CUfunction>(kernel);
  int from_kernel = 0, from_function = 0;
  EXPECT_CU(cuKernelGetAttribute(&from_kernel, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, kernel, 0));
  EXPECT_CU(cuFuncGetAttribute(&from_function, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, function));
  EXPECT_EQ(from_kernel, 1024);
  EXPECT_EQ(from_function, 1024);
  EXPECT_CU(cuKernelSetAttribute(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 64 << 10, kernel, 0));
  EXPECT_CU(cuKernelGetAttribute(&from_kernel, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, kernel, 0));
  EXPECT_EQ(from_kernel, 64 << 10);
  EXPECT_CU(cuKernelSetCacheConfig(kernel, CU_FUNC_CACHE_PREFER_L1, 0));
  EXPECT_EQ(cuKernelGetAttribute(&from_kernel, CU_FUNC_ATTRIBUTE_NUM_REGS, kernel, 4), CUDA_ERROR_INVALID_DEVICE);
  size_t offset;
  EXPECT_EQ(cuKernelGetParamInfo(kernel, 0, &offset, nullptr), CUDA_ERROR_INVALID_VALUE);
  CUfunction real;
  EXPECT_CU(cuKernelGetFunction(&real, kernel));
  EXPECT_EQ(cuKernelGetFunction(&real, nullptr), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_CU(cuLibraryUnload(library));
}

}  // namespace
}  // namespace culvert
