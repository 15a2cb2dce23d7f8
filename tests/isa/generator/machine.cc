#include "tests/isa/generator/machine.h"

#include <algorithm>
#include <string>

#include "tests/isa/generator/machine_state.h"

namespace culvert::gen {
namespace {

uint64_t Low(uint64_t value, int bits) { return bits >= 64 ? value : value & ((uint64_t{1} << bits) - 1); }

bool IsSigned(Ty type) { return type == Ty::kS8 || type == Ty::kS16 || type == Ty::kS32 || type == Ty::kS64; }

}  // namespace

bool HasModifier(const std::string& opcode, const char* modifier) {
  std::string needle = std::string(".") + modifier;
  for (size_t at = opcode.find(needle); at != std::string::npos; at = opcode.find(needle, at + 1)) {
    size_t end = at + needle.size();
    if (end == opcode.size() || opcode[end] == '.') return true;
  }
  return false;
}

Machine::Machine(const Kernel& kernel, uint64_t max_steps) : kernel_(kernel), max_steps_(max_steps) {
  for (const Function& function : kernel.functions) code_.push_back(Flatten(function, &result_.problem));
}

MachineResult Machine::Run() {
  if (!result_.problem.empty()) return std::move(result_);
  result_.output.assign(OutputBytes(kernel_), kOutputFill);
  std::fill(result_.output.end() - kCellBytes, result_.output.end(), 0);
  for (uint32_t block = 0; block < kernel_.Blocks() && result_.problem.empty(); ++block) RunBlock(block);
  return std::move(result_);
}

void Machine::RunBlock(uint32_t block) {
  block_ = block;
  epoch_ = 1;
  shared_.assign(kernel_.SharedBytes(), 0);
  touches_.assign(shared_.size(), {});
  threads_.assign(kernel_.Threads(), {});
  for (uint32_t i = 0; i < threads_.size(); ++i) {
    threads_[i].index = i;
    PushFrame(threads_[i], 0);
  }
  const uint32_t warps = (kernel_.Threads() + 31) / 32;
  while (result_.problem.empty()) {
    bool ran = false, ended = true;
    for (uint32_t warp = 0; warp < warps; ++warp) {
      for (bool again = true; again && result_.problem.empty();) {
        again = false;
        for (uint32_t i = warp * 32; i < std::min<uint32_t>(warp * 32 + 32, kernel_.Threads()); ++i) {
          if (threads_[i].state != Thread::State::kReady || !result_.problem.empty()) continue;
          RunThread(threads_[i]);
          ran = again = true;
        }
        if (again && result_.problem.empty()) TryWarp(warp);
      }
    }
    for (const Thread& thread : threads_) ended &= thread.state == Thread::State::kExited;
    if (ended) return;
    if (!ran) return Fail(nullptr, "threads wait for each other");
    if (result_.problem.empty()) TryBarrier();
  }
}

void Machine::Fail(const Thread* thread, const std::string& why) {
  if (!result_.problem.empty()) return;
  result_.problem = why;
  if (thread != nullptr)
    result_.problem += " (block " + std::to_string(block_) + ", thread " + std::to_string(thread->index) + ")";
}

void Machine::PushFrame(Thread& thread, uint32_t function) {
  const Function& f = kernel_.functions[function];
  if (thread.frames.size() > 40) return Fail(&thread, "calls are too deep");
  Frame frame;
  frame.function = function;
  frame.first_register = static_cast<uint32_t>(thread.registers.size());
  frame.local.resize(f.local_bytes);
  frame.local_defined.resize(f.local_bytes);
  thread.registers.resize(thread.registers.size() + f.registers.size());
  thread.defined.resize(thread.registers.size());
  std::fill(thread.defined.begin() + frame.first_register, thread.defined.end(), 0);
  thread.frames.push_back(std::move(frame));
}

uint32_t Machine::FullMask(uint32_t warp) const {
  uint32_t lanes = std::min<uint32_t>(32, kernel_.Threads() - warp * 32);
  return lanes == 32 ? ~0u : (1u << lanes) - 1;
}

uint64_t Machine::SpecialValue(const Thread& thread, Special special) const {
  const uint32_t t = thread.index, lane = t % 32;
  const uint32_t* b = kernel_.block;
  switch (special) {
    case Special::kTidX:
      return t % b[0];
    case Special::kTidY:
      return t / b[0] % b[1];
    case Special::kTidZ:
      return t / b[0] / b[1];
    case Special::kNtidX:
      return b[0];
    case Special::kNtidY:
      return b[1];
    case Special::kNtidZ:
      return b[2];
    case Special::kCtaidX:
      return block_ % kernel_.grid[0];
    case Special::kCtaidY:
      return block_ / kernel_.grid[0];
    case Special::kNctaidX:
      return kernel_.grid[0];
    case Special::kNctaidY:
      return kernel_.grid[1];
    case Special::kLaneId:
      return lane;
    case Special::kLaneMaskEq:
      return 1u << lane;
    case Special::kLaneMaskLt:
      return (1u << lane) - 1;
    case Special::kLaneMaskLe:
      return (2u << lane) - 1;
    case Special::kLaneMaskGt:
      return ~((2u << lane) - 1);
    case Special::kLaneMaskGe:
      return ~((1u << lane) - 1);
    case Special::kThread:
      return t;
    case Special::kGlobal:
      return block_ * kernel_.Threads() + t;
    case Special::kFullMask:
      return FullMask(t / 32);
  }
  return 0;
}

uint64_t Machine::ReadRegister(Thread& thread, Reg reg) {
  const Frame& frame = thread.frames.back();
  if (reg >= kernel_.functions[frame.function].registers.size()) {
    Fail(&thread, "no such register");
    return 0;
  }
  if (!thread.defined[frame.first_register + reg])
    Fail(&thread, "register " + std::to_string(reg) + " is read before it is written");
  return thread.registers[frame.first_register + reg];
}

uint64_t Machine::Read(Thread& thread, const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::kRegister: {
      uint64_t value = Low(ReadRegister(thread, operand.reg), isa::BitsOf(operand.type));
      return operand.negated ? value ^ 1 : value;
    }
    case Operand::Kind::kImmediate:
      return Low(operand.bits, isa::BitsOf(operand.type));
    case Operand::Kind::kSpecial:
      return SpecialValue(thread, operand.special);
  }
  return 0;
}

