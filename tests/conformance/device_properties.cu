// Devices as programs see them: counts, versions, properties against attributes, limits, flags, UUIDs, cache settings.
#include "check.h"

int Attribute(cudaDeviceAttr attribute) {
  int value = -1;
  CHECK_CUDA(cudaDeviceGetAttribute(&value, attribute, 0));
  return value;
}

int main() {
  int count = 0, device = -1, driver = 0, runtime = 0;
  CHECK_CUDA(cudaGetDeviceCount(&count));
  EXPECT(count >= 1);
  CHECK_CUDA(cudaGetDevice(&device));
  EXPECT_EQ(device, 0);
  CHECK_CUDA(cudaDriverGetVersion(&driver));
  CHECK_CUDA(cudaRuntimeGetVersion(&runtime));
  EXPECT(driver >= 12000 && runtime >= 12000 && driver / 1000 >= runtime / 1000);

  cudaDeviceProp p;
  CHECK_CUDA(cudaGetDeviceProperties(&p, 0));
  EXPECT(std::strlen(p.name) > 0 && std::strlen(p.name) < 256);
  EXPECT(p.totalGlobalMem >= 64 << 20);
  EXPECT(p.sharedMemPerBlock >= 48 << 10 && p.sharedMemPerBlock <= p.sharedMemPerBlockOptin);
  EXPECT(p.sharedMemPerBlockOptin <= p.sharedMemPerMultiprocessor);
  EXPECT_EQ(p.warpSize, 32);
  EXPECT(p.regsPerBlock >= 32768);
  EXPECT_EQ(p.maxThreadsPerBlock, 1024);
  EXPECT(p.maxThreadsDim[0] == 1024 && p.maxThreadsDim[1] == 1024 && p.maxThreadsDim[2] == 64);
  EXPECT(p.maxGridSize[0] == 2147483647 && p.maxGridSize[1] == 65535 && p.maxGridSize[2] == 65535);
  EXPECT_EQ(p.totalConstMem, 65536);
  EXPECT(p.major >= 7 && p.major <= 13 && p.minor >= 0 && p.minor <= 9);
  EXPECT(p.multiProcessorCount >= 1 && p.multiProcessorCount <= 1024);
  EXPECT(p.maxThreadsPerMultiProcessor >= 1024 && p.maxThreadsPerMultiProcessor % 32 == 0);
  EXPECT(p.maxBlocksPerMultiProcessor >= 8);
  EXPECT_EQ(p.unifiedAddressing, 1);
  EXPECT_EQ(p.managedMemory, 1);
  EXPECT_EQ(p.canMapHostMemory, 1);
  EXPECT(p.memPitch > 0 && p.textureAlignment > 0);

  EXPECT_EQ(Attribute(cudaDevAttrMaxThreadsPerBlock), p.maxThreadsPerBlock);
  EXPECT_EQ(Attribute(cudaDevAttrWarpSize), p.warpSize);
  EXPECT_EQ(Attribute(cudaDevAttrMultiProcessorCount), p.multiProcessorCount);
  EXPECT_EQ(Attribute(cudaDevAttrComputeCapabilityMajor), p.major);
  EXPECT_EQ(Attribute(cudaDevAttrComputeCapabilityMinor), p.minor);
  EXPECT_EQ(Attribute(cudaDevAttrMaxSharedMemoryPerBlock), p.sharedMemPerBlock);
  EXPECT_EQ(Attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin), p.sharedMemPerBlockOptin);
  EXPECT_EQ(Attribute(cudaDevAttrMaxBlockDimZ), 64);
  EXPECT_EQ(Attribute(cudaDevAttrMaxGridDimX), 2147483647);
  EXPECT_EQ(Attribute(cudaDevAttrTotalConstantMemory), 65536);
  EXPECT_EQ(Attribute(cudaDevAttrCooperativeLaunch), p.cooperativeLaunch);
  EXPECT(Attribute(cudaDevAttrClockRate) > 0);
  EXPECT(Attribute(cudaDevAttrComputeMode) >= 0);

  size_t limit = 0;
  for (cudaLimit l : {cudaLimitStackSize, cudaLimitPrintfFifoSize, cudaLimitMallocHeapSize}) {
    CHECK_CUDA(cudaDeviceGetLimit(&limit, l));
    EXPECT(limit >= 512);
  }
  cudaDeviceProp wanted = {};
  wanted.major = p.major;
  int chosen = -1;
  CHECK_CUDA(cudaChooseDevice(&chosen, &wanted));
  EXPECT(chosen >= 0 && chosen < count);
  char bus[32] = "";
  CHECK_CUDA(cudaDeviceGetPCIBusId(bus, sizeof bus, 0));
  int by_bus = -1;
  CHECK_CUDA(cudaDeviceGetByPCIBusId(&by_bus, bus));
  EXPECT_EQ(by_bus, 0);
  cudaFuncCache cache;
  CHECK_CUDA(cudaDeviceGetCacheConfig(&cache));
  unsigned flags = 77;
  CHECK_CUDA(cudaGetDeviceFlags(&flags));
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp other;
    CHECK_CUDA(cudaGetDeviceProperties(&other, i));
    bool same_uuid = std::memcmp(&other.uuid, &p.uuid, sizeof p.uuid) == 0;
    EXPECT(same_uuid == (i == 0));
  }
  EXPECT_CUDA(cudaGetDeviceProperties(&p, count), cudaErrorInvalidDevice);
  EXPECT_CUDA(cudaGetLastError(), cudaErrorInvalidDevice);
  return check::Finish("device_properties");
}
