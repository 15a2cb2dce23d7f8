// Module-scope variables and their initialisers (PTX ISA, "Variables", "Initializers").
#include <algorithm>
#include <cstring>

#include "absl/strings/str_format.h"
#include "compiler/ptx/concat.h"
#include "compiler/ptx/module_parser.h"

namespace culvert::ptx {
namespace {

// Initial values may leave gaps, which cost memory that the text does not pay for: a module may have this many bytes of
// initialised variables with less than a value in kMaxBytesPerValue bytes.
constexpr uint64_t kMaxSparseBytes = 16 << 20;
constexpr uint64_t kMaxBytesPerValue = 256;

}  // namespace

struct ModuleParser::Declaration {
  Linkage linkage;
  StateSpace space = StateSpace::kGlobal;
  Type type = Type::kNone;
  uint64_t lanes = 1;  // .v2 .v4
  uint32_t align = 0;  // 0: natural
  bool is_managed = false;
};

// {.linkage} .space {.align N} {.attribute(..)} {.v2} .type name{[N]} {= init} {, ...};
bool ModuleParser::ParseVariable(const Linkage& linkage) {
  Declaration declaration;
  declaration.linkage = linkage;
  SourcePosition position = token_.position;
  if (AcceptDirective(".const")) {
    declaration.space = StateSpace::kConst;
    if (token_.Is('[')) {  // .const[bank] of PTX 1.x and 2.x: banks are one space here
      uint64_t bank = 0;
      Advance();
      if (!ParseUnsigned(10, "constant bank", &bank) || !Expect(']')) return false;
    }
  } else if (AcceptDirective(".shared")) {
    declaration.space = StateSpace::kShared;
  } else if (AcceptDirective(".global")) {
    declaration.space = StateSpace::kGlobal;
  } else {
    return Error(position, kUnsupported, Concat(token_.text, " variables at module scope are not supported"),
                 "declare .local variables inside a function; declare textures as .global .texref");
  }
  while (token_.kind == TokenKind::kDirective) {
    if (AcceptDirective(".align")) {
      if (!ParseAlign(&declaration.align)) return false;
    } else if (AcceptDirective(".attribute")) {
      if (!Expect('(')) return false;
      while (!token_.Is(')')) {
        if (token_.IsDirective(".managed")) declaration.is_managed = true;
        if (token_.kind == TokenKind::kEnd || token_.kind == TokenKind::kError || token_.Is(';'))
          return Unexpected("')'");
        Advance();
        if (token_.Is('(')) {  // .unified(a, b)
          while (!token_.Is(')') && token_.kind != TokenKind::kEnd && token_.kind != TokenKind::kError) Advance();
          Accept(')');
        }
        Accept(',');
      }
      Advance();
    } else if (AcceptDirective(".v2")) {
      declaration.lanes = 2;
    } else if (AcceptDirective(".v4")) {
      declaration.lanes = 4;
    } else if (auto type = TypeOf(token_)) {
      declaration.type = *type;
      Advance();
    } else {
      return Unexpected("a type");
    }
  }
  if (declaration.type == Type::kNone || declaration.type == Type::kPred) return Unexpected("a type");
  do {
    if (!ParseDeclarator(declaration)) return false;
  } while (Accept(','));
  return Expect(';');
}

bool ModuleParser::ParseDeclarator(const Declaration& declaration) {
  SourcePosition position = token_.position;
  std::string_view name;
  if (!ExpectIdentifier(&name)) return false;
  entry_ = name;
  if (declaration.type == Type::kTexref || declaration.type == Type::kSamplerref ||
      declaration.type == Type::kSurfref) {
    if (data_->symbols.contains(name) || !data_->opaque_variables.emplace(name, declaration.type).second) {
      return Error(position, kDuplicate, Concat("'", name, "' is declared twice"));
    }
    if (Accept('=')) {  // { normalized_coords = 1, ... }
      while (!token_.Is('}') && !token_.Is(';') && token_.kind != TokenKind::kEnd && token_.kind != TokenKind::kError)
        Advance();
      return Expect('}');
    }
    return true;
  }
  std::vector<uint64_t> dimensions;
  bool open = false;
  if (!ParseArrayDimensions(&dimensions, &open)) return false;
  if (declaration.lanes > 1) dimensions.push_back(declaration.lanes);
  uint64_t elements = 1;
  for (uint64_t dimension : dimensions) {
    if (__builtin_mul_overflow(elements, dimension, &elements)) return Error(position, kBadSize, "array too large");
  }
  return AddVariable(declaration, name, position, elements, open, dimensions);
}

bool ModuleParser::AddVariable(const Declaration& declaration, std::string_view name, SourcePosition position,
                               uint64_t elements, bool open, const std::vector<uint64_t>& dimensions) {
  const uint64_t element_bytes = TypeBytes(declaration.type);
  uint64_t size = 0;
  if (__builtin_mul_overflow(elements, element_bytes, &size) || size > kMaxVariableBytes) {
    return Error(position, kBadSize, Concat("'", name, "' is too large"));
  }
  uint32_t align =
      declaration.align != 0 ? declaration.align : static_cast<uint32_t>(element_bytes * declaration.lanes);
  Linkage linkage = declaration.linkage;
  linkage.position = position;
  if (declaration.space == StateSpace::kShared) {
    if (token_.Is('=')) return Error(token_.position, kBadInitializer, ".shared variables have no initialiser");
    if (open && !linkage.is_external) return Error(position, kBadSize, Concat("'", name, "' has no size"));
    return AddShared({name, StateSpace::kShared, declaration.type, size, align, linkage.is_external}, linkage);
  }
  ModuleVariable variable;
  variable.name = std::string(name);
  variable.align_bytes = align;
  variable.is_constant = declaration.space == StateSpace::kConst;
  variable.is_external = declaration.linkage.is_external;
  variable.is_weak = declaration.linkage.is_weak || declaration.linkage.is_common;
  variable.is_managed = declaration.is_managed;
  variable.is_visible = declaration.linkage.is_visible || declaration.linkage.is_weak || declaration.linkage.is_common;
  variable.size_bytes = size;
  if (token_.Is('=')) {
    if (variable.is_external) return Error(token_.position, kBadInitializer, "an .extern variable has no initialiser");
    Advance();
    uint64_t limit = open ? kMaxInitializedBytes : size;
    if (limit > kMaxInitializedBytes) return Error(position, kBadSize, "initialised variable too large");
    std::vector<InitValue> values;
    uint64_t count = 0;
    uint64_t element_limit = limit / std::max<uint64_t>(element_bytes, 1);
    if (!ParseInitializer(dimensions, 0, element_limit, &count, &values)) return false;
    if (open) {
      uint64_t row = 1;
      for (size_t i = 1; i < dimensions.size(); ++i) row *= std::max<uint64_t>(dimensions[i], 1);
      variable.size_bytes = (count + row - 1) / row * row * element_bytes;
    }
    if (!StoreInitializer(declaration.type, values, &variable)) return false;
  } else if (open && !variable.is_external) {
    return Error(position, kBadSize, Concat("'", name, "' has neither size nor initialiser"));
  }
  return AddModuleVariable(std::move(variable), name, linkage);
}

// Whether a variable declared again may join what the name stands for: one of the two is .extern (PTX ISA, "Linking
// Directives: .extern"), and they agree. `sizes` are those of the earlier and of this declaration, 0 where open.
bool ModuleParser::JoinsEarlier(std::string_view name, bool same_space, const Linkage& earlier, const Linkage& linkage,
                                std::pair<uint64_t, uint64_t> sizes) {
  if (!same_space || !(earlier.is_external || linkage.is_external)) {
    return Error(linkage.position, kDuplicate, Concat("'", name, "' is declared twice"));
  }
  if (sizes.first == 0 || sizes.second == 0 || sizes.first == sizes.second) return true;
  return Error(linkage.position, kDuplicate,
               absl::StrFormat("'%s' has %d bytes here and %d in line %d", name, sizes.second, sizes.first,
                               earlier.position.line));
}

bool ModuleParser::AddShared(const Variable& variable, const Linkage& linkage) {
  auto it = data_->symbols.find(variable.name);
  if (it == data_->symbols.end() || it->second.kind != SymbolKind::kSharedVariable) {
    SymbolRef symbol;
    symbol.kind = SymbolKind::kSharedVariable;
    symbol.index = kModuleSharedBase + static_cast<uint32_t>(data_->shared_variables.size());
    data_->shared_variables.push_back(variable);
    data_->shared_linkage.push_back(linkage);
    return Declare(variable.name, symbol, linkage.position);
  }
  Variable& known = data_->shared_variables[it->second.index - kModuleSharedBase];
  Linkage& known_linkage = data_->shared_linkage[it->second.index - kModuleSharedBase];
  if (!JoinsEarlier(variable.name, true, known_linkage, linkage, {known.size_bytes, variable.size_bytes})) return false;
  const uint32_t align = std::max(known.align_bytes, variable.align_bytes);
  if (!linkage.is_external || (known.is_external && known.size_bytes == 0)) {
    known = variable;
    known_linkage = linkage;
  }
  known.align_bytes = align;
  return true;
}

bool ModuleParser::AddModuleVariable(ModuleVariable variable, std::string_view name, const Linkage& linkage) {
  auto it = data_->symbols.find(name);
  if (it == data_->symbols.end() || it->second.kind != SymbolKind::kModuleVariable) {
    SymbolRef symbol;
    symbol.kind = SymbolKind::kModuleVariable;
    symbol.index = static_cast<uint32_t>(data_->variables.size());
    data_->variables.push_back(std::move(variable));
    data_->variable_linkage.push_back(linkage);
    return Declare(name, symbol, linkage.position);
  }
  ModuleVariable& known = data_->variables[it->second.index];
  Linkage& known_linkage = data_->variable_linkage[it->second.index];
  if (!JoinsEarlier(name, known.is_constant == variable.is_constant, known_linkage, linkage,
                    {known.size_bytes, variable.size_bytes})) {
    return false;
  }
  const uint32_t align = std::max(known.align_bytes, variable.align_bytes);
  if (!linkage.is_external || (known.is_external && known.size_bytes == 0)) {
    // The addresses of this initialiser were noted under the index that a new variable would have had.
    for (size_t i = pending_.size(); i > 0 && pending_[i - 1].variable == data_->variables.size(); --i) {
      pending_[i - 1].variable = it->second.index;
    }
    known = std::move(variable);
    known_linkage = linkage;
  }
  known.align_bytes = align;
  return true;
}

// `position` is the index of the next element; nested braces round it up to whole rows, filling with zero.
bool ModuleParser::ParseInitializer(const std::vector<uint64_t>& dimensions, size_t level, uint64_t limit,
                                    uint64_t* position, std::vector<InitValue>* values) {
  if (!token_.Is('{')) {
    InitValue value;
    if (!ParseInitValue(&value)) return false;
    if (*position >= limit) return Error(value.position, kBadInitializer, "more initial values than elements");
    value.element = (*position)++;
    values->push_back(value);
    return true;
  }
  SourcePosition brace = token_.position;
  if (level > dimensions.size()) return Error(brace, kBadInitializer, "initialiser nested deeper than the array");
  Advance();
  uint64_t row = 1;
  for (size_t i = level; i < dimensions.size(); ++i) {
    if (dimensions[i] != 0) row *= dimensions[i];
  }
  bool open_here = level < dimensions.size() && dimensions[level] == 0;
  uint64_t begin = *position;
  while (!token_.Is('}')) {
    if (!ParseInitializer(dimensions, level + 1, limit, position, values)) return false;
    if (!Accept(',')) break;
  }
  if (!Expect('}')) return false;
  if (!open_here && level > 0) {
    if (*position > begin + row) return Error(brace, kBadInitializer, "more initial values than elements");
    *position = begin + row;
    if (*position > limit) return Error(brace, kBadInitializer, "more initial values than elements");
  }
  return true;
}

// A constant expression, or name, generic(name), 0xFF(name), each with + or - an integer.
bool ModuleParser::ParseInitValue(InitValue* value) {
  value->position = token_.position;
  bool parenthesised = false;
  if (token_.kind == TokenKind::kIdentifier && token_.text != "WARP_SZ") {
    value->has_symbol = true;
    value->symbol = token_.text;
    Advance();
    if (value->symbol == "generic" && Accept('(')) {
      parenthesised = true;
      if (!ExpectIdentifier(&value->symbol)) return false;
    }
  } else {
    if (!ParseConstant(&value->constant)) return false;
    if (!token_.Is('(')) return true;
    Advance();
    value->has_symbol = true;
    parenthesised = true;
    value->mask = value->constant.bits;
    if (value->mask == 0 || value->constant.kind == Constant::Kind::kFloat) {
      return Error(value->position, kBadInitializer, "bad address mask");
    }
    if (!ExpectIdentifier(&value->symbol)) return false;
    if (value->symbol == "generic" && Accept('(')) {
      if (!ExpectIdentifier(&value->symbol) || !Expect(')')) return false;
    }
  }
  auto addend = [&] {
    if (!token_.Is('+') && !token_.Is('-')) return true;
    Constant constant;
    SourcePosition position = token_.position;
    if (!ParseConstant(&constant)) return false;  // the sign is part of the expression
    if (constant.kind == Constant::Kind::kFloat) return Error(position, kBadInitializer, "offset must be an integer");
    value->addend = static_cast<int64_t>(static_cast<uint64_t>(value->addend) + constant.bits);
    return true;
  };
  if (!addend()) return false;
  if (parenthesised && !Expect(')')) return false;
  return addend();
}

bool ModuleParser::StoreMasked(const std::vector<InitValue>& values, size_t* i, Type type, ModuleVariable* variable) {
  // 0xFF(x), 0xFF00(x), ...: the bytes of one address, lowest first. Anything else would need a run-time mask.
  const InitValue& first = values[*i];
  const uint64_t element_bytes = TypeBytes(type);
  uint64_t ones = element_bytes == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * element_bytes)) - 1;
  uint32_t width = 0;
  const uint64_t offset = first.element * element_bytes;
  while (*i < values.size() && width < 8 && element_bytes < 8) {
    const InitValue& value = values[*i];
    if (!value.has_symbol || value.symbol != first.symbol || value.addend != first.addend ||
        value.mask != ones << (8 * width) || value.element * element_bytes != offset + width) {
      break;
    }
    width += static_cast<uint32_t>(element_bytes);
    ++*i;
  }
  if (width != 8 && width != 4) {
    return Error(first.position, kBadInitializer, "masked addresses must cover the low 4 or all 8 bytes in order");
  }
  variable->addresses.push_back({offset, width, std::string(first.symbol), false, 0, first.addend});
  pending_.push_back({data_->variables.size(), variable->addresses.size() - 1, first.position});
  return true;
}

