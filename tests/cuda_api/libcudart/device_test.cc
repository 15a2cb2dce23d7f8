// Devices: properties, attributes, limits, reset. CUDA Runtime API, "Device Management".
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>

#include "include/cuda/cuda_profiler_api.h"
#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

int Attribute(cudaDeviceAttr attribute) {
  int value = -12345;
  EXPECT_EQ(cudaSuccess, cudaDeviceGetAttribute(&value, attribute, 0)) << attribute;
  return value;
}

TEST(Device, CountAndCurrent) {
  int count = 0;
  CUDA_OK(cudaGetDeviceCount(&count));
  EXPECT_GE(count, 1);
  int device = -1;
  CUDA_OK(cudaGetDevice(&device));
  EXPECT_EQ(0, device);
  CUDA_OK(cudaSetDevice(count - 1));
  CUDA_OK(cudaGetDevice(&device));
  EXPECT_EQ(count - 1, device);
  std::thread([] {
    int other = -1;
    CUDA_OK(cudaGetDevice(&other));
    EXPECT_EQ(0, other);
  }).join();
  EXPECT_EQ(cudaErrorInvalidDevice, cudaSetDevice(count));
  EXPECT_EQ(cudaErrorInvalidDevice, cudaSetDevice(-1));
  EXPECT_EQ(cudaErrorInvalidValue, cudaGetDevice(nullptr));
}

TEST(Device, PropertiesAgreeWithAttributes) {
  cudaDeviceProp p;
  memset(&p, 0x5A, sizeof(p));
  CUDA_OK(cudaGetDeviceProperties(&p, 0));
  EXPECT_GT(strlen(p.name), 0u);
  EXPECT_GT(p.totalGlobalMem, size_t{1} << 20);
  EXPECT_EQ(32, p.warpSize);
  EXPECT_EQ(1024, p.maxThreadsPerBlock);
  EXPECT_EQ(Attribute(cudaDevAttrMaxBlockDimZ), p.maxThreadsDim[2]);
  EXPECT_EQ(Attribute(cudaDevAttrMaxGridDimX), p.maxGridSize[0]);
  EXPECT_EQ(static_cast<size_t>(Attribute(cudaDevAttrMaxSharedMemoryPerBlock)), p.sharedMemPerBlock);
  EXPECT_EQ(static_cast<size_t>(Attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin)), p.sharedMemPerBlockOptin);
  EXPECT_EQ(static_cast<size_t>(Attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor)), p.sharedMemPerMultiprocessor);
  EXPECT_EQ(static_cast<size_t>(Attribute(cudaDevAttrReservedSharedMemoryPerBlock)), p.reservedSharedMemPerBlock);
  EXPECT_EQ(Attribute(cudaDevAttrMultiProcessorCount), p.multiProcessorCount);
  EXPECT_EQ(Attribute(cudaDevAttrComputeCapabilityMajor), p.major);
  EXPECT_EQ(Attribute(cudaDevAttrComputeCapabilityMinor), p.minor);
  EXPECT_EQ(Attribute(cudaDevAttrMaxRegistersPerBlock), p.regsPerBlock);
  EXPECT_EQ(Attribute(cudaDevAttrMaxThreadsPerMultiProcessor), p.maxThreadsPerMultiProcessor);
  EXPECT_EQ(Attribute(cudaDevAttrMaxBlocksPerMultiprocessor), p.maxBlocksPerMultiProcessor);
  EXPECT_EQ(Attribute(cudaDevAttrL2CacheSize), p.l2CacheSize);
  EXPECT_EQ(Attribute(cudaDevAttrGlobalMemoryBusWidth), p.memoryBusWidth);
  EXPECT_EQ(Attribute(cudaDevAttrManagedMemory), p.managedMemory);
  EXPECT_EQ(Attribute(cudaDevAttrConcurrentManagedAccess), p.concurrentManagedAccess);
  EXPECT_EQ(Attribute(cudaDevAttrPageableMemoryAccess), p.pageableMemoryAccess);
  EXPECT_EQ(Attribute(cudaDevAttrCooperativeLaunch), p.cooperativeLaunch);
  EXPECT_EQ(Attribute(cudaDevAttrMemoryPoolsSupported), p.memoryPoolsSupported);
  EXPECT_EQ(Attribute(cudaDevAttrHostRegisterSupported), p.hostRegisterSupported);
  EXPECT_EQ(Attribute(cudaDevAttrTextureAlignment), static_cast<int>(p.textureAlignment));
  EXPECT_EQ(Attribute(cudaDevAttrMaxTexture3DDepth), p.maxTexture3D[2]);
  EXPECT_EQ(Attribute(cudaDevAttrAsyncEngineCount), p.asyncEngineCount);
  EXPECT_EQ(Attribute(cudaDevAttrPciBusId), p.pciBusID);
  EXPECT_EQ(1, p.unifiedAddressing);
  EXPECT_EQ(1, p.canMapHostMemory);
  for (int reserved : p.reserved) EXPECT_EQ(0, reserved);
  EXPECT_EQ(cudaErrorInvalidDevice, cudaGetDeviceProperties(&p, 99));
  EXPECT_EQ(cudaErrorInvalidValue, cudaGetDeviceProperties(nullptr, 0));
}

