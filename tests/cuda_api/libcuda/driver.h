// What the tests of the driver API share: a context, kernels as PTX text.
#ifndef CULVERT_TESTS_CUDA_API_LIBCUDA_DRIVER_H_
#define CULVERT_TESTS_CUDA_API_LIBCUDA_DRIVER_H_

#include <gtest/gtest.h>

#include "include/cuda/cuda.h"

namespace culvert {

#define EXPECT_CU(call) EXPECT_EQ(call, CUDA_SUCCESS)
#define ASSERT_CU(call) ASSERT_EQ(call, CUDA_SUCCESS)

// PTX with
//   .entry add_one(.param .u64 data, .param .u32 count)       data[i] += 1, u32
//   .entry write_block(.param .u64 out)                       out[block index] = block index, u32
//   .entry store_bad(.param .u64 address)                     stores a u32 there
//   .entry spin(.param .u64 flag)                             waits until the u32 there is not 0
//   .entry nothing()
//   .entry many(.param .u8 a, .param .align 8 .b8 b[24], .param .u16 c)
//   .entry shared_user()                                      1024 bytes of static shared memory, .maxntid 256
//   .visible .global .u32 counter = 7; .visible .const .u32 limits[4]; .visible .global .attribute(.managed) .u32
//   managed_value
extern const char kPtx[];

// A process with cuInit done.
class DriverTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_CU(cuInit(0)); }
};

// A created context, current.
class ContextTest : public DriverTest {
 protected:
  void SetUp() override;
  void TearDown() override;
  CUcontext context_ = nullptr;
};

// ContextTest with kPtx loaded.
class ModuleTest : public ContextTest {
 protected:
  void SetUp() override;
  CUfunction Function(const char* name);
  // Launches with one block of one thread in the default stream.
  CUresult LaunchOne(CUfunction function, void** arguments);
  CUmodule module_ = nullptr;
};

// Memory of the current context, freed at the end.
class DeviceMemory {
 public:
  explicit DeviceMemory(size_t bytes) { EXPECT_CU(cuMemAlloc(&address_, bytes)); }
  ~DeviceMemory() { cuMemFree(address_); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
  CUdeviceptr address() const { return address_; }

 private:
  CUdeviceptr address_ = 0;
};

}  // namespace culvert

#endif  // CULVERT_TESTS_CUDA_API_LIBCUDA_DRIVER_H_
