// Fills of every width, in rows and rectangles, with and without a stream.
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

// Reads `count` elements back.
template <typename T>
std::vector<T> Read(CUdeviceptr address, size_t count) {
  std::vector<T> values(count);
  EXPECT_CU(cuMemcpyDtoH(values.data(), address, count * sizeof(T)));
  return values;
}

TEST_F(ContextTest, Rows) {
  DeviceMemory memory(4096);
  CUdeviceptr a = memory.address();
  EXPECT_CU(cuMemsetD8(a, 0xab, 4096));
  EXPECT_EQ(Read<unsigned char>(a, 4096), std::vector<unsigned char>(4096, 0xab));
  EXPECT_CU(cuMemsetD16(a + 2, 0x1234, 100));
  EXPECT_EQ(Read<unsigned short>(a + 2, 100), std::vector<unsigned short>(100, 0x1234));
  EXPECT_CU(cuMemsetD32(a, 0xdeadbeef, 1024));
  EXPECT_EQ(Read<unsigned>(a, 1024), std::vector<unsigned>(1024, 0xdeadbeef));
  EXPECT_CU(cuMemsetD8Async(a, 1, 10, nullptr));
  EXPECT_CU(cuMemsetD16Async(a + 10, 0x0202, 5, nullptr));
  EXPECT_CU(cuMemsetD32Async(a + 20, 0x03030303, 3, nullptr));
  auto bytes = Read<unsigned char>(a, 33);
  EXPECT_EQ(bytes[9], 1);
  EXPECT_EQ(bytes[19], 2);
  EXPECT_EQ(bytes[31], 3);
  EXPECT_EQ(bytes[32], 0xef);
}

TEST_F(ContextTest, Rectangles) {
  constexpr size_t kPitch = 512;
  DeviceMemory memory(kPitch * 4);
  CUdeviceptr a = memory.address();
  ASSERT_CU(cuMemsetD8(a, 0, kPitch * 4));
  EXPECT_CU(cuMemsetD2D8(a, kPitch, 1, 3, 2));
  EXPECT_CU(cuMemsetD2D16(a + 16, kPitch, 0x0202, 3, 4));
  EXPECT_CU(cuMemsetD2D32(a + 32, kPitch, 0x03030303, 3, 4));
  EXPECT_CU(cuMemsetD2D8Async(a + 64, kPitch, 4, 1, 4, nullptr));
  EXPECT_CU(cuMemsetD2D16Async(a + 128, kPitch, 0x0505, 1, 4, nullptr));
  EXPECT_CU(cuMemsetD2D32Async(a + 256, kPitch, 0x06060606, 1, 4, nullptr));
  auto bytes = Read<unsigned char>(a, kPitch * 4);
  EXPECT_EQ(bytes[kPitch + 2], 1);
  EXPECT_EQ(bytes[kPitch + 3], 0);
  EXPECT_EQ(bytes[2 * kPitch], 0);
  size_t last = 3 * kPitch;
  EXPECT_EQ(bytes[last + 21], 2);
  EXPECT_EQ(bytes[last + 22], 0);
  EXPECT_EQ(bytes[last + 43], 3);
  EXPECT_EQ(bytes[last + 64], 4);
  EXPECT_EQ(bytes[last + 129], 5);
  EXPECT_EQ(bytes[last + 259], 6);
}

TEST_F(ContextTest, FillsThatAreRefused) {
  DeviceMemory memory(64);
  CUdeviceptr a = memory.address();
  EXPECT_EQ(cuMemsetD8(a, 0, 65), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemsetD32(a + 1, 0, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemsetD16(a + 1, 0, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemsetD8(0, 0, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemsetD2D32(a, 6, 0, 1, 2), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuMemsetD8(a, 0, 0));
}

}  // namespace
}  // namespace culvert
