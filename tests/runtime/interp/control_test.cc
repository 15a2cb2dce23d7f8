// Divergence, loops, calls, guards, barriers and warp operations of the interpreter.
#include "tests/runtime/interp/machine.h"

namespace culvert::npu {
namespace {

// Slots used by most tests: 1 lane number, 2-3 output base address, 4 constant 4, 6-7 own output address.
constexpr uint16_t kTid = 1, kBase = 2, kFour = 4, kAddress = 6, kValue = 8, kOne = 9, kZero = 10, kFull = 11,
                   kTemp = 12, kTemp2 = 13;

void Prologue(Assembler& as, uint64_t base) {
  as.Constant(kTid, ConstantKind::kTidX);
  as.Constant(kBase, ConstantKind::kBits, base, 8);
  as.Constant(kFour, ConstantKind::kBits, 4);
  as.Constant(kOne, ConstantKind::kBits, 1);
  as.Constant(kZero, ConstantKind::kBits, 0);
  as.Constant(kFull, ConstantKind::kBits, 0xffffffff);
  as.Add(Op::MAD_WIDE_U32, kAddress, kTid, kFour, kBase);
}
void StoreAndExit(Assembler& as, uint16_t value = kValue) {
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, value);
  as.Add(Op::EXIT);
}

TEST(Control, StoresTheThreadNumberOfPartialWarps) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  StoreAndExit(as, kTid);
  m.at<uint32_t>(0)[40] = 77;
  ASSERT_EQ(m.Run(as.Done(), 40), SliceResult::kFinished);
  for (uint32_t i = 0; i < 40; ++i) EXPECT_EQ(m.at<uint32_t>(0)[i], i);
  EXPECT_EQ(m.at<uint32_t>(0)[40], 77u);
}

// for (i = 0; i < tid; ++i) value += i; the lanes leave the loop one by one and store together.
TEST(Control, DivergentLoopMeetsAgain) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Add(Op::MOV32, kValue, kZero);
  as.Add(Op::MOV32, kTemp, kZero);
  int32_t head = as.Here();
  as.Add(Op::SETP_LT_U32, 0, kTemp, kTid);
  int32_t out = as.Add(Op::BRP, kNoOperand, 0, kNoOperand, kNoOperand, bytecode::kNegate);
  as.Add(Op::ADD_I32, kValue, kValue, kTemp);
  as.Add(Op::ADD_I32, kTemp, kTemp, kOne);
  as.Add(Op::BRA, kNoOperand, kNoOperand, kNoOperand, kNoOperand, bytecode::kBackEdge, head);
  as.Add(Op::JOIN);
  as.Patch(out, as.Here());
  as.Add(Op::ACTIVEMASK, kTemp2);
  as.Add(Op::ADD_I32, kValue, kValue, kZero);
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kValue);
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kTemp2, kNoOperand, 0, 1024);
  as.Add(Op::EXIT);
  ASSERT_EQ(m.Run(as.Done(), 64), SliceResult::kFinished);
  for (uint32_t i = 0; i < 64; ++i) {
    EXPECT_EQ(m.at<uint32_t>(0)[i], i * (i - 1) / 2) << i;
    EXPECT_EQ(m.at<uint32_t>(1024)[i], 0xffffffffu) << i;
  }
}

// A spin lock between the lanes of a warp: the critical section comes after the loop, as compilers place it.
TEST(Control, SpinLockBetweenLanesEnds) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  constexpr uint16_t kCas = static_cast<uint16_t>(bytecode::AtomOp::kCas) |
                            static_cast<uint16_t>(bytecode::AtomType::kB32) << bytecode::kAtomTypeShift;
  constexpr uint16_t kExch = static_cast<uint16_t>(bytecode::AtomOp::kExch) |
                             static_cast<uint16_t>(bytecode::AtomType::kB32) << bytecode::kAtomTypeShift;
  int32_t head = as.Here();
  as.Add(Op::ATOM_G, kTemp, kBase, kZero, kOne, kCas, 4096);
  as.Add(Op::SETP_NE_I32, 0, kTemp, kZero);
  as.Add(Op::BRP, kNoOperand, 0, kNoOperand, kNoOperand, bytecode::kBackEdge | bytecode::kSpin, head);
  as.Add(Op::LD_G_B32, kValue, kBase, kNoOperand, kNoOperand, bytecode::kRelaxed, 4100);
  as.Add(Op::ADD_I32, kValue, kValue, kOne);
  as.Add(Op::ST_G_B32, kNoOperand, kBase, kValue, kNoOperand, bytecode::kRelaxed, 4100);
  as.Add(Op::ATOM_G, kNoOperand, kBase, kZero, kNoOperand, kExch, 4096);
  as.Add(Op::EXIT);
  ASSERT_EQ(m.Run(as.Done(), 64, 3), SliceResult::kFinished);
  EXPECT_EQ(m.at<uint32_t>(4100)[0], 192u);
}

