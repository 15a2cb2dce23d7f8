// Many threads on several contexts at once, while contexts and modules come and go.
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using StressTest = RuntimeTest;

bool IsEndOfContext(const absl::Status& status) {
  ErrorKind kind = KindOf(status);
  // Memory of a context that has ended is unknown memory.
  return kind == ErrorKind::kContextIsDestroyed || kind == ErrorKind::kInvalidValue ||
         kind == ErrorKind::kInvalidHandle;
}

// One round of a thread: everything a program does with a context. A failure is returned.
absl::Status UseContext(const std::shared_ptr<Context>& context, uint32_t blocks) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module,
                           Module::Load(*context, (std::string(kPtxHeader) + kCount).c_str(), {}));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> count, module->GetFunction("count"));
  module.reset();
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, Stream::Create(context, {.non_blocking = blocks % 2 == 0}));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, Event::Create(context, {}));
  CULVERT_ASSIGN_OR_RETURN(uint64_t counter, AllocateAsync(*stream, 4, nullptr));
  CULVERT_RETURN_IF_ERROR(FillAsync(*stream, {.dst = counter, .width_elems = 4}));
  void* arguments[] = {&counter};
  LaunchParams params;
  params.function = count;
  params.grid[0] = blocks;
  params.block[0] = 64;
  params.arguments = arguments;
  for (int i = 0; i < 5; ++i) CULVERT_RETURN_IF_ERROR(stream->Launch(params));
  CULVERT_RETURN_IF_ERROR(event->Record(stream));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> legacy, context->LegacyStream());
  CULVERT_RETURN_IF_ERROR(legacy->WaitEvent(event));
  uint32_t value = 0;
  CULVERT_RETURN_IF_ERROR(
      CopySync(*legacy, {.dst = reinterpret_cast<uint64_t>(&value), .src = counter, .width_bytes = 4}));
  if (value != 5 * 64 * blocks) return Error(ErrorKind::kUnknown, "counted to %d, not %d", value, 5 * 64 * blocks);
  CULVERT_RETURN_IF_ERROR(FreeAsync(*stream, counter));
  return stream->Synchronize();
}

TEST_F(StressTest, ThreadsAndContexts) {
  constexpr int kThreads = 16, kRounds = 25;
  std::mutex mutex;
  std::shared_ptr<Context> mortal = *Context::Create(device_, 0);  // replaced now and then; guarded by mutex
  std::shared_ptr<Context> second = *Context::Create(device_, 0);
  std::atomic<int> ended = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<unsigned>(t));
      for (int i = 0; i < kRounds; ++i) {
        std::shared_ptr<Context> context = random() % 2 != 0 ? context_ : second;
        bool may_end = random() % 3 == 0;
        if (may_end) {
          std::lock_guard lock(mutex);
          context = mortal;
        }
        absl::Status status = UseContext(context, 1 + random() % 6);
        if (may_end && IsEndOfContext(status)) {
          ++ended;
        } else {
          EXPECT_TRUE(status.ok()) << status;
        }
        if (t == 0 && i % 3 == 0) {
          std::shared_ptr<Context> fresh = *Context::Create(device_, 0);
          {
            std::lock_guard lock(mutex);
            std::swap(fresh, mortal);
          }
          EXPECT_TRUE(fresh->Destroy().ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(mortal->Destroy().ok());
  EXPECT_TRUE(second->Destroy().ok());
  EXPECT_TRUE(context_->Synchronize().ok());
}

TEST_F(StressTest, StreamsAndEventsComeAndGo) {
  for (int i = 0; i < 5000; ++i) {
    std::shared_ptr<Stream> stream = *Stream::Create(context_, {});
    std::shared_ptr<Event> event = *Event::Create(context_, {});
    ASSERT_TRUE(event->Record(stream).ok());
    ASSERT_TRUE(stream_->WaitEvent(event).ok());
  }
  EXPECT_TRUE(context_->Synchronize().ok());
}

}  // namespace
}  // namespace culvert
