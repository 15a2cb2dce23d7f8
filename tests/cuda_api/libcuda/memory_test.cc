// Allocation, host memory, registration (faults 1, 28).
#include <cstdint>
#include <cstring>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

TEST_F(ContextTest, AllocateAndFree) {
  CUdeviceptr address = 0, base = 0;
  size_t size = 0;
  ASSERT_CU(cuMemAlloc(&address, 1000));
  EXPECT_EQ(address % 512, 0u);
  EXPECT_CU(cuMemGetAddressRange(&base, &size, address + 999));
  EXPECT_EQ(base, address);
  EXPECT_EQ(size, 1000u);
  EXPECT_CU(cuMemGetAddressRange(nullptr, nullptr, address));
  EXPECT_EQ(cuMemFree(address + 4), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuMemFree(address));
  EXPECT_EQ(cuMemFree(address), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemGetAddressRange(&base, &size, address), CUDA_ERROR_NOT_FOUND);
  EXPECT_CU(cuMemFree(0));
  EXPECT_EQ(cuMemAlloc(&address, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemAlloc(nullptr, 8), CUDA_ERROR_INVALID_VALUE);
}

// Fault 1.
TEST_F(ContextTest, TooMuchIsNotSticky) {
  size_t free_bytes = 0, total_bytes = 0;
  ASSERT_CU(cuMemGetInfo(&free_bytes, &total_bytes));
  EXPECT_LE(free_bytes, total_bytes);
  CUdeviceptr address = 1;
  for (size_t size : {total_bytes + 1, SIZE_MAX, SIZE_MAX - 4096, SIZE_MAX / 2}) {
    EXPECT_EQ(cuMemAlloc(&address, size), CUDA_ERROR_OUT_OF_MEMORY) << size;
  }
  EXPECT_CU(cuMemAlloc(&address, 64));
  EXPECT_CU(cuMemFree(address));
  size_t after = 0;
  EXPECT_CU(cuMemGetInfo(&after, nullptr));
  EXPECT_EQ(after, free_bytes);
}

TEST_F(ContextTest, Pitched) {
  CUdeviceptr address;
  size_t pitch = 0;
  ASSERT_CU(cuMemAllocPitch(&address, &pitch, 1001, 7, 4));
  EXPECT_GE(pitch, 1001u);
  EXPECT_EQ(pitch % 512, 0u);
  EXPECT_CU(cuMemFree(address));
  EXPECT_EQ(cuMemAllocPitch(&address, &pitch, 1001, 7, 3), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemAllocPitch(&address, nullptr, 1001, 7, 4), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemAllocPitch(&address, &pitch, 0, 7, 4), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ModuleTest, HostMemoryIsReachedByKernels) {
  void* host = nullptr;
  ASSERT_CU(cuMemHostAlloc(&host, 400, CU_MEMHOSTALLOC_DEVICEMAP | CU_MEMHOSTALLOC_PORTABLE));
  memset(host, 0, 400);
  CUdeviceptr device = 0;
  unsigned flags = 0;
  ASSERT_CU(cuMemHostGetDevicePointer(&device, host, 0));
  EXPECT_CU(cuMemHostGetFlags(&flags, host));
  EXPECT_EQ(flags & CU_MEMHOSTALLOC_PORTABLE, static_cast<unsigned>(CU_MEMHOSTALLOC_PORTABLE));
  unsigned count = 100;
  void* arguments[] = {&device, &count};
  ASSERT_CU(cuLaunchKernel(Function("add_one"), 1, 1, 1, 128, 1, 1, 0, nullptr, arguments, nullptr));
  ASSERT_CU(cuCtxSynchronize());
  EXPECT_EQ(static_cast<unsigned*>(host)[99], 1u);
  EXPECT_CU(cuMemFreeHost(host));
  EXPECT_EQ(cuMemFreeHost(host), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuMemAllocHost(&host, 8));
  EXPECT_CU(cuMemFreeHost(host));
  EXPECT_EQ(cuMemHostAlloc(&host, 8, 0x100), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemFreeHost(nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ModuleTest, ManagedMemory) {
  CUdeviceptr address;
  ASSERT_CU(cuMemAllocManaged(&address, 400, CU_MEM_ATTACH_GLOBAL));
  auto* host = reinterpret_cast<unsigned*>(address);
  for (int i = 0; i < 100; ++i) host[i] = i;
  unsigned count = 100;
  void* arguments[] = {&address, &count};
  ASSERT_CU(cuLaunchKernel(Function("add_one"), 1, 1, 1, 128, 1, 1, 0, nullptr, arguments, nullptr));
  ASSERT_CU(cuCtxSynchronize());
  for (unsigned i = 0; i < 100; ++i) ASSERT_EQ(host[i], i + 1);
  EXPECT_CU(cuMemFree(address));
  EXPECT_EQ(cuMemAllocManaged(&address, 400, 0), CUDA_ERROR_INVALID_VALUE);
}

// Fault 28.
TEST_F(ModuleTest, RegisteredMemory) {
  std::vector<unsigned> memory(4096, 5);
  size_t bytes = memory.size() * 4;
  ASSERT_CU(cuMemHostRegister(memory.data(), bytes, CU_MEMHOSTREGISTER_DEVICEMAP));
  EXPECT_EQ(cuMemHostRegister(memory.data(), bytes, 0), CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
  EXPECT_EQ(cuMemHostRegister(memory.data() + 16, 64, 0), CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
  CUdeviceptr device;
  ASSERT_CU(cuMemHostGetDevicePointer(&device, memory.data(), 0));
  unsigned count = 100;
  void* arguments[] = {&device, &count};
  ASSERT_CU(cuLaunchKernel(Function("add_one"), 1, 1, 1, 128, 1, 1, 0, nullptr, arguments, nullptr));
  ASSERT_CU(cuCtxSynchronize());
  EXPECT_EQ(memory[99], 6u);
  EXPECT_EQ(memory[100], 5u);
  EXPECT_CU(cuMemHostUnregister(memory.data()));
  EXPECT_EQ(cuMemHostUnregister(memory.data()), CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
  EXPECT_EQ(cuMemHostGetDevicePointer(&device, memory.data(), 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemHostRegister(nullptr, 4, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemHostRegister(memory.data(), 0, 0), CUDA_ERROR_INVALID_VALUE);
  // A host pointer is no device allocation.
  EXPECT_EQ(cuMemFree(reinterpret_cast<CUdeviceptr>(memory.data())), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
