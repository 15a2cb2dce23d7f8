// Loading PTX: log buffers for good and bad text, error codes (1, 218, 222, 301), and PTX generated at run time with
// many kernels.
#include <algorithm>

#include "check_driver.h"

CUresult Load(CUmodule* module, const std::string& text, std::string* error_log) {
  char errors[4096] = "", info[4096] = "";
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, CU_JIT_INFO_LOG_BUFFER,
                            CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, CU_JIT_LOG_VERBOSE};
  void* values[] = {errors, reinterpret_cast<void*>(uintptr_t(sizeof errors)), info,
                    reinterpret_cast<void*>(uintptr_t(sizeof info)), reinterpret_cast<void*>(uintptr_t(1))};
  CUresult result = cuModuleLoadDataEx(module, text.c_str(), 5, options, values);
  if (error_log != nullptr) *error_log = errors;
  return result;
}

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  size_t at = text.find(what);
  EXPECT(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

void TestErrors() {
  CUmodule module = nullptr;
  std::string log;
  EXPECT_CU(Load(&module, Replaced(kPtx, "fma.rn.f32 %f4", "fma.rn.f99 %f4"), &log), CUDA_ERROR_INVALID_PTX);
  EXPECT(!log.empty());
  const std::string before = std::string(kPtx).substr(0, std::string(kPtx).find("fma.rn.f32 %f4"));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  EXPECT(log.find(std::to_string(line)) != std::string::npos);  // the log names the line
  EXPECT_CU(Load(&module, Replaced(kPtx, "ld.param.u64 %rd1, [x];", "ld.param.u64 %rd1, [nowhere];"), &log),
            CUDA_ERROR_INVALID_PTX);
  EXPECT(log.find("nowhere") != std::string::npos);
  EXPECT_CU(Load(&module, Replaced(kPtx, "st.global.f32 [%rd7], %f4;", "st.global.f32 [%rd7], %f4"), &log),
            CUDA_ERROR_INVALID_PTX);
  EXPECT_CU(Load(&module, Replaced(kPtx, ".version 7.0", ".version 99.0"), &log), CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
  EXPECT_CU(cuModuleLoadData(&module, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuModuleLoad(&module, "/no/such/file.cubin"), CUDA_ERROR_FILE_NOT_FOUND);
  CUresult garbage = Load(&module, "this is not a module", nullptr);
  EXPECT(garbage == CUDA_ERROR_INVALID_IMAGE || garbage == CUDA_ERROR_INVALID_PTX);
  CHECK_CU(Load(&module, kPtx, &log));
  CHECK_CU(cuModuleUnload(module));
}

// Kernel k computes x * (k + 1) + k with a chain of additions.
std::string Generate(int kernels) {
  std::string text = ".version 7.0\n.target sm_70\n.address_size 64\n";
  for (int k = 0; k < kernels; ++k) {
    std::string id = std::to_string(k);
    text += ".visible .entry kernel_" + id + "(.param .u64 p)\n{\n  .reg .b32 %r<4>;\n  .reg .b64 %rd<4>;\n"
            "  ld.param.u64 %rd1, [p];\n  mov.u32 %r1, %tid.x;\n  mul.wide.u32 %rd2, %r1, 4;\n"
            "  add.s64 %rd3, %rd1, %rd2;\n  ld.global.u32 %r2, [%rd3];\n  mov.u32 %r3, " + id + ";\n";
    for (int i = 0; i <= k; ++i) text += "  add.u32 %r3, %r3, %r2;\n";
    text += "  st.global.u32 [%rd3], %r3;\n  ret;\n}\n";
  }
  return text;
}

int main() {
  check::PrimaryContext primary;
  TestErrors();
  const int kernels = 60;
  CUmodule module;
  CHECK_CU(Load(&module, Generate(kernels), nullptr));
  unsigned count = 0;
  CHECK_CU(cuModuleGetFunctionCount(&count, module));
  EXPECT_EQ(count, kernels);
  std::vector<unsigned> values(32), want(32);
  for (int i = 0; i < 32; ++i) want[i] = values[i] = unsigned(i);
  check::Buffer<unsigned> memory(values);
  void* arguments[] = {&memory.address()};
  for (int k = kernels - 1; k >= 0; k -= 7) {
    CUfunction function;
    CHECK_CU(cuModuleGetFunction(&function, module, ("kernel_" + std::to_string(k)).c_str()));
    const char* name = nullptr;
    CHECK_CU(cuFuncGetName(&name, function));
    EXPECT(std::string(name) == "kernel_" + std::to_string(k));
    CHECK_CU(cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, nullptr, arguments, nullptr));
    for (unsigned& v : want) v = v * unsigned(k + 1) + unsigned(k);
  }
  CHECK_CU(cuCtxSynchronize());
  check::Equal("generated", memory.Get(), want);
  CHECK_CU(cuModuleUnload(module));
  return check::Finish("driver_jit");
}
