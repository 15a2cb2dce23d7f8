// Binary floating-point formats as integers: taking a value apart, and rounding an exact one into a format. Everything
// is 64-bit integer arithmetic without branches, so that loops over lanes are vectorised. Private to half.cc,
// half_compare.cc and convert.cc.
//
// NaN results: PTX leaves their bits open except for `.relu`, `min.NaN` and the like; this machine makes them
// canonical, all ones below the sign (docs/npu.md, 3.5).
#ifndef CULVERT_TESTS_ISA_REFERENCE_FLOAT_LANES_H_
#define CULVERT_TESTS_ISA_REFERENCE_FLOAT_LANES_H_

#include <algorithm>
#include <cstdint>

#include "tests/isa/reference/reference.h"

namespace culvert::isa {

struct Format {
  int precision;  // binary digits of a significand, the hidden one included
  int exponent_bits;

  constexpr uint64_t Sign() const { return uint64_t{1} << (precision - 1 + exponent_bits); }
  constexpr uint64_t Hidden() const { return uint64_t{1} << (precision - 1); }  // also the smallest normal number
  constexpr uint64_t Infinity() const { return Sign() - Hidden(); }
  constexpr uint64_t Largest() const { return Infinity() - 1; }
  constexpr uint64_t Nan() const { return Sign() - 1; }
  constexpr int Bias() const { return (1 << (exponent_bits - 1)) - 1; }
  constexpr uint64_t One() const { return static_cast<uint64_t>(Bias()) << (precision - 1); }
  // The exponent of the last digit of subnormal numbers.
  constexpr int Lowest() const { return 2 - Bias() - precision; }
  constexpr uint64_t Magnitude(uint64_t bits) const { return bits & (Sign() - 1); }
  constexpr bool IsNan(uint64_t bits) const { return Magnitude(bits) > Infinity(); }
};
inline constexpr Format kHalf{11, 5}, kBrain{8, 8}, kSingle{24, 8}, kDouble{53, 11}, kTensor{11, 8};

// (-1)^negative * magnitude * 2^exponent, unless nan or infinite.
struct Number {
  uint64_t negative = 0;  // 0 or 1
  uint64_t magnitude = 0;
  int64_t exponent = 0;
  bool nan = false, infinite = false;
};

template <Format kFormat>
[[gnu::always_inline]] constexpr Number Decode(uint64_t bits) {
  uint64_t biased = kFormat.Magnitude(bits) >> (kFormat.precision - 1);
  uint64_t fraction = bits & (kFormat.Hidden() - 1), normal = biased != 0;
  return {.negative = (bits & kFormat.Sign()) != 0,
          .magnitude = fraction | normal << (kFormat.precision - 1),
          .exponent = static_cast<int64_t>(biased - normal) + kFormat.Lowest(),
          .nan = kFormat.IsNan(bits),
          .infinite = kFormat.Magnitude(bits) == kFormat.Infinity()};
}

// How to round what lies between two neighbours; each member is 0 or 1.
struct Rounding {
  uint64_t nearest = 0, ties_away = 0;  // of two equally near ones the even one, or the one farther from zero
  uint64_t up_negative = 0;             // away from zero if the value is negative ..
  uint64_t up_positive = 0;             // .. or positive

