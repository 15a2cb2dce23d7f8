#include "runtime/npu/interp/prepared_program.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_format.h"
#include "include/culvert/error.h"

namespace culvert::npu {
namespace {

using bytecode::ConstantInit;
using bytecode::ConstantKind;
using bytecode::Instruction;
using bytecode::Op;

// Slots the code of a function writes (the widest a result can be is four slots).
std::vector<bool> WrittenSlots(const Program& program, const ProgramFunction& function) {
  std::vector<bool> written(function.slot_count + 4, false);
  auto mark = [&](uint16_t slot, int width) {
    if (slot == bytecode::kNoOperand) return;
    for (int i = 0; i < width && slot + static_cast<size_t>(i) < written.size(); ++i)
      written[slot + static_cast<size_t>(i)] = true;
  };
  for (uint32_t i = 0; i < function.instruction_count; ++i) {
    const Instruction& instruction = program.code[function.first_instruction + i];
    const OperandKinds& kinds = KindsOf(instruction.op);
    if (kinds.dst == OperandKind::kRegister || kinds.dst == OperandKind::kEither)
      mark(instruction.dst, kinds.dst_slots);
    if (!kinds.has_extension) continue;
    ++i;
    if (!kinds.writes_extension) continue;
    const auto& extension = reinterpret_cast<const bytecode::Extension&>(program.code[function.first_instruction + i]);
    for (uint16_t slot : extension.slot) mark(slot, 2);
  }
  return written;
}

bool VariesByBlock(ConstantKind kind) {
  switch (kind) {
    case ConstantKind::kCtaidX:
    case ConstantKind::kCtaidY:
    case ConstantKind::kCtaidZ:
    case ConstantKind::kClusterCtaidX:
    case ConstantKind::kClusterCtaidY:
    case ConstantKind::kClusterCtaidZ:
    case ConstantKind::kClusterCtaRank:
    case ConstantKind::kClusteridX:
    case ConstantKind::kClusteridY:
    case ConstantKind::kClusteridZ:
    case ConstantKind::kSmId:
      return true;
    default:
      return false;
  }
}

PreparedFunction PrepareFunction(const Program& program, uint32_t index) {
  const ProgramFunction& function = program.functions[index];
  PreparedFunction prepared;
  prepared.code = program.code.data() + function.first_instruction;
  prepared.index = index;
  prepared.instruction_count = function.instruction_count;
  prepared.window_bytes = (uint64_t{function.slot_count} + 4) * bytecode::kSlotBytes;
  prepared.local_bytes = function.local_bytes;
  for (uint32_t i = 0; i < function.instruction_count; ++i) {
    prepared.uses_alloca |= prepared.code[i].op == Op::ALLOCA;
    if (KindsOf(prepared.code[i].op).has_extension) ++i;
  }
  std::vector<bool> written = WrittenSlots(program, function);
  for (uint32_t i = 0; i < function.constant_count; ++i) {
    const ConstantInit& constant = program.constants[function.first_constant + i];
    bool is_written = written[constant.slot] || (constant.width_bytes == 8 && written[constant.slot + 1u]);
    (VariesByBlock(constant.kind) || is_written ? prepared.block_constants : prepared.launch_constants)
        .push_back(constant);
  }
  return prepared;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PreparedProgram>> PreparedProgram::Prepare(
    std::shared_ptr<const Program> program, absl::Span<const uint64_t> symbol_addresses) {
  CULVERT_RETURN_IF_ERROR(VerifyProgram(*program));
  if (symbol_addresses.size() != program->symbols.size()) {
    return Error(ErrorKind::kInvalidImage, "program of kernel %s has %d symbols, %d addresses were given",
                 program->info.name, program->symbols.size(), symbol_addresses.size());
  }
  auto prepared = std::make_shared<PreparedProgramImpl>(
      program, std::vector<uint64_t>(symbol_addresses.begin(), symbol_addresses.end()));
  for (uint32_t i = 0; i < program->functions.size(); ++i) prepared->functions.push_back(PrepareFunction(*program, i));
  return std::shared_ptr<const PreparedProgram>(std::move(prepared));
}

int64_t PreparedProgramImpl::FunctionAt(uint64_t descriptor) const {
  if (descriptor < kFunctionAddressBase || descriptor % 16 != 0) return -1;
  uint64_t id = (descriptor - kFunctionAddressBase) / 16;
  const auto& table = program_->function_table;
  auto entry = std::lower_bound(table.begin(), table.end(), id,
                                [](const FunctionTableEntry& e, uint64_t value) { return e.id < value; });
  return entry != table.end() && entry->id == id ? int64_t{entry->function} : -1;
}

std::string DescribeInstruction(const Program& program, uint32_t instruction) {
  auto next = std::upper_bound(program.lines.begin(), program.lines.end(), instruction,
                               [](uint32_t value, const SourceLine& line) { return value < line.instruction; });
  if (next == program.lines.begin()) return absl::StrFormat("instruction %d", instruction);
  const SourceLine& line = *std::prev(next);
  std::string text = absl::StrFormat("PTX line %d", line.ptx_line);
  if (line.file != 0 && line.file <= program.files.size()) {
    absl::StrAppendFormat(&text, " (%s:%d)", program.files[line.file - 1], line.line);
  }
  // Linked programs have several texts: the function tells which line 24 it is.
  for (size_t i = 0; i < program.functions.size(); ++i) {
    const ProgramFunction& function = program.functions[i];
    if (i == program.entry || instruction < function.first_instruction ||
        instruction - function.first_instruction >= function.instruction_count) {
      continue;
    }
    absl::StrAppendFormat(&text, " in %s", function.name);
  }
  return text;
}

}  // namespace culvert::npu
