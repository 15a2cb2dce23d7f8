// Calls: direct, indirect, register parameters, mismatches.
#include "gmock/gmock.h"
#include "tests/compiler/ptx/ptx_test_util.h"

namespace culvert::ptx {
namespace {

using ::testing::HasSubstr;

constexpr char kFunctions[] = R"(
.extern .func (.param .b32 r) vprintf(.param .b64 a, .param .b64 b);
.func (.param .f32 r) f(.param .f32 a, .param .align 8 .b8 s[16]) { ret; }
.func (.reg .f32 r) g(.reg .f32 a) { mov.f32 r, a; ret; }
.func noargs() { ret; }
)";

std::string Caller(const std::string& body) {
  return std::string(kHeader) + kFunctions + ".entry k() { .reg .b64 %d<4>; .reg .f32 %f<4>; .reg .b32 %r<4>;\n" +
         body + "\nret; }";
}
constexpr uint32_t kCaller = 4;

TEST(Calls, Direct) {
  Parsed parsed = ParseOk(Caller(R"(
  { .param .f32 p0; .param .align 8 .b8 p1[16]; .param .f32 r0;
    st.param.f32 [p0], %f1; st.param.v2.b32 [p1+8], {%r1, %r2};
    call.uni (r0), f, (p0, p1);
    ld.param.f32 %f2, [r0]; }
  call noargs;
  call (%f1), g, (%f2);
  call (%f1), g, (1.0);
  call (_), g, (%f2);)"),
                          kCaller);
  ASSERT_NE(parsed.function, nullptr);
  const Instruction& call = parsed->instructions[2];
  ASSERT_EQ(call.operands.size(), 3u);
  EXPECT_EQ(call.operands[0].kind, OperandKind::kList);
  EXPECT_EQ(call.operands[0].elements[0].symbol.kind, SymbolKind::kCallParameter);
  EXPECT_EQ(call.operands[1].kind, OperandKind::kFunction);
  EXPECT_EQ(call.operands[1].symbol.index, 1u);
  EXPECT_EQ(call.operands[2].elements.size(), 2u);
  EXPECT_TRUE(call.Has(Mod::kUni));
  EXPECT_EQ(parsed->instructions[4].operands[2].elements.size(), 0u);
  EXPECT_EQ(parsed->instructions[5].operands[2].elements[0].kind, OperandKind::kRegister);
}

TEST(Calls, RegisterParametersOfTheCallee) {
  Parsed parsed = ParseOk(Caller(""), 2);
  ASSERT_NE(parsed.function, nullptr);
  EXPECT_TRUE(parsed->parameters[0].in_register);
  EXPECT_EQ(parsed->instructions[0].operands[1].reg, parsed->parameters[0].reg);
  EXPECT_EQ(parsed->instructions[0].operands[0].reg, parsed->returns[0].reg);
}

TEST(Calls, Indirect) {
  Parsed parsed = ParseOk(Caller(R"(
  P: .callprototype (.param .f32 _) _ (.param .f32 _, .param .align 8 .b8 _[16]) .noreturn;
  T: .calltargets f, f;
  { .param .f32 p0; .param .align 8 .b8 p1[16]; .param .f32 r0;
    mov.u64 %d1, f;
    call (r0), %d1, (p0, p1), P;
    call (r0), %d1, (p0, p1), T; }
  Q: .callprototype _ ();
  call %d1, (), Q;
  call %d1, Q;)"),
                          kCaller);
  ASSERT_NE(parsed.function, nullptr);
  const Instruction& call = parsed->instructions[1];
  ASSERT_EQ(call.operands.size(), 4u);
  EXPECT_EQ(call.operands[3].symbol.kind, SymbolKind::kCallPrototype);
  EXPECT_TRUE(parsed->prototypes[0].noreturn);
  EXPECT_EQ(parsed->prototypes[0].parameters[1].offset_bytes, 8u);
  EXPECT_EQ(parsed->instructions[2].operands[3].symbol.kind, SymbolKind::kCallTargets);
  EXPECT_EQ(parsed->call_targets[0][1], 1u);
  EXPECT_EQ(parsed->instructions[4].operands.size(), 4u);
}

TEST(Calls, Mismatches) {
  for (const char* body : {
           "call f;",
           "{ .param .f32 p0; .param .f32 r0; call (r0), f, (p0); }",
           "{ .param .f32 p0; .param .align 8 .b8 p1[24]; .param .f32 r0; call (r0), f, (p0, p1); }",
           "call (%d1), g, (%f1);",
           "call k;",
           "call %d1, (%f1);",
       }) {
    EXPECT_THAT(BodyError(Caller(body), kCaller), HasSubstr("PTX0112")) << body;
  }
  EXPECT_THAT(BodyError(Caller("call missing;"), kCaller), HasSubstr("PTX0021"));
  EXPECT_THAT(BodyError(Caller("call %r1, (), %r2;"), kCaller), HasSubstr("PTX0105"));
  EXPECT_THAT(BodyError(Caller("mov.u64 %d1, k;"), kCaller), HasSubstr("kernel"));
}

}  // namespace
}  // namespace culvert::ptx
