// alloca, stacksave, stackrestore (PTX ISA, "Stack Manipulation Instructions").
#include <algorithm>

#include "tests/isa/cases/address.h"
#include "tests/isa/cases/arena.h"

namespace culvert::isa {
namespace {

// PTX with D for the address registers of the opcode's width: "%d" or "%r".
std::string ForType(std::string text, const std::string& type) {
  for (size_t at = text.find("@D"); at != std::string::npos; at = text.find("@D")) {
    text.replace(at, 2, type == "u64" ? "%d" : "%r");
  }
  for (size_t at = text.find("@T"); at != std::string::npos; at = text.find("@T")) text.replace(at, 2, type);
  return text;
}

void Word(uint8_t* out, size_t index, uint32_t value) { std::memcpy(out + index * 4, &value, 4); }

// Two pieces of a size that depends on the thread, filled from end to end: neither reaches into the other or into a
// variable.
Case Pieces(const std::string& type) {
  return RowCase(
      "alloca." + type + "/pieces",
      ForType("  .local .align 4 .u32 guard;\n  mov.u32 %r5, 0x600d600d;\n  st.local.u32 [guard], %r5;\n"
              "  and.b32 %r6, %r31, 7;\n  add.u32 %r6, %r6, 1;\n  shl.b32 %r7, %r6, 2;\n  cvt.u64.u32 %d7, %r7;\n"
              "  mov.@T @D12, 0;\n  mov.@T @D13, 0;\n"
              "  alloca.@T @D12, @D7;  //!\n  alloca.@T @D13, @D7;  //!\n"
              "  mov.u32 %r20, 0;\n  mov.@T @D14, @D12;\n  mov.@T @D15, @D13;\n"
              "FILL:\n  add.u32 %r21, %r20, 100;\n  st.local.u32 [@D14], %r21;\n  add.u32 %r21, %r20, 200;\n"
              "  st.local.u32 [@D15], %r21;\n  add.@T @D14, @D14, 4;\n  add.@T @D15, @D15, 4;\n"
              "  add.u32 %r20, %r20, 1;\n  setp.lt.u32 %p1, %r20, %r6;\n  @%p1 bra FILL;\n"
              "  mov.u32 %r20, 0;\n  mov.u32 %r22, 0;\n  mov.u32 %r23, 0;\n  mov.@T @D14, @D12;\n"
              "  mov.@T @D15, @D13;\n"
              "ADD:\n  ld.local.u32 %r21, [@D14];\n  add.u32 %r22, %r22, %r21;\n  ld.local.u32 %r21, [@D15];\n"
              "  add.u32 %r23, %r23, %r21;\n  add.@T @D14, @D14, 4;\n  add.@T @D15, @D15, 4;\n"
              "  add.u32 %r20, %r20, 1;\n  setp.lt.u32 %p1, %r20, %r6;\n  @%p1 bra ADD;\n"
              "  ld.local.u32 %r24, [guard];\n  st.global.v2.u32 [%d11], {%r22, %r23};\n"
              "  st.global.u32 [%d11+8], %r24;\n",
              type),
      [](uint32_t thread, const uint8_t*, uint8_t* out) {
        uint32_t n = (thread % 32 & 7) + 1, sum = n * (n - 1) / 2;
        Word(out, 0, 100 * n + sum);
        Word(out, 1, 200 * n + sum);
        Word(out, 2, 0x600d600d);
      });
}

// Addresses are multiples of the alignment; the default is 8.
Case Alignment(const std::string& type, uint32_t align) {
  std::string operand = align == 0 ? "" : ", " + Number(align), mask = Number((align == 0 ? 8 : align) - 1);
  return RowCase("alloca." + type + "/align_" + Number(align),
                 ForType("  alloca.@T @D12, 4;  //!\n  mov.@T @D13, 1;\n  alloca.@T @D13, 24" + operand +
                             ";  //!\n  and.b" + type.substr(1) + " @D14, @D13, " + mask +
                             ";\n  st.global.@T [%d11], @D14;\n  mov.u32 %r5, 77;\n  st.local.u32 [@D13], %r5;\n"
                             "  ld.local.u32 %r6, [@D13];\n  st.global.u32 [%d11+8], %r6;\n",
                         type),
                 [](uint32_t, const uint8_t*, uint8_t* out) { Word(out, 2, 77); });
}

// Memory that is given back can be had again, however often.
Case Again(const std::string& type) {
  return RowCase("stackrestore." + type + "/loop",
                 ForType("  mov.u32 %r20, 0;\n  mov.@T @D16, 0;\n  mov.u32 %r22, 0;\n"
                         "AGAIN:\n  mov.@T @D12, 0;\n  stacksave.@T @D12;  //!\n  mov.@T @D13, 0;\n"
                         "  alloca.@T @D13, 512, 16;  //!\n"
                         "  setp.eq.u32 %p1, %r20, 0;\n  @%p1 mov.@T @D16, @D13;\n"
                         "  setp.ne.@T %p2, @D16, @D13;\n  @%p2 add.u32 %r22, %r22, 1;\n"
                         "  st.local.u32 [@D13+508], %r20;\n  ld.local.u32 %r21, [@D13+508];\n"
                         "  stackrestore.@T @D12;  //!\n  add.u32 %r20, %r20, 1;\n  setp.lt.u32 %p1, %r20, 300;\n"
                         "  @%p1 bra AGAIN;\n  st.global.v2.u32 [%d11], {%r21, %r22};\n",
                         type),
                 [](uint32_t, const uint8_t*, uint8_t* out) { Word(out, 0, 299); });
}

// Each lane restores what it saved; those that do not restore keep their memory.
Case SomeLanes(const std::string& type) {
  return RowCase(
      "stackrestore." + type + "/some_lanes",
      ForType("  stacksave.@T @D12;  //!\n  alloca.@T @D13, 32, 16;  //!\n  mov.u32 %r5, 500;\n"
              "  st.local.u32 [@D13], %r5;\n  setp.gt.u32 %p1, %r31, 12;\n  @%p1 stackrestore.@T @D12;  //!\n"
              "  alloca.@T @D14, 32, 16;  //!\n  mov.u32 %r6, 600;\n  st.local.u32 [@D14], %r6;\n"
              "  ld.local.u32 %r7, [@D13];\n  setp.eq.@T %p2, @D13, @D14;\n  selp.u32 %r8, 1, 0, %p2;\n"
              "  st.global.v2.u32 [%d11], {%r7, %r8};\n",
              type),
      [](uint32_t thread, const uint8_t*, uint8_t* out) {
        bool restored = thread % 32 > 12;
        Word(out, 0, restored ? 600 : 500);
        Word(out, 1, restored ? 1 : 0);
      });
}

// What a function allocates ends with it, and is its own in every call.
Case InFunction(const std::string& type) {
  std::string function = ForType(
      ".func (.reg .b32 r) sum(.reg .b32 n) {\n  .reg .b@W @D<8>; .reg .b32 %below; .reg .pred %p;\n"
      "  alloca.@T @D1, 128, 16;  //!\n  st.local.u32 [@D1+64], n;\n  mov.u32 r, 0;\n"
      "  setp.eq.u32 %p, n, 0;\n  @%p ret;\n  sub.u32 %below, n, 1;\n  call (r), sum, (%below);\n"
      "  ld.local.u32 %below, [@D1+64];\n  add.u32 r, r, %below;\n  ret;\n}\n",
      type);
  for (size_t at = function.find("@W"); at != std::string::npos; at = function.find("@W")) {
    function.replace(at, 2, type.substr(1));
  }
  return RowCase(
      "alloca." + type + "/in_function",
      "  mov.u32 %r20, 0;\n  mov.u32 %r22, 0;\nAGAIN:\n  and.b32 %r5, %r31, 3;\n"
      "  call (%r6), sum, (%r5);\n  add.u32 %r22, %r22, %r6;\n  add.u32 %r20, %r20, 1;\n"
      "  setp.lt.u32 %p1, %r20, 200;\n  @%p1 bra AGAIN;\n  st.global.u32 [%d11], %r22;\n",
      [](uint32_t thread, const uint8_t*, uint8_t* out) {
        uint32_t n = thread % 32 & 3;
        Word(out, 0, 200 * (n * (n + 1) / 2));
      },
      function);
}

Case Generic(const std::string& type) {
  return RowCase("alloca." + type + "/generic",
                 ForType("  alloca.@T @D12, 16, 16;  //!\n", type) +
                     (type == "u64" ? "" : "  cvt.u64.u32 %d12, %r12;\n") +
                     "  cvta.local.u64 %d13, %d12;\n  ld.global.u32 %r5, [%d10];\n  st.u32 [%d13+12], %r5;\n" +
                     ForType("  ld.local.u32 %r6, [@D12+12];\n  st.global.u32 [%d11], %r6;\n", type),
                 [](uint32_t, const uint8_t* in, uint8_t* out) { std::copy_n(in, 4, out); });
}

// More than there is.
Case TooMuch(const std::string& type) {
  Case test = RowCase("alloca." + type + "/too_much",
                      ForType("  alloca.@T @D12, 0x40000000;  //!\n  mov.u32 %r5, 1;\n  st.local.u32 [@D12], %r5;\n"
                              "  ld.local.u32 %r6, [@D12];\n  st.global.u32 [%d11], %r6;\n",
                              type),
                      [](uint32_t, const uint8_t*, uint8_t*) {});
  test.expected_fault = "stack overflow";
  return test;
}

}  // namespace

void AddStack(std::vector<Case>* cases) {
  for (const char* type : {"u32", "u64"}) {
    cases->push_back(Pieces(type));
    for (uint32_t align : {0u, 4u, 8u, 16u, 64u, 256u}) cases->push_back(Alignment(type, align));
    cases->push_back(Again(type));
    cases->push_back(SomeLanes(type));
    cases->push_back(InFunction(type));
    cases->push_back(Generic(type));
    cases->push_back(TooMuch(type));
  }
}

}  // namespace culvert::isa
