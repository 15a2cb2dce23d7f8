#include "compiler/ptx/checker.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "compiler/ptx/concat.h"
#include "compiler/ptx/special_registers.h"

namespace culvert::ptx {
namespace {

bool Fail(Problem* problem, DiagnosticCode code, std::string message, std::string hint = "") {
  problem->code = code;
  problem->message = std::move(message);
  problem->hint = std::move(hint);
  return false;
}

bool IsBits(Type type) { return type >= Type::kB8 && type <= Type::kB128; }
bool IsInteger(Type type) {
  return (type >= Type::kU8 && type <= Type::kS64) || (type >= Type::kU16x2 && type <= Type::kS8x4);
}
bool IsWideFloat(Type type) { return type == Type::kF32 || type == Type::kF64; }

// A register of type `reg` where the instruction wants exactly `type`.
bool Agrees(Type type, Type reg) {
  if (type == reg) return true;
  if (type == Type::kPred || reg == Type::kPred || TypeBytes(type) != TypeBytes(reg)) return false;
  if (IsBits(type) || IsBits(reg)) return true;
  return IsInteger(type) && IsInteger(reg);
}

// The same where the register may be wider (ld, st, cvt).
bool AgreesRelaxed(Type type, Type reg) {
  if (Agrees(type, reg)) return true;
  if (type == Type::kPred || reg == Type::kPred || TypeBytes(reg) <= TypeBytes(type)) return false;
  if (IsBits(reg)) return true;
  if (IsFloat(reg)) return IsBits(type);
  return IsInteger(reg) && (IsInteger(type) || IsBits(type));
}

std::string_view SpaceName(StateSpace space) {
  switch (space) {
    case StateSpace::kConst:
      return ".const";
    case StateSpace::kGlobal:
      return ".global";
    case StateSpace::kLocal:
      return ".local";
    case StateSpace::kShared:
    case StateSpace::kSharedCluster:
      return ".shared";
    case StateSpace::kParam:
    case StateSpace::kParamEntry:
    case StateSpace::kParamFunc:
      return ".param";
    default:
      return "generic";
  }
}

std::string TypeText(Type type) { return Concat(".", TypeName(type)); }

uint32_t SpecialBytes(SpecialRegister reg) {
  switch (reg) {
    case SpecialRegister::kGridId:
    case SpecialRegister::kClock64:
    case SpecialRegister::kPm64:
    case SpecialRegister::kGlobalTimer:
    case SpecialRegister::kCurrentGraphExec:
      return 8;
    case SpecialRegister::kIsExplicitCluster:
      return 0;
    default:
      return 4;
  }
}

// gridid was 32 bits wide before PTX 3.0 and tid 16 before 2.0; the narrow forms are still accepted.
bool SpecialAgrees(Type type, SpecialRegister reg) {
  uint32_t bytes = SpecialBytes(reg);
  if (bytes == 0) return type == Type::kPred;
  if (!IsBits(type) && !IsInteger(type)) return false;
  return TypeBytes(type) == bytes || (bytes == 4 && TypeBytes(type) == 2) ||
         (reg == SpecialRegister::kGridId && TypeBytes(type) == 4);
}

bool CheckImmediate(Type type, const Operand& operand, Problem* problem) {
  if (operand.kind == OperandKind::kInteger) {
    if (!IsWideFloat(type) && type != Type::kF32x2) return true;
    return Fail(problem, kOperandType, absl::StrFormat("integer constant where %s is needed", TypeText(type)),
                "write the bits as 0f3F800000 or 0d3FF0000000000000, or a constant with a decimal point");
  }
  bool bits_of_same_size = operand.is_f32_bits ? type == Type::kB32 : type == Type::kB64;
  if (IsWideFloat(type) || bits_of_same_size) return true;
  return Fail(problem, kOperandType, absl::StrFormat("floating-point constant where %s is needed", TypeText(type)));
}

}  // namespace

StateSpace OperandChecker::SpaceOf(const SymbolRef& symbol) const {
  switch (symbol.kind) {
    case SymbolKind::kModuleVariable:
      return data_.variables[symbol.index].is_constant ? StateSpace::kConst : StateSpace::kGlobal;
    case SymbolKind::kLocalVariable:
      return StateSpace::kLocal;
    case SymbolKind::kSharedVariable:
      return StateSpace::kShared;
    case SymbolKind::kParameter:
    case SymbolKind::kCallParameter:
      return StateSpace::kParam;
    default:
      return StateSpace::kGeneric;
  }
}

std::string_view OperandChecker::NameOf(const Operand& operand) const {
  if (operand.kind == OperandKind::kRegister) return function_.registers[operand.reg].name;
  const SymbolRef& symbol = operand.symbol;
  switch (symbol.kind) {
    case SymbolKind::kModuleVariable:
      return data_.variables[symbol.index].name;
    case SymbolKind::kFunction:
      return data_.functions[symbol.index].name;
    case SymbolKind::kSharedVariable:
      if (symbol.index >= kModuleSharedBase) return data_.shared_variables[symbol.index - kModuleSharedBase].name;
      return function_.variables[symbol.index].name;
    case SymbolKind::kLocalVariable:
    case SymbolKind::kCallParameter:
      return function_.variables[symbol.index].name;
    case SymbolKind::kParameter:
      return (symbol.is_return ? function_.returns : function_.parameters)[symbol.index].name;
    default:
      return "label";
  }
}

bool OperandChecker::Check(const Candidate& candidate, const Instruction& instruction, Problem* problem) const {
  const InstructionRow& row = *candidate.row;
  const size_t count = instruction.operands.size();
  problem->offset = count == 0 ? 0 : count - 1;
  if (count < row.required_operands || count > row.specs.size()) {
    size_t most = row.specs.size();
    std::string wanted = row.required_operands == most ? absl::StrFormat("%d", most)
                                                       : absl::StrFormat("%d to %d", row.required_operands, most);
    return Fail(problem, kOperandCount,
                absl::StrFormat("'%s' takes %s operand%s, got %d", OpcodeName(row.opcode), wanted,
                                wanted == "1" ? "" : "s", count),
                Concat("form: ", FormText(row)));
  }
  size_t optional = count - row.required_operands;  // optional operands present: the first ones of the row
  size_t at = 0;
  bool has_policy = false;
  for (const OperandSpec& spec : row.specs) {
    if (spec.optional) {
      if (optional == 0) continue;
      --optional;
      has_policy |= spec.name == "policy";
    }
    problem->offset = at;
    if (!CheckOperand(spec, instruction, instruction.operands[at], problem)) return false;
    ++at;
  }
  problem->offset = 0;
  if (has_policy != candidate.has_cache_hint) {
    return Fail(problem, kOperandCount,
                has_policy ? "a cache policy needs the modifier .L2::cache_hint"
                           : ".L2::cache_hint needs a cache policy as last operand");
  }
  return CheckHint(candidate, problem) && CheckWidth(instruction, problem) && CheckConstants(instruction, problem);
}

// Vectors of memory instructions: 16 bytes; of ld and st since PTX 8.8 on sm_100 also eight elements of 32 bits or four
// of 64 bits in .global (PTX ISA, "ld", "st") and, as ptxas takes them, generic.
bool OperandChecker::CheckWidth(const Instruction& instruction, Problem* problem) const {
  if (instruction.vector_width == 1) return true;
  const uint32_t element = TypeBytes(instruction.types[0]);
  const uint32_t bytes = element * instruction.vector_width;
  if (bytes <= 16) return true;
  const bool is_access = instruction.opcode == Opcode::kLd || instruction.opcode == Opcode::kSt;
  if (!is_access || bytes > 32 || element > 8) {
    return Fail(problem, kVectorWidth, absl::StrFormat("a vector of %d bytes is too wide", bytes));
  }
  if (data_.version < 88 || data_.target < 100) {
    return Fail(problem, kVectorWidth, absl::StrFormat("a vector of %d bytes needs PTX ISA 8.8 and sm_100", bytes));
  }
  if (instruction.space != StateSpace::kGlobal && instruction.space != StateSpace::kGeneric) {
    return Fail(problem, kVectorWidth, "vectors of 32 bytes exist in the .global space only");
  }
  return true;
}

// Eviction priorities, cache policies and prefetch sizes belong to .global and to generic addresses (PTX ISA, "ld").
bool OperandChecker::CheckHint(const Candidate& candidate, Problem* problem) const {
  const StateSpace space = candidate.prototype.space;
  if (candidate.memory_hint.empty() || space == StateSpace::kGlobal || space == StateSpace::kGeneric) return true;
  return Fail(problem, kStateSpace,
              Concat(candidate.memory_hint, " is for .global and generic addresses, not for ", SpaceName(space)));
}

bool OperandChecker::CheckOperand(const OperandSpec& spec, const Instruction& instruction, const Operand& operand,
                                  Problem* problem) const {
  // Labels, calls and branch tables are checked where they are parsed.
  if (spec.form == OperandSpec::Form::kAddress) {
    if (operand.kind != OperandKind::kAddress) {
      return Fail(problem, kOperandKind,
                  absl::StrFormat("operand %d must be an address in brackets", problem->offset + 1));
    }
    return CheckAddress(instruction, operand, problem);
  }
  const Type type = spec.TypeIn(instruction);
  if (spec.packed) {
    size_t count = operand.elements.size();
    if (operand.kind != OperandKind::kVector) {
      return Fail(problem, kOperandKind, absl::StrFormat("operand %d must be a vector", problem->offset + 1));
    }
    uint32_t bytes = TypeBytes(type);
    if (count < 2 || count > std::min(bytes, 4u) || bytes % count != 0 || (count & (count - 1)) != 0) {
      return Fail(problem, kVectorWidth, absl::StrFormat("%s cannot be made of %d elements", TypeText(type), count));
    }
    constexpr Type kBitTypes[] = {Type::kNone, Type::kB8,   Type::kB16,  Type::kNone, Type::kB32,
                                  Type::kNone, Type::kNone, Type::kNone, Type::kB64};
    return CheckVector(spec, kBitTypes[bytes / count], count, operand, problem);
  }
  if (spec.vector && instruction.vector_width > 1) {
    return CheckVector(spec, type, instruction.vector_width, operand, problem);
  }
  return CheckPair(spec, operand, problem) && CheckValue(spec, type, operand, problem);
}

bool OperandChecker::CheckAddress(const Instruction& instruction, const Operand& operand, Problem* problem) const {
  if (operand.reg != kNoRegister) {
    Type type = function_.registers[operand.reg].type;
    bool integer = IsBits(type) || IsInteger(type);
    if (integer && (TypeBytes(type) == 8 || TypeBytes(type) == 4)) return true;
    return Fail(problem, kOperandType,
                absl::StrFormat("an address must be a 32- or 64-bit integer register, not %s", TypeText(type)));
  }
  if (!operand.has_symbol) return true;
  StateSpace space = SpaceOf(operand.symbol);
  StateSpace wanted = instruction.space;
  if (space == StateSpace::kGeneric) {
    return Fail(problem, kStateSpace, absl::StrFormat("'%s' is not a variable", NameOf(operand)));
  }
  if (SpaceName(space) == SpaceName(wanted)) return true;
  // Global addresses are generic addresses; the others are offsets in their space. createpolicy, prefetch and others
  // that have no space modifier take any.
  if (wanted == StateSpace::kGeneric && space == StateSpace::kGlobal) return true;
  return Fail(problem, kStateSpace,
              absl::StrFormat("'%s' lies in %s, the instruction accesses %s", NameOf(operand), SpaceName(space),
                              SpaceName(wanted)),
              wanted == StateSpace::kGeneric
                  ? Concat("add ", SpaceName(space), " to the instruction, or convert with cvta")
                  : "");
}

bool OperandChecker::CheckVector(const OperandSpec& spec, Type element, size_t count, const Operand& operand,
                                 Problem* problem) const {
  if (operand.kind != OperandKind::kVector) {
    return Fail(problem, kOperandKind,
                absl::StrFormat("operand %d must be a vector of %d in braces", problem->offset + 1, count));
  }
  if (operand.elements.size() != count) {
    return Fail(problem, kVectorWidth,
                absl::StrFormat("vector of %d elements, got %d", count, operand.elements.size()));
  }
  for (const Operand& item : operand.elements) {
    if (!CheckValue(spec, element, item, problem)) return false;
  }
  return true;
}

bool OperandChecker::CheckPair(const OperandSpec& spec, const Operand& operand, Problem* problem) const {
  if (operand.has_second && spec.pair == OperandPair::kNone) {
    return Fail(problem, kOperandKind, "this instruction has no second destination after '|'");
  }
  if (!operand.has_second && spec.pair == OperandPair::kRequired) {
    return Fail(problem, kOperandKind, "a second destination after '|' is needed");
  }
  if (operand.second != kNoRegister && function_.registers[operand.second].type != Type::kPred) {
    return Fail(problem, kOperandType, "the destination after '|' must be a predicate");
  }
  return true;
}

bool OperandChecker::CheckRegister(const OperandSpec& spec, Type type, const Operand& operand, Problem* problem) const {
  if (operand.negated && !spec.negatable) return Fail(problem, kOperandKind, "'!' is not allowed here");
  Type reg = function_.registers[operand.reg].type;
  if (spec.relaxed ? AgreesRelaxed(type, reg) : Agrees(type, reg)) return true;
  return Fail(problem, kOperandType,
              absl::StrFormat("register '%s' has type %s, operand %d needs %s", NameOf(operand), TypeText(reg),
                              problem->offset + 1, TypeText(type)));
}

bool OperandChecker::CheckSymbol(const OperandSpec& spec, Type type, const Operand& operand, Problem* problem) const {
  if (!spec.symbol) {
    return Fail(problem, kOperandKind, absl::StrFormat("'%s' is a name, not a value", NameOf(operand)),
                "take its address with mov first");
  }
  if (TypeBytes(type) < 4 || TypeBytes(type) > 8 || IsFloat(type)) {
    return Fail(problem, kOperandType, absl::StrFormat("an address where %s is needed", TypeText(type)));
  }
  if (operand.symbol.kind == SymbolKind::kFunction && data_.functions[operand.symbol.index].is_entry) {
    return Fail(problem, kUnsupported,
                absl::StrFormat("the address of the kernel '%s' cannot be taken: launches from "
                                "the device are not implemented",
                                NameOf(operand)));
  }
  if (operand.symbol.kind >= SymbolKind::kLabel) {
    return Fail(problem, kOperandKind, absl::StrFormat("'%s' has no address", NameOf(operand)));
  }
  return true;
}

bool OperandChecker::CheckValue(const OperandSpec& spec, Type type, const Operand& operand, Problem* problem) const {
  if (spec.destination && operand.kind != OperandKind::kRegister && operand.kind != OperandKind::kSink) {
    return Fail(problem, kOperandKind,
                absl::StrFormat("operand %d must be a register: it is written", problem->offset + 1));
  }
  if (spec.constant && operand.kind != OperandKind::kInteger) {
    return Fail(problem, kOperandKind, absl::StrFormat("operand %d must be an integer constant", problem->offset + 1));
  }
  switch (operand.kind) {
    case OperandKind::kRegister:
      return CheckRegister(spec, type, operand, problem);
    case OperandKind::kSpecial:
      if (SpecialAgrees(type, operand.special) ||
          (spec.relaxed && type != Type::kPred && !IsFloat(type) && TypeBytes(type) <= SpecialBytes(operand.special))) {
        return true;
      }
      return Fail(problem, kOperandType,
                  absl::StrFormat("this special register has %d bits, operand %d needs %s",
                                  SpecialBytes(operand.special) * 8, problem->offset + 1, TypeText(type)));
    case OperandKind::kInteger:
    case OperandKind::kFloat:
      return CheckImmediate(type, operand, problem);
    case OperandKind::kSymbol:
      return CheckSymbol(spec, type, operand, problem);
    case OperandKind::kSink:
      if (spec.destination) return true;
      return Fail(problem, kOperandKind, "'_' may only stand for a result");
    case OperandKind::kVector:
      return Fail(problem, kOperandKind, absl::StrFormat("operand %d must not be a vector", problem->offset + 1));
    default:
      return Fail(problem, kOperandKind, absl::StrFormat("operand %d must not be an address", problem->offset + 1));
  }
}

bool OperandChecker::CheckArgument(const Operand& argument, const Parameter& parameter, bool is_result,
                                   Problem* problem) const {
  switch (argument.kind) {
    case OperandKind::kRegister: {
      Type type = function_.registers[argument.reg].type;
      if (Agrees(parameter.type, type) && parameter.array_elements == 0) return true;
      return Fail(problem, kCallMismatch,
                  absl::StrFormat("register '%s' of type %s is passed as %s", NameOf(argument), TypeText(type),
                                  TypeText(parameter.type)));
    }
    case OperandKind::kInteger:
    case OperandKind::kFloat:
      if (is_result || parameter.array_elements != 0) {
        return Fail(problem, kCallMismatch, "a constant can only be passed as one number");
      }
      return parameter.type == Type::kPred || CheckImmediate(parameter.type, argument, problem);
    case OperandKind::kSymbol: {
      uint64_t size = 0;
      if (argument.symbol.kind == SymbolKind::kCallParameter) {
        size = function_.variables[argument.symbol.index].size_bytes;
      } else if (argument.symbol.kind == SymbolKind::kParameter) {
        size = (argument.symbol.is_return ? function_.returns : function_.parameters)[argument.symbol.index].size_bytes;
      } else {
        return Fail(problem, kCallMismatch, absl::StrFormat("'%s' is not a .param variable", NameOf(argument)));
      }
      if (size == parameter.size_bytes) return true;
      return Fail(problem, kCallMismatch,
                  absl::StrFormat("'%s' has %d bytes, the callee's parameter has %d", NameOf(argument), size,
                                  parameter.size_bytes));
    }
    case OperandKind::kSink:
      if (is_result) return true;  // not wanted
      return Fail(problem, kOperandKind, "'_' may only stand for a result");
    default:
      return Fail(problem, kOperandKind, "an argument must be a .param variable, a register or a constant");
  }
}

bool OperandChecker::CheckArguments(const std::vector<Operand>& arguments, const std::vector<Parameter>& parameters,
                                    bool are_results, Problem* problem) const {
  if (arguments.size() != parameters.size()) {
    return Fail(problem, kCallMismatch,
                absl::StrFormat("the callee has %d %s, the call has %d", parameters.size(),
                                are_results ? "results" : "parameters", arguments.size()));
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!CheckArgument(arguments[i], parameters[i], are_results, problem)) return false;
  }
  return true;
}

