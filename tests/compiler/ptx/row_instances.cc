#include "tests/compiler/ptx/row_instances.h"

#include <set>

#include "compiler/ptx/decoder.h"

namespace culvert::ptx {
namespace {

using Choice = std::vector<const Modifier*>;  // per slot; nullptr: left out

std::string RegisterFor(Type type, int n) {
  std::string number = std::to_string(n);
  if (type == Type::kPred) return "%p" + number;
  switch (TypeBytes(type)) {
    case 1:
    case 2:
      return "%h" + number;
    case 4:
      return "%r" + number;
    case 8:
      return "%d" + number;
    default:
      return "%q" + number;
  }
}

std::string AddressFor(const Instruction& in) {
  switch (in.space) {
    case StateSpace::kParam:
    case StateSpace::kParamEntry:
      return in.opcode == Opcode::kSt ? "[call_area]" : "[buffer]";
    case StateSpace::kParamFunc:
      return "[call_area]";
    default:
      return "[%d9]";
  }
}

std::string ValueFor(const OperandSpec& spec, const Instruction& in, int n) {
  Type type = spec.TypeIn(in);
  if (spec.constant) return spec.name == "size" && in.opcode != Opcode::kAlloca ? "128" : "8";
  if (spec.packed) {
    uint32_t bytes = TypeBytes(type);
    Type half = bytes == 2 ? Type::kB8 : bytes == 4 ? Type::kB16 : bytes == 8 ? Type::kB32 : Type::kB64;
    if (bytes == 2) return "{%b1, %b2}";
    return "{" + RegisterFor(half, 1) + ", " + RegisterFor(half, 2) + "}";
  }
  if (spec.vector && in.vector_width > 1) {
    std::string out = "{";
    for (int i = 0; i < in.vector_width; ++i) out += (i ? ", " : "") + RegisterFor(type, i + 1);
    return out + "}";
  }
  std::string out = RegisterFor(type, n);
  if (spec.pair == OperandPair::kRequired) out += "|%p8";
  return out;
}

std::string Operands(const InstructionRow& row, const Instruction& in, bool optional, bool policy) {
  std::string out;
  int n = 1;
  for (const OperandSpec& spec : row.specs) {
    if (spec.optional && (spec.name == "policy" ? !policy : !optional)) continue;
    std::string item;
    switch (spec.form) {
      case OperandSpec::Form::kAddress:
        item = AddressFor(in);
        break;
      case OperandSpec::Form::kLabel:
        item = "END";
        break;
      case OperandSpec::Form::kCall:
        item = "callee";
        break;
      case OperandSpec::Form::kBranchTable:
        item = "%r1, TABLE";
        break;
      case OperandSpec::Form::kValue:
        item = ValueFor(spec, in, n++);
        break;
    }
    out += (out.empty() ? " " : ", ") + item;
  }
  return out;
}

}  // namespace

std::vector<std::string> RowInstances(const InstructionRow& row) {
  std::set<std::string> seen;
  std::vector<std::string> out;
  auto add = [&](const Choice& choice, bool optional) {
    std::string text(OpcodeName(row.opcode));
    std::vector<ModifierId> ids;
    bool policy = false;
    for (const Modifier* modifier : choice) {
      if (modifier == nullptr) continue;
      text += modifier->text;
      ids.push_back(modifier->id);
      policy |= modifier->text == ".L2::cache_hint";
    }
    Instruction in;
    in.opcode = row.opcode;
    if (!MatchModifiers(row, ids, &in).ok) return;
    const bool is_access = row.opcode == Opcode::kLd || row.opcode == Opcode::kSt;
    if (TypeBytes(in.types[0]) * in.vector_width > (is_access && row.since >= 88 ? 32 : 16)) return;
    text += Operands(row, in, optional, policy) + ";";
    if (seen.insert(text).second) out.push_back(text);
  };
  Choice plain;
  for (const ModifierSlot& slot : row.slots) plain.push_back(slot.optional ? nullptr : slot.alternatives[0]);
  add(plain, false);
  add(plain, true);
  for (size_t s = 0; s < row.slots.size(); ++s) {
    for (const Modifier* alternative : row.slots[s].alternatives) {
      Choice choice = plain;
      choice[s] = alternative;
      add(choice, false);
    }
  }
  return out;
}

std::string InstanceHeader(uint32_t version, uint32_t target) {
  return ".version " + std::to_string(version / 10) + "." + std::to_string(version % 10) + "\n.target sm_" +
         std::to_string(target) + "\n.address_size 64\n.func callee() { ret; }\n";
}

std::string HeaderFor(const InstructionRow& row) {
  std::vector<ModifierId> plain;
  for (const ModifierSlot& slot : row.slots) {
    if (!slot.optional) plain.push_back(slot.alternatives[0]->id);
  }
  Instruction instruction;
  instruction.opcode = row.opcode;
  MatchModifiers(row, plain, &instruction);
  return IsRemoved(instruction, 92, 120) ? InstanceHeader(92, 61) : InstanceHeader(92, 120);
}

std::string InstanceEntry(std::string_view name, std::string_view body) {
  std::string out = ".entry ";
  out += name;
  out +=
      "(.param .align 16 .b8 buffer[64]) {\n"
      "  .reg .pred %p<16>; .reg .b8 %b<16>; .reg .b16 %h<16>; .reg .b32 %r<16>; .reg .b64 %d<16>; .reg .b128 %q<16>;\n"
      "  .param .align 16 .b8 call_area[64];\n"
      "  TABLE: .branchtargets END, END;\n";
  out += body;
  out += "END:\n  ret;\n}\n";
  return out;
}

}  // namespace culvert::ptx
