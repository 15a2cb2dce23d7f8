#include "tests/isa/harness/mutate.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "compiler/ptx/module.h"

namespace culvert::isa {
namespace {

using ptx::InstructionRow;
using ptx::Modifier;
using ptx::ModifierField;
using ptx::ModifierSlot;
using ptx::OperandSpec;

std::vector<std::string> Lines(const std::string& text) { return absl::StrSplit(text, '\n'); }

// Operands separated by commas outside brackets.
std::vector<std::string> SplitOperands(absl::string_view text) {
  std::vector<std::string> operands;
  int depth = 0;
  std::string current;
  for (char c : text) {
    if (c == '{' || c == '[' || c == '(') ++depth;
    if (c == '}' || c == ']' || c == ')') --depth;
    if (c == ',' && depth == 0) {
      operands.emplace_back(absl::StripAsciiWhitespace(current));
      current.clear();
    } else {
      current += c;
    }
  }
  std::string last(absl::StripAsciiWhitespace(current));
  if (!last.empty()) operands.push_back(last);
  return operands;
}

struct Statement {
  std::string guard;  // "@%p1 " or empty
  std::string opcode;
  std::vector<std::string> operands;
  std::string Text() const {
    return absl::StrCat("  ", guard, opcode, operands.empty() ? "" : " ", absl::StrJoin(operands, ", "), ";");
  }
};

Statement ParseStatement(absl::string_view line) {
  Statement statement;
  line = absl::StripAsciiWhitespace(line.substr(0, line.rfind("//!")));
  absl::ConsumeSuffix(&line, ";");
  if (absl::StartsWith(line, "@")) {
    size_t end = line.find(' ');
    statement.guard = absl::StrCat(line.substr(0, end), " ");
    line = absl::StripLeadingAsciiWhitespace(line.substr(end));
  }
  size_t end = std::min(line.find(' '), line.size());
  statement.opcode = std::string(line.substr(0, end));
  statement.operands = SplitOperands(line.substr(end));
  return statement;
}

// "%r" -> 32, from the .reg declarations of the text. 1: predicate.
std::map<std::string, int> RegisterWidths(const std::string& text) {
  static const std::map<std::string, int> kWidths = {{"pred", 1}, {"b8", 8},   {"b16", 16}, {"u16", 16}, {"s16", 16},
                                                     {"f16", 16}, {"b32", 32}, {"u32", 32}, {"s32", 32}, {"f32", 32},
                                                     {"b64", 64}, {"u64", 64}, {"s64", 64}, {"f64", 64}, {"b128", 128}};
  std::map<std::string, int> widths;
  for (size_t at = text.find(".reg ."); at != std::string::npos; at = text.find(".reg .", at + 1)) {
    absl::string_view declaration = absl::string_view(text).substr(at + 6, text.find(';', at) - at - 6);
    size_t space = declaration.find(' ');
    if (space == absl::string_view::npos) continue;
    auto width = kWidths.find(std::string(declaration.substr(0, space)));
    if (width == kWidths.end()) continue;
    for (absl::string_view name : absl::StrSplit(declaration.substr(space), ',')) {
      name = absl::StripAsciiWhitespace(name);
      widths[std::string(name.substr(0, name.find('<')))] = width->second;
    }
  }
  return widths;
}

int WidthOf(const std::map<std::string, int>& widths, const std::string& reg) {
  auto whole = widths.find(reg);
  if (whole != widths.end()) return whole->second;
  auto prefix = widths.find(reg.substr(0, reg.find_last_not_of("0123456789") + 1));
  return prefix == widths.end() ? 0 : prefix->second;
}

std::vector<std::string> DestinationRegisters(const Target& target) {
  std::vector<std::string> registers;
  if (target.operands.empty() || target.row->specs.empty() || !target.row->specs[0].destination) return registers;
  std::string text = target.operands[0];
  absl::StripAsciiWhitespace(&text);
  if (absl::StartsWith(text, "{")) text = text.substr(1, text.size() - 2);
  for (absl::string_view reg : absl::StrSplit(text, absl::ByAnyChar("|,"))) {
    reg = absl::StripAsciiWhitespace(reg);
    if (absl::StartsWith(reg, "%")) registers.emplace_back(reg);
  }
  return registers;
}

// The bit to flip. Approximate results are right within a bound, so a bit that weighs more is taken.
uint64_t BitToFlip(const Target& target, int width) {
  bool approximate = absl::StrContains(target.opcode, ".approx") || absl::StrContains(target.opcode, ".full");
  if (!approximate) return uint64_t{1};
  if (absl::StrContains(target.opcode, "bf16")) return uint64_t{1} << 6;
  if (absl::StrContains(target.opcode, "f16")) return uint64_t{1} << 9;
  return width == 64 ? uint64_t{1} << 50 : uint64_t{1} << 21;
}

std::string FlipText(const std::string& reg, int width, uint64_t bit) {
  std::string change = width == 1 ? absl::StrCat("not.pred ", reg, ", ", reg)
                                  : absl::StrCat("xor.b", width, " ", reg, ", ", reg, ", ", bit);
  return absl::StrCat("{ .reg .pred %mutant_p; .reg .b32 %mutant_r; mov.u32 %mutant_r, %laneid; ",
                      "and.b32 %mutant_r, %mutant_r, 7; setp.eq.u32 %mutant_p, %mutant_r, 5; @%mutant_p ", change,
                      "; }");
}

// Slots whose choice changes what is computed.
bool IsMeaningful(const ModifierSlot& slot) {
  return std::any_of(slot.alternatives.begin(), slot.alternatives.end(), [](const Modifier* modifier) {
    // Promises of the program, not behaviour.
    if (modifier->text == ".aligned" || modifier->text == ".uni" || modifier->text == ".nc") return false;
    switch (modifier->field) {
      case ModifierField::kRounding:
      case ModifierField::kCompare:
      case ModifierField::kBoolOp:
      case ModifierField::kReduceOp:
      case ModifierField::kPart:
      case ModifierField::kShift:
      case ModifierField::kDirection:
      case ModifierField::kShfl:
      case ModifierField::kVote:
      case ModifierField::kPrmt:
      case ModifierField::kTestp:
      case ModifierField::kMod:
      case ModifierField::kType:
        return true;
      default:
        return false;
    }
  });
}

class Mutator {
 public:
  explicit Mutator(const Case& test) : lines_(Lines(test.ptx)), widths_(RegisterWidths(test.ptx)) {}

