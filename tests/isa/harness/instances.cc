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

void AddCombinations(const InstructionRow& row, const Alternatives& alternatives, std::vector<Instance>* found) {
  Choice choice;
  std::function<void(size_t)> extend = [&](size_t slot) {
    if (slot == row.slots.size()) {
      Instance instance{.row = &row, .opcode = std::string(ptx::OpcodeName(row.opcode))};
      std::vector<ptx::ModifierId> ids;
      for (const Modifier* modifier : choice) {
        if (modifier == nullptr) continue;
        instance.opcode += modifier->text;
        ids.push_back(modifier->id);
      }
      instance.instruction.opcode = row.opcode;
      bool is_new = std::none_of(found->begin(), found->end(),
                                 [&](const Instance& other) { return other.opcode == instance.opcode; });
      if (is_new && ptx::MatchModifiers(row, ids, &instance.instruction).ok) found->push_back(std::move(instance));
      return;
    }
    for (const Modifier* alternative : alternatives[slot]) {
      choice.push_back(alternative);
      extend(slot + 1);
      choice.pop_back();
    }
  };
  extend(0);
}

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
  std::vector<Instance> found;
  Alternatives alternatives;
  for (const ptx::ModifierSlot& slot : row.slots) alternatives.push_back(AllOf(slot));
  AddCombinations(row, alternatives, &found);
  return found;
}

std::vector<Instance> SelectedInstancesOf(const InstructionRow& row) {
  std::vector<Instance> found;
  Alternatives essential, simplest;
  for (const ptx::ModifierSlot& slot : row.slots) {
    Choice all = AllOf(slot);
    simplest.push_back({all[0]});
    essential.push_back(IsEssential(slot) ? all : Choice{all[0]});
  }
  AddCombinations(row, essential, &found);
  for (size_t i = 0; i < row.slots.size(); ++i) {
    Alternatives one = simplest;
    one[i] = AllOf(row.slots[i]);
    AddCombinations(row, one, &found);
  }
  return found;
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