void Machine::Write(Thread& thread, Reg reg, uint64_t value, Ty type) {
  if (reg == kNoReg) return;
  const Frame& frame = thread.frames.back();
  int bits = isa::BitsOf(type), width = BitsOf(kernel_.functions[frame.function].registers[reg]);
  if (width < bits) return Fail(&thread, "result does not fit its register");
  value = Low(value, bits);
  if (IsSigned(type) && width > bits && (value >> (bits - 1) & 1)) value |= ~uint64_t{0} << bits;
  thread.registers[frame.first_register + reg] = Low(value, width);
  thread.defined[frame.first_register + reg] = 1;
}

void Machine::RunThread(Thread& thread) {
  while (thread.state == Thread::State::kReady && result_.problem.empty()) {
    if (++result_.steps > max_steps_) return Fail(&thread, "too many steps");
    Step(thread, At(thread));
  }
}

void Machine::Step(Thread& thread, const Code& code) {
  const Statement* s = code.statement;
  Frame& frame = thread.frames.back();
  const uint32_t pc = frame.pc++;
  if (code.kind != Code::Kind::kStatement) thread.carry_defined = false;
  switch (code.kind) {
    case Code::Kind::kStatement:
      break;
    case Code::Kind::kUnless:
      if (!Read(thread, s->sources[0])) frame.pc = code.target;
      return;
    case Code::Kind::kJump:
      frame.pc = code.target;
      return;
    case Code::Kind::kLoopStart:
      return Write(thread, s->results[0], 0, Ty::kU32);
    case Code::Kind::kLoopTest:
      if (ReadRegister(thread, s->results[0]) >= Read(thread, s->sources[0])) frame.pc = code.target;
      return;
    case Code::Kind::kLoopNext:
      Write(thread, s->results[0], ReadRegister(thread, s->results[0]) + 1, Ty::kU32);
      frame.pc = code.target;
      return;
    case Code::Kind::kSwitch: {
      uint64_t index = Read(thread, s->sources[0]);
      if (index >= code.targets.size()) return Fail(&thread, "branch index out of range");
      frame.pc = code.targets[index];
      return;
    }
    case Code::Kind::kEnd: {
      const Function& function = kernel_.functions[frame.function];
      if (thread.frames.size() == 1) {
        thread.state = Thread::State::kExited;
        return;
      }
      uint64_t value = function.result == kNoReg ? 0 : ReadRegister(thread, function.result);
      return Return(thread, value, function.result != kNoReg);
    }
  }
  if (s->guard != kNoReg && (ReadRegister(thread, s->guard) != 0) == s->guard_negated) return;
  switch (s->op) {
    case Op::kCompute:
      return Compute(thread, code);
    case Op::kMove:
      return Move(thread, *s);
    case Op::kLoad:
      return Load(thread, *s);
    case Op::kStore:
      return Store(thread, *s);
    case Op::kAtomic:
      return Atomic(thread, code);
    case Op::kCall:
      return Call(thread, *s);
    case Op::kReturn:
      if (thread.frames.size() == 1) return Fail(&thread, "return from the kernel");
      return Return(thread, s->sources.empty() ? 0 : Read(thread, s->sources[0]), !s->sources.empty());
    case Op::kExit:
      thread.state = Thread::State::kExited;
      return;
    case Op::kBreak:
    case Op::kContinue:
      thread.carry_defined = false;
      frame.pc = code.target;
      return;
    case Op::kBarrier:
      if (!s->results.empty()) Read(thread, s->sources[0]);
      frame.pc = pc;
      thread.state = Thread::State::kBarrier;
      return;
    default: {  // warp operations
      uint32_t mask = static_cast<uint32_t>(Read(thread, s->sources.back()));
      if (!(mask >> (thread.index % 32) & 1)) return Fail(&thread, "the membermask lacks the lane itself");
      frame.pc = pc;
      thread.mask = mask;
      thread.state = Thread::State::kWarp;
      return;
    }
  }
}

