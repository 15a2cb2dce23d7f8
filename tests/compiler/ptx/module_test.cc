// The index: preamble, declarations, variables with initialisers.
#include "compiler/ptx/module.h"

#include "gmock/gmock.h"
#include "tests/compiler/ptx/ptx_test_util.h"

namespace culvert::ptx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Module, PreambleErrors) {
  EXPECT_EQ(IndexError("").kind, ErrorKind::kInvalidPtx);
  EXPECT_EQ(IndexError(".target sm_80").kind, ErrorKind::kInvalidPtx);
  EXPECT_EQ(IndexError(".version eight\n.target sm_80").kind, ErrorKind::kInvalidPtx);
  EXPECT_EQ(IndexError(".version 9.3\n.target sm_80").kind, ErrorKind::kUnsupportedPtxVersion);
  EXPECT_EQ(IndexError(".version 10.0\n.target sm_80").kind, ErrorKind::kUnsupportedPtxVersion);
  EXPECT_EQ(IndexError(".version 8.0\n.target sm_90a").kind, ErrorKind::kNoBinaryForDevice);
  EXPECT_EQ(IndexError(".version 8.0\n.target sm_90", 80).kind, ErrorKind::kNoBinaryForDevice);
  EXPECT_EQ(IndexError(".version 8.0\n.target zx_90").kind, ErrorKind::kInvalidPtx);
  EXPECT_EQ(IndexError(".version 8.0\n.target sm_80\n.address_size 32").kind, ErrorKind::kInvalidPtx);
  EXPECT_TRUE(Module::Index(".version 9.2\n.target sm_121a\n", 121).ok());
  EXPECT_TRUE(Module::Index(".version 9.0\n.target sm_120f\n", 121).ok());
}

TEST(Module, PreambleAndTrailingNul) {
  auto module = IndexOk(std::string(".version 7.8\n.target sm_52, debug\n.address_size 64\n") + '\0');
  ASSERT_NE(module, nullptr);
  EXPECT_EQ(module->version(), 78u);
  EXPECT_EQ(module->target(), 52u);
}

TEST(Module, FunctionsAndParameters) {
  auto module = IndexOk(std::string(kHeader) + R"(
.extern .func (.param .b32 r) vprintf(.param .b64 a, .param .b64 b);
.func helper(.param .b32 x);
.visible .entry k(.param .u64 .ptr .global .align 1 p, .param .u8 c, .param .align 8 .b8 s[24], .param .v4 .f32 v)
.maxntid 128, 2, 1 .minnctapersm 3 .reqntid 64
{ ret; }
.weak .func helper(.param .b32 x) .noreturn { ret; }
)");
  ASSERT_NE(module, nullptr);
  const std::vector<FunctionHeader>& functions = module->functions();
  ASSERT_EQ(functions.size(), 3u);
  EXPECT_TRUE(functions[0].is_external);
  EXPECT_FALSE(functions[0].has_body);
  ASSERT_EQ(functions[0].returns.size(), 1u);
  EXPECT_EQ(functions[1].name, "helper");
  EXPECT_TRUE(functions[1].has_body);
  EXPECT_TRUE(functions[1].directives.noreturn);
  const FunctionHeader& k = functions[2];
  EXPECT_TRUE(k.is_entry);
  EXPECT_TRUE(k.is_visible);
  ASSERT_EQ(k.parameters.size(), 4u);
  EXPECT_EQ(k.parameters[1].offset_bytes, 8u);
  EXPECT_EQ(k.parameters[2].offset_bytes, 16u);
  EXPECT_EQ(k.parameters[2].size_bytes, 24u);
  EXPECT_EQ(k.parameters[3].offset_bytes, 48u);
  EXPECT_EQ(k.parameters[3].align_bytes, 16u);
  EXPECT_EQ(k.directives.max_threads[0], 128u);
  EXPECT_EQ(k.directives.max_threads[1], 2u);
  EXPECT_EQ(k.directives.min_blocks_per_core, 3u);
  EXPECT_EQ(k.directives.required_threads[0], 64u);
  EXPECT_EQ(k.directives.required_threads[2], 1u);
}

