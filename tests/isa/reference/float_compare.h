// Comparisons of floating-point values, shared by float_compare.cc and half_compare.cc. Private to the reference.
#ifndef CULVERT_TESTS_ISA_REFERENCE_FLOAT_COMPARE_H_
#define CULVERT_TESTS_ISA_REFERENCE_FLOAT_COMPARE_H_

#include <optional>
#include <utility>

#include "tests/isa/reference/reference.h"
#include "tests/isa/reference/soft.h"

namespace culvert::isa {

enum class Relation { kEq, kNe, kLt, kLe, kGt, kGe, kEqu, kNeu, kLtu, kLeu, kGtu, kGeu, kNum, kNan };

inline std::optional<Relation> TakeRelation(OpcodeName& name) {
  constexpr std::pair<const char*, Relation> kNames[] = {
      {"eq", Relation::kEq},   {"ne", Relation::kNe},   {"lt", Relation::kLt},   {"le", Relation::kLe},
      {"gt", Relation::kGt},   {"ge", Relation::kGe},   {"equ", Relation::kEqu}, {"neu", Relation::kNeu},
      {"ltu", Relation::kLtu}, {"leu", Relation::kLeu}, {"gtu", Relation::kGtu}, {"geu", Relation::kGeu},
      {"num", Relation::kNum}, {"nan", Relation::kNan}};
  for (auto [text, relation] : kNames) {
    if (name.Take(text)) return relation;
  }
  return std::nullopt;
}

// The plain relations are false with a NaN operand, those with u true.
template <typename F>
bool Holds(Relation relation, uint64_t a, uint64_t b) {
  bool unordered = IsNan<F>(a) || IsNan<F>(b);
  int order = Order<F>(a, b);
  switch (relation) {
    case Relation::kEq:
      return !unordered && order == 0;
    case Relation::kNe:
      return !unordered && order != 0;
    case Relation::kLt:
      return !unordered && order < 0;
    case Relation::kLe:
      return !unordered && order <= 0;
    case Relation::kGt:
      return !unordered && order > 0;
    case Relation::kGe:
      return !unordered && order >= 0;
    case Relation::kEqu:
      return unordered || order == 0;
    case Relation::kNeu:
      return unordered || order != 0;
    case Relation::kLtu:
      return unordered || order < 0;
    case Relation::kLeu:
      return unordered || order <= 0;
    case Relation::kGtu:
      return unordered || order > 0;
    case Relation::kGeu:
      return unordered || order >= 0;
    case Relation::kNum:
      return !unordered;
    case Relation::kNan:
      return unordered;
  }
  return false;
}

// What `set` writes for true: all ones in an integer, 1.0 in a float.
inline std::optional<uint64_t> TruthOf(Ty type) {
  switch (type) {
    case Ty::kU32:
    case Ty::kS32:
      return 0xffffffff;
    case Ty::kU16:
    case Ty::kS16:
      return 0xffff;
    case Ty::kF32:
      return F32::kOne;
    case Ty::kF16:
      return F16::kOne;
    case Ty::kBf16:
      return Bf16::kOne;
    default:
      return std::nullopt;
  }
}

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_REFERENCE_FLOAT_COMPARE_H_
