#include "tests/isa/generator/opcodes.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "compiler/bytecode/lower.h"
#include "compiler/ptx/module.h"

namespace culvert::gen {
namespace {

constexpr size_t kInstancesPerRow = 2000;

std::vector<ptx::ModifierId> Ids(const ptx::InstructionRow& row, size_t number, std::string* text) {
  std::vector<ptx::ModifierId> ids;
  *text = ptx::OpcodeName(row.opcode);
  for (const ptx::ModifierSlot& slot : row.slots) {
    size_t choices = slot.alternatives.size() + (slot.optional ? 1 : 0);
    size_t choice = number % choices;
    number /= choices;
    if (choice == slot.alternatives.size()) continue;
    ids.push_back(slot.alternatives[choice]->id);
    *text += slot.alternatives[choice]->text;
  }
  return ids;
}

std::string RegisterText(Ty type, int n) {
  int bits = isa::BitsOf(type);
  const char* kind = bits == 1 ? "%p" : bits <= 16 ? "%h" : bits == 32 ? "%r" : "%d";
  return absl::StrCat(kind, n);
}

// The instruction with registers everywhere, for a trial compilation.
std::string Statement(const Instance& instance) {
  std::string out = absl::StrCat(instance.opcode, " ");
  int n = 0;
  for (const OperandRule& result : instance.results)
    absl::StrAppend(&out, n == 0 ? "" : "|", RegisterText(result.type, n)), ++n;
  for (const OperandRule& source : instance.sources)
    absl::StrAppend(&out, ", ", source.constant ? "8" : RegisterText(source.type, n)), ++n;
  return out + ";";
}

// The type that an operand of the table has; nullopt for one the reference has no name for.
std::optional<Ty> TypeOf(const ptx::OperandSpec& spec, const ptx::Instruction& in) {
  return isa::TypeNamed(ptx::TypeName(spec.TypeIn(in)));
}

// Fills in the operands; false if reference and table disagree about them.
bool Describe(const ptx::InstructionRow& row, const ptx::Instruction& in, Instance* instance) {
  const isa::Evaluator& evaluator = *instance->evaluator;
  std::vector<Ty> results = evaluator.results, sources = evaluator.sources;
  if (!results.empty() && results.back() == Ty::kCarry) instance->writes_carry = true, results.pop_back();
  if (!sources.empty() && sources.back() == Ty::kCarry) instance->reads_carry = true, sources.pop_back();
  size_t result = 0, source = 0;
  for (const ptx::OperandSpec& spec : row.specs) {
    if (spec.optional || spec.form != ptx::OperandSpec::Form::kValue || spec.vector || spec.packed) return false;
    std::vector<Ty>& types = spec.destination ? results : sources;
    size_t& at = spec.destination ? result : source;
    if (at >= types.size()) return false;
    std::optional<Ty> type = TypeOf(spec, in);
    if (!type.has_value() || isa::BitsOf(*type) != isa::BitsOf(types[at])) return false;
    OperandRule rule;
    rule.type = types[at];
    bool whole = !ptx::IsFloat(spec.TypeIn(in));
    rule.wider = spec.relaxed && whole;
    rule.constant = spec.constant;
    rule.negatable = spec.negatable;
    rule.literal = !spec.destination && rule.type != Ty::kPred &&
                   (whole || rule.type == Ty::kF32 || rule.type == Ty::kF64) && isa::BitsOf(rule.type) >= 16;
    (spec.destination ? instance->results : instance->sources).push_back(rule);
    ++at;
    if (spec.pair != ptx::OperandPair::kNone && spec.destination) {
      if (at < types.size()) {
        instance->results.push_back({.type = types[at++]});
        instance->pair_optional = spec.pair == ptx::OperandPair::kOptional;
      } else if (spec.pair == ptx::OperandPair::kRequired) {
        return false;
      }
    }
  }
  return result == results.size() && source == sources.size();
}

std::string TrialModule(const std::vector<Instance>& instances) {
  std::string text = ".version 9.2\n.target sm_120\n.address_size 64\n";
  for (size_t i = 0; i < instances.size(); ++i) {
    absl::StrAppend(&text, ".entry k", i, "() { .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<9>; .reg .b64 %d<9>;\n",
                    Statement(instances[i]), "\nret; }\n");
  }
  return text;
}

std::vector<std::string>& Excluded() {
  static auto& excluded = *new std::vector<std::string>;
  return excluded;
}

}  // namespace

const isa::Evaluator* FindEvaluator(std::string_view opcode, size_t sources) {
  using Known = absl::flat_hash_map<std::string, std::unique_ptr<isa::Evaluator>>;
  static std::mutex mutex;
  static auto& by_sources = *new std::array<Known, isa::kMaxSources + 1>;
  std::lock_guard lock(mutex);
  Known& known = by_sources[std::min<size_t>(sources, isa::kMaxSources)];
  auto found = known.find(absl::string_view(opcode.data(), opcode.size()));
  if (found == known.end()) {
    std::optional<isa::Evaluator> evaluator = isa::Find(opcode, static_cast<int>(sources));
    auto kept = evaluator ? std::make_unique<isa::Evaluator>(*std::move(evaluator)) : nullptr;
    found = known.emplace(std::string(opcode), std::move(kept)).first;
  }
  return found->second.get();
}

void Opcodes::AddRow(const ptx::InstructionRow& row, const std::vector<std::string>& excluded) {
  size_t total = 1;
  for (const ptx::ModifierSlot& slot : row.slots) total *= slot.alternatives.size() + (slot.optional ? 1 : 0);
  size_t step = total <= kInstancesPerRow ? 1 : total / kInstancesPerRow;
  size_t sources = 0;
  for (const ptx::OperandSpec& spec : row.specs) sources += spec.destination ? 0 : 1;
  std::vector<Instance> found;
  std::set<std::string> seen;
  for (size_t i = 0; i < total; i += step) {
    Instance instance;
    std::vector<ptx::ModifierId> ids = Ids(row, i, &instance.opcode);
    ptx::Instruction in;
    in.opcode = row.opcode;
    if (!ptx::MatchModifiers(row, ids, &in).ok || !seen.insert(instance.opcode).second) continue;
    if (std::count(excluded.begin(), excluded.end(), instance.opcode) != 0) continue;
    instance.evaluator = FindEvaluator(instance.opcode, sources);
    if (instance.evaluator == nullptr) {
      unknown.push_back(instance.opcode);
    } else if (!instance.evaluator->compute) {
      approximate.push_back(instance.opcode);
    } else if (!Describe(row, in, &instance)) {
      mismatched.push_back(instance.opcode);
    } else {
      found.push_back(std::move(instance));
    }
  }
  if (found.empty()) return;
  auto module = ptx::Module::Index(TrialModule(found), 121);
  RowPool pool;
  pool.row = &row;
  for (size_t i = 0; i < found.size(); ++i) {
    if (module.ok() && lowering::LowerEntry(**module, static_cast<uint32_t>(i)).ok()) {
      pool.instances.push_back(std::move(found[i]));
    } else {
      refused.push_back(found[i].opcode);
    }
  }
  if (pool.instances.empty()) return;
  bool is_carry = pool.instances[0].reads_carry || pool.instances[0].writes_carry;
  (is_carry ? carry : rows).push_back(std::move(pool));
}

Opcodes::Opcodes() {
  for (const ptx::InstructionRow& row : ptx::Rows()) {
    bool computes = row.effects == ptx::kNone && !row.specs.empty() && row.specs[0].destination;
    if (computes) AddRow(row, Excluded());
  }
}

void Opcodes::Exclude(std::vector<std::string> opcodes) { Excluded() = std::move(opcodes); }

const Opcodes& Opcodes::Get() {
  static const Opcodes& opcodes = *new Opcodes;
  return opcodes;
}

const Instance* Opcodes::FindInstance(std::string_view opcode) const {
  for (const std::vector<RowPool>* pools : {&rows, &carry}) {
    for (const RowPool& pool : *pools) {
      for (const Instance& instance : pool.instances) {
        if (instance.opcode == opcode) return &instance;
      }
    }
  }
  return nullptr;
}

}  // namespace culvert::gen