// Tables of kernels for launches from the device: the module loads, its other kernels run.
TEST(Module, KernelAddressInInitialiser) {
  auto module = IndexOk(std::string(kHeader) + ".entry k() { ret; }\n.global .u64 kernels[2] = {0, k};");
  ASSERT_NE(module, nullptr);
  const ModuleVariable& kernels = module->variables()[0];
  ASSERT_EQ(kernels.addresses.size(), 1u);
  EXPECT_TRUE(kernels.addresses[0].is_function);
  EXPECT_EQ(kernels.addresses[0].function_id, 0u);
  EXPECT_EQ(module->functions()[0].function_id, ~0u);  // not in any function table: a call is a fault
}

TEST(Module, Variables) {
  auto module = IndexOk(std::string(kHeader) + R"(
.visible .global .align 4 .u32 counter = 7;
.const .f32 table[4] = {0f3F800000, 2.0, 1};
.global .u16 matrix[2][3] = {{1, 2}, {4, 5, 6}};
.global .s8 open[] = {-1, 2, 3};
.extern .shared .align 16 .b8 dynamic[];
.shared .f64 tile[32];
.global .attribute(.managed) .u64 managed;
.global .u64 pointers[3] = {counter, matrix+4, generic(table)+8};
.func f() { ret; }
.global .u64 function = f;
.weak .global .b8 big[1099511627776];
)");
  ASSERT_NE(module, nullptr);
  const std::vector<ModuleVariable>& v = module->variables();
  ASSERT_EQ(v.size(), 8u);
  EXPECT_THAT(v[0].initial, ElementsAre(7, 0, 0, 0));
  EXPECT_TRUE(v[0].is_visible);
  EXPECT_TRUE(v[1].is_constant);
  EXPECT_EQ(v[1].size_bytes, 16u);
  EXPECT_THAT(v[1].initial, ElementsAre(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x80, 0x3f));
  EXPECT_THAT(v[2].initial, ElementsAre(1, 0, 2, 0, 0, 0, 4, 0, 5, 0, 6, 0));
  EXPECT_EQ(v[3].size_bytes, 3u);
  EXPECT_THAT(v[3].initial, ElementsAre(0xff, 2, 3));
  EXPECT_TRUE(v[4].is_managed);
  ASSERT_EQ(v[5].addresses.size(), 3u);
  EXPECT_EQ(v[5].addresses[1].symbol, "matrix");
  EXPECT_EQ(v[5].addresses[1].addend, 4);
  EXPECT_EQ(v[5].addresses[2].offset_bytes, 16u);
  ASSERT_EQ(v[6].addresses.size(), 1u);
  EXPECT_TRUE(v[6].addresses[0].is_function);
  EXPECT_EQ(v[7].size_bytes, uint64_t{1} << 40);
  EXPECT_TRUE(v[7].initial.empty());
  ASSERT_EQ(module->shared_variables().size(), 2u);
  EXPECT_TRUE(module->shared_variables()[0].is_external);
  EXPECT_EQ(module->shared_variables()[1].size_bytes, 256u);
}

TEST(Module, MaskedAddress) {
  auto module = IndexOk(std::string(kHeader) + R"(
.global .u32 x;
.global .align 8 .b8 p[8] = {0xFF(x), 0xFF00(x), 0xFF0000(x), 0xFF000000(x), 0xFF00000000(x), 0xFF0000000000(x),
  0xFF000000000000(x), 0xFF00000000000000(x)};
)");
  ASSERT_NE(module, nullptr);
  ASSERT_EQ(module->variables()[1].addresses.size(), 1u);
  EXPECT_EQ(module->variables()[1].addresses[0].width_bytes, 8u);
}

TEST(Module, DeclarationErrors) {
  for (const char* text : {
           ".global .u32 a; .global .u32 a;",
           ".global .u32 a; .func a() { ret; }",
           ".entry k() { ret; } .entry k() { ret; }",
           ".func f(.param .b32 x); .func f() { ret; }",
           ".entry k() { ret; ",
           ".entry k(.param .b32 a, .param .b32 a) { ret; }",
           ".global .u32 a[0x10000000000];",
           ".global .u32 a[4] = {1, 2, 3, 4, 5};",
           ".global .u32 a[];",
           ".global .align 3 .u32 a;",
           ".global .align 4294967296 .u32 a;",
           ".global .u64 a = missing;",
           ".global .pred a;",
           ".local .u32 a;",
           ".shared .u32 a = 1;",
           ".global .u32 a = 1.5.;",
           ".bogus x;",
           "hello;",
       }) {
    EXPECT_EQ(IndexError(std::string(kHeader) + text).kind, ErrorKind::kInvalidPtx) << text;
  }
}

