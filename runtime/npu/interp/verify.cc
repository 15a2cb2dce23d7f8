// Checks a program before anything of it runs: a program may come from a damaged or hostile file. After this the
// interpreter trusts every operand.
#include <array>
#include <string_view>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "runtime/npu/interp/prepared_program.h"

namespace culvert::npu {
namespace {

using bytecode::ConstantKind;
using bytecode::Instruction;
using bytecode::kNoOperand;
using bytecode::Op;

struct OpRow {
  const char* name;
  const char* operands;
};
constexpr OpRow kRows[] = {
#define CULVERT_OP(name, operands, comment) {#name, operands},
#include "include/culvert/bytecode.def"
#undef CULVERT_OP
};

// A field of the operand string: "a", "a:r32", "[a+imm]", "c:p", "x:FloatFlag" ...
void ReadField(std::string_view field, OperandKinds* kinds) {
  bool is_predicate = field.size() > 2 && field.substr(1) == ":p";
  OperandKind kind = is_predicate ? OperandKind::kPredicate : OperandKind::kRegister;
  if (field.starts_with("[")) {
    kinds->a = OperandKind::kRegister;
  } else if (field == "a" || field.starts_with("a:")) {
    kinds->a = kind;
  } else if (field == "b" || field.starts_with("b:")) {
    kinds->b = kind;
  } else if (field == "c" || field.starts_with("c:")) {
    kinds->c = kind;
  } else if (field == "x:p" || field == "x:r32") {
    kinds->x = kind;
  } else if (field == "+ext") {
    kinds->has_extension = true;
  }
}

OperandKinds ReadRow(Op op, std::string_view operands) {
  OperandKinds kinds;
  std::string_view sources = operands;
  if (size_t arrow = operands.find("<-"); arrow != std::string_view::npos) {
    std::string_view result = operands.substr(0, arrow);
    sources = operands.substr(arrow + 2);
    bool predicate = result.starts_with("p"), other = result.find("r") != std::string_view::npos;
    if (result.starts_with("[")) {  // a store: the left side is an address
      kinds.a = OperandKind::kRegister;
    } else if (result.starts_with("ext")) {
      kinds.writes_extension = true;
    } else {
      kinds.dst = predicate ? (other ? OperandKind::kEither : OperandKind::kPredicate) : OperandKind::kRegister;
      kinds.dst_slots = result.starts_with("r32 ") ? 1 : result.starts_with("dst") ? 4 : 2;
    }
  }
  for (absl::string_view field :
       absl::StrSplit(absl::string_view(sources.data(), sources.size()), ' ', absl::SkipEmpty())) {
    ReadField({field.data(), field.size()}, &kinds);
  }
  if (op == Op::BAR) kinds.dst = OperandKind::kEither;
  if (op == Op::SHFL) kinds.dst_slots = 1;
  if (op == Op::SYSCALL) kinds.dst = kinds.a = kinds.b = kinds.c = OperandKind::kRegister;
  if (op == Op::HSETP) kinds.c = OperandKind::kPredicate;
  return kinds;
}

std::array<OperandKinds, static_cast<size_t>(Op::kCount)> ReadAllRows() {
  std::array<OperandKinds, static_cast<size_t>(Op::kCount)> kinds;
  for (size_t i = 0; i < kinds.size(); ++i) kinds[i] = ReadRow(static_cast<Op>(i), kRows[i].operands);
  return kinds;
}

// Operands that may be absent.
bool MayBeAbsent(Op op, char field) {
  switch (op) {
    case Op::ADDC_I32:
    case Op::ADDC_I64:
    case Op::SUBC_I32:
    case Op::SUBC_I64:
    case Op::ADD_CC_I32:
    case Op::ADD_CC_I64:
    case Op::SUB_CC_I32:
    case Op::SUB_CC_I64:
      return field == 'x';
    case Op::HSETP:
    case Op::MATCH_ALL:
      return field == 'c';
    case Op::ATOM_G:
    case Op::ATOM_X:
    case Op::ATOM_S:
      return field == 'd' || field == 'c';
    case Op::VOTE:
      return field == 'b';
    case Op::ELECT:
      return field == 'd' || field == 'c';
    case Op::BAR:
      return field == 'b' || field == 'c' || field == 'd';
    case Op::SYSCALL:
      return true;
    default:
      return false;
  }
}

class Verifier {
 public:
  Verifier(const Program& program, const ProgramFunction& function) : program_(program), function_(function) {}

