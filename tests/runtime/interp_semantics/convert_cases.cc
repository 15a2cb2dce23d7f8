// References: conversions.
#include "tests/runtime/interp_semantics/harness.h"
#include "tests/runtime/interp_semantics/soft_float.h"

namespace culvert::npu::semantics {
namespace {

using bytecode::Op;

Mode ModeOf(uint16_t flags) { return static_cast<Mode>(flags & bytecode::kRoundingMask); }

// All rounding modes up to `last` with every combination of `extra` flags.
std::vector<uint16_t> Flags(bytecode::Rounding last, const std::vector<uint16_t>& extra) {
  std::vector<uint16_t> flags;
  for (uint16_t rounding = 0; rounding <= static_cast<uint16_t>(last); ++rounding) {
    for (size_t set = 0; set < size_t{1} << extra.size(); ++set) {
      uint16_t value = rounding;
      for (size_t i = 0; i < extra.size(); ++i) {
        if (set >> i & 1) value |= extra[i];
      }
      if ((value & bytecode::kSat) && (value & bytecode::kRelu)) continue;  // PTX allows only one
      flags.push_back(value);
    }
  }
  return flags;
}

void FloatsToIntegers(std::vector<Case>& cases) {
  struct Row {
    Op op;
    bool from_f64;
    int bits;
    bool is_signed;
  };
  for (Row row : {Row{Op::CVT_S32_F32, false, 32, true}, Row{Op::CVT_S32_F64, true, 32, true},
                  Row{Op::CVT_U32_F32, false, 32, false}, Row{Op::CVT_U32_F64, true, 32, false},
                  Row{Op::CVT_S64_F32, false, 64, true}, Row{Op::CVT_S64_F64, true, 64, true},
                  Row{Op::CVT_U64_F32, false, 64, false}, Row{Op::CVT_U64_F64, true, 64, false}}) {
    std::string types = std::string(row.bits == 64 ? "d=" : "w=") + (row.from_f64 ? "F" : "f");
    std::vector<uint16_t> extra;
    if (!row.from_f64) extra.push_back(bytecode::kFtz);
    cases.push_back({row.op, types, Flags(bytecode::Rounding::kRp, extra),
                     [row](const Operands& o) {
                       Format format = row.from_f64 ? kFormatF64 : kFormatF32;
                       uint64_t bits = o.flags & bytecode::kFtz ? FlushSubnormal(format, o.a) : o.a;
                       // PTX ISA, cvt: 0, or the top bit if the source is f64 or the result has 64 bits.
                       uint64_t nan = row.from_f64 || row.bits == 64 ? uint64_t{1} << (row.bits - 1) : 0;
                       return Result{ToInteger(Decode(format, bits), ModeOf(o.flags), row.bits, row.is_signed, nan)};
                     },
                     0, 80});
  }
}

void IntegersToFloats(std::vector<Case>& cases) {
  struct Row {
    Op op;
    bool to_f64;
    int bits;
    bool is_signed;
  };
  for (Row row : {Row{Op::CVT_F32_S32, false, 32, true}, Row{Op::CVT_F64_S32, true, 32, true},
                  Row{Op::CVT_F32_U32, false, 32, false}, Row{Op::CVT_F64_U32, true, 32, false},
                  Row{Op::CVT_F32_S64, false, 64, true}, Row{Op::CVT_F64_S64, true, 64, true},
                  Row{Op::CVT_F32_U64, false, 64, false}, Row{Op::CVT_F64_U64, true, 64, false}}) {
    std::string types = std::string(row.to_f64 ? "F=" : "f=") + (row.bits == 64 ? "d" : "w");
    cases.push_back({row.op, types, Flags(bytecode::Rounding::kRp, {bytecode::kSat}),
                     [row](const Operands& o) {
                       Format format = row.to_f64 ? kFormatF64 : kFormatF32;
                       int64_t value = row.bits == 64 ? static_cast<int64_t>(o.a) : static_cast<int32_t>(o.a);
                       bool negative = row.is_signed && value < 0;
                       uint64_t magnitude = negative ? 0 - static_cast<uint64_t>(value) : o.a;
                       return Result{ApplyFlags(
                           format, Encode(format, FromInteger(negative, magnitude), ModeOf(o.flags)), o.flags)};
                     },
                     0, 80});
  }
}

// Between formats. `flush_source`, `flush_result`: where kFtz has an effect.
struct FloatRow {
  Op op;
  const char* types;
  Format from, to;
  bytecode::Rounding last_mode;
  std::vector<uint16_t> extra;
  bool flush_source, flush_result;
};

uint64_t Convert(const FloatRow& row, const Operands& o) {
  uint64_t bits = row.flush_source && (o.flags & bytecode::kFtz) ? FlushSubnormal(row.from, o.a) : o.a;
  Real value = Decode(row.from, bits);
  Mode mode = ModeOf(o.flags);
  if (o.flags & bytecode::kIntegral) value = RoundToIntegral(value, mode);
  uint16_t flags = row.flush_result ? o.flags : o.flags & ~bytecode::kFtz;
  return ApplyFlags(row.to, Encode(row.to, value, mode), flags);
}

void FloatsToFloats(std::vector<Case>& cases) {
  using bytecode::Rounding;
  const uint16_t kFtz = bytecode::kFtz, kSat = bytecode::kSat, kRelu = bytecode::kRelu, kIntegral = bytecode::kIntegral;
  const FloatRow kRows[] = {
      {Op::CVT_F32_F64, "f=F", kFormatF64, kFormatF32, Rounding::kRp, {kFtz, kSat}, false, true},
      {Op::CVT_F64_F32, "F=f", kFormatF32, kFormatF64, Rounding::kRn, {kFtz, kSat}, true, false},
      {Op::CVT_F32_F32, "f=f", kFormatF32, kFormatF32, Rounding::kRp, {kFtz, kSat, kIntegral}, true, true},
      {Op::CVT_F64_F64, "F=F", kFormatF64, kFormatF64, Rounding::kRp, {kSat, kIntegral}, false, false},
      {Op::CVT_F16_F32, "w=f", kFormatF32, kFormatF16, Rounding::kRp, {kFtz, kSat, kRelu}, true, false},
      {Op::CVT_F16_F64, "w=F", kFormatF64, kFormatF16, Rounding::kRp, {kSat}, false, false},
      {Op::CVT_F16_F16, "w=h", kFormatF16, kFormatF16, Rounding::kRp, {kSat, kIntegral}, false, false},
      {Op::CVT_F32_F16, "f=h", kFormatF16, kFormatF32, Rounding::kRn, {kFtz, kSat}, false, true},
      {Op::CVT_BF16_F32, "w=f", kFormatF32, kFormatBf16, Rounding::kRp, {kFtz, kSat, kRelu}, true, false},
      {Op::CVT_BF16_F64, "w=F", kFormatF64, kFormatBf16, Rounding::kRp, {kSat}, false, false},
      {Op::CVT_BF16_BF16, "w=b", kFormatBf16, kFormatBf16, Rounding::kRp, {kSat, kIntegral}, false, false},
      {Op::CVT_F32_BF16, "f=b", kFormatBf16, kFormatF32, Rounding::kRn, {kFtz, kSat}, false, true},
  };
  for (const FloatRow& row : kRows) {
    cases.push_back({row.op, row.types, Flags(row.last_mode, row.extra),
                     [row](const Operands& o) { return Result{Convert(row, o)}; }, 0, 80});
  }
  // tf32: f32 with 11 significant bits, in f32's layout.
  cases.push_back({Op::CVT_TF32_F32, "w=f", Flags(Rounding::kRna, {kRelu}),
                   [](const Operands& o) {
                     if (IsNan(kFormatF32, o.a)) return Result{kFormatF32.CanonicalNan()};
                     Format tf32{11, 8};
                     uint64_t bits = Encode(tf32, Decode(kFormatF32, o.a), ModeOf(o.flags)) << 13;
                     return Result{ApplyFlags(kFormatF32, bits, o.flags)};
                   },
                   0, 80});
}

}  // namespace

std::vector<Case> ConvertCases() {
  std::vector<Case> cases;
  FloatsToIntegers(cases);
  IntegersToFloats(cases);
  FloatsToFloats(cases);
  return cases;
}

}  // namespace culvert::npu::semantics
