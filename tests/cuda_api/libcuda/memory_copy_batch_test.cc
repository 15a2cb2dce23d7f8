// Many copies in one call.
#include <cstdint>

#include "driver.h"

namespace culvert {
namespace {

TEST_F(ContextTest, BatchOfCopies) {
  CUstream stream;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  DeviceMemory memory(64);
  int in[2] = {5, 6}, out[2] = {};
  auto host = [](int& value) { return reinterpret_cast<CUdeviceptr>(&value); };
  CUdeviceptr up_to[] = {memory.address(), memory.address() + 4}, up_from[] = {host(in[0]), host(in[1])};
  CUdeviceptr down_to[] = {host(out[0]), host(out[1])};
  size_t sizes[] = {4, 4}, first = 0;
  CUmemcpyAttributes attributes = {};
  attributes.srcAccessOrder = CU_MEMCPY_SRC_ACCESS_ORDER_DURING_API_CALL;
  ASSERT_CU(cuMemcpyBatchAsync(up_to, up_from, sizes, 2, &attributes, &first, 1, stream));
  in[0] = in[1] = 0;
  attributes.srcAccessOrder = CU_MEMCPY_SRC_ACCESS_ORDER_STREAM;
  ASSERT_CU(cuMemcpyBatchAsync(down_to, up_to, sizes, 2, &attributes, &first, 1, stream));
  ASSERT_CU(cuStreamSynchronize(stream));
  EXPECT_EQ(out[0], 5);
  EXPECT_EQ(out[1], 6);
}

TEST_F(ContextTest, BatchesThatAreRefused) {
  CUstream stream;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  DeviceMemory memory(64);
  CUdeviceptr to[] = {memory.address(), memory.address()}, from[] = {memory.address() + 8, memory.address() + 1000};
  size_t sizes[] = {4, 4}, indices[] = {0, 0};
  CUmemcpyAttributes attributes[2] = {};
  attributes[0].srcAccessOrder = attributes[1].srcAccessOrder = CU_MEMCPY_SRC_ACCESS_ORDER_STREAM;
  EXPECT_EQ(cuMemcpyBatchAsync(to, from, sizes, 2, attributes, indices, 1, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemcpyBatchAsync(to, from, sizes, 0, attributes, indices, 1, stream), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemcpyBatchAsync(to, from, sizes, 2, attributes, indices, 2, stream), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemcpyBatchAsync(to, from, sizes, 2, attributes, indices, 1, stream), CUDA_ERROR_INVALID_VALUE);
  attributes[0].srcAccessOrder = CU_MEMCPY_SRC_ACCESS_ORDER_INVALID;
  EXPECT_EQ(cuMemcpyBatchAsync(to, from, sizes, 1, attributes, indices, 1, stream), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
