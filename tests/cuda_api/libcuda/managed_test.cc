// Advice on and prefetching of managed memory.
#include "driver.h"

namespace culvert {
namespace {

TEST_F(ContextTest, AdviceAndPrefetch) {
  CUdeviceptr address;
  ASSERT_CU(cuMemAllocManaged(&address, 4096, CU_MEM_ATTACH_GLOBAL));
  CUmemLocation device = {CU_MEM_LOCATION_TYPE_DEVICE, 0}, host = {CU_MEM_LOCATION_TYPE_HOST, 0};
  EXPECT_CU(cuMemAdvise(address, 4096, CU_MEM_ADVISE_SET_READ_MOSTLY, device));
  EXPECT_CU(cuMemAdvise(address, 100, CU_MEM_ADVISE_SET_PREFERRED_LOCATION, host));
  EXPECT_CU(cuMemPrefetchAsync(address, 4096, device, 0, nullptr));
  EXPECT_CU(cuMemPrefetchAsync(address, 4096, host, 0, nullptr));
  EXPECT_CU(cuCtxSynchronize());
  EXPECT_EQ(cuMemAdvise(address, 4096, static_cast<CUmem_advise>(40), device), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemAdvise(address, 5000, CU_MEM_ADVISE_SET_READ_MOSTLY, device), CUDA_ERROR_INVALID_VALUE);
  device.id = 8;
  EXPECT_EQ(cuMemAdvise(address, 4096, CU_MEM_ADVISE_SET_ACCESSED_BY, device), CUDA_ERROR_INVALID_DEVICE);
  EXPECT_EQ(cuMemPrefetchAsync(address, 4096, device, 0, nullptr), CUDA_ERROR_INVALID_DEVICE);
  EXPECT_EQ(cuMemPrefetchAsync(address, 4096, host, 1, nullptr), CUDA_ERROR_INVALID_VALUE);
  DeviceMemory memory(64);
  EXPECT_EQ(cuMemPrefetchAsync(memory.address(), 64, host, 0, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuMemFree(address));
}

}  // namespace
}  // namespace culvert
