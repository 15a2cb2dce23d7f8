#include "compiler/ptx/lexer.h"

#include <bit>
#include <string>

#include "gtest/gtest.h"

namespace culvert::ptx {
namespace {

Token First(const std::string& text) { return Lexer(text.data(), text.data() + text.size(), {1, 1}).Next(); }

TEST(Lexer, Integers) {
  EXPECT_EQ(First("0").bits, 0u);
  EXPECT_EQ(First("42").bits, 42u);
  EXPECT_EQ(First("0x1F").bits, 31u);
  EXPECT_EQ(First("017").bits, 15u);
  EXPECT_EQ(First("0b101").bits, 5u);
  EXPECT_TRUE(First("7U").is_unsigned);
  EXPECT_EQ(First("18446744073709551615").bits, ~uint64_t{0});
  EXPECT_EQ(First("18446744073709551616").kind, TokenKind::kError);
  EXPECT_EQ(First("0x").kind, TokenKind::kError);
  EXPECT_EQ(First("09").kind, TokenKind::kError);
}

TEST(Lexer, Floats) {
  Token f32 = First("0f3F800000");
  EXPECT_EQ(f32.kind, TokenKind::kFloat);
  EXPECT_TRUE(f32.is_f32);
  EXPECT_EQ(f32.bits, 0x3f800000u);
  Token f64 = First("0d3FF0000000000000");
  EXPECT_FALSE(f64.is_f32);
  EXPECT_EQ(std::bit_cast<double>(f64.bits), 1.0);
  EXPECT_EQ(std::bit_cast<double>(First("1.5e3").bits), 1500.0);
  EXPECT_EQ(First("0f3F80").kind, TokenKind::kError);
  EXPECT_EQ(First("0f3F8000000").kind, TokenKind::kError);
}

TEST(Lexer, NamesAndDirectives) {
  EXPECT_EQ(First("%r12,").text, "%r12");
  EXPECT_EQ(First("$L__BB0_1:").text, "$L__BB0_1");
  EXPECT_EQ(First(".param::entry ").text, ".param::entry");
  std::string text = "ld.global.L1::no_allocate.v2.f32 {";
  Lexer lexer(text.data(), text.data() + text.size(), {1, 1});
  EXPECT_EQ(lexer.NextStatement().text, "ld.global.L1::no_allocate.v2.f32");
  EXPECT_TRUE(lexer.Next().Is('{'));
}

TEST(Lexer, CommentsAndPositions) {
  std::string text = "// one\n/* two\n three */ x";
  Lexer lexer(text.data(), text.data() + text.size(), {1, 1});
  Token token = lexer.Next();
  EXPECT_EQ(token.text, "x");
  EXPECT_EQ(token.position.line, 3u);
  EXPECT_EQ(token.position.column, 11u);
  EXPECT_EQ(First("/* open").kind, TokenKind::kError);
  EXPECT_EQ(First("\"open\n").kind, TokenKind::kError);
  EXPECT_EQ(First("\x01").kind, TokenKind::kError);
}

TEST(Lexer, OperatorsAndEnd) {
  EXPECT_EQ(First("<<").kind, TokenKind::kShiftLeft);
  EXPECT_EQ(First("!=").kind, TokenKind::kNotEqual);
  EXPECT_TRUE(First("!%p").Is('!'));
  EXPECT_TRUE(First("%").Is('%'));
  EXPECT_EQ(First("").kind, TokenKind::kEnd);
  EXPECT_EQ(First(std::string(1, '\0')).kind, TokenKind::kEnd);
}

}  // namespace
}  // namespace culvert::ptx
