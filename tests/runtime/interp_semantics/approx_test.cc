// The approximate functions: error bounds of PTX ISA 9.7.3 and 9.7.4, special values, and the same bits from every
// instruction set. References are long double functions of the host's C library. Prints the largest errors found.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>

#include "gtest/gtest.h"
#include "tests/runtime/interp_semantics/harness.h"
#include "tests/runtime/interp_semantics/soft_float.h"

namespace culvert::npu::semantics {
namespace {

using bytecode::Instruction;
using bytecode::Op;

constexpr int kFirst = sizeof(Window::predicates) / bytecode::kSlotBytes;
constexpr uint32_t kNan = 0x7fffffff, kInfinity = 0x7f800000, kMinusInfinity = 0xff800000;

float FloatOf(uint32_t bits) { return __builtin_bit_cast(float, bits); }
uint32_t BitsOf(float value) { return __builtin_bit_cast(uint32_t, value); }

// The results of all sets for 32 lanes of operands; they must agree.
template <typename T>
std::array<T, 32> Evaluate(Op op, uint16_t x, const T (&a)[32], const T (&b)[32]) {
  std::array<T, 32> first{};
  for (const HandlerSet* set : Sets()) {
    Window window{};
    std::memcpy(window.slots[0], a, sizeof(a));
    std::memcpy(window.slots[2], b, sizeof(b));
    RunOne(*set, Instruction{op, kFirst + 4, kFirst, kFirst + 2, bytecode::kNoOperand, x, 0}, &window, ~0u, true);
    std::array<T, 32> result;
    std::memcpy(result.data(), window.slots[4], sizeof(result));
    if (set == Sets().front()) first = result;
    for (int lane = 0; lane < 32; ++lane) {
      EXPECT_EQ(result[lane], first[lane]) << set->name << " " << NameOf(op) << " of " << a[lane] << ", " << b[lane];
    }
  }
  return first;
}
uint32_t One(Op op, uint32_t a, uint16_t x = 0, uint32_t b = 0) {
  uint32_t in_a[32], in_b[32];
  for (int i = 0; i < 32; ++i) in_a[i] = a, in_b[i] = b;
  return Evaluate(op, x, in_a, in_b)[0];
}
uint64_t OneF64(Op op, uint64_t a, uint16_t x = 0) {
  uint64_t in[32];
  for (uint64_t& lane : in) lane = a;
  return Evaluate(op, x, in, in)[0];
}

// Distance in units of the last place of a float near `exact`.
long double UlpError(long double got, long double exact) {
  int exponent;
  std::frexp(exact, &exponent);
  return std::fabs(got - exact) / std::ldexp(1.0L, std::max(exponent - 24, -149));
}

enum class Measure { kAbsolute, kRelative, kUlp };
struct Bound {
  Op op;
  float low, high;  // range of |a|
  bool negative;    // also -a
  Measure measure;
  long double bound;
  std::function<long double(long double)> exact;
};

void CheckBound(const Bound& bound) {
  int effort = std::getenv("CULVERT_TEST_EFFORT") ? std::max(1, std::atoi(std::getenv("CULVERT_TEST_EFFORT"))) : 1;
  std::mt19937_64 random(7);
  long double worst = 0;
  float worst_at = 0;
  for (int batch = 0; batch < 4000 * effort; ++batch) {
    uint32_t in[32];
    for (uint32_t& lane : in) {
      lane = BitsOf(bound.low) + random() % (uint64_t{BitsOf(bound.high)} - BitsOf(bound.low) + 1);
      if (random() % 2)
        lane = BitsOf(bound.low + (bound.high - bound.low) * static_cast<float>((random() >> 40) * 0x1p-24));
      if (bound.negative && random() % 2) lane |= 0x80000000u;
    }
    auto out = Evaluate(bound.op, 0, in, in);
    for (int i = 0; i < 32; ++i) {
      long double got = FloatOf(out[i]), exact = bound.exact(FloatOf(in[i]));
      if (std::isinf(got) && std::fabs(exact) > 0x1.fffffep127L) continue;
      long double error = std::fabs(got - exact);
      if (bound.measure == Measure::kRelative) error /= std::fabs(exact);
      if (bound.measure == Measure::kUlp) error = UlpError(got, exact);
      if (!(error <= worst)) worst = error, worst_at = FloatOf(in[i]);
    }
  }
  std::printf("%-18s |a| in [%-12g, %-12g]: largest %s error %.4Lg (2^%.2Lf) at %a; PTX ISA allows %.4Lg\n",
              NameOf(bound.op), bound.low, bound.high,
              bound.measure == Measure::kUlp        ? "ulp"
              : bound.measure == Measure::kAbsolute ? "absolute"
                                                    : "relative",
              worst, std::log2(worst), worst_at, bound.bound);
  EXPECT_LE(worst, bound.bound) << NameOf(bound.op) << " at " << worst_at;
}

TEST(ApproximateFunctions, ErrorBounds) {
  const float kMax = FloatOf(kInfinity - 1), kMin = FloatOf(1), kNormal = 0x1p-126f;
  const long double kPi = 3.14159265358979323846264338327950288L;
  const float kTwoPi = 2 * static_cast<float>(kPi), kHundredPi = 100 * static_cast<float>(kPi);
  auto sine = [](long double x) { return std::sin(x); };
  auto cosine = [](long double x) { return std::cos(x); };
  auto log2 = [](long double x) { return std::log2(x); };
  auto exp2 = [](long double x) { return std::exp2(x); };
  const Bound kBounds[] = {
      {Op::RCP_APPROX_F32, kMin, kMax, true, Measure::kUlp, 1, [](long double x) { return 1 / x; }},
      {Op::RSQRT_APPROX_F32, kMin, kMax, false, Measure::kRelative, 0x1p-22L * 0.5359L,
       [](long double x) { return 1 / std::sqrt(x); }},
      {Op::SQRT_APPROX_F32, kNormal, kMax, false, Measure::kRelative, 0x1p-23L,
       [](long double x) { return std::sqrt(x); }},
      {Op::EX2_APPROX_F32, kMin, 128, true, Measure::kUlp, 2, exp2},
      {Op::EX2_APPROX_F32, kMin, 1, true, Measure::kUlp, 2, exp2},
      {Op::EX2_APPROX_F32, 126, 149, true, Measure::kUlp, 2, exp2},
      {Op::LG2_APPROX_F32, 0.5f, 2, false, Measure::kAbsolute, 0x1p-22L, log2},
      {Op::LG2_APPROX_F32, kMin, 0.5f, false, Measure::kRelative, 0x1p-22L, log2},
      {Op::LG2_APPROX_F32, 2, kMax, false, Measure::kRelative, 0x1p-22L, log2},
      {Op::SIN_APPROX_F32, kMin, kTwoPi, true, Measure::kAbsolute, 0x1p-20L * 0.7071L, sine},
      {Op::COS_APPROX_F32, kMin, kTwoPi, true, Measure::kAbsolute, 0x1p-20L * 0.7071L, cosine},
      {Op::SIN_APPROX_F32, kTwoPi, kHundredPi, true, Measure::kAbsolute, 0x1p-14L * 0.6156L, sine},
      {Op::COS_APPROX_F32, kTwoPi, kHundredPi, true, Measure::kAbsolute, 0x1p-14L * 0.6156L, cosine},
      {Op::SIN_APPROX_F32, kHundredPi, 1e9f, true, Measure::kAbsolute, 0x1p-14L * 0.6156L, sine},
      {Op::TANH_APPROX_F32, kMin, 20, true, Measure::kRelative, 0x1p-11L, [](long double x) { return std::tanh(x); }},
      {Op::TANH_APPROX_F32, 0.3f, 2, true, Measure::kRelative, 0x1p-11L, [](long double x) { return std::tanh(x); }},
  };
  for (const Bound& bound : kBounds) CheckBound(bound);
}

TEST(ApproximateFunctions, SpecialValues) {
  struct Row {
    Op op;
    uint32_t a, result;
  };
  const uint32_t kZero = 0, kMinusZero = 0x80000000, kOne = 0x3f800000;
  const Row kRows[] = {
      {Op::RCP_APPROX_F32, kMinusInfinity, kMinusZero},
      {Op::RCP_APPROX_F32, kInfinity, kZero},
      {Op::RCP_APPROX_F32, kZero, kInfinity},
      {Op::RCP_APPROX_F32, kMinusZero, kMinusInfinity},
      {Op::RSQRT_APPROX_F32, kMinusInfinity, kNan},
      {Op::RSQRT_APPROX_F32, kMinusZero, kMinusInfinity},
      {Op::RSQRT_APPROX_F32, kZero, kInfinity},
      {Op::RSQRT_APPROX_F32, kInfinity, kZero},
      {Op::RSQRT_APPROX_F32, 0x80000001, kNan},
      {Op::SQRT_APPROX_F32, kMinusInfinity, kNan},
      {Op::SQRT_APPROX_F32, kMinusZero, kMinusZero},
      {Op::SQRT_APPROX_F32, kInfinity, kInfinity},
      {Op::SQRT_APPROX_F32, 0xbf800000, kNan},
      {Op::EX2_APPROX_F32, kMinusInfinity, kZero},
      {Op::EX2_APPROX_F32, kMinusZero, kOne},
      {Op::EX2_APPROX_F32, kZero, kOne},
      {Op::EX2_APPROX_F32, 0x00000001, kOne},
      {Op::EX2_APPROX_F32, kInfinity, kInfinity},
      {Op::EX2_APPROX_F32, BitsOf(-149), 1},
      {Op::EX2_APPROX_F32, BitsOf(-1e30f), kZero},
      {Op::EX2_APPROX_F32, BitsOf(10), BitsOf(1024)},
      {Op::EX2_APPROX_F32, BitsOf(128), kInfinity},
      {Op::LG2_APPROX_F32, kMinusInfinity, kNan},
      {Op::LG2_APPROX_F32, kMinusZero, kMinusInfinity},
      {Op::LG2_APPROX_F32, kZero, kMinusInfinity},
      {Op::LG2_APPROX_F32, kInfinity, kInfinity},
      {Op::LG2_APPROX_F32, kOne, kZero},
      {Op::LG2_APPROX_F32, 1, BitsOf(-149)},
      {Op::LG2_APPROX_F32, 0x80000001, kNan},
      {Op::SIN_APPROX_F32, kMinusInfinity, kNan},
      {Op::SIN_APPROX_F32, kMinusZero, kMinusZero},
      {Op::SIN_APPROX_F32, kZero, kZero},
      {Op::SIN_APPROX_F32, kInfinity, kNan},
      {Op::COS_APPROX_F32, kMinusInfinity, kNan},
      {Op::COS_APPROX_F32, kMinusZero, kOne},
      {Op::COS_APPROX_F32, kZero, kOne},
      {Op::COS_APPROX_F32, 0x00000001, kOne},
      {Op::COS_APPROX_F32, kInfinity, kNan},
      {Op::TANH_APPROX_F32, kMinusInfinity, 0xbf800000},
      {Op::TANH_APPROX_F32, kMinusZero, kMinusZero},
      {Op::TANH_APPROX_F32, kZero, kZero},
      {Op::TANH_APPROX_F32, kInfinity, kOne},
      {Op::TANH_APPROX_F32, 0x80000001, 0x80000001},
      {Op::TANH_APPROX_F32, 0x00000001, 0x00000001},
  };
  for (const Row& row : kRows) EXPECT_EQ(One(row.op, row.a), row.result) << NameOf(row.op) << " of " << FloatOf(row.a);
  for (Op op : {Op::RCP_APPROX_F32, Op::RSQRT_APPROX_F32, Op::SQRT_APPROX_F32, Op::EX2_APPROX_F32, Op::LG2_APPROX_F32,
                Op::SIN_APPROX_F32, Op::COS_APPROX_F32, Op::TANH_APPROX_F32}) {
    for (uint32_t nan : {0x7fc00000u, 0xffffffffu, 0x7f800001u}) EXPECT_EQ(One(op, nan), kNan) << NameOf(op);
  }
}

TEST(ApproximateFunctions, FlushToZero) {
  const Op kOps[] = {Op::RCP_APPROX_F32, Op::RSQRT_APPROX_F32, Op::SQRT_APPROX_F32, Op::LG2_APPROX_F32,
                     Op::SIN_APPROX_F32};
  const uint32_t kPositive[] = {kInfinity, kInfinity, 0, kMinusInfinity, 0};
  const uint32_t kNegative[] = {kMinusInfinity, kMinusInfinity, 0x80000000, kMinusInfinity, 0x80000000};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(One(kOps[i], 0x00000123, bytecode::kFtz), kPositive[i]) << NameOf(kOps[i]);
    EXPECT_EQ(One(kOps[i], 0x80000123, bytecode::kFtz), kNegative[i]) << NameOf(kOps[i]);
  }
  EXPECT_EQ(One(Op::EX2_APPROX_F32, BitsOf(-127), bytecode::kFtz), 0u);
  EXPECT_EQ(One(Op::EX2_APPROX_F32, BitsOf(-127)), 0x00400000u);
  EXPECT_EQ(One(Op::RCP_APPROX_F32, BitsOf(-0x1p127f), bytecode::kFtz), 0x80000000u);
}

TEST(ApproximateFunctions, Division) {
  std::mt19937_64 random(3);
  long double worst = 0;
  for (int batch = 0; batch < 4000; ++batch) {
    uint32_t a[32], b[32];
    for (int i = 0; i < 32; ++i) a[i] = RandomValue('f', &random), b[i] = RandomValue('f', &random);
    auto approximate = Evaluate(Op::DIV_APPROX_F32, 0, a, b), full = Evaluate(Op::DIV_FULL_F32, 0, a, b);
    for (int i = 0; i < 32; ++i) {
      uint32_t exact = Encode(kFormatF32, Divide(Decode(kFormatF32, a[i]), Decode(kFormatF32, b[i])), Mode::kRn);
      EXPECT_EQ(full[i], exact);
      uint32_t magnitude = b[i] & 0x7fffffff;
      if (magnitude > BitsOf(0x1p126f) && magnitude < kInfinity) {  // PTX ISA, div.approx: zero, or NaN of infinity
        uint32_t sign = (a[i] ^ b[i]) & 0x80000000u;
        EXPECT_EQ(approximate[i], (a[i] & 0x7fffffff) >= kInfinity ? kNan : sign) << a[i] << " / " << b[i];
      } else if ((exact & 0x7fffffff) < kInfinity) {
        long double error = UlpError(FloatOf(approximate[i]), static_cast<long double>(FloatOf(a[i])) / FloatOf(b[i]));
        worst = std::max(worst, error);
      } else {
        EXPECT_EQ(approximate[i], exact);
      }
    }
  }
  std::printf("DIV_APPROX_F32: largest ulp error %.4Lg; PTX ISA allows 2\n", worst);
  EXPECT_LE(worst, 2);
}

TEST(ApproximateFunctions, Doubles) {
  std::mt19937_64 random(5);
  long double worst[3] = {};
  for (int batch = 0; batch < 3000; ++batch) {
    uint64_t in[32];
    for (uint64_t& lane : in) lane = (random() % 0x7fd + 1) << 52 | (random() & 0xfffffffffffff);
    auto rcp = Evaluate(Op::RCP_APPROX_F64, bytecode::kFtz, in, in);
    auto rsqrt = Evaluate(Op::RSQRT_APPROX_F64, 0, in, in),
         rsqrt_ftz = Evaluate(Op::RSQRT_APPROX_F64, bytecode::kFtz, in, in);
    for (int i = 0; i < 32; ++i) {
      long double a = __builtin_bit_cast(double, in[i]);
      auto error = [&](uint64_t bits, long double exact) {
        return std::fabs(__builtin_bit_cast(double, bits) - exact) / std::fabs(exact);
      };
      EXPECT_EQ(rcp[i] & 0xffffffffu, 0u);
      EXPECT_EQ(rsqrt_ftz[i] & 0xffffffffu, 0u);
      if (rcp[i] != 0) worst[0] = std::max(worst[0], error(rcp[i], 1 / a));
      worst[1] = std::max(worst[1], error(rsqrt[i], 1 / std::sqrt(a)));
      worst[2] = std::max(worst[2], error(rsqrt_ftz[i], 1 / std::sqrt(a)));
    }
  }
  std::printf("RCP_APPROX_F64 2^%.2Lf, RSQRT_APPROX_F64 2^%.2Lf, with .ftz 2^%.2Lf relative\n", std::log2(worst[0]),
              std::log2(worst[1]), std::log2(worst[2]));
  EXPECT_LE(worst[0], 0x1p-19L);
  EXPECT_LE(worst[1], 0x1p-51L);
  EXPECT_LE(worst[2], 0x1p-19L);
  const uint64_t kInf = 0x7ff0000000000000, kSign = 0x8000000000000000, kNan64 = 0x7fffffffffffffff;
  EXPECT_EQ(OneF64(Op::RCP_APPROX_F64, kInf | kSign), kSign);
  EXPECT_EQ(OneF64(Op::RCP_APPROX_F64, 0x8000000000000001), kInf | kSign);
  EXPECT_EQ(OneF64(Op::RCP_APPROX_F64, 0x0000000000000001), kInf);
  EXPECT_EQ(OneF64(Op::RCP_APPROX_F64, 0x7ff0000000000001), 0x7fffffff00000000u);
  EXPECT_EQ(OneF64(Op::RSQRT_APPROX_F64, kInf), 0u);
  EXPECT_EQ(OneF64(Op::RSQRT_APPROX_F64, kSign), kInf | kSign);
  EXPECT_EQ(OneF64(Op::RSQRT_APPROX_F64, 0xbff0000000000000), kNan64);
  EXPECT_EQ(OneF64(Op::RSQRT_APPROX_F64, 1, bytecode::kFtz), kInf);
}

// Every f16 and bf16 value.
TEST(ApproximateFunctions, Halves) {
  struct Row {
    Op op;
    uint16_t flags;
    bool relative;
    long double bound;
  };
  const Row kRows[] = {{Op::HEX2, bytecode::kF16, true, 0x1p-9L * 0.5359L},  // 2^-9.9
                       {Op::HEX2, +bytecode::kBf16 | +bytecode::kFtz, true, 0x1p-7L},
                       {Op::HTANH, bytecode::kF16, false, 0x1p-10L * 0.5046L},  // 2^-10.987
                       {Op::HTANH, bytecode::kBf16, false, 0x1p-8L}};
  for (const Row& row : kRows) {
    Format format = row.flags & bytecode::kBf16 ? kFormatBf16 : kFormatF16;
    auto value = [&](uint32_t bits) { return FloatOf(Encode(kFormatF32, Decode(format, bits), Mode::kRn)); };
    long double worst = 0;
    for (uint32_t start = 0; start < 0x10000; start += 32) {
      uint32_t in[32];
      for (int i = 0; i < 32; ++i) in[i] = start + i;
      auto out = Evaluate(row.op, row.flags, in, in);
      for (int i = 0; i < 32; ++i) {
        float a = value(in[i]);
        if (a != a) {
          EXPECT_EQ(out[i], 0x7fffu);
          continue;
        }
        long double exact =
            row.op == Op::HEX2 ? std::exp2(static_cast<long double>(a)) : std::tanh(static_cast<long double>(a));
        long double got = value(out[i]), smallest = value(uint32_t{1} << (format.significand - 1));
        if (std::isinf(got)) {
          EXPECT_GT(exact, value(format.Infinity() - 1));
        } else if (row.relative && exact < smallest) {
          EXPECT_LE(std::fabs(got - exact), smallest) << a;
        } else {
          worst = std::max(worst, std::fabs(got - exact) / (row.relative ? exact : 1));
        }
      }
    }
    std::printf("%s %s: largest %s error 2^%.3Lf, allowed 2^%.3Lf\n", NameOf(row.op),
                row.flags & bytecode::kBf16 ? "bf16" : "f16", row.relative ? "relative" : "absolute", std::log2(worst),
                std::log2(row.bound));
    EXPECT_LE(worst, row.bound);
  }
}

}  // namespace
}  // namespace culvert::npu::semantics
