// Names, literals and addresses.
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/isa/generator/print_function.h"

namespace culvert::gen {
namespace {

const char* SpecialText(Special special) {
  switch (special) {
    case Special::kTidX:
      return "%tid.x";
    case Special::kTidY:
      return "%tid.y";
    case Special::kTidZ:
      return "%tid.z";
    case Special::kNtidX:
      return "%ntid.x";
    case Special::kNtidY:
      return "%ntid.y";
    case Special::kNtidZ:
      return "%ntid.z";
    case Special::kCtaidX:
      return "%ctaid.x";
    case Special::kCtaidY:
      return "%ctaid.y";
    case Special::kNctaidX:
      return "%nctaid.x";
    case Special::kNctaidY:
      return "%nctaid.y";
    case Special::kLaneId:
      return "%laneid";
    case Special::kLaneMaskEq:
      return "%lanemask_eq";
    case Special::kLaneMaskLt:
      return "%lanemask_lt";
    case Special::kLaneMaskLe:
      return "%lanemask_le";
    case Special::kLaneMaskGt:
      return "%lanemask_gt";
    case Special::kLaneMaskGe:
      return "%lanemask_ge";
    case Special::kThread:
      return "%thread";
    case Special::kGlobal:
      return "%global";
    case Special::kFullMask:
      return "%everyone";
  }
  return "";
}

template <typename Float, typename Bits>
bool ShortDecimal(uint64_t bits, std::string* out) {
  Bits narrow = static_cast<Bits>(bits);
  Float value;
  std::memcpy(&value, &narrow, sizeof(value));
  if (!std::isnormal(value) || std::fabs(value) > 1e6 || std::fabs(value) < 1e-3) return false;
  *out = absl::StrFormat("%.6f", static_cast<double>(value));
  double back = 0;
  std::sscanf(out->c_str(), "%lf", &back);
  return back == static_cast<double>(value);
}

}  // namespace

std::string TypeSuffix(Width width) { return width == Width::kPred ? "pred" : absl::StrCat("b", BitsOf(width)); }

std::string FunctionPrinter::Name(Reg reg) const { return reg == kNoReg ? "_" : names_[reg]; }

std::string FunctionPrinter::Literal(uint64_t bits, Ty type) {
  const int width = isa::BitsOf(type);
  std::string decimal;
  if (type == Ty::kF32) {
    if (random_.Chance(40) && ShortDecimal<float, uint32_t>(bits, &decimal)) return decimal;
    return random_.Chance(50) ? absl::StrFormat("0f%08X", bits & 0xffffffff)
                              : absl::StrFormat("0F%08x", bits & 0xffffffff);
  }
  if (type == Ty::kF64) {
    if (random_.Chance(40) && ShortDecimal<double, uint64_t>(bits, &decimal)) return decimal;
    return random_.Chance(50) ? absl::StrFormat("0d%016X", bits) : absl::StrFormat("0D%016x", bits);
  }
  uint64_t low = width == 64 ? bits : bits & ((uint64_t{1} << width) - 1);
  switch (random_.Below(8)) {
    case 0:
    case 1:
      return absl::StrFormat("0x%x", low);
    case 2:
      return absl::StrFormat("0X%XU", low);
    case 3:
      return low < 4096 ? absl::StrFormat("0%o", low) : absl::StrFormat("%uU", low);
    case 4:
      if (low < 256) {
        std::string out = "0b";
        for (int i = 7; i >= 0; --i) out += (low >> i & 1) ? '1' : '0';
        return out;
      }
      [[fallthrough]];
    default: {
      int64_t value = static_cast<int64_t>(low << (64 - width)) >> (64 - width);
      if (value == INT64_MIN) return "0x8000000000000000";
      return absl::StrCat(value);
    }
  }
}

std::string FunctionPrinter::Text(const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::kRegister:
      return absl::StrCat(operand.negated ? "!" : "", Name(operand.reg));
    case Operand::Kind::kImmediate:
      return Literal(operand.bits, operand.type);
    case Operand::Kind::kSpecial:
      return SpecialText(operand.special);
  }
  return "";
}

