// The linker: inputs, what each call reports, the options as the driver API manual describes them.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

#define HEAD ".version 8.0\n.target sm_70\n.address_size 64\n"

// The kernel stores f(7) + bias; both come from elsewhere.
constexpr char kCaller[] = HEAD R"(
.extern .func (.param .b32 r) f(.param .b32 a);
.extern .global .align 4 .u32 bias;
.visible .entry k(.param .u64 out) {
  .reg .b32 %r<4>; .reg .b64 %d<2>;
  .param .b32 a; .param .b32 o;
  st.param.b32 [a], 7;
  call (o), f, (a);
  ld.param.b32 %r1, [o];
  ld.global.u32 %r2, [bias];
  add.u32 %r1, %r1, %r2;
  ld.param.u64 %d1, [out];
  st.global.u32 [%d1], %r1;
  ret;
}
)";
constexpr char kFunction[] = HEAD R"(
.visible .func (.param .b32 r) f(.param .b32 a) {
  .reg .b32 %r<2>;
  ld.param.b32 %r1, [a];
  mul.lo.u32 %r1, %r1, 6;
  st.param.b32 [r], %r1;
  ret;
}
)";
constexpr char kVariable[] = HEAD ".visible .global .align 4 .u32 bias = 100;\n";
constexpr char kSecondFunction[] = HEAD "\n\n.visible .func (.param .b32 r) f(.param .b32 a) { ret; }\n";

char* Text(const char* text) { return const_cast<char*>(text); }

CUresult Add(CUlinkState state, const char* ptx, const char* name = nullptr) {
  return cuLinkAddData(state, CU_JIT_INPUT_PTX, Text(ptx), strlen(ptx) + 1, name, 0, nullptr, nullptr);
}

// A copy of the finished image: programs keep it after the link is gone.
std::vector<char> Complete(CUlinkState state) {
  void* image = nullptr;
  size_t size = 0;
  EXPECT_CU(cuLinkComplete(state, &image, &size));
  return image == nullptr ? std::vector<char>()
                          : std::vector<char>(static_cast<char*>(image), static_cast<char*>(image) + size);
}

void ExpectResult(CUfunction function, uint32_t expected) {
  CUdeviceptr out;
  ASSERT_CU(cuMemAlloc(&out, 4));
  void* arguments[] = {&out};
  EXPECT_CU(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr));
  uint32_t value = 0;
  EXPECT_CU(cuMemcpyDtoH(&value, out, 4));
  EXPECT_EQ(value, expected);
  EXPECT_CU(cuMemFree(out));
}

TEST_F(ContextTest, LinkSeveralTextsLoadAndLaunch) {
  CUlinkState state;
  ASSERT_CU(cuLinkCreate(0, nullptr, nullptr, &state));
  ASSERT_CU(Add(state, kCaller));
  ASSERT_CU(Add(state, kFunction, "function.ptx"));
  ASSERT_CU(Add(state, kVariable));
  const std::vector<char> image = Complete(state);
  EXPECT_EQ(Complete(state), image) << "completing again gives the same image";
  EXPECT_EQ(Add(state, kVariable), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuLinkDestroy(state));
  EXPECT_EQ(cuLinkDestroy(state), CUDA_ERROR_INVALID_HANDLE);

  CUmodule module;
  CUfunction function;
  ASSERT_CU(cuModuleLoadData(&module, image.data()));
  ASSERT_CU(cuModuleGetFunction(&function, module, "k"));
  ExpectResult(function, 142);
  CUdeviceptr bias;
  size_t bytes = 0;
  ASSERT_CU(cuModuleGetGlobal(&bias, &bytes, module, "bias"));
  EXPECT_EQ(bytes, 4u);
  ASSERT_CU(cuMemsetD32(bias, 1, 1));
  ExpectResult(function, 43);
  EXPECT_CU(cuModuleUnload(module));

  CUlibrary library;
  CUkernel kernel;
  ASSERT_CU(cuLibraryLoadData(&library, image.data(), nullptr, nullptr, 0, nullptr, nullptr, 0));
  ASSERT_CU(cuLibraryGetKernel(&kernel, library, "k"));
  ASSERT_CU(cuKernelGetFunction(&function, kernel));
  ExpectResult(function, 142);
  EXPECT_CU(cuLibraryUnload(library));
}

