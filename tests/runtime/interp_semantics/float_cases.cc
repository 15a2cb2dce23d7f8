// References: f32 and f64 arithmetic, comparisons.
#include "tests/runtime/interp_semantics/harness.h"
#include "tests/runtime/interp_semantics/soft_float.h"

namespace culvert::npu::semantics {
namespace {

using bytecode::Op;

std::vector<uint16_t> RoundingFlags(bool f32) {
  std::vector<uint16_t> flags;
  for (uint16_t rounding = 0; rounding < 4; ++rounding) {
    for (uint16_t extra : {0, +bytecode::kFtz, +bytecode::kSat, bytecode::kFtz | bytecode::kSat}) {
      if (f32 || extra == 0) flags.push_back(rounding | extra);
    }
  }
  return flags;
}

Mode ModeOf(uint16_t flags) { return static_cast<Mode>(flags & bytecode::kRoundingMask); }

enum class Kind { kAdd, kSub, kMul, kDiv, kFma, kSqrt, kRcp };

uint64_t Compute(Kind kind, Format format, const Operands& o, uint16_t flags) {
  auto decode = [&](uint64_t bits) {
    return Decode(format, flags & bytecode::kFtz ? FlushSubnormal(format, bits) : bits);
  };
  Mode mode = ModeOf(flags);
  Real a = decode(o.a), b = decode(o.b), c = decode(o.c), result;
  switch (kind) {
    case Kind::kAdd:
      result = Add(a, b, mode);
      break;
    case Kind::kSub:
      b.negative = !b.negative, result = Add(a, b, mode);
      break;
    case Kind::kMul:
      result = Multiply(a, b);
      break;
    case Kind::kDiv:
      result = Divide(a, b);
      break;
    case Kind::kFma:
      result = Add(Multiply(a, b), c, mode);
      break;
    case Kind::kSqrt:
      result = SquareRoot(a);
      break;
    case Kind::kRcp:
      result = Divide(Decode(format, format.One()), a);
      break;
  }
  return ApplyFlags(format, Encode(format, result, mode), flags);
}

void Arithmetic(std::vector<Case>& cases) {
  struct Row {
    Kind kind;
    Op f32, f32_x, f64, f64_x;
    const char *types_f32, *types_f64;
  };
#define CULVERT_ROW(KIND, NAME, T32, T64) \
  {Kind::KIND, Op::NAME##_F32, Op::NAME##_F32_X, Op::NAME##_F64, Op::NAME##_F64_X, T32, T64}
  const Row kRows[] = {CULVERT_ROW(kAdd, ADD, "f=ff", "F=FF"),   CULVERT_ROW(kSub, SUB, "f=ff", "F=FF"),
                       CULVERT_ROW(kMul, MUL, "f=ff", "F=FF"),   CULVERT_ROW(kDiv, DIV, "f=ff", "F=FF"),
                       CULVERT_ROW(kFma, FMA, "f=fff", "F=FFF"), CULVERT_ROW(kSqrt, SQRT, "f=f", "F=F"),
                       CULVERT_ROW(kRcp, RCP, "f=f", "F=F")};
  for (const Row& row : kRows) {
    Kind kind = row.kind;
    auto f32 = [kind](const Operands& o) { return Result{Compute(kind, kFormatF32, o, o.flags)}; };
    auto f64 = [kind](const Operands& o) { return Result{Compute(kind, kFormatF64, o, o.flags)}; };
    cases.push_back({row.f32, row.types_f32, {}, f32, 0, 300});
    cases.push_back({row.f64, row.types_f64, {}, f64, 0, 150});
    cases.push_back({row.f32_x, row.types_f32, RoundingFlags(true), f32, 0, 60});
    cases.push_back({row.f64_x, row.types_f64, RoundingFlags(false), f64, 0, 60});
  }
}

uint64_t Extremum3(bool maximum, const Operands& o) {
  uint64_t in[3] = {o.a, o.b, o.c};
  for (uint64_t& value : in) {
    if (o.flags & bytecode::kFtz) value = FlushSubnormal(kFormatF32, value);
    if (o.flags & bytecode::kAbsInputs) value &= 0x7fffffffu;
  }
  return Extremum(kFormatF32, maximum, Extremum(kFormatF32, maximum, in[0], in[1], o.flags), in[2], o.flags);
}

void Extrema(std::vector<Case>& cases) {
  std::vector<uint16_t> flags, flags3;
  for (uint16_t ftz : {0, +bytecode::kFtz}) {
    for (uint16_t nan : {0, +bytecode::kNanIn}) {
      for (uint16_t sign : {0, +bytecode::kXorSign}) flags.push_back(ftz | nan | sign);
      for (uint16_t absolute : {0, +bytecode::kAbsInputs}) flags3.push_back(ftz | nan | absolute);
    }
  }
  auto flush = [](const Operands& o, uint64_t bits) {
    return o.flags & bytecode::kFtz ? FlushSubnormal(kFormatF32, bits) : bits;
  };
  for (bool maximum : {false, true}) {
    auto f32 = [maximum, flush](const Operands& o) {
      return Result{Extremum(kFormatF32, maximum, flush(o, o.a), flush(o, o.b), o.flags)};
    };
    auto f64 = [maximum](const Operands& o) { return Result{Extremum(kFormatF64, maximum, o.a, o.b, 0)}; };
    cases.push_back({maximum ? Op::MAX_F32 : Op::MIN_F32, "f=ff", {}, f32, 0, 200});
    cases.push_back({maximum ? Op::MAX_F64 : Op::MIN_F64, "F=FF", {}, f64, 0, 200});
    cases.push_back({maximum ? Op::MAX_F32_X : Op::MIN_F32_X, "f=ff", flags, f32});
    cases.push_back({maximum ? Op::MAX3_F32_X : Op::MIN3_F32_X, "f=fff", flags3,
                     [maximum](const Operands& o) { return Result{Extremum3(maximum, o)}; }});
  }
}

bool Testp(Format format, uint64_t bits, uint16_t kind) {
  uint64_t magnitude = bits & ~format.SignBit(), normal = uint64_t{1} << (format.significand - 1);
  switch (static_cast<bytecode::TestpKind>(kind)) {
    case bytecode::TestpKind::kFinite:
      return magnitude < format.Infinity();
    case bytecode::TestpKind::kInfinite:
      return magnitude == format.Infinity();
    case bytecode::TestpKind::kNumber:
      return magnitude <= format.Infinity();
    case bytecode::TestpKind::kNotANumber:
      return magnitude > format.Infinity();
    case bytecode::TestpKind::kNormal:
      return magnitude == 0 || (magnitude >= normal && magnitude < format.Infinity());
    case bytecode::TestpKind::kSubnormal:
      return magnitude != 0 && magnitude < normal;
  }
  return false;
}

void Signs(std::vector<Case>& cases) {
  std::vector<uint16_t> ftz = {0, bytecode::kFtz}, kinds = {0, 1, 2, 3, 4, 5};
  auto negate32 = [](const Operands& o) { return Result{ApplyFlags(kFormatF32, o.a ^ 0x80000000u, o.flags)}; };
  auto absolute32 = [](const Operands& o) { return Result{ApplyFlags(kFormatF32, o.a & 0x7fffffffu, o.flags)}; };
  cases.push_back({Op::NEG_F32, "f=f", {}, negate32});
  cases.push_back({Op::NEG_F32_X, "f=f", ftz, negate32});
  cases.push_back({Op::ABS_F32, "f=f", {}, absolute32});
  cases.push_back({Op::ABS_F32_X, "f=f", ftz, absolute32});
  cases.push_back({Op::NEG_F64, "F=F", {}, [](const Operands& o) {
                     return Result{ApplyFlags(kFormatF64, o.a ^ kFormatF64.SignBit(), 0)};
                   }});
  cases.push_back({Op::ABS_F64, "F=F", {}, [](const Operands& o) {
                     return Result{IsNan(kFormatF64, o.a) ? o.a : o.a & ~kFormatF64.SignBit()};
                   }});
  cases.push_back({Op::COPYSIGN_F32, "f=ff", {}, [](const Operands& o) {
                     return Result{(o.a & 0x80000000u) | (o.b & 0x7fffffffu)};
                   }});
  cases.push_back({Op::COPYSIGN_F64, "F=FF", {}, [](const Operands& o) {
                     return Result{(o.a & kFormatF64.SignBit()) | (o.b & ~kFormatF64.SignBit())};
                   }});
  cases.push_back(
      {Op::TESTP_F32, "p=f", kinds, [](const Operands& o) { return Result{Testp(kFormatF32, o.a, o.flags)}; }});
  cases.push_back(
      {Op::TESTP_F64, "p=F", kinds, [](const Operands& o) { return Result{Testp(kFormatF64, o.a, o.flags)}; }});
}

// Comparisons: the order of a and b, as -1, 0, 1, or 2 if one is NaN.
bool Holds(bytecode::Compare comparison, int order) {
  using C = bytecode::Compare;
  bool unordered = order == 2;
  switch (comparison) {
    case C::kEq:
      return order == 0;
    case C::kNe:
      return !unordered && order != 0;
    case C::kLt:
      return order == -1;
    case C::kLe:
      return order == -1 || order == 0;
    case C::kGt:
      return order == 1;
    case C::kGe:
      return order == 1 || order == 0;
    case C::kEqu:
      return unordered || order == 0;
    case C::kNeu:
      return unordered || order != 0;
    case C::kLtu:
      return unordered || order == -1;
    case C::kLeu:
      return unordered || order <= 0;
    case C::kGtu:
      return unordered || order == 1;
    case C::kGeu:
      return unordered || order >= 0;
    case C::kNum:
      return !unordered;
    case C::kNan:
      return unordered;
  }
  return false;
}
int Order(Format format, uint64_t a, uint64_t b, bool flush) {
  if (flush) a = FlushSubnormal(format, a), b = FlushSubnormal(format, b);
  return IsNan(format, a) || IsNan(format, b) ? 2 : Compare(Decode(format, a), Decode(format, b));
}

void FloatComparisons(std::vector<Case>& cases) {
  using C = bytecode::Compare;
  struct Row {
    C comparison;
    Op f32, f64;
  };
#define CULVERT_COMPARISON(ENUM, NAME) {C::ENUM, Op::SETP_##NAME##_F32, Op::SETP_##NAME##_F64}
  const Row kRows[] = {CULVERT_COMPARISON(kEq, EQ),   CULVERT_COMPARISON(kNe, NE),   CULVERT_COMPARISON(kLt, LT),
                       CULVERT_COMPARISON(kLe, LE),   CULVERT_COMPARISON(kGt, GT),   CULVERT_COMPARISON(kGe, GE),
                       CULVERT_COMPARISON(kEqu, EQU), CULVERT_COMPARISON(kNeu, NEU), CULVERT_COMPARISON(kLtu, LTU),
                       CULVERT_COMPARISON(kLeu, LEU), CULVERT_COMPARISON(kGtu, GTU), CULVERT_COMPARISON(kGeu, GEU),
                       CULVERT_COMPARISON(kNum, NUM), CULVERT_COMPARISON(kNan, NAN)};
  for (const Row& row : kRows) {
    C comparison = row.comparison;
    cases.push_back({row.f32, "p=ff", {0, bytecode::kFtz}, [comparison](const Operands& o) {
                       return Result{Holds(comparison, Order(kFormatF32, o.a, o.b, o.flags & bytecode::kFtz))};
                     }});
    cases.push_back({row.f64, "p=FF", {}, [comparison](const Operands& o) {
                       return Result{Holds(comparison, Order(kFormatF64, o.a, o.b, false))};
                     }});
  }
}

#define CULVERT_CASE(OP, TYPES, ...) \
  cases.push_back({Op::OP, TYPES, {}, [](const Operands& o) { return Result{static_cast<uint64_t>(__VA_ARGS__)}; }});
#define CULVERT_INTEGER_COMPARISON(NAME, OPERATOR)                                                      \
  CULVERT_CASE(SETP_##NAME##_S32, "p=ww", static_cast<int32_t>(o.a) OPERATOR static_cast<int32_t>(o.b)) \
  CULVERT_CASE(SETP_##NAME##_U32, "p=ww", o.a OPERATOR o.b)                                             \
  CULVERT_CASE(SETP_##NAME##_S64, "p=dd", static_cast<int64_t>(o.a) OPERATOR static_cast<int64_t>(o.b)) \
  CULVERT_CASE(SETP_##NAME##_U64, "p=dd", o.a OPERATOR o.b)

}  // namespace

std::vector<Case> FloatCases() {
  std::vector<Case> cases;
  Arithmetic(cases);
  Extrema(cases);
  Signs(cases);
  return cases;
}

std::vector<Case> CompareCases() {
  std::vector<Case> cases;
  CULVERT_CASE(SETP_EQ_I32, "p=ww", o.a == o.b)
  CULVERT_CASE(SETP_EQ_I64, "p=dd", o.a == o.b)
  CULVERT_CASE(SETP_NE_I32, "p=ww", o.a != o.b)
  CULVERT_CASE(SETP_NE_I64, "p=dd", o.a != o.b)
  CULVERT_INTEGER_COMPARISON(LT, <)
  CULVERT_INTEGER_COMPARISON(LE, <=)
  CULVERT_INTEGER_COMPARISON(GT, >)
  CULVERT_INTEGER_COMPARISON(GE, >=)
  FloatComparisons(cases);
  return cases;
}

}  // namespace culvert::npu::semantics
