// The linker's symbol table: which definition each declaration of each text stands for (PTX ISA, "Linking Directives").
//
//   not exported   a definition without .visible, .weak or .common belongs to its text alone
//   strong         .visible, or .common with an initial value; a second one is an error
//   weak           used if no strong one exists; the first of several counts, and all must agree
//   common         .common without initial value: used if nothing else exists; the largest counts
//   declared       .extern, or a function without a body
#ifndef CULVERT_COMPILER_LINK_SYMBOLS_H_
#define CULVERT_COMPILER_LINK_SYMBOLS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "compiler/ptx/module.h"

namespace culvert::link {

using Units = std::vector<std::unique_ptr<ptx::Unit>>;

// A module-scope symbol of a unit. `index` counts within its kind, shared variables without kModuleSharedBase.
struct Place {
  uint32_t unit = 0;
  ptx::SymbolKind kind = ptx::SymbolKind::kFunction;
  uint32_t index = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

class SymbolTable {
 public:
  enum class Rank : uint8_t { kDeclared, kCommon, kWeak, kStrong };

  // Enters what the last unit of `units` exports and asks for. kInvalidSource if it disagrees with an earlier unit: a
  // second strong definition, another space, size or signature. The message has every conflict (at most 20) with both
  // places. A table that refused a unit must not be used further.
  absl::Status AddLast(const Units& units);

  struct Resolved {
    Place place;  // the definition; the declaration itself if `rank` is kDeclared
    Rank rank = Rank::kStrong;
    uint32_t align_bytes = 1;  // variables: the strictest any text relies on
  };
  // What the symbol `place` of a unit entered before stands for.
  Resolved Resolve(const Units& units, Place place) const;

 private:
  struct Global {
    Place place;  // the definition chosen so far, or the first declaration
    Rank rank = Rank::kDeclared;
    Place first;         // the first mention
    Place sized;         // the first mention with a size, common ones aside
    uint64_t bytes = 0;  // its size; 0: none yet
    Place common;        // the largest common one
    uint64_t common_bytes = 0;
    uint32_t align_bytes = 1;
  };
  struct Mention;

  Mention MentionOf(const ptx::Unit& unit, Place place) const;
  void Merge(const Units& units, const Mention& mention);
  bool Agree(const Units& units, const Mention& mention, const Global& global);
  bool AgreeOnSize(const Units& units, const Mention& mention, Global* global);
  void Report(const Units& units, const Mention& mention, uint32_t code, std::string message, Place other);

  absl::flat_hash_map<std::string_view, Global> globals_;  // keys are the units' own names
  std::string errors_;
  int error_count_ = 0;
};

// "name:line:column" of a symbol's declaration; the number of the input is added where names do not tell inputs apart.
std::string WhereIs(const Units& units, Place place);

}  // namespace culvert::link

#endif  // CULVERT_COMPILER_LINK_SYMBOLS_H_
