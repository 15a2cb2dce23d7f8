// cuGetProcAddress. The full list of lookups is in tests/abi.
#include <dlfcn.h>

#include "driver.h"

namespace culvert {
namespace {

void* Lookup(const char* name, int version, cuuint64_t flags = 0) {
  void* function = reinterpret_cast<void*>(1);
  CUdriverProcAddressQueryResult status;
  CUresult result = cuGetProcAddress_v2(name, &function, version, flags, &status);
  EXPECT_EQ(result == CUDA_SUCCESS, status == CU_GET_PROC_ADDRESS_SUCCESS);
  EXPECT_EQ(result == CUDA_SUCCESS, function != nullptr);
  return function;
}

TEST(EntryPoint, FoundEntriesWork) {
  auto get_version = reinterpret_cast<CUresult (*)(int*)>(Lookup("cuDriverGetVersion", 13000));
  int version = 0;
  ASSERT_NE(get_version, nullptr);
  EXPECT_CU(get_version(&version));
  EXPECT_GE(version, 13000);
}

TEST(EntryPoint, VersionsAndPerThreadEntriesDiffer) {
  EXPECT_NE(Lookup("cuMemAlloc", 2000), Lookup("cuMemAlloc", 13000));
  EXPECT_EQ(Lookup("cuMemAlloc", 3020), Lookup("cuMemAlloc", 13000));
  EXPECT_NE(Lookup("cuLaunchKernel", 13000, CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM),
            Lookup("cuLaunchKernel", 13000, CU_GET_PROC_ADDRESS_LEGACY_STREAM));
}

TEST(EntryPoint, Misses) {
  void* function = reinterpret_cast<void*>(1);
  CUdriverProcAddressQueryResult status;
  EXPECT_EQ(cuGetProcAddress_v2("cuNoSuchThing", &function, 13000, 0, &status), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ(status, CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND);
  EXPECT_EQ(function, nullptr);
  EXPECT_EQ(cuGetProcAddress_v2("cuLaunchKernelEx", &function, 11000, 0, &status), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ(status, CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT);
  EXPECT_EQ(cuGetProcAddress_v2("", &function, 0, 0, nullptr), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ(cuGetProcAddress_v2("cuInit", &function, 13000, 64, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuGetProcAddress_v2(nullptr, &function, 13000, 0, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuGetProcAddress_v2("cuInit", nullptr, 13000, 0, nullptr), CUDA_ERROR_INVALID_VALUE);
}

// The first version of the function has no status parameter.
TEST(EntryPoint, FirstVersion) {
  auto lookup =
      reinterpret_cast<CUresult (*)(const char*, void**, int, cuuint64_t)>(dlsym(RTLD_DEFAULT, "cuGetProcAddress"));
  ASSERT_NE(lookup, nullptr);
  void* function = nullptr;
  EXPECT_CU(lookup("cuInit", &function, 11030, 0));
  EXPECT_NE(function, nullptr);
}

}  // namespace
}  // namespace culvert