TEST(Control, GuardRunsSomeLanes) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, 5);
  as.Add(Op::MOV32, kValue, kZero);
  as.Add(Op::SETP_LT_U32, 0, kTid, kTemp);
  as.Add(Op::GUARD, kNoOperand, 0, kNoOperand, kNoOperand, 0, 2);
  as.Add(Op::ADD_I32, kValue, kTid, kOne);
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kValue, kNoOperand, 0, 512);
  as.Add(Op::UNGUARD);
  as.Add(Op::GUARD, kNoOperand, 0, kNoOperand, kNoOperand, bytecode::kNegate, 1);
  as.Add(Op::MOV32, kValue, kFull);
  as.Add(Op::UNGUARD);
  StoreAndExit(as);
  ASSERT_EQ(m.Run(as.Done(), 32), SliceResult::kFinished);
  for (uint32_t i = 0; i < 32; ++i) {
    EXPECT_EQ(m.at<uint32_t>(0)[i], i < 5 ? i + 1 : 0xffffffffu);
    EXPECT_EQ(m.at<uint32_t>(512)[i], i < 5 ? i + 1 : 0u);
  }
}

// Lanes reach the same shuffle by two paths and at two places.
TEST(Control, ShuffleMeetsAcrossDivergence) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, 7);
  as.Constant(kTemp2, ConstantKind::kBits, 0x1f);
  as.Add(Op::SETP_LT_U32, 0, kTid, kTemp);
  int32_t branch = as.Add(Op::BRP, kNoOperand, 0);
  as.Add(Op::SHFL, kValue, kTid, kOne, kTemp2, static_cast<uint16_t>(bytecode::ShflMode::kBfly));
  as.Extend({kFull, kNoOperand});
  int32_t over = as.Add(Op::BRA);
  as.Patch(branch, as.Here());
  as.Add(Op::SHFL, kValue, kTid, kOne, kTemp2, static_cast<uint16_t>(bytecode::ShflMode::kBfly));
  as.Extend({kFull, kNoOperand});
  as.Add(Op::JOIN);
  as.Patch(over, as.Here());
  StoreAndExit(as);
  ASSERT_EQ(m.Run(as.Done(), 32), SliceResult::kFinished);
  for (uint32_t i = 0; i < 32; ++i) EXPECT_EQ(m.at<uint32_t>(0)[i], i ^ 1);
}

TEST(Control, ExitedLanesAreNotWaitedFor) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, 20);
  as.Add(Op::SETP_GE_U32, 0, kTid, kTemp);
  int32_t branch = as.Add(Op::BRP, kNoOperand, 0);
  as.Add(Op::LDIP, 1, kNoOperand, kNoOperand, kNoOperand, 0, -1);
  as.Add(Op::VOTE, kValue, 1, kFull, kNoOperand, static_cast<uint16_t>(bytecode::VoteMode::kBallot));
  as.Add(Op::BAR, kNoOperand, kZero, kNoOperand, kNoOperand, static_cast<uint16_t>(bytecode::BarKind::kSync));
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kValue);
  as.Add(Op::EXIT);
  as.Patch(branch, as.Here());
  as.Add(Op::EXIT);
  ASSERT_EQ(m.Run(as.Done(), 96), SliceResult::kFinished);
  EXPECT_EQ(m.at<uint32_t>(0)[0], (1u << 20) - 1);
}

// bar.sync with two warps; each reads what the other wrote before it.
TEST(Control, BarrierOrdersWarps) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, 63);
  as.Constant(14, ConstantKind::kBits, 0x1f);
  as.Add(Op::MUL_LO_I32, kTemp2, kTid, kFour);
  as.Add(Op::ST_S_B32, kNoOperand, kTemp2, kTid, kNoOperand, bytecode::kAddress32);
  as.Add(Op::BAR, kNoOperand, kZero);
  as.Add(Op::SUB_I32, kTemp2, kTemp, kTid);
  as.Add(Op::MUL_LO_I32, kTemp2, kTemp2, kFour);
  as.Add(Op::LD_S_B32, kValue, kTemp2, kNoOperand, kNoOperand, bytecode::kAddress32);
  StoreAndExit(as);
  ASSERT_EQ(m.Run(as.Done(), 64), SliceResult::kFinished);
  for (uint32_t i = 0; i < 64; ++i) EXPECT_EQ(m.at<uint32_t>(0)[i], 63 - i);
}

