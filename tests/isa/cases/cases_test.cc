// Runs every machine case.
#include "tests/isa/cases/cases.h"

#include <gtest/gtest.h>

#include <set>

namespace culvert::isa {
namespace {

using Family = std::vector<Case> (*)();

void RunAll(Family family) {
  CaseRunner runner;
  std::set<std::string> names;
  int failures = 0;
  for (const Case& test : family()) {
    EXPECT_TRUE(names.insert(test.name).second) << test.name << " occurs twice";
    std::string problem = runner.Run(test);
    if (problem.empty()) continue;
    ADD_FAILURE() << test.name << ": " << problem << "\n" << test.ptx;
    if (++failures == 5) return;
  }
  EXPECT_FALSE(names.empty());
}

TEST(MachineCases, Memory) { RunAll(MemoryCases); }
TEST(MachineCases, Atomic) { RunAll(AtomicCases); }
TEST(MachineCases, Warp) { RunAll(WarpCases); }
TEST(MachineCases, Barrier) { RunAll(BarrierCases); }
TEST(MachineCases, Control) { RunAll(ControlCases); }
TEST(MachineCases, Address) { RunAll(AddressCases); }

}  // namespace
}  // namespace culvert::isa
