// Every instance of the instruction table's rows: each allowed combination of modifiers and types, as an opcode text.
#ifndef CULVERT_TESTS_ISA_HARNESS_INSTANCES_H_
#define CULVERT_TESTS_ISA_HARNESS_INSTANCES_H_

#include <functional>
#include <string>
#include <vector>

#include "compiler/ptx/instructions.h"

namespace culvert::isa {

struct Instance {
  const ptx::InstructionRow* row = nullptr;
  std::string opcode;            // "add.rn.ftz.f32"
  ptx::Instruction instruction;  // decoded modifiers, no operands
};

// All instances of a row, in a fixed order. Only rows that compute values have few enough to be listed whole.
std::vector<Instance> InstancesOf(const ptx::InstructionRow& row);
// A selection for rows with many modifiers: all combinations of type, vector, space, operation and `full` slots, each
// with the other slots at their simplest; and each remaining alternative of the other slots once.
std::vector<Instance> SelectedInstancesOf(const ptx::InstructionRow& row);
// A row whose result depends on its register operands alone: no memory, no other lanes, no control flow, no symbol.
bool IsValueRow(const ptx::InstructionRow& row);
// The instances of all value rows that are executed, each opcode text once.
const std::vector<Instance>& ValueInstances();
// "add{.rnd}{.ftz}{.sat}.f32 d, a, b": names a row on pages and in messages.
std::string RowName(const ptx::InstructionRow& row);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_HARNESS_INSTANCES_H_
