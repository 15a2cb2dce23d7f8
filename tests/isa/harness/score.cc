#include "tests/isa/harness/score.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "tests/isa/harness/instances.h"
#include "tests/isa/harness/value_case.h"
#include "tests/isa/harness/vectors.h"

namespace culvert::isa {
namespace {

constexpr size_t kLanes = 4096;
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

// "ld.global.u32" -> "u32"
std::string TypeOf(const std::string& opcode) { return opcode.substr(opcode.rfind('.') + 1); }
int Bits(const std::string& type) {
  return std::atoi(type.c_str() + std::min(type.find_first_of("0123456789"), type.size()));
}

// Memory instructions for which another type of the same width moves the same bits.
bool MovesTheSame(const Mutant& mutant) {
  std::string type = TypeOf(mutant.original_opcode), other = TypeOf(mutant.opcode);
  if (Bits(type) != Bits(other) || mutant.opcode.find("x2") != std::string::npos ||
      type.ends_with("x2") != other.ends_with("x2")) {
    return false;
  }
  switch (mutant.row->opcode) {
    case ptx::Opcode::kSt:
      return true;
    case ptx::Opcode::kLd:
    case ptx::Opcode::kLdu: {
      // Only integers can be loaded into a wider register, where sign or zero extension shows.
      bool integers = type[0] != 'f' && other[0] != 'f' && Bits(type) < 64;
      return !integers || (type[0] == 's') == (other[0] == 's');
    }
    case ptx::Opcode::kAtom:
    case ptx::Opcode::kRed:
    case ptx::Opcode::kRedux: {
      bool signs_matter =
          mutant.opcode.find(".min") != std::string::npos || mutant.opcode.find(".max") != std::string::npos;
      return !signs_matter && type[0] != 'f' && other[0] != 'f' && type[0] != 'b' && other[0] != 'b';
    }
    default:
      return false;
  }
}

// True if the mutant's instruction gives the same results as the original for many operands.
bool IsEquivalent(const Mutant& mutant) {
  const std::string& opcode = mutant.original_opcode;
  if (mutant.kind == Mutant::Kind::kModifier && MovesTheSame(mutant)) return true;
  std::optional<Evaluator> original = ReferenceOf(opcode, *mutant.row);
  if (!original.has_value()) return false;
  if (mutant.kind == Mutant::Kind::kModifier) {
    std::optional<Evaluator> other = ReferenceOf(mutant.opcode, *mutant.row);
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
  std::optional<Evaluator> evaluator = ReferenceOf(instance);
  if (!evaluator.has_value()) return {};
  Random random(3);
  Sources sources = Operands(evaluator->sources, kLanes, random);
  for (size_t i = 0; i < sources.size(); ++i) {
    if ((evaluator->constant_sources >> i & 1) != 0) sources[i][0] = 0xd2;  // a table that no two sources share
  }
  return MakeValueCase(instance, *evaluator, {}, std::move(sources), nullptr);
}

int RowScore::Count(Verdict::Kind kind) const {
  return static_cast<int>(
      std::count_if(mutants.begin(), mutants.end(), [&](const auto& mutant) { return mutant.second.kind == kind; }));
}

std::string_view WhyUnobservable(const ptx::InstructionRow& row) {
  using ptx::Opcode;
  switch (row.opcode) {
    case Opcode::kPrefetch:
    case Opcode::kPrefetchu:
    case Opcode::kApplypriority:
    case Opcode::kDiscard:
    case Opcode::kCreatepolicy:
      return "a hint to caches";
    case Opcode::kMembar:
    case Opcode::kFence:
      return "an ordering: tests/litmus";
    case Opcode::kGriddepcontrol:
      return "an ordering between kernels that run one after the other here";
    case Opcode::kNanosleep:
    case Opcode::kPmevent:
    case Opcode::kSetmaxnreg:
      return "takes time or resources only";
    default:
      return "";
  }
}

void ScoreCase(CaseRunner& runner, const Case& test, Scores* scores) {
  using Verdict = RowScore::Verdict;
  std::vector<Target> targets = TargetsOf(test);
  std::set<const ptx::InstructionRow*> rows;
  for (const Target& target : targets) rows.insert(target.row);
  for (const ptx::InstructionRow* row : rows) ++(*scores)[row].cases;
  std::string problem = runner.Run(test);
  if (!problem.empty()) {
    for (const ptx::InstructionRow* row : rows) (*scores)[row].failing.push_back(test.name + ": " + problem);
    return;
  }
  for (Mutant& mutant : MutantsOf(test, targets)) {
    if (!WhyUnobservable(*mutant.row).empty()) continue;
    auto [entry, is_new] = (*scores)[mutant.row].mutants.try_emplace(
        mutant.original_opcode + " " + std::string(NameOf(mutant.kind)) + ": " + mutant.change);
    Verdict& verdict = entry->second;
    if (!is_new && verdict.kind != Verdict::kMissed) continue;
    verdict.where = test.name;
    if (IsEquivalent(mutant)) {
      verdict.kind = Verdict::kEquivalent;
      continue;
    }
    Case changed = test;
    changed.ptx = std::move(mutant.ptx);
    absl::StatusOr<std::shared_ptr<const Program>> program = CaseRunner::Compile(changed);
    if (!program.ok()) {
      verdict.kind = Verdict::kInvalid;
    } else if (!Judge(changed, runner.Execute(changed, *program, kMutantLimitMs)).empty()) {
      verdict.kind = Verdict::kCaught;
    }
  }
}

}  // namespace culvert::isa