  // What to add to `quotient` if the rest is `twice` / (2 * `unit`) of a unit.
  constexpr uint64_t Up(uint64_t quotient, uint64_t twice, uint64_t unit, uint64_t negative) const {
    uint64_t above = twice > unit, tie = twice == unit, inexact = twice != 0;
    return (nearest & (above | (tie & ((quotient & 1) | ties_away)))) |
           (inexact & ((negative & up_negative) | ((negative ^ 1) & up_positive)));
  }
  constexpr uint64_t OverflowsToInfinity(uint64_t negative) const {
    return nearest | (negative & up_negative) | ((negative ^ 1) & up_positive);
  }
};
inline constexpr Rounding kToNearest{.nearest = 1}, kToNearestTiesAway{.nearest = 1, .ties_away = 1}, kToZero{},
    kToMinusInfinity{.up_negative = 1}, kToPlusInfinity{.up_positive = 1};

// The finite number in the format, rounded once; what is too large becomes an infinity or the largest number.
template <Format kFormat>
[[gnu::always_inline]] constexpr uint64_t RoundTo(uint64_t negative, uint64_t magnitude, int64_t exponent,
                                                  Rounding rounding) {
  // The leading digit to bit 61, below it what is left: the last digit stands for itself and everything smaller.
  int64_t zeros = __builtin_clzll(magnitude | 1);
  uint64_t leading = magnitude << zeros;
  leading = leading >> 2 | static_cast<uint64_t>((leading & 3) != 0);
  exponent += 2 - zeros;
  int64_t normal_shift = 62 - kFormat.precision, lowest_shift = kFormat.Lowest() - exponent;
  int64_t last_exponent = exponent + std::max(normal_shift, lowest_shift);
  // From 63 digits on, all of them are below half a unit.
  int64_t shift = std::min<int64_t>(std::max(normal_shift, lowest_shift), 63);
  uint64_t unit = uint64_t{1} << shift, quotient = leading >> shift, rest = leading & (unit - 1);
  quotient += rounding.Up(quotient, rest << 1, unit, negative);
  // The hidden digit, and a carry out of the significand, count up the exponent.
  uint64_t bits = quotient + (static_cast<uint64_t>(last_exponent - kFormat.Lowest()) << (kFormat.precision - 1));
  uint64_t overflow = kFormat.Largest() + rounding.OverflowsToInfinity(negative);
  bits = bits > kFormat.Largest() ? overflow : bits;
  bits = magnitude == 0 ? 0 : bits;
  return bits | negative << (kFormat.precision - 1 + kFormat.exponent_bits);
}
template <Format kFormat>
[[gnu::always_inline]] constexpr uint64_t RoundTo(const Number& number, Rounding rounding) {
  uint64_t finite = RoundTo<kFormat>(number.negative, number.magnitude, number.exponent, rounding);
  uint64_t infinity = kFormat.Infinity() | number.negative << (kFormat.precision - 1 + kFormat.exponent_bits);
  return number.nan ? kFormat.Nan() : number.infinite ? infinity : finite;
}

// Subnormal numbers become zeros of their sign.
template <Format kFormat>
constexpr uint64_t Flushed(uint64_t bits) {
  return kFormat.Magnitude(bits) < kFormat.Hidden() ? bits & kFormat.Sign() : bits;
}

// What modifiers do with a rounded result, in this order.
struct Finish {
  bool ftz = false;
  bool satfinite = false;  // infinities become the largest number
  bool sat = false;        // into [+0, 1], NaN to +0
  bool relu = false;       // negative numbers, -0 among them, to +0; NaN stays

  template <Format kFormat>
  [[gnu::always_inline]] constexpr uint64_t operator()(uint64_t bits) const {
    uint64_t magnitude = kFormat.Magnitude(bits);
    bool nan = magnitude > kFormat.Infinity(), negative = (bits & kFormat.Sign()) != 0;
    uint64_t result = ftz ? Flushed<kFormat>(bits) : bits;
    result = satfinite && magnitude == kFormat.Infinity() ? result - 1 : result;
    result = sat && (nan || negative) ? 0 : result;
    result = sat && !negative && !nan ? std::min(result, kFormat.One()) : result;
    return relu && negative && !nan ? 0 : result;
  }
};

// Orders numbers, -0 below +0.
template <Format kFormat>
constexpr int64_t OrderOf(uint64_t bits) {
  auto magnitude = static_cast<int64_t>(kFormat.Magnitude(bits));
  return (bits & kFormat.Sign()) != 0 ? ~magnitude : magnitude;
}

inline bool IsPair(Ty type) { return type == Ty::kF16x2 || type == Ty::kBf16x2; }
inline bool IsHalf(Ty type) { return type == Ty::kF16 || type == Ty::kF16x2; }     // half precision, packed or not
inline bool IsBrain(Ty type) { return type == Ty::kBf16 || type == Ty::kBf16x2; }  // bfloat16, packed or not

// An evaluator with operands of one type, scalar or packed; f computes on one 16-bit element.
template <int kSources, typename F>
Evaluator Elementwise(Ty type, F f) {
  Evaluator evaluator{.results = {type}, .sources = std::vector<Ty>(kSources, type)};
  if (IsPair(type)) {
    evaluator.compute = EachLane<kSources>(
        [f](auto... pair) __attribute__((always_inline)) { return f((pair & 0xffff)...) | f((pair >> 16)...) << 16; });
  } else {
    evaluator.compute = EachLane<kSources>(f);
  }
  return evaluator;
}

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_REFERENCE_FLOAT_LANES_H_
