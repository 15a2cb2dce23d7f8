// Operations of a warp and barriers of the block.
#include "tests/isa/generator/generator.h"

namespace culvert::gen {

Reg Generator::Ballot(const Operand& predicate, const Operand& mask) {
  Reg reg = NewRegister(Width::k32);
  Statement s;
  s.op = Op::kVote;
  s.opcode = "vote.sync.ballot.b32";
  s.results = {reg};
  s.sources = {predicate, mask};
  Emit(std::move(s));
  return reg;
}

void Generator::RandomShuffle() {
  static const std::vector<const char*> kModes = {"up", "down", "bfly", "idx"};
  const std::string mode = random_.Of(kModes);
  Operand a = Source(Ty::kB32, false), b = Operand::Immediate(random_.Below(32), Ty::kU32), c = b;
  const bool up = mode == "up";
  // Segments of 32, 16, 8, 4 or 2 lanes.
  uint32_t width = 32u >> (random_.Chance(50) ? 0 : random_.Below(5));
  c.bits = (32 - width) << 8 | (up ? 0 : 31);
  if (random_.Chance(60)) b.bits = random_.Below(width);
  if (random_.Chance(10)) c.bits = random_.Below(1 << 13);
  if (random_.Chance(30)) b = Source(Ty::kU32, false);
  Statement s;
  s.op = Op::kShuffle;
  s.opcode = "shfl.sync." + mode + ".b32";
  Reg result = NewRegister(Width::k32), in_range = NewRegister(Width::kPred);
  s.results = {result, in_range};
  if (random_.Chance(30)) s.results.pop_back();
  bool has_predicate = s.results.size() == 2;
  if (context_.full_warp) {
    s.sources = {a, b, c, context_.mask};
    Emit(std::move(s));
    Visible(result, a.type);
    if (has_predicate) Visible(in_range, Ty::kPred);
    return;
  }
  // Some lanes are missing: a value from one of them is not defined, and must not be used. Choose a lane that is here.
  if (random_.Chance(60)) {
    Reg some = Compute("and.b32", {Source(Ty::kB32, false), context_.mask});
    Reg none = Compute("setp.eq.u32", {Operand::Register(some, Ty::kU32), Operand::Immediate(0, Ty::kU32)});
    Reg from =
        Compute("selp.b32", {context_.mask, Operand::Register(some, Ty::kB32), Operand::Register(none, Ty::kPred)});
    Reg lane = Compute("bfind.u32", {Operand::Register(from, Ty::kU32)});
    s.opcode = "shfl.sync.idx.b32";
    s.sources = {a, Operand::Register(lane, Ty::kU32), Operand::Immediate(31, Ty::kU32), context_.mask};
    Emit(std::move(s));
    Visible(result, a.type);
    if (has_predicate) Visible(in_range, Ty::kPred);
    return;
  }
  // Or look where it comes from, for a constant distance in the whole warp, and drop it if nobody is there.
  Operand distance = Operand::Immediate(random_.Below(32), Ty::kU32);
  s.sources = {a, distance, Operand::Immediate(up ? 0 : 31, Ty::kU32), context_.mask};
  if (!has_predicate) s.results.push_back(in_range);
  Emit(std::move(s));
  Reg me = NewRegister(Width::k32);
  Statement move;
  move.op = Op::kMove;
  move.opcode = "mov.u32";
  move.type = Ty::kU32;
  move.results = {me};
  move.sources = {Operand::Of(Special::kLaneId)};
  Emit(std::move(move));
  Operand lane = Operand::Register(me, Ty::kU32);
  Operand source = distance;
  if (mode == "up") source = Operand::Register(Compute("sub.u32", {lane, distance}), Ty::kU32);
  if (mode == "down") source = Operand::Register(Compute("add.u32", {lane, distance}), Ty::kU32);
  if (mode == "bfly") source = Operand::Register(Compute("xor.b32", {lane, distance}), Ty::kU32);
  source = Operand::Register(Compute("selp.b32", {source, lane, Operand::Register(in_range, Ty::kPred)}), Ty::kU32);
  Reg bit = Compute("shr.u32", {context_.mask, source});
  Reg low = Compute("and.b32", {Operand::Register(bit, Ty::kB32), Operand::Immediate(1, Ty::kB32)});
  Reg here = Compute("setp.ne.u32", {Operand::Register(low, Ty::kU32), Operand::Immediate(0, Ty::kU32)});
  Reg safe = Compute("selp.b32", {Operand::Register(result, Ty::kB32), Operand::Immediate(77, Ty::kB32),
                                  Operand::Register(here, Ty::kPred)});
  Visible(safe, a.type);
  Visible(in_range, Ty::kPred);
}

void Generator::RandomWarp() {
  Statement s;
  Reg result = kNoReg, second = kNoReg;
  Ty type = Ty::kB32;
  switch (random_.Below(8)) {
    case 0:
    case 1:
    case 2:
      return RandomShuffle();
    case 3:
    case 4: {
      static const std::vector<const char*> kModes = {"all.pred", "any.pred", "uni.pred", "ballot.b32"};
      const std::string mode = random_.Of(kModes);
      s.op = Op::kVote;
      s.opcode = "vote.sync." + mode;
      type = mode == "ballot.b32" ? Ty::kB32 : Ty::kPred;
      Operand predicate = Source(Ty::kPred);
      predicate.negated = random_.Chance(40);
      s.sources = {predicate, context_.mask};
      break;
    }
    case 5: {
      bool all = random_.Chance(50), wide = random_.Chance(40);
      s.op = Op::kMatch;
      s.opcode = std::string("match.") + (all ? "all" : "any") + ".sync." + (wide ? "b64" : "b32");
      Operand value = Source(wide ? Ty::kB64 : Ty::kB32, false);
      // Mostly of few different values, so that something matches.
      if (random_.Chance(70)) {
        Reg few = Compute(wide ? "and.b64" : "and.b32", {value, Operand::Immediate(random_.Below(8), value.type)});
        value.reg = few;
      }
      s.sources = {value, context_.mask};
      if (all && random_.Chance(70)) second = NewRegister(Width::kPred);
      break;
    }
    case 6: {
      static const std::vector<const char*> kArithmetic = {"add", "min", "max"}, kBits = {"and", "or", "xor"};
      s.op = Op::kRedux;
      uint32_t kind = random_.Below(3);
      bool real = kind == 2 && FindEvaluator("min.NaN.f32") != nullptr;
      type = real ? Ty::kF32 : kind == 0 ? Ty::kB32 : random_.Chance(50) ? Ty::kU32 : Ty::kS32;
      s.opcode = "redux.sync.";
      if (real) {
        s.opcode += random_.Chance(50) ? "min" : "max";
        if (random_.Chance(40)) s.opcode += ".abs";
        if (random_.Chance(40)) s.opcode += ".NaN";
      } else {
        s.opcode += random_.Of(kind == 0 ? kBits : kArithmetic);
      }
      s.opcode += "." + std::string(isa::NameOf(type));
      s.type = type;
      s.sources = {Source(type, false), context_.mask};
      break;
    }
    default:
      if (kernel_.shared_slice != 0) return WarpExchange();
      s.op = Op::kWarpSync;
      s.opcode = "bar.warp.sync";
      s.sources = {context_.mask};
      Emit(std::move(s));
      return;
  }
  result = NewRegister(WidthOf(type));
  s.results = {result};
  if (second != kNoReg) s.results.push_back(second);
  Emit(std::move(s));
  Visible(result, type);
  Visible(second, Ty::kPred);
}

// bar.sync, or bar.red whose result is used. The caller knows that all threads of the block are here.
void Generator::RandomBarrier() {
  Statement s;
  s.op = Op::kBarrier;
  s.offset = random_.Chance(60) ? 0 : random_.Below(8);
  if (!plan_.may_exit && plan_.whole_warps && random_.Chance(25)) s.threads = kernel_.Threads();
  const std::string name = random_.Chance(50) ? "bar" : random_.Chance(50) ? "barrier" : "bar.cta";
  const char* aligned = name == "barrier" && random_.Chance(50) ? ".aligned" : "";
  Reg result = kNoReg;
  Ty type = Ty::kPred;
  switch (random_.Below(5)) {
    case 0:
      s.opcode = name + ".red.popc" + aligned + ".u32";
      type = Ty::kU32;
      break;
    case 1:
      s.opcode = name + (random_.Chance(50) ? ".red.and" : ".red.or") + aligned + ".pred";
      break;
    default:
      s.opcode = name + ".sync" + aligned;
      Emit(std::move(s));
      return;
  }
  Operand predicate = Source(Ty::kPred);
  predicate.negated = random_.Chance(40);
  s.sources = {predicate};
  result = NewRegister(WidthOf(type));
  s.results = {result};
  Emit(std::move(s));
  Visible(result, type);
}

Statement Generator::PlainBarrier(uint32_t number, uint32_t threads, bool aligned) {
  Statement s;
  s.op = Op::kBarrier;
  s.opcode = aligned ? (random_.Chance(50) ? "bar.sync" : "barrier.sync.aligned") : "barrier.sync";
  s.offset = number;
  s.threads = threads;
  return s;
}

// The first warps of the block, or the other ones, exchange values at a barrier of their own.
void Generator::RandomSubset() {
  const uint32_t threads = 32 * random_.Between(1, kernel_.Threads() / 32);
  Reg thread = ReadThread();
  Reg inside = Compute("setp.lt.u32", {Operand::Register(thread, Ty::kU32), Operand::Immediate(threads, Ty::kU32)});
  Statement s;
  s.op = Op::kIf;
  s.style = static_cast<uint8_t>(random_.Below(2));
  s.sources = {Operand::Register(inside, Ty::kPred)};
  Block body;
  Block* outer_block = block_;
  Context outer_context = context_;
  ScopeMark mark = Mark();
  block_ = &body;
  context_.uniform = false;
  ++context_.depth;
  ExchangeAmong(threads, random_.Between(8, 15));  // numbers that whole blocks do not use
  Close(mark, true);
  block_ = outer_block;
  context_ = outer_context;
  s.blocks.push_back(std::move(body));
  Emit(std::move(s));
  // What the others do with their slices waits until this is over.
  RandomBarrier();
}

}  // namespace culvert::gen
