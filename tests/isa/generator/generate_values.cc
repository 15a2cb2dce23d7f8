// Registers, operands and scopes.
#include <algorithm>

#include "tests/isa/generator/generator.h"

namespace culvert::gen {

Generator::Generator(Kernel* kernel, KernelPlan* plan, uint32_t function, Random* random)
    : kernel_(*kernel), plan_(*plan), index_(function), random_(*random), opcodes_(Opcodes::Get()) {
  block_ = &kernel_.functions[index_].body;
}

Reg Generator::NewRegister(Width width) {
  std::vector<Width>& registers = kernel_.functions[index_].registers;
  registers.push_back(width);
  return static_cast<Reg>(registers.size() - 1);
}

Reg Generator::ReadThread() {
  Statement move;
  move.op = Op::kMove;
  move.opcode = "mov.u32";
  move.type = Ty::kU32;
  move.sources = {Operand::Of(Special::kThread)};
  Reg thread = NewRegister(Width::k32);
  move.results = {thread};
  Emit(std::move(move));
  return thread;
}

Reg Generator::Define(Ty type, bool wider) {
  Width width = WidthOf(type);
  if (wider && width != Width::k64 && random_.Chance(25))
    width = static_cast<Width>(random_.Between(static_cast<uint32_t>(width) + 1, 3));
  return NewRegister(width);
}

void Generator::Visible(Reg reg, Ty flavor) {
  if (reg == kNoReg) return;
  values_[static_cast<size_t>(kernel_.functions[index_].registers[reg])].push_back({reg, flavor});
}

Reg Generator::PickRegister(Ty type) {
  const std::vector<Value>& values = values_[static_cast<size_t>(WidthOf(type))];
  const uint32_t count = static_cast<uint32_t>(values.size());
  // New values and values of the same type are preferred: results should feed later instructions that make sense of
  // them.
  const Value* chosen = nullptr;
  for (int attempt = 0; attempt < 3; ++attempt) {
    uint32_t window = random_.Chance(50) ? std::min(count, 4u) : count;
    chosen = &values[count - 1 - random_.Below(window)];
    if (chosen->flavor == type) break;
  }
  return chosen->reg;
}

Reg Generator::PickVariable(Width width) { return random_.Of(variables_[static_cast<size_t>(width)]); }

Operand Generator::PickSource(const OperandRule& rule) {
  if (rule.constant) return Operand::Immediate(random_.Below(256), rule.type);
  if (rule.literal && random_.Chance(20))
    return Operand::Immediate(EdgeValue(random_, isa::BitsOf(rule.type)), rule.type);
  Operand out = Operand::Register(kNoReg, rule.type);
  if (rule.wider && WidthOf(rule.type) != Width::k64 && random_.Chance(30)) {
    Width width = static_cast<Width>(random_.Between(static_cast<uint32_t>(WidthOf(rule.type)) + 1, 3));
    out.reg = PickRegister(width == Width::k32 ? Ty::kB32 : Ty::kB64);
  } else {
    out.reg = PickRegister(rule.type);
  }
  if (rule.negatable) out.negated = random_.Chance(40);
  return out;
}

Operand Generator::Source(Ty type, bool literal) {
  OperandRule rule;
  rule.type = type;
  rule.literal = literal && type != Ty::kPred;
  return PickSource(rule);
}

Generator::ScopeMark Generator::Mark() const {
  ScopeMark mark;
  for (size_t i = 0; i < 4; ++i) mark.sizes[i] = values_[i].size();
  return mark;
}

// Ends a scope; some of its temporaries go into variables first, so that they show in the result.
void Generator::Close(const ScopeMark& mark, bool fold) {
  static const char* const kXor[] = {"xor.pred", "xor.b16", "xor.b32", "xor.b64"};
  static constexpr Ty kType[] = {Ty::kPred, Ty::kB16, Ty::kB32, Ty::kB64};
  for (size_t w = 0; w < 4; ++w) {
    size_t count = values_[w].size() - mark.sizes[w];
    for (size_t i = 0, folded = 0; fold && i < count && folded < 3; ++i) {
      if (!random_.Chance(60)) continue;
      ++folded;
      Reg variable = PickVariable(static_cast<Width>(w));
      Reg value = values_[w][values_[w].size() - 1 - i].reg;
      ComputeInto(variable, kXor[w], {Operand::Register(variable, kType[w]), Operand::Register(value, kType[w])});
    }
    values_[w].resize(mark.sizes[w]);
  }
}

Statement& Generator::Emit(Statement statement) {
  block_->push_back(std::move(statement));
  --left_;
  plan_.functions[index_].cost += context_.times;
  return block_->back();
}

void Generator::ComputeInto(Reg reg, const char* opcode, std::vector<Operand> sources) {
  Statement s;
  s.op = Op::kCompute;
  s.opcode = opcode;
  s.results = {reg};
  s.sources = std::move(sources);
  Emit(std::move(s));
}

Reg Generator::Compute(const char* opcode, std::vector<Operand> sources) {
  Reg reg = NewRegister(WidthOf(FindEvaluator(opcode)->results[0]));
  ComputeInto(reg, opcode, std::move(sources));
  return reg;
}

void Generator::MaybeGuard(Statement* statement) {
  if (!random_.Chance(15)) return;
  statement->guard = PickRegister(Ty::kPred);
  statement->guard_negated = random_.Chance(50);
}

}  // namespace culvert::gen
