#include "tests/isa/harness/score.h"

#include <optional>
#include <set>

#include "tests/isa/harness/instances.h"
#include "tests/isa/harness/value_case.h"
#include "tests/isa/harness/vectors.h"

namespace culvert::isa {
namespace {

constexpr size_t kLanes = 1024;
constexpr uint32_t kMutantLimitMs = 150;  // a case takes well below 1 ms; a mutant may hang

using Sources = std::vector<std::vector<uint64_t>>;

Sources ResultsOf(const Evaluator& evaluator, const Sources& sources) {
  Sources results(evaluator.results.size(), std::vector<uint64_t>(kLanes));
  Batch batch;
  batch.count = kLanes;
  for (size_t i = 0; i < sources.size(); ++i) batch.source[i] = sources[i].data();
  std::vector<uint64_t> unused(kLanes);
  for (size_t j = 0; j < kMaxResults; ++j) batch.result[j] = j < results.size() ? results[j].data() : unused.data();
  evaluator.compute(batch);
  return results;
}

// True if the mutant's instruction gives the same results as the original for many operands.
bool IsEquivalent(const Mutant& mutant, const std::string& opcode) {
  std::optional<Evaluator> original = Find(opcode);
  if (!original.has_value()) return false;
  if (mutant.kind == Mutant::Kind::kModifier) {
    std::optional<Evaluator> other = Find(mutant.opcode);
    if (!other.has_value()) return false;
    // Within an approximate result's bound the other form may be right as well.
    if (!original->compute) return true;
    if (!other->compute || other->results.size() != original->results.size() ||
        other->sources.size() != original->sources.size()) {
      return false;
    }
    Random random(7);
    for (int round = 0; round < 16; ++round) {
      Sources sources = Operands(original->sources, kLanes, random);
      if (ResultsOf(*original, sources) != ResultsOf(*other, sources)) return false;
    }
    return true;
  }
  if (mutant.kind != Mutant::Kind::kOperand) return false;
  auto a = static_cast<size_t>(mutant.swapped[0]), b = static_cast<size_t>(mutant.swapped[1]);
  if (!original->compute || a == b || b >= original->sources.size()) return false;
  Random random(8);
  for (int round = 0; round < 16; ++round) {
    Sources sources = Operands(original->sources, kLanes, random);
    Sources swapped = sources;
    std::swap(swapped[a], swapped[b]);
    if (ResultsOf(*original, sources) != ResultsOf(*original, swapped)) return false;
  }
  return true;
}

}  // namespace

Case ScoredValueCase(const Instance& instance) {
  std::optional<Evaluator> evaluator = Find(instance.opcode);
  if (!evaluator.has_value()) return {};
  Random random(3);
  Sources sources = Operands(evaluator->sources, kLanes, random);
  for (size_t i = 0; i < sources.size(); ++i) {
    if ((evaluator->constant_sources >> i & 1) != 0) sources[i][0] = 0xd2;  // a table that no two sources share
  }
  return MakeValueCase(instance, *evaluator, {}, std::move(sources), nullptr);
}

void ScoreCase(CaseRunner& runner, const Case& test, Scores* scores) {
  std::set<const ptx::InstructionRow*> rows;
  std::vector<Target> targets = TargetsOf(test);
  for (const Target& target : targets) rows.insert(target.row);
  for (const ptx::InstructionRow* row : rows) ++(*scores)[row].cases;
  std::string problem = runner.Run(test);
  if (!problem.empty()) {
    for (const ptx::InstructionRow* row : rows) (*scores)[row].missed.push_back(test.name + " fails: " + problem);
    return;
  }
  for (Mutant& mutant : MutantsOf(test)) {
    RowScore& score = (*scores)[mutant.row];
    Case changed = test;
    changed.ptx = std::move(mutant.ptx);
    absl::StatusOr<std::shared_ptr<const Program>> program = CaseRunner::Compile(changed);
    if (!program.ok()) {
      ++score.stillborn;
      continue;
    }
    if (!Judge(changed, runner.Execute(changed, *program, kMutantLimitMs)).empty()) {
      ++score.caught;
    } else if (IsEquivalent(mutant, targets.size() == 1 ? targets[0].opcode : "")) {
      ++score.equivalent;
    } else {
      score.missed.push_back(test.name + ": " + mutant.statement + " " + std::string(NameOf(mutant.kind)) + ": " +
                             mutant.change);
    }
  }
}

}  // namespace culvert::isa
