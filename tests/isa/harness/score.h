// How well the cases notice a wrong implementation: runs the mutants of the cases. A mutant of an opcode
// ("shfl.sync.up.b32 with a result bit flipped") counts as caught if any case of that opcode fails with it.
#ifndef CULVERT_TESTS_ISA_HARNESS_SCORE_H_
#define CULVERT_TESTS_ISA_HARNESS_SCORE_H_

#include <map>
#include <string>
#include <vector>

#include "tests/isa/case.h"
#include "tests/isa/harness/instances.h"
#include "tests/isa/harness/mutate.h"

namespace culvert::isa {

struct RowScore {
  int cases = 0;  // with a statement of the row under test
  // Mutants, by opcode and change.
  struct Verdict {
    enum Kind : uint8_t {
      kMissed,
      kCaught,
      kEquivalent,  // computes the same (commutative operands, add.u32 for add.s32, ...)
      kInvalid,     // not valid PTX
    };
    Kind kind = kMissed;
    std::string where;  // a case that should have noticed
  };
  std::map<std::string, Verdict> mutants;
  std::vector<std::string> failing;  // cases that fail unchanged

  int Count(Verdict::Kind kind) const;
};
using Scores = std::map<const ptx::InstructionRow*, RowScore>;

// Rows whose work cannot be seen in any result, each with the reason: hints, and orderings that only a race can show.
// Their cases must run; no mutant of theirs is judged.
std::string_view WhyUnobservable(const ptx::InstructionRow& row);

// The case of a value instance that is scored: registers only, edges and random operands. Empty name: the reference
// does not know the instance.
Case ScoredValueCase(const Instance& instance);

// Adds the mutants of `test` to *scores.
void ScoreCase(CaseRunner& runner, const Case& test, Scores* scores);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_HARNESS_SCORE_H_
