#include <atomic>
#include <chrono>
#include <thread>

#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using StreamTest = RuntimeTest;
using std::chrono::milliseconds;

std::function<void()> SleepThenSet(std::atomic<int>* value, int to) {
  return [value, to] {
    std::this_thread::sleep_for(milliseconds(10));
    *value = to;
  };
}

TEST_F(StreamTest, LegacyStreamWaitsForBlockingStreams) {
  std::shared_ptr<Stream> legacy = *context_->LegacyStream();
  std::shared_ptr<Stream> blocking = *Stream::Create(context_, {});
  std::atomic<int> value = 0;
  int seen = -1;
  ASSERT_TRUE(blocking->HostFunction(SleepThenSet(&value, 1)).ok());
  ASSERT_TRUE(legacy->HostFunction([&] { seen = value; }).ok());
  ASSERT_TRUE(legacy->Synchronize().ok());
  EXPECT_EQ(seen, 1);
}

TEST_F(StreamTest, BlockingStreamsWaitForTheLegacyStream) {
  std::shared_ptr<Stream> legacy = *context_->LegacyStream();
  std::shared_ptr<Stream> blocking = *Stream::Create(context_, {});
  std::shared_ptr<Stream> per_thread = *context_->PerThreadStream();
  std::atomic<int> value = 0;
  int seen[2] = {-1, -1};
  ASSERT_TRUE(legacy->HostFunction(SleepThenSet(&value, 1)).ok());
  ASSERT_TRUE(blocking->HostFunction([&] { seen[0] = value; }).ok());
  ASSERT_TRUE(per_thread->HostFunction([&] { seen[1] = value; }).ok());
  ASSERT_TRUE(context_->Synchronize().ok());
  EXPECT_EQ(seen[0], 1);
  EXPECT_EQ(seen[1], 1);
}

TEST_F(StreamTest, NonBlockingStreamsTakeNoPart) {
  std::shared_ptr<Stream> legacy = *context_->LegacyStream();
  std::atomic<bool> release = false;
  ASSERT_TRUE(legacy
                  ->HostFunction([&] {
                    while (!release) std::this_thread::yield();
                  })
                  .ok());
  bool ran = false;
  ASSERT_TRUE(stream_->HostFunction([&] { ran = true; }).ok());
  ASSERT_TRUE(stream_->Synchronize().ok());
  EXPECT_TRUE(ran);
  EXPECT_FALSE(*legacy->Query());
  release = true;
  ASSERT_TRUE(legacy->Synchronize().ok());
}

// Work of a stream that was destroyed is still waited for.
TEST_F(StreamTest, DestroyedStreamsWorkCounts) {
  std::shared_ptr<Stream> legacy = *context_->LegacyStream();
  std::atomic<int> value = 0, other_value = 0;
  int seen = -1;
  {
    std::shared_ptr<Stream> blocking = *Stream::Create(context_, {});
    ASSERT_TRUE(blocking->HostFunction(SleepThenSet(&value, 1)).ok());
  }
  ASSERT_TRUE(legacy->HostFunction([&] { seen = value; }).ok());
  {
    std::shared_ptr<Stream> non_blocking = *Stream::Create(context_, {.non_blocking = true});
    ASSERT_TRUE(non_blocking->HostFunction(SleepThenSet(&other_value, 2)).ok());
  }
  ASSERT_TRUE(context_->Synchronize().ok());
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(other_value, 2);
}

TEST_F(StreamTest, LegacySynchronizeWaitsForBlockingStreams) {
  std::shared_ptr<Stream> legacy = *context_->LegacyStream();
  std::shared_ptr<Stream> blocking = *Stream::Create(context_, {});
  std::atomic<int> value = 0;
  ASSERT_TRUE(blocking->HostFunction(SleepThenSet(&value, 1)).ok());
  EXPECT_FALSE(*legacy->Query());
  ASSERT_TRUE(legacy->Synchronize().ok());
  EXPECT_EQ(value, 1);
}

