// Integer arithmetic (PTX ISA 9.7.1). Values are computed in a type that holds the exact result and then cut or
// clamped, as the ISA describes them. The bit-field and bit-counting instructions of the section are in bits.cc.
#include <algorithm>
#include <limits>
#include <string>

#include "tests/isa/reference/integer_lanes.h"

namespace culvert::isa {
namespace {

template <typename T>
T Clamp(Wide<T> value) {
  return static_cast<T>(std::clamp<Wide<T>>(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}
// Sums of values of up to 16 bits, in int for both signednesses.
template <typename T>
T ClampSum(int value) {
  return static_cast<T>(std::clamp<int>(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

std::optional<Evaluator> Add(OpcodeName name) {
  bool sat = name.Take("sat");
  std::optional<Ty> type = OnlyType(name);
  if (!type) return std::nullopt;
  if (IsPacked(*type)) {
    return WithElement(*type, [&](auto t) {
      using T = decltype(t);
      if (sat) return Packed<T, 2>(*type, [](int a, int b) { return ClampSum<T>(a + b); });
      return Packed<T, 2>(*type, [](int a, int b) { return a + b; });
    });
  }
  if (sat) {
    if (*type == Ty::kU32) {
      return Uniform<uint32_t, 2>(*type, [](uint64_t a, uint64_t b) { return Clamp<uint32_t>(a + b); });
    }
    if (*type != Ty::kS32) return std::nullopt;
    return Uniform<int32_t, 2>(*type, [](int64_t a, int64_t b) { return Clamp<int32_t>(a + b); });
  }
  if (!IsInteger(*type)) return std::nullopt;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    return Uniform<T, 2>(*type, [](Wide<T> a, Wide<T> b) { return a + b; });
  });
}

std::optional<Evaluator> Sub(OpcodeName name) {
  bool sat = name.Take("sat");
  std::optional<Ty> type = OnlyType(name);
  if (!type) return std::nullopt;
  if (*type == Ty::kU8x4 || *type == Ty::kS8x4) {
    return WithElement(*type, [&](auto t) {
      using T = decltype(t);
      if (sat) return Packed<T, 2>(*type, [](int a, int b) { return ClampSum<T>(a - b); });
      return Packed<T, 2>(*type, [](int a, int b) { return a - b; });
    });
  }
  if (!IsInteger(*type) || (sat && *type != Ty::kS32)) return std::nullopt;
  if (sat) return Uniform<int32_t, 2>(*type, [](int64_t a, int64_t b) { return Clamp<int32_t>(a - b); });
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    return Uniform<T, 2>(*type, [](Wide<T> a, Wide<T> b) { return a - b; });
  });
}

Ty TwiceAsWide(Ty type) {
  if (type == Ty::kU16) return Ty::kU32;
  if (type == Ty::kS16) return Ty::kS32;
  return type == Ty::kU32 ? Ty::kU64 : Ty::kS64;
}

// mul.wide and, with an addend of the result's type, mad.wide.
template <bool kAddend>
Evaluator WideMultiply(Ty type) {
  Ty result = TwiceAsWide(type);
  return WithType(type, [&](auto t) {
    using T = decltype(t);
    uint64_t mask = MaskIf(BitsOf(result) == 64) | 0xffffffff;
    auto product = [](uint64_t a, uint64_t b) {
      return static_cast<uint64_t>(Wide<T>{static_cast<T>(a)} * Wide<T>{static_cast<T>(b)});
    };
    if constexpr (kAddend) {
      return Evaluator{
          .results = {result},
          .sources = {type, type, result},
          .compute = EachLane<3>([=](uint64_t a, uint64_t b, uint64_t c) { return (product(a, b) + c) & mask; })};
    } else {
      return Evaluator{.results = {result},
                       .sources = {type, type},
                       .compute = EachLane<2>([=](uint64_t a, uint64_t b) { return product(a, b) & mask; })};
    }
  });
}

std::optional<Evaluator> Mul(OpcodeName name) {
  bool wide = name.Take("wide"), hi = !wide && name.Take("hi"), lo = !wide && !hi && name.Take("lo");
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type) || !(wide || hi || lo)) return std::nullopt;
  if (wide) return BitsOf(*type) == 64 ? std::nullopt : std::optional(WideMultiply<false>(*type));
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    if (hi) return Uniform<T, 2>(*type, [](Wide<T> a, Wide<T> b) { return a * b >> kBits<T>; });
    return Uniform<T, 2>(*type, [](Wide<T> a, Wide<T> b) { return a * b; });
  });
}

