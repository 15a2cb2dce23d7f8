// Libraries: images without a context.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

CUlibrary Load(const void* image) {
  CUlibrary library = nullptr;
  EXPECT_CU(cuLibraryLoadData(&library, image, nullptr, nullptr, 0, nullptr, nullptr, 0));
  return library;
}

// No context is needed until something of the library is used in one.
TEST_F(DriverTest, LoadWithoutContext) {
  CUlibrary library = Load(kPtx);
  CUkernel kernel;
  ASSERT_CU(cuLibraryGetKernel(&kernel, library, "nothing"));
  EXPECT_EQ(cuLibraryGetKernel(&kernel, library, "missing"), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ(cuLaunchKernel(reinterpret_cast<CUfunction>(kernel), 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr),
            CUDA_ERROR_INVALID_CONTEXT);
  CUmodule module;
  EXPECT_EQ(cuLibraryGetModule(&module, library), CUDA_ERROR_INVALID_CONTEXT);
  unsigned count = 0;
  EXPECT_CU(cuLibraryGetKernelCount(&count, library));
  EXPECT_EQ(count, 7u);
  EXPECT_CU(cuLibraryUnload(library));
  EXPECT_EQ(cuLibraryUnload(library), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuLibraryGetKernelCount(&count, library), CUDA_ERROR_INVALID_HANDLE);
}

TEST_F(ContextTest, KernelsRunByEitherHandle) {
  CUlibrary library = Load(kPtx);
  CUkernel kernel;
  CUfunction function;
  ASSERT_CU(cuLibraryGetKernel(&kernel, library, "add_one"));
  ASSERT_CU(cuKernelGetFunction(&function, kernel));
  EXPECT_NE(reinterpret_cast<void*>(function), reinterpret_cast<void*>(kernel));
  DeviceMemory memory(40);
  CUdeviceptr address = memory.address();
  unsigned count = 10;
  ASSERT_CU(cuMemsetD32(address, 0, 10));
  void* arguments[] = {&address, &count};
  EXPECT_CU(cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, nullptr, arguments, nullptr));
  EXPECT_CU(cuLaunchKernel(reinterpret_cast<CUfunction>(kernel), 1, 1, 1, 32, 1, 1, 0, nullptr, arguments, nullptr));
  unsigned values[10];
  EXPECT_CU(cuMemcpyDtoH(values, address, 40));
  EXPECT_EQ(values[9], 2u);
  std::vector<CUkernel> kernels(7);
  ASSERT_CU(cuLibraryEnumerateKernels(kernels.data(), 7, library));
  for (CUkernel k : kernels) {
    const char* name = nullptr;
    CUlibrary owner = nullptr;
    EXPECT_CU(cuKernelGetName(&name, k));
    EXPECT_CU(cuKernelGetLibrary(&owner, k));
    EXPECT_EQ(owner, library);
  }
  EXPECT_CU(cuLibraryUnload(library));
  EXPECT_EQ(cuLaunchKernel(reinterpret_cast<CUfunction>(kernel), 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr),
            CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr), CUDA_ERROR_INVALID_HANDLE);
}

TEST_F(ContextTest, VariablesAreOnePerContext) {
  CUlibrary library = Load(kPtx);
  CUdeviceptr here = 0, there = 0;
  size_t bytes = 0;
  ASSERT_CU(cuLibraryGetGlobal(&here, &bytes, library, "counter"));
  EXPECT_EQ(bytes, 4u);
  ASSERT_CU(cuMemsetD32(here, 99, 1));
  CUcontext other;
  ASSERT_CU(cuCtxCreate(&other, nullptr, 0, 0));
  ASSERT_CU(cuLibraryGetGlobal(&there, nullptr, library, "counter"));
  EXPECT_NE(here, there);
  unsigned value = 0;
  EXPECT_CU(cuMemcpyDtoH(&value, there, 4));
  EXPECT_EQ(value, 7u);
  EXPECT_CU(cuCtxDestroy(other));
  EXPECT_EQ(cuLibraryGetGlobal(&here, &bytes, library, "missing"), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ(cuLibraryGetGlobal(nullptr, nullptr, library, "counter"), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuLibraryUnload(library));
}

TEST_F(ContextTest, ManagedVariables) {
  CUlibrary library = Load(kPtx);
  CUdeviceptr address = 0;
  size_t bytes = 0;
  ASSERT_CU(cuLibraryGetManaged(&address, &bytes, library, "managed_value"));
  EXPECT_EQ(bytes, 4u);
  EXPECT_EQ(*reinterpret_cast<unsigned*>(address), 5u);
  EXPECT_EQ(cuLibraryGetManaged(&address, &bytes, library, "counter"), CUDA_ERROR_NOT_FOUND);
  EXPECT_CU(cuLibraryUnload(library));
}

TEST_F(ContextTest, ModulesOfLibraries) {
  CUlibrary library = Load(kPtx);
  CUmodule module, same;
  CUfunction function;
  ASSERT_CU(cuLibraryGetModule(&module, library));
  ASSERT_CU(cuModuleGetFunction(&function, module, "nothing"));
  ASSERT_CU(cuFuncGetModule(&same, function));
  EXPECT_EQ(module, same);
  EXPECT_EQ(cuModuleUnload(module), CUDA_ERROR_NOT_PERMITTED);
  EXPECT_CU(cuLibraryUnload(library));
  EXPECT_EQ(cuModuleGetFunction(&function, module, "nothing"), CUDA_ERROR_INVALID_HANDLE);
}

TEST_F(DriverTest, OptionsAndFiles) {
  CUlibrary library;
  // The values are not read: callers pass none.
  CUlibraryOption preserved = CU_LIBRARY_BINARY_IS_PRESERVED;
  ASSERT_CU(cuLibraryLoadData(&library, kPtx, nullptr, nullptr, 0, &preserved, nullptr, 1));
  EXPECT_CU(cuLibraryUnload(library));
  CUlibraryOption table = CU_LIBRARY_HOST_UNIVERSAL_FUNCTION_AND_DATA_TABLE;
  EXPECT_EQ(cuLibraryLoadData(&library, kPtx, nullptr, nullptr, 0, &table, nullptr, 1), CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(cuLibraryLoadData(&library, kPtx, nullptr, nullptr, 0, nullptr, nullptr, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuLibraryLoadData(&library, nullptr, nullptr, nullptr, 0, nullptr, nullptr, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuLibraryLoadFromFile(&library, "/does/not/exist", nullptr, nullptr, 0, nullptr, nullptr, 0),
            CUDA_ERROR_FILE_NOT_FOUND);
  std::string path = testing::TempDir() + "/culvert_library_test.ptx";
  FILE* file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  fwrite(kPtx, 1, strlen(kPtx), file);
  fclose(file);
  EXPECT_CU(cuLibraryLoadFromFile(&library, path.c_str(), nullptr, nullptr, 0, nullptr, nullptr, 0));
  EXPECT_CU(cuLibraryUnload(library));
  remove(path.c_str());
}

}  // namespace
}  // namespace culvert