TEST(Control, BarrierReduction) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, 50);
  as.Add(Op::SETP_LT_U32, 0, kTid, kTemp);
  as.Add(Op::BAR, kValue, kZero, kNoOperand, 0, static_cast<uint16_t>(bytecode::BarKind::kRedPopc));
  as.Add(Op::BAR, 1, kZero, kNoOperand, 0, static_cast<uint16_t>(bytecode::BarKind::kRedAnd));
  as.Add(Op::BAR, 2, kZero, kNoOperand, 0, static_cast<uint16_t>(bytecode::BarKind::kRedOr));
  as.Add(Op::SELP32, kTemp2, kOne, kZero, 1);
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kTemp2, kNoOperand, 0, 1024);
  as.Add(Op::SELP32, kTemp2, kOne, kZero, 2);
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kTemp2, kNoOperand, 0, 2048);
  StoreAndExit(as);
  ASSERT_EQ(m.Run(as.Done(), 64), SliceResult::kFinished);
  EXPECT_EQ(m.at<uint32_t>(0)[63], 50u);
  EXPECT_EQ(m.at<uint32_t>(1024)[63], 0u);
  EXPECT_EQ(m.at<uint32_t>(2048)[63], 1u);
}

// A missing barrier: the block yields for ever, and the report says where.
TEST(Control, StuckBarrierIsReported) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, 64);
  as.Add(Op::BAR, kNoOperand, kZero, kTemp);
  StoreAndExit(as);
  ASSERT_EQ(m.Run(as.Done(), 32 + 32 + 32, 1, 10), SliceResult::kYielded);
  auto reports = m.runner->Report();
  ASSERT_EQ(reports.size(), 1u);  // the first two warps met, the third waits
  EXPECT_EQ(reports[0].warp, 2u);
  EXPECT_NE(reports[0].state.find("barrier 0"), std::string::npos) << reports[0].state;
}

// f(n) = n == 0 ? 0 : n + f(n - 1), with different depths per lane; the argument and result go through registers'
// memory.
Assembler Recursive(Machine& m, uint64_t limit) {
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, limit);
  as.Add(Op::ADD_I32, kTemp2, kTid, kTemp);
  as.Add(Op::ST_L_B32, kNoOperand, 20, kTemp2, kNoOperand, 0, 0);
  as.Constant(20, ConstantKind::kBits, 0, 8);
  as.Add(Op::CALL, kNoOperand, kNoOperand, kNoOperand, kNoOperand, 0, 1);
  as.Add(Op::LD_L_B32, kValue, 20);
  StoreAndExit(as);
  as.program().functions[0].local_bytes = 16;
  as.Begin("f", 16);
  as.Constant(kOne, ConstantKind::kBits, 1);
  as.Constant(kZero, ConstantKind::kBits, 0);
  as.Add(Op::LOCAL_ADDRESS, 20, kNoOperand, kNoOperand, kNoOperand, 0, -16);
  as.Add(Op::LOCAL_ADDRESS, 22, kNoOperand, kNoOperand, kNoOperand, 0, 0);
  as.Add(Op::LD_L_B32, kValue, 20);
  as.Add(Op::SETP_EQ_I32, 0, kValue, kZero);
  int32_t out = as.Add(Op::BRP, kNoOperand, 0);
  as.Add(Op::SUB_I32, kTemp, kValue, kOne);
  as.Add(Op::ST_L_B32, kNoOperand, 22, kTemp);
  as.Add(Op::CALL, kNoOperand, kNoOperand, kNoOperand, kNoOperand, 0, 1);
  as.Add(Op::LD_L_B32, kTemp, 22);
  as.Add(Op::ADD_I32, kValue, kValue, kTemp);
  as.Add(Op::ST_L_B32, kNoOperand, 20, kValue);
  as.Add(Op::JOIN);
  as.Patch(out, as.Here());
  as.Add(Op::RET);
  return as;
}

TEST(Control, RecursionPerLane) {
  Machine m;
  Assembler as = Recursive(m, 0);
  ASSERT_EQ(m.Run(as.Done(), 8, 2), SliceResult::kFinished);
  for (uint32_t i = 0; i < 8; ++i) EXPECT_EQ(m.at<uint32_t>(0)[i], i * (i + 1) / 2);
}

TEST(Control, EndlessRecursionIsAStackError) {
  Machine m;
  Assembler as = Recursive(m, 1000);
  ASSERT_EQ(m.Run(as.Done(), 64), SliceResult::kStopped);
  ASSERT_EQ(m.faults.size(), 1u);
  EXPECT_EQ(m.faults[0].kind, static_cast<uint32_t>(ErrorKind::kHardwareStackError));
  // The same runner works for another block afterwards.
  m.faults.clear();
}

