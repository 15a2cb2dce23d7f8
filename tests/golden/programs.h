// The conformance programs on a device: each is started, and judges itself.
#ifndef CULVERT_TESTS_GOLDEN_PROGRAMS_H_
#define CULVERT_TESTS_GOLDEN_PROGRAMS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace culvert::golden {

struct ProgramAnswer {
  std::string name;
  bool passed = false;
  std::string first_problem;  // of a program that did not pass: its first line of output
};

// Starts every executable of `folder` (those tests/conformance builds with nvcc) whose name contains `filter`, each for
// at most two minutes, with `launcher` ("culvert run --", or nothing) before its path. In the order of their names.
absl::StatusOr<std::vector<ProgramAnswer>> RunPrograms(const std::string& folder, const std::string& filter,
                                                       const std::string& launcher);

// One line per program: "PASS vector_add", "FAIL scan: what it said". A line that is neither is an error.
absl::Status WriteProgramAnswers(const std::string& path, const std::vector<ProgramAnswer>& answers);
absl::StatusOr<std::vector<ProgramAnswer>> ReadProgramAnswers(const std::string& path);

}  // namespace culvert::golden

#endif  // CULVERT_TESTS_GOLDEN_PROGRAMS_H_
