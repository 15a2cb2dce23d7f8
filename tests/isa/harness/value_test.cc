// Every instance of every value row, in every form, against the reference: edges and some random values. The long runs
// are `isa_sweep`.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/isa/case.h"
#include "tests/isa/harness/value_case.h"
#include "tests/isa/harness/vectors.h"

namespace culvert::isa {
namespace {

constexpr size_t kLanes = 768;

using ByMnemonic = std::map<std::string, std::vector<const Instance*>>;
const ByMnemonic& Groups() {
  static const auto* groups = [] {
    auto* all = new ByMnemonic;
    for (const Instance& instance : ValueInstances()) {
      (*all)[std::string(ptx::OpcodeName(instance.row->opcode))].push_back(&instance);
    }
    return all;
  }();
  return *groups;
}
std::vector<std::string> Mnemonics() {
  std::vector<std::string> names;
  for (const auto& [name, instances] : Groups()) names.push_back(name);
  return names;
}

class Values : public testing::TestWithParam<std::string> {};

TEST_P(Values, AgreeWithTheReference) {
  CaseRunner runner;
  Random random(1);
  int failures = 0;
  for (const Instance* instance : Groups().at(GetParam())) {
    std::optional<Evaluator> evaluator = ReferenceOf(*instance);
    if (!evaluator.has_value()) {
      ADD_FAILURE() << instance->opcode << " (" << RowName(*instance->row) << "): the reference does not know it";
      if (++failures == 10) return;
      continue;
    }
    std::vector<ValueForm> forms = FormsOf(*instance, *evaluator, 2);
    if (evaluator->constant_sources != 0) forms.insert(forms.end(), 64, ValueForm{});  // with a random table each
    for (const ValueForm& form : forms) {
      Case test = MakeValueCase(*instance, *evaluator, form, Operands(evaluator->sources, kLanes, random), nullptr);
      std::string problem = CaseRunner::Compile(test).ok() || form.kind != ValueForm::kConstant ? runner.Run(test) : "";
      if (problem.empty()) continue;
      ADD_FAILURE() << test.name << ": " << problem;
      if (++failures == 10) return;
      break;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(All, Values, testing::ValuesIn(Mnemonics()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace culvert::isa
