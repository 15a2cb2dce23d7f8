#include "compiler/link/symbols.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/ptx/diagnostics.h"
#include "include/culvert/error.h"

namespace culvert::link {
namespace {

using ptx::SymbolKind;

constexpr int kMaxErrors = 20;

std::string_view NameOf(const ptx::Unit& unit, Place place) {
  switch (place.kind) {
    case SymbolKind::kFunction:
      return unit.functions()[place.index].name;
    case SymbolKind::kSharedVariable:
      return unit.shared_variables()[place.index].name;
    default:
      return unit.variables()[place.index].name;
  }
}

ptx::SourcePosition PositionOf(const ptx::Unit& unit, Place place) {
  switch (place.kind) {
    case SymbolKind::kFunction:
      return unit.functions()[place.index].position;
    case SymbolKind::kSharedVariable:
      return unit.shared_linkage()[place.index].position;
    default:
      return unit.variable_linkage()[place.index].position;
  }
}

// "kernel", "function", ".global variable": two symbols of one name must be the same.
std::string_view SpaceOf(const ptx::Unit& unit, Place place) {
  switch (place.kind) {
    case SymbolKind::kFunction:
      return unit.functions()[place.index].is_entry ? "a kernel" : "a function";
    case SymbolKind::kSharedVariable:
      return "a .shared variable";
    default:
      return unit.variables()[place.index].is_constant ? "a .const variable" : "a .global variable";
  }
}

// What differs between two lists of parameters; empty if calls through one reach the other: sizes count, type names do
// not (.f32 and .b32 are passed alike).
std::string Difference(const std::vector<ptx::Parameter>& here, const std::vector<ptx::Parameter>& there,
                       std::string_view what) {
  if (here.size() != there.size()) return absl::StrFormat("%d %ss here and %d", here.size(), what, there.size());
  for (size_t i = 0; i < here.size(); ++i) {
    if (here[i].size_bytes == there[i].size_bytes) continue;
    return absl::StrFormat("%s %d of %d bytes here and %d", what, i + 1, here[i].size_bytes, there[i].size_bytes);
  }
  return "";
}

}  // namespace

std::string WhereIs(const Units& units, Place place) {
  const ptx::Unit& unit = *units[place.unit];
  const ptx::SourcePosition position = PositionOf(unit, place);
  std::string where = absl::StrFormat("%s:%d:%d", unit.display_name(), position.line, position.column);
  const bool ambiguous = std::count_if(units.begin(), units.end(), [&](const auto& other) {
                           return other->display_name() == unit.display_name();
                         }) > 1;
  return ambiguous ? absl::StrCat(where, " (input ", place.unit + 1, ")") : where;
}

// A symbol as its unit declares it.
struct SymbolTable::Mention {
  Place place;
  std::string_view name;
  bool is_exported = false;  // visible to other units, or asked from them
  Rank rank = Rank::kDeclared;
  uint64_t bytes = 0;
  uint32_t align_bytes = 1;
};

SymbolTable::Mention SymbolTable::MentionOf(const ptx::Unit& unit, Place place) const {
  Mention mention{.place = place, .name = NameOf(unit, place)};
  if (place.kind == SymbolKind::kFunction) {
    const ptx::FunctionHeader& header = unit.functions()[place.index];
    if (header.alias_of != ~0u) mention.place.index = header.alias_of;
    const bool is_defined = unit.functions()[mention.place.index].has_body;
    mention.is_exported = header.is_visible || !is_defined;
    if (is_defined) mention.rank = header.is_weak ? Rank::kWeak : Rank::kStrong;
    return mention;
  }
  const bool shared = place.kind == SymbolKind::kSharedVariable;
  const ptx::Linkage& linkage = shared ? unit.shared_linkage()[place.index] : unit.variable_linkage()[place.index];
  mention.is_exported = linkage.is_external || linkage.is_visible || linkage.is_weak || linkage.is_common;
  bool has_value = false;
  if (shared) {
    mention.bytes = unit.shared_variables()[place.index].size_bytes;
    mention.align_bytes = unit.shared_variables()[place.index].align_bytes;
  } else {
    const ModuleVariable& variable = unit.variables()[place.index];
    mention.bytes = variable.size_bytes;
    mention.align_bytes = variable.align_bytes;
    has_value = !variable.initial.empty() || !variable.addresses.empty();
  }
  if (linkage.is_external) return mention;
  mention.rank = linkage.is_common && !has_value ? Rank::kCommon : linkage.is_weak ? Rank::kWeak : Rank::kStrong;
  return mention;
}

void SymbolTable::Report(const Units& units, const Mention& mention, uint32_t code, std::string message, Place other) {
  if (++error_count_ > kMaxErrors) return;
  const ptx::Unit& unit = *units[mention.place.unit];
  absl::StrAppend(&errors_, unit.Format({.position = PositionOf(unit, mention.place),
                                         .code = code,
                                         .message = absl::StrCat(message, " in ", WhereIs(units, other)),
                                         .entry = "",
                                         .hint = ""}));
}

bool SymbolTable::Agree(const Units& units, const Mention& mention, const Global& global) {
  const Place other_place = global.rank == Rank::kDeclared ? global.first : global.place;
  const ptx::Unit& here = *units[mention.place.unit];
  const ptx::Unit& there = *units[other_place.unit];
  const std::string_view space = SpaceOf(here, mention.place);
  const std::string_view other_space = SpaceOf(there, other_place);
  // clang declares the kernels of other files as functions. Calling one is an error of its own.
  const bool functions = mention.place.kind == SymbolKind::kFunction && other_place.kind == SymbolKind::kFunction;
  const bool is_declaration = mention.rank == Rank::kDeclared || global.rank == Rank::kDeclared;
  if (space != other_space && !(functions && is_declaration)) {
    Report(units, mention, ptx::kLinkMismatch,
           absl::StrFormat("'%s' is %s here and %s", mention.name, space, other_space), other_place);
    return false;
  }
  if (mention.place.kind != SymbolKind::kFunction) return true;
  const ptx::FunctionHeader& header = here.functions()[mention.place.index];
  const ptx::FunctionHeader& other = there.functions()[other_place.index];
  std::string difference = Difference(header.parameters, other.parameters, "parameter");
  if (difference.empty()) difference = Difference(header.returns, other.returns, "return value");
  if (difference.empty()) return true;
  Report(units, mention, ptx::kLinkMismatch, absl::StrFormat("'%s' has %s", mention.name, difference), other_place);
  return false;
}

// A common one may be smaller than the definition; all other sizes are equal where they are given.
bool SymbolTable::AgreeOnSize(const Units& units, const Mention& mention, Global* global) {
  if (mention.rank == Rank::kCommon) {
    if (mention.bytes > global->common_bytes) {
      global->common = mention.place;
      global->common_bytes = mention.bytes;
    }
  } else if (global->bytes == 0) {
    global->sized = mention.place;
    global->bytes = mention.bytes;
  } else if (mention.bytes != 0 && mention.bytes != global->bytes) {
    Report(units, mention, ptx::kLinkMismatch,
           absl::StrFormat("'%s' has %d bytes here and %d", mention.name, mention.bytes, global->bytes), global->sized);
    return false;
  }
  if (global->bytes != 0 && global->common_bytes > global->bytes) {
    if (mention.rank == Rank::kCommon) {
      Report(units, mention, ptx::kLinkMismatch,
             absl::StrFormat("the .common variable '%s' has %d bytes here, more than the %d of its definition",
                             mention.name, mention.bytes, global->bytes),
             global->sized);
    } else {
      Report(units, mention, ptx::kLinkMismatch,
             absl::StrFormat("'%s' has %d bytes here, fewer than the %d of the .common variable", mention.name,
                             global->bytes, global->common_bytes),
             global->common);
    }
    return false;
  }
  return true;
}

void SymbolTable::Merge(const Units& units, const Mention& mention) {
  auto [it, inserted] = globals_.try_emplace(mention.name);
  Global& global = it->second;
  if (inserted) {
    global.place = global.first = global.sized = global.common = mention.place;
    global.rank = mention.rank;
  } else if (!Agree(units, mention, global)) {
    return;
  }
  if (!AgreeOnSize(units, mention, &global)) return;
  global.align_bytes = std::max(global.align_bytes, mention.align_bytes);
  if (inserted) return;
  if (mention.rank == Rank::kStrong && global.rank == Rank::kStrong) {
    Report(units, mention, ptx::kLinkDuplicate, absl::StrFormat("'%s' is defined here and", mention.name),
           global.place);
    return;
  }
  if (mention.rank > global.rank) {
    global.place = mention.place;
    global.rank = mention.rank;
  }
  if (global.rank == Rank::kCommon) global.place = global.common;
}

absl::Status SymbolTable::AddLast(const Units& units) {
  const uint32_t number = static_cast<uint32_t>(units.size() - 1);
  const ptx::Unit& unit = *units.back();
  auto merge_all = [&](SymbolKind kind, size_t count) {
    for (uint32_t i = 0; i < count; ++i) {
      const Mention mention = MentionOf(unit, {number, kind, i});
      if (mention.is_exported) Merge(units, mention);
    }
  };
  merge_all(SymbolKind::kFunction, unit.functions().size());
  merge_all(SymbolKind::kModuleVariable, unit.variables().size());
  merge_all(SymbolKind::kSharedVariable, unit.shared_variables().size());
  if (error_count_ == 0) return absl::OkStatus();
  if (error_count_ > kMaxErrors) absl::StrAppend(&errors_, "and ", error_count_ - kMaxErrors, " more\n");
  return MakeError(ErrorKind::kInvalidSource, errors_);
}

SymbolTable::Resolved SymbolTable::Resolve(const Units& units, Place place) const {
  const Mention mention = MentionOf(*units[place.unit], place);
  Resolved own{.place = mention.place, .rank = mention.rank, .align_bytes = mention.align_bytes};
  if (!mention.is_exported) return own;
  const Global& global = globals_.find(mention.name)->second;
  if (global.rank == Rank::kDeclared) return own;
  return {.place = global.place, .rank = global.rank, .align_bytes = global.align_bytes};
}

}  // namespace culvert::link
