#include "compiler/ptx/module_parser.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "compiler/ptx/concat.h"
#include "compiler/ptx/scan.h"
#include "include/culvert/npu_config.h"

namespace culvert::ptx {

bool IndexModule(ModuleData* data, uint32_t device_capability, std::vector<Diagnostic>* diagnostics, ErrorKind* kind) {
  return ModuleParser(data, device_capability, diagnostics).Parse(kind);
}

bool ModuleParser::Parse(ErrorKind* kind) {
  *kind = ErrorKind::kInvalidPtx;
  Advance();
  if (!ParsePreamble(kind)) return false;
  while (token_.kind != TokenKind::kEnd) {
    if (diagnostics_->size() >= kMaxDiagnosticsPerBody) return false;
    const char* start = lexer_.cursor();
    entry_ = {};
    if (!ParseDirective()) Recover(start);
  }
  if (diagnostics_->empty()) ResolveAddresses();
  return diagnostics_->empty();
}

// Goes to the next directive that can begin a declaration, past the ';' or '}' of the broken one.
void ModuleParser::Recover(const char* resume_after) {
  expression_depth_ = 0;
  const char* end = data_->text.data() + data_->text.size();
  while (token_.kind != TokenKind::kEnd) {
    if (token_.Is('{')) {
      const char* close = FindMatchingBrace(lexer_.cursor(), end);
      lexer_.SkipTo(close == nullptr ? end : close + 1);
      Advance();
      return;
    }
    if (token_.Is(';') || token_.Is('}')) {
      Advance();
      return;
    }
    if (lexer_.cursor() > resume_after && token_.kind == TokenKind::kDirective &&
        (token_.text == ".visible" || token_.text == ".entry" || token_.text == ".extern" || token_.text == ".weak")) {
      return;
    }
    Advance();
  }
}

bool ModuleParser::ParsePreamble(ErrorKind* kind) {
  if (!token_.IsDirective(".version")) {
    return Error(token_.position, kVersionDirective, "a PTX module begins with .version");
  }
  if (!ParseVersion(kind)) return false;
  if (!token_.IsDirective(".target")) {
    return Error(token_.position, kVersionDirective, ".version must be followed by .target");
  }
  if (!ParseTarget(kind)) return false;
  if (AcceptDirective(".address_size")) {
    SourcePosition position = token_.position;
    uint64_t bits = 0;
    if (!ParseUnsigned(64, ".address_size", &bits)) return false;
    if (bits != 64) {
      return Error(position, kVersionDirective, absl::StrFormat(".address_size %d is not supported", bits),
                   "compile for 64-bit addresses (nvcc -m64)");
    }
  }
  return true;
}

bool ModuleParser::ParseVersion(ErrorKind* kind) {
  // "9.0" lexes as a float; the digits are what counts.
  Advance();
  uint32_t major = 0, minor = 0;
  std::string_view text = token_.text;
  size_t i = 0;
  while (i < text.size() && i < 4 && text[i] >= '0' && text[i] <= '9')
    major = major * 10 + static_cast<uint32_t>(text[i++] - '0');
  bool ok = i > 0 && i < text.size() && text[i] == '.';
  size_t minor_at = ++i;
  while (i < text.size() && i < minor_at + 4 && text[i] >= '0' && text[i] <= '9')
    minor = minor * 10 + static_cast<uint32_t>(text[i++] - '0');
  ok = ok && i > minor_at && i == text.size();
  if (!ok) return Error(token_.position, kVersionDirective, "expected a version such as 8.0 after .version");
  data_->version = major * 10 + std::min(minor, 9u);
  if (minor > 9 || data_->version > kMaxPtxIsa) {
    *kind = ErrorKind::kUnsupportedPtxVersion;
    return Error(token_.position, kVersionDirective,
                 absl::StrFormat("PTX ISA %d.%d is newer than %d.%d, the newest one known", major, minor,
                                 kMaxPtxIsa / 10, kMaxPtxIsa % 10),
                 "compile with an older toolkit, or ask the compiler for an older PTX version");
  }
  Advance();
  return true;
}

bool ModuleParser::ParseTarget(ErrorKind* kind) {
  Advance();
  for (bool first = true;; first = false) {
    SourcePosition position = token_.position;
    std::string_view name;
    if (!ExpectIdentifier(&name)) return false;
    if (name.starts_with("sm_") || name.starts_with("compute_")) {
      std::string_view digits = name.substr(name.find('_') + 1);
      uint32_t number = 0;
      size_t i = 0;
      while (i < digits.size() && i < 4 && digits[i] >= '0' && digits[i] <= '9')
        number = number * 10 + static_cast<uint32_t>(digits[i++] - '0');
      std::string_view suffix = digits.substr(i);
      if (i == 0 || (!suffix.empty() && suffix != "a" && suffix != "f")) {
        return Error(position, kVersionDirective, Concat("unknown target '", name, "'"));
      }
      data_->target = number;
      data_->target_suffix = suffix.empty() ? 0 : suffix[0];
      bool family = data_->target_suffix == 'f' && number / 10 == capability_ / 10;
      bool exact = data_->target_suffix == 'a' && number == capability_;
      if (number > capability_ || (data_->target_suffix != 0 && !family && !exact)) {
        *kind = ErrorKind::kNoBinaryForDevice;
        std::string reason = number > capability_ ? "is above the device's capability"
                                                  : "is specific to one architecture, and the device's is";
        return Error(position, kVersionDirective,
                     absl::StrFormat("target %s %s %d.%d", name, reason, capability_ / 10, capability_ % 10),
                     absl::StrFormat("compile for compute_%d or lower", capability_));
      }
    } else if (first) {
      return Error(position, kVersionDirective, Concat("unknown target '", name, "'"));
    }  // else: texmode_unified, texmode_independent, debug, map_f64_to_f32
    if (!Accept(',')) return true;
  }
}

bool ModuleParser::ParseDirective() {
  Linkage linkage;
  linkage.position = token_.position;
  for (bool more = true; more;) {
    if (AcceptDirective(".visible"))
      linkage.is_visible = true;
    else if (AcceptDirective(".extern"))
      linkage.is_external = true;
    else if (AcceptDirective(".weak"))
      linkage.is_weak = true;
    else if (AcceptDirective(".common"))
      linkage.is_common = true;
    else
      more = false;
  }
  if (token_.kind == TokenKind::kDirective) {
    std::string_view name = token_.text;
    if (name == ".entry" || name == ".func") {
      Advance();
      return ParseFunction(name == ".entry", linkage);
    }
    if (name == ".global" || name == ".const" || name == ".shared" || name == ".local" || name == ".tex") {
      return ParseVariable(linkage);
    }
    if (name == ".file") return ParseFile();
    if (name == ".section") return ParseSection();
    if (name == ".alias") return ParseAlias();
    if (name == ".pragma") {
      bool handled = false;
      FunctionDirectives ignored;
      return ParseFunctionDirective(&ignored, &handled);
    }
    if (name == ".version" || name == ".target" || name == ".address_size") {
      return Error(token_.position, kVersionDirective, Concat(name, " may stand only once, at the top"));
    }
    return Error(token_.position, kBadDirective, Concat("directive '", name.substr(0, 64), "' is not known here"));
  }
  if (token_.Is('@')) {  // @@DWARF lines of old compilers
    lexer_.SkipLine();
    Advance();
    return true;
  }
  if (token_.Is(';')) {
    Advance();
    return true;
  }
  return Unexpected("a directive");
}

// .file 1 "name.cu" [, timestamp, size]
bool ModuleParser::ParseFile() {
  Advance();
  uint64_t number = 0;
  SourcePosition position = token_.position;
  if (!ParseUnsigned(1u << 20, "file number", &number)) return false;
  if (token_.kind != TokenKind::kString) return Unexpected("a file name in quotes");
  if (number >= data_->files.size()) {
    if (number > data_->files.size() + 65536) return Error(position, kLimit, "file number too large");
    data_->files.resize(number + 1);
  }
  data_->files[number] = std::string(token_.text);
  Advance();
  uint64_t ignored = 0;
  while (Accept(',')) {
    if (!ParseUnsigned(~uint64_t{0} >> 1, "number", &ignored)) return false;
  }
  return true;
}

// DWARF sections are not read.
bool ModuleParser::ParseSection() {
  Advance();
  while (token_.kind == TokenKind::kDirective || token_.kind == TokenKind::kIdentifier) Advance();
  if (!token_.Is('{')) return Unexpected("'{'");
  const char* end = data_->text.data() + data_->text.size();
  const char* close = FindMatchingBrace(lexer_.cursor(), end);
  if (close == nullptr) return Error(token_.position, kSyntax, "'{' without '}'");
  lexer_.SkipTo(close + 1);
  Advance();
  return true;
}

// .alias name, aliasee;  both were declared as functions before.
bool ModuleParser::ParseAlias() {
  Advance();
  SourcePosition position = token_.position;
  std::string_view name, aliasee;
  if (!ExpectIdentifier(&name) || !Expect(',') || !ExpectIdentifier(&aliasee) || !Expect(';')) return false;
  auto alias_it = data_->symbols.find(name);
  auto target_it = data_->symbols.find(aliasee);
  if (alias_it == data_->symbols.end() || target_it == data_->symbols.end() ||
      alias_it->second.kind != SymbolKind::kFunction || target_it->second.kind != SymbolKind::kFunction) {
    return Error(position, kUndefined, ".alias needs two declared functions");
  }
  if (data_->functions[alias_it->second.index].has_body || alias_it->second.index == target_it->second.index) {
    return Error(position, kDuplicate, Concat("'", name, "' is defined and cannot be an alias"));
  }
  data_->functions[alias_it->second.index].alias_of = target_it->second.index;
  alias_it->second = target_it->second;
  return true;
}

bool ModuleParser::Declare(std::string_view name, SymbolRef symbol, SourcePosition position) {
  if (data_->opaque_variables.contains(name) || !data_->symbols.emplace(name, symbol).second) {
    return Error(position, kDuplicate, Concat("'", name, "' is declared twice"));
  }
  return true;
}

bool ModuleParser::ParseBodySpan(FunctionHeader* header, SourcePosition* body) {
  const char* begin = lexer_.cursor();
  *body = lexer_.Position();
  const char* end = data_->text.data() + data_->text.size();
  const char* close = FindMatchingBrace(begin, end);
  if (close == nullptr) return Error(token_.position, kSyntax, "'{' without '}': the body does not end");
  header->has_body = true;
  header->body_begin = static_cast<uint64_t>(begin - data_->text.data());
  header->body_end = static_cast<uint64_t>(close - data_->text.data());
  lexer_.SkipTo(close + 1);
  Advance();
  return true;
}

bool ModuleParser::ParseFunction(bool is_entry, const Linkage& linkage) {
  FunctionHeader header;
  header.is_entry = is_entry;
  header.is_external = linkage.is_external;
  header.is_visible = linkage.is_visible || linkage.is_weak;
  header.is_weak = linkage.is_weak || linkage.is_common;
  bool handled = true;
  while (handled && token_.kind == TokenKind::kDirective) {
    if (!ParseFunctionDirective(&header.directives, &handled)) return false;
  }
  if (token_.Is('(')) {
    if (is_entry) return Error(token_.position, kSyntax, "an .entry has no return value");
    if (!ParseParameterList(&header.returns)) return false;
  }
  header.position = token_.position;
  if (!ExpectIdentifier(&header.name)) return false;
  entry_ = header.name;
  if (token_.Is('(') && !ParseParameterList(&header.parameters)) return false;
  handled = true;
  while (handled && token_.kind == TokenKind::kDirective) {
    if (!ParseFunctionDirective(&header.directives, &handled)) return false;
  }
  SourcePosition body;
  if (token_.Is('{')) {
    if (!ParseBodySpan(&header, &body)) return false;
  } else if (token_.Is(';')) {
    Advance();
    header.is_external = true;
  } else {
    return Unexpected("'{' or ';'");
  }
  return AddFunction(std::move(header), body);
}

// A declaration and its definition become one header.
bool ModuleParser::AddFunction(FunctionHeader header, SourcePosition body) {
  auto it = data_->symbols.find(header.name);
  if (it == data_->symbols.end()) {
    SymbolRef symbol;
    symbol.kind = SymbolKind::kFunction;
    symbol.index = static_cast<uint32_t>(data_->functions.size());
    if (!Declare(header.name, symbol, header.position)) return false;
    // Every .func has an id, in the order of the text, whether or not somebody takes its address: bodies are parsed
    // lazily, and an id must not depend on which of them were.
    if (!header.is_entry) header.function_id = symbol.index;
    data_->functions.push_back(std::move(header));
    data_->body_positions.push_back(body);
    return true;
  }
  FunctionHeader* known = it->second.kind == SymbolKind::kFunction ? &data_->functions[it->second.index] : nullptr;
  if (known == nullptr || known->is_entry != header.is_entry || (known->has_body && header.has_body)) {
    return Error(header.position, kDuplicate, Concat("'", header.name, "' is defined twice"));
  }
  if (header.parameters.size() != known->parameters.size() || header.returns.size() != known->returns.size()) {
    return Error(header.position, kDuplicate, Concat("'", header.name, "' was declared before with other parameters"));
  }
  if (header.has_body) {
    header.function_id = known->function_id;
    header.is_visible |= known->is_visible;
    header.is_weak |= known->is_weak;
    data_->body_positions[it->second.index] = body;
    *known = std::move(header);
  }
  return true;
}

}  // namespace culvert::ptx
