// Ways to write ld and st that the systematic cases (load.cc, store.cc) do not have: variables as addresses, constants,
// sinks, registers of other types, an address register that is also data.
#include <algorithm>

#include "tests/isa/cases/arena.h"
#include "tests/isa/cases/load.h"

namespace culvert::isa {
namespace {

template <typename T>
void Put(uint8_t* out, size_t at, T value) {
  std::memcpy(out + at, &value, sizeof(T));
}

// Copies `count` bytes of the input to the output.
ExpectedRow Copied(size_t to, size_t from, size_t count) {
  return [=](uint32_t, const uint8_t* in, uint8_t* out) { std::copy_n(in + from, count, out + to); };
}

void AddSinks(std::vector<Case>* cases) {
  std::string prefix = "  mov.u32 %r5, 9;\n  mov.u32 %r7, 9;\n";
  cases->push_back(RowCase("ld.global.v4.u32/sinks",
                           prefix + "  ld.global.v4.u32 {_, %r5, _, %r7}, [%d10];  //!\n"
                                    "  st.global.u32 [%d11], %r5;\n  st.global.u32 [%d11+4], %r7;\n",
                           [](uint32_t, const uint8_t* in, uint8_t* out) {
                             std::copy_n(in + 4, 4, out);
                             std::copy_n(in + 12, 4, out + 4);
                           }));
  cases->push_back(RowCase("ld.global.v8.f32/sinks",
                           "  ld.global.v8.f32 {_, _, %f1, _, _, _, _, %f2}, [%d10];  //!\n"
                           "  st.global.f32 [%d11], %f1;\n  st.global.f32 [%d11+4], %f2;\n",
                           [](uint32_t, const uint8_t* in, uint8_t* out) {
                             std::copy_n(in + 8, 4, out);
                             std::copy_n(in + 28, 4, out + 4);
                           }));
  cases->push_back(RowCase("ld.global.u32/braces",
                           "  ld.global.u32 {%r5}, [%d10+4];  //!\n  st.global.u32 [%d11], {%r5};\n", Copied(0, 4, 4)));
}

void AddConstants(std::vector<Case>* cases) {
  struct Stored {
    const char *opcode, *value;
    Bytes bytes;
  };
  const Stored kStored[] = {{"st.global.u8", "255", {255}},
                            {"st.global.s8", "-3", {0xfd}},
                            {"st.global.b16", "0x1234", {0x34, 0x12}},
                            {"st.global.s32", "-2", {0xfe, 0xff, 0xff, 0xff}},
                            {"st.global.f32", "0f40490FDB", {0xdb, 0x0f, 0x49, 0x40}},
                            {"st.global.f64", "-2.0", {0, 0, 0, 0, 0, 0, 0, 0xc0}},
                            {"st.global.b64", "-1", Bytes(8, 0xff)},
                            {"st.global.u64", "0x1122334455667788", {0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}}};
  for (const Stored& stored : kStored) {
    cases->push_back(RowCase(std::string(stored.opcode) + "/constant",
                             "  " + std::string(stored.opcode) + " [%d11], " + stored.value + ";  //!\n",
                             [stored](uint32_t, const uint8_t*, uint8_t* out) {
                               std::copy(stored.bytes.begin(), stored.bytes.end(), out);
                             }));
  }
  cases->push_back(RowCase("st.global.v4.u32/constants",
                           "  mov.u32 %r5, %tid.x;\n  st.global.v4.u32 [%d11+16], {1, %r5, 0xffffffff, %r5};  //!\n",
                           [](uint32_t thread, const uint8_t*, uint8_t* out) {
                             for (uint32_t value : {1u, thread, 0xffffffffu, thread}) Put(out + 16, 0, value), out += 4;
                           }));
  cases->push_back(RowCase(
      "st.global.u64/address_of_variable",
      "  st.global.u64 [%d11], variable+4;  //!\n  ld.global.u64 %d12, [%d11];\n  ld.global.u32 %r5, [%d12];\n"
      "  st.global.u64 [%d11], 0;\n  st.global.u32 [%d11+8], %r5;\n",
      [](uint32_t, const uint8_t*, uint8_t* out) { Put(out, 8, 77u); }, ".global .u32 variable[2] = {66, 77};\n"));
}

// Registers of other types than the instruction's (PTX ISA, "Operand Size Exceeding Instruction-Type Size").
void AddRegisterTypes(std::vector<Case>* cases) {
  cases->push_back(RowCase("ld.global.f32/b64_register",
                           "  ld.global.f32 %d12, [%d10];  //!\n  st.global.b64 [%d11], %d12;\n", Copied(0, 0, 4)));
  cases->push_back(RowCase("st.global.f32/b64_register",
                           "  ld.global.b64 %d12, [%d10];\n  st.global.f32 [%d11], %d12;  //!\n", Copied(0, 0, 4)));
  cases->push_back(RowCase("ld.global.b32/f64_register",
                           "  ld.global.b32 %g5, [%d10];  //!\n  st.global.b64 [%d11], %g5;\n", Copied(0, 0, 4)));
  cases->push_back(RowCase("ld.global.b16/f32_register",
                           "  ld.global.b16 %f5, [%d10];  //!\n  st.global.b32 [%d11], %f5;\n", Copied(0, 0, 2)));
  cases->push_back(RowCase("st.global.b32/f64_register",
                           "  ld.global.f64 %g5, [%d10];\n  st.global.b32 [%d11], %g5;  //!\n", Copied(0, 0, 4)));
  cases->push_back(RowCase("st.global.b8/f32_register",
                           "  ld.global.f32 %f5, [%d10];\n  st.global.b8 [%d11+1], %f5;  //!\n", Copied(1, 0, 1)));
  cases->push_back(RowCase("st.global.u16/b128_register",
                           "  ld.global.b128 %q5, [%d10];\n  st.global.u16 [%d11+2], %q5;  //!\n", Copied(2, 0, 2)));
  cases->push_back(RowCase("ld.global.u8/b8_register",
                           "  .reg .b8 %b5;\n  ld.global.u8 %b5, [%d10];  //!\n  st.global.u8 [%d11], %b5;  //!\n",
                           Copied(0, 0, 1)));
  for (const char* type : {"u8", "s16", "b32", "s64"}) {
    std::string opcode = "ld.global." + std::string(type);
    struct Element element = ElementOf(opcode);
    cases->push_back(RowCase(opcode + "/b128_register",
                             "  " + opcode + " %q5, [%d10];  //!\n  st.global.b128 [%d11], %q5;\n",
                             [element](uint32_t, const uint8_t* in, uint8_t* out) {
                               Bytes value = ExtendedTo(element, 128, in);
                               std::copy(value.begin(), value.end(), out);
                             }));
  }
}

// The address register is also where the value goes or comes from. Row i holds the offset of a word in the buffer.
void AddAliases(std::vector<Case>* cases) {
  cases->push_back(RowCase("ld.global.u64/into_address",
                           "  ld.global.u64 %d10, [%d10];  //!\n  st.global.u64 [%d11], %d10;\n", Copied(0, 0, 8)));
  cases->push_back(RowCase("ld.global.v2.u64/into_address",
                           "  ld.global.v2.u64 {%d12, %d10}, [%d10];  //!\n  st.global.v2.u64 [%d11], {%d12, %d10};\n",
                           Copied(0, 0, 16)));
  cases->push_back(RowCase("ld.global.v2.u64/into_address_first",
                           "  ld.global.v2.u64 {%d10, %d12}, [%d10];  //!\n  st.global.v2.u64 [%d11], {%d10, %d12};\n",
                           Copied(0, 0, 16)));
  cases->push_back(
      RowCase("st.global.u64/of_address",
              "  st.global.u64 [%d11], %d11;  //!\n  ld.global.u64 %d13, [%d11];\n"
              "  sub.u64 %d13, %d13, %d11;\n  st.global.u64 [%d11], %d13;\n  st.global.u64 [%d11+16], 5;\n",
              [](uint32_t, const uint8_t*, uint8_t* out) { Put(out, 16, uint64_t{5}); }));
}

// Variables as addresses. One thread writes (memory that all see), or each its own.
void AddVariables(std::vector<Case>* cases) {
  for (const char* space : {".global", ".shared", ".local", ".shared::cta", ".shared::cluster"}) {
    bool is_private = std::string(space) == ".local";
    bool is_global = std::string(space) == ".global";
    std::string variables = std::string(is_private  ? "  .local"
                                        : is_global ? ".global"
                                                    : ".shared") +
                            " .align 16 .b8 first[16], second[32];\n";
    for (const char* type : {".u32", ".v2.b32", ".u8", ".f64"}) {
      for (const char* place : {"second", "second+16", "first+8"}) {
        std::string load = "ld" + std::string(space) + type, store = "st" + std::string(space) + type;
        struct Element element = ElementOf(load);
        AccessRegisters registers = RegistersFor({.name = ""}, element);
        std::string address = "[" + std::string(place) + "]", values = registers.Text();
        std::string body = is_private ? variables : "  setp.eq.u32 %p1, %r29, 0;\n  @!%p1 bra WRITTEN;\n";
        body += "  ld.global" + std::string(type) + " " + values + ", [%d10];\n";
        body += "  " + store + " " + address + ", " + values + ";  //!\n";
        body += is_private ? "" : "WRITTEN:\n  bar.sync 0;\n";
        for (const std::string& name : registers.names)
          body += "  mov.b" + Number(registers.bits) + " " + name + ", 0;\n";
        body += "  " + load + " " + values + ", " + address + ";  //!\n";
        body += "  st.global" + std::string(type) + " [%d11], " + values + ";\n";
        cases->push_back(RowCase(
            load + "/variable_" + place, body,
            [=](uint32_t thread, const uint8_t* in, uint8_t* out) {
              std::copy_n(is_private ? in : in - thread * kRowBytes, element.bytes(), out);
            },
            is_private ? "" : variables));
      }
    }
  }
}

// Variables with contents: constants, and kernel parameters.
void AddFilledVariables(std::vector<Case>* cases) {
  const Bytes contents = {1, 2, 0x83, 4, 5, 6, 7, 0x88, 9, 10, 11, 12, 13, 14, 15, 0xf0};
  std::string text = "{1, 2, 0x83, 4, 5, 6, 7, 0x88, 9, 10, 11, 12, 13, 14, 15, 0xf0}";
  for (const char* space : {".const", ".global", ".param", ".param::entry"}) {
    bool is_parameter = std::string(space).starts_with(".param");
    for (auto [type, at] : {std::pair{".u32", 0}, {".s8", 15}, {".s16", 2}, {".b32", 12}}) {
      std::string opcode = "ld" + std::string(space) + type;
      std::string address = at == 0 ? "[v]" : "[v+" + std::to_string(at) + "]";
      struct Element element = ElementOf(opcode);
      std::string variable = is_parameter ? "" : std::string(space) + " .align 16 .b8 v[16] = " + text + ";\n";
      Case test = RowCase(
          opcode + "/" + address, "  " + opcode + " %r5, " + address + ";  //!\n  st.global.u32 [%d11], %r5;\n",
          [=, at = at](uint32_t, const uint8_t*, uint8_t* out) {
            Bytes value = ExtendedTo(element, 32, contents.data() + at);
            std::copy(value.begin(), value.end(), out);
          },
          variable);
      if (is_parameter) {
        test.ptx.insert(test.ptx.find(") {\n"), ", .param .align 16 .b8 v[16]");
        test.parameters = {contents};
      }
      cases->push_back(std::move(test));
    }
  }
}

// Shared memory whose size the launch says lies behind the variables.
void AddDynamicShared(std::vector<Case>* cases) {
  Case test = RowCase(
      "ld.shared.u32/dynamic",
      "  mov.u32 %r5, fixed;\n  mad.lo.u32 %r5, %r29, 4, %r5;\n  mov.u32 %r6, sized;\n"
      "  mad.lo.u32 %r6, %r29, 4, %r6;\n  ld.global.v2.u32 {%r7, %r8}, [%d10];\n"
      "  st.shared.u32 [%r5], %r7;  //!\n  st.shared.u32 [%r6], %r8;  //!\n  bar.sync 0;\n"
      "  ld.shared.u32 %r9, [%r5];  //!\n  ld.shared.u32 %r10, [%r6];  //!\n"
      "  st.global.v2.u32 [%d11], {%r9, %r10};\n",
      Copied(0, 0, 8),
      ".shared .align 4 .b8 fixed[" + Number(kArenaThreads * 4) + "];\n.extern .shared .align 16 .b8 sized[];\n");
  test.dynamic_shared_bytes = kArenaThreads * 4;
  cases->push_back(std::move(test));
}

}  // namespace

void AddOperandForms(std::vector<Case>* cases) {
  AddSinks(cases);
  AddConstants(cases);
  AddRegisterTypes(cases);
  AddAliases(cases);
  AddVariables(cases);
  AddFilledVariables(cases);
  AddDynamicShared(cases);
}

}  // namespace culvert::isa
