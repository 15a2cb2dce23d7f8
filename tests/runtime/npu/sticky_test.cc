// Faults: what stops, what stays, what other domains notice.
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/runtime/npu/fixture.h"

namespace culvert::npu {
namespace {

using StickyTest = NpuTest;

std::shared_ptr<const PreparedProgram> FaultingKernel() {
  return MakeFakeKernel([](FakeBlock& block) {
    if (block.index == 3) return block.Fault(static_cast<uint32_t>(ErrorKind::kIllegalAddress), 0x1234);
    return SliceResult::kFinished;
  });
}

TEST_F(StickyTest, FaultStaysAndNamesKernelAndPlace) {
  Submit(MakeLaunch(FaultingKernel(), 8));
  Wait();
  EXPECT_EQ(KindOf(domain_->status()), ErrorKind::kIllegalAddress);
  EXPECT_NE(domain_->status().message().find("kernel faulted: illegal"), absl::string_view::npos) << domain_->status();
}

TEST_F(StickyTest, LaterCommandsAreDroppedAndCallbacksRunWithTheStatus) {
  std::atomic<int> blocks = 0;
  ErrorKind seen = ErrorKind::kOk;
  bool host_function_ran = false;
  Submit(MakeLaunch(FaultingKernel(), 8));
  Submit(MakeLaunch(MakeFakeKernel([&](FakeBlock&) { return ++blocks, SliceResult::kFinished; }), 4));
  Submit(MakeCommand(HostCallCommand{.function = [&](const absl::Status&) { host_function_ran = true; }}));
  Submit(MakeCommand(
      HostCallCommand{.function = [&](const absl::Status& status) { seen = KindOf(status); }, .on_failure = true}));
  Wait();
  EXPECT_EQ(blocks, 0);
  EXPECT_FALSE(host_function_ran);
  EXPECT_EQ(seen, ErrorKind::kIllegalAddress);
}

TEST_F(StickyTest, RunningGridsOfTheDomainStop) {
  std::shared_ptr<Queue> other = device_->CreateQueue(domain_, 0);
  std::atomic<bool> started = false;
  auto endless =
      MakeFakeKernel([&](FakeBlock&) { return started = true, SliceResult::kYielded; }, {.has_spin_loops = true});
  Submit(*other, MakeLaunch(endless, 4, 4));
  while (!started) std::this_thread::yield();
  Submit(MakeLaunch(FaultingKernel(), 8));
  Wait();
  Wait(*other);
  EXPECT_TRUE(other->Idle());
}

TEST_F(StickyTest, QueuesThatWaitAreAbandoned) {
  std::shared_ptr<Queue> other = device_->CreateQueue(domain_, 0);
  std::shared_ptr<Domain> second = NewDomain();
  std::shared_ptr<Queue> foreign = device_->CreateQueue(second, 0);
  std::atomic<bool> release = false;
  Submit(*foreign, MakeCommand(HostCallCommand{.function = [&](const absl::Status&) {
    while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }}));
  Submit(*other, MakeCommand(WaitCommand{foreign, foreign->submitted()}));
  Submit(MakeLaunch(FaultingKernel(), 8));
  Wait();
  Wait(*other);  // although what it waited for has not happened
  EXPECT_TRUE(second->status().ok());
  release = true;
  Wait(*foreign);
  device_->EndDomain(*second, Error(ErrorKind::kContextIsDestroyed, "over"));
}

TEST_F(StickyTest, OtherDomainsGoOn) {
  std::shared_ptr<Domain> second = NewDomain();
  std::shared_ptr<Queue> queue = device_->CreateQueue(second, 0);
  Submit(MakeLaunch(FaultingKernel(), 8));
  Wait();
  std::atomic<int> blocks = 0;
  Submit(*queue, MakeLaunch(MakeFakeKernel([&](FakeBlock&) { return ++blocks, SliceResult::kFinished; }), 4));
  Wait(*queue);
  EXPECT_EQ(blocks, 4);
  EXPECT_TRUE(second->status().ok());
  device_->EndDomain(*second, Error(ErrorKind::kContextIsDestroyed, "over"));
}

TEST_F(StickyTest, EndDomainStopsAnEndlessKernel) {
  auto endless = MakeFakeKernel([&](FakeBlock&) { return SliceResult::kYielded; }, {.has_spin_loops = true});
  for (int i = 0; i < 3; ++i) Submit(MakeLaunch(endless, 64, 16));
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  device_->EndDomain(*domain_, Error(ErrorKind::kContextIsDestroyed, "over"));
  EXPECT_TRUE(queue_->Idle());
  EXPECT_EQ(KindOf(domain_->status()), ErrorKind::kContextIsDestroyed);
}

TEST_F(StickyTest, AccessRules) {
  uint64_t device_memory = *domain_->memory().Allocate({.bytes = 1000});
  uint64_t constant = *domain_->memory().Allocate({.bytes = 100, .kind = AllocationKind::kConstant});
  uint64_t freed = *domain_->memory().Allocate({.bytes = 100});
  ASSERT_TRUE(domain_->memory().Free(freed).ok());
  std::shared_ptr<Domain> second = NewDomain();
  uint64_t foreign = *second->memory().Allocate({.bytes = 100});
  uint64_t pinned = *second->memory().Allocate({.bytes = 100, .kind = AllocationKind::kHost});
  int on_stack = 0;
  auto pageable = reinterpret_cast<uint64_t>(&on_stack);
  bool ok[9] = {};
  auto kernel = MakeFakeKernel([&](FakeBlock& block) {
    ok[0] = block.Allows(device_memory, 4, CULVERT_ACCESS_WRITE);
    ok[1] = block.Allows(device_memory + 996, 4, CULVERT_ACCESS_WRITE);
    ok[2] = block.Allows(constant, 4, CULVERT_ACCESS_READ);
    ok[3] = block.Allows(pinned, 4, CULVERT_ACCESS_WRITE);
    ok[4] = !block.Allows(constant, 4, CULVERT_ACCESS_WRITE);
    ok[5] = !block.Allows(freed, 4, CULVERT_ACCESS_READ);
    ok[6] = !block.Allows(foreign, 4, CULVERT_ACCESS_READ);
    ok[7] = !block.Allows(pageable, 4, CULVERT_ACCESS_READ);
    ok[8] = !block.Allows(0, 4, CULVERT_ACCESS_READ);
    return SliceResult::kFinished;
  });
  Submit(MakeLaunch(kernel, 1));
  Wait();
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(ok[i]) << i;
  second->memory().window().SetPeer(domain_->memory().window(), true);
  auto peer = MakeFakeKernel([&](FakeBlock& block) {
    ok[0] = block.Allows(foreign, 4, CULVERT_ACCESS_WRITE);
    return SliceResult::kFinished;
  });
  ok[0] = false;
  Submit(MakeLaunch(peer, 1));
  Wait();
  EXPECT_TRUE(ok[0]);
  device_->EndDomain(*second, Error(ErrorKind::kContextIsDestroyed, "over"));
}

}  // namespace
}  // namespace culvert::npu