TEST(Module, SkipsDebugSections) {
  auto module = IndexOk(std::string(kHeader) + R"(
.file 1 "a.cu"
.file 2 "b.cu", 1600000000, 42
.section .debug_str { info: .b8 83,0 .b32 .debug_info+11 }
.entry k() { ret; }
)");
  ASSERT_NE(module, nullptr);
  ASSERT_EQ(module->files().size(), 3u);
  EXPECT_EQ(module->files()[2], "b.cu");
  EXPECT_EQ(module->functions().size(), 1u);
}

TEST(Module, AliasIsAnotherName) {
  auto parsed = ParseOk(std::string(kHeader) + R"(
.func real() { ret; }
.func other();
.alias other, real;
.entry k() { call other; ret; }
)",
                        2);
  ASSERT_NE(parsed.function, nullptr);
  EXPECT_EQ(parsed->instructions[0].operands[1].symbol.index, 0u);
}

TEST(Module, ExternMayBeRepeatedAroundOneDefinition) {
  auto module = IndexOk(std::string(kHeader) + R"(
.extern .global .align 4 .u32 x[];
.extern .global .align 16 .u32 x[4];
.visible .func g() { ret; }
.visible .global .align 4 .u32 x[4] = {7, 8, 9, g};
.extern .global .align 4 .u32 x[];
.extern .shared .align 8 .b8 s[];
.shared .align 4 .b8 s[12];
)");
  ASSERT_NE(module, nullptr);
  ASSERT_EQ(module->variables().size(), 1u);
  const ModuleVariable& x = module->variables()[0];
  EXPECT_FALSE(x.is_external);
  EXPECT_EQ(x.align_bytes, 16u);
  EXPECT_EQ(x.size_bytes, 16u);
  ASSERT_EQ(x.addresses.size(), 1u);
  EXPECT_TRUE(x.addresses[0].is_function);
  ASSERT_EQ(module->shared_variables().size(), 1u);
  EXPECT_FALSE(module->shared_variables()[0].is_external);
  EXPECT_EQ(module->shared_variables()[0].align_bytes, 8u);
  EXPECT_EQ(module->shared_variables()[0].size_bytes, 12u);
}

TEST(Module, VariablesThatDisagreeWithAnEarlierDeclaration) {
  for (const char* pair :
       {".global .u32 x; .global .u32 x;", ".extern .global .u32 x; .const .u32 x = 3;",
        ".extern .global .u32 x; .shared .u32 x;", ".global .u64 x; .extern .global .u32 x;",
        ".extern .shared .b8 x[4]; .shared .b8 x[8];", ".func x() { ret; } .extern .global .u32 x;"}) {
    EXPECT_EQ(KindOf(Module::Index(std::string(kHeader) + pair, kDevice).status()), ErrorKind::kInvalidPtx) << pair;
  }
}

TEST(Module, CheckAllFindsErrorsOfEveryBody) {
  auto module = IndexOk(std::string(kHeader) + R"(
.entry good() { ret; }
.entry bad() { bogus; ret; }
.entry worse() { add.s32 %r1, %r2; ret; }
)");
  ASSERT_NE(module, nullptr);
  std::vector<Diagnostic> all = module->CheckAll();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].entry, "bad");
  EXPECT_EQ(all[1].entry, "worse");
  EXPECT_TRUE(module->Body(0).ok());
  EXPECT_FALSE(module->Body(1).ok());
  EXPECT_THAT(module->Format(all[0]), HasSubstr("test.ptx:"));
  EXPECT_EQ(KindOf(module->Body(7).status()), ErrorKind::kInvalidValue);
}

}  // namespace
}  // namespace culvert::ptx
