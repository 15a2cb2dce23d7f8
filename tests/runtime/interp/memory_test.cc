// Checks of memory accesses, address conversions, vectors, atomics, printf.
#include <bit>

#include "tests/runtime/interp/machine.h"

namespace culvert::npu {
namespace {

constexpr uint16_t kTid = 1, kBase = 2, kStride = 4, kAddress = 6, kValue = 8;

// Each thread reads 32 bits at base + tid * stride and stores them at `out` + tid * 4.
std::shared_ptr<const Program> Reader(Machine& m, uint64_t offset, uint64_t stride, Op load = Op::LD_G_B32) {
  Assembler as;
  as.Constant(kTid, ConstantKind::kTidX);
  as.Constant(kBase, ConstantKind::kBits, m.address(offset), 8);
  as.Constant(kStride, ConstantKind::kBits, stride);
  as.Constant(9, ConstantKind::kBits, 4);
  as.Constant(12, ConstantKind::kBits, m.address(16384), 8);
  as.Add(Op::MAD_WIDE_U32, kAddress, kTid, kStride, kBase);
  as.Add(load, kValue, kAddress);
  as.Add(Op::MAD_WIDE_U32, kAddress, kTid, 9, 12);
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kValue);
  as.Add(Op::EXIT);
  return as.Done();
}

TEST(Memory, StridesAllGiveTheSameValues) {
  for (uint64_t stride : {0, 4, 8, 20}) {
    for (uint32_t threads : {32u, 7u}) {
      Machine m;
      for (uint32_t i = 0; i < 1024; ++i) m.at<uint32_t>(0)[i] = i * 3 + 1;
      ASSERT_EQ(m.Run(Reader(m, 8, stride), threads), SliceResult::kFinished);
      for (uint32_t i = 0; i < 32; ++i) {
        EXPECT_EQ(m.at<uint32_t>(16384)[i], i < threads ? (2 + i * stride / 4) * 3 + 1 : 0) << stride << " " << i;
      }
    }
  }
}

TEST(Memory, NarrowLoadsExtend) {
  Machine m;
  for (uint32_t i = 0; i < 64; ++i) m.at<uint8_t>(0)[i] = static_cast<uint8_t>(200 + i);
  ASSERT_EQ(m.Run(Reader(m, 0, 1, Op::LD_G_S8), 32), SliceResult::kFinished);
  for (uint32_t i = 0; i < 32; ++i) EXPECT_EQ(m.at<int32_t>(16384)[i], static_cast<int8_t>(200 + i));
  ASSERT_EQ(m.Run(Reader(m, 0, 2, Op::LD_G_U16), 32), SliceResult::kFinished);
  for (uint32_t i = 0; i < 32; ++i) EXPECT_EQ(m.at<uint32_t>(16384)[i], m.at<uint16_t>(0)[i]);
}

TEST(Memory, FaultsNameLaneAddressAndKind) {
  struct Case {
    uint64_t offset, stride;
    ErrorKind kind;
    uint32_t thread;
  };
  const Case cases[] = {
      {Machine::kBytes - 8192 - 64, 4, ErrorKind::kIllegalAddress,
       16},  // lanes from 16 on are past the last allocation
      {Machine::kBytes - 8192, 0, ErrorKind::kIllegalAddress, 0},
      {uint64_t{1} << 40, 4, ErrorKind::kIllegalAddress, 0},
      {2, 4, ErrorKind::kMisalignedAddress, 0},
      {4, 5, ErrorKind::kMisalignedAddress, 1},
  };
  for (const Case& c : cases) {
    Machine m;
    ASSERT_EQ(m.Run(Reader(m, c.offset, c.stride), 32), SliceResult::kStopped);
    ASSERT_EQ(m.faults.size(), 1u);
    EXPECT_EQ(m.faults[0].kind, static_cast<uint32_t>(c.kind));
    EXPECT_EQ(m.faults[0].thread[0], c.thread);
    EXPECT_EQ(m.faults[0].address, m.address(c.offset) + c.thread * c.stride);
    EXPECT_EQ(m.faults[0].instruction, 1u);
  }
}

TEST(Memory, SharedOutOfBoundsIsALaunchFailure) {
  Machine m;
  Assembler as;
  as.Constant(kTid, ConstantKind::kTidX);
  as.Add(Op::ST_S_B32, kNoOperand, kTid, kTid, kNoOperand, bytecode::kAddress32, 4096 - 0);
  as.Add(Op::EXIT);
  ASSERT_EQ(m.Run(as.Done(), 1), SliceResult::kStopped);
  EXPECT_EQ(m.faults.at(0).kind, static_cast<uint32_t>(ErrorKind::kLaunchFailed));
}

// Vectors of every width and length, through shared memory, by all lanes and by some.
TEST(Memory, Vectors) {
  for (uint32_t threads : {32u, 5u}) {
    for (uint16_t count : {2, 4}) {
      for (uint16_t width : {0, 1, 2, 3}) {
        if (count << width > 16) continue;
        Machine m;
        Assembler as;
        as.Constant(kTid, ConstantKind::kTidX);
        as.Constant(kBase, ConstantKind::kBits, m.address(0), 8);
        as.Constant(kStride, ConstantKind::kBits, static_cast<uint64_t>(count) << width);
        as.Add(Op::MAD_WIDE_U32, kAddress, kTid, kStride, kBase);
        uint16_t x = static_cast<uint16_t>(width << 4 | count << bytecode::kCountShift);
        as.Add(Op::LDV_G, kNoOperand, kAddress, kNoOperand, kNoOperand, x);
        as.Extend({20, 22, 24, 26});
        as.Add(Op::STV_G, kNoOperand, kAddress, kNoOperand, kNoOperand, x, 4096);
        as.Extend({22, 20, 26, 24});
        as.Add(Op::EXIT);
        for (uint32_t i = 0; i < 1024; ++i) m.at<uint8_t>(0)[i] = static_cast<uint8_t>(i * 7);
        ASSERT_EQ(m.Run(as.Done(), threads), SliceResult::kFinished);
        uint32_t bytes = 1u << width, elements = threads * count;
        for (uint32_t e = 0; e < elements; ++e) {
          EXPECT_EQ(std::memcmp(m.at<uint8_t>(4096 + e * bytes), m.at<uint8_t>((e ^ 1) * bytes), bytes), 0)
              << "threads " << threads << " count " << count << " bytes " << bytes << " element " << e;
        }
        EXPECT_EQ(m.at<uint8_t>(4096)[elements * bytes], 0);
      }
    }
  }
}

TEST(Memory, GenericAddressesOfSharedAndLocal) {
  Machine m;
  Assembler as;
  as.Constant(kTid, ConstantKind::kTidX);
  as.Constant(10, ConstantKind::kBits, 16, 8);
  as.Add(Op::CVTA_SHARED, 12, 10);
  as.Add(Op::CVTA_LOCAL, 14, 10);
  as.Add(Op::ST_X_B32, kNoOperand, 14, kTid);
  as.Add(Op::LD_L_B32, kValue, 10);
  as.Add(Op::ISSPACEP, 0, 12, kNoOperand, kNoOperand, static_cast<uint16_t>(bytecode::Space::kShared));
  as.Add(Op::ISSPACEP, 1, 14, kNoOperand, kNoOperand, static_cast<uint16_t>(bytecode::Space::kLocal));
  as.Add(Op::ISSPACEP, 2, 14, kNoOperand, kNoOperand, static_cast<uint16_t>(bytecode::Space::kGlobal));
  as.Add(Op::ANDP, 0, 0, 1);
  as.Add(Op::ANDNP, 0, 0, 2);
  as.Constant(16, ConstantKind::kBits, 1000);
  as.Add(Op::SELP32, 16, 16, kTid, 0);
  as.Add(Op::ADD_I32, kValue, kValue, 16);
  as.Constant(17, ConstantKind::kBits, 4);
  as.Constant(kBase, ConstantKind::kBits, m.address(), 8);
  as.Add(Op::MAD_WIDE_U32, kAddress, kTid, 17, kBase);
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kValue);
  as.Add(Op::EXIT);
  ASSERT_EQ(m.Run(as.Done(), 64), SliceResult::kFinished);
  for (uint32_t i = 0; i < 64; ++i) {
    EXPECT_EQ(m.at<uint32_t>(0)[i], i + 1000);
    EXPECT_EQ(*m.at<uint32_t>(Machine::kLocal + i * 256 + 16), i);
  }
}

