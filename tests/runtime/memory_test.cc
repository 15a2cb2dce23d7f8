#include "runtime/memory.h"

#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

#include "runtime/device.h"
#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using MemoryTest = RuntimeTest;

TEST_F(MemoryTest, OutOfMemoryIsNotSticky) {
  uint64_t free_bytes = 0, total_bytes = 0;
  device_->MemoryInfo(&free_bytes, &total_bytes);
  EXPECT_EQ(free_bytes, total_bytes);
  ExpectKind(Allocate(*context_, total_bytes + 1).status(), ErrorKind::kOutOfMemory);
  ExpectKind(Allocate(*context_, std::numeric_limits<uint64_t>::max()).status(), ErrorKind::kOutOfMemory);
  ExpectKind(Allocate(*context_, 0).status(), ErrorKind::kInvalidValue);
  ExpectKind(AllocateHost(*context_, std::numeric_limits<uint64_t>::max(), 0).status(), ErrorKind::kOutOfMemory);
  uint64_t address = *Allocate(*context_, 100);
  EXPECT_EQ(address % 512, 0u);
  device_->MemoryInfo(&free_bytes, &total_bytes);
  EXPECT_EQ(free_bytes, total_bytes - 512);
  EXPECT_TRUE(Free(address).ok());
  device_->MemoryInfo(&free_bytes, &total_bytes);
  EXPECT_EQ(free_bytes, total_bytes);
}

TEST_F(MemoryTest, FreeChecksItsArgument) {
  EXPECT_TRUE(Free(0).ok());
  EXPECT_TRUE(FreeHost(0).ok());
  uint64_t device_memory = *Allocate(*context_, 2000);
  uint64_t host_memory = *AllocateHost(*context_, 2000, 0);
  int on_stack = 0;
  ExpectKind(Free(device_memory + 512), ErrorKind::kInvalidValue);
  ExpectKind(Free(host_memory), ErrorKind::kInvalidValue);
  ExpectKind(FreeHost(device_memory), ErrorKind::kInvalidValue);
  ExpectKind(Free(reinterpret_cast<uint64_t>(&on_stack)), ErrorKind::kInvalidValue);
  EXPECT_TRUE(Free(device_memory).ok());
  ExpectKind(Free(device_memory), ErrorKind::kInvalidValue);
  EXPECT_TRUE(FreeHost(host_memory).ok());
}

TEST_F(MemoryTest, PitchedRowsAreAligned) {
  uint64_t pitch = 0;
  uint64_t address = *AllocatePitched(*context_, 1000, 10, 4, &pitch);
  EXPECT_EQ(pitch, 1024u);
  EXPECT_EQ(DescribePointer(address).size_bytes, 10240u);
  ExpectKind(AllocatePitched(*context_, 1000, 10, 5, &pitch).status(), ErrorKind::kInvalidValue);
  ExpectKind(AllocatePitched(*context_, 0, 10, 4, &pitch).status(), ErrorKind::kInvalidValue);
  ExpectKind(AllocatePitched(*context_, 1 << 20, uint64_t{1} << 50, 4, &pitch).status(), ErrorKind::kOutOfMemory);
}

TEST_F(MemoryTest, PointersAreDescribed) {
  uint64_t device_memory = *Allocate(*context_, 1000);
  uint64_t managed = *AllocateManaged(*context_, 1000, 1);
  uint64_t host = *AllocateHost(*context_, 1000, 2);
  int on_stack = 0;
  PointerInfo info = DescribePointer(device_memory + 999);
  EXPECT_EQ(info.kind, MemoryKind::kDevice);
  EXPECT_EQ(info.base, device_memory);
  EXPECT_EQ(info.size_bytes, 1000u);
  EXPECT_EQ(info.context, context_);
  EXPECT_EQ(info.device_ordinal, 0);
  EXPECT_FALSE(info.from_pool);
  EXPECT_EQ(DescribePointer(device_memory + 1000).kind, MemoryKind::kUnregistered);
  EXPECT_EQ(DescribePointer(managed).kind, MemoryKind::kManaged);
  EXPECT_EQ(DescribePointer(managed).flags, 1u);
  EXPECT_EQ(DescribePointer(host).kind, MemoryKind::kHost);
  EXPECT_NE(DescribePointer(host).buffer_id, DescribePointer(managed).buffer_id);
  EXPECT_EQ(DescribePointer(reinterpret_cast<uint64_t>(&on_stack)).kind, MemoryKind::kUnregistered);
  EXPECT_EQ(*HostFlags(host), 2u);
  EXPECT_EQ(*HostDeviceAddress(host + 4), host + 4);
  ExpectKind(HostFlags(device_memory).status(), ErrorKind::kInvalidValue);
  ExpectKind(FindAllocation(1).status(), ErrorKind::kInvalidValue);
  EXPECT_TRUE(CheckManagedRange(managed + 10, 990).ok());
  ExpectKind(CheckManagedRange(managed + 10, 991), ErrorKind::kInvalidValue);
  ExpectKind(CheckManagedRange(device_memory, 10), ErrorKind::kInvalidValue);
  EXPECT_TRUE(SetSyncMemops(device_memory, true).ok());
  EXPECT_TRUE(DescribePointer(device_memory).sync_memops);
  ExpectKind(SetSyncMemops(1, true), ErrorKind::kInvalidValue);
}

