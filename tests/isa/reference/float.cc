// Floating point, exact results (PTX ISA, "Floating Point Instructions" and "Mixed Precision Floating Point
// Instructions"): one rounding of the exact value.
#include "tests/isa/reference/reference.h"
#include "tests/isa/reference/soft.h"

namespace culvert::isa {
namespace {

// Modifiers that change values.
struct Options {
  Round round = Round::kNearestEven;
  bool ftz = false, sat = false;
};

template <typename F>
uint64_t In(uint64_t bits, const Options& options) {
  return options.ftz ? Flush<F>(bits) : bits;
}

// .ftz, then .sat: to [0, 1]; NaN and everything negative becomes +0. ISA: unspecified whether a value is flushed that
// rounds up to the smallest normal number, and which zero -0 saturates to; this machine keeps the one and gives +0.
template <typename F>
uint64_t Out(uint64_t bits, const Options& options) {
  if (options.ftz) bits = Flush<F>(bits);
  if (!options.sat) return bits;
  if (IsNan<F>(bits) || (bits & F::kSign) != 0) return 0;
  return bits > F::kOne ? F::kOne : bits;
}

enum class Operation { kAdd, kSubtract, kMultiply, kDivide, kReciprocal, kRoot, kFma };

template <typename F, Operation kOperation>
uint64_t Arithmetic(uint64_t a, uint64_t b, uint64_t c, const Options& options) {
  auto x = Decode<F>(In<F>(a, options)), y = Decode<F>(In<F>(b, options)), z = Decode<F>(In<F>(c, options));
  using W = Wide<F>;
  Real<W> result;
  switch (kOperation) {
    case Operation::kAdd:
      result = Add(x, y, options.round);
      break;
    case Operation::kSubtract:
      result = Add(x, Negated(y), options.round);
      break;
    case Operation::kMultiply:
      result = Multiply(x, y);
      break;
    case Operation::kDivide:
      result = Divide<F>(x, y);
      break;
    case Operation::kReciprocal:
      result = Divide<F>(FromInteger<W>(false, 1), x);
      break;
    case Operation::kRoot:
      result = SquareRoot(x);
      break;
    case Operation::kFma:
      result = MultiplyAdd(x, y, z, options.round);
      break;
  }
  return Out<F>(Encode<F>(result, options.round), options);
}

template <typename F, Operation kOperation>
std::function<void(const Batch&)> Lanes(int sources, Options options) {
  if (sources == 1) {
    return EachLane<1>([=](uint64_t a) { return Arithmetic<F, kOperation>(a, 0, 0, options); });
  }
  if (sources == 2) {
    return EachLane<2>([=](uint64_t a, uint64_t b) { return Arithmetic<F, kOperation>(a, b, 0, options); });
  }
  return EachLane<3>([=](uint64_t a, uint64_t b, uint64_t c) { return Arithmetic<F, kOperation>(a, b, c, options); });
}

// Two f32 in 64 bits.
template <Operation kOperation>
std::function<void(const Batch&)> PackedLanes(int sources, Options options) {
  auto both = [=](uint64_t a, uint64_t b, uint64_t c) {
    constexpr uint64_t kLow = 0xffffffff;
    uint64_t low = Arithmetic<F32, kOperation>(a & kLow, b & kLow, c & kLow, options);
    return low | Arithmetic<F32, kOperation>(a >> 32, b >> 32, c >> 32, options) << 32;
  };
  if (sources == 2) return EachLane<2>([=](uint64_t a, uint64_t b) { return both(a, b, 0); });
  return EachLane<3>(both);
}

std::optional<Round> TakeRounding(OpcodeName& name) {
  if (name.Take("rn")) return Round::kNearestEven;
  if (name.Take("rz")) return Round::kZero;
  if (name.Take("rm")) return Round::kDown;
  return name.Take("rp") ? std::optional(Round::kUp) : std::nullopt;
}

template <Operation kOperation>
std::optional<Evaluator> Rounded(OpcodeName& name, int sources, bool rounding_required) {
  std::optional<Round> round = TakeRounding(name);
  Options options{.round = round.value_or(Round::kNearestEven)};
  if (rounding_required && !round) return std::nullopt;
  options.ftz = name.Take("ftz");
  options.sat = name.Take("sat");
  std::optional<Ty> type = name.TakeType();
  if (!type.has_value() || !name.Empty()) return std::nullopt;
  Evaluator evaluator{.results = {*type}, .sources = std::vector<Ty>(static_cast<size_t>(sources), *type)};
  bool saturates =
      kOperation != Operation::kDivide && kOperation != Operation::kReciprocal && kOperation != Operation::kRoot;
  if (type == Ty::kF32 && (saturates || !options.sat)) {
    evaluator.compute = Lanes<F32, kOperation>(sources, options);
  } else if (type == Ty::kF64 && !options.ftz && !options.sat) {
    evaluator.compute = Lanes<F64, kOperation>(sources, options);
  } else if (type == Ty::kF32x2 && saturates && !options.sat && sources > 1) {
    evaluator.compute = PackedLanes<kOperation>(sources, options);
  } else {
    return std::nullopt;
  }
  return evaluator;
}

// add.f32.f16 and the like: the half operands are exact as f32.
template <Operation kOperation>
std::optional<Evaluator> Mixed(OpcodeName name, int sources) {
  std::optional<Round> round = TakeRounding(name);
  Options options{.round = round.value_or(Round::kNearestEven)};
  if (kOperation == Operation::kFma && !round) return std::nullopt;
  options.sat = name.Take("sat");
  std::optional<Ty> result = name.TakeType(), half = name.TakeType();
  if (result != Ty::kF32 || (half != Ty::kF16 && half != Ty::kBf16) || !name.Empty()) return std::nullopt;
  auto widen = [is_f16 = half == Ty::kF16](uint64_t bits) {
    if (is_f16) return Encode<F32>(Decode<F16, uint64_t>(bits), Round::kNearestEven);
    return Encode<F32>(Decode<Bf16, uint64_t>(bits), Round::kNearestEven);
  };
  Evaluator evaluator{.results = {Ty::kF32}, .sources = std::vector<Ty>(static_cast<size_t>(sources), *half)};
  evaluator.sources.back() = Ty::kF32;
  if (sources == 2) {
    evaluator.compute =
        EachLane<2>([=](uint64_t a, uint64_t c) { return Arithmetic<F32, kOperation>(widen(a), c, 0, options); });
  } else {
    evaluator.compute = EachLane<3>([=](uint64_t a, uint64_t b, uint64_t c) {
      return Arithmetic<F32, kOperation>(widen(a), widen(b), c, options);
    });
  }
  return evaluator;
}

struct Extremum {
  bool max = false, ftz = false, nan = false, xorsign = false, abs = false;
};

// The smaller (larger) of two numbers, where -0 is below +0; a NaN gives way to the other operand, or wins under .NaN.
template <typename F>
uint64_t Pick(uint64_t a, uint64_t b, const Extremum& options) {
  bool a_nan = IsNan<F>(a), b_nan = IsNan<F>(b);
  if ((a_nan && b_nan) || (options.nan && (a_nan || b_nan))) return F::kNan;
  if (a_nan || b_nan) return a_nan ? b : a;
  int order = Order<F>(a, b);
  if (order == 0) order = (a & F::kSign) != 0 ? -1 : 1;  // zeros
  return (order < 0) != options.max ? a : b;
}

template <typename F>
uint64_t Prepare(uint64_t bits, const Extremum& options) {
  if (options.ftz) bits = Flush<F>(bits);
  return options.abs ? bits & ~F::kSign : bits;
}

template <typename F>
uint64_t PickTwo(uint64_t a, uint64_t b, const Extremum& options) {
  uint64_t result = Pick<F>(Prepare<F>(a, options), Prepare<F>(b, options), options);
  if (!options.xorsign || IsNan<F>(result)) return result;
  return (result & ~F::kSign) | ((a ^ b) & F::kSign);
}

// Two f32 operands, with .abs only beside .xorsign; or three, with .abs alone.
std::optional<Evaluator> MinMax(OpcodeName name) {
  Extremum options{.max = name.mnemonic() == "max"};
  options.ftz = name.Take("ftz");
  options.nan = name.Take("NaN");
  options.xorsign = name.Take("xorsign");
  options.abs = name.Take("abs");
  std::optional<Ty> type = name.TakeType();
  if (!name.Empty() || (options.xorsign && !options.abs)) return std::nullopt;
  bool three = name.sources() == 3 || (options.abs && !options.xorsign);
  if (type == Ty::kF32 && !three) {
    return Evaluator{.results = {Ty::kF32},
                     .sources = {Ty::kF32, Ty::kF32},
                     .compute = EachLane<2>([=](uint64_t a, uint64_t b) { return PickTwo<F32>(a, b, options); })};
  }
  if (type == Ty::kF32 && !options.xorsign) {
    auto pick = [=](uint64_t a, uint64_t b, uint64_t c) {
      return Pick<F32>(PickTwo<F32>(a, b, options), Prepare<F32>(c, options), options);
    };
    return Evaluator{.results = {Ty::kF32}, .sources = {Ty::kF32, Ty::kF32, Ty::kF32}, .compute = EachLane<3>(pick)};
  }
  if (type != Ty::kF64 || options.ftz || options.nan || options.abs) return std::nullopt;
  return Evaluator{.results = {Ty::kF64},
                   .sources = {Ty::kF64, Ty::kF64},
                   .compute = EachLane<2>([=](uint64_t a, uint64_t b) { return PickTwo<F64>(a, b, options); })};
}

template <typename F>
std::optional<Evaluator> SignOf(const std::string& mnemonic, Ty type, bool ftz) {
  Evaluator evaluator{.results = {type}, .sources = {type}};
  bool negates = mnemonic == "neg";
  evaluator.compute = EachLane<1>([=](uint64_t a) {
    // abs.f64 passes a NaN through; otherwise, ISA: an unspecified NaN.
    if (IsNan<F>(a)) return negates || F::kBits == 32 ? F::kNan : a;
    if (ftz) a = Flush<F>(a);
    return negates ? a ^ F::kSign : a & ~F::kSign;
  });
  return evaluator;
}

std::optional<Evaluator> Sign(OpcodeName name) {
  bool ftz = name.Take("ftz");
  std::optional<Ty> type = name.TakeType();
  if (!name.Empty()) return std::nullopt;
  if (type == Ty::kF32) return SignOf<F32>(name.mnemonic(), *type, ftz);
  if (type == Ty::kF64 && !ftz) return SignOf<F64>(name.mnemonic(), *type, false);
  return std::nullopt;
}

std::optional<Evaluator> CopySign(OpcodeName name) {
  std::optional<Ty> type = name.TakeType();
  if (!name.Empty() || (type != Ty::kF32 && type != Ty::kF64)) return std::nullopt;
  uint64_t sign = type == Ty::kF32 ? F32::kSign : F64::kSign;
  return Evaluator{.results = {*type}, .sources = {*type, *type}, .compute = EachLane<2>([=](uint64_t a, uint64_t b) {
                                                                    return (b & ~sign) | (a & sign);
                                                                  })};
}

}  // namespace

std::optional<Evaluator> FindFloat(OpcodeName name) {
  const std::string& mnemonic = name.mnemonic();
  auto has = [&](const char* modifier) { return OpcodeName(name).Take(modifier); };
  if (has("approx") || has("full")) return std::nullopt;
  bool mixed = has("f32") && (has("f16") || has("bf16"));
  if (mnemonic == "add") return mixed ? Mixed<Operation::kAdd>(name, 2) : Rounded<Operation::kAdd>(name, 2, false);
  if (mnemonic == "sub") {
    return mixed ? Mixed<Operation::kSubtract>(name, 2) : Rounded<Operation::kSubtract>(name, 2, false);
  }
  if (mnemonic == "mul") return Rounded<Operation::kMultiply>(name, 2, false);
  if (mnemonic == "fma") return mixed ? Mixed<Operation::kFma>(name, 3) : Rounded<Operation::kFma>(name, 3, true);
  if (mnemonic == "mad") return Rounded<Operation::kFma>(name, 3, false);
  if (mnemonic == "div") return Rounded<Operation::kDivide>(name, 2, true);
  if (mnemonic == "rcp") return Rounded<Operation::kReciprocal>(name, 1, true);
  if (mnemonic == "sqrt") return Rounded<Operation::kRoot>(name, 1, true);
  if (mnemonic == "min" || mnemonic == "max") return MinMax(name);
  if (mnemonic == "abs" || mnemonic == "neg") return Sign(name);
  if (mnemonic == "copysign") return CopySign(name);
  return std::nullopt;
}

}  // namespace culvert::isa