namespace {

uint64_t Encode(Type type, const Constant& constant, bool* ok) {
  *ok = true;
  if (constant.kind != Constant::Kind::kFloat) {
    if (!IsFloat(type)) return constant.bits;
    bool small = type != Type::kF32 && type != Type::kF64;
    if (small) return constant.bits;  // f16 and friends are given as bits
    double value = constant.kind == Constant::Kind::kUnsigned
                       ? static_cast<double>(constant.bits)
                       : static_cast<double>(static_cast<int64_t>(constant.bits));
    uint64_t bits = 0;
    if (type == Type::kF64) {
      memcpy(&bits, &value, 8);
    } else {
      float narrow = static_cast<float>(value);
      memcpy(&bits, &narrow, 4);
    }
    return bits;
  }
  bool wide = TypeBytes(type) == 8;
  if (TypeBytes(type) != 4 && !wide) *ok = false;
  if (!IsFloat(type) && type != Type::kB32 && type != Type::kB64) *ok = false;
  if (constant.is_f32_bits) {
    if (!wide) return constant.bits;
    float f;
    uint32_t low = static_cast<uint32_t>(constant.bits);
    memcpy(&f, &low, 4);
    double d = f;
    uint64_t bits;
    memcpy(&bits, &d, 8);
    return bits;
  }
  if (wide) return constant.bits;
  double d;
  memcpy(&d, &constant.bits, 8);
  float f = static_cast<float>(d);
  uint64_t bits = 0;
  memcpy(&bits, &f, 4);
  return bits;
}

}  // namespace

