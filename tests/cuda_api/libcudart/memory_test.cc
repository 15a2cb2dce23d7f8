// Allocation and host registration. CUDA Runtime API, "Memory Management".
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

TEST(Malloc, GivesAlignedMemoryThatKernelsUse) {
  uint32_t* memory = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 1000 * 4));
  EXPECT_EQ(0u, reinterpret_cast<uint64_t>(memory) % 256);
  CUDA_OK(Launch(&fill, Dim(4), Dim(256), 0, nullptr, memory, 9u, 1000u));
  std::vector<uint32_t> host(1000);
  CUDA_OK(cudaMemcpy(host.data(), memory, 4000, cudaMemcpyDeviceToHost));
  EXPECT_EQ(std::vector<uint32_t>(1000, 9), host);
  CUDA_OK(cudaFree(memory));
}

TEST(Malloc, ZeroBytesGiveNull) {
  void* memory = &memory;
  CUDA_OK(cudaMalloc(&memory, 0));
  EXPECT_EQ(nullptr, memory);
  memory = &memory;
  CUDA_OK(cudaMallocHost(&memory, 0));
  EXPECT_EQ(nullptr, memory);
  CUDA_OK(cudaFree(nullptr));
  CUDA_OK(cudaFreeHost(nullptr));
}

// Row 1 of the fault list: not sticky, the next allocation succeeds.
TEST(Malloc, TooMuchIsOutOfMemory) {
  size_t free_bytes = 0;
  size_t total_bytes = 0;
  CUDA_OK(cudaMemGetInfo(&free_bytes, &total_bytes));
  EXPECT_GT(free_bytes, 0u);
  EXPECT_LE(free_bytes, total_bytes);
  void* memory = nullptr;
  for (size_t size : {free_bytes + (1 << 20), size_t{1} << 60, std::numeric_limits<size_t>::max()}) {
    EXPECT_EQ(cudaErrorMemoryAllocation, cudaMalloc(&memory, size)) << size;
    EXPECT_EQ(cudaErrorMemoryAllocation, cudaGetLastError());
    EXPECT_EQ(cudaErrorMemoryAllocation, cudaMallocManaged(&memory, size)) << size;
    EXPECT_EQ(cudaErrorMemoryAllocation, cudaMallocHost(&memory, size == free_bytes + (1 << 20) ? size << 20 : size));
    CUDA_OK(cudaMalloc(&memory, 4));
    CUDA_OK(cudaFree(memory));
    EXPECT_EQ(cudaErrorMemoryAllocation, cudaGetLastError());
  }
}

TEST(Malloc, MemInfoFollowsAllocations) {
  size_t before = 0;
  size_t during = 0;
  size_t after = 0;
  void* memory = nullptr;
  CUDA_OK(cudaMemGetInfo(&before, nullptr));
  CUDA_OK(cudaMalloc(&memory, 8 << 20));
  CUDA_OK(cudaMemGetInfo(&during, nullptr));
  CUDA_OK(cudaFree(memory));
  CUDA_OK(cudaMemGetInfo(&after, nullptr));
  EXPECT_GE(before - during, size_t{8} << 20);
  EXPECT_EQ(before, after);
}

TEST(Free, WrongPointersAreInvalidValues) {
  char* memory = nullptr;
  void* host = nullptr;
  int local = 0;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 1024));
  CUDA_OK(cudaMallocHost(&host, 64));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFree(memory + 256));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFree(&local));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFree(host));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFree(reinterpret_cast<void*>(uint64_t{16})));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFreeHost(memory));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFreeHost(&local));
  CUDA_OK(cudaFree(memory));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFree(memory));
  CUDA_OK(cudaFreeHost(host));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFreeHost(host));
}

TEST(Malloc, PitchIsAtLeastTheWidth) {
  void* memory = nullptr;
  size_t pitch = 0;
  CUDA_OK(cudaMallocPitch(&memory, &pitch, 100, 7));
  EXPECT_GE(pitch, 100u);
  EXPECT_EQ(0u, pitch % 32);
  CUDA_OK(cudaMemset2D(memory, pitch, 0, 100, 7));
  CUDA_OK(cudaFree(memory));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMallocPitch(&memory, nullptr, 100, 7));
  EXPECT_EQ(cudaErrorMemoryAllocation, cudaMallocPitch(&memory, &pitch, 4096, size_t{1} << 40));
}

