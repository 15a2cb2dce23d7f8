// Bodies: operands, scopes, labels, declarations, type check.
#include "gmock/gmock.h"
#include "tests/compiler/ptx/ptx_test_util.h"

namespace culvert::ptx {
namespace {

using ::testing::HasSubstr;

TEST(Body, VectorAdd) {
  Parsed parsed = ParseOk(std::string(kHeader) + R"(
.visible .entry add(.param .u64 add_param_0, .param .u32 add_param_1) {
  .reg .pred %p<2>; .reg .b32 %r<6>; .reg .f32 %f<4>; .reg .b64 %rd<5>;
  .loc 1 3 5
  ld.param.u64 %rd1, [add_param_0];
  ld.param.u32 %r2, [add_param_1+4];
  mov.u32 %r3, %ctaid.x;
  mad.lo.s32 %r1, %r3, %ntid.x, -16;
  setp.ge.s32 %p1, %r1, %r2;
  @!%p1 bra $L__BB0_2;
  .loc 1 4 5, function_name $L__info+16, inlined_at 1 3 5
  ld.global.nc.L1::no_allocate.v2.f32 {%f1, _}, [%rd1+-8];
  fma.rn.ftz.f32 %f3, %f1, 0f40000000, 1.5;
  st.volatile.global.f32 [%rd1], %f3;
$L__BB0_2:
  ret;
})");
  ASSERT_NE(parsed.function, nullptr);
  const std::vector<Instruction>& in = parsed->instructions;
  ASSERT_EQ(in.size(), 10u);
  EXPECT_EQ(in[0].operands[1].kind, OperandKind::kAddress);
  EXPECT_EQ(in[0].operands[1].symbol.kind, SymbolKind::kParameter);
  EXPECT_EQ(in[0].space, StateSpace::kParam);
  EXPECT_EQ(in[0].loc, 1u);
  EXPECT_EQ(in[1].operands[1].offset, 4);
  EXPECT_EQ(in[1].operands[1].symbol.index, 1u);
  EXPECT_EQ(in[2].operands[1].special, SpecialRegister::kCtaidX);
  EXPECT_EQ(in[3].part, MulPart::kLo);
  EXPECT_EQ(static_cast<int64_t>(in[3].operands[3].bits), -16);
  EXPECT_EQ(in[4].compare, Compare::kGe);
  EXPECT_TRUE(in[5].guard_negated);
  EXPECT_EQ(parsed->registers[in[5].guard].name, "%p1");
  EXPECT_EQ(in[5].operands[0].symbol.index, 0u);
  EXPECT_EQ(parsed->labels[0].instruction, 9u);
  EXPECT_EQ(in[6].vector_width, 2);
  EXPECT_EQ(in[6].operands[0].elements[1].kind, OperandKind::kSink);
  EXPECT_EQ(in[6].operands[1].offset, -8);
  EXPECT_TRUE(in[6].Has(Mod::kNc));
  EXPECT_EQ(in[6].loc, 2u);
  EXPECT_TRUE(in[7].operands[2].is_f32_bits);
  EXPECT_FALSE(in[7].operands[3].is_f32_bits);
  EXPECT_EQ(in[8].semantics, Semantics::kVolatile);
  EXPECT_EQ(in[7].position.line, 16u);
  EXPECT_EQ(in[7].position.column, 3u);
  EXPECT_EQ(parsed->locations[1].line, 4u);
}

TEST(Body, PairsSinksAndNegatedPredicates) {
  Parsed parsed = ParseOk(Entry(R"(
  shfl.sync.down.b32 %r1|%p1, %r2, 1, 31, -1;
  shfl.sync.idx.b32 _|%p2, %r2, %r3, 31, %r4;
  setp.lt.and.f32 %p1|_, %f1, %f2, !%p3;
  atom.global.add.u32 _, [%d1], 1;
  mov.b64 {_, %r1}, %d2;
  mov.b32 %r1, {%h1, %h2};
  mov.pred %p1, 1;
  mov.b32 %f1, 0f3F800000;
  ret;)"));
  ASSERT_NE(parsed.function, nullptr);
  const std::vector<Instruction>& in = parsed->instructions;
  EXPECT_TRUE(in[0].operands[0].has_second);
  EXPECT_EQ(parsed->registers[in[0].operands[0].second].name, "%p1");
  EXPECT_EQ(in[1].operands[0].kind, OperandKind::kSink);
  EXPECT_EQ(in[2].operands[0].second, kNoRegister);
  EXPECT_TRUE(in[2].operands[3].negated);
  EXPECT_EQ(in[3].reduce_op, ReduceOp::kAdd);
  EXPECT_EQ(in[4].operands[0].kind, OperandKind::kVector);
}

TEST(Body, OptionalOperandInTheMiddle) {
  Parsed parsed = ParseOk(Entry("bar.red.popc.u32 %r1, 0, %p1; bar.red.popc.u32 %r1, 0, 64, !%p1; bar.sync 0; ret;"));
  ASSERT_NE(parsed.function, nullptr);
  EXPECT_EQ(parsed->instructions[0].operands.size(), 3u);
  EXPECT_EQ(parsed->instructions[1].operands.size(), 4u);
  EXPECT_EQ(parsed->instructions[0].bool_op, BoolOp::kPopc);
}

TEST(Body, ScopesShadowRegistersAndLabels) {
  Parsed parsed = ParseOk(Entry(R"(
  { .reg .b64 %r<4>; .reg .pred p; LOOP: mov.b64 %r1, 1; @p bra LOOP; bra DONE; }
  { .reg .pred p; LOOP: mov.b32 %r1, 1; @p bra LOOP; }
DONE: ret;)"));
  ASSERT_NE(parsed.function, nullptr);
  const std::vector<Instruction>& in = parsed->instructions;
  EXPECT_EQ(parsed->registers[in[0].operands[0].reg].type, Type::kB64);
  EXPECT_EQ(parsed->registers[in[3].operands[0].reg].type, Type::kB32);
  EXPECT_NE(in[1].operands[0].symbol.index, in[4].operands[0].symbol.index);
  EXPECT_EQ(parsed->labels[in[2].operands[0].symbol.index].name, "DONE");
  EXPECT_EQ(parsed->labels[in[4].operands[0].symbol.index].instruction, 3u);
}

TEST(Body, LabelsOfInnerScopesAreInvisibleOutside) {
  EXPECT_THAT(BodyError(Entry("{ X: ret; } bra X;")), HasSubstr("PTX0022"));
  EXPECT_THAT(BodyError(Entry("X: X: ret;")), HasSubstr("PTX0020"));
}

TEST(Body, VectorRegisters) {
  Parsed parsed = ParseOk(Entry(R"(
  .reg .v4 .f32 %v; .reg .v2 .b32 %w<3>;
  ld.global.v4.f32 %v, [%d1];
  add.f32 %v.x, %v.y, %v.w;
  mov.b64 %d2, %w2;
  ret;)"));
  ASSERT_NE(parsed.function, nullptr);
  const std::vector<Instruction>& in = parsed->instructions;
  ASSERT_EQ(in[0].operands[0].elements.size(), 4u);
  EXPECT_EQ(in[1].operands[0].reg, in[0].operands[0].elements[0].reg);
  EXPECT_EQ(in[1].operands[2].reg, in[0].operands[0].elements[3].reg);
  EXPECT_EQ(in[2].operands[1].elements.size(), 2u);
  EXPECT_THAT(BodyError(Entry(".reg .v2 .f32 %v; add.f32 %v.x, %v.z, 1.0; ret;")), HasSubstr("component"));
}

TEST(Body, SymbolKinds) {
  Parsed parsed = ParseOk(std::string(kHeader) + R"(
.shared .f32 outer[8]; .global .u32 g;
.func f() { ret; }
.entry k(.param .align 8 .b8 s[16]) {
  .reg .b64 %d<4>; .reg .f32 %f<2>; .local .align 16 .b8 depot[64]; .shared .align 4 .b8 tile[128];
  mov.u64 %d1, depot+8; mov.u64 %d1, tile; ld.shared.f32 %f1, [outer+4]; mov.u64 %d1, g; mov.b64 %d3, s; mov.u64 %d1, f;
  ret;
})",
                          1);
  ASSERT_NE(parsed.function, nullptr);
  const std::vector<Instruction>& in = parsed->instructions;
  EXPECT_EQ(in[0].operands[1].symbol.kind, SymbolKind::kLocalVariable);
  EXPECT_EQ(in[0].operands[1].offset, 8);
  EXPECT_EQ(in[1].operands[1].symbol.kind, SymbolKind::kSharedVariable);
  EXPECT_EQ(in[1].operands[1].symbol.index, 1u);
  EXPECT_EQ(in[2].operands[1].symbol.index, kModuleSharedBase);
  EXPECT_EQ(in[3].operands[1].symbol.kind, SymbolKind::kModuleVariable);
  EXPECT_EQ(in[4].operands[1].symbol.kind, SymbolKind::kParameter);
  EXPECT_EQ(in[5].operands[1].symbol.kind, SymbolKind::kFunction);
  EXPECT_EQ(parsed->variables[1].size_bytes, 128u);
}

TEST(Body, BranchTables) {
  Parsed parsed = ParseOk(Entry(R"(
$T: .branchtargets A, B, A;
  brx.idx %r1, $T;
A: ret;
B: exit;)"));
  ASSERT_NE(parsed.function, nullptr);
  ASSERT_EQ(parsed->branch_tables.size(), 1u);
  ASSERT_EQ(parsed->branch_tables[0].labels.size(), 3u);
  EXPECT_EQ(parsed->labels[parsed->branch_tables[0].labels[1]].name, "B");
  EXPECT_EQ(parsed->instructions[0].operands[1].symbol.kind, SymbolKind::kBranchTable);
}

// Operand types (PTX ISA, "Operand Type Checking").
TEST(Body, AcceptsWhatTheIsaAccepts) {
  for (const char* statement : {
           "add.s32 %r1, %r2, %r3;",
           "ld.global.u8 %h1, [%d1];",
           "ld.global.u8 %r1, [%d1];",
           "ld.global.u8 %d2, [%d1];",
           "st.global.u8 [%d1], %r1;",
           "cvt.u32.u8 %r1, %h1;",
           "cvt.s64.s8 %d1, %d2;",
           "cvt.rn.f32.s32 %f1, %r1;",
           "mov.b32 %r1, %f1;",
           "selp.b32 %f1, %f2, %f3, %p1;",
           "ld.shared.f32 %f1, [%r1];",
           "mov.u32 %r1, WARP_SZ;",
           "mov.u64 %d1, %clock64;",
           "mov.u32 %r1, %gridid;",
           "add.f16 %h1, %h2, %h3;",
           "add.f16x2 %r1, %r2, %r3;",
           "fma.rn.bf16x2 %r1, %r2, %r3, %r4;",
           "ld.global.f32 %r1, [%d1];",
           "mov.b64 %d1, 0d3FF0000000000000;",
           "mov.b16 %h1, 0x3C00;",
           "add.f16 %h1, %h2, 0x3C00;",
           "setp.eq.b32 %p1, %f1, %f2;",
           "st.global.f64 [%d1], 1.0;",
           "ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%d1];",
           "ld.global.u32 %r1, [0x1000];",
           "and.pred %p1, %p2, !%p3;",
           "mov.pred %p1, !%p2;",
           "st.global.v2.b32 [%d1], {%r1, 7};",
           "mov.u32 %r1, (1 << 4) + 2;",
           "cvt.rn.f16.f32 %h1, %f1;",
           ";;",
           "ld.global.L2::cache_hint.u32 %r1, [%d1], %d2;",
           ".pragma \"nounroll\";",
           "fma.rn.f32 %f1, %f2, %f3, -1.0;",
       }) {
    EXPECT_NE(ParseOk(Entry(std::string(statement) + " ret;")).function, nullptr) << statement;
  }
}

// As ptxas has it, and as NCCL writes it: braces around one register are no vector.
TEST(Body, VectorsOfOne) {
  Parsed parsed = ParseOk(Entry("ld.global.u64 {%d1}, [%d2]; st.global.u32 [%d1], {%r1}; mov.b32 {%r1}, {5}; ret;"));
  ASSERT_NE(parsed.function, nullptr);
  EXPECT_EQ(parsed->instructions[0].operands[0].kind, OperandKind::kRegister);
  EXPECT_EQ(parsed->instructions[1].operands[1].kind, OperandKind::kRegister);
  EXPECT_EQ(parsed->instructions[2].operands[1].kind, OperandKind::kInteger);
}

TEST(Body, RefusesTypeErrors) {
  struct Case {
    const char* statement;
    const char* code;
  };
  for (const Case& c : std::vector<Case>{
           {"add.s32 %f1, %r2, %r3;", "PTX0106"},
           {"add.s32 %d1, %r2, %r3;", "PTX0106"},
           {"add.f32 %f1, %f2, 1;", "PTX0106"},
           {"add.s32 %r1, %r2, 1.5;", "PTX0106"},
           {"ld.global.u32 %h1, [%d1];", "PTX0106"},
           {"mov.u32 %f1, %r1;", "PTX0106"},
           {"ld.global.u32 %r1, [%f1];", "PTX0106"},
           {"ld.global.u32 %r1, %d1;", "PTX0105"},
           {"add.s32 5, %r1, %r2;", "PTX0105"},
           {"add.s32 %r1, %r2;", "PTX0104"},
           {"ret %r1;", "PTX0104"},
           {"add.s32 %r1, !%p1, %r2;", "PTX0105"},
           {"add.s32 %r1|%p1, %r2, %r3;", "PTX0105"},
           {"ld.global.v4.f32 {%f1, %f2}, [%d1];", "PTX0107"},
           {"atom.global.add.u32 {%r1}, [%d1], %r2;", "PTX0105"},
           {"ld.global.v4.f64 {%fd1, %fd2, %fd3, %fd4}, [%d1];", "PTX0107"},
           {"@%r1 ret;", "PTX0113"},
           {"mov.u32 %r1, missing;", "PTX0021"},
           {"mov.u32 %r99, 1;", "PTX0021"},
           {"mov.u32 %r1, %nosuch;", "PTX0021"},
           {"ld.global.u32 %r1, [buffer];", "PTX0108"},
           {"lop3.b32 %r1, %r2, %r3, %r4, %r5;", "PTX0105"},
           {"add.s32 %r1, _, %r2;", "PTX0105"},
           {"st.global.u32 [%d1], _;", "PTX0105"},
           {"mov.u64 %d1, %tid.x;", "PTX0106"},
           {"mov.u32 %r1, %tid;", "PTX0001"},
           {"brx.idx %r1, %r2;", "PTX0105"},
           {"ld.global.u32 %r1, [%d1], %d2;", "PTX0104"},
           {"setp.lo.s32 %p1, %r1, %r2;", "PTX0102"},
           {".reg .e4m3 %x;", "PTX0030"},
           {".local .b8 x[1048576];", "PTX0032"},
           {".reg .b32 %r<5>;", "PTX0020"},
           {".reg .b32 %q<99999999999>;", "PTX0040"},
           {".global .u32 x;", "PTX0033"},
           {"min.f32 %f1, %f2, %f3, %f4;", "PTX0110"},
       }) {
    EXPECT_THAT(BodyError(Entry(std::string(c.statement) + " ret;")), HasSubstr(c.code)) << c.statement;
  }
}

}  // namespace
}  // namespace culvert::ptx
