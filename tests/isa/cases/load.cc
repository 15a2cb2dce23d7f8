// ld and ldu (PTX ISA, "Data Movement and Conversion Instructions: ld"): every state space, type and vector, and every
// cache modifier, into registers of the type's width and wider ones.
#include "tests/isa/cases/load.h"

#include <algorithm>

#include "tests/isa/cases/arena.h"

namespace culvert::isa {
namespace {

// What registers hold where the load is not executed.
Bytes Kept(uint32_t bytes) { return Bytes(bytes, 0x6b); }

std::string Preset(const AccessRegisters& registers) {
  constexpr const char* kPattern = "0x6b6b6b6b6b6b6b6b";
  std::string text, type = "  mov.b" + Number(registers.bits) + " ";
  text += "  mov.u64 %d24, " + std::string(kPattern) + ";\n";
  std::string value = std::string(kPattern).substr(0, 2 + std::min(registers.bits, 64u) / 4);
  if (registers.bits == 128) value = "{%d24, %d24}";
  for (const std::string& name : registers.names) text += type + name + ", " + value + ";\n";
  return text;
}

Case LoadCase(const std::string& opcode, const AccessForm& form) {
  auto [element, before, arena, registers, offsets, policy] = Access(opcode, form, 21);
  Case test;
  test.name = opcode + "/" + form.name;
  test.ptx = Kernel(3,
                    AccessPrologue(form, arena) + Preset(registers) +
                        Executed(form, opcode + " " + registers.Text() + ", " + AddressOperand(form, arena) + policy) +
                        TransferValues(registers, false),
                    arena.module_scope, ModuleHeader(), arena.parameters);
  test.block[0] = kArenaThreads;
  test.buffers = {BytesOf(offsets), before, Bytes(kArenaThreads * kValueBytes)};
  if (!arena.parameters.empty()) test.parameters = {before};
  Bytes expected = test.buffers[2];
  uint32_t width = registers.bits / 8;
  for (uint32_t thread = 0; thread < kArenaThreads; ++thread) {
    for (uint32_t i = 0; i < element.count; ++i) {
      Bytes value = offsets[thread] == kIdle
                        ? Kept(width)
                        : ExtendedTo(element, registers.bits, &before[offsets[thread] + i * element.bits / 8]);
      std::copy(value.begin(), value.end(), expected.begin() + thread * kValueBytes + i * width);
    }
  }
  test.check = ExpectBuffer(2, std::move(expected), width);
  return test;
}

// Orderings with every scope and state space: the selection has each alternative once only.
void AddOrderings(const std::string& mnemonic, std::vector<std::string>* opcodes) {
  for (const char* ordering : {".relaxed", mnemonic == "ld" ? ".acquire" : ".release"}) {
    for (const char* scope : {".cta", ".cluster", ".gpu", ".sys"}) {
      for (const char* space : {"", ".global", ".shared", ".shared::cta", ".shared::cluster"}) {
        for (const char* type : {".u32", ".v2.f64", ".s8"}) {
          opcodes->push_back(mnemonic + ordering + scope + space + type);
        }
      }
    }
  }
}

}  // namespace

std::vector<std::string> AccessOpcodes(const std::string& mnemonic) {
  std::vector<std::string> opcodes;
  for (const ptx::InstructionRow* row : RowsNamed(mnemonic)) {
    for (const Instance& instance : SelectedInstancesOf(*row)) opcodes.push_back(instance.opcode);
  }
  if (mnemonic != "ldu") AddOrderings(mnemonic, &opcodes);
  std::vector<std::string> kept;
  for (const std::string& opcode : opcodes) {
    bool is_new = std::find(kept.begin(), kept.end(), opcode) == kept.end();
    if (is_new && IsVectorOfPtx(opcode)) kept.push_back(opcode);
  }
  return kept;
}

Bytes ExtendedTo(const struct Element& element, uint32_t register_bits, const uint8_t* bytes) {
  Bytes value(bytes, bytes + element.bits / 8);
  bool negative = element.is_signed && (value.back() & 0x80) != 0;
  value.resize(std::max(register_bits, element.bits) / 8, negative ? 0xff : 0);
  return value;
}

void AddLoads(std::vector<Case>* cases) {
  for (const char* mnemonic : {"ld", "ldu"}) {
    for (const std::string& opcode : AccessOpcodes(mnemonic)) {
      if (HasModifier(opcode, ".param::func")) continue;
      for (const AccessForm& form : kAccessForms) cases->push_back(LoadCase(opcode, form));
    }
  }
}

}  // namespace culvert::isa