  std::vector<Mutant> Run(const std::vector<Target>& targets) {
    for (const Target& target : targets) {
      target_ = target;
      statement_ = ParseStatement(lines_[target.line]);
      Results();
      Swaps();
      Addresses();
      Modifiers();
      Add(Mutant::Kind::kDropped, "dropped", "");
    }
    return std::move(mutants_);
  }

 private:
  Mutant& Add(Mutant::Kind kind, std::string change, const std::string& replacement) {
    std::vector<std::string> lines = lines_;
    lines[target_.line] = replacement;
    mutants_.push_back({.kind = kind,
                        .row = target_.row,
                        .original_opcode = statement_.opcode,
                        .change = std::move(change),
                        .ptx = absl::StrJoin(lines, "\n")});
    return mutants_.back();
  }

  void Results() {
    int index = 0;
    for (const std::string& reg : DestinationRegisters(target_)) {
      int result = index++;
      int width = WidthOf(widths_, reg);
      if (width == 0 || width > 64 || width == 8) continue;
      uint64_t bit = BitToFlip(target_, width);
      Add(Mutant::Kind::kResultBit, absl::StrCat("bit of result ", result, " flipped"),
          absl::StrCat(statement_.Text(), FlipText(reg, width, bit)));
    }
  }

  // Sources of the same register class change places.
  void Swaps() {
    size_t first = target_.row->specs.empty() || !target_.row->specs[0].destination ? 0 : 1;
    const std::vector<std::string>& operands = statement_.operands;
    for (size_t i = first; i < operands.size(); ++i) {
      for (size_t j = i + 1; j < operands.size(); ++j) {
        int width = WidthOf(widths_, operands[i]);
        if (width == 0 || width != WidthOf(widths_, operands[j]) || operands[i] == operands[j]) continue;
        Statement changed = statement_;
        std::swap(changed.operands[i], changed.operands[j]);
        Mutant& mutant = Add(Mutant::Kind::kOperand,
                             absl::StrCat("sources ", i - first, " and ", j - first, " swapped"), changed.Text());
        mutant.swapped[0] = static_cast<int>(i - first);
        mutant.swapped[1] = static_cast<int>(j - first);
      }
    }
  }

