// Addresses of variables and functions by mov, and cache policies (PTX ISA, "Variables in Instructions", mov,
// createpolicy).
#include "tests/isa/cases/address.h"

#include <algorithm>

#include "tests/isa/cases/arena.h"
#include "tests/isa/cases/cases.h"

namespace culvert::isa {
namespace {

// A word goes to a variable by name and comes back through the address, and the other way round.
void AddVariableAddresses(std::vector<Case>* cases) {
  struct Where {
    const char *space, *type;
  };
  for (const Where& where : {Where{".global", "u64"},
                             {".global", "b64"},
                             {".shared", "u64"},
                             {".shared", "u32"},
                             {".shared", "b32"},
                             {".local", "u64"},
                             {".local", "u32"}}) {
    std::string space = where.space, reg = std::string(where.type).ends_with("64") ? "%d12" : "%r12";
    bool is_private = space == ".local";
    std::string first = (is_private ? "  " : "") + space + " .align 16 .b8 first[32], second[48];\n";
    for (int offset : {0, 4, 44}) {
      std::string place = "second" + (offset == 0 ? "" : "+" + Number(static_cast<uint64_t>(offset)));
      std::string opcode = std::string("mov.") + where.type;
      std::string body = is_private ? first : "  setp.eq.u32 %p1, %r29, 0;\n";
      std::string guard = is_private ? "  " : "  @%p1 ";
      body += "  ld.global.v2.u32 {%r5, %r6}, [%d10];\n" + guard + "st" + space + ".u32 [" + place + "], %r5;\n" +
              (is_private ? "" : "  bar.sync 0;\n") + "  mov.b" + (reg[1] == 'd' ? "64 " : "32 ") + reg + ", 0;\n";
      body += "  " + opcode + " " + reg + ", " + place + ";  //!\n  ld" + space + ".u32 %r7, [" + reg + "];\n";
      body += (is_private ? "" : "  bar.sync 0;\n") + guard + "st" + space + ".u32 [" + reg + "], %r6;\n" +
              (is_private ? "" : "  bar.sync 0;\n") + "  ld" + space + ".u32 %r8, [" + place + "];\n";
      body += "  st.global.v2.u32 [%d11], {%r7, %r8};\n";
      cases->push_back(RowCase(
          opcode + "/address" + space + "_" + Number(static_cast<uint64_t>(offset)), body,
          [=](uint32_t thread, const uint8_t* in, uint8_t* out) {
            std::copy_n(is_private ? in : in - thread * kRowBytes, 8, out);
          },
          is_private ? "" : first));
    }
  }
  cases->push_back(RowCase(
      "mov.u64/address.const",
      "  mov.u64 %d12, 0;\n  mov.u64 %d12, fixed+8;  //!\n  ld.const.v2.u32 {%r5, %r6}, [%d12];\n"
      "  st.global.v2.u32 [%d11], {%r5, %r6};\n",
      [](uint32_t, const uint8_t*, uint8_t* out) { out[0] = 3, out[4] = 4; },
      ".const .align 8 .u32 fixed[4] = {1, 2, 3, 4};\n"));
  Case parameter = RowCase("mov.u64/address.param",
                           "  mov.u64 %d12, 0;\n  mov.u64 %d12, extra+4;  //!\n  ld.param.u32 %r5, [%d12];\n"
                           "  ld.param.u32 %r6, [%d12+8];\n  st.global.v2.u32 [%d11], {%r5, %r6};\n",
                           [](uint32_t, const uint8_t*, uint8_t* out) { out[0] = 2, out[4] = 4; });
  parameter.ptx.insert(parameter.ptx.find(") {\n"), ", .param .align 4 .b8 extra[16]");
  parameter.parameters = {BytesOf(std::vector<uint32_t>{1, 2, 3, 4})};
  cases->push_back(std::move(parameter));
}

void AddFunctionAddresses(std::vector<Case>* cases) {
  const std::string functions =
      ".func (.reg .b32 r) plus(.reg .b32 a) { add.u32 r, a, 1000; ret; }\n"
      ".func (.reg .b32 r) minus(.reg .b32 a) { sub.u32 r, a, 1000; ret; }\n";
  cases->push_back(RowCase(
      "mov.u64/address_of_function",
      "  SHAPE: .callprototype (.reg .b32 _) _ (.reg .b32 _);\n"
      "  ld.global.u32 %r5, [%d10];\n  and.b32 %r6, %r5, 2;\n  setp.ne.u32 %p1, %r6, 0;\n"
      "  mov.u64 %d12, 0;\n  mov.u64 %d13, 0;\n  mov.u64 %d12, plus;  //!\n"
      "  mov.u64 %d13, minus;  //!\n  selp.b64 %d14, %d12, %d13, %p1;\n"
      "  call (%r7), %d14, (%r5), SHAPE;\n  st.global.u32 [%d11], %r7;\n",
      [](uint32_t, const uint8_t* in, uint8_t* out) {
        uint32_t word;
        std::memcpy(&word, in, 4);
        word = (word & 2) != 0 ? word + 1000 : word - 1000;
        std::memcpy(out, &word, 4);
      },
      functions));
}

// A policy is opaque: it must be accepted by an access.
void AddPolicies(std::vector<Case>* cases) {
  for (const ptx::InstructionRow* row : RowsNamed("createpolicy")) {
    for (const Instance& instance : InstancesOf(*row)) {
      using Forms = std::vector<std::string>;
      Forms forms = {"0f3F000000", "0f3F800000", "%f1", ""};
      if (HasModifier(instance.opcode, ".range")) forms = {"[%d10], 64, 128", "[%d10], %r5, %r6"};
      if (HasModifier(instance.opcode, ".cvt")) forms = {"%d13"};
      for (const std::string& operands : forms) {
        std::string body =
            "  mov.u32 %r5, 32;\n  mov.u32 %r6, 64;\n  mov.f32 %f1, 0f3E800000;\n"
            // What the runtime's headers use for evict_normal.
            "  mov.u64 %d13, 0x10F0000000000000;\n  " +
            instance.opcode + " %d20" + (operands.empty() ? "" : ", " + operands) +
            ";  //!\n  ld.global.L2::cache_hint.u32 %r7, [%d10], %d20;\n"
            "  st.global.L2::cache_hint.u32 [%d11], %r7, %d20;\n";
        cases->push_back(RowCase(instance.opcode + "/" + (operands.empty() ? "default" : operands), body,
                                 [](uint32_t, const uint8_t* in, uint8_t* out) { std::copy_n(in, 4, out); }));
      }
    }
  }
}

}  // namespace

std::vector<Case> AddressCases() {
  std::vector<Case> cases;
  AddVariableAddresses(&cases);
  AddFunctionAddresses(&cases);
  AddPolicies(&cases);
  AddPacking(&cases);
  AddWindows(&cases);
  AddStack(&cases);
  return cases;
}

}  // namespace culvert::isa
