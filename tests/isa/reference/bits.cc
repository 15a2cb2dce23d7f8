// Counting bits, bit fields, shifts and permutes: the part of PTX ISA 9.7.1, 9.7.8 and 9.7.9 (prmt) that looks at
// positions of bits.
#include <algorithm>
#include <array>
#include <bit>

#include "tests/isa/reference/integer_lanes.h"

namespace culvert::isa {
namespace {

bool Is32Or64Bits(Ty type) { return OneOf(type, {Ty::kB32, Ty::kB64}); }
// The `count` lowest bits, count from 0 to 64.
constexpr uint64_t LowBits(uint64_t count) { return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1; }
// Shifts whose amount may reach the width and beyond.
constexpr uint64_t Left(uint64_t value, uint64_t count) { return MaskIf(count < 64) & value << (count & 63); }
constexpr uint64_t Right(uint64_t value, uint64_t count) { return MaskIf(count < 64) & value >> (count & 63); }

// ---- Counting -------------------------------------------------------------------------------------------------------

std::optional<Evaluator> Popc(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !Is32Or64Bits(*type)) return std::nullopt;
  return Evaluator{.results = {Ty::kU32}, .sources = {*type}, .compute = EachLane<1>([](uint64_t a) {
                                                                return static_cast<uint64_t>(std::popcount(a));
                                                              })};
}

std::optional<Evaluator> Clz(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !Is32Or64Bits(*type)) return std::nullopt;
  int above = 64 - BitsOf(*type);  // zeros of the pattern that are not bits of the type
  return Evaluator{
      .results = {Ty::kU32}, .sources = {*type}, .compute = EachLane<1>([=](uint64_t a) {
                                                   return static_cast<uint64_t>(std::countl_zero(a) - above);
                                                 })};
}

// The highest bit that differs from the sign, or how far below the top it lies; all ones if there is none.
std::optional<Evaluator> Bfind(OpcodeName name) {
  bool shift_amount = name.Take("shiftamt");
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type) || BitsOf(*type) == 16) return std::nullopt;
  int bits = BitsOf(*type);
  uint64_t sign = IsSigned(*type) ? uint64_t{1} << (bits - 1) : 0;
  return Evaluator{.results = {Ty::kU32},
                   .sources = {*type},
                   .compute = EachLane<1>([=](uint64_t a) {
                     uint64_t significant = (a ^ MaskIf((a & sign) != 0)) & LowBits(bits);
                     int position = 63 - std::countl_zero(significant);
                     int found = shift_amount ? bits - 1 - position : position;
                     return (static_cast<uint64_t>(found) | MaskIf(significant == 0)) & 0xffffffff;
                   })};
}

std::optional<Evaluator> Brev(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !Is32Or64Bits(*type)) return std::nullopt;
  int bits = BitsOf(*type);
  return Evaluator{.results = {*type}, .sources = {*type}, .compute = EachLane<1>([=](uint64_t a) {
                                                             uint64_t reversed = 0;
                                                             for (int i = 0; i < bits; ++i)
                                                               reversed |= (a >> i & 1) << (bits - 1 - i);
                                                             return reversed;
                                                           })};
}

// The |offset|-th set bit of `mask` when counting from bit `base` on, upwards or downwards as the sign of `offset`
// says. Bases above 31 are undefined by the ISA. ISA: unspecified; nothing is found from there on this machine.
uint64_t FindNthSet(uint64_t mask, uint64_t base, uint64_t offset_pattern) {
  constexpr uint64_t kNone = 0xffffffff;
  int64_t offset = static_cast<int32_t>(offset_pattern);
  if (base > 31) return kNone;
  if (offset == 0) return (mask >> base & 1) != 0 ? base : kNone;
  int64_t step = offset > 0 ? 1 : -1, left = offset > 0 ? offset : -offset;
  for (int64_t position = static_cast<int64_t>(base); position >= 0 && position < 32; position += step) {
    left -= static_cast<int64_t>(mask >> position & 1);
    if (left == 0) return static_cast<uint64_t>(position);
  }
  return kNone;
}
std::optional<Evaluator> Fns(OpcodeName name) {
  if (OnlyType(name) != Ty::kB32) return std::nullopt;
  return Evaluator{
      .results = {Ty::kB32}, .sources = {Ty::kB32, Ty::kB32, Ty::kS32}, .compute = EachLane<3>(FindNthSet)};
}

