// ValidateProgram (include/culvert/program_format.h).
#include <cstring>
#include <vector>

#include "absl/strings/str_format.h"
#include "compiler/bytecode/op_info.h"
#include "include/culvert/error.h"
#include "include/culvert/program_format.h"

namespace culvert {
namespace {

using bytecode::ConstantKind;
using bytecode::Instruction;
using bytecode::Op;

bool RangeFits(uint64_t first, uint64_t count, uint64_t size) { return first <= size && count <= size - first; }

class FunctionCheck {
 public:
  FunctionCheck(const Program& program, const ProgramFunction& function) : program_(program), function_(function) {}

  absl::Status Run() {
    if (!RangeFits(function_.first_instruction, function_.instruction_count, program_.code.size()) ||
        !RangeFits(function_.first_constant, function_.constant_count, program_.constants.size())) {
      return Fail("its instructions or constants are out of range");
    }
    CULVERT_RETURN_IF_ERROR(FindStarts());
    for (uint32_t i = 0; i < function_.instruction_count; ++i) {
      if (starts_[i]) CULVERT_RETURN_IF_ERROR(CheckInstruction(i));
    }
    for (uint32_t i = 0; i < function_.constant_count; ++i) {
      CULVERT_RETURN_IF_ERROR(CheckConstant(program_.constants[function_.first_constant + i]));
    }
    return absl::OkStatus();
  }

 private:
  const Instruction& At(uint64_t i) const { return program_.code[function_.first_instruction + i]; }

  absl::Status Fail(std::string_view what) const {
    return Error(ErrorKind::kInvalidImage, "serialised program, function '%s': %s", function_.name, what);
  }
  absl::Status FailAt(uint64_t i, std::string_view what) const {
    return Error(ErrorKind::kInvalidImage, "serialised program, function '%s', instruction %d: %s", function_.name, i,
                 what);
  }

  // Which instruction words begin an instruction, and not its extension.
  absl::Status FindStarts() {
    starts_.assign(function_.instruction_count, false);
    for (uint32_t i = 0; i < function_.instruction_count; ++i) {
      if (At(i).op >= Op::kCount) return FailAt(i, "unknown operation");
      starts_[i] = true;
      if (!lowering::InfoOf(At(i).op).extension) continue;
      lowering::ExtensionInfo extension;
      if (!lowering::ExtensionOf(At(i), &extension)) return FailAt(i, "bad encoding");
      if (++i >= function_.instruction_count) return FailAt(i - 1, "extension missing");
    }
    return absl::OkStatus();
  }

  bool IsStart(int64_t target) const {
    return target >= 0 && target < int64_t{function_.instruction_count} && starts_[static_cast<size_t>(target)];
  }

  absl::Status CheckInstruction(uint32_t i) const {
    const Instruction& in = At(i);
    switch (in.op) {
      case Op::BRA:
      case Op::BRP:
        return IsStart(in.imm) ? absl::OkStatus() : FailAt(i, "branch out of the function");
      case Op::BRX:
        if (in.imm < 0 || !RangeFits(static_cast<uint32_t>(in.imm), in.b, program_.branch_targets.size())) {
          return FailAt(i, "branch table out of range");
        }
        for (uint32_t t = 0; t < in.b; ++t) {
          if (!IsStart(program_.branch_targets[static_cast<uint32_t>(in.imm) + t]))
            return FailAt(i, "branch out of the function");
        }
        return absl::OkStatus();
      case Op::CALL:
        return in.imm >= 0 && static_cast<uint32_t>(in.imm) < program_.functions.size()
                   ? absl::OkStatus()
                   : FailAt(i, "call of no function");
      case Op::GUARD: {
        int64_t end = int64_t{i} + 1 + in.imm;
        if (in.imm < 1 || !IsStart(end) || At(static_cast<uint64_t>(end)).op != Op::UNGUARD) {
          return FailAt(i, "guarded region without end");
        }
        return absl::OkStatus();
      }
      default:
        return absl::OkStatus();
    }
  }

  absl::Status CheckConstant(const bytecode::ConstantInit& init) const {
    if (init.kind >= ConstantKind::kCount) return Fail("unknown constant");
    if (init.width_bytes != 4 && init.width_bytes != 8) return Fail("a constant of unknown width");
    if (!RangeFits(init.slot, init.width_bytes / 4, function_.slot_count)) return Fail("a constant outside the window");
    switch (init.kind) {
      case ConstantKind::kParameter: {
        bool width_ok =
            init.source_bytes == 1 || init.source_bytes == 2 || init.source_bytes == 4 || init.source_bytes == 8;
        return width_ok && RangeFits(init.value, init.source_bytes, program_.info.parameter_bytes)
                   ? absl::OkStatus()
                   : Fail("a parameter out of range");
      }
      case ConstantKind::kSymbolAddress:
        return init.symbol < program_.symbols.size() ? absl::OkStatus() : Fail("unknown symbol");
      case ConstantKind::kFunctionAddress:
        return init.symbol < program_.function_table.size() ? absl::OkStatus() : Fail("unknown function");
      default:
        return absl::OkStatus();
    }
  }

  const Program& program_;
  const ProgramFunction& function_;
  std::vector<bool> starts_;
};

}  // namespace

absl::Status ValidateProgram(const Program& program) {
  auto fail = [](std::string_view what) { return Error(ErrorKind::kInvalidImage, "serialised program: %s", what); };
  if (program.entry >= program.functions.size()) return fail("no entry");
  for (const ProgramFunction& function : program.functions)
    CULVERT_RETURN_IF_ERROR(FunctionCheck(program, function).Run());
  for (size_t i = 0; i < program.function_table.size(); ++i) {
    if (program.function_table[i].function >= program.functions.size()) return fail("function table out of range");
    if (i > 0 && program.function_table[i - 1].id >= program.function_table[i].id)
      return fail("function table not sorted");
  }
  for (size_t i = 0; i < program.lines.size(); ++i) {
    if (program.lines[i].instruction >= program.code.size() || program.lines[i].file > program.files.size()) {
      return fail("source lines out of range");
    }
    if (i > 0 && program.lines[i - 1].instruction >= program.lines[i].instruction)
      return fail("source lines not sorted");
  }
  for (const KernelParameter& parameter : program.info.parameters) {
    if (!RangeFits(parameter.offset_bytes, parameter.size_bytes, program.info.parameter_bytes)) {
      return fail("a kernel parameter out of range");
    }
  }
  return absl::OkStatus();
}

}  // namespace culvert
