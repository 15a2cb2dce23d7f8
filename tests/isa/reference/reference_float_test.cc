// The floating-point half of the reference against witnesses that share nothing with it: the host's FPU under its four
// rounding modes for what is rounded, values worked out by hand from the PTX ISA for the rest.
#include <gtest/gtest.h>

#include <bit>
#include <cfenv>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "tests/isa/harness/instances.h"
#include "tests/isa/harness/vectors.h"
#include "tests/isa/reference/reference.h"

namespace culvert::isa {
namespace {

constexpr uint64_t kNan32 = 0x7fffffff, kNan64 = 0x7fffffffffffffff;
constexpr uint64_t kOne = 0x3f800000, kTwo = 0x40000000, kHalf = 0x3f000000, kInf = 0x7f800000, kMinus = 0x80000000;
constexpr uint64_t kSmallest = 0x00800000, kLargest = 0x7f7fffff;  // normal numbers

// The result of one lane, the second result above it where there are two.
std::vector<uint64_t> Results(const Evaluator& evaluator, const std::vector<uint64_t>& sources) {
  uint64_t results[kMaxResults] = {};
  Batch batch{.count = 1};
  for (size_t i = 0; i < sources.size(); ++i) batch.source[i] = &sources[i];
  for (size_t i = 0; i < evaluator.results.size(); ++i) batch.result[i] = &results[i];
  evaluator.compute(batch);
  return {results, results + evaluator.results.size()};
}
uint64_t Result(const std::string& opcode, const std::vector<uint64_t>& sources) {
  std::optional<Evaluator> evaluator = Find(opcode, static_cast<int>(sources.size()));
  if (!evaluator || !evaluator->compute || evaluator->sources.size() != sources.size()) {
    ADD_FAILURE() << opcode << " is not known with " << sources.size() << " operands";
    return 0;
  }
  return Results(*evaluator, sources)[0];
}
double ErrorOf(const std::string& opcode, const std::vector<uint64_t>& sources, uint64_t result) {
  std::optional<Evaluator> evaluator = Find(opcode);
  if (!evaluator || !evaluator->accuracy) {
    ADD_FAILURE() << opcode << " is not known as an approximation";
    return 0;
  }
  return evaluator->accuracy->error(sources.data(), result);
}

// ---- The host as a witness ------------------------------------------------------------------------------------------

struct Mode {
  const char* name;
  int fenv;
};
constexpr Mode kModes[] = {{"rn", FE_TONEAREST}, {"rz", FE_TOWARDZERO}, {"rm", FE_DOWNWARD}, {"rp", FE_UPWARD}};

// The compiler does not know of rounding modes: operands and results go through memory it may not look into.
template <typename T>
T Opaque(T value) {
  asm volatile("" : "+m"(value) : : "memory");
  return value;
}
template <typename T>
using Operation = T (*)(T, T, T);
template <typename T>
struct HostOperation {
  const char* name;
  int sources;
  Operation<T> compute;
};
template <typename T>
const HostOperation<T> kOperations[] = {
    {"add", 2, [](T a, T b, T) { return Opaque(Opaque(a) + b); }},
    {"sub", 2, [](T a, T b, T) { return Opaque(Opaque(a) - b); }},
    {"mul", 2, [](T a, T b, T) { return Opaque(Opaque(a) * b); }},
    {"div", 2, [](T a, T b, T) { return Opaque(Opaque(a) / b); }},
    {"rcp", 1, [](T a, T, T) { return Opaque(T{1} / Opaque(a)); }},
    {"sqrt", 1, [](T a, T, T) { return Opaque(std::sqrt(Opaque(a))); }},
    {"fma", 3, [](T a, T b, T c) { return Opaque(std::fma(Opaque(a), b, c)); }},
    {"mad", 3, [](T a, T b, T c) { return Opaque(std::fma(Opaque(a), b, c)); }},
};

// Compares `vectors` results; T and Bits are a floating-point type and its pattern.
template <typename T, typename Bits>
void CompareWithHost(Ty type, const std::string& type_name, size_t vectors) {
  Random random(7);
  for (const HostOperation<T>& operation : kOperations<T>) {
    std::vector<Ty> types(static_cast<size_t>(operation.sources), type);
    auto sources = Operands(types, vectors, random);
    for (const Mode& mode : kModes) {
      std::string opcode = std::string(operation.name) + "." + mode.name + "." + type_name;
      std::optional<Evaluator> evaluator = Find(opcode);
      ASSERT_TRUE(evaluator && evaluator->compute && evaluator->sources == types) << opcode;
      std::vector<uint64_t> results(vectors);
      Batch batch{.count = vectors, .result = {results.data()}};
      for (size_t i = 0; i < sources.size(); ++i) batch.source[i] = sources[i].data();
      evaluator->compute(batch);
      std::fesetround(mode.fenv);
      size_t wrong = 0, first = 0;
      uint64_t first_expected = 0;
      for (size_t i = 0; i < vectors; ++i) {
        T operand[3] = {};
        for (size_t s = 0; s < sources.size(); ++s) operand[s] = std::bit_cast<T>(static_cast<Bits>(sources[s][i]));
        T value = operation.compute(operand[0], operand[1], operand[2]);
        uint64_t expected = value != value ? Bits(~Bits{0}) >> 1 : std::bit_cast<Bits>(value);
        if (expected != results[i] && wrong++ == 0) first = i, first_expected = expected;
      }
      std::fesetround(FE_TONEAREST);
      EXPECT_EQ(wrong, 0u) << opcode << std::hex << " of 0x" << sources[0][first] << ", 0x" << sources.back()[first]
                           << ": 0x" << results[first] << ", host 0x" << first_expected;
    }
  }
}

TEST(ReferenceFloat, RoundsF32AsTheHostDoes) { CompareWithHost<float, uint32_t>(Ty::kF32, "f32", 400'000); }
TEST(ReferenceFloat, RoundsF64AsTheHostDoes) { CompareWithHost<double, uint64_t>(Ty::kF64, "f64", 200'000); }

// ---- Values from the ISA's text -------------------------------------------------------------------------------------

struct Known {
  const char* opcode;
  std::vector<uint64_t> sources;
  uint64_t result;
};
void Expect(const std::vector<Known>& vectors) {
  for (const Known& known : vectors) {
    std::string sources;
    for (uint64_t source : known.sources) sources += " " + std::to_string(source);
    EXPECT_EQ(Result(known.opcode, known.sources), known.result) << known.opcode << sources;
  }
}

TEST(ReferenceFloat, FlushingAndSaturation) {
  Expect({
      {"add.f32", {1, 1}, 2},
      {"add.ftz.f32", {1, 1}, 0},
      {"add.ftz.f32", {kMinus | 1, kMinus | 1}, kMinus},
      {"mul.ftz.f32", {kSmallest, kHalf}, 0},
      {"mul.f32", {kSmallest, kHalf}, 0x00400000},
      {"mul.ftz.f32", {kMinus | kSmallest, kHalf}, kMinus},
      {"mul.ftz.f32", {1, kInf}, kNan32},  // 0 * infinity
      {"fma.rn.ftz.f32", {kOne, kSmallest, kMinus | 1}, kSmallest},
      {"add.sat.f32", {kOne, kOne}, kOne},
      {"add.sat.f32", {kMinus | kOne, kHalf}, 0},
      {"add.sat.f32", {kHalf, 0}, kHalf},
      {"add.sat.f32", {kInf, kMinus | kInf}, 0},
      {"mul.sat.f32", {kInf, kOne}, kOne},
      {"fma.rz.sat.f32", {kNan32, kOne, kOne}, 0},
      {"mad.rn.sat.f32", {kTwo, kTwo, kMinus | 0x40400000}, kOne},
      {"rcp.rn.ftz.f32", {1}, kInf},
      {"rcp.rn.ftz.f32", {kLargest}, 0},
      {"rcp.rn.f32", {kLargest}, 0x00200000},
      {"sqrt.rn.ftz.f32", {kMinus | 1}, kMinus},
      {"sqrt.rn.f32", {kMinus | 1}, kNan32},
      {"div.rn.ftz.f32", {1, 1}, kNan32},
      {"div.rn.f32", {1, 1}, kOne},
      {"abs.ftz.f32", {kMinus | 1}, 0},
      {"neg.ftz.f32", {1}, kMinus},
      {"neg.f32", {1}, kMinus | 1},
  });
}

TEST(ReferenceFloat, SignsOfZero) {
  Expect({
      {"add.rn.f32", {kOne, kMinus | kOne}, 0},
      {"add.rm.f32", {kOne, kMinus | kOne}, kMinus},
      {"sub.rm.f32", {0, 0}, kMinus},
      {"sub.rp.f64", {0, 0}, 0},
      {"add.rn.f32", {kMinus, kMinus}, kMinus},
      {"mul.rp.f32", {1, kMinus | 1}, kMinus},
      {"mul.rm.f32", {1, kMinus | 1}, kMinus | 1},
      {"fma.rn.f32", {kOne, kMinus | kOne, kOne}, 0},
      {"sqrt.rp.f64", {0x8000000000000000}, 0x8000000000000000},
  });
}

TEST(ReferenceFloat, NanRules) {
  constexpr uint64_t kPayload = 0x7f800001, kPayload64 = 0xfff0000000000001;
  Expect({
      {"add.f32", {kPayload, kOne}, kNan32},
      {"sub.f64", {0x7ff0000000000000, 0x7ff0000000000000}, kNan64},
      {"neg.f32", {kPayload}, kNan32},
      {"abs.f64", {kPayload64}, kPayload64},  // passed through
      {"abs.f64", {0x8000000000000001}, 1},
      {"copysign.f32", {kMinus, kPayload}, kMinus | kPayload},
      {"copysign.f64", {0, kPayload64}, 0x7ff0000000000001},
  });
}

TEST(ReferenceFloat, MinAndMax) {
  constexpr uint64_t kThree = 0x40400000;
  Expect({
      {"min.f32", {0, kMinus}, kMinus},
      {"max.f32", {kMinus, 0}, 0},
      {"min.f32", {kNan32, kOne}, kOne},
      {"max.f32", {kMinus | kInf, 0xffc00000}, kMinus | kInf},
      {"min.f32", {0xffc00000, 0x7f800001}, kNan32},
      {"min.NaN.f32", {kNan32, kOne}, kNan32},
      {"max.ftz.f32", {1, kMinus | 1}, 0},
      {"min.ftz.f32", {1, kMinus | 1}, kMinus},
      {"min.xorsign.abs.f32", {kMinus | kTwo, kOne}, kMinus | kOne},
      {"max.xorsign.abs.f32", {kMinus | kTwo, kMinus | kOne}, kTwo},
      {"max.xorsign.abs.f32", {kMinus | kTwo, 0x7f800001}, kMinus | kTwo},
      {"max.xorsign.abs.f32", {kMinus | kTwo, 0xff800001}, kTwo},
      {"max.NaN.xorsign.abs.f32", {kMinus | kTwo, 0x7f800001}, kNan32},
      {"min.f32", {kTwo, kOne, kThree}, kOne},
      {"max.f32", {kTwo, kOne, kThree}, kThree},
      {"min.f32", {kNan32, kNan32, kThree}, kThree},
      {"min.NaN.f32", {kTwo, kOne, kNan32}, kNan32},
      {"min.abs.f32", {kTwo, kMinus | kOne, kThree}, kOne},
      {"max.abs.f32", {kTwo, kOne, kMinus | kThree}, kThree},
      {"max.ftz.NaN.abs.f32", {1, kMinus | 1, kMinus}, 0},
      {"min.f64", {0x8000000000000000, 0}, 0x8000000000000000},
      {"max.f64", {kNan64, 0}, 0},
  });
}

TEST(ReferenceFloat, PackedAndMixed) {
  Expect({
      {"add.rn.f32x2", {kOne << 32 | kTwo, kOne << 32 | kHalf}, kTwo << 32 | 0x40200000},
      {"sub.ftz.f32x2", {kSmallest << 32 | 1, 1}, kSmallest << 32},
      {"mul.rp.f32x2", {kMinus << 32 | 1, kOne << 32 | 1}, kMinus << 32 | 1},
      {"fma.rz.f32x2", {kInf << 32 | kTwo, kTwo, kOne}, kNan32 << 32 | 0x40a00000},
      {"add.f32.f16", {0x3c00, kOne}, kTwo},
      {"add.f32.f16", {1, 0}, 0x33800000},  // the smallest subnormal, 2^-24
      {"sub.rz.f32.bf16", {0x3f80, kHalf}, kHalf},
      {"fma.rn.f32.bf16", {0x4000, 0x4000, kOne}, 0x40a00000},
      {"fma.rn.sat.f32.f16", {0x4000, 0x4000, kOne}, kOne},
      {"add.sat.f32.bf16", {0x7fc0, kOne}, 0},
  });
}

// ---- Comparison -----------------------------------------------------------------------------------------------------

// The relations as the ISA's table of comparison operators has them: on (1, 2), (2, 1), (1, 1), and with a NaN.
struct RelationRow {
  const char* name;
  bool less, greater, equal, unordered;
};
constexpr RelationRow kRelations[] = {
    {"eq", false, false, true, false}, {"ne", true, true, false, false},   {"lt", true, false, false, false},
    {"le", true, false, true, false},  {"gt", false, true, false, false},  {"ge", false, true, true, false},
    {"equ", false, false, true, true}, {"neu", true, true, false, true},   {"ltu", true, false, false, true},
    {"leu", true, false, true, true},  {"gtu", false, true, false, true},  {"geu", false, true, true, true},
    {"num", true, true, true, false},  {"nan", false, false, false, true},
};

TEST(ReferenceFloat, Relations) {
  for (const RelationRow& row : kRelations) {
    std::string name = row.name;
    for (bool wide : {false, true}) {
      std::string type = wide ? "f64" : "f32";
      uint64_t one = wide ? 0x3ff0000000000000 : kOne, two = wide ? 0x4000000000000000 : kTwo;
      uint64_t minus = wide ? 0x8000000000000000 : kMinus, nan = wide ? 0xfff8000000000000 : 0x7f800001;
      struct {
        uint64_t a, b;
        bool holds;
      } cases[] = {{one, two, row.less},         {two, one, row.greater},   {minus | one, minus | two, row.greater},
                   {minus | two, one, row.less}, {two, two, row.equal},     {0, minus, row.equal},
                   {nan, one, row.unordered},    {one, nan, row.unordered}, {nan, nan, row.unordered}};
      for (const auto& [a, b, holds] : cases) {
        EXPECT_EQ(Result("setp." + name + "." + type, {a, b}), holds) << name << type << a << " " << b;
        EXPECT_EQ(Result("set." + name + ".u32." + type, {a, b}), holds ? 0xffffffff : 0);
        EXPECT_EQ(Result("set." + name + ".f32." + type, {a, b}), holds ? kOne : 0);
        for (uint64_t c : {0, 1}) {
          EXPECT_EQ(Result("setp." + name + ".xor." + type, {a, b, c}), holds ^ c);
          EXPECT_EQ(Result("set." + name + ".and.s32." + type, {a, b, c}), (holds & c) != 0 ? 0xffffffff : 0);
          EXPECT_EQ(Result("set." + name + ".or.f32." + type, {a, b, c}), (holds | c) != 0 ? kOne : 0);
        }
      }
    }
  }
}

TEST(ReferenceFloat, BothPredicates) {
  using Pair = std::vector<uint64_t>;
  EXPECT_EQ(Results(*Find("setp.lt.f32"), {kOne, kTwo}), (Pair{1, 0}));
  EXPECT_EQ(Results(*Find("setp.lt.f32"), {kNan32, kTwo}), (Pair{0, 1}));
  EXPECT_EQ(Results(*Find("setp.lt.and.f32"), {kOne, kTwo, 0}), (Pair{0, 0}));
  EXPECT_EQ(Results(*Find("setp.lt.or.f64"), {0, 0, 1}), (Pair{1, 1}));
  EXPECT_EQ(Results(*Find("setp.eq.xor.f32"), {0, kMinus, 1}), (Pair{0, 1}));
  EXPECT_EQ(Results(*Find("setp.eq.ftz.f32"), {0, 1}), (Pair{1, 0}));
  EXPECT_EQ(Results(*Find("setp.eq.f32"), {0, 1}), (Pair{0, 1}));
}

TEST(ReferenceFloat, SelectionAndProperties) {
  constexpr uint64_t kA = 0x1111111122222222, kB = 0x3333333344444444;
  Expect({
      {"slct.b64.f32", {kA, kB, 0}, kA},
      {"slct.b64.f32", {kA, kB, kMinus}, kA},  // -0 >= 0
      {"slct.s64.f32", {kA, kB, kMinus | 1}, kB},
      {"slct.ftz.u64.f32", {kA, kB, kMinus | 1}, kA},
      {"slct.f64.f32", {kA, kB, kNan32}, kB},
      {"slct.f32.f32", {0x7f800001, 0, kOne}, 0x7f800001},  // unchanged
      {"slct.u16.f32", {1, 2, kMinus | kInf}, 2},
      {"testp.normal.f32", {0}, 1},
      {"testp.normal.f32", {kMinus}, 1},
      {"testp.normal.f32", {1}, 0},
      {"testp.normal.f32", {kInf}, 0},
      {"testp.subnormal.f32", {kSmallest - 1}, 1},
      {"testp.subnormal.f32", {0}, 0},
      {"testp.subnormal.f64", {0x8000000000000001}, 1},
      {"testp.finite.f32", {kLargest}, 1},
      {"testp.finite.f64", {0xfff0000000000000}, 0},
      {"testp.infinite.f32", {kMinus | kInf}, 1},
      {"testp.infinite.f32", {kInf + 1}, 0},
      {"testp.number.f32", {kInf}, 1},
      {"testp.number.f64", {kNan64}, 0},
      {"testp.notanumber.f32", {kMinus | (kInf + 1)}, 1},
  });
}

// ---- Approximations -------------------------------------------------------------------------------------------------

TEST(ReferenceFloat, SpecialOperandsOfApproximations) {
  struct Special {
    const char* opcode;
    std::vector<uint64_t> sources;
    uint64_t result;
  };
  constexpr uint64_t kNegative = kMinus | kOne, kHighNan = 0x7fffffff00000000, kInf64 = 0x7ff0000000000000;
  constexpr uint64_t kMinus64 = 0x8000000000000000;
  const Special specials[] = {
      {"rcp.approx.f32", {kMinus | kInf}, kMinus},
      {"rcp.approx.f32", {kMinus}, kMinus | kInf},
      {"rcp.approx.ftz.f32", {1}, kInf},
      {"rcp.approx.ftz.f32", {kMinus | kLargest}, kMinus},
      {"sqrt.approx.f32", {kMinus}, kMinus},
      {"sqrt.approx.f32", {kNegative}, kNan32},
      {"sqrt.approx.ftz.f32", {kMinus | 1}, kMinus},
      {"rsqrt.approx.f32", {kMinus}, kMinus | kInf},
      {"rsqrt.approx.f32", {kInf}, 0},
      {"rsqrt.approx.f32", {kNegative}, kNan32},
      {"sin.approx.f32", {kMinus}, kMinus},
      {"sin.approx.ftz.f32", {kMinus | 1}, kMinus},
      {"sin.approx.f32", {kInf}, kNan32},
      {"cos.approx.f32", {kMinus}, kOne},
      {"cos.approx.ftz.f32", {1}, kOne},
      {"cos.approx.f32", {kMinus | kInf}, kNan32},
      {"lg2.approx.f32", {kMinus}, kMinus | kInf},
      {"lg2.approx.f32", {0}, kMinus | kInf},
      {"lg2.approx.f32", {kInf}, kInf},
      {"lg2.approx.f32", {kNegative}, kNan32},
      {"ex2.approx.f32", {kMinus | kInf}, 0},
      {"ex2.approx.f32", {kMinus}, kOne},
      {"ex2.approx.f32", {kInf}, kInf},
      {"tanh.approx.f32", {kMinus | kInf}, kNegative},
      {"tanh.approx.f32", {kMinus}, kMinus},
      {"tanh.approx.f32", {kMinus | 77}, kMinus | 77},
      {"div.approx.f32", {kInf, 0x7f000000}, kNan32},
      {"div.approx.f32", {kMinus | kLargest, 0x7f000000}, kMinus},
      {"div.full.f32", {kOne, kMinus}, kMinus | kInf},
      {"div.full.f32", {0, 0}, kNan32},
      {"rcp.approx.ftz.f64", {kMinus64 | 1}, kMinus64 | kInf64},
      {"rcp.approx.ftz.f64", {kNan64}, kHighNan},
      {"rcp.approx.ftz.f64", {kMinus64 | kInf64}, kMinus64},
      {"rsqrt.approx.ftz.f64", {kMinus64 | 1}, kMinus64 | kInf64},
      {"rsqrt.approx.ftz.f64", {kInf64}, 0},
      {"rsqrt.approx.ftz.f64", {0xc000000000000000}, kHighNan},
      {"rsqrt.approx.f64", {0}, kInf64},
      {"rsqrt.approx.f64", {kNan64}, kNan64},
  };
  for (const Special& special : specials) {
    EXPECT_EQ(ErrorOf(special.opcode, special.sources, special.result), 0) << special.opcode << special.sources[0];
    EXPECT_FALSE(std::isfinite(ErrorOf(special.opcode, special.sources, special.result ^ 0x8000000080000001)))
        << special.opcode << special.sources[0];
  }
}

TEST(ReferenceFloat, ErrorsInTheirUnits) {
  constexpr uint64_t kThird = 0x3eaaaaab, kThree = 0x40400000;
  EXPECT_NEAR(ErrorOf("rcp.approx.f32", {kThree}, kThird), 1.0 / 3, 1e-6);
  EXPECT_NEAR(ErrorOf("rcp.approx.f32", {kThree}, kThird - 1), 2.0 / 3, 1e-6);
  EXPECT_NEAR(ErrorOf("div.full.f32", {kOne, kThree}, kThird + 2), 7.0 / 3, 1e-6);
  EXPECT_NEAR(ErrorOf("div.full.f32", {1, kTwo}, 1), 0.5, 1e-6);  // 2^-149 is the last place of subnormals
  EXPECT_EQ(ErrorOf("ex2.approx.f32", {0x42ff0000}, kLargest), ErrorOf("ex2.approx.f32", {0x42ff0000}, kLargest));
  EXPECT_EQ(ErrorOf("ex2.approx.f32", {0x43000000}, kInf), 0);
  EXPECT_EQ(ErrorOf("ex2.approx.f32", {0x43000000}, kLargest), 1);  // 2^128 by its largest neighbour
  EXPECT_EQ(ErrorOf("ex2.approx.f32", {kOne}, kTwo + 3), 3);
  EXPECT_EQ(ErrorOf("ex2.approx.ftz.f32", {0xc2fe0000}, 0), 0);  // 2^-127 is flushed
  EXPECT_FALSE(std::isfinite(ErrorOf("ex2.approx.ftz.f32", {0xc2fe0000}, 0x00400000)));
  EXPECT_NEAR(ErrorOf("sqrt.approx.f32", {0x40800000}, kTwo + 1), 0x1p-23, 1e-12);
  EXPECT_NEAR(ErrorOf("lg2.approx.f32", {kOne}, 0xb4000000), 0x1p-23, 1e-12);        // absolute
  EXPECT_NEAR(ErrorOf("lg2.approx.f32", {0x41800000}, 0x40800001), 0x1p-23, 1e-12);  // relative
  EXPECT_NEAR(ErrorOf("sin.approx.f32", {0x40490fdb}, 0), 8.74228e-8, 1e-12);        // the f32 next to pi
  EXPECT_NEAR(ErrorOf("cos.approx.f32", {0x42c80000}, 0x3f5c0000), std::fabs(0.859375 - std::cos(100.0)) / 55.7152,
              1e-6);                                                               // 100, by the wider bound
  EXPECT_EQ(ErrorOf("cos.approx.f32", {0x4f000000}, kMinus | kHalf), 0);           // no bound beyond 100 pi
  EXPECT_FALSE(std::isfinite(ErrorOf("cos.approx.f32", {0x4f000000}, kOne + 1)));  // but no cosine either
  EXPECT_NEAR(ErrorOf("rcp.approx.ftz.f64", {0x40000000ffffffff}, 0x3fe0000100000000), 0x1p-20, 1e-9);
  EXPECT_FALSE(std::isfinite(ErrorOf("rcp.approx.ftz.f64", {0x4000000000000000}, 0x3fe0000000000001)));
}

// ---- Every form of the table ----------------------------------------------------------------------------------------

bool IsOurs(const Instance& instance) {
  return instance.row->family != ptx::Family::kCompare || instance.opcode.ends_with(".f32") ||
         instance.opcode.ends_with(".f64");
}

TEST(ReferenceFloat, KnowsEveryInstance) {
  std::set<std::string> known;
  for (const ptx::InstructionRow& row : ptx::Rows()) {
    if (row.family != ptx::Family::kFloat && row.family != ptx::Family::kMixed && row.family != ptx::Family::kCompare) {
      continue;
    }
    auto operands = std::count_if(row.specs.begin(), row.specs.end(), [](const auto& s) { return !s.destination; });
    for (const Instance& instance : InstancesOf(row)) {
      if (!IsOurs(instance)) continue;
      std::optional<Evaluator> evaluator = Find(instance.opcode, static_cast<int>(operands));
      ASSERT_TRUE(evaluator.has_value()) << instance.opcode;
      EXPECT_EQ(evaluator->sources.size(), static_cast<size_t>(operands)) << instance.opcode;
      EXPECT_NE(evaluator->compute != nullptr, evaluator->accuracy.has_value()) << instance.opcode;
      for (Ty type : evaluator->results) EXPECT_EQ(type == Ty::kPred, row.specs[0].type == ptx::Type::kPred);
      known.insert(instance.opcode + std::to_string(operands));
    }
  }
  EXPECT_GE(known.size(), 500u);
}

TEST(ReferenceFloat, RefusesWhatIsNotThere) {
  for (const char* opcode : {"fma.f32",        "fma.rn.rz.f32", "add.ftz.f64",         "add.sat.f64",
                             "add.sat.f32x2",  "div.f32",       "div.rn.sat.f32",      "sqrt.f32",
                             "rcp.approx.f64", "rsqrt.f32",     "tanh.approx.ftz.f32", "min.xorsign.f32",
                             "min.NaN.f64",    "neg.ftz.f64",   "setp.lo.f32",         "setp.lt.ftz.f64",
                             "set.lt.f64.f32", "slct.f32.f64",  "testp.zero.f32",      "add.f32.f64",
                             "mul.f32.f16",    "fma.f32.f16",   "add.ftz.f32.f16"}) {
    EXPECT_FALSE(Find(opcode).has_value()) << opcode;
  }
  EXPECT_FALSE(Find("min.xorsign.abs.f32", 3).has_value());
}

}  // namespace
}  // namespace culvert::isa
