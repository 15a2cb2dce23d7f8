#include "runtime/npu/memory_space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "include/culvert/error.h"
#include "include/culvert/kernel_abi.h"

namespace culvert::npu {
namespace {

class MemorySpaceTest : public testing::Test {
 protected:
  MemorySpaceTest() {
    budget_.total_bytes = 64 << 20;
    space_ = *MemorySpace::Create(uint64_t{1} << 32, &budget_, 7);
  }
  MemoryBudget budget_;
  std::unique_ptr<MemorySpace> space_;
};

TEST_F(MemorySpaceTest, BudgetHoldsAndIsGivenBack) {
  EXPECT_EQ(KindOf(space_->Allocate({.bytes = 65 << 20}).status()), ErrorKind::kOutOfMemory);
  EXPECT_EQ(KindOf(space_->Allocate({.bytes = ~uint64_t{0}}).status()), ErrorKind::kOutOfMemory);
  EXPECT_EQ(KindOf(space_->Allocate({.bytes = ~uint64_t{0} - 100}).status()), ErrorKind::kOutOfMemory);
  uint64_t address = *space_->Allocate({.bytes = 60 << 20});
  EXPECT_EQ(budget_.used_bytes.load(), uint64_t{60} << 20);
  EXPECT_FALSE(space_->Allocate({.bytes = 8 << 20}).ok());
  EXPECT_TRUE(space_->Allocate({.bytes = 1 << 20}).ok());
  EXPECT_TRUE(space_->Free(address).ok());
  EXPECT_EQ(budget_.used_bytes.load(), uint64_t{1} << 20);
}

TEST_F(MemorySpaceTest, FindsAllocationsByInnerAddresses) {
  uint64_t address = *space_->Allocate({.bytes = 1000, .kind = AllocationKind::kManaged, .flags = 5});
  std::optional<Allocation> found = space_->Find(address + 999);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->base, address);
  EXPECT_EQ(found->bytes, 1000u);
  EXPECT_EQ(found->flags, 5u);
  EXPECT_FALSE(space_->Find(address + 1000));
  EXPECT_TRUE(space_->IsLive(address + 10, 990));
  EXPECT_FALSE(space_->IsLive(address + 10, 991));
}

TEST_F(MemorySpaceTest, FreeWantsTheBase) {
  uint64_t address = *space_->Allocate({.bytes = 1000});
  EXPECT_EQ(KindOf(space_->Free(address + 512)), ErrorKind::kInvalidValue);
  EXPECT_TRUE(space_->Free(address).ok());
  EXPECT_EQ(KindOf(space_->Free(address)), ErrorKind::kInvalidValue);
}

TEST_F(MemorySpaceTest, RetireHappensOnce) {
  uint64_t address = *space_->Allocate({.bytes = 1000});
  EXPECT_FALSE(space_->Retire(address, AllocationKind::kHost, AllocationKind::kHost).ok());
  EXPECT_TRUE(space_->Retire(address, AllocationKind::kDevice, AllocationKind::kManaged).ok());
  EXPECT_FALSE(space_->Retire(address, AllocationKind::kDevice, AllocationKind::kManaged).ok());
  EXPECT_FALSE(space_->IsLive(address, 1));
  uint64_t variable = *space_->Allocate({.bytes = 1000, .is_variable = true});
  EXPECT_FALSE(space_->Retire(variable, AllocationKind::kDevice, AllocationKind::kManaged).ok());
}

TEST_F(MemorySpaceTest, ZeroClearsMemoryThatWasUsed) {
  for (uint64_t bytes : {uint64_t{100}, uint64_t{3} << 20}) {
    uint64_t address = *space_->Allocate({.bytes = bytes});
    auto* data = reinterpret_cast<uint8_t*>(address);
    std::fill_n(data, bytes, 0xff);
    space_->Zero(address + 3, bytes - 7);
    EXPECT_EQ(data[2], 0xff);
    EXPECT_EQ(std::count(data + 3, data + bytes - 4, 0), static_cast<ptrdiff_t>(bytes) - 7);
    EXPECT_EQ(data[bytes - 4], 0xff);
    EXPECT_TRUE(space_->Free(address).ok());
  }
}

TEST_F(MemorySpaceTest, AWindowComesBackEmpty) {
  uint64_t address = *space_->Allocate({.bytes = 4096});
  *reinterpret_cast<uint64_t*>(address) = 42;
  Window* window = &space_->window();
  space_.reset();
  EXPECT_EQ(budget_.used_bytes.load(), 0u);
  space_ = *MemorySpace::Create(uint64_t{1} << 32, &budget_, 8);
  ASSERT_EQ(&space_->window(), window);
  uint64_t again = *space_->Allocate({.bytes = 4096});
  EXPECT_EQ(*reinterpret_cast<uint64_t*>(again), 0u);
}

TEST_F(MemorySpaceTest, GranulesFollowAllocations) {
  uint64_t address = *space_->Allocate({.bytes = 5000});
  Window& window = space_->window();
  EXPECT_TRUE(window.Covers(address, 5000, CULVERT_GRANULE_READ | CULVERT_GRANULE_WRITE));
  EXPECT_FALSE(window.Covers(address, 5121, CULVERT_GRANULE_READ));  // ends in the next granule
  EXPECT_TRUE(space_->Free(address).ok());
  EXPECT_FALSE(window.Covers(address, 1, CULVERT_GRANULE_READ));
}

// An overrun of a large block finds nothing, whatever was allocated after it.
TEST_F(MemorySpaceTest, LargeBlocksHaveAGuard) {
  uint64_t first = *space_->Allocate({.bytes = 2 << 20});
  ASSERT_TRUE(space_->Allocate({.bytes = 2 << 20}).ok());
  EXPECT_FALSE(space_->window().Covers(first + (2 << 20), 1, CULVERT_GRANULE_READ));
}

}  // namespace
}  // namespace culvert::npu
