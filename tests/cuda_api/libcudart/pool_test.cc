// Stream-ordered allocation. CUDA Runtime API, "Stream Ordered Memory Allocator".
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

constexpr cudaMemLocation kDevice0 = {cudaMemLocationTypeDevice, 0};

cudaMemPoolProps DeviceProps() {
  cudaMemPoolProps props = {};
  props.allocType = cudaMemAllocationTypePinned;
  props.location = kDevice0;
  return props;
}

TEST(Pool, AllocateUseFreeInOrder) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  uint32_t* memory = nullptr;
  uint32_t value = 0;
  CUDA_OK(cudaMallocAsync(reinterpret_cast<void**>(&memory), 4096, stream));
  CUDA_OK(Launch(&fill, Dim(4), Dim(256), 0, stream, memory, 3u, 1024u));
  CUDA_OK(cudaMemcpyAsync(&value, memory + 1023, 4, cudaMemcpyDeviceToHost, stream));
  CUDA_OK(cudaFreeAsync(memory, stream));
  CUDA_OK(cudaStreamSynchronize(stream));
  EXPECT_EQ(3u, value);
  EXPECT_EQ(cudaErrorInvalidValue, cudaFreeAsync(memory, stream));
  CUDA_OK(cudaMallocAsync(reinterpret_cast<void**>(&memory), 4096, stream));
  CUDA_OK(cudaStreamSynchronize(stream));
  CUDA_OK(cudaFree(memory));  // manual: cudaFree frees such memory too
  CUDA_OK(cudaStreamDestroy(stream));
}

TEST(Pool, TooMuchIsOutOfMemory) {
  void* memory = nullptr;
  EXPECT_EQ(cudaErrorMemoryAllocation, cudaMallocAsync(&memory, size_t{1} << 60, nullptr));
  CUDA_OK(cudaMallocAsync(&memory, 64, nullptr));
  CUDA_OK(cudaFreeAsync(memory, nullptr));
  CUDA_OK(cudaDeviceSynchronize());
}

TEST(Pool, OwnPool) {
  cudaMemPoolProps props = DeviceProps();
  cudaMemPool_t pool = nullptr;
  cudaMemPool_t standard = nullptr;
  cudaMemPool_t current = nullptr;
  CUDA_OK(cudaMemPoolCreate(&pool, &props));
  CUDA_OK(cudaDeviceGetDefaultMemPool(&standard, 0));
  CUDA_OK(cudaDeviceGetMemPool(&current, 0));
  EXPECT_EQ(standard, current);
  EXPECT_NE(standard, pool);
  void* memory = nullptr;
  uint64_t used = 0;
  CUDA_OK(cudaMallocFromPoolAsync(&memory, 1 << 20, pool, nullptr));
  CUDA_OK(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used));
  EXPECT_GE(used, uint64_t{1} << 20);
  CUDA_OK(cudaFreeAsync(memory, nullptr));
  CUDA_OK(cudaStreamSynchronize(nullptr));
  CUDA_OK(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used));
  EXPECT_EQ(0u, used);
  CUDA_OK(cudaMemPoolTrimTo(pool, 0));
  CUDA_OK(cudaDeviceSetMemPool(0, pool));
  CUDA_OK(cudaDeviceGetMemPool(&current, 0));
  EXPECT_EQ(pool, current);
  CUDA_OK(cudaMemPoolDestroy(pool));
  CUDA_OK(cudaDeviceGetMemPool(&current, 0));
  EXPECT_EQ(standard, current);
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaMemPoolDestroy(pool));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemPoolDestroy(standard));
}

TEST(Pool, Attributes) {
  cudaMemPool_t pool = nullptr;
  CUDA_OK(cudaDeviceGetDefaultMemPool(&pool, 0));
  uint64_t threshold = 123456;
  CUDA_OK(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold));
  threshold = 0;
  CUDA_OK(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold));
  EXPECT_EQ(123456u, threshold);
  int flag[2] = {0, 77};
  CUDA_OK(cudaMemPoolSetAttribute(pool, cudaMemPoolReuseAllowOpportunistic, flag));
  flag[0] = 1;
  CUDA_OK(cudaMemPoolGetAttribute(pool, cudaMemPoolReuseAllowOpportunistic, flag));
  EXPECT_EQ(0, flag[0]);
  EXPECT_EQ(77, flag[1]);  // the attribute is an int
  uint64_t value = 5;
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemPoolSetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &value));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemPoolGetAttribute(pool, static_cast<cudaMemPoolAttr>(99), &value));
}

TEST(Pool, AccessAndLocations) {
  cudaMemPool_t pool = nullptr;
  cudaMemLocation location = kDevice0;
  CUDA_OK(cudaMemGetDefaultMemPool(&pool, &location, cudaMemAllocationTypePinned));
  cudaMemAccessFlags flags = cudaMemAccessFlagsProtNone;
  CUDA_OK(cudaMemPoolGetAccess(&flags, pool, &location));
  EXPECT_EQ(cudaMemAccessFlagsProtReadWrite, flags);
  cudaMemAccessDesc access = {kDevice0, cudaMemAccessFlagsProtReadWrite};
  CUDA_OK(cudaMemPoolSetAccess(pool, &access, 1));
  access.flags = cudaMemAccessFlagsProtNone;
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemPoolSetAccess(pool, &access, 1));
  CUDA_OK(cudaMemGetMemPool(&pool, &location, cudaMemAllocationTypePinned));
  CUDA_OK(cudaMemSetMemPool(&location, cudaMemAllocationTypePinned, pool));
  location.type = cudaMemLocationTypeHost;
  EXPECT_EQ(cudaErrorNotSupported, cudaMemGetMemPool(&pool, &location, cudaMemAllocationTypePinned));
  location = {cudaMemLocationTypeDevice, 99};
  EXPECT_EQ(cudaErrorInvalidDevice, cudaMemGetMemPool(&pool, &location, cudaMemAllocationTypePinned));
  cudaMemPoolProps props = DeviceProps();
  props.handleTypes = cudaMemHandleTypePosixFileDescriptor;
  EXPECT_EQ(cudaErrorNotSupported, cudaMemPoolCreate(&pool, &props));
}

}  // namespace
}  // namespace culvert::testing
