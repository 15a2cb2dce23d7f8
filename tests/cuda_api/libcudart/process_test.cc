// Processes: fork, exit, destructors, loading and unloading (rows 20-22 of the fault list).
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "tests/cuda_api/libcudart/kernels.h"

namespace culvert::testing {
namespace {

// Runs `body` in a forked child; its exit status, or -1 if it did not end by itself within 20 seconds.
template <typename Body>
int InFork(Body body) {
  pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A kernel's result, 0 if all went well.
int Work() {
  uint32_t* memory = nullptr;
  uint32_t value = 0;
  if (cudaMalloc(reinterpret_cast<void**>(&memory), 4096) != cudaSuccess) return 1;
  if (Launch(&fill, Dim(4), Dim(256), 0, nullptr, memory, 5u, 1024u) != cudaSuccess) return 2;
  if (cudaMemcpy(&value, memory + 1023, 4, cudaMemcpyDeviceToHost) != cudaSuccess) return 3;
  if (cudaFree(memory) != cudaSuccess) return 4;
  return value == 5 ? 0 : 5;
}

TEST(Fork, BeforeTheFirstCallWorks) {
  EXPECT_EQ(0, InFork(Work));
  EXPECT_EQ(0, Work());
}

TEST(Fork, AfterTheFirstCallIsRefused) {
  ASSERT_EQ(0, Work());
  cudaStream_t stream = nullptr;
  CUDA_OK(cudaStreamCreate(&stream));
  EXPECT_EQ(0, InFork([stream] {
              void* memory = nullptr;
              int count = 0;
              uint32_t host = 0;
              cudaError_t results[] = {cudaMalloc(&memory, 4),
                                       cudaGetDeviceCount(&count),
                                       cudaSetDevice(0),
                                       cudaDeviceSynchronize(),
                                       cudaStreamSynchronize(stream),
                                       cudaStreamDestroy(stream),
                                       cudaMemcpy(&host, &host, 4, cudaMemcpyDefault),
                                       Launch(&static_shared, Dim(1), Dim(1), 0, nullptr),
                                       cudaDeviceReset(),
                                       cudaFree(nullptr)};
              int index = 10;
              for (cudaError_t result : results) {
                if (result != cudaErrorInitializationError) return index;
                ++index;
              }
              return cudaGetLastError() == cudaErrorInitializationError ? 0 : 9;
            }));
  EXPECT_EQ(0, Work());
  CUDA_OK(cudaStreamDestroy(stream));
}

// The child may be forked while other threads are inside calls.
TEST(Fork, WhileOtherThreadsWork) {
  ASSERT_EQ(0, Work());
  std::atomic<bool> stop = false;
  std::thread worker([&stop] {
    while (!stop) EXPECT_EQ(0, Work());
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(0, InFork([] { return cudaFree(nullptr) == cudaErrorInitializationError ? 0 : 1; }));
  }
  stop = true;
  worker.join();
}

// An object that uses CUDA in its destructor, made before the first call and so destroyed after everything.
struct UsesCudaAtTheEnd {
  ~UsesCudaAtTheEnd() {
    cudaError_t result = cudaDeviceSynchronize();
    if (result != cudaSuccess && result != cudaErrorCudartUnloading) _exit(100 + result % 100);
    if (result == cudaSuccess && Work() != 0) _exit(99);
  }
};

class Exit : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};
using ExitDeathTest = Exit;

TEST_F(ExitDeathTest, StaticDestructorsMayCall) {
  EXPECT_EXIT(
      {
        static UsesCudaAtTheEnd last;
        if (Work() == 0) exit(7);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST_F(ExitDeathTest, AtexitHandlersMayCall) {
  EXPECT_EXIT(
      {
        atexit([] {
          if (Work() != 0) _exit(98);
        });
        if (Work() == 0) exit(8);
      },
      ::testing::ExitedWithCode(8), "");
}

TEST_F(ExitDeathTest, DetachedThreadsMayBeInsideCalls) {
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EXIT(
      {
        for (int i = 0; i < 4; ++i) {
          std::thread([] {
            while (true) Work();
          }).detach();
        }
        if (Work() == 0) exit(9);
      },
      ::testing::ExitedWithCode(9), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(ExitDeathTest, ARunningKernelDoesNotHoldTheProcess) {
  EXPECT_EXIT(
      {
        uint32_t* flag = nullptr;
        cudaMallocHost(reinterpret_cast<void**>(&flag), 4);
        *flag = 0;
        Launch(&wait_flag, Dim(1), Dim(1), 0, nullptr, flag);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        exit(10);
      },
      ::testing::ExitedWithCode(10), "");
}

TEST(Loading, OpenAndCloseManyTimes) {
  for (int i = 0; i < 1000; ++i) {
    const char* first = i % 2 == 0 ? CULVERT_LIBRARY_DIR "/libcudart.so.13" : CULVERT_LIBRARY_DIR "/libcuda.so.1";
    const char* second = i % 2 == 0 ? CULVERT_LIBRARY_DIR "/libcuda.so.1" : CULVERT_LIBRARY_DIR "/libcudart.so.13";
    void* a = dlopen(first, RTLD_NOW | RTLD_LOCAL);
    void* b = dlopen(second, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(nullptr, a) << dlerror();
    ASSERT_NE(nullptr, b) << dlerror();
    auto* count = reinterpret_cast<cudaError_t (*)(int*)>(dlsym(i % 2 == 0 ? a : b, "cudaGetDeviceCount"));
    int devices = 0;
    ASSERT_NE(nullptr, count);
    CUDA_OK(count(&devices));
    dlclose(a);
    dlclose(b);
  }
  EXPECT_EQ(0, Work());
}

}  // namespace
}  // namespace culvert::testing
