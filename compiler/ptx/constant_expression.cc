// Constant expressions: precedence climbing over the C operators that PTX has (PTX ISA, "Constant Expressions").
#include <cstring>

#include "compiler/ptx/parser.h"

namespace culvert::ptx {
namespace {

using Kind = Constant::Kind;
constexpr int kMaxDepth = 100;

// Of a floating-point constant.
double AsDouble(const Constant& value) {
  if (value.is_f32_bits) {
    float f;
    uint32_t bits = static_cast<uint32_t>(value.bits);
    memcpy(&f, &bits, sizeof f);
    return f;
  }
  double d;
  memcpy(&d, &value.bits, sizeof d);
  return d;
}

Constant Float(double value) {
  Constant constant;
  constant.kind = Kind::kFloat;
  memcpy(&constant.bits, &value, sizeof value);
  return constant;
}

Constant Integer(uint64_t bits, bool is_unsigned = false) {
  Constant constant;
  constant.kind = is_unsigned ? Kind::kUnsigned : Kind::kSigned;
  constant.bits = bits;
  return constant;
}

enum class Operator : uint8_t {
  kNone,
  kOrOr,
  kAndAnd,
  kOr,
  kXor,
  kAnd,
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kShl,
  kShr,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kRem
};

Operator OperatorOf(const Token& token, int* precedence) {
  auto result = [&](Operator op, int level) {
    *precedence = level;
    return op;
  };
  switch (token.kind) {
    case TokenKind::kOrOr:
      return result(Operator::kOrOr, 1);
    case TokenKind::kAndAnd:
      return result(Operator::kAndAnd, 2);
    case TokenKind::kEqual:
      return result(Operator::kEq, 6);
    case TokenKind::kNotEqual:
      return result(Operator::kNe, 6);
    case TokenKind::kLessEqual:
      return result(Operator::kLe, 7);
    case TokenKind::kGreaterEqual:
      return result(Operator::kGe, 7);
    case TokenKind::kShiftLeft:
      return result(Operator::kShl, 8);
    case TokenKind::kShiftRight:
      return result(Operator::kShr, 8);
    case TokenKind::kPunctuation:
      break;
    default:
      return Operator::kNone;
  }
  switch (token.punctuation) {
    case '|':
      return result(Operator::kOr, 3);
    case '^':
      return result(Operator::kXor, 4);
    case '&':
      return result(Operator::kAnd, 5);
    case '<':
      return result(Operator::kLt, 7);
    case '>':
      return result(Operator::kGt, 7);
    case '+':
      return result(Operator::kAdd, 9);
    case '-':
      return result(Operator::kSub, 9);
    case '*':
      return result(Operator::kMul, 10);
    case '/':
      return result(Operator::kDiv, 10);
    case '%':
      return result(Operator::kRem, 10);
    default:
      return Operator::kNone;
  }
}

bool ApplyFloat(Operator op, double a, double b, Constant* out) {
  switch (op) {
    case Operator::kAdd:
      *out = Float(a + b);
      return true;
    case Operator::kSub:
      *out = Float(a - b);
      return true;
    case Operator::kMul:
      *out = Float(a * b);
      return true;
    case Operator::kDiv:
      *out = Float(a / b);
      return true;
    case Operator::kEq:
      *out = Integer(a == b);
      return true;
    case Operator::kNe:
      *out = Integer(a != b);
      return true;
    case Operator::kLt:
      *out = Integer(a < b);
      return true;
    case Operator::kLe:
      *out = Integer(a <= b);
      return true;
    case Operator::kGt:
      *out = Integer(a > b);
      return true;
    case Operator::kGe:
      *out = Integer(a >= b);
      return true;
    default:
      return false;
  }
}

// The usual arithmetic conversions of C on s64 and u64, except where said. False: division by zero.
bool ApplyInteger(Operator op, const Constant& left, const Constant& right, Constant* out) {
  bool is_unsigned = left.kind == Kind::kUnsigned || right.kind == Kind::kUnsigned;
  uint64_t a = left.bits, b = right.bits;
  int64_t sa = static_cast<int64_t>(a), sb = static_cast<int64_t>(b);
  auto compare = [&](auto pred) { *out = Integer(is_unsigned ? pred(a, b) : pred(sa, sb)); };
  switch (op) {
    case Operator::kAdd:
      *out = Integer(a + b, is_unsigned);
      return true;
    case Operator::kSub:
      *out = Integer(a - b, is_unsigned);
      return true;
    case Operator::kMul:
      *out = Integer(a * b, is_unsigned);
      return true;
    case Operator::kDiv:
      if (b == 0) return false;
      if (is_unsigned) {
        *out = Integer(a / b, true);
      } else if (sb == -1) {  // INT64_MIN / -1 wraps
        *out = Integer(0 - a);
      } else {
        *out = Integer(static_cast<uint64_t>(sa / sb));
      }
      return true;
    case Operator::kRem:  // of unsigned numbers, whatever the operands are
      if (b == 0) return false;
      *out = Integer(a % b, true);
      return true;
    case Operator::kShl:  // shifts have the type of the left operand; ptxas takes the distance modulo 64
      *out = Integer(a << (b & 63), left.kind == Kind::kUnsigned);
      return true;
    case Operator::kShr:
      if (left.kind == Kind::kUnsigned)
        *out = Integer(a >> (b & 63), true);
      else
        *out = Integer(static_cast<uint64_t>(sa >> (b & 63)));
      return true;
    case Operator::kAnd:
      *out = Integer(a & b, is_unsigned);
      return true;
    case Operator::kOr:
      *out = Integer(a | b, is_unsigned);
      return true;
    case Operator::kXor:
      *out = Integer(a ^ b, is_unsigned);
      return true;
    case Operator::kAndAnd:
      *out = Integer(a != 0 && b != 0);
      return true;
    case Operator::kOrOr:
      *out = Integer(a != 0 || b != 0);
      return true;
    case Operator::kEq:
      *out = Integer(a == b);
      return true;
    case Operator::kNe:
      *out = Integer(a != b);
      return true;
    case Operator::kLt:
      compare([](auto x, auto y) { return x < y; });
      return true;
    case Operator::kLe:
      compare([](auto x, auto y) { return x <= y; });
      return true;
    case Operator::kGt:
      compare([](auto x, auto y) { return x > y; });
      return true;
    case Operator::kGe:
      compare([](auto x, auto y) { return x >= y; });
      return true;
    case Operator::kNone:
      break;
  }
  return false;
}

}  // namespace

bool Parser::ParseConstant(Constant* value) {
  if (!ParseBinary(1, value)) return false;
  if (!token_.Is('?')) return true;
  if (value->kind == Kind::kFloat) return Error(token_.position, kSyntax, "a condition must be an integer");
  if (++expression_depth_ > kMaxDepth) return Error(token_.position, kLimit, "expression nested too deeply");
  Advance();
  Constant yes, no;
  if (!ParseConstant(&yes) || !Expect(':') || !ParseConstant(&no)) return false;
  --expression_depth_;
  *value = value->bits != 0 ? yes : no;
  return true;
}

bool Parser::ParseBinary(int min_precedence, Constant* value) {
  if (!ParseUnary(value)) return false;
  for (;;) {
    int precedence = 0;
    Operator op = OperatorOf(token_, &precedence);
    if (op == Operator::kNone || precedence < min_precedence) return true;
    SourcePosition position = token_.position;
    Advance();
    Constant right;
    if (!ParseBinary(precedence + 1, &right)) return false;
    const bool is_float = value->kind == Kind::kFloat;
    if (is_float != (right.kind == Kind::kFloat)) {
      return Error(position, kSyntax, "integer and floating-point constants cannot be mixed");
    }
    Constant result;
    bool ok = is_float ? ApplyFloat(op, AsDouble(*value), AsDouble(right), &result)
                       : ApplyInteger(op, *value, right, &result);
    if (!ok) return Error(position, kSyntax, "operation not defined in a constant expression (or division by zero)");
    *value = result;
  }
}

bool Parser::ParseUnary(Constant* value) {
  if (expression_depth_ >= kMaxDepth) return Error(token_.position, kLimit, "expression nested too deeply");
  ++expression_depth_;
  bool ok = true;
  if (token_.Is('-')) {
    Advance();
    ok = ParseUnary(value);
    if (ok && value->kind == Kind::kFloat) {
      if (value->is_f32_bits)
        value->bits ^= 0x80000000u;
      else
        value->bits ^= uint64_t{1} << 63;
    } else if (ok) {
      value->bits = 0 - value->bits;
    }
  } else if (token_.Is('+')) {
    Advance();
    ok = ParseUnary(value);
  } else if (token_.Is('~') || token_.Is('!')) {
    bool complement = token_.Is('~');
    SourcePosition position = token_.position;
    Advance();
    ok = ParseUnary(value);
    if (ok && value->kind == Kind::kFloat)
      ok = Error(position, kSyntax, "operator needs an integer");
    else if (ok && complement)
      *value = Integer(~value->bits, true);
    else if (ok)
      *value = Integer(value->bits == 0);
  } else {
    ok = ParsePrimary(value);
  }
  --expression_depth_;
  return ok;
}

bool Parser::ParsePrimary(Constant* value) {
  switch (token_.kind) {
    case TokenKind::kInteger:
      *value = Integer(token_.bits, token_.is_unsigned);
      Advance();
      return true;
    case TokenKind::kFloat:
      *value = Constant{Kind::kFloat, token_.is_f32, token_.bits};
      Advance();
      return true;
    case TokenKind::kIdentifier:
      if (token_.text == "WARP_SZ") {
        *value = Integer(32);
        Advance();
        return true;
      }
      return Unexpected("a constant");
    default:
      break;
  }
  if (!token_.Is('(')) return Unexpected("a constant");
  Advance();
  // A cast: (.s64) or (.u64).
  if (token_.IsDirective(".s64") || token_.IsDirective(".u64")) {
    bool is_unsigned = token_.IsDirective(".u64");
    SourcePosition position = token_.position;
    Advance();
    if (!Expect(')') || !ParseUnary(value)) return false;
    if (value->kind == Kind::kFloat) return Error(position, kSyntax, "cast of a floating-point constant");
    value->kind = is_unsigned ? Kind::kUnsigned : Kind::kSigned;
    return true;
  }
  return ParseConstant(value) && Expect(')');
}

}  // namespace culvert::ptx
