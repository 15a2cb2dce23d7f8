// Comparison and selection of f32 and f64 (PTX ISA, "Comparison and Selection Instructions", testp).
#include "tests/isa/reference/float_compare.h"

#include "tests/isa/reference/reference.h"

namespace culvert::isa {
namespace {

enum class Join { kNone, kAnd, kOr, kXor };

std::optional<Join> TakeJoin(OpcodeName& name) {
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
  Join join = *TakeJoin(name);
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
  Join join = *TakeJoin(name);
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

template <typename F>
bool HasProperty(const std::string& property, uint64_t bits) {
  uint64_t magnitude = bits & ~F::kSign;
  bool subnormal = IsSubnormal<F>(bits);
  if (property == "finite") return magnitude < F::kInfinity;
  if (property == "infinite") return magnitude == F::kInfinity;
  if (property == "number") return magnitude <= F::kInfinity;
  if (property == "notanumber") return magnitude > F::kInfinity;
  if (property == "subnormal") return subnormal;
  return magnitude < F::kInfinity && !subnormal;  // normal: zeros count
}

std::optional<Evaluator> Testp(OpcodeName name) {
  for (const char* property : {"finite", "infinite", "number", "notanumber", "normal", "subnormal"}) {
    if (!name.Take(property)) continue;
    std::optional<Ty> type = name.TakeType();
    if (!name.Empty() || (type != Ty::kF32 && type != Ty::kF64)) return std::nullopt;
    Evaluator evaluator{.results = {Ty::kPred}, .sources = {*type}};
    std::string text = property;
    if (type == Ty::kF32) {
      evaluator.compute = EachLane<1>([=](uint64_t a) { return uint64_t{HasProperty<F32>(text, a)}; });
    } else {
      evaluator.compute = EachLane<1>([=](uint64_t a) { return uint64_t{HasProperty<F64>(text, a)}; });
    }
    return evaluator;
  }
  return std::nullopt;
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