bool OperandChecker::CheckCall(const Instruction& call, Problem* problem) const {
  const std::vector<Parameter>* returns = nullptr;
  const std::vector<Parameter>* parameters = nullptr;
  const Operand& callee = call.operands[1];
  problem->offset = 1;
  if (callee.kind == OperandKind::kFunction) {
    const FunctionHeader& header = data_.functions[callee.symbol.index];
    if (header.is_entry) {
      return Fail(problem, kCallMismatch, absl::StrFormat("'%s' is a kernel and cannot be called", header.name));
    }
    returns = &header.returns, parameters = &header.parameters;
  } else {
    Type type = function_.registers[callee.reg].type;
    if (TypeBytes(type) != 8 || IsFloat(type)) {
      return Fail(problem, kOperandType, "the callee of an indirect call must be a 64-bit integer register");
    }
    if (call.operands.size() < 4) {
      return Fail(problem, kCallMismatch, "an indirect call needs a .callprototype or .calltargets as last operand");
    }
    const SymbolRef& signature = call.operands[3].symbol;
    if (signature.kind == SymbolKind::kCallPrototype) {
      returns = &function_.prototypes[signature.index].returns;
      parameters = &function_.prototypes[signature.index].parameters;
    } else {
      const std::vector<uint32_t>& targets = function_.call_targets[signature.index];
      returns = &data_.functions[targets[0]].returns;
      parameters = &data_.functions[targets[0]].parameters;
    }
  }
  problem->offset = 0;
  if (!CheckArguments(call.operands[0].elements, *returns, true, problem)) return false;
  problem->offset = 2;
  return CheckArguments(call.operands[2].elements, *parameters, false, problem);
}

}  // namespace culvert::ptx
