// Linked texts, run: calls, pointers and variables across texts, and what stays apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/compiler/bytecode/device.h"
#include "tests/compiler/link/link_test_util.h"

namespace culvert {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A kernel `name` that calls `callee(lane)` and stores the results.
std::string Caller(const std::string& name, const std::string& callee) {
  return ".visible .entry " + name + R"((.param .u64 out) {
  .reg .b32 %r<4>; .reg .b64 %d<3>;
  .param .b32 a; .param .b32 o;
  mov.u32 %r1, %tid.x;
  st.param.b32 [a], %r1;
  call (o), )" +
         callee + R"(, (a);
  ld.param.b32 %r2, [o];
  ld.param.u64 %d1, [out];
  mad.wide.u32 %d2, %r1, 4, %d1;
  st.global.u32 [%d2], %r2;
  ret;
}
)";
}
// A function of one argument, x * factor + term; `linkage` may be empty.
std::string Function(const std::string& linkage, const std::string& name, int factor, int term) {
  return linkage + " .func (.param .b32 r) " + name + R"((.param .b32 a) {
  .reg .b32 %r<4>;
  ld.param.b32 %r1, [a];
  mad.lo.u32 %r2, %r1, )" +
         std::to_string(factor) + ", " + std::to_string(term) + R"(;
  st.param.b32 [r], %r2;
  ret;
}
)";
}
std::string Declaration(const std::string& name) {
  return ".extern .func (.param .b32 r) " + name + "(.param .b32 a);\n";
}

std::vector<uint32_t> RunFour(TestDevice& device, const std::string& kernel) {
  const uint64_t out = device.Put(std::vector<uint32_t>(4, 0xdead));
  EXPECT_EQ(device.Pointer(out).Run(kernel, 4), npu::SliceResult::kFinished);
  return device.Get<uint32_t>(out, 4);
}

TEST(LinkRun, CallsGoToTheOtherText) {
  TestDevice device(LoadLinked({Declaration("f") + Caller("k", "f"), Function(".visible", "f", 10, 7)}));
  EXPECT_EQ(RunFour(device, "k"), (std::vector<uint32_t>{7, 17, 27, 37}));
}

TEST(LinkRun, FunctionsThatAreNotExportedStayApart) {
  TestDevice device(
      LoadLinked({Function("", "f", 1, 100) + Caller("k", "f"), Function("", "f", 2, 200) + Caller("k2", "f"),
                  Function(".visible", "f", 3, 300), Declaration("f") + Caller("k3", "f")}));
  EXPECT_EQ(RunFour(device, "k"), (std::vector<uint32_t>{100, 101, 102, 103}));
  EXPECT_EQ(RunFour(device, "k2"), (std::vector<uint32_t>{200, 202, 204, 206}));
  EXPECT_EQ(RunFour(device, "k3"), (std::vector<uint32_t>{300, 303, 306, 309}));
}

TEST(LinkRun, AStrongFunctionReplacesWeakOnesEverywhere) {
  const std::string weak = Function(".weak", "f", 1, 1);
  TestDevice device(LoadLinked({weak + Caller("k", "f"), Function(".visible", "f", 5, 5), weak + Caller("k2", "f")}));
  EXPECT_EQ(RunFour(device, "k"), (std::vector<uint32_t>{5, 10, 15, 20}));
  EXPECT_EQ(RunFour(device, "k2"), (std::vector<uint32_t>{5, 10, 15, 20}));
}

TEST(LinkRun, TheFirstOfSeveralWeakOnesIsUsedEverywhere) {
  TestDevice device(LoadLinked({Declaration("f") + Caller("k", "f"), Function(".weak", "f", 1, 10) + Caller("k1", "f"),
                                Function(".weak", "f", 1, 20) + Caller("k2", "f")}));
  for (const char* kernel : {"k", "k1", "k2"}) {
    EXPECT_EQ(RunFour(device, kernel), (std::vector<uint32_t>{10, 11, 12, 13})) << kernel;
  }
}

