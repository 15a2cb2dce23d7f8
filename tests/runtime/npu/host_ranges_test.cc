#include "runtime/npu/host_ranges.h"

#include <gtest/gtest.h>

#include "include/culvert/error.h"

namespace culvert::npu {
namespace {

constexpr uint64_t kBase = 0x10000;

TEST(HostRangesTest, OverlapsAreRefused) {
  ASSERT_TRUE(AddHostRange({.base = kBase, .bytes = 0x1000, .owner = 1}).ok());
  for (uint64_t base : {kBase, kBase - 0x800, kBase + 0x800, kBase - 0x1000}) {
    EXPECT_EQ(KindOf(AddHostRange({.base = base, .bytes = 0x1001})), ErrorKind::kHostMemoryAlreadyRegistered) << base;
  }
  EXPECT_TRUE(AddHostRange({.base = kBase + 0x1000, .bytes = 16, .owner = 2}).ok());
  EXPECT_TRUE(RemoveHostRange(kBase).ok());
  EXPECT_EQ(KindOf(RemoveHostRange(kBase)), ErrorKind::kHostMemoryNotRegistered);
  EXPECT_TRUE(RemoveHostRange(kBase + 0x1000).ok());
}

TEST(HostRangesTest, AccessIsAllowedInside) {
  ASSERT_TRUE(AddHostRange({.base = kBase, .bytes = 100}).ok());
  ASSERT_TRUE(AddHostRange({.base = kBase + 200, .bytes = 100, .read_only = true}).ok());
  EXPECT_TRUE(HostRangeAllows(kBase, 100, true));
  EXPECT_FALSE(HostRangeAllows(kBase, 101, false));
  EXPECT_FALSE(HostRangeAllows(kBase - 1, 1, false));
  EXPECT_TRUE(HostRangeAllows(kBase + 250, 4, false));
  EXPECT_FALSE(HostRangeAllows(kBase + 250, 4, true));
  RemoveHostRangesOf(0);
  EXPECT_FALSE(HostRangeAllows(kBase, 1, false));
  EXPECT_FALSE(FindHostRange(kBase + 200));
}

TEST(HostRangesTest, EmptyAndWrappingRangesAreInvalid) {
  EXPECT_EQ(KindOf(AddHostRange({.base = kBase, .bytes = 0})), ErrorKind::kInvalidValue);
  EXPECT_EQ(KindOf(AddHostRange({.base = 0, .bytes = 10})), ErrorKind::kInvalidValue);
  EXPECT_EQ(KindOf(AddHostRange({.base = ~uint64_t{0} - 5, .bytes = 10})), ErrorKind::kInvalidValue);
}

}  // namespace
}  // namespace culvert::npu
