// Approximate functions of f32 and f64 (PTX ISA, "Floating Point Instructions": rcp, div, sqrt, rsqrt, sin, cos, lg2,
// ex2, tanh). Results are judged, not computed: exact values come from the host's double and long double functions,
// which are far better than any bound here; special values must be met exactly.
#include <cmath>
#include <limits>

#include "tests/isa/reference/reference.h"
#include "tests/isa/reference/soft.h"

namespace culvert::isa {
namespace {

constexpr double kWrong = std::numeric_limits<double>::infinity();

float FloatOf(uint64_t bits) { return __builtin_bit_cast(float, static_cast<uint32_t>(bits)); }
double DoubleOf(uint64_t bits) { return __builtin_bit_cast(double, bits); }

enum class Unit { kUlp, kRelative, kAbsolute };

double Scale(Unit unit, double exact) {
  if (unit == Unit::kAbsolute) return 1;
  if (unit == Unit::kRelative) return std::fabs(exact);
  int exponent = exact == 0 ? -126 : std::max(std::ilogb(exact), -126);
  return std::ldexp(1.0, exponent - 23);
}

// Error of an f32 result whose exact value is `exact`: finite or infinite, not NaN. Under .ftz subnormal results are
// zeros. The sign of a zero must be right.
double Error(Unit unit, double exact, uint64_t result, bool ftz) {
  if (IsNan<F32>(result)) return kWrong;
  bool negative = (result & F32::kSign) != 0;
  if (std::isinf(exact)) return FloatOf(result) == static_cast<float>(exact) ? 0 : kWrong;
  double got = FloatOf(result);
  if (got == 0 || exact == 0) {
    if (unit != Unit::kAbsolute && negative != std::signbit(exact)) return kWrong;
    if (ftz && got == 0 && std::fabs(exact) < 0x1p-126) return 0;
  }
  if (ftz && IsSubnormal<F32>(result)) return kWrong;
  if (std::isinf(got)) {
    if (negative != std::signbit(exact)) return kWrong;
    if (std::fabs(exact) > 0x1.ffffffp127) return 0;  // rounds to infinity
    got = std::copysign(0x1p128, got);
  }
  if (exact == got) return 0;
  return std::fabs(got - exact) / Scale(unit, exact);
}

// A function of one f32: exact value of a double argument. Specials follow from IEEE arithmetic and the C library,
// which agree with the ISA's tables (rcp(-0) = -inf, rsqrt(-0) = -inf, sqrt(-0) = -0, lg2(0) = -inf, sin(inf) = NaN).
struct Function {
  const char* name;
  double (*exact)(double);
  Unit unit;
  double bound;
  const char* source;
};
const Function kFunctions[] = {
    {"rcp", [](double x) { return 1 / x; }, Unit::kUlp, 1, "rcp.approx.f32: at most 1 ulp"},
    {"sqrt", [](double x) { return std::sqrt(x); }, Unit::kRelative, 0x1p-23, "sqrt.approx.f32: 2^-23 relative"},
    {"rsqrt", [](double x) { return 1 / std::sqrt(x); }, Unit::kRelative, 0x1.1269ep-23,  // 2^-22.9
     "rsqrt.approx.f32: 2^-22.9 relative"},
    {"ex2", [](double x) { return std::exp2(x); }, Unit::kUlp, 2, "ex2.approx.f32: at most 2 ulp"},
    {"tanh", [](double x) { return std::tanh(x); }, Unit::kRelative, 0x1p-11, "tanh.approx.f32: 2^-11 relative"},
};

std::optional<Evaluator> Unary(const Function& function, bool ftz) {
  Evaluator evaluator{.results = {Ty::kF32}, .sources = {Ty::kF32}};
  Accuracy accuracy{
      .unit = function.unit == Unit::kUlp ? "ulp" : "relative", .bound = function.bound, .source = function.source};
  accuracy.error = [=](const uint64_t* sources, uint64_t result) {
    uint64_t a = ftz ? Flush<F32>(sources[0]) : sources[0];
    double exact = function.exact(FloatOf(a));
    if (std::isnan(exact)) return result == F32::kNan ? 0 : kWrong;
    // A subnormal result is exact to its last place at best.
    if (function.unit == Unit::kRelative && std::fabs(exact) < 0x1p-126) {
      return Error(Unit::kUlp, exact, result, ftz) <= 1 ? 0 : kWrong;
    }
    return Error(function.unit, exact, result, ftz);
  };
  evaluator.accuracy = accuracy;
  return evaluator;
}

// lg2: absolute between 1/2 and 2, relative elsewhere. sin, cos: by range. The unit is the bound that holds.
std::optional<Evaluator> Ranged(const std::string& mnemonic, bool ftz) {
  Evaluator evaluator{.results = {Ty::kF32}, .sources = {Ty::kF32}};
  Accuracy accuracy{.unit = "bounds", .bound = 1};
  if (mnemonic == "lg2") {
    accuracy.source = "lg2.approx.f32: 2^-22 absolute in (1/2, 2), 2^-22 relative elsewhere";
    accuracy.error = [=](const uint64_t* sources, uint64_t result) {
      double a = FloatOf(ftz ? Flush<F32>(sources[0]) : sources[0]), exact = std::log2(a);
      if (std::isnan(exact)) return result == F32::kNan ? 0 : kWrong;
      Unit unit = a > 0.5 && a < 2 ? Unit::kAbsolute : Unit::kRelative;
      return Error(unit, exact, result, ftz) / 0x1p-22;
    };
  } else {
    accuracy.source = "sin/cos.approx.f32: 2^-20.5 absolute up to 2 pi, 2^-14.7 up to 100 pi, none beyond";
    bool cosine = mnemonic == "cos";
    accuracy.error = [=](const uint64_t* sources, uint64_t result) {
      double a = FloatOf(ftz ? Flush<F32>(sources[0]) : sources[0]), magnitude = std::fabs(a);
      if (!std::isfinite(a)) return result == F32::kNan ? 0 : kWrong;
      if (a == 0) return result == (cosine ? F32::kOne : std::signbit(a) ? F32::kSign : 0) ? 0 : kWrong;
      double error = Error(Unit::kAbsolute, cosine ? std::cos(a) : std::sin(a), result, ftz);
      if (magnitude <= 2 * M_PI) return error / std::exp2(-20.5);
      if (magnitude <= 100 * M_PI) return error / std::exp2(-14.7);
      return std::fabs(FloatOf(result)) <= 1.0f ? 0 : kWrong;
    };
  }
  evaluator.accuracy = accuracy;
  return evaluator;
}

// div.approx.f32 and div.full.f32.
std::optional<Evaluator> Divide(bool full, bool ftz) {
  Evaluator evaluator{.results = {Ty::kF32}, .sources = {Ty::kF32, Ty::kF32}};
  Accuracy accuracy{.unit = "ulp", .bound = 2};
  accuracy.source = full ? "div.full.f32: at most 2 ulp"
                         : "div.approx.f32: at most 2 ulp for |b| in [2^-126, 2^126]; above, 0, or NaN for infinite a";
  accuracy.error = [=](const uint64_t* sources, uint64_t result) {
    uint64_t a = ftz ? Flush<F32>(sources[0]) : sources[0], b = ftz ? Flush<F32>(sources[1]) : sources[1];
    double x = FloatOf(a), y = FloatOf(b), exact = x / y;
    if (std::isnan(exact)) return result == F32::kNan ? 0 : kWrong;
    bool large = std::fabs(y) > 0x1p126 && std::isfinite(y);
    if (!full && large) {
      return result == (std::isinf(x) ? F32::kNan : (a ^ b) & F32::kSign) ? 0 : kWrong;
    }
    return Error(Unit::kUlp, exact, result, ftz);
  };
  evaluator.accuracy = accuracy;
  return evaluator;
}

// rcp.approx.ftz.f64, rsqrt.approx{.ftz}.f64. The .ftz forms work on the high 32 bits; their canonical NaN is
// 0x7fffffff00000000. The ISA gives no bound: what 20 bits of significand allow.
std::optional<Evaluator> Double(bool root, bool ftz) {
  constexpr double kHighBound = 0x1p-19, kBound = 0x1p-50;
  Evaluator evaluator{.results = {Ty::kF64}, .sources = {Ty::kF64}};
  Accuracy accuracy{.unit = "relative", .bound = ftz ? kHighBound : kBound};
  accuracy.source = "none in the ISA; what the number of significand bits allows";
  accuracy.error = [=](const uint64_t* sources, uint64_t result) {
    uint64_t a = ftz ? Flush<F64>(sources[0]) : sources[0];
    constexpr uint64_t kHighNan = 0x7fffffff00000000;
    double x = DoubleOf(a);
    long double exact = root ? 1 / std::sqrt(static_cast<long double>(x)) : 1 / static_cast<long double>(x);
    if (std::isnan(exact)) return result == (ftz ? kHighNan : F64::kNan) ? 0 : kWrong;
    if (ftz && (result & 0xffffffff) != 0) return kWrong;
    double got = DoubleOf(result);
    if (std::isinf(exact) || exact == 0)
      return got == static_cast<double>(exact) && std::signbit(got) == std::signbit(exact) ? 0 : kWrong;
    if (ftz && got == 0) return std::fabs(exact) < 0x1p-1022L && std::signbit(got) == std::signbit(exact) ? 0 : kWrong;
    return static_cast<double>(std::fabs(got - exact) / std::fabs(exact));
  };
  evaluator.accuracy = accuracy;
  return evaluator;
}

}  // namespace

std::optional<Evaluator> FindApproximate(OpcodeName name) {
  bool full = name.Take("full"), approximate = name.Take("approx");
  if (!full && !approximate) return std::nullopt;
  bool ftz = name.Take("ftz");
  std::optional<Ty> type = name.TakeType();
  const std::string& mnemonic = name.mnemonic();
  if (!name.Empty() || (full && mnemonic != "div")) return std::nullopt;
  if (type == Ty::kF64) {
    if (mnemonic == "rcp" && ftz) return Double(false, true);
    if (mnemonic == "rsqrt") return Double(true, ftz);
    return std::nullopt;
  }
  if (type != Ty::kF32) return std::nullopt;
  if (mnemonic == "div") return Divide(full, ftz);
  if (mnemonic == "lg2" || mnemonic == "sin" || mnemonic == "cos") return Ranged(mnemonic, ftz);
  for (const Function& function : kFunctions) {
    if (mnemonic == function.name && !(ftz && mnemonic == "tanh")) return Unary(function, ftz);
  }
  return std::nullopt;
}

}  // namespace culvert::isa
