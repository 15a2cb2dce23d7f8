// The frame of a function: variables at its start, results at its end.
#include "tests/isa/generator/generator.h"

namespace culvert::gen {
namespace {

std::vector<Ty> TypesOf(Width width) {
  switch (width) {
    case Width::k16:
      return {Ty::kB16, Ty::kU16, Ty::kS16};
    case Width::k32:
      return {Ty::kF32, Ty::kU32, Ty::kS32, Ty::kB32};
    default:
      return {Ty::kF64, Ty::kU64, Ty::kS64, Ty::kB64};
  }
}

}  // namespace

void Generator::MakeVariables(uint32_t count) {
  auto variable = [&](Reg reg, Ty flavor) {
    variables_[static_cast<size_t>(kernel_.functions[index_].registers[reg])].push_back(reg);
    Visible(reg, flavor);
  };
  Reg me = kNoReg;
  if (index_ == 0) {
    Statement s;
    s.op = Op::kMove;
    s.opcode = "mov.u32";
    s.type = Ty::kU32;
    me = NewRegister(Width::k32);
    s.results = {me};
    s.sources = {Operand::Of(Special::kGlobal)};
    Emit(std::move(s));
    Visible(me, Ty::kU32);
  }
  for (Width width : {Width::k32, Width::k64, Width::k16}) {
    for (uint32_t i = 0; i < count; ++i) {
      Statement s;
      s.type = random_.Of(TypesOf(width));
      const std::string type(isa::NameOf(s.type));
      if (index_ == 0) {  // each thread another part of the input
        uint32_t bytes = static_cast<uint32_t>(BitsOf(width)) / 8;
        Reg product = Compute("mul.lo.u32", {Operand::Register(me, Ty::kU32),
                                             Operand::Immediate((2 * random_.Below(40) + 1) * bytes, Ty::kU32)});
        s.op = Op::kLoad;
        s.opcode = "ld.global." + type;
        s.index = Compute("and.b32", {Operand::Register(product, Ty::kB32),
                                      Operand::Immediate((kInputBytes / 2 - 1) & ~(bytes - 1), Ty::kB32)});
        s.offset = random_.Below(kInputBytes / 2 / bytes) * bytes;
      } else {
        s.op = Op::kMove;
        s.opcode = "mov." + type;
        s.sources = {Operand::Immediate(EdgeValue(random_, BitsOf(width)), s.type)};
      }
      Reg reg = NewRegister(width);
      Ty flavor = s.type;
      s.results = {reg};
      Emit(std::move(s));
      variable(reg, flavor);
    }
  }
  for (uint32_t i = 0; i < 2; ++i) {
    static const std::vector<const char*> kCompare = {"setp.lt.u32", "setp.ge.s32", "setp.ne.u32"};
    const std::string opcode = random_.Of(kCompare);
    Ty type = opcode == "setp.ge.s32" ? Ty::kS32 : Ty::kU32;
    Operand a = index_ == 0 && random_.Chance(50) ? Operand::Register(me, type) : Source(type, false);
    Reg reg = Compute(opcode.c_str(),
                      {a, Operand::Immediate(random_.Chance(50) ? random_.Below(40) : EdgeValue(random_, 32), type)});
    variable(reg, Ty::kPred);
  }
}

void Generator::InitSharedCells() {
  if (kernel_.shared_cells == 0) return;
  Statement s;
  s.op = Op::kIf;
  Reg thread = ReadThread();
  Reg first = Compute("setp.eq.u32", {Operand::Register(thread, Ty::kU32), Operand::Immediate(0, Ty::kU32)});
  s.sources = {Operand::Register(first, Ty::kPred)};
  Block body;
  for (uint32_t i = 0; i < kernel_.shared_cells; ++i) {
    Statement store;
    store.op = Op::kStore;
    store.opcode = "st.shared.u64";
    store.space = Space::kShared;
    store.type = Ty::kU64;
    store.offset = 8 * i;
    store.sources = {Operand::Immediate(EdgeValue(random_, 64), Ty::kU64)};
    body.push_back(std::move(store));
  }
  s.blocks.push_back(std::move(body));
  Emit(std::move(s));
  Statement barrier;
  barrier.op = Op::kBarrier;
  barrier.opcode = "bar.sync";
  Emit(std::move(barrier));
}

void Generator::ReadSharedCells() {
  if (kernel_.shared_cells == 0) return;
  Statement barrier;
  barrier.op = Op::kBarrier;
  barrier.opcode = "barrier.sync";
  Emit(std::move(barrier));
  for (uint32_t i = 0; i < kernel_.shared_cells; ++i) {
    Statement load;
    load.op = Op::kLoad;
    load.opcode = "ld.shared.b64";
    load.space = Space::kShared;
    load.type = Ty::kB64;
    load.offset = 8 * i;
    Reg reg = NewRegister(Width::k64), into = variables_[3][i % variables_[3].size()];
    load.results = {reg};
    Emit(std::move(load));
    ComputeInto(into, "xor.b64", {Operand::Register(into, Ty::kB64), Operand::Register(reg, Ty::kB64)});
  }
}

void Generator::StoreResults() {
  uint32_t at = plan_.private_scratch;
  for (Reg predicate : variables_[0]) {
    Reg reg = Compute("selp.b32", {Operand::Immediate(1, Ty::kB32), Operand::Immediate(0, Ty::kB32),
                                   Operand::Register(predicate, Ty::kPred)});
    variables_[2].push_back(reg);
  }
  static const char* const kStore[] = {"", "st.global.b16", "st.global.b32", "st.global.b64"};
  static constexpr Ty kType[] = {Ty::kPred, Ty::kB16, Ty::kB32, Ty::kB64};
  for (size_t w : {3, 2, 1}) {
    for (Reg reg : variables_[w]) {
      Statement s;
      s.op = Op::kStore;
      s.opcode = kStore[w];
      s.space = Space::kPrivate;
      s.type = kType[w];
      s.offset = at;
      s.sources = {Operand::Register(reg, kType[w])};
      at += static_cast<uint32_t>(BitsOf(static_cast<Width>(w))) / 8;
      Emit(std::move(s));
    }
  }
  kernel_.private_bytes = (at + 15) / 16 * 16;
}

void Generator::MakeEntry(uint32_t statements) {
  context_.uniform = true;
  context_.has_mask = random_.Chance(70);
  context_.mask = Operand::Of(Special::kFullMask);
  context_.full_warp = plan_.whole_warps;
  MakeVariables(random_.Between(2, 3));
  for (uint32_t i = 0; i < 2; ++i) {
    Statement s;
    s.op = Op::kLoad;
    s.opcode = "ld.param.u32";
    s.space = Space::kParam;
    s.type = Ty::kU32;
    s.offset = 4 * i;
    Reg reg = NewRegister(Width::k32);
    s.results = {reg};
    Emit(std::move(s));
    uniform_.push_back(reg);
    Visible(reg, Ty::kU32);
  }
  InitMemory(Space::kLocal, kernel_.functions[0].local_bytes);
  InitMemory(Space::kShared, kernel_.shared_slice);
  InitSharedCells();
  if (kernel_.shared_slice != 0 && kernel_.shared_cells == 0) RandomBarrier();
  ScopeMark mark = Mark();
  RandomBlock(statements);
  Close(mark, true);
  ReadSharedCells();
  StoreResults();
}

void Generator::MakeFunction(uint32_t statements) {
  Function& function = kernel_.functions[index_];
  FunctionFacts& facts = plan_.functions[index_];
  facts.cost = 0;
  const std::vector<Reg> parameters = function.parameters;
  if (facts.takes_mask) {
    context_.has_mask = true;
    context_.mask = Operand::Register(parameters.back(), Ty::kB32);
  }
  MakeVariables(1);
  static constexpr Ty kType[] = {Ty::kPred, Ty::kB16, Ty::kB32, Ty::kB64};
  for (size_t i = 0; i < parameters.size(); ++i) {
    size_t width = static_cast<size_t>(function.registers[parameters[i]]);
    bool fixed = (facts.recursive && i == 0) || (facts.takes_mask && i + 1 == parameters.size());
    if (!fixed) variables_[width].push_back(parameters[i]);
    Visible(parameters[i], kType[width]);
  }
  Ty result_type = Ty::kB32;
  if (function.result != kNoReg) {
    size_t width = static_cast<size_t>(function.registers[function.result]);
    result_type = kType[width];
    Statement s;
    s.op = Op::kMove;
    s.opcode = std::string("mov.") + std::string(isa::NameOf(result_type));
    s.type = result_type;
    s.sources = {Source(result_type)};
    s.results = {function.result};
    Reg reg = function.result;
    Emit(std::move(s));
    variables_[width].push_back(reg);
    Visible(reg, result_type);
  }
  InitMemory(Space::kLocal, function.local_bytes);
  const Reg result = function.result;
  if (facts.recursive) {
    Reg bottom = Compute("setp.eq.u32", {Operand::Register(parameters[0], Ty::kU32), Operand::Immediate(0, Ty::kU32)});
    Statement leave;
    leave.op = Op::kReturn;
    leave.guard = bottom;
    if (result != kNoReg) leave.sources = {Source(result_type)};
    Emit(std::move(leave));
  }
  RandomBlock(statements);
  if (facts.recursive) {
    Reg less = Compute("sub.u32", {Operand::Register(parameters[0], Ty::kU32), Operand::Immediate(1, Ty::kU32)});
    Statement call;
    call.op = Op::kCall;
    call.callees = {index_};
    call.sources = {Operand::Register(less, Ty::kB32)};
    const Function& self = kernel_.functions[index_];
    for (size_t i = 1; i < parameters.size(); ++i)
      call.sources.push_back(Source(kType[static_cast<size_t>(self.registers[parameters[i]])]));
    Reg back = kNoReg;
    if (result != kNoReg) {
      back = NewRegister(kernel_.functions[index_].registers[result]);
      call.results = {back};
    }
    Emit(std::move(call));
    Visible(back, result_type);
    RandomBlock(statements / 2);
    facts.cost *= 4;
  }
  Close(ScopeMark{}, true);
  facts.cost = std::max(facts.cost, 1u);
}

}  // namespace culvert::gen