std::optional<Evaluator> Mad(OpcodeName name) {
  bool wide = name.Take("wide"), hi = !wide && name.Take("hi"), lo = !wide && !hi && name.Take("lo");
  bool sat = name.Take("sat");
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type) || !(wide || hi || lo)) return std::nullopt;
  if (sat) {
    if (!hi || *type != Ty::kS32) return std::nullopt;
    return Uniform<int32_t, 3>(*type,
                               [](int64_t a, int64_t b, int64_t c) { return Clamp<int32_t>((a * b >> 32) + c); });
  }
  if (wide) return BitsOf(*type) == 64 ? std::nullopt : std::optional(WideMultiply<true>(*type));
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    if (hi) return Uniform<T, 3>(*type, [](Wide<T> a, Wide<T> b, Wide<T> c) { return (a * b >> kBits<T>)+c; });
    return Uniform<T, 3>(*type, [](Wide<T> a, Wide<T> b, Wide<T> c) { return a * b + c; });
  });
}

// mul24, mad24: the low 24 bits of a and b; .hi is bits 47..16 of the product, .lo bits 31..0. The ISA says that the
// operands hold 24-bit values and nothing about the eight bits above them. ISA: unspecified; they are ignored here.
template <typename T>
int64_t Low24(T value) {
  return static_cast<int64_t>(static_cast<T>(static_cast<uint32_t>(value) << 8) >> 8);
}

std::optional<Evaluator> Multiply24(OpcodeName name, bool add) {
  bool hi = name.Take("hi"), lo = !hi && name.Take("lo"), sat = name.Take("sat");
  std::optional<Ty> type = OnlyType(name);
  if (!type || !OneOf(*type, {Ty::kU32, Ty::kS32}) || !(hi || lo)) return std::nullopt;
  if (sat) {
    if (!add || !hi || *type != Ty::kS32) return std::nullopt;
    return Uniform<int32_t, 3>(*type, [](int32_t a, int32_t b, int32_t c) {
      return Clamp<int32_t>(static_cast<int32_t>(Low24(a) * Low24(b) >> 16) + int64_t{c});
    });
  }
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    int drop = hi ? 16 : 0;
    if (add)
      return Uniform<T, 3>(*type,
                           [=](T a, T b, T c) { return (Low24(a) * Low24(b) >> drop) + static_cast<int64_t>(c); });
    return Uniform<T, 2>(*type, [=](T a, T b) { return Low24(a) * Low24(b) >> drop; });
  });
}
std::optional<Evaluator> Mul24(OpcodeName name) { return Multiply24(std::move(name), false); }
std::optional<Evaluator> Mad24(OpcodeName name) { return Multiply24(std::move(name), true); }

std::optional<Evaluator> Sad(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type)) return std::nullopt;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    return Uniform<T, 3>(*type, [](Wide<T> a, Wide<T> b, Wide<T> c) { return c + (a < b ? b - a : a - b); });
  });
}

// Division truncates: quotients towards zero, remainders with the sign of the dividend. Of a zero divisor the ISA says
// only that the value is machine-specific, and nothing of the smallest value divided by -1.
// ISA: unspecified; this machine gives all ones (div) or the dividend (rem), and the wrapped quotient, remainder 0.
template <typename T>
Wide<T> Quotient(T a, T b) {
  Wide<T> divisor = b == 0 ? 1 : b;
  return b == 0 ? static_cast<Wide<T>>(-1) : static_cast<Wide<T>>(a) / divisor;
}

std::optional<Evaluator> Div(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type)) return std::nullopt;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    return Uniform<T, 2>(*type, [](T a, T b) { return Quotient(a, b); });
  });
}

std::optional<Evaluator> Rem(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsInteger(*type)) return std::nullopt;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    return Uniform<T, 2>(*type,
                         [](T a, T b) { return static_cast<Wide<T>>(a) - Quotient(a, b) * static_cast<Wide<T>>(b); });
  });
}

std::optional<Evaluator> Abs(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (!type || !IsSigned(*type)) return std::nullopt;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    return Uniform<T, 1>(*type, [](Wide<T> a) { return a < 0 ? Wide<T>{0} - a : a; });
  });
}