  absl::Status Run() {
    starts_.assign(function_.instruction_count, false);
    for (uint32_t i = 0; i < function_.instruction_count; ++i) {
      const Instruction& instruction = At(i);
      if (instruction.op >= Op::kCount) return Fail(i, "unknown operation");
      starts_[i] = true;
      if (KindsOf(instruction.op).has_extension && ++i >= function_.instruction_count)
        return Fail(i - 1, "extension missing");
    }
    for (uint32_t i = 0; i < function_.instruction_count; ++i) {
      if (!starts_[i]) continue;
      CULVERT_RETURN_IF_ERROR(CheckOperands(i));
      CULVERT_RETURN_IF_ERROR(CheckExtension(i));
      CULVERT_RETURN_IF_ERROR(CheckControl(i));
    }
    return CheckEnd();
  }

 private:
  const Instruction& At(uint32_t i) const { return program_.code[function_.first_instruction + i]; }

  absl::Status Fail(uint32_t i, std::string_view what) const {
    Op op = At(i).op;
    return Error(ErrorKind::kInvalidImage, "program of kernel %s, function %s, instruction %d (%s): %s",
                 program_.info.name, function_.name, i, op < Op::kCount ? kRows[static_cast<size_t>(op)].name : "?",
                 std::string(what));
  }

  bool RegisterOk(uint16_t slot) const { return slot < function_.slot_count; }
  bool PredicateOk(uint16_t index) const { return index < function_.predicate_count; }

  bool Ok(OperandKind kind, uint16_t value, Op op, char field) const {
    if (kind == OperandKind::kNone) return true;
    if (value == kNoOperand) return MayBeAbsent(op, field);
    if (kind == OperandKind::kRegister) return RegisterOk(value);
    if (kind == OperandKind::kPredicate) return PredicateOk(value);
    return RegisterOk(value) || PredicateOk(value);
  }

  absl::Status CheckOperands(uint32_t i) const {
    const Instruction& in = At(i);
    OperandKinds kinds = KindsOf(in.op);
    if (in.op == Op::VOTE) {
      kinds.dst = (in.x & 0xf) == static_cast<uint16_t>(bytecode::VoteMode::kBallot) ? OperandKind::kRegister
                                                                                     : OperandKind::kPredicate;
    }
    if (in.op == Op::BAR) {
      auto kind = static_cast<bytecode::BarKind>(in.x & 0xf);
      const bool is_reduction = bytecode::IsBarReduction(kind);
      kinds.dst = !is_reduction                         ? OperandKind::kNone
                  : kind == bytecode::BarKind::kRedPopc ? OperandKind::kRegister
                                                        : OperandKind::kPredicate;
      if (!is_reduction) kinds.c = OperandKind::kNone;
      if (is_reduction && (in.dst == kNoOperand || in.c == kNoOperand)) return Fail(i, "operand missing");
      if (kind == bytecode::BarKind::kArrive && in.b == kNoOperand) return Fail(i, "thread count missing");
    }
    if (!Ok(kinds.dst, in.dst, in.op, 'd')) return Fail(i, "result operand outside the window");
    if (!Ok(kinds.a, in.a, in.op, 'a')) return Fail(i, "operand a outside the window");
    if (!Ok(kinds.b, in.b, in.op, 'b')) return Fail(i, "operand b outside the window");
    if (!Ok(kinds.c, in.c, in.op, 'c')) return Fail(i, "operand c outside the window");
    if (!Ok(kinds.x, in.x, in.op, 'x')) return Fail(i, "operand x outside the window");
    return absl::OkStatus();
  }

