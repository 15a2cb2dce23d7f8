// cvt and cvt.pack: PTX ISA 9.7.9.21 and 9.7.9.22, without 8-, 6- and 4-bit floating-point types and stochastic
// rounding.
#include <array>
#include <utility>

#include "tests/isa/reference/float_lanes.h"

namespace culvert::isa {
namespace {

// ---- Integers -------------------------------------------------------------------------------------------------------

struct Integer {
  int bits;
  bool is_signed;

  constexpr uint64_t Mask() const { return ~uint64_t{0} >> (64 - bits); }
  // The largest magnitudes on both sides of zero.
  constexpr uint64_t Highest() const { return Mask() >> (is_signed ? 1 : 0); }
  constexpr uint64_t Lowest() const { return is_signed ? (Mask() >> 1) + 1 : 0; }

  [[gnu::always_inline]] constexpr Number Decode(uint64_t pattern) const {
    uint64_t negative = pattern >> (bits - 1) & static_cast<uint64_t>(is_signed);
    return {.negative = negative, .magnitude = (negative != 0 ? 0 - pattern : pattern) & Mask()};
  }
  [[gnu::always_inline]] constexpr uint64_t Clamped(uint64_t negative, uint64_t magnitude) const {
    uint64_t clamped = std::min(magnitude, negative != 0 ? Lowest() : Highest());
    return Truncated(negative, clamped);
  }
  [[gnu::always_inline]] constexpr uint64_t Truncated(uint64_t negative, uint64_t magnitude) const {
    return (negative != 0 ? 0 - magnitude : magnitude) & Mask();
  }
};

std::optional<Integer> IntegerOf(Ty type) {
  switch (type) {
    case Ty::kU8:
    case Ty::kU16:
    case Ty::kU32:
    case Ty::kU64:
      return Integer{BitsOf(type), false};
    case Ty::kS8:
    case Ty::kS16:
    case Ty::kS32:
    case Ty::kS64:
      return Integer{BitsOf(type), true};
    default:
      return std::nullopt;
  }
}

// ---- Modifiers ------------------------------------------------------------------------------------------------------

struct Modifiers {
  std::optional<Rounding> rounding;  // to the destination's digits
  std::optional<Rounding> integral;  // .rni and the like
  bool ftz = false, sat = false, relu = false, satfinite = false, ties_away = false;
};

Modifiers TakeModifiers(OpcodeName& name) {
  struct Spelling {
    std::string_view text, integral;
    Rounding rounding;
  };
  constexpr std::array<Spelling, 4> kRoundings = {{{"rn", "rni", kToNearest},
                                                   {"rz", "rzi", kToZero},
                                                   {"rm", "rmi", kToMinusInfinity},
                                                   {"rp", "rpi", kToPlusInfinity}}};
  Modifiers modifiers;
  for (const Spelling& spelling : kRoundings) {
    if (name.Take(spelling.text)) modifiers.rounding = spelling.rounding;
    if (name.Take(spelling.integral)) modifiers.integral = spelling.rounding;
  }
  modifiers.ties_away = name.Take("rna");
  modifiers.ftz = name.Take("ftz");
  modifiers.sat = name.Take("sat");
  modifiers.relu = name.Take("relu");
  modifiers.satfinite = name.Take("satfinite");
  return modifiers;
}

// f with the format of a scalar floating-point type as its template argument.
template <typename F>
std::optional<Evaluator> WithFormat(Ty type, F f) {
  switch (type) {
    case Ty::kF16:
      return f.template operator()<kHalf>();
    case Ty::kBf16:
      return f.template operator()<kBrain>();
    case Ty::kF32:
      return f.template operator()<kSingle>();
    case Ty::kF64:
      return f.template operator()<kDouble>();
    default:
      return std::nullopt;
  }
}

template <typename F>
Evaluator Unary(Ty to, Ty from, F f) {
  return {.results = {to}, .sources = {from}, .compute = EachLane<1>(f)};
}

// ---- Conversions ----------------------------------------------------------------------------------------------------

// A multiple of one: the magnitude of the value rounded to an integer. What needs more than 64 bits gives all ones.
template <Format kFormat>
[[gnu::always_inline]] constexpr uint64_t RoundToInteger(const Number& number, Rounding rounding) {
  int64_t left = std::clamp<int64_t>(number.exponent, 0, 64 - kFormat.precision);
  int64_t right = std::clamp<int64_t>(-number.exponent, 0, 63);  // from there on all digits are below a half
  uint64_t unit = uint64_t{1} << right, quotient = number.magnitude >> right, rest = number.magnitude & (unit - 1);
  quotient += rounding.Up(quotient, rest << 1, unit, number.negative);
  return number.exponent > 64 - kFormat.precision ? ~uint64_t{0} : quotient << left;
}

std::optional<Evaluator> BetweenIntegers(Ty to_type, Ty from_type, const Modifiers& modifiers) {
  if (modifiers.rounding || modifiers.integral || modifiers.ftz) return std::nullopt;
  return Unary(to_type, from_type,
               [to = *IntegerOf(to_type), from = *IntegerOf(from_type), sat = modifiers.sat](uint64_t pattern) {
                 Number number = from.Decode(pattern);
                 return sat ? to.Clamped(number.negative, number.magnitude)
                            : to.Truncated(number.negative, number.magnitude);
               });
}

std::optional<Evaluator> ToFloat(Ty to_type, Ty from_type, const Modifiers& modifiers) {
  if (!modifiers.rounding || modifiers.integral || (modifiers.ftz && to_type != Ty::kF32)) return std::nullopt;
  return WithFormat(to_type, [&]<Format kTo>() -> std::optional<Evaluator> {
    return Unary(to_type, from_type,
                 [from = *IntegerOf(from_type), rounding = *modifiers.rounding,
                  finish = Finish{.sat = modifiers.sat}](uint64_t pattern) __attribute__((always_inline)) {
                   Number number = from.Decode(pattern);
                   return finish.operator()<kTo>(RoundTo<kTo>(number.negative, number.magnitude, 0, rounding));
                 });
  });
}

// .sat changes nothing: out of range gives the nearest bound anyway.
std::optional<Evaluator> ToInteger(Ty to_type, Ty from_type, const Modifiers& modifiers) {
  if (!modifiers.integral || modifiers.rounding || (modifiers.ftz && from_type != Ty::kF32)) return std::nullopt;
  Integer to = *IntegerOf(to_type);
  uint64_t nan = from_type == Ty::kF64 || to.bits == 64 ? uint64_t{1} << (to.bits - 1) : 0;
  return WithFormat(from_type, [&]<Format kFrom>() -> std::optional<Evaluator> {
    return Unary(to_type, from_type,
                 [to, nan, flush = modifiers.ftz, rounding = *modifiers.integral](uint64_t bits)
                     __attribute__((always_inline)) {
                       Number number = Decode<kFrom>(flush ? Flushed<kFrom>(bits) : bits);
                       // An infinity looks like a number too large for every integer, or for f16 like 65536.
                       uint64_t magnitude = number.infinite ? ~uint64_t{0} : RoundToInteger<kFrom>(number, rounding);
                       return number.nan ? nan : to.Clamped(number.negative, magnitude);
                     });
  });
}

// To the digits of kTo; kFrom's numbers may be rounded to integers first, which is for equal formats only.
template <Format kFrom, Format kTo>
struct FloatConversion {
  bool flush_source = false, to_integer = false;
  Rounding rounding = kToNearest;
  Finish finish;

