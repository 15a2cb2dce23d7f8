#include "compiler/ptx/lexer.h"

#include <array>
#include <cstring>

#include "absl/strings/charconv.h"
#include "compiler/ptx/scan.h"

namespace culvert::ptx {
namespace {

enum CharClass : uint8_t { kSpace = 1, kIdentStart = 2, kIdent = 4, kDigit = 8, kHex = 16 };

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> table{};
  for (int c : {' ', '\t', '\r', '\n', '\f', '\v'}) table[c] |= kSpace;
  for (int c = 'a'; c <= 'z'; ++c) table[c] |= kIdentStart | kIdent;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] |= kIdentStart | kIdent;
  for (int c = '0'; c <= '9'; ++c) table[c] |= kIdent | kDigit | kHex;
  for (int c = 'a'; c <= 'f'; ++c) table[c] |= kHex;
  for (int c = 'A'; c <= 'F'; ++c) table[c] |= kHex;
  for (int c : {'_', '$', '%'}) table[c] |= kIdentStart;
  for (int c : {'_', '$'}) table[c] |= kIdent;
  return table;
}
constexpr std::array<uint8_t, 256> kClasses = MakeClasses();

inline bool Is(char c, uint8_t char_class) { return (kClasses[static_cast<uint8_t>(c)] & char_class) != 0; }

inline int HexValue(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

void Fail(Token* token, const char* message) {
  token->kind = TokenKind::kError;
  token->error = message;
}

}  // namespace

bool IsIdentifierChar(char c) { return Is(c, kIdent); }

Token Lexer::Start() const {
  Token token;
  token.position = Position();
  return token;
}

void Lexer::SkipTo(const char* target) {
  size_t newlines = CountNewlines(cursor_, target);
  if (newlines != 0) {
    line_ += static_cast<uint32_t>(newlines);
    line_start_ = static_cast<const char*>(memrchr(cursor_, '\n', static_cast<size_t>(target - cursor_))) + 1;
  }
  cursor_ = target;
}

void Lexer::SkipLine() {
  const void* newline = memchr(cursor_, '\n', static_cast<size_t>(end_ - cursor_));
  cursor_ = newline == nullptr ? end_ : static_cast<const char*>(newline);
}

bool Lexer::SkipSpace(Token* error) {
  while (cursor_ < end_) {
    char c = *cursor_;
    if (Is(c, kSpace)) {
      ++cursor_;
      if (c == '\n') {
        ++line_;
        line_start_ = cursor_;
      }
    } else if (c == '/' && cursor_ + 1 < end_ && cursor_[1] == '/') {
      SkipLine();
    } else if (c == '/' && cursor_ + 1 < end_ && cursor_[1] == '*') {
      *error = Start();
      const char* close = nullptr;
      for (const char* p = cursor_ + 2; p + 1 < end_; ++p) {
        if (p[0] == '*' && p[1] == '/') {
          close = p + 2;
          break;
        }
      }
      if (close == nullptr) {
        SkipTo(end_);
        Fail(error, "comment without end");
        return false;
      }
      SkipTo(close);
    } else if (c == '\0' && cursor_ + 1 == end_) {
      ++cursor_;  // the NUL that ends the text of a fatbin
    } else {
      break;
    }
  }
  return true;
}

void Lexer::LexRadix(Token* token, const char* digits, int radix) {
  token->kind = TokenKind::kInteger;
  cursor_ = digits;
  uint64_t value = 0;
  bool overflow = false;
  const char* first = cursor_;
  while (cursor_ < end_ && Is(*cursor_, kHex) && HexValue(*cursor_) < radix) {
    uint64_t next;
    overflow |= __builtin_mul_overflow(value, static_cast<uint64_t>(radix), &next);
    overflow |= __builtin_add_overflow(next, static_cast<uint64_t>(HexValue(*cursor_)), &value);
    ++cursor_;
  }
  bool empty = cursor_ == first;
  token->bits = value;
  token->is_unsigned = value >> 63 != 0;
  if (cursor_ < end_ && *cursor_ == 'U') {
    token->is_unsigned = true;
    ++cursor_;
  }
  if (empty) return Fail(token, "number without digits");
  if (overflow) return Fail(token, "integer constant does not fit into 64 bits");
  if (cursor_ < end_ && Is(*cursor_, kIdent)) {
    while (cursor_ < end_ && Is(*cursor_, kIdent)) ++cursor_;
    Fail(token, "bad digit in number");
  }
}

void Lexer::LexHexFloat(Token* token, int digits) {
  token->kind = TokenKind::kFloat;
  token->is_f32 = digits == 8;
  cursor_ += 2;
  uint64_t value = 0;
  int count = 0;
  while (cursor_ < end_ && Is(*cursor_, kHex)) {
    if (count < digits) value = value << 4 | static_cast<uint64_t>(HexValue(*cursor_));
    ++count;
    ++cursor_;
  }
  token->bits = value;
  if (count != digits) {
    Fail(token,
         digits == 8 ? "0f must be followed by 8 hexadecimal digits" : "0d must be followed by 16 hexadecimal digits");
  }
}

