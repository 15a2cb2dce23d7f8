// The generator checked: kernels agree, a wrong result is noticed and reduced, old failures stay fixed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "tests/isa/generator/check.h"
#include "tests/isa/generator/generate.h"
#include "tests/isa/generator/machine.h"
#include "tests/isa/generator/opcodes.h"
#include "tests/isa/generator/print.h"
#include "tests/isa/generator/regression.h"

namespace culvert::gen {
namespace {

#ifndef CULVERT_GENERATOR_DIR
#error "the folder of regressions/"
#endif

TEST(Generator, SameSeedSameKernel) {
  std::set<std::string> texts;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    std::string text = Print(Generate(seed));
    EXPECT_EQ(text, Print(Generate(seed))) << seed;
    EXPECT_TRUE(texts.insert(text).second) << "seed " << seed << " repeats another one";
  }
}

TEST(Generator, PoolCoversTheTable) {
  const Opcodes& opcodes = Opcodes::Get();
  size_t instances = 0;
  for (const RowPool& pool : opcodes.rows) instances += pool.instances.size();
  EXPECT_GT(instances, 1500u);
  EXPECT_FALSE(opcodes.carry.empty());
  EXPECT_TRUE(opcodes.refused.empty()) << "the compiler refuses " << opcodes.refused[0];
}

TEST(Generator, KernelsAgree) {
  Engine engine;
  const char* count = std::getenv("CULVERT_TEST_ROUNDS");
  const uint64_t last = count != nullptr ? std::strtoull(count, nullptr, 10) : 500;
  for (uint64_t seed = 0; seed < last; ++seed) {
    Verdict verdict = Check(Generate(seed), engine);
    ASSERT_EQ(verdict.kind, Verdict::Kind::kAgree) << "isa_generate --seed " << seed << " --reduce\n" << verdict.detail;
  }
}

// All constructs occur: a generator that has silently lost one would still agree.
TEST(Generator, UsesEveryConstruct) {
  std::set<Op> seen;
  std::set<Space> spaces;
  bool recursion = false, tables = false, abis[3] = {};
  std::function<void(const Block&, uint32_t)> look = [&](const Block& block, uint32_t function) {
    for (const Statement& s : block) {
      seen.insert(s.op);
      if (s.op == Op::kLoad || s.op == Op::kStore || s.op == Op::kAtomic) spaces.insert(s.space);
      for (uint32_t callee : s.callees) recursion |= callee == function;
      tables |= s.callees.size() > 1;
      for (const Block& inner : s.blocks) look(inner, function);
    }
  };
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    Kernel kernel = Generate(seed);
    for (uint32_t i = 0; i < kernel.functions.size(); ++i) {
      look(kernel.functions[i].body, i);
      if (i != 0) abis[static_cast<size_t>(kernel.functions[i].abi)] = true;
    }
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(Op::kBarrier) + 1);
  EXPECT_EQ(spaces.size(), static_cast<size_t>(Space::kCells) + 1);
  EXPECT_TRUE(recursion && tables && abis[0] && abis[1] && abis[2]);
}

// ---- The checker itself: one instruction of the text becomes another one. -------------------------------------------

struct Flip {
  const char *from, *to;
};

// Replaces the last occurrence of `from` before the results are stored.
bool FlipOnce(const Flip& flip, std::string* text) {
  size_t at = text->rfind(flip.from);
  if (at == std::string::npos) return false;
  text->replace(at, std::string(flip.from).size(), flip.to);
  return true;
}

TEST(Checker, NoticesAnInstructionThatComputesSomethingElse) {
  static const Flip kFlips[] = {{" xor.b64 ", " or.b64 "},
                                {" xor.b32 ", " and.b32 "},
                                {" mul.lo.", " mul.hi."},
                                {" st.global.b32 ", " st.global.b16 "}};
  Engine engine;
  int tried = 0, noticed = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Kernel kernel = Generate(seed);
    const Flip& flip = kFlips[seed % 4];
    std::string text = Print(kernel);
    if (!FlipOnce(flip, &text)) continue;
    ++tried;
    Verdict verdict = CheckWith(kernel, engine, {{}}, [&](std::string* ptx) { FlipOnce(flip, ptx); });
    noticed += verdict.kind != Verdict::Kind::kAgree;
  }
  ASSERT_GT(tried, 30);
  EXPECT_GT(noticed * 100, tried * 60) << noticed << " of " << tried;
}

// As if the engine computed every subtraction as an addition.
void BreakSubtraction(std::string* text) {
  for (size_t at = 0; (at = text->find(" sub.s", at)) != std::string::npos;) text->replace(at, 6, " add.s");
}

TEST(Checker, ReducesAFailureToAFileThatReplays) {
  Engine engine;
  int reduced = 0;
  const std::string path = testing::TempDir() + "/reduced.ptx";
  for (uint64_t seed = 0; seed < 2000 && reduced < 3; ++seed) {
    Kernel kernel = Generate(seed);
    if (kernel.functions[0].body.size() < 20) continue;
    Verdict verdict = Check(kernel, engine, BreakSubtraction);
    if (verdict.kind != Verdict::Kind::kDiffer) continue;
    ++reduced;
    Kernel small = ReduceFailure(kernel, verdict, engine, BreakSubtraction);
    EXPECT_LE(CountStatements(small), 12u) << seed << "\n" << Print(small);
    EXPECT_NE(Print(small).find(" sub.s"), std::string::npos);
    ASSERT_TRUE(WriteRegression(small, "a test", path));
    absl::StatusOr<Regression> read = ReadRegression(path);
    ASSERT_TRUE(read.ok()) << read.status();
    absl::StatusOr<Output> right = engine.Run(read->job, {});
    ASSERT_TRUE(right.ok()) << right.status();
    EXPECT_EQ(*right, read->expected);
    BreakSubtraction(&read->job.ptx);
    absl::StatusOr<Output> wrong = engine.Run(read->job, {});
    EXPECT_TRUE(!wrong.ok() || *wrong != read->expected);
  }
  EXPECT_EQ(reduced, 3);
}

TEST(Regressions, StayRight) {
  Engine engine;
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(CULVERT_GENERATOR_DIR "/regressions")) {
    if (file.path().extension() != ".ptx") continue;
    absl::StatusOr<Regression> regression = ReadRegression(file.path().string());
    ASSERT_TRUE(regression.ok()) << file.path() << ": " << regression.status();
    for (const EngineOptions& options : {EngineOptions{}, EngineOptions{.plain = true}}) {
      absl::StatusOr<Output> output = engine.Run(regression->job, options);
      ASSERT_TRUE(output.ok()) << file.path() << ": " << output.status();
      EXPECT_EQ(*output, regression->expected) << file.path() << ": " << regression->comment;
    }
    ++count;
  }
  EXPECT_GT(count, 0);
}

TEST(Regressions, MalformedFilesAreRefused) {
  const std::string good = "// what\n// grid 1 1 block 1 1 1\n// input 00\n// params 00\n// expect " +
                           std::string(2 * kCellBytes, '0') + "\n.version 9.2\n";
  EXPECT_TRUE(ParseRegression(good).ok());
  for (size_t i = 0; i < good.size() - 20; i += 7) EXPECT_FALSE(ParseRegression(good.substr(0, i)).ok()) << i;
  EXPECT_FALSE(ParseRegression("// a\n// grid 1 1 block 1 1 1\n// input 0g\n").ok());
}

}  // namespace
}  // namespace culvert::gen