TEST_F(ContextTest, LinkFilesAndLinkedImages) {
  std::string path = testing::TempDir() + "/culvert_link_test.ptx";
  FILE* file = fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  fputs(kFunction, file);
  fclose(file);
  CUlinkState state, again;
  ASSERT_CU(cuLinkCreate(0, nullptr, nullptr, &state));
  EXPECT_EQ(cuLinkAddFile(state, CU_JIT_INPUT_PTX, "/does/not/exist", 0, nullptr, nullptr), CUDA_ERROR_FILE_NOT_FOUND);
  ASSERT_CU(cuLinkAddFile(state, CU_JIT_INPUT_PTX, path.c_str(), 0, nullptr, nullptr));
  ASSERT_CU(Add(state, kVariable));
  std::vector<char> image = Complete(state);
  EXPECT_CU(cuLinkDestroy(state));
  ASSERT_CU(cuLinkCreate(0, nullptr, nullptr, &again));
  ASSERT_CU(cuLinkAddData(again, CU_JIT_INPUT_CUBIN, image.data(), image.size(), "first", 0, nullptr, nullptr));
  ASSERT_CU(Add(again, kCaller));
  image = Complete(again);
  EXPECT_CU(cuLinkDestroy(again));
  CUmodule module;
  CUfunction function;
  ASSERT_CU(cuModuleLoadData(&module, image.data()));
  ASSERT_CU(cuModuleGetFunction(&function, module, "k"));
  ExpectResult(function, 142);
  EXPECT_CU(cuModuleUnload(module));
  unlink(path.c_str());
}

// Options with log buffers of 4096 bytes and the time.
struct Logs {
  char info[4096] = "x";
  char error[4096] = "x";
  CUjit_option options[6] = {CU_JIT_INFO_LOG_BUFFER,  CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES,
                             CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
                             CU_JIT_WALL_TIME,        CU_JIT_LOG_VERBOSE};
  void* values[6] = {info,    reinterpret_cast<void*>(sizeof info),
                     error,   reinterpret_cast<void*>(sizeof error),
                     nullptr, reinterpret_cast<void*>(1)};
  float Milliseconds() const {
    float out;
    memcpy(&out, &values[4], sizeof out);
    return out;
  }
};

TEST_F(ContextTest, LogsOfALinkNameBothPlaces) {
  Logs logs;
  CUlinkState state;
  ASSERT_CU(cuLinkCreate(6, logs.options, logs.values, &state));
  ASSERT_CU(Add(state, kFunction, "first.ptx"));
  EXPECT_EQ(Add(state, kSecondFunction, "second.ptx"), CUDA_ERROR_INVALID_SOURCE);
  const std::string error = logs.error;
  EXPECT_NE(error.find("second.ptx:6:32"), std::string::npos) << error;
  EXPECT_NE(error.find("'f' is defined here and in first.ptx:5:32"), std::string::npos) << error;
  EXPECT_EQ(reinterpret_cast<size_t>(logs.values[3]), error.size());
  void* image;
  EXPECT_EQ(cuLinkComplete(state, &image, nullptr), CUDA_ERROR_INVALID_SOURCE);
  EXPECT_GT(strlen(logs.error), error.size()) << "the log of a link is added to";
  EXPECT_EQ(reinterpret_cast<size_t>(logs.values[3]), strlen(logs.error));
  EXPECT_CU(cuLinkDestroy(state));
}

