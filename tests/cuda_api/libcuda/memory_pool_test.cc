// Stream-ordered allocation and pools.
#include "driver.h"

namespace culvert {
namespace {

CUmemLocation OnDevice(int ordinal) { return {CU_MEM_LOCATION_TYPE_DEVICE, ordinal}; }

CUmemPoolProps Properties() {
  CUmemPoolProps properties = {};
  properties.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location = OnDevice(0);
  return properties;
}

TEST_F(ContextTest, AllocateInStreamOrder) {
  CUstream stream;
  CUdeviceptr address;
  ASSERT_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  ASSERT_CU(cuMemAllocAsync(&address, 4096, stream));
  EXPECT_CU(cuMemsetD8Async(address, 3, 4096, stream));
  CUmemoryPool pool = nullptr, expected = nullptr;
  EXPECT_CU(cuPointerGetAttribute(&pool, CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE, address));
  EXPECT_CU(cuDeviceGetDefaultMemPool(&expected, 0));
  EXPECT_EQ(pool, expected);
  EXPECT_CU(cuMemFreeAsync(address, stream));
  EXPECT_CU(cuStreamSynchronize(stream));
  EXPECT_EQ(cuMemFreeAsync(address, stream), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemAllocAsync(&address, 0, stream), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemAllocAsync(&address, SIZE_MAX / 2, stream), CUDA_ERROR_OUT_OF_MEMORY);
}

TEST_F(ContextTest, PoolsOfTheProgram) {
  CUmemPoolProps properties = Properties();
  CUmemoryPool pool, other;
  ASSERT_CU(cuMemPoolCreate(&pool, &properties));
  CUdeviceptr address;
  ASSERT_CU(cuMemAllocFromPoolAsync(&address, 1 << 20, pool, nullptr));
  uint64_t used = 0;
  EXPECT_CU(cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_USED_MEM_CURRENT, &used));
  EXPECT_GE(used, uint64_t{1} << 20);
  EXPECT_CU(cuDeviceSetMemPool(0, pool));
  EXPECT_CU(cuDeviceGetMemPool(&other, 0));
  EXPECT_EQ(other, pool);
  EXPECT_CU(cuMemFreeAsync(address, nullptr));
  EXPECT_CU(cuCtxSynchronize());
  EXPECT_CU(cuMemPoolTrimTo(pool, 0));
  EXPECT_CU(cuMemPoolDestroy(pool));
  EXPECT_EQ(cuMemPoolDestroy(pool), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_CU(cuDeviceGetMemPool(&other, 0));
  EXPECT_NE(other, pool);
  EXPECT_EQ(cuMemPoolDestroy(other), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemAllocFromPoolAsync(&address, 16, pool, nullptr), CUDA_ERROR_INVALID_HANDLE);
  properties.handleTypes = CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR;
  EXPECT_EQ(cuMemPoolCreate(&pool, &properties), CUDA_ERROR_NOT_SUPPORTED);
  properties = Properties();
  properties.location = OnDevice(9);
  EXPECT_EQ(cuMemPoolCreate(&pool, &properties), CUDA_ERROR_INVALID_DEVICE);
}

TEST_F(ContextTest, PoolAttributes) {
  CUmemoryPool pool;
  ASSERT_CU(cuDeviceGetDefaultMemPool(&pool, 0));
  uint64_t threshold = 12345, got = 0;
  EXPECT_CU(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &threshold));
  EXPECT_CU(cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &got));
  EXPECT_EQ(got, threshold);
  int flags[2] = {0, 77};
  EXPECT_CU(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC, flags));
  flags[0] = 5;
  EXPECT_CU(cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC, flags));
  EXPECT_EQ(flags[0], 0);
  EXPECT_EQ(flags[1], 77);  // flags are int
  EXPECT_EQ(cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_USED_MEM_CURRENT, &threshold), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemPoolGetAttribute(pool, static_cast<CUmemPool_attribute>(70), &got), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemPoolGetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, PoolAccess) {
  CUmemoryPool pool;
  ASSERT_CU(cuDeviceGetDefaultMemPool(&pool, 0));
  CUmemLocation here = OnDevice(0);
  CUmemAccess_flags flags;
  EXPECT_CU(cuMemPoolGetAccess(&flags, pool, &here));
  EXPECT_EQ(flags, CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
  CUmemAccessDesc access = {here, CU_MEM_ACCESS_FLAGS_PROT_READWRITE};
  EXPECT_CU(cuMemPoolSetAccess(pool, &access, 1));
  access.flags = CU_MEM_ACCESS_FLAGS_PROT_NONE;
  EXPECT_EQ(cuMemPoolSetAccess(pool, &access, 1), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, PoolsByLocation) {
  CUmemLocation here = OnDevice(0), host = {CU_MEM_LOCATION_TYPE_HOST, 0};
  CUmemoryPool pool, expected;
  ASSERT_CU(cuDeviceGetDefaultMemPool(&expected, 0));
  EXPECT_CU(cuMemGetDefaultMemPool(&pool, &here, CU_MEM_ALLOCATION_TYPE_PINNED));
  EXPECT_EQ(pool, expected);
  EXPECT_CU(cuMemSetMemPool(&here, CU_MEM_ALLOCATION_TYPE_PINNED, pool));
  EXPECT_CU(cuMemGetMemPool(&pool, &here, CU_MEM_ALLOCATION_TYPE_PINNED));
  EXPECT_EQ(pool, expected);
  EXPECT_EQ(cuMemGetDefaultMemPool(&pool, &host, CU_MEM_ALLOCATION_TYPE_PINNED), CUDA_ERROR_NOT_SUPPORTED);
}

}  // namespace
}  // namespace culvert
