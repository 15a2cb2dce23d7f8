// Registration of device code as static constructors and dlclose do it.
#include "include/cuda/detail/registration.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

void RegisterFunction(void** handle, const char* stub, const char* name) {
  __cudaRegisterFunction(handle, stub, const_cast<char*>(name), name, -1, nullptr, nullptr, nullptr, nullptr, nullptr);
}

// The value that a registered host variable has on the device.
uint32_t ValueOf(const void* symbol) {
  uint32_t value = 0;
  EXPECT_EQ(cudaSuccess, cudaMemcpyFromSymbol(&value, symbol, 4, 0, cudaMemcpyDeviceToHost));
  return value;
}

std::string ScalarPtx(uint32_t value) {
  return ".version 8.0\n.target sm_75\n.address_size 64\n.visible .global .align 4 .u32 scalar = " +
         std::to_string(value) + ";\n.visible .entry empty()\n{\n  ret;\n}\n";
}

TEST(Registration, ComesAndGoesLikeAPlugin) {
  char stub = 0;
  for (int i = 0; i < 100; ++i) {
    std::string ptx = ScalarPtx(i);
    void** handle = __cudaRegisterFatBinary(ptx.data());
    RegisterFunction(handle, &stub, "empty");
    __cudaRegisterFatBinaryEnd(handle);
    CUDA_OK(Launch(&stub, Dim(1), Dim(1), 0, nullptr));
    __cudaUnregisterFatBinary(handle);
    EXPECT_EQ(cudaErrorInvalidDeviceFunction, Launch(&stub, Dim(1), Dim(1), 0, nullptr));
  }
  CUDA_OK(cudaDeviceSynchronize());
}

// Two shared objects with the same template: the one that is left answers.
TEST(Registration, OneAddressInTwoImages) {
  uint32_t shadow = 0;
  std::string first_ptx = ScalarPtx(1);
  std::string second_ptx = ScalarPtx(2);
  auto* host = reinterpret_cast<char*>(&shadow);
  void** first = __cudaRegisterFatBinary(first_ptx.data());
  void** second = __cudaRegisterFatBinary(second_ptx.data());
  __cudaRegisterVar(first, host, nullptr, "scalar", 0, 4, 0, 0);
  __cudaRegisterVar(second, host, nullptr, "scalar", 0, 4, 0, 0);
  EXPECT_EQ(1u, ValueOf(&shadow));
  __cudaUnregisterFatBinary(first);
  EXPECT_EQ(2u, ValueOf(&shadow));
  __cudaUnregisterFatBinary(second);
  size_t size = 0;
  EXPECT_EQ(cudaErrorInvalidSymbol, cudaGetSymbolSize(&size, &shadow));
}

TEST(Registration, IsIndependentOfResets) {
  CUDA_OK(cudaFree(nullptr));
  *managed = 123;
  CUDA_OK(cudaDeviceReset());
  uint32_t* memory = nullptr;
  CUDA_OK(cudaMalloc(reinterpret_cast<void**>(&memory), 12));
  CUDA_OK(Launch(&read_symbols, Dim(1), Dim(1), 0, nullptr, memory));
  uint32_t values[3] = {};
  CUDA_OK(cudaMemcpy(values, memory, 12, cudaMemcpyDeviceToHost));
  EXPECT_EQ(7u, values[0]);
  EXPECT_EQ(5u, values[2]);
}

TEST(Registration, InitModuleSetsManagedPointers) {
  uint32_t* pointer = nullptr;
  std::string ptx = PtxText();
  CUDA_OK(cudaFree(nullptr));
  void** handle = __cudaRegisterFatBinary(ptx.data());
  __cudaRegisterManagedVar(handle, reinterpret_cast<void**>(&pointer), nullptr, "managed_value", 0, 4, 0, 0);
  __cudaRegisterFatBinaryEnd(handle);
  EXPECT_EQ(nullptr, pointer);
  EXPECT_NE(0, __cudaInitModule(handle));
  ASSERT_NE(nullptr, pointer);
  EXPECT_EQ(5u, *pointer);
  EXPECT_NE(pointer, managed);
  __cudaUnregisterFatBinary(handle);
}

TEST(Registration, WrongHandlesAreIgnored) {
  char stub = 0;
  void* wild = &stub;
  RegisterFunction(nullptr, &stub, "fill");
  RegisterFunction(&wild, &stub, "fill");
  RegisterFunction(reinterpret_cast<void**>(uint64_t{8}), &stub, "fill");
  __cudaUnregisterFatBinary(reinterpret_cast<void**>(uint64_t{8}));
  __cudaUnregisterFatBinary(nullptr);
  EXPECT_EQ(0, __cudaInitModule(nullptr));
  EXPECT_EQ(cudaErrorInvalidDeviceFunction, Launch(&stub, Dim(1), Dim(1), 0, nullptr));
}

// Row 12 of the fault list, as the runtime API sees it.
TEST(Registration, CorruptImages) {
  char stub = 0;
  const std::vector<std::pair<std::string, cudaError_t>> cases = {
      {std::string("\x50\xed\x55\xba\x01\x00\x10\x00\xff\xff\xff\xff\xff\xff\xff\x7f", 16),
       cudaErrorInvalidKernelImage},
      {"garbage, neither text nor container", cudaErrorInvalidKernelImage},
      {".version 8.0\n.target sm_75\n.address_size 64\n.visible .entry empty(\n", cudaErrorInvalidPtx},
  };
  for (auto [bytes, expected] : cases) {
    bytes.resize(256);
    void** handle = __cudaRegisterFatBinary(bytes.data());
    RegisterFunction(handle, &stub, "empty");
    EXPECT_EQ(expected, Launch(&stub, Dim(1), Dim(1), 0, nullptr)) << bytes;
    EXPECT_EQ(expected, cudaGetLastError());
    __cudaUnregisterFatBinary(handle);
  }
  CUDA_OK(cudaDeviceSynchronize());
}

TEST(Registration, FromManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([t] {
      char stub = 0;
      for (int i = 0; i < 20; ++i) {
        std::string ptx = ScalarPtx(t);
        void** handle = __cudaRegisterFatBinary(ptx.data());
        RegisterFunction(handle, &stub, "empty");
        CUDA_OK(Launch(&stub, Dim(1), Dim(1), 0, nullptr));
        __cudaUnregisterFatBinary(handle);
        CUDA_OK(Launch(&static_shared, Dim(1), Dim(1), 0, nullptr));
      }
      CUDA_OK(cudaDeviceSynchronize());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace culvert::testing
