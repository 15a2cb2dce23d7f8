// Comparison and selection of f32 and f64 (PTX ISA, "Comparison and Selection Instructions", testp).
#include <optional>
#include <string>
#include <utility>

#include "tests/isa/reference/reference.h"
#include "tests/isa/reference/soft.h"

namespace culvert::isa {
namespace {

enum class Relation { kEq, kNe, kLt, kLe, kGt, kGe, kEqu, kNeu, kLtu, kLeu, kGtu, kGeu, kNum, kNan };

std::optional<Relation> TakeRelation(OpcodeName& name) {
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
std::optional<uint64_t> TruthOf(Ty type) {
  if (type == Ty::kU32 || type == Ty::kS32) return 0xffffffff;
  return type == Ty::kF32 ? std::optional(F32::kOne) : std::nullopt;
}

enum class Join { kNone, kAnd, kOr, kXor };

Join TakeJoin(OpcodeName& name) {
  if (name.Take("and")) return Join::kAnd;
  if (name.Take("or")) return Join::kOr;
  if (name.Take("xor")) return Join::kXor;
  return Join::kNone;
}

uint64_t Joined(Join join, bool value, uint64_t c) {
  switch (join) {
    case Join::kAnd:
      return value & c;
    case Join::kOr:
      return value | c;
    case Join::kXor:
      return value ^ c;
    case Join::kNone:
      break;
  }
  return value;
}

template <typename F>
std::function<void(const Batch&)> SetpLanes(Relation relation, Join join, bool ftz) {
  auto compare = [=](uint64_t a, uint64_t b) {
    return Holds<F>(relation, ftz ? Flush<F>(a) : a, ftz ? Flush<F>(b) : b);
  };
  if (join == Join::kNone) {
    return EachLaneTwo<2>([=](uint64_t a, uint64_t b) {
      bool holds = compare(a, b);
      return std::pair<uint64_t, uint64_t>(holds, !holds);
    });
  }
  return EachLaneTwo<3>([=](uint64_t a, uint64_t b, uint64_t c) {
    bool holds = compare(a, b);
    return std::pair(Joined(join, holds, c), Joined(join, !holds, c));
  });
}

template <typename F>
std::function<void(const Batch&)> SetLanes(Relation relation, Join join, bool ftz, uint64_t truth) {
  auto compare = [=](uint64_t a, uint64_t b) {
    return Holds<F>(relation, ftz ? Flush<F>(a) : a, ftz ? Flush<F>(b) : b);
  };
  if (join == Join::kNone) return EachLane<2>([=](uint64_t a, uint64_t b) { return compare(a, b) ? truth : 0; });
  return EachLane<3>(
      [=](uint64_t a, uint64_t b, uint64_t c) { return Joined(join, compare(a, b), c) != 0 ? truth : 0; });
}

std::optional<Evaluator> Setp(OpcodeName name) {
  std::optional<Relation> relation = TakeRelation(name);
  Join join = TakeJoin(name);
  bool ftz = name.Take("ftz");
  std::optional<Ty> type = name.TakeType();
  if (!relation.has_value() || !name.Empty()) return std::nullopt;
  Evaluator evaluator{.results = {Ty::kPred, Ty::kPred}};
  if (type == Ty::kF32) {
    evaluator.compute = SetpLanes<F32>(*relation, join, ftz);
  } else if (type == Ty::kF64 && !ftz) {
    evaluator.compute = SetpLanes<F64>(*relation, join, false);
  } else {
    return std::nullopt;
  }
  evaluator.sources = {*type, *type};
  if (join != Join::kNone) evaluator.sources.push_back(Ty::kPred);
  return evaluator;
}

std::optional<Evaluator> Set(OpcodeName name) {
  std::optional<Relation> relation = TakeRelation(name);
  Join join = TakeJoin(name);
  bool ftz = name.Take("ftz");
  std::optional<Ty> result = name.TakeType(), type = name.TakeType();
  if (!relation.has_value() || !result.has_value() || !name.Empty()) return std::nullopt;
  std::optional<uint64_t> truth = TruthOf(*result);
  if (!truth.has_value()) return std::nullopt;
  Evaluator evaluator{.results = {*result}};
  if (type == Ty::kF32) {
    evaluator.compute = SetLanes<F32>(*relation, join, ftz, *truth);
  } else if (type == Ty::kF64 && !ftz) {
    evaluator.compute = SetLanes<F64>(*relation, join, false, *truth);
  } else {
    return std::nullopt;
  }
  evaluator.sources = {*type, *type};
  if (join != Join::kNone) evaluator.sources.push_back(Ty::kPred);
  return evaluator;
}

// slct.type.f32: a if c >= 0 (-0 is), otherwise b; a NaN chooses b.
std::optional<Evaluator> Slct(OpcodeName name) {
  bool ftz = name.Take("ftz");
  std::optional<Ty> type = name.TakeType(), selector = name.TakeType();
  if (!type.has_value() || selector != Ty::kF32 || !name.Empty()) return std::nullopt;
  return Evaluator{.results = {*type},
                   .sources = {*type, *type, Ty::kF32},
                   .compute = EachLane<3>([=](uint64_t a, uint64_t b, uint64_t c) {
                     if (ftz) c = Flush<F32>(c);
                     return Holds<F32>(Relation::kGe, c, 0) ? a : b;
                   })};
}

// A property of numbers as a range of magnitudes. Zeros are normal numbers too.
template <typename F>
std::optional<Evaluator> Within(Ty type, const std::string& property) {
  struct Range {
    const char* name;
    uint64_t first, last;
  };
  constexpr Range kRanges[] = {{"finite", 0, F::kLargest},          {"infinite", F::kInfinity, F::kInfinity},
                               {"number", 0, F::kInfinity},         {"notanumber", F::kInfinity + 1, F::kSign - 1},
                               {"normal", F::kHidden, F::kLargest}, {"subnormal", 1, F::kHidden - 1}};
  for (const Range& range : kRanges) {
    if (property != range.name) continue;
    uint64_t zero = property == "normal" ? 1 : 0;
    return Evaluator{.results = {Ty::kPred},
                     .sources = {type},
                     .compute = EachLane<1>([first = range.first, size = range.last - range.first, zero](uint64_t a) {
                       uint64_t magnitude = a & ~F::kSign;
                       return static_cast<uint64_t>(magnitude - first <= size) | (zero & (magnitude == 0));
                     })};
  }
  return std::nullopt;
}

std::optional<Evaluator> Testp(OpcodeName name) {
  std::optional<Ty> type = name.TakeType();
  if (name.modifiers().size() != 1) return std::nullopt;
  const std::string& property = name.modifiers()[0];
  if (type == Ty::kF32) return Within<F32>(*type, property);
  return type == Ty::kF64 ? Within<F64>(*type, property) : std::nullopt;
}

}  // namespace

std::optional<Evaluator> FindFloatCompare(OpcodeName name) {
  if (name.mnemonic() == "setp") return Setp(name);
  if (name.mnemonic() == "set") return Set(name);
  if (name.mnemonic() == "slct") return Slct(name);
  if (name.mnemonic() == "testp") return Testp(name);
  return std::nullopt;
}

}  // namespace culvert::isa
