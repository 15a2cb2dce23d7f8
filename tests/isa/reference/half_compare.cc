// set and setp with half precision or bfloat16 as source or destination: PTX ISA 9.7.7.
#include <array>
#include <utility>

#include "tests/isa/reference/float_lanes.h"

namespace culvert::isa {
namespace {

// Two values are unordered, or one is less, equal or greater: a comparison is the set of those that make it true.
enum Relation : uint8_t { kLess = 1, kEqual = 2, kGreater = 4, kUnordered = 8 };

struct Comparison {
  std::string_view name;
  uint8_t holds;
};
constexpr std::array<Comparison, 14> kFloatComparisons = {{
    {"eq", kEqual},
    {"ne", kLess | kGreater},
    {"lt", kLess},
    {"le", kLess | kEqual},
    {"gt", kGreater},
    {"ge", kGreater | kEqual},
    {"equ", kEqual | kUnordered},
    {"neu", kLess | kGreater | kUnordered},
    {"ltu", kLess | kUnordered},
    {"leu", kLess | kEqual | kUnordered},
    {"gtu", kGreater | kUnordered},
    {"geu", kGreater | kEqual | kUnordered},
    {"num", kLess | kEqual | kGreater},
    {"nan", kUnordered},
}};
constexpr size_t kOrdered = 6;  // the first ones are those of integers too
// Names that only unsigned integers have: lower, lower or same, higher, higher or same.
constexpr std::array<Comparison, 4> kUnsignedComparisons = {
    {{"lo", kLess}, {"ls", kLess | kEqual}, {"hi", kGreater}, {"hs", kGreater | kEqual}}};

enum class Combination : uint8_t { kNone, kAnd, kOr, kXor };

// What one comparison computes: a relation tested, and combined with a predicate.
struct Test {
  uint64_t holds = 0;
  Combination combination = Combination::kNone;