std::optional<Evaluator> Neg(OpcodeName name) {
  std::optional<Ty> type = OnlyType(name);
  if (type == Ty::kS8x4) return Packed<int8_t, 1>(*type, [](int a) { return -a; });
  if (!type || !IsSigned(*type)) return std::nullopt;
  return WithType(*type, [&](auto t) {
    using T = decltype(t);
    return Uniform<T, 1>(*type, [](Wide<T> a) { return Wide<T>{0} - a; });
  });
}

// min and max; .relu replaces a negative result by zero.
template <bool kMax>
std::optional<Evaluator> Extreme(OpcodeName name) {
  auto pick = [](auto a, auto b) { return kMax ? (a > b ? a : b) : (a < b ? a : b); };
  auto rectified = [pick](auto a, auto b) { return std::max<decltype(a)>(pick(a, b), 0); };
  bool relu = name.Take("relu");
  std::optional<Ty> type = OnlyType(name);
  if (!type || (relu && !OneOf(*type, {Ty::kS32, Ty::kS16x2, Ty::kS8x4}))) return std::nullopt;
  if (IsPacked(*type)) {
    return WithElement(*type, [&](auto t) {
      using T = decltype(t);
      return relu ? Packed<T, 2>(*type, rectified) : Packed<T, 2>(*type, pick);
    });
  }
  if (relu) return Uniform<int32_t, 2>(*type, rectified);
  if (!IsInteger(*type)) return std::nullopt;
  return WithType(*type, [&](auto t) { return Uniform<decltype(t), 2>(*type, pick); });
}

// The n-th 8- or 16-bit part of a word, extended as its type says.
template <int kPart>
int64_t Part(uint64_t word, int n, bool is_signed) {
  uint64_t part = word >> (n * kPart) & ((1 << kPart) - 1);
  uint64_t sign = uint64_t{is_signed} << (kPart - 1);
  return static_cast<int64_t>(part ^ sign) - static_cast<int64_t>(sign);
}

// The accumulator and the result are unsigned only if both inputs are; sums wrap at 32 bits.
std::optional<Evaluator> DotProduct(OpcodeName name, bool two_way) {
  bool hi = two_way && name.Take("hi"), lo = two_way && !hi && name.Take("lo");
  std::optional<Ty> a_type = name.TakeType(), b_type = OnlyType(name);
  if (!a_type || !b_type || (two_way && !hi && !lo)) return std::nullopt;
  if (!OneOf(*a_type, {Ty::kU32, Ty::kS32}) || !OneOf(*b_type, {Ty::kU32, Ty::kS32})) return std::nullopt;
  bool a_signed = IsSigned(*a_type), b_signed = IsSigned(*b_type);
  Ty sum = a_signed || b_signed ? Ty::kS32 : Ty::kU32;
  Evaluator dot{.results = {sum}, .sources = {Ty::kB32, Ty::kB32, sum}};
  if (two_way) {
    int first = hi ? 2 : 0;
    dot.compute = EachLane<3>([=](uint64_t a, uint64_t b, uint64_t c) {
      int64_t products = Part<16>(a, 0, a_signed) * Part<8>(b, first, b_signed) +
                         Part<16>(a, 1, a_signed) * Part<8>(b, first + 1, b_signed);
      return (c + static_cast<uint64_t>(products)) & 0xffffffff;
    });
  } else {
    dot.compute = EachLane<3>([=](uint64_t a, uint64_t b, uint64_t c) {
      int64_t products = 0;
      for (int i = 0; i < 4; ++i) products += Part<8>(a, i, a_signed) * Part<8>(b, i, b_signed);
      return (c + static_cast<uint64_t>(products)) & 0xffffffff;
    });
  }
  return dot;
}
std::optional<Evaluator> Dp2a(OpcodeName name) { return DotProduct(std::move(name), true); }
std::optional<Evaluator> Dp4a(OpcodeName name) { return DotProduct(std::move(name), false); }

constexpr Instruction kInstructions[] = {
    {"add", Add},           {"sub", Sub},   {"mul", Mul},  {"mad", Mad}, {"mul24", Mul24}, {"mad24", Mad24},
    {"sad", Sad},           {"div", Div},   {"rem", Rem},  {"abs", Abs}, {"neg", Neg},     {"min", Extreme<false>},
    {"max", Extreme<true>}, {"dp2a", Dp2a}, {"dp4a", Dp4a}};

}  // namespace

std::optional<Evaluator> FindInteger(OpcodeName name) { return FindIn(kInstructions, std::move(name)); }

}  // namespace culvert::isa
