// How well the cases of each row notice a wrong implementation: runs every mutant of every case.
#ifndef CULVERT_TESTS_ISA_HARNESS_SCORE_H_
#define CULVERT_TESTS_ISA_HARNESS_SCORE_H_

#include <map>
#include <string>
#include <vector>

#include "tests/isa/case.h"
#include "tests/isa/harness/mutate.h"

namespace culvert::isa {

struct RowScore {
  int cases = 0;       // with a statement of the row under test
  int caught = 0;      // mutants that made their case fail
  int equivalent = 0;  // mutants that compute the same (commutative operands, add.u32 for add.s32, ...)
  int stillborn = 0;   // mutants that are not valid PTX
  std::vector<std::string> missed;
  int judged() const { return caught + static_cast<int>(missed.size()); }
};
using Scores = std::map<const ptx::InstructionRow*, RowScore>;

// The case of a value instance that is scored: registers only, edges and random operands. Empty name: the reference
// does not know the instance.
Case ScoredValueCase(const struct Instance& instance);

// Adds the mutants of `test` to *scores. A case that fails unchanged is reported as missed.
void ScoreCase(CaseRunner& runner, const Case& test, Scores* scores);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_HARNESS_SCORE_H_