bool ModuleParser::StoreInitializer(Type type, const std::vector<InitValue>& values, ModuleVariable* variable) {
  const uint64_t element_bytes = TypeBytes(type);
  const uint64_t end = values.empty() ? 0 : (values.back().element + 1) * element_bytes;
  if (end / std::max<size_t>(values.size(), 1) > kMaxBytesPerValue && (sparse_bytes_ += end) > kMaxSparseBytes) {
    return Error(values.back().position, kLimit, "initialisers with large gaps between their values");
  }
  variable->initial.resize(end);
  for (size_t i = 0; i < values.size();) {
    const InitValue& value = values[i];
    if (value.has_symbol && value.mask != 0) {
      if (!StoreMasked(values, &i, type, variable)) return false;
      continue;
    }
    if (value.has_symbol) {
      if (element_bytes != 8 && element_bytes != 4) {
        return Error(value.position, kBadInitializer, "an address needs a 32- or 64-bit element");
      }
      variable->addresses.push_back({value.element * element_bytes, static_cast<uint32_t>(element_bytes),
                                     std::string(value.symbol), false, 0, value.addend});
      pending_.push_back({data_->variables.size(), variable->addresses.size() - 1, value.position});
    } else {
      bool ok = true;
      uint64_t bits = Encode(type, value.constant, &ok);
      if (!ok) {
        return Error(value.position, kBadInitializer,
                     absl::StrFormat("floating-point value for a variable of type .%s", TypeName(type)));
      }
      memcpy(&variable->initial[value.element * element_bytes], &bits, std::min<uint64_t>(element_bytes, 8));
    }
    ++i;
  }
  return true;
}

bool ModuleParser::ResolveAddresses() {
  for (const PendingAddress& pending : pending_) {
    ModuleVariable::AddressInit& address = data_->variables[pending.variable].addresses[pending.address];
    auto it = data_->symbols.find(address.symbol);
    entry_ = data_->variables[pending.variable].name;
    if (it == data_->symbols.end()) {
      Error(pending.position, kUndefined, Concat("'", address.symbol, "' is not declared"));
      continue;
    }
    switch (it->second.kind) {
      case SymbolKind::kModuleVariable:
        break;
      case SymbolKind::kFunction:
        // The address of a kernel can be stored; a call of it is a fault, since function tables hold no kernels.
        address.is_function = true;
        address.function_id = it->second.index;
        break;
      default:
        Error(pending.position, kBadInitializer, Concat("'", address.symbol, "' has no constant address"));
    }
  }
  return diagnostics_->empty();
}

}  // namespace culvert::ptx