TEST_F(StreamTest, WaitEventOrdersAcrossStreams) {
  std::shared_ptr<Stream> other = *Stream::Create(context_, {.non_blocking = true});
  std::shared_ptr<Event> event = *Event::Create(context_, {});
  std::atomic<int> value = 0;
  int seen = -1;
  ASSERT_TRUE(other->WaitEvent(event).ok());  // never recorded: nothing to wait for
  ASSERT_TRUE(stream_->HostFunction(SleepThenSet(&value, 1)).ok());
  ASSERT_TRUE(event->Record(stream_).ok());
  ASSERT_TRUE(stream_->HostFunction(SleepThenSet(&value, 2)).ok());
  ASSERT_TRUE(other->WaitEvent(event).ok());
  ASSERT_TRUE(other->HostFunction([&] { seen = value; }).ok());
  ASSERT_TRUE(other->Synchronize().ok());
  EXPECT_EQ(seen, 1);
  ASSERT_TRUE(stream_->Synchronize().ok());
}

TEST_F(StreamTest, HostFunctionsMayNotCallTheApi) {
  absl::Status in_callback;
  ASSERT_TRUE(stream_->HostFunction([&] { in_callback = Platform::Get().CheckUsable(); }).ok());
  ASSERT_TRUE(stream_->Synchronize().ok());
  ExpectKind(in_callback, ErrorKind::kNotPermitted);
  EXPECT_TRUE(Platform::Get().CheckUsable().ok());
}

TEST_F(StreamTest, CallbacksRunAfterAFault) {
  ASSERT_TRUE(Launch(*stream_, Load(kStore, "store"), 1, 1, uint64_t{0}).ok());
  bool host_function_ran = false;
  absl::Status seen;
  // May be refused already, if the fault has happened by now.
  bool accepted = stream_->HostFunction([&] { host_function_ran = true; }).ok() &&
                  stream_->AddCallback([&](const absl::Status& status) { seen = status; }).ok();
  ExpectKind(stream_->Synchronize(), ErrorKind::kIllegalAddress);
  EXPECT_FALSE(host_function_ran);
  if (accepted) ExpectKind(seen, ErrorKind::kIllegalAddress);
}

TEST_F(StreamTest, PerThreadStreams) {
  std::shared_ptr<Stream> mine = *context_->PerThreadStream();
  EXPECT_EQ(*context_->PerThreadStream(), mine);
  EXPECT_EQ(mine->kind(), StreamKind::kPerThread);
  std::thread([&] { EXPECT_NE(*context_->PerThreadStream(), mine); }).join();
}

TEST_F(StreamTest, PrioritiesAreClamped) {
  EXPECT_EQ((*Stream::Create(context_, {.priority = -100}))->priority(), kGreatestStreamPriority);
  EXPECT_EQ((*Stream::Create(context_, {.priority = 5}))->priority(), kLeastStreamPriority);
}

TEST_F(StreamTest, TenThousandStreams) {
  std::vector<std::shared_ptr<Stream>> streams;
  for (int i = 0; i < 10000; ++i) streams.push_back(*Stream::Create(context_, {}));
  std::atomic<int> count = 0;
  for (int i = 0; i < 10000; i += 100) {
    ASSERT_TRUE(streams[static_cast<size_t>(i)]->HostFunction([&] { ++count; }).ok());
  }
  ASSERT_TRUE((*context_->LegacyStream())->HostFunction([&] { ++count; }).ok());
  ASSERT_TRUE(context_->Synchronize().ok());
  EXPECT_EQ(count, 101);
}

TEST_F(StreamTest, ManyThreadsShareStreams) {
  constexpr uint32_t kThreads = 8, kRounds = 200;
  uint64_t counter = *Allocate(*context_, 4);
  ASSERT_TRUE(FillSync(*stream_, {.dst = counter, .width_elems = 4}).ok());
  ASSERT_TRUE(stream_->Synchronize().ok());
  auto count = Load(kCount, "count");
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::shared_ptr<Stream> mine = t % 2 == 0 ? *context_->LegacyStream() : *Stream::Create(context_, {});
      for (uint32_t i = 0; i < kRounds; ++i) {
        EXPECT_TRUE(Launch(*mine, count, 1, 32, counter).ok());
        uint64_t scratch = *Allocate(*context_, 1000);
        if (i % 16 == 0) {
          EXPECT_TRUE(mine->Synchronize().ok());
        }
        EXPECT_TRUE(FreeAsync(*mine, scratch).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(context_->Synchronize().ok());
  uint32_t value = 0;
  ASSERT_TRUE(CopyOut(&value, counter, 4).ok());
  EXPECT_EQ(value, kThreads * kRounds * 32);
}

}  // namespace
}  // namespace culvert
