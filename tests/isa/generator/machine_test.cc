// The slow machine by itself: results worked out by hand, and kernels that have none.
#include <gtest/gtest.h>

#include "tests/isa/generator/machine.h"

namespace culvert::gen {
namespace {

Operand R(Reg reg, Ty type = Ty::kB32) { return Operand::Register(reg, type); }
Operand I(uint64_t bits, Ty type = Ty::kB32) { return Operand::Immediate(bits, type); }

class MachineTest : public testing::Test {
 protected:
  MachineTest() {
    kernel_.private_bytes = 16;
    kernel_.input.assign(kInputBytes, 0);
    kernel_.constants.assign(kConstBytes, 0);
    kernel_.params.assign(kParamBytes, 0);
    kernel_.functions.resize(1);
  }
  Reg New(Width width = Width::k32) {
    kernel_.functions[0].registers.push_back(width);
    return static_cast<Reg>(kernel_.functions[0].registers.size() - 1);
  }
  Statement& Add(Op op, std::string opcode, std::vector<Reg> results, std::vector<Operand> sources) {
    Statement s;
    s.op = op;
    s.opcode = std::move(opcode);
    s.results = std::move(results);
    s.sources = std::move(sources);
    kernel_.functions[0].body.push_back(std::move(s));
    return kernel_.functions[0].body.back();
  }
  Reg Lane() {
    Reg reg = New();
    Add(Op::kMove, "mov.u32", {reg}, {Operand::Of(Special::kLaneId)}).type = Ty::kU32;
    return reg;
  }
  void Out(Reg reg, uint32_t offset = 0) {
    Statement& s = Add(Op::kStore, "st.global.b32", {}, {R(reg)});
    s.space = Space::kPrivate;
    s.offset = offset;
  }
  // Word 0 of every thread.
  std::vector<uint32_t> Run() {
    MachineResult result = Execute(kernel_);
    EXPECT_EQ(result.problem, "");
    std::vector<uint32_t> out;
    for (uint32_t i = 0; result.problem.empty() && i < kernel_.Threads(); ++i) {
      const uint8_t* at = result.output.data() + size_t{i} * kernel_.private_bytes;
      out.push_back(at[0] | uint32_t{at[1]} << 8 | uint32_t{at[2]} << 16 | uint32_t{at[3]} << 24);
    }
    return out;
  }
  void ExpectProblem(const std::string& text) {
    EXPECT_NE(Execute(kernel_).problem.find(text), std::string::npos) << Execute(kernel_).problem;
  }
  std::vector<uint32_t> Shuffle(const char* mode, uint64_t b, uint64_t c) {
    kernel_.functions[0] = {};
    Reg lane = Lane(), result = New();
    Add(Op::kShuffle, std::string("shfl.sync.") + mode + ".b32", {result}, {R(lane), I(b), I(c), I(0xffffffff)});
    Out(result);
    return Run();
  }

