// The instruction table: every instance of every row is accepted, and decodes to its row.
#include "compiler/ptx/instructions.h"

#include "compiler/ptx/special_registers.h"
#include "gtest/gtest.h"
#include "tests/compiler/ptx/ptx_test_util.h"
#include "tests/compiler/ptx/row_instances.h"

namespace culvert::ptx {
namespace {

TEST(Table, EveryInstanceOfEveryRowIsAccepted) {
  size_t instances = 0;
  for (const InstructionRow& row : Rows()) {
    std::vector<std::string> statements = RowInstances(row);
    EXPECT_FALSE(statements.empty()) << OpcodeName(row.opcode) << row.form;
    std::string body;
    for (const std::string& statement : statements) body += statement + "\n";
    Parsed parsed = ParseOk(HeaderFor(row) + InstanceEntry("k", body), 1);
    ASSERT_NE(parsed.function, nullptr) << OpcodeName(row.opcode) << row.form;
    ASSERT_EQ(parsed->instructions.size(), statements.size() + 1);
    for (size_t i = 0; i < statements.size(); ++i) {
      const Instruction& in = parsed->instructions[i];
      EXPECT_EQ(in.opcode, row.opcode);
      ASSERT_NE(in.row, nullptr) << statements[i];
      EXPECT_LE(in.type_count, 4);
    }
    instances += statements.size();
  }
  EXPECT_GT(instances, 2000u);
}

TEST(Table, OldModulesAreHeldToTheirVersionAndTarget) {
  size_t refused = 0;
  for (const InstructionRow& row : Rows()) {
    if (row.since <= 63 && row.sm <= 75) continue;
    std::vector<std::string> statements = RowInstances(row);
    std::string entry = InstanceEntry("k", statements[0] + "\n");
    size_t wide = entry.find(".reg .b128");
    entry.erase(wide, entry.find(';', wide) - wide + 1);
    if (statements[0].find("%q") != std::string::npos) continue;
    auto module = IndexOk(InstanceHeader(63, 75) + entry);
    ASSERT_NE(module, nullptr);
    EXPECT_FALSE(module->Body(1).ok()) << statements[0];
    ++refused;
  }
  EXPECT_GT(refused, 50u);
}

TEST(Table, FormsArePrintable) {
  for (const InstructionRow& row : Rows()) {
    std::string form = FormText(row);
    EXPECT_TRUE(form.starts_with(OpcodeName(row.opcode))) << form;
    EXPECT_EQ(form.find('$'), std::string::npos) << form;
  }
}

TEST(Table, Suggestions) {
  EXPECT_EQ(ClosestMnemonic("ad"), "add");
  EXPECT_EQ(ClosestMnemonic("shlf"), "shf");
  EXPECT_EQ(ClosestMnemonic("completelyelse"), "");
  EXPECT_EQ(EditDistance("kitten", "sitting", 5), 3u);
}

TEST(Table, ModifiersInAnyOrderTypesInTheirs) {
  Parsed parsed = ParseOk(Entry("cvt.ftz.rn.f16.f32 %h1, %f1; cvt.f16.rn.f32 %h1, %f1; ret;"));
  ASSERT_NE(parsed.function, nullptr);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(parsed->instructions[i].types[0], Type::kF16);
    EXPECT_EQ(parsed->instructions[i].types[1], Type::kF32);
    EXPECT_EQ(parsed->instructions[i].rounding, Rounding::kRn);
  }
  EXPECT_TRUE(parsed->instructions[0].Has(Mod::kFtz));
}

TEST(SpecialRegisters, Names) {
  uint32_t number = 0;
  bool wide = false;
  EXPECT_EQ(FindSpecialRegister("%tid", &number, &wide)->first, SpecialRegister::kTidX);
  EXPECT_EQ(FindSpecialRegister("%envreg31", &number, &wide)->first, SpecialRegister::kEnvReg);
  EXPECT_EQ(number, 31u);
  EXPECT_EQ(FindSpecialRegister("%envreg32", &number, &wide), nullptr);
  EXPECT_EQ(FindSpecialRegister("%envreg", &number, &wide), nullptr);
  ASSERT_NE(FindSpecialRegister("%pm3_64", &number, &wide), nullptr);
  EXPECT_TRUE(wide);
  EXPECT_EQ(FindSpecialRegister("%envreg3_64", &number, &wide), nullptr);
  EXPECT_EQ(FindSpecialRegister("%reserved_smem_offset_1", &number, &wide)->first,
            SpecialRegister::kReservedSmemOffset);
}

}  // namespace
}  // namespace culvert::ptx
