// What concerns a whole process: fork, exit, the watchdog, threads. Each test runs its body in a process of its own
// (gtest's threadsafe death tests start the program anew), because the platform is initialised once and lives for ever.
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "include/culvert/error.h"
#include "runtime/device.h"
#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

#define REQUIRE(condition)                                                  \
  do {                                                                      \
    if (!(condition)) {                                                     \
      fprintf(stderr, "line %d: %s does not hold\n", __LINE__, #condition); \
      _exit(1);                                                             \
    }                                                                       \
  } while (false)

size_t ThreadCount() {
  auto tasks = std::filesystem::directory_iterator("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

std::shared_ptr<Context> MakeContext() {
  REQUIRE(Platform::Get().Initialize().ok());
  return *Context::Create(*Platform::Get().GetDevice(0), 0);
}

std::shared_ptr<Function> LoadInto(Context& context, const char* body, const char* name) {
  absl::StatusOr<std::shared_ptr<Module>> module = Module::Load(context, (std::string(kPtxHeader) + body).c_str(), {});
  REQUIRE(module.ok());
  return *(*module)->GetFunction(name);
}

absl::Status LaunchAndWait(Stream& stream, std::shared_ptr<Function> function, uint64_t argument) {
  void* arguments[] = {&argument};
  LaunchParams params;
  params.function = std::move(function);
  params.block[0] = 64;
  params.arguments = arguments;
  CULVERT_RETURN_IF_ERROR(stream.Launch(params));
  return stream.Synchronize();
}

// Counts to 64 on the device.
void UseDevice() {
  std::shared_ptr<Context> context = MakeContext();
  std::shared_ptr<Stream> stream = *Stream::Create(context, {});
  uint64_t counter = *AllocateHost(*context, 4, 0);
  *reinterpret_cast<uint32_t*>(counter) = 0;
  REQUIRE(LaunchAndWait(*stream, LoadInto(*context, kCount, "count"), counter).ok());
  REQUIRE(*reinterpret_cast<uint32_t*>(counter) == 64);
}

int ExitCodeOf(pid_t child) {
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

// With the exit handlers. The leak checker would find what the threads that are not here owned.
[[noreturn]] void LeaveForkedChild(int code) {
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
  _exit(code);
#else
  exit(code);
#endif
}

class ProcessTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(ProcessTest, StartsNoThreadBeforeItIsUsed) {
  EXPECT_EXIT(
      {
        size_t before = ThreadCount();
        std::shared_ptr<Context> context = MakeContext();
        REQUIRE(Allocate(*context, 1 << 20).ok());
        REQUIRE(ThreadCount() == before);
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(ProcessTest, ForkedChildOfAnInitialisedProcessIsRefused) {
  EXPECT_EXIT(
      {
        UseDevice();
        pid_t child = fork();
        if (child == 0) {
          REQUIRE(KindOf(Platform::Get().CheckUsable()) == ErrorKind::kNotInitialized);
          REQUIRE(KindOf(Platform::Get().Initialize()) == ErrorKind::kNotInitialized);
          exit(7);  // exit handlers run
        }
        REQUIRE(ExitCodeOf(child) == 7);
        UseDevice();
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(ProcessTest, ForkBeforeInitialisationWorks) {
  EXPECT_EXIT(
      {
        pid_t child = fork();
        UseDevice();
        if (child == 0) exit(9);
        REQUIRE(ExitCodeOf(child) == 9);
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(ProcessTest, ForkFromManyThreadsNeverHangs) {
  EXPECT_EXIT(
      {
        std::shared_ptr<Context> context = MakeContext();
        std::atomic<bool> stop = false;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
          threads.emplace_back([&] {
            std::shared_ptr<Stream> stream = *context->PerThreadStream();
            uint64_t memory = *Allocate(*context, 4);
            auto count = LoadInto(*context, kCount, "count");
            while (!stop) REQUIRE(LaunchAndWait(*stream, count, memory).ok());
          });
        }
        for (int i = 0; i < 20; ++i) {
          pid_t child = fork();
          if (child == 0) LeaveForkedChild(Platform::Get().CheckUsable().ok() ? 1 : 3);
          REQUIRE(ExitCodeOf(child) == 3);
        }
        stop = true;
        for (std::thread& thread : threads) thread.join();
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(ProcessTest, ExitWhileKernelsRun) {
  EXPECT_EXIT(
      {
        std::shared_ptr<Context> context = MakeContext();
        std::shared_ptr<Stream> stream = *Stream::Create(context, {});
        uint64_t flag = *AllocateHost(*context, 4, 0);
        *reinterpret_cast<uint32_t*>(flag) = 0;
        LaunchParams params;
        params.function = LoadInto(*context, kWaitForFlag, "wait_for_flag");
        params.grid[0] = 64;
        void* arguments[] = {&flag};
        params.arguments = arguments;
        REQUIRE(stream->Launch(params).ok());
        std::thread([stream] { stream->Synchronize().IgnoreError(); }).detach();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        exit(5);
      },
      testing::ExitedWithCode(5), "");
}

struct UsesDeviceAtExit {
  ~UsesDeviceAtExit() {
    if (armed) UseDevice();
  }
  bool armed = false;
};
UsesDeviceAtExit at_exit;  // its destructor runs after the exit handlers of Initialize

TEST_F(ProcessTest, CallsFromStaticDestructorsWork) {
  EXPECT_EXIT(
      {
        at_exit.armed = true;
        UseDevice();
        exit(6);
      },
      testing::ExitedWithCode(6), "");
}

TEST_F(ProcessTest, WatchdogNamesTheKernelAndTheContextIsLost) {
  EXPECT_EXIT(
      {
        setenv("CULVERT_WATCHDOG_MS", "50", 1);
        std::shared_ptr<Context> context = MakeContext();
        std::shared_ptr<Stream> stream = *Stream::Create(context, {});
        uint64_t flag = *AllocateHost(*context, 4, 0);
        *reinterpret_cast<uint32_t*>(flag) = 0;
        REQUIRE(KindOf(LaunchAndWait(*stream, LoadInto(*context, kWaitForFlag, "wait_for_flag"), flag)) ==
                ErrorKind::kLaunchTimeout);
        REQUIRE(KindOf(context->status()) == ErrorKind::kLaunchTimeout);
        UseDevice();  // another context
        _exit(0);
      },
      testing::ExitedWithCode(0), "kernel wait_for_flag ran longer than the watchdog allows");
}

TEST_F(ProcessTest, BarriersBetweenBlocksEndOnOneWorker) {
  EXPECT_EXIT(
      {
        setenv("CULVERT_WORKERS", "1", 1);
        setenv("CULVERT_SM_COUNT", "4", 1);
        std::shared_ptr<Context> context = MakeContext();
        std::shared_ptr<Stream> stream = *Stream::Create(context, {});
        constexpr char kBarrier[] = R"(
.visible .entry barrier(.param .u64 counter) {
  .reg .pred %p; .reg .b32 %r<4>; .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [counter];
  mov.u32 %r1, %nctaid.x;
  mov.u32 %r2, %tid.x;
  setp.ne.u32 %p, %r2, 0;
  @%p bra WAIT;
  red.global.add.u32 [%rd1], 1;
WAIT:
  ld.volatile.global.u32 %r3, [%rd1];
  setp.lt.u32 %p, %r3, %r1;
  @%p bra WAIT;
  bar.sync 0;
  ret;
}
)";
        uint64_t counter = *Allocate(*context, 4);
        for (int i = 0; i < 20; ++i) {
          REQUIRE(FillSync(*stream, {.dst = counter, .width_elems = 4}).ok());
          LaunchParams params;
          params.function = LoadInto(*context, kBarrier, "barrier");
          params.grid[0] = 40;
          params.block[0] = 96;
          params.cooperative = true;
          void* arguments[] = {&counter};
          params.arguments = arguments;
          REQUIRE(stream->Launch(params).ok());
          REQUIRE(stream->Synchronize().ok());
        }
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

// The host waits for a kernel that waits for a kernel of another stream: with one worker the waiting thread has the
// only core and may not run the other kernel itself.
TEST_F(ProcessTest, KernelsOfTwoStreamsMeetOnOneWorker) {
  EXPECT_EXIT(
      {
        setenv("CULVERT_WORKERS", "1", 1);
        std::shared_ptr<Context> context = MakeContext();
        std::shared_ptr<Stream> waiting = *Stream::Create(context, {.non_blocking = true});
        std::shared_ptr<Stream> setting = *Stream::Create(context, {.non_blocking = true});
        auto wait = LoadInto(*context, kWaitForFlag, "wait_for_flag");
        auto store = LoadInto(*context, kStore, "store");
        uint64_t flag = *Allocate(*context, 4);
        void* arguments[] = {&flag};
        for (int i = 0; i < 50; ++i) {
          REQUIRE(FillSync(*waiting, {.dst = flag, .width_elems = 4}).ok());
          LaunchParams params;
          params.function = wait;
          params.grid[0] = 20;
          params.arguments = arguments;
          REQUIRE(waiting->Launch(params).ok());
          std::thread setter([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            LaunchParams other;
            other.function = store;
            other.arguments = arguments;
            REQUIRE(setting->Launch(other).ok());
          });
          REQUIRE(waiting->Synchronize().ok());
          setter.join();
          REQUIRE(context->Synchronize().ok());
        }
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(ProcessTest, VisibleDevices) {
  struct Case {
    const char* visible;
    int devices;
  };
  for (Case c : {Case{"2,0", 2}, Case{"1,7,0", 1}, Case{"", 0}, Case{"0,0", 1}, Case{"-1", 0}}) {
    EXPECT_EXIT(
        {
          setenv("CULVERT_DEVICES", "3", 1);
          setenv("CUDA_VISIBLE_DEVICES", c.visible, 1);
          absl::Status status = Platform::Get().Initialize();
          REQUIRE(c.devices == 0 ? KindOf(status) == ErrorKind::kNoDevice : status.ok());
          REQUIRE(Platform::Get().device_count() == c.devices);
          if (c.devices == 2) {
            Device& first = **Platform::Get().GetDevice(0);
            REQUIRE(first.properties().pci_bus == 3);  // the third device of the machine
            std::shared_ptr<Context> here = *Context::Create(&first, 0);
            std::shared_ptr<Context> there = *Context::Create(*Platform::Get().GetDevice(1), 0);
            REQUIRE(here->EnablePeerAccess(*there).ok());
            REQUIRE(KindOf(here->EnablePeerAccess(*there)) == ErrorKind::kPeerAccessAlreadyEnabled);
            uint64_t memory = *Allocate(*there, 4);
            *reinterpret_cast<uint32_t*>(memory) = 0;
            REQUIRE(LaunchAndWait(**Stream::Create(here, {}), LoadInto(*here, kCount, "count"), memory).ok());
            REQUIRE(*reinterpret_cast<uint32_t*>(memory) == 64);
            REQUIRE(here->DisablePeerAccess(*there).ok());
            REQUIRE(KindOf(LaunchAndWait(**Stream::Create(here, {}), LoadInto(*here, kCount, "count"), memory)) ==
                    ErrorKind::kIllegalAddress);
            REQUIRE(there->status().ok());
          }
          _exit(0);
        },
        testing::ExitedWithCode(0), "")
        << c.visible;
  }
}

TEST_F(ProcessTest, AddressSpaceLimitGivesAClearError) {
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "sanitizers reserve more address space than the limit";
#endif
  EXPECT_EXIT(
      {
        REQUIRE(Platform::Get().Initialize().ok());
        rlimit limit = {};
        limit.rlim_cur = limit.rlim_max = uint64_t{300} << 20;
        REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
        absl::Status status = Context::Create(*Platform::Get().GetDevice(0), 0).status();
        REQUIRE(KindOf(status) == ErrorKind::kOutOfMemory);
        _exit(0);
      },
      testing::ExitedWithCode(0), "RLIMIT_AS");
}

TEST_F(ProcessTest, BadVariablesAreReportedAndIgnored) {
  EXPECT_EXIT(
      {
        setenv("CULVERT_WORKERS", "many", 1);
        setenv("CULVERT_MEMORY", "64M", 1);
        UseDevice();
        REQUIRE((*Platform::Get().GetDevice(0))->properties().total_memory_bytes == uint64_t{64} << 20);
        _exit(0);
      },
      testing::ExitedWithCode(0), "CULVERT_WORKERS=many is ignored");
}

}  // namespace
}  // namespace culvert