  Kernel kernel_;
};

TEST_F(MachineTest, Shuffles) {
  std::vector<uint32_t> up = Shuffle("up", 3, 0), down = Shuffle("down", 5, 31), bfly = Shuffle("bfly", 9, 31),
                        idx = Shuffle("idx", 34, 31), segments = Shuffle("down", 1, (32 - 8) << 8 | 31),
                        from = Shuffle("idx", 6, (32 - 8) << 8 | 31), stop = Shuffle("bfly", 16, 15);
  ASSERT_EQ(up.size(), 32u);
  for (uint32_t i = 0; i < 32; ++i) {
    EXPECT_EQ(up[i], i < 3 ? i : i - 3);
    EXPECT_EQ(down[i], i + 5 > 31 ? i : i + 5);
    EXPECT_EQ(bfly[i], i ^ 9);
    EXPECT_EQ(idx[i], 2u);
    EXPECT_EQ(segments[i], i % 8 == 7 ? i : i + 1);
    EXPECT_EQ(from[i], i / 8 * 8 + 6);
    EXPECT_EQ(stop[i], (i ^ 16) <= 15 ? i ^ 16 : i);
  }
}

TEST_F(MachineTest, VotesMatchesAndReductions) {
  Reg lane = Lane(), low = New(), odd = New(Width::kPred), ballot = New(), same = New(), sum = New(), total = New();
  Add(Op::kCompute, "and.b32", {low}, {R(lane), I(3)});
  Add(Op::kCompute, "setp.gt.u32", {odd}, {R(lane, Ty::kU32), I(28, Ty::kU32)});
  Add(Op::kVote, "vote.sync.ballot.b32", {ballot}, {R(odd, Ty::kPred), I(0xffffffff)});
  Add(Op::kMatch, "match.any.sync.b32", {same}, {R(low), I(0xffffffff)});
  Add(Op::kRedux, "redux.sync.add.u32", {sum}, {R(lane, Ty::kU32), I(0xffffffff)}).type = Ty::kU32;
  Add(Op::kCompute, "xor.b32", {total}, {R(ballot), R(same)});
  Add(Op::kCompute, "xor.b32", {total}, {R(total), R(sum)});
  Out(total);
  std::vector<uint32_t> out = Run();
  for (uint32_t i = 0; i < 32; ++i) EXPECT_EQ(out[i], 0xe0000000u ^ (0x11111111u << (i % 4)) ^ 496u);
}

TEST_F(MachineTest, BarrierSeparatesWritesFromReads) {
  kernel_.block[0] = 64;
  kernel_.shared_slice = 16;
  Reg thread = New(), next = New(), read = New();
  Add(Op::kMove, "mov.u32", {thread}, {Operand::Of(Special::kThread)}).type = Ty::kU32;
  Statement& store = Add(Op::kStore, "st.shared.b32", {}, {R(thread)});
  store.space = Space::kShared;
  store.own = true;
  Add(Op::kBarrier, "bar.sync", {}, {});
  Add(Op::kCompute, "xor.b32", {next}, {R(thread), I(63)});
  Add(Op::kCompute, "mul.lo.u32", {next}, {R(next, Ty::kU32), I(16, Ty::kU32)});
  Statement& load = Add(Op::kLoad, "ld.shared.b32", {read}, {});
  load.space = Space::kShared;
  load.index = next;
  Out(read);
  std::vector<uint32_t> out = Run();
  for (uint32_t i = 0; i < 64; ++i) EXPECT_EQ(out[i], i ^ 63);
  std::erase_if(kernel_.functions[0].body, [](const Statement& s) { return s.op == Op::kBarrier; });
  ExpectProblem("shared memory is read before it is written");
}

TEST_F(MachineTest, SeesRaces) {
  kernel_.shared_cells = 2;
  Reg read = New();
  Statement& store = Add(Op::kStore, "st.shared.b32", {}, {I(5)});
  store.space = Space::kShared;
  Statement& load = Add(Op::kLoad, "ld.shared.b32", {read}, {});
  load.space = Space::kShared;
  Out(read);
  ExpectProblem("race");
  kernel_.block[0] = 1;
  EXPECT_EQ(Run()[0], 5u);
}

TEST_F(MachineTest, RefusesWhatIsNotDefined) {
  Reg reg = New();
  Out(reg);
  ExpectProblem("read before it is written");
  kernel_.functions[0] = {};
  Reg value = Lane();
  Out(value, 16);
  ExpectProblem("outside of its region");
  kernel_.functions[0] = {};
  value = Lane();
  Out(value, 2);
  ExpectProblem("not aligned");
  kernel_.functions[0] = {};
  Add(Op::kWarpSync, "bar.warp.sync", {}, {I(1)});
  ExpectProblem("membermask");
  kernel_.functions[0] = {};
  Reg carry = New();
  Add(Op::kCompute, "addc.u32", {carry}, {I(1, Ty::kU32), I(1, Ty::kU32)});
  ExpectProblem("carry");
}

TEST_F(MachineTest, SeesThreadsThatNeverMeet) {
  Reg lane = Lane(), first = New(Width::kPred);
  Add(Op::kCompute, "setp.eq.u32", {first}, {R(lane, Ty::kU32), I(0, Ty::kU32)});
  Statement barrier;
  barrier.op = Op::kBarrier;
  barrier.opcode = "bar.sync";
  Statement other = barrier;
  Statement& branch = Add(Op::kIf, "", {}, {R(first, Ty::kPred)});
  branch.blocks = {{barrier}, {other}};
  ExpectProblem("different barriers");
  for (Statement& s : kernel_.functions[0].body) {
    if (s.op != Op::kIf) continue;
    s.blocks = {{}};
    s.blocks[0].push_back(barrier);
    s.blocks[0][0].op = Op::kWarpSync;
    s.blocks[0][0].sources = {I(3)};
  }
  Add(Op::kBarrier, "bar.sync", {}, {});
  ExpectProblem("wait for each other");
}

TEST_F(MachineTest, Atomics) {
  struct Case {
    const char* opcode;
    Ty type;
    uint32_t old, b, c, expected;
  };
  for (const Case& c :
       {Case{"atom.global.inc.u32", Ty::kU32, 5, 5, 0, 0}, Case{"atom.global.inc.u32", Ty::kU32, 4, 5, 0, 5},
        Case{"atom.global.dec.u32", Ty::kU32, 0, 7, 0, 7}, Case{"atom.global.dec.u32", Ty::kU32, 9, 7, 0, 7},
        Case{"atom.global.dec.u32", Ty::kU32, 7, 7, 0, 6}, Case{"atom.global.cas.b32", Ty::kB32, 3, 3, 8, 8},
        Case{"atom.global.cas.b32", Ty::kB32, 3, 4, 8, 3},
        Case{"atom.global.min.s32", Ty::kS32, 1, 0xffffffff, 0, 0xffffffff},
        Case{"atom.global.max.u32", Ty::kU32, 1, 0xffffffff, 0, 0xffffffff}}) {
    kernel_.functions[0] = {};
    kernel_.block[0] = 1;
    Reg old = New(), out = New();
    Add(Op::kStore, "st.global.b32", {}, {I(c.old)}).space = Space::kPrivate;
    Statement& atomic = Add(Op::kAtomic, c.opcode, {old}, {I(c.b, c.type), I(c.c, c.type)});
    atomic.space = Space::kPrivate;
    atomic.type = c.type;
    EXPECT_EQ(Run()[0], c.expected) << c.opcode;
    Add(Op::kCompute, "xor.b32", {out}, {R(old), I(0)});
    Out(out);
    EXPECT_EQ(Run()[0], c.old) << c.opcode;
  }
}

}  // namespace
}  // namespace culvert::gen