TEST(Device, EveryAttributeIsAnswered) {
  int value = 0;
  for (int attribute = 1; attribute <= 147; ++attribute) {
    cudaError_t result = cudaDeviceGetAttribute(&value, static_cast<cudaDeviceAttr>(attribute), 0);
    EXPECT_TRUE(result == cudaSuccess || result == cudaErrorInvalidValue) << attribute;
    if (attribute <= 91) EXPECT_EQ(cudaSuccess, result) << attribute;
  }
  EXPECT_EQ(cudaErrorInvalidValue, cudaDeviceGetAttribute(&value, static_cast<cudaDeviceAttr>(0), 0));
  EXPECT_EQ(cudaErrorInvalidValue, cudaDeviceGetAttribute(&value, static_cast<cudaDeviceAttr>(5000), 0));
  EXPECT_EQ(cudaErrorInvalidDevice, cudaDeviceGetAttribute(&value, cudaDevAttrWarpSize, 77));
}

TEST(Device, PciIdsLeadBack) {
  char text[32] = {};
  CUDA_OK(cudaDeviceGetPCIBusId(text, sizeof(text), 0));
  int device = -1;
  CUDA_OK(cudaDeviceGetByPCIBusId(&device, text));
  EXPECT_EQ(0, device);
  CUDA_OK(cudaDeviceGetPCIBusId(text, 3, 0));
  EXPECT_EQ(2u, strlen(text));
  EXPECT_EQ(cudaErrorInvalidValue, cudaDeviceGetPCIBusId(text, 0, 0));
  EXPECT_EQ(cudaErrorInvalidValue, cudaDeviceGetByPCIBusId(&device, "nonsense"));
  EXPECT_EQ(cudaErrorInvalidValue, cudaDeviceGetByPCIBusId(&device, ""));
  EXPECT_EQ(cudaErrorInvalidDevice, cudaDeviceGetByPCIBusId(&device, "ABCD:EF:1F.0"));
}

TEST(Device, Choose) {
  cudaDeviceProp wanted = {};
  int device = -1;
  CUDA_OK(cudaChooseDevice(&device, &wanted));
  EXPECT_EQ(0, device);
  wanted.major = 99;
  CUDA_OK(cudaChooseDevice(&device, &wanted));
  EXPECT_EQ(0, device);
}

TEST(Device, Limits) {
  size_t value = 0;
  CUDA_OK(cudaDeviceGetLimit(&value, cudaLimitStackSize));
  EXPECT_EQ(1024u, value);
  CUDA_OK(cudaDeviceSetLimit(cudaLimitStackSize, 4096));
  CUDA_OK(cudaDeviceGetLimit(&value, cudaLimitStackSize));
  EXPECT_EQ(4096u, value);
  CUDA_OK(cudaDeviceGetLimit(&value, cudaLimitMallocHeapSize));
  EXPECT_EQ(size_t{8} << 20, value);
  CUDA_OK(cudaDeviceGetLimit(&value, cudaLimitPrintfFifoSize));
  EXPECT_EQ(size_t{1} << 20, value);
  EXPECT_EQ(cudaErrorInvalidValue, cudaDeviceGetLimit(&value, static_cast<cudaLimit>(55)));
  EXPECT_EQ(cudaErrorUnsupportedLimit, cudaDeviceGetLimit(&value, cudaLimitDevRuntimeSyncDepth));
  EXPECT_EQ(cudaErrorUnsupportedLimit, cudaDeviceSetLimit(cudaLimitDevRuntimePendingLaunchCount, 4));
  CUDA_OK(cudaDeviceReset());
  CUDA_OK(cudaDeviceGetLimit(&value, cudaLimitStackSize));
  EXPECT_EQ(1024u, value);
}

