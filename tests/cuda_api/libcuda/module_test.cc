// Modules: loading every kind of image, wrong images (faults 12-14), symbols, unloading.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

CUresult Load(const void* image) {
  CUmodule module;
  CUresult result = cuModuleLoadData(&module, image);
  if (result == CUDA_SUCCESS) EXPECT_CU(cuModuleUnload(module));
  return result;
}

TEST_F(ModuleTest, FunctionsAndGlobals) {
  CUfunction function, again;
  ASSERT_CU(cuModuleGetFunction(&function, module_, "add_one"));
  ASSERT_CU(cuModuleGetFunction(&again, module_, "add_one"));
  EXPECT_EQ(function, again);
  EXPECT_EQ(cuModuleGetFunction(&function, module_, "missing"), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ(cuModuleGetFunction(nullptr, module_, "add_one"), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuModuleGetFunction(&function, nullptr, "add_one"), CUDA_ERROR_INVALID_HANDLE);
  CUdeviceptr address = 0;
  size_t bytes = 0;
  ASSERT_CU(cuModuleGetGlobal(&address, &bytes, module_, "counter"));
  EXPECT_EQ(bytes, 4u);
  unsigned value = 0;
  EXPECT_CU(cuMemcpyDtoH(&value, address, 4));
  EXPECT_EQ(value, 7u);
  ASSERT_CU(cuModuleGetGlobal(&address, nullptr, module_, "limits"));
  ASSERT_CU(cuModuleGetGlobal(nullptr, &bytes, module_, "limits"));
  EXPECT_EQ(bytes, 16u);
  unsigned limits[4];
  EXPECT_CU(cuMemcpyDtoH(limits, address, 16));
  EXPECT_EQ(limits[3], 4u);
  EXPECT_EQ(cuModuleGetGlobal(&address, &bytes, module_, "missing"), CUDA_ERROR_NOT_FOUND);
}

TEST_F(ModuleTest, Enumeration) {
  unsigned count = 0;
  ASSERT_CU(cuModuleGetFunctionCount(&count, module_));
  ASSERT_EQ(count, 7u);
  std::vector<CUfunction> functions(count);
  ASSERT_CU(cuModuleEnumerateFunctions(functions.data(), count, module_));
  for (CUfunction function : functions) {
    const char* name = nullptr;
    EXPECT_CU(cuFuncGetName(&name, function));
    EXPECT_EQ(function, Function(name));
  }
}

TEST_F(ModuleTest, UnloadInvalidatesFunctions) {
  CUfunction nothing = Function("nothing");
  EXPECT_CU(cuModuleUnload(module_));
  EXPECT_EQ(cuModuleUnload(module_), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(LaunchOne(nothing, nullptr), CUDA_ERROR_INVALID_HANDLE);
}

// Unloading while a launch runs is safe.
TEST_F(ModuleTest, UnloadWhileRunning) {
  DeviceMemory flag(4);
  CUdeviceptr address = flag.address();
  ASSERT_CU(cuMemsetD32(address, 0, 1));
  CUstream stream, other;
  ASSERT_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  ASSERT_CU(cuStreamCreate(&other, CU_STREAM_NON_BLOCKING));
  void* arguments[] = {&address};
  ASSERT_CU(cuLaunchKernel(Function("spin"), 1, 1, 1, 1, 1, 1, 0, stream, arguments, nullptr));
  EXPECT_CU(cuModuleUnload(module_));
  EXPECT_CU(cuMemsetD32Async(address, 1, 1, other));
  EXPECT_CU(cuStreamSynchronize(stream));
}

TEST_F(ContextTest, FromFiles) {
  std::string path = testing::TempDir() + "/culvert_module_test.ptx";
  FILE* file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  fwrite(kPtx, 1, strlen(kPtx), file);
  fclose(file);
  CUmodule module;
  ASSERT_CU(cuModuleLoad(&module, path.c_str()));
  CUfunction function;
  EXPECT_CU(cuModuleGetFunction(&function, module, "nothing"));
  EXPECT_CU(cuModuleUnload(module));
  remove(path.c_str());
  EXPECT_EQ(cuModuleLoad(&module, path.c_str()), CUDA_ERROR_FILE_NOT_FOUND);
  EXPECT_EQ(cuModuleLoad(&module, nullptr), CUDA_ERROR_INVALID_VALUE);
}

// Fault 12: what is no image, and headers that lie.
TEST_F(ContextTest, CorruptImages) {
  EXPECT_EQ(Load(nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_NE(Load("this is no image"), CUDA_SUCCESS);
  alignas(8) unsigned char bare[64] = {0x50, 0xed, 0x55, 0xba, 1, 0, 16, 0};
  memset(bare + 8, 0xff, 8);  // a size that overflows
  EXPECT_EQ(Load(bare), CUDA_ERROR_INVALID_IMAGE);
  bare[4] = 9;  // unknown version
  EXPECT_EQ(Load(bare), CUDA_ERROR_INVALID_IMAGE);
  struct {
    unsigned magic, version;
    const void* data;
    void* names;
  } wrapper = {0x466243b1, 1, nullptr, nullptr};
  EXPECT_EQ(Load(&wrapper), CUDA_ERROR_INVALID_IMAGE);
  CUmodule module;
  EXPECT_EQ(cuModuleLoadFatBinary(&module, &wrapper), CUDA_ERROR_INVALID_IMAGE);
}

// Fault 13.
TEST_F(ContextTest, WrongVersionsAndTargets) {
  std::string body = ".address_size 64\n.visible .entry k() { ret; }\n";
  EXPECT_EQ(Load((".version 99.0\n.target sm_70\n" + body).c_str()), CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
  EXPECT_EQ(Load((".version 8.0\n.target sm_90a\n" + body).c_str()), CUDA_ERROR_NO_BINARY_FOR_GPU);
  EXPECT_EQ(Load((".version 8.0\n.target sm_999\n" + body).c_str()), CUDA_ERROR_NO_BINARY_FOR_GPU);
  EXPECT_CU(Load((".version 8.0\n.target sm_70\n" + body).c_str()));
}

TEST_F(ContextTest, LoadingMode) {
  CUmoduleLoadingMode mode;
  EXPECT_CU(cuModuleGetLoadingMode(&mode));
  EXPECT_EQ(mode, CU_MODULE_LAZY_LOADING);
  EXPECT_EQ(cuModuleGetLoadingMode(nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST(LoadingMode, ReadFromTheEnvironment) {
  setenv("CUDA_MODULE_LOADING", "EAGER", 1);
  ASSERT_CU(cuInit(0));
  CUmoduleLoadingMode mode;
  EXPECT_CU(cuModuleGetLoadingMode(&mode));
  EXPECT_EQ(mode, CU_MODULE_EAGER_LOADING);
}

}  // namespace
}  // namespace culvert
