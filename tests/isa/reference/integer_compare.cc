// Comparison of integers and untyped bits, and selection (PTX ISA 9.7.6): set, setp, selp, and slct by an integer.
#include "tests/isa/reference/integer_lanes.h"

namespace culvert::isa {
namespace {

enum class Relation { kEq, kNe, kLt, kLe, kGt, kGe };

// Takes the comparison; lo, ls, hi, hs are the names of lt, le, gt, ge that only unsigned types have.
std::optional<Relation> TakeRelation(OpcodeName& name, Ty type) {
  struct Named {
    std::string_view text;
    Relation relation;
  };
  constexpr Named kAll[] = {{"eq", Relation::kEq}, {"ne", Relation::kNe}};
  constexpr Named kOrdered[] = {
      {"lt", Relation::kLt}, {"le", Relation::kLe}, {"gt", Relation::kGt}, {"ge", Relation::kGe}};
  constexpr Named kUnsigned[] = {
      {"lo", Relation::kLt}, {"ls", Relation::kLe}, {"hi", Relation::kGt}, {"hs", Relation::kGe}};
  auto take = [&name](const auto& candidates) -> std::optional<Relation> {
    for (const Named& candidate : candidates) {
      if (name.Take(candidate.text)) return candidate.relation;
    }
    return std::nullopt;
  };
  std::optional<Relation> relation = take(kAll);
  if (!relation && IsInteger(type)) relation = take(kOrdered);
  if (!relation && IsUnsigned(type)) relation = take(kUnsigned);
  return relation;
}

// What combines the comparison with a third source, a predicate.
enum class Combination { kNone, kAnd, kOr, kXor };

Combination TakeCombination(OpcodeName& name) {
  if (name.Take("and")) return Combination::kAnd;
  if (name.Take("or")) return Combination::kOr;
  return name.Take("xor") ? Combination::kXor : Combination::kNone;
}
uint64_t Combine(Combination combination, uint64_t t, uint64_t c) {
  if (combination == Combination::kAnd) return t & c;
  if (combination == Combination::kOr) return t | c;
  return combination == Combination::kXor ? t ^ c : t;
}

// 1 if a and b, read as T, are so related.
template <typename T>
uint64_t Compare(Relation relation, uint64_t a_pattern, uint64_t b_pattern) {
  T a = static_cast<T>(a_pattern), b = static_cast<T>(b_pattern);
  switch (relation) {
    case Relation::kEq:
      return a == b;
    case Relation::kNe:
      return a != b;
    case Relation::kLt:
      return a < b;
    case Relation::kLe:
      return a <= b;
    case Relation::kGt:
      return a > b;
    case Relation::kGe:
      break;
  }
  return a >= b;
}

// Both results of setp: with the comparison, and with its complement.
std::optional<Evaluator> Setp(OpcodeName name) {
  std::optional<Ty> type = name.TakeType();
  if (!type || !(IsInteger(*type) || IsUntyped(*type))) return std::nullopt;
  std::optional<Relation> relation = TakeRelation(name, *type);
  Combination combination = TakeCombination(name);
  if (!relation || !name.Empty()) return std::nullopt;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    auto both = [relation = *relation, combination](uint64_t a, uint64_t b, uint64_t c) {
      uint64_t holds = Compare<T>(relation, a, b);
      return std::pair(Combine(combination, holds, c), Combine(combination, holds ^ 1, c));
    };
    Evaluator compare{.results = {Ty::kPred, Ty::kPred}, .sources = {*type, *type}};
    if (combination == Combination::kNone) {
      compare.compute = EachLaneTwo<2>([both](uint64_t a, uint64_t b) { return both(a, b, 0); });
    } else {
      compare.sources.push_back(Ty::kPred);
      compare.compute = EachLaneTwo<3>(both);
    }
    return compare;
  });
}

// What set writes for true: 1.0 to a floating-point destination, all ones to an integer.
std::optional<uint64_t> TrueOf(Ty destination) {
  if (destination == Ty::kU32 || destination == Ty::kS32) return 0xffffffff;
  if (destination == Ty::kF32) return 0x3f800000;
  if (destination == Ty::kF16) return 0x3c00;
  return destination == Ty::kBf16 ? std::optional<uint64_t>(0x3f80) : std::nullopt;
}

std::optional<Evaluator> Set(OpcodeName name) {
  std::optional<Ty> destination = name.TakeType(), type = name.TakeType();
  if (!destination || !type || !(IsInteger(*type) || IsUntyped(*type))) return std::nullopt;
  std::optional<uint64_t> if_true = TrueOf(*destination);
  std::optional<Relation> relation = TakeRelation(name, *type);
  Combination combination = TakeCombination(name);
  if (!if_true || !relation || !name.Empty()) return std::nullopt;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    auto value = [=, relation = *relation, if_true = *if_true](uint64_t a, uint64_t b, uint64_t c) {
      return MaskIf(Combine(combination, Compare<T>(relation, a, b), c) != 0) & if_true;
    };
    Evaluator compare{.results = {*destination}, .sources = {*type, *type}};
    if (combination == Combination::kNone) {
      compare.compute = EachLane<2>([value](uint64_t a, uint64_t b) { return value(a, b, 0); });
    } else {
      compare.sources.push_back(Ty::kPred);
      compare.compute = EachLane<3>(value);
    }
    return compare;
  });
}

bool IsSelectable(Ty type) { return IsInteger(type) || IsUntyped(type) || OneOf(type, {Ty::kF32, Ty::kF64}); }

constexpr uint64_t Choose(bool first, uint64_t a, uint64_t b) { return (MaskIf(first) & a) | (MaskIf(!first) & b); }

std::optional<Evaluator> Selp(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsSelectable(*type)) return std::nullopt;
  return Evaluator{.results = {*type},
                   .sources = {*type, *type, Ty::kPred},
                   .compute = EachLane<3>([](uint64_t a, uint64_t b, uint64_t c) { return Choose(c != 0, a, b); })};
}

// The forms whose selector is a float are in float_compare.cc.
std::optional<Evaluator> Slct(OpcodeName name) {
  std::optional<Ty> type = name.TakeType();
  if (!type || !IsSelectable(*type) || OnlyType(name) != Ty::kS32) return std::nullopt;
  return Evaluator{.results = {*type},
                   .sources = {*type, *type, Ty::kS32},
                   .compute = EachLane<3>(
                       [](uint64_t a, uint64_t b, uint64_t c) { return Choose(static_cast<int32_t>(c) >= 0, a, b); })};
}

constexpr Instruction kInstructions[] = {{"set", Set}, {"setp", Setp}, {"selp", Selp}, {"slct", Slct}};

}  // namespace

std::optional<Evaluator> FindIntegerCompare(OpcodeName name) { return FindIn(kInstructions, std::move(name)); }

}  // namespace culvert::isa