  [[gnu::always_inline]] uint64_t operator()(uint64_t bits) const {
    Number number = Decode<kFrom>(flush_source ? Flushed<kFrom>(bits) : bits);
    uint64_t rounded;
    if constexpr (kFrom.precision == kTo.precision && kFrom.exponent_bits == kTo.exponent_bits) {
      // Numbers from 2^(precision - 1) on are integers; of the others the integer needs no more digits than there are.
      bool fraction = to_integer && number.exponent < 0;
      uint64_t integer = RoundToInteger<kFrom>(number, rounding), mask = uint64_t{0} - static_cast<uint64_t>(fraction);
      uint64_t magnitude = (integer & mask) | (number.magnitude & ~mask);
      number = {number.negative, magnitude, fraction ? 0 : number.exponent, number.nan, number.infinite};
    }
    rounded = RoundTo<kTo>(number, rounding);
    return finish.operator()<kTo>(rounded);
  }
};

template <Format kFrom, Format kTo>
FloatConversion<kFrom, kTo> MakeConversion(Ty to, Ty from, const Modifiers& modifiers) {
  FloatConversion<kFrom, kTo> conversion{
      .flush_source = modifiers.ftz && from == Ty::kF32,
      .to_integer = modifiers.integral.has_value(),
      .rounding = modifiers.ties_away ? kToNearestTiesAway
                                      : modifiers.integral.value_or(modifiers.rounding.value_or(kToNearest)),
      .finish = {.ftz = modifiers.ftz && to == Ty::kF32,
                 .satfinite = modifiers.satfinite,
                 .sat = modifiers.sat,
                 .relu = modifiers.relu}};
  return conversion;
}

int PrecisionOf(Ty type) {
  return type == Ty::kF16    ? kHalf.precision
         : type == Ty::kBf16 ? kBrain.precision
         : type == Ty::kF32  ? kSingle.precision
                             : kDouble.precision;
}

std::optional<Evaluator> BetweenFloats(Ty to, Ty from, const Modifiers& modifiers) {
  if (modifiers.integral && (to != from || modifiers.rounding)) return std::nullopt;
  // Between half precision and bfloat16 `.rn` may be left away. From bfloat16 a rounding may stand where it does
  // nothing: that is the assembler's rule, the ISA has none of the two.
  bool narrows = PrecisionOf(to) < PrecisionOf(from), sideways = BitsOf(to) == BitsOf(from) && to != from;
  if (narrows && !sideways && !modifiers.rounding) return std::nullopt;
  if (!narrows && modifiers.rounding && (from != Ty::kBf16 || to == from)) return std::nullopt;
  bool single = to == Ty::kF32 || from == Ty::kF32;
  if (modifiers.ftz && !single) return std::nullopt;
  return WithFormat(from, [&]<Format kFrom>() {
    return WithFormat(to, [&]<Format kTo>() -> std::optional<Evaluator> {
      return Unary(to, from, MakeConversion<kFrom, kTo>(to, from, modifiers));
    });
  });
}

// Two f32 into one register, the first into the upper half.
std::optional<Evaluator> Pair(Ty to, const Modifiers& modifiers) {
  if (!modifiers.rounding || modifiers.integral || modifiers.ftz || modifiers.sat) return std::nullopt;
  Evaluator evaluator{.results = {to}, .sources = {Ty::kF32, Ty::kF32}};
  auto join = [](auto conversion) {
    return EachLane<2>([conversion](uint64_t a, uint64_t b)
                           __attribute__((always_inline)) { return conversion(a) << 16 | conversion(b); });
  };
  evaluator.compute = to == Ty::kF16x2 ? join(MakeConversion<kSingle, kHalf>(Ty::kF16, Ty::kF32, modifiers))
                                       : join(MakeConversion<kSingle, kBrain>(Ty::kBf16, Ty::kF32, modifiers));
  return evaluator;
}

// The upper 19 bits of a single-precision number, the rest zero. The NaN is that of single precision.
std::optional<Evaluator> ToTensorFloat(const Modifiers& modifiers) {
  if (modifiers.rounding.has_value() == modifiers.ties_away || modifiers.integral || modifiers.ftz || modifiers.sat)
    return std::nullopt;
  if (modifiers.ties_away && modifiers.relu) return std::nullopt;
  auto conversion = MakeConversion<kSingle, kTensor>(Ty::kB32, Ty::kF32, modifiers);
  return Unary(Ty::kB32, Ty::kF32, [conversion](uint64_t bits) __attribute__((always_inline)) {
    return kSingle.IsNan(bits) ? kSingle.Nan() : conversion(bits) << (kSingle.precision - kTensor.precision);
  });
}

// ---- cvt.pack -------------------------------------------------------------------------------------------------------

std::optional<Evaluator> FindPack(OpcodeName name) {
  struct Target {
    std::string_view name;
    Integer integer;
  };
  constexpr std::array<Target, 8> kTargets = {{{"u16", {16, false}},
                                               {"s16", {16, true}},
                                               {"u8", {8, false}},
                                               {"s8", {8, true}},
                                               {"u4", {4, false}},
                                               {"s4", {4, true}},
                                               {"u2", {2, false}},
                                               {"s2", {2, true}}}};
  bool sat = name.Take("sat"), source = name.Take("s32"), third = name.Take("b32");
  for (const Target& target : kTargets) {
    if (!name.Take(target.name)) continue;
    if (!sat || !source || !name.Empty() || third == (target.integer.bits == 16)) return std::nullopt;
    auto pack = [to = target.integer](uint64_t a, uint64_t b, uint64_t c) {
      constexpr Integer kSource{32, true};
      Number first = kSource.Decode(a), second = kSource.Decode(b);
      uint64_t packed =
          to.Clamped(first.negative, first.magnitude) << to.bits | to.Clamped(second.negative, second.magnitude);
      return (packed | c << (2 * to.bits)) & 0xffffffff;
    };
    Evaluator evaluator{.results = {Ty::kB32}, .sources = {Ty::kS32, Ty::kS32}};
    if (third) {
      evaluator.sources.push_back(Ty::kB32);
      evaluator.compute = EachLane<3>(pack);
    } else {
      evaluator.compute = EachLane<2>([pack](uint64_t a, uint64_t b) { return pack(a, b, 0); });
    }
    return evaluator;
  }
  return std::nullopt;
}

bool IsFloat(Ty type) { return type == Ty::kF16 || type == Ty::kBf16 || type == Ty::kF32 || type == Ty::kF64; }

}  // namespace

std::optional<Evaluator> FindConvert(OpcodeName name) {
  if (name.mnemonic() != "cvt") return std::nullopt;
  if (name.Take("pack")) return FindPack(std::move(name));
  Modifiers modifiers = TakeModifiers(name);
  bool tensor = name.Take("tf32");
  std::optional<Ty> to = tensor ? Ty::kB32 : name.TakeType(), from = name.TakeType();
  if (!to || !from || !name.Empty()) return std::nullopt;
  if (tensor) return from == Ty::kF32 ? ToTensorFloat(modifiers) : std::nullopt;
  if (modifiers.ties_away) return std::nullopt;
  if (IsPair(*to)) return from == Ty::kF32 ? Pair(*to, modifiers) : std::nullopt;
  bool narrow_half = (to == Ty::kF16 || to == Ty::kBf16) && from == Ty::kF32;
  if ((modifiers.relu || modifiers.satfinite) && !narrow_half) return std::nullopt;
  if (modifiers.sat && to == Ty::kBf16) return std::nullopt;
  bool to_integer = IntegerOf(*to).has_value(), from_integer = IntegerOf(*from).has_value();
  if (!(to_integer || IsFloat(*to)) || !(from_integer || IsFloat(*from))) return std::nullopt;
  if (to_integer) {
    return from_integer ? BetweenIntegers(*to, *from, modifiers) : ToInteger(*to, *from, modifiers);
  }
  return from_integer ? ToFloat(*to, *from, modifiers) : BetweenFloats(*to, *from, modifiers);
}

}  // namespace culvert::isa
