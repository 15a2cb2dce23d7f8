// Contexts and memory of the driver API: created contexts and the stack of current ones, device attributes, fills of
// 1, 2 and 4 bytes, 2D copies, host memory, pointer attributes, names of errors.
#include "check_driver.h"

CUcontext Create(CUdevice device) {
  CUcontext context = nullptr;
#if CUDA_VERSION >= 13000
  CHECK_CU(cuCtxCreate(&context, nullptr, 0, device));
#else
  CHECK_CU(cuCtxCreate(&context, 0, device));
#endif
  return context;
}

void TestContexts(CUdevice device) {
  CUcontext first = Create(device), second = Create(device), current = nullptr;
  CHECK_CU(cuCtxGetCurrent(&current));
  EXPECT(current == second);
  CUdeviceptr in_second = 0;
  CHECK_CU(cuMemAlloc(&in_second, 1000));
  CHECK_CU(cuCtxPopCurrent(&current));
  EXPECT(current == second);
  CHECK_CU(cuCtxGetCurrent(&current));
  EXPECT(current == first);
  CUdevice of_context = 77;
  CHECK_CU(cuCtxGetDevice(&of_context));
  EXPECT_EQ(of_context, device);
  CUdeviceptr in_first = 0;
  CHECK_CU(cuMemAlloc(&in_first, 1000));
  EXPECT(in_first != in_second);
  CHECK_CU(cuMemsetD8(in_first, 9, 1000));
  CHECK_CU(cuMemFree(in_first));
  CHECK_CU(cuCtxPushCurrent(second));
  CHECK_CU(cuMemFree(in_second));
  CHECK_CU(cuCtxDestroy(second));
  CHECK_CU(cuCtxPopCurrent(&current));
  CHECK_CU(cuCtxDestroy(first));
}

void TestMemory() {
  check::Buffer<unsigned> words(1000);
  CUdeviceptr at = words.address();
  CHECK_CU(cuMemsetD32(at, 0x12345678, 1000));
  CHECK_CU(cuMemsetD16(at + 40, 0xabcd, 20));
  CHECK_CU(cuMemsetD8(at + 100, 0x5a, 7));
  CHECK_CU(cuMemsetD2D32(at + 400, 64, 0xfeedbeef, 4, 5));
  std::vector<unsigned> want(1000, 0x12345678);
  unsigned char* bytes = reinterpret_cast<unsigned char*>(want.data());
  for (int i = 0; i < 10; ++i) want[10 + i] = 0xabcdabcd;
  for (int i = 0; i < 7; ++i) bytes[100 + i] = 0x5a;
  for (int row = 0; row < 5; ++row) {
    for (int i = 0; i < 4; ++i) want[100 + row * 16 + i] = 0xfeedbeef;
  }
  check::Equal("fills", words.Get(), want);
  EXPECT_CU(cuMemsetD32(at + 2, 0, 1), CUDA_ERROR_INVALID_VALUE);  // not a multiple of the element

  CUdeviceptr base = 0;
  size_t size = 0;
  CHECK_CU(cuMemGetAddressRange(&base, &size, at + 123));
  EXPECT(base == at && size == 4000);
  unsigned type = 0;
  CHECK_CU(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, at));
  EXPECT_EQ(type, CU_MEMORYTYPE_DEVICE);

  CUdeviceptr pitched = 0;
  size_t pitch = 0;
  CHECK_CU(cuMemAllocPitch(&pitched, &pitch, 50, 9, 4));
  std::vector<unsigned char> in(50 * 9), out(50 * 9, 0);
  for (size_t i = 0; i < in.size(); ++i) in[i] = (unsigned char)check::Hash32(uint32_t(i));
  CUDA_MEMCPY2D copy = {};
  copy.srcMemoryType = CU_MEMORYTYPE_HOST, copy.srcHost = in.data(), copy.srcPitch = 50;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE, copy.dstDevice = pitched, copy.dstPitch = pitch;
  copy.WidthInBytes = 50, copy.Height = 9;
  CHECK_CU(cuMemcpy2D(&copy));
  CUDA_MEMCPY2D back = {};
  back.srcMemoryType = CU_MEMORYTYPE_DEVICE, back.srcDevice = pitched, back.srcPitch = pitch;
  back.srcXInBytes = 10, back.srcY = 2;
  back.dstMemoryType = CU_MEMORYTYPE_HOST, back.dstHost = out.data(), back.dstPitch = 50, back.dstXInBytes = 10, back.dstY = 2;
  back.WidthInBytes = 30, back.Height = 5;
  CHECK_CU(cuMemcpy2D(&back));
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 50; ++x) {
      bool inside = x >= 10 && x < 40 && y >= 2 && y < 7;
      EXPECT_EQ(out[y * 50 + x], inside ? in[y * 50 + x] : 0);
    }
  }
  CHECK_CU(cuMemFree(pitched));

  void* host = nullptr;
  CHECK_CU(cuMemHostAlloc(&host, 4000, CU_MEMHOSTALLOC_DEVICEMAP));
  CUdeviceptr mapped = 0;
  CHECK_CU(cuMemHostGetDevicePointer(&mapped, host, 0));
  CHECK_CU(cuMemcpyDtoD(mapped, at, 4000));
  CHECK_CU(cuCtxSynchronize());
  EXPECT(std::memcmp(host, want.data(), 4000) == 0);
  CHECK_CU(cuMemFreeHost(host));
  EXPECT_CU(cuMemFree(at + 4), CUDA_ERROR_INVALID_VALUE);
  CUdeviceptr too_large = 0;
  EXPECT_CU(cuMemAlloc(&too_large, SIZE_MAX / 2), CUDA_ERROR_OUT_OF_MEMORY);
  size_t free_bytes = 0, total = 0;
  CHECK_CU(cuMemGetInfo(&free_bytes, &total));
  EXPECT(free_bytes > 0 && free_bytes <= total);
}

