#include "tests/runtime/interp_semantics/soft_float.h"

#include <vector>

#include "include/culvert/bytecode.h"

namespace culvert::npu::semantics {
namespace {

int BitLength(uint128 value) {
  int length = 0;
  for (; value != 0; value >>= 1) ++length;
  return length;
}

// Unsigned fixed point, wide enough for every sum of f64 products: bit i weighs 2^(i - kPoint).
class Fixed {
 public:
  static constexpr int kPoint = 2400, kWords = 152;  // 4864 bits
  Fixed() : words_(kWords) {}
  static Fixed From(const Real& value) {
    Fixed result;
    int position = value.exponent + kPoint;
    for (int i = 0; i < 128; ++i) {
      if (value.magnitude >> i & 1) result.words_[(position + i) / 32] |= uint32_t{1} << ((position + i) % 32);
    }
    return result;
  }
  bool Less(const Fixed& other) const {
    for (int i = kWords - 1; i >= 0; --i) {
      if (words_[i] != other.words_[i]) return words_[i] < other.words_[i];
    }
    return false;
  }
  Fixed Plus(const Fixed& other) const {
    Fixed result;
    uint64_t carry = 0;
    for (int i = 0; i < kWords; ++i) {
      carry += uint64_t{words_[i]} + other.words_[i];
      result.words_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    return result;
  }
  Fixed Minus(const Fixed& other) const {
    Fixed result;
    int64_t borrow = 0;
    for (int i = 0; i < kWords; ++i) {
      borrow += int64_t{words_[i]} - other.words_[i];
      result.words_[i] = static_cast<uint32_t>(borrow);
      borrow >>= 32;
    }
    return result;
  }
  // The top 120 bits exactly, the rest as sticky.
  Real ToReal(bool negative) const {
    Real result;
    result.negative = negative;
    int top = kWords * 32 - 1;
    while (top >= 0 && !Bit(top)) --top;
    int bottom = top - 119 < 0 ? 0 : top - 119;
    for (int i = top; i >= bottom; --i) result.magnitude = result.magnitude << 1 | Bit(i);
    for (int i = 0; i < bottom; ++i) result.sticky |= Bit(i);
    result.exponent = bottom - kPoint;
    return result;
  }

 private:
  bool Bit(int i) const { return words_[i / 32] >> (i % 32) & 1; }
  std::vector<uint32_t> words_;
};

// Drops the low `count` bits of the magnitude and rounds; returns the quotient, exact below 2^127.
uint128 RoundOff(const Real& value, int count, Mode mode) {
  uint128 kept = count >= 128 ? 0 : value.magnitude >> count;
  uint128 rest = count >= 128 ? value.magnitude : value.magnitude & ((uint128{1} << count) - 1);
  bool inexact = rest != 0 || value.sticky;
  if (!inexact) return kept;
  uint128 half = count == 0 || count > 128 ? 0 : uint128{1} << (count - 1);
  bool above = half != 0 && (rest > half || (rest == half && value.sticky));
  bool tie = half != 0 && rest == half && !value.sticky;
  bool up = false;
  switch (mode) {
    case Mode::kRn:
      up = above || (tie && (kept & 1));
      break;
    case Mode::kRna:
      up = above || tie;
      break;
    case Mode::kRz:
      break;
    case Mode::kRm:
      up = value.negative;
      break;
    case Mode::kRp:
      up = !value.negative;
      break;
  }
  return kept + up;
}

}  // namespace

Real Decode(Format format, uint64_t bits) {
  Real value;
  int fraction_bits = format.significand - 1;
  uint64_t fraction = bits & ((uint64_t{1} << fraction_bits) - 1);
  int exponent = static_cast<int>(bits >> fraction_bits) & ((1 << format.exponent_bits) - 1);
  value.negative = bits & format.SignBit();
  if (exponent == (1 << format.exponent_bits) - 1) {
    value.nan = fraction != 0;
    value.infinite = fraction == 0;
    return value;
  }
  value.magnitude = exponent == 0 ? fraction : fraction | uint64_t{1} << fraction_bits;
  value.exponent = (exponent == 0 ? 1 : exponent) - format.Bias() - fraction_bits;
  return value;
}

uint64_t Encode(Format format, Real value, Mode mode) {
  if (value.nan) return format.CanonicalNan();
  uint64_t sign = value.negative ? format.SignBit() : 0;
  if (value.infinite) return sign | format.Infinity();
  if (value.magnitude == 0) return sign;
  int fraction_bits = format.significand - 1;
  int smallest = 1 - format.Bias() - fraction_bits;  // exponent of the last bit of subnormals
  if (value.magnitude < uint128{1} << 60) {          // room for the bits below the last one
    value.magnitude <<= 60;
    value.exponent -= 60;
  }
  int last = value.exponent + BitLength(value.magnitude) - format.significand;
  if (last < smallest) last = smallest;
  uint128 rounded = RoundOff(value, last - value.exponent, mode);
  if (rounded >> format.significand) {  // carried into the next binade
    rounded >>= 1;
    ++last;
  }
  if (rounded == 0) return sign;
  if (!(rounded >> fraction_bits)) return sign | static_cast<uint64_t>(rounded);
  int exponent = last + fraction_bits + format.Bias();
  if (exponent >= (1 << format.exponent_bits) - 1) {
    bool to_infinity = mode == Mode::kRn || mode == Mode::kRna || mode == (value.negative ? Mode::kRm : Mode::kRp);
    return sign | (to_infinity ? format.Infinity() : format.Infinity() - 1);
  }
  uint64_t fraction = static_cast<uint64_t>(rounded) & ((uint64_t{1} << fraction_bits) - 1);
  return sign | static_cast<uint64_t>(exponent) << fraction_bits | fraction;
}

Real Add(Real a, Real b, Mode mode) {
  Real result;
  if (a.nan || b.nan || (a.infinite && b.infinite && a.negative != b.negative)) {
    result.nan = true;
    return result;
  }
  if (a.infinite) return a;
  if (b.infinite) return b;
  if (a.IsZero() && b.IsZero()) {
    result.negative = a.negative == b.negative ? a.negative : mode == Mode::kRm;
    return result;
  }
  Fixed x = Fixed::From(a), y = Fixed::From(b);
  if (a.negative == b.negative) return x.Plus(y).ToReal(a.negative);
  if (!x.Less(y) && !y.Less(x)) {
    result.negative = mode == Mode::kRm;
    return result;
  }
  return x.Less(y) ? y.Minus(x).ToReal(b.negative) : x.Minus(y).ToReal(a.negative);
}

Real Multiply(Real a, Real b) {
  Real result;
  result.negative = a.negative != b.negative;
  result.nan = a.nan || b.nan || (a.infinite && b.IsZero()) || (b.infinite && a.IsZero());
  result.infinite = !result.nan && (a.infinite || b.infinite);
  result.magnitude = a.magnitude * b.magnitude;  // significands of at most 53 bits
  result.exponent = a.exponent + b.exponent;
  return result;
}

Real Divide(Real a, Real b) {
  Real result;
  result.negative = a.negative != b.negative;
  result.nan = a.nan || b.nan || (a.infinite && b.infinite) || (a.IsZero() && b.IsZero());
  if (result.nan) return result;
  result.infinite = a.infinite || b.IsZero();
  if (result.infinite || b.infinite || a.IsZero()) return result;
  uint128 dividend = a.magnitude << (127 - BitLength(a.magnitude));
  result.exponent = a.exponent - (127 - BitLength(a.magnitude)) - b.exponent;
  result.magnitude = dividend / b.magnitude;
  result.sticky = dividend % b.magnitude != 0;
  return result;
}

Real SquareRoot(Real a) {
  if (a.nan || a.IsZero()) return a;
  Real result;
  result.nan = a.negative;
  result.infinite = a.infinite && !a.negative;
  if (result.nan || result.infinite) return result;
  int shift = 126 - BitLength(a.magnitude);
  if ((a.exponent - shift) % 2 != 0) --shift;
  uint128 square = a.magnitude << shift, root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    uint128 candidate = root | uint128{1} << bit;
    if (candidate * candidate <= square) root = candidate;
  }
  result.magnitude = root;
  result.sticky = root * root != square;
  result.exponent = (a.exponent - shift) / 2;
  return result;
}

Real FromInteger(bool negative, uint64_t magnitude) {
  Real result;
  result.negative = negative && magnitude != 0;
  result.magnitude = magnitude;
  return result;
}

Real RoundToIntegral(Real a, Mode mode) {
  if (a.nan || a.infinite || a.exponent >= 0) return a;
  a.magnitude = RoundOff(a, -a.exponent, mode);
  a.exponent = 0;
  return a;
}

uint64_t ToInteger(Real a, Mode mode, int bits, bool is_signed, uint64_t nan_result) {
  if (a.nan) return nan_result;
  uint128 positive = (uint128{1} << (is_signed ? bits - 1 : bits)) - 1;
  uint128 limit = a.negative ? (is_signed ? positive + 1 : 0) : positive;
  uint128 magnitude = limit;
  if (!a.infinite) {
    Real integral = RoundToIntegral(a, mode);
    bool large = integral.magnitude != 0 && BitLength(integral.magnitude) + integral.exponent > 65;
    if (!large) {
      uint128 value = integral.exponent >= 0 ? integral.magnitude << integral.exponent : integral.magnitude;
      if (value < limit) magnitude = value;
    }
  }
  uint64_t result = static_cast<uint64_t>(magnitude);
  if (a.negative) result = 0 - result;
  return bits == 64 ? result : result & 0xffffffffu;
}

int Compare(Real a, Real b) {
  if (a.IsZero() && b.IsZero()) return 0;
  if (a.infinite || b.infinite) {
    int x = a.infinite ? (a.negative ? -1 : 1) : 0, y = b.infinite ? (b.negative ? -1 : 1) : 0;
    return x < y ? -1 : x > y;
  }
  b.negative = !b.negative;
  Real difference = Add(a, b, Mode::kRn);
  if (difference.IsZero()) return 0;
  return difference.negative ? -1 : 1;
}

uint64_t FlushSubnormal(Format format, uint64_t bits) {
  return (bits & format.Infinity()) == 0 ? bits & format.SignBit() : bits;
}
bool IsNan(Format format, uint64_t bits) { return (bits & ~format.SignBit()) > format.Infinity(); }

uint64_t ApplyFlags(Format format, uint64_t bits, uint16_t flags) {
  bool nan = IsNan(format, bits);
  if (flags & bytecode::kFtz) bits = FlushSubnormal(format, bits);
  if (flags & bytecode::kSat) {
    if (nan || bits & format.SignBit()) return 0;
    return bits > format.One() ? format.One() : bits;
  }
  if (nan) return format.CanonicalNan();
  if (flags & bytecode::kRelu && bits & format.SignBit()) return 0;
  return bits;
}

uint64_t Extremum(Format format, bool maximum, uint64_t a, uint64_t b, uint16_t flags) {
  uint64_t sign = (a ^ b) & format.SignBit();
  if (flags & bytecode::kXorSign) {
    a &= ~format.SignBit();
    b &= ~format.SignBit();
  }
  bool a_nan = IsNan(format, a), b_nan = IsNan(format, b);
  if ((a_nan && b_nan) || ((flags & bytecode::kNanIn) && (a_nan || b_nan))) return format.CanonicalNan();
  uint64_t result = a;
  if (a_nan) {
    result = b;
  } else if (!b_nan) {
    // Encodings order like sign-magnitude integers, which puts -0 below +0.
    auto key = [&](uint64_t bits) {
      int64_t magnitude = static_cast<int64_t>(bits & ~format.SignBit());
      return bits & format.SignBit() ? -1 - magnitude : magnitude;
    };
    if (maximum ? key(b) > key(a) : key(b) < key(a)) result = b;
  }
  return flags & bytecode::kXorSign ? (result & ~format.SignBit()) | sign : result;
}

}  // namespace culvert::npu::semantics