TEST_F(MemoryTest, HostMemoryIsRegistered) {
  std::vector<uint32_t> memory(10000);
  auto address = reinterpret_cast<uint64_t>(memory.data());
  uint64_t bytes = memory.size() * sizeof(uint32_t);
  ASSERT_TRUE(RegisterHost(*context_, address, bytes, 3).ok());
  ExpectKind(RegisterHost(*context_, address + 100, 10, 0), ErrorKind::kHostMemoryAlreadyRegistered);
  ExpectKind(UnregisterHost(address + 4), ErrorKind::kHostMemoryNotRegistered);
  EXPECT_EQ(DescribePointer(address + 8).kind, MemoryKind::kRegistered);
  EXPECT_EQ(DescribePointer(address + 8).context, context_);
  EXPECT_EQ(*HostFlags(address + 8), 3u);
  ASSERT_TRUE(Launch(*stream_, Load(kCount, "count"), 2, 32, address).ok());
  ASSERT_TRUE(stream_->Synchronize().ok());
  EXPECT_EQ(memory[0], 64u);
  EXPECT_TRUE(UnregisterHost(address).ok());
  ExpectKind(UnregisterHost(address), ErrorKind::kHostMemoryNotRegistered);
  uint64_t ours = *AllocateHost(*context_, 1000, 0);
  ExpectKind(RegisterHost(*context_, ours, 1000, 0), ErrorKind::kHostMemoryAlreadyRegistered);
  ExpectKind(RegisterHost(*context_, 0, 1000, 0), ErrorKind::kInvalidValue);
  ExpectKind(RegisterHost(*context_, 4096, 1000, 0), ErrorKind::kInvalidValue);  // not mapped
}

TEST_F(MemoryTest, ReadOnlyHostMemoryCannotBeWrittenByKernels) {
  void* page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  auto address = reinterpret_cast<uint64_t>(page);
  ASSERT_TRUE(RegisterHost(*context_, address, 4096, 0).ok());
  ASSERT_TRUE(Launch(*stream_, Load(kStore, "store"), 1, 1, address).ok());
  ExpectKind(stream_->Synchronize(), ErrorKind::kIllegalAddress);
  munmap(page, 4096);
}

TEST_F(MemoryTest, PinnedAndManagedMemoryServeEveryContext) {
  std::shared_ptr<Context> other = *Context::Create(device_, 0);
  auto count = Load(kCount, "count");
  for (uint64_t address : {*AllocateHost(*other, 4, 0), *AllocateManaged(*other, 4, 1)}) {
    *reinterpret_cast<uint32_t*>(address) = 0;
    ASSERT_TRUE(Launch(*stream_, count, 1, 32, address).ok());
    ASSERT_TRUE(stream_->Synchronize().ok());
    EXPECT_EQ(*reinterpret_cast<uint32_t*>(address), 32u);
  }
  uint64_t foreign = *Allocate(*other, 4);
  ASSERT_TRUE(Launch(*stream_, count, 1, 32, foreign).ok());
  ExpectKind(stream_->Synchronize(), ErrorKind::kIllegalAddress);
  EXPECT_TRUE(other->Destroy().ok());
}

TEST_F(MemoryTest, FreeWaitsForTheContext) {
  uint64_t memory = *Allocate(*context_, 4);
  std::atomic<bool> done = false;
  ASSERT_TRUE(stream_
                  ->HostFunction([&] {
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
                    done = true;
                  })
                  .ok());
  EXPECT_TRUE(Free(memory).ok());
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace culvert
