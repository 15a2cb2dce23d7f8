// Instructions inside a function body: guard, opcode, operands, calls and branches.
#include "absl/strings/str_format.h"
#include "compiler/ptx/body_parser.h"
#include "compiler/ptx/concat.h"
#include "compiler/ptx/special_registers.h"

namespace culvert::ptx {
namespace {

constexpr size_t kMaxVectorElements = 8;
constexpr size_t kMaxArguments = 1u << 16;

// Where ptxas takes {%r1} for %r1.
bool MayBeVector(Opcode opcode) { return opcode == Opcode::kLd || opcode == Opcode::kSt || opcode == Opcode::kMov; }

}  // namespace

bool BodyParser::Report(const Problem& problem, SourcePosition position) {
  return Error(position, problem.code, problem.message, problem.hint);
}

bool BodyParser::Lookup(std::string_view name, NameTarget* target) {
  if (names_.Find(name, target)) return true;
  auto it = data_.symbols.find(name);
  if (it == data_.symbols.end()) return false;
  *target = NameTarget();
  target->symbol = it->second;
  return true;
}

bool BodyParser::Resolve(std::string_view name, SourcePosition position, NameTarget* target) {
  if (Lookup(name, target)) return true;
  if (data_.opaque_variables.contains(name)) {
    return Error(position, kUnsupported,
                 Concat("'", name.substr(0, 64), "': texture and surface references are not implemented"));
  }
  return Error(position, kUndefined, Concat("'", name.substr(0, 64), "' is not declared"));
}

// @p or @!p; leaves the opcode as the current token.
bool BodyParser::ParseGuard(Instruction* guard) {
  Advance();
  guard->guard_negated = Accept('!');
  SourcePosition position = token_.position;
  if (token_.kind != TokenKind::kIdentifier) return Unexpected("a predicate register");
  NameTarget target;
  if (!Resolve(token_.text, position, &target)) return false;
  if (!target.is_register || target.lanes != 1 || function_->registers[target.reg].type != Type::kPred) {
    return Error(position, kGuard, Concat("'", token_.text.substr(0, 64), "' is not a predicate register"));
  }
  guard->guard = target.reg;
  AdvanceStatement();
  return true;
}

bool BodyParser::ParseInstruction(const Instruction& guard) {
  if (token_.kind != TokenKind::kIdentifier) return Unexpected("an instruction");
  Problem problem;
  SourcePosition position = token_.position;
  const std::vector<Candidate>* candidates = decoder_.Decode(token_.text, &problem);
  if (candidates == nullptr) {
    position.column += static_cast<uint32_t>(problem.offset);
    return Report(problem, position);
  }
  Instruction instruction = candidates->front().prototype;
  instruction.position = position;
  instruction.guard = guard.guard;
  instruction.guard_negated = guard.guard_negated;
  instruction.loc = location_;
  operand_positions_.clear();
  Advance();
  switch (instruction.opcode) {
    case Opcode::kCall:
      return ParseCall(&instruction) && Finish(*candidates, &instruction);
    case Opcode::kBra:
      return ParseBranch(&instruction);
    case Opcode::kBrx:
      return ParseBranchIndex(&instruction) && Finish(*candidates, &instruction);
    default:
      return ParseOperands(&instruction) && Finish(*candidates, &instruction);
  }
}

// Picks the row that the operands fit, appends the instruction and ends the statement.
bool BodyParser::Finish(const std::vector<Candidate>& candidates, Instruction* instruction) {
  Problem best;
  const Candidate* chosen = nullptr;
  for (const Candidate& candidate : candidates) {
    if (candidate.row != instruction->row) {
      // Another row decodes the same modifiers: its fields, the operands as parsed.
      Instruction other = candidate.prototype;
      other.position = instruction->position;
      other.guard = instruction->guard;
      other.guard_negated = instruction->guard_negated;
      other.loc = instruction->loc;
      other.operands = std::move(instruction->operands);
      *instruction = std::move(other);
    }
    Problem problem;
    bool ok = false;
    switch (instruction->opcode) {
      case Opcode::kCall:
        ok = checker_.CheckCall(*instruction, &problem);
        break;
      case Opcode::kBrx:
        ok = true;
        break;  // checked while parsed
      default:
        ok = checker_.Check(candidate, *instruction, &problem);
        break;
    }
    if (ok) {
      chosen = &candidate;
      break;
    }
    bool better = best.message.empty() || (best.code == kOperandCount && problem.code != kOperandCount) ||
                  (problem.code != kOperandCount && problem.offset > best.offset);
    if (better) best = std::move(problem);
  }
  if (chosen == nullptr) {
    SourcePosition position =
        best.offset < operand_positions_.size() ? operand_positions_[best.offset] : instruction->position;
    return Report(best, position);
  }
  if (!chosen->gates_ok) return Report(GateProblem(*chosen, data_.version, data_.target), instruction->position);
  function_->instructions.push_back(std::move(*instruction));
  return EndStatement();
}

// PTX ISA, "ld": weak loads from global memory.
bool MayBeUnified(const Instruction& instruction) {
  return instruction.opcode == Opcode::kLd && instruction.semantics == Semantics::kWeak &&
         (instruction.space == StateSpace::kGlobal || instruction.space == StateSpace::kGeneric);
}

bool BodyParser::ParseOperands(Instruction* instruction) {
  if (token_.Is(';')) return true;
  instruction->operands.reserve(instruction->row->specs.size());
  for (;;) {
    operand_positions_.push_back(token_.position);
    instruction->operands.emplace_back();
    Operand& operand = instruction->operands.back();
    if (!ParseOperand(&operand)) return false;
    if (operand.kind == OperandKind::kVector && operand.elements.size() == 1 && MayBeVector(instruction->opcode)) {
      operand = Operand(operand.elements.front());
    }
    // ld's [a].unified says that `a` is the address of a variable with that attribute: nothing that changes execution.
    if (operand.kind == OperandKind::kAddress && MayBeUnified(*instruction)) AcceptDirective(".unified");
    if (!token_.Is(',')) break;
    if (instruction->operands.size() >= kMaxVectorElements)
      return Error(token_.position, kOperandCount, "too many operands");
    Advance();
  }
  if (!token_.Is(';')) return Unexpected("',' or ';'");
  return true;
}

bool BodyParser::ParseOperand(Operand* operand) {
  switch (token_.kind) {
    case TokenKind::kIdentifier:
      return ParseName(operand);
    case TokenKind::kInteger:
    case TokenKind::kFloat:
      return ParseImmediate(operand);
    case TokenKind::kPunctuation:
      break;
    default:
      return Unexpected("an operand");
  }
  switch (token_.punctuation) {
    case '[':
      return ParseAddress(operand);
    case '{':
      return ParseVector(operand);
    case '!': {
      Advance();
      operand->negated = true;
      SourcePosition position = token_.position;
      if (token_.kind != TokenKind::kIdentifier) return Unexpected("a predicate register");
      if (!ParseName(operand)) return false;
      if (operand->kind == OperandKind::kRegister && function_->registers[operand->reg].type == Type::kPred)
        return true;
      return Error(position, kOperandKind, "'!' needs a predicate register");
    }
    case '-':
    case '+':
    case '~':
    case '(':
      return ParseImmediate(operand);
    default:
      return Unexpected("an operand");
  }
}

bool BodyParser::ParseImmediate(Operand* operand) {
  Constant constant;
  if (!ParseConstant(&constant)) return false;
  bool is_float = constant.kind == Constant::Kind::kFloat;
  operand->kind = is_float ? OperandKind::kFloat : OperandKind::kInteger;
  operand->is_f32_bits = is_float && constant.is_f32_bits;
  operand->bits = constant.bits;
  return true;
}

// A register, special register, variable, function or '_'.
bool BodyParser::ParseName(Operand* operand) {
  std::string_view name = token_.text;
  SourcePosition position = token_.position;
  if (name == "_") {
    Advance();
    operand->kind = OperandKind::kSink;
    return ParseSecond(operand);
  }
  NameTarget target;
  if (!Lookup(name, &target)) {
    if (name == "WARP_SZ") return ParseImmediate(operand);
    Advance();
    if (name.front() == '%') return ParseSpecial(name, position, operand);
    return Resolve(name, position, &target);
  }
  Advance();
  if (target.is_register) {
    operand->kind = OperandKind::kRegister;
    operand->reg = target.reg;
    if (target.lanes != 1) return ParseComponent(target, name, operand);
    return ParseSecond(operand);
  }
  operand->kind = OperandKind::kSymbol;
  operand->has_symbol = true;
  operand->symbol = target.symbol;
  return ParseOffset(&operand->offset);
}

// %v.x as the register of that component; %v alone as a vector of all.
bool BodyParser::ParseComponent(const NameTarget& target, std::string_view name, Operand* operand) {
  if (token_.kind == TokenKind::kDirective && token_.text.size() == 2) {
    size_t lane =
        std::min(std::string_view("xyzw").find(token_.text[1]), std::string_view("rgba").find(token_.text[1]));
    if (lane >= target.lanes) {
      return Error(token_.position, kOperandKind, Concat("'", name, "' has no component '", token_.text, "'"));
    }
    operand->reg = target.reg + static_cast<RegisterId>(lane);
    Advance();
    return ParseSecond(operand);
  }
  operand->kind = OperandKind::kVector;
  operand->reg = kNoRegister;
  for (uint32_t lane = 0; lane < target.lanes; ++lane) {
    Operand element;
    element.kind = OperandKind::kRegister;
    element.reg = target.reg + lane;
    operand->elements.push_back(element);
  }
  return true;
}

bool BodyParser::ParseSpecial(std::string_view name, SourcePosition position, Operand* operand) {
  bool is_wide = false;
  const SpecialRegisterInfo* info = FindSpecialRegister(name, &operand->env_index, &is_wide);
  if (info == nullptr) return Error(position, kUndefined, Concat("'", name.substr(0, 64), "' is not declared"));
  if (info->since > data_.version || info->sm > data_.target) {
    return Error(position, info->since > data_.version ? kNeedsVersion : kNeedsTarget,
                 absl::StrFormat("special register '%s' needs PTX ISA %d.%d and sm_%d", name, info->since / 10,
                                 info->since % 10, info->sm));
  }
  operand->kind = OperandKind::kSpecial;
  operand->special = is_wide ? SpecialRegister::kPm64 : info->first;
  if (info->shape != SpecialRegisterInfo::Shape::kVector) return true;
  size_t lane = token_.kind == TokenKind::kDirective && token_.text.size() == 2
                    ? std::string_view("xyzw").find(token_.text[1])
                    : std::string_view::npos;
  if (lane == std::string_view::npos) return Unexpected(".x, .y, .z or .w");
  operand->special = static_cast<SpecialRegister>(static_cast<size_t>(info->first) + lane);
  Advance();
  return true;
}

// The "|p" of "d|p".
bool BodyParser::ParseSecond(Operand* operand) {
  if (!token_.Is('|')) return true;
  Advance();
  operand->has_second = true;
  SourcePosition position = token_.position;
  std::string_view name;
  if (!ExpectIdentifier(&name)) return false;
  if (name == "_") return true;
  NameTarget target;
  if (!Resolve(name, position, &target)) return false;
  if (!target.is_register || target.lanes != 1)
    return Error(position, kOperandKind, Concat("'", name, "' is not a register"));
  operand->second = target.reg;
  return true;
}

// Nothing, or + or - and a constant.
bool BodyParser::ParseOffset(int64_t* offset) {
  bool minus = token_.Is('-');
  if (!minus && !token_.Is('+')) return true;
  SourcePosition position = token_.position;
  if (!minus) Advance();  // "+-8"; a '-' is part of the constant
  Constant constant;
  if (!ParseConstant(&constant)) return false;
  if (constant.kind == Constant::Kind::kFloat) return Error(position, kOperandKind, "an offset must be an integer");
  *offset = static_cast<int64_t>(constant.bits);
  return true;
}

bool BodyParser::ParseAddress(Operand* operand) {
  Advance();
  operand->kind = OperandKind::kAddress;
  if (token_.kind != TokenKind::kIdentifier || token_.text == "WARP_SZ") {
    SourcePosition position = token_.position;
    Constant constant;
    if (!ParseConstant(&constant)) return false;
    if (constant.kind == Constant::Kind::kFloat) return Error(position, kOperandKind, "an address must be an integer");
    operand->offset = static_cast<int64_t>(constant.bits);
    return Expect(']');
  }
  NameTarget target;
  if (!Resolve(token_.text, token_.position, &target)) return false;
  SourcePosition position = token_.position;
  Advance();
  if (!target.is_register) {
    operand->has_symbol = true;
    operand->symbol = target.symbol;
  } else if (target.lanes != 1) {
    return Error(position, kOperandKind, "an address cannot be a vector");
  } else {
    operand->reg = target.reg;
  }
  return ParseOffset(&operand->offset) && Expect(']');
}

bool BodyParser::ParseVector(Operand* operand) {
  in_braces_ = true;
  Advance();
  operand->kind = OperandKind::kVector;
  do {
    if (operand->elements.size() >= kMaxVectorElements) return Error(token_.position, kVectorWidth, "vector too long");
    if (token_.Is('{') || token_.Is('[')) return Unexpected("a register or constant");
    operand->elements.emplace_back();
    if (!ParseOperand(&operand->elements.back())) return false;
  } while (Accept(','));
  if (!Expect('}')) return false;
  in_braces_ = false;
  return true;
}

bool BodyParser::ParseBranch(Instruction* instruction) {
  PendingLabel use;
  use.position = token_.position;
  if (!ExpectIdentifier(&use.name)) return false;
  Operand operand;
  operand.kind = OperandKind::kLabel;
  operand.has_symbol = true;
  operand.symbol.kind = SymbolKind::kLabel;
  instruction->operands.push_back(operand);
  use.index = static_cast<uint32_t>(function_->instructions.size());
  function_->instructions.push_back(std::move(*instruction));
  scopes_.back().pending.push_back(use);
  return EndStatement();
}

// brx.idx index, table;
bool BodyParser::ParseBranchIndex(Instruction* instruction) {
  instruction->operands.resize(2);
  operand_positions_ = {token_.position, token_.position};
  SourcePosition position = token_.position;
  if (!ParseOperand(&instruction->operands[0])) return false;
  const Operand& index = instruction->operands[0];
  bool ok = index.kind == OperandKind::kRegister && TypeBytes(function_->registers[index.reg].type) == 4 &&
            !IsFloat(function_->registers[index.reg].type);
  if (!ok) return Error(position, kOperandType, "the index of brx.idx must be a 32-bit integer register");
  if (!Expect(',')) return false;
  position = token_.position;
  std::string_view name;
  NameTarget target;
  if (!ExpectIdentifier(&name) || !Resolve(name, position, &target)) return false;
  if (target.is_register || target.symbol.kind != SymbolKind::kBranchTable) {
    return Error(position, kOperandKind, Concat("'", name, "' is not a .branchtargets list"));
  }
  instruction->operands[1].kind = OperandKind::kSymbol;
  instruction->operands[1].has_symbol = true;
  instruction->operands[1].symbol = target.symbol;
  return true;
}

// call {(results),} callee {, (arguments)} {, signature};
bool BodyParser::ParseCall(Instruction* instruction) {
  instruction->operands.resize(3);
  instruction->operands[0].kind = instruction->operands[2].kind = OperandKind::kList;
  operand_positions_.assign(4, token_.position);
  if (token_.Is('(') && (!ParseCallList(&instruction->operands[0]) || !Expect(','))) return false;
  operand_positions_[1] = token_.position;
  std::string_view name;
  NameTarget target;
  if (!ExpectIdentifier(&name) || !Resolve(name, operand_positions_[1], &target)) return false;
  Operand& callee = instruction->operands[1];
  if (target.is_register && target.lanes == 1) {
    callee.kind = OperandKind::kRegister;
    callee.reg = target.reg;
  } else if (!target.is_register && target.symbol.kind == SymbolKind::kFunction) {
    callee.kind = OperandKind::kFunction;
    callee.has_symbol = true;
    callee.symbol = target.symbol;
  } else {
    return Error(operand_positions_[1], kOperandKind, Concat("'", name, "' is not a function"));
  }
  if (!Accept(',')) return true;
  operand_positions_[2] = token_.position;
  if (token_.Is('(')) {
    if (!ParseCallList(&instruction->operands[2])) return false;
    if (!Accept(',')) return true;
  }
  return ParseSignature(instruction);
}

bool BodyParser::ParseCallList(Operand* list) {
  Advance();
  if (Accept(')')) return true;
  do {
    if (list->elements.size() >= kMaxArguments) return Error(token_.position, kLimit, "too many arguments");
    if (token_.Is('{') || token_.Is('[')) return Unexpected("an argument");
    list->elements.emplace_back();
    if (!ParseOperand(&list->elements.back())) return false;
  } while (Accept(','));
  return Expect(')');
}

// A variable that holds the addresses of functions lists them as .calltargets does (PTX ISA, "call"). *symbol stays
// what it is if there are none.
void BodyParser::TakeTargetsOfTable(SymbolRef* symbol) {
  std::vector<uint32_t> targets;
  for (const ModuleVariable::AddressInit& address : data_.variables[symbol->index].addresses) {
    if (!address.is_function) continue;
    for (uint32_t i = 0; i < data_.functions.size(); ++i) {
      if (data_.functions[i].name == address.symbol) targets.push_back(i);
    }
  }
  if (targets.empty()) return;
  symbol->kind = SymbolKind::kCallTargets;
  symbol->index = static_cast<uint32_t>(function_->call_targets.size());
  function_->call_targets.push_back(std::move(targets));
}

bool BodyParser::ParseSignature(Instruction* instruction) {
  operand_positions_[3] = token_.position;
  std::string_view name;
  NameTarget target;
  if (!ExpectIdentifier(&name) || !Resolve(name, operand_positions_[3], &target)) return false;
  if (!target.is_register && target.symbol.kind == SymbolKind::kModuleVariable) TakeTargetsOfTable(&target.symbol);
  bool ok = !target.is_register &&
            (target.symbol.kind == SymbolKind::kCallPrototype || target.symbol.kind == SymbolKind::kCallTargets);
  if (!ok)
    return Error(operand_positions_[3], kOperandKind, Concat("'", name, "' is not a .callprototype or .calltargets"));
  Operand signature;
  signature.kind = OperandKind::kSymbol;
  signature.has_symbol = true;
  signature.symbol = target.symbol;
  instruction->operands.push_back(signature);
  return true;
}

}  // namespace culvert::ptx
