#include "tests/isa/generator/print.h"

#include "absl/strings/str_cat.h"
#include "tests/isa/generator/print_function.h"

namespace culvert::gen {
namespace {

bool Touches(const Block& block) {  // global memory of the host, or calls
  for (const Statement& s : block) {
    bool memory = s.op == Op::kLoad || s.op == Op::kStore || s.op == Op::kAtomic;
    if (memory && (s.space == Space::kInput || s.space == Space::kPrivate || s.space == Space::kCells)) return true;
    for (const Block& inner : s.blocks) {
      if (Touches(inner)) return true;
    }
  }
  return false;
}

size_t Count(const Block& block) {
  size_t n = block.size();
  for (const Statement& s : block) {
    for (const Block& inner : s.blocks) n += Count(inner);
  }
  return n;
}

}  // namespace

size_t CountStatements(const Kernel& kernel) {
  size_t n = 0;
  for (const Function& function : kernel.functions) n += Count(function.body);
  return n;
}

std::string Print(const Kernel& kernel) {
  Random random(kernel.seed ^ 0x7072696e74);
  ModuleStyle style;
  style.shared32 = random.Chance(50);
  style.shared_in_kernel = kernel.functions.size() == 1 && random.Chance(50);
  for (size_t i = 1; i < kernel.functions.size(); ++i) style.pass_pointers |= Touches(kernel.functions[i].body);
  // The newest version: the pool has instances that ask for it.
  std::string out =
      absl::StrCat(".version 9.2\n.target sm_120", random.Chance(20) ? ", debug" : "", "\n.address_size 64\n");
  absl::StrAppend(&out, ".const .align 16 .b8 constants[", kernel.constants.size(), "] = {");
  for (size_t i = 0; i < kernel.constants.size(); ++i) absl::StrAppend(&out, i ? "," : "", kernel.constants[i]);
  out += "};\n";
  if (!style.shared_in_kernel && kernel.SharedBytes() != 0)
    absl::StrAppend(&out, ".shared .align 16 .b8 shared_memory[", kernel.SharedBytes(), "];\n");
  ModuleText module;
  std::string functions;
  for (size_t i = kernel.functions.size(); i-- > 0;) {
    FunctionPrinter printer(kernel, static_cast<uint32_t>(i), style, random, &module);
    if (i != 0) absl::StrAppend(&out, printer.Signature(), ";\n");
    functions += printer.Print();
  }
  return absl::StrCat(out, module.tables, functions);
}

}  // namespace culvert::gen
