#include <atomic>
#include <thread>

#include "runtime/device.h"
#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using PoolTest = RuntimeTest;

TEST_F(PoolTest, MemoryComesFromThePool) {
  std::shared_ptr<MemoryPool> pool = *MemoryPool::Create(device_, 1 << 20);
  uint64_t memory = *AllocateAsync(*stream_, 1000, pool);
  PointerInfo info = DescribePointer(memory);
  EXPECT_TRUE(info.from_pool);
  EXPECT_EQ(info.pool, pool);
  EXPECT_EQ(*pool->GetAttribute(PoolAttribute::kUsedCurrent), 1000u);
  ExpectKind(AllocateAsync(*stream_, 1 << 20, pool).status(), ErrorKind::kOutOfMemory);
  ExpectKind(AllocateAsync(*stream_, 0, pool).status(), ErrorKind::kInvalidValue);
  ASSERT_TRUE(FreeAsync(*stream_, memory).ok());
  ExpectKind(FreeAsync(*stream_, memory), ErrorKind::kInvalidValue);
  ASSERT_TRUE(stream_->Synchronize().ok());
  EXPECT_EQ(*pool->GetAttribute(PoolAttribute::kUsedCurrent), 0u);
  EXPECT_EQ(*pool->GetAttribute(PoolAttribute::kUsedHigh), 1000u);
  EXPECT_TRUE(pool->SetAttribute(PoolAttribute::kUsedHigh, 0).ok());
  EXPECT_EQ(*pool->GetAttribute(PoolAttribute::kUsedHigh), 0u);
  ExpectKind(pool->SetAttribute(PoolAttribute::kUsedHigh, 5), ErrorKind::kInvalidValue);
  ExpectKind(pool->SetAttribute(PoolAttribute::kUsedCurrent, 0), ErrorKind::kInvalidValue);
  EXPECT_TRUE(pool->SetAttribute(PoolAttribute::kReleaseThreshold, 77).ok());
  EXPECT_EQ(*pool->GetAttribute(PoolAttribute::kReleaseThreshold), 77u);
  EXPECT_TRUE(pool->TrimTo(0).ok());
}

TEST_F(PoolTest, FreeHappensWhenTheStreamGetsThere) {
  uint64_t memory = *AllocateAsync(*stream_, 4, nullptr);
  ASSERT_TRUE(FillSync(*stream_, {.dst = memory, .width_elems = 4}).ok());
  std::atomic<bool> open = false;
  ASSERT_TRUE(stream_
                  ->HostFunction([&] {
                    while (!open) std::this_thread::yield();
                  })
                  .ok());
  ASSERT_TRUE(Launch(*stream_, Load(kCount, "count"), 4, 32, memory).ok());
  ASSERT_TRUE(FreeAsync(*stream_, memory).ok());
  open = true;
  EXPECT_TRUE(stream_->Synchronize().ok());
  EXPECT_EQ(DescribePointer(memory).kind, MemoryKind::kUnregistered);
}

TEST_F(PoolTest, AllocationWaitsForFreesOnTheirWay) {
  std::shared_ptr<MemoryPool> pool = *MemoryPool::Create(device_, 1 << 20);
  for (int i = 0; i < 100; ++i) {
    uint64_t memory = *AllocateAsync(*stream_, 900000, pool);
    ASSERT_TRUE(FillAsync(*stream_, {.dst = memory, .width_elems = 900000}).ok());
    ASSERT_TRUE(FreeAsync(*stream_, memory).ok());
  }
  ASSERT_TRUE(stream_->Synchronize().ok());
}

TEST_F(PoolTest, CurrentPoolOfTheDevice) {
  EXPECT_EQ(device_->current_pool(), device_->default_pool());
  std::shared_ptr<MemoryPool> pool = *MemoryPool::Create(device_, 0);
  device_->SetCurrentPool(pool);
  EXPECT_EQ(DescribePointer(*AllocateAsync(*stream_, 10, nullptr)).pool, pool);
  device_->SetCurrentPool(device_->default_pool());
}

TEST_F(PoolTest, OrdinaryFreeTakesPoolMemoryToo) {
  std::shared_ptr<MemoryPool> pool = *MemoryPool::Create(device_, 0);
  EXPECT_TRUE(Free(*AllocateAsync(*stream_, 10, pool)).ok());
  EXPECT_EQ(*pool->GetAttribute(PoolAttribute::kUsedCurrent), 0u);
  uint64_t ordinary = *Allocate(*context_, 10);
  EXPECT_TRUE(FreeAsync(*stream_, ordinary).ok());
}

// Handing a pool's memory back is left to the context's end where the program does not.
TEST_F(PoolTest, ContextEndDischargesThePool) {
  std::shared_ptr<MemoryPool> pool = *MemoryPool::Create(device_, 0);
  ASSERT_TRUE(AllocateAsync(*stream_, 1000, pool).ok());
  EXPECT_TRUE(context_->Destroy().ok());
  EXPECT_EQ(*pool->GetAttribute(PoolAttribute::kUsedCurrent), 0u);
}

}  // namespace
}  // namespace culvert