TEST_F(ContextTest, UndefinedSymbolsAreFoundAtTheEnd) {
  Logs logs;
  CUlinkState state;
  ASSERT_CU(cuLinkCreate(6, logs.options, logs.values, &state));
  ASSERT_CU(Add(state, kCaller, "caller.ptx"));
  const float before = logs.Milliseconds();
  void* image;
  size_t size;
  EXPECT_EQ(cuLinkComplete(state, &image, &size), CUDA_ERROR_INVALID_SOURCE);
  const std::string error = logs.error;
  EXPECT_NE(error.find("'f', declared in caller.ptx:5:31, is not defined"), std::string::npos) << error;
  EXPECT_NE(error.find("'bias', declared in caller.ptx:6:31, is not defined"), std::string::npos) << error;
  EXPECT_NE(error.find("in: k"), std::string::npos) << error;
  EXPECT_GT(logs.Milliseconds(), before);
  EXPECT_CU(cuLinkDestroy(state));
  // Loading a text alone is no link: only the kernel that needs the symbol fails.
  CUmodule module;
  CUfunction function;
  ASSERT_CU(cuModuleLoadData(&module, kCaller));
  ASSERT_CU(cuModuleGetFunction(&function, module, "k"));
  CUdeviceptr out = 0;
  void* arguments[] = {&out};
  EXPECT_EQ(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr), CUDA_ERROR_INVALID_PTX);
  EXPECT_CU(cuModuleUnload(module));
}

