// Control flow (PTX ISA, "Control Flow Instructions") and the instructions that only take time or end the kernel.
#include "tests/isa/cases/cases.h"
#include "tests/isa/cases/kernel_text.h"

namespace culvert::isa {
namespace {

constexpr uint32_t kThreads = 80;

// In: one word per thread (%r10). Out: %r20.
using Function = uint32_t (*)(uint32_t thread, uint32_t word);

uint32_t Word(uint32_t thread) { return (thread * 2654435761u) >> 7; }

Case Made(const std::string& name, const std::string& body, Function expected, const std::string& module_scope = "") {
  Case test;
  test.name = name;
  test.ptx =
      Kernel(2,
             ElementAddress(10, 0, 4) + ElementAddress(11, 1, 4) +
                 "  ld.global.u32 %r10, [%d10];\n  mov.u32 %r20, 0;\n" + body + "  st.global.u32 [%d11], %r20;\n",
             module_scope);
  test.block[0] = kThreads;
  std::vector<uint32_t> words, results;
  for (uint32_t i = 0; i < kThreads; ++i) {
    words.push_back(Word(i));
    results.push_back(expected(i, Word(i)));
  }
  test.buffers = {BytesOf(words), Bytes(kThreads * 4)};
  test.check = ExpectBuffer(1, BytesOf(results), 4);
  return test;
}

void AddBranches(std::vector<Case>* cases) {
  cases->push_back(Made("bra/divergent",
                        "  and.b32 %r11, %r10, 1;\n  setp.ne.u32 %p1, %r11, 0;\n"
                        "  @%p1 bra ODD;  //!\n  add.u32 %r20, %r10, 100;\n  bra JOIN;  //!\n"
                        "ODD:\n  mul.lo.u32 %r20, %r10, 3;\nJOIN:\n  xor.b32 %r20, %r20, 0x55;\n",
                        [](uint32_t, uint32_t w) { return (w & 1 ? w * 3 : w + 100) ^ 0x55; }));
  cases->push_back(Made("bra/negated_guard",
                        "  setp.gt.u32 %p1, %r30, 40;\n  @!%p1 bra LOW;  //!\n  mov.u32 %r20, 7;\n  bra JOIN;\n"
                        "LOW:\n  mov.u32 %r20, 9;\nJOIN:\n",
                        [](uint32_t t, uint32_t) { return t > 40 ? 7u : 9u; }));
  cases->push_back(Made("bra/loop",
                        "  and.b32 %r11, %r10, 31;\n  mov.u32 %r12, 0;\n"
                        "AGAIN:\n  add.u32 %r20, %r20, %r12;\n  add.u32 %r12, %r12, 1;\n"
                        "  setp.le.u32 %p1, %r12, %r11;\n  @%p1 bra AGAIN;  //!\n",
                        [](uint32_t, uint32_t w) {
                          uint32_t n = w & 31;
                          return n * (n + 1) / 2;
                        }));
  cases->push_back(Made("bra/nested_loops",
                        "  and.b32 %r11, %r10, 7;\n  mov.u32 %r12, 0;\n"
                        "OUTER:\n  mov.u32 %r13, 0;\n"
                        "INNER:\n  mad.lo.u32 %r20, %r12, %r13, %r20;\n  add.u32 %r20, %r20, 1;\n"
                        "  add.u32 %r13, %r13, 1;\n  setp.lt.u32 %p1, %r13, %r12;\n  @%p1 bra INNER;  //!\n"
                        "  add.u32 %r12, %r12, 1;\n  setp.le.u32 %p2, %r12, %r11;\n  @%p2 bra OUTER;  //!\n",
                        [](uint32_t, uint32_t w) {
                          uint32_t sum = 0;
                          for (uint32_t i = 0; i <= (w & 7); ++i) {
                            uint32_t j = 0;
                            do {
                              sum += i * j + 1;
                            } while (++j < i);
                          }
                          return sum;
                        }));
  cases->push_back(
      Made("bra.uni/skip",
           "  mov.u32 %r20, 1;\n  bra.uni OVER;  //!\n  mov.u32 %r20, 2;\nOVER:\n  add.u32 %r20, %r20, %r10;\n",
           [](uint32_t, uint32_t w) { return w + 1; }));
}

void AddTables(std::vector<Case>* cases) {
  for (const char* opcode : {"brx.idx", "brx.idx.uni"}) {
    bool uniform = std::string(opcode).ends_with(".uni");
    // Uniform: all lanes of a warp take the same way.
    std::string body = uniform ? "  shr.u32 %r11, %r30, 5;\n" : "  rem.u32 %r11, %r10, 5;\n";
    body += "  TABLE: .branchtargets C0, C1, C2, C3, C1;\n  " + std::string(opcode) + " %r11, TABLE;  //!\n";
    body +=
        "C0:\n  mov.u32 %r20, 10;\n  bra JOIN;\nC1:\n  mov.u32 %r20, 20;\n  bra JOIN;\n"
        "C2:\n  mov.u32 %r20, 30;\n  bra JOIN;\nC3:\n  mov.u32 %r20, 40;\nJOIN:\n";
    cases->push_back(
        uniform ? Made(std::string(opcode) + "/warps", body, [](uint32_t t, uint32_t) { return (t / 32 + 1) * 10; })
                : Made(std::string(opcode) + "/lanes", body,
                       [](uint32_t, uint32_t w) { return w % 5 == 4 ? 20u : (w % 5 + 1) * 10; }));
  }
}

const char kFunctions[] = R"(
.func (.param .b32 r) twice(.param .b32 a) {
  .reg .b32 %x; ld.param.u32 %x, [a]; add.u32 %x, %x, %x; st.param.b32 [r], %x; ret;  //!
}
.func (.reg .b32 r) plus_one(.reg .b32 a) { add.u32 r, a, 1; ret; }
.func (.param .b32 r) triangle(.param .b32 n) {
  .reg .b32 %x, %y; .reg .pred %p; .param .b32 in; .param .b32 out;
  ld.param.u32 %x, [n];
  setp.eq.u32 %p, %x, 0;
  @%p bra ZERO;
  sub.u32 %y, %x, 1;
  st.param.b32 [in], %y;
  call (out), triangle, (in);  //!
  ld.param.u32 %y, [out];
  add.u32 %x, %x, %y;
ZERO:
  st.param.b32 [r], %x;
  ret;
}
.func (.param .b32 r) early(.param .b32 a) {
  .reg .b32 %x; .reg .pred %p;
  ld.param.u32 %x, [a];
  st.param.b32 [r], 5;
  and.b32 %x, %x, 1;
  setp.ne.u32 %p, %x, 0;
  @%p ret;  //!
  st.param.b32 [r], 6;
  ret;
}
)";

// Keeps the mark of one function only.
std::string Functions(const std::string& marked) {
  std::string text = kFunctions, kept;
  std::string function;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at) + 1;
    std::string line = text.substr(at, end - at);
    if (line.starts_with(".func")) function = line;
    size_t mark = line.find("  //!");
    if (mark != std::string::npos && (marked.empty() || function.find(" " + marked + "(") == std::string::npos))
      line.erase(mark, 5);
    kept += line;
    at = end;
  }
  return kept;
}

