// References: f16 and bf16 arithmetic and comparisons.
#include "tests/runtime/interp_semantics/harness.h"
#include "tests/runtime/interp_semantics/soft_float.h"

namespace culvert::npu::semantics {
namespace {

using bytecode::Op;

enum class Kind { kAdd, kSub, kMul, kFma, kMin, kMax, kMin3, kMax3, kNeg, kAbs, kRcp };

uint64_t Element(Kind kind, Format format, uint64_t raw_a, uint64_t raw_b, uint64_t raw_c, uint16_t flags) {
  uint64_t in[3] = {raw_a, raw_b, raw_c};
  bool absolute = (kind == Kind::kMin3 || kind == Kind::kMax3) && (flags & bytecode::kAbsInputs);
  for (uint64_t& value : in) {
    if (flags & bytecode::kFtz) value = FlushSubnormal(format, value);
    if (absolute) value &= ~format.SignBit();
  }
  Real a = Decode(format, in[0]), b = Decode(format, in[1]), c = Decode(format, in[2]);
  bool oob = (flags & bytecode::kOob) && (raw_a == 0x7ff7 || raw_b == 0x7ff7 || raw_c == 0x7ff7);
  uint64_t bits = 0;
  switch (kind) {
    case Kind::kAdd:
      bits = Encode(format, Add(a, b, Mode::kRn), Mode::kRn);
      break;
    case Kind::kSub:
      b.negative = !b.negative, bits = Encode(format, Add(a, b, Mode::kRn), Mode::kRn);
      break;
    case Kind::kMul:
      bits = Encode(format, Multiply(a, b), Mode::kRn);
      break;
    case Kind::kFma:
      bits = Encode(format, Add(Multiply(a, b), c, Mode::kRn), Mode::kRn);
      break;
    case Kind::kRcp:
      bits = Encode(format, Divide(Decode(format, format.One()), a), Mode::kRn);
      break;
    case Kind::kMin:
      bits = Extremum(format, false, in[0], in[1], flags);
      break;
    case Kind::kMax:
      bits = Extremum(format, true, in[0], in[1], flags);
      break;
    case Kind::kMin3:
    case Kind::kMax3: {
      bool maximum = kind == Kind::kMax3;
      bits = Extremum(format, maximum, Extremum(format, maximum, in[0], in[1], flags), in[2], flags);
      break;
    }
    case Kind::kNeg:
      bits = in[0] ^ format.SignBit();
      break;
    case Kind::kAbs:
      bits = in[0] & ~format.SignBit();
      break;
  }
  return oob ? 0 : ApplyFlags(format, bits, flags);
}

struct FormatRow {
  uint16_t flag;
  Format format;
  bool packed;
  const char* letter;
};
const FormatRow kFormats[] = {{bytecode::kF16, kFormatF16, false, "h"},
                              {bytecode::kF16x2, kFormatF16, true, "H"},
                              {bytecode::kBf16, kFormatBf16, false, "b"},
                              {bytecode::kBf16x2, kFormatBf16, true, "B"}};

std::string Types(const FormatRow& row, const char* result, int sources) {
  std::string types = std::string(result) + "=";
  for (int i = 0; i < sources; ++i) types += row.letter;
  return types;
}

void Arithmetic(std::vector<Case>& cases) {
  const uint16_t kFtz = bytecode::kFtz, kSat = bytecode::kSat, kRelu = bytecode::kRelu, kNan = bytecode::kNanIn;
  const uint16_t kXor = bytecode::kXorSign, kOob = bytecode::kOob, kAbs = bytecode::kAbsInputs;
  struct Row {
    Kind kind;
    Op op;
    int sources;
    std::vector<uint16_t> flags;
  };
  const Row kRows[] = {
      {Kind::kAdd, Op::HADD, 2, {0, kFtz, kSat, uint16_t(kFtz | kSat)}},
      {Kind::kSub, Op::HSUB, 2, {0, kFtz, kSat, uint16_t(kFtz | kSat)}},
      {Kind::kMul, Op::HMUL, 2, {0, kFtz, kSat, uint16_t(kFtz | kSat)}},
      {Kind::kFma, Op::HFMA, 3, {0, kFtz, kSat, kRelu, uint16_t(kFtz | kRelu), kOob, uint16_t(kOob | kRelu)}},
      {Kind::kMin, Op::HMIN, 2, {0, kFtz, kNan, kXor, uint16_t(kNan | kXor), uint16_t(kFtz | kNan | kXor)}},
      {Kind::kMax, Op::HMAX, 2, {0, kFtz, kNan, kXor, uint16_t(kNan | kXor), uint16_t(kFtz | kNan | kXor)}},
      {Kind::kMin3, Op::HMIN3, 3, {0, kFtz, kNan, kAbs, uint16_t(kNan | kAbs)}},
      {Kind::kMax3, Op::HMAX3, 3, {0, kFtz, kNan, kAbs, uint16_t(kNan | kAbs)}},
      {Kind::kNeg, Op::HNEG, 1, {0, kFtz}},
      {Kind::kAbs, Op::HABS, 1, {0, kFtz}},
      {Kind::kRcp, Op::HRCP, 1, {0, kFtz}},
  };
  for (const Row& row : kRows) {
    for (const FormatRow& format : kFormats) {
      std::vector<uint16_t> flags;
      for (uint16_t flag : row.flags) flags.push_back(flag | format.flag);
      Kind kind = row.kind;
      cases.push_back({row.op, Types(format, "w", row.sources), flags,
                       [kind, format](const Operands& o) {
                         uint64_t low = Element(kind, format.format, o.a & 0xffff, o.b & 0xffff, o.c & 0xffff, o.flags);
                         if (!format.packed) return Result{low};
                         return Result{low | Element(kind, format.format, o.a >> 16, o.b >> 16, o.c >> 16, o.flags)
                                                 << 16};
                       },
                       0, 80});
    }
  }
}

bool Holds(bytecode::Compare comparison, Format format, uint64_t a, uint64_t b, bool flush) {
  if (flush) a = FlushSubnormal(format, a), b = FlushSubnormal(format, b);
  bool unordered = IsNan(format, a) || IsNan(format, b);
  using C = bytecode::Compare;
  if (comparison == C::kNum) return !unordered;
  if (comparison == C::kNan) return unordered;
  if (unordered) return comparison >= C::kEqu;
  int order = Compare(Decode(format, a), Decode(format, b));
  switch (comparison) {
    case C::kEq:
    case C::kEqu:
      return order == 0;
    case C::kNe:
    case C::kNeu:
      return order != 0;
    case C::kLt:
    case C::kLtu:
      return order < 0;
    case C::kLe:
    case C::kLeu:
      return order <= 0;
    case C::kGt:
    case C::kGtu:
      return order > 0;
    default:
      return order >= 0;
  }
}

void Comparisons(std::vector<Case>& cases) {
  for (const FormatRow& format : kFormats) {
    std::vector<uint16_t> flags;
    for (uint16_t comparison = 0; comparison < 14; ++comparison) {
      for (uint16_t ftz : {0, +bytecode::kHsetpFtz}) flags.push_back(comparison | ftz | format.flag);
    }
    cases.push_back({Op::HSETP, Types(format, "p", 2), flags,
                     [format](const Operands& o) {
                       auto comparison = static_cast<bytecode::Compare>(o.flags & 0x1f);
                       bool flush = o.flags & bytecode::kHsetpFtz;
                       return Result{Holds(comparison, format.format, o.a & 0xffff, o.b & 0xffff, flush),
                                     Holds(comparison, format.format, o.a >> 16, o.b >> 16, flush)};
                     },
                     format.packed ? 'c' : char{0}});
  }
}

}  // namespace

std::vector<Case> HalfCases() {
  std::vector<Case> cases;
  Arithmetic(cases);
  Comparisons(cases);
  return cases;
}

}  // namespace culvert::npu::semantics
