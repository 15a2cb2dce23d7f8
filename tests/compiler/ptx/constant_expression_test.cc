// Constant expressions. The expected values are the ones that ptxas 13.0 puts into an initialised variable, and agree
// with PTX ISA, "Summary of Constant Expression Evaluation Rules".
#include "gmock/gmock.h"
#include "tests/compiler/ptx/ptx_test_util.h"

namespace culvert::ptx {
namespace {

using ::testing::HasSubstr;

uint64_t Value(const std::string& expression) {
  auto module = IndexOk(std::string(kHeader) + ".global .u64 v = " + expression + ";");
  uint64_t value = ~uint64_t{0} / 3;
  if (module != nullptr) memcpy(&value, module->variables()[0].initial.data(), sizeof value);
  return value;
}

TEST(ConstantExpression, Integers) {
  struct Case {
    const char* expression;
    uint64_t value;
  };
  constexpr uint64_t kHigh = uint64_t{1} << 63;
  for (const Case& c : std::vector<Case>{
           {"1 + 2 * 3", 7},
           {"(1 + 2) * 3", 9},
           {"7 - 2 - 1", 4},
           {"+-5", static_cast<uint64_t>(-5)},
           {"- -5", 5},
           {"010", 8},
           {"0b101", 5},
           {"0x10U", 16},
           {"WARP_SZ * 2", 64},
           // Division keeps the sign, the remainder does not.
           {"-7 / 2", static_cast<uint64_t>(-3)},
           {"-7 / -1", 7},
           {"7U / 2", 3},
           {"-7 % 3", 0},
           {"7 % -3", 7},
           {"-5 % -1", static_cast<uint64_t>(-5)},
           {"(5 % 3) - 3 < 0", 0},
           // A literal above 2^63 - 1 is unsigned.
           {"-9223372036854775808 / -1", 0},
           {"9223372036854775808 > 0", 1},
           {"-9223372036854775807 < 0", 1},
           // Shifts.
           {"-8 >> 1", static_cast<uint64_t>(-4)},
           {"-8U >> 1", (~uint64_t{0} - 7) >> 1},
           {"1 << 63", kHigh},
           {"1 << 64", 1},
           {"1 << 65", 2},
           {"-1 >> 70", ~uint64_t{0}},
           {"1 >> 70", 0},
           {"-1 << 1 < 0", 1},
           {"-1U << 1 < 0", 0},
           {"(1 << 1U) - 3 < 0", 1},
           // Comparison.
           {"-1 < 0", 1},
           {"-1 < 1U", 0},
           {"2 - 3 < 0", 1},
           {"2 - 3U < 0", 0},
           {"5 >= 5", 1},
           {"5 <= 4", 0},
           {"5U <= 5", 1},
           {"6U > 5", 1},
           {"4U >= 5", 0},
           {"5 != 5", 0},
           {"1 == 1U", 1},
           {"1 > 0 == 1", 1},
           {"(1U < 2) - 2 < 0", 1},
           // Bits.
           {"6 ^ 3", 5},
           {"6 & 3", 2},
           {"6 | 1", 7},
           {"(-1 & -1) < 0", 1},
           {"(-1 | 0) < 0", 1},
           {"~5", ~uint64_t{5}},
           {"~5 < 0", 0},
           {"(.s64)~5 < 0", 1},
           {"(.u64)-1 > 1", 1},
           {"(.u64)(1 + 2)", 3},
           // Logic.
           {"!5", 0},
           {"!0", 1},
           {"(!1U) - 2 < 0", 1},
           {"3 && 0", 0},
           {"3 && 2", 1},
           {"0 && 2", 0},
           {"3 || 0", 1},
           {"0 || 2", 1},
           {"0 || 0", 0},
           {"1 ? 2 : 3", 2},
           {"0 ? 2 : 3", 3},
           {"1 ? 2 : 3 ? 4 : 5", 2},
           {"0 ? 2 : 0 ? 4 : 5", 5},
           // Floating-point operands.
           {"1.5 < 2.5", 1},
           {"1.5 <= 1.0", 0},
           {"1.5 > 2.5", 0},
           {"1.5 >= 1.5", 1},
           {"1.0 == 0f3F800000", 1},
           {"1.0 != 1.0", 0},
           {"1.5 + 2.5 > 3.9", 1},
           {"(1.5 < 2.0) - 2 < 0", 1},
       }) {
    EXPECT_EQ(Value(c.expression), c.value) << c.expression;
  }
}

TEST(ConstantExpression, Floats) {
  auto module = IndexOk(std::string(kHeader) +
                        ".global .f64 v[6] = {1.5 + 2.0, 1.5 - 2.0, 1.5 * 2.0, 3.0 / 2.0, -0f3F800000, -(+2.5)};");
  ASSERT_NE(module, nullptr);
  double values[6];
  memcpy(values, module->variables()[0].initial.data(), sizeof values);
  EXPECT_THAT(values, ::testing::ElementsAre(3.5, -0.5, 3.0, 1.5, -1.0, -2.5));
}

TEST(ConstantExpression, Errors) {
  for (const char* expression :
       {"1 / 0", "1 % 0", "1.5 && 1", "!1.5", "~1.5",     "1.5 % 2.0", "(.s64)1.5", "1 < 2.5", "1.0 ? 2 : 3",
        "08",    "0b2",   "1 ? 2",    "1 ?",  "1 ? 2 : ", "(1",        "(.s64 1",   "(.u64)",  "1 +",
        "-",     "!",     "~",        "()",   "[",        "1 & 1.5",   "1.0 | 2.0"}) {
    EXPECT_EQ(IndexError(std::string(kHeader) + ".global .u64 v = " + expression + ";").kind, ErrorKind::kInvalidPtx)
        << expression;
  }
  EXPECT_THAT(IndexError(std::string(kHeader) + ".global .u64 v = 1 / 0;").message, HasSubstr("division by zero"));
}

}  // namespace
}  // namespace culvert::ptx