std::string FunctionPrinter::Guard(const Statement& s) const {
  if (s.guard == kNoReg) return "";
  return absl::StrCat("@", s.guard_negated ? "!" : "", Name(s.guard), " ");
}

std::string FunctionPrinter::Predicate(const Operand& operand, bool inverted) const {
  return absl::StrCat("@", operand.negated != inverted ? "!" : "", Name(operand.reg), " ");
}

std::string FunctionPrinter::Address(const Statement& s) {
  std::string base;
  bool is_symbol = true;
  bool narrow = false;  // a 32-bit address
  switch (s.space) {
    case Space::kInput:
      base = "%input", is_symbol = false;
      break;
    case Space::kPrivate:
      base = "%private", is_symbol = false;
      break;
    case Space::kCells:
      base = "%cells", is_symbol = false;
      break;
    case Space::kConst:
      base = "constants";
      break;
    case Space::kParam:
      base = "params";
      break;
    case Space::kLocal:
      base = "frame";
      break;
    case Space::kShared:
      base = s.own ? "%own" : "shared_memory";
      is_symbol = !s.own;
      narrow = style_.shared32 && !s.generic;
      break;
  }
  auto offset = [&]() -> std::string {
    if (s.offset == 0 && random_.Chance(70)) return "";
    return absl::StrCat("+", s.offset);
  };
  const char* cvta = s.space == Space::kConst   ? "cvta.const.u64"
                     : s.space == Space::kLocal ? "cvta.local.u64"
                                                : "cvta.shared.u64";
  std::string n = std::to_string(temporaries_++);
  if (s.space == Space::kShared && s.own && s.generic) base = "%own_generic";
  if (is_symbol && s.generic) {
    Line(absl::StrCat(".reg .b64 %sym", n, ";"));
    if (random_.Chance(50)) {
      Line(absl::StrCat("mov.u64 %sym", n, ", ", base, "; ", cvta, " %sym", n, ", %sym", n, ";"));
    } else {
      Line(absl::StrCat(cvta, " %sym", n, ", ", base, ";"));
    }
    base = "%sym" + n;
    is_symbol = false;
  }
  if (s.index == kNoReg) return absl::StrCat("[", base, offset(), "]");
  std::string index = Name(s.index);
  if (narrow) {
    Line(absl::StrCat(".reg .b32 %ad", n, ";"));
    if (is_symbol) {
      Line(absl::StrCat("mov.u32 %ad", n, ", ", base, "; add.u32 %ad", n, ", %ad", n, ", ", index, ";"));
    } else {
      Line(absl::StrCat("add.s32 %ad", n, ", ", base, ", ", index, ";"));
    }
    return absl::StrCat("[%ad", n, offset(), "]");
  }
  Line(absl::StrCat(".reg .b64 %ad", n, ";"));
  if (is_symbol) {
    Line(absl::StrCat(".reg .b64 %sym", n, "; mov.u64 %sym", n, ", ", base, ";"));
    base = "%sym" + n;
  }
  switch (random_.Below(3)) {
    case 0:
      Line(absl::StrCat("cvt.u64.u32 %ad", n, ", ", index, "; add.s64 %ad", n, ", ", base, ", %ad", n, ";"));
      break;
    case 1:
      Line(absl::StrCat("mad.wide.u32 %ad", n, ", ", index, ", 1, ", base, ";"));
      break;
    default:
      Line(absl::StrCat("mul.wide.u32 %ad", n, ", ", index, ", 1; add.u64 %ad", n, ", %ad", n, ", ", base, ";"));
      break;
  }
  return absl::StrCat("[%ad", n, offset(), "]");
}

}  // namespace culvert::gen
