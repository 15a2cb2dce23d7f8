// Cases for instances of value rows: every lane computes one result from its own operands, and the reference says what
// it must be.
#ifndef CULVERT_TESTS_ISA_HARNESS_VALUE_CASE_H_
#define CULVERT_TESTS_ISA_HARNESS_VALUE_CASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/isa/case.h"
#include "tests/isa/harness/instances.h"
#include "tests/isa/reference/reference.h"

namespace culvert::isa {

// What the reference knows of an opcode, or an instance, with the number of operands that the row has.
std::optional<Evaluator> ReferenceOf(const std::string& opcode, const ptx::InstructionRow& row);
inline std::optional<Evaluator> ReferenceOf(const Instance& instance) {
  return ReferenceOf(instance.opcode, *instance.row);
}

// How the instruction is written in the kernel.
struct ValueForm {
  enum Kind : uint8_t {
    kRegisters,   // every operand a register of its own
    kAlias,       // the destination is also source `which`
    kPredicated,  // with a guard that holds in some lanes; the others keep what the destination held
    kConstant,    // source `which` is the constant `constant`
    kWide,        // integer operands in registers wider than their type (ld, st and cvt allow that)
    kSingle,      // without the optional second destination
    kSink,        // the second destination is `_`
    kNegated,     // the predicate source `which` is negated: !%p
  };
  Kind kind = kRegisters;
  int which = 0;
  uint64_t constant = 0;
  std::string Name() const;
};

// Forms in which the instance can be written. `constants`: how many constants to try for each source.
std::vector<ValueForm> FormsOf(const Instance& instance, const Evaluator& evaluator, int constants);

// Largest error of an approximate instruction seen so far.
struct WorstError {
  double error = 0;
  uint64_t sources[kMaxSources] = {};
  uint64_t result = 0;
};

// sources[i][lane]: one vector per source of the evaluator; the number of lanes is a multiple of 256. Sources that the
// evaluator wants constant, and the one that the form makes constant, take the value of lane 0 in all lanes.
// `worst` (may be null) is updated by the check.
Case MakeValueCase(const Instance& instance, const Evaluator& evaluator, const ValueForm& form,
                   std::vector<std::vector<uint64_t>> sources, std::shared_ptr<WorstError> worst);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_HARNESS_VALUE_CASE_H_
