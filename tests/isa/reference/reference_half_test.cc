// Half-precision arithmetic and comparisons of the reference against second witnesses: the host's floating point where
// it is exact or rounds once, vectors worked out by hand or from the ISA's examples; and that every form is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/isa/harness/instances.h"
#include "tests/isa/reference/reference.h"
#include "tests/isa/reference/witness.h"

namespace culvert::isa {
namespace {

using namespace witness;  // NOLINT: the vocabulary of this file

// ---- Arithmetic
// ------------------------------------------------------------------------------------------------------

// Double has more than twice the digits plus two of both formats, and subnormal sums are exact: rounding twice does no
// harm. Products are exact.
double Combine(std::string_view mnemonic, double a, double b) {
  return mnemonic == "add" ? a + b : mnemonic == "sub" ? a - b : a * b;
}

TEST(ReferenceHalf, SumsAndProductsRoundTheExactValue) {
  Columns sources = Pairs16();
  for (std::string mnemonic : {"add", "sub", "mul"}) {
    for (Shape shape : {kF16, kBf16}) {
      std::string type = shape.precision == 11 ? ".f16" : ".bf16";
      ExpectAgreement(mnemonic + type, sources, [&](const uint64_t* s) {
        return RoundTo(shape, Combine(mnemonic, ValueOf(shape, s[0]), ValueOf(shape, s[1])), RoundEven);
      });
    }
    ExpectAgreement(mnemonic + ".rn.ftz.sat.f16", sources, [&](const uint64_t* s) {
      double a = ValueOf(kF16, Flush(kF16, s[0])), b = ValueOf(kF16, Flush(kF16, s[1]));
      return Saturate(kF16, Flush(kF16, RoundTo(kF16, Combine(mnemonic, a, b), RoundEven)));
    });
    ExpectAgreement(mnemonic + ".ftz.f16", sources, [&](const uint64_t* s) {
      double a = ValueOf(kF16, Flush(kF16, s[0])), b = ValueOf(kF16, Flush(kF16, s[1]));
      return Flush(kF16, RoundTo(kF16, Combine(mnemonic, a, b), RoundEven));
    });
  }
}

// a * b + c rounded to odd in double, so that rounding once more is right: the product and one summand are exact in
// double, and what their sum loses shows in the error of the two-sum.
double FusedToOdd(double a, double b, double c) {
  double product = a * b, sum = product + c;
  if (!std::isfinite(sum)) return sum;
  double part = sum - product, error = (product - (sum - part)) + (c - part);
  uint64_t bits;
  std::memcpy(&bits, &sum, sizeof(bits));
  if (error == 0 || (bits & 1) != 0) return sum;
  return std::nextafter(sum, error > 0 ? HUGE_VAL : -HUGE_VAL);
}

TEST(ReferenceHalf, FmaRoundsOnce) {
  for (Shape shape : {kF16, kBf16}) {
    Ty type = shape.precision == 11 ? Ty::kF16 : Ty::kBf16;
    Columns sources = Vectors({type, type, type}, 500000);
    std::string name = "." + std::string(NameOf(type));
    auto fused = [shape](const uint64_t* s) {
      return RoundTo(shape, FusedToOdd(ValueOf(shape, s[0]), ValueOf(shape, s[1]), ValueOf(shape, s[2])), RoundEven);
    };
    auto relu = [shape](uint64_t bits) { return ValueOf(shape, bits) <= 0 ? 0 : bits; };
    auto marked = [](const uint64_t* s) { return std::find(s, s + 3, 0x7ff7) != s + 3; };
    ExpectAgreement("fma.rn" + name, sources, fused);
    ExpectAgreement("fma.rn.relu" + name, sources, [&](const uint64_t* s) { return relu(fused(s)); });
    for (size_t lane = 0; lane < sources[0].size(); lane += 5) sources[lane % 3][lane] = 0x7ff7;
    ExpectAgreement("fma.rn.oob" + name, sources, [&](const uint64_t* s) { return marked(s) ? 0 : fused(s); });
    ExpectAgreement("fma.rn.oob.relu" + name, sources,
                    [&](const uint64_t* s) { return marked(s) ? 0 : relu(fused(s)); });
    if (type == Ty::kBf16) continue;
    auto flushed = [&](const uint64_t* s) {
      uint64_t in[] = {Flush(kF16, s[0]), Flush(kF16, s[1]), Flush(kF16, s[2])};
      return Flush(kF16, fused(in));
    };
    ExpectAgreement("fma.rn.sat.f16", sources, [&](const uint64_t* s) { return Saturate(kF16, fused(s)); });
    ExpectAgreement("fma.rn.ftz.relu.f16", sources, [&](const uint64_t* s) { return relu(flushed(s)); });
    ExpectAgreement("fma.rn.ftz.sat.f16", sources, [&](const uint64_t* s) { return Saturate(kF16, flushed(s)); });
  }
}

TEST(ReferenceHalf, SignsAndSelection) {
  auto choose = [](Shape shape, bool maximum, uint64_t a, uint64_t b) {
    double x = ValueOf(shape, a), y = ValueOf(shape, b);
    if (std::isnan(x)) return std::isnan(y) ? shape.nan() : b;
    if (std::isnan(y)) return a;
    if (x == y) return ((a & shape.sign()) != 0) == maximum ? b : a;  // the negative zero is the smaller one
    return (x > y) == maximum ? a : b;
  };
  auto is_nan = [](Shape shape, uint64_t bits) { return std::isnan(ValueOf(shape, bits)); };
  for (Shape shape : {kF16, kBf16}) {
    std::string type = shape.precision == 11 ? ".f16" : ".bf16";
    ExpectAgreement("neg" + type, All16(),
                    [&](const uint64_t* s) { return is_nan(shape, s[0]) ? shape.nan() : s[0] ^ 0x8000; });
    ExpectAgreement("abs" + type, All16(),
                    [&](const uint64_t* s) { return is_nan(shape, s[0]) ? shape.nan() : s[0] & 0x7fff; });
    for (bool maximum : {false, true}) {
      std::string name = maximum ? "max" : "min";
      ExpectAgreement(name + type, Pairs16(), [&](const uint64_t* s) { return choose(shape, maximum, s[0], s[1]); });
      ExpectAgreement(name + ".NaN" + type, Pairs16(), [&](const uint64_t* s) {
        return is_nan(shape, s[0]) || is_nan(shape, s[1]) ? shape.nan() : choose(shape, maximum, s[0], s[1]);
      });
      ExpectAgreement(name + ".xorsign.abs" + type, Pairs16(), [&](const uint64_t* s) {
        uint64_t chosen = choose(shape, maximum, s[0] & 0x7fff, s[1] & 0x7fff);
        return is_nan(shape, chosen) ? shape.nan() : chosen | ((s[0] ^ s[1]) & 0x8000);
      });
    }
  }
  ExpectAgreement("max.ftz.f16", Pairs16(),
                  [&](const uint64_t* s) { return choose(kF16, true, Flush(kF16, s[0]), Flush(kF16, s[1])); });
  ExpectAgreement("abs.ftz.f16", All16(),
                  [&](const uint64_t* s) { return is_nan(kF16, s[0]) ? kF16.nan() : Flush(kF16, s[0] & 0x7fff); });
}

TEST(ReferenceHalf, PackedFormsComputeEachHalf) {
  for (const Instance& instance : ValueInstances()) {
    if (instance.row->family != ptx::Family::kHalf || instance.opcode.find("16x2") == std::string::npos) continue;
    std::optional<Evaluator> packed = Find(instance.opcode);
    std::string scalar = instance.opcode.substr(0, instance.opcode.size() - 2);
    if (!packed.has_value() || !packed->compute) continue;  // approximations have their own test
    Columns sources = VectorsOf(instance.opcode, 20000), low = sources, high = sources;
    for (size_t i = 0; i < sources.size(); ++i) {
      for (uint64_t& value : low[i]) value &= 0xffff;
      for (uint64_t& value : high[i]) value >>= 16;
    }
    Columns both = Evaluate(instance.opcode, sources), first = Evaluate(scalar, low), second = Evaluate(scalar, high);
    for (size_t lane = 0; lane < both[0].size(); ++lane) {
      ASSERT_EQ(both[0][lane], first[0][lane] | second[0][lane] << 16) << instance.opcode << " lane " << lane;
    }
  }
}

// The error the reference finds in one result.
double ErrorOf(std::string_view opcode, uint64_t source, uint64_t result) {
  std::optional<Evaluator> evaluator = Find(opcode);
  if (!evaluator.has_value() || !evaluator->accuracy.has_value()) return -1;
  return evaluator->accuracy->error(&source, result);
}

TEST(ReferenceHalf, ApproximationsTakeTheNearestResultAndRefuseSpecialOnes) {
  struct Function {
    std::string opcode;
    Shape shape;
    double (*value)(double);
    bool flush;
  };
  const Function functions[] = {{"tanh.approx.f16", kF16, std::tanh, false},
                                {"tanh.approx.bf16", kBf16, std::tanh, false},
                                {"ex2.approx.f16", kF16, std::exp2, false},
                                {"ex2.approx.ftz.bf16", kBf16, std::exp2, true}};
  for (const Function& function : functions) {
    std::optional<Evaluator> evaluator = Find(function.opcode);
    ASSERT_TRUE(evaluator.has_value() && evaluator->accuracy.has_value()) << function.opcode;
    for (uint64_t x = 0; x < 0x10000; ++x) {
      double truth = function.value(ValueOf(function.shape, function.flush ? Flush(function.shape, x) : x));
      uint64_t nearest = RoundTo(function.shape, truth, RoundEven);
      if (function.flush) nearest = Flush(function.shape, nearest);
      double error = evaluator->accuracy->error(&x, nearest);
      ASSERT_LE(error, evaluator->accuracy->bound) << function.opcode << " " << x;
      ASSERT_GT(evaluator->accuracy->error(&x, nearest ^ 0x4000), evaluator->accuracy->bound) << function.opcode;
      uint64_t packed = x | x << 16;
      ASSERT_EQ(ErrorOf(function.opcode + "x2", packed, nearest | nearest << 16), error) << function.opcode;
      x += x % 7;
    }
  }
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ErrorOf("tanh.approx.f16", 0x8000, 0), kInfinite);
  EXPECT_EQ(ErrorOf("tanh.approx.f16", 0x7c00, 0x3bff), kInfinite);
  EXPECT_EQ(ErrorOf("tanh.approx.bf16", 0x7fc0, 0x7fc0), kInfinite);
  EXPECT_EQ(ErrorOf("ex2.approx.f16", 0, 0x3c01), kInfinite);
  EXPECT_EQ(ErrorOf("ex2.approx.f16", 0xfc00, 0x8000), kInfinite);
  EXPECT_EQ(ErrorOf("ex2.approx.ftz.bf16", 0x8001, 0x3f7f), kInfinite);
  EXPECT_EQ(ErrorOf("ex2.approx.ftz.bf16", 0xc2fd, 0x0040), kInfinite);  // 2^-126.5 is flushed
}

// ---- Comparisons
// -----------------------------------------------------------------------------------------------------

struct Relation {
  std::string_view name;
  bool (*holds)(double, double);
  bool integer = false;
};
bool Unordered(double a, double b) { return std::isunordered(a, b); }
constexpr Relation kRelations[] = {
    {"eq", [](double a, double b) { return a == b; }, true},
    {"ne", [](double a, double b) { return a != b && !Unordered(a, b); }, true},
    {"lt", [](double a, double b) { return a < b; }, true},
    {"le", [](double a, double b) { return a <= b; }, true},
    {"gt", [](double a, double b) { return a > b; }, true},
    {"ge", [](double a, double b) { return a >= b; }, true},
    {"equ", [](double a, double b) { return !(a < b || a > b); }},
    {"neu", [](double a, double b) { return a != b; }},
    {"ltu", [](double a, double b) { return !(a >= b); }},
    {"leu", [](double a, double b) { return !(a > b); }},
    {"gtu", [](double a, double b) { return !(a <= b); }},
    {"geu", [](double a, double b) { return !(a < b); }},
    {"num", [](double a, double b) { return !Unordered(a, b); }},
    {"nan", Unordered},
};

TEST(ReferenceHalfCompare, FloatComparisonsAgreeWithTheHost) {
  Columns pairs = Pairs16(61);
  for (const Relation& relation : kRelations) {
    std::string compare = "." + std::string(relation.name);
    for (Shape shape : {kF16, kBf16}) {
      std::string type = shape.precision == 11 ? ".f16" : ".bf16";
      uint64_t one = shape.precision == 11 ? 0x3c00 : 0x3f80;
      auto holds = [&](const uint64_t* s) { return relation.holds(ValueOf(shape, s[0]), ValueOf(shape, s[1])); };
      ExpectAgreement("setp" + compare + type, pairs, [&](const uint64_t* s) { return holds(s); });
      ExpectAgreement("setp" + compare + type, pairs, [&](const uint64_t* s) { return !holds(s); }, 1);
      ExpectAgreement("set" + compare + ".u32" + type, pairs, [&](const uint64_t* s) { return holds(s) ? ~0u : 0; });
      ExpectAgreement("set" + compare + ".s16" + type, pairs, [&](const uint64_t* s) { return holds(s) ? 0xffff : 0; });
      ExpectAgreement("set" + compare + type + type, pairs, [&](const uint64_t* s) { return holds(s) ? one : 0; });
    }
    ExpectAgreement("setp" + compare + ".ftz.f16", pairs, [&](const uint64_t* s) {
      return relation.holds(ValueOf(kF16, Flush(kF16, s[0])), ValueOf(kF16, Flush(kF16, s[1])));
    });
  }
}

TEST(ReferenceHalfCompare, PackedAndWiderSources) {
  for (const Relation& relation : kRelations) {
    std::string compare = "." + std::string(relation.name);
    auto half = [&](uint64_t a, uint64_t b) { return relation.holds(ValueOf(kF16, a), ValueOf(kF16, b)); };
    auto low = [&](const uint64_t* s) { return half(s[0] & 0xffff, s[1] & 0xffff); };
    auto high = [&](const uint64_t* s) { return half(s[0] >> 16, s[1] >> 16); };
    Columns sources = Vectors({Ty::kF16x2, Ty::kF16x2, Ty::kPred}, 20000);
    ExpectAgreement("setp" + compare + ".and.f16x2", sources, [&](const uint64_t* s) { return low(s) && s[2]; });
    ExpectAgreement("setp" + compare + ".xor.f16x2", sources, [&](const uint64_t* s) { return high(s) != s[2]; }, 1);
    ExpectAgreement("set" + compare + ".or.f16x2.f16x2", sources, [&](const uint64_t* s) {
      return (low(s) || s[2] ? 0x3c00 : 0) | (high(s) || s[2] ? 0x3c000000 : 0);
    });
    ExpectAgreement("set" + compare + ".xor.s32.f16x2", sources, [&](const uint64_t* s) {
      return (low(s) != s[2] ? 0xffff : 0) | (high(s) != s[2] ? 0xffff0000 : 0);
    });
    for (Ty type : {Ty::kF32, Ty::kF64}) {
      std::string name = compare + ".bf16." + std::string(NameOf(type));
      Shape shape = ShapeOf(type);
      ExpectAgreement("set" + name, Vectors({type, type}, 20000), [&](const uint64_t* s) {
        return relation.holds(ValueOf(shape, s[0]), ValueOf(shape, s[1])) ? 0x3f80 : 0;
      });
    }
    if (!relation.integer) continue;
    ExpectAgreement("set" + compare + ".f16.s32", Vectors({Ty::kS32, Ty::kS32}, 20000), [&](const uint64_t* s) {
      return relation.holds(static_cast<int32_t>(s[0]), static_cast<int32_t>(s[1])) ? 0x3c00 : 0;
    });
    ExpectAgreement("set" + compare + ".and.f16.u32", Vectors({Ty::kU32, Ty::kU32, Ty::kPred}, 20000),
                    [&](const uint64_t* s) {
                      return s[2] && relation.holds(static_cast<double>(s[0]), static_cast<double>(s[1])) ? 0x3c00 : 0;
                    });
  }
  EXPECT_FALSE(Find("set.lo.f16.s32").has_value());
  EXPECT_FALSE(Find("set.lt.f16.b32").has_value());
  EXPECT_FALSE(Find("setp.lt.ftz.bf16").has_value());
}

// ---- The table
// -------------------------------------------------------------------------------------------------------

TEST(ReferenceHalfConvert, EveryFormIsKnown) {
  size_t count = 0;
  for (const Instance& instance : ValueInstances()) {
    ptx::Family family = instance.row->family;
    bool half = family == ptx::Family::kHalf, compare = family == ptx::Family::kHalfCompare;
    if (!half && !compare && family != ptx::Family::kConvert) continue;
    OpcodeName name(instance.opcode);
    std::optional<Evaluator> evaluator = half ? FindHalf(name) : compare ? FindHalfCompare(name) : FindConvert(name);
    ++count;
    ASSERT_TRUE(evaluator.has_value()) << instance.opcode;
    EXPECT_NE(evaluator->compute != nullptr, evaluator->accuracy.has_value()) << instance.opcode;
    EXPECT_EQ(evaluator->sources.size() + 1, instance.row->specs.size()) << instance.opcode;
    // No other family answers for it, or with other operands.
    std::optional<Evaluator> found = Find(instance.opcode);
    EXPECT_EQ(found->sources, evaluator->sources) << instance.opcode;
    EXPECT_EQ(found->results, evaluator->results) << instance.opcode;
  }
  EXPECT_GT(count, 2000u);
}

}  // namespace
}  // namespace culvert::isa