TEST(Memory, Atomics) {
  using bytecode::AtomOp;
  using bytecode::AtomType;
  auto x = [](AtomOp op, AtomType type) {
    return static_cast<uint16_t>(static_cast<uint16_t>(op) | static_cast<uint16_t>(type) << bytecode::kAtomTypeShift);
  };
  Machine m;
  Assembler as;
  as.Constant(kTid, ConstantKind::kTidX);
  as.Constant(kBase, ConstantKind::kBits, m.address(), 8);
  as.Constant(10, ConstantKind::kBits, 0x3f800000);
  as.Constant(11, ConstantKind::kBits, 9);
  as.Constant(12, ConstantKind::kBits, 0x3c00);
  as.Constant(14, ConstantKind::kBits, std::bit_cast<uint64_t>(0.5), 8);
  as.Add(Op::ATOM_G, kValue, kBase, kTid, kNoOperand, x(AtomOp::kAdd, AtomType::kU32), 0);
  as.Add(Op::ATOM_G, kNoOperand, kBase, 10, kNoOperand, x(AtomOp::kAdd, AtomType::kF32), 4);
  as.Add(Op::ATOM_G, kNoOperand, kBase, kTid, kNoOperand, x(AtomOp::kMax, AtomType::kS32), 8);
  as.Add(Op::ATOM_G, kNoOperand, kBase, 11, kNoOperand, x(AtomOp::kInc, AtomType::kU32), 12);
  as.Add(Op::ATOM_G, kNoOperand, kBase, 14, kNoOperand, x(AtomOp::kAdd, AtomType::kF64), 16);
  as.Add(Op::ATOM_G, kNoOperand, kBase, 12, kNoOperand, x(AtomOp::kAdd, AtomType::kF16), 24);
  as.Add(Op::ATOM_G, kNoOperand, kBase, kTid, kNoOperand, x(AtomOp::kMin, AtomType::kS32), 28);
  as.Constant(17, ConstantKind::kBits, 4);
  as.Add(Op::MAD_WIDE_U32, kAddress, kTid, 17, kBase);
  as.Add(Op::ST_G_B32, kNoOperand, kAddress, kValue, kNoOperand, 0, 512);
  as.Add(Op::EXIT);
  *m.at<int32_t>(28) = 5;
  ASSERT_EQ(m.Run(as.Done(), 64), SliceResult::kFinished);
  EXPECT_EQ(*m.at<uint32_t>(0), 63u * 64 / 2);
  EXPECT_EQ(*m.at<float>(4), 64.0f);
  EXPECT_EQ(*m.at<int32_t>(8), 63);
  EXPECT_EQ(*m.at<uint32_t>(12), 64u % 10);
  EXPECT_EQ(*m.at<double>(16), 32.0);
  EXPECT_EQ(*m.at<uint16_t>(24), 0x5400);  // 64.0
  EXPECT_EQ(*m.at<int32_t>(28), 0);
  for (uint32_t i = 0; i < 64; ++i) EXPECT_EQ(m.at<uint32_t>(512)[i], i * (i - 1) / 2);
}

