// Which symbols may meet and what is said of those that may not (PTX ISA, "Linking Directives"). The vendor's linker
// was asked about each pair of sizes, spaces and directives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/compiler/link/link_test_util.h"

namespace culvert {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  std::vector<std::string> texts;
  std::vector<std::string> message;  // empty: they link
};

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    std::string all;
    for (const std::string& text : c.texts) all += text + "\n---\n";
    const absl::Status status = LinkStatus(c.texts);
    if (c.message.empty()) {
      EXPECT_TRUE(status.ok()) << all << status.message();
      continue;
    }
    EXPECT_EQ(KindOf(status), ErrorKind::kInvalidSource) << all;
    for (const std::string& part : c.message) EXPECT_THAT(std::string(status.message()), HasSubstr(part)) << all;
  }
}

TEST(LinkSymbols, StrongSymbolsAreDefinedOnce) {
  Check({
      {{".visible .func f() { ret; }", ".visible .func f() { ret; }"},
       {"b.ptx:4:16", "'f' is defined here and in a.ptx:4:16"}},
      {{".visible .entry k() { ret; }", "", ".visible .entry k() { ret; }"}, {"c.ptx:4:17", "'k'", "a.ptx:4:17"}},
      {{".visible .global .u32 x;", "\n.visible .global .u32 x = 3;"}, {"b.ptx:5:23", "'x'", "a.ptx:4:23"}},
      {{".visible .const .u32 x;", ".visible .const .u32 x;"}, {"'x' is defined here"}},
      {{".visible .shared .u32 x;", ".visible .shared .u32 x;"}, {"'x' is defined here"}},
      {{".common .global .u32 x = 1;", ".common .global .u32 x = 1;"}, {"'x' is defined here"}},
      {{".common .global .u32 x = 1;", ".visible .global .u32 x;"}, {"'x' is defined here"}},
  });
}

TEST(LinkSymbols, WeakCommonAndExternalOnesMeet) {
  Check({
      {{".weak .func f() { ret; }", ".weak .func f() { ret; }", ".visible .func f() { ret; }"}, {}},
      {{".visible .entry k() { ret; }", ".weak .entry k() { ret; }"}, {}},
      {{".weak .global .u32 x = 1;", ".weak .global .u32 x = 2;"}, {}},
      {{".weak .global .u32 x = 1;", ".visible .global .u32 x;", ".extern .global .u32 x;"}, {}},
      {{".common .global .b8 x[4];", ".common .global .b8 x[16];", ".common .global .b8 x[8];"}, {}},
      {{".common .global .b8 x[4];", ".visible .global .b8 x[16];"}, {}},
      {{".common .global .b8 x[4];", ".common .global .b8 x[16] = {1};"}, {}},
      {{".weak .global .b8 x[4];", ".common .global .b8 x[4];"}, {}},
      {{".extern .global .b8 x[];", ".extern .global .b8 x[4];", ".visible .global .b8 x[4];"}, {}},
      {{".extern .shared .b8 x[];", ".visible .shared .b8 x[16];"}, {}},
      {{".func f() { ret; } .global .u32 x; .entry k() { ret; }",
        ".func f() { ret; } .const .u64 x; .entry k() { ret; }"},
       {}},
  });
}

TEST(LinkSymbols, SizesAgree) {
  Check({
      {{".extern .global .b8 x[4];", ".visible .global .b8 x[8];"},
       {"b.ptx:4:22", "'x' has 8 bytes here and 4 in a.ptx:4:21"}},
      {{".weak .global .b8 x[4];", ".weak .global .b8 x[8];"}, {"'x' has 8 bytes here and 4"}},
      {{".weak .shared .b8 x[4];", ".visible .shared .b8 x[8];"}, {"'x' has 8 bytes here and 4"}},
      {{".extern .global .b8 x[];", ".extern .global .b8 x[4];", ".visible .global .b8 x[8];"},
       {"c.ptx", "8 bytes here and 4 in b.ptx"}},
      {{".common .global .b8 x[16];", ".visible .global .b8 x[4];"},
       {"'x' has 4 bytes here, fewer than the 16 of the .common variable in a.ptx:4:21"}},
      {{".common .global .b8 x[4] = {1};", ".common .global .b8 x[16];"},
       {".common variable 'x' has 16 bytes here, more than the 4 of its definition in a.ptx:4:21"}},
  });
}

TEST(LinkSymbols, SpacesAndKindsAgree) {
  Check({
      {{".extern .const .u32 x;", ".visible .global .u32 x;"},
       {"'x' is a .global variable here and a .const variable in a.ptx:4:21"}},
      {{".extern .global .u32 x;", ".visible .shared .u32 x;"}, {"a .shared variable here and a .global variable"}},
      {{".extern .global .u32 f;", ".visible .func f() { ret; }"}, {"'f' is a function here and a .global variable"}},
      {{".weak .func k() { ret; }", ".visible .entry k() { ret; }"}, {"'k' is a kernel here and a function"}},
      {{".extern .func k();", ".visible .entry k() { ret; }"}, {}},
  });
}

