// Copies and fills. CUDA Runtime API, "Memory Management".
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

std::vector<uint8_t> Counting(size_t count) {
  std::vector<uint8_t> bytes(count);
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(i * 7 + i / 251);
  return bytes;
}

class Copy : public ::testing::Test {
 protected:
  void SetUp() override {
    CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&a_), kBytes));
    CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&b_), kBytes));
  }
  void TearDown() override {
    CUDA_OK(cudaFree(a_));
    CUDA_OK(cudaFree(b_));
  }
  static constexpr size_t kBytes = 100000;
  uint8_t* a_ = nullptr;
  uint8_t* b_ = nullptr;
  std::vector<uint8_t> source_ = Counting(kBytes);
  std::vector<uint8_t> result_ = std::vector<uint8_t>(kBytes);
};

TEST_F(Copy, AllDirections) {
  CUDA_OK(cudaMemcpy(a_, source_.data(), kBytes, cudaMemcpyHostToDevice));
  CUDA_OK(cudaMemcpy(b_, a_, kBytes, cudaMemcpyDeviceToDevice));
  CUDA_OK(cudaMemcpy(result_.data(), b_, kBytes, cudaMemcpyDeviceToHost));
  EXPECT_EQ(source_, result_);
  std::vector<uint8_t> other(kBytes);
  CUDA_OK(cudaMemcpy(other.data(), result_.data(), kBytes, cudaMemcpyHostToHost));
  EXPECT_EQ(source_, other);
}

TEST_F(Copy, DefaultFindsTheDirection) {
  CUDA_OK(cudaMemcpy(a_, source_.data(), kBytes, cudaMemcpyDefault));
  CUDA_OK(cudaMemcpy(b_, a_, kBytes, cudaMemcpyDefault));
  CUDA_OK(cudaMemcpy(result_.data(), b_, kBytes, cudaMemcpyDefault));
  EXPECT_EQ(source_, result_);
}

TEST_F(Copy, AsyncIsOrderedInItsStream) {
  cudaStream_t stream;
  CUDA_OK(cudaStreamCreate(&stream));
  CUDA_OK(cudaMemcpyAsync(a_, source_.data(), kBytes, cudaMemcpyHostToDevice, stream));
  CUDA_OK(cudaMemsetAsync(a_, 0xAB, 10, stream));
  CUDA_OK(cudaMemcpyAsync(b_, a_, kBytes, cudaMemcpyDeviceToDevice, stream));
  CUDA_OK(cudaMemcpyAsync(result_.data(), b_, kBytes, cudaMemcpyDeviceToHost, stream));
  CUDA_OK(cudaStreamSynchronize(stream));
  memset(source_.data(), 0xAB, 10);
  EXPECT_EQ(source_, result_);
  CUDA_OK(cudaStreamDestroy(stream));
}

// Pageable memory may be reused as soon as an asynchronous copy from it returns, in programs that rely on staging.
TEST_F(Copy, PageableSourceIsStagedOrWaitedFor) {
  std::vector<uint8_t> copy = source_;
  CUDA_OK(cudaMemcpy(a_, source_.data(), kBytes, cudaMemcpyHostToDevice));
  memset(source_.data(), 0, kBytes);
  CUDA_OK(cudaMemcpy(result_.data(), a_, kBytes, cudaMemcpyDeviceToHost));
  EXPECT_EQ(copy, result_);
}

TEST_F(Copy, ZeroBytesDoNothing) {
  CUDA_OK(cudaMemcpy(a_, source_.data(), 0, cudaMemcpyHostToDevice));
  CUDA_OK(cudaMemcpy(nullptr, nullptr, 0, static_cast<cudaMemcpyKind>(17)));
  CUDA_OK(cudaMemcpyToSymbol(&scalar, nullptr, 0, 0, cudaMemcpyHostToDevice));
  CUDA_OK(cudaMemcpyPeer(nullptr, 99, nullptr, 99, 0));
  CUDA_OK(cudaMemset(nullptr, 0, 0));
  CUDA_OK(cudaMemcpy2D(a_, 10, source_.data(), 10, 0, 5, cudaMemcpyHostToDevice));
}

TEST_F(Copy, BadArguments) {
  EXPECT_EQ(cudaErrorInvalidMemcpyDirection, cudaMemcpy(a_, source_.data(), 4, static_cast<cudaMemcpyKind>(17)));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemcpy(a_ + kBytes - 4, source_.data(), 1 << 20, cudaMemcpyHostToDevice));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemcpy(result_.data(), source_.data(), 4, cudaMemcpyHostToDevice));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemcpy(a_, source_.data(), 4, cudaMemcpyDeviceToDevice));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemcpy(nullptr, source_.data(), 4, cudaMemcpyHostToDevice));
  EXPECT_EQ(cudaErrorInvalidPitchValue, cudaMemcpy2D(a_, 8, source_.data(), 16, 16, 2, cudaMemcpyHostToDevice));
  EXPECT_EQ(cudaErrorInvalidResourceHandle,
            cudaMemcpyAsync(a_, source_.data(), 4, cudaMemcpyHostToDevice, reinterpret_cast<cudaStream_t>(0x1234)));
  CUDA_OK(cudaMemcpy(a_, source_.data(), 4, cudaMemcpyHostToDevice));
}

