// isa_score: the check of the checks over all rows. Prints the score and what was missed; --page writes the coverage
// page of the tests. Exit code 1: a row without a case that fails for a wrong implementation, or fewer than 99 % of the
// mutants caught.
#include <cstdio>
#include <fstream>
#include <set>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_replace.h"
#include "tests/isa/cases/cases.h"
#include "tests/isa/harness/instances.h"
#include "tests/isa/harness/score.h"

namespace culvert::isa {
namespace {

using Verdict = RowScore::Verdict;

struct Totals {
  int rows = 0, caught = 0, judged = 0, equivalent = 0, invalid = 0, cases = 0, failing = 0;
  std::vector<std::string> unkilled;
};

Totals Sum(const Scores& scores) {
  Totals totals;
  for (const ptx::InstructionRow& row : ptx::Rows()) {
    if (row.status != ptx::Status::kRun) continue;
    ++totals.rows;
    auto found = scores.find(&row);
    bool has_cases = found != scores.end() && found->second.cases != 0;
    if (!has_cases || (WhyUnobservable(row).empty() && found->second.Count(Verdict::kCaught) == 0)) {
      totals.unkilled.push_back(RowName(row));
    }
    if (!has_cases) continue;
    const RowScore& score = found->second;
    totals.caught += score.Count(Verdict::kCaught);
    totals.judged += score.Count(Verdict::kCaught) + score.Count(Verdict::kMissed);
    totals.equivalent += score.Count(Verdict::kEquivalent);
    totals.invalid += score.Count(Verdict::kInvalid);
    totals.cases += score.cases;
    totals.failing += static_cast<int>(score.failing.size());
  }
  return totals;
}

double Percent(int part, int whole) { return whole == 0 ? 0 : 100.0 * part / whole; }

std::string Page(const Scores& scores, const Totals& totals) {
  char line[1024];
  std::string page =
      "# What the tests of the instruction set notice\n\n"
      "Written by `tools/dev score`; do not edit. Every row of the instruction table that is executed, the cases that\n"
      "exercise it (`tests/isa`), and how many wrong implementations (a result bit flipped, operands swapped, another\n"
      "modifier, nothing done) make a case fail. Equivalent changes (add.u32 for add.s32) are not counted.\n\n";
  std::snprintf(line, sizeof(line),
                "%d rows, %d cases; %d of %d wrong implementations caught (%.2f %%), %d equivalent.\n\n", totals.rows,
                totals.cases, totals.caught, totals.judged, Percent(totals.caught, totals.judged), totals.equivalent);
  page += line;
  page += "| row | cases | wrong implementations caught |\n|---|---|---|\n";
  for (const ptx::InstructionRow& row : ptx::Rows()) {
    if (row.status != ptx::Status::kRun) continue;
    auto found = scores.find(&row);
    RowScore none;
    const RowScore& score = found == scores.end() ? none : found->second;
    std::string why(WhyUnobservable(row));
    int caught = score.Count(Verdict::kCaught);
    std::string judged =
        why.empty() ? std::to_string(caught) + " of " + std::to_string(caught + score.Count(Verdict::kMissed)) : why;
    std::snprintf(line, sizeof(line), "| `%s` | %d | %s |\n",
                  absl::StrReplaceAll(RowName(row), {{"|", "\\|"}, {"\n", " "}}).c_str(), score.cases, judged.c_str());
    page += line;
  }
  return page;
}

int Main(const std::string& mnemonic, const std::string& page, bool list) {
  Scores scores;
  CaseRunner runner(1);
  auto wanted = [&](const std::string& name) {
    return mnemonic.empty() || name == mnemonic || name.starts_with(mnemonic + ".") || name.starts_with(mnemonic + "/");
  };
  for (const Instance& instance : ValueInstances()) {
    if (!wanted(instance.opcode)) continue;
    Case test = ScoredValueCase(instance);
    if (test.name.empty()) {
      std::printf("UNKNOWN to the reference: %s\n", instance.opcode.c_str());
      continue;
    }
    ScoreCase(runner, test, &scores);
  }
  for (const Case& test : MachineCases()) {
    if (wanted(test.name)) ScoreCase(runner, test, &scores);
  }
  Totals totals = Sum(scores);
  for (const auto& [row, score] : scores) {
    for (const std::string& failing : score.failing) std::printf("FAILS %s\n", failing.c_str());
    for (const auto& [key, verdict] : score.mutants) {
      if (verdict.kind == Verdict::kMissed) std::printf("MISSED %s (%s)\n", key.c_str(), verdict.where.c_str());
    }
    if (list) {
      std::printf("%s: %d cases, %d caught, %d missed, %d equivalent, %d not valid\n", RowName(*row).c_str(),
                  score.cases, score.Count(Verdict::kCaught), score.Count(Verdict::kMissed),
                  score.Count(Verdict::kEquivalent), score.Count(Verdict::kInvalid));
    }
  }
  if (mnemonic.empty()) {
    for (const std::string& row : totals.unkilled) std::printf("ROW WITHOUT A KILLING CASE %s\n", row.c_str());
  }
  std::printf(
      "%d of %d wrong implementations caught (%.2f %%), %d equivalent, %d not valid; %zu of %d rows without a "
      "killing case\n",
      totals.caught, totals.judged, Percent(totals.caught, totals.judged), totals.equivalent, totals.invalid,
      totals.unkilled.size(), totals.rows);
  if (!page.empty()) std::ofstream(page) << Page(scores, totals);
  bool complete = !mnemonic.empty() || totals.unkilled.empty();
  return complete && totals.failing == 0 && Percent(totals.caught, totals.judged) >= 99.0 ? 0 : 1;
}

}  // namespace
}  // namespace culvert::isa

int main(int argc, char** argv) {
  CLI::App app("Changes every instruction under test in small ways and counts the changes that the tests notice.");
  std::string mnemonic, page;
  bool list = false;
  app.add_option("--mnemonic", mnemonic, "only cases of this instruction");
  app.add_option("--page", page, "write the coverage page to this file");
  app.add_flag("--list", list, "print every row's score");
  CLI11_PARSE(app, argc, argv);
  return culvert::isa::Main(mnemonic, page, list);
}
