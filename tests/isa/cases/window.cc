// cvta and isspacep (PTX ISA, "Generic Addressing"): where the windows of the state spaces lie is open, so addresses
// are judged by what is found there.
#include <algorithm>
#include <set>

#include "tests/isa/cases/address.h"
#include "tests/isa/cases/arena.h"

namespace culvert::isa {
namespace {

// Variables in every space: two words each, filled per thread or, in memory that all see, with what thread 0 has.
// Leaves the address in its space of `wide` in %d12, and the thread's words in %r5, %r6.
struct Place {
  const char *space, *modifiers;  // the spaces of cvta that mean it: separated by spaces
  std::string module_scope, setup;
  bool is_private, is_written;  // written: the kernel fills it from the input row
};

std::vector<Place> Places() {
  const std::string fill = "  ld.global.v2.u32 {%r5, %r6}, [%d10];\n";
  const std::string one = "  setp.eq.u32 %p1, %r29, 0;\n  @!%p1 bra FILLED;\n", filled = "FILLED:\n  bar.sync 0;\n";
  return {
      {".global", ".global", ".global .align 8 .u32 words[4];\n",
       fill + one + "  st.global.v2.u32 [words+8], {%r5, %r6};\n" + filled + "  mov.u64 %d12, words+8;\n", false, true},
      {".shared", ".shared .shared::cta .shared::cluster", ".shared .align 8 .u32 words[4];\n",
       fill + one + "  st.shared.v2.u32 [words+8], {%r5, %r6};\n" + filled + "  mov.u64 %d12, words+8;\n", false, true},
      {".local", ".local", "",
       "  .local .align 8 .u32 words[4];\n" + fill +
           "  st.local.v2.u32 [words+8], {%r5, %r6};\n  mov.u64 %d12, words+8;\n",
       true, true},
      {".const", ".const", ".const .align 8 .u32 words[4] = {51, 52, 53, 54};\n", "  mov.u64 %d12, words+8;\n", false,
       false},
      {".param", ".param .param::entry", "", "  mov.u64 %d12, words+8;\n", false, false},
  };
}

// Makes a row case that may use `words` of the place.
Case PlaceCase(const std::string& name, const Place& place, const std::string& body, const ExpectedRow& expected) {
  Case test = RowCase(name, place.setup + body, expected, place.module_scope);
  if (std::string(place.space) == ".param") {
    test.ptx.insert(test.ptx.find(") {\n"), ", .param .align 8 .b8 words[16]");
    test.parameters = {BytesOf(std::vector<uint32_t>{51, 52, 53, 54})};
  }
  return test;
}

ExpectedRow WordsOf(const Place& place, size_t at) {
  return [=](uint32_t thread, const uint8_t* in, uint8_t* out) {
    const uint8_t kFixed[] = {53, 0, 0, 0, 54, 0, 0, 0};
    const uint8_t* words = !place.is_written ? kFixed : place.is_private ? in : in - thread * kRowBytes;
    std::copy_n(words, 8, out + at);
  };
}

std::vector<std::string> SplitAtSpaces(const std::string& text) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == ' ') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

void AddConversions(const Place& place, std::vector<Case>* cases) {
  std::string space = place.space;
  for (const std::string& modifier : SplitAtSpaces(place.modifiers)) {
    std::string from = "cvta" + modifier + ".u64", to = "cvta.to" + modifier + ".u64";
    std::string load = "  ld.v2.u32 {%r7, %r8}, [%d13];\n  st.global.v2.u32 [%d11], {%r7, %r8};\n";
    cases->push_back(PlaceCase(from + "/read", place, "  mov.u64 %d13, 0;\n  " + from + " %d13, %d12;  //!\n" + load,
                               WordsOf(place, 0)));
    cases->push_back(PlaceCase(from + "/some_lanes", place,
                               "  " + from +
                                   " %d13, %d12;\n  mov.u64 %d14, %d10;\n  setp.lt.u32 %p2, %r31, 11;\n  @%p2 " + from +
                                   " %d14, %d12;  //!\n  ld.v2.u32 {%r7, %r8}, [%d14];\n"
                                   "  st.global.v2.u32 [%d11], {%r7, %r8};\n",
                               [=, words = WordsOf(place, 0)](uint32_t thread, const uint8_t* in, uint8_t* out) {
                                 if (thread % 32 < 11) return words(thread, in, out);
                                 std::copy_n(in, 8, out);
                               }));
    // There and back again, and arithmetic on the generic address in between.
    cases->push_back(PlaceCase(to + "/back", place,
                               "  " + from + " %d13, %d12;\n  sub.u64 %d13, %d13, 8;\n  mov.u64 %d14, %d11;\n  " + to +
                                   " %d14, %d13;  //!\n  ld" + space +
                                   ".v2.u32 {%r7, %r8}, [%d14+8];\n  st.global.v2.u32 [%d11], {%r7, %r8};\n"
                                   "  sub.u64 %d14, %d12, %d14;\n  st.global.u64 [%d11+8], %d14;\n",
                               [words = WordsOf(place, 0)](uint32_t thread, const uint8_t* in, uint8_t* out) {
                                 words(thread, in, out);
                                 out[8] = 8;
                               }));
    if (place.is_written) {
      cases->push_back(
          PlaceCase(from + "/write", place,
                    std::string(place.is_private ? "" : "  bar.sync 0;\n") + "  mov.u64 %d13, %d11;\n  " + from +
                        " %d13, %d12;  //!\n  mov.u32 %r7, 4711;\n  st.u32 [%d13], %r7;\n" +
                        (place.is_private ? "" : "  bar.sync 0;\n") + "  ld" + space +
                        ".u32 %r8, [words+8];\n  st.global.u32 [%d11+4], %r8;\n",
                    [](uint32_t, const uint8_t*, uint8_t* out) { out[4] = 4711 & 0xff, out[5] = 4711 >> 8; }));
    }
    // The 32-bit forms cut generic addresses: the way there and back is the identity, modulo 2^32.
    std::string from32 = "cvta" + modifier + ".u32", to32 = "cvta.to" + modifier + ".u32";
    cases->push_back(PlaceCase(from32 + "/low_half", place,
                               "  " + from + " %d13, %d12;\n  cvt.u32.u64 %r7, %d13;\n  cvt.u32.u64 %r8, %d12;\n  " +
                                   from32 + " %r9, %r8;  //!\n  sub.u32 %r9, %r9, %r7;\n  st.global.u32 [%d11], %r9;\n",
                               [](uint32_t, const uint8_t*, uint8_t*) {}));
    cases->push_back(PlaceCase(to32 + "/low_half", place,
                               "  " + from + " %d13, %d12;\n  cvt.u32.u64 %r7, %d13;\n  cvt.u32.u64 %r8, %d12;\n  " +
                                   to32 + " %r9, %r7;  //!\n  sub.u32 %r9, %r9, %r8;\n  st.global.u32 [%d11], %r9;\n",
                               [](uint32_t, const uint8_t*, uint8_t*) {}));
  }
}

// "A generic address maps to global memory unless it falls within the window for const, local, or shared memory. The
// Kernel Function Parameters (.param) window is contained within the .global window" (PTX ISA, "Generic Addressing").
bool LiesIn(const std::string& window, const std::string& space) {
  if (window == ".param::entry") return space == ".param";
  if (window.starts_with(".shared")) return space == ".shared";
  return window == space || (window == ".global" && space == ".param");
}

void AddQuestions(const Place& place, std::vector<Case>* cases) {
  std::string modifier = SplitAtSpaces(place.modifiers)[0];
  std::set<std::string> seen;
  for (const ptx::InstructionRow* row : RowsNamed("isspacep")) {
    for (const Instance& instance : InstancesOf(*row)) {
      const std::string& opcode = instance.opcode;
      if (!seen.insert(opcode).second) continue;  // more than one row has it
      bool inside = LiesIn(opcode.substr(opcode.find('.')), place.space);
      for (bool expected_before : {false, true}) {
        cases->push_back(PlaceCase(opcode + "/of" + place.space + (expected_before ? "_was_true" : "_was_false"), place,
                                   "  cvta" + modifier + ".u64 %d13, %d12;\n  setp.eq.u32 %p2, 0, " +
                                       (expected_before ? "0" : "1") + ";\n  setp.ne.u32 %p3, %r31, 9;\n  @%p3 " +
                                       opcode +
                                       " %p2, %d13;  //!\n  selp.u32 %r7, 2, 1, %p2;\n  st.global.u32 [%d11], %r7;\n",
                                   [=](uint32_t thread, const uint8_t*, uint8_t* out) {
                                     out[0] = (thread % 32 == 9 ? expected_before : inside) ? 2 : 1;
                                   }));
      }
    }
  }
}

// Addresses in 32-bit registers are extended with zeros; no window but the global one lies so low.
void AddNarrowQuestions(std::vector<Case>* cases) {
  std::set<std::string> seen;
  for (const ptx::InstructionRow* row : RowsNamed("isspacep")) {
    for (const Instance& instance : InstancesOf(*row)) {
      const std::string& opcode = instance.opcode;
      if (!seen.insert(opcode).second) continue;
      bool global = opcode == "isspacep.global";
      cases->push_back(RowCase(opcode + "/narrow",
                               "  ld.global.u32 %r5, [%d10];\n  and.b32 %r5, %r5, 0xffffff;\n  setp.ne.u32 %p2, 0, " +
                                   std::string(global ? "0" : "1") + ";\n  " + opcode +
                                   " %p2, %r5;  //!\n  selp.u32 %r7, 2, 1, %p2;\n  st.global.u32 [%d11], %r7;\n",
                               [=](uint32_t, const uint8_t*, uint8_t* out) { out[0] = global ? 2 : 1; }));
    }
  }
}

// The lanes of a warp have addresses of different spaces.
void AddMixedLanes(std::vector<Case>* cases) {
  const std::string module_scope = ".shared .align 8 .u32 words[164];\n";
  const std::string setup =
      "  .local .align 8 .u32 mine[2];\n  ld.global.v4.u32 {%r5, %r6, %r7, %r8}, [%d10];\n"
      "  shl.b32 %r9, %r29, 3;\n  mov.u32 %r12, words;\n  add.u32 %r9, %r9, %r12;\n"
      "  st.shared.u32 [%r9], %r6;\n  st.local.u32 [mine], %r7;\n"
      "  cvt.u64.u32 %d12, %r9;\n  cvta.shared.u64 %d12, %d12;\n  mov.u64 %d13, mine;\n  cvta.local.u64 %d13, %d13;\n"
      "  rem.u32 %r10, %r31, 3;\n  setp.eq.u32 %p1, %r10, 1;\n  setp.eq.u32 %p2, %r10, 2;\n"
      "  mov.u64 %d14, %d10;\n  selp.b64 %d14, %d12, %d14, %p1;\n  selp.b64 %d14, %d13, %d14, %p2;\n";
  auto own = [](uint32_t thread, const uint8_t* in, uint8_t* out) { std::copy_n(in + thread % 32 % 3 * 4, 4, out); };
  cases->push_back(RowCase("ld.u32/lanes_of_all_spaces",
                           setup + "  ld.u32 %r11, [%d14];  //!\n  st.global.u32 [%d11], %r11;\n", own, module_scope));
  cases->push_back(RowCase(
      "st.u32/lanes_of_all_spaces",
      setup + "  or.pred %p3, %p1, %p2;\n"
              "  selp.b64 %d15, %d14, %d11, %p3;\n  st.u32 [%d15], %r8;  //!\n"
              "  ld.u32 %r11, [%d15];\n  st.global.u32 [%d11], %r11;\n",
      [](uint32_t, const uint8_t* in, uint8_t* out) { std::copy_n(in + 12, 4, out); }, module_scope));
  cases->push_back(RowCase(
      "isspacep.local/lanes_of_all_spaces",
      setup + "  isspacep.local %p4, %d14;  //!\n  selp.u32 %r11, 1, 2, %p4;\n"
              "  st.global.u32 [%d11], %r11;\n",
      [](uint32_t thread, const uint8_t*, uint8_t* out) { out[0] = thread % 32 % 3 == 2 ? 1 : 2; }, module_scope));
}

// A kernel parameter's address in a device function: .param without ::func means the kernel's parameters for cvta and
// isspacep; ld needs ::entry there.
void AddParametersInFunctions(std::vector<Case>* cases) {
  struct Use {
    const char *opcode, *statement, *load;
  };
  for (const Use& use : {Use{"cvta.param.u64", "%d2, %d1", "ld.u32"},
                         {"cvta.param::entry.u64", "%d2, %d1", "ld.u32"},
                         {"cvta.to.param.u64", "%d2, %d1", "ld.param::entry.u32"},
                         {"cvta.to.param::entry.u64", "%d2, %d1", "ld.param::entry.u32"}}) {
    bool to = std::string(use.opcode).find(".to") != std::string::npos;
    std::string function = ".func (.reg .b32 r) read(.reg .b64 %d1) {\n  .reg .b64 %d2;\n  mov.u64 %d2, 0;\n  " +
                           std::string(use.opcode) + " " + use.statement + ";  //!\n  " + use.load +
                           " r, [%d2];\n  ret;\n}\n";
    Case test = RowCase(
        std::string(use.opcode) + "/in_function",
        "  mov.u64 %d12, words+8;\n" + std::string(to ? "  cvta.param.u64 %d12, %d12;\n" : "") +
            "  call (%r5), read, (%d12);\n  st.global.u32 [%d11], %r5;\n",
        [](uint32_t, const uint8_t*, uint8_t* out) { out[0] = 53; }, function);
    size_t kernel = test.ptx.find(".entry");
    test.ptx.insert(test.ptx.find(") {\n", kernel), ", .param .align 8 .b8 words[16]");
    test.parameters = {BytesOf(std::vector<uint32_t>{51, 52, 53, 54})};
    cases->push_back(std::move(test));
  }
}

// mapa and getctarank in a cluster of one block: its own shared memory, rank 0. With .shared::cluster addresses are
// those of the window, otherwise generic; the 32-bit forms are judged by the low half.
void AddClusters(std::vector<Case>* cases) {
  const std::string module_scope = ".shared .align 8 .u32 words[164];\n";
  for (const char* space : {".shared::cluster", ""}) {
    bool generic = *space == 0;
    for (const char* type : {"u64", "u32"}) {
      bool wide = std::string(type) == "u64";
      std::string d = wide ? "%d" : "%r", suffix = std::string(space) + "." + type;
      std::string setup =
          "  ld.global.u32 %r5, [%d10];\n  mov.u64 %d12, words;\n  mad.wide.u32 %d12, %r29, 8, %d12;\n"
          "  cvt.u32.u64 %r13, %d12;\n  st.shared.u32 [%r13], %r5;\n" +
          std::string(generic ? "  cvta.shared.u64 %d12, %d12;\n" : "") +
          "  cvt.u32.u64 %r12, %d12;\n  mov.u32 %r6, 0;\n";
      bool is_address = wide || !generic;
      for (const char* rank : {"0", "%r6"}) {
        std::string body = "  mov.u64 %d14, %d11;\n  mov.u32 %r14, 77;\n  mapa" + suffix + " " + d + "14, " + d +
                           "12, " + rank + ";  //!\n  sub." + type + " " + d + "15, " + d + "14, " + d +
                           "12;\n  st.global." + type + " [%d11], " + d + "15;\n";
        if (is_address) {
          body += "  ld" + std::string(space) + ".u32 %r7, [" + d + "14];\n  st.global.u32 [%d11+8], %r7;\n";
        }
        cases->push_back(RowCase(
            "mapa" + suffix + "/own_" + rank, setup + body,
            [=](uint32_t, const uint8_t* in, uint8_t* out) {
              if (is_address) std::copy_n(in, 4, out + 8);
            },
            module_scope));
      }
      cases->push_back(RowCase(
          "getctarank" + suffix + "/own",
          setup + "  mov.u32 %r14, 77;\n  getctarank" + suffix + " %r14, " + d +
              "12;  //!\n  st.global.u32 [%d11], %r14;\n",
          [](uint32_t, const uint8_t*, uint8_t*) {}, module_scope));
    }
  }
}

}  // namespace

void AddWindows(std::vector<Case>* cases) {
  for (const Place& place : Places()) {
    AddConversions(place, cases);
    AddQuestions(place, cases);
  }
  AddNarrowQuestions(cases);
  AddMixedLanes(cases);
  AddClusters(cases);
  AddParametersInFunctions(cases);
}

}  // namespace culvert::isa
