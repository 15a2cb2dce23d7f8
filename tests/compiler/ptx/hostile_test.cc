// Input that wants to hurt: it must end quickly, with an error or without, and never allocate what it only claims.
#include <chrono>
#include <functional>

#include "gmock/gmock.h"
#include "tests/compiler/ptx/ptx_test_util.h"

namespace culvert::ptx {
namespace {

using ::testing::HasSubstr;

double Seconds(const std::function<void()>& work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(Hostile, HugeSizes) {
  for (const char* text : {
           ".global .align 2147483648 .u32 a;",
           ".global .b8 a[18446744073709551615];",
           ".global .b64 a[1099511627776][2];",
           ".global .b8 a[1099511627777];",
           ".file 4000000000 \"x\"",
           ".entry k(.param .b8 a[99999999999]) { ret; }",
           ".global .b8 a[1048576][1048576] = {{1}, {2}};",
           ".global .b64 a[16777216][16] = {{1},{2}};",
       }) {
    absl::StatusOr<std::unique_ptr<Module>> module = Module::Index(std::string(kHeader) + text, kDevice);
    if (!module.ok()) EXPECT_EQ(KindOf(module.status()), ErrorKind::kInvalidPtx) << text;
  }
  EXPECT_NE(ParseOk(Entry(".reg .b32 %q<2000000000>; mov.u32 %q1999999999, 1; ret;")).function, nullptr);
}

TEST(Hostile, SparseInitialiser) {
  // 1 GiB of zeros claimed by two values far apart.
  std::string text = std::string(kHeader) + ".global .b8 a[2][500000000] = {{1}, {2}};";
  absl::StatusOr<std::unique_ptr<Module>> module = Module::Index(text, kDevice);
  EXPECT_FALSE(module.ok());
  EXPECT_EQ(KindOf(module.status()), ErrorKind::kInvalidPtx);
}

// Small gaps in many variables: each alone is allowed, a thousand of them would be 4 GiB.
TEST(Hostile, ManySparseInitialisers) {
  std::string text = kHeader;
  for (int i = 0; i < 1000; ++i) text += ".global .b8 a" + std::to_string(i) + "[2][4000000] = {{1}, {2}};\n";
  EXPECT_THAT(IndexError(text).message, HasSubstr("large gaps"));
}

TEST(Hostile, ManyDimensions) {
  std::string dimensions, open, close;
  for (int i = 0; i < 200000; ++i) dimensions += "[1]", open += '{', close += '}';
  const IndexFailure failure =
      IndexError(std::string(kHeader) + ".global .u32 a" + dimensions + " = " + open + close + ";");
  EXPECT_THAT(failure.message, HasSubstr("too many dimensions"));
}

// Found by fuzz_ptx: the name of a texture stood in the symbol table for a function that did not exist.
TEST(Hostile, FunctionsNamedLikeATexture) {
  const std::string text = ".global .texref t; .func t(); .func t(); .func t() { ret; } .global .u32 t; .alias t, t;";
  EXPECT_THAT(IndexError(kHeader + text).message, HasSubstr("'t' is declared twice"));
}

TEST(Hostile, OffsetsThatOverflow) {
  IndexOk(std::string(kHeader) +
          ".global .u64 a; .global .u64 b = generic(a + 9223372036854775807) + 9223372036854775807;");
}

TEST(Hostile, DeepNesting) {
  std::string open, close;
  for (int i = 0; i < 100000; ++i) open += '{', close += '}';
  EXPECT_THAT(BodyError(Entry(open + "ret;" + close)), HasSubstr("PTX0040"));
  EXPECT_THAT(BodyError(Entry("mov.u32 %r1, " + std::string(100000, '(') + "1;")), HasSubstr("PTX0040"));
  EXPECT_THAT(BodyError(Entry("mov.u32 %r1, " + std::string(100000, '-') + "1;")), HasSubstr("PTX0040"));
  EXPECT_THAT(BodyError(Entry("mov.b32 %r1, " + std::string(100000, '{') + std::string(100000, '}') + ";")),
              HasSubstr("error"));
  std::string braces;
  for (int i = 0; i < 100000; ++i) braces += '{';
  EXPECT_EQ(IndexError(std::string(kHeader) + ".global .u32 a[2] = " + braces + ";").kind, ErrorKind::kInvalidPtx);
  std::string ternary;
  for (int i = 0; i < 100000; ++i) ternary += "1?";
  EXPECT_THAT(BodyError(Entry("mov.u32 %r1, " + ternary + ";")), HasSubstr("PTX0040"));
}

// Twice the text must cost about twice the time; 10^6 lines are read in seconds even on a slow machine.
TEST(Hostile, LinearTime) {
  auto text = [](int lines) {
    std::string body;
    body.reserve(static_cast<size_t>(lines) * 70);
    for (int i = 0; i < lines; ++i) {
      std::string n = std::to_string(i);
      body += ".reg .b32 %q" + n + "; { L: add.s32 %q" + n + ", %r1, " + n + "; @%p1 bra L; }\n";
    }
    return Entry(body + "ret;");
  };
  std::string large = text(300000);
  EXPECT_LT(Seconds([&] { EXPECT_NE(ParseOk(large).function, nullptr); }), 20.0);
}

TEST(Hostile, ManyErrorsAndManyNames) {
  std::string text = kHeader;
  for (int i = 0; i < 100000; ++i) text += ".global .u32 v" + std::to_string(i) + ";\n";
  EXPECT_LT(Seconds([&] { IndexOk(text); }), 10.0);
  std::string bogus = kHeader;
  for (int i = 0; i < 100000; ++i) bogus += ".bogus;\n";
  EXPECT_LT(Seconds([&] { EXPECT_EQ(IndexError(bogus).kind, ErrorKind::kInvalidPtx); }), 5.0);
  std::string parameters = std::string(kHeader) + ".entry k(";
  for (int i = 0; i < 100000; ++i) parameters += (i ? ", .param .b8 p" : ".param .b8 p") + std::to_string(i);
  EXPECT_LT(Seconds([&] { EXPECT_TRUE(Module::Index(parameters + ") { ret; }", kDevice).ok()); }), 5.0);
}

TEST(Hostile, EveryEntryOfManyIsBroken) {
  std::string text = kHeader;
  for (int i = 0; i < 20000; ++i) text += ".entry k" + std::to_string(i) + "() { bogus; ret; }\n";
  auto module = IndexOk(text);
  ASSERT_NE(module, nullptr);
  double seconds = Seconds([&] {
    std::vector<Diagnostic> all = module->CheckAll();
    EXPECT_EQ(all.size(), 1000u);
    for (const Diagnostic& diagnostic : all) EXPECT_THAT(module->Format(diagnostic), HasSubstr("{ bogus; ret; }"));
  });
  EXPECT_LT(seconds, 5.0);
}

TEST(Hostile, DuplicateParametersOfLongLists) {
  std::string parameters;
  for (int i = 0; i < 100; ++i) parameters += ".param .b8 p" + std::to_string(i) + ", ";
  std::string text = std::string(kHeader) + ".entry k(" + parameters + ".param .b8 p7) { ret; }";
  absl::StatusOr<std::unique_ptr<Module>> module = Module::Index(text, kDevice);
  ASSERT_TRUE(module.ok());
  EXPECT_FALSE((*module)->Body(0).ok());
}

TEST(Hostile, TruncationAtEveryByte) {
  std::string text =
      Entry("ld.global.v2.f32 {%f1, %f2}, [%d1+4]; L: @!%p1 bra L; .loc 1 2 3\n mov.u32 %r1, (1+2)*3; ret;");
  for (size_t n = 0; n < text.size(); ++n) {
    absl::StatusOr<std::unique_ptr<Module>> module = Module::Index(text.substr(0, n), kDevice);
    if (module.ok()) (*module)->CheckAll();
  }
}

}  // namespace
}  // namespace culvert::ptx
