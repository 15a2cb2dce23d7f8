// The check of the checks: what a wrong implementation of an instruction would do, written into the PTX of a case. A
// case is worth something if it fails then.
#ifndef CULVERT_TESTS_ISA_HARNESS_MUTATE_H_
#define CULVERT_TESTS_ISA_HARNESS_MUTATE_H_

#include <string>
#include <vector>

#include "compiler/ptx/instructions.h"
#include "tests/isa/case.h"

namespace culvert::isa {

struct Mutant {
  enum class Kind : uint8_t {
    kResultBit,  // one bit of a result is wrong in every eighth lane
    kOperand,    // two sources change places, or an address is off by one element
    kModifier,   // another rounding mode, comparison, type, ... of the same row
    kDropped,    // the instruction does nothing
  };
  Kind kind = Kind::kResultBit;
  const ptx::InstructionRow* row = nullptr;  // of the instruction that was changed
  std::string original_opcode;
  std::string change;       // what was done, for people
  std::string opcode;       // kModifier: the other opcode text
  int swapped[2] = {0, 0};  // kOperand: which sources, counted from 0
  std::string ptx;          // the module, changed
};

// A statement of a case that is under test.
struct Target {
  size_t line = 0;  // index into the lines of the text
  const ptx::InstructionRow* row = nullptr;
  std::string opcode;
  std::vector<std::string> operands;  // "%r1", "{%r1, %r2}", "[%d1+4]", "%r1|%p1"
};

// The statements marked "//!" with the rows they match. Empty if the module does not parse.
std::vector<Target> TargetsOf(const Case& test);
// All mutants of a case with these statements under test: of each kind at most a few per statement.
std::vector<Mutant> MutantsOf(const Case& test, const std::vector<Target>& targets);
std::string_view NameOf(Mutant::Kind kind);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_HARNESS_MUTATE_H_