// ---- Fields ---------------------------------------------------------------------------------------------------------

std::optional<Evaluator> Bfe(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type) || BitsOf(*type) == 16) return std::nullopt;
  uint64_t msb = static_cast<uint64_t>(BitsOf(*type)) - 1;
  bool extend = IsSigned(*type);
  auto extract = [=](uint64_t a, uint64_t b, uint64_t c) {
    uint64_t position = b & 0xff, length = c & 0xff;
    // An empty field is zero whatever its sign; what lies above the top bit takes the sign.
    uint64_t sign = MaskIf(extend && length != 0 && (a >> std::min(position + length - 1, msb) & 1) != 0);
    uint64_t present = position > msb ? 0 : std::min(length, msb + 1 - position);
    uint64_t field = Right(a, position) & LowBits(present);
    return (field | (sign & ~LowBits(present))) & LowBits(msb + 1);
  };
  return Evaluator{.results = {*type}, .sources = {*type, Ty::kU32, Ty::kU32}, .compute = EachLane<3>(extract)};
}

std::optional<Evaluator> Bfi(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !Is32Or64Bits(*type)) return std::nullopt;
  uint64_t all = LowBits(static_cast<uint64_t>(BitsOf(*type)));
  auto insert = [=](uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    uint64_t position = c & 0xff, field = Left(LowBits(d & 0xff), position) & all;
    return (b & ~field) | (Left(a, position) & field);
  };
  return Evaluator{.results = {*type}, .sources = {*type, *type, Ty::kU32, Ty::kU32}, .compute = EachLane<4>(insert)};
}

// Takes .clamp or .wrap; true for .clamp.
std::optional<bool> TakeClamp(OpcodeName& name) {
  if (name.Take("clamp")) return true;
  return name.Take("wrap") ? std::optional(false) : std::nullopt;
}

std::optional<Evaluator> Szext(OpcodeName name) {
  std::optional<bool> clamp = TakeClamp(name);
  std::optional<Ty> type = OnlyType(name);
  if (!clamp || !type || !OneOf(*type, {Ty::kU32, Ty::kS32})) return std::nullopt;
  bool extend = IsSigned(*type);
  auto cut = [clamp = *clamp, extend](uint64_t a, uint64_t b) {
    uint64_t length = clamp ? std::min<uint64_t>(b, 32) : b & 31;
    uint64_t sign = MaskIf(extend && length != 0 && (a >> ((length - 1) & 31) & 1) != 0);
    return ((a & LowBits(length)) | (sign & ~LowBits(length))) & 0xffffffff;
  };
  return Evaluator{.results = {*type}, .sources = {*type, Ty::kU32}, .compute = EachLane<2>(cut)};
}

std::optional<Evaluator> Bmsk(OpcodeName name) {
  std::optional<bool> clamp = TakeClamp(name);
  if (!clamp || OnlyType(name) != Ty::kB32) return std::nullopt;
  auto mask = [clamp = *clamp](uint64_t a, uint64_t b) {
    uint64_t position = clamp ? std::min<uint64_t>(a, 32) : a & 31;
    uint64_t width = clamp ? std::min<uint64_t>(b, 32) : b & 31;
    return LowBits(width) << position & 0xffffffff;
  };
  return Evaluator{.results = {Ty::kB32}, .sources = {Ty::kU32, Ty::kU32}, .compute = EachLane<2>(mask)};
}

// ---- Shifts ---------------------------------------------------------------------------------------------------------

// Amounts above the width count as the width.
std::optional<Evaluator> Shl(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsUntyped(*type)) return std::nullopt;
  uint64_t all = LowBits(static_cast<uint64_t>(BitsOf(*type)));
  return Evaluator{.results = {*type},
                   .sources = {*type, Ty::kU32},
                   .compute = EachLane<2>([=](uint64_t a, uint64_t b) { return Left(a, b) & all; })};
}

