// The driver in the life of a process: exit with work and threads alive, loading and unloading, many threads
// (faults 20-23).
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "driver.h"

namespace culvert {
namespace {

// The exit code of `body` run in a child that has not initialised anything; -1000 - signal if it was killed.
template <typename Body>
int InChild(Body body) {
  pid_t child = fork();
  if (child == 0) {
    body();
    exit(99);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1000 - WTERMSIG(status);
}

// Calls after main give an error or succeed; they must not crash.
bool call_late = false;
struct LateCaller {
  ~LateCaller() {
    if (call_late) Call();
  }
  static void Call() {
    CUdeviceptr address = 0;
    CUcontext context;
    (void)cuCtxGetCurrent(&context);
    (void)cuMemAlloc(&address, 16);
    (void)cuMemFree(address);
    (void)cuCtxSynchronize();
  }
};
LateCaller late_caller;  // its destructor runs after main, in every process

// Fault 22.
TEST(Process, CallsAtExit) {
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(InChild([] {
              call_late = true;
              atexit(LateCaller::Call);
              CUcontext context;
              if (cuInit(0) != CUDA_SUCCESS || cuCtxCreate(&context, nullptr, 0, 0) != CUDA_SUCCESS) exit(1);
              exit(7);
            }),
            7);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Process, ExitWithRunningWorkAndDetachedThreads) {
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(InChild([] {
              CUcontext context;
              CUmodule module;
              CUfunction spin;
              CUdeviceptr flag;
              if (cuInit(0) != CUDA_SUCCESS || cuCtxCreate(&context, nullptr, 0, 0) != CUDA_SUCCESS ||
                  cuModuleLoadData(&module, kPtx) != CUDA_SUCCESS ||
                  cuModuleGetFunction(&spin, module, "spin") != CUDA_SUCCESS || cuMemAlloc(&flag, 4) != CUDA_SUCCESS ||
                  cuMemsetD32(flag, 0, 1) != CUDA_SUCCESS) {
                exit(1);
              }
              void* arguments[] = {&flag};
              if (cuLaunchKernel(spin, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr) != CUDA_SUCCESS) exit(2);
              std::thread([context] {
                (void)cuCtxSetCurrent(context);
                (void)cuCtxSynchronize();
              }).detach();
              std::thread([context] {
                (void)cuCtxSetCurrent(context);
                for (;;) {
                  CUdeviceptr address;
                  if (cuMemAlloc(&address, 64) == CUDA_SUCCESS) (void)cuMemFreeAsync(address, CU_STREAM_PER_THREAD);
                }
              }).detach();
              usleep(20000);
              exit(8);  // a call here that waits for the kernel would wait for ever
            }),
            8);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

// Fault 20: exec after vfork and fork of an initialised process.
TEST_F(ContextTest, ChildrenThatExec) {
  pid_t child = vfork();
  if (child == 0) {
    execl("/bin/true", "true", nullptr);
    _exit(1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(system("exit 3"), 3 << 8);
  EXPECT_CU(cuCtxSynchronize());
}

// Fault 21.
TEST_F(ContextTest, LoadingAndUnloadingTheLibrary) {
  Dl_info info;
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&cuInit), &info), 0);
  for (int i = 0; i < 1000; ++i) {
    void* library = dlopen("libcuda.so.1", RTLD_NOW | (i % 2 ? RTLD_GLOBAL : RTLD_LOCAL));
    ASSERT_NE(library, nullptr) << dlerror();
    ASSERT_NE(dlsym(library, "cuInit"), nullptr);
    ASSERT_EQ(dlclose(library), 0);
  }
  EXPECT_CU(cuCtxSynchronize());
}

// Fault 23: threads with contexts of their own and a shared one launch, copy, load and unload at the same time.
TEST_F(ContextTest, ThreadsWithMixedContexts) {
  constexpr int kThreads = 16, kRounds = 10;
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &done] {
      CUcontext own = nullptr;
      if (t % 2 == 0) {
        ASSERT_CU(cuCtxCreate(&own, nullptr, 0, 0));
      } else {
        ASSERT_CU(cuCtxSetCurrent(context_));
      }
      CUstream stream;
      ASSERT_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
      for (int round = 0; round < kRounds; ++round) {
        CUmodule module;
        CUfunction add;
        CUdeviceptr data;
        ASSERT_CU(cuModuleLoadData(&module, kPtx));
        ASSERT_CU(cuModuleGetFunction(&add, module, "add_one"));
        ASSERT_CU(cuMemAlloc(&data, 400));
        ASSERT_CU(cuMemsetD32Async(data, static_cast<unsigned>(t), 100, stream));
        unsigned count = 100, result[100];
        void* arguments[] = {&data, &count};
        for (int i = 0; i < 5; ++i) {
          ASSERT_CU(cuLaunchKernel(add, 4, 1, 1, 32, 1, 1, 0, stream, arguments, nullptr));
        }
        ASSERT_CU(cuModuleUnload(module));  // while it runs
        ASSERT_CU(cuMemcpyDtoHAsync(result, data, 400, stream));
        ASSERT_CU(cuStreamSynchronize(stream));
        for (unsigned value : result) ASSERT_EQ(value, static_cast<unsigned>(t) + 5);
        ASSERT_CU(cuMemFree(data));
      }
      ASSERT_CU(cuStreamDestroy(stream));
      if (own != nullptr) ASSERT_CU(cuCtxDestroy(own));
      ++done;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, kThreads);
}

}  // namespace
}  // namespace culvert
