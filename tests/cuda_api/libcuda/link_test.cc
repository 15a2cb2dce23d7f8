// The linker: one PTX text in, an image out.
#include <cstring>
#include <string>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

char* Text(const char* text) { return const_cast<char*>(text); }

TEST_F(ContextTest, LinkLoadAndLaunch) {
  CUlinkState state;
  ASSERT_CU(cuLinkCreate(0, nullptr, nullptr, &state));
  ASSERT_CU(cuLinkAddData(state, CU_JIT_INPUT_PTX, Text(kPtx), strlen(kPtx) + 1, nullptr, 0, nullptr, nullptr));
  void* image = nullptr;
  size_t size = 0;
  ASSERT_CU(cuLinkComplete(state, &image, &size));
  // Programs copy the image and load it after the link is gone.
  std::vector<char> copy(static_cast<char*>(image), static_cast<char*>(image) + size);
  EXPECT_CU(cuLinkDestroy(state));
  EXPECT_EQ(cuLinkDestroy(state), CUDA_ERROR_INVALID_HANDLE);
  CUmodule module;
  CUfunction function;
  ASSERT_CU(cuModuleLoadData(&module, copy.data()));
  ASSERT_CU(cuModuleGetFunction(&function, module, "nothing"));
  EXPECT_CU(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr));
  EXPECT_CU(cuModuleUnload(module));
}

TEST_F(ContextTest, LogsOfALink) {
  char error[1024] = "x";
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void* values[] = {error, reinterpret_cast<void*>(sizeof error)};
  CUlinkState state;
  ASSERT_CU(cuLinkCreate(2, options, values, &state));
  const char* bad = ".version 8.0\n.target sm_70\n.address_size 64\n.visible .entry k() { frobnicate; }\n";
  ASSERT_CU(cuLinkAddData(state, CU_JIT_INPUT_PTX, Text(bad), strlen(bad), "bad.ptx", 0, nullptr, nullptr));
  void* image;
  size_t size;
  EXPECT_EQ(cuLinkComplete(state, &image, &size), CUDA_ERROR_INVALID_PTX);
  EXPECT_NE(std::string(error).find("frobnicate"), std::string::npos) << error;
  EXPECT_CU(cuLinkDestroy(state));
}

TEST_F(ContextTest, WhatTheLinkerRefuses) {
  CUlinkState state;
  void* image;
  size_t size;
  ASSERT_CU(cuLinkCreate(0, nullptr, nullptr, &state));
  EXPECT_EQ(cuLinkComplete(state, &image, &size), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuLinkAddData(state, CU_JIT_INPUT_LIBRARY, Text("x"), 1, "x", 0, nullptr, nullptr),
            CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(cuLinkAddData(state, static_cast<CUjitInputType>(50), Text("x"), 1, "x", 0, nullptr, nullptr),
            CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuLinkAddData(state, CU_JIT_INPUT_PTX, nullptr, 1, "x", 0, nullptr, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuLinkAddFile(state, CU_JIT_INPUT_PTX, "/does/not/exist", 0, nullptr, nullptr), CUDA_ERROR_FILE_NOT_FOUND);
  ASSERT_CU(cuLinkAddData(state, CU_JIT_INPUT_PTX, Text(kPtx), strlen(kPtx), "a", 0, nullptr, nullptr));
  EXPECT_EQ(cuLinkAddData(state, CU_JIT_INPUT_PTX, Text(kPtx), strlen(kPtx), "b", 0, nullptr, nullptr),
            CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(cuLinkComplete(state, nullptr, &size), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuLinkDestroy(state));
  EXPECT_EQ(cuLinkCreate(0, nullptr, nullptr, nullptr), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
