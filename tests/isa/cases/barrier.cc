// Barriers, fences and what orders kernels (PTX ISA, "Parallel Synchronization and Communication Instructions").
#include "tests/isa/cases/cases.h"
#include "tests/isa/cases/kernel_text.h"

namespace culvert::isa {
namespace {

constexpr uint32_t kThreads = 96;  // three warps; warp 0 runs first, so it is the one that must wait for the others

const char kShared[] = ".shared .align 16 .b8 cells[384];\n";

// Words of the threads, and how the instruction's barrier and count are written.
std::vector<uint32_t> Words() {
  std::vector<uint32_t> words;
  for (uint32_t i = 0; i < kThreads; ++i) words.push_back(i * 2654435761u + 12345);
  return words;
}

struct Operands {
  const char* name;
  const char* setup;
  const char* barrier;
};
constexpr Operands kBarriers[] = {
    {"immediate", "", "0"}, {"high", "", "15"}, {"register", "  mov.u32 %r40, 7;\n", "%r40"}};

// Address of this thread's word in shared memory: %r1; of the word of thread (i + 37) mod `threads`: %r2.
std::string Addresses(uint32_t threads) {
  return "  mov.u32 %r3, cells;\n  mad.lo.u32 %r1, %r30, 4, %r3;\n  add.u32 %r4, %r30, 37;\n  rem.u32 %r4, %r4, " +
         Number(threads) + ";\n  mad.lo.u32 %r2, %r4, 4, %r3;\n" + ElementAddress(10, 0, 4) + ElementAddress(11, 1, 4) +
         "  ld.global.u32 %r10, [%d10];\n";
}

Case Made(const std::string& name, const std::string& body, std::vector<uint32_t> expected) {
  Case test;
  test.name = name;
  test.ptx = Kernel(2, body, kShared);
  test.block[0] = kThreads;
  test.buffers = {BytesOf(Words()), Bytes(kThreads * 4)};
  test.check = ExpectBuffer(1, BytesOf(expected), 4);
  return test;
}

// Every thread writes its word, waits, and reads another warp's, twice over (the second round would overtake the first
// without the barrier). Threads from `threads` on do not take part.
Case Exchange(const std::string& opcode, const Operands& operands, uint32_t threads, bool with_count) {
  std::string count = with_count ? ", " + Number(threads) : "";
  std::string wait = "  " + opcode + " " + operands.barrier + count + ";  //!\n";
  std::string body = Addresses(threads) + operands.setup;
  body += "  mov.u32 %r20, 0;\n  setp.ge.u32 %p1, %r30, " + Number(threads) + ";\n  @%p1 bra OUT;\n";
  body += "  st.shared.u32 [%r1], 0;\n" + wait + "  st.shared.u32 [%r1], %r10;\n" + wait +
          "  ld.shared.u32 %r20, [%r2];\n" + wait + "  add.u32 %r10, %r10, 1;\n  st.shared.u32 [%r1], %r10;\n" + wait +
          "  ld.shared.u32 %r21, [%r2];\n  xor.b32 %r21, %r21, 0x5a000000;\n  add.u32 %r20, %r20, %r21;\n";
  body += "OUT:\n  st.global.u32 [%d11], %r20;\n";
  std::vector<uint32_t> words = Words(), expected(kThreads, 0);
  for (uint32_t i = 0; i < threads; ++i) {
    uint32_t other = words[(i + 37) % threads];
    expected[i] = other + ((other + 1) ^ 0x5a000000u);
  }
  return Made(opcode + "/exchange_" + (with_count ? "count" + Number(threads) + "_" : "") + operands.name, body,
              expected);
}

// Warps 1 and 2 write and arrive; warp 0 waits for them and reads. `arrive` and `sync` are both under test.
Case Produce(const std::string& arrive, const std::string& sync, const Operands& operands) {
  std::string body = Addresses(kThreads) + operands.setup;
  body += "  st.shared.u32 [%r1], 0;\n  bar.sync 1;\n  mov.u32 %r20, 0;\n";
  body += "  setp.lt.u32 %p1, %r30, 32;\n  @%p1 bra CONSUMER;\n";
  body += "  st.shared.u32 [%r1], %r10;\n  " + arrive + " " + operands.barrier + ", 96;  //!\n  bra OUT;\n";
  body += "CONSUMER:\n  " + sync + " " + operands.barrier + ", 96;  //!\n  ld.shared.u32 %r20, [%r2];\n";
  body += "OUT:\n  st.global.u32 [%d11], %r20;\n";
  std::vector<uint32_t> words = Words(), expected(kThreads, 0);
  for (uint32_t i = 0; i < 32; ++i) expected[i] = words[(i + 37) % kThreads];
  return Made(arrive + "/with_" + sync + "_" + operands.name, body, expected);
}

// A reduction over the predicates of all threads: predicate i holds if `holds(i)`.
Case Reduce(const std::string& opcode, const char* name, bool (*holds)(uint32_t), bool negated, bool with_count) {
  bool popc = opcode.find(".popc") != std::string::npos;
  bool all = opcode.find(".and") != std::string::npos;
  std::vector<uint32_t> words;
  uint32_t count = 0;
  for (uint32_t i = 0; i < kThreads; ++i) {
    words.push_back(holds(i));
    count += holds(i) != negated;
  }
  std::string body = Addresses(kThreads) + "  setp.ne.u32 %p1, %r10, 0;\n";
  body += "  " + opcode + (popc ? " %r20, 0" : " %p2, 0") + (with_count ? ", 96" : "") +
          (negated ? ", !%p1" : ", %p1") + ";  //!\n";
  if (!popc) body += "  selp.u32 %r20, 1, 0, %p2;\n";
  body += "  st.global.u32 [%d11], %r20;\n";
  uint32_t result = popc ? count : all ? count == kThreads : count != 0;
  Case test = Made(opcode + "/" + name + (negated ? "_negated" : "") + (with_count ? "_count" : ""), body,
                   std::vector<uint32_t>(kThreads, result));
  test.buffers[0] = BytesOf(words);
  return test;
}

void AddReductions(const std::string& opcode, std::vector<Case>* cases) {
  struct Pattern {
    const char* name;
    bool (*holds)(uint32_t);
  };
  constexpr Pattern kPatterns[] = {{"some", [](uint32_t i) { return i % 3 == 1; }},
                                   {"all", [](uint32_t) { return true; }},
                                   {"none", [](uint32_t) { return false; }},
                                   {"last", [](uint32_t i) { return i == kThreads - 1; }}};
  for (const Pattern& pattern : kPatterns) {
    for (bool negated : {false, true}) {
      for (bool with_count : {false, true}) {
        cases->push_back(Reduce(opcode, pattern.name, pattern.holds, negated, with_count));
      }
    }
  }
}

// bar.warp.sync between a write and a read of another lane's word, in a warp that has diverged.
Case WarpSync(const char* name, const std::string& mask, const std::string& setup, bool half) {
  std::string body =
      Addresses(kThreads) + setup + "  xor.b32 %r4, %r30, 2;\n  mad.lo.u32 %r2, %r4, 4, %r3;\n  mov.u32 %r20, 0;\n";
  if (half) body += "  and.b32 %r5, %r30, 1;\n  setp.ne.u32 %p1, %r5, 0;\n  @%p1 bra OUT;\n";
  // The lanes of the subset come here one half after the other.
  body +=
      "  and.b32 %r6, %r30, 2;\n  setp.ne.u32 %p2, %r6, 0;\n  @%p2 bra SECOND;\n  st.shared.u32 [%r1], %r10;\n"
      "  bar.warp.sync " +
      mask +
      ";  //!\n  ld.shared.u32 %r20, [%r2];\n  bra OUT;\n"
      "SECOND:\n  st.shared.u32 [%r1], %r10;\n  bar.warp.sync " +
      mask +
      ";  //!\n  ld.shared.u32 %r20, [%r2];\n"
      "OUT:\n  st.global.u32 [%d11], %r20;\n";
  std::vector<uint32_t> words = Words(), expected(kThreads, 0);
  for (uint32_t i = 0; i < kThreads; ++i) expected[i] = half && i % 2 == 1 ? 0 : words[i ^ 2];
  return Made(std::string("bar.warp.sync/") + name, body, expected);
}

// An instruction without visible effect, between a write and a read of the thread's own word.
Case Passes(const std::string& statement, const std::string& header = ModuleHeader()) {
  std::string body = ElementAddress(10, 0, 4) + ElementAddress(11, 1, 4) +
                     "  ld.global.u32 %r10, [%d10];\n  st.global.u32 [%d11], %r10;\n  " + statement +
                     ";  //!\n  ld.global.u32 %r11, [%d11];\n  add.u32 %r11, %r11, 1;\n  st.global.u32 [%d11], %r11;\n";
  std::vector<uint32_t> expected = Words();
  for (uint32_t& word : expected) ++word;
  Case test = Made(statement + "/passes", body, expected);
  test.ptx = Kernel(2, body, kShared, header);
  return test;
}

// A block is a cluster of its own: its threads write, arrive, wait, and read another warp's word; twice over.
Case Cluster(const std::string& arrive, const std::string& wait, bool is_wait) {
  const std::string pair =
      "  " + arrive + ";" + (is_wait ? "" : "  //!") + "\n  " + wait + ";" + (is_wait ? "  //!" : "") + "\n";
  std::string body = Addresses(kThreads) + "  st.shared.u32 [%r1], 0;\n" + pair + "  st.shared.u32 [%r1], %r10;\n" +
                     pair + "  ld.shared.u32 %r20, [%r2];\n" + pair + "  st.global.u32 [%d11], %r20;\n";
  std::vector<uint32_t> words = Words(), expected(kThreads, 0);
  for (uint32_t i = 0; i < kThreads; ++i) expected[i] = words[(i + 37) % kThreads];
  return Made((is_wait ? wait : arrive) + "/exchange", body, expected);
}

}  // namespace

std::vector<Case> BarrierCases() {
  std::vector<Case> cases;
  for (const char* mnemonic : {"bar", "barrier"}) {
    for (const ptx::InstructionRow* row : RowsNamed(mnemonic)) {
      for (const Instance& instance : InstancesOf(*row)) {
        const std::string& opcode = instance.opcode;
        if (HasModifier(opcode, ".warp")) continue;
        if (HasModifier(opcode, ".cluster")) {
          bool is_wait = HasModifier(opcode, ".wait");
          cases.push_back(
              Cluster(is_wait ? "barrier.cluster.arrive" : opcode, is_wait ? opcode : "barrier.cluster.wait", is_wait));
          continue;
        }
        if (HasModifier(opcode, ".red")) {
          AddReductions(opcode, &cases);
        } else if (HasModifier(opcode, ".arrive")) {
          std::string sync = opcode;
          sync.replace(sync.find(".arrive"), 7, ".sync");
          for (const Operands& operands : kBarriers) cases.push_back(Produce(opcode, sync, operands));
        } else {
          for (const Operands& operands : kBarriers) {
            cases.push_back(Exchange(opcode, operands, kThreads, false));
            cases.push_back(Exchange(opcode, operands, kThreads, true));
            cases.push_back(Exchange(opcode, operands, 64, true));
          }
        }
      }
    }
  }
  cases.push_back(WarpSync("all", "0xffffffff", "", false));
  cases.push_back(WarpSync("even", "0x55555555", "", true));
  cases.push_back(WarpSync("register", "%r40", "  mov.u32 %r40, 0x55555555;\n", true));
  for (const char* mnemonic : {"membar", "fence", "griddepcontrol"}) {
    for (const ptx::InstructionRow* row : RowsNamed(mnemonic)) {
      const std::string range = row->specs.empty() ? "" : " [%d11], 128";  // of fence.proxy.tensormap::generic.acquire
      for (const Instance& instance : InstancesOf(*row)) cases.push_back(Passes(instance.opcode + range));
    }
  }
  return cases;
}

}  // namespace culvert::isa
