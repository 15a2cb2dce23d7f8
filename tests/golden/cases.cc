#include "tests/golden/cases.h"

#include <utility>

#include "tests/isa/cases/cases.h"
#include "tests/isa/harness/score.h"

namespace culvert::golden {

std::vector<isa::Case> RecordedCases() {
  std::vector<isa::Case> all;
  auto add = [&](isa::Case test) {
    if (!test.name.empty() && test.deterministic && test.expected_fault.empty()) all.push_back(std::move(test));
  };
  for (isa::Case& test : isa::MachineCases()) add(std::move(test));
  for (const isa::Instance& instance : isa::ValueInstances()) add(isa::ScoredValueCase(instance));
  return all;
}

}  // namespace culvert::golden
