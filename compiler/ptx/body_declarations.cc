// Declarations inside a function body: registers, variables, branch tables, call signatures.
#include <algorithm>

#include "absl/strings/str_format.h"
#include "compiler/ptx/body_parser.h"
#include "compiler/ptx/concat.h"
#include "include/culvert/npu_config.h"

namespace culvert::ptx {
namespace {

constexpr uint64_t kMaxRegisterCount = uint64_t{1} << 31;
constexpr uint64_t kMaxSharedBytes = uint64_t{1} << 30;
constexpr size_t kMaxTableEntries = 1u << 20;

bool IsRegisterType(Type type) {
  return type >= Type::kPred && type <= Type::kF32x2 ? type != Type::kTf32 : type == Type::kF64;
}

}  // namespace

bool BodyParser::ParseDirective() {
  std::string_view name = token_.text;
  if (name == ".reg") return ParseRegisters();
  if (name == ".loc") return ParseLoc();
  if (name == ".local" || name == ".shared" || name == ".param" || name == ".extern") return ParseVariables();
  if (name == ".pragma") return ParsePragma();
  if (name == ".branchtargets" || name == ".callprototype" || name == ".calltargets") {
    return Error(token_.position, kBadDirective, Concat("'", name, "' needs a label before it"));
  }
  if (name == ".global" || name == ".const") {
    return Error(token_.position, kUnsupported, Concat(name, " variables inside a function are not supported"),
                 "declare the variable at module scope");
  }
  return Error(token_.position, kBadDirective, Concat("directive '", name.substr(0, 64), "' is not known here"));
}

bool BodyParser::DeclareName(std::string_view name, const NameTarget& target, SourcePosition position) {
  if (names_.Declare(name, target)) return true;
  return Error(position, kDuplicate, Concat("'", name.substr(0, 64), "' is declared twice in this scope"));
}

// .reg {.v2|.v4} .type name{<N>} {, ...};
bool BodyParser::ParseRegisters() {
  Advance();
  uint8_t lanes = 1;
  Type type = Type::kNone;
  SourcePosition position = token_.position;
  while (token_.kind == TokenKind::kDirective) {
    if (token_.text == ".v2") {
      lanes = 2;
    } else if (token_.text == ".v4") {
      lanes = 4;
    } else if (std::optional<Type> found = TypeOf(token_); found.has_value()) {
      type = *found;
    } else {
      return Unexpected("a register type");
    }
    Advance();
  }
  if (type == Type::kNone) return Unexpected("a register type");
  if (!IsRegisterType(type)) {
    return Error(position, kBadDirective, absl::StrFormat("a register cannot have type .%s", TypeName(type)),
                 "use a .b type of the same size");
  }
  do {
    if (!DeclareRegister(type, lanes)) return false;
  } while (Accept(','));
  return EndStatement();
}

bool BodyParser::DeclareRegister(Type type, uint8_t lanes) {
  SourcePosition position = token_.position;
  std::string_view name;
  if (!ExpectIdentifier(&name)) return false;
  if (!Accept('<')) {
    NameTarget target;
    target.is_register = true;
    target.lanes = lanes;
    target.reg = names_.AddRegister(name, type, lanes);
    return DeclareName(name, target, position);
  }
  if (token_.kind != TokenKind::kInteger) return Unexpected("a number of registers");
  if (token_.bits > kMaxRegisterCount) return Error(token_.position, kLimit, "too many registers");
  uint32_t count = static_cast<uint32_t>(token_.bits);
  Advance();
  if (!Expect('>')) return false;
  if (names_.DeclareRange(name, count, type, lanes)) return true;
  return Error(position, kDuplicate, Concat("registers '", name, "' are declared twice in this scope"));
}

// {.extern} .local|.shared|.param {.align N} {.v2|.v4} .type name{[N]} {, ...};
bool BodyParser::ParseVariables() {
  bool is_external = AcceptDirective(".extern");
  StateSpace space;
  if (AcceptDirective(".local"))
    space = StateSpace::kLocal;
  else if (AcceptDirective(".shared"))
    space = StateSpace::kShared;
  else if (AcceptDirective(".param"))
    space = StateSpace::kParam;
  else
    return Unexpected("'.shared'");
  if (is_external && space != StateSpace::kShared)
    return Error(token_.position, kBadDirective, "only .shared variables can be .extern here");
  Type type = Type::kNone;
  uint32_t align = 0, lanes = 1;
  while (token_.kind == TokenKind::kDirective) {
    if (AcceptDirective(".align")) {
      if (!ParseAlign(&align)) return false;
    } else if (AcceptDirective(".v2")) {
      lanes = 2;
    } else if (AcceptDirective(".v4")) {
      lanes = 4;
    } else if (std::optional<Type> found = TypeOf(token_); found.has_value()) {
      type = *found;
      Advance();
    } else {
      return Unexpected("a type");
    }
  }
  if (type == Type::kNone) return Unexpected("a type");
  if (TypeBytes(type) == 0 && type != Type::kPred) {
    return Error(token_.position, kUnsupported, absl::StrFormat(".%s variables are not supported", TypeName(type)));
  }
  do {
    if (!DeclareVariable(space, type, align, lanes, is_external)) return false;
  } while (Accept(','));
  return EndStatement();
}

bool BodyParser::DeclareVariable(StateSpace space, Type type, uint32_t align, uint32_t lanes, bool is_external) {
  SourcePosition position = token_.position;
  std::string_view name;
  if (!ExpectIdentifier(&name)) return false;
  std::vector<uint64_t> dimensions;
  bool open = false;
  if (!ParseArrayDimensions(&dimensions, &open)) return false;
  if (token_.Is('=')) return Error(token_.position, kBadInitializer, "variables of a function have no initialiser");
  if (open && !is_external) return Error(position, kBadSize, Concat("'", name, "' has no size"));
  uint64_t element_bytes = std::max<uint64_t>(TypeBytes(type), 1) * lanes;  // .param .pred: a byte
  uint64_t size = element_bytes;
  for (uint64_t dimension : dimensions) size *= dimension;  // below 2^45, ParseArrayDimensions
  uint64_t limit = space == StateSpace::kShared ? kMaxSharedBytes : kMaxLocalBytesPerThread;
  if (size > limit) {
    return Error(position, kBadSize, absl::StrFormat("'%s' has %d bytes, the limit is %d", name, size, limit));
  }
  if (space != StateSpace::kShared && (local_bytes_ += size) > kMaxLocalBytesPerThread * 16) {
    return Error(position, kBadSize, "the variables of this function are too large");
  }
  Variable variable;
  variable.name = name;
  variable.space = space;
  variable.type = type;
  variable.size_bytes = size;
  variable.align_bytes = align != 0 ? align : static_cast<uint32_t>(element_bytes);
  variable.is_external = is_external;
  NameTarget target;
  target.symbol.kind = space == StateSpace::kLocal    ? SymbolKind::kLocalVariable
                       : space == StateSpace::kShared ? SymbolKind::kSharedVariable
                                                      : SymbolKind::kCallParameter;
  target.symbol.index = static_cast<uint32_t>(function_->variables.size());
  function_->variables.push_back(variable);
  return DeclareName(name, target, position);
}

// name: .branchtargets L0, L1, ...;
bool BodyParser::ParseBranchTargets(const Token& name) {
  BranchTable table;
  table.name = name.text;
  uint32_t index = static_cast<uint32_t>(function_->branch_tables.size());
  NameTarget target;
  target.symbol.kind = SymbolKind::kBranchTable;
  target.symbol.index = index;
  function_->branch_tables.push_back(table);
  if (!DeclareName(name.text, target, name.position)) return false;
  Advance();
  do {
    PendingLabel use;
    use.position = token_.position;
    if (!ExpectIdentifier(&use.name)) return false;
    use.in_table = true;
    use.index = index;
    std::vector<uint32_t>& labels = function_->branch_tables[index].labels;
    use.slot = static_cast<uint32_t>(labels.size());
    if (labels.size() >= kMaxTableEntries) return Error(use.position, kLimit, "branch table too long");
    labels.push_back(0);
    scopes_.back().pending.push_back(use);
  } while (Accept(','));
  return EndStatement();
}

// name: .callprototype {(returns)} _ {(parameters)} {.noreturn} {.abi_preserve N} ...;
bool BodyParser::ParseCallPrototype(const Token& name) {
  Advance();
  Prototype prototype;
  prototype.name = name.text;
  if (token_.Is('(') && !ParseParameterList(&prototype.returns)) return false;
  std::string_view ignored;
  if (!ExpectIdentifier(&ignored)) return false;
  if (token_.Is('(') && !ParseParameterList(&prototype.parameters)) return false;
  FunctionDirectives directives;
  for (bool handled = true; handled && token_.kind == TokenKind::kDirective;) {
    if (!ParseFunctionDirective(&directives, &handled)) return false;
  }
  prototype.noreturn = directives.noreturn;
  NameTarget target;
  target.symbol.kind = SymbolKind::kCallPrototype;
  target.symbol.index = static_cast<uint32_t>(function_->prototypes.size());
  function_->prototypes.push_back(std::move(prototype));
  return DeclareName(name.text, target, name.position) && EndStatement();
}

// name: .calltargets f0, f1, ...;
bool BodyParser::ParseCallTargets(const Token& name) {
  Advance();
  std::vector<uint32_t> targets;
  do {
    SourcePosition position = token_.position;
    std::string_view function;
    if (!ExpectIdentifier(&function)) return false;
    auto it = data_.symbols.find(function);
    if (it == data_.symbols.end() || it->second.kind != SymbolKind::kFunction) {
      return Error(position, kUndefined, Concat("'", function.substr(0, 64), "' is not a function"));
    }
    if (targets.size() >= kMaxTableEntries) return Error(position, kLimit, "too many call targets");
    targets.push_back(it->second.index);
  } while (Accept(','));
  NameTarget target;
  target.symbol.kind = SymbolKind::kCallTargets;
  target.symbol.index = static_cast<uint32_t>(function_->call_targets.size());
  function_->call_targets.push_back(std::move(targets));
  return DeclareName(name.text, target, name.position) && EndStatement();
}

}  // namespace culvert::ptx
