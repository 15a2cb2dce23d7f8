// Compiles instructions.def and modifiers.def into InstructionRow objects and matches modifier lists against them.
#include "compiler/ptx/instructions.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"

namespace culvert::ptx {
namespace {

struct RawRow {
  Opcode opcode;
  std::string_view form;
  std::string_view operands;
  uint16_t since;
  uint16_t sm;
  int effects;
  Status status;
  Family family;
};

constexpr Status run = Status::kRun;
constexpr Status parse = Status::kParse;
constexpr RawRow kRawRows[] = {
#define CULVERT_INSTRUCTION(opcode, form, operands, since, sm, effects, status, family) \
  {Opcode::opcode, form, operands, since, sm, effects, status, Family::family},
#include "compiler/ptx/instructions.def"
#undef CULVERT_INSTRUCTION
};

struct RawModifier {
  std::string_view text;
  ModifierField field;
  uint8_t value;
  uint16_t since;
  uint16_t sm;
};
constexpr RawModifier kRawModifiers[] = {
#define CULVERT_MODIFIER(text, field, value, since, sm) \
  {text, ModifierField::field, static_cast<uint8_t>(value), since, sm},
#define CULVERT_MODIFIER_SET(name, field, alternatives)
#include "compiler/ptx/modifiers.def"
#undef CULVERT_MODIFIER
#undef CULVERT_MODIFIER_SET
};

constexpr ModifierField kAny = ModifierField::kType;  // of a set: no preference
struct RawSet {
  std::string_view name;
  ModifierField field;
  std::string_view alternatives;
};
namespace fields {
using enum ModifierField;
constexpr ModifierField kAny = culvert::ptx::kAny;
constexpr RawSet kRawSets[] = {
#define CULVERT_MODIFIER(text, field, value, since, sm)
#define CULVERT_MODIFIER_SET(name, field, alternatives) {#name, field, alternatives},
#include "compiler/ptx/modifiers.def"
#undef CULVERT_MODIFIER
#undef CULVERT_MODIFIER_SET
};
}  // namespace fields

// An error in the .def files: a bug of ours, found by the first test that touches the table.
void Require(bool ok, const char* what, std::string_view text) {
  if (ok) return;
  fprintf(stderr, "culvert: PTX instruction table: %s: %.*s\n", what, static_cast<int>(text.size()), text.data());
  abort();
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

class Table {
 public:
  Table() {
    AddModifiers();
    for (const RawSet& set : fields::kRawSets) AddSet(set);
    rows_.reserve(std::size(kRawRows));
    // Group by opcode, keeping the order of the table within a group.
    for (size_t opcode = 0; opcode < static_cast<size_t>(Opcode::kCount); ++opcode) {
      first_[opcode] = static_cast<uint32_t>(rows_.size());
      for (const RawRow& raw : kRawRows) {
        if (static_cast<size_t>(raw.opcode) == opcode) AddRow(raw);
      }
      opcodes_.emplace(OpcodeName(static_cast<Opcode>(opcode)), static_cast<Opcode>(opcode));
    }
    first_.back() = static_cast<uint32_t>(rows_.size());
  }

  std::span<const InstructionRow> rows() const { return rows_; }
  std::span<const InstructionRow> rows(Opcode opcode) const {
    size_t i = static_cast<size_t>(opcode);
    return std::span(rows_).subspan(first_[i], first_[i + 1] - first_[i]);
  }
  const absl::flat_hash_map<std::string_view, Opcode>& opcodes() const { return opcodes_; }
  const absl::flat_hash_map<std::string_view, ModifierId>& ids() const { return ids_; }
  std::string_view text(ModifierId id) const { return texts_[id]; }

 private:
  void AddModifier(std::string text, const RawModifier& raw) {
    texts_storage_.push_back(std::make_unique<std::string>(std::move(text)));
    std::string_view stored = *texts_storage_.back();
    auto [it, inserted] = ids_.emplace(stored, static_cast<ModifierId>(texts_.size()));
    if (inserted) texts_.push_back(stored);
    modifiers_.push_back(
        std::make_unique<Modifier>(Modifier{it->first, raw.field, raw.value, raw.since, raw.sm, it->second}));
  }

  void AddModifiers() {
    for (const RawModifier& raw : kRawModifiers) AddModifier(std::string(raw.text), raw);
    for (size_t t = static_cast<size_t>(Type::kPred); t <= static_cast<size_t>(Type::kB4x16P64); ++t) {
      AddModifier("." + std::string(TypeName(static_cast<Type>(t))),
                  {"", ModifierField::kType, static_cast<uint8_t>(t), 10, 0});
    }
  }

  // `field` kAny: the first row with this text.
  const Modifier* Find(std::string_view text, ModifierField field) const {
    for (const auto& modifier : modifiers_) {
      if (modifier->text == text && (field == kAny || modifier->field == field)) return modifier.get();
    }
    Require(false, "modifiers.def lacks", text);
    return nullptr;
  }

  void AddSet(const RawSet& raw) {
    std::vector<const Modifier*>& set = sets_[raw.name];
    for (std::string_view text : Split(raw.alternatives, ' ')) set.push_back(Find(text, raw.field));
  }

  // One item of a form: .x  .(x|y)  $set; advances *text.
  ModifierSlot ParseSlot(std::string_view* text) const {
    ModifierSlot slot;
    if (text->front() == '$') {
      size_t end = 1;
      while (end < text->size() && (absl::ascii_isalnum((*text)[end]) || (*text)[end] == '_')) ++end;
      slot.set = text->substr(1, end - 1);
      auto it = sets_.find(slot.set);
      Require(it != sets_.end(), "no such set", slot.set);
      slot.alternatives = it->second;
      text->remove_prefix(end);
    } else if (text->starts_with(".(")) {
      size_t end = text->find(')');
      for (std::string_view name : Split(text->substr(2, end - 2), '|')) {
        slot.alternatives.push_back(Find("." + std::string(name), kAny));
      }
      text->remove_prefix(end + 1);
    } else {
      size_t end = text->find_first_of(".${}", 1);
      // "::" belongs to the name; the characters of a name never include the ones above.
      if (end == std::string_view::npos) end = text->size();
      slot.alternatives.push_back(Find(text->substr(0, end), kAny));
      text->remove_prefix(end);
    }
    return slot;
  }

  void ParseForm(std::string_view text, InstructionRow* row) const {
    while (!text.empty()) {
      bool optional = text.front() == '{';
      if (optional) text.remove_prefix(1);
      ModifierSlot slot = ParseSlot(&text);
      slot.optional = optional;
      if (optional) {
        Require(text.starts_with("}"), "missing }", row->form);
        text.remove_prefix(1);
      }
      row->slots.push_back(std::move(slot));
    }
  }

  static Type TypeByName(std::string_view name) {
    for (size_t t = 0; t <= static_cast<size_t>(Type::kSurfref); ++t) {
      if (TypeName(static_cast<Type>(t)) == name) return static_cast<Type>(t);
    }
    Require(false, "no such type", name);
    return Type::kNone;
  }

  static OperandSpec ParseSpec(std::string_view text) {
    OperandSpec spec;
    if (text == "L") {
      spec.form = OperandSpec::Form::kLabel;
      spec.name = text;
      return spec;
    }
    if (text == "CALL" || text == "BRX") {
      spec.form = text == "CALL" ? OperandSpec::Form::kCall : OperandSpec::Form::kBranchTable;
      spec.name = text;
      return spec;
    }
    if (text.front() == '[') {
      spec.form = OperandSpec::Form::kAddress;
      spec.name = text.substr(1, text.size() - 2);
      return spec;
    }
    size_t colon = text.find(':');
    std::string_view head = text.substr(0, colon);
    std::string_view type = text.substr(colon + 1);
    size_t name_end = 0;
    while (name_end < head.size() && absl::ascii_isalnum(head[name_end])) ++name_end;
    spec.name = head.substr(0, name_end);
    spec.destination = spec.name == "d" || spec.name == "p";
    std::string_view rest = head.substr(name_end);
    if (rest.starts_with("[|")) {
      spec.pair = OperandPair::kOptional;
      rest = {};
    } else if (rest.starts_with("|")) {
      spec.pair = OperandPair::kRequired;
      rest = {};
    }
    for (char flag : rest) {
      switch (flag) {
        case '~':
          spec.relaxed = true;
          break;
        case '*':
          spec.vector = true;
          break;
        case '&':
          spec.symbol = true;
          break;
        case '#':
          spec.constant = true;
          break;
        case '!':
          spec.negatable = true;
          break;
        case '%':
          spec.packed = true;
          break;
        default:
          Require(false, "bad operand flag", text);
      }
    }
    if (type.size() == 2 && (type[0] == 't' || type[0] == 'w') && type[1] >= '0' && type[1] <= '3') {
      spec.type_source = type[0] == 't' ? OperandSpec::TypeSource::kSlot : OperandSpec::TypeSource::kWideSlot;
      spec.slot = static_cast<uint8_t>(type[1] - '0');
    } else {
      spec.type = TypeByName(type);
    }
    return spec;
  }

  void AddRow(const RawRow& raw) {
    InstructionRow row;
    row.opcode = raw.opcode;
    row.form = raw.form;
    row.operands = raw.operands;
    row.since = raw.since;
    row.sm = raw.sm;
    row.effects = static_cast<uint8_t>(raw.effects);
    row.status = raw.status;
    row.family = raw.family;
    ParseForm(raw.form, &row);
    // An optional group "{, x:t}" holds one operand.
    std::string_view text = raw.operands;
    while (!text.empty()) {
      bool optional = text.starts_with("{, ");
      if (optional) text.remove_prefix(3);
      if (text.starts_with(", ")) text.remove_prefix(2);
      size_t end = optional ? text.find('}') : text.find_first_of(",{");
      std::string_view item = text.substr(0, end);
      OperandSpec spec = ParseSpec(item);
      spec.optional = optional;
      if (!optional) ++row.required_operands;
      row.specs.push_back(spec);
      if (end == std::string_view::npos) break;
      text.remove_prefix(optional ? end + 1 : end);
    }
    rows_.push_back(std::move(row));
  }

  std::vector<std::unique_ptr<std::string>> texts_storage_;
  std::vector<std::string_view> texts_;
  absl::flat_hash_map<std::string_view, ModifierId> ids_;
  std::vector<std::unique_ptr<Modifier>> modifiers_;
  absl::flat_hash_map<std::string_view, std::vector<const Modifier*>> sets_;
  absl::flat_hash_map<std::string_view, Opcode> opcodes_;
  std::vector<InstructionRow> rows_;
  std::array<uint32_t, static_cast<size_t>(Opcode::kCount) + 1> first_{};
};

const Table& GetTable() {
  static const Table& table = *new Table;  // leaked: usable during process exit
  return table;
}

void Apply(const Modifier& modifier, Instruction* out) {
  uint8_t value = modifier.value;
  switch (modifier.field) {
    case ModifierField::kType:
      out->types[out->type_count++] = static_cast<Type>(value);
      break;
    case ModifierField::kRounding:
      out->rounding = static_cast<Rounding>(value);
      break;
    case ModifierField::kCompare:
      out->compare = static_cast<Compare>(value);
      break;
    case ModifierField::kBoolOp:
      out->bool_op = static_cast<BoolOp>(value);
      break;
    case ModifierField::kReduceOp:
      out->reduce_op = static_cast<ReduceOp>(value);
      break;
    case ModifierField::kSemantics:  // ld.mmio.relaxed stays kMmio
      if (out->semantics != Semantics::kMmio) out->semantics = static_cast<Semantics>(value);
      break;
    case ModifierField::kScope:
      out->scope = static_cast<Scope>(value);
      break;
    case ModifierField::kSpace:
      out->space = static_cast<StateSpace>(value);
      break;
    case ModifierField::kPart:
      out->part = static_cast<MulPart>(value);
      break;
    case ModifierField::kShift:
      out->shift_mode = static_cast<ShiftMode>(value);
      break;
    case ModifierField::kDirection:
      out->direction = static_cast<Direction>(value);
      break;
    case ModifierField::kShfl:
      out->shfl_mode = static_cast<ShflMode>(value);
      break;
    case ModifierField::kVote:
      out->vote_mode = static_cast<VoteMode>(value);
      break;
    case ModifierField::kPrmt:
      out->prmt_mode = static_cast<PrmtMode>(value);
      break;
    case ModifierField::kTestp:
      out->testp = static_cast<TestpKind>(value);
      break;
    case ModifierField::kVector:
      out->vector_width = value;
      break;
    case ModifierField::kMod:
      out->mods.set(value);
      break;
    case ModifierField::kIgnored:
      break;
  }
}

Type Widen(Type type) {
  switch (type) {
    case Type::kU16:
      return Type::kU32;
    case Type::kU32:
      return Type::kU64;
    case Type::kS16:
      return Type::kS32;
    case Type::kS32:
      return Type::kS64;
    default:
      return Type::kNone;
  }
}

}  // namespace

Type OperandSpec::TypeIn(const Instruction& instruction) const {
  switch (type_source) {
    case TypeSource::kFixed:
      return type;
    case TypeSource::kSlot:
      return instruction.types[slot];
    case TypeSource::kWideSlot:
      return Widen(instruction.types[slot]);
  }
  return Type::kNone;
}

std::span<const InstructionRow> Rows() { return GetTable().rows(); }
std::span<const InstructionRow> RowsOf(Opcode opcode) { return GetTable().rows(opcode); }

std::optional<Opcode> FindOpcode(std::string_view mnemonic) {
  const auto& opcodes = GetTable().opcodes();
  auto it = opcodes.find(mnemonic);
  if (it == opcodes.end()) return std::nullopt;
  return it->second;
}

ModifierId FindModifier(std::string_view text) {
  const auto& ids = GetTable().ids();
  auto it = ids.find(text);
  return it == ids.end() ? kNoModifier : it->second;
}

std::string_view ModifierText(ModifierId id) { return GetTable().text(id); }

ModifierMatch MatchModifiers(const InstructionRow& row, std::span<const ModifierId> modifiers,
                             Instruction* instruction) {
  ModifierMatch match;
  match.since = row.since;
  match.sm = row.sm;
  const size_t slot_count = row.slots.size();
  uint64_t filled = 0;  // rows have at most 12 slots
  size_t cursor = 0;
  size_t type_floor = 0;  // types never go back
  for (ModifierId id : modifiers) {
    const Modifier* found = nullptr;
    size_t at = 0;
    auto try_slot = [&](size_t s, bool back) {
      if (filled >> s & 1) return false;
      for (const Modifier* alternative : row.slots[s].alternatives) {
        if (alternative->id != id) continue;
        if (back && alternative->field == ModifierField::kType && s < type_floor) return false;
        found = alternative;
        at = s;
        return true;
      }
      return false;
    };
    for (size_t s = cursor; s < slot_count && found == nullptr; ++s) try_slot(s, false);
    for (size_t s = 0; s < cursor && found == nullptr; ++s) try_slot(s, true);
    if (found == nullptr) return match;
    filled |= uint64_t{1} << at;
    if (at >= cursor) cursor = at + 1;
    if (found->field == ModifierField::kType) type_floor = at + 1;
    Apply(*found, instruction);
    if (found->since > match.since) {
      match.since = found->since;
      match.since_of = found->text;
    }
    if (found->sm > match.sm) {
      match.sm = found->sm;
      match.sm_of = found->text;
    }
    ++match.accepted;
  }
  for (size_t s = 0; s < slot_count; ++s) {
    if (!row.slots[s].optional && !(filled >> s & 1)) {
      match.missing = &row.slots[s];
      return match;
    }
  }
  match.ok = true;
  return match;
}

}  // namespace culvert::ptx