  // One element further.
  void Addresses() {
    for (std::string& operand : statement_.operands) {
      if (!absl::StartsWith(operand, "[") || absl::StrContains(operand, "+") || absl::StrContains(operand, ","))
        continue;
      std::string original = operand;
      uint32_t bytes = 4;
      for (const char* wide : {"64", "128"}) {
        if (absl::EndsWith(statement_.opcode, wide)) bytes = wide[0] == '6' ? 8 : 16;
      }
      operand = absl::StrCat(original.substr(0, original.size() - 1), "+", bytes, "]");
      Add(Mutant::Kind::kOperand, "address off by one element", statement_.Text());
      operand = original;
    }
  }

  void Modifiers() {
    std::vector<std::string> parts = absl::StrSplit(statement_.opcode, '.');
    for (const ModifierSlot& slot : target_.row->slots) {
      if (!IsMeaningful(slot)) continue;
      std::string present;
      for (const Modifier* modifier : slot.alternatives) {
        if (std::find(parts.begin() + 1, parts.end(), std::string(modifier->text.substr(1))) != parts.end()) {
          present = std::string(modifier->text);
        }
      }
      int taken = 0;
      for (const Modifier* other : slot.alternatives) {
        if (other->text == present || taken == 3) continue;
        ++taken;
        Replace(present, std::string(other->text));
      }
      if (slot.optional && !present.empty()) Replace(present, "");
    }
  }

  // `present` may be empty: then the modifier is added before the types.
  void Replace(const std::string& present, const std::string& other) {
    Statement changed = statement_;
    if (present.empty()) {
      size_t mnemonic_end = std::min(changed.opcode.find('.'), changed.opcode.size());
      changed.opcode.insert(mnemonic_end, other);
    } else {
      size_t at = (changed.opcode + ".").find(absl::StrCat(present, "."));
      changed.opcode.replace(at, present.size(), other);
    }
    Add(Mutant::Kind::kModifier, absl::StrCat("as ", changed.opcode), changed.Text()).opcode = changed.opcode;
  }

  std::vector<std::string> lines_;
  std::map<std::string, int> widths_;
  Target target_;
  Statement statement_;
  std::vector<Mutant> mutants_;
};

}  // namespace

std::vector<Target> TargetsOf(const Case& test) {
  std::vector<Target> targets;
  auto module = ptx::Module::Index(test.ptx, 121, test.name);
  if (!module.ok()) return targets;
  std::map<uint32_t, const InstructionRow*> rows;
  for (uint32_t i = 0; i < (*module)->functions().size(); ++i) {
    if (!(*module)->functions()[i].has_body) continue;
    absl::StatusOr<const ptx::Function*> body = (*module)->Body(i);
    if (!body.ok()) continue;
    for (const ptx::Instruction& instruction : (*body)->instructions) {
      rows[instruction.position.line] = instruction.row;
    }
  }
  std::vector<std::string> lines = Lines(test.ptx);
  for (size_t i = 0; i < lines.size(); ++i) {
    auto row = rows.find(static_cast<uint32_t>(i) + 1);
    if (!absl::StrContains(lines[i], "//!") || row == rows.end() || row->second == nullptr) continue;
    Statement statement = ParseStatement(lines[i]);
    targets.push_back({i, row->second, statement.opcode, statement.operands});
  }
  return targets;
}

std::vector<Mutant> MutantsOf(const Case& test, const std::vector<Target>& targets) {
  return Mutator(test).Run(targets);
}

std::string_view NameOf(Mutant::Kind kind) {
  switch (kind) {
    case Mutant::Kind::kResultBit:
      return "result bit";
    case Mutant::Kind::kOperand:
      return "operand";
    case Mutant::Kind::kModifier:
      return "modifier";
    case Mutant::Kind::kDropped:
      return "dropped";
  }
  return "";
}

}  // namespace culvert::isa
