// Options of cuModuleLoadDataEx and the log buffers (fault 14).
#include <cstring>
#include <string>

#include "driver.h"

namespace culvert {
namespace {

constexpr char kBadPtx[] =
    ".version 8.0\n.target sm_70\n.address_size 64\n"
    ".visible .entry bad()\n{\n  .reg .b32 %r<2>;\n  frobnicate.u32 %r1, 5;\n  ret;\n}\n"
    ".visible .entry good()\n{\n  ret;\n}\n";

TEST_F(ContextTest, ErrorLogNamesThePlace) {
  char info[256] = "x", error[4096] = "x";
  CUjit_option options[] = {CU_JIT_INFO_LOG_BUFFER,  CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES,
                            CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
                            CU_JIT_WALL_TIME,        CU_JIT_OPTIMIZATION_LEVEL};
  void* values[] = {info,    reinterpret_cast<void*>(sizeof info),
                    error,   reinterpret_cast<void*>(sizeof error),
                    nullptr, reinterpret_cast<void*>(4)};
  CUmodule module;
  EXPECT_EQ(cuModuleLoadDataEx(&module, kBadPtx, 6, options, values), CUDA_ERROR_INVALID_PTX);
  EXPECT_NE(std::string(error).find("frobnicate"), std::string::npos) << error;
  EXPECT_NE(std::string(error).find('7'), std::string::npos) << error;  // the line
  EXPECT_EQ(reinterpret_cast<size_t>(values[3]), strlen(error));
  EXPECT_EQ(std::string(info), "");
  float milliseconds = -1;
  memcpy(&milliseconds, &values[4], sizeof milliseconds);
  EXPECT_GE(milliseconds, 0);
}

TEST_F(ContextTest, LogsAreCut) {
  char error[16];
  memset(error, '#', sizeof error);
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void* values[] = {error, reinterpret_cast<void*>(8)};
  CUmodule module;
  EXPECT_EQ(cuModuleLoadDataEx(&module, kBadPtx, 2, options, values), CUDA_ERROR_INVALID_PTX);
  EXPECT_EQ(strnlen(error, 16), 7u);
  EXPECT_EQ(error[8], '#');
  EXPECT_EQ(values[1], reinterpret_cast<void*>(7));
}

TEST_F(ContextTest, LogsOfASuccessAreEmpty) {
  char error[64] = "x";
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void* values[] = {error, reinterpret_cast<void*>(sizeof error)};
  CUmodule module;
  ASSERT_CU(cuModuleLoadDataEx(&module, kPtx, 2, options, values));
  EXPECT_EQ(error[0], '\0');
  EXPECT_CU(cuModuleUnload(module));
}

// Without log buffers only the entry concerned fails, when it is used.
TEST_F(ContextTest, OnlyTheBadEntryFails) {
  CUmodule module;
  ASSERT_CU(cuModuleLoadData(&module, kBadPtx));
  CUfunction bad, good;
  ASSERT_CU(cuModuleGetFunction(&good, module, "good"));
  EXPECT_CU(cuLaunchKernel(good, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr));
  ASSERT_CU(cuModuleGetFunction(&bad, module, "bad"));
  EXPECT_EQ(cuLaunchKernel(bad, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_ERROR_INVALID_PTX);
  EXPECT_CU(cuCtxSynchronize());
}

TEST_F(ContextTest, OptionsThatAreRefused) {
  CUmodule module;
  CUjit_option option = static_cast<CUjit_option>(500);
  void* value = nullptr;
  EXPECT_EQ(cuModuleLoadDataEx(&module, kPtx, 1, &option, &value), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuModuleLoadDataEx(&module, kPtx, 1, nullptr, &value), CUDA_ERROR_INVALID_VALUE);
  option = CU_JIT_TARGET;
  EXPECT_EQ(cuModuleLoadDataEx(&module, kPtx, 1, &option, nullptr), CUDA_ERROR_INVALID_VALUE);
  option = CU_JIT_GLOBAL_SYMBOL_COUNT;
  value = reinterpret_cast<void*>(1);
  EXPECT_EQ(cuModuleLoadDataEx(&module, kPtx, 1, &option, &value), CUDA_ERROR_INVALID_VALUE);
  option = CU_JIT_FALLBACK_STRATEGY;
  value = reinterpret_cast<void*>(2);
  EXPECT_EQ(cuModuleLoadDataEx(&module, kPtx, 1, &option, &value), CUDA_ERROR_INVALID_VALUE);
}

// Undefined variables at addresses that the program chooses.
TEST_F(ContextTest, GlobalSymbolsAtHostAddresses) {
  constexpr char kUsesHost[] =
      ".version 8.0\n.target sm_70\n.address_size 64\n.extern .global .align 4 .u32 host_word;\n"
      ".visible .global .u64 pointer = host_word;\n"
      ".visible .entry k()\n{\n  .reg .b32 %r<2>;\n  .reg .b64 %d<2>;\n  ld.global.u32 %r1, [host_word];\n"
      "  add.u32 %r1, %r1, 1;\n  ld.global.u64 %d1, [pointer];\n  st.global.u32 [%d1], %r1;\n  ret;\n}\n";
  void* word;
  ASSERT_CU(cuMemAllocHost(&word, 4));
  *static_cast<int*>(word) = 41;
  const char* names[] = {"host_word", "host_word"};
  void* addresses[] = {word, word};
  CUjit_option options[] = {CU_JIT_GLOBAL_SYMBOL_NAMES, CU_JIT_GLOBAL_SYMBOL_ADDRESSES, CU_JIT_GLOBAL_SYMBOL_COUNT};
  void* values[] = {names, addresses, reinterpret_cast<void*>(1)};
  CUmodule module;
  CUfunction function;
  ASSERT_CU(cuModuleLoadDataEx(&module, kUsesHost, 3, options, values));
  ASSERT_CU(cuModuleGetFunction(&function, module, "k"));
  EXPECT_CU(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr));
  EXPECT_CU(cuCtxSynchronize());
  EXPECT_EQ(*static_cast<int*>(word), 42);
  EXPECT_CU(cuModuleUnload(module));
  values[2] = reinterpret_cast<void*>(2);
  EXPECT_EQ(cuModuleLoadDataEx(&module, kUsesHost, 3, options, values), CUDA_ERROR_INVALID_VALUE) << "named twice";
  values[2] = reinterpret_cast<void*>(1);
  names[0] = "pointer";
  EXPECT_EQ(cuModuleLoadDataEx(&module, kUsesHost, 3, options, values), CUDA_ERROR_INVALID_VALUE) << "defined";
  EXPECT_CU(cuMemFreeHost(word));
}

}  // namespace
}  // namespace culvert
