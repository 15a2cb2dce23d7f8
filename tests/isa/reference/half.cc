// Half-precision and bfloat16 arithmetic, scalar and packed: PTX ISA 9.7.4.
#include <cmath>
#include <limits>
#include <utility>

#include "tests/isa/reference/float_lanes.h"

namespace culvert::isa {
namespace {

// The NaN that fma.oob looks for. The ISA ("Tensors") names it without giving its bits; these are the ones with which
// tensor copies of sm_120 fill elements that are out of bounds.
constexpr uint64_t kOutOfBounds = 0x7ff7;

// ---- Arithmetic -----------------------------------------------------------------------------------------------------

constexpr int kSpare = 40;  // binary digits kept below the last one of the larger summand

// The exact sum needs up to 277 digits. The smaller summand may stand at kSpare digits below the larger one instead of
// still lower: both are below half a unit of the result by so much that rounding cannot tell.
template <Format kFormat>
[[gnu::always_inline]] constexpr uint64_t Add(uint64_t a_bits, uint64_t b_bits) {
  Number a = Decode<kFormat>(a_bits), b = Decode<kFormat>(b_bits);
  bool a_higher = a.exponent > b.exponent;
  int64_t top = std::max(a.exponent, b.exponent);
  int64_t distance = std::min<int64_t>(top - std::min(a.exponent, b.exponent), kSpare);
  int64_t a_aligned = static_cast<int64_t>(a.magnitude << kSpare >> (a_higher ? 0 : distance));
  int64_t b_aligned = static_cast<int64_t>(b.magnitude << kSpare >> (a_higher ? distance : 0));
  int64_t sum = (a.negative != 0 ? -a_aligned : a_aligned) + (b.negative != 0 ? -b_aligned : b_aligned);
  // An exact zero is positive, except where both summands are negative zeros.
  uint64_t negative = sum == 0 ? a.negative & b.negative : static_cast<uint64_t>(sum < 0);
  uint64_t bits = RoundTo<kFormat>(negative, static_cast<uint64_t>(sum < 0 ? -sum : sum), top - kSpare, kToNearest);
  bits = a.infinite ? a_bits : b.infinite ? b_bits : bits;
  bool nan = a.nan || b.nan || (a.infinite && b.infinite && a.negative != b.negative);
  return nan ? kFormat.Nan() : bits;
}

// The exact product.
constexpr Number Product(const Number& a, const Number& b) {
  bool zero = a.magnitude == 0 || b.magnitude == 0, infinite = a.infinite || b.infinite;
  return {.negative = a.negative ^ b.negative,
          .magnitude = a.magnitude * b.magnitude,
          .exponent = a.exponent + b.exponent,
          .nan = a.nan || b.nan || (infinite && zero),
          .infinite = infinite};
}

template <Format kFormat>
[[gnu::always_inline]] constexpr uint64_t Multiply(uint64_t a, uint64_t b) {
  return RoundTo<kFormat>(Product(Decode<kFormat>(a), Decode<kFormat>(b)), kToNearest);
}

// The leading digit to bit 60; zero gets an exponent below all others.
constexpr Number Normalized(Number number) {
  int64_t zeros = __builtin_clzll(number.magnitude | 1) - 3;
  number.magnitude <<= zeros;
  number.exponent = number.magnitude == 0 ? -4096 : number.exponent - zeros;
  return number;
}

template <Format kFormat>
[[gnu::always_inline]] constexpr uint64_t MultiplyAdd(uint64_t a_bits, uint64_t b_bits, uint64_t c_bits) {
  Number product = Product(Decode<kFormat>(a_bits), Decode<kFormat>(b_bits)), c = Decode<kFormat>(c_bits);
  bool nan = product.nan || c.nan || (product.infinite && c.infinite && product.negative != c.negative);
  uint64_t infinity =
      kFormat.Infinity() | (((product.infinite ? product.negative : c.negative) != 0) ? kFormat.Sign() : 0);
  bool infinite = product.infinite || c.infinite;
  Number p = Normalized(product), q = Normalized(c);
  bool p_higher = p.exponent > q.exponent;
  int64_t top = std::max(p.exponent, q.exponent);
  int64_t distance = std::min<int64_t>(top - std::min(p.exponent, q.exponent), 62);
  // Digits shifted out leave a mark in the last one: there are many between it and the last digit of the result.
  uint64_t low = p_higher ? q.magnitude : p.magnitude, high = p_higher ? p.magnitude : q.magnitude;
  uint64_t lost = (low & ((uint64_t{1} << distance) - 1)) != 0;
  auto low_aligned = static_cast<int64_t>(low >> distance | lost), high_aligned = static_cast<int64_t>(high);
  uint64_t low_negative = p_higher ? q.negative : p.negative, high_negative = p_higher ? p.negative : q.negative;
  int64_t sum = (low_negative != 0 ? -low_aligned : low_aligned) + (high_negative != 0 ? -high_aligned : high_aligned);
  uint64_t negative = sum == 0 ? p.negative & q.negative : static_cast<uint64_t>(sum < 0);
  uint64_t bits = RoundTo<kFormat>(negative, static_cast<uint64_t>(sum < 0 ? -sum : sum), top, kToNearest);
  return nan ? kFormat.Nan() : infinite ? infinity : bits;
}

// An operation with its modifiers: inputs flushed, the result flushed and clamped.
template <Format kFormat, int kSources, typename F>
Evaluator Arithmetic(Ty type, Finish finish, F f) {
  return Elementwise<kSources>(type, [f, finish](auto... sources) __attribute__((always_inline)) {
    uint64_t result = f((finish.ftz ? Flushed<kFormat>(sources) : sources)...);
    return finish.operator()<kFormat>(result);
  });
}

// Both formats of an operation; f gets the format as a template argument.
template <int kSources, typename F>
std::optional<Evaluator> ForFormat(Ty type, Finish finish, F f) {
  if (IsHalf(type)) {
    return Arithmetic<kHalf, kSources>(
        type, finish, [f](auto... s) __attribute__((always_inline)) { return f.template operator()<kHalf>(s...); });
  }
  return Arithmetic<kBrain, kSources>(
      type, finish, [f](auto... s) __attribute__((always_inline)) { return f.template operator()<kBrain>(s...); });
}

// Takes the type, the last thing in a name.
std::optional<Ty> TakeHalfType(OpcodeName& name) {
  std::optional<Ty> type = name.TakeType();
  return type && (IsHalf(*type) || IsBrain(*type)) && name.Empty() ? type : std::nullopt;
}

// .ftz, .sat: only half precision has them.
bool Allowed(Ty type, const Finish& finish) { return IsHalf(type) || (!finish.ftz && !finish.sat); }

std::optional<Evaluator> FindBinary(OpcodeName name) {
  name.Take("rn");
  Finish finish{.ftz = name.Take("ftz"), .sat = name.Take("sat")};
  std::optional<Ty> type = TakeHalfType(name);
  if (!type || !Allowed(*type, finish)) return std::nullopt;
  if (name.mnemonic() == "mul") {
    return ForFormat<2>(*type, finish, []<Format kFormat>(uint64_t a, uint64_t b) __attribute__((always_inline)) {
      return Multiply<kFormat>(a, b);
    });
  }
  bool subtract = name.mnemonic() == "sub";
  return ForFormat<2>(*type, finish, [subtract]<Format kFormat>(uint64_t a, uint64_t b) __attribute__((always_inline)) {
    return Add<kFormat>(a, b ^ (subtract ? kFormat.Sign() : 0));
  });
}

std::optional<Evaluator> FindFma(OpcodeName name) {
  if (!name.Take("rn")) return std::nullopt;
  bool out_of_bounds = name.Take("oob");
  Finish finish{.ftz = name.Take("ftz"), .sat = name.Take("sat"), .relu = name.Take("relu")};
  std::optional<Ty> type = TakeHalfType(name);
  if (!type || !Allowed(*type, finish) || (finish.sat && finish.relu) || (out_of_bounds && (finish.ftz || finish.sat)))
    return std::nullopt;
  return ForFormat<3>(*type, finish,
                      [out_of_bounds]<Format kFormat>(uint64_t a, uint64_t b, uint64_t c)
                          __attribute__((always_inline)) {
                            bool found = out_of_bounds && (a == kOutOfBounds || b == kOutOfBounds || c == kOutOfBounds);
                            return found ? 0 : MultiplyAdd<kFormat>(a, b, c);
                          });
}

// ---- Signs and selection --------------------------------------------------------------------------------------------

std::optional<Evaluator> FindSign(OpcodeName name) {
  Finish finish{.ftz = name.Take("ftz")};
  std::optional<Ty> type = TakeHalfType(name);
  if (!type || !Allowed(*type, finish)) return std::nullopt;
  bool negate = name.mnemonic() == "neg";
  return ForFormat<1>(*type, finish, [negate]<Format kFormat>(uint64_t a) __attribute__((always_inline)) {
    uint64_t changed = negate ? a ^ kFormat.Sign() : kFormat.Magnitude(a);
    return kFormat.IsNan(a) ? kFormat.Nan() : changed;
  });
}

struct Selection {
  bool maximum, nan_wins, xorsign_abs;

