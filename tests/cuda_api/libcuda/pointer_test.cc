// What an address is.
#include "driver.h"

namespace culvert {
namespace {

template <typename T>
T Get(CUpointer_attribute attribute, CUdeviceptr address) {
  T value = {};
  EXPECT_CU(cuPointerGetAttribute(&value, attribute, address)) << attribute;
  return value;
}

TEST_F(ContextTest, DeviceMemoryPointers) {
  DeviceMemory memory(1000), other(8);
  CUdeviceptr inside = memory.address() + 10;
  EXPECT_EQ(Get<CUcontext>(CU_POINTER_ATTRIBUTE_CONTEXT, inside), context_);
  EXPECT_EQ(Get<unsigned>(CU_POINTER_ATTRIBUTE_MEMORY_TYPE, inside), static_cast<unsigned>(CU_MEMORYTYPE_DEVICE));
  EXPECT_EQ(Get<CUdeviceptr>(CU_POINTER_ATTRIBUTE_DEVICE_POINTER, inside), inside);
  EXPECT_EQ(Get<int>(CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, inside), 0);
  EXPECT_EQ(Get<unsigned>(CU_POINTER_ATTRIBUTE_IS_MANAGED, inside), 0u);
  EXPECT_EQ(Get<CUdeviceptr>(CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, inside), memory.address());
  EXPECT_EQ(Get<size_t>(CU_POINTER_ATTRIBUTE_RANGE_SIZE, inside), 1000u);
  EXPECT_EQ(Get<unsigned>(CU_POINTER_ATTRIBUTE_MAPPED, inside), 1u);
  EXPECT_EQ(Get<unsigned>(CU_POINTER_ATTRIBUTE_ACCESS_FLAGS, inside), 3u);
  EXPECT_EQ(Get<uint64_t>(CU_POINTER_ATTRIBUTE_ALLOWED_HANDLE_TYPES, inside), 0u);
  EXPECT_EQ(Get<CUmemoryPool>(CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE, inside), nullptr);
  EXPECT_NE(Get<uint64_t>(CU_POINTER_ATTRIBUTE_BUFFER_ID, inside),
            Get<uint64_t>(CU_POINTER_ATTRIBUTE_BUFFER_ID, other.address()));
  void* host;
  EXPECT_EQ(cuPointerGetAttribute(&host, CU_POINTER_ATTRIBUTE_HOST_POINTER, inside), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuPointerGetAttribute(&host, CU_POINTER_ATTRIBUTE_P2P_TOKENS, inside), CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(cuPointerGetAttribute(&host, static_cast<CUpointer_attribute>(99), inside), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuPointerGetAttribute(nullptr, CU_POINTER_ATTRIBUTE_CONTEXT, inside), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, HostAndManagedPointers) {
  void* host;
  CUdeviceptr managed;
  ASSERT_CU(cuMemAllocHost(&host, 64));
  ASSERT_CU(cuMemAllocManaged(&managed, 64, CU_MEM_ATTACH_GLOBAL));
  auto address = reinterpret_cast<CUdeviceptr>(host);
  EXPECT_EQ(Get<unsigned>(CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address), static_cast<unsigned>(CU_MEMORYTYPE_HOST));
  EXPECT_EQ(Get<void*>(CU_POINTER_ATTRIBUTE_HOST_POINTER, address), host);
  EXPECT_EQ(Get<unsigned>(CU_POINTER_ATTRIBUTE_IS_MANAGED, managed), 1u);
  EXPECT_EQ(Get<CUdeviceptr>(CU_POINTER_ATTRIBUTE_HOST_POINTER, managed), managed);
  EXPECT_CU(cuMemFree(managed));
  EXPECT_CU(cuMemFreeHost(host));
}

// The plural answers nulls for an unknown address, the singular refuses it.
TEST_F(ContextTest, UnknownAddresses) {
  int local = 0;
  auto address = reinterpret_cast<CUdeviceptr>(&local);
  unsigned type = 7;
  int ordinal = 7;
  CUcontext context = context_;
  CUpointer_attribute attributes[] = {CU_POINTER_ATTRIBUTE_MEMORY_TYPE, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL,
                                      CU_POINTER_ATTRIBUTE_CONTEXT};
  void* data[] = {&type, &ordinal, &context};
  EXPECT_CU(cuPointerGetAttributes(3, attributes, data, address));
  EXPECT_EQ(type, 0u);
  EXPECT_EQ(ordinal, CU_DEVICE_INVALID);
  EXPECT_EQ(context, nullptr);
  EXPECT_EQ(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuPointerGetAttributes(0, attributes, data, address), CUDA_ERROR_INVALID_VALUE);
  data[1] = nullptr;
  EXPECT_EQ(cuPointerGetAttributes(3, attributes, data, address), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, SynchronousMemoryOperations) {
  DeviceMemory memory(16);
  unsigned flag = 1;
  EXPECT_CU(cuPointerSetAttribute(&flag, CU_POINTER_ATTRIBUTE_SYNC_MEMOPS, memory.address()));
  EXPECT_EQ(Get<unsigned>(CU_POINTER_ATTRIBUTE_SYNC_MEMOPS, memory.address()), 1u);
  EXPECT_EQ(cuPointerSetAttribute(&flag, CU_POINTER_ATTRIBUTE_CONTEXT, memory.address()), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuPointerSetAttribute(nullptr, CU_POINTER_ATTRIBUTE_SYNC_MEMOPS, memory.address()),
            CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuPointerSetAttribute(&flag, CU_POINTER_ATTRIBUTE_SYNC_MEMOPS, 16), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
