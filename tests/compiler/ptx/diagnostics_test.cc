// What people read.
#include "gmock/gmock.h"
#include "tests/compiler/ptx/ptx_test_util.h"

namespace culvert::ptx {
namespace {

using ::testing::HasSubstr;

TEST(Diagnostics, WholeMessage) {
  EXPECT_EQ(
      BodyError(std::string(kHeader) + ".entry k() {\n  .reg .f32 %f<3>;\n\tadd.rx.f32 %f0, %f1, %f2;\n  ret;\n}\n"),
      "test.ptx:6:5: error[PTX0102]: expected one of .u16 .u32 .u64 .s16 .s32 .s64 .sat .u16x2 .s16x2 .u8x4 .s8x4 .cc "
      ".rn .rz .rm .rp .ftz .f32 .f64 .f32x2 .f16 .f16x2 .bf16 .bf16x2 after 'add', got '.rx'\n"
      "  \tadd.rx.f32 %f0, %f1, %f2;\n"
      "  \t   ^\n"
      "  in: k\n"
      "  hint: did you mean '.rn'? forms: add.type d, a, b; add.sat.s32 d, a, b; add.(u16x2|s16x2) d, a, b; "
      "add.sat.(u32|u16x2|s16x2) d, a, b; and 9 more in docs/ptx_coverage.md\n");
}

TEST(Diagnostics, MissingModifier) {
  std::string error = BodyError(Entry("fma.f32 %f1, %f2, %f3, %f4; ret;"));
  EXPECT_THAT(error, HasSubstr("PTX0103"));
  EXPECT_THAT(error, HasSubstr("expected one of"));
  EXPECT_THAT(error, HasSubstr(".rn .rz .rm .rp"));
}

TEST(Diagnostics, UnknownAndUnimplementedInstructions) {
  EXPECT_THAT(BodyError(Entry("ad.s32 %r1, %r2, %r3; ret;")), HasSubstr("error[PTX0100]: unknown instruction 'ad'"));
  EXPECT_THAT(BodyError(Entry("ad.s32 %r1, %r2, %r3; ret;")), HasSubstr("did you mean 'add'?"));
  EXPECT_THAT(BodyError(Entry("tex.2d.v4.f32.f32 {%f1}, [t, {%f2}]; ret;")),
              HasSubstr("error[PTX0101]: instruction 'tex' is not implemented"));
}

TEST(Diagnostics, Gates) {
  std::string old = ".version 6.0\n.target sm_70\n.entry k() { .reg .b32 %r<4>; .reg .pred %p; ";
  EXPECT_THAT(BodyError(old + "activemask.b32 %r1; }"), HasSubstr("needs PTX ISA 6.2; the module says .version 6.0"));
  EXPECT_THAT(
      BodyError(".version 8.0\n.target sm_70\n.entry k() { .reg .b32 %r<4>; redux.sync.add.s32 %r1, %r2, -1; }"),
      HasSubstr("needs .target sm_80 or higher; the module says sm_70"));
  EXPECT_THAT(BodyError(old + "mov.u32 %r1, %clusterid.x; }"), HasSubstr("PTX0110"));
}

TEST(Diagnostics, AllErrorsOfABodyUpToTwenty) {
  std::string body;
  for (int i = 0; i < 3; ++i) body += "bogus;\n";
  EXPECT_EQ(ParseOk(Entry("ret;")).function != nullptr, true);
  std::string three = BodyError(Entry(body + "add.s32 %r1, {%r2, %r3, bad};\n{ bogus; }\nret;"));
  size_t count = 0;
  for (size_t at = three.find("error["); at != std::string::npos; at = three.find("error[", at + 1)) ++count;
  EXPECT_EQ(count, 5u) << three;
  for (int i = 0; i < 100; ++i) body += "bogus;\n";
  std::string many = BodyError(Entry(body));
  count = 0;
  for (size_t at = many.find("error["); at != std::string::npos; at = many.find("error[", at + 1)) ++count;
  EXPECT_EQ(count, 20u);
}

TEST(Diagnostics, SyntaxErrorsSayWhatWasExpected) {
  EXPECT_THAT(BodyError(Entry("add.s32 %r1, %r2, %r3\nret;")), HasSubstr("expected ',' or ';', got 'ret'"));
  EXPECT_THAT(BodyError(Entry("ld.global.u32 %r1, [%d1; ret;")), HasSubstr("expected ']'"));
  EXPECT_THAT(BodyError(Entry("add.s32 %r1, %r2, $; ret;")), HasSubstr("'$' is not declared"));
  EXPECT_THAT(BodyError(Entry("add.s32 %r1, %r2, 0f12; ret;")), HasSubstr("PTX0002"));
}

TEST(Diagnostics, LongLinesAreCut) {
  std::string error = BodyError(Entry("bogus; //" + std::string(100000, 'x')));
  EXPECT_LT(error.size(), 1000u);
}

}  // namespace
}  // namespace culvert::ptx