TEST(Malloc, ThreeDimensions) {
  cudaPitchedPtr box = {};
  CUDA_OK(cudaMalloc3D(&box, {100, 5, 3}));
  EXPECT_GE(box.pitch, 100u);
  EXPECT_EQ(100u, box.xsize);
  EXPECT_EQ(5u, box.ysize);
  CUDA_OK(cudaMemset3D(box, 1, {100, 5, 3}));
  std::vector<uint8_t> host(box.pitch * 15);
  CUDA_OK(cudaMemcpy(host.data(), box.ptr, host.size(), cudaMemcpyDeviceToHost));
  EXPECT_EQ(1, host[14 * box.pitch + 99]);
  CUDA_OK(cudaFree(box.ptr));
  EXPECT_EQ(cudaErrorMemoryAllocation, cudaMalloc3D(&box, {16, size_t{1} << 33, size_t{1} << 33}));
}

TEST(HostAlloc, IsUsableByHostAndKernels) {
  uint32_t* memory = nullptr;
  CUDA_OK(cudaHostAlloc(reinterpret_cast<void**>(&memory), 400, cudaHostAllocMapped | cudaHostAllocPortable));
  memory[99] = 1;
  uint32_t* device = nullptr;
  CUDA_OK(cudaHostGetDevicePointer(reinterpret_cast<void**>(&device), memory, 0));
  CUDA_OK(Launch(&fill, Dim(1), Dim(128), 0, nullptr, device, 3u, 99u));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(3u, memory[0]);
  EXPECT_EQ(3u, memory[98]);
  EXPECT_EQ(1u, memory[99]);
  unsigned flags = 0;
  CUDA_OK(cudaHostGetFlags(&flags, memory));
  EXPECT_EQ(static_cast<unsigned>(cudaHostAllocMapped | cudaHostAllocPortable), flags);
  CUDA_OK(cudaFreeHost(memory));
  EXPECT_EQ(cudaErrorInvalidValue, cudaHostGetFlags(&flags, memory));
  EXPECT_EQ(cudaErrorInvalidValue, cudaHostAlloc(reinterpret_cast<void**>(&memory), 4, 0x80));
}

// Row 28 of the fault list.
TEST(HostRegister, TwiceUnknownAndOverlapping) {
  std::vector<uint32_t> host(4096);
  uint32_t* middle = host.data() + 1024;
  CUDA_OK(cudaHostRegister(host.data(), 8192, cudaHostRegisterDefault));
  EXPECT_EQ(cudaErrorHostMemoryAlreadyRegistered, cudaHostRegister(host.data(), 8192, cudaHostRegisterDefault));
  EXPECT_EQ(cudaErrorHostMemoryAlreadyRegistered, cudaHostRegister(middle, 8192, cudaHostRegisterDefault));
  EXPECT_EQ(cudaErrorHostMemoryNotRegistered, cudaHostUnregister(middle + 2048));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFree(host.data()));
  EXPECT_EQ(cudaErrorInvalidValue, cudaFreeHost(host.data()));
  CUDA_OK(Launch(&fill, Dim(1), Dim(1), 0, nullptr, middle, 6u, 1u));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(6u, *middle);
  CUDA_OK(cudaHostUnregister(host.data()));
  EXPECT_EQ(cudaErrorHostMemoryNotRegistered, cudaHostUnregister(host.data()));
  EXPECT_EQ(cudaErrorInvalidValue, cudaHostRegister(host.data(), 0, cudaHostRegisterDefault));
  EXPECT_EQ(cudaErrorInvalidValue, cudaHostRegister(nullptr, 16, cudaHostRegisterDefault));
  EXPECT_EQ(cudaErrorInvalidValue, cudaHostRegister(host.data(), 16, 0x40));
  EXPECT_EQ(cudaErrorNotSupported, cudaHostRegister(host.data(), 16, cudaHostRegisterIoMemory));
}

