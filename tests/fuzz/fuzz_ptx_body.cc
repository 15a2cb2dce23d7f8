// The input as the body of a kernel that has registers, variables and a callee; and, where the first byte says so,
// appended to a valid instance of a table row. What is accepted must be well-formed: ids in range, labels resolved.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "compiler/ptx/module.h"
#include "tests/compiler/ptx/row_instances.h"

namespace {

using namespace culvert::ptx;  // NOLINT: a fuzz target

void Require(bool ok) {
  if (!ok) abort();
}

void CheckOperand(const Function& function, const Operand& operand) {
  if (operand.reg != kNoRegister) Require(operand.reg < function.registers.size());
  if (operand.second != kNoRegister) Require(operand.second < function.registers.size());
  if (operand.kind == OperandKind::kRegister) Require(operand.reg != kNoRegister);
  if (operand.has_symbol) {
    uint32_t index = operand.symbol.index;
    switch (operand.symbol.kind) {
      case SymbolKind::kLabel:
        Require(index < function.labels.size());
        break;
      case SymbolKind::kBranchTable:
        Require(index < function.branch_tables.size());
        break;
      case SymbolKind::kCallPrototype:
        Require(index < function.prototypes.size());
        break;
      case SymbolKind::kCallTargets:
        Require(index < function.call_targets.size());
        break;
      case SymbolKind::kLocalVariable:
      case SymbolKind::kCallParameter:
        Require(index < function.variables.size());
        break;
      case SymbolKind::kParameter:
        Require(index < (operand.symbol.is_return ? function.returns : function.parameters).size());
        break;
      default:
        break;
    }
  }
  for (const Operand& element : operand.elements) CheckOperand(function, element);
}

void CheckFunction(const Function& function) {
  for (const Label& label : function.labels) Require(label.instruction <= function.instructions.size());
  for (const BranchTable& table : function.branch_tables) {
    for (uint32_t label : table.labels) Require(label < function.labels.size());
  }
  for (const Instruction& in : function.instructions) {
    Require(in.row != nullptr && in.loc <= function.locations.size());
    if (in.guard != kNoRegister) Require(in.guard < function.registers.size());
    for (const Operand& operand : in.operands) CheckOperand(function, operand);
  }
}

const std::vector<std::string>& Instances() {
  static const std::vector<std::string>& all = *[] {
    auto* list = new std::vector<std::string>;
    for (const InstructionRow& row : Rows()) {
      for (std::string& text : RowInstances(row)) list->push_back(std::move(text));
    }
    return list;
  }();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string body(reinterpret_cast<const char*>(data), size);
  if (size >= 4 && data[0] == 1) {  // a valid statement with one byte replaced
    const std::vector<std::string>& all = Instances();
    std::string statement = all[(data[1] | data[2] << 8) % all.size()];
    statement[data[3] % statement.size()] = static_cast<char>(size > 4 ? data[4] : ' ');
    body = statement + "\n" + body.substr(size > 4 ? 5 : 4);
  }
  std::string text = InstanceHeader(92, 121) + ".global .u32 g; .shared .b8 s[64]; .const .f32 c[4];\n" +
                     InstanceEntry("k", ".local .align 8 .b8 l[16];\n" + body + "\n");
  auto module = Module::Index(text, 121, "fuzz.ptx");
  if (!module.ok()) return 0;
  for (uint32_t i = 0; i < (*module)->functions().size(); ++i) {
    if (!(*module)->functions()[i].has_body) continue;
    absl::StatusOr<const Function*> function = (*module)->Body(i);
    if (function.ok()) CheckFunction(**function);
  }
  return 0;
}