void Machine::Compute(Thread& thread, const Code& code) {
  const Statement& s = *code.statement;
  const isa::Evaluator& evaluator = *code.evaluator;
  uint64_t sources[isa::kMaxSources] = {}, results[isa::kMaxResults] = {};
  isa::Batch batch;
  batch.count = 1;
  for (size_t i = 0; i < evaluator.sources.size(); ++i) {
    if (evaluator.sources[i] == Ty::kCarry) {
      if (!thread.carry_defined) return Fail(&thread, "the carry flag is read before it is written");
      sources[i] = thread.carry;
    } else {
      if (i >= s.sources.size()) return Fail(&thread, "operand missing: " + s.opcode);
      sources[i] = Read(thread, s.sources[i]);
    }
    batch.source[i] = &sources[i];
  }
  for (size_t i = 0; i < evaluator.results.size(); ++i) batch.result[i] = &results[i];
  evaluator.compute(batch);
  for (size_t i = 0; i < evaluator.results.size(); ++i) {
    if (evaluator.results[i] == Ty::kCarry) {
      thread.carry = results[i];
      thread.carry_defined = true;
    } else if (i < s.results.size()) {
      Write(thread, s.results[i], results[i], evaluator.results[i]);
    }
  }
}

void Machine::Move(Thread& thread, const Statement& s) {
  int bits = isa::BitsOf(s.type);
  uint64_t value = 0;
  int part = bits / static_cast<int>(s.sources.size());
  for (size_t i = 0; i < s.sources.size(); ++i)
    value |= Low(Read(thread, s.sources[i]), part) << (part * static_cast<int>(i));
  part = bits / static_cast<int>(s.results.size());
  for (size_t i = 0; i < s.results.size(); ++i) {
    Ty type = s.results.size() == 1 ? s.type : part == 32 ? Ty::kB32 : part == 16 ? Ty::kB16 : Ty::kB8;
    Write(thread, s.results[i], value >> (part * static_cast<int>(i)), type);
  }
}

void Machine::Call(Thread& thread, const Statement& s) {
  size_t arguments = s.sources.size();
  uint32_t callee = s.callees[0];
  if (s.callees.size() > 1) {
    uint64_t index = Read(thread, s.sources[--arguments]);
    if (index >= s.callees.size()) return Fail(&thread, "no such entry of the function table");
    callee = s.callees[index];
  }
  std::vector<uint64_t> values;
  for (size_t i = 0; i < arguments; ++i) values.push_back(Read(thread, s.sources[i]));
  const Function& function = kernel_.functions[callee];
  if (function.parameters.size() != arguments) return Fail(&thread, "wrong number of arguments");
  PushFrame(thread, callee);
  if (!result_.problem.empty()) return;
  thread.carry_defined = false;
  for (size_t i = 0; i < arguments; ++i) {
    Width width = function.registers[function.parameters[i]];
    Write(thread, function.parameters[i], values[i],
          width == Width::k16   ? Ty::kB16
          : width == Width::k32 ? Ty::kB32
                                : Ty::kB64);
  }
}

void Machine::Return(Thread& thread, uint64_t value, bool has_value) {
  thread.carry_defined = false;
  thread.registers.resize(thread.frames.back().first_register);
  thread.defined.resize(thread.frames.back().first_register);
  thread.frames.pop_back();
  Frame& frame = thread.frames.back();
  const Statement& call = *code_[frame.function][frame.pc - 1].statement;
  if (call.results.empty()) return;
  if (!has_value) return Fail(&thread, "the function returns nothing");
  Width width = kernel_.functions[frame.function].registers[call.results[0]];
  Write(thread, call.results[0], value, width == Width::k16 ? Ty::kB16 : width == Width::k32 ? Ty::kB32 : Ty::kB64);
}

MachineResult Execute(const Kernel& kernel, uint64_t max_steps) { return Machine(kernel, max_steps).Run(); }

}  // namespace culvert::gen
