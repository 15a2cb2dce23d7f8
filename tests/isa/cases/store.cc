// st (PTX ISA, "Data Movement and Conversion Instructions: st"): every state space, type and vector, and every cache
// modifier. Registers hold more than is stored; the bytes beside the element must stay.
#include <algorithm>

#include "tests/isa/cases/arena.h"
#include "tests/isa/cases/load.h"

namespace culvert::isa {
namespace {

Case StoreCase(const std::string& opcode, const AccessForm& form) {
  auto [element, before, arena, registers, offsets, policy] = Access(opcode, form, 22);
  Case test;
  test.name = opcode + "/" + form.name;
  test.ptx = Kernel(4,
                    AccessPrologue(form, arena) + TransferValues(registers, true) +
                        Executed(form, opcode + " " + AddressOperand(form, arena) + ", " + registers.Text() + policy) +
                        arena.teardown,
                    arena.module_scope);
  test.block[0] = kArenaThreads;
  Bytes values = RandomBytes(kArenaThreads * kValueBytes, 23);
  if (form.pattern == AccessForm::kUniform) {  // which of different values stays is not defined
    for (size_t i = kValueBytes; i < values.size(); ++i) values[i] = values[i - kValueBytes];
  }
  uint32_t copies = arena.is_private ? kArenaThreads : 1;
  test.buffers = {BytesOf(offsets), before, values, Bytes(arena.is_buffer() ? 0 : copies * arena.bytes)};
  Bytes expected;
  for (uint32_t i = 0; i < copies; ++i) expected.insert(expected.end(), before.begin(), before.end());
  for (uint32_t thread = 0; thread < kArenaThreads; ++thread) {
    if (offsets[thread] == kIdle) continue;
    uint32_t at = (arena.is_private ? thread * arena.bytes : 0) + offsets[thread];
    for (uint32_t i = 0; i < element.count; ++i) {
      std::copy_n(values.begin() + thread * kValueBytes + i * registers.bits / 8, element.bits / 8,
                  expected.begin() + at + i * element.bits / 8);
    }
  }
  test.check = ExpectBuffer(arena.is_buffer() ? 1 : 3, std::move(expected), element.bits / 8);
  return test;
}

}  // namespace

void AddStores(std::vector<Case>* cases) {
  for (const std::string& opcode : AccessOpcodes("st")) {
    if (SpaceOf(opcode).starts_with(".param")) continue;  // only arguments and results of calls
    for (const AccessForm& form : kAccessForms) cases->push_back(StoreCase(opcode, form));
  }
}

}  // namespace culvert::isa