int main() {
  int count = -1;
  EXPECT_CU(cuDeviceGetCount(&count), CUDA_ERROR_NOT_INITIALIZED);
  EXPECT_CU(cuInit(7), CUDA_ERROR_INVALID_VALUE);
  CHECK_CU(cuInit(0));
  CHECK_CU(cuDeviceGetCount(&count));
  EXPECT(count >= 1);
  CUdeviceptr nowhere = 0;
  EXPECT_CU(cuMemAlloc(&nowhere, 16), CUDA_ERROR_INVALID_CONTEXT);
  CUdevice device = -1;
  CHECK_CU(cuDeviceGet(&device, 0));
  EXPECT_CU(cuDeviceGet(&device, count), CUDA_ERROR_INVALID_DEVICE);
  CHECK_CU(cuDeviceGet(&device, 0));
  char name[256] = "";
  CHECK_CU(cuDeviceGetName(name, sizeof name, device));
  EXPECT(std::strlen(name) > 0);
  size_t memory = 0;
  CHECK_CU(cuDeviceTotalMem(&memory, device));
  EXPECT(memory >= 64 << 20);
  int warp = 0, version = 0;
  CHECK_CU(cuDeviceGetAttribute(&warp, CU_DEVICE_ATTRIBUTE_WARP_SIZE, device));
  EXPECT_EQ(warp, 32);
  CHECK_CU(cuDriverGetVersion(&version));
  EXPECT(version >= 12000);
  TestContexts(device);

  unsigned flags = 0;
  int active = -1;
  CHECK_CU(cuDevicePrimaryCtxGetState(device, &flags, &active));
  EXPECT_EQ(active, 0);
  {
    check::PrimaryContext primary;
    CHECK_CU(cuDevicePrimaryCtxGetState(device, &flags, &active));
    EXPECT_EQ(active, 1);
    TestMemory();
  }
  const char* text = nullptr;
  CHECK_CU(cuGetErrorName(CUDA_ERROR_OUT_OF_MEMORY, &text));
  EXPECT(std::string(text) == "CUDA_ERROR_OUT_OF_MEMORY");
  CHECK_CU(cuGetErrorString(CUDA_ERROR_OUT_OF_MEMORY, &text));
  EXPECT(std::strlen(text) > 5);
  EXPECT_CU(cuGetErrorName(static_cast<CUresult>(54321), &text), CUDA_ERROR_INVALID_VALUE);
  return check::Finish("driver_context");
}
