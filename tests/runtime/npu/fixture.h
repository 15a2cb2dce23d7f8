// A device, a domain and the short forms that tests of the NPU use.
#ifndef CULVERT_TESTS_RUNTIME_NPU_FIXTURE_H_
#define CULVERT_TESTS_RUNTIME_NPU_FIXTURE_H_

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/npu/device.h"
#include "tests/runtime/npu/fake_runner.h"

namespace culvert::npu {

// The scheduler is one per process: every test runs with this many workers.
inline constexpr uint32_t kTestWorkers = 2;

class NpuTest : public testing::Test {
 protected:
  void SetUp() override {
    device_ = CreateSoftwareDevice({.workers = kTestWorkers, .reported_cores = 2});
    budget_.total_bytes = uint64_t{1} << 30;
    domain_ = NewDomain();
    queue_ = device_->CreateQueue(domain_, 0);
  }
  void TearDown() override {
    if (domain_ != nullptr) device_->EndDomain(*domain_, Error(ErrorKind::kContextIsDestroyed, "the test is over"));
  }

  std::shared_ptr<Domain> NewDomain() {
    return *device_->CreateDomain({.window_bytes = uint64_t{1} << 32, .budget = &budget_, .owner_id = 1});
  }
  static std::unique_ptr<Command> MakeLaunch(std::shared_ptr<const PreparedProgram> program, uint32_t blocks,
                                             uint64_t resident_limit = 1) {
    LaunchCommand launch;
    launch.program = std::move(program);
    launch.grid[0] = blocks;
    launch.resident_limit = resident_limit;
    return MakeCommand(std::move(launch));
  }
  uint64_t Submit(Queue& queue, std::unique_ptr<Command> command) {
    return *device_->Submit(queue, std::move(command));
  }
  uint64_t Submit(std::unique_ptr<Command> command) { return Submit(*queue_, std::move(command)); }
  void Wait(Queue& queue) { device_->Wait(queue, queue.submitted(), false); }
  void Wait() { Wait(*queue_); }

  std::unique_ptr<Device> device_;
  // Kept for ever: a worker may let go of the last queue, and with it of the domain, when the test is over.
  static MemoryBudget& NewBudget() {
    static auto* budgets = new std::deque<MemoryBudget>;
    return budgets->emplace_back();
  }
  MemoryBudget& budget_ = NewBudget();
  std::shared_ptr<Domain> domain_;
  std::shared_ptr<Queue> queue_;
};

}  // namespace culvert::npu

#endif  // CULVERT_TESTS_RUNTIME_NPU_FIXTURE_H_