TEST_F(ContextTest, ErrorsInATextAreReportedWhenItIsAdded) {
  Logs logs;
  CUlinkState state;
  ASSERT_CU(cuLinkCreate(6, logs.options, logs.values, &state));
  EXPECT_EQ(Add(state, HEAD ".visible .entry k() { frobnicate; }\n", "bad.ptx"), CUDA_ERROR_INVALID_PTX);
  EXPECT_NE(std::string(logs.error).find("bad.ptx:4:23"), std::string::npos) << logs.error;
  EXPECT_NE(std::string(logs.error).find("frobnicate"), std::string::npos) << logs.error;
  EXPECT_CU(cuLinkDestroy(state));
  ASSERT_CU(cuLinkCreate(0, nullptr, nullptr, &state));
  EXPECT_EQ(Add(state, ".version 99.0\n.target sm_70\n"), CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
  EXPECT_CU(cuLinkDestroy(state));
}

TEST_F(ContextTest, InfoLogOfALink) {
  Logs logs;
  CUlinkState state;
  ASSERT_CU(cuLinkCreate(6, logs.options, logs.values, &state));
  ASSERT_CU(Add(state, kFunction));
  ASSERT_CU(Add(state, kVariable));
  Complete(state);
  EXPECT_STREQ(logs.info, "linked 2 inputs\n");
  EXPECT_STREQ(logs.error, "");
  EXPECT_EQ(reinterpret_cast<size_t>(logs.values[1]), strlen(logs.info));
  EXPECT_CU(cuLinkDestroy(state));
}

TEST_F(ContextTest, InputsTheLinkerRefuses) {
  CUlinkState state;
  void* image;
  size_t size;
  const auto add = [&](CUjitInputType type, const char* data, size_t bytes) {
    CUlinkState fresh;  // an error is final
    EXPECT_CU(cuLinkCreate(0, nullptr, nullptr, &fresh));
    CUresult result = cuLinkAddData(fresh, type, Text(data), bytes, "x", 0, nullptr, nullptr);
    EXPECT_CU(cuLinkDestroy(fresh));
    return result;
  };
  EXPECT_EQ(add(CU_JIT_INPUT_LIBRARY, "x", 1), CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(add(CU_JIT_INPUT_OBJECT, "x", 1), CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(add(static_cast<CUjitInputType>(50), "x", 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(add(CU_JIT_INPUT_PTX, nullptr, 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(add(CU_JIT_INPUT_PTX, kVariable, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(add(CU_JIT_INPUT_PTX,
                "\x7f"
                "ELF and so on",
                14),
            CUDA_ERROR_INVALID_PTX);
  EXPECT_EQ(add(CU_JIT_INPUT_FATBINARY, kVariable, sizeof kVariable), CUDA_ERROR_INVALID_IMAGE);
  EXPECT_EQ(add(CU_JIT_INPUT_CUBIN, kVariable, sizeof kVariable), CUDA_ERROR_INVALID_IMAGE);
  ASSERT_CU(cuLinkCreate(0, nullptr, nullptr, &state));
  EXPECT_EQ(cuLinkComplete(state, nullptr, &size), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuLinkComplete(state, &image, &size), CUDA_ERROR_INVALID_VALUE) << "nothing was added";
  EXPECT_CU(cuLinkDestroy(state));
  EXPECT_EQ(cuLinkCreate(0, nullptr, nullptr, nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, OptionsOfALink) {
  CUlinkState state;
  const auto create = [&](CUjit_option option, uintptr_t value) {
    void* values[] = {reinterpret_cast<void*>(value)};
    CUresult result = cuLinkCreate(1, &option, values, &state);
    if (result == CUDA_SUCCESS) EXPECT_CU(cuLinkDestroy(state));
    return result;
  };
  EXPECT_CU(create(CU_JIT_TARGET_FROM_CUCONTEXT, 0));
  EXPECT_CU(create(CU_JIT_TARGET, CU_TARGET_COMPUTE_90A));
  EXPECT_EQ(create(CU_JIT_TARGET, 10), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(create(CU_JIT_OPTIMIZATION_LEVEL, 0));
  EXPECT_EQ(create(CU_JIT_OPTIMIZATION_LEVEL, 5), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(create(CU_JIT_CACHE_MODE, 3), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(create(CU_JIT_FALLBACK_STRATEGY, CU_PREFER_PTX), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(create(CU_JIT_GLOBAL_SYMBOL_COUNT, 1), CUDA_ERROR_INVALID_VALUE);
  CUjit_option exclusive[] = {CU_JIT_TARGET, CU_JIT_THREADS_PER_BLOCK};
  void* both[] = {reinterpret_cast<void*>(CU_TARGET_COMPUTE_80), reinterpret_cast<void*>(128)};
  EXPECT_EQ(cuLinkCreate(2, exclusive, both, &state), CUDA_ERROR_INVALID_VALUE);

  ASSERT_CU(cuLinkCreate(0, nullptr, nullptr, &state));
  for (CUjit_option option : {CU_JIT_WALL_TIME, CU_JIT_INFO_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER,
                              CU_JIT_TARGET_FROM_CUCONTEXT, CU_JIT_TARGET}) {
    void* value = reinterpret_cast<void*>(CU_TARGET_COMPUTE_80);
    EXPECT_EQ(cuLinkAddData(state, CU_JIT_INPUT_PTX, Text(kVariable), sizeof kVariable, "v", 1, &option, &value),
              CUDA_ERROR_INVALID_VALUE);
  }
  CUjit_option compiler = CU_JIT_MAX_REGISTERS;
  void* registers = reinterpret_cast<void*>(32);
  EXPECT_CU(cuLinkAddData(state, CU_JIT_INPUT_PTX, Text(kVariable), sizeof kVariable, "v", 1, &compiler, &registers));
  EXPECT_CU(cuLinkDestroy(state));

  // PTX above the target that was asked for.
  CUjit_option target = CU_JIT_TARGET;
  void* compute_60 = reinterpret_cast<void*>(CU_TARGET_COMPUTE_60);
  ASSERT_CU(cuLinkCreate(1, &target, &compute_60, &state));
  EXPECT_EQ(Add(state, kVariable), CUDA_ERROR_NO_BINARY_FOR_GPU);
  EXPECT_CU(cuLinkDestroy(state));
}

}  // namespace
}  // namespace culvert