TEST_F(Copy, Rows) {
  CUDA_OK(cudaMemset(a_, 0, kBytes));
  CUDA_OK(cudaMemcpy2D(a_, 128, source_.data(), 100, 60, 20, cudaMemcpyHostToDevice));
  CUDA_OK(cudaMemcpy2DAsync(result_.data(), 70, a_, 128, 60, 20, cudaMemcpyDeviceToHost, nullptr));
  CUDA_OK(cudaStreamSynchronize(nullptr));
  for (int row = 0; row < 20; ++row) {
    EXPECT_EQ(0, memcmp(&source_[row * 100], &result_[row * 70], 60)) << row;
    EXPECT_EQ(0, result_[row * 70 + 60]) << row;
  }
}

TEST_F(Copy, Boxes) {
  cudaPitchedPtr box = {};
  CUDA_OK(cudaMalloc3D(&box, {50, 6, 4}));
  cudaMemcpy3DParms in = {};
  in.srcPtr = {source_.data(), 50, 50, 6};
  in.dstPtr = box;
  in.extent = {50, 6, 4};
  in.kind = cudaMemcpyHostToDevice;
  CUDA_OK(cudaMemcpy3D(&in));
  cudaMemcpy3DParms out = {};
  out.srcPtr = box;
  out.srcPos = {10, 1, 2};
  out.dstPtr = {result_.data(), 40, 40, 5};
  out.dstPos = {0, 0, 1};
  out.extent = {30, 5, 2};
  out.kind = cudaMemcpyDeviceToHost;
  CUDA_OK(cudaMemcpy3DAsync(&out, nullptr));
  CUDA_OK(cudaStreamSynchronize(nullptr));
  for (int z = 0; z < 2; ++z) {
    for (int y = 0; y < 5; ++y) {
      const uint8_t* from = &source_[((z + 2) * 6 + y + 1) * 50 + 10];
      EXPECT_EQ(0, memcmp(from, &result_[((z + 1) * 5 + y) * 40], 30)) << z << " " << y;
    }
  }
  out.extent = {41, 5, 2};
  EXPECT_EQ(cudaErrorInvalidPitchValue, cudaMemcpy3D(&out));
  out.extent = {30, 7, 2};
  EXPECT_EQ(cudaErrorInvalidPitchValue, cudaMemcpy3D(&out));
  out.extent = {30, 5, 2};
  out.srcPos.x = ~size_t{0};
  EXPECT_EQ(cudaErrorInvalidPitchValue, cudaMemcpy3D(&out));
  CUDA_OK(cudaFree(box.ptr));
}

TEST_F(Copy, BetweenDevicesOnOneDevice) {
  CUDA_OK(cudaMemcpy(a_, source_.data(), kBytes, cudaMemcpyHostToDevice));
  CUDA_OK(cudaMemcpyPeer(b_, 0, a_, 0, kBytes));
  CUDA_OK(cudaMemcpyPeerAsync(a_, 0, b_, 0, kBytes, nullptr));
  CUDA_OK(cudaMemcpy(result_.data(), a_, kBytes, cudaMemcpyDeviceToHost));
  EXPECT_EQ(source_, result_);
  EXPECT_EQ(cudaErrorInvalidDevice, cudaMemcpyPeer(b_, 99, a_, 0, 4));
}

TEST_F(Copy, Fills) {
  CUDA_OK(cudaMemset(a_, 0x1FF, kBytes));
  CUDA_OK(cudaMemset2D(a_ + 5, 100, 7, 10, 3));
  CUDA_OK(cudaMemcpy(result_.data(), a_, kBytes, cudaMemcpyDeviceToHost));
  for (size_t i = 0; i < 400; ++i) {
    bool in_rows = i / 100 < 3 && i % 100 >= 5 && i % 100 < 15;
    EXPECT_EQ(in_rows ? 7 : 0xFF, result_[i]) << i;
  }
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemset(a_, 0, kBytes * 100));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemset(result_.data(), 0, 4));
}

TEST_F(Copy, Batches) {
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  void* targets[] = {a_, b_, result_.data()};
  const void* sources[] = {source_.data(), a_, b_};
  const size_t sizes[] = {1000, 1000, 1000};
  cudaMemcpyAttributes attributes = {};
  attributes.srcAccessOrder = cudaMemcpySrcAccessOrderStream;
  size_t first = 0;
  CUDA_OK(cudaMemcpyBatchAsync(targets, sources, sizes, 3, &attributes, &first, 1, stream));
  CUDA_OK(cudaStreamSynchronize(stream));
  EXPECT_EQ(0, memcmp(source_.data(), result_.data(), 1000));
  auto batch = [&](cudaStream_t s) {
    return cudaMemcpyBatchAsync(targets, sources, sizes, 3, &attributes, &first, 1, s);
  };
  EXPECT_EQ(cudaErrorInvalidValue, batch(nullptr));
  first = 1;
  EXPECT_EQ(cudaErrorInvalidValue, batch(stream));
  first = 0;
  attributes.srcAccessOrder = cudaMemcpySrcAccessOrderInvalid;
  EXPECT_EQ(cudaErrorInvalidValue, batch(stream));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemcpyBatchAsync(targets, sources, sizes, 3, nullptr, nullptr, 0, stream));
  CUDA_OK(cudaStreamDestroy(stream));
}

