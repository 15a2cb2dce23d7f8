#include "tests/isa/cases/cases.h"
#include "tests/isa/cases/load.h"

namespace culvert::isa {
namespace {

constexpr uint32_t kThreads = 40;
constexpr uint32_t kLine = 128;  // bytes per thread: what discard and applypriority work on

// Reads a word at `address` after the statement: nothing that a program can see has changed.
Case HintCase(const std::string& opcode, const std::string& name, const std::string& setup, const std::string& operands,
              const std::string& load, bool keeps_data) {
  Case test;
  test.name = opcode + "/" + name;
  std::string body =
      ElementAddress(10, 0, kLine) + ElementAddress(11, 1, 4) + setup + "  " + opcode + " " + operands + ";  //!\n";
  // discard gives the data up: a program writes before it reads.
  if (!keeps_data) body += "  st.global.u32 [%d10], %r30;\n";
  body += "  " + load + ";\n  st.global.u32 [%d11], %r5;\n";
  test.ptx = Kernel(2, body, ".const .align 128 .b32 fixed[2] = {1001, 1002};\n");
  test.block[0] = kThreads;
  std::vector<uint32_t> words, expected;
  for (uint32_t i = 0; i < kThreads * kLine / 4; ++i) words.push_back(i * 2654435761u);
  bool constant = load.find("fixed") != std::string::npos;
  for (uint32_t i = 0; i < kThreads; ++i) expected.push_back(constant ? 1002 : keeps_data ? words[i * kLine / 4] : i);
  test.buffers = {BytesOf(words), Bytes(kThreads * 4)};
  test.check = ExpectBuffer(1, BytesOf(expected), 4);
  return test;
}

}  // namespace

void AddCacheControls(std::vector<Case>* cases) {
  const std::string read = "ld.global.u32 %r5, [%d10]", local = "  .local .align 128 .b8 mine[128];\n",
                    local_words = local + "  ld.global.u32 %r6, [%d10];\n  st.local.u32 [mine], %r6;\n";
  for (const char* mnemonic : {"prefetch", "prefetchu", "applypriority", "discard"}) {
    for (const ptx::InstructionRow* row : RowsNamed(mnemonic)) {
      for (const Instance& instance : InstancesOf(*row)) {
        const std::string& opcode = instance.opcode;
        bool sized = opcode.starts_with("a") || opcode.starts_with("d"), keeps = !opcode.starts_with("d");
        std::string size = sized ? ", 128" : "";
        if (HasModifier(opcode, ".local")) {
          cases->push_back(HintCase(opcode, "variable", local_words, "[mine]", "ld.local.u32 %r5, [mine]", true));
        } else if (HasModifier(opcode, ".const")) {
          cases->push_back(
              HintCase(opcode, "variable", "  mov.u64 %d12, fixed;\n", "[%d12]", "ld.const.u32 %r5, [fixed+4]", true));
        } else if (HasModifier(opcode, ".param")) {
          cases->push_back(HintCase(opcode, "parameter", "", "[b1]", read, true));
        } else {
          cases->push_back(HintCase(opcode, "buffer", "", "[%d10]" + size, read, keeps));
          if (!sized) cases->push_back(HintCase(opcode, "offset", "", "[%d10+64]", read, keeps));
        }
      }
    }
  }
}

std::vector<Case> MemoryCases() {
  std::vector<Case> cases;
  AddLoads(&cases);
  AddStores(&cases);
  AddFunctionParameters(&cases);
  AddOperandForms(&cases);
  AddAccessFaults(&cases);
  AddCacheControls(&cases);
  return cases;
}

}  // namespace culvert::isa
