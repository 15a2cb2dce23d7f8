// The cases whose answers are recorded.
#ifndef CULVERT_TESTS_GOLDEN_CASES_H_
#define CULVERT_TESTS_GOLDEN_CASES_H_

#include <vector>

#include "tests/isa/case.h"

namespace culvert::golden {

// Every machine case, and one case (edges and random operands) of every instance of the value rows; without those that
// expect a fault and those whose results may differ between devices.
std::vector<isa::Case> RecordedCases();

}  // namespace culvert::golden

#endif  // CULVERT_TESTS_GOLDEN_CASES_H_
