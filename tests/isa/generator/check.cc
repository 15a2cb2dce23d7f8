#include "tests/isa/generator/check.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/isa/generator/machine.h"
#include "tests/isa/generator/random.h"
#include "tests/isa/generator/reduce.h"
#include "tests/isa/generator/regression.h"

namespace culvert::gen {
namespace {

// What makes two refusals the same: the code of the diagnostic, or how the message starts.
std::string Class(const Verdict& verdict) {
  if (verdict.kind != Verdict::Kind::kRefused) return "";
  size_t code = verdict.detail.find("error[");
  return code != std::string::npos ? verdict.detail.substr(code, 14) : verdict.detail.substr(0, 12);
}

std::string Describe(const Kernel& kernel, const Output& engine, const Output& machine) {
  size_t at = 0, count = 0;
  while (engine[at] == machine[at]) ++at;
  for (size_t i = at; i < engine.size(); ++i) count += engine[i] != machine[i];
  size_t cells = engine.size() - kCellBytes;
  std::string where = at >= cells
                          ? absl::StrCat("cell ", (at - cells) / 8)
                          : absl::StrCat("thread ", at / kernel.private_bytes, ", byte ", at % kernel.private_bytes);
  return absl::StrCat(where, ": ", engine[at], " instead of ", machine[at], "; ", count, " of ", engine.size(),
                      " bytes differ");
}

}  // namespace

std::vector<EngineOptions> RunsOf(const Kernel& kernel) {
  std::vector<EngineOptions> runs = {{}};
  Random random(kernel.seed ^ 0x72756e73);
  if (random.Chance(10)) runs.push_back({.plain = true});
  if (kernel.Blocks() > 1 && random.Chance(25)) runs.push_back({.workers = random.Between(2, 4)});
  return runs;
}

Verdict CheckWith(const Kernel& kernel, Engine& engine, const std::vector<EngineOptions>& runs,
                  const Mutation& mutate) {
  Verdict verdict;
  MachineResult machine = Execute(kernel);
  if (!machine.problem.empty()) {
    verdict.kind = Verdict::Kind::kInvalid;
    verdict.detail = machine.problem;
    return verdict;
  }
  Job job = MakeJob(kernel);
  if (mutate) mutate(&job.ptx);
  for (const EngineOptions& options : runs) {
    verdict.options = options;
    absl::StatusOr<Output> output = engine.Run(job, options);
    if (!output.ok()) {
      verdict.kind = Verdict::Kind::kRefused;
      verdict.detail = std::string(output.status().message());
      return verdict;
    }
    if (*output != machine.output) {
      verdict.kind = Verdict::Kind::kDiffer;
      verdict.detail = Describe(kernel, *output, machine.output);
      return verdict;
    }
  }
  return verdict;
}

Verdict Check(const Kernel& kernel, Engine& engine, const Mutation& mutate) {
  return CheckWith(kernel, engine, RunsOf(kernel), mutate);
}

Kernel ReduceFailure(const Kernel& kernel, const Verdict& verdict, Engine& engine, const Mutation& mutate) {
  const std::string wanted = Class(verdict);
  return Reduce(kernel, [&](const Kernel& candidate) {
    Verdict now = CheckWith(candidate, engine, {verdict.options}, mutate);
    return now.kind == verdict.kind && Class(now) == wanted;
  });
}

bool WriteRegression(const Kernel& kernel, const std::string& comment, const std::string& path) {
  MachineResult machine = Execute(kernel);
  if (!machine.problem.empty()) return false;
  Regression regression;
  regression.job = MakeJob(kernel);
  regression.expected = machine.output;
  regression.comment = comment;
  for (char& c : regression.comment) {
    if (c == '\n') c = ' ';
  }
  std::ofstream out(path);
  out << FormatRegression(regression);
  return static_cast<bool>(out);
}

}  // namespace culvert::gen
