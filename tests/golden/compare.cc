// golden_compare FILE...: runs the cases on the NPU and compares with the answers of real devices. Exit code 0: all
// agree, 1: some differ, 77: no answers are there.
#include <cstdio>
#include <vector>

#include "tests/golden/answers.h"

namespace culvert::golden {
namespace {

int Main(const std::vector<std::string>& paths) {
  if (paths.empty()) {
    std::printf("no golden answers are recorded yet (docs/golden.md)\n");
    return 77;
  }
  std::vector<Answers> all;
  for (const std::string& path : paths) {
    if (!Read(path, &all.emplace_back())) {
      std::printf("%s is not an answers file\n", path.c_str());
      return 1;
    }
  }
  isa::CaseRunner runner;
  int compared = 0, different = 0;
  ForEachCase([&](const isa::Case& test) {
    auto program = isa::CaseRunner::Compile(test);
    auto after = program.ok() ? runner.Execute(test, *program) : program.status();
    std::string answer = after.ok() ? Text(HashOf(*after)) : program.ok() ? "fault" : "unsupported";
    for (const Answers& answers : all) {
      auto stored = answers.lines.find(test.name);
      if (stored == answers.lines.end() || stored->second == "unsupported") continue;
      ++compared;
      if (stored->second == answer) continue;
      ++different;
      std::printf("DIFFERS %s: %s here, %s on%s\n", test.name.c_str(), answer.c_str(), stored->second.c_str(),
                  answers.header.c_str());
    }
  });
  std::printf("%d answers compared, %d differ\n", compared, different);
  return different == 0 && compared != 0 ? 0 : 1;
}

}  // namespace
}  // namespace culvert::golden

int main(int argc, char** argv) { return culvert::golden::Main({argv + 1, argv + argc}); }
