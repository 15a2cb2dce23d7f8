// Human-readable text of table rows, and "did you mean".
#include <algorithm>
#include <array>
#include <numeric>

#include "compiler/ptx/concat.h"
#include "compiler/ptx/instructions.h"

namespace culvert::ptx {
namespace {

constexpr size_t kMaxWrittenOut = 4;  // longer sets are shown by name

}  // namespace

std::string FormText(const InstructionRow& row) {
  std::string out(OpcodeName(row.opcode));
  for (const ModifierSlot& slot : row.slots) {
    std::string item;
    if (slot.alternatives.size() == 1) {
      item = slot.alternatives[0]->text;
    } else if (!slot.set.empty() && slot.alternatives.size() > kMaxWrittenOut) {
      bool types = slot.alternatives[0]->field == ModifierField::kType;
      item = types ? std::string(".type") : Concat(".", slot.set);
    } else {
      item = ".(";
      for (size_t i = 0; i < slot.alternatives.size(); ++i) {
        item += Concat(i == 0 ? "" : "|", slot.alternatives[i]->text.substr(1));
      }
      item += ")";
    }
    out += Concat(slot.optional ? "{" : "", item, slot.optional ? "}" : "");
  }
  for (size_t i = 0; i < row.specs.size(); ++i) {
    const OperandSpec& spec = row.specs[i];
    std::string item(spec.name);
    switch (spec.form) {
      case OperandSpec::Form::kAddress:
        item = Concat("[", spec.name, "]");
        break;
      case OperandSpec::Form::kLabel:
        item = "label";
        break;
      case OperandSpec::Form::kCall:
        item = "(results), function, (arguments)";
        break;
      case OperandSpec::Form::kBranchTable:
        item = "index, targets";
        break;
      case OperandSpec::Form::kValue:
        if (spec.negatable) item = Concat("{!}", item);
        if (spec.packed) item = Concat("{", spec.name, "0, ", spec.name, "1, ..}");
        if (spec.pair == OperandPair::kOptional) item += "{|p}";
        if (spec.pair == OperandPair::kRequired) item += "|q";
        break;
    }
    if (spec.optional) {
      out += Concat(i == 0 ? " {" : "{, ", item, "}");
    } else {
      out += Concat(i == 0 ? " " : ", ", item);
    }
  }
  return out;
}

size_t EditDistance(std::string_view a, std::string_view b, size_t limit) {
  constexpr size_t kLongest = 64;
  if (a.size() > kLongest || b.size() > kLongest) return limit + 1;
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return limit + 1;
  std::array<size_t, kLongest + 1> row;
  std::iota(row.begin(), row.begin() + b.size() + 1, size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0], least = i;
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;  // later rows are no smaller
  }
  return row[b.size()];
}

std::string_view ClosestMnemonic(std::string_view mnemonic) {
  size_t best = mnemonic.size() <= 3 ? 1 : 2;
  std::string_view found, last;
  for (const InstructionRow& row : Rows()) {
    std::string_view name = OpcodeName(row.opcode);
    if (name.data() == last.data()) continue;  // rows are grouped by opcode
    last = name;
    size_t distance = EditDistance(mnemonic, name, best);
    if (distance <= best && (found.empty() || distance < best)) {
      best = distance;
      found = name;
    }
  }
  return found;
}

std::string_view ClosestModifier(Opcode opcode, std::string_view modifier) {
  size_t best = modifier.size() <= 3 ? 1 : 2;
  std::string_view found;
  std::vector<bool> seen;  // by id: most rows of an opcode have the same modifiers
  for (const InstructionRow& row : RowsOf(opcode)) {
    for (const ModifierSlot& slot : row.slots) {
      for (const Modifier* alternative : slot.alternatives) {
        if (alternative->id >= seen.size()) seen.resize(alternative->id + size_t{64});
        if (seen[alternative->id]) continue;
        seen[alternative->id] = true;
        size_t distance = EditDistance(modifier, alternative->text, best);
        if (distance <= best && (found.empty() || distance < best)) {
          best = distance;
          found = alternative->text;
        }
      }
    }
  }
  return found;
}

}  // namespace culvert::ptx
