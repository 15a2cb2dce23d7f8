// record_golden: asks a device the instruction-set cases and the conformance programs, and stores its answers
// (docs/golden.md).
//
//   record_golden --out FOLDER [--library libcuda.so.1] [--filter TEXT] [--repeat N]    the cases -> FOLDER/cases.zst
//   record_golden --out FOLDER --programs FOLDER [--filter TEXT] [--launcher COMMAND]  programs -> FOLDER/programs.txt
//
// Exit code: 0 recorded, 1 an error, 2 wrong options. What the device refuses or answers differently each time is named
// and left out.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "tests/golden/archive.h"
#include "tests/golden/cases.h"
#include "tests/golden/compare.h"
#include "tests/golden/gpu.h"
#include "tests/golden/programs.h"

namespace culvert::golden {
namespace {

struct Options {
  std::string out, library = "libcuda.so.1", filter, programs, launcher;
  int repeat = 3;
};

bool ParseOptions(int argc, char** argv, Options* options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--out") {
      options->out = value;
    } else if (name == "--library") {
      options->library = value;
    } else if (name == "--filter") {
      options->filter = value;
    } else if (name == "--programs") {
      options->programs = value;
    } else if (name == "--launcher") {
      options->launcher = value;
    } else if (name != "--repeat" || !absl::SimpleAtoi(value, &options->repeat) || options->repeat < 1) {
      return false;
    }
  }
  return argc % 2 == 1 && !options->out.empty();
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "record_golden: %s\n", std::string(status.message()).c_str());
  return 1;
}

struct Counts {
  int recorded = 0, refused = 0, failed = 0, unstable = 0, disagree = 0;
};

// Adds the answer to one case, or says why there is none. False: the device can do no more.
bool Record(Gpu& gpu, const isa::Case& test, int repeat, Archive* archive, Counts* counts) {
  isa::Case asked = test;
  asked.ptx = WithHeader(test.ptx, gpu.header());
  asked.check = nullptr;
  absl::StatusOr<std::vector<isa::Bytes>> after = gpu.Run(asked);
  for (int i = 1; after.ok() && i < repeat; ++i) {
    absl::StatusOr<std::vector<isa::Bytes>> again = gpu.Run(asked);
    if (again.ok() && *again == *after) continue;
    ++counts->unstable;
    std::printf("%s: another answer when asked again\n", test.name.c_str());
    return !absl::IsDeadlineExceeded(again.status());
  }
  if (!after.ok()) {
    ++(absl::IsUnimplemented(after.status()) ? counts->refused : counts->failed);
    std::printf("%s: %s\n", test.name.c_str(), std::string(after.status().message()).c_str());
    return !absl::IsDeadlineExceeded(after.status());
  }
  const std::string problem = test.check(*after);
  if (!problem.empty()) {
    ++counts->disagree;
    std::printf("%s: the device disagrees with the case: %s\n", test.name.c_str(), problem.c_str());
  }
  ++counts->recorded;
  archive->answers.push_back({std::move(asked), *std::move(after)});
  return true;
}

int RecordCases(const Options& options) {
  absl::StatusOr<std::unique_ptr<Gpu>> gpu = Gpu::Open(options.library);
  if (!gpu.ok()) return Fail(gpu.status());
  Archive archive{.device = (*gpu)->description()};
  std::printf("%s\n%s", archive.device.c_str(), (*gpu)->header().c_str());
  Counts counts;
  bool complete = true;
  for (const isa::Case& test : RecordedCases()) {
    if (!absl::StrContains(test.name, options.filter)) continue;
    complete = Record(**gpu, test, options.repeat, &archive, &counts);
    if (!complete) break;
  }
  const std::string path = options.out + "/cases.zst";
  if (absl::Status status = WriteArchive(path, archive); !status.ok()) return Fail(status);
  std::printf("%d recorded (%d disagree with their case), %d refused, %d failed, %d unstable; %ju bytes in %s\n",
              counts.recorded, counts.disagree, counts.refused, counts.failed, counts.unstable,
              std::uintmax_t{std::filesystem::file_size(path)}, path.c_str());
  std::fflush(stdout);
  if (!complete) {
    std::fprintf(stderr, "record_golden: a kernel does not end; the cases after it were not asked\n");
    std::_Exit(1);  // the driver cannot be left in order
  }
  return archive.answers.empty() ? 1 : 0;
}

int RecordPrograms(const Options& options) {
  absl::StatusOr<std::vector<ProgramAnswer>> answers = RunPrograms(options.programs, options.filter, options.launcher);
  if (!answers.ok()) return Fail(answers.status());
  absl::Status status = WriteProgramAnswers(options.out + "/programs.txt", *answers);
  return status.ok() ? 0 : Fail(status);
}

}  // namespace
}  // namespace culvert::golden

int main(int argc, char** argv) {
  culvert::golden::Options options;
  if (!culvert::golden::ParseOptions(argc, argv, &options)) {
    std::fprintf(stderr,
                 "usage: record_golden --out FOLDER [--library NAME] [--filter TEXT] [--repeat N]\n"
                 "       record_golden --out FOLDER --programs FOLDER [--filter TEXT] [--launcher COMMAND]\n");
    return 2;
  }
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  return options.programs.empty() ? culvert::golden::RecordCases(options) : culvert::golden::RecordPrograms(options);
}
