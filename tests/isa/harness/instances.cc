#include "tests/isa/harness/instances.h"

#include <algorithm>
#include <set>

namespace culvert::isa {

using ptx::Family;
using ptx::InstructionRow;
using ptx::Modifier;
using ptx::OperandSpec;

std::vector<Instance> InstancesOf(const InstructionRow& row) {
  std::vector<Instance> found;
  std::vector<const Modifier*> choice;
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
      if (ptx::MatchModifiers(row, ids, &instance.instruction).ok) found.push_back(std::move(instance));
      return;
    }
    if (row.slots[slot].optional) {
      choice.push_back(nullptr);
      extend(slot + 1);
      choice.pop_back();
    }
    for (const Modifier* alternative : row.slots[slot].alternatives) {
      choice.push_back(alternative);
      extend(slot + 1);
      choice.pop_back();
    }
  };
  extend(0);
  return found;
}

bool IsValueRow(const InstructionRow& row) {
  if (row.effects != ptx::kNone || row.specs.empty() || !row.specs[0].destination) return false;
  using ptx::Opcode;  // what depends on where a window lies is tested with memory
  if (row.opcode == Opcode::kCvta || row.opcode == Opcode::kIsspacep || row.opcode == Opcode::kCreatepolicy)
    return false;
  if (row.family == Family::kControl || row.family == Family::kSync || row.family == Family::kAtomic ||
      row.family == Family::kStack || row.family == Family::kMisc) {
    return false;
  }
  return std::all_of(row.specs.begin(), row.specs.end(), [](const OperandSpec& spec) {
    return spec.form == OperandSpec::Form::kValue && !spec.packed && !spec.vector;
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
