#include "compiler/bytecode/selector.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"

namespace culvert::lowering {

using ptx::Mod;
using ptx::Opcode;
using ptx::OperandKind;
using ptx::StateSpace;
using ptx::SymbolKind;
using ptx::Type;

namespace {

// The opcode with its modifiers as written in column `column` of a line, for messages.
std::string OpcodeText(std::string_view text, uint32_t column, Opcode opcode) {
  size_t begin = column > 0 ? std::min<size_t>(column - 1, text.size()) : 0;
  begin = text.find(ptx::OpcodeName(opcode), begin);
  if (begin == std::string_view::npos) return std::string(ptx::OpcodeName(opcode));
  text.remove_prefix(begin);
  return std::string(text.substr(0, text.find_first_of(" \t\r;{")));
}

uint64_t AlignUp(uint64_t value, uint64_t align) { return align <= 1 ? value : (value + align - 1) / align * align; }

}  // namespace

Selector::Selector(ProgramContext& context, const ptx::Function& function, uint32_t header_index)
    : context_(context), function_(function), header_index_(header_index) {
  lir_.name = std::string(function.name);
  lir_.is_entry = function.is_entry;
  const ptx::FunctionHeader& header = context.module().functions()[header_index];
  if (!function.is_entry) {
    incoming_ = LayOutArguments(header.parameters, header.returns);
    lir_.argument_bytes = incoming_.total_bytes;
  }
}

absl::StatusOr<LirFunction> Selector::Run() {
  StartBlock(NewBlock());
  for (const ptx::Register& reg : function_.registers) {
    // Opaque types (texture, sampler, surface references) are 64-bit handles.
    RegClass cls = reg.type != Type::kPred && ptx::TypeBytes(reg.type) == 0 ? RegClass::k64 : ClassOf(reg.type);
    registers_.push_back(static_cast<Reg>(lir_.registers.size()));
    lir_.registers.push_back({.cls = cls});
  }
  carry_ = static_cast<Reg>(lir_.registers.size());
  lir_.registers.push_back({.cls = RegClass::kPredicate});
  label_blocks_.assign(function_.labels.size(), ~0u);
  frame_ = Temp(RegClass::k64);
  Emit(Op::LOCAL_ADDRESS, frame_, kNoReg, kNoReg, kNoReg, 0, 0);
  LayOutFrame();
  ReceiveRegisterParameters();

  // Labels by the instruction they precede.
  std::vector<uint32_t> labels(function_.labels.size());
  for (uint32_t i = 0; i < labels.size(); ++i) labels[i] = i;
  std::sort(labels.begin(), labels.end(), [this](uint32_t a, uint32_t b) {
    uint32_t at_a = function_.labels[a].instruction, at_b = function_.labels[b].instruction;
    return at_a != at_b ? at_a < at_b : a < b;
  });
  size_t next_label = 0;
  auto place_labels = [&](uint32_t instruction) {
    uint32_t block = ~0u;
    for (; next_label < labels.size() && function_.labels[labels[next_label]].instruction <= instruction;
         ++next_label) {
      uint32_t label = labels[next_label];
      if (block == ~0u) block = BlockOfLabel(label);
      if (label_blocks_[label] == ~0u) label_blocks_[label] = block;
      if (label_blocks_[label] != block) {
        // Two labels of one place that were both branched to already: the second block jumps to the first.
        uint32_t other = label_blocks_[label];
        if (lir_.blocks[current_].end.kind == TerminatorKind::kNone) End(TerminatorKind::kJump, {other});
        StartBlock(other);
        End(TerminatorKind::kJump, {block});
      }
    }
    if (block == ~0u) return;
    if (lir_.blocks[current_].end.kind == TerminatorKind::kNone) End(TerminatorKind::kJump, {block});
    StartBlock(block);
  };
  for (uint32_t i = 0; i < function_.instructions.size(); ++i) {
    place_labels(i);
    if (lir_.blocks[current_].end.kind != TerminatorKind::kNone) StartBlock(NewBlock());  // unreachable text
    Select(function_.instructions[i]);
    if (!status_.ok()) return status_;
  }
  place_labels(static_cast<uint32_t>(function_.instructions.size()));
  if (lir_.blocks[current_].end.kind == TerminatorKind::kNone) {
    // Running off the end of a body is a return.
    ptx::Instruction ret;
    ret.opcode = Opcode::kRet;
    SelectReturn(ret);
  }
  if (!status_.ok()) return status_;

  // Blocks in text order; labels that are only declared have no block.
  std::vector<uint32_t> position(lir_.blocks.size(), ~0u);
  for (uint32_t i = 0; i < placed_.size(); ++i) position[placed_[i]] = i;
  std::vector<Block> ordered;
  ordered.reserve(placed_.size());
  for (uint32_t block : placed_) ordered.push_back(std::move(lir_.blocks[block]));
  for (Block& block : ordered) {
    for (uint32_t& target : block.end.targets) target = position[target];
  }
  lir_.blocks = std::move(ordered);
  return std::move(lir_);
}

uint32_t Selector::NewBlock() {
  lir_.blocks.emplace_back();
  return static_cast<uint32_t>(lir_.blocks.size() - 1);
}

void Selector::StartBlock(uint32_t block) {
  current_ = block;
  placed_.push_back(block);
}

uint32_t Selector::BlockOfLabel(uint32_t label) {
  if (label_blocks_[label] == ~0u) label_blocks_[label] = NewBlock();
  return label_blocks_[label];
}

void Selector::End(TerminatorKind kind, std::vector<uint32_t> targets, Reg reg, bool negated) {
  Terminator& end = lir_.blocks[current_].end;
  end = {kind, negated, reg, std::move(targets), line_, loc_};
}

// Frame: body-scope .local variables and call parameters that need a place of their own, then the largest outgoing
// argument area. An argument variable that occurs in exactly one call lies in that call's area right away.
void Selector::LayOutFrame() {
  variables_.resize(function_.variables.size());
  struct Argument {
    uint32_t uses = 0;
    uint32_t offset_from_end = 0;
  };
  std::vector<Argument> arguments(function_.variables.size());
  for (const Instruction& in : function_.instructions) {
    if (in.opcode != Opcode::kCall) continue;
    const std::vector<ptx::Parameter>* parameters = nullptr;
    const std::vector<ptx::Parameter>* returns = nullptr;
    const Operand* passed = nullptr;
    const Operand* returned = nullptr;
    bool seen_callee = false;
    for (const Operand& operand : in.operands) {
      if (operand.kind == OperandKind::kFunction) {
        const ptx::FunctionHeader& header = context_.module().functions()[operand.symbol.index];
        parameters = &header.parameters;
        returns = &header.returns;
        seen_callee = true;
      } else if (operand.kind == OperandKind::kList) {
        (seen_callee ? passed : returned) = &operand;
      } else if (operand.has_symbol && operand.symbol.kind == SymbolKind::kCallPrototype) {
        parameters = &function_.prototypes[operand.symbol.index].parameters;
        returns = &function_.prototypes[operand.symbol.index].returns;
      } else {
        seen_callee = true;
      }
    }
    if (parameters == nullptr) continue;  // SelectCall reports it
    ArgumentLayout layout = LayOutArguments(*parameters, *returns);
    outgoing_bytes_ = std::max(outgoing_bytes_, layout.total_bytes);
    auto note = [&](const Operand* list, const std::vector<uint32_t>& offsets) {
      for (size_t i = 0; list != nullptr && i < list->elements.size() && i < offsets.size(); ++i) {
        const Operand& element = list->elements[i];
        if (!element.has_symbol || element.symbol.kind != SymbolKind::kCallParameter) continue;
        Argument& argument = arguments[element.symbol.index];
        ++argument.uses;
        argument.offset_from_end = layout.total_bytes - offsets[i];
      }
    };
    note(passed, layout.parameters);
    note(returned, layout.returns);
  }
  uint64_t end = 0;
  for (size_t i = 0; i < variables_.size(); ++i) {
    const ptx::Variable& variable = function_.variables[i];
    if (variable.space == StateSpace::kShared || arguments[i].uses == 1) continue;
    uint64_t align = std::clamp<uint64_t>(variable.align_bytes, 1, 16);
    variables_[i] = {.in_frame = true, .offset = static_cast<int64_t>(AlignUp(end, align))};
    end = static_cast<uint64_t>(variables_[i].offset) + variable.size_bytes;
    if (end > (1u << 30)) break;
  }
  uint64_t total = AlignUp(end, 16) + outgoing_bytes_;
  if (total > kMaxLocalBytesPerThread) {
    status_ =
        context_.ErrorAt(context_.module().functions()[header_index_].position, 902,
                         absl::StrFormat("local variables and call arguments take %d bytes per thread; the limit is %d",
                                         total, kMaxLocalBytesPerThread),
                         lir_.name);
    return;
  }
  for (size_t i = 0; i < variables_.size(); ++i) {
    if (arguments[i].uses != 1) continue;
    variables_[i] = {
        .in_frame = true, .is_outgoing = true, .offset = static_cast<int64_t>(total) - arguments[i].offset_from_end};
  }
  lir_.local_bytes = static_cast<uint32_t>(total);
}

void Selector::ReceiveRegisterParameters() {
  for (size_t i = 0; i < function_.parameters.size(); ++i) {
    const ptx::Parameter& parameter = function_.parameters[i];
    if (!parameter.in_register || parameter.reg == ptx::kNoRegister) continue;
    if (function_.is_entry) {
      status_ = context_.ErrorAt(context_.module().functions()[header_index_].position, 903,
                                 "a kernel's parameters lie in .param space, not in registers", lir_.name);
      return;
    }
    Reg reg = registers_[parameter.reg];
    LoadScalar('L', parameter.type, reg, FrameAddress(int64_t{incoming_.parameters[i]} - incoming_.total_bytes), 0);
  }
}

void Selector::Fail(const Instruction& in, uint32_t code, std::string message, std::string hint) {
  if (status_.ok()) status_ = context_.ErrorAt(in.position, code, std::move(message), lir_.name, std::move(hint));
}

void Selector::Unimplemented(const Instruction& in, std::string why) {
  std::string_view text = context_.module().TextLine(in.position.line);
  std::string message = "'" + OpcodeText(text, in.position.column, in.opcode) + "' is not implemented by Culvert";
  if (!why.empty()) message += ": " + why;
  Fail(in, 900, std::move(message));
}

void Selector::Select(const Instruction& in) {
  line_ = in.position.line;
  loc_ = in.loc;
  if (in.guard == ptx::kNoRegister || in.opcode == Opcode::kBra) {
    Dispatch(in);
    return;
  }
  Reg guard = registers_[in.guard];
  switch (in.opcode) {
    case Opcode::kRet:
    case Opcode::kExit:
    case Opcode::kTrap:
    case Opcode::kBrkpt:
    case Opcode::kCall:
    case Opcode::kBrx:
    case Opcode::kBar:
    case Opcode::kBarrier:
    case Opcode::kShfl:
    case Opcode::kVote:
    case Opcode::kMatch:
    case Opcode::kRedux:
    case Opcode::kActivemask:
    case Opcode::kElect:
    case Opcode::kNanosleep:
    case Opcode::kAlloca:
    case Opcode::kStackrestore:
    case Opcode::kStacksave: {
      // Control and warp collectives: a branch around them.
      uint32_t body = NewBlock();
      uint32_t after = NewBlock();
      End(TerminatorKind::kConditional, {body, after}, guard, in.guard_negated);
      StartBlock(body);
      Dispatch(in);
      if (lir_.blocks[current_].end.kind == TerminatorKind::kNone) End(TerminatorKind::kJump, {after});
      StartBlock(after);
      return;
    }
    default: {
      // Of two results one may be the guard itself: the other one still asks for the old value.
      const Operand* dst = in.operands.empty() ? nullptr : &in.operands[0];
      const bool pair = dst != nullptr && dst->kind == OperandKind::kRegister && dst->second != ptx::kNoRegister;
      if (pair && (dst->reg == in.guard || dst->second == in.guard)) guard = Op1(Op::MOVP, RegClass::kPredicate, guard);
      guard_ = guard;
      guard_negated_ = in.guard_negated;
      Dispatch(in);
      guard_ = kNoReg;
      guard_negated_ = false;
    }
  }
}

void Selector::SelectBranch(const Instruction& in) {
  if (in.opcode == Opcode::kBrx) {
    // brx.idx index, table
    std::vector<uint32_t> targets;
    for (const Operand& operand : in.operands) {
      if (!operand.has_symbol || operand.symbol.kind != SymbolKind::kBranchTable) continue;
      for (uint32_t label : function_.branch_tables[operand.symbol.index].labels)
        targets.push_back(BlockOfLabel(label));
    }
    if (targets.empty()) return Unimplemented(in, "no branch table");
    End(TerminatorKind::kSwitch, std::move(targets), Use(in.operands[0], Type::kU32, in));
    return;
  }
  const Operand& target = in.operands[0];
  uint32_t block = BlockOfLabel(target.symbol.index);
  if (in.guard == ptx::kNoRegister) {
    End(TerminatorKind::kJump, {block});
    return;
  }
  uint32_t next = NewBlock();
  End(TerminatorKind::kConditional, {block, next}, registers_[in.guard], in.guard_negated);
  StartBlock(next);
}

void Selector::SelectReturn(const Instruction& in) {
  if (function_.is_entry || in.opcode == Opcode::kExit) {
    End(TerminatorKind::kExit);
    return;
  }
  for (size_t i = 0; i < function_.returns.size(); ++i) {
    const ptx::Parameter& parameter = function_.returns[i];
    if (!parameter.in_register || parameter.reg == ptx::kNoRegister) continue;
    StoreScalar('L', parameter.type, registers_[parameter.reg],
                FrameAddress(int64_t{incoming_.returns[i]} - incoming_.total_bytes), 0);
  }
  End(TerminatorKind::kReturn);
}

void Selector::Dispatch(const Instruction& in) {
  switch (in.opcode) {
    case Opcode::kAdd:
    case Opcode::kSub:
    case Opcode::kMul:
    case Opcode::kMad:
    case Opcode::kDiv:
    case Opcode::kMin:
    case Opcode::kMax:
    case Opcode::kNeg:
    case Opcode::kAbs:
    case Opcode::kFma:
      if (IsHalf(in.types[0])) return SelectHalf(in);
      if (ptx::IsFloat(in.types[0])) return SelectFloat(in);
      return SelectIntegerArith(in);
    case Opcode::kRem:
    case Opcode::kSad:
      return SelectIntegerArith(in);
    case Opcode::kAddc:
    case Opcode::kSubc:
    case Opcode::kMadc:
      return SelectCarry(in);
    case Opcode::kMul24:
    case Opcode::kMad24:
      return SelectMul24(in);
    case Opcode::kRcp:
    case Opcode::kSqrt:
    case Opcode::kRsqrt:
    case Opcode::kSin:
    case Opcode::kCos:
    case Opcode::kLg2:
    case Opcode::kEx2:
    case Opcode::kTanh:
      return SelectFloatUnary(in);
    case Opcode::kCopysign:
    case Opcode::kTestp:
      return SelectFloat(in);
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kXor:
    case Opcode::kNot:
    case Opcode::kCnot:
    case Opcode::kLop3:
    case Opcode::kShl:
    case Opcode::kShr:
    case Opcode::kShf:
      return SelectLogic(in);
    case Opcode::kPopc:
    case Opcode::kClz:
    case Opcode::kBrev:
    case Opcode::kBfind:
    case Opcode::kBfe:
    case Opcode::kBfi:
    case Opcode::kFns:
    case Opcode::kBmsk:
    case Opcode::kSzext:
    case Opcode::kPrmt:
    case Opcode::kDp4a:
    case Opcode::kDp2a:
      return SelectBitField(in);
    case Opcode::kSetp:
      return SelectSetp(in);
    case Opcode::kSet:
      return SelectSet(in);
    case Opcode::kSelp:
      return SelectSelp(in);
    case Opcode::kSlct:
      return SelectSlct(in);
    case Opcode::kMov:
      return SelectMov(in);
    case Opcode::kCvta:
      return SelectCvta(in);
    case Opcode::kIsspacep:
      return SelectIsspacep(in);
    case Opcode::kMapa:
    case Opcode::kGetctarank:
      return SelectClusterAddress(in);
    case Opcode::kCvt:
      return SelectCvt(in);
    case Opcode::kLd:
    case Opcode::kLdu:
      return SelectLoad(in);
    case Opcode::kSt:
      return SelectStore(in);
    case Opcode::kAtom:
    case Opcode::kRed:
      return SelectAtomic(in);
    case Opcode::kMembar:
    case Opcode::kFence:
      return SelectFence(in);
    case Opcode::kShfl:
      return SelectShfl(in);
    case Opcode::kVote:
      return SelectVote(in);
    case Opcode::kMatch:
      return SelectMatch(in);
    case Opcode::kRedux:
    case Opcode::kActivemask:
    case Opcode::kElect:
      return SelectRedux(in);
    case Opcode::kBar:
    case Opcode::kBarrier:
      return SelectBarrier(in);
    case Opcode::kCall:
      return SelectCall(in);
    case Opcode::kBra:
    case Opcode::kBrx:
      return SelectBranch(in);
    case Opcode::kRet:
    case Opcode::kExit:
      return SelectReturn(in);
    case Opcode::kTrap:
      Emit(Op::TRAP, kNoReg);
      return;
    case Opcode::kBrkpt:
      Emit(Op::BRKPT, kNoReg);
      return;
    case Opcode::kNanosleep:
      Emit(Op::NANOSLEEP, kNoReg, Use(in.operands[0], Type::kU32, in));
      return;
    case Opcode::kAlloca:
    case Opcode::kStacksave:
    case Opcode::kStackrestore:
      return SelectStack(in);
    // Hints and events without effect on results: caches do not exist, register counts are fixed, dependent grids run
    // in order. discard leaves the contents undefined, so keeping them is right.
    case Opcode::kPrefetch:
    case Opcode::kPrefetchu:
    case Opcode::kApplypriority:
    case Opcode::kDiscard:
    case Opcode::kPmevent:
    case Opcode::kGriddepcontrol:
    case Opcode::kSetmaxnreg:
      return;
    case Opcode::kCreatepolicy:
      Move(Destination(in.operands[0], RegClass::k64, in), Bits64(0));
      return;
    default:
      Unimplemented(in);
  }
}

}  // namespace culvert::lowering
