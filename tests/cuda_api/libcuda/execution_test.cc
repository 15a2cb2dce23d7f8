// Launches: argument forms, attributes, configuration errors (fault 11).
#include <cstring>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

class LaunchTest : public ModuleTest {
 protected:
  void SetUp() override {
    ModuleTest::SetUp();
    ASSERT_CU(cuMemAlloc(&data_, 4096));
    ASSERT_CU(cuMemsetD8(data_, 0, 4096));
  }
  unsigned Word(size_t index) {
    unsigned word = 0;
    EXPECT_CU(cuMemcpyDtoH(&word, data_ + index * 4, 4));
    return word;
  }
  CUdeviceptr data_ = 0;
};

TEST_F(LaunchTest, KernelParamsAndExtra) {
  CUfunction add = Function("add_one");
  unsigned count = 1000;
  void* arguments[] = {&data_, &count};
  ASSERT_CU(cuLaunchKernel(add, 8, 1, 1, 128, 1, 1, 0, nullptr, arguments, nullptr));
  struct {
    CUdeviceptr data;
    unsigned count;
  } packed = {data_, 500};
  size_t bytes = 12;
  void* extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &packed, CU_LAUNCH_PARAM_BUFFER_SIZE, &bytes, CU_LAUNCH_PARAM_END};
  ASSERT_CU(cuLaunchKernel(add, 8, 1, 1, 128, 1, 1, 0, nullptr, nullptr, extra));
  // Arguments are copied by the launch.
  count = 0;
  packed.count = 0;
  ASSERT_CU(cuCtxSynchronize());
  EXPECT_EQ(Word(0), 2u);
  EXPECT_EQ(Word(499), 2u);
  EXPECT_EQ(Word(500), 1u);
  EXPECT_EQ(Word(999), 1u);
  EXPECT_EQ(Word(1000), 0u);
  EXPECT_EQ(cuLaunchKernel(add, 8, 1, 1, 128, 1, 1, 0, nullptr, arguments, extra), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuLaunchKernel(add, 8, 1, 1, 128, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_ERROR_INVALID_VALUE);
  void* half[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &packed, CU_LAUNCH_PARAM_END};
  EXPECT_EQ(cuLaunchKernel(add, 8, 1, 1, 128, 1, 1, 0, nullptr, nullptr, half), CUDA_ERROR_INVALID_VALUE);
  bytes = 8;
  EXPECT_EQ(cuLaunchKernel(add, 8, 1, 1, 128, 1, 1, 0, nullptr, nullptr, extra), CUDA_ERROR_INVALID_VALUE);
}

// Fault 11: the driver API's codes; none is sticky.
TEST_F(LaunchTest, ConfigurationErrors) {
  CUfunction nothing = Function("nothing");
  auto launch = [&](unsigned gx, unsigned gy, unsigned bx, unsigned by, unsigned bz, unsigned shared) {
    return cuLaunchKernel(nothing, gx, gy, 1, bx, by, bz, shared, nullptr, nullptr, nullptr);
  };
  EXPECT_EQ(launch(1, 1, 1025, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(1, 1, 64, 32, 1, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(1, 1, 1, 1, 65, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(0, 1, 1, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(1, 65536, 1, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(1, 1, 0, 1, 1, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(1, 1, 1, 1, 1, 48 * 1024 + 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuLaunchKernel(Function("shared_user"), 1, 1, 1, 512, 1, 1, 0, nullptr, nullptr, nullptr),
            CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
  EXPECT_CU(launch(1, 1, 1024, 1, 1, 48 * 1024));
  EXPECT_CU(cuCtxSynchronize());
}

TEST_F(LaunchTest, CooperativeGrids) {
  CUfunction nothing = Function("nothing");
  int blocks = 0, multiprocessors = 0;
  ASSERT_CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, nothing, 128, 0));
  ASSERT_CU(cuDeviceGetAttribute(&multiprocessors, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 0));
  unsigned most = static_cast<unsigned>(blocks * multiprocessors);
  EXPECT_CU(cuLaunchCooperativeKernel(nothing, most, 1, 1, 128, 1, 1, 0, nullptr, nullptr));
  EXPECT_EQ(cuLaunchCooperativeKernel(nothing, most + 1, 1, 1, 128, 1, 1, 0, nullptr, nullptr),
            CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE);
  EXPECT_CU(cuCtxSynchronize());
}

TEST_F(LaunchTest, ExtendedLaunch) {
  CUevent event;
  ASSERT_CU(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
  CUlaunchAttribute attributes[3] = {};
  attributes[0].id = CU_LAUNCH_ATTRIBUTE_PRIORITY;
  attributes[0].value.priority = -1;
  attributes[1].id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
  attributes[1].value.clusterDim = {1, 1, 1};
  attributes[2].id = CU_LAUNCH_ATTRIBUTE_LAUNCH_COMPLETION_EVENT;
  attributes[2].value.launchCompletionEvent.event = event;
  CUlaunchConfig config = {};
  config.gridDimX = 4;
  config.gridDimY = config.gridDimZ = config.blockDimY = config.blockDimZ = 1;
  config.blockDimX = 1;
  config.attrs = attributes;
  config.numAttrs = 3;
  void* arguments[] = {&data_};
  ASSERT_CU(cuLaunchKernelEx(&config, Function("write_block"), arguments, nullptr));
  EXPECT_CU(cuEventSynchronize(event));
  EXPECT_EQ(Word(3), 3u);
  attributes[1].value.clusterDim = {2, 1, 1};
  EXPECT_EQ(cuLaunchKernelEx(&config, Function("write_block"), arguments, nullptr), CUDA_ERROR_NOT_SUPPORTED);
  attributes[1].id = static_cast<CUlaunchAttributeID>(60);
  EXPECT_EQ(cuLaunchKernelEx(&config, Function("write_block"), arguments, nullptr), CUDA_ERROR_INVALID_VALUE);
  attributes[1].id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE;
  attributes[1].value.cooperative = 1;
  config.gridDimX = 1;
  EXPECT_CU(cuLaunchKernelEx(&config, Function("write_block"), arguments, nullptr));
  config.attrs = nullptr;
  EXPECT_EQ(cuLaunchKernelEx(&config, Function("write_block"), arguments, nullptr), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuCtxSynchronize());
}

TEST_F(LaunchTest, WrongFunctionHandles) {
  for (CUfunction wrong :
       {CUfunction{nullptr}, reinterpret_cast<CUfunction>(module_), reinterpret_cast<CUfunction>(uintptr_t{0xbad}),
        reinterpret_cast<CUfunction>(~uintptr_t{0})}) {
    EXPECT_EQ(cuLaunchKernel(wrong, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), CUDA_ERROR_INVALID_HANDLE);
  }
  // What a statically linked runtime library passes on for a function that is no kernel: its code for that.
  EXPECT_EQ(cuLaunchKernel(reinterpret_cast<CUfunction>(&data_), 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr),
            static_cast<CUresult>(98));
  CUcontext other;
  CUstream stream;
  ASSERT_CU(cuCtxCreate(&other, nullptr, 0, 0));
  ASSERT_CU(cuStreamCreate(&stream, 0));
  EXPECT_EQ(cuLaunchKernel(Function("nothing"), 1, 1, 1, 1, 1, 1, 0, stream, nullptr, nullptr),
            CUDA_ERROR_INVALID_HANDLE);
  EXPECT_CU(cuCtxDestroy(other));
}

}  // namespace
}  // namespace culvert
