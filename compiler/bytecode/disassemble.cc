#include "compiler/bytecode/disassemble.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "absl/strings/str_format.h"
#include "compiler/bytecode/op_info.h"

namespace culvert::lowering {
namespace {

using bytecode::ConstantKind;
using bytecode::Instruction;
using bytecode::kNoOperand;
using bytecode::Op;

std::string Place(FieldKind kind, uint16_t place) {
  if (place == kNoOperand) return "_";
  switch (kind) {
    case FieldKind::kPredicate:
      return absl::StrFormat("p%d", place);
    case FieldKind::k64:
      return absl::StrFormat("s%d:2", place);
    case FieldKind::k128:
      return absl::StrFormat("s%d:4", place);
    case FieldKind::kLiteral:
      return absl::StrFormat("%d", place);
    default:
      return absl::StrFormat("s%d", place);
  }
}

constexpr std::string_view kConstantNames[] = {"bits",
                                               "parameter",
                                               "parameter-address",
                                               "symbol-address",
                                               "function-address",
                                               "tid.x",
                                               "tid.y",
                                               "tid.z",
                                               "laneid",
                                               "warpid",
                                               "nwarpid",
                                               "lanemask_eq",
                                               "lanemask_lt",
                                               "lanemask_le",
                                               "lanemask_gt",
                                               "lanemask_ge",
                                               "ntid.x",
                                               "ntid.y",
                                               "ntid.z",
                                               "nctaid.x",
                                               "nctaid.y",
                                               "nctaid.z",
                                               "ctaid.x",
                                               "ctaid.y",
                                               "ctaid.z",
                                               "cluster_ctaid.x",
                                               "cluster_ctaid.y",
                                               "cluster_ctaid.z",
                                               "cluster_nctaid.x",
                                               "cluster_nctaid.y",
                                               "cluster_nctaid.z",
                                               "cluster_ctarank",
                                               "cluster_nctarank",
                                               "clusterid.x",
                                               "clusterid.y",
                                               "clusterid.z",
                                               "nclusterid.x",
                                               "nclusterid.y",
                                               "nclusterid.z",
                                               "is_explicit_cluster",
                                               "smid",
                                               "nsmid",
                                               "gridid",
                                               "total_smem_size",
                                               "dynamic_smem_size",
                                               "aggr_smem_size",
                                               "envreg"};
static_assert(std::size(kConstantNames) == static_cast<size_t>(ConstantKind::kCount));

std::string ConstantText(const Program& program, const bytecode::ConstantInit& init) {
  std::string_view name = kConstantNames[static_cast<size_t>(init.kind)];
  switch (init.kind) {
    case ConstantKind::kBits:
      return absl::StrFormat("0x%x", init.value);
    case ConstantKind::kParameter:
      return absl::StrFormat("parameter %d (%d bytes%s)", init.value, init.source_bytes,
                             init.sign_extend ? ", signed" : "");
    case ConstantKind::kParameterAddress:
      return absl::StrFormat("parameter-address %d", init.value);
    case ConstantKind::kSymbolAddress:
      return absl::StrFormat("symbol %s%+d", program.symbols[init.symbol], init.value);
    case ConstantKind::kFunctionAddress:
      return absl::StrFormat("function %d", init.symbol);
    case ConstantKind::kEnvReg:
      return absl::StrFormat("envreg%d", init.value);
    default:
      return std::string(name);
  }
}

bool IsBranch(Op op) { return op == Op::BRA || op == Op::BRP; }

// Modifiers after the name, for the encodings that tests and readers look at.
std::string Suffix(const Instruction& in) {
  std::string out;
  if (IsBranch(in.op) || in.op == Op::GUARD) {
    if (in.x & bytecode::kNegate) out += ".not";
    if (in.x & bytecode::kBackEdge) out += ".back";
    if (in.x & bytecode::kSpin) out += ".spin";
    if (in.x & bytecode::kUniformBranch) out += ".uni";
    return out;
  }
  const OpInfo& info = InfoOf(in.op);
  if (info.memory && in.op != Op::ATOM_G && in.op != Op::ATOM_X && in.op != Op::ATOM_S) {
    if ((in.x & bytecode::kOrderMask) == bytecode::kRelaxed) out += ".relaxed";
    if ((in.x & bytecode::kOrderMask) == bytecode::kAcquireRelease) out += ".ordered";
    if (in.x & bytecode::kAddressUniform) out += ".uni";
    if (info.extension) {
      out += absl::StrFormat(".v%d.b%d", (in.x & bytecode::kCountMask) >> bytecode::kCountShift,
                             8 << ((in.x & bytecode::kWidthMask) >> 4));
    }
    return out;
  }
  if (info.memory) {
    static constexpr std::string_view kOps[] = {"add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"};
    static constexpr std::string_view kTypes[] = {"b16", "b32", "b64",   "b128", "u32",    "s32", "u64",
                                                  "s64", "f16", "f16x2", "bf16", "bf16x2", "f32", "f64"};
    size_t op = in.x & 0x1f, type = in.x >> bytecode::kAtomTypeShift & 0xf;
    out =
        absl::StrFormat(".%s.%s", op < std::size(kOps) ? kOps[op] : "?", type < std::size(kTypes) ? kTypes[type] : "?");
    if ((in.x >> bytecode::kAtomOrderShift & 3) == bytecode::kAcquireRelease) out += ".ordered";
    return out;
  }
  if (info.x == FieldKind::kLiteral && in.x != 0) out = absl::StrFormat(".x%x", in.x);
  return out;
}

class Text {
 public:
  Text(const Program& program, const DisassembleOptions& options) : program_(program), options_(options) {}

