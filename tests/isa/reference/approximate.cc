// Approximate instructions (PTX ISA, "Floating Point Instructions": div, rcp, sqrt, rsqrt, sin, cos, lg2, ex2, tanh):
// how far a result is from the value, against the bound that the ISA gives, and exactness where its tables of special
// operands leave no choice. The value is computed with the host's libm in a wider type, whose own error is below a
// millionth of every bound here.
//
// ISA: which NaN an f32 instruction gives is unspecified; this machine's are canonical (docs/npu.md, 3.5).
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "tests/isa/reference/reference.h"
#include "tests/isa/reference/soft.h"

namespace culvert::isa {
namespace {

constexpr double kWrong = std::numeric_limits<double>::infinity();

double F32Value(uint64_t bits) { return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits))); }
uint64_t F32Bits(double value) { return std::bit_cast<uint32_t>(static_cast<float>(value)); }

enum class Unit {
  kUlp,             // of f32, at the exact value
  kUlpFromNearest,  // the same, but counted from the nearest f32
  kRelative,
};

// 2^(the exponent of an f32's last bit) for a positive value.
double UlpAt(double value) {
  constexpr uint64_t kExponent = uint64_t{0x7ff} << 52, kLowest = uint64_t{1023 - 126} << 52;
  uint64_t exponent = std::max(std::bit_cast<uint64_t>(value) & kExponent, kLowest);
  return std::bit_cast<double>(exponent - (uint64_t{23} << 52));
}

// The error of an f32 `result`. Zeros, infinities and NaN among the exact values must be met to the bit, and so must
// the sign. An infinite result for a finite value counts as the first power of two beyond the largest number, and a
// flushed one as the nearest value that is flushed.
double F32Error(Unit unit, bool ftz, double exact, uint64_t result) {
  if (std::isnan(exact)) return result == F32::kNan ? 0 : kWrong;
  if (exact == 0 || std::isinf(exact)) return result == F32Bits(exact) ? 0 : kWrong;
  if (IsNan<F32>(result) || ((result & F32::kSign) != 0) != std::signbit(exact)) return kWrong;
  if (ftz && IsSubnormal<F32>(result)) return kWrong;
  exact = std::min(std::fabs(exact), 0x1p128);
  double value = std::min(std::fabs(F32Value(result)), 0x1p128);
  if (ftz && value == 0) value = std::min(exact, 0x1p-126);
  if (unit == Unit::kRelative) return std::fabs(value - exact) / exact;
  double nearest = unit == Unit::kUlp ? exact : std::min<double>(static_cast<float>(exact), 0x1p128);
  return std::fabs(value - nearest) / UlpAt(std::min(exact, 0x1.fffffep127));
}

// ---- One f32 operand ------------------------------------------------------------------------------------------------

double Reciprocal(double a) { return 1 / a; }
double RootReciprocal(double a) { return 1 / std::sqrt(a); }  // of -0: -infinity
double Exp2(double a) { return std::exp2(a); }
double Tanh(double a) { return std::tanh(a); }
double Sqrt(double a) { return std::sqrt(a); }

template <double (*kExact)(double)>
std::function<double(const uint64_t*, uint64_t)> Unary(Unit unit, bool ftz) {
  return [=](const uint64_t* sources, uint64_t result) {
    return F32Error(unit, ftz, kExact(F32Value(ftz ? Flush<F32>(sources[0]) : sources[0])), result);
  };
}

// tanh gives subnormal operands back.
double TanhError(const uint64_t* sources, uint64_t result) {
  if (IsSubnormal<F32>(sources[0])) return result == sources[0] ? 0 : kWrong;
  return F32Error(Unit::kRelative, false, Tanh(F32Value(sources[0])), result);
}

// Near a zero of the function the error counts absolutely, and a small result may have either sign.
double AbsoluteError(bool ftz, double exact, uint64_t result) {
  if (IsNan<F32>(result) || (ftz && IsSubnormal<F32>(result))) return kWrong;
  return std::fabs(F32Value(result) - exact);
}

