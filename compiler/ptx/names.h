// Names of a function body: nested scopes with shadowing, register ranges ("%r<100>") that materialise on first use.
#ifndef CULVERT_COMPILER_PTX_NAMES_H_
#define CULVERT_COMPILER_PTX_NAMES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/ptx/ast.h"

namespace culvert::ptx {

// What a name stands for: a register (of `lanes` consecutive ids for a vector register) or a symbol.
struct NameTarget {
  bool is_register = false;
  uint8_t lanes = 1;
  RegisterId reg = kNoRegister;
  SymbolRef symbol;
};

// Costs O(1) per lookup and memory per name used, whatever the declared counts are. Keys point into the text.
class NameTable {
 public:
  explicit NameTable(std::vector<Register>* registers) : registers_(registers) { scopes_.emplace_back(); }

  void OpenScope() { scopes_.emplace_back(); }
  void CloseScope();
  uint32_t depth() const { return static_cast<uint32_t>(scopes_.size()); }

  // False: the name exists in the current scope.
  bool Declare(std::string_view name, const NameTarget& target);
  bool DeclareRange(std::string_view prefix, uint32_t count, Type type, uint8_t lanes);
  // Adds `lanes` registers named `name` (or "name.x" ...).
  RegisterId AddRegister(std::string_view name, Type type, uint8_t lanes);
  bool Find(std::string_view name, NameTarget* target);

 private:
  static constexpr uint32_t kNothing = ~0u;
  struct Entry {
    std::string_view name;
    NameTarget target;
    uint32_t level = 0;
    uint32_t shadowed = kNothing;  // entry that becomes visible again when this one's scope closes
  };
  struct Range {
    std::string_view prefix;
    uint32_t count = 0;
    Type type = Type::kNone;
    uint8_t lanes = 1;
    uint32_t level = 0;
    uint32_t shadowed = kNothing;
  };
  struct Scope {
    std::vector<uint32_t> entries, ranges;
  };

  // The range that "prefix" + digits falls into and the number; kNothing if none does.
  uint32_t FindRange(std::string_view name, uint32_t* number) const;

  std::vector<Register>* registers_;
  std::vector<Scope> scopes_;
  std::vector<Entry> entries_;
  std::vector<Range> ranges_;
  absl::flat_hash_map<std::string_view, uint32_t> by_name_;
  absl::flat_hash_map<std::string_view, uint32_t> by_prefix_;
  absl::flat_hash_map<uint64_t, RegisterId> materialised_;  // range index << 32 | number
  bool prefix_ends_in_digit_ = false;
  bool exact_percent_digit_ = false;  // some "%..0" was declared by its full name: it may shadow a range
};

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_NAMES_H_
