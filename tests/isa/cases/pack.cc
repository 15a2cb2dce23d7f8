// mov that packs a vector into a register, unpacks a register, and mov.b128 (PTX ISA, "Data Movement and Conversion
// Instructions: mov").
#include <algorithm>

#include "tests/isa/cases/address.h"
#include "tests/isa/cases/arena.h"

namespace culvert::isa {
namespace {

struct Width {
  uint32_t bits;
  const char *prefix, *float_prefix;
};
constexpr Width kWidths[] = {{8, "%b", "%b"}, {16, "%h", "%h"}, {32, "%r", "%f"}, {64, "%d", "%g"}, {128, "%q", "%q"}};

const Width& WidthOf(uint32_t bits) {
  return *std::find_if(std::begin(kWidths), std::end(kWidths), [&](const Width& w) { return w.bits == bits; });
}

// Elements are numbered from 12 (64 bits), or 1; `sunk` ones are "_".
std::string Vector(const Width& element, uint32_t count, bool floats, uint32_t sunk) {
  std::string text;
  for (uint32_t i = 0; i < count; ++i) {
    text += i == 0 ? "{" : ", ";
    text += (sunk >> i & 1) != 0 ? "_" : (floats ? element.float_prefix : element.prefix) + Number(5 + i);
  }
  return text + "}";
}

// Moves the elements from the input row, or to the output row at their places.
std::string Elements(const Width& element, uint32_t count, bool floats, uint32_t sunk, bool load) {
  std::string text, type = ".b" + Number(element.bits);
  for (uint32_t i = 0; i < count; ++i) {
    if ((sunk >> i & 1) != 0) continue;
    std::string reg = (floats ? element.float_prefix : element.prefix) + Number(5 + i);
    std::string place = (load ? "[%d10+" : "[%d11+") + Number(i * element.bits / 8) + "]";
    text += load ? "  ld.global" + type + " " + reg + ", " + place + ";\n"
                 : "  st.global" + type + " " + place + ", " + reg + ";\n";
  }
  return text;
}

constexpr const char* kBytes = "  .reg .b8 %b<16>;\n";

void AddPack(const Width& whole, const Width& element, bool floats, bool guarded, std::vector<Case>* cases) {
  uint32_t count = whole.bits / element.bits, bytes = whole.bits / 8;
  std::string type = ".b" + Number(whole.bits), reg = whole.prefix + std::string("2");
  if (whole.bits == 64) reg = "%d20";
  std::string body = kBytes + Elements(element, count, floats, 0, true);
  // The input of the second half of the row stands where the guard does not hold.
  body += "  ld.global" + type + " " + reg + ", [%d10+32];\n  setp.lt.u32 %p1, %r31, 20;\n";
  body += std::string("  ") + (guarded ? "@%p1 " : "") + "mov" + type + " " + reg + ", " +
          Vector(element, count, floats, 0) + ";  //!\n  st.global" + type + " [%d11], " + reg + ";\n";
  cases->push_back(
      RowCase("mov" + type + "/pack_" + Number(count) + (floats ? "_floats" : "") + (guarded ? "_guarded" : ""), body,
              [=](uint32_t thread, const uint8_t* in, uint8_t* out) {
                std::copy_n(guarded && thread % 32 >= 20 ? in + 32 : in, bytes, out);
              }));
}

void AddUnpack(const Width& whole, const Width& element, bool floats, uint32_t sunk, std::vector<Case>* cases) {
  uint32_t count = whole.bits / element.bits;
  std::string type = ".b" + Number(whole.bits), reg = whole.prefix + std::string("2");
  if (whole.bits == 64) reg = "%d20";
  std::string body = std::string(kBytes) + "  ld.global" + type + " " + reg + ", [%d10];\n  mov" + type + " " +
                     Vector(element, count, floats, sunk) + ", " + reg + ";  //!\n" +
                     Elements(element, count, floats, sunk, false);
  cases->push_back(RowCase("mov" + type + "/unpack_" + Number(count) + (floats ? "_floats" : "") +
                               (sunk == 0 ? "" : "_sinks_" + Number(sunk)),
                           body, [=](uint32_t, const uint8_t* in, uint8_t* out) {
                             uint32_t bytes = element.bits / 8;
                             for (uint32_t i = 0; i < count; ++i) {
                               if ((sunk >> i & 1) == 0) std::copy_n(in + i * bytes, bytes, out + i * bytes);
                             }
                           }));
}

ExpectedRow Permuted(std::vector<int> bytes) {
  return [bytes](uint32_t, const uint8_t* in, uint8_t* out) {
    for (int from : bytes) *out++ = from < 0 ? 0 : in[from];
  };
}

// Constants as elements, and registers that are source and destination.
void AddMixed(std::vector<Case>* cases) {
  cases->push_back(RowCase("mov.b64/pack_constant",
                           "  ld.global.b32 %r5, [%d10];\n  mov.b64 %d20, {%r5, 0x01020304};  //!\n"
                           "  st.global.b64 [%d11], %d20;\n",
                           [](uint32_t, const uint8_t* in, uint8_t* out) {
                             std::copy_n(in, 4, out);
                             for (uint8_t i = 0; i < 4; ++i) out[4 + i] = static_cast<uint8_t>(4 - i);
                           }));
  cases->push_back(RowCase("mov.b64/unpack_then_swap",
                           "  ld.global.b64 %d20, [%d10];\n  mov.b64 {%r5, %r6}, %d20;  //!\n"
                           "  mov.b64 %d20, {%r6, %r5};  //!\n  st.global.b64 [%d11], %d20;\n",
                           Permuted({4, 5, 6, 7, 0, 1, 2, 3})));
  cases->push_back(RowCase("mov.b32/unpack_then_swap",
                           "  ld.global.b32 %r20, [%d10];\n  mov.b32 {%h5, %h6}, %r20;  //!\n"
                           "  mov.b32 %r20, {%h6, %h5};  //!\n  st.global.b32 [%d11], %r20;\n",
                           Permuted({2, 3, 0, 1})));
  cases->push_back(
      RowCase("mov.b128/into_own_half",
              "  ld.global.b128 %q2, [%d10];\n  mov.b128 {%d20, %d21}, %q2;  //!\n"
              "  mov.b128 %q2, {%d21, %d21};  //!\n  mov.b128 %q3, %q2;  //!\n"
              "  st.global.b128 [%d11], %q3;\n  st.global.b64 [%d11+16], %d20;\n",
              Permuted({8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7})));
  cases->push_back(RowCase("mov.b128/copy",
                           "  ld.global.b128 %q2, [%d10];\n  ld.global.b128 %q3, [%d10+16];\n"
                           "  setp.lt.u32 %p1, %r31, 7;\n  @!%p1 mov.b128 %q3, %q2;  //!\n"
                           "  st.global.b128 [%d11], %q3;\n  st.global.b128 [%d11+16], %q2;\n",
                           [](uint32_t thread, const uint8_t* in, uint8_t* out) {
                             std::copy_n(thread % 32 < 7 ? in + 16 : in, 16, out);
                             std::copy_n(in, 16, out + 16);
                           }));
}

}  // namespace

void AddPacking(std::vector<Case>* cases) {
  for (const Width& whole : kWidths) {
    for (uint32_t count : {2u, 4u}) {
      uint32_t bits = whole.bits / count;
      if (bits < 8) continue;
      const Width& element = WidthOf(bits);
      bool has_floats = bits == 32 || bits == 64;
      for (bool floats : {false, true}) {
        if (floats && !has_floats) continue;
        for (bool guarded : {false, true}) AddPack(whole, element, floats, guarded, cases);
        for (uint32_t sunk : count == 2 ? std::vector<uint32_t>{0, 1, 2} : std::vector<uint32_t>{0, 5, 0xa, 7}) {
          AddUnpack(whole, element, floats, sunk, cases);
        }
      }
    }
  }
  AddMixed(cases);
}

}  // namespace culvert::isa
