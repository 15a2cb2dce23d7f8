// Several texts as one module: what lowering reads of linked code. Functions and variables have one numbering;
// positions count the lines of all texts, one after the other.
#ifndef CULVERT_COMPILER_LINK_LINKED_MODULE_H_
#define CULVERT_COMPILER_LINK_LINKED_MODULE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/status/statusor.h"
#include "compiler/link/symbols.h"
#include "compiler/ptx/module.h"

namespace culvert::link {

class LinkedModule final : public ptx::Module {
 public:
  // `symbols` has all of `units`. kInvalidSource if the texts together have too many lines.
  static absl::StatusOr<std::unique_ptr<LinkedModule>> Create(Units units, const SymbolTable& symbols);

  // A declaration that no text defines: a function or an .extern variable. `index` as in Place, in this module.
  bool IsUndefined(ptx::SymbolKind kind, uint32_t index) const;

  const Units& units() const { return units_; }

  // "a.ptx:12:3" of the declaration of a symbol of this module.
  std::string WhereIs(ptx::SymbolKind kind, uint32_t index) const;

  uint32_t version() const override { return version_; }  // of the newest text
  uint32_t target() const override { return target_; }    // of the most demanding text
  const std::vector<ptx::FunctionHeader>& functions() const override { return functions_; }
  const std::vector<ModuleVariable>& variables() const override { return variables_; }
  const std::vector<ptx::Variable>& shared_variables() const override { return shared_variables_; }
  const std::vector<std::string>& files() const override { return files_; }
  absl::StatusOr<const ptx::Function*> Body(uint32_t index) const override;
  std::vector<ptx::Diagnostic> CheckAll() const override;
  std::string Format(const ptx::Diagnostic& diagnostic) const override;
  std::string_view TextLine(uint32_t line) const override;
  uint32_t LineInText(uint32_t line) const override;

 private:
  // One value for each kind of module-scope symbol.
  template <typename T>
  class ByKind {
   public:
    T& operator[](ptx::SymbolKind kind) { return of_[Slot(kind)]; }
    const T& operator[](ptx::SymbolKind kind) const { return of_[Slot(kind)]; }

   private:
    static int Slot(ptx::SymbolKind kind) {
      return kind == ptx::SymbolKind::kFunction ? 0 : kind == ptx::SymbolKind::kModuleVariable ? 1 : 2;
    }
    T of_[3];
  };
  // How the numbers of one text become those of the module.
  struct UnitMap {
    uint32_t first_line = 0;  // lines of the texts before
    uint32_t first_file = 0;
    ByKind<std::vector<uint32_t>> numbers;  // index in the text -> index here
  };
  struct LazyBody {
    absl::once_flag once;
    absl::StatusOr<std::unique_ptr<ptx::Function>> function = std::unique_ptr<ptx::Function>();
  };
  using Symbols = std::vector<SymbolTable::Resolved>;

  explicit LinkedModule(Units units) : units_(std::move(units)), maps_(units_.size()) {}
  absl::Status LayOutTexts();
  void Number(const SymbolTable& symbols);
  void AddFunctions();
  void AddVariables();
  static std::string NameApart(std::string_view name, const SymbolTable::Resolved& symbol);
  static void Relocate(const UnitMap& map, ptx::Function* function);
  static void Relocate(const UnitMap& map, ptx::Operand* operand);
  uint32_t UnitOfLine(uint32_t line) const;

  Units units_;
  std::vector<UnitMap> maps_;  // by unit
  ByKind<Symbols> symbols_;    // where the module's symbols are defined, or declared if nothing defines them
  std::vector<ptx::FunctionHeader> functions_;
  std::vector<ModuleVariable> variables_;
  std::vector<ptx::Variable> shared_variables_;
  std::vector<std::string> files_;
  std::deque<std::string> names_;  // of kernels told apart
  uint32_t version_ = 0;
  uint32_t target_ = 0;
  std::unique_ptr<LazyBody[]> bodies_;
};

}  // namespace culvert::link

#endif  // CULVERT_COMPILER_LINK_LINKED_MODULE_H_