TEST(Memory, Printf) {
  Machine m;
  Assembler as;
  std::strcpy(m.at<char>(0), "%d|%5.2f|%s|%x|%%|%c|%lld|%5s|%q\n");
  std::strcpy(m.at<char>(128), "text");
  struct {
    int32_t d = -7;
    double f = 3.14159;
    uint64_t s;
    uint32_t x = 0xbeef;
    int32_t c = 'z';
    int64_t lld = -1234567890123;
    uint64_t s2;
  } arguments;
  arguments.s = arguments.s2 = m.address(128);
  std::memcpy(m.at<char>(256), &arguments, sizeof(arguments));
  as.Constant(kBase, ConstantKind::kBits, m.address(0), 8);
  as.Constant(10, ConstantKind::kBits, m.address(256), 8);
  as.Constant(12, ConstantKind::kBits, m.address(1024), 8);
  as.Add(Op::SYSCALL, kValue, kBase, 10, kNoOperand, static_cast<uint16_t>(bytecode::Syscall::kVprintf));
  as.Extend({});
  as.Add(Op::ST_G_B32, kNoOperand, 12, kValue);
  as.Add(Op::EXIT);
  ASSERT_EQ(m.Run(as.Done(), 1), SliceResult::kFinished);
  EXPECT_EQ(m.printed, "-7| 3.14|text|beef|%|z|-1234567890123| text|%q\n");
  EXPECT_EQ(*m.at<uint32_t>(1024), 7u);
}

