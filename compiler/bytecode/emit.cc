#include "compiler/bytecode/emit.h"

#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "compiler/bytecode/allocate.h"
#include "compiler/bytecode/block_order.h"
#include "compiler/bytecode/optimize.h"
#include "include/culvert/error.h"

namespace culvert::lowering {
namespace {

using bytecode::ConstantKind;
using bytecode::Instruction;
using bytecode::kNoOperand;

class Emitter {
 public:
  Emitter(const LirFunction& function, const ptx::Function& source, const ProgramContext& context, bool share_slots,
          Program* program)
      : function_(function),
        source_(source),
        context_(context),
        program_(*program),
        first_(static_cast<uint32_t>(program->code.size())),
        allocation_(Allocate(function, share_slots)),
        uniform_(UniformRegisters(function)),
        loops_(FindLoops(function)),
        spins_(FindSpinLoops(function, loops_)) {}

  absl::StatusOr<EmittedFunction> Run() {
    if (allocation_.slot_count >= kNoOperand || allocation_.predicate_count >= kNoOperand) {
      return context_.ErrorAt(
          {}, 906,
          absl::StrFormat("the function needs %d slots and %d predicates; an operand can name 65534",
                          allocation_.slot_count, allocation_.predicate_count),
          function_.name);
    }
    FindLeaders();
    for (block_ = 0; block_ < function_.blocks.size(); ++block_) EmitBlock();
    if (!status_.ok()) return status_;
    Link();
    ProgramFunction out;
    out.name = function_.name;
    out.first_instruction = first_;
    out.instruction_count = static_cast<uint32_t>(program_.code.size()) - first_;
    out.predicate_count = allocation_.predicate_count;
    out.slot_count = allocation_.slot_count;
    out.first_constant = static_cast<uint32_t>(program_.constants.size());
    out.constant_count = static_cast<uint32_t>(allocation_.constants.size());
    out.local_bytes = function_.local_bytes;
    out.argument_bytes = function_.argument_bytes;
    for (Reg reg : allocation_.constants) program_.constants.push_back(InitOf(reg));
    program_.functions.push_back(std::move(out));
    result_.peak_words = allocation_.peak_words;
    result_.needs_parameter_memory = result_.needs_parameter_memory || function_.uses_parameter_memory;
    return result_;
  }

 private:
  uint32_t Here() const { return static_cast<uint32_t>(program_.code.size()) - first_; }

  uint16_t PlaceOf(Reg reg) const { return reg == kNoReg ? kNoOperand : static_cast<uint16_t>(allocation_.place[reg]); }

  // A block needs a JOIN if it is branched to and also reached by fall-through.
  void FindLeaders() {
    const size_t count = function_.blocks.size();
    branched_.assign(count, false);
    falls_into_.assign(count, false);
    start_.assign(count, 0);
    for (uint32_t b = 0; b < count; ++b) {
      const Terminator& end = function_.blocks[b].end;
      bool uses_fall_through = end.kind == TerminatorKind::kJump || end.kind == TerminatorKind::kConditional;
      bool fell = false;
      for (size_t i = end.targets.size(); i-- > 0;) {  // the second target of a conditional falls through first
        if (uses_fall_through && !fell && end.targets[i] == b + 1) {
          fell = true;
          falls_into_[b + 1] = true;
        } else {
          branched_[end.targets[i]] = true;
        }
      }
    }
  }

  void EmitBlock() {
    const Block& block = function_.blocks[block_];
    if (branched_[block_] && falls_into_[block_]) Append(Bare(Op::JOIN), LineOfBlock(block));
    start_[block_] = Here();
    for (size_t i = 0; i < block.code.size();) {
      if (block.code[i].guard == kNoReg) {
        EmitInstruction(block.code[i++]);
      } else {
        i = EmitGuarded(block.code, i);
      }
    }
    EmitTerminator(block.end);
  }

  // Consecutive instructions under one predicate, as one region. Returns the index after them.
  size_t EmitGuarded(const std::vector<LirInstruction>& code, size_t begin) {
    const LirInstruction& first = code[begin];
    size_t end = begin;
    bool changed = false;  // the predicate is written: what follows sees the new value
    while (end < code.size() && !changed && code[end].guard == first.guard &&
           code[end].guard_negated == first.guard_negated) {
      for (int field = 0; field < kFieldCount; ++field) {
        changed = changed || (code[end].Defines(field) && code[end].reg[field] == first.guard);
      }
      ++end;
    }
    if (end == begin + 1 && (first.op == Op::MOV32 || first.op == Op::MOV64)) {
      // One move under a predicate is a selection.
      Instruction select = {.op = first.op == Op::MOV32 ? Op::SELP32 : Op::SELP64,
                            .dst = PlaceOf(first.reg[kDst]),
                            .a = PlaceOf(first.reg[kA]),
                            .b = PlaceOf(first.reg[kDst]),
                            .c = PlaceOf(first.guard),
                            .x = 0,
                            .imm = 0};
      if (first.guard_negated) std::swap(select.a, select.b);
      Append(select, first);
      return end;
    }
    const size_t region = program_.code.size();
    Append({.op = Op::GUARD,
            .dst = kNoOperand,
            .a = PlaceOf(first.guard),
            .b = kNoOperand,
            .c = kNoOperand,
            .x = static_cast<uint16_t>(first.guard_negated ? bytecode::kNegate : 0),
            .imm = 0},
           first);
    for (size_t i = begin; i < end; ++i) EmitInstruction(code[i]);
    const size_t size = program_.code.size() - region - 1;
    if (size == 0) {
      program_.code.resize(region);
      return end;
    }
    program_.code[region].imm = static_cast<int32_t>(size);
    Append({.op = Op::UNGUARD, .dst = kNoOperand, .a = kNoOperand, .b = kNoOperand, .c = kNoOperand, .x = 0, .imm = 0},
           code[end - 1]);
    return end;
  }

