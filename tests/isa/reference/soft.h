// Soft float of the reference: binary formats, arithmetic on unlimited significands, one rounding. Integers only.
//
// A finite value is (-1)^negative * significand * 2^exponent, plus something in (0, 2^exponent) if `sticky`. Wide<F>
// holds any product of two significands of F and what rounding needs below it.
#ifndef CULVERT_TESTS_ISA_REFERENCE_SOFT_H_
#define CULVERT_TESTS_ISA_REFERENCE_SOFT_H_

#include <bit>
#include <cstdint>
#include <type_traits>

namespace culvert::isa {

using uint128 = unsigned __int128;

enum class Round : uint8_t { kNearestEven, kZero, kDown, kUp, kNearestAway };

template <int kExponent, int kFraction>
struct BinaryFormat {
  static constexpr int kExponentBits = kExponent, kFractionBits = kFraction, kBits = 1 + kExponent + kFraction;
  static constexpr int kBias = (1 << (kExponent - 1)) - 1;
  static constexpr int kMinExponent = 1 - kBias;  // of a normal value's leading bit
  static constexpr uint64_t kHidden = uint64_t{1} << kFraction;
  static constexpr uint64_t kSign = uint64_t{1} << (kBits - 1);
  static constexpr uint64_t kInfinity = ((uint64_t{1} << kExponent) - 1) << kFraction;
  static constexpr uint64_t kLargest = kInfinity - 1;
  static constexpr uint64_t kOne = static_cast<uint64_t>(kBias) << kFraction;
  // PTX ISA, "Floating Point Instructions": single and half precision give a canonical NaN. ISA: payload unspecified
  // for f64; the NPU gives the like of the others.
  static constexpr uint64_t kNan = kSign - 1;
};
using F16 = BinaryFormat<5, 10>;
using Bf16 = BinaryFormat<8, 7>;
using F32 = BinaryFormat<8, 23>;
using F64 = BinaryFormat<11, 52>;

template <typename F>
using Wide = std::conditional_t<(F::kBits > 32), uint128, uint64_t>;

template <typename W>
struct Real {
  bool nan = false, infinite = false, negative = false, sticky = false;
  W significand = 0;
  int exponent = 0;
  bool IsZero() const { return !nan && !infinite && significand == 0 && !sticky; }
};

template <typename F>
bool IsNan(uint64_t bits) {
  return (bits & ~F::kSign) > F::kInfinity;
}
template <typename F>
bool IsSubnormal(uint64_t bits) {
  return (bits & F::kInfinity) == 0 && (bits & (F::kHidden - 1)) != 0;
}
// .ftz: a subnormal becomes a zero of its sign.
template <typename F>
uint64_t Flush(uint64_t bits) {
  return IsSubnormal<F>(bits) ? bits & F::kSign : bits;
}

template <typename F, typename W = Wide<F>>
Real<W> Decode(uint64_t bits) {
  Real<W> value;
  value.negative = (bits & F::kSign) != 0;
  uint64_t magnitude = bits & ~F::kSign;
  value.nan = magnitude > F::kInfinity;
  value.infinite = magnitude == F::kInfinity;
  auto exponent = static_cast<int>(magnitude >> F::kFractionBits);
  uint64_t fraction = magnitude & (F::kHidden - 1);
  value.significand = exponent == 0 ? fraction : fraction | F::kHidden;
  value.exponent = (exponent == 0 ? 1 : exponent) - F::kBias - F::kFractionBits;
  return value;
}

inline int BitWidth(uint64_t value) { return static_cast<int>(std::bit_width(value)); }
inline int BitWidth(uint128 value) {
  auto high = static_cast<uint64_t>(value >> 64);
  return high != 0 ? 64 + BitWidth(high) : BitWidth(static_cast<uint64_t>(value));
}

// The significand shifted right; bits that fall out set *sticky.
template <typename W>
W ShiftRight(W value, int count, bool* sticky) {
  constexpr int kWidth = static_cast<int>(sizeof(W) * 8);
  if (count <= 0) return value << -count;
  if (count >= kWidth) {
    *sticky |= value != 0;
    return 0;
  }
  *sticky |= (value & ((W{1} << count) - 1)) != 0;
  return value >> count;
}

// Adds one if the rounding of (value + rest) asks for it, where `half` is the first bit of the rest and `sticky` says
// that more follows.
template <typename W>
W RoundUp(W value, bool half, bool sticky, bool negative, Round mode) {
  switch (mode) {
    case Round::kNearestEven:
      return value + static_cast<W>(half && (sticky || (value & 1) != 0));
    case Round::kNearestAway:
      return value + static_cast<W>(half);
    case Round::kZero:
      return value;
    case Round::kDown:
      return value + static_cast<W>(negative && (half || sticky));
    case Round::kUp:
      return value + static_cast<W>(!negative && (half || sticky));
  }
  return value;
}

// Rounds once to the format. An exact zero keeps its sign.
template <typename F, typename W>
uint64_t Encode(const Real<W>& value, Round mode) {
  uint64_t sign = value.negative ? F::kSign : 0;
  if (value.nan) return F::kNan;
  if (value.infinite) return sign | F::kInfinity;
  if (value.significand == 0 && !value.sticky) return sign;
  // Exponent of the last bit that is kept.
  int last = value.exponent + BitWidth(value.significand) - 1 - F::kFractionBits;
  last = last < F::kMinExponent - F::kFractionBits ? F::kMinExponent - F::kFractionBits : last;
  int drop = last - value.exponent;
  bool sticky = value.sticky, half = false;
  W kept;
  if (drop <= 0) {
    kept = value.significand << -drop;
  } else {
    W above = ShiftRight(value.significand, drop - 1, &sticky);
    half = (above & 1) != 0;
    kept = above >> 1;
  }
  kept = RoundUp(kept, half, sticky, value.negative, mode);
  // kept <= 2 * kHidden; the biased exponent is one more than that of the smallest normal for each step of `last`.
  auto biased = static_cast<uint64_t>(last - (F::kMinExponent - F::kFractionBits));
  uint64_t bits = (biased << F::kFractionBits) + static_cast<uint64_t>(kept);
  if (last > F::kBias - F::kFractionBits || bits >= F::kInfinity) {
    bool to_largest =
        mode == Round::kZero || (mode == Round::kDown && !value.negative) || (mode == Round::kUp && value.negative);
    return sign | (to_largest ? F::kLargest : F::kInfinity);
  }
  return sign | bits;
}

template <typename W>
Real<W> Negated(Real<W> value) {
  value.negative = !value.negative;
  return value;
}

// a + b. `mode` decides the sign of an exact zero sum of opposite values.
template <typename W>
Real<W> Add(Real<W> a, Real<W> b, Round mode) {
  Real<W> sum;
  sum.nan = a.nan || b.nan || (a.infinite && b.infinite && a.negative != b.negative);
  if (sum.nan) return sum;
  if (a.infinite || b.infinite) return a.infinite ? a : b;
  if (a.significand == 0 && b.significand == 0) {
    sum.negative = a.negative == b.negative ? a.negative : mode == Round::kDown;
    return sum;
  }
  if (a.significand == 0) return b;
  if (b.significand == 0) return a;
  // The one with the higher leading bit is moved up to leave two bits free; the other follows it.
  constexpr int kTop = static_cast<int>(sizeof(W) * 8) - 2;
  if (a.exponent + BitWidth(a.significand) < b.exponent + BitWidth(b.significand)) {
    Real<W> swap = a;
    a = b;
    b = swap;
  }
  int up = kTop - BitWidth(a.significand);
  a.significand <<= up;
  a.exponent -= up;
  bool lost = false;
  b.significand = ShiftRight(b.significand, a.exponent - b.exponent, &lost);
  sum.exponent = a.exponent;
  sum.sticky = lost;
  if (a.negative == b.negative) {
    sum.negative = a.negative;
    sum.significand = a.significand + b.significand;
    return sum;
  }
  // With lost bits b is a little larger than what is left of it.
  W subtrahend = b.significand + static_cast<W>(lost);
  sum.negative = a.significand >= subtrahend ? a.negative : b.negative;
  sum.significand = a.significand >= subtrahend ? a.significand - subtrahend : subtrahend - a.significand;
  if (sum.significand == 0 && !lost) sum.negative = mode == Round::kDown;
  return sum;
}

template <typename W>
Real<W> Multiply(const Real<W>& a, const Real<W>& b) {
  Real<W> product;
  product.nan = a.nan || b.nan || (a.infinite && b.IsZero()) || (b.infinite && a.IsZero());
  product.infinite = !product.nan && (a.infinite || b.infinite);
  product.negative = a.negative != b.negative;
  product.significand = a.significand * b.significand;
  product.exponent = a.exponent + b.exponent;
  return product;
}

template <typename F, typename W>
Real<W> Divide(Real<W> a, Real<W> b) {
  Real<W> quotient;
  quotient.negative = a.negative != b.negative;
  quotient.nan = a.nan || b.nan || (a.infinite && b.infinite) || (a.IsZero() && b.IsZero());
  quotient.infinite = !quotient.nan && (a.infinite || b.IsZero());
  if (quotient.nan || quotient.infinite || b.infinite || a.significand == 0) return quotient;
  // At least two bits more than the format keeps, also if the divisor is larger.
  constexpr int kTop = static_cast<int>(sizeof(W) * 8) - 1;
  int up = kTop - BitWidth(a.significand);
  W dividend = a.significand << up;
  quotient.significand = dividend / b.significand;
  quotient.sticky = quotient.significand * b.significand != dividend;
  quotient.exponent = a.exponent - up - b.exponent;
  static_assert(kTop - (F::kFractionBits + 1) >= F::kFractionBits + 2);
  return quotient;
}

// Integer square root: the largest r with r * r <= value. Digit by digit; for 64 bits from a guess, corrected exactly.
template <typename W>
W IntegerRoot(W value) {
  W root = 0, bit = W{1} << (sizeof(W) * 8 - 2);
  while (bit > value) bit >>= 2;
  for (; bit != 0; bit >>= 2) {
    if (value >= root + bit) {
      value -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return root;
}

template <>
inline uint64_t IntegerRoot(uint64_t value) {
  auto root = static_cast<uint64_t>(__builtin_sqrt(static_cast<double>(value)));
  while (uint128{root} * root > value) --root;
  while (uint128{root + 1} * (root + 1) <= value) ++root;
  return root;
}

template <typename W>
Real<W> SquareRoot(Real<W> a) {
  Real<W> root;
  root.nan = a.nan || (a.negative && !a.IsZero());
  root.infinite = a.infinite && !root.nan;
  root.negative = a.negative;
  if (root.nan || root.infinite || a.significand == 0) return root;
  int up = static_cast<int>(sizeof(W) * 8) - 1 - BitWidth(a.significand);
  up -= (a.exponent - up) & 1;  // an even exponent
  a.significand <<= up;
  a.exponent -= up;
  root.significand = IntegerRoot(a.significand);
  root.sticky = root.significand * root.significand != a.significand;
  root.exponent = a.exponent / 2;
  return root;
}

// a * b + c with one rounding to come.
template <typename W>
Real<W> MultiplyAdd(const Real<W>& a, const Real<W>& b, const Real<W>& c, Round mode) {
  return Add(Multiply(a, b), c, mode);
}

template <typename W>
Real<W> FromInteger(bool negative, W magnitude) {
  Real<W> value;
  value.negative = negative;
  value.significand = magnitude;
  return value;
}

// Comparison of two values that are not NaN: negative, zero or positive.
template <typename F>
int Order(uint64_t a, uint64_t b) {
  auto key = [](uint64_t bits) {
    auto magnitude = static_cast<int64_t>(bits & ~F::kSign);
    return (bits & F::kSign) != 0 ? -magnitude : magnitude;
  };
  int64_t left = key(a), right = key(b);
  return left < right ? -1 : left > right;
}

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_REFERENCE_SOFT_H_
