// A kernel kept as a file: PTX text whose first lines, comments, hold the shape, the inputs and the right answer. It
// stands alone: the generator may change.
#ifndef CULVERT_TESTS_ISA_GENERATOR_REGRESSION_H_
#define CULVERT_TESTS_ISA_GENERATOR_REGRESSION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/isa/generator/engine.h"

namespace culvert::gen {

struct Regression {
  Job job;
  Output expected;
  std::string comment;  // one line: what was wrong
};

std::string FormatRegression(const Regression& regression);
absl::StatusOr<Regression> ParseRegression(const std::string& text);
absl::StatusOr<Regression> ReadRegression(const std::string& path);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_REGRESSION_H_
