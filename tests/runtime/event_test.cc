#include <chrono>
#include <thread>

#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using EventTest = RuntimeTest;

TEST_F(EventTest, UnrecordedEventIsComplete) {
  std::shared_ptr<Event> event = *Event::Create(context_, {});
  EXPECT_TRUE(*event->Query());
  EXPECT_TRUE(event->Synchronize().ok());
  ExpectKind(Event::ElapsedMs(*event, *event).status(), ErrorKind::kInvalidHandle);
}

TEST_F(EventTest, ElapsedTime) {
  std::shared_ptr<Event> start = *Event::Create(context_, {});
  std::shared_ptr<Event> end = *Event::Create(context_, {.blocking_sync = true});
  ASSERT_TRUE(start->Record(stream_).ok());
  ASSERT_TRUE(stream_->HostFunction([] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }).ok());
  ASSERT_TRUE(end->Record(stream_).ok());
  EXPECT_FALSE(*end->Query());
  ExpectKind(Event::ElapsedMs(*start, *end).status(), ErrorKind::kNotReady);
  ASSERT_TRUE(end->Synchronize().ok());
  float ms = *Event::ElapsedMs(*start, *end);
  EXPECT_GE(ms, 19.9f);
  EXPECT_LE(ms, 2000.0f);
  EXPECT_EQ(*Event::ElapsedMs(*end, *start), -ms);
}

TEST_F(EventTest, RecordReplacesTheEarlierPoint) {
  std::shared_ptr<Event> event = *Event::Create(context_, {.disable_timing = true});
  ASSERT_TRUE(event->Record(stream_).ok());
  EXPECT_TRUE(*event->Query());
  ASSERT_TRUE(stream_->HostFunction([] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }).ok());
  ASSERT_TRUE(event->Record(stream_).ok());
  EXPECT_FALSE(*event->Query());
  ASSERT_TRUE(event->Synchronize().ok());
  EXPECT_TRUE(*event->Query());
  ExpectKind(Event::ElapsedMs(*event, *event).status(), ErrorKind::kInvalidHandle);
}

TEST_F(EventTest, StreamOfAnotherContextIsRefused) {
  std::shared_ptr<Context> other = *Context::Create(device_, 0);
  std::shared_ptr<Event> event = *Event::Create(other, {});
  ExpectKind(event->Record(stream_), ErrorKind::kInvalidHandle);
  EXPECT_TRUE(other->Destroy().ok());
}

TEST_F(EventTest, RecordInTheLegacyStreamCapturesBlockingStreams) {
  std::shared_ptr<Stream> blocking = *Stream::Create(context_, {});
  std::shared_ptr<Event> event = *Event::Create(context_, {});
  std::atomic<bool> done = false;
  ASSERT_TRUE(blocking
                  ->HostFunction([&] {
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
                    done = true;
                  })
                  .ok());
  ASSERT_TRUE(event->Record(*context_->LegacyStream()).ok());
  ASSERT_TRUE(event->Synchronize().ok());
  EXPECT_TRUE(done);
}

TEST_F(EventTest, ManyEvents) {
  std::vector<std::shared_ptr<Event>> events;
  for (int i = 0; i < 100000; ++i) {
    events.push_back(*Event::Create(context_, {}));
    ASSERT_TRUE(events.back()->Record(stream_).ok());
  }
  ASSERT_TRUE(stream_->Synchronize().ok());
  EXPECT_TRUE(*events.front()->Query());
  EXPECT_TRUE(*events.back()->Query());
}

TEST_F(EventTest, InterprocessEventsAreRefused) {
  ExpectKind(Event::Create(context_, {.interprocess = true}).status(), ErrorKind::kNotSupported);
}

}  // namespace
}  // namespace culvert
