// What real GPUs have answered (CULVERT_GOLDEN_ANSWERS, docs/golden.md) against the software NPU, and the machinery for
// it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/golden/archive.h"
#include "tests/golden/cases.h"
#include "tests/golden/compare.h"
#include "tests/golden/gpu.h"
#include "tests/golden/programs.h"

namespace culvert::golden {
namespace {

namespace fs = std::filesystem;

// Folders with answers: those recorded, or the one that the environment names.
std::vector<fs::path> AnswerFolders() {
  std::vector<fs::path> folders;
  const char* named = std::getenv("CULVERT_GOLDEN_ANSWERS");
  if (named != nullptr) return {named};
  for (const fs::directory_entry& entry : fs::directory_iterator(CULVERT_GOLDEN_DIR)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  return folders;
}

TEST(Golden, CasesGiveWhatGpusGave) {
  isa::CaseRunner runner;
  int archives = 0;
  for (const fs::path& folder : AnswerFolders()) {
    if (!fs::exists(folder / "cases.zst")) continue;
    ++archives;
    absl::StatusOr<Archive> archive = ReadArchive(folder / "cases.zst");
    ASSERT_TRUE(archive.ok()) << archive.status().message();
    Comparison result = Compare(*archive, RecordedCases(), runner);
    std::printf("%s: %d equal, %d allowed, %zu differ\n", archive->device.c_str(), result.equal, result.allowed,
                result.differences.size());
    EXPECT_GT(result.equal, 0);
    for (size_t i = 0; i < result.differences.size() && i < 50; ++i) ADD_FAILURE() << result.differences[i];
  }
  if (archives == 0) GTEST_SKIP() << "no answers are recorded (docs/golden.md)";
}

TEST(Golden, ProgramsPassOnGpus) {
  int files = 0;
  for (const fs::path& folder : AnswerFolders()) {
    if (!fs::exists(folder / "programs.txt")) continue;
    ++files;
    absl::StatusOr<std::vector<ProgramAnswer>> answers = ReadProgramAnswers(folder / "programs.txt");
    ASSERT_TRUE(answers.ok()) << answers.status().message();
    EXPECT_FALSE(answers->empty());
    for (const ProgramAnswer& answer : *answers) {
      EXPECT_TRUE(answer.passed) << answer.name << " fails on " << folder << ": " << answer.first_problem;
    }
  }
  if (files == 0) GTEST_SKIP() << "no answers are recorded (docs/golden.md)";
}

// A few cases and what the NPU answers, as if they had been recorded.
Archive Sample(const std::vector<isa::Case>& cases, isa::CaseRunner& runner) {
  Archive archive{.device = "a test"};
  for (size_t i = 0; i < cases.size(); i += cases.size() / 5) {
    auto program = isa::CaseRunner::Compile(cases[i]);
    EXPECT_TRUE(program.ok()) << cases[i].name;
    auto after = runner.Execute(cases[i], *program);
    EXPECT_TRUE(after.ok()) << cases[i].name;
    archive.answers.push_back({cases[i], *after});
  }
  return archive;
}

TEST(GoldenMachinery, ArchiveKeepsEverything) {
  isa::CaseRunner runner;
  const std::vector<isa::Case> cases = RecordedCases();
  Archive archive = Sample(cases, runner);
  const std::string path = testing::TempDir() + "/golden_archive.zst";
  ASSERT_TRUE(WriteArchive(path, archive).ok());
  absl::StatusOr<Archive> read = ReadArchive(path);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->device, archive.device);
  ASSERT_EQ(read->answers.size(), archive.answers.size());
  for (size_t i = 0; i < archive.answers.size(); ++i) {
    EXPECT_TRUE(SameQuestion(read->answers[i].test, archive.answers[i].test));
    EXPECT_EQ(read->answers[i].test.name, archive.answers[i].test.name);
    EXPECT_EQ(read->answers[i].after, archive.answers[i].after);
  }
}

TEST(GoldenMachinery, DamagedArchivesAreErrors) {
  Archive archive{.device = "a test"};
  Answer& answer = archive.answers.emplace_back();
  answer.test.name = "one", answer.test.buffers = {{1, 2, 3}}, answer.after = {{4, 5, 6}};
  const std::string bytes = Serialize(archive);
  ASSERT_TRUE(Parse(bytes).ok());
  for (size_t length = 0; length < bytes.size(); ++length) EXPECT_FALSE(Parse(bytes.substr(0, length)).ok());
  EXPECT_FALSE(Parse(bytes + "x").ok());
  for (size_t i = 0; i < bytes.size(); ++i) {  // large lengths must not be believed
    std::string changed = bytes;
    changed[i] = '\xff';
    Parse(changed).status().IgnoreError();
  }
  const std::string path = testing::TempDir() + "/golden_damaged.zst";
  ASSERT_TRUE(WriteArchive(path, archive).ok());
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-6, std::ios::end);
  file.put('\x55');
  file.close();
  EXPECT_FALSE(ReadArchive(path).ok());
}

TEST(GoldenMachinery, AWrongAnswerIsADifference) {
  isa::CaseRunner runner;
  const std::vector<isa::Case> cases = RecordedCases();
  Archive archive = Sample(cases, runner);
  Comparison right = Compare(archive, cases, runner);
  EXPECT_EQ(right.equal, static_cast<int>(archive.answers.size()));
  for (Answer& answer : archive.answers) {
    for (isa::Bytes& buffer : answer.after) {
      for (uint8_t& byte : buffer) byte ^= 0x40;
    }
  }
  Comparison wrong = Compare(archive, cases, runner);
  EXPECT_EQ(wrong.differences.size(), archive.answers.size());
  EXPECT_EQ(wrong.equal, 0);
}

TEST(GoldenMachinery, HeadersFollowTheDriver) {
  EXPECT_EQ(PtxVersionOf(13000), "9.0");
  EXPECT_EQ(PtxVersionOf(12060), "8.5");
  EXPECT_EQ(PtxVersionOf(99999), "9.2");
  const std::string header = ".version 9.0\n.target sm_90a\n.address_size 64\n";
  EXPECT_EQ(WithHeader(isa::ModuleHeader() + "body", header), header + "body");
}

}  // namespace
}  // namespace culvert::golden
