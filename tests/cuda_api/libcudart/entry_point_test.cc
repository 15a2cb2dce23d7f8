// Access to driver functions. CUDA Runtime API, "Driver Entry Point Access".
#include <gtest/gtest.h>

#include "include/cuda/detail/driver_enums.h"
#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

TEST(EntryPoint, FoundFunctionsWork) {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult status = cudaDriverEntryPointSymbolNotFound;
  CUDA_OK(cudaGetDriverEntryPoint("cuDriverGetVersion", &function, cudaEnableDefault, &status));
  EXPECT_EQ(cudaDriverEntryPointSuccess, status);
  ASSERT_NE(nullptr, function);
  int version = 0;
  EXPECT_EQ(0, reinterpret_cast<CUresult (*)(int*)>(function)(&version));
  EXPECT_GE(version, 13000);
}

TEST(EntryPoint, VersionsAndStreams) {
  void* legacy = nullptr;
  void* own = nullptr;
  void* standard = nullptr;
  CUDA_OK(cudaGetDriverEntryPointByVersion("cuMemcpyHtoDAsync", &legacy, 13000, cudaEnableLegacyStream, nullptr));
  CUDA_OK(
      cudaGetDriverEntryPointByVersion("cuMemcpyHtoDAsync", &own, 13000, cudaEnablePerThreadDefaultStream, nullptr));
  EXPECT_NE(legacy, own);
  CUDA_OK(cudaGetDriverEntryPoint("cuMemcpyHtoDAsync", &standard, cudaEnableDefault, nullptr));
  EXPECT_EQ(legacy, standard);
  CUDA_OK(cudaGetDriverEntryPoint_ptsz("cuMemcpyHtoDAsync", &standard, cudaEnableDefault, nullptr));
  EXPECT_EQ(own, standard);
}

TEST(EntryPoint, NotFound) {
  void* function = &function;
  cudaDriverEntryPointQueryResult status = cudaDriverEntryPointSuccess;
  EXPECT_EQ(cudaErrorSymbolNotFound,
            cudaGetDriverEntryPoint("cuNoSuchFunction", &function, cudaEnableDefault, &status));
  EXPECT_EQ(cudaDriverEntryPointSymbolNotFound, status);
  EXPECT_EQ(nullptr, function);
  EXPECT_EQ(cudaErrorSymbolNotFound,
            cudaGetDriverEntryPointByVersion("cuLibraryLoadData", &function, 11000, cudaEnableDefault, &status));
  EXPECT_EQ(cudaDriverEntryPointVersionNotSufficent, status);
  EXPECT_EQ(cudaErrorInvalidValue, cudaGetDriverEntryPoint("cuInit", &function, 0x40, &status));
  EXPECT_EQ(cudaErrorInvalidValue, cudaGetDriverEntryPoint(nullptr, &function, 0, &status));
  EXPECT_EQ(cudaErrorInvalidValue, cudaGetDriverEntryPoint("cuInit", nullptr, 0, &status));
}

}  // namespace
}  // namespace culvert::testing
