#include "compiler/ptx/parser.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "compiler/ptx/concat.h"

namespace culvert::ptx {

bool Parser::Error(SourcePosition position, DiagnosticCode code, std::string message, std::string hint) {
  Diagnostic diagnostic;
  diagnostic.position = position;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.entry = std::string(entry_);
  diagnostic.hint = std::move(hint);
  diagnostics_->push_back(std::move(diagnostic));
  return false;
}

bool Parser::Unexpected(std::string_view expected) {
  if (token_.kind == TokenKind::kError) return Error(token_.position, kBadToken, token_.error);
  std::string got =
      token_.kind == TokenKind::kEnd ? "the end of the text" : Concat("'", token_.text.substr(0, 64), "'");
  return Error(token_.position, kSyntax, Concat("expected ", expected, ", got ", got));
}

bool Parser::Expect(char punctuation) {
  if (!token_.Is(punctuation)) return Unexpected(absl::StrFormat("'%c'", punctuation));
  Advance();
  return true;
}

bool Parser::ExpectIdentifier(std::string_view* name) {
  if (token_.kind != TokenKind::kIdentifier) return Unexpected("a name");
  *name = token_.text;
  Advance();
  return true;
}

bool Parser::ParseUnsigned(uint64_t limit, const char* what, uint64_t* value) {
  SourcePosition position = token_.position;
  Constant constant;
  if (!ParseConstant(&constant)) return false;
  bool negative = constant.kind == Constant::Kind::kSigned && constant.bits >> 63 != 0;
  if (constant.kind == Constant::Kind::kFloat || negative || constant.bits > limit) {
    return Error(position, kBadSize, absl::StrFormat("%s must be an integer from 0 to %d", what, limit));
  }
  *value = constant.bits;
  return true;
}

std::optional<Type> Parser::TypeOf(const Token& token) const {
  if (token.kind != TokenKind::kDirective) return std::nullopt;
  std::string_view name = token.text.substr(1);
  for (size_t t = static_cast<size_t>(Type::kPred); t <= static_cast<size_t>(Type::kSurfref); ++t) {
    if (TypeName(static_cast<Type>(t)) == name) return static_cast<Type>(t);
  }
  return std::nullopt;
}

bool Parser::ParseAlign(uint32_t* align) {
  SourcePosition position = token_.position;
  uint64_t value = 0;
  if (!ParseUnsigned(kMaxAlign, ".align", &value)) return false;
  if (value == 0 || (value & (value - 1)) != 0) return Error(position, kBadSize, ".align must be a power of two");
  *align = static_cast<uint32_t>(value);
  return true;
}

bool Parser::ParseArrayDimensions(std::vector<uint64_t>* dimensions, bool* open) {
  *open = false;
  uint64_t product = 1;
  while (token_.Is('[')) {
    SourcePosition position = token_.position;
    if (dimensions->size() >= kMaxDimensions) return Error(position, kLimit, "array with too many dimensions");
    Advance();
    if (token_.Is(']')) {
      if (!dimensions->empty()) return Error(position, kBadSize, "only the first dimension may be empty");
      *open = true;
      dimensions->push_back(0);
      Advance();
      continue;
    }
    uint64_t size = 0;
    if (!ParseUnsigned(kMaxVariableBytes, "array size", &size) || !Expect(']')) return false;
    if (__builtin_mul_overflow(product, std::max<uint64_t>(size, 1), &product) || product > kMaxVariableBytes) {
      return Error(position, kBadSize, "array too large");
    }
    dimensions->push_back(size);
  }
  return true;
}

// .param .align 8 .b8 name[24]   .param .u64 .ptr .global .align 4 name   .reg .f32 %f
bool Parser::ParseParameter(Parameter* parameter) {
  SourcePosition position = token_.position;
  if (AcceptDirective(".reg")) {
    parameter->in_register = true;
  } else if (!AcceptDirective(".param")) {
    return Unexpected("'.param' or '.reg'");
  }
  uint32_t explicit_align = 0;
  uint64_t lanes = 1;
  for (; token_.kind == TokenKind::kDirective;) {
    if (AcceptDirective(".align")) {
      uint32_t align = 0;
      if (!ParseAlign(&align)) return false;
      explicit_align = align;
    } else if (AcceptDirective(".ptr")) {
      // .ptr{.space}{.align N}: describes what the pointer points at.
      for (std::string_view space : {".global", ".shared", ".local", ".const"}) AcceptDirective(space);
      uint32_t ignored = 0;
      if (AcceptDirective(".align") && !ParseAlign(&ignored)) return false;
    } else if (AcceptDirective(".v2")) {
      lanes = 2;
    } else if (AcceptDirective(".v4")) {
      lanes = 4;
    } else if (auto type = TypeOf(token_)) {
      parameter->type = *type;
      Advance();
    } else {
      return Unexpected("a type");
    }
  }
  if (parameter->type == Type::kNone) return Unexpected("a type");
  if (!ExpectIdentifier(&parameter->name)) return false;
  std::vector<uint64_t> dimensions;
  bool open = false;
  if (!ParseArrayDimensions(&dimensions, &open)) return false;
  if (lanes > 1) dimensions.push_back(lanes);
  uint64_t elements = 1;
  for (uint64_t dimension : dimensions) elements *= dimension;  // bounded by ParseArrayDimensions
  // Opaque types are passed as 64-bit handles; a predicate register has no size.
  uint64_t element_bytes = TypeBytes(parameter->type);
  if (element_bytes == 0 && parameter->type != Type::kPred) element_bytes = 8;
  parameter->array_elements = dimensions.empty() ? 0 : elements;
  uint64_t size = element_bytes * (dimensions.empty() ? 1 : elements);
  if (size > (1u << 24)) return Error(position, kBadSize, "parameter too large");
  parameter->size_bytes = static_cast<uint32_t>(size);
  uint32_t natural = static_cast<uint32_t>(std::max<uint64_t>(element_bytes, 1) * (lanes > 1 ? lanes : 1));
  parameter->align_bytes = explicit_align != 0 ? explicit_align : natural;
  return true;
}

bool Parser::ParseParameterList(std::vector<Parameter>* parameters) {
  if (!Expect('(')) return false;
  uint64_t offset = 0;
  while (!token_.Is(')')) {
    if (!parameters->empty() && !Expect(',')) return false;
    SourcePosition position = token_.position;
    Parameter parameter;
    if (!ParseParameter(&parameter)) return false;
    if (!parameter.in_register) {
      uint64_t align = parameter.align_bytes;
      offset = (offset + align - 1) / align * align;
      parameter.offset_bytes = static_cast<uint32_t>(offset);
      offset += parameter.size_bytes;
      if (offset > (1u << 24)) return Error(position, kBadSize, "parameter list too large");
    }
    if (parameter.name != "_") {
      for (const Parameter& other : *parameters) {
        if (parameters->size() > 64) break;  // long lists are checked when the body is parsed
        if (other.name == parameter.name) {
          return Error(position, kDuplicate, Concat("parameter '", parameter.name, "' declared twice"));
        }
      }
    }
    parameters->push_back(parameter);
  }
  return Expect(')');
}

bool Parser::ParseDimensions(uint32_t dims[3], const char* directive) {
  for (int i = 0; i < 3; ++i) dims[i] = 1;
  for (int i = 0; i < 3; ++i) {
    uint64_t value = 0;
    if (!ParseUnsigned(0xffffffffu, directive, &value)) return false;
    dims[i] = static_cast<uint32_t>(value);
    if (!Accept(',')) break;
  }
  return true;
}

bool Parser::ParseFunctionDirective(FunctionDirectives* directives, bool* handled) {
  *handled = true;
  uint64_t value = 0;
  if (AcceptDirective(".maxntid")) return ParseDimensions(directives->max_threads, ".maxntid");
  if (AcceptDirective(".reqntid")) return ParseDimensions(directives->required_threads, ".reqntid");
  if (AcceptDirective(".reqnctapercluster")) return ParseDimensions(directives->cluster_dims, ".reqnctapercluster");
  if (AcceptDirective(".explicitcluster") || AcceptDirective(".blocksareclusters")) return true;
  if (AcceptDirective(".noreturn")) {
    directives->noreturn = true;
    return true;
  }
  for (std::string_view name :
       {".minnctapersm", ".maxnctapersm", ".maxnreg", ".maxclusterrank", ".abi_preserve", ".abi_preserve_control"}) {
    if (!token_.IsDirective(name)) continue;
    Advance();
    if (!ParseUnsigned(0xffffffffu, "operand of the directive", &value)) return false;
    if (name == ".minnctapersm" || name == ".maxnctapersm")
      directives->min_blocks_per_core = static_cast<uint32_t>(value);
    if (name == ".maxnreg") directives->max_registers = static_cast<uint32_t>(value);
    return true;
  }
  if (AcceptDirective(".attribute")) {  // .attribute(.unified(a, b), ...): nothing that changes execution
    if (!Expect('(')) return false;
    for (int depth = 1; depth > 0; Advance()) {
      if (token_.Is('('))
        ++depth;
      else if (token_.Is(')'))
        --depth;
      else if (token_.kind == TokenKind::kEnd || token_.kind == TokenKind::kError || token_.Is(';') || token_.Is('{'))
        return Unexpected("')'");
    }
    return true;
  }
  if (AcceptDirective(".pragma")) {
    while (token_.kind == TokenKind::kString) {
      Advance();
      if (!Accept(',')) break;
    }
    return Expect(';');
  }
  *handled = false;
  return true;
}

}  // namespace culvert::ptx