// Absolute between 1/2 and 2, relative elsewhere; the bound is the same.
std::function<double(const uint64_t*, uint64_t)> Log2(bool ftz) {
  return [=](const uint64_t* sources, uint64_t result) {
    double a = F32Value(ftz ? Flush<F32>(sources[0]) : sources[0]);
    if (a > 0.5 && a < 2) return AbsoluteError(ftz, std::log2(a), result);
    // Zeros of both signs have the same logarithm.
    return F32Error(Unit::kRelative, ftz, a == 0 ? -kWrong : std::log2(a), result);
  };
}

constexpr double kPi = 3.14159265358979323846;
const double kNarrowBound = std::exp2(-20.5), kWideBound = std::exp2(-14.7);

// Two bounds: up to 2 pi, and up to 100 pi, where errors are scaled to the first one. Beyond, the ISA asks for best
// effort: a number that can be a sine.
template <double (*kExact)(double)>
std::function<double(const uint64_t*, uint64_t)> Circular(bool ftz) {
  return [=](const uint64_t* sources, uint64_t result) -> double {
    double a = F32Value(ftz ? Flush<F32>(sources[0]) : sources[0]);
    double size = std::fabs(a);
    if (!std::isfinite(a) || a == 0) return F32Error(Unit::kUlp, ftz, kExact(a), result);
    if (size <= 2 * kPi) return AbsoluteError(ftz, kExact(a), result);
    if (size <= 100 * kPi) return AbsoluteError(ftz, kExact(a), result) * (kNarrowBound / kWideBound);
    return std::fabs(F32Value(result)) <= 1 ? 0 : kWrong;
  };
}
double Sine(double a) { return std::sin(a); }
double Cosine(double a) { return std::cos(a); }

// ---- Division -------------------------------------------------------------------------------------------------------

double DivideError(bool full, bool ftz, const uint64_t* sources, uint64_t result) {
  uint64_t a = ftz ? Flush<F32>(sources[0]) : sources[0], b = ftz ? Flush<F32>(sources[1]) : sources[1];
  double x = F32Value(a), y = F32Value(b), error = F32Error(Unit::kUlp, ftz, x / y, result);
  if (full || std::isnan(x / y) || std::isinf(y) || y == 0) return error;
  // a * (1 / b) with a reciprocal that is flushed: zero, and infinity * zero.
  if (std::fabs(y) > 0x1p126) {
    uint64_t expected = std::isinf(x) ? F32::kNan : (a ^ b) & F32::kSign;
    return result == expected ? 0 : kWrong;
  }
  // Below 2^-126 the ISA gives no bound. The formula allows an infinity, and zero * infinity.
  if (std::fabs(y) < 0x1p-126) {
    bool formula = result == (((a ^ b) & F32::kSign) | F32::kInfinity) || (x == 0 && result == F32::kNan);
    if (formula) return 0;
  }
  return error;
}

// ---- f64 ------------------------------------------------------------------------------------------------------------

// rcp.approx.ftz.f64 and rsqrt.approx.ftz.f64 see the high word of the operand only and give the high word of a result,
// the low one being zero.
double HighWordError(bool root, uint64_t operand, uint64_t result) {
  constexpr uint64_t kHigh = 0xffffffff00000000, kHighNan = 0x7fffffff00000000;
  double a = std::bit_cast<double>(Flush<F64>(operand & kHigh));
  long double exact = root ? 1 / std::sqrt(static_cast<long double>(a)) : 1 / static_cast<long double>(a);
  if (std::isnan(exact)) return result == kHighNan ? 0 : kWrong;
  // ISA: unspecified for NaN with an infinity's high word, which "NaN gives NaN" and "the low word is ignored" disagree
  // about. This machine gives NaN.
  if (IsNan<F64>(operand)) return result == kHighNan ? 0 : kWrong;
  if ((result & ~kHigh) != 0 || IsNan<F64>(result) || IsSubnormal<F64>(result)) return kWrong;
  auto value = static_cast<long double>(std::bit_cast<double>(result));
  if (std::signbit(value) != std::signbit(exact)) return kWrong;
  if (exact == 0 || std::isinf(exact)) return value == exact ? 0 : kWrong;
  if (value == 0) value = std::copysign(std::min(std::fabs(exact), 0x1p-1022L), exact);
  return static_cast<double>(std::fabs((value - exact) / exact));
}

