#include "tests/isa/reference/reference.h"

#include <algorithm>
#include <array>
#include <utility>

namespace culvert::isa {
namespace {

struct TypeFact {
  std::string_view name;
  int bits;
};
// In the order of Ty.
constexpr TypeFact kTypes[] = {
    {"pred", 1},   {"u8", 8},    {"s8", 8},     {"b8", 8},     {"u16", 16},    {"s16", 16}, {"b16", 16},
    {"f16", 16},   {"bf16", 16}, {"u32", 32},   {"s32", 32},   {"b32", 32},    {"f32", 32}, {"u16x2", 32},
    {"s16x2", 32}, {"u8x4", 32}, {"s8x4", 32},  {"f16x2", 32}, {"bf16x2", 32}, {"u64", 64}, {"s64", 64},
    {"b64", 64},   {"f64", 64},  {"f32x2", 64}, {"", 1},
};
static_assert(std::size(kTypes) == static_cast<size_t>(Ty::kCarry) + 1);

}  // namespace

int BitsOf(Ty type) { return kTypes[static_cast<size_t>(type)].bits; }
std::string_view NameOf(Ty type) { return kTypes[static_cast<size_t>(type)].name; }

std::optional<Ty> TypeNamed(std::string_view name) {
  for (size_t i = 0; i < static_cast<size_t>(Ty::kCarry); ++i) {
    if (kTypes[i].name == name) return static_cast<Ty>(i);
  }
  return std::nullopt;
}

OpcodeName::OpcodeName(std::string_view text, int sources) : sources_(sources) {
  size_t dot = std::min(text.find('.'), text.size());
  mnemonic_ = text.substr(0, dot);
  while (dot < text.size()) {
    // "::" belongs to the modifier: ".L2::128B".
    size_t end = std::min(text.find('.', dot + 1), text.size());
    modifiers_.emplace_back(text.substr(dot + 1, end - dot - 1));
    dot = end;
  }
}

bool OpcodeName::Take(std::string_view modifier) {
  auto found = std::find(modifiers_.begin(), modifiers_.end(), modifier);
  if (found == modifiers_.end()) return false;
  modifiers_.erase(found);
  return true;
}

std::optional<Ty> OpcodeName::TakeType() {
  for (auto it = modifiers_.begin(); it != modifiers_.end(); ++it) {
    if (std::optional<Ty> type = TypeNamed(*it)) {
      modifiers_.erase(it);
      return type;
    }
  }
  return std::nullopt;
}

std::optional<Evaluator> Find(std::string_view opcode, int sources) {
  using Family = std::optional<Evaluator> (*)(OpcodeName);
  constexpr std::array<Family, 10> kFamilies = {FindInteger,     FindExtended,     FindLogic,       FindIntegerCompare,
                                                FindFloat,       FindFloatCompare, FindApproximate, FindHalf,
                                                FindHalfCompare, FindConvert};
  for (Family family : kFamilies) {
    if (std::optional<Evaluator> found = family(OpcodeName(opcode, sources))) return found;
  }
  return std::nullopt;
}

}  // namespace culvert::isa
