// ld.param and st.param of the arguments and results of device functions (PTX ISA, "Parameter State Space"): written
// and read on either side of a call.
#include <algorithm>

#include "tests/isa/cases/arena.h"
#include "tests/isa/cases/load.h"

namespace culvert::isa {
namespace {

constexpr uint32_t kBytes = 96;  // of the argument and of the result

enum class Side : uint8_t { kCaller, kCallee };

// The argument is copied to the result; the statement under test reads or changes one of them. Thread data: %d22 its
// register contents, `where` the same in the function.
std::string FunctionText(const std::string& statements) {
  std::string text = ".func (.param .align 32 .b8 out[96]) copy(.param .align 32 .b8 in[96], .param .b64 where) {\n";
  text +=
      "  .reg .b16 %h<32>; .reg .b32 %r<32>; .reg .b64 %d<64>; .reg .b128 %q<8>; .reg .f32 %f<16>; .reg .f64 %g<16>;\n"
      "  ld.param.u64 %d22, [where];\n";
  for (uint32_t i = 0; i < kBytes; i += 8) {
    text += "  ld.param.u64 %d40, [in+" + Number(i) + "];\n  st.param.u64 [out+" + Number(i) + "], %d40;\n";
  }
  return text + statements + "  ret;\n}\n";
}

std::string KernelText(const std::string& before_call, const std::string& after_call) {
  std::string text = ElementAddress(21, 0, 4) + ElementAddress(22, 2, kValueBytes) + ElementAddress(23, 1, kBytes) +
                     ElementAddress(24, 3, kBytes) + "  ld.global.u32 %r21, [%d21];\n  setp.eq.u32 %p1, %r21, " +
                     Number(kIdle) +
                     ";\n  @%p1 bra SKIP;\n{\n  .param .align 32 .b8 in[96]; .param .b64 where;\n"
                     "  .param .align 32 .b8 out[96];\n";
  for (uint32_t i = 0; i < kBytes; i += 8) {
    text += "  ld.global.u64 %d40, [%d23+" + Number(i) + "];\n  st.param.u64 [in+" + Number(i) + "], %d40;\n";
  }
  text += before_call + "  st.param.u64 [where], %d22;\n  call (out), copy, (in, where);\n" + after_call;
  for (uint32_t i = 0; i < kBytes; i += 8) {
    text += "  ld.param.u64 %d40, [out+" + Number(i) + "];\n  st.global.u64 [%d24+" + Number(i) + "], %d40;\n";
  }
  return text + "}\nSKIP:\n";
}

struct CallForm {
  const char* name;
  uint32_t least_register_bits, offset;
  bool some_lanes;
};
constexpr CallForm kCallForms[] = {{"begin", 0, 0, false}, {"inside", 64, 32, true}};

Case CallCase(const std::string& opcode, const CallForm& form, Side side) {
  bool loads = opcode.starts_with("ld");
  struct Element element = ElementOf(opcode);
  AccessRegisters registers = RegistersFor({.name = "", .least_register_bits = form.least_register_bits}, element);
  std::string variable = loads == (side == Side::kCallee) ? "in" : "out";
  std::string address = "[" + variable + (form.offset == 0 ? "" : "+" + Number(form.offset)) + "]";
  std::string statement = "  " + opcode + " " +
                          (loads ? registers.Text() + ", " + address : address + ", " + registers.Text()) + ";  //!\n";
  std::string tested =
      loads ? statement + TransferValues(registers, false) : TransferValues(registers, true) + statement;
  bool in_callee = side == Side::kCallee;
  Case test;
  test.name = opcode + "/" + (in_callee ? "callee_" : "caller_") + form.name;
  test.ptx = Kernel(4, KernelText(!in_callee && !loads ? tested : "", !in_callee && loads ? tested : ""),
                    FunctionText(in_callee ? tested : ""));
  test.block[0] = kArenaThreads;
  Bytes before = RandomBytes(kArenaThreads * kBytes, 31), values = RandomBytes(kArenaThreads * kValueBytes, 32);
  std::vector<uint32_t> idle;
  Bytes expected_values = values, expected_after(kArenaThreads * kBytes);
  for (uint32_t thread = 0; thread < kArenaThreads; ++thread) {
    idle.push_back(form.some_lanes && thread * 11 % 7 < 3 ? kIdle : 0);
    if (idle.back() == kIdle) continue;
    std::copy_n(before.begin() + thread * kBytes, kBytes, expected_after.begin() + thread * kBytes);
    for (uint32_t i = 0; i < element.count; ++i) {
      uint32_t in_memory = thread * kBytes + form.offset + i * element.bits / 8;
      uint32_t in_register = thread * kValueBytes + i * registers.bits / 8;
      if (loads) {
        Bytes value = ExtendedTo(element, registers.bits, &before[in_memory]);
        std::copy(value.begin(), value.end(), expected_values.begin() + in_register);
      } else {
        std::copy_n(values.begin() + in_register, element.bits / 8, expected_after.begin() + in_memory);
      }
    }
  }
  test.buffers = {BytesOf(idle), std::move(before), std::move(values), Bytes(kArenaThreads * kBytes)};
  auto values_check = ExpectBuffer(2, std::move(expected_values), registers.bits / 8);
  auto after_check = ExpectBuffer(3, std::move(expected_after), element.bits / 8);
  test.check = [=](const std::vector<Bytes>& after) {
    std::string problem = values_check(after);
    return problem.empty() ? after_check(after) : problem;
  };
  return test;
}

}  // namespace

void AddFunctionParameters(std::vector<Case>* cases) {
  for (const char* mnemonic : {"ld", "st"}) {
    for (const std::string& opcode : AccessOpcodes(mnemonic)) {
      std::string space = SpaceOf(opcode);
      if (space != ".param" && space != ".param::func") continue;
      for (const CallForm& form : kCallForms) {
        for (Side side : {Side::kCaller, Side::kCallee}) cases->push_back(CallCase(opcode, form, side));
      }
    }
  }
}

}  // namespace culvert::isa
