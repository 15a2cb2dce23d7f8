#include "compiler/link/linked_module.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"
#include "compiler/ptx/diagnostics.h"
#include "compiler/ptx/scan.h"
#include "include/culvert/error.h"

namespace culvert::link {
namespace {

using ptx::SymbolKind;

constexpr uint32_t kNoNumber = ~0u;
constexpr SymbolKind kKinds[] = {SymbolKind::kFunction, SymbolKind::kModuleVariable, SymbolKind::kSharedVariable};

size_t CountOf(const ptx::Unit& unit, SymbolKind kind) {
  switch (kind) {
    case SymbolKind::kFunction:
      return unit.functions().size();
    case SymbolKind::kSharedVariable:
      return unit.shared_variables().size();
    default:
      return unit.variables().size();
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<LinkedModule>> LinkedModule::Create(Units units, const SymbolTable& symbols) {
  auto module = std::unique_ptr<LinkedModule>(new LinkedModule(std::move(units)));
  CULVERT_RETURN_IF_ERROR(module->LayOutTexts());
  module->Number(symbols);
  module->AddFunctions();
  module->AddVariables();
  module->bodies_ = std::make_unique<LazyBody[]>(module->functions_.size());
  return module;
}

absl::Status LinkedModule::LayOutTexts() {
  uint64_t lines = 0;
  for (size_t u = 0; u < units_.size(); ++u) {
    const ptx::Unit& unit = *units_[u];
    maps_[u].first_line = static_cast<uint32_t>(lines);
    maps_[u].first_file = static_cast<uint32_t>(files_.size());
    lines += ptx::CountNewlines(unit.text().data(), unit.text().data() + unit.text().size()) + 1;
    if (lines > UINT32_MAX) return Error(ErrorKind::kInvalidSource, "the inputs have more than %u lines", UINT32_MAX);
    files_.insert(files_.end(), unit.files().begin(), unit.files().end());
    version_ = std::max(version_, unit.version());
    target_ = std::max(target_, unit.target());
  }
  return absl::OkStatus();
}

void LinkedModule::Number(const SymbolTable& symbols) {
  for (SymbolKind kind : kKinds) {
    Symbols& all = symbols_[kind];
    std::vector<std::vector<uint32_t>> numbers(
        units_.size());  // by definition; a text's own may not be the one it uses
    for (size_t u = 0; u < units_.size(); ++u) numbers[u].assign(CountOf(*units_[u], kind), kNoNumber);
    for (uint32_t u = 0; u < units_.size(); ++u) {
      std::vector<uint32_t>& map = maps_[u].numbers[kind];
      map.reserve(numbers[u].size());
      for (uint32_t i = 0; i < numbers[u].size(); ++i) {
        const SymbolTable::Resolved resolved = symbols.Resolve(units_, {u, kind, i});
        uint32_t& number = numbers[resolved.place.unit][resolved.place.index];
        if (number == kNoNumber) {
          number = static_cast<uint32_t>(all.size());
          all.push_back(resolved);
        }
        map.push_back(number);
      }
    }
  }
}

void LinkedModule::AddFunctions() {
  absl::flat_hash_map<std::string_view, int> kernels;
  for (const SymbolTable::Resolved& symbol : symbols_[SymbolKind::kFunction]) {
    ptx::FunctionHeader header = units_[symbol.place.unit]->functions()[symbol.place.index];
    header.position.line += maps_[symbol.place.unit].first_line;
    header.alias_of = ~0u;
    if (!header.is_entry) header.function_id = static_cast<uint32_t>(functions_.size());
    if (header.is_entry && header.has_body) ++kernels[header.name];
    functions_.push_back(std::move(header));
  }
  // Kernels of one name in several texts are not found by that name.
  for (size_t i = 0; i < functions_.size(); ++i) {
    ptx::FunctionHeader& header = functions_[i];
    if (!header.is_entry || !header.has_body || header.is_visible || kernels[header.name] < 2) continue;
    names_.push_back(NameApart(header.name, symbols_[SymbolKind::kFunction][i]));
    header.name = names_.back();
  }
}

std::string LinkedModule::NameApart(std::string_view name, const SymbolTable::Resolved& symbol) {
  return absl::StrFormat("%s@%u", name, symbol.place.unit + 1);  // no name in PTX has an '@'
}

void LinkedModule::AddVariables() {
  const std::vector<SymbolTable::Resolved>& places = symbols_[SymbolKind::kModuleVariable];
  absl::flat_hash_map<std::string_view, int> uses;
  for (const SymbolTable::Resolved& symbol : places) {
    variables_.push_back(units_[symbol.place.unit]->variables()[symbol.place.index]);
    variables_.back().align_bytes = symbol.align_bytes;
    ++uses[units_[symbol.place.unit]->variables()[symbol.place.index].name];
  }
  for (size_t i = 0; i < variables_.size(); ++i) {
    ModuleVariable& variable = variables_[i];
    if (variable.is_visible || variable.is_external || uses[variable.name] < 2) continue;
    variable.name = NameApart(variable.name, places[i]);
  }
  for (size_t i = 0; i < variables_.size(); ++i) {
    const uint32_t u = places[i].place.unit;
    for (ModuleVariable::AddressInit& address : variables_[i].addresses) {
      const std::optional<ptx::SymbolRef> target = units_[u]->Find(address.symbol);
      if (!target.has_value()) continue;  // the index has looked it up: cannot be
      const uint32_t number = maps_[u].numbers[target->kind][target->index];
      if (address.is_function) {
        address.function_id = number;
        address.symbol = std::string(functions_[number].name);
      } else {
        address.symbol = variables_[number].name;
      }
    }
  }
  for (const SymbolTable::Resolved& symbol : symbols_[SymbolKind::kSharedVariable]) {
    shared_variables_.push_back(units_[symbol.place.unit]->shared_variables()[symbol.place.index]);
    shared_variables_.back().align_bytes = symbol.align_bytes;
  }
}

bool LinkedModule::IsUndefined(SymbolKind kind, uint32_t index) const {
  return symbols_[kind][index].rank == SymbolTable::Rank::kDeclared;
}

std::string LinkedModule::WhereIs(SymbolKind kind, uint32_t index) const {
  return link::WhereIs(units_, symbols_[kind][index].place);
}

absl::StatusOr<const ptx::Function*> LinkedModule::Body(uint32_t index) const {
  if (index >= functions_.size()) return Error(ErrorKind::kInvalidValue, "module has no function %u", index);
  LazyBody& body = bodies_[index];
  absl::call_once(body.once, [&] {
    const Place place = symbols_[SymbolKind::kFunction][index].place;
    body.function = units_[place.unit]->ParseBody(place.index);
    if (body.function.ok()) Relocate(maps_[place.unit], body.function->get());
  });
  if (!body.function.ok()) return body.function.status();
  return body.function->get();
}

void LinkedModule::Relocate(const UnitMap& map, ptx::Function* function) {
  for (ptx::Instruction& instruction : function->instructions) {
    instruction.position.line += map.first_line;
    for (ptx::Operand& operand : instruction.operands) Relocate(map, &operand);
  }
  for (std::vector<uint32_t>& targets : function->call_targets) {
    for (uint32_t& target : targets) target = map.numbers[SymbolKind::kFunction][target];
  }
  for (ptx::SourceLocation& location : function->locations) location.file += map.first_file;
}

void LinkedModule::Relocate(const UnitMap& map, ptx::Operand* operand) {
  ptx::SymbolRef& symbol = operand->symbol;
  if (operand->has_symbol || operand->kind == ptx::OperandKind::kFunction) {
    if (symbol.kind == SymbolKind::kFunction || symbol.kind == SymbolKind::kModuleVariable) {
      symbol.index = map.numbers[symbol.kind][symbol.index];
    } else if (symbol.kind == SymbolKind::kSharedVariable && symbol.index >= ptx::kModuleSharedBase) {
      symbol.index = ptx::kModuleSharedBase + map.numbers[symbol.kind][symbol.index - ptx::kModuleSharedBase];
    }
  }
  for (ptx::Operand& element : operand->elements) Relocate(map, &element);
}

std::vector<ptx::Diagnostic> LinkedModule::CheckAll() const {
  std::vector<ptx::Diagnostic> all;
  for (size_t u = 0; u < units_.size() && all.size() < ptx::kMaxDiagnosticsPerModule; ++u) {
    for (ptx::Diagnostic& diagnostic : units_[u]->CheckAll()) {
      diagnostic.position.line += maps_[u].first_line;
      all.push_back(std::move(diagnostic));
    }
  }
  return all;
}

uint32_t LinkedModule::UnitOfLine(uint32_t line) const {
  auto next =
      std::partition_point(maps_.begin(), maps_.end(), [&](const UnitMap& map) { return map.first_line < line; });
  return next == maps_.begin() ? 0 : static_cast<uint32_t>(next - maps_.begin() - 1);
}

std::string LinkedModule::Format(const ptx::Diagnostic& diagnostic) const {
  const uint32_t line = diagnostic.position.line;
  if (line == 0) return ptx::FormatDiagnosticOnLine("", "linked code", diagnostic);
  ptx::Diagnostic own = diagnostic;
  own.position.line = LineInText(line);
  return units_[UnitOfLine(line)]->Format(own);
}

std::string_view LinkedModule::TextLine(uint32_t line) const {
  return units_[UnitOfLine(line)]->TextLine(LineInText(line));
}

uint32_t LinkedModule::LineInText(uint32_t line) const { return line - maps_[UnitOfLine(line)].first_line; }

}  // namespace culvert::link
