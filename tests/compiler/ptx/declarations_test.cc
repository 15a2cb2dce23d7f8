// Declarations and directives, in modules and in bodies: what is read, and the code of the diagnostic for what is not.
#include "compiler/ptx/diagnostics.h"
#include "gmock/gmock.h"
#include "tests/compiler/ptx/ptx_test_util.h"

namespace culvert::ptx {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string text;
  uint32_t code = 0;  // of the first diagnostic; 0: accepted
};

// The number in "error[PTX0123]"; 0 if there is none.
uint32_t FirstCode(std::string_view message) {
  const size_t at = message.find("error[PTX");
  return at == std::string_view::npos ? 0 : static_cast<uint32_t>(std::stoul(std::string(message.substr(at + 9, 4))));
}

void CheckBodies(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    auto module = IndexOk(std::string(kHeader) + ".global .u32 word; .func f() { ret; } .entry k(.param .b32 a) {\n" +
                          ".reg .b32 %r<9>; .reg .b64 %d<9>; .reg .pred %p<3>;\n" + c.text + "\nret;\n}");
    if (module == nullptr) continue;
    const std::vector<Diagnostic> found = module->CheckAll();
    EXPECT_EQ(found.empty() ? 0 : found[0].code, c.code)
        << c.text << (found.empty() ? "" : "\n" + module->Format(found[0]));
  }
}

void CheckModules(const std::vector<Case>& cases, const std::string& header = kHeader) {
  for (const Case& c : cases) {
    auto module = Module::Index(header + c.text, kDevice, "test.ptx");
    EXPECT_EQ(FirstCode(std::string(module.status().message())), c.code) << c.text << "\n" << module.status();
  }
}

TEST(BodyDeclarations, Registers) {
  CheckBodies({
      {".reg .b32 x; mov.u32 x, 1;"},
      {".reg .u32 x, y, z<4>; mov.u32 z3, y;"},
      {".reg .v2 .f32 v; mov.f32 v.x, v.y;"},
      {".reg .v4 .u32 v<2>; mov.u32 v1.w, v0.x;"},
      {".reg .f32x2 x; .reg .b128 q; .reg .f16x2 h; .reg .bf16 b;"},
      {".reg .b32 %r;"},  // the range is %r0 to %r8
      {".reg .b32 x; { .reg .b64 x; mov.u64 x, 1; } mov.u32 x, 1;"},
      {"{ .reg .b32 %r<20>; mov.u32 %r19, 1; }"},
      {".reg x;", kSyntax},
      {".reg .b32;", kSyntax},
      {".reg .b32 x", kSyntax},
      {".reg .b32 5;", kSyntax},
      {".reg .v2 x;", kSyntax},
      {".reg .align 4 .b32 x;", kSyntax},
      {".reg .b32 x<;", kSyntax},
      {".reg .b32 x<4;", kSyntax},
      {".reg .b32 x<y>;", kSyntax},
      {".reg .b32 x<3000000000>;", kLimit},
      {".reg .texref x;", kBadDirective},
      {".reg .tf32 x;", kBadDirective},
      {".reg .e4m3 x;", kBadDirective},
      {".reg .b32 x; .reg .b32 x;", kDuplicate},
      {".reg .b32 x<2>; .reg .b64 x<2>;", kDuplicate},
      {"mov.u32 %r9, 1;", kUndefined},
      {"mov.u32 %r01, 1;", kUndefined},
      {"mov.u32 %r12345678901, 1;", kUndefined},
  });
}

