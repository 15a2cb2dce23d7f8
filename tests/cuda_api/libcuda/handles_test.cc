// The handle table (cuda_api/handles.h): values, generations, ownership, many threads.
#include "cuda_api/handles.h"

#include <atomic>
#include <thread>
#include <vector>

#include "driver.h"
#include "include/culvert/error.h"

namespace culvert::api {
namespace {

using internal::Find;
using internal::HandleOf;
using internal::Remove;
using internal::WhyInvalid;

constexpr auto kKind = HandleKind::kEvent;

std::shared_ptr<void> Object(int value = 0) { return std::make_shared<int>(value); }

TEST(Handles, OneHandlePerObjectAndNoPointer) {
  auto object = Object();
  uint64_t handle = HandleOf(kKind, object, nullptr);
  EXPECT_EQ(HandleOf(kKind, object, nullptr), handle);
  EXPECT_EQ(Find(kKind, handle), object);
  EXPECT_GE(handle >> 56, 0x80u);
  EXPECT_NE(handle, reinterpret_cast<uint64_t>(object.get()));
}

TEST(Handles, WrongKindStaleAndWildAreRefused) {
  auto object = Object();
  uint64_t handle = HandleOf(kKind, object, nullptr);
  EXPECT_EQ(Find(HandleKind::kStream, handle), nullptr);
  EXPECT_EQ(KindOf(WhyInvalid(HandleKind::kStream, handle)), ErrorKind::kInvalidHandle);
  EXPECT_EQ(Remove(kKind, handle), object);
  EXPECT_EQ(Remove(kKind, handle), nullptr);
  EXPECT_EQ(Find(kKind, handle), nullptr);
  for (uint64_t wild : {uint64_t{0}, uint64_t{1}, uint64_t{0xdeadbeef}, ~uint64_t{0}, handle + 0x7fffffff,
                        reinterpret_cast<uint64_t>(&handle)}) {
    EXPECT_EQ(Find(kKind, wild), nullptr) << wild;
  }
}

TEST(Handles, ContextsTellDestroyedFromInvalid) {
  auto object = Object();
  uint64_t handle = HandleOf(HandleKind::kContext, object, nullptr);
  Remove(HandleKind::kContext, handle);
  EXPECT_EQ(KindOf(WhyInvalid(HandleKind::kContext, handle)), ErrorKind::kContextIsDestroyed);
  EXPECT_EQ(KindOf(WhyInvalid(HandleKind::kContext, 0x1234)), ErrorKind::kInvalidContext);
}

TEST(Handles, ReusedSlotsGetNewGenerations) {
  uint64_t first = HandleOf(kKind, Object(), nullptr);
  Remove(kKind, first);
  for (int i = 0; i < 10000; ++i) {
    uint64_t handle = HandleOf(kKind, Object(i), nullptr);
    ASSERT_NE(handle, first);
    ASSERT_EQ(Find(kKind, first), nullptr);
    Remove(kKind, handle);
  }
}

TEST(Handles, OwnedHandlesGoWithTheirOwner) {
  auto owner = Object(), child = Object(), grandchild = Object(), other = Object();
  HandleOf(HandleKind::kModule, child, owner.get());
  uint64_t function = HandleOf(HandleKind::kFunction, grandchild, child.get());
  uint64_t kept = HandleOf(kKind, other, nullptr);
  RemoveHandlesOwnedBy(owner.get());
  EXPECT_EQ(Find(HandleKind::kFunction, function), nullptr);
  EXPECT_EQ(Find(kKind, kept), other);
  EXPECT_TRUE(HasHandle(other.get()));
  EXPECT_FALSE(HasHandle(child.get()));
  EXPECT_EQ(grandchild.use_count(), 1);
}

// Threads look one handle up while it is made and removed over and over; every hit must be a live object.
TEST(Handles, LookupsRaceWithRemovals) {
  std::atomic<uint64_t> shared{0};
  std::atomic<bool> stop{false};
  std::atomic<int> hits{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        auto found = std::static_pointer_cast<int>(Find(kKind, shared));
        if (found == nullptr) {
          std::this_thread::yield();
          continue;
        }
        EXPECT_EQ(*found, 42);
        ++hits;
      }
    });
  }
  for (int i = 0; i < 5000 || hits < 100; ++i) {
    auto object = std::make_shared<int>(42);
    uint64_t handle = HandleOf(kKind, object, nullptr);
    shared = handle;
    if (i % 64 == 0) std::this_thread::yield();
    ASSERT_EQ(Remove(kKind, handle), object);
  }
  stop = true;
  for (auto& reader : readers) reader.join();
}

// Fault 18: 10^5 events.
TEST(Handles, ManyAtOnce) {
  size_t before = LiveHandles(kKind);
  std::vector<uint64_t> handles;
  for (int i = 0; i < 100000; ++i) handles.push_back(HandleOf(kKind, Object(i), nullptr));
  EXPECT_EQ(LiveHandles(kKind), before + handles.size());
  for (size_t i = 0; i < handles.size(); ++i) {
    ASSERT_EQ(*std::static_pointer_cast<int>(Find(kKind, handles[i])), static_cast<int>(i));
  }
  for (uint64_t handle : handles) Remove(kKind, handle);
  EXPECT_EQ(LiveHandles(kKind), before);
}

}  // namespace
}  // namespace culvert::api
