#include "tests/isa/generator/print_function.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/isa/generator/opcodes.h"

namespace culvert::gen {

FunctionPrinter::FunctionPrinter(const Kernel& kernel, uint32_t index, const ModuleStyle& style, Random& random,
                                 ModuleText* module)
    : kernel_(kernel),
      index_(index),
      function_(kernel.functions[index]),
      style_(style),
      random_(random),
      module_(module) {
  static const char* const kLabels[] = {"L", "$L__BB", "BB_", "_x"};
  label_prefix_ = absl::StrCat(kLabels[random_.Below(4)], index, "_");
  uses_.resize(function_.registers.size());
  CollectUses(function_.body);
  for (Reg reg : function_.parameters) uses_[reg].other = true;
  if (function_.result != kNoReg) uses_[function_.result].other = true;
}

std::vector<uint32_t> PackedOffsets(const Function& function, bool pointers) {
  std::vector<uint32_t> out;
  uint32_t at = 0;
  for (Reg reg : function.parameters) {
    uint32_t bytes = static_cast<uint32_t>(BitsOf(function.registers[reg])) / 8;
    at = (at + bytes - 1) / bytes * bytes;
    out.push_back(at);
    at += bytes;
  }
  at = (at + 7) / 8 * 8 + (pointers ? 24 : 0);
  out.push_back(at == 0 ? 8 : at);  // an array of no bytes is not allowed
  return out;
}

void FunctionPrinter::Use(Reg reg, Ty type) {
  if (reg == kNoReg) return;
  Uses& uses = uses_[reg];
  switch (type) {
    case Ty::kF32:
    case Ty::kF64:
      uses.real = true;
      break;
    case Ty::kF16:
      uses.half = true;
      break;
    case Ty::kF16x2:
      uses.packed = true;
      break;
    case Ty::kU16:
    case Ty::kS16:
    case Ty::kU32:
    case Ty::kS32:
    case Ty::kU64:
    case Ty::kS64:
      uses.integer = true;
      break;
    case Ty::kB16:
    case Ty::kB32:
    case Ty::kB64:
      break;
    default:
      uses.other = true;
      break;
  }
  if (isa::BitsOf(type) != BitsOf(function_.registers[reg])) uses.other = true;
}
void FunctionPrinter::Use(const Operand& operand) {
  if (operand.kind == Operand::Kind::kRegister) Use(operand.reg, operand.type);
  if (operand.kind == Operand::Kind::kSpecial) uses_special_ |= 1u << static_cast<int>(operand.special);
}

void FunctionPrinter::CollectUses(const Block& block) {
  for (const Statement& s : block) {
    for (const Operand& source : s.sources) Use(source);
    if (s.op == Op::kCompute) {
      const isa::Evaluator* evaluator = FindEvaluator(s.opcode, s.sources.size());
      for (size_t i = 0; evaluator != nullptr && i < s.results.size(); ++i) Use(s.results[i], evaluator->results[i]);
    } else if (s.op == Op::kRedux || s.op == Op::kLoad || s.op == Op::kAtomic) {
      for (Reg reg : s.results) Use(reg, s.type);
    } else if (s.op == Op::kLoop || s.op == Op::kBarrier) {
      for (Reg reg : s.results) Use(reg, Ty::kU32);
    } else if (s.op == Op::kMove && s.results.size() == 1 && s.sources.size() == 1) {
      Use(s.results[0], s.type);
    }
    if (s.op == Op::kLoad || s.op == Op::kStore || s.op == Op::kAtomic) {
      uses_space_[static_cast<size_t>(s.space)] = true;
      if (s.space == Space::kShared && s.own) (s.generic ? uses_generic_ : uses_own_) = true;
      if (s.index != kNoReg) Use(s.index, Ty::kU32);
    }
    for (const Block& inner : s.blocks) CollectUses(inner);
  }
}

void FunctionPrinter::Line(const std::string& text) {
  if (random_.Chance(2))
    absl::StrAppend(&text_, random_.Chance(50) ? "  // add.u32 %r0; }\n" : "  /* { bra nowhere; */\n");
  absl::StrAppend(&text_, "  ", text, "\n");
}

std::string FunctionPrinter::Declarations() {
  std::string out;
  const bool ranges = random_.Chance(60);
  names_.assign(function_.registers.size(), "");
  int count[4] = {};
  static const char kLetter[] = {'p', 'h', 'r', 'd'};
  for (size_t i = 0; i < function_.registers.size(); ++i) {
    Width width = function_.registers[i];
    const Uses& u = uses_[i];
    int n = count[static_cast<int>(width)]++;
    std::string name = absl::StrCat("%", std::string(1, kLetter[static_cast<int>(width)]), n);
    std::string type = TypeSuffix(width);
    if (ranges || random_.Chance(50)) {
      names_[i] = name;
    } else {
      int bits = BitsOf(width);
      bool plain = !u.other && width != Width::kPred;
      if (plain && !u.real && !u.half && !u.packed && random_.Chance(70))
        type = absl::StrCat(random_.Chance(50) ? "u" : "s", bits);
      if (plain && !u.integer && !u.half && !u.packed && u.real && random_.Chance(70)) type = absl::StrCat("f", bits);
      if (plain && !u.integer && !u.packed && !u.real && u.half && random_.Chance(50)) type = "f16";
      if (plain && !u.integer && !u.half && !u.real && u.packed && random_.Chance(50)) type = "f16x2";
      names_[i] = absl::StrCat(random_.Chance(50) ? "%v" : "$w_", i, random_.Chance(30) ? "_x" : "");
      absl::StrAppend(&out, "  .reg .", type, " ", names_[i], ";\n");
    }
  }
  for (int width = 0; width < 4; ++width) {
    if (count[width] != 0)
      absl::StrAppend(&out, "  .reg .", TypeSuffix(static_cast<Width>(width)), " %", std::string(1, kLetter[width]),
                      "<", count[width], ">;\n");
  }
  if (function_.local_bytes != 0) absl::StrAppend(&out, "  .local .align 16 .b8 frame[", function_.local_bytes, "];\n");
  return out;
}

// Base addresses and the values that stand for Special::kThread and the like.
std::string FunctionPrinter::Prologue() {
  std::string out;
  auto uses = [&](Space space) { return uses_space_[static_cast<size_t>(space)]; };
  auto special = [&](Special s) { return (uses_special_ >> static_cast<int>(s) & 1) != 0; };
  const bool own = uses_own_ || uses_generic_;
  const bool global = special(Special::kGlobal) || uses(Space::kPrivate);
  const bool thread = special(Special::kThread) || special(Special::kFullMask) || own || global;
  if (thread) {
    out += "  .reg .b32 %thread, %t1, %t2;\n  mov.u32 %thread, %tid.x;\n";
    if (kernel_.block[1] * kernel_.block[2] != 1) {
      out +=
          "  mov.u32 %t1, %tid.y; mov.u32 %t2, %ntid.x; mad.lo.u32 %thread, %t1, %t2, %thread;\n"
          "  mov.u32 %t1, %ntid.y; mul.lo.u32 %t2, %t2, %t1; mov.u32 %t1, %tid.z;\n"
          "  mad.lo.u32 %thread, %t1, %t2, %thread;\n";
    }
  }
  if (global) {
    absl::StrAppend(&out, "  .reg .b32 %global;\n  mov.u32 %t1, %ctaid.x;\n");
    if (kernel_.grid[1] != 1)
      out += "  mov.u32 %global, %nctaid.x; mov.u32 %t2, %ctaid.y; mad.lo.s32 %t1, %t2, %global, %t1;\n";
    absl::StrAppend(&out, "  mad.lo.u32 %global, %t1, ", kernel_.Threads(), ", %thread;\n");
  }
  if (special(Special::kFullMask)) {
    absl::StrAppend(&out, "  .reg .b32 %everyone;\n  and.b32 %t1, %thread, -32; sub.u32 %t1, ", kernel_.Threads(),
                    ", %t1; min.u32 %t1, %t1, 32;\n  sub.u32 %t1, 32, %t1; shr.u32 %everyone, 0xffffffff, %t1;\n");
  }
  const bool entry = index_ == 0;
  const bool pointers = entry || style_.pass_pointers;
  uint32_t packed = PackedOffsets(function_, true).back() - 24;
  auto pointer = [&](const char* name, const char* parameter) {
    absl::StrAppend(&out, "  .reg .b64 %", name, "; ");
    if (!entry && function_.abi == Abi::kPacked) {
      absl::StrAppend(&out, "ld.param.u64 %", name, ", [args+", packed, "];");
      packed += 8;
    } else if (entry || function_.abi == Abi::kParam) {
      absl::StrAppend(&out, "ld.param.u64 %", name, ", [", parameter, "];");
    } else {
      absl::StrAppend(&out, "mov.u64 %", name, ", ", parameter, ";");
    }
    if (entry && random_.Chance(50)) absl::StrAppend(&out, " cvta.to.global.u64 %", name, ", %", name, ";");
    out += "\n";
  };
  const bool all = entry && style_.pass_pointers;
  if (pointers && (uses(Space::kInput) || all || !entry)) pointer("input", "p_input");
  if (pointers && (uses(Space::kPrivate) || all || !entry)) pointer("output", "p_output");
  if (pointers && (uses(Space::kCells) || all || !entry)) pointer("cells", "p_cells");
  if (uses(Space::kPrivate))
    absl::StrAppend(&out, "  .reg .b64 %private; mad.wide.u32 %private, %global, ", kernel_.private_bytes,
                    ", %output;\n");
  if (own) {
    uint32_t cells = kernel_.shared_cells * 8;
    if (uses_own_ && style_.shared32) {
      absl::StrAppend(&out, "  .reg .b32 %own; mov.u32 %t1, shared_memory; mad.lo.u32 %own, %thread, ",
                      kernel_.shared_slice, ", %t1; add.u32 %own, %own, ", cells, ";\n");
    } else if (uses_own_) {
      absl::StrAppend(&out, "  .reg .b64 %own, %t3; mov.u64 %t3, shared_memory; mad.wide.u32 %own, %thread, ",
                      kernel_.shared_slice, ", %t3; add.u64 %own, %own, ", cells, ";\n");
    }
    if (uses_generic_) {
      absl::StrAppend(
          &out,
          "  .reg .b64 %own_generic, %t4; cvta.shared.u64 %t4, shared_memory;\n  mad.wide.u32 %own_generic, %thread, ",
          kernel_.shared_slice, ", %t4; add.u64 %own_generic, %own_generic, ", cells, ";\n");
    }
  }
  return out;
}

std::string FunctionPrinter::ParameterList(bool results) {
  const char* space = function_.abi == Abi::kRegister ? ".reg" : ".param";
  std::vector<std::string> items;
  if (results) {
    if (function_.result != kNoReg)
      items.push_back(absl::StrCat(space, " .", TypeSuffix(function_.registers[function_.result]), " rv"));
  } else if (function_.abi == Abi::kPacked) {
    items.push_back(
        absl::StrCat(".param .align 8 .b8 args[", PackedOffsets(function_, style_.pass_pointers).back(), "]"));
  } else {
    for (size_t i = 0; i < function_.parameters.size(); ++i)
      items.push_back(absl::StrCat(space, " .", TypeSuffix(function_.registers[function_.parameters[i]]), " a", i));
    if (style_.pass_pointers) {
      for (const char* name : {"p_input", "p_output", "p_cells"}) items.push_back(absl::StrCat(space, " .b64 ", name));
    }
  }
  return absl::StrCat("(", absl::StrJoin(items, ", "), ")");
}

std::string FunctionPrinter::Signature() {
  if (index_ == 0) {
    return absl::StrCat(
        ".visible .entry kernel(.param .u64 p_input, .param .u64 p_output, .param .u64 p_cells, .param .align 16 .b8 "
        "params[",
        kParamBytes, "])");
  }
  std::string out = ".func ";
  if (function_.result != kNoReg) out += ParameterList(true) + " ";
  return absl::StrCat(out, "f", index_, ParameterList(false));
}

std::string FunctionPrinter::Print() {
  std::string declarations = Declarations();
  std::string prologue = Prologue();
  if (index_ != 0) {
    for (size_t i = 0; i < function_.parameters.size(); ++i) {
      Reg reg = function_.parameters[i];
      std::string type = TypeSuffix(function_.registers[reg]);
      if (function_.abi == Abi::kPacked) {
        Line(absl::StrCat("ld.param.", type, " ", Name(reg), ", [args+", PackedOffsets(function_, false)[i], "];"));
      } else if (function_.abi == Abi::kRegister) {
        Line(absl::StrCat("mov.", type, " ", Name(reg), ", a", i, ";"));
      } else {
        Line(absl::StrCat("ld.param.", type, " ", Name(reg), ", [a", i, "];"));
      }
    }
  }
  PrintBlock(function_.body);
  if (index_ != 0 && function_.result != kNoReg) PrintResult(Operand::Register(function_.result, Ty::kB64));
  Line(index_ == 0 && random_.Chance(30) ? "exit;" : "ret;");
  std::string shared;
  if (index_ == 0 && style_.shared_in_kernel && kernel_.SharedBytes() != 0)
    shared = absl::StrCat("  .shared .align 16 .b8 shared_memory[", kernel_.SharedBytes(), "];\n");
  return absl::StrCat(Signature(), "\n{\n", declarations, shared, prologue, text_, "}\n");
}

}  // namespace culvert::gen
