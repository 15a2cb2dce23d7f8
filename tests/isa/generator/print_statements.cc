// The statements of a function.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/isa/generator/print_function.h"

namespace culvert::gen {

void FunctionPrinter::PrintBlock(const Block& block) {
  // A scope of its own; its names hide outer ones that the block does not use.
  const bool scope = random_.Chance(15);
  if (scope) Line(random_.Chance(50) ? "{" : "{ .reg .b32 %thread_, %unused; .reg .pred %input_;");
  for (const Statement& s : block) PrintStatement(s);
  if (scope) Line("}");
}

void FunctionPrinter::PrintStatement(const Statement& s) {
  switch (s.op) {
    case Op::kIf:
      return PrintIf(s);
    case Op::kLoop:
      return PrintLoop(s);
    case Op::kSwitch:
      return PrintSwitch(s);
    case Op::kCall:
      return PrintCall(s);
    case Op::kReturn:
      return PrintReturn(s);
    case Op::kLoad:
    case Op::kStore:
    case Op::kAtomic:
      return PrintMemory(s);
    case Op::kBreak:
      return Line(absl::StrCat(Guard(s), "bra ", loops_.back().end, ";"));
    case Op::kContinue:
      return Line(absl::StrCat(Guard(s), "bra ", loops_.back().next, ";"));
    case Op::kExit:
      return Line(absl::StrCat(Guard(s), index_ == 0 && random_.Chance(30) ? "ret;" : "exit;"));
    default:
      return PrintPlain(s);
  }
}

void FunctionPrinter::PrintIf(const Statement& s) {
  const std::string other = NewLabel(), end = NewLabel();
  const char* bra = s.style & 2 ? "bra.uni " : "bra ";
  const bool has_else = s.blocks.size() > 1 && !s.blocks[1].empty();
  if (!has_else) {
    Line(absl::StrCat(Predicate(s.sources[0], true), bra, end, ";"));
    PrintBlock(s.blocks[0]);
  } else {
    const bool then_first = s.style % 2 == 0;
    Line(absl::StrCat(Predicate(s.sources[0], then_first), bra, other, ";"));
    PrintBlock(s.blocks[then_first ? 0 : 1]);
    Line(absl::StrCat("bra", random_.Chance(10) ? ".uni " : " ", end, ";"));
    Line(absl::StrCat(other, ":"));
    PrintBlock(s.blocks[then_first ? 1 : 0]);
  }
  Line(absl::StrCat(end, ":"));
}

void FunctionPrinter::PrintLoop(const Statement& s) {
  const std::string head = NewLabel(), next = NewLabel(), end = NewLabel(), p = "%lp" + std::to_string(temporaries_++);
  const std::string counter = Name(s.results[0]), count = Text(s.sources[0]);
  loops_.push_back({next, end});
  Line(absl::StrCat("{ .reg .pred ", p, ";"));
  Line(absl::StrCat("mov.u32 ", counter, ", 0;"));
  if (s.style % 2 == 0) {  // test at the top
    Line(absl::StrCat(head, ":"));
    Line(absl::StrCat("setp.ge.u32 ", p, ", ", counter, ", ", count, ";"));
    Line(absl::StrCat("@", p, " bra ", end, ";"));
    PrintBlock(s.blocks[0]);
    Line(absl::StrCat(next, ":"));
    Line(absl::StrCat("add.s32 ", counter, ", ", counter, ", 1;"));
    Line(absl::StrCat("bra.uni ", head, ";"));
  } else {  // test at the bottom
    Line(absl::StrCat("setp.eq.u32 ", p, ", ", count, ", 0;"));
    Line(absl::StrCat("@", p, " bra ", end, ";"));
    Line(absl::StrCat(head, ":"));
    PrintBlock(s.blocks[0]);
    Line(absl::StrCat(next, ":"));
    Line(absl::StrCat("add.u32 ", counter, ", ", counter, ", 1;"));
    Line(absl::StrCat("setp.lt.u32 ", p, ", ", counter, ", ", count, ";"));
    Line(absl::StrCat("@", p, " bra ", head, ";"));
  }
  Line(absl::StrCat(end, ":"));
  Line("}");
  loops_.pop_back();
}

void FunctionPrinter::PrintSwitch(const Statement& s) {
  const std::string end = NewLabel(), table = absl::StrCat("targets", index_, "_", temporaries_++);
  std::vector<std::string> labels;
  for (size_t i = 0; i < s.blocks.size(); ++i) labels.push_back(NewLabel());
  Line(absl::StrCat(table, ": .branchtargets ", absl::StrJoin(labels, ", "), ";"));
  Line(absl::StrCat("brx.idx ", Text(s.sources[0]), ", ", table, ";"));
  for (size_t i = 0; i < s.blocks.size(); ++i) {
    Line(absl::StrCat(labels[i], ":"));
    PrintBlock(s.blocks[i]);
    if (i + 1 < s.blocks.size()) Line(absl::StrCat("bra ", end, ";"));
  }
  Line(absl::StrCat(end, ":"));
}

void FunctionPrinter::PrintResult(const Operand& value) {
  std::string type = TypeSuffix(function_.registers[function_.result]);
  if (function_.abi == Abi::kRegister) {
    Line(absl::StrCat("mov.", type, " rv, ", Text(value), ";"));
  } else {
    Line(absl::StrCat("st.param.", type, " [rv], ", Text(value), ";"));
  }
}

void FunctionPrinter::PrintReturn(const Statement& s) {
  if (s.guard == kNoReg || s.sources.empty()) {
    if (!s.sources.empty()) PrintResult(s.sources[0]);
    return Line(absl::StrCat(Guard(s), "ret;"));
  }
  const std::string skip = NewLabel();
  Line(absl::StrCat("@", s.guard_negated ? "" : "!", Name(s.guard), " bra ", skip, ";"));
  PrintResult(s.sources[0]);
  Line("ret;");
  Line(absl::StrCat(skip, ":"));
}

void FunctionPrinter::PrintCall(const Statement& s) {
  const bool indirect = s.callees.size() > 1;
  const size_t arguments = s.sources.size() - (indirect ? 1 : 0);
  const Function& callee = kernel_.functions[s.callees[0]];
  const std::string n = std::to_string(temporaries_++);
  Line("{");
  std::vector<std::string> names;
  std::string prototype_parameters, result, prototype_result;
  const char* space = callee.abi == Abi::kRegister ? ".reg" : ".param";
  const std::vector<uint32_t> offsets = PackedOffsets(callee, style_.pass_pointers);
  uint32_t pointer_at = offsets.back() - 24;
  if (callee.abi == Abi::kPacked) {
    Line(absl::StrCat(".param .align 8 .b8 packed[", offsets.back(), "];"));
    prototype_parameters = absl::StrCat(".param .align 8 .b8 _[", offsets.back(), "]");
  }
  auto pass = [&](const std::string& type, const std::string& value, uint32_t offset) {
    if (callee.abi == Abi::kPacked)
      return Line(absl::StrCat("st.param.", type, " [packed+", offset, "], ", value, ";"));
    absl::StrAppend(&prototype_parameters, prototype_parameters.empty() ? "" : ", ", space, " .", type, " _");
    if (callee.abi == Abi::kRegister) return names.push_back(value);
    names.push_back(absl::StrCat("arg", names.size()));
    Line(absl::StrCat(".param .", type, " ", names.back(), "; st.param.", type, " [", names.back(), "], ", value, ";"));
  };
  for (size_t i = 0; i < arguments; ++i)
    pass(TypeSuffix(callee.registers[callee.parameters[i]]), Text(s.sources[i]), offsets[i]);
  if (style_.pass_pointers) {
    for (const char* name : {"%input", "%output", "%cells"}) pass("b64", name, pointer_at), pointer_at += 8;
  }
  if (callee.abi == Abi::kPacked) names = {"packed"};
  if (callee.result != kNoReg) {
    std::string type = TypeSuffix(callee.registers[callee.result]);
    prototype_result = absl::StrCat("(", space, " .", type, " _) ");
    result = s.results.empty() ? "unused" : Name(s.results[0]);
    if (callee.abi != Abi::kRegister) {
      Line(absl::StrCat(".param .", type, " back;"));
      result = "back";
    } else if (s.results.empty()) {
      Line(absl::StrCat(".reg .", type, " unused;"));
    }
    result = absl::StrCat("(", result, "), ");
  }
  std::string target = absl::StrCat("f", s.callees[0]), prototype;
  if (indirect) {
    std::string table = absl::StrCat("table", module_->table_count++);
    std::vector<std::string> functions;
    for (uint32_t f : s.callees) functions.push_back(absl::StrCat("f", f));
    const char* where = random_.Chance(50) ? "global" : "const";
    absl::StrAppend(&module_->tables, ".", where, " .align 8 .u64 ", table, "[", functions.size(), "] = {",
                    absl::StrJoin(functions, ", "), "};\n");
    Line(absl::StrCat(".reg .b64 %fp", n, ", %fb", n, "; mov.u64 %fb", n, ", ", table, "; mad.wide.u32 %fp", n, ", ",
                      Text(s.sources.back()), ", 8, %fb", n, ";"));
    Line(absl::StrCat("ld.", where, ".u64 %fp", n, ", [%fp", n, "];"));
    target = "%fp" + n;
    prototype = absl::StrCat(", proto", index_, "_", n);
    Line(absl::StrCat("proto", index_, "_", n, ": .callprototype ", prototype_result, "_ (", prototype_parameters,
                      ");"));
  }
  Line(absl::StrCat(Guard(s), "call ", result, target, ", (", absl::StrJoin(names, ", "), ")", prototype, ";"));
  if (callee.abi != Abi::kRegister && !s.results.empty())
    Line(absl::StrCat("ld.param.", TypeSuffix(callee.registers[callee.result]), " ", Name(s.results[0]), ", [back];"));
  Line("}");
}

void FunctionPrinter::PrintMemory(const Statement& s) {
  Line("{");
  std::string address = Address(s), values;
  std::vector<std::string> items;
  if (s.op == Op::kLoad) {
    for (Reg reg : s.results) items.push_back(Name(reg));
  } else {
    for (const Operand& source : s.sources) items.push_back(Text(source));
  }
  values = absl::StrJoin(items, ", ");
  if (s.op != Op::kAtomic && items.size() > 1) values = "{" + values + "}";
  if (s.op == Op::kLoad) {
    Line(absl::StrCat(Guard(s), s.opcode, " ", values, ", ", address, ";"));
  } else {
    std::string result = s.results.empty() ? "" : Name(s.results[0]) + ", ";
    Line(absl::StrCat(Guard(s), s.opcode, " ", result, address, ", ", values, ";"));
  }
  Line("}");
}

void FunctionPrinter::PrintPlain(const Statement& s) {
  std::vector<std::string> results, sources;
  for (Reg reg : s.results) results.push_back(Name(reg));
  for (const Operand& source : s.sources) sources.push_back(Text(source));
  std::string text = absl::StrCat(Guard(s), s.opcode, " ");
  if (s.op == Op::kMove) {
    std::string left = absl::StrJoin(results, ", "), right = absl::StrJoin(sources, ", ");
    if (results.size() > 1) left = "{" + left + "}";
    if (sources.size() > 1) right = "{" + right + "}";
    return Line(absl::StrCat(text, left, ", ", right, ";"));
  }
  if (s.op == Op::kBarrier) {
    std::vector<std::string> items = results;
    items.push_back(std::to_string(s.offset));
    if (s.threads != 0) items.push_back(std::to_string(s.threads));
    if (!sources.empty()) items.push_back(sources[0]);
    return Line(absl::StrCat(text, absl::StrJoin(items, ", "), ";"));
  }
  std::string left = absl::StrJoin(results, "|");
  Line(absl::StrCat(text, left, left.empty() ? "" : ", ", absl::StrJoin(sources, ", "), ";"));
}

}  // namespace culvert::gen