std::optional<Evaluator> Shr(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !(IsInteger(*type) || IsUntyped(*type))) return std::nullopt;
  uint64_t bits = static_cast<uint64_t>(BitsOf(*type));
  uint64_t sign = IsSigned(*type) ? uint64_t{1} << (bits - 1) : 0;
  return Evaluator{.results = {*type},
                   .sources = {*type, Ty::kU32},
                   .compute = EachLane<2>([=](uint64_t a, uint64_t b) {
                     uint64_t kept = LowBits(bits - std::min(b, bits));
                     return (Right(a, b) | (MaskIf((a & sign) != 0) & ~kept)) & LowBits(bits);
                   })};
}

std::optional<Evaluator> Shf(OpcodeName name) {
  bool left = name.Take("l"), right = !left && name.Take("r");
  std::optional<bool> clamp = TakeClamp(name);
  if (!(left || right) || !clamp || OnlyType(name) != Ty::kB32) return std::nullopt;
  auto shift = [left, clamp = *clamp](uint64_t a, uint64_t b, uint64_t c) {
    uint64_t amount = clamp ? std::min<uint64_t>(c, 32) : c & 31;
    uint64_t pair = b << 32 | a;
    return (left ? pair << amount >> 32 : pair >> amount) & 0xffffffff;
  };
  return Evaluator{.results = {Ty::kB32}, .sources = {Ty::kB32, Ty::kB32, Ty::kU32}, .compute = EachLane<3>(shift)};
}

// ---- Permutes -------------------------------------------------------------------------------------------------------

// Which of the eight source bytes goes into each byte of the result, one hex digit per byte as in the generic form.
using Selections = std::array<uint16_t, 4>;  // by the two low bits of c
struct PermuteMode {
  std::string_view name;
  Selections selections;
};
constexpr PermuteMode kPermuteModes[] = {
    {"f4e", {0x3210, 0x4321, 0x5432, 0x6543}},   // four bytes forward from byte n
    {"b4e", {0x5670, 0x6701, 0x7012, 0x0123}},   // four bytes backward from byte n
    {"rc8", {0x0000, 0x1111, 0x2222, 0x3333}},   // byte n four times
    {"ecl", {0x3210, 0x3211, 0x3222, 0x3333}},   // bytes below n become byte n
    {"ecr", {0x0000, 0x1110, 0x2210, 0x3210}},   // bytes above n become byte n
    {"rc16", {0x1010, 0x3232, 0x1010, 0x3232}},  // the half word with byte n twice
};

uint64_t Permute(uint64_t a, uint64_t b, uint64_t selection) {
  uint64_t bytes = b << 32 | a, result = 0;
  for (int i = 0; i < 4; ++i) {
    uint64_t select = selection >> (4 * i) & 15, byte = bytes >> (8 * (select & 7)) & 0xff;
    uint64_t replicated = MaskIf((byte & 0x80) != 0) & 0xff;
    result |= ((select & 8) != 0 ? replicated : byte) << (8 * i);
  }
  return result;
}

std::optional<Evaluator> Prmt(OpcodeName name) {
  const PermuteMode* mode = nullptr;
  for (const PermuteMode& candidate : kPermuteModes) {
    if (mode == nullptr && name.Take(candidate.name)) mode = &candidate;
  }
  if (OnlyType(name) != Ty::kB32) return std::nullopt;
  Evaluator permute{.results = {Ty::kB32}, .sources = {Ty::kB32, Ty::kB32, Ty::kB32}, .compute = EachLane<3>(Permute)};
  if (mode != nullptr) {
    permute.compute =
        EachLane<3>([by = mode->selections](uint64_t a, uint64_t b, uint64_t c) { return Permute(a, b, by[c & 3]); });
  }
  return permute;
}

constexpr Instruction kInstructions[] = {{"popc", Popc}, {"clz", Clz}, {"bfind", Bfind}, {"brev", Brev}, {"fns", Fns},
                                         {"bfe", Bfe},   {"bfi", Bfi}, {"szext", Szext}, {"bmsk", Bmsk}, {"shl", Shl},
                                         {"shr", Shr},   {"shf", Shf}, {"prmt", Prmt}};

}  // namespace

std::optional<Evaluator> FindBits(OpcodeName name) { return FindIn(kInstructions, std::move(name)); }

}  // namespace culvert::isa
