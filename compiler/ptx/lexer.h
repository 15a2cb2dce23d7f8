// The lexer of PTX: hand-written, table-driven, one token at a time, no allocation.
#ifndef CULVERT_COMPILER_PTX_LEXER_H_
#define CULVERT_COMPILER_PTX_LEXER_H_

#include <cstdint>
#include <string_view>

#include "compiler/ptx/ast.h"

namespace culvert::ptx {

enum class TokenKind : uint8_t {
  kEnd,
  kIdentifier,   // name, %name, $name, _name; a lone "_" too
  kDirective,    // .name or .name::part, with the dot
  kInteger,      // bits
  kFloat,        // bits of an f64, or of an f32 when is_f32
  kString,       // text without the quotes
  kPunctuation,  // one character, in `punctuation`
  kShiftLeft,
  kShiftRight,
  kAndAnd,
  kOrOr,
  kEqual,
  kNotEqual,
  kLessEqual,
  kGreaterEqual,
  kError,  // error says what is wrong; the lexer has moved past it
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  char punctuation = 0;
  bool is_f32 = false;
  bool is_unsigned = false;  // integer with suffix U, or too large for s64
  SourcePosition position;
  std::string_view text;  // the token as written
  uint64_t bits = 0;
  const char* error = nullptr;

  bool Is(char c) const { return kind == TokenKind::kPunctuation && punctuation == c; }
  bool IsDirective(std::string_view name) const { return kind == TokenKind::kDirective && text == name; }
};

// Reads text[begin, end). Positions are counted from `line`/`column` at begin.
class Lexer {
 public:
  Lexer(const char* begin, const char* end, SourcePosition start)
      : cursor_(begin), end_(end), line_(start.line), line_start_(begin - (start.column - 1)) {}

  Token Next();
  // Like Next, but an identifier takes the ".modifier" parts that follow it without a space: "ld.global.nc.f32".
  Token NextStatement();

  // Whether a ':' that makes the last identifier a label comes next.
  bool PeekLabel() const {
    const char* p = cursor_;
    while (p < end_ && (*p == ' ' || *p == '\t')) ++p;
    return p < end_ && *p == ':';
  }

  const char* cursor() const { return cursor_; }
  SourcePosition Position() const { return {line_, static_cast<uint32_t>(cursor_ - line_start_) + 1}; }
  // Jumps to `target` (>= cursor()) without looking at what lies between, except that lines are counted.
  void SkipTo(const char* target);
  // Moves to the end of the line.
  void SkipLine();

 private:
  bool SkipSpace(Token* error);  // false: unterminated comment
  void LexNumber(Token* token);
  void LexRadix(Token* token, const char* digits, int radix);
  void LexHexFloat(Token* token, int digits);
  void SkipDottedName();
  void LexString(Token* token);
  void LexPunctuation(Token* token);
  Token Start() const;
  void Finish(Token* token, const char* begin) const {
    token->text = std::string_view(begin, static_cast<size_t>(cursor_ - begin));
  }

  const char* cursor_;
  const char* end_;
  uint32_t line_;
  const char* line_start_;
};

// Characters that may occur inside an identifier.
bool IsIdentifierChar(char c);

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_LEXER_H_
