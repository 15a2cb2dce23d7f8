// Input made to hurt: many symbols, many texts, many lines, every pair of declarations; time stays linear and nothing
// is read outside (the suite also runs under the sanitizers).
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/compiler/link/link_test_util.h"

namespace culvert {
namespace {

template <typename Work>
double Seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(LinkHostile, ManySymbolsInTwoTexts) {
  std::string defined, declared, caller = ".visible .entry k() {\n";
  for (int i = 0; i < 50000; ++i) {
    const std::string name = "f" + std::to_string(i);
    defined += ".visible .func " + name + "() { ret; }\n.global .u32 v" + std::to_string(i) + ";\n";
    declared += ".extern .func " + name + "();\n.global .u32 v" + std::to_string(i) + ";\n";
    caller += "call " + name + ";\n";
  }
  EXPECT_LT(Seconds([&] { EXPECT_TRUE(LinkStatus({declared + caller + "ret; }\n", defined}).ok()); }), 10.0);
  EXPECT_LT(Seconds([&] { EXPECT_FALSE(LinkStatus({declared + caller + "ret; }\n", declared}).ok()); }), 10.0);
}

TEST(LinkHostile, ManyTexts) {
  std::vector<std::string> texts;
  for (int i = 0; i < 4000; ++i) {
    texts.push_back(".weak .func w() { ret; }\n.common .global .u32 c;\n.global .u32 own;\n.extern .func f" +
                    std::to_string(i + 1) + "();\n.visible .func f" + std::to_string(i) + "() { call f" +
                    std::to_string(i + 1) + "; ret; }\n");
  }
  texts.push_back(".visible .func f4000() { ret; }\n.extern .func f0();\n.visible .entry k() { call f0; ret; }\n");
  EXPECT_LT(Seconds([&] { EXPECT_TRUE(LinkStatus(texts).ok()); }), 10.0);
  texts.push_back(texts.back());
  EXPECT_FALSE(LinkStatus(texts).ok());
}

TEST(LinkHostile, DeepChainsOfCallsAreWalkedWithoutRecursion) {
  std::string text = ".extern .func nowhere();\n";
  for (int i = 0; i < 100000; ++i) text += ".func g" + std::to_string(i) + "();\n";
  text += ".func g100000() { call nowhere; ret; }\n";
  for (int i = 0; i < 100000; ++i) {
    text += ".func g" + std::to_string(i) + "() { call g" + std::to_string(i + 1) + "; ret; }\n";
  }
  EXPECT_EQ(KindOf(LinkStatus({text + ".visible .entry k() { call g0; ret; }\n"})), ErrorKind::kInvalidSource);
}

// Every declaration against every other, in both orders and three at a time: linked or refused, never worse; what links
// also loads, and every kernel compiles or says why not.
TEST(LinkHostile, EveryCombinationOfDeclarations) {
  const std::vector<std::string> declarations = {
      ".visible .func x() { ret; }",
      ".weak .func x() { ret; }",
      ".func x() { ret; }",
      ".func x();",
      ".extern .func x();",
      ".extern .func (.param .b32 r) x(.param .b32 a);",
      ".visible .func y() { ret; } .visible .func x(); .alias x, y;",
      ".weak .func y() { ret; } .weak .func x(); .alias x, y;",
      ".visible .entry x() { ret; }",
      ".weak .entry x() { ret; }",
      ".entry x() { ret; }",
      ".extern .entry x();",
      ".visible .global .u32 x = 3;",
      ".visible .global .u64 x[2] = {x, x};",
      ".weak .global .u32 x;",
      ".common .global .b8 x[2];",
      ".common .global .b8 x[64];",
      ".global .u32 x;",
      ".extern .global .u32 x;",
      ".extern .global .align 16 .b8 x[];",
      ".extern .global .u32 x; .visible .global .u64 to = x;",
      ".visible .const .u32 x = 1;",
      ".extern .const .u32 x;",
      ".visible .shared .u32 x;",
      ".weak .shared .u32 x;",
      ".extern .shared .align 8 .b8 x[];",
      ".extern .shared .b8 x[8];",
      ".visible .global .texref x;",
      "",
  };
  const std::string user =
      "\n.visible .entry use#() { .reg .b64 %d; mov.u64 %d, x; ret; }\n"
      ".visible .entry call#() { call x; ret; }\n"
      ".visible .entry load#() { .reg .b32 %r; ld.u32 %r, [x]; ret; }\n";
  int linked = 0, compiled = 0;
  for (const std::string& a : declarations) {
    for (const std::string& b : declarations) {
      std::vector<std::string> texts = {a, b, a};
      for (size_t i = 0; i < texts.size(); ++i) {
        for (char c : user) texts[i] += c == '#' ? std::string(1, static_cast<char>('a' + i)) : std::string(1, c);
      }
      for (size_t count : {2, 3}) {
        const std::vector<std::string> some(texts.begin(), texts.begin() + static_cast<int>(count));
        (void)LinkStatus(some);
        auto module = LoadLinked(some);
        if (!module.ok()) continue;
        ++linked;
        for (const std::string& entry : (*module)->EntryNames()) {
          if ((*module)->CompileEntry(entry).ok()) ++compiled;
        }
      }
    }
  }
  EXPECT_GT(linked, 300);
  EXPECT_GT(compiled, 300);
}

}  // namespace
}  // namespace culvert
