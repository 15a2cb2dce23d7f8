// Occupancy calculators.
#include "driver.h"

namespace culvert {
namespace {

TEST_F(ModuleTest, BlocksPerMultiprocessor) {
  CUfunction nothing = Function("nothing");
  int blocks = 0, flagged = 0;
  ASSERT_CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, nothing, 1024, 0));
  EXPECT_EQ(blocks, 1);
  ASSERT_CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, nothing, 32, 0));
  ASSERT_CU(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&flagged, nothing, 32, 0,
                                                                 CU_OCCUPANCY_DISABLE_CACHING_OVERRIDE));
  EXPECT_EQ(blocks, flagged);
  EXPECT_GT(blocks, 1);
  ASSERT_CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&flagged, nothing, 32, 40 << 10));
  EXPECT_LT(flagged, blocks);
  EXPECT_EQ(cuOccupancyMaxActiveBlocksPerMultiprocessor(nullptr, nothing, 32, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, nothing, 0, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, nullptr, 32, 0), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&blocks, nothing, 32, 0, 6), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ModuleTest, BlockSizes) {
  int grid = 0, block = 0;
  ASSERT_CU(cuOccupancyMaxPotentialBlockSize(&grid, &block, Function("shared_user"), nullptr, 0, 0));
  EXPECT_GT(grid, 0);
  EXPECT_GT(block, 0);
  EXPECT_LE(block, 256);  // .maxntid
  ASSERT_CU(cuOccupancyMaxPotentialBlockSizeWithFlags(
      &grid, &block, Function("nothing"), [](int threads) { return static_cast<size_t>(threads) * 64; }, 0, 100, 0));
  EXPECT_LE(block, 100);
  EXPECT_EQ(cuOccupancyMaxPotentialBlockSize(nullptr, &block, Function("nothing"), nullptr, 0, 0),
            CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ModuleTest, SharedMemoryLeft) {
  size_t bytes = 0;
  CUfunction nothing = Function("nothing");
  ASSERT_CU(cuOccupancyAvailableDynamicSMemPerBlock(&bytes, nothing, 2, 128));
  int blocks = 0;
  ASSERT_CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, nothing, 128, bytes));
  EXPECT_GE(blocks, 2);
  EXPECT_EQ(cuOccupancyAvailableDynamicSMemPerBlock(nullptr, nothing, 2, 128), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
