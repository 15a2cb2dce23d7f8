#include "runtime/occupancy.h"

#include "runtime/device.h"
#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using OccupancyTest = RuntimeTest;

FunctionAttributes Attributes(int registers, int shared_bytes, int max_threads = 1024) {
  FunctionAttributes attributes;
  attributes.registers = registers;
  attributes.shared_bytes = shared_bytes;
  attributes.max_threads_per_block = max_threads;
  return attributes;
}

TEST_F(OccupancyTest, TheScarcestResourceDecides) {
  const Device& device = *device_;
  EXPECT_EQ(*MaxActiveBlocks(device, Attributes(16, 0), 32, 0), 24);        // blocks per core
  EXPECT_EQ(*MaxActiveBlocks(device, Attributes(16, 0), 256, 0), 6);        // threads: 1536 / 256
  EXPECT_EQ(*MaxActiveBlocks(device, Attributes(64, 0), 256, 0), 4);        // registers: 65536 / (64 * 256)
  EXPECT_EQ(*MaxActiveBlocks(device, Attributes(16, 0), 32, 47 << 10), 2);  // shared: 100 KiB / (47 + 1) KiB
  EXPECT_EQ(*MaxActiveBlocks(device, Attributes(16, 0), 32, 99 << 10), 1);
  EXPECT_EQ(*MaxActiveBlocks(device, Attributes(16, 1), 32, 99 << 10), 0);
  EXPECT_EQ(*MaxActiveBlocks(device, Attributes(16, 0, 128), 129, 0), 0);
  ExpectKind(MaxActiveBlocks(device, Attributes(16, 0), 0, 0).status(), ErrorKind::kInvalidValue);
}

TEST_F(OccupancyTest, BestBlockSize) {
  BlockSizeChoice choice = *MaxPotentialBlockSize(*device_, Attributes(32, 0), nullptr, 0, 0);
  EXPECT_EQ(choice.block_threads, 768);  // two blocks of 768 fill 1536 threads, one of 1024 does not
  EXPECT_EQ(choice.min_grid_blocks, 2 * device_->properties().multiprocessor_count);
  choice = *MaxPotentialBlockSize(*device_, Attributes(32, 0), nullptr, 0, 200);
  EXPECT_EQ(choice.block_threads, 192);
  choice =
      *MaxPotentialBlockSize(*device_, Attributes(32, 0), [](int threads) { return uint64_t(threads) * 256; }, 0, 0);
  EXPECT_GT(choice.block_threads, 0);
  EXPECT_LE(choice.block_threads, 396);
}

TEST_F(OccupancyTest, AvailableSharedMemoryLeavesRoomForTheBlocks) {
  for (int blocks : {1, 2, 3, 6}) {
    uint64_t bytes = *AvailableDynamicShared(*device_, Attributes(32, 100), blocks, 256);
    EXPECT_GE(*MaxActiveBlocks(*device_, Attributes(32, 100), 256, bytes), blocks) << bytes;
    EXPECT_LT(*MaxActiveBlocks(*device_, Attributes(32, 100), 256, bytes + 256), blocks) << bytes;
  }
  EXPECT_EQ(*AvailableDynamicShared(*device_, Attributes(32, 0), 7, 256), 0u);
}

}  // namespace
}  // namespace culvert