TEST(LinkRun, AliasesAreExported) {
  TestDevice device(LoadLinked({Declaration("other") + Caller("k", "other"),
                                Function("", "f", 4, 0) + ".visible .func (.param .b32 r) other(.param .b32 a);\n"
                                                          ".alias other, f;\n"}));
  EXPECT_EQ(RunFour(device, "k"), (std::vector<uint32_t>{0, 4, 8, 12}));
}

// A table in one text, functions in two others, the call in a fourth.
TEST(LinkRun, StoredAddressesOfFunctionsReachOtherTexts) {
  const std::string table =
      Declaration("f0") + Declaration("f1") + ".visible .global .align 8 .u64 table[4] = {f0, f1, f0, f1};\n";
  const std::string caller = ".extern .global .align 8 .u64 table[];\n" + std::string(R"(
.visible .entry k(.param .u64 out) {
  .reg .b32 %r<4>; .reg .b64 %d<6>;
  .param .b32 a; .param .b32 o;
  mov.u32 %r1, %tid.x;
  mov.u64 %d3, table;
  mad.wide.u32 %d3, %r1, 8, %d3;
  ld.global.u64 %d4, [%d3];
  st.param.b32 [a], %r1;
  proto: .callprototype (.param .b32 _) _ (.param .b32 _);
  call (o), %d4, (a), proto;
  ld.param.b32 %r2, [o];
  ld.param.u64 %d1, [out];
  mad.wide.u32 %d2, %r1, 4, %d1;
  st.global.u32 [%d2], %r2;
  ret;
}
)");
  TestDevice device(LoadLinked({caller, Function(".visible", "f0", 1, 50), table, Function(".weak", "f1", 1, 90)}));
  EXPECT_EQ(RunFour(device, "k"), (std::vector<uint32_t>{50, 91, 52, 93}));
  EXPECT_TRUE(device.faults.empty());
}

TEST(LinkRun, TargetListsAndTakenAddresses) {
  const std::string caller = Declaration("f0") + Declaration("f1") + R"(
.visible .entry k(.param .u64 out) {
  .reg .b32 %r<4>; .reg .b64 %d<6>; .reg .pred %p;
  .param .b32 a; .param .b32 o;
  mov.u32 %r1, %tid.x;
  setp.lt.u32 %p, %r1, 2;
  mov.u64 %d3, f0;
  @%p mov.u64 %d3, f1;
  st.param.b32 [a], %r1;
  targets: .calltargets f0, f1;
  call (o), %d3, (a), targets;
  ld.param.b32 %r2, [o];
  ld.param.u64 %d1, [out];
  mad.wide.u32 %d2, %r1, 4, %d1;
  st.global.u32 [%d2], %r2;
  ret;
}
)";
  TestDevice device(LoadLinked({caller, Function("", "f0", 9, 9) + Function(".visible", "f1", 1, 1),
                                Function("", "f1", 9, 9) + Function(".visible", "f0", 2, 2)}));
  EXPECT_EQ(RunFour(device, "k"), (std::vector<uint32_t>{1, 2, 6, 8}));
}

// Reads variable `name` of `space` in every lane, lane i the i-th word.
std::string Reader(const std::string& kernel, const std::string& space, const std::string& name) {
  return ".visible .entry " + kernel + R"((.param .u64 out) {
  .reg .b32 %r<4>; .reg .b64 %d<6>;
  mov.u32 %r1, %tid.x;
  mov.u64 %d3, )" +
         name + R"(;
  mad.wide.u32 %d3, %r1, 4, %d3;
  ld.)" + space +
         R"(.u32 %r2, [%d3];
  ld.param.u64 %d1, [out];
  mad.wide.u32 %d2, %r1, 4, %d1;
  st.global.u32 [%d2], %r2;
  ret;
}
)";
}

TEST(LinkRun, VariablesOfOtherTexts) {
  TestDevice device(LoadLinked({".extern .global .align 4 .u32 x[4];\n.extern .const .align 4 .b8 c[];\n" +
                                    Reader("kx", "global", "x") + Reader("kc", "const", "c"),
                                ".visible .const .align 4 .u32 c[4] = {5, 6, 7, 8};\n",
                                ".visible .global .align 4 .u32 x[4] = {1, 2, 3, 4};\n"}));
  EXPECT_EQ(RunFour(device, "kx"), (std::vector<uint32_t>{1, 2, 3, 4}));
  EXPECT_EQ(RunFour(device, "kc"), (std::vector<uint32_t>{5, 6, 7, 8}));
}

