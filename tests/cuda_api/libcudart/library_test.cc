// Images that a program loads itself. CUDA Runtime API, "Library Management".
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

cudaError_t Load(cudaLibrary_t* library, const void* code) {
  return cudaLibraryLoadData(library, code, nullptr, nullptr, 0, nullptr, nullptr, 0);
}

TEST(Library, KernelsAndVariables) {
  cudaLibrary_t library = nullptr;
  cudaKernel_t kernel = nullptr;
  CUDA_OK(Load(&library, PtxText().c_str()));
  CUDA_OK(cudaLibraryGetKernel(&kernel, library, "fill"));
  uint32_t* memory = nullptr;
  CUDA_OK(cudaMallocManaged(reinterpret_cast<void**>(&memory), 4096, cudaMemAttachGlobal));
  CUDA_OK(Launch(kernel, Dim(1), Dim(32), 0, nullptr, memory, 17u, 32u));
  CUDA_OK(cudaDeviceSynchronize());
  EXPECT_EQ(17u, memory[31]);
  void* address = nullptr;
  size_t bytes = 0;
  CUDA_OK(cudaLibraryGetGlobal(&address, &bytes, library, "table"));
  EXPECT_EQ(16u, bytes);
  CUDA_OK(cudaLibraryGetGlobal(nullptr, &bytes, library, "scalar"));
  EXPECT_EQ(4u, bytes);
  CUDA_OK(cudaLibraryGetManaged(&address, nullptr, library, "managed_value"));
  EXPECT_EQ(5u, *static_cast<uint32_t*>(address));
  EXPECT_EQ(cudaErrorSymbolNotFound, cudaLibraryGetManaged(&address, &bytes, library, "scalar"));
  EXPECT_EQ(cudaErrorSymbolNotFound, cudaLibraryGetGlobal(&address, &bytes, library, "nothing"));
  EXPECT_EQ(cudaErrorSymbolNotFound, cudaLibraryGetKernel(&kernel, library, "nothing"));
  CUDA_OK(cudaLibraryUnload(library));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaLibraryUnload(library));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaLibraryGetKernel(&kernel, library, "fill"));
}

TEST(Library, UnloadEndsItsKernels) {
  cudaLibrary_t library = nullptr;
  cudaKernel_t kernel = nullptr;
  CUDA_OK(Load(&library, PtxText().c_str()));
  CUDA_OK(cudaLibraryGetKernel(&kernel, library, "static_shared"));
  CUDA_OK(Launch(kernel, Dim(1), Dim(1), 0, nullptr));
  CUDA_OK(cudaLibraryUnload(library));
  EXPECT_EQ(cudaErrorInvalidResourceHandle, Launch(kernel, Dim(1), Dim(1), 0, nullptr));
  CUDA_OK(cudaDeviceSynchronize());
}

TEST(Library, Enumerates) {
  cudaLibrary_t library = nullptr;
  unsigned count = 0;
  CUDA_OK(Load(&library, PtxText().c_str()));
  CUDA_OK(cudaLibraryGetKernelCount(&count, library));
  EXPECT_EQ(8u, count);
  std::vector<cudaKernel_t> kernels(count + 1, nullptr);
  CUDA_OK(cudaLibraryEnumerateKernels(kernels.data(), count + 1, library));
  EXPECT_EQ(nullptr, kernels[count]);
  for (unsigned i = 0; i < count; ++i) {
    const char* name = nullptr;
    CUDA_OK(cudaFuncGetName(&name, kernels[i]));
    EXPECT_NE(std::string::npos, PtxText().find(std::string(".entry ") + name));
  }
  CUDA_OK(cudaLibraryEnumerateKernels(kernels.data(), 0, library));
  CUDA_OK(cudaKernelSetAttributeForDevice(kernels[0], cudaFuncAttributeMaxDynamicSharedMemorySize, 60000, 0));
  EXPECT_EQ(cudaErrorInvalidDevice,
            cudaKernelSetAttributeForDevice(kernels[0], cudaFuncAttributeMaxDynamicSharedMemorySize, 60000, 9));
  CUDA_OK(cudaLibraryUnload(library));
}

TEST(Library, FromAFile) {
  std::string path = ::testing::TempDir() + "/library_test.ptx";
  std::ofstream(path) << PtxText();
  cudaLibrary_t library = nullptr;
  CUDA_OK(cudaLibraryLoadFromFile(&library, path.c_str(), nullptr, nullptr, 0, nullptr, nullptr, 0));
  CUDA_OK(cudaLibraryUnload(library));
  std::remove(path.c_str());
  EXPECT_EQ(cudaErrorFileNotFound,
            cudaLibraryLoadFromFile(&library, path.c_str(), nullptr, nullptr, 0, nullptr, nullptr, 0));
}

TEST(Library, LoadErrors) {
  cudaLibrary_t library = nullptr;
  EXPECT_EQ(cudaErrorInvalidValue, Load(&library, nullptr));
  EXPECT_EQ(cudaErrorInvalidKernelImage, Load(&library, "no image at all"));
  EXPECT_EQ(cudaErrorUnsupportedPtxVersion, Load(&library, ".version 99.0\n.target sm_75\n.address_size 64\n"));
  EXPECT_EQ(cudaErrorNoKernelImageForDevice, Load(&library, ".version 8.0\n.target sm_999\n.address_size 64\n"));
  auto bad_option = static_cast<cudaLibraryOption>(50);
  EXPECT_EQ(cudaErrorInvalidValue,
            cudaLibraryLoadData(&library, PtxText().c_str(), nullptr, nullptr, 0, &bad_option, nullptr, 1));
}

TEST(Library, LogsNameThePlace) {
  std::string bad =
      ".version 8.0\n.target sm_75\n.address_size 64\n.visible .entry bad()\n{\n  nonsense.u32 %r1;\n  ret;\n}\n";
  char log[512] = "";
  cudaJitOption options[] = {cudaJitErrorLogBuffer, cudaJitErrorLogBufferSizeBytes};
  void* values[] = {log, reinterpret_cast<void*>(sizeof(log))};
  cudaLibrary_t library = nullptr;
  EXPECT_EQ(cudaErrorInvalidPtx, cudaLibraryLoadData(&library, bad.c_str(), options, values, 2, nullptr, nullptr, 0));
  EXPECT_NE(nullptr, strstr(log, "nonsense")) << log;
  EXPECT_EQ(strlen(log), reinterpret_cast<size_t>(values[1]));
}

}  // namespace
}  // namespace culvert::testing
