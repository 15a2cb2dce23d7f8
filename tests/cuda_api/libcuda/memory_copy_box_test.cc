// Copies of rectangles and boxes.
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

constexpr size_t kWidth = 40, kHeight = 6, kPitch = 64;

std::vector<unsigned char> Pattern(size_t bytes) {
  std::vector<unsigned char> pattern(bytes);
  for (size_t i = 0; i < bytes; ++i) pattern[i] = static_cast<unsigned char>(i * 7 + i / 251);
  return pattern;
}

CUDA_MEMCPY2D ToDevice(const void* host, CUdeviceptr device, size_t device_pitch) {
  CUDA_MEMCPY2D copy = {};
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = host;
  copy.srcPitch = kPitch;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = device;
  copy.dstPitch = device_pitch;
  copy.WidthInBytes = kWidth;
  copy.Height = kHeight;
  return copy;
}

CUDA_MEMCPY2D ToHost(void* host, CUdeviceptr device, size_t device_pitch) {
  CUDA_MEMCPY2D copy = {};
  copy.srcMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.srcDevice = device;
  copy.srcPitch = device_pitch;
  copy.dstMemoryType = CU_MEMORYTYPE_HOST;
  copy.dstHost = host;
  copy.dstPitch = kWidth;
  copy.WidthInBytes = kWidth;
  copy.Height = kHeight;
  return copy;
}

TEST_F(ContextTest, RectanglesWithOffsets) {
  auto in = Pattern(kPitch * (kHeight + 2));
  std::vector<unsigned char> out(kWidth * kHeight);
  CUdeviceptr device;
  size_t pitch;
  ASSERT_CU(cuMemAllocPitch(&device, &pitch, kWidth, kHeight, 4));
  CUDA_MEMCPY2D up = ToDevice(in.data(), device, pitch);
  up.srcXInBytes = 8;
  up.srcY = 2;
  ASSERT_CU(cuMemcpy2D(&up));
  CUDA_MEMCPY2D down = ToHost(out.data(), device, pitch);
  ASSERT_CU(cuMemcpy2DUnaligned(&down));
  for (size_t y = 0; y < kHeight; ++y) {
    for (size_t x = 0; x < kWidth; ++x) ASSERT_EQ(out[y * kWidth + x], in[(y + 2) * kPitch + x + 8]);
  }
  std::fill(out.begin(), out.end(), 0);
  down.srcMemoryType = CU_MEMORYTYPE_UNIFIED;
  ASSERT_CU(cuMemcpy2DAsync(&down, nullptr));
  ASSERT_CU(cuCtxSynchronize());
  EXPECT_EQ(out[0], in[2 * kPitch + 8]);
  EXPECT_CU(cuMemFree(device));
}

TEST_F(ContextTest, RectanglesThatAreRefused) {
  unsigned char host[kPitch * kHeight] = {};
  DeviceMemory device(kPitch * kHeight);
  CUDA_MEMCPY2D copy = ToDevice(host, device.address(), kPitch);
  copy.srcPitch = kWidth - 1;
  EXPECT_EQ(cuMemcpy2D(&copy), CUDA_ERROR_INVALID_VALUE);
  copy = ToDevice(host, device.address(), kPitch);
  copy.Height = kHeight + 1;
  EXPECT_EQ(cuMemcpy2D(&copy), CUDA_ERROR_INVALID_VALUE);
  copy = ToDevice(host, device.address(), kPitch);
  copy.dstMemoryType = static_cast<CUmemorytype>(9);
  EXPECT_EQ(cuMemcpy2D(&copy), CUDA_ERROR_INVALID_VALUE);
  copy.dstMemoryType = CU_MEMORYTYPE_ARRAY;
  EXPECT_EQ(cuMemcpy2D(&copy), CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(cuMemcpy2D(nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, Boxes) {
  constexpr size_t kDepth = 3, kRows = 8;
  auto in = Pattern(kPitch * kRows * (kDepth + 1));
  std::vector<unsigned char> out(kWidth * kHeight * kDepth);
  DeviceMemory device(kPitch * kRows * kDepth);
  CUDA_MEMCPY3D up = {};
  up.srcMemoryType = CU_MEMORYTYPE_HOST;
  up.srcHost = in.data();
  up.srcPitch = kPitch;
  up.srcHeight = kRows;
  up.srcZ = 1;
  up.srcY = 2;
  up.srcXInBytes = 4;
  up.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  up.dstDevice = device.address();
  up.dstPitch = kPitch;
  up.dstHeight = kRows;
  up.WidthInBytes = kWidth;
  up.Height = kHeight;
  up.Depth = kDepth;
  ASSERT_CU(cuMemcpy3D(&up));
  CUDA_MEMCPY3D_PEER down = {};
  down.srcMemoryType = CU_MEMORYTYPE_DEVICE;
  down.srcDevice = device.address();
  down.srcContext = context_;
  down.srcPitch = kPitch;
  down.srcHeight = kRows;
  down.dstMemoryType = CU_MEMORYTYPE_HOST;
  down.dstHost = out.data();
  down.dstContext = context_;
  down.dstPitch = kWidth;
  down.dstHeight = kHeight;
  down.WidthInBytes = kWidth;
  down.Height = kHeight;
  down.Depth = kDepth;
  ASSERT_CU(cuMemcpy3DPeer(&down));
  for (size_t z = 0; z < kDepth; ++z) {
    for (size_t y = 0; y < kHeight; ++y) {
      ASSERT_EQ(out[(z * kHeight + y) * kWidth], in[((z + 1) * kRows + y + 2) * kPitch + 4]);
    }
  }
  EXPECT_CU(cuMemcpy3DAsync(&up, nullptr));
  EXPECT_CU(cuMemcpy3DPeerAsync(&down, nullptr));
  EXPECT_CU(cuCtxSynchronize());
  up.srcHeight = kHeight;
  EXPECT_EQ(cuMemcpy3D(&up), CUDA_ERROR_INVALID_VALUE);
  up.srcHeight = kRows;
  up.srcLOD = 1;
  EXPECT_EQ(cuMemcpy3D(&up), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
