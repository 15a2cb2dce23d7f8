// Parses and checks one function body: declarations, labels, nested scopes, instructions.
#ifndef CULVERT_COMPILER_PTX_BODY_PARSER_H_
#define CULVERT_COMPILER_PTX_BODY_PARSER_H_

#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/ptx/checker.h"
#include "compiler/ptx/decoder.h"
#include "compiler/ptx/module_data.h"
#include "compiler/ptx/names.h"
#include "compiler/ptx/parser.h"

namespace culvert::ptx {

class BodyParser : public Parser {
 public:
  BodyParser(const ModuleData& data, uint32_t index, Function* function, std::vector<Diagnostic>* diagnostics);
  void Parse();

 private:
  // A use of a label whose scope is not closed yet. operand == kInTable: target is call_tables' slot.
  struct PendingLabel {
    std::string_view name;
    SourcePosition position;
    bool in_table = false;
    uint32_t index = 0;  // instruction, or branch table
    uint32_t slot = 0;   // operand, or element of the table
  };
  struct LabelScope {
    absl::flat_hash_map<std::string_view, uint32_t> labels;
    std::vector<PendingLabel> pending;
    SourcePosition position;  // of the '{'
  };

  // ---- Statements (body_parser.cc)
  void DeclareParameters();
  bool ParseStatement();
  void Recover();
  bool EndStatement();  // ';'
  bool OpenScope();
  bool CloseScope();
  void ResolveLabels();
  bool ParseLabel(const Token& name);
  bool ParseLoc();
  bool ParsePragma();

  // ---- Declarations (body_declarations.cc)
  bool ParseDirective();
  bool ParseRegisters();
  bool DeclareRegister(Type type, uint8_t lanes);
  bool ParseVariables();
  bool DeclareVariable(StateSpace space, Type type, uint32_t align, uint32_t lanes, bool is_external);
  bool DeclareName(std::string_view name, const NameTarget& target, SourcePosition position);
  bool ParseBranchTargets(const Token& name);
  bool ParseCallPrototype(const Token& name);
  bool ParseCallTargets(const Token& name);

  // ---- Instructions (body_operands.cc)
  bool ParseGuard(Instruction* guard);
  bool ParseInstruction(const Instruction& guard);
  bool ParseOperands(Instruction* instruction);
  bool ParseOperand(Operand* operand);
  bool ParseName(Operand* operand);
  bool ParseSpecial(std::string_view name, SourcePosition position, Operand* operand);
  bool ParseComponent(const NameTarget& target, std::string_view name, Operand* operand);
  bool ParseSecond(Operand* operand);
  bool ParseAddress(Operand* operand);
  bool ParseOffset(int64_t* offset);
  bool ParseVector(Operand* operand);
  bool ParseImmediate(Operand* operand);
  bool ParseBranch(Instruction* instruction);
  bool ParseBranchIndex(Instruction* instruction);
  bool ParseCall(Instruction* instruction);
  bool ParseCallList(Operand* list);
  bool ParseSignature(Instruction* instruction);
  void TakeTargetsOfTable(SymbolRef* symbol);
  // Resolves a name; reports it if it is not declared. Special registers are not looked at.
  bool Resolve(std::string_view name, SourcePosition position, NameTarget* target);
  bool Lookup(std::string_view name, NameTarget* target);
  bool Finish(const std::vector<Candidate>& candidates, Instruction* instruction);
  bool Report(const Problem& problem, SourcePosition position);

  const ModuleData& data_;
  const FunctionHeader& header_;
  Function* function_;
  NameTable names_;
  InstructionDecoder decoder_;
  OperandChecker checker_;
  std::vector<LabelScope> scopes_;
  std::vector<SourcePosition> operand_positions_;  // of the instruction being parsed
  bool in_braces_ = false;                         // inside a vector operand: its '}' closes no scope
  uint32_t location_ = 0;                          // Instruction::loc in force
  uint64_t local_bytes_ = 0;
};

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_BODY_PARSER_H_
