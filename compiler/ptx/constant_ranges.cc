// Ranges of constant operands: what each instruction's description in the PTX ISA says about them.
#include <bit>
#include <optional>

#include "absl/strings/str_format.h"
#include "compiler/ptx/checker.h"
#include "compiler/ptx/concat.h"

namespace culvert::ptx {
namespace {

constexpr uint64_t kHighestBarrier = 15;
constexpr uint64_t kWarpSize = 32;

std::optional<uint64_t> Constant(const Instruction& instruction, size_t index) {
  if (index >= instruction.operands.size() || instruction.operands[index].kind != OperandKind::kInteger)
    return std::nullopt;
  return instruction.operands[index].bits;
}

// An empty text: the constant is fine.
std::string BarrierProblem(const Instruction& in, size_t* at) {
  if (in.Has(Mod::kWarp) || in.operands.empty()) return "";
  const bool is_red = in.Has(Mod::kRed);
  *at = is_red ? 1 : 0;
  std::optional<uint64_t> id = Constant(in, *at);
  if (id.has_value() && *id > kHighestBarrier) return "a barrier has a number from 0 to 15";
  if (in.operands.size() - (is_red ? 1 : 0) <= *at + 1) return "";  // no thread count
  std::optional<uint64_t> count = Constant(in, ++*at);
  if (!count.has_value()) return "";
  if (*count % kWarpSize != 0) return "the number of threads must be a multiple of the warp size";
  if (*count == 0 && in.Has(Mod::kArrive)) return "'arrive' needs a number of threads";
  return "";
}

std::string PolicyProblem(const Instruction& in, size_t* at) {
  *at = 1;
  if (in.operands.size() != 2 || in.operands[1].kind != OperandKind::kFloat) return "";
  const Operand& operand = in.operands[1];
  double fraction = operand.is_f32_bits ? double{std::bit_cast<float>(static_cast<uint32_t>(operand.bits))}
                                        : std::bit_cast<double>(operand.bits);
  return fraction > 0 && fraction <= 1 ? "" : "the fraction must be above 0 and at most 1";
}

std::string RangeProblem(const Instruction& in, size_t* at) {
  switch (in.opcode) {
    case Opcode::kBar:
    case Opcode::kBarrier:
      return BarrierProblem(in, at);
    case Opcode::kCreatepolicy:
      return PolicyProblem(in, at);
    case Opcode::kFence:
    case Opcode::kDiscard:
    case Opcode::kApplypriority:
      *at = 1;
      return Constant(in, 1).value_or(128) == 128 ? "" : "the size must be 128";
    case Opcode::kAlloca:
      *at = 2;
      return std::has_single_bit(Constant(in, 2).value_or(1)) ? "" : "the alignment must be a power of two";
    case Opcode::kPmevent: {
      *at = 0;
      const bool is_mask = in.row->form == ".mask";
      if (Constant(in, 0).value_or(0) <= (is_mask ? 0xffff : 15)) return "";
      return is_mask ? "the mask has 16 bits" : "an event has a number from 0 to 15";
    }
    default:
      return "";
  }
}

}  // namespace

bool OperandChecker::CheckConstants(const Instruction& instruction, Problem* problem) const {
  size_t at = 0;
  std::string message = RangeProblem(instruction, &at);
  if (message.empty()) return true;
  problem->code = kOperandRange;
  problem->offset = at;
  problem->message = Concat("'", OpcodeName(instruction.opcode), "': ", message);
  return false;
}

}  // namespace culvert::ptx
