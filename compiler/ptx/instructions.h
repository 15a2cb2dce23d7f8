// The compiled form of the instruction table (instructions.def, modifiers.def): what the parser, the checker, the
// printer and the diagnostics look at. Built once at first use, immutable and thread-safe afterwards.
#ifndef CULVERT_COMPILER_PTX_INSTRUCTIONS_H_
#define CULVERT_COMPILER_PTX_INSTRUCTIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ptx/ast.h"

namespace culvert::ptx {

// The member of Instruction that a modifier sets.
enum class ModifierField : uint8_t {
  kType,
  kRounding,
  kCompare,
  kBoolOp,
  kReduceOp,
  kSemantics,
  kScope,
  kSpace,
  kPart,
  kShift,
  kDirection,
  kShfl,
  kVote,
  kPrmt,
  kTestp,
  kVector,
  kMod,
  kIgnored,
};

using ModifierId = uint16_t;  // identifies a modifier text; kNoModifier: not a modifier of PTX
inline constexpr ModifierId kNoModifier = 0xffff;

struct Modifier {
  std::string_view text;  // with the dot
  ModifierField field = ModifierField::kIgnored;
  uint8_t value = 0;
  uint16_t since = 10;  // PTX ISA version, major * 10 + minor
  uint16_t sm = 0;      // lowest target
  ModifierId id = kNoModifier;
};

struct ModifierSlot {
  bool optional = false;
  std::string_view set;  // name of the set, empty for a list written in place
  std::vector<const Modifier*> alternatives;
};

enum class OperandPair : uint8_t { kNone, kOptional, kRequired };

struct OperandSpec {
  enum class Form : uint8_t { kValue, kAddress, kLabel, kCall, kBranchTable };
  enum class TypeSource : uint8_t { kFixed, kSlot, kWideSlot };
  std::string_view name;
  Form form = Form::kValue;
  bool destination = false;
  bool optional = false;
  bool relaxed = false;    // ~
  bool vector = false;     // *
  bool symbol = false;     // &
  bool constant = false;   // #
  bool negatable = false;  // !
  bool packed = false;     // %
  OperandPair pair = OperandPair::kNone;
  TypeSource type_source = TypeSource::kFixed;
  uint8_t slot = 0;
  Type type = Type::kNone;

  // The type this operand has in `instruction`.
  Type TypeIn(const Instruction& instruction) const;
};

enum Effect : uint8_t { kNone = 0, kMemory = 1, kConvergent = 2, kYields = 4 };
enum class Status : uint8_t { kRun, kParse };  // instructions.def
enum class Family : uint8_t {
  kInteger,
  kExtended,
  kFloat,
  kHalf,
  kMixed,
  kCompare,
  kHalfCompare,
  kLogic,
  kData,
  kConvert,
  kControl,
  kSync,
  kAtomic,
  kStack,
  kMisc,
};

// One row of instructions.def.
struct InstructionRow {
  Opcode opcode{};
  std::string_view form;      // as written in the table
  std::string_view operands;  // as written in the table
  uint16_t since = 10;
  uint16_t sm = 0;
  uint8_t effects = kNone;
  Status status = Status::kRun;
  Family family = Family::kMisc;
  std::vector<ModifierSlot> slots;
  std::vector<OperandSpec> specs;
  uint8_t required_operands = 0;
};

// All rows, grouped by opcode, in the order of the table.
std::span<const InstructionRow> Rows();
std::span<const InstructionRow> RowsOf(Opcode opcode);

std::optional<Opcode> FindOpcode(std::string_view mnemonic);
// The modifier text (with its dot) as an id; kNoModifier if PTX has no such modifier in our table.
ModifierId FindModifier(std::string_view text);
std::string_view ModifierText(ModifierId id);

// How far a row accepts a list of modifiers.
struct ModifierMatch {
  bool ok = false;
  size_t accepted = 0;                    // modifiers accepted before the first wrong one
  const ModifierSlot* missing = nullptr;  // all accepted, but this required one is absent
  uint16_t since = 10;                    // strictest gates of the modifiers used and the row
  uint16_t sm = 0;
  std::string_view since_of, sm_of;  // the modifier that asks for it; empty: the row
};
// Decodes `modifiers` into the fields of *instruction, which must be freshly constructed.
ModifierMatch MatchModifiers(const InstructionRow& row, std::span<const ModifierId> modifiers,
                             Instruction* instruction);

// "add{.rnd}{.ftz}{.sat}.f32 d, a, b" with short sets written out; for hints and the coverage page.
std::string FormText(const InstructionRow& row);
// Closest name by edit distance (at most 2 edits), or empty. For "did you mean".
std::string_view ClosestMnemonic(std::string_view mnemonic);
std::string_view ClosestModifier(Opcode opcode, std::string_view modifier);
size_t EditDistance(std::string_view a, std::string_view b, size_t limit);

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_INSTRUCTIONS_H_
