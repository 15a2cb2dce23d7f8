#include "compiler/ptx/decoder.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "compiler/ptx/concat.h"

namespace culvert::ptx {
namespace {

constexpr size_t kMaxModifiers = 16;
constexpr size_t kMaxExpectedShown = 24;
constexpr size_t kMaxFormsShown = 4;

struct Pieces {
  std::string_view mnemonic;
  std::vector<std::string_view> modifiers;  // with their dots
};

Pieces SplitOpcode(std::string_view text) {
  Pieces pieces;
  size_t at = text.find('.');
  pieces.mnemonic = text.substr(0, at);
  while (at != std::string_view::npos) {
    size_t next = text.find('.', at + 1);
    pieces.modifiers.push_back(text.substr(at, next == std::string_view::npos ? next : next - at));
    at = next;
  }
  return pieces;
}

size_t OffsetIn(std::string_view text, std::string_view piece) {
  return static_cast<size_t>(piece.data() - text.data());
}

// Qualifiers that speak of the caches of global memory.
bool IsMemoryHint(Opcode opcode, std::string_view modifier) {
  switch (opcode) {
    case Opcode::kLd:
    case Opcode::kSt:
    case Opcode::kAtom:
    case Opcode::kRed:
      return modifier.starts_with(".L1::") || modifier.starts_with(".L2::");
    default:
      return false;
  }
}

// The modifiers of `row` that may stand at position `accepted`, given the ones before.
void AddExpected(const InstructionRow& row, std::span<const ModifierId> before, std::vector<std::string_view>* out) {
  std::vector<ModifierId> trial(before.begin(), before.end());
  trial.push_back(kNoModifier);
  for (const ModifierSlot& slot : row.slots) {
    for (const Modifier* alternative : slot.alternatives) {
      trial.back() = alternative->id;
      Instruction scratch;
      if (MatchModifiers(row, trial, &scratch).accepted != trial.size()) continue;
      if (std::find(out->begin(), out->end(), alternative->text) == out->end()) out->push_back(alternative->text);
    }
  }
}

std::string ExpectedText(const std::vector<std::string_view>& expected) {
  std::string out = expected.size() > 1 ? "expected one of" : "expected";
  for (size_t i = 0; i < expected.size() && i < kMaxExpectedShown; ++i) out += Concat(" ", expected[i]);
  if (expected.size() > kMaxExpectedShown) out += absl::StrFormat(" and %d more", expected.size() - kMaxExpectedShown);
  return out;
}

Problem UnknownMnemonic(std::string_view mnemonic) {
  Problem problem;
  problem.code = kUnknownInstruction;
  problem.message = Concat("unknown instruction '", mnemonic.substr(0, 64), "'");
  std::string_view closest = ClosestMnemonic(mnemonic);
  if (!closest.empty()) problem.hint = Concat("did you mean '", closest, "'?");
  return problem;
}

Problem Unimplemented(std::string_view mnemonic) {
  Problem problem;
  problem.code = kUnsupportedInstruction;
  problem.message = Concat("instruction '", mnemonic, "' is not implemented");
  problem.hint = "docs/ptx_coverage.md lists what is; only kernels that use the instruction are affected";
  return problem;
}

// No row accepts the modifiers: says which ones could have stood at the first wrong place.
Problem Mismatch(std::string_view text, const Pieces& pieces, std::span<const ModifierId> ids, Opcode opcode) {
  size_t furthest = 0;
  for (const InstructionRow& row : RowsOf(opcode)) {
    Instruction scratch;
    furthest = std::max(furthest, MatchModifiers(row, ids, &scratch).accepted);
  }
  std::vector<std::string_view> expected;
  for (const InstructionRow& row : RowsOf(opcode)) AddExpected(row, ids.subspan(0, furthest), &expected);
  Problem problem;
  size_t end = furthest == 0 ? pieces.mnemonic.size()
                             : OffsetIn(text, pieces.modifiers[furthest - 1]) + pieces.modifiers[furthest - 1].size();
  std::string after = Concat(" after '", text.substr(0, std::min<size_t>(end, 64)), "'");
  problem.offset = end;
  if (furthest == pieces.modifiers.size()) {
    problem.code = kMissingModifier;
    problem.message = ExpectedText(expected) + after;
  } else {
    std::string_view wrong = pieces.modifiers[furthest];
    problem.code = kBadModifier;
    problem.message = expected.empty() ? Concat("no modifier may stand", after, ", got '", wrong.substr(0, 64), "'")
                                       : Concat(ExpectedText(expected), after, ", got '", wrong.substr(0, 64), "'");
    std::string_view closest = ClosestModifier(opcode, wrong);
    if (!closest.empty() && closest != wrong) problem.hint = Concat("did you mean '", closest, "'? ");
  }
  problem.hint += FormsHint(opcode, kMaxFormsShown);
  return problem;
}

}  // namespace

bool IsRemoved(const Instruction& instruction, uint32_t version, uint32_t target) {
  const bool is_warp = instruction.opcode == Opcode::kShfl || instruction.opcode == Opcode::kVote;
  return is_warp && !instruction.Has(Mod::kSync) && version >= 64 && target >= 70;
}

std::string FormsHint(Opcode opcode, size_t limit) {
  std::span<const InstructionRow> rows = RowsOf(opcode);
  std::string out = rows.size() == 1 ? "form: " : "forms: ";
  for (size_t i = 0; i < rows.size() && i < limit; ++i) out += Concat(i == 0 ? "" : "; ", FormText(rows[i]));
  if (rows.size() > limit) out += absl::StrFormat("; and %d more in docs/ptx_coverage.md", rows.size() - limit);
  return out;
}

Problem GateProblem(const Candidate& candidate, uint32_t version, uint32_t target) {
  const ModifierMatch& match = candidate.match;
  Problem problem;
  auto what = [&](std::string_view modifier) {
    std::string_view mnemonic = OpcodeName(candidate.row->opcode);
    return modifier.empty() ? Concat("this form of '", mnemonic, "'") : Concat("'", modifier, "' of '", mnemonic, "'");
  };
  if (candidate.is_removed) {
    problem.code = kNeedsTarget;
    problem.message = Concat("'", OpcodeName(candidate.row->opcode),
                             "' without .sync does not exist for sm_70 and higher since PTX ISA 6.4");
    problem.hint = FormsHint(candidate.prototype.opcode, kMaxFormsShown);
  } else if (match.since > version) {
    problem.code = kNeedsVersion;
    problem.message = absl::StrFormat("%s needs PTX ISA %d.%d; the module says .version %d.%d", what(match.since_of),
                                      match.since / 10, match.since % 10, version / 10, version % 10);
    problem.hint = absl::StrFormat("form: %s", FormText(*candidate.row));
  } else {
    problem.code = kNeedsTarget;
    problem.message =
        absl::StrFormat("%s needs .target sm_%d or higher; the module says sm_%d", what(match.sm_of), match.sm, target);
    problem.hint = absl::StrFormat("compile for compute_%d", match.sm);
  }
  return problem;
}

const std::vector<Candidate>* InstructionDecoder::Decode(std::string_view text, Problem* problem) {
  auto it = cache_.find(text);
  if (it != cache_.end()) return it->second.get();
  Pieces pieces = SplitOpcode(text);
  std::optional<Opcode> opcode = FindOpcode(pieces.mnemonic);
  if (!opcode.has_value()) {
    *problem = UnknownMnemonic(pieces.mnemonic);
    return nullptr;
  }
  if (RowsOf(*opcode).empty()) {
    *problem = Unimplemented(pieces.mnemonic);
    return nullptr;
  }
  if (pieces.modifiers.size() > kMaxModifiers) pieces.modifiers.resize(kMaxModifiers);  // no row accepts as many
  std::vector<ModifierId> ids;
  bool has_cache_hint = false;
  std::string_view memory_hint;
  for (std::string_view modifier : pieces.modifiers) {
    ids.push_back(FindModifier(modifier));
    has_cache_hint |= modifier == ".L2::cache_hint";
    if (IsMemoryHint(*opcode, modifier)) memory_hint = modifier;
  }
  auto candidates = std::make_unique<Candidates>();
  Candidates gated;  // match, but need a newer .version or .target
  for (const InstructionRow& row : RowsOf(*opcode)) {
    Candidate candidate;
    candidate.match = MatchModifiers(row, ids, &candidate.prototype);
    if (!candidate.match.ok) continue;
    candidate.row = &row;
    candidate.prototype.opcode = *opcode;
    candidate.prototype.row = &row;
    candidate.has_cache_hint = has_cache_hint;
    candidate.memory_hint = memory_hint;
    candidate.is_removed = IsRemoved(candidate.prototype, version_, target_);
    candidate.gates_ok = candidate.match.since <= version_ && candidate.match.sm <= target_ && !candidate.is_removed;
    (candidate.gates_ok ? *candidates : gated).push_back(std::move(candidate));
  }
  std::move(gated.begin(), gated.end(), std::back_inserter(*candidates));
  if (candidates->empty()) {
    *problem = Mismatch(text, pieces, ids, *opcode);
    return nullptr;
  }
  return cache_.emplace(text, std::move(candidates)).first->second.get();
}

}  // namespace culvert::ptx