void Lexer::LexNumber(Token* token) {
  const char* begin = cursor_;
  if (*begin == '0' && begin + 1 < end_) {
    switch (begin[1]) {
      case 'x':
      case 'X':
        return LexRadix(token, begin + 2, 16);
      case 'b':
      case 'B':
        return LexRadix(token, begin + 2, 2);
      case 'f':
      case 'F':
        return LexHexFloat(token, 8);
      case 'd':
      case 'D':
        return LexHexFloat(token, 16);
      default:
        break;
    }
  }
  // A decimal float has a point or an exponent.
  const char* p = begin;
  while (p < end_ && Is(*p, kDigit)) ++p;
  bool is_float = p < end_ && (*p == '.' || *p == 'e' || *p == 'E');
  if (!is_float) return LexRadix(token, begin, *begin == '0' && p - begin > 1 ? 8 : 10);
  double value = 0;
  absl::from_chars_result result = absl::from_chars(begin, end_, value);
  token->kind = TokenKind::kFloat;
  cursor_ = result.ptr;  // at least the first digit has been read
  if (result.ec != std::errc()) return Fail(token, "floating-point constant does not fit into 64 bits");
  memcpy(&token->bits, &value, sizeof value);
}

void Lexer::LexString(Token* token) {
  token->kind = TokenKind::kString;
  const char* begin = ++cursor_;
  while (cursor_ < end_ && *cursor_ != '"' && *cursor_ != '\n') {
    if (*cursor_ == '\\' && cursor_ + 1 < end_ && cursor_[1] != '\n') ++cursor_;
    ++cursor_;
  }
  token->text = std::string_view(begin, static_cast<size_t>(cursor_ - begin));
  if (cursor_ < end_ && *cursor_ == '"') {
    ++cursor_;
  } else {
    Fail(token, "string without end");
  }
}

void Lexer::LexPunctuation(Token* token) {
  const char* begin = cursor_;
  char c = *cursor_++;
  char next = cursor_ < end_ ? *cursor_ : '\0';
  token->kind = TokenKind::kPunctuation;
  token->punctuation = c;
  auto pair = [&](TokenKind kind) {
    token->kind = kind;
    ++cursor_;
  };
  switch (c) {
    case '<':
      if (next == '<')
        pair(TokenKind::kShiftLeft);
      else if (next == '=')
        pair(TokenKind::kLessEqual);
      break;
    case '>':
      if (next == '>')
        pair(TokenKind::kShiftRight);
      else if (next == '=')
        pair(TokenKind::kGreaterEqual);
      break;
    case '&':
      if (next == '&') pair(TokenKind::kAndAnd);
      break;
    case '|':
      if (next == '|') pair(TokenKind::kOrOr);
      break;
    case '=':
      if (next == '=') pair(TokenKind::kEqual);
      break;
    case '!':
      if (next == '=') pair(TokenKind::kNotEqual);
      break;
    case '{':
    case '}':
    case '(':
    case ')':
    case '[':
    case ']':
    case ',':
    case ';':
    case ':':
    case '@':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '~':
    case '^':
    case '?':
      break;
    default:
      Fail(token, "character that PTX does not use");
      break;
  }
  Finish(token, begin);
}

// Past a dot and the name behind it, which may hold "::".
inline void Lexer::SkipDottedName() {
  ++cursor_;
  while (cursor_ < end_) {
    if (Is(*cursor_, kIdent)) {
      ++cursor_;
    } else if (*cursor_ == ':' && cursor_ + 2 < end_ && cursor_[1] == ':' && Is(cursor_[2], kIdent)) {
      cursor_ += 2;
    } else {
      break;
    }
  }
}

Token Lexer::Next() {
  Token token;
  if (!SkipSpace(&token)) return token;
  token = Start();
  if (cursor_ >= end_) return token;
  const char* begin = cursor_;
  char c = *begin;
  if (Is(c, kIdentStart) && (c != '%' || (begin + 1 < end_ && Is(begin[1], kIdent)))) {
    ++cursor_;
    while (cursor_ < end_ && Is(*cursor_, kIdent)) ++cursor_;
    token.kind = TokenKind::kIdentifier;
    Finish(&token, begin);
  } else if (Is(c, kDigit)) {
    LexNumber(&token);
    Finish(&token, begin);
  } else if (c == '.' && begin + 1 < end_ && Is(begin[1], kIdent)) {
    SkipDottedName();
    token.kind = TokenKind::kDirective;
    Finish(&token, begin);
  } else if (c == '"') {
    LexString(&token);
  } else {
    LexPunctuation(&token);
  }
  return token;
}

Token Lexer::NextStatement() {
  Token token = Next();
  if (token.kind != TokenKind::kIdentifier || cursor_ >= end_ || *cursor_ != '.') return token;
  while (cursor_ + 1 < end_ && *cursor_ == '.' && Is(cursor_[1], kIdent)) {
    SkipDottedName();
  }
  Finish(&token, token.text.data());
  return token;
}

}  // namespace culvert::ptx
