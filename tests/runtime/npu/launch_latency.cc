// Prints what the device itself costs per launch: submit + wait of an empty grid, and memory over many launches.
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "runtime/npu/device.h"
#include "tests/runtime/npu/fake_runner.h"

namespace {

using Clock = std::chrono::steady_clock;

long ResidentPages() {
  long total = 0, resident = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (file == nullptr || fscanf(file, "%ld %ld", &total, &resident) != 2) return 0;
  fclose(file);
  return resident;
}

}  // namespace

int main() {
  using namespace culvert::npu;
  auto device = CreateSoftwareDevice({.workers = 2, .reported_cores = 2});
  MemoryBudget budget = {.total_bytes = 1 << 30};
  auto domain = *device->CreateDomain({.window_bytes = uint64_t{1} << 32, .budget = &budget, .owner_id = 1});
  auto queue = device->CreateQueue(domain, 0);
  auto kernel = MakeFakeKernel([](FakeBlock&) { return SliceResult::kFinished; });
  auto launch = [&](uint32_t blocks) {
    LaunchCommand command;
    command.program = kernel;
    command.grid[0] = blocks;
    command.resident_limit = 48;
    return *device->Submit(*queue, MakeCommand(std::move(command)));
  };
  for (uint32_t blocks : {1u, 64u}) {
    std::vector<double> us;
    for (int i = 0; i < 20000; ++i) {
      auto start = Clock::now();
      device->Wait(*queue, launch(blocks), false);
      us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    std::sort(us.begin(), us.end());
    printf("%u blocks: launch + wait median %.2f us, 90 %% %.2f us, 99 %% %.2f us\n", blocks, us[us.size() / 2],
           us[us.size() * 9 / 10], us[us.size() * 99 / 100]);
  }
  long before = ResidentPages();
  auto start = Clock::now();
  for (int i = 0; i < 1000000; ++i) launch(1);
  device->Wait(*queue, queue->submitted(), false);
  double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  printf("1000000 launches: %.2f us each, %ld pages more\n", seconds, ResidentPages() - before);
  return 0;
}
