// Extended-precision integer arithmetic (PTX ISA 9.7.2). The carry flag is the last source of the forms that add or
// subtract it and the last result of the .cc forms; after a subtraction it holds the borrow. Signed and unsigned forms
// differ only in the high half of a product.
#include "tests/isa/reference/integer_lanes.h"

namespace culvert::isa {
namespace {

// The type of an instruction and what it does with the flag.
struct Shape {
  Ty type;
  bool carry_in, carry_out;
};

template <typename Unsigned>
using Sum = std::conditional_t<sizeof(Unsigned) == 8, unsigned __int128, uint64_t>;

// Cuts an exact sum, or difference modulo the width of Sum, to its pattern and the carry or borrow out of it.
template <typename Unsigned>
std::pair<uint64_t, uint64_t> Split(Sum<Unsigned> exact) {
  return {static_cast<Unsigned>(exact), static_cast<uint64_t>(exact >> kBits<Unsigned>) & 1};
}

// f(sources...) -> Sum, with the flag as the last source if there is one.
template <typename Unsigned, int kSources, typename F>
Evaluator Chain(const Shape& shape, F f) {
  Evaluator chain;
  chain.results = {shape.type};
  chain.sources = std::vector<Ty>(kSources, shape.type);
  if (shape.carry_in) chain.sources.push_back(Ty::kCarry);
  if (shape.carry_out) chain.results.push_back(Ty::kCarry);
  auto with_flag = [f](auto... sources) { return Split<Unsigned>(f(sources...)); };
  auto without_flag = [f](auto... sources) { return Split<Unsigned>(f(sources..., uint64_t{0})); };
  auto first = [](auto g) { return [g](auto... sources) { return g(sources...).first; }; };
  if (shape.carry_in && shape.carry_out) chain.compute = EachLaneTwo<kSources + 1>(with_flag);
  if (shape.carry_in && !shape.carry_out) chain.compute = EachLane<kSources + 1>(first(with_flag));
  if (!shape.carry_in && shape.carry_out) chain.compute = EachLaneTwo<kSources>(without_flag);
  return chain;
}

template <bool kSubtract>
std::optional<Evaluator> AddOrSubtract(OpcodeName name) {
  Shape shape = {.type = Ty::kU32, .carry_in = name.mnemonic().back() == 'c', .carry_out = name.Take("cc")};
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type) || BitsOf(*type) == 16) return std::nullopt;
  if (!shape.carry_in && !shape.carry_out) return std::nullopt;  // plain add and sub: integer.cc
  shape.type = *type;
  return WithType(*type, [&](auto t) {
    using Unsigned = std::make_unsigned_t<decltype(t)>;
    using Exact = Sum<Unsigned>;
    return Chain<Unsigned, 2>(shape, [](uint64_t a, uint64_t b, uint64_t flag) {
      return kSubtract ? Exact{a} - (Exact{b} + flag) : Exact{a} + b + flag;
    });
  });
}

std::optional<Evaluator> MultiplyAdd(OpcodeName name) {
  Shape shape = {.type = Ty::kU32, .carry_in = name.mnemonic().back() == 'c', .carry_out = name.Take("cc")};
  bool hi = name.Take("hi"), lo = !hi && name.Take("lo");
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type) || BitsOf(*type) == 16 || !(hi || lo)) return std::nullopt;
  if (!shape.carry_in && !shape.carry_out) return std::nullopt;
  shape.type = *type;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    using Unsigned = std::make_unsigned_t<T>;
    using Exact = Sum<Unsigned>;
    int drop = hi ? kBits<T> : 0;
    return Chain<Unsigned, 3>(shape, [drop](uint64_t a, uint64_t b, uint64_t c, uint64_t flag) {
      Wide<T> product = Wide<T>{static_cast<T>(a)} * Wide<T>{static_cast<T>(b)};
      return Exact{static_cast<Unsigned>(product >> drop)} + c + flag;
    });
  });
}

constexpr Instruction kInstructions[] = {{"add", AddOrSubtract<false>}, {"addc", AddOrSubtract<false>},
                                         {"sub", AddOrSubtract<true>},  {"subc", AddOrSubtract<true>},
                                         {"mad", MultiplyAdd},          {"madc", MultiplyAdd}};

}  // namespace

std::optional<Evaluator> FindExtended(OpcodeName name) { return FindIn(kInstructions, std::move(name)); }

}  // namespace culvert::isa
