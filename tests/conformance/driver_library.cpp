// Libraries (cuLibrary*): loading without a context, both kinds of kernel handle in launches, globals, attributes,
// cuLaunchKernelEx, and cuGetProcAddress.
#include "check_driver.h"

int main() {
  check::PrimaryContext primary;
  CUlibrary library;
  CHECK_CU(cuLibraryLoadData(&library, kPtx, nullptr, nullptr, 0, nullptr, nullptr, 0));
  CUkernel saxpy, block_sum, missing;
  CHECK_CU(cuLibraryGetKernel(&saxpy, library, "saxpy"));
  CHECK_CU(cuLibraryGetKernel(&block_sum, library, "block_sum"));
  EXPECT_CU(cuLibraryGetKernel(&missing, library, "nothing"), CUDA_ERROR_NOT_FOUND);
  unsigned count = 0;
  CHECK_CU(cuLibraryGetKernelCount(&count, library));
  EXPECT_EQ(count, 3);
  CUmodule module;
  CHECK_CU(cuLibraryGetModule(&module, library));
  CUfunction function, same;
  CHECK_CU(cuKernelGetFunction(&function, saxpy));
  CHECK_CU(cuModuleGetFunction(&same, module, "saxpy"));
  const char* name = nullptr;
  CHECK_CU(cuKernelGetName(&name, saxpy));
  EXPECT(std::string(name) == "saxpy");

  unsigned n = 300;
  float a = 0.5f;
  std::vector<float> x = check::UniformVector(n, 1, -1, 1), y = check::UniformVector(n, 2, -1, 1);
  check::Buffer<float> dx(x), dy(y);
  void* arguments[] = {&dx.address(), &dy.address(), &a, &n};
  // A CUkernel may stand where a CUfunction is asked for.
  for (CUfunction handle : {reinterpret_cast<CUfunction>(saxpy), function, same}) {
    CHECK_CU(cuLaunchKernel(handle, 3, 1, 1, 100, 1, 1, 0, nullptr, arguments, nullptr));
    for (unsigned i = 0; i < n; ++i) y[i] = std::fma(a, x[i], y[i]);
  }
  CUlaunchConfig config = {};
  config.gridDimX = 5, config.gridDimY = 1, config.gridDimZ = 1;
  config.blockDimX = 64, config.blockDimY = 1, config.blockDimZ = 1;
  CHECK_CU(cuLaunchKernelEx(&config, reinterpret_cast<CUfunction>(saxpy), arguments, nullptr));
  for (unsigned i = 0; i < n; ++i) y[i] = std::fma(a, x[i], y[i]);
  CHECK_CU(cuCtxSynchronize());
  check::Equal("launches", dy.Get(), y);

  const int blocks = 4, threads = 32;
  std::vector<unsigned> in(blocks * threads), want(blocks, 0);
  for (int i = 0; i < blocks * threads; ++i) in[i] = check::Hash32(i), want[i / threads] += in[i];
  check::Buffer<unsigned> din(in), dout(blocks);
  void* sum_arguments[] = {&din.address(), &dout.address()};
  CUlaunchAttribute cooperative = {};
  cooperative.id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE;
  cooperative.value.cooperative = 1;
  config.gridDimX = blocks, config.blockDimX = threads, config.sharedMemBytes = threads * 4;
  config.attrs = &cooperative, config.numAttrs = 1;
  CHECK_CU(cuLaunchKernelEx(&config, reinterpret_cast<CUfunction>(block_sum), sum_arguments, nullptr));
  CHECK_CU(cuCtxSynchronize());
  check::Equal("cooperative", dout.Get(), want);

  CUdeviceptr counter;
  size_t bytes = 0;
  unsigned value = 0;
  CHECK_CU(cuLibraryGetGlobal(&counter, &bytes, library, "counter"));
  EXPECT_EQ(bytes, 4);
  CHECK_CU(cuMemcpyDtoH(&value, counter, 4));
  EXPECT_EQ(value, 5 + blocks);
  int registers = 0;
  CHECK_CU(cuKernelGetAttribute(&registers, CU_FUNC_ATTRIBUTE_NUM_REGS, saxpy, primary.device));
  EXPECT(registers > 0);
  CHECK_CU(cuKernelSetAttribute(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 60 << 10, block_sum, primary.device));

  void* entry = nullptr;
  CUdriverProcAddressQueryResult found;
  CHECK_CU(cuGetProcAddress("cuMemAlloc", &entry, 12000, CU_GET_PROC_ADDRESS_DEFAULT, &found));
  EXPECT(entry != nullptr && found == CU_GET_PROC_ADDRESS_SUCCESS);
  CUdeviceptr memory = 0;
  CHECK_CU(reinterpret_cast<CUresult (*)(CUdeviceptr*, size_t)>(entry)(&memory, 100));
  CHECK_CU(cuMemFree(memory));
  cuGetProcAddress("cuNoSuchFunction", &entry, 12000, CU_GET_PROC_ADDRESS_DEFAULT, &found);
  EXPECT(found == CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND);

  CHECK_CU(cuLibraryUnload(library));
  EXPECT_CU(cuLibraryLoadData(&library, nullptr, nullptr, nullptr, 0, nullptr, nullptr, 0), CUDA_ERROR_INVALID_VALUE);
  return check::Finish("driver_library");
}