  template <Format kFormat>
  [[gnu::always_inline]] uint64_t operator()(uint64_t a, uint64_t b) const {
    uint64_t sign = (a ^ b) & kFormat.Sign();
    bool a_nan = kFormat.IsNan(a), b_nan = kFormat.IsNan(b), nan = (a_nan && b_nan) || (nan_wins && (a_nan || b_nan));
    uint64_t x = xorsign_abs ? kFormat.Magnitude(a) : a, y = xorsign_abs ? kFormat.Magnitude(b) : b;
    bool x_first = (OrderOf<kFormat>(x) < OrderOf<kFormat>(y)) != maximum;
    uint64_t chosen = a_nan ? y : b_nan ? x : x_first ? x : y;
    chosen = xorsign_abs ? chosen | sign : chosen;
    return nan ? kFormat.Nan() : chosen;
  }
};

std::optional<Evaluator> FindMinMax(OpcodeName name) {
  Finish finish{.ftz = name.Take("ftz")};
  Selection select{
      .maximum = name.mnemonic() == "max", .nan_wins = name.Take("NaN"), .xorsign_abs = name.Take("xorsign")};
  if (name.Take("abs") != select.xorsign_abs) return std::nullopt;
  std::optional<Ty> type = TakeHalfType(name);
  if (!type || !Allowed(*type, finish)) return std::nullopt;
  return ForFormat<2>(*type, finish, select);
}

// ---- Approximations -------------------------------------------------------------------------------------------------

constexpr double kWrong = std::numeric_limits<double>::infinity();

// Exact: both formats are within double.
double ValueOf(const Number& number) {
  double magnitude =
      number.infinite ? kWrong : std::ldexp(static_cast<double>(number.magnitude), static_cast<int>(number.exponent));
  return number.negative != 0 ? -magnitude : magnitude;
}

// The absolute error of tanh.
template <Format kFormat>
double TanhError(uint64_t source, uint64_t result) {
  Number x = Decode<kFormat>(source), got = Decode<kFormat>(result);
  if (x.nan) return result == kFormat.Nan() ? 0 : kWrong;
  uint64_t sign = source & kFormat.Sign();
  if (x.infinite) return result == (kFormat.One() | sign) ? 0 : kWrong;
  if (x.magnitude == 0) return result == source ? 0 : kWrong;
  if (got.nan || got.infinite) return kWrong;
  return std::fabs(ValueOf(got) - std::tanh(ValueOf(x)));
}

// The error of 2^x relative to the true value, or to the smallest normal number where that is larger: subnormal numbers
// have fewer digits than the bound.
template <Format kFormat, bool kFlush>
double PowerError(uint64_t source, uint64_t result) {
  Number x = Decode<kFormat>(source), got = Decode<kFormat>(result);
  if (x.nan) return result == kFormat.Nan() ? 0 : kWrong;
  if (x.infinite) return result == (x.negative != 0 ? 0 : kFormat.Infinity()) ? 0 : kWrong;
  bool one = x.magnitude == 0 || (kFlush && x.magnitude < kFormat.Hidden());
  if (one) return result == kFormat.One() ? 0 : kWrong;
  if (got.nan || got.negative != 0) return kWrong;
  double truth = std::exp2(ValueOf(x)), normal = ValueOf(Decode<kFormat>(kFormat.Hidden()));
  // Where rounding to nearest turns to infinity: half a unit above the largest number.
  double limit =
      ValueOf({.magnitude = 4 * kFormat.Hidden() - 1, .exponent = Decode<kFormat>(kFormat.Largest()).exponent - 1});
  if (got.infinite) return truth >= limit ? 0 : limit / truth - 1;
  if (std::isinf(truth)) return kWrong;
  if (kFlush && result < kFormat.Hidden()) return result == 0 && truth < normal ? 0 : kWrong;
  return std::fabs(ValueOf(got) - truth) / std::max(truth, normal);
}

// The worse of the elements' errors.
std::optional<Evaluator> Approximation(Ty type, std::string unit, double bound, std::string source,
                                       double (*error)(uint64_t, uint64_t)) {
  Accuracy accuracy{.unit = std::move(unit), .bound = bound, .source = std::move(source)};
  accuracy.error = [error, pair = IsPair(type)](const uint64_t* sources, uint64_t result) {
    double low = error(sources[0] & 0xffff, result & 0xffff);
    return pair ? std::max(low, error(sources[0] >> 16, result >> 16)) : low;
  };
  return Evaluator{.results = {type}, .sources = {type}, .accuracy = std::move(accuracy)};
}

std::optional<Evaluator> FindTanh(OpcodeName name) {
  if (!name.Take("approx")) return std::nullopt;
  std::optional<Ty> type = TakeHalfType(name);
  if (!type) return std::nullopt;
  bool half = IsHalf(*type);
  return Approximation(*type, "absolute", half ? std::exp2(-10.987) : std::exp2(-8),
                       half ? "9.7.4.9: absolute error 2^-10.987 (f16)" : "9.7.4.9: absolute error 2^-8 (bf16)",
                       half ? TanhError<kHalf> : TanhError<kBrain>);
}

std::optional<Evaluator> FindEx2(OpcodeName name) {
  bool approx = name.Take("approx"), flush = name.Take("ftz");
  std::optional<Ty> type = TakeHalfType(name);
  if (!approx || !type || flush != IsBrain(*type)) return std::nullopt;
  return Approximation(*type, "relative", flush ? std::exp2(-7) : std::exp2(-9.9),
                       flush ? "9.7.4.10: relative error 2^-7 (bf16)" : "9.7.4.10: relative error 2^-9.9 (f16)",
                       flush ? PowerError<kBrain, true> : PowerError<kHalf, false>);
}

}  // namespace

std::optional<Evaluator> FindHalf(OpcodeName name) {
  const std::string mnemonic = name.mnemonic();
  if (mnemonic == "add" || mnemonic == "sub" || mnemonic == "mul") return FindBinary(std::move(name));
  if (mnemonic == "fma") return FindFma(std::move(name));
  if (mnemonic == "neg" || mnemonic == "abs") return FindSign(std::move(name));
  if (mnemonic == "min" || mnemonic == "max") return FindMinMax(std::move(name));
  if (mnemonic == "tanh") return FindTanh(std::move(name));
  if (mnemonic == "ex2") return FindEx2(std::move(name));
  return std::nullopt;
}

}  // namespace culvert::isa
