// Any bytes as PTX text for the lexer: it ends, goes forward only, and every token lies inside the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "compiler/ptx/lexer.h"

namespace {

using culvert::ptx::Lexer;
using culvert::ptx::Token;
using culvert::ptx::TokenKind;

void Require(bool ok) {
  if (!ok) abort();
}

// Reads all tokens as a body (`statements`: opcodes with their modifiers are one token) or as a module.
void ReadAll(const char* begin, const char* end, bool statements) {
  Lexer lexer(begin, end, {1, 1});
  const size_t most = static_cast<size_t>(end - begin) + 1;
  uint32_t line = 1;
  for (size_t count = 0;; ++count) {
    Require(count <= most);  // every token but the last takes a byte
    const char* before = lexer.cursor();
    Token token = statements ? lexer.NextStatement() : lexer.Next();
    Require(token.position.line >= line && token.position.column >= 1);
    line = token.position.line;
    if (token.kind == TokenKind::kEnd) break;
    Require(lexer.cursor() > before && lexer.cursor() <= end);
    if (!token.text.empty()) Require(token.text.data() >= begin && token.text.data() + token.text.size() <= end);
    if (token.kind == TokenKind::kError) Require(token.error != nullptr);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::unique_ptr<char[]> copy(new char[size]);  // exactly this size, so that reads past the end are seen
  for (size_t i = 0; i < size; ++i) copy[i] = static_cast<char>(data[i]);
  ReadAll(copy.get(), copy.get() + size, false);
  ReadAll(copy.get(), copy.get() + size, true);
  return 0;
}