std::string CallText(const std::string& statement) {
  return "  .param .b32 in; .param .b32 out;\n  st.param.b32 [in], %r10;\n  " + statement +
         ";  //!\n  ld.param.u32 %r20, [out];\n";
}

void AddCalls(std::vector<Case>* cases) {
  auto twice = [](uint32_t, uint32_t w) { return w * 2; };
  cases->push_back(Made("call/direct", "{\n" + CallText("call (out), twice, (in)") + "}\n", twice, Functions("")));
  cases->push_back(
      Made("call.uni/direct", "{\n" + CallText("call.uni (out), twice, (in)") + "}\n", twice, Functions("")));
  cases->push_back(Made(
      "call/registers", "  call (%r20), plus_one, (%r10);  //!\n", [](uint32_t, uint32_t w) { return w + 1; },
      Functions("")));
  cases->push_back(Made(
      "call/some_lanes",
      "{\n  and.b32 %r11, %r10, 1;\n  setp.ne.u32 %p1, %r11, 0;\n  mov.u32 %r20, %r10;\n  @%p1 bra PAST;\n" +
          CallText("call (out), twice, (in)") + "PAST:\n}\n",
      [](uint32_t, uint32_t w) { return w & 1 ? w : w * 2; }, Functions("")));
  cases->push_back(Made(
      "call/guarded",
      "{\n  .param .b32 in; .param .b32 out;\n  and.b32 %r11, %r10, 1;\n  setp.ne.u32 %p1, %r11, 0;\n"
      "  st.param.b32 [in], %r10;\n  mov.u32 %r20, 77;\n  @%p1 call (%r20), plus_one, (%r10);  //!\n}\n",
      [](uint32_t, uint32_t w) { return w & 1 ? w + 1 : 77u; }, Functions("")));
  cases->push_back(Made(
      "call/recursive",
      "{\n  .param .b32 in; .param .b32 out;\n  and.b32 %r11, %r10, 15;\n  st.param.b32 [in], %r11;\n"
      "  call (out), triangle, (in);\n  ld.param.u32 %r20, [out];\n}\n",
      [](uint32_t, uint32_t w) {
        uint32_t n = w & 15;
        return n * (n + 1) / 2;
      },
      Functions("triangle")));
  // Through addresses: lanes call different functions.
  std::string indirect =
      "{\n  PROTOTYPE: .callprototype (.param .b32 _) _ (.param .b32 _);\n"
      "  mov.u64 %d20, twice;\n  mov.u64 %d21, triangle;\n  and.b32 %r11, %r10, 4;\n"
      "  setp.ne.u32 %p1, %r11, 0;\n  selp.b64 %d22, %d20, %d21, %p1;\n  and.b32 %r10, %r10, 15;\n";
  auto expected = [](uint32_t, uint32_t w) {
    uint32_t n = w & 15;
    return (w & 4) != 0 ? n * 2 : n * (n + 1) / 2;
  };
  cases->push_back(
      Made("call/indirect", indirect + CallText("call (out), %d22, (in), PROTOTYPE") + "}\n", expected, Functions("")));
  cases->push_back(Made("call/indirect_targets",
                        "{\n  TARGETS: .calltargets twice, triangle;\n" + indirect.substr(indirect.find("  mov.u64")) +
                            CallText("call (out), %d22, (in), TARGETS") + "}\n",
                        expected, Functions("")));
}

