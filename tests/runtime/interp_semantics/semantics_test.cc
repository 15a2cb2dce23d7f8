// Every operation on registers against its reference, with the handlers of every instruction set this CPU has.
#include <algorithm>
#include <set>

#include "gtest/gtest.h"
#include "tests/runtime/interp_semantics/harness.h"

namespace culvert::npu::semantics {
namespace {

void CheckAll(const std::vector<Case>& cases) {
  for (const Case& test : cases) Check(test);
}

TEST(InterpreterSemantics, Integers) { CheckAll(IntegerCases()); }
TEST(InterpreterSemantics, Bits) { CheckAll(BitCases()); }
TEST(InterpreterSemantics, Floats) { CheckAll(FloatCases()); }
TEST(InterpreterSemantics, Comparisons) { CheckAll(CompareCases()); }
TEST(InterpreterSemantics, Conversions) { CheckAll(ConvertCases()); }
TEST(InterpreterSemantics, Halves) { CheckAll(HalfCases()); }

// The references cover the register operations of bytecode.def: all up to the memory operations, save SREG (a clock)
// and those that approx_test.cc checks against error bounds.
TEST(InterpreterSemantics, EveryOperationHasAReference) {
  std::set<bytecode::Op> covered = {bytecode::Op::SREG, bytecode::Op::HEX2, bytecode::Op::HTANH};
  for (const auto& group : {IntegerCases(), BitCases(), FloatCases(), CompareCases(), ConvertCases(), HalfCases()}) {
    for (const Case& test : group) covered.insert(test.op);
  }
  for (int i = 0; i < static_cast<int>(bytecode::Op::LD_G_U8); ++i) {
    auto op = static_cast<bytecode::Op>(i);
    bool approximate = op >= bytecode::Op::RCP_APPROX_F32 && op <= bytecode::Op::RSQRT_APPROX_F64;
    EXPECT_TRUE(approximate || covered.count(op) != 0) << NameOf(op);
  }
}

}  // namespace
}  // namespace culvert::npu::semantics
