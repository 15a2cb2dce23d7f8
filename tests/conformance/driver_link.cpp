// The linker of the driver API: kernels, functions, tables of function addresses and variables of several PTX texts,
// weak and common symbols, symbols that stay apart, and what two texts may not disagree on.
#include "check_driver.h"

const std::string kHead = ".version 7.0\n.target sm_70\n.address_size 64\n";

// out[i] = table[i % 3](i) + bias + base[i % 4], all of it from other texts
const std::string kMain = kHead + R"(
.extern .global .align 8 .u64 table[];
.extern .global .align 4 .u32 bias;
.extern .const .align 4 .u32 base[4];
.global .align 4 .u32 own = 1000;
.visible .entry run(.param .u64 out)
{
  .reg .b32 %r<8>;
  .reg .b64 %rd<8>;
  .param .b32 argument;
  .param .b32 result;
  mov.u32 %r1, %tid.x;
  rem.u32 %r2, %r1, 3;
  mov.u64 %rd1, table;
  mul.wide.u32 %rd2, %r2, 8;
  add.s64 %rd1, %rd1, %rd2;
  ld.global.u64 %rd3, [%rd1];
  st.param.b32 [argument], %r1;
  prototype: .callprototype (.param .b32 _) _ (.param .b32 _);
  call (result), %rd3, (argument), prototype;
  ld.param.b32 %r3, [result];
  ld.global.u32 %r4, [bias];
  add.u32 %r3, %r3, %r4;
  and.b32 %r2, %r1, 3;
  mov.u64 %rd4, base;
  mul.wide.u32 %rd5, %r2, 4;
  add.s64 %rd4, %rd4, %rd5;
  ld.const.u32 %r4, [%rd4];
  add.u32 %r3, %r3, %r4;
  ld.global.u32 %r4, [own];
  add.u32 %r3, %r3, %r4;
  ld.param.u64 %rd6, [out];
  mul.wide.u32 %rd7, %r1, 4;
  add.s64 %rd6, %rd6, %rd7;
  st.global.u32 [%rd6], %r3;
  ret;
}
)";

// A function x -> x * factor + term.
std::string Function(const std::string& linkage, const std::string& name, int factor, int term) {
  return linkage + " .func (.param .b32 result) " + name +
         "(.param .b32 argument)\n{\n  .reg .b32 %r<3>;\n"
         "  ld.param.b32 %r1, [argument];\n  mad.lo.u32 %r2, %r1, " +
         std::to_string(factor) + ", " + std::to_string(term) + ";\n  st.param.b32 [result], %r2;\n  ret;\n}\n";
}
std::string Declaration(const std::string& name) {
  return ".extern .func (.param .b32 result) " + name + "(.param .b32 argument);\n";
}

class Link {
 public:
  explicit Link(bool with_log = true) {
    CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    values_[0] = log_;
    values_[1] = reinterpret_cast<void*>(uintptr_t(sizeof log_));
    CHECK_CU(cuLinkCreate(with_log ? 2 : 0, options, values_, &state_));
  }
  ~Link() { EXPECT_CU(cuLinkDestroy(state_), CUDA_SUCCESS); }
  CUresult Add(const std::string& text, const char* name) {
    return cuLinkAddData(state_, CU_JIT_INPUT_PTX, const_cast<char*>(text.c_str()), text.size() + 1, name, 0, nullptr,
                         nullptr);
  }
  CUresult Complete(void** image) {
    size_t size = 0;
    CUresult result = cuLinkComplete(state_, image, &size);
    EXPECT(result != CUDA_SUCCESS || size > 0);
    return result;
  }
  std::string log() const { return log_; }

 private:
  char log_[4096] = "";
  void* values_[2];
  CUlinkState state_ = nullptr;
};