TEST(LinkRun, VariablesThatAreNotExportedStayApart) {
  auto module = LoadLinked(
      {".global .align 4 .u32 x[4] = {1, 1, 1, 1};\n" + Reader("k1", "global", "x"),
       ".global .align 4 .u32 x[4] = {2, 2, 2, 2};\n.global .u64 to[1] = {x};\n" + Reader("k2", "global", "x"),
       ".visible .global .align 4 .u32 x[4] = {3, 3, 3, 3};\n", ".global .u32 alone;\n",
       ".extern .global .align 4 .u32 x[4];\n" + Reader("k3", "global", "x")});
  ASSERT_TRUE(module.ok()) << module.status();
  std::vector<std::string> names;
  for (const ModuleVariable& variable : (*module)->Variables()) {
    names.push_back(variable.name);
    if (variable.name == "to") EXPECT_EQ(variable.addresses.at(0).symbol, "x@2");
  }
  EXPECT_THAT(names, UnorderedElementsAre("x@1", "x@2", "x", "to", "alone"));
  TestDevice device(module);
  for (uint32_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(RunFour(device, "k" + std::to_string(i)), std::vector<uint32_t>(4, i));
  }
}

TEST(LinkRun, TheLargestCommonVariableCounts) {
  const std::string reader = Reader("k", "global", "x");
  auto module = LoadLinked({".common .global .align 4 .b8 x[4];\n", ".common .global .align 16 .b8 x[16];\n",
                            ".common .global .align 4 .b8 x[8];\n" + reader});
  ASSERT_TRUE(module.ok()) << module.status();
  ASSERT_EQ((*module)->Variables().size(), 1u);
  EXPECT_EQ((*module)->Variables()[0].size_bytes, 16u);
  EXPECT_EQ((*module)->Variables()[0].align_bytes, 16u);
  TestDevice initialised(LoadLinked(
      {".common .global .align 4 .b8 x[4];\n" + reader, ".common .global .align 4 .u32 x[4] = {9, 8, 7, 6};\n"}));
  EXPECT_EQ(RunFour(initialised, "k"), (std::vector<uint32_t>{9, 8, 7, 6}));
}

TEST(LinkRun, WeakVariablesGiveWay) {
  TestDevice device(
      LoadLinked({".weak .global .align 4 .u32 x[4] = {1, 1, 1, 1};\n" + Reader("k", "global", "x"),
                  ".visible .global .align 4 .u32 x[4] = {3, 3, 3, 3};\n", ".common .global .align 4 .u32 x[4];\n"}));
  EXPECT_EQ(RunFour(device, "k"), std::vector<uint32_t>(4, 3));
}

// One text writes the scratchpad through its own name of the variable, another reads it.
TEST(LinkRun, SharedVariablesOfOtherTexts) {
  const std::string writer = R"(.visible .shared .align 4 .u32 s[4];
.shared .align 4 .u32 own[4];
.visible .func fill() {
  .reg .b32 %r<3>;
  mov.u32 %r1, %tid.x;
  mov.u32 %r2, s;
  mad.lo.u32 %r2, %r1, 4, %r2;
  add.u32 %r1, %r1, 70;
  st.shared.u32 [%r2], %r1;
  st.shared.u32 [own], %r1;
  ret;
}
)";
  const std::string reader = R"(.extern .shared .align 16 .b8 s[];
.shared .align 4 .u32 own[4];
.extern .func fill();
.visible .entry k(.param .u64 out) {
  .reg .b32 %r<5>; .reg .b64 %d<3>;
  mov.u32 %r1, %tid.x;
  st.shared.u32 [own], 1000;
  call fill;
  mov.u32 %r2, s;
  mad.lo.u32 %r2, %r1, 4, %r2;
  ld.shared.u32 %r3, [%r2];
  ld.shared.u32 %r4, [own];
  add.u32 %r3, %r3, %r4;
  ld.param.u64 %d1, [out];
  mad.wide.u32 %d2, %r1, 4, %d1;
  st.global.u32 [%d2], %r3;
  ret;
}
)";
  auto module = LoadLinked({writer, reader});
  TestDevice device(module);
  EXPECT_EQ(RunFour(device, "k"), (std::vector<uint32_t>{1070, 1071, 1072, 1073}));
  auto program = (*module)->CompileEntry("k");
  ASSERT_TRUE(program.ok());
  EXPECT_EQ((*program)->info.static_scratchpad_bytes, 48u);
  EXPECT_EQ((*program)->info.scratchpad_align_bytes, 16u);
}