TEST(Device, FlagsAndConfigurations) {
  CUDA_OK(cudaSetDeviceFlags(cudaDeviceScheduleBlockingSync));
  unsigned flags = 0;
  CUDA_OK(cudaGetDeviceFlags(&flags));
  EXPECT_EQ(static_cast<unsigned>(cudaDeviceScheduleBlockingSync), flags & cudaDeviceScheduleMask);
  EXPECT_EQ(cudaErrorInvalidValue, cudaSetDeviceFlags(0x7));
  EXPECT_EQ(cudaErrorInvalidValue, cudaSetDeviceFlags(0x10000));
  CUDA_OK(cudaInitDevice(0, 0, 0));
  EXPECT_EQ(cudaErrorInvalidValue, cudaInitDevice(0, 0x10000, cudaInitDeviceFlagsAreValid));
  cudaFuncCache cache = cudaFuncCachePreferNone;
  CUDA_OK(cudaDeviceSetCacheConfig(cudaFuncCachePreferL1));
  CUDA_OK(cudaDeviceGetCacheConfig(&cache));
  EXPECT_EQ(cudaFuncCachePreferL1, cache);
  EXPECT_EQ(cudaErrorInvalidValue, cudaDeviceSetCacheConfig(static_cast<cudaFuncCache>(9)));
  cudaSharedMemConfig shared;
  CUDA_OK(cudaDeviceSetSharedMemConfig(cudaSharedMemBankSizeEightByte));
  CUDA_OK(cudaDeviceGetSharedMemConfig(&shared));
  CUDA_OK(cudaCtxResetPersistingL2Cache());
  int least = -1;
  int greatest = 1;
  CUDA_OK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
  EXPECT_EQ(0, least);
  EXPECT_LT(greatest, 0);
  CUDA_OK(cudaDeviceGetStreamPriorityRange(nullptr, nullptr));
}

TEST(Device, PeersOfOneself) {
  int can = -1;
  CUDA_OK(cudaDeviceCanAccessPeer(&can, 0, 0));
  EXPECT_EQ(0, can);
  EXPECT_EQ(cudaErrorInvalidDevice, cudaDeviceCanAccessPeer(&can, 0, 99));
  EXPECT_EQ(cudaErrorDeviceUninitialized, cudaDeviceEnablePeerAccess(0, 0));  // 201, the driver's code
  EXPECT_EQ(cudaErrorInvalidDevice, cudaDeviceDisablePeerAccess(99));
  EXPECT_EQ(cudaErrorInvalidDevice, cudaDeviceGetP2PAttribute(&can, cudaDevP2PAttrAccessSupported, 0, 0));
}

// Row 26 of the fault list: old handles and memory are refused, registrations survive.
TEST(Reset, EndsStreamsEventsAndMemory) {
  cudaStream_t stream;
  cudaEvent_t event;
  uint32_t* memory = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  CUDA_OK(cudaEventCreate(&event));
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 4096));
  CUDA_OK(Launch(&fill, Dim(1), Dim(32), 0, stream, memory, 1u, 32u));
  CUDA_OK(cudaDeviceReset());
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamSynchronize(stream));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaStreamDestroy(stream));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventQuery(event));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFree(memory));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemset(memory, 0, 4));
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 4096));
  CUDA_OK(Launch(&fill, Dim(1), Dim(32), 0, nullptr, memory, 5u, 32u));
  uint32_t value = 0;
  CUDA_OK(cudaMemcpy(&value, memory, 4, cudaMemcpyDeviceToHost));
  EXPECT_EQ(5u, value);
  CUDA_OK(cudaMemcpyFromSymbol(&value, &scalar, 4, 0, cudaMemcpyDeviceToHost));
  EXPECT_EQ(7u, value);
}

TEST(Reset, RestoresVariables) {
  uint32_t value = 1234;
  CUDA_OK(cudaMemcpyToSymbol(&scalar, &value, 4, 0, cudaMemcpyHostToDevice));
  *managed = 77;
  CUDA_OK(cudaDeviceReset());
  CUDA_OK(cudaMemcpyFromSymbol(&value, &scalar, 4, 0, cudaMemcpyDeviceToHost));
  EXPECT_EQ(7u, value);
  EXPECT_EQ(5u, *managed);
}

TEST(Reset, WithAKernelRunning) {
  uint32_t* flag = nullptr;
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&flag), 4));
  *flag = 0;
  CUDA_OK(Launch(&wait_flag, Dim(1), Dim(1), 0, nullptr, flag));
  CUDA_OK(cudaDeviceReset());
  CUDA_OK(cudaDeviceSynchronize());
}

TEST(Reset, WhileAnotherThreadWaits) {
  uint32_t* flag = nullptr;
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&flag), 4));
  *flag = 0;
  CUDA_OK(Launch(&wait_flag, Dim(1), Dim(1), 0, nullptr, flag));
  std::thread waiter([] {
    cudaError_t result = cudaDeviceSynchronize();
    // Either it waited when the reset came, or it came after it.
    EXPECT_TRUE(result == cudaSuccess || result == cudaErrorContextIsDestroyed) << result;
  });
  CUDA_OK(cudaDeviceReset());
  waiter.join();
}

TEST(Version, IsThirteen) {
  int runtime = 0;
  int driver = 0;
  CUDA_OK(cudaRuntimeGetVersion(&runtime));
  CUDA_OK(cudaDriverGetVersion(&driver));
  EXPECT_EQ(13000, runtime);
  EXPECT_GE(driver, runtime);
  EXPECT_EQ(cudaErrorInvalidValue, cudaRuntimeGetVersion(nullptr));
  CUDA_OK(cudaProfilerStart());
  CUDA_OK(cudaProfilerStop());
}

}  // namespace
}  // namespace culvert::testing
