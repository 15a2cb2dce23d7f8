// Linear copies in every direction.
#include <numeric>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

std::vector<int> Numbers(size_t count) {
  std::vector<int> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

TEST_F(ContextTest, HostToDeviceToDeviceToHost) {
  auto in = Numbers(1000);
  std::vector<int> out(1000);
  DeviceMemory a(4000), b(4000);
  EXPECT_CU(cuMemcpyHtoD(a.address(), in.data(), 4000));
  EXPECT_CU(cuMemcpyDtoD(b.address(), a.address(), 4000));
  EXPECT_CU(cuMemcpyDtoH(out.data(), b.address(), 4000));
  EXPECT_EQ(in, out);
}

TEST_F(ContextTest, AsyncInAStream) {
  auto in = Numbers(100000);
  std::vector<int> out(100000);
  DeviceMemory a(400000), b(400000);
  CUstream stream;
  ASSERT_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  EXPECT_CU(cuMemcpyHtoDAsync(a.address(), in.data(), 400000, stream));
  EXPECT_CU(cuMemcpyDtoDAsync(b.address(), a.address(), 400000, stream));
  EXPECT_CU(cuMemcpyDtoHAsync(out.data(), b.address(), 400000, stream));
  EXPECT_CU(cuStreamSynchronize(stream));
  EXPECT_EQ(in, out);
}

TEST_F(ContextTest, AnyToAny) {
  auto in = Numbers(64);
  std::vector<int> out(64), other(64);
  DeviceMemory a(256);
  auto address = [](std::vector<int>& v) { return reinterpret_cast<CUdeviceptr>(v.data()); };
  EXPECT_CU(cuMemcpy(a.address(), address(in), 256));
  EXPECT_CU(cuMemcpy(address(out), a.address(), 256));
  EXPECT_EQ(in, out);
  EXPECT_CU(cuMemcpyAsync(address(other), address(out), 256, CU_STREAM_PER_THREAD));
  EXPECT_CU(cuStreamSynchronize(CU_STREAM_PER_THREAD));
  EXPECT_EQ(in, other);
}

TEST_F(ContextTest, BetweenContexts) {
  auto in = Numbers(64);
  std::vector<int> out(64);
  DeviceMemory a(256);
  ASSERT_CU(cuMemcpyHtoD(a.address(), in.data(), 256));
  CUcontext other;
  ASSERT_CU(cuCtxCreate(&other, nullptr, 0, 0));
  {
    DeviceMemory b(256);
    EXPECT_CU(cuMemcpyPeer(b.address(), other, a.address(), context_, 256));
    EXPECT_CU(cuMemcpyDtoH(out.data(), b.address(), 256));
    EXPECT_EQ(in, out);
    EXPECT_CU(cuMemcpyPeerAsync(b.address(), other, a.address(), context_, 128, nullptr));
    EXPECT_EQ(cuMemcpyPeer(b.address(), reinterpret_cast<CUcontext>(uintptr_t{77}), a.address(), context_, 4),
              CUDA_ERROR_INVALID_CONTEXT);
    EXPECT_CU(cuCtxSynchronize());
  }
  EXPECT_CU(cuCtxDestroy(other));
}

TEST_F(ContextTest, WhatIsRefused) {
  int host[4] = {};
  DeviceMemory a(16);
  EXPECT_EQ(cuMemcpyHtoD(a.address(), host, 17), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemcpyHtoD(a.address(), nullptr, 16), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemcpyDtoH(nullptr, a.address(), 16), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemcpyHtoD(reinterpret_cast<CUdeviceptr>(host), host, 16), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemcpyHtoDAsync(a.address(), host, 16, reinterpret_cast<CUstream>(uintptr_t{99})),
            CUDA_ERROR_INVALID_HANDLE);
  EXPECT_CU(cuMemcpyHtoD(a.address(), host, 0));
}

}  // namespace
}  // namespace culvert
