// The instructions that kernels are made of: every instance of a row of the instruction table that only computes, that
// the compiler accepts and that the reference evaluates exactly. A new row shows up here by itself.
#ifndef CULVERT_TESTS_ISA_GENERATOR_OPCODES_H_
#define CULVERT_TESTS_ISA_GENERATOR_OPCODES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ptx/instructions.h"
#include "tests/isa/reference/reference.h"

namespace culvert::gen {

using isa::Ty;

// How registers and values of one operand are chosen.
struct OperandRule {
  Ty type = Ty::kB32;
  bool wider = false;     // an integer whose register may be wider than the type
  bool constant = false;  // must be a constant
  bool negatable = false;
  bool literal = false;  // may be a constant
};

struct Instance {
  std::string opcode;  // "add.rn.ftz.f32"
  const isa::Evaluator* evaluator = nullptr;
  std::vector<OperandRule> results, sources;  // without the carry flag
  bool pair_optional = false;                 // the second result may be left out
  bool reads_carry = false, writes_carry = false;
};

struct RowPool {
  const ptx::InstructionRow* row = nullptr;
  std::vector<Instance> instances;
};

class Opcodes {
 public:
  // Built once. `rows`: those with at least one instance, carry forms left out; `carry`: the carry forms.
  static const Opcodes& Get();
  // Opcodes to leave out, to look past a known difference. Before the first Get().
  static void Exclude(std::vector<std::string> opcodes);
  std::vector<RowPool> rows, carry;
  // Instances the table allows but the reference does not know / the reference judges by a bound / the compiler refuses
  // / whose operands reference and table see differently. For the report of `isa_generate --opcodes`.
  std::vector<std::string> unknown, approximate, refused, mismatched;
  // Of `rows` and `carry`; null if there is none.
  const Instance* FindInstance(std::string_view opcode) const;

 private:
  Opcodes();
  void AddRow(const ptx::InstructionRow& row, const std::vector<std::string>& excluded);
};

// The reference's evaluator of an opcode with so many source operands (0: the form with the fewest), cached for the
// life of the process. Null: the reference does not know it.
const isa::Evaluator* FindEvaluator(std::string_view opcode, size_t sources = 0);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_OPCODES_H_