TEST(Memory, AllocaIsGivenBackOnReturn) {
  Machine m;
  Assembler as;
  as.Constant(10, ConstantKind::kBits, 100, 8);
  as.Add(Op::CALL, kNoOperand, kNoOperand, kNoOperand, kNoOperand, 0, 1);
  as.Add(Op::CALL, kNoOperand, kNoOperand, kNoOperand, kNoOperand, 0, 1);
  as.Add(Op::CALL, kNoOperand, kNoOperand, kNoOperand, kNoOperand, 0, 1);
  as.Add(Op::EXIT);
  as.Begin("f");
  as.Constant(10, ConstantKind::kBits, 150, 8);
  as.Add(Op::ALLOCA, 12, 10, kNoOperand, kNoOperand, 0, 16);
  as.Add(Op::ST_L_B32, kNoOperand, 12, 10);
  as.Add(Op::RET);
  EXPECT_EQ(m.Run(as.Done(), 64), SliceResult::kFinished);
  Machine twice;
  Assembler too_much;
  too_much.Constant(10, ConstantKind::kBits, 150, 8);
  too_much.Add(Op::ALLOCA, 12, 10, kNoOperand, kNoOperand, 0, 16);
  too_much.Add(Op::ALLOCA, 12, 10, kNoOperand, kNoOperand, 0, 16);
  too_much.Add(Op::EXIT);
  EXPECT_EQ(twice.Run(too_much.Done(), 1), SliceResult::kStopped);
  EXPECT_EQ(twice.faults.at(0).kind, static_cast<uint32_t>(ErrorKind::kHardwareStackError));
}

// What the verifier must refuse.
TEST(Verify, RefusesBadPrograms) {
  auto refuse = [](auto change, const char* text) {
    Assembler as;
    as.Add(Op::ADD_I32, 8, 9, 10);
    as.Add(Op::BRA, kNoOperand, kNoOperand, kNoOperand, kNoOperand, 0, 2);
    as.Add(Op::SHFL, 8, 9, 10, 11);
    as.Extend({12, 0});
    as.Add(Op::EXIT);
    auto program = as.Done();
    change(*std::const_pointer_cast<Program>(program));
    auto status = PreparedProgram::Prepare(program, {}).status();
    EXPECT_EQ(KindOf(status), ErrorKind::kInvalidImage) << text;
    EXPECT_NE(status.message().find(text), std::string::npos) << status;
  };
  refuse([](Program& p) { p.code[0].dst = 64; }, "result operand");
  refuse([](Program& p) { p.code[0].b = 64; }, "operand b");
  refuse([](Program& p) { p.code[0].op = static_cast<Op>(5000); }, "unknown operation");
  refuse([](Program& p) { p.code[1].imm = 3; }, "branch out");
  refuse([](Program& p) { p.code[1].imm = 100; }, "branch out");
  refuse([](Program& p) { p.code[1].imm = 0; }, "backward branch");
  refuse([](Program& p) { p.code[4].op = Op::NOP; }, "runs off the end");
  refuse(
      [](Program& p) {
        p.code[2].op = Op::NOP;
        p.code[3].op = Op::SHFL;
        p.functions[0].instruction_count = 4;
      },
      "extension missing");
  refuse([](Program& p) { p.functions[0].instruction_count = 100; }, "sizes");
  refuse([](Program& p) { p.entry = 3; }, "entry");
  refuse([](Program& p) { p.code[0] = {Op::GUARD, kNoOperand, 0, kNoOperand, kNoOperand, 0, 1}; }, "guarded region");
  refuse([](Program& p) { p.code[0] = {Op::CALL, kNoOperand, kNoOperand, kNoOperand, kNoOperand, 0, 4}; },
         "call of no function");
}

}  // namespace
}  // namespace culvert::npu
