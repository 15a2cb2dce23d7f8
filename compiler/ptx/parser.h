// What the module parser and the body parser share: one token of lookahead, errors, constant expressions, types,
// parameter lists.
#ifndef CULVERT_COMPILER_PTX_PARSER_H_
#define CULVERT_COMPILER_PTX_PARSER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ptx/diagnostics.h"
#include "compiler/ptx/lexer.h"
#include "compiler/ptx/module.h"

namespace culvert::ptx {

// Value of a constant expression (PTX ISA, "Constant Expressions"): 64-bit signed or unsigned, or f64.
struct Constant {
  enum class Kind : uint8_t { kSigned, kUnsigned, kFloat };
  Kind kind = Kind::kSigned;
  bool is_f32_bits = false;  // a lone 0f constant: bits hold the f32
  uint64_t bits = 0;
};

// Sizes that a declaration may not exceed; larger ones are errors, not allocations.
inline constexpr uint64_t kMaxVariableBytes = uint64_t{1} << 40;
inline constexpr uint64_t kMaxInitializedBytes = uint64_t{1} << 30;
inline constexpr uint32_t kMaxAlign = 1u << 20;
inline constexpr size_t kMaxDimensions = 64;  // of an array: initialisers are read by recursion

class Parser {
 protected:
  Parser(const char* begin, const char* end, SourcePosition start, std::vector<Diagnostic>* diagnostics)
      : lexer_(begin, end, start), diagnostics_(diagnostics) {}

  void Advance() { token_ = lexer_.Next(); }
  void AdvanceStatement() { token_ = lexer_.NextStatement(); }
  // All report and return false, so that a parser can `return Error(...)`.
  bool Error(SourcePosition position, DiagnosticCode code, std::string message, std::string hint = "");
  bool Unexpected(std::string_view expected);
  bool Expect(char punctuation);  // and advance
  bool Accept(char punctuation) {
    if (!token_.Is(punctuation)) return false;
    Advance();
    return true;
  }
  bool AcceptDirective(std::string_view name) {
    if (!token_.IsDirective(name)) return false;
    Advance();
    return true;
  }
  bool ExpectIdentifier(std::string_view* name);

  bool ParseConstant(Constant* value);  // a whole constant expression
  bool ParseUnsigned(uint64_t limit, const char* what, uint64_t* value);
  std::optional<Type> TypeOf(const Token& token) const;
  bool ParseAlign(uint32_t* align);  // after ".align"
  // "[4][8]": product of the dimensions in *elements; `open` if the first one is empty.
  bool ParseArrayDimensions(std::vector<uint64_t>* dimensions, bool* open);
  bool ParseParameterList(std::vector<Parameter>* parameters);  // "(" already current
  bool ParseFunctionDirective(FunctionDirectives* directives, bool* handled);

  Lexer lexer_;
  Token token_;
  std::vector<Diagnostic>* diagnostics_;
  std::string_view entry_;    // function being parsed, for diagnostics
  int expression_depth_ = 0;  // reset by error recovery

 private:
  bool ParseParameter(Parameter* parameter);
  bool ParseBinary(int min_precedence, Constant* value);
  bool ParseUnary(Constant* value);
  bool ParsePrimary(Constant* value);
  bool ParseDimensions(uint32_t dims[3], const char* directive);
};

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_PARSER_H_
