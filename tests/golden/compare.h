// Stored answers against the software NPU.
#ifndef CULVERT_TESTS_GOLDEN_COMPARE_H_
#define CULVERT_TESTS_GOLDEN_COMPARE_H_

#include <string>
#include <vector>

#include "tests/golden/archive.h"
#include "tests/isa/case.h"

namespace culvert::golden {

struct Comparison {
  int equal = 0;
  // The answers differ, but the case of that name and input accepts the recorded one too: results that the ISA leaves
  // open (payloads of NaNs, the order of atomics).
  int allowed = 0;
  std::vector<std::string> differences;  // "name: buffer 2 at byte 16: 0x.. here, 0x.. there"
};

// Runs what was recorded on `runner`. `cases`: the cases of today.
Comparison Compare(const Archive& archive, const std::vector<isa::Case>& cases, isa::CaseRunner& runner);

// The first differing 32-bit words, empty if there are none.
std::string FirstDifference(const std::vector<isa::Bytes>& here, const std::vector<isa::Bytes>& there);

// True if `a` and `b` ask the same: everything but the module's header.
bool SameQuestion(const isa::Case& a, const isa::Case& b);

}  // namespace culvert::golden

#endif  // CULVERT_TESTS_GOLDEN_COMPARE_H_