TEST(Managed, IsUsableByHostAndKernels) {
  uint32_t* memory = nullptr;
  CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&memory), 4096, cudaMemAttachGlobal));
  memory[0] = 41;
  CUDA_OK(Launch(&increment, Dim(1), Dim(1), 0, nullptr, memory));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(42u, memory[0]);
  CUDA_OK(cudaMemAdvise(memory, 4096, cudaMemAdviseSetPreferredLocation, {cudaMemLocationTypeDevice, 0}));
  CUDA_OK(cudaMemPrefetchAsync(memory, 4096, {cudaMemLocationTypeHost, 0}, 0, nullptr));
  CUDA_OK(cudaStreamAttachMemAsync(nullptr, memory, 0, cudaMemAttachHost));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemAdvise(memory, 4096, static_cast<cudaMemoryAdvise>(99), {}));
  EXPECT_EQ(cudaErrorInvalidDevice, cudaMemPrefetchAsync(memory, 4096, {cudaMemLocationTypeDevice, 99}, 0, nullptr));
  CUDA_OK(cudaFree(memory));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemPrefetchAsync(memory, 4096, {cudaMemLocationTypeDevice, 0}, 0, nullptr));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMallocManaged(reinterpret_cast<void**>(&memory), 4, 0));
  CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&memory), 0, cudaMemAttachGlobal));
  EXPECT_EQ(nullptr, memory);
}

TEST(Managed, BatchesOfRanges) {
  void* memory[2] = {};
  size_t sizes[] = {4096, 8192};
  cudaMemLocation places[] = {{cudaMemLocationTypeDevice, 0}, {cudaMemLocationTypeHost, 0}};
  size_t firsts[] = {0, 1};
  for (int i = 0; i < 2; ++i) CUDA_OK(cudaMallocManaged(&memory[i], sizes[i], cudaMemAttachGlobal));
  CUDA_OK(cudaMemPrefetchBatchAsync(memory, sizes, 2, places, firsts, 2, 0, nullptr));
  CUDA_OK(cudaMemDiscardBatchAsync(memory, sizes, 2, 0, nullptr));
  CUDA_OK(cudaMemDiscardAndPrefetchBatchAsync(memory, sizes, 2, places, firsts, 1, 0, nullptr));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemPrefetchBatchAsync(memory, sizes, 2, places, firsts, 3, 0, nullptr));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemPrefetchBatchAsync(memory, sizes, 2, places, firsts, 2, 1, nullptr));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemDiscardBatchAsync(memory, sizes, 0, 0, nullptr));
  firsts[0] = 1;
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemPrefetchBatchAsync(memory, sizes, 2, places, firsts, 1, 0, nullptr));
  CUDA_OK(cudaFree(memory[1]));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemDiscardBatchAsync(memory, sizes, 2, 0, nullptr));
  CUDA_OK(cudaFree(memory[0]));
}

TEST(PointerAttributes, TellTheKinds) {
  cudaPointerAttributes attributes = {};
  char* memory = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 1024));
  CUDA_OK(cudaPointerGetAttributes(&attributes, memory + 100));
  EXPECT_EQ(cudaMemoryTypeDevice, attributes.type);
  EXPECT_EQ(0, attributes.device);
  EXPECT_EQ(memory + 100, attributes.devicePointer);
  EXPECT_EQ(nullptr, attributes.hostPointer);
  CUDA_OK(cudaFree(memory));
  CUDA_OK(cudaMallocHost(reinterpret_cast<void**>(&memory), 1024));
  CUDA_OK(cudaPointerGetAttributes(&attributes, memory));
  EXPECT_EQ(cudaMemoryTypeHost, attributes.type);
  EXPECT_EQ(memory, attributes.devicePointer);
  EXPECT_EQ(memory, attributes.hostPointer);
  CUDA_OK(cudaFreeHost(memory));
  CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&memory), 1024, cudaMemAttachGlobal));
  CUDA_OK(cudaPointerGetAttributes(&attributes, memory));
  EXPECT_EQ(cudaMemoryTypeManaged, attributes.type);
  EXPECT_EQ(memory, attributes.hostPointer);
  CUDA_OK(cudaFree(memory));
  CUDA_OK(cudaPointerGetAttributes(&attributes, &attributes));
  EXPECT_EQ(cudaMemoryTypeUnregistered, attributes.type);
  EXPECT_EQ(cudaInvalidDeviceId, attributes.device);
  EXPECT_EQ(nullptr, attributes.devicePointer);
  EXPECT_EQ(nullptr, attributes.hostPointer);
}

}  // namespace
}  // namespace culvert::testing