TEST_F(Copy, FillsOfBoxes) {
  cudaPitchedPtr box = {a_, 64, 64, 10};
  CUDA_OK(cudaMemset(a_, 0, kBytes));
  CUDA_OK(cudaMemset3D(box, 1, {3, 2, 2}));
  box.ptr = a_ + 5;
  CUDA_OK(cudaMemset3DAsync(box, 2, {3, 2, 2}, nullptr));
  CUDA_OK(cudaMemset2DAsync(a_ + 10, 64, 3, 3, 2, nullptr));
  CUDA_OK(cudaMemcpy(result_.data(), a_, kBytes, cudaMemcpyDeviceToHost));
  for (size_t i = 0; i < 2000; ++i) {
    size_t x = i % 64;
    size_t y = i / 64 % 10;
    size_t z = i / 640;
    int expected = 0;
    if (y < 2 && z < 2 && x < 3) expected = 1;
    if (y < 2 && z < 2 && x >= 5 && x < 8) expected = 2;
    if (y < 2 && z == 0 && x >= 10 && x < 13) expected = 3;
    EXPECT_EQ(expected, result_[i]) << i;
  }
}

TEST(Symbol, CopiesAndAddresses) {
  uint32_t value = 0;
  CUDA_OK(cudaMemcpyFromSymbol(&value, &scalar, 4, 0, cudaMemcpyDeviceToHost));
  EXPECT_EQ(7u, value);
  value = 70;
  CUDA_OK(cudaMemcpyToSymbol(&scalar, &value, 4, 0, cudaMemcpyHostToDevice));
  const uint32_t constants[] = {33, 44};
  CUDA_OK(cudaMemcpyToSymbolAsync(&table, constants, 8, 8, cudaMemcpyHostToDevice, nullptr));
  uint32_t* out = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&out), 12));
  CUDA_OK(Launch(&read_symbols, Dim(1), Dim(1), 0, nullptr, out));
  uint32_t host[3] = {};
  CUDA_OK(cudaMemcpy(host, out, 12, cudaMemcpyDeviceToHost));
  EXPECT_EQ(70u, host[0]);
  EXPECT_EQ(33u, host[1]);
  EXPECT_EQ(5u, host[2]);
  CUDA_OK(cudaMemcpyFromSymbolAsync(&value, &scalar, 4, 0, cudaMemcpyDeviceToHost, nullptr));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(71u, value);
  void* address = nullptr;
  CUDA_OK(cudaGetSymbolAddress(&address, &scalar));
  CUDA_OK(cudaMemcpy(&value, address, 4, cudaMemcpyDeviceToHost));
  EXPECT_EQ(71u, value);
  size_t size = 0;
  CUDA_OK(cudaGetSymbolSize(&size, &table));
  EXPECT_EQ(16u, size);
}

TEST(Symbol, BadArguments) {
  uint32_t value = 0;
  size_t size = 0;
  EXPECT_EQ(cudaErrorInvalidSymbol, cudaMemcpyFromSymbol(&value, &value, 4, 0, cudaMemcpyDeviceToHost));
  EXPECT_EQ(cudaErrorInvalidSymbol, cudaGetSymbolSize(&size, nullptr));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemcpyFromSymbol(&value, &table, 8, 12, cudaMemcpyDeviceToHost));
  EXPECT_EQ(cudaErrorInvalidValue, cudaMemcpyFromSymbol(&value, &table, 4, ~size_t{0}, cudaMemcpyDeviceToHost));
  EXPECT_EQ(cudaErrorInvalidMemcpyDirection, cudaMemcpyFromSymbol(&value, &table, 4, 0, cudaMemcpyHostToDevice));
  EXPECT_EQ(cudaErrorInvalidMemcpyDirection, cudaMemcpyToSymbol(&table, &value, 4, 0, cudaMemcpyDeviceToHost));
}

TEST(Symbol, ManagedVariablesAreLoadedWithTheContext) {
  CUDA_OK(cudaDeviceReset());
  CUDA_OK(cudaFree(nullptr));
  ASSERT_NE(nullptr, managed);
  EXPECT_EQ(5u, *managed);
  *managed = 10;
  void* address = nullptr;
  CUDA_OK(cudaGetSymbolAddress(&address, managed));
  EXPECT_EQ(managed, address);
  uint32_t* out = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&out), 12));
  CUDA_OK(Launch(&read_symbols, Dim(1), Dim(1), 0, nullptr, out));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(11u, *managed);
}

}  // namespace
}  // namespace culvert::testing
