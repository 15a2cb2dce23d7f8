// The typed operand check: does an operand list fit a row of the instruction table? (PTX ISA, "Operand Type Checking",
// "Operand Size Exceeding Instruction-Type Size".)
#ifndef CULVERT_COMPILER_PTX_CHECKER_H_
#define CULVERT_COMPILER_PTX_CHECKER_H_

#include <span>
#include <vector>

#include "compiler/ptx/decoder.h"
#include "compiler/ptx/module_data.h"

namespace culvert::ptx {

class OperandChecker {
 public:
  OperandChecker(const ModuleData& data, const Function& function) : data_(data), function_(function) {}

  // True if `instruction` (fields of `candidate`, operands parsed) is a valid instance of the candidate's row.
  // Otherwise *problem says why; its offset is the index of the operand.
  bool Check(const Candidate& candidate, const Instruction& instruction, Problem* problem) const;
  // A call against the signature of its callee or prototype.
  bool CheckCall(const Instruction& call, Problem* problem) const;

 private:
  bool CheckOperand(const OperandSpec& spec, const Instruction& instruction, const Operand& operand,
                    Problem* problem) const;
  bool CheckAddress(const Instruction& instruction, const Operand& operand, Problem* problem) const;
  bool CheckVector(const OperandSpec& spec, Type element, size_t count, const Operand& operand, Problem* problem) const;
  bool CheckValue(const OperandSpec& spec, Type type, const Operand& operand, Problem* problem) const;
  bool CheckRegister(const OperandSpec& spec, Type type, const Operand& operand, Problem* problem) const;
  bool CheckSymbol(const OperandSpec& spec, Type type, const Operand& operand, Problem* problem) const;
  bool CheckPair(const OperandSpec& spec, const Operand& operand, Problem* problem) const;
  bool CheckConstants(const Instruction& instruction, Problem* problem) const;  // constant_ranges.cc
  bool CheckHint(const Candidate& candidate, Problem* problem) const;
  bool CheckWidth(const Instruction& instruction, Problem* problem) const;
  bool CheckArgument(const Operand& argument, const Parameter& parameter, bool is_result, Problem* problem) const;
  bool CheckArguments(const std::vector<Operand>& arguments, const std::vector<Parameter>& parameters, bool are_results,
                      Problem* problem) const;
  StateSpace SpaceOf(const SymbolRef& symbol) const;
  std::string_view NameOf(const Operand& operand) const;

  const ModuleData& data_;
  const Function& function_;
};

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_CHECKER_H_
