// Logic (PTX ISA 9.7.8) and copies (mov, 9.7.9). Shifts, permutes and bit fields are in bits.cc.
#include "tests/isa/reference/integer_lanes.h"

namespace culvert::isa {
namespace {

// The bits that a type has in a pattern.
uint64_t AllOf(Ty type) { return BitsOf(type) == 64 ? ~uint64_t{0} : (uint64_t{1} << BitsOf(type)) - 1; }

template <typename Operation>
std::optional<Evaluator> Bitwise(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !(IsUntyped(*type) || *type == Ty::kPred)) return std::nullopt;
  return Evaluator{.results = {*type}, .sources = {*type, *type}, .compute = EachLane<2>(Operation{})};
}

std::optional<Evaluator> Not(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !(IsUntyped(*type) || *type == Ty::kPred)) return std::nullopt;
  return Evaluator{.results = {*type}, .sources = {*type}, .compute = EachLane<1>([all = AllOf(*type)](uint64_t a) {
                                                             return a ^ all;
                                                           })};
}

std::optional<Evaluator> Cnot(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsUntyped(*type)) return std::nullopt;
  return Evaluator{.results = {*type}, .sources = {*type}, .compute = EachLane<1>([](uint64_t a) {
                                                             return static_cast<uint64_t>(a == 0);
                                                           })};
}

// Bit i of the result is bit 4 * a[i] + 2 * b[i] + c[i] of the table: the table of a is 0xf0, of b 0xcc, of c 0xaa.
uint64_t LookUp(uint64_t a, uint64_t b, uint64_t c, uint64_t table) {
  uint64_t result = 0;
  for (int entry = 0; entry < 8; ++entry) {
    uint64_t where = ((entry & 4) != 0 ? a : ~a) & ((entry & 2) != 0 ? b : ~b) & ((entry & 1) != 0 ? c : ~c);
    result |= where & MaskIf((table >> entry & 1) != 0);
  }
  return result & 0xffffffff;
}

// With a Boolean operation, the second result says whether the first is non-zero, combined with the predicate.
std::optional<Evaluator> Lop3(OpcodeName name) {
  bool with_or = name.Take("or"), with_and = !with_or && name.Take("and");
  if (OnlyType(name) != Ty::kB32) return std::nullopt;
  Evaluator look_up{.results = {Ty::kB32},
                    .sources = {Ty::kB32, Ty::kB32, Ty::kB32, Ty::kU32},
                    .constant_sources = 1 << 3,
                    .compute = EachLane<4>(LookUp)};
  if (with_or || with_and) {
    look_up.results.push_back(Ty::kPred);
    look_up.sources.push_back(Ty::kPred);
    look_up.compute = EachLaneTwo<5>([with_or](uint64_t a, uint64_t b, uint64_t c, uint64_t table, uint64_t q) {
      uint64_t word = LookUp(a, b, c, table), set = word != 0;
      return std::pair(word, with_or ? set | q : set & q);
    });
  }
  return look_up;
}

std::optional<Evaluator> Mov(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !(IsUntyped(*type) || IsInteger(*type) || OneOf(*type, {Ty::kPred, Ty::kF32, Ty::kF64}))) {
    return std::nullopt;
  }
  return Evaluator{.results = {*type}, .sources = {*type}, .compute = EachLane<1>([](uint64_t a) { return a; })};
}

constexpr Instruction kInstructions[] = {{"and", Bitwise<std::bit_and<uint64_t>>},
                                         {"or", Bitwise<std::bit_or<uint64_t>>},
                                         {"xor", Bitwise<std::bit_xor<uint64_t>>},
                                         {"not", Not},
                                         {"cnot", Cnot},
                                         {"lop3", Lop3},
                                         {"mov", Mov}};

}  // namespace

std::optional<Evaluator> FindLogic(OpcodeName name) {
  if (std::optional<Evaluator> found = FindIn(kInstructions, name)) return found;
  return FindBits(std::move(name));
}

}  // namespace culvert::isa
