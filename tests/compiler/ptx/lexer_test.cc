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
  EXPECT_EQ(First("0X1f").bits, 31u);
  EXPECT_EQ(First("0B11U").bits, 3u);
  EXPECT_EQ(First("0b").kind, TokenKind::kError);
  EXPECT_EQ(First("0x1g").kind, TokenKind::kError);
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
  EXPECT_EQ(First("0F3f800000").bits, 0x3f800000u);
  EXPECT_EQ(std::bit_cast<double>(First("0D4000000000000000").bits), 2.0);
  EXPECT_EQ(First("0d4000").kind, TokenKind::kError);
  EXPECT_EQ(std::bit_cast<double>(First("2e1").bits), 20.0);
  EXPECT_EQ(std::bit_cast<double>(First("2E-1").bits), 0.2);
  EXPECT_EQ(std::bit_cast<double>(First("3.").bits), 3.0);
  EXPECT_EQ(First("1e999").kind, TokenKind::kError);
  EXPECT_EQ(First("1e-999").kind, TokenKind::kError);
  EXPECT_EQ(First("1e").text, "1");
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

TEST(Lexer, Strings) {
  EXPECT_EQ(First("\"a b\"").text, "a b");
  EXPECT_EQ(First("\"a\\\"b\"").text, "a\\\"b");
  EXPECT_EQ(First("\"a\\\n").kind, TokenKind::kError);
  EXPECT_EQ(First("\"a\\").kind, TokenKind::kError);
  EXPECT_EQ(First("\"a\nb\"").kind, TokenKind::kError);
}

TEST(Lexer, EndsInTheMiddle) {
  EXPECT_EQ(First("/").punctuation, '/');
  EXPECT_EQ(First("/* *").kind, TokenKind::kError);
  EXPECT_EQ(First("/* * / */ 5").bits, 5u);
  EXPECT_EQ(First("// x").kind, TokenKind::kEnd);
  EXPECT_EQ(First(".").kind, TokenKind::kError);
  EXPECT_EQ(First(".a:").text, ".a");
  EXPECT_EQ(First(".a::").text, ".a");
  EXPECT_EQ(First(".a:b").text, ".a");
  EXPECT_EQ(First(".a::b:").text, ".a::b");
  EXPECT_EQ(First("%").punctuation, '%');
  EXPECT_EQ(First(std::string("\0", 1)).kind, TokenKind::kEnd);
  EXPECT_EQ(First(std::string("\0x", 2)).kind, TokenKind::kError);
  std::string opcode = "ld.";
  EXPECT_EQ(Lexer(opcode.data(), opcode.data() + opcode.size(), {1, 1}).NextStatement().text, "ld");
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
