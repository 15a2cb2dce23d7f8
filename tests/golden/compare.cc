#include "tests/golden/compare.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace culvert::golden {
namespace {

// PTX without the lines .version, .target and .address_size that every module begins with.
std::string_view Body(std::string_view ptx) {
  for (int line = 0; line < 3; ++line) {
    size_t end = ptx.find('\n');
    if (end == std::string_view::npos) return {};
    ptx.remove_prefix(end + 1);
  }
  return ptx;
}

uint32_t WordAt(const isa::Bytes& bytes, size_t at) {
  uint32_t word = 0;
  std::memcpy(&word, bytes.data() + at, std::min(sizeof(word), bytes.size() - at));
  return word;
}

absl::StatusOr<std::vector<isa::Bytes>> RunHere(const isa::Case& test, isa::CaseRunner& runner) {
  absl::StatusOr<std::shared_ptr<const Program>> program = isa::CaseRunner::Compile(test);
  if (!program.ok()) return program.status();
  return runner.Execute(test, *program);
}

}  // namespace

std::string FirstDifference(const std::vector<isa::Bytes>& here, const std::vector<isa::Bytes>& there) {
  if (here.size() != there.size()) return absl::StrCat(here.size(), " buffers here, ", there.size(), " there");
  for (size_t b = 0; b < here.size(); ++b) {
    if (here[b].size() != there[b].size()) return absl::StrFormat("buffer %d has another size", b);
    auto [mine, other] = std::mismatch(here[b].begin(), here[b].end(), there[b].begin());
    if (mine == here[b].end()) continue;
    size_t at = static_cast<size_t>(mine - here[b].begin()) & ~size_t{3};
    return absl::StrFormat("buffer %d at byte %d: 0x%08x here, 0x%08x there", b, at, WordAt(here[b], at),
                           WordAt(there[b], at));
  }
  return "";
}

bool SameQuestion(const isa::Case& a, const isa::Case& b) {
  return Body(a.ptx) == Body(b.ptx) && a.entry == b.entry && std::equal(a.grid, a.grid + 3, b.grid) &&
         std::equal(a.block, a.block + 3, b.block) && a.dynamic_shared_bytes == b.dynamic_shared_bytes &&
         a.cooperative == b.cooperative && a.buffers == b.buffers && a.parameters == b.parameters;
}

Comparison Compare(const Archive& archive, const std::vector<isa::Case>& cases, isa::CaseRunner& runner) {
  absl::flat_hash_map<std::string, const isa::Case*> today;
  for (const isa::Case& test : cases) today.emplace(test.name, &test);
  Comparison result;
  for (const Answer& answer : archive.answers) {
    absl::StatusOr<std::vector<isa::Bytes>> here = RunHere(answer.test, runner);
    if (!here.ok()) {
      result.differences.push_back(absl::StrCat(answer.test.name, ": ", here.status().message()));
      continue;
    }
    std::string difference = FirstDifference(*here, answer.after);
    if (difference.empty()) {
      ++result.equal;
      continue;
    }
    auto found = today.find(answer.test.name);
    if (found != today.end() && SameQuestion(*found->second, answer.test)) {
      std::string problem = found->second->check(answer.after);
      if (problem.empty()) {
        ++result.allowed;
        continue;
      }
      absl::StrAppend(&difference, "; the case says of the recorded answer: ", problem);
    }
    result.differences.push_back(absl::StrCat(answer.test.name, ": ", difference));
  }
  return result;
}

}  // namespace culvert::golden
