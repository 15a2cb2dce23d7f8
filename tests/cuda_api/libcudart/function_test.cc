// Attributes of kernels and occupancy. CUDA Runtime API, "Execution Control", "Occupancy".
#include <gtest/gtest.h>

#include <string>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

TEST(Function, Attributes) {
  cudaFuncAttributes attributes;
  CUDA_OK(cudaFuncGetAttributes(&attributes, &static_shared));
  EXPECT_EQ(4096u, attributes.sharedSizeBytes);
  EXPECT_EQ(1024, attributes.maxThreadsPerBlock);
  EXPECT_EQ(75, attributes.ptxVersion);
  int major = 0;
  int minor = 0;
  CUDA_OK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0));
  CUDA_OK(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0));
  EXPECT_EQ(major * 10 + minor, attributes.binaryVersion);
  EXPECT_GT(attributes.numRegs, 0);
  EXPECT_EQ(49152 - 4096, attributes.maxDynamicSharedSizeBytes);
  CUDA_OK(cudaFuncGetAttributes(&attributes, &limited));
  EXPECT_EQ(64, attributes.maxThreadsPerBlock);
  EXPECT_EQ(cudaErrorInvalidDeviceFunction, cudaFuncGetAttributes(&attributes, &unregistered));
  EXPECT_EQ(cudaErrorNoKernelImageForDevice, cudaFuncGetAttributes(&attributes, &sass_only));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFuncGetAttributes(nullptr, &fill));
}

TEST(Function, DynamicSharedMemoryOptIn) {
  cudaFuncAttributes attributes;
  int opt_in = 0;
  CUDA_OK(cudaDeviceGetAttribute(&opt_in, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0));
  int most = opt_in - 4096;
  EXPECT_EQ(cudaErrorInvalidValue, cudaLaunchKernel(&static_shared, Dim(1), Dim(1), nullptr, most, nullptr));
  CUDA_OK(cudaFuncSetAttribute(&static_shared, cudaFuncAttributeMaxDynamicSharedMemorySize, most));
  CUDA_OK(cudaFuncGetAttributes(&attributes, &static_shared));
  EXPECT_EQ(most, attributes.maxDynamicSharedSizeBytes);
  CUDA_OK(cudaLaunchKernel(&static_shared, Dim(1), Dim(1), nullptr, most, nullptr));
  CUDA_OK(cudaDeviceSynchronize());
  auto set = [](cudaFuncAttribute attribute, int value) {
    return cudaFuncSetAttribute(&static_shared, attribute, value);
  };
  EXPECT_EQ(cudaErrorInvalidValue, set(cudaFuncAttributeMaxDynamicSharedMemorySize, most + 1));
  EXPECT_EQ(cudaErrorInvalidValue, set(cudaFuncAttributeMaxDynamicSharedMemorySize, -1));
  EXPECT_EQ(cudaErrorInvalidValue, set(static_cast<cudaFuncAttribute>(0), 1));
  EXPECT_EQ(cudaErrorInvalidValue, set(cudaFuncAttributeClusterDimMustBeSet, 1));
  CUDA_OK(set(cudaFuncAttributePreferredSharedMemoryCarveout, 50));
  EXPECT_EQ(cudaErrorInvalidValue, set(cudaFuncAttributePreferredSharedMemoryCarveout, 101));
}

TEST(Function, NamesParametersAndHandles) {
  const char* name = nullptr;
  CUDA_OK(cudaFuncGetName(&name, &fill));
  EXPECT_STREQ("fill", name);
  size_t offset = 99;
  size_t size = 99;
  CUDA_OK(cudaFuncGetParamInfo(&fill, 2, &offset, &size));
  EXPECT_EQ(12u, offset);
  EXPECT_EQ(4u, size);
  CUDA_OK(cudaFuncGetParamInfo(&fill, 0, &offset, nullptr));
  EXPECT_EQ(0u, offset);
  EXPECT_EQ(cudaErrorInvalidValue, cudaFuncGetParamInfo(&fill, 3, &offset, &size));
  cudaKernel_t kernel = nullptr;
  cudaKernel_t again = nullptr;
  CUDA_OK(cudaGetKernel(&kernel, &fill));
  CUDA_OK(cudaGetKernel(&again, &fill));
  EXPECT_EQ(kernel, again);
  CUDA_OK(cudaFuncGetName(&name, kernel));
  EXPECT_STREQ("fill", name);
  cudaFunction_t function = nullptr;
  CUDA_OK(cudaGetFuncBySymbol(&function, &fill));
  EXPECT_NE(nullptr, function);
  EXPECT_EQ(cudaErrorInvalidDeviceFunction, cudaGetFuncBySymbol(&function, &unregistered));
  CUDA_OK(cudaFuncSetCacheConfig(&fill, cudaFuncCachePreferL1));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFuncSetCacheConfig(&fill, static_cast<cudaFuncCache>(44)));
  CUDA_OK(cudaFuncSetSharedMemConfig(&fill, cudaSharedMemBankSizeFourByte));
}

TEST(Occupancy, FollowsThreadsAndSharedMemory) {
  int per_core = 0;
  int blocks = 0;
  CUDA_OK(cudaDeviceGetAttribute(&per_core, cudaDevAttrMaxThreadsPerMultiProcessor, 0));
  CUDA_OK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, &fill, 256, 0));
  EXPECT_GE(blocks, 1);
  EXPECT_LE(blocks * 256, per_core);
  int fewer = 0;
  CUDA_OK(cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&fewer, &fill, 256, 40000,
                                                                 cudaOccupancyDisableCachingOverride));
  EXPECT_LT(fewer, blocks);
  EXPECT_GE(fewer, 1);
  CUDA_OK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, &fill, 256, 1 << 20));
  EXPECT_EQ(0, blocks);
  EXPECT_EQ(cudaErrorInvalidValue, cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, &fill, 0, 0));
  EXPECT_EQ(cudaErrorInvalidValue, cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&blocks, &fill, 32, 0, 0x10));
  EXPECT_EQ(cudaErrorInvalidDeviceFunction,
            cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, &unregistered, 32, 0));
}

TEST(Occupancy, AvailableDynamicSharedMemory) {
  size_t one = 0;
  size_t two = 0;
  CUDA_OK(cudaOccupancyAvailableDynamicSMemPerBlock(&one, &fill, 1, 128));
  CUDA_OK(cudaOccupancyAvailableDynamicSMemPerBlock(&two, &fill, 2, 128));
  EXPECT_GE(one, two);
  int blocks = 0;
  CUDA_OK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, &fill, 128, two));
  EXPECT_GE(blocks, 2);
}

}  // namespace
}  // namespace culvert::testing