TEST(LinkRun, KernelsOfOneNameAreNotFoundByIt) {
  auto module = LoadLinked({".entry k() { ret; }", ".entry k() { ret; }", ".visible .entry other() { ret; }"});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_THAT((*module)->EntryNames(), UnorderedElementsAre("k@1", "k@2", "other"));
  EXPECT_EQ(KindOf((*module)->CompileEntry("k").status()), ErrorKind::kNotFound);
  module = LoadLinked({".entry k() { ret; }", ".visible .entry k() { ret; }"});
  EXPECT_THAT((*module)->EntryNames(), UnorderedElementsAre("k@1", "k"));
}

TEST(LinkRun, WhatIsUndefinedFailsItsKernelOnly) {
  auto module = LoadLinked({Declaration("f") + Caller("k", "f"), ".visible .entry good() { ret; }"});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_TRUE((*module)->CompileEntry("good").ok());
  const absl::Status status = (*module)->CompileEntry("k").status();
  EXPECT_EQ(KindOf(status), ErrorKind::kInvalidPtx);
  EXPECT_THAT(std::string(status.message()), HasSubstr("unresolved external function 'f'"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("a.ptx:10:"));
}

TEST(LinkRun, ErrorsAndLinesNameTheirText) {
  auto module = LoadLinked({Declaration("f") + Caller("k", "f") + "\n\n\n",
                            "\n\n.visible .func (.param .b32 r) f(.param .b32 a) {\nbogus;\n}\n"});
  ASSERT_TRUE(module.ok()) << module.status();
  const std::string message((*module)->CompileEntry("k").status().message());
  EXPECT_THAT(message, HasSubstr("b.ptx:7:1"));
  EXPECT_THAT(message, HasSubstr("bogus;"));
  compiler::SelectedImage image = Image({"", ".entry e() {\n bogus;\n}"});
  const absl::Status status = compiler::CompiledModule::Load(std::move(image), {.check_all = true}).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("b.ptx:5:2"));
}

TEST(LinkRun, LinesAndFilesAreThoseOfTheText) {
  auto module = LoadLinked({".file 1 \"a.cu\"\n" + Declaration("f") + Caller("k", "f"),
                            ".file 1 \"b.cu\"\n.visible .func (.param .b32 r) f(.param .b32 a) {\n"
                            ".loc 1 77 3\nst.param.b32 [r], 5;\nret;\n}\n"});
  ASSERT_TRUE(module.ok()) << module.status();
  auto program = (*module)->CompileEntry("k");
  ASSERT_TRUE(program.ok()) << program.status();
  bool found = false;
  for (const SourceLine& line : (*program)->lines) {
    if (line.line != 77) continue;
    found = true;
    EXPECT_EQ((*program)->files.at(line.file - 1), "b.cu");
    EXPECT_TRUE(line.ptx_line == 7 || line.ptx_line == 8) << line.ptx_line;
  }
  EXPECT_TRUE(found);
}

// The image that the linker gives out is linked again where it is loaded.
TEST(LinkRun, TheLinkedImageLoads) {
  compiler::ImageLinker linker({});
  ASSERT_TRUE(linker.Add(Image({Declaration("f") + Caller("k", "f")}), "").ok());
  ASSERT_TRUE(linker.Add(Image({Function(".visible", "f", 10, 7)}), "").ok());
  auto bytes = linker.Complete();
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  auto image = compiler::SelectImage(bytes->data(), 0, 121);
  ASSERT_TRUE(image.ok()) << image.status();
  TestDevice device(compiler::CompiledModule::Load(*std::move(image), {}));
  EXPECT_EQ(RunFour(device, "k"), (std::vector<uint32_t>{7, 17, 27, 37}));
}

}  // namespace
}  // namespace culvert
