#include "tests/isa/harness/instances.h"

#include <algorithm>
#include <set>

namespace culvert::isa {

using ptx::Family;
using ptx::InstructionRow;
using ptx::Modifier;
using ptx::OperandSpec;

using Choice = std::vector<const Modifier*>;  // per slot; nullptr: left out
using Alternatives = std::vector<Choice>;     // per slot: what may be chosen

namespace {

Choice AllOf(const ptx::ModifierSlot& slot) {
  Choice all(slot.alternatives.begin(), slot.alternatives.end());
  if (slot.optional) all.insert(all.begin(), nullptr);
  return all;
}

// Collects instances, each opcode text once.
class Combinations {
 public:
  explicit Combinations(const InstructionRow& row) : row_(row) {}

  void Add(const Alternatives& alternatives) { Extend(alternatives, 0); }
  std::vector<Instance> Take() { return std::move(found_); }

 private:
  void Extend(const Alternatives& alternatives, size_t slot) {
    if (slot == alternatives.size()) return AddChoice();
    for (const Modifier* alternative : alternatives[slot]) {
      choice_.push_back(alternative);
      Extend(alternatives, slot + 1);
      choice_.pop_back();
    }
  }
  void AddChoice() {
    Instance instance{.row = &row_, .opcode = std::string(ptx::OpcodeName(row_.opcode))};
    std::vector<ptx::ModifierId> ids;
    for (const Modifier* modifier : choice_) {
      if (modifier == nullptr) continue;
      instance.opcode += modifier->text;
      ids.push_back(modifier->id);
    }
    instance.instruction.opcode = row_.opcode;
    if (ptx::MatchModifiers(row_, ids, &instance.instruction).ok && seen_.insert(instance.opcode).second) {
      found_.push_back(std::move(instance));
    }
  }

  const InstructionRow& row_;
  Choice choice_;
  std::set<std::string> seen_;
  std::vector<Instance> found_;
};

bool IsEssential(const ptx::ModifierSlot& slot) {
  for (const Modifier* modifier : slot.alternatives) {
    switch (modifier->field) {
      case ptx::ModifierField::kType:
      case ptx::ModifierField::kVector:
      case ptx::ModifierField::kSpace:
      case ptx::ModifierField::kReduceOp:
        return true;
      default:
        break;
    }
  }
  return false;
}

}  // namespace

std::vector<Instance> InstancesOf(const InstructionRow& row) {
  Combinations combinations(row);
  Alternatives alternatives;
  for (const ptx::ModifierSlot& slot : row.slots) alternatives.push_back(AllOf(slot));
  combinations.Add(alternatives);
  return combinations.Take();
}

std::vector<Instance> SelectedInstancesOf(const InstructionRow& row) {
  Combinations combinations(row);
  Alternatives essential, simplest;
  for (const ptx::ModifierSlot& slot : row.slots) {
    Choice all = AllOf(slot);
    simplest.push_back({all[0]});
    essential.push_back(IsEssential(slot) ? all : Choice{all[0]});
  }
  combinations.Add(essential);
  for (size_t i = 0; i < row.slots.size(); ++i) {
    Alternatives one = simplest;
    one[i] = AllOf(row.slots[i]);
    combinations.Add(one);
  }
  return combinations.Take();
}

bool IsValueRow(const InstructionRow& row) {
  if (row.effects != ptx::kNone || row.specs.empty() || !row.specs[0].destination) return false;
  using ptx::Opcode;  // what depends on where a window lies is tested with memory
  if (row.opcode == Opcode::kCvta || row.opcode == Opcode::kIsspacep || row.opcode == Opcode::kCreatepolicy ||
      row.opcode == Opcode::kMapa || row.opcode == Opcode::kGetctarank) {
    return false;
  }
  if (row.family == Family::kControl || row.family == Family::kSync || row.family == Family::kAtomic ||
      row.family == Family::kStack || row.family == Family::kMisc) {
    return false;
  }
  return std::all_of(row.specs.begin(), row.specs.end(), [](const OperandSpec& spec) {
    bool wide = spec.type_source == OperandSpec::TypeSource::kFixed && spec.type == ptx::Type::kB128;
    return spec.form == OperandSpec::Form::kValue && !spec.packed && !spec.vector && !wide;
  });
}

const std::vector<Instance>& ValueInstances() {
  static const auto* instances = [] {
    auto* all = new std::vector<Instance>;
    std::set<std::string> seen;
    for (const InstructionRow& row : ptx::Rows()) {
      if (row.status != ptx::Status::kRun || !IsValueRow(row)) continue;
      for (Instance& instance : InstancesOf(row)) {
        if (seen.insert(instance.opcode + " " + std::to_string(row.specs.size())).second) {
          all->push_back(std::move(instance));
        }
      }
    }
    return all;
  }();
  return *instances;
}

std::string RowName(const InstructionRow& row) { return ptx::FormText(row); }

}  // namespace culvert::isa
