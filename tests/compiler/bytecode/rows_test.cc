// The instruction table against the lowering: every instance of a row marked `run` compiles to a program that the
// interpreter accepts, and one of a row marked `parse` that does not is refused by name.
#include <set>

#include "absl/strings/str_format.h"
#include "compiler/ptx/instructions.h"
#include "include/culvert/program_format.h"
#include "tests/compiler/bytecode/device.h"
#include "tests/compiler/ptx/row_instances.h"

namespace culvert {
namespace {

TEST(Rows, EveryRowThatRunsHasALowering) {
  int programs = 0;
  std::set<std::string> lowered;  // rows marked `parse` that could be marked `run`
  for (const ptx::InstructionRow& row : ptx::Rows()) {
    std::string text = ptx::HeaderFor(row);
    std::vector<std::string> statements = ptx::RowInstances(row);
    for (size_t i = 0; i < statements.size(); ++i) text += ptx::InstanceEntry(absl::StrFormat("k%d", i), statements[i]);
    auto module = compiler::CompiledModule::Load(text, {});
    ASSERT_TRUE(module.ok()) << module.status().message();
    for (size_t i = 0; i < statements.size(); ++i) {
      auto program = (*module)->CompileEntry(absl::StrFormat("k%d", i));
      if (row.status == ptx::Status::kParse && !program.ok()) {
        EXPECT_EQ(KindOf(program.status()), ErrorKind::kInvalidPtx) << statements[i];
        EXPECT_NE(program.status().message().find("is not implemented by Culvert"), std::string::npos)
            << statements[i] << "\n"
            << program.status().message();
        continue;
      }
      if (row.status == ptx::Status::kParse)
        lowered.insert(std::string(row.form) + " of " + std::string(ptx::OpcodeName(row.opcode)));
      // A few instances combine modifiers that PTX does not allow together; those are refused as wrong, not as missing.
      if (!program.ok() && program.status().message().find("error[PTX0900]") == std::string::npos) {
        EXPECT_EQ(KindOf(program.status()), ErrorKind::kInvalidPtx) << statements[i];
        continue;
      }
      EXPECT_TRUE(program.ok()) << statements[i] << "\n" << program.status().message();
      if (!program.ok()) continue;
      std::vector<uint64_t> addresses((*program)->symbols.size(), 4096);
      auto prepared = npu::PreparedProgram::Prepare(*program, addresses);
      EXPECT_TRUE(prepared.ok()) << statements[i] << "\n" << prepared.status().message();
      EXPECT_TRUE(DeserializeProgram(SerializeProgram(**program)).ok()) << statements[i];
      ++programs;
    }
  }
  EXPECT_GT(programs, 1000);
  for (const std::string& form : lowered) std::printf("marked parse, but lowered: %s\n", form.c_str());
}

}  // namespace
}  // namespace culvert
