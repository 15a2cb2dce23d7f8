#include "compiler/link/undefined.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/ptx/diagnostics.h"
#include "compiler/ptx/system_calls.h"
#include "include/culvert/error.h"

namespace culvert::link {
namespace {

using ptx::SymbolKind;

constexpr size_t kMaxReported = 20;

class Finder {
 public:
  explicit Finder(const LinkedModule& module) : module_(module), seen_(module.functions().size(), false) {}

  absl::Status Run() {
    if (!AnyUndefined()) return absl::OkStatus();
    for (uint32_t i = 0; i < module_.variables().size(); ++i) {
      if (IsMissing(SymbolKind::kModuleVariable, i)) undefined_variables_.insert(module_.variables()[i].name);
    }
    for (uint32_t i = 0; i < module_.functions().size(); ++i) {
      if (module_.functions()[i].is_entry && module_.functions()[i].has_body) Reach(i);
    }
    for (const ModuleVariable& variable : module_.variables()) VisitInitial(variable);
    while (!work_.empty()) {
      const uint32_t index = work_.back();
      work_.pop_back();
      VisitBody(index);
    }
    if (reported_.size() > kMaxReported) absl::StrAppend(&text_, "and ", reported_.size() - kMaxReported, " more\n");
    return text_.empty() ? absl::OkStatus() : MakeError(ErrorKind::kInvalidSource, text_);
  }

 private:
  bool IsMissing(SymbolKind kind, uint32_t index) const {
    if (!module_.IsUndefined(kind, index)) return false;
    if (kind == SymbolKind::kFunction) return ptx::FindSystemCall(module_.functions()[index].name) == nullptr;
    // .extern .shared without a size is the dynamic scratchpad.
    return kind != SymbolKind::kSharedVariable || module_.shared_variables()[index].size_bytes != 0;
  }

  // Bodies are parsed only if there is something to look for.
  bool AnyUndefined() const {
    for (uint32_t i = 0; i < module_.functions().size(); ++i) {
      if (IsMissing(SymbolKind::kFunction, i)) return true;
    }
    for (uint32_t i = 0; i < module_.variables().size(); ++i) {
      if (IsMissing(SymbolKind::kModuleVariable, i)) return true;
    }
    for (uint32_t i = 0; i < module_.shared_variables().size(); ++i) {
      if (IsMissing(SymbolKind::kSharedVariable, i)) return true;
    }
    return false;
  }

  void Reach(uint32_t function) {
    if (seen_[function]) return;
    seen_[function] = true;
    work_.push_back(function);
  }

  std::string Message(std::string_view name, SymbolKind kind, uint32_t index) const {
    return absl::StrFormat("'%s', declared in %s, is not defined in any input", name, module_.WhereIs(kind, index));
  }

  // True once for every name.
  bool IsNew(std::string_view name) {
    return reported_.insert(std::string(name)).second && reported_.size() <= kMaxReported;
  }

  void VisitInitial(const ModuleVariable& variable) {
    for (const ModuleVariable::AddressInit& address : variable.addresses) {
      if (address.is_function) {
        // Ids of functions are their indices in linked code.
        if (!IsMissing(SymbolKind::kFunction, address.function_id)) {
          if (module_.functions()[address.function_id].has_body) Reach(address.function_id);
          continue;
        }
      } else if (!undefined_variables_.contains(address.symbol)) {
        continue;
      }
      if (IsNew(address.symbol)) {
        absl::StrAppend(&text_, "the initial value of '", variable.name, "' uses '", address.symbol,
                        "', which is not defined in any input\n");
      }
    }
  }

  void VisitBody(uint32_t index) {
    absl::StatusOr<const ptx::Function*> body = module_.Body(index);
    if (!body.ok()) return;
    for (const ptx::Instruction& instruction : (*body)->instructions) {
      for (const ptx::Operand& operand : instruction.operands) VisitOperand(operand, instruction, (*body)->name);
    }
    for (const std::vector<uint32_t>& targets : (*body)->call_targets) {
      for (uint32_t target : targets) {
        if (module_.functions()[target].has_body) Reach(target);
      }
    }
  }

  void VisitOperand(const ptx::Operand& operand, const ptx::Instruction& instruction, std::string_view function) {
    for (const ptx::Operand& element : operand.elements) VisitOperand(element, instruction, function);
    if (!operand.has_symbol) return;
    SymbolKind kind = operand.symbol.kind;
    uint32_t index = operand.symbol.index;
    std::string_view name;
    if (kind == SymbolKind::kFunction) {
      name = module_.functions()[index].name;
      if (module_.functions()[index].has_body) Reach(index);
    } else if (kind == SymbolKind::kModuleVariable) {
      name = module_.variables()[index].name;
    } else if (kind == SymbolKind::kSharedVariable && index >= ptx::kModuleSharedBase) {
      index -= ptx::kModuleSharedBase;
      name = module_.shared_variables()[index].name;
    } else {
      return;
    }
    if (!IsMissing(kind, index) || !IsNew(name)) return;
    absl::StrAppend(&text_, module_.Format({.position = instruction.position,
                                            .code = ptx::kLinkUndefined,
                                            .message = Message(name, kind, index),
                                            .entry = std::string(function),
                                            .hint = ""}));
  }

  const LinkedModule& module_;
  std::vector<bool> seen_;
  std::vector<uint32_t> work_;
  absl::flat_hash_set<std::string_view> undefined_variables_;
  absl::flat_hash_set<std::string> reported_;
  std::string text_;
};

}  // namespace

absl::Status CheckDefined(const LinkedModule& module) { return Finder(module).Run(); }

}  // namespace culvert::link