TEST(BodyDeclarations, Variables) {
  CheckBodies({
      {".local .align 8 .b8 x[16]; .shared .f32 y[2][3]; .param .b32 z;"},
      {".local .v2 .f32 x, y; .shared .v4 .u32 z[4];"},
      {".extern .shared .align 16 .b8 x[];"},
      {".param .pred x;"},
      {".local .u32 x[4 * 8];"},
      {".local x;", kSyntax},
      {".local .u32;", kSyntax},
      {".local .u32 5;", kSyntax},
      {".local .u32 x", kSyntax},
      {".local .u32 x[4;", kSyntax},
      {".local .reg .u32 x;", kSyntax},
      {".local .align x .u32 x;", kSyntax},
      {".local .align 3 .u32 x;", kBadSize},
      {".local .align 0 .u32 x;", kBadSize},
      {".local .align 4194304 .u32 x;", kBadSize},
      {".local .align -4 .u32 x;", kBadSize},
      {".local .align 1.5 .u32 x;", kBadSize},
      {".local .u32 x[];", kBadSize},
      {".local .u32 x[2][];", kBadSize},
      {".local .u32 x[-1];", kBadSize},
      {".local .u8 x[1048576][1048576][2];", kBadSize},
      {".local .u8 x[1000000000];", kBadSize},
      {".shared .u8 x[2000000000];", kBadSize},
      {".local .u32 x = 1;", kBadInitializer},
      {".local .texref x;", kUnsupported},
      {".global .u32 x;", kUnsupported},
      {".const .u32 x;", kUnsupported},
      {".extern .local .u32 x;", kBadDirective},
      {".extern .u32 x;", kSyntax},
      {".local .u32 x; .local .u32 x;", kDuplicate},
      {".local .u32 x; .reg .u32 x;", kDuplicate},
      {".visible .local .u32 x;", kBadDirective},
      {".branchtargets L;", kBadDirective},
      {".callprototype _;", kBadDirective},
      {".calltargets f;", kBadDirective},
  });
  std::string many;
  for (int i = 0; i < 40; ++i) many += ".local .b8 v" + std::to_string(i) + "[500000];\n";
  CheckBodies({{many, kBadSize}});
}

TEST(BodyDeclarations, Signatures) {
  CheckBodies({
      {"P: .callprototype _;"},
      {"P: .callprototype (.param .b32 _) _ (.param .b64 _, .param .align 8 .b8 _[16]);"},
      {"P: .callprototype _ () .noreturn;"},
      {"P: .callprototype _ (.param .b32 a) .abi_preserve 3;"},
      {"Q: .calltargets f, f;"},
      {"T: .branchtargets L, M; L: M:"},
      {"P: .callprototype;", kSyntax},
      {"P: .callprototype (;", kSyntax},
      {"P: .callprototype _ (;", kSyntax},
      {"P: .callprototype _ () .noreturn", kSyntax},
      {"P: .callprototype _ () .abi_preserve x;", kSyntax},
      {"P: .callprototype _ () .maxwhat;", kSyntax},
      {"P: .callprototype _; P: .callprototype _;", kDuplicate},
      {"Q: .calltargets 5;", kSyntax},
      {"Q: .calltargets f", kSyntax},
      {"Q: .calltargets word;", kUndefined},
      {"Q: .calltargets nothing;", kUndefined},
      {"Q: .calltargets f; Q: .calltargets f;", kDuplicate},
      {"T: .branchtargets 5;", kSyntax},
      {"T: .branchtargets L; T: .branchtargets L; L:", kDuplicate},
      {"T: .branchtargets nowhere;", kUndefinedLabel},
      {"L: L:", kDuplicate},
      {"{ L: } bra L;", kUndefinedLabel},
      {"{ bra L; { bra L; } } L:"},
      {"L: .reg .b32 x;"},
      {"L : mov.u32 %r1, 1;"},
  });
}

TEST(BodyDeclarations, LinesAndPragmas) {
  CheckBodies({
      {".loc 1 2 3\nmov.u32 %r1, 1;\n.loc 1 2 3\n.loc 1 2 4\n.loc 1 3 4\n.loc 2 3 4"},
      {".loc 1 2 3, function_name L, inlined_at 1 2 3"},
      {".loc 1 2 3, function_name L+12, inlined_at 1 2 3"},
      {".pragma \"nounroll\";"},
      {".pragma \"a\", \"b\";"},
      {";"},
      {".loc x", kSyntax},
      {".loc 1 x", kSyntax},
      {".loc 1 2 x", kSyntax},
      {".loc 1 2 5000000000", kSyntax},
      {".loc 1 2 3, x", kSyntax},
      {".loc 1 2 3, 5", kSyntax},
      {".loc 1 2 3, function_name 5", kSyntax},
      {".loc 1 2 3, function_name L x", kSyntax},
      {".loc 1 2 3, function_name L+x, inlined_at 1 2 3", kSyntax},
      {".loc 1 2 3, function_name L, x", kSyntax},
      {".loc 1 2 3, function_name L, 5", kSyntax},
      {".loc 1 2 3, function_name L, inlined_at x", kSyntax},
      {".loc 1 2 3, function_name L, inlined_at 1 x", kSyntax},
      {".loc 1 2 3, function_name L, inlined_at 1 2 x", kSyntax},
      {".pragma 5;", kSyntax},
      {".pragma \"a\"", kSyntax},
      {"5;", kSyntax},
      {"\"x\";", kSyntax},
      {"+;", kSyntax},
      {"#;", kBadToken},
      {"\"x", kBadToken},
      {"mov.u32 %r1, 0x;", kBadToken},
      {"mov.u32 %r1, 0f12;", kBadToken},
      {"mov.u32 %r1, 99999999999999999999;", kBadToken},
      {"frobnicate %r1;", kUnknownInstruction},
      {"mma %r1;", kUnsupportedInstruction},
      {"add.u33 %r1, %r1, %r1;", kBadModifier},
      {"add %r1, %r1, %r1;", kMissingModifier},
  });
}