  std::string Run() {
    absl::StrAppendFormat(&out_, "program \"%s\": parameters %d, shared %d, local %d, registers %d%s%s\n",
                          program_.info.name, program_.info.parameter_bytes, program_.info.static_scratchpad_bytes,
                          program_.info.local_bytes, program_.info.registers,
                          program_.has_spin_loops ? ", spin loops" : "",
                          program_.needs_parameter_memory ? ", parameter memory" : "");
    for (const FunctionTableEntry& entry : program_.function_table) {
      absl::StrAppendFormat(&out_, "table %d = function %d\n", entry.id, entry.function);
    }
    for (size_t i = 0; i < program_.functions.size(); ++i) Function(i);
    return std::move(out_);
  }

 private:
  void Function(size_t number) {
    const ProgramFunction& f = program_.functions[number];
    absl::StrAppendFormat(&out_, "function %d \"%s\": %d predicates, %d slots, local %d, arguments %d\n", number,
                          f.name, f.predicate_count, f.slot_count, f.local_bytes, f.argument_bytes);
    for (uint32_t i = 0; i < f.constant_count; ++i) {
      const bytecode::ConstantInit& init = program_.constants[f.first_constant + i];
      absl::StrAppendFormat(&out_, "  constant %s = %s\n",
                            Place(init.width_bytes == 8 ? FieldKind::k64 : FieldKind::k32, init.slot),
                            ConstantText(program_, init));
    }
    for (uint32_t i = 0; i < f.instruction_count;) {
      if (options_.lines) Line(f.first_instruction + i);
      const Instruction& in = program_.code[f.first_instruction + i];
      const bool extended = InfoOf(in.op).extension;
      const Instruction* extension = extended ? &program_.code[f.first_instruction + i + 1] : nullptr;
      absl::StrAppendFormat(&out_, "  %5d  %s\n", i, One(in, extension));
      i += extended ? 2 : 1;
    }
  }

  void Line(uint32_t instruction) {
    auto row = std::lower_bound(program_.lines.begin(), program_.lines.end(), instruction,
                                [](const SourceLine& line, uint32_t at) { return line.instruction < at; });
    if (row == program_.lines.end() || row->instruction != instruction) return;
    absl::StrAppendFormat(&out_, "  ; ptx %d", row->ptx_line);
    if (row->file != 0) absl::StrAppendFormat(&out_, " %s:%d", program_.files[row->file - 1], row->line);
    out_ += "\n";
  }

  std::string One(const Instruction& in, const Instruction* raw_extension) const {
    const OpInfo info = InfoOf(in);
    std::string text = std::string(info.name) + Suffix(in);
    std::string operands;
    auto add = [&operands](std::string operand) { operands += (operands.empty() ? "  " : ", ") + operand; };
    auto field = [&](FieldKind kind, uint16_t place) {
      if (kind != FieldKind::kNone) add(Place(kind, place));
    };
    ExtensionInfo extension;
    bytecode::Extension slots = {};
    if (raw_extension != nullptr) {
      std::memcpy(&slots, raw_extension, sizeof(slots));
      ExtensionOf(in, &extension);
    }
    auto elements = [&](bool defined) {
      for (int i = 0; i < extension.count; ++i) {
        if (extension.defined[i] == defined) add(Place(extension.kind[i], slots.slot[i]));
      }
    };
    field(info.dst, in.dst);
    elements(true);
    if (info.memory) {
      add(absl::StrFormat("[%s%+d]", Place(info.a, in.a), in.imm));
    } else {
      field(info.a, in.a);
    }
    field(info.b, in.b);
    field(info.c, in.c);
    if (info.x == FieldKind::kPredicate || info.x == FieldKind::k32) field(info.x, in.x);
    elements(false);
    if (info.imm && !info.memory) add(IsBranch(in.op) ? absl::StrFormat("@%d", in.imm) : absl::StrFormat("%d", in.imm));
    if (in.op == Op::BRX) {
      for (uint32_t i = 0; i < in.b; ++i) add(absl::StrFormat("@%d", program_.branch_targets[in.imm + i]));
    }
    if (in.op == Op::CALL) add("\"" + program_.functions[in.imm].name + "\"");
    return text + operands;
  }

  const Program& program_;
  const DisassembleOptions& options_;
  std::string out_;
};

}  // namespace

std::string Disassemble(const Program& program, const DisassembleOptions& options) {
  return Text(program, options).Run();
}

}  // namespace culvert::lowering