  [[gnu::always_inline]] uint64_t operator()(uint64_t relation, uint64_t predicate) const {
    return Combined(static_cast<uint64_t>((holds & relation) != 0), predicate);
  }
  [[gnu::always_inline]] uint64_t Combined(uint64_t truth, uint64_t predicate) const {
    uint64_t all = truth & predicate, either = truth | predicate, one = truth ^ predicate;
    return combination == Combination::kAnd   ? all
           : combination == Combination::kOr  ? either
           : combination == Combination::kXor ? one
                                              : truth;
  }
};

template <typename T>
[[gnu::always_inline]] constexpr uint64_t RelationOf(T a, T b) {
  return a < b ? kLess : a == b ? kEqual : kGreater;
}

struct Floats {
  template <Format kFormat>
  [[gnu::always_inline]] static uint64_t Compare(uint64_t a, uint64_t b, bool flush) {
    uint64_t x = flush ? Flushed<kFormat>(a) : a, y = flush ? Flushed<kFormat>(b) : b;
    // Both zeros are the same number.
    bool zeros = kFormat.Magnitude(x | y) == 0, unordered = kFormat.IsNan(a) || kFormat.IsNan(b);
    uint64_t relation = RelationOf(OrderOf<kFormat>(x), OrderOf<kFormat>(y));
    return unordered ? kUnordered : zeros ? kEqual : relation;
  }
};

// Everything a name says.
struct Parsed {
  Test test;
  bool flush = false;
  size_t comparison = 0;         // into kFloatComparisons
  bool unsigned_name = false;    // one of kUnsignedComparisons
  std::optional<Ty> to, source;  // `to` is absent for setp
};

std::optional<Parsed> Parse(OpcodeName name, bool has_destination) {
  Parsed parsed;
  bool found = false;
  for (size_t i = 0; i < kFloatComparisons.size() && !found; ++i) {
    found = name.Take(kFloatComparisons[i].name);
    if (found) parsed.comparison = i, parsed.test.holds = kFloatComparisons[i].holds;
  }
  for (size_t i = 0; i < kUnsignedComparisons.size() && !found; ++i) {
    found = parsed.unsigned_name = name.Take(kUnsignedComparisons[i].name);
    if (found) parsed.test.holds = kUnsignedComparisons[i].holds;
  }
  if (name.Take("and")) {
    parsed.test.combination = Combination::kAnd;
  } else if (name.Take("or")) {
    parsed.test.combination = Combination::kOr;
  } else if (name.Take("xor")) {
    parsed.test.combination = Combination::kXor;
  }
  parsed.flush = name.Take("ftz");
  if (has_destination) parsed.to = name.TakeType();
  parsed.source = name.TakeType();
  bool complete = found && parsed.source && (parsed.to || !has_destination) && name.Empty();
  return complete ? std::optional(parsed) : std::nullopt;
}

bool HasPredicate(const Parsed& parsed) { return parsed.test.combination != Combination::kNone; }

std::vector<Ty> SourcesOf(const Parsed& parsed) {
  std::vector<Ty> sources = {*parsed.source, *parsed.source};
  if (HasPredicate(parsed)) sources.push_back(Ty::kPred);
  return sources;
}

// f gets the sources and the predicate, or false where there is none.
template <typename F>
std::function<void(const Batch&)> WithPredicate(const Parsed& parsed, F f) {
  if (HasPredicate(parsed)) return EachLane<3>(f);
  return EachLane<2>([f](uint64_t a, uint64_t b) __attribute__((always_inline)) { return f(a, b, 0); });
}

// ---- setp -----------------------------------------------------------------------------------------------------------

// Scalar: the second predicate gets the opposite truth, combined alike (9.7.6.2). Packed: one predicate an element.
template <Format kFormat>
Evaluator Setp(const Parsed& parsed, bool pair) {
  Evaluator evaluator{.results = {Ty::kPred, Ty::kPred}, .sources = SourcesOf(parsed)};
  auto compare = [test = parsed.test, flush = parsed.flush, pair](uint64_t a, uint64_t b, uint64_t c)
                     __attribute__((always_inline)) {
                       uint64_t relation = Floats::Compare<kFormat>(a & 0xffff, b & 0xffff, flush);
                       uint64_t other = Floats::Compare<kFormat>(a >> 16, b >> 16, flush);
                       uint64_t opposite = test.Combined(static_cast<uint64_t>((test.holds & relation) == 0), c);
                       return std::pair(test(relation, c), pair ? test(other, c) : opposite);
                     };
  if (HasPredicate(parsed)) {
    evaluator.compute = EachLaneTwo<3>(compare);
  } else {
    evaluator.compute =
        EachLaneTwo<2>([compare](uint64_t a, uint64_t b) __attribute__((always_inline)) { return compare(a, b, 0); });
  }
  return evaluator;
}

std::optional<Evaluator> FindSetp(OpcodeName name) {
  std::optional<Parsed> parsed = Parse(std::move(name), false);
  if (!parsed || parsed->unsigned_name) return std::nullopt;
  if (IsHalf(*parsed->source)) return Setp<kHalf>(*parsed, IsPair(*parsed->source));
  if (IsBrain(*parsed->source) && !parsed->flush) return Setp<kBrain>(*parsed, IsPair(*parsed->source));
  return std::nullopt;
}

// ---- set ------------------------------------------------------------------------------------------------------------

// 1.0 of a floating-point type, all ones of an integer one.
uint64_t TrueValue(Ty type) {
  if (IsHalf(type)) return kHalf.One();
  if (IsBrain(type)) return kBrain.One();
  return BitsOf(type) == 16 ? 0xffff : 0xffffffff;
}

template <Format kFormat>
std::optional<Evaluator> SetFromFloat(const Parsed& parsed) {
  Evaluator evaluator{.results = {*parsed.to}, .sources = SourcesOf(parsed)};
  bool pair = IsPair(*parsed.source);
  uint64_t yes = pair && !IsPair(*parsed.to) ? 0xffff : TrueValue(*parsed.to);
  if (pair) {
    evaluator.compute = WithPredicate(parsed, [test = parsed.test, flush = parsed.flush, yes](
                                                  uint64_t a, uint64_t b, uint64_t c) __attribute__((always_inline)) {
      uint64_t low = test(Floats::Compare<kFormat>(a & 0xffff, b & 0xffff, flush), c);
      uint64_t high = test(Floats::Compare<kFormat>(a >> 16, b >> 16, flush), c);
      return low * yes | (high * yes) << 16;
    });
  } else {
    evaluator.compute = WithPredicate(
        parsed, [test = parsed.test, flush = parsed.flush, yes](uint64_t a, uint64_t b, uint64_t c)
                    __attribute__((always_inline)) { return test(Floats::Compare<kFormat>(a, b, flush), c) * yes; });
  }
  return evaluator;
}

enum class Kind : uint8_t { kBits, kUnsigned, kSigned, kNone };
Kind KindOf(Ty type) {
  if (type == Ty::kB16 || type == Ty::kB32 || type == Ty::kB64) return Kind::kBits;
  if (type == Ty::kU16 || type == Ty::kU32 || type == Ty::kU64) return Kind::kUnsigned;
  if (type == Ty::kS16 || type == Ty::kS32 || type == Ty::kS64) return Kind::kSigned;
  return Kind::kNone;
}

std::optional<Evaluator> SetFromInteger(const Parsed& parsed) {
  Kind kind = KindOf(*parsed.source);
  bool equality = !parsed.unsigned_name && parsed.comparison < 2;
  bool ordered = !parsed.unsigned_name && parsed.comparison < kOrdered;
  bool allowed = kind == Kind::kBits ? equality : ordered || (parsed.unsigned_name && kind == Kind::kUnsigned);
  if (!allowed || parsed.flush) return std::nullopt;
  // The sign bit turned over, signed integers are ordered as unsigned ones.
  uint64_t turn = kind == Kind::kSigned ? uint64_t{1} << (BitsOf(*parsed.source) - 1) : 0;
  Evaluator evaluator{.results = {*parsed.to}, .sources = SourcesOf(parsed)};
  evaluator.compute = WithPredicate(
      parsed, [test = parsed.test, turn, yes = TrueValue(*parsed.to)](uint64_t a, uint64_t b, uint64_t c)
                  __attribute__((always_inline)) { return test(RelationOf(a ^ turn, b ^ turn), c) * yes; });
  return evaluator;
}

std::optional<Evaluator> FindSet(OpcodeName name) {
  std::optional<Parsed> parsed = Parse(std::move(name), true);
  if (!parsed) return std::nullopt;
  Ty to = *parsed->to, source = *parsed->source;
  bool to_integer = to == Ty::kU32 || to == Ty::kS32, to_short = to == Ty::kU16 || to == Ty::kS16;
  bool to_scalar = to == Ty::kF16 || to == Ty::kBf16;
  if (to_scalar && KindOf(source) != Kind::kNone) return SetFromInteger(*parsed);
  if (parsed->unsigned_name || (parsed->flush && IsBrain(source))) return std::nullopt;
  if (IsPair(source)) {
    if (to != source && !to_integer) return std::nullopt;
    return source == Ty::kF16x2 ? SetFromFloat<kHalf>(*parsed) : SetFromFloat<kBrain>(*parsed);
  }
  if (source == Ty::kF32 && to == Ty::kBf16 && parsed->flush) return std::nullopt;
  if (source == Ty::kF16 && (to_scalar || to_integer || to_short) && !(to == Ty::kBf16 && parsed->flush))
    return SetFromFloat<kHalf>(*parsed);
  if (source == Ty::kBf16 && (to == source || to_integer || to_short)) return SetFromFloat<kBrain>(*parsed);
  if (source == Ty::kF32 && to_scalar) return SetFromFloat<kSingle>(*parsed);
  if (source == Ty::kF64 && to_scalar && !parsed->flush) return SetFromFloat<kDouble>(*parsed);
  return std::nullopt;
}

}  // namespace

std::optional<Evaluator> FindHalfCompare(OpcodeName name) {
  if (name.mnemonic() == "setp") return FindSetp(std::move(name));
  if (name.mnemonic() == "set") return FindSet(std::move(name));
  return std::nullopt;
}

}  // namespace culvert::isa