TEST(BodyDeclarations, ErrorsGoOnAfterTheStatement) {
  auto module = IndexOk(Entry("frob %r1, {%r2}; mov.u32 %r1, {x; { nope; } bad }  mov.u32 %r99, 1;"));
  ASSERT_NE(module, nullptr);
  EXPECT_GE(module->CheckAll().size(), 4u);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "frobnicate;\n";
  EXPECT_EQ(IndexOk(Entry(many))->CheckAll().size(), kMaxDiagnosticsPerBody);
  std::string labels;
  for (int i = 0; i < 100; ++i) labels += "bra L" + std::to_string(i) + ";\n";
  EXPECT_EQ(IndexOk(Entry(labels))->CheckAll().size(), kMaxDiagnosticsPerBody);
}

TEST(BodyDeclarations, ManyBrokenBodies) {
  std::string text = kHeader;
  for (int i = 0; i < 100; ++i) {
    text += ".entry k" + std::to_string(i) + "() {";
    for (int j = 0; j < 30; ++j) text += "frobnicate;";
    text += "}\n.func declared" + std::to_string(i) + "();\n";
  }
  EXPECT_EQ(IndexOk(text)->CheckAll().size(), kMaxDiagnosticsPerModule);
}

TEST(ModuleDeclarations, Preamble) {
  const struct {
    const char* text;
    ErrorKind kind;
  } cases[] = {
      {".version 8.0 .target sm_80", ErrorKind::kOk},
      {".version 8.0 .target sm_80, debug, texmode_independent .address_size 64", ErrorKind::kOk},
      {".version 8.8 .target sm_121a", ErrorKind::kOk},
      {".version 8.8 .target sm_120f", ErrorKind::kOk},
      {".version 8.0 .target compute_80", ErrorKind::kOk},
      {"", ErrorKind::kInvalidPtx},
      {".target sm_80", ErrorKind::kInvalidPtx},
      {".version", ErrorKind::kInvalidPtx},
      {".version 8", ErrorKind::kInvalidPtx},
      {".version .5", ErrorKind::kInvalidPtx},
      {".version x", ErrorKind::kInvalidPtx},
      {".version 8.", ErrorKind::kInvalidPtx},
      {".version 8.0e1 .target sm_80", ErrorKind::kInvalidPtx},
      {".version 8.0", ErrorKind::kInvalidPtx},
      {".version 8.0 .entry", ErrorKind::kInvalidPtx},
      {".version 8.0 .target", ErrorKind::kInvalidPtx},
      {".version 8.0 .target debug", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_x", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_80z", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_80,", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_80 .address_size 32", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_80 .address_size x", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_80 .address_size 64 .version 8.0", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_80 .address_size 64 .address_size 64", ErrorKind::kInvalidPtx},
      {".version 8.0 .target sm_80 .address_size 64 .target sm_80", ErrorKind::kInvalidPtx},
      {".version 99.0 .target sm_80", ErrorKind::kUnsupportedPtxVersion},
      {".version 8.10 .target sm_80", ErrorKind::kUnsupportedPtxVersion},
      {".version 8.8 .target sm_130", ErrorKind::kNoBinaryForDevice},
      {".version 8.8 .target sm_90a", ErrorKind::kNoBinaryForDevice},
      {".version 8.8 .target sm_100f", ErrorKind::kNoBinaryForDevice},
  };
  for (const auto& c : cases) {
    auto module = Module::Index(c.text, kDevice);
    EXPECT_EQ(module.ok() ? ErrorKind::kOk : KindOf(module.status()), c.kind) << c.text << module.status();
  }
}

TEST(ModuleDeclarations, Directives) {
  CheckModules({
      {".file 1 \"a.cu\""},
      {".file 1 \"a.cu\", 1, 2\n.file 5 \"b.cu\""},
      {".section .debug_info { .b8 1, 2 }"},
      {".section .debug_info { .b8 \"}\" /* } */ }"},
      {".pragma \"x\";"},
      {"@@DWARF anything at all\n.func f();"},
      {";"},
      {".func f(); .func g() { ret; } .alias f, g;"},
      {".file x", kSyntax},
      {".file 1 x", kSyntax},
      {".file 1 \"a\", x", kSyntax},
      {".file 2000000 \"a\"", kBadSize},
      {".file 100000 \"a\"", kLimit},
      {".section x", kSyntax},
      {".section x {", kSyntax},
      {".pragma 5;", kSyntax},
      {".alias f;", kSyntax},
      {".alias 5;", kSyntax},
      {".alias f, 5;", kSyntax},
      {".alias f, g", kSyntax},
      {".alias f, g;", kUndefined},
      {".func f(); .alias f, g;", kUndefined},
      {".func f(); .alias g, f;", kUndefined},
      {".global .u32 f; .func g(); .alias f, g;", kUndefined},
      {".global .u32 f; .func g(); .alias g, f;", kUndefined},
      {".func f() { ret; } .func g(); .alias f, g;", kDuplicate},
      {".func f(); .alias f, f;", kDuplicate},
      {".frob x;", kBadDirective},
      {"frob", kSyntax},
      {"5;", kSyntax},
      {"}", kSyntax},
      {"{ frob }", kSyntax},
      {"{ frob", kSyntax},
      {"frob } .visible .entry k() { ret; }", kSyntax},
      {"frob .extern .func f();", kSyntax},
      {"frob .weak .func f() { ret; }", kSyntax},
      {"#", kBadToken},
  });
  std::string many;
  for (int i = 0; i < 100; ++i) many += ".frob;\n";
  EXPECT_THAT(IndexError(kHeader + many).message, HasSubstr("frob"));
}

TEST(ModuleDeclarations, Functions) {
  CheckModules({
      {".func f;"},
      {".func f(); .func f() { ret; }"},
      {".func f() { ret; } .func f();"},
      {".func (.param .b32 r) f (.param .b32 a) { ret; }"},
      {".func (.reg .b32 r) f (.reg .b32 a, .reg .pred p) { ret; }"},
      {".func .noreturn f () { ret; }"},
      {".visible .entry k() .maxntid 1, 2, 3 .minnctapersm 2 .maxnctapersm 3 .maxnreg 32 { ret; }"},
      {".entry k() .reqntid 32 .reqnctapercluster 2, 1, 1 .explicitcluster .maxclusterrank 8 { ret; }"},
      {".entry k() .blocksareclusters .abi_preserve 1 .abi_preserve_control 2 { ret; }"},
      {".entry .attribute(.unified(1, 2)) k() { ret; }"},
      {".entry k() .pragma \"a\", \"b\"; { ret; }"},
      {".entry k(.param .u64 .ptr .global .align 8 a, .param .u64 .ptr b, .param .v2 .f32 v, .param .v4 .u32 w) { ret; "
       "}"},
      {".entry k(.param .align 8 .b8 a[2][4], .param .texref t, .param .b32 _) { ret; }"},
      {".entry k(.param .u64 .ptr .shared .align x a) { ret; }", kSyntax},
      {".entry k(.param .align 8) { ret; }", kSyntax},
      {".entry k(.param .b32) { ret; }", kSyntax},
      {".entry k(.param .b32 a[x]) { ret; }", kSyntax},
      {".entry k(.b32 a) { ret; }", kSyntax},
      {".entry k(.param .b32 a .param .b32 b) { ret; }", kSyntax},
      {".entry k(.param .frob a) { ret; }", kSyntax},
      {".entry k(.param .align x .b32 a) { ret; }", kSyntax},
      {".entry k(", kSyntax},
      {".entry k() .maxntid x { ret; }", kSyntax},
      {".entry k() .maxnreg x { ret; }", kSyntax},
      {".entry .maxnreg x k() { ret; }", kSyntax},
      {".entry k() .attribute x { ret; }", kSyntax},
      {".entry k() .attribute(.unified(1, 2) { ret; }", kSyntax},
      {".entry k() .attribute(x; { ret; }", kSyntax},
      {".entry k() .attribute(# { ret; }", kBadToken},
      {".entry k() .attribute(", kSyntax},
      {".entry k() .pragma \"a\" { ret; }", kSyntax},
      {".entry k() .frob { ret; }", kSyntax},
      {".entry k()", kSyntax},
      {".entry k() { ret;", kSyntax},
      {".entry 5() { ret; }", kSyntax},
      {".entry (.param .b32 r) k() { ret; }", kSyntax},
      {".func (.b32 r) f() { ret; }", kSyntax},
      {".func f(.b32 r) { ret; }", kSyntax},
      {".entry k(.param .b32 a, .param .b32 a) { ret; }", kDuplicate},
      {".entry k() { ret; } .entry k() { ret; }", kDuplicate},
      {".entry k() { ret; } .func k() { ret; }", kDuplicate},
      {".global .u32 k; .entry k() { ret; }", kDuplicate},
      {".func f(); .func f(.param .b32 a) { ret; }", kDuplicate},
      {".func (.param .b32 r) f(); .func f() { ret; }", kDuplicate},
      {".entry k(.param .b8 a[99999999]) { ret; }", kBadSize},
      {".entry k(.param .b8 a[16777216], .param .b8 b[16777216]) { ret; }", kBadSize},
  });
  // A list this long is checked when the body is parsed.
  std::string list = ".param .b32 a";
  for (int i = 0; i < 70; ++i) list += ", .param .b32 a" + std::to_string(i);
  CheckModules({{".entry k(" + list + ", .param .b32 a) { ret; }"}});
  EXPECT_THAT(BodyError(kHeader + (".entry k(" + list + ", .param .b32 a) { ret; }")), HasSubstr("declared twice"));
}

TEST(ModuleDeclarations, Variables) {
  CheckModules({
      {".global .u32 a, b = 1, c[2] = {1, 2};"},
      {".const[3] .u32 a = 5;"},
      {".global .align 16 .v4 .f32 a[2] = {{1.0, 2.0, 3.0, 4.0}, {5.0}};"},
      {".global .attribute(.managed) .u32 a; .global .attribute(.unified(1, 2), .managed) .u32 b;"},
      {".global .texref a; .global .samplerref b = { normalized_coords = 1 }; .global .surfref c;"},
      {".global .u32 a[] = {1, 2, 3}; .global .u16 b[][2] = {{1, 2}, {3}};"},
      {".global .b8 a[8] = {0xFF(b), 0xFF00(b), 0xFF0000(b), 0xFF000000(b)}; .global .u32 b;"},
      {".global .u16 a[2] = {0xFFFF(b+4), 0xFFFF0000(b+4)}; .global .u32 b;"},
      {".global .b8 a[4] = {0xFF(generic(b)), 0xFF00(generic(b)), 0xFF0000(generic(b)), 0xFF000000(generic(b))};"
       ".global .u32 b;"},
      {".global .u64 a = generic(b) - 8; .global .u32 b; .global .u64 c = b + 4 * 2; .global .u32 d = b;"},
      {".global .f64 a[4] = {1, 1U, -1, 0f3F800000}; .global .f32 b[3] = {1, 0d3FF0000000000000, 1.5};"},
      {".global .b32 a = 1.5; .global .b64 b = 0f3F800000; .global .f16 c = 0x3C00; .global .s8 d = -1;"},
      {".global .b128 a = 5;"},
      {".shared .u32 a[4]; .extern .shared .u32 b[]; .common .global .u32 c; .weak .global .u32 d;"},
      {".extern .global .u32 a[];"},
      {".global .u32 a[2] = {};"},
      {".global .u32 a = 1,;", kSyntax},
      {".global a;", kSyntax},
      {".global .u32;", kSyntax},
      {".global .u32 a", kSyntax},
      {".global .u32 a[;", kSyntax},
      {".global .pred a;", kSyntax},
      {".global .reg .u32 a;", kSyntax},
      {".global .align x .u32 a;", kSyntax},
      {".global .attribute .u32 a;", kSyntax},
      {".global .attribute(.managed .u32 a;", kSyntax},
      {".global .attribute(.unified(1 ", kSyntax},
      {".global .attribute(#", kBadToken},
      {".const[x] .u32 a;", kSyntax},
      {".const[11] .u32 a;", kBadSize},
      {".const[1 .u32 a;", kSyntax},
      {".global .texref a = { x ;", kSyntax},
      {".global .texref a = {", kSyntax},
      {".global .u32 a = x y;", kSyntax},
      {".global .u32 a[2] = {1, 2 ;", kSyntax},
      {".global .u64 a = generic(5);", kSyntax},
      {".global .u64 a = generic(b;", kSyntax},
      {".global .u64 a = b + x;", kSyntax},
      {".global .u64 a = 5(7);", kSyntax},
      {".global .u64 a = 5(generic(7));", kSyntax},
      {".global .u64 a = 5(generic(b);", kSyntax},
      {".global .u32 a; .global .u32 a;", kDuplicate},
      {".global .texref a; .global .texref a;", kDuplicate},
      {".global .u32 a; .global .texref a;", kDuplicate},
      {".global .texref a; .global .u32 a;", kDuplicate},
      {".global .u32 a[];", kBadSize},
      {".shared .u32 a[];", kBadSize},
      {".global .u32 a[2000000000000];", kBadSize},
      {".global .v4 .u64 a[1099511627776];", kBadSize},
      {".global .u8 a[1099511627776] = {1};", kBadSize},
      {".shared .u32 a = 5;", kBadInitializer},
      {".extern .global .u32 a = 5;", kBadInitializer},
      {".global .u32 a[2] = {1, 2, 3};", kBadInitializer},
      {".global .u32 a = {{{1}}};", kBadInitializer},
      {".global .u32 a[2][2] = {{1, 2, 3}};", kBadInitializer},
      {".global .u32 a[1][2] = {{1}, {2}};", kBadInitializer},
      {".global .u32 a[2] = {1.5, x + 1.5};", kBadInitializer},
      {".global .u16 a = 1.5;", kBadInitializer},
      {".global .u32 a = 1.5;", kBadInitializer},
      {".global .u16 a = b; .global .u32 b;", kBadInitializer},
      {".global .u64 a = b + 1.5; .global .u32 b;", kBadInitializer},
      {".global .u64 a = 0(b); .global .u32 b;", kBadInitializer},
      {".global .u64 a = 1.5(b); .global .u32 b;", kBadInitializer},
      {".global .b8 a[2] = {0xFF(b), 0xFF00(b)}; .global .u32 b;", kBadInitializer},
      {".global .b8 a[2] = {0xFF00(b), 0xFF(b)}; .global .u32 b;", kBadInitializer},
      {".global .b8 a[2] = {0xFF(b), 0xFF00(c)}; .global .u32 b, c;", kBadInitializer},
      {".global .b8 a[2] = {0xFF(b), 0xFF00(b+1)}; .global .u32 b;", kBadInitializer},
      {".global .b8 a[2] = {0xFF(b), 5}; .global .u32 b;", kBadInitializer},
      {".global .u64 a = 0xFF(b); .global .u32 b;", kBadInitializer},
      {".shared .u32 b; .global .u64 a = b;", kBadInitializer},
      {".global .u64 a = nothing;", kUndefined},
      {".local .u32 a;", kUnsupported},
      {".tex .u32 a;", kUnsupported},
  });
}

TEST(ModuleDeclarations, BodiesThatAreNotThere) {
  auto module = IndexOk(std::string(kHeader) + ".func declared(); .func f() { frob; }");
  ASSERT_NE(module, nullptr);
  EXPECT_EQ(KindOf(module->Body(7).status()), ErrorKind::kInvalidValue);
  EXPECT_EQ(KindOf(module->Body(0).status()), ErrorKind::kInvalidPtx);
  EXPECT_THAT(std::string(module->Body(0).status().message()), HasSubstr("declared but not defined"));
  EXPECT_THAT(std::string(module->Body(1).status().message()), HasSubstr("frob"));
}

}  // namespace
}  // namespace culvert::ptx