TEST(LinkSymbols, SignaturesAgree) {
  const std::string f = ".visible .func (.param .b32 r) f(.param .b32 a, .param .align 8 .b8 b[16]) { ret; }";
  Check({
      {{".extern .func (.param .f32 r) f(.param .u32 a, .param .align 4 .b8 b[16]);", f}, {}},
      {{".extern .func (.param .f32 r) f(.param .u32 a);", f}, {"'f' has 2 parameters here and 1 in a.ptx:4:31"}},
      {{".extern .func f(.param .u32 a, .param .align 8 .b8 b[16]);", f}, {"'f' has 1 return values here and 0"}},
      {{".extern .func (.param .b32 r) f(.param .u64 a, .param .align 8 .b8 b[16]);", f},
       {"parameter 1 of 4 bytes here and 8"}},
      {{".extern .func (.param .b64 r) f(.param .u32 a, .param .align 8 .b8 b[16]);", f},
       {"return value 1 of 4 bytes here and 8"}},
      {{".weak .entry k(.param .u64 p) { ret; }", ".weak .entry k(.param .u32 p) { ret; }"},
       {"'k' has parameter 1 of 4"}},
      {{".extern .func f(.reg .u32 a);", ".visible .func f(.reg .u64 a) { ret; }"},
       {"parameter 1 of 8 bytes here and 4"}},
  });
}

TEST(LinkSymbols, UndefinedOnesAreNamedWhereTheyAreUsed) {
  const std::string use = ".extern .func f(); .visible .entry k() { call f; ret; }";
  Check({
      {{use}, {"a.ptx:4:42", "'f', declared in a.ptx:4:15, is not defined in any input", "in: k"}},
      {{use, ".func f() { ret; }"}, {"'f', declared"}},  // not exported
      {{use, ".weak .func f() { ret; }"}, {}},
      {{".extern .global .u32 x; .visible .entry k() { .reg .u32 %r; ld.global.u32 %r, [x]; ret; }"},
       {"'x', declared"}},
      {{".extern .global .u32 x; .visible .entry k() { .reg .u64 %r; mov.u64 %r, x; ret; }", ".common .global .u32 x;"},
       {}},
      {{".extern .shared .b8 x[16]; .visible .entry k() { .reg .u64 %r; mov.u64 %r, x; ret; }"}, {"'x', declared"}},
      {{".extern .shared .b8 x[]; .visible .entry k() { .reg .u64 %r; mov.u64 %r, x; ret; }"}, {}},
      // Through calls, stored addresses, lists of targets and across texts.
      {{".extern .func g(); .visible .entry k() { call g; ret; }",
        ".extern .func f(); .visible .func g() { call f; ret; }"},
       {"b.ptx:4:41", "'f'", "in: g"}},
      {{".extern .func f(); .visible .global .u64 table[1] = {f};"}, {"the initial value of 'table' uses 'f'"}},
      {{".extern .global .u32 x; .visible .global .u64 table[1] = {x};"}, {"the initial value of 'table' uses 'x'"}},
      {{".extern .func f(); .func g() { call f; ret; } .visible .global .u64 table[1] = {g};"}, {"'f', declared"}},
  });
  // Declared and not used, used in code that nothing reaches, or brought by the device runtime.
  Check({
      {{".extern .func f(); .extern .global .u32 x; .visible .entry k() { ret; }"}, {}},
      {{".extern .func f(); .visible .func g() { call f; ret; } .visible .entry k() { ret; }"}, {}},
      {{".extern .func (.param .b64 r) malloc(.param .b64 a); .extern .func free(.param .b64 a);"
        ".visible .entry k() { .reg .b64 %r; .param .b64 a; st.param.b64 [a], 8; call free, (a); mov.b64 %r, malloc; "
        "ret; }"},
       {}},
  });
}

TEST(LinkSymbols, ManyConflictsAreCut) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += ".visible .func f" + std::to_string(i) + "() { ret; }\n";
  const std::string message(LinkStatus({text, text}).message());
  EXPECT_THAT(message, AllOf(HasSubstr("'f0'"), HasSubstr("'f19'"), Not(HasSubstr("'f20'")), HasSubstr("and 10 more")));
}

TEST(LinkSymbols, InputsOfOneNameAreTold) {
  compiler::SelectedImage image = Image({".visible .func f() { ret; }", ".visible .func f() { ret; }"});
  image.texts[0].name = image.texts[1].name = "same.cu";
  EXPECT_THAT(std::string(compiler::CompiledModule::Load(std::move(image), {}).status().message()),
              HasSubstr("in same.cu:4:16 (input 1)"));
}

TEST(LinkSymbols, ErrorsAreFinal) {
  compiler::ImageLinker linker({});
  EXPECT_EQ(KindOf(linker.Complete().status()), ErrorKind::kInvalidValue);
  EXPECT_TRUE(linker.Add(Image({".visible .func f() { ret; }"}), "a").ok());
  EXPECT_EQ(KindOf(linker.Add(Image({".visible .func f() { ret; }"}), "b")), ErrorKind::kInvalidSource);
  EXPECT_EQ(KindOf(linker.Add(Image({".visible .func g() { ret; }"}), "c")), ErrorKind::kInvalidSource);
  EXPECT_EQ(KindOf(linker.Complete().status()), ErrorKind::kInvalidSource);
}

}  // namespace
}  // namespace culvert