void AddReturns(std::vector<Case>* cases) {
  cases->push_back(Made(
      "ret/some_lanes",
      "{\n  .param .b32 in; .param .b32 out;\n  st.param.b32 [in], %r10;\n"
      "  call (out), early, (in);\n  ld.param.u32 %r20, [out];\n}\n",
      [](uint32_t, uint32_t w) { return w & 1 ? 5u : 6u; }, Functions("early")));
  for (const char* opcode : {"ret", "ret.uni", "exit"}) {
    bool uniform = std::string(opcode) == "ret.uni";
    // Lanes that have left must not come to the second store, and the others must.
    std::string body = "  st.global.u32 [%d11], 3;\n  and.b32 %r11, %r30, " + std::string(uniform ? "32" : "5") +
                       ";\n  setp.eq.u32 %p1, %r11, " + (uniform ? "32" : "5") + ";\n";
    body += uniform ? "  @!%p1 bra STAY;\n  ret.uni;  //!\nSTAY:\n" : "  @%p1 " + std::string(opcode) + ";  //!\n";
    // An exchange among those that stay shows that nobody waits for the lanes that left.
    body +=
        "  activemask.b32 %r12;\n  vote.sync.ballot.b32 %r13, 1, %r12;\n  popc.b32 %r20, %r12;\n"
        "  mov.u32 %r20, 4;\n";
    cases->push_back(
        uniform
            ? Made(std::string(opcode) + "/warps", body, [](uint32_t t, uint32_t) { return (t & 32) != 0 ? 3u : 4u; })
            : Made(std::string(opcode) + "/entry", body, [](uint32_t t, uint32_t) { return (t & 5) == 5 ? 3u : 4u; }));
  }
  // exit inside a function ends the thread, not the call.
  cases->push_back(Made(
      "exit/in_function",
      "  st.global.u32 [%d11], 3;\n{\n  .param .b32 in;\n  st.param.b32 [in], %r30;\n"
      "  call leave, (in);\n}\n  mov.u32 %r20, 4;\n",
      [](uint32_t t, uint32_t) { return (t & 4) != 0 ? 3u : 4u; },
      ".func leave(.param .b32 a) {\n  .reg .b32 %x; .reg .pred %p;\n  ld.param.u32 %x, [a];\n"
      "  and.b32 %x, %x, 4;\n  setp.ne.u32 %p, %x, 0;\n  @%p exit;  //!\n  ret;\n}\n"));
}

void AddOthers(std::vector<Case>* cases) {
  Case trap =
      Made("trap/one_lane", "  setp.eq.u32 %p1, %r30, 37;\n  @%p1 trap;  //!\n", [](uint32_t, uint32_t) { return 0u; });
  trap.expected_fault = "trap";
  cases->push_back(trap);
  cases->push_back(Made("trap/no_lane", "  setp.eq.u32 %p1, %r30, 370;\n  @%p1 trap;\n  mov.u32 %r20, 1;\n",
                        [](uint32_t, uint32_t) { return 1u; }));
  Case breakpoint = Made("brkpt/one_lane", "  setp.eq.u32 %p1, %r30, 37;\n  @%p1 brkpt;  //!\n",
                         [](uint32_t, uint32_t) { return 0u; });
  breakpoint.expected_fault = "trap";  // no debugger is there
  cases->push_back(breakpoint);
  for (const char* statement : {"nanosleep.u32 100", "nanosleep.u32 %r31", "pmevent 7", "pmevent.mask 0x8001",
                                "setmaxnreg.inc.sync.aligned.u32 128", "setmaxnreg.dec.sync.aligned.u32 64"}) {
    cases->push_back(Made(std::string(statement) + "/passes",
                          "  add.u32 %r20, %r10, 1;\n  " + std::string(statement) + ";  //!\n",
                          [](uint32_t, uint32_t w) { return w + 1; }));
  }
}

}  // namespace

std::vector<Case> ControlCases() {
  std::vector<Case> cases;
  AddBranches(&cases);
  AddTables(&cases);
  AddCalls(&cases);
  AddReturns(&cases);
  AddOthers(&cases);
  return cases;
}

}  // namespace culvert::isa
