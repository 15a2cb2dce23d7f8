#include "tests/golden/answers.h"

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/isa/cases/cases.h"
#include "tests/isa/harness/instances.h"
#include "tests/isa/harness/score.h"

namespace culvert::golden {

void ForEachCase(const std::function<void(const isa::Case&)>& visit) {
  for (const isa::Instance& instance : isa::ValueInstances()) {
    isa::Case test = isa::ScoredValueCase(instance);
    if (!test.name.empty()) visit(test);
  }
  for (const isa::Case& test : isa::MachineCases()) {
    if (test.deterministic) visit(test);
  }
}

uint64_t HashOf(const std::vector<isa::Bytes>& buffers) {
  uint64_t hash = 0xcbf29ce484222325;
  auto add = [&](uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (const isa::Bytes& buffer : buffers) {
    for (size_t rest = buffer.size(); rest != 0; rest >>= 8) add(static_cast<uint8_t>(rest));
    for (uint8_t byte : buffer) add(byte);
  }
  return hash;
}

std::string Text(uint64_t hash) {
  char text[24];
  std::snprintf(text, sizeof(text), "%016" PRIx64, hash);
  return text;
}

bool Read(const std::string& path, Answers* answers) {
  std::ifstream file(path);
  if (!file) return false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) {
      answers->header = line.substr(1);
      continue;
    }
    // Names contain no blanks, answers neither.
    size_t blank = line.rfind(' ');
    if (blank == std::string::npos || blank == 0 || blank + 1 == line.size()) return false;
    answers->lines[line.substr(0, blank)] = line.substr(blank + 1);
  }
  return true;
}

}  // namespace culvert::golden
