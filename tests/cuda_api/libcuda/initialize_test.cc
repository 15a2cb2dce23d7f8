// cuInit and version, also in forked children.
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"

namespace culvert {
namespace {

// The exit code of `body` in a forked child.
int InChild(int (*body)()) {
  pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Initialize, VersionIsKnownBeforeInit) {
  int version = 0;
  EXPECT_CU(cuDriverGetVersion(&version));
  EXPECT_GE(version, 13000);
  EXPECT_EQ(cuDriverGetVersion(nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST(Initialize, CallsBeforeInitAreRefused) {
  int count = -1;
  CUcontext context;
  EXPECT_EQ(cuDeviceGetCount(&count), CUDA_ERROR_NOT_INITIALIZED);
  EXPECT_EQ(cuCtxGetCurrent(&context), CUDA_ERROR_NOT_INITIALIZED);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_NOT_INITIALIZED);
}

TEST(Initialize, InitTakesNoFlagsAndMayBeRepeated) {
  EXPECT_EQ(cuInit(1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(cuInit(0));
  EXPECT_CU(cuInit(0));
}

TEST(Initialize, NoVisibleDevice) {
  setenv("CUDA_VISIBLE_DEVICES", "", 1);
  EXPECT_EQ(cuInit(0), CUDA_ERROR_NO_DEVICE);
}

// Fault 20: a child of an initialised process has no driver and must not hang.
TEST(Initialize, ForkAfterInitGives3) {
  ASSERT_CU(cuInit(0));
  CUcontext context;
  ASSERT_CU(cuCtxCreate(&context, nullptr, 0, 0));
  EXPECT_EQ(InChild([] {
              CUdeviceptr address;
              int count;
              if (cuInit(0) != CUDA_ERROR_NOT_INITIALIZED) return 1;
              if (cuDeviceGetCount(&count) != CUDA_ERROR_NOT_INITIALIZED) return 2;
              if (cuMemAlloc(&address, 4) != CUDA_ERROR_NOT_INITIALIZED) return 3;
              if (cuCtxSynchronize() != CUDA_ERROR_NOT_INITIALIZED) return 4;
              return 0;
            }),
            0);
  EXPECT_CU(cuCtxSynchronize());
  EXPECT_CU(cuCtxDestroy(context));
}

TEST(Initialize, ForkBeforeInitWorks) {
  EXPECT_EQ(InChild([] {
              int count = 0;
              return cuInit(0) == CUDA_SUCCESS && cuDeviceGetCount(&count) == CUDA_SUCCESS && count == 1 ? 0 : 1;
            }),
            0);
  EXPECT_CU(cuInit(0));
}

}  // namespace
}  // namespace culvert