  void EmitMove64(uint16_t dst, uint16_t src, const LirInstruction& in) {
    if (dst == src) return;
    Append({.op = Op::MOV64, .dst = dst, .a = src, .b = kNoOperand, .c = kNoOperand, .x = 0, .imm = 0}, in);
  }

  void EmitInstruction(const LirInstruction& in) {
    if (in.op == kPack128) {
      EmitMove64(PlaceOf(in.reg[kDst]), PlaceOf(in.reg[kA]), in);
      EmitMove64(PlaceOf(in.reg[kDst]) + 2, PlaceOf(in.reg[kB]), in);
      return;
    }
    if (in.op == kLow128) return EmitMove64(PlaceOf(in.reg[kDst]), PlaceOf(in.reg[kA]), in);
    if (in.op == kHigh128) return EmitMove64(PlaceOf(in.reg[kDst]), PlaceOf(in.reg[kA]) + 2, in);
    Instruction out;
    out.op = in.op;
    out.dst = PlaceOf(in.reg[kDst]);
    out.a = PlaceOf(in.reg[kA]);
    out.b = PlaceOf(in.reg[kB]);
    out.c = PlaceOf(in.reg[kC]);
    out.x = in.reg[kX] != kNoReg ? PlaceOf(in.reg[kX]) : in.x;
    out.imm = in.imm;
    if (in.op == Op::CALL || in.op == Op::CALL_INDIRECT) out.x = 0;
    if ((in.op == Op::MOV32 || in.op == Op::MOV64 || in.op == Op::MOVP) && out.dst == out.a) return;
    MemoryAccess access = AccessOf(in.op);
    // Lanes have their own local memory, so one address is not one place there.
    if ((access == MemoryAccess::kLoad || access == MemoryAccess::kStore) && !IsLocalAccess(in.op) &&
        uniform_[in.reg[kA]]) {
      out.x |= bytecode::kAddressUniform;
    }
    if (in.op == Op::ISSPACEP && in.x == static_cast<uint16_t>(bytecode::Space::kParam))
      result_.needs_parameter_memory = true;
    Append(out, in);
    if (!in.has_extension) return;
    bytecode::Extension extension;
    for (int i = 0; i < 8; ++i) extension.slot[i] = PlaceOf(in.reg[kExt0 + i]);
    Instruction raw;
    static_assert(sizeof(raw) == sizeof(extension));
    std::memcpy(static_cast<void*>(&raw), &extension, sizeof(raw));
    program_.code.push_back(raw);
  }

  void EmitTerminator(const Terminator& end) {
    const bool last = block_ + 1 >= function_.blocks.size();
    auto is_next = [&](uint32_t target) { return !last && target == block_ + 1; };
    switch (end.kind) {
      case TerminatorKind::kJump:
        if (!is_next(end.targets[0])) EmitBranch(Op::BRA, kNoReg, false, end.targets[0], end);
        return;
      case TerminatorKind::kConditional:
        if (is_next(end.targets[1])) return EmitBranch(Op::BRP, end.reg, end.negated, end.targets[0], end);
        if (is_next(end.targets[0])) return EmitBranch(Op::BRP, end.reg, !end.negated, end.targets[1], end);
        EmitBranch(Op::BRP, end.reg, end.negated, end.targets[0], end);
        return EmitBranch(Op::BRA, kNoReg, false, end.targets[1], end);
      case TerminatorKind::kSwitch: {
        if (end.targets.size() >= kNoOperand) {
          status_ = context_.ErrorAt({end.line, 1}, 906, "more than 65534 branch targets", function_.name);
          return;
        }
        const size_t table = program_.branch_targets.size();
        for (uint32_t target : end.targets) program_.branch_targets.push_back(target);  // blocks until Link()
        tables_.push_back({table, end.targets.size()});
        Append({.op = Op::BRX,
                .dst = kNoOperand,
                .a = PlaceOf(end.reg),
                .b = static_cast<uint16_t>(end.targets.size()),
                .c = kNoOperand,
                .x = 0,
                .imm = static_cast<int32_t>(table)},
               end);
        return;
      }
      case TerminatorKind::kReturn:
        Append(Bare(Op::RET), end);
        return;
      case TerminatorKind::kExit:
        Append(Bare(Op::EXIT), end);
        return;
      case TerminatorKind::kEnd:
      case TerminatorKind::kNone: {
        // A function that promised not to return did.
        Instruction fault = Bare(Op::FAULT);
        fault.imm = static_cast<int32_t>(ErrorKind::kIllegalInstruction);
        Append(fault, end);
        return;
      }
    }
  }

