#include "runtime/npu/arena.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace culvert::npu {
namespace {

constexpr uint64_t kTotal = uint64_t{256} << 20;

TEST(ArenaTest, BlocksAreAlignedAndDisjoint) {
  Arena arena(kTotal);
  std::mt19937_64 random(7);
  std::map<uint64_t, uint64_t> live;  // offset -> bytes
  for (int i = 0; i < 20000; ++i) {
    if (!live.empty() && random() % 2 == 0) {
      auto victim = live.lower_bound(random() % kTotal);
      if (victim == live.end()) victim = live.begin();
      arena.Free(victim->first);
      live.erase(victim);
      continue;
    }
    uint64_t bytes = 1 + random() % (random() % 8 == 0 ? 1 << 20 : 40000);
    uint64_t align = uint64_t{512} << (random() % 4);
    std::optional<Arena::Block> block = arena.Allocate(bytes, align);
    ASSERT_TRUE(block);
    ASSERT_EQ(block->offset % align, 0u);
    ASSERT_LE(block->offset + bytes, kTotal);
    auto next = live.lower_bound(block->offset);
    if (next != live.end()) {
      ASSERT_LE(block->offset + bytes, next->first);
    }
    if (next != live.begin()) {
      ASSERT_LE(std::prev(next)->first + std::prev(next)->second, block->offset);
    }
    live[block->offset] = bytes;
  }
  for (const auto& [offset, bytes] : live) arena.Free(offset);
  // All but one slab per size class is back in one piece.
  EXPECT_TRUE(arena.Allocate(kTotal / 2, 512));
}

TEST(ArenaTest, RefusesWhatDoesNotFit) {
  Arena arena(kTotal);
  EXPECT_FALSE(arena.Allocate(kTotal + 1, 512));
  EXPECT_FALSE(arena.Allocate(~uint64_t{0}, 512));
  EXPECT_FALSE(arena.Allocate(0, 512));
  EXPECT_TRUE(arena.Allocate(kTotal - Arena::kGuardBytes, 512));
  EXPECT_FALSE(arena.Allocate(1 << 20, 512));
}

TEST(ArenaTest, ReusesFreedMemory) {
  Arena arena(kTotal);
  for (int i = 0; i < 1000; ++i) {
    std::optional<Arena::Block> block = arena.Allocate(kTotal / 2, 512);
    ASSERT_TRUE(block);
    arena.Free(block->offset);
  }
}

}  // namespace
}  // namespace culvert::npu
