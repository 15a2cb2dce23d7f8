// The driver API with PTX text: modules, launches with kernelParams and with a packed buffer, dynamic shared memory,
// globals and constants by name, streams and events, attributes of functions, errors.
#include "check_driver.h"

void TestSaxpy(CUmodule module) {
  CUfunction saxpy;
  CHECK_CU(cuModuleGetFunction(&saxpy, module, "saxpy"));
  unsigned n = 1000;
  float a = 2.5f;
  std::vector<float> x = check::UniformVector(n, 1, -1, 1), y = check::UniformVector(n, 2, -1, 1);
  check::Buffer<float> dx(x), dy(y);
  void* arguments[] = {&dx.address(), &dy.address(), &a, &n};
  CHECK_CU(cuLaunchKernel(saxpy, 8, 1, 1, 128, 1, 1, 0, nullptr, arguments, nullptr));
  CHECK_CU(cuCtxSynchronize());
  for (unsigned i = 0; i < n; ++i) y[i] = std::fma(a, x[i], y[i]);
  check::Equal("kernelParams", dy.Get(), y);

  struct {
    CUdeviceptr x, y;
    float a;
    unsigned n;
  } packed = {dx.address(), dy.address(), -1.25f, n / 2};
  size_t size = sizeof packed;
  void* extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &packed, CU_LAUNCH_PARAM_BUFFER_SIZE, &size, CU_LAUNCH_PARAM_END};
  CUstream stream;
  CUevent before, after;
  CHECK_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  CHECK_CU(cuEventCreate(&before, CU_EVENT_DEFAULT));
  CHECK_CU(cuEventCreate(&after, CU_EVENT_DEFAULT));
  CHECK_CU(cuEventRecord(before, stream));
  CHECK_CU(cuLaunchKernel(saxpy, 4, 1, 1, 128, 1, 1, 0, stream, nullptr, extra));
  CHECK_CU(cuEventRecord(after, stream));
  CHECK_CU(cuEventSynchronize(after));
  float milliseconds = -1;
  CHECK_CU(cuEventElapsedTime(&milliseconds, before, after));
  EXPECT(milliseconds >= 0 && milliseconds < 60000);
  for (unsigned i = 0; i < n / 2; ++i) y[i] = std::fma(-1.25f, x[i], y[i]);
  check::Equal("extra", dy.Get(), y);
  CHECK_CU(cuEventDestroy(before));
  CHECK_CU(cuEventDestroy(after));
  CHECK_CU(cuStreamDestroy(stream));

  EXPECT_CU(cuLaunchKernel(saxpy, 1, 1, 1, 2048, 1, 1, 0, nullptr, arguments, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuLaunchKernel(saxpy, 0, 1, 1, 32, 1, 1, 0, nullptr, arguments, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuLaunchKernel(saxpy, 1, 1, 1, 32, 1, 1, 0, nullptr, arguments, extra), CUDA_ERROR_INVALID_VALUE);

  int threads = 0, registers = 0;
  CHECK_CU(cuFuncGetAttribute(&threads, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, saxpy));
  CHECK_CU(cuFuncGetAttribute(&registers, CU_FUNC_ATTRIBUTE_NUM_REGS, saxpy));
  EXPECT(threads == 1024 && registers > 0 && registers <= 255);
  int blocks = 0, grid = 0, block = 0;
  CHECK_CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, saxpy, 128, 0));
  EXPECT(blocks >= 1);
  CHECK_CU(cuOccupancyMaxPotentialBlockSize(&grid, &block, saxpy, nullptr, 0, 0));
  EXPECT(grid >= 1 && block >= 32 && block <= 1024);
}

void TestGlobals(CUmodule module) {
  CUdeviceptr counter = 0, scale = 0;
  size_t bytes = 0;
  unsigned value = 0;
  CHECK_CU(cuModuleGetGlobal(&counter, &bytes, module, "counter"));
  EXPECT_EQ(bytes, 4);
  CHECK_CU(cuMemcpyDtoH(&value, counter, 4));
  EXPECT_EQ(value, 5);
  CUfunction block_sum, use_constant;
  CHECK_CU(cuModuleGetFunction(&block_sum, module, "block_sum"));
  CHECK_CU(cuModuleGetFunction(&use_constant, module, "use_constant"));
  const int blocks = 7, threads = 64;
  std::vector<unsigned> in(blocks * threads), want(blocks, 0);
  for (int i = 0; i < blocks * threads; ++i) in[i] = check::Hash32(i), want[i / threads] += in[i];
  check::Buffer<unsigned> din(in), dout(blocks);
  void* arguments[] = {&din.address(), &dout.address()};
  CHECK_CU(cuLaunchKernel(block_sum, blocks, 1, 1, threads, 1, 1, threads * 4, nullptr, arguments, nullptr));
  CHECK_CU(cuCtxSynchronize());
  check::Equal("block sums", dout.Get(), want);
  CHECK_CU(cuMemcpyDtoH(&value, counter, 4));
  EXPECT_EQ(value, 5 + blocks);

  CHECK_CU(cuModuleGetGlobal(&scale, &bytes, module, "scale"));
  EXPECT_EQ(bytes, 8);
  check::Buffer<float> scaled(32);
  void* scaled_argument[] = {&scaled.address()};
  for (float first : {2.0f, -7.0f}) {
    CHECK_CU(cuMemcpyHtoD(scale, &first, 4));
    CHECK_CU(cuLaunchKernel(use_constant, 1, 1, 1, 32, 1, 1, 0, nullptr, scaled_argument, nullptr));
    CHECK_CU(cuCtxSynchronize());
    std::vector<float> expected(32);
    for (int i = 0; i < 32; ++i) expected[i] = float(i) * (i & 1 ? 0.5f : first);
    check::Equal("constant", scaled.Get(), expected);
  }
  EXPECT_CU(cuModuleGetGlobal(&scale, &bytes, module, "no_such_variable"), CUDA_ERROR_NOT_FOUND);
  CUfunction missing;
  EXPECT_CU(cuModuleGetFunction(&missing, module, "no_such_kernel"), CUDA_ERROR_NOT_FOUND);
}

int main() {
  CUfunction early = nullptr;
  EXPECT_CU(cuModuleGetFunction(&early, nullptr, "x"), CUDA_ERROR_NOT_INITIALIZED);
  check::PrimaryContext primary;
  CUmodule module, again;
  CHECK_CU(cuModuleLoadData(&module, kPtx));
  CHECK_CU(cuModuleLoadData(&again, kPtx));
  TestSaxpy(module);
  TestGlobals(module);
  TestGlobals(again);  // a second load has variables of its own
  CHECK_CU(cuModuleUnload(module));
  CHECK_CU(cuModuleUnload(again));
  return check::Finish("driver_module");
}