double RootReciprocalError(uint64_t operand, uint64_t result) {
  auto a = static_cast<long double>(std::bit_cast<double>(operand));
  long double exact = 1 / std::sqrt(a);
  if (std::isnan(exact)) return result == F64::kNan ? 0 : kWrong;
  auto value = static_cast<long double>(std::bit_cast<double>(result));
  if (exact == 0 || std::isinf(exact)) {
    return value == exact && std::signbit(value) == std::signbit(exact) ? 0 : kWrong;
  }
  return std::isnan(value) ? kWrong : static_cast<double>(std::fabs((value - exact) / exact));
}

// ---- Opcodes --------------------------------------------------------------------------------------------------------

std::optional<Accuracy> F32Accuracy(const std::string& mnemonic, bool ftz) {
  if (mnemonic == "rcp") return Accuracy{"ulp", 1, "9.7.3 rcp: 1 ulp", Unary<Reciprocal>(Unit::kUlp, ftz)};
  if (mnemonic == "sqrt") {
    return Accuracy{"relative", 0x1p-23, "9.7.3 sqrt: 2^-23 relative", Unary<Sqrt>(Unit::kRelative, ftz)};
  }
  if (mnemonic == "rsqrt") {
    return Accuracy{"relative", std::exp2(-22.9), "9.7.3 rsqrt: 2^-22.9 relative",
                    Unary<RootReciprocal>(Unit::kRelative, ftz)};
  }
  if (mnemonic == "ex2") {
    return Accuracy{"ulp", 2, "9.7.3 ex2: 2 ulp from the nearest", Unary<Exp2>(Unit::kUlpFromNearest, ftz)};
  }
  if (mnemonic == "lg2") {
    return Accuracy{"absolute or relative", 0x1p-22, "9.7.3 lg2: 2^-22, absolute in (1/2, 2), else relative",
                    Log2(ftz)};
  }
  constexpr char kCircular[] = "9.7.3 sin, cos: 2^-20.5 absolute up to 2 pi, 2^-14.7 (scaled here) up to 100 pi";
  if (mnemonic == "sin") return Accuracy{"absolute", kNarrowBound, kCircular, Circular<Sine>(ftz)};
  if (mnemonic == "cos") return Accuracy{"absolute", kNarrowBound, kCircular, Circular<Cosine>(ftz)};
  if (mnemonic == "tanh" && !ftz) return Accuracy{"relative", 0x1p-11, "9.7.3 tanh: 2^-11 relative", TanhError};
  return std::nullopt;
}

std::optional<Accuracy> F64Accuracy(const std::string& mnemonic, bool ftz) {
  constexpr char kNone[] = "9.7.3: no bound";
  auto high_word = [](bool root) {
    return [=](const uint64_t* sources, uint64_t result) { return HighWordError(root, sources[0], result); };
  };
  if (mnemonic == "rcp" && ftz) return Accuracy{"relative", 0, kNone, high_word(false)};
  if (mnemonic == "rsqrt" && ftz) return Accuracy{"relative", 0, kNone, high_word(true)};
  if (mnemonic == "rsqrt") {
    return Accuracy{"relative", 0, kNone,
                    [](const uint64_t* sources, uint64_t result) { return RootReciprocalError(sources[0], result); }};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Evaluator> FindApproximate(OpcodeName name) {
  bool full = name.Take("full");
  if (!full && !name.Take("approx")) return std::nullopt;
  bool ftz = name.Take("ftz"), divide = name.mnemonic() == "div";
  std::optional<Ty> type = name.TakeType();
  if (!name.Empty() || !type || (full && !divide)) return std::nullopt;
  std::optional<Accuracy> accuracy;
  if (type == Ty::kF32 && divide) {
    accuracy =
        Accuracy{"ulp", 2, full ? "9.7.3 div: 2 ulp" : "9.7.3 div: 2 ulp for |b| in [2^-126, 2^126]",
                 [=](const uint64_t* sources, uint64_t result) { return DivideError(full, ftz, sources, result); }};
  } else if (type == Ty::kF32) {
    accuracy = F32Accuracy(name.mnemonic(), ftz);
  } else if (type == Ty::kF64) {
    accuracy = F64Accuracy(name.mnemonic(), ftz);
  }
  if (!accuracy) return std::nullopt;
  return Evaluator{.results = {*type}, .sources = std::vector<Ty>(divide ? 2 : 1, *type), .accuracy = accuracy};
}

}  // namespace culvert::isa