// Lanes call two functions through a pointer; a bad pointer is fault 718.
TEST(Control, IndirectCalls) {
  for (bool bad : {false, true}) {
    Machine m;
    Assembler as;
    Prologue(as, m.address());
    as.Constant(20, ConstantKind::kFunctionAddress, 0, 8, 0);
    as.Constant(22, ConstantKind::kFunctionAddress, 0, 8, 1);
    as.Constant(kTemp, ConstantKind::kBits, 3);
    if (bad) as.Constant(22, ConstantKind::kBits, 0x1234, 8);
    as.program().functions[0].local_bytes = 16;
    as.Constant(26, ConstantKind::kBits, 0, 8);
    as.Add(Op::SETP_LT_U32, 0, kTid, kTemp);
    as.Add(Op::SELP64, 24, 20, 22, 0);
    as.Add(Op::CALL_INDIRECT, kNoOperand, 24);
    as.Add(Op::LD_L_B32, kValue, 26);
    StoreAndExit(as);
    for (int f = 0; f < 2; ++f) {
      as.Begin(f == 0 ? "one" : "two");
      as.Constant(kValue, ConstantKind::kBits, static_cast<uint64_t>(f + 1) * 100);
      as.Add(Op::LOCAL_ADDRESS, 20, kNoOperand, kNoOperand, kNoOperand, 0, -16);
      as.Add(Op::ST_L_B32, kNoOperand, 20, kValue);
      as.Add(Op::RET);
    }
    as.program().function_table = {{5, 1}, {9, 2}};
    SliceResult result = m.Run(as.Done(), 32);
    if (bad) {
      ASSERT_EQ(result, SliceResult::kStopped);
      EXPECT_EQ(m.faults.at(0).kind, static_cast<uint32_t>(ErrorKind::kInvalidPc));
      continue;
    }
    ASSERT_EQ(result, SliceResult::kFinished);
    for (uint32_t i = 0; i < 32; ++i) EXPECT_EQ(m.at<uint32_t>(0)[i], i < 3 ? 100u : 200u);
  }
}

TEST(Control, IndexedBranch) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, 3);
  as.Add(Op::REM_U32, kTemp2, kTid, kTemp);
  as.Add(Op::BRX, kNoOperand, kTemp2, 3);
  std::vector<uint32_t> targets;
  for (uint16_t i = 0; i < 3; ++i) {
    targets.push_back(static_cast<uint32_t>(as.Here()));
    as.Add(Op::MUL_LO_I32, kValue, kTid, i == 0 ? kOne : i == 1 ? kFour : kTemp);
    StoreAndExit(as);
  }
  as.program().branch_targets = targets;
  ASSERT_EQ(m.Run(as.Done(), 32), SliceResult::kFinished);
  for (uint32_t i = 0; i < 32; ++i) EXPECT_EQ(m.at<uint32_t>(0)[i], i * (i % 3 == 0 ? 1 : i % 3 == 1 ? 4 : 3));
}

// One warp waits for a flag that another warp of the block sets; and a loop of another block's flag yields.
TEST(Control, SpinningOnAnotherWarpAndBlock) {
  Machine m;
  Assembler as;
  Prologue(as, m.address());
  as.Constant(kTemp, ConstantKind::kBits, 32);
  as.Add(Op::SETP_GE_U32, 0, kTid, kTemp);
  int32_t setter = as.Add(Op::BRP, kNoOperand, 0);
  int32_t head = as.Here();
  as.Add(Op::LD_G_B32, kValue, kBase, kNoOperand, kNoOperand, bytecode::kRelaxed, 4096);
  as.Add(Op::SETP_EQ_I32, 0, kValue, kZero);
  as.Add(Op::BRP, kNoOperand, 0, kNoOperand, kNoOperand, bytecode::kBackEdge | bytecode::kSpin, head);
  StoreAndExit(as);
  as.Patch(setter, as.Here());
  as.Add(Op::ST_G_B32, kNoOperand, kBase, kOne, kNoOperand, bytecode::kRelaxed, 4096);
  as.Add(Op::EXIT);
  ASSERT_EQ(m.Run(as.Done(), 64), SliceResult::kFinished);
  EXPECT_EQ(m.at<uint32_t>(0)[5], 1u);
  Machine alone;
  Assembler wait;
  Prologue(wait, alone.address());
  int32_t loop = wait.Here();
  wait.Add(Op::LD_G_B32, kValue, kBase, kNoOperand, kNoOperand, bytecode::kRelaxed, 4096);
  wait.Add(Op::SETP_EQ_I32, 0, kValue, kZero);
  wait.Add(Op::BRP, kNoOperand, 0, kNoOperand, kNoOperand, bytecode::kBackEdge | bytecode::kSpin, loop);
  StoreAndExit(wait);
  EXPECT_EQ(alone.Run(wait.Done(), 32, 1, 5), SliceResult::kYielded);
}

}  // namespace
}  // namespace culvert::npu