  void EmitBranch(Op op, Reg predicate, bool negated, uint32_t target, const Terminator& end) {
    Instruction branch = Bare(op);
    branch.a = PlaceOf(predicate);
    if (negated) branch.x |= bytecode::kNegate;
    if (predicate != kNoReg && uniform_[predicate]) branch.x |= bytecode::kUniformBranch;
    if (target <= block_) {
      branch.x |= bytecode::kBackEdge;
      // Cycles with several entries are not among the loops: they spin if anything in the function can wait.
      bool natural = loops_.header[target] == target && loops_.Contains(target, block_);
      if (natural ? spins_[target] : function_.waits_for_others) {
        branch.x |= bytecode::kSpin;
        result_.has_spin_loops = true;
      }
    }
    branches_.push_back({program_.code.size(), target});
    Append(branch, end);
  }

  // Block numbers become instruction indices.
  void Link() {
    for (const Branch& branch : branches_)
      program_.code[branch.instruction].imm = static_cast<int32_t>(start_[branch.target]);
    for (const Table& table : tables_) {
      for (size_t i = 0; i < table.count; ++i) {
        uint32_t& entry = program_.branch_targets[table.first + i];
        entry = start_[entry];
      }
    }
  }

  static Instruction Bare(Op op) {
    return {.op = op, .dst = kNoOperand, .a = kNoOperand, .b = kNoOperand, .c = kNoOperand, .x = 0, .imm = 0};
  }

  struct Line {
    uint32_t line, loc;
  };
  Line LineOfBlock(const Block& block) const {
    if (!block.code.empty()) return {block.code.front().line, block.code.front().loc};
    return {block.end.line, block.end.loc};
  }

  template <typename Positioned>
  void Append(const Instruction& in, const Positioned& at) {
    SourceLine row;
    row.instruction = static_cast<uint32_t>(program_.code.size());
    row.ptx_line = context_.module().LineInText(at.line);
    if (at.loc != 0 && at.loc <= source_.locations.size()) {
      const ptx::SourceLocation& location = source_.locations[at.loc - 1];
      if (location.file < program_.files.size()) {
        row.file = location.file + 1;
        row.line = location.line;
      }
    }
    if (program_.lines.empty() || row.instruction == first_ || program_.lines.back().ptx_line != row.ptx_line ||
        program_.lines.back().file != row.file || program_.lines.back().line != row.line) {
      // A row whose instructions were dropped again is replaced.
      if (!program_.lines.empty() && program_.lines.back().instruction == row.instruction) program_.lines.pop_back();
      program_.lines.push_back(row);
    }
    program_.code.push_back(in);
  }

  bytecode::ConstantInit InitOf(Reg reg) {
    const Constant& constant = *function_.ConstantOf(reg);
    bytecode::ConstantInit init;
    init.slot = PlaceOf(reg);
    init.kind = constant.kind;
    init.width_bytes = constant.width_bytes;
    init.source_bytes = constant.source_bytes;
    init.sign_extend = constant.sign_extend;
    init.symbol = constant.symbol;
    init.value = constant.value;
    if (init.kind == ConstantKind::kBits && init.width_bytes == 4) init.value &= 0xffffffffu;
    if (init.kind == ConstantKind::kParameterAddress) result_.needs_parameter_memory = true;
    return init;
  }

  struct Branch {
    size_t instruction;
    uint32_t target;
  };
  struct Table {
    size_t first, count;
  };

  const LirFunction& function_;
  const ptx::Function& source_;
  const ProgramContext& context_;
  Program& program_;
  const uint32_t first_;
  Allocation allocation_;
  std::vector<bool> uniform_;
  Loops loops_;
  std::vector<bool> spins_;
  std::vector<bool> branched_, falls_into_;
  std::vector<uint32_t> start_;  // per block: where branches to it go, after its JOIN
  std::vector<Branch> branches_;
  std::vector<Table> tables_;
  uint32_t block_ = 0;
  EmittedFunction result_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<EmittedFunction> Emit(const LirFunction& function, const ptx::Function& source,
                                     const ProgramContext& context, bool share_slots, Program* program) {
  return Emitter(function, source, context, share_slots, program).Run();
}

}  // namespace culvert::lowering
