#include "compiler/ptx/body_parser.h"

#include "absl/strings/str_format.h"
#include "compiler/ptx/concat.h"

namespace culvert::ptx {
namespace {

constexpr size_t kMaxScopes = 256;
constexpr uint64_t kTypicalStatementBytes = 32;

}  // namespace

void ParseBody(const ModuleData& data, uint32_t index, Function* function, std::vector<Diagnostic>* diagnostics) {
  BodyParser(data, index, function, diagnostics).Parse();
}

BodyParser::BodyParser(const ModuleData& data, uint32_t index, Function* function, std::vector<Diagnostic>* diagnostics)
    : Parser(data.text.data() + data.functions[index].body_begin, data.text.data() + data.functions[index].body_end,
             data.body_positions[index], diagnostics),
      data_(data),
      header_(data.functions[index]),
      function_(function),
      names_(&function->registers),
      decoder_(data.version, data.target),
      checker_(data, *function) {
  entry_ = header_.name;
  function->name = header_.name;
  function->is_entry = header_.is_entry;
  function->parameters = header_.parameters;
  function->returns = header_.returns;
  function->directives = header_.directives;
  function->instructions.reserve((header_.body_end - header_.body_begin) / kTypicalStatementBytes);
}

void BodyParser::Parse() {
  scopes_.emplace_back();
  DeclareParameters();
  names_.OpenScope();  // a body may declare names that its parameters have
  AdvanceStatement();
  while (token_.kind != TokenKind::kEnd && diagnostics_->size() < kMaxDiagnosticsPerBody) {
    in_braces_ = false;
    if (!ParseStatement()) Recover();
  }
  if (scopes_.size() > 1 && diagnostics_->empty()) {
    Error(scopes_.back().position, kSyntax, "'{' without '}'");
  }
  while (!scopes_.empty() && diagnostics_->size() < kMaxDiagnosticsPerBody) ResolveLabels();
}

void BodyParser::DeclareParameters() {
  auto declare = [this](std::vector<Parameter>& list, bool is_return) {
    for (size_t i = 0; i < list.size(); ++i) {
      Parameter& parameter = list[i];
      NameTarget target;
      if (parameter.in_register) {
        target.is_register = true;
        target.reg = parameter.reg = names_.AddRegister(parameter.name, parameter.type, 1);
      } else {
        target.symbol.kind = SymbolKind::kParameter;
        target.symbol.index = static_cast<uint32_t>(i);
        target.symbol.is_return = is_return;
      }
      if (parameter.name != "_" && !names_.Declare(parameter.name, target)) {
        Error(header_.position, kDuplicate, Concat("parameter '", parameter.name, "' is declared twice"));
      }
    }
  };
  declare(function_->returns, true);
  declare(function_->parameters, false);
}

// Goes past the broken statement: after its ';', or before the '}' of its scope.
void BodyParser::Recover() {
  expression_depth_ = 0;
  for (;;) {
    if (token_.kind == TokenKind::kEnd) return;
    if (token_.Is(';')) {
      AdvanceStatement();
      return;
    }
    if (token_.Is('{')) in_braces_ = true;
    if (token_.Is('}')) {
      if (!in_braces_) return;
      in_braces_ = false;
    }
    Advance();
  }
}

bool BodyParser::EndStatement() {
  if (!token_.Is(';')) return Unexpected("';'");
  AdvanceStatement();
  return true;
}

bool BodyParser::ParseStatement() {
  switch (token_.kind) {
    case TokenKind::kIdentifier: {
      if (lexer_.PeekLabel()) {
        Token name = token_;
        Advance();  // ':'
        return ParseLabel(name);
      }
      return ParseInstruction(Instruction());
    }
    case TokenKind::kDirective:
      return ParseDirective();
    case TokenKind::kPunctuation:
      break;
    default:
      return Unexpected("a statement");
  }
  switch (token_.punctuation) {
    case '@': {
      Instruction guard;
      return ParseGuard(&guard) && ParseInstruction(guard);
    }
    case '{':
      return OpenScope();
    case '}':
      return CloseScope();
    case ';':
      return EndStatement();
    default:
      return Unexpected("a statement");
  }
}

bool BodyParser::OpenScope() {
  if (scopes_.size() >= kMaxScopes) return Error(token_.position, kLimit, "scopes nested too deeply");
  names_.OpenScope();
  scopes_.emplace_back();
  scopes_.back().position = token_.position;
  AdvanceStatement();
  return true;
}

bool BodyParser::CloseScope() {
  AdvanceStatement();
  if (scopes_.size() == 1) return true;  // the index found the matching braces; only recovery can get here
  names_.CloseScope();
  ResolveLabels();
  return true;
}

// Closes the innermost label scope: uses of labels that it does not define move outwards.
void BodyParser::ResolveLabels() {
  LabelScope scope = std::move(scopes_.back());
  scopes_.pop_back();
  for (const PendingLabel& use : scope.pending) {
    auto it = scope.labels.find(use.name);
    if (it != scope.labels.end()) {
      if (use.in_table)
        function_->branch_tables[use.index].labels[use.slot] = it->second;
      else
        function_->instructions[use.index].operands[use.slot].symbol.index = it->second;
    } else if (!scopes_.empty()) {
      scopes_.back().pending.push_back(use);
    } else if (diagnostics_->size() < kMaxDiagnosticsPerBody) {
      Error(use.position, kUndefinedLabel, Concat("label '", use.name.substr(0, 64), "' is not defined"));
    }
  }
}

// name: {.branchtargets | .callprototype | .calltargets ...;}   The ':' is current.
bool BodyParser::ParseLabel(const Token& name) {
  AdvanceStatement();
  if (token_.kind == TokenKind::kDirective) {
    if (token_.text == ".branchtargets") return ParseBranchTargets(name);
    if (token_.text == ".callprototype") return ParseCallPrototype(name);
    if (token_.text == ".calltargets") return ParseCallTargets(name);
  }
  uint32_t index = static_cast<uint32_t>(function_->labels.size());
  if (!scopes_.back().labels.emplace(name.text, index).second) {
    Error(name.position, kDuplicate, Concat("label '", name.text.substr(0, 64), "' is defined twice"));
    return true;  // nothing to skip
  }
  function_->labels.push_back({name.text, static_cast<uint32_t>(function_->instructions.size())});
  return true;
}

// .loc FILE LINE COLUMN {, function_name LABEL {+ N}, inlined_at FILE LINE COLUMN}   No ';'.
bool BodyParser::ParseLoc() {
  AdvanceStatement();
  auto number = [this](uint32_t* value) {
    if (token_.kind != TokenKind::kInteger || token_.bits > 0xffffffffu) return Unexpected("a number");
    *value = static_cast<uint32_t>(token_.bits);
    AdvanceStatement();
    return true;
  };
  SourceLocation location;
  if (!number(&location.file) || !number(&location.line) || !number(&location.column)) return false;
  if (token_.Is(',')) {
    AdvanceStatement();
    if (token_.kind != TokenKind::kIdentifier || token_.text != "function_name") return Unexpected("'function_name'");
    AdvanceStatement();
    if (token_.kind != TokenKind::kIdentifier) return Unexpected("a label");
    AdvanceStatement();
    uint32_t ignored = 0;
    if (token_.Is('+')) {
      AdvanceStatement();
      if (!number(&ignored)) return false;
    }
    if (!token_.Is(',')) return Unexpected("','");
    AdvanceStatement();
    if (token_.kind != TokenKind::kIdentifier || token_.text != "inlined_at") return Unexpected("'inlined_at'");
    AdvanceStatement();
    if (!number(&ignored) || !number(&ignored) || !number(&ignored)) return false;
  }
  std::vector<SourceLocation>& locations = function_->locations;
  bool same = location_ != 0 && locations[location_ - 1].file == location.file &&
              locations[location_ - 1].line == location.line && locations[location_ - 1].column == location.column;
  if (!same) {
    locations.push_back(location);
    location_ = static_cast<uint32_t>(locations.size());
  }
  return true;
}

bool BodyParser::ParsePragma() {
  do {
    Advance();
    if (token_.kind != TokenKind::kString) return Unexpected("a string");
    Advance();
  } while (token_.Is(','));
  return EndStatement();
}

}  // namespace culvert::ptx