void TestLink() {
  const std::string weak = Function(".weak", "second", 1, 1);
  const std::string texts[] = {
      kMain,
      kHead + Declaration("first") + Declaration("second") + Function("", "hidden", 5, 5) +
          ".visible .global .align 8 .u64 table[3] = {first, second, hidden};\n.global .align 4 .u32 own = 2000;\n",
      kHead + weak + Function("", "hidden", 7, 7) + ".common .global .align 4 .u32 bias;\n",
      kHead + Function(".visible", "first", 2, 3) + weak + ".common .global .align 4 .u32 bias;\n",
      kHead + Function(".visible", "second", 10, 0) + ".visible .const .align 4 .u32 base[4] = {0, 100, 200, 300};\n" +
          ".visible .entry noop() { ret; }\n",
  };
  void* image = nullptr;
  Link link;
  for (const std::string& text : texts) CHECK_CU(link.Add(text, "text.ptx"));
  CHECK_CU(link.Complete(&image));
  CUmodule module;
  CUfunction run, noop;
  CHECK_CU(cuModuleLoadData(&module, image));
  CHECK_CU(cuModuleGetFunction(&run, module, "run"));
  CHECK_CU(cuModuleGetFunction(&noop, module, "noop"));
  CHECK_CU(cuLaunchKernel(noop, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr));
  CUdeviceptr bias, again;
  size_t bytes = 0;
  CHECK_CU(cuModuleGetGlobal(&bias, &bytes, module, "bias"));
  EXPECT_EQ(bytes, 4);
  CHECK_CU(cuMemsetD32(bias, 40000, 1));
  check::Buffer<unsigned> out(32);
  void* arguments[] = {&out.address()};
  CHECK_CU(cuLaunchKernel(run, 1, 1, 1, 32, 1, 1, 0, nullptr, arguments, nullptr));
  CHECK_CU(cuCtxSynchronize());
  std::vector<unsigned> want(32);
  for (unsigned i = 0; i < 32; ++i) {
    const unsigned called = i % 3 == 0 ? 2 * i + 3 : i % 3 == 1 ? 10 * i : 5 * i + 5;
    want[i] = called + 40000 + 100 * (i % 4) + 1000;
  }
  check::Equal("linked", out.Get(), want);
  CHECK_CU(cuModuleUnload(module));

  // A second load of the same image has variables of its own.
  CUmodule other;
  CHECK_CU(cuModuleLoadData(&module, image));
  CHECK_CU(cuModuleLoadData(&other, image));
  CHECK_CU(cuModuleGetGlobal(&bias, nullptr, module, "bias"));
  CHECK_CU(cuModuleGetGlobal(&again, nullptr, other, "bias"));
  EXPECT(bias != again);
  CHECK_CU(cuModuleUnload(other));
  CHECK_CU(cuModuleUnload(module));
}

void TestDisagreement(const std::string& first, const std::string& second, const std::string& symbol) {
  Link link;
  CHECK_CU(link.Add(kHead + first, "first.ptx"));
  CUresult result = link.Add(kHead + second, "second.ptx");
  void* image = nullptr;
  if (result == CUDA_SUCCESS) result = link.Complete(&image);
  EXPECT(result != CUDA_SUCCESS);
  EXPECT(link.log().find(symbol) != std::string::npos);
}

int main() {
  check::PrimaryContext primary;
  TestLink();
  TestDisagreement(Function(".visible", "twice_defined", 1, 1), Function(".visible", "twice_defined", 1, 1),
                   "twice_defined");
  TestDisagreement(".visible .global .u32 sized;\n",
                   ".extern .global .u64 sized;\n"
                   ".visible .entry k() { .reg .b64 %rd<2>; ld.global.u64 %rd1, [sized]; ret; }\n",
                   "sized");
  TestDisagreement(".visible .const .u32 placed;\n",
                   ".extern .global .u32 placed;\n"
                   ".visible .entry k() { .reg .b32 %r<2>; ld.global.u32 %r1, [placed]; ret; }\n",
                   "placed");
  TestDisagreement(Declaration("nowhere"), ".extern .func missing();\n.visible .entry k() { call missing; ret; }\n",
                   "missing");
  return check::Finish("driver_link");
}
