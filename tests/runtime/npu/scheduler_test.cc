// Order, progress and waiting: queues, grids, blocks that wait for each other.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/runtime/npu/fixture.h"

namespace culvert::npu {
namespace {

using SchedulerTest = NpuTest;

TEST_F(SchedulerTest, RunsEveryBlockOnce) {
  std::vector<std::atomic<int>> runs(1000);
  auto kernel = MakeFakeKernel([&](FakeBlock& block) {
    ++runs[block.index];
    return SliceResult::kFinished;
  });
  Submit(MakeLaunch(kernel, 1000));
  Wait();
  for (size_t i = 0; i < runs.size(); ++i) EXPECT_EQ(runs[i], 1) << i;
}

TEST_F(SchedulerTest, BlocksStartInAscendingOrder) {
  std::atomic<uint64_t> next = 0;
  std::atomic<uint64_t> worst = 0;
  auto kernel = MakeFakeKernel(
      [&](FakeBlock& block) {
        uint64_t started = next.fetch_add(1);
        uint64_t ahead = block.index > started ? block.index - started : 0;
        uint64_t seen = worst.load();
        while (ahead > seen && !worst.compare_exchange_weak(seen, ahead)) {
        }
        return SliceResult::kFinished;
      },
      {.has_spin_loops = true});
  Submit(MakeLaunch(kernel, 2000));
  Wait();
  // A block may be claimed by one worker and started a moment later than the next one, not more.
  EXPECT_LE(worst.load(), uint64_t{kTestWorkers} + 1);
}

TEST_F(SchedulerTest, CommandsOfAQueueRunInOrder) {
  std::vector<int> order;
  for (int i = 0; i < 300; ++i) {
    auto kernel = MakeFakeKernel([&order, i](FakeBlock&) {
      order.push_back(i);
      return SliceResult::kFinished;
    });
    Submit(MakeLaunch(kernel, 1));
  }
  Wait();
  ASSERT_EQ(order.size(), 300u);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

// Every block of a grid waits until all have arrived: with a worker or two, blocks must stay resident and take turns.
TEST_F(SchedulerTest, GridBarrierEnds) {
  constexpr uint32_t kBlocks = 48;
  for (int round = 0; round < 20; ++round) {
    std::atomic<uint32_t> arrived = 0;
    auto kernel = MakeFakeKernel(
        [&](FakeBlock& block) {
          if (block.slices == 0) ++arrived;
          return arrived.load() == kBlocks ? SliceResult::kFinished : SliceResult::kYielded;
        },
        {.has_spin_loops = true});
    Submit(MakeLaunch(kernel, kBlocks, kBlocks));
    Wait();
    EXPECT_EQ(arrived.load(), kBlocks);
  }
}

// Each block waits for the one before it, in a grid far larger than what may be resident: ascending order is what makes
// it end.
TEST_F(SchedulerTest, LookBackEnds) {
  constexpr uint32_t kBlocks = 5000;
  std::vector<std::atomic<int>> done(kBlocks);
  auto kernel = MakeFakeKernel(
      [&](FakeBlock& block) {
        if (block.index != 0 && done[block.index - 1].load() == 0) return SliceResult::kYielded;
        done[block.index] = 1;
        return SliceResult::kFinished;
      },
      {.has_spin_loops = true});
  Submit(MakeLaunch(kernel, kBlocks, 4));
  Wait();
  EXPECT_EQ(done[kBlocks - 1].load(), 1);
}

// A kernel that waits for a kernel of another queue: both must be on the cores at once, also if the first fills them.
TEST_F(SchedulerTest, GridsOfTwoQueuesRunTogether) {
  std::shared_ptr<Queue> other = device_->CreateQueue(domain_, 0);
  std::atomic<int> flag = 0;
  auto waiter = MakeFakeKernel([&](FakeBlock&) { return flag.load() ? SliceResult::kFinished : SliceResult::kYielded; },
                               {.has_spin_loops = true});
  auto setter = MakeFakeKernel([&](FakeBlock&) {
    flag = 1;
    return SliceResult::kFinished;
  });
  Submit(MakeLaunch(waiter, 16, 16));
  Submit(*other, MakeLaunch(setter, 1));
  Wait();
  Wait(*other);
}

// A kernel that waits for the host: the host waits for another queue meanwhile and must not be captured.
TEST_F(SchedulerTest, WaiterIsNotCapturedByAnotherQueuesKernel) {
  std::shared_ptr<Queue> other = device_->CreateQueue(domain_, 0);
  std::atomic<int> flag = 0;
  auto persistent =
      MakeFakeKernel([&](FakeBlock&) { return flag.load() ? SliceResult::kFinished : SliceResult::kYielded; },
                     {.has_spin_loops = true});
  auto kernel = MakeFakeKernel([](FakeBlock&) { return SliceResult::kFinished; });
  Submit(*other, MakeLaunch(persistent, 8, 8));
  for (int i = 0; i < 50; ++i) {
    Submit(MakeLaunch(kernel, 8));
    Wait();
  }
  EXPECT_FALSE(other->Idle());
  flag = 1;
  Wait(*other);
}

TEST_F(SchedulerTest, WaitCommandHoldsTheQueue) {
  std::shared_ptr<Queue> other = device_->CreateQueue(domain_, 0);
  std::atomic<int> stage = 0;
  Submit(MakeCommand(HostCallCommand{.function = [&](const absl::Status&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stage = 1;
  }}));
  int seen = -1;
  Submit(*other, MakeCommand(WaitCommand{queue_, queue_->submitted()}));
  Submit(*other, MakeCommand(HostCallCommand{.function = [&](const absl::Status&) { seen = stage; }}));
  Wait(*other);
  EXPECT_EQ(seen, 1);
}

TEST_F(SchedulerTest, BlockedHostFunctionHoldsOnlyItsQueue) {
  std::shared_ptr<Queue> other = device_->CreateQueue(domain_, 0);
  std::atomic<bool> release = false;
  Submit(*other, MakeCommand(HostCallCommand{.function = [&](const absl::Status&) {
    while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }}));
  std::atomic<int> count = 0;
  for (int i = 0; i < 20; ++i) {
    Submit(MakeCommand(HostCallCommand{.function = [&](const absl::Status&) { ++count; }}));
    Submit(MakeLaunch(MakeFakeKernel([&](FakeBlock&) { return ++count, SliceResult::kFinished; }), 1));
  }
  Wait();
  EXPECT_EQ(count, 40);
  EXPECT_FALSE(other->Idle());
  release = true;
  Wait(*other);
}

TEST_F(SchedulerTest, ManyQueuesFromManyThreads) {
  constexpr int kThreads = 8, kRounds = 100;
  std::atomic<int> blocks = 0;
  auto kernel = MakeFakeKernel([&](FakeBlock&) { return ++blocks, SliceResult::kFinished; });
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      std::shared_ptr<Queue> mine = device_->CreateQueue(domain_, 0);
      for (int i = 0; i < kRounds; ++i) {
        Submit(*mine, MakeLaunch(kernel, 3));
        if (i % 10 == 0) Wait(*mine);
      }
      Wait(*mine);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(blocks, kThreads * kRounds * 3);
}

// More commands than a queue holds: the submitter helps instead of growing the queue.
TEST_F(SchedulerTest, LongQueuesAreBounded) {
  std::atomic<uint64_t> blocks = 0;
  auto kernel = MakeFakeKernel([&](FakeBlock&) { return ++blocks, SliceResult::kFinished; });
  for (uint64_t i = 1; i <= 20000; ++i) {
    Submit(MakeLaunch(kernel, 1));
    ASSERT_LE(queue_->submitted() - queue_->completed(), Queue::kMaxPending + 1);
  }
  Wait();
  EXPECT_EQ(blocks, 20000u);
}

TEST_F(SchedulerTest, CopyAndFill) {
  uint64_t memory = *domain_->memory().Allocate({.bytes = 4096});
  Submit(MakeCommand(FillCommand{.dst = memory, .element_bytes = 4, .value = 0x01020304, .width_elems = 1024}));
  std::vector<uint32_t> host(1024);
  Submit(MakeCommand(CopyCommand{.dst = reinterpret_cast<uint64_t>(host.data()), .src = memory, .width_bytes = 4096}));
  Wait();
  for (uint32_t value : host) ASSERT_EQ(value, 0x01020304u);
}

TEST_F(SchedulerTest, FillOfTwoByteElementsInRows) {
  std::vector<uint16_t> host(64, 0);
  Submit(MakeCommand(FillCommand{.dst = reinterpret_cast<uint64_t>(host.data()),
                                 .element_bytes = 2,
                                 .value = 0xabcd,
                                 .width_elems = 3,
                                 .height = 8,
                                 .pitch_bytes = 16}));
  Wait();
  for (size_t i = 0; i < host.size(); ++i) EXPECT_EQ(host[i], i % 8 < 3 ? 0xabcd : 0) << i;
}

TEST_F(SchedulerTest, TimeStampsGrow) {
  auto first = std::make_shared<TimeStamp>(), second = std::make_shared<TimeStamp>();
  Submit(MakeCommand(SignalCommand{first}));
  Submit(MakeCommand(HostCallCommand{
      .function = [](const absl::Status&) { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }}));
  Submit(MakeCommand(SignalCommand{second}));
  Wait();
  EXPECT_GE(second->steady_ns - first->steady_ns, 5'000'000);
}

}  // namespace
}  // namespace culvert::npu
