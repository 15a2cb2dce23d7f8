// Control flow: nests of branches, loops, switches and calls, with the masks of the lanes that are together.
#include <algorithm>

#include "tests/isa/generator/generator.h"

namespace culvert::gen {
namespace {

constexpr uint32_t kMaxTimes = 40;   // how often a statement may run in a call
constexpr uint32_t kMaxCost = 1500;  // statements of a function, callees included, about
constexpr int kMaxDepth = 4;

Ty BitsType(Width width) { return width == Width::k16 ? Ty::kB16 : width == Width::k32 ? Ty::kB32 : Ty::kB64; }

}  // namespace

void Generator::RandomBlock(uint32_t statements) {
  left_ = static_cast<int>(statements);
  while (left_ > 0) RandomStatement();
}

Block Generator::Nested(const Context& context, uint32_t statements) {
  Block out;
  Block* outer_block = block_;
  Context outer_context = context_;
  int outer_left = left_;
  block_ = &out;
  context_ = context;
  ScopeMark mark = Mark();
  RandomBlock(statements);
  Close(mark, true);
  block_ = outer_block;
  context_ = outer_context;
  left_ = outer_left - static_cast<int>(statements);
  return out;
}

uint32_t Generator::Share() {
  uint32_t most = static_cast<uint32_t>(std::clamp(left_ / 2, 1, 24));
  return random_.Between(1, most);
}

void Generator::RandomStatement() {
  const bool nests = context_.depth < kMaxDepth && left_ > 3;
  uint32_t kind = random_.Below(100);
  if (kind < 40) return RandomCompute();
  if (kind < 45) return RandomMove();
  if (kind < 49) return CarryChain();
  if (kind < 58) return RandomLoad();
  if (kind < 65) return RandomStore();
  if (kind < 69) return RandomAtomic();
  if (kind < 71) return CellAtomic(random_.Chance(50));
  if (kind < 79 && nests) return RandomIf();
  if (kind < 84 && nests && context_.times * 3 <= kMaxTimes) return RandomLoop();
  if (kind < 86 && nests) return RandomSwitch();
  if (kind < 89) return RandomCall();
  if (kind < 95 && context_.has_mask) return RandomWarp();
  if (kind < 97 && context_.uniform && kernel_.shared_slice != 0) return SharedExchange();
  if (kind < 98 && context_.uniform) {
    bool subset = kernel_.shared_slice != 0 && kernel_.Threads() >= 32 && !plan_.may_exit && random_.Chance(60);
    return subset ? RandomSubset() : RandomBarrier();
  }
  if (kind < 99 && (context_.may_break || context_.may_continue)) {
    Statement s;
    s.op = context_.may_continue && random_.Chance(50) ? Op::kContinue : Op::kBreak;
    s.guard = PickRegister(Ty::kPred);
    s.guard_negated = random_.Chance(50);
    Emit(std::move(s));
    return;
  }
  if (index_ != 0 && !context_.has_mask && random_.Chance(30)) {
    const Function& function = kernel_.functions[index_];
    Statement s;
    s.op = Op::kReturn;
    s.guard = PickRegister(Ty::kPred);
    s.guard_negated = random_.Chance(50);
    if (function.result != kNoReg) s.sources = {Source(BitsType(function.registers[function.result]))};
    Emit(std::move(s));
    return;
  }
  if (plan_.may_exit && index_ == 0 && context_.depth == 0) return RandomExit();
  RandomCompute();
}

void Generator::RandomExit() {
  Operand leaves = Operand::Register(PickRegister(Ty::kPred), Ty::kPred);
  leaves.negated = random_.Chance(50);
  if (context_.has_mask) {
    Operand stays = leaves;
    stays.negated = !stays.negated;
    context_.mask = Operand::Register(Ballot(stays, context_.mask), Ty::kB32);
    context_.full_warp = false;
  }
  Statement s;
  s.op = Op::kExit;
  s.guard = leaves.reg;
  s.guard_negated = leaves.negated;
  Emit(std::move(s));
}

void Generator::RandomIf() {
  Statement s;
  s.op = Op::kIf;
  s.style = static_cast<uint8_t>(random_.Below(2));
  Context inner = context_, other = context_;
  ++inner.depth;
  ++other.depth;
  Operand condition = Operand::Register(kNoReg, Ty::kPred);
  if (context_.uniform && random_.Chance(50)) {
    static const std::vector<const char*> kCompare = {"setp.lt.u32", "setp.ge.u32", "setp.ne.u32"};
    if (random_.Chance(40)) s.style |= 2;
    condition.reg = Compute(random_.Of(kCompare), {Operand::Register(random_.Of(uniform_), Ty::kU32),
                                                   Operand::Immediate(random_.Below(4), Ty::kU32)});
  } else {
    condition.reg = PickRegister(Ty::kPred);
    condition.negated = random_.Chance(50);
    inner.uniform = other.uniform = inner.full_warp = other.full_warp = false;
    if (context_.has_mask && random_.Chance(60)) {
      Reg taken = Ballot(condition, context_.mask);
      inner.mask = Operand::Register(taken, Ty::kB32);
      other.mask = Operand::Register(Compute("xor.b32", {context_.mask, inner.mask}), Ty::kB32);
    } else {
      inner.has_mask = other.has_mask = false;
    }
  }
  s.sources = {condition};
  s.blocks.push_back(Nested(inner, Share()));
  // Both ways may meet at one barrier, which then must not be .aligned: threads of a warp come to it one by one.
  const bool meets = context_.uniform && !inner.uniform && random_.Chance(20);
  if (meets || random_.Chance(60)) s.blocks.push_back(Nested(other, Share()));
  if (meets) {
    Statement barrier = PlainBarrier(random_.Below(8), 0, false);
    for (Block& block : s.blocks) block.insert(random_.Chance(50) ? block.begin() : block.end(), barrier);
  }
  Emit(std::move(s));
}

void Generator::RandomLoop() {
  Operand count = Operand::Immediate(random_.Below(6), Ty::kU32);
  bool same = true;  // in all lanes that are here
  if (random_.Chance(30) && !uniform_.empty()) {
    count = Operand::Register(
        Compute("and.b32", {Operand::Register(random_.Of(uniform_), Ty::kB32), Operand::Immediate(3, Ty::kB32)}),
        Ty::kU32);
  } else if (random_.Chance(60)) {
    same = false;
    count = Operand::Register(
        Compute("and.b32", {Source(Ty::kB32, false), Operand::Immediate(random_.Chance(60) ? 3 : 5, Ty::kB32)}),
        Ty::kU32);
  }
  const bool breaks = random_.Chance(30);
  const bool keeps_mask = context_.has_mask && (same || count.kind == Operand::Kind::kRegister) && random_.Chance(60);
  Statement s;
  s.op = Op::kLoop;
  s.style = static_cast<uint8_t>(random_.Below(2));
  s.sources = {count};
  Reg counter = NewRegister(Width::k32);
  s.results = {counter};
  Context inner = context_;
  ++inner.depth;
  inner.in_loop = true;
  inner.times *= 3;
  inner.may_break = inner.may_continue = false;
  ScopeMark mark = Mark();
  if (same && !breaks) {
    Visible(counter, Ty::kU32);
    s.blocks.push_back(Nested(inner, Share()));
  } else if (!keeps_mask) {
    inner.uniform = inner.full_warp = inner.has_mask = false;
    inner.may_break = breaks;
    inner.may_continue = random_.Chance(50);
    Visible(counter, Ty::kU32);
    s.blocks.push_back(Nested(inner, Share()));
  } else {
    // `active`: the lanes that run the body, kept up to date at its top level.
    Reg active = NewRegister(Width::k32);
    Operand mask = Operand::Register(active, Ty::kB32);
    auto vote = [&](const Operand& predicate, const Operand& of) {
      Statement ballot;
      ballot.op = Op::kVote;
      ballot.opcode = "vote.sync.ballot.b32";
      ballot.results = {active};
      ballot.sources = {predicate, of};
      Emit(std::move(ballot));
    };
    Reg enters = Compute("setp.ne.u32", {count, Operand::Immediate(0, Ty::kU32)});
    vote(Operand::Register(enters, Ty::kPred), context_.mask);
    inner.uniform = inner.full_warp = false;
    inner.mask = mask;
    Visible(counter, Ty::kU32);
    Block body = Nested(inner, Share());
    Block* outer_block = block_;
    Context outer_context = context_;
    block_ = &body;
    context_ = inner;
    if (breaks) {
      Operand leaves = Operand::Register(PickRegister(Ty::kPred), Ty::kPred), stays = leaves;
      stays.negated = true;
      vote(stays, mask);
      Statement leave;
      leave.op = Op::kBreak;
      leave.guard = leaves.reg;
      Emit(std::move(leave));
      Block rest = Nested(inner, Share());
      for (Statement& statement : rest) body.push_back(std::move(statement));
    }
    Reg next = Compute("add.u32", {Operand::Register(counter, Ty::kU32), Operand::Immediate(1, Ty::kU32)});
    Reg again = Compute("setp.lt.u32", {Operand::Register(next, Ty::kU32), count});
    vote(Operand::Register(again, Ty::kPred), mask);
    block_ = outer_block;
    context_ = outer_context;
    s.blocks.push_back(std::move(body));
  }
  Close(mark, false);
  Emit(std::move(s));
}

void Generator::RandomSwitch() {
  Statement s;
  s.op = Op::kSwitch;
  uint32_t cases = random_.Between(2, 4);
  Reg index = Compute("rem.u32", {Source(Ty::kU32, false), Operand::Immediate(cases, Ty::kU32)});
  Context inner = context_;
  ++inner.depth;
  inner.uniform = inner.full_warp = false;
  if (context_.has_mask && random_.Chance(50)) {
    Statement match;
    match.op = Op::kMatch;
    match.opcode = "match.any.sync.b32";
    Reg together = NewRegister(Width::k32);
    match.results = {together};
    match.sources = {Operand::Register(index, Ty::kB32), context_.mask};
    Emit(std::move(match));
    inner.mask = Operand::Register(together, Ty::kB32);
  } else {
    inner.has_mask = false;
  }
  s.sources = {Operand::Register(index, Ty::kU32)};
  for (uint32_t i = 0; i < cases; ++i) s.blocks.push_back(Nested(inner, Share()));
  Emit(std::move(s));
}

void Generator::RandomCall() {
  std::vector<uint32_t> candidates;
  const FunctionFacts& mine = plan_.functions[index_];
  for (uint32_t i = index_ + 1; i < kernel_.functions.size(); ++i) {
    const FunctionFacts& facts = plan_.functions[i];
    if (facts.takes_mask && !context_.has_mask) continue;
    if (mine.cost + context_.times * facts.cost > kMaxCost) continue;
    candidates.push_back(i);
  }
  if (candidates.empty()) return RandomCompute();
  Statement s;
  s.op = Op::kCall;
  s.callees = {random_.Of(candidates)};
  const FunctionFacts& facts = plan_.functions[s.callees[0]];
  const Function& callee = kernel_.functions[s.callees[0]];
  if (!facts.takes_mask && random_.Chance(60)) {
    for (uint32_t other : candidates) {
      if (other != s.callees[0] && plan_.functions[other].signature == facts.signature) s.callees.push_back(other);
    }
  }
  for (size_t i = 0; i < callee.parameters.size(); ++i) {
    Ty type = BitsType(callee.registers[callee.parameters[i]]);
    if (facts.recursive && i == 0) {
      bool constant = random_.Chance(50);
      Operand depth = Operand::Immediate(random_.Below(4), Ty::kB32);
      if (!constant)
        depth =
            Operand::Register(Compute("and.b32", {Source(Ty::kB32, false), Operand::Immediate(3, Ty::kB32)}), Ty::kB32);
      s.sources.push_back(depth);
    } else if (facts.takes_mask && i + 1 == callee.parameters.size()) {
      s.sources.push_back(context_.mask);
    } else {
      s.sources.push_back(Source(type));
    }
  }
  if (s.callees.size() > 1) {
    Reg which = Compute("rem.u32", {Source(Ty::kU32, false), Operand::Immediate(s.callees.size(), Ty::kU32)});
    s.sources.push_back(Operand::Register(which, Ty::kU32));
  }
  Reg reg = kNoReg;
  Ty type = Ty::kB32;
  if (callee.result == kNoReg && !facts.takes_mask) MaybeGuard(&s);
  if (callee.result != kNoReg && random_.Chance(85)) {
    type = BitsType(callee.registers[callee.result]);
    reg = Define(type, false);
    s.results = {reg};
  }
  plan_.functions[index_].cost += context_.times * facts.cost;
  Emit(std::move(s));
  Visible(reg, type);
}

}  // namespace culvert::gen