  absl::Status CheckExtension(uint32_t i) const {
    const Instruction& in = At(i);
    if (!KindsOf(in.op).has_extension) return absl::OkStatus();
    const uint16_t* slot = reinterpret_cast<const bytecode::Extension&>(At(i + 1)).slot;
    if (in.op == Op::SHFL) {
      if (slot[0] != kNoOperand && !RegisterOk(slot[0])) return Fail(i, "membermask outside the window");
      if (slot[1] != kNoOperand && !PredicateOk(slot[1])) return Fail(i, "predicate outside the window");
      return absl::OkStatus();
    }
    if (in.op == Op::SYSCALL) {
      auto which = static_cast<bytecode::Syscall>(in.x);
      if (which > bytecode::Syscall::kFree) return Fail(i, "unknown system call");
      bool has_a = in.a != kNoOperand, has_b = in.b != kNoOperand, has_c = in.c != kNoOperand;
      bool complete = which == bytecode::Syscall::kVprintf      ? has_a && has_b
                      : which == bytecode::Syscall::kAssertFail ? has_a && has_b && has_c && RegisterOk(slot[0])
                                                                : has_a;
      if (which == bytecode::Syscall::kMalloc) complete &= in.dst != kNoOperand;
      return complete ? absl::OkStatus() : Fail(i, "operand missing");
    }
    uint32_t count = (in.x & bytecode::kCountMask) >> bytecode::kCountShift;
    if (count != 2 && count != 4 && count != 8) return Fail(i, "vector length");
    for (uint32_t e = 0; e < count; ++e) {
      bool sink = slot[e] == kNoOperand && KindsOf(in.op).writes_extension;
      if (!sink && !RegisterOk(slot[e])) return Fail(i, "vector element outside the window");
    }
    return absl::OkStatus();
  }

  bool IsStart(int64_t target) const {
    return target >= 0 && target < int64_t{function_.instruction_count} && starts_[static_cast<size_t>(target)];
  }

  absl::Status CheckControl(uint32_t i) const {
    const Instruction& in = At(i);
    switch (in.op) {
      case Op::BRA:
      case Op::BRP:
        if (!IsStart(in.imm)) return Fail(i, "branch out of the function");
        if (in.imm <= static_cast<int32_t>(i) && !(in.x & bytecode::kBackEdge))
          return Fail(i, "backward branch is not marked");
        return absl::OkStatus();
      case Op::BRX: {
        uint64_t end = uint64_t{static_cast<uint32_t>(in.imm)} + in.b;
        if (in.imm < 0 || end > program_.branch_targets.size()) return Fail(i, "branch table");
        for (uint64_t t = static_cast<uint32_t>(in.imm); t < end; ++t) {
          if (!IsStart(program_.branch_targets[t])) return Fail(i, "branch out of the function");
        }
        return absl::OkStatus();
      }
      case Op::CALL:
        if (in.imm < 0 || static_cast<uint32_t>(in.imm) >= program_.functions.size())
          return Fail(i, "call of no function");
        return absl::OkStatus();
      case Op::GUARD:
        return CheckGuard(i);
      case Op::FAULT:
        return IsSticky(static_cast<ErrorKind>(in.imm)) ? absl::OkStatus() : Fail(i, "no fault code");
      default:
        return absl::OkStatus();
    }
  }

  absl::Status CheckGuard(uint32_t i) const {
    int64_t end = int64_t{i} + 1 + At(i).imm;
    if (At(i).imm < 0 || !IsStart(end) || At(static_cast<uint32_t>(end)).op != Op::UNGUARD || !IsStart(end + 1)) {
      return Fail(i, "guarded region has no end");
    }
    for (int64_t k = i + 1; k < end; ++k) {
      if (!starts_[static_cast<size_t>(k)]) continue;
      switch (At(static_cast<uint32_t>(k)).op) {
        case Op::BRA:
        case Op::BRP:
        case Op::BRX:
        case Op::GUARD:
        case Op::UNGUARD:
        case Op::CALL:
        case Op::CALL_INDIRECT:
        case Op::RET:
        case Op::BAR:
        case Op::JOIN:
          return Fail(static_cast<uint32_t>(k), "not allowed in a guarded region");
        default:
          break;
      }
    }
    return absl::OkStatus();
  }

  // Control must not run off the end.
  absl::Status CheckEnd() const {
    uint32_t last = function_.instruction_count;
    while (last > 0 && !starts_[last - 1]) --last;
    if (last == 0)
      return Error(ErrorKind::kInvalidImage, "program of kernel %s: function %s is empty", program_.info.name,
                   function_.name);
    switch (At(last - 1).op) {
      case Op::BRA:
      case Op::BRX:
      case Op::RET:
      case Op::EXIT:
      case Op::TRAP:
      case Op::FAULT:
        return absl::OkStatus();
      default:
        return Fail(last - 1, "control runs off the end");
    }
  }

  const Program& program_;
  const ProgramFunction& function_;
  std::vector<bool> starts_;
};

absl::Status CheckConstants(const Program& program, const ProgramFunction& function) {
  auto fail = [&](const char* what) {
    return Error(ErrorKind::kInvalidImage, "program of kernel %s, function %s: %s", program.info.name, function.name,
                 what);
  };
  if (uint64_t{function.first_constant} + function.constant_count > program.constants.size())
    return fail("constants out of range");
  for (uint32_t i = 0; i < function.constant_count; ++i) {
    const bytecode::ConstantInit& constant = program.constants[function.first_constant + i];
    if (constant.kind >= ConstantKind::kCount) return fail("unknown constant");
    if (constant.width_bytes != 4 && constant.width_bytes != 8) return fail("width of a constant");
    if (constant.slot >= function.slot_count) return fail("constant outside the window");
    if (constant.kind == ConstantKind::kParameter &&
        (constant.source_bytes == 0 || constant.source_bytes > 8 || constant.value > program.info.parameter_bytes ||
         constant.value + constant.source_bytes > program.info.parameter_bytes)) {
      return fail("parameter out of range");
    }
    if (constant.kind == ConstantKind::kSymbolAddress && constant.symbol >= program.symbols.size())
      return fail("unknown symbol");
    if (constant.kind == ConstantKind::kFunctionAddress && constant.symbol >= program.function_table.size())
      return fail("unknown function");
  }
  return absl::OkStatus();
}

}  // namespace

const OperandKinds& KindsOf(Op op) {
  static const auto* kinds = new auto(ReadAllRows());
  return (*kinds)[static_cast<size_t>(op)];
}

absl::Status VerifyProgram(const Program& program) {
  const std::string& name = program.info.name;
  if (program.entry >= program.functions.size())
    return Error(ErrorKind::kInvalidImage, "program of kernel %s has no entry", name);
  for (const FunctionTableEntry& entry : program.function_table) {
    if (entry.function >= program.functions.size())
      return Error(ErrorKind::kInvalidImage, "program of kernel %s: function table", name);
  }
  for (const ProgramFunction& function : program.functions) {
    uint64_t predicate_slots =
        (uint64_t{function.predicate_count} * 4 + bytecode::kSlotBytes - 1) / bytecode::kSlotBytes;
    if (uint64_t{function.first_instruction} + function.instruction_count > program.code.size() ||
        predicate_slots > function.slot_count || function.slot_count > 0xffff || function.local_bytes % 16 != 0 ||
        function.local_bytes > kMaxLocalBytesPerThread) {
      return Error(ErrorKind::kInvalidImage, "program of kernel %s: sizes of function %s", name, function.name);
    }
    CULVERT_RETURN_IF_ERROR(Verifier(program, function).Run());
    CULVERT_RETURN_IF_ERROR(CheckConstants(program, function));
  }
  return absl::OkStatus();
}

}  // namespace culvert::npu
