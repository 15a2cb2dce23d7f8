#include "compiler/ptx/names.h"

#include "gtest/gtest.h"

namespace culvert::ptx {
namespace {

NameTarget Reg(RegisterId id) {
  NameTarget target;
  target.is_register = true;
  target.reg = id;
  return target;
}

TEST(Names, RangesMaterialiseOnce) {
  std::vector<Register> registers;
  NameTable names(&registers);
  ASSERT_TRUE(names.DeclareRange("%r", 2000000000u, Type::kB32, 1));
  NameTarget a, b;
  ASSERT_TRUE(names.Find("%r1999999999", &a));
  ASSERT_TRUE(names.Find("%r1999999999", &b));
  EXPECT_EQ(a.reg, b.reg);
  EXPECT_EQ(registers.size(), 1u);
  EXPECT_FALSE(names.Find("%r2000000000", &a));
  EXPECT_FALSE(names.Find("%r01", &a));
  EXPECT_FALSE(names.Find("%r", &a));
  EXPECT_FALSE(names.DeclareRange("%r", 1, Type::kB32, 1));
}

TEST(Names, ScopesShadowAndRestore) {
  std::vector<Register> registers;
  NameTable names(&registers);
  ASSERT_TRUE(names.DeclareRange("%r", 10, Type::kB32, 1));
  ASSERT_TRUE(names.Declare("%x", Reg(names.AddRegister("%x", Type::kB32, 1))));
  NameTarget outer, inner, x;
  ASSERT_TRUE(names.Find("%r3", &outer));
  names.OpenScope();
  ASSERT_TRUE(names.DeclareRange("%r", 5, Type::kB64, 1));
  ASSERT_TRUE(names.Declare("%x", Reg(names.AddRegister("%x", Type::kPred, 1))));
  ASSERT_TRUE(names.Find("%r3", &inner));
  EXPECT_NE(outer.reg, inner.reg);
  EXPECT_EQ(registers[inner.reg].type, Type::kB64);
  ASSERT_TRUE(names.Find("%r7", &x)) << "too large for the inner range, so the outer one is meant";
  EXPECT_EQ(registers[x.reg].type, Type::kB32);
  ASSERT_TRUE(names.Find("%x", &x));
  EXPECT_EQ(registers[x.reg].type, Type::kPred);
  names.CloseScope();
  ASSERT_TRUE(names.Find("%r3", &x));
  EXPECT_EQ(x.reg, outer.reg);
  ASSERT_TRUE(names.Find("%x", &x));
  EXPECT_EQ(registers[x.reg].type, Type::kB32);
}

TEST(Names, ExactNameShadowsRange) {
  std::vector<Register> registers;
  NameTable names(&registers);
  ASSERT_TRUE(names.DeclareRange("%r", 10, Type::kB32, 1));
  names.OpenScope();
  ASSERT_TRUE(names.Declare("%r3", Reg(names.AddRegister("%r3", Type::kPred, 1))));
  NameTarget target;
  ASSERT_TRUE(names.Find("%r3", &target));
  EXPECT_EQ(registers[target.reg].type, Type::kPred);
}

TEST(Names, PrefixThatEndsInADigit) {
  std::vector<Register> registers;
  NameTable names(&registers);
  ASSERT_TRUE(names.DeclareRange("%r1", 5, Type::kB64, 1));
  NameTarget target;
  ASSERT_TRUE(names.Find("%r14", &target));
  EXPECT_EQ(registers[target.reg].type, Type::kB64);
  EXPECT_FALSE(names.Find("%r15", &target));
}

TEST(Names, VectorRegistersHaveOneIdPerLane) {
  std::vector<Register> registers;
  NameTable names(&registers);
  EXPECT_EQ(names.AddRegister("%v", Type::kF32, 4), 0u);
  ASSERT_EQ(registers.size(), 4u);
  EXPECT_EQ(registers[3].name, "%v.w");
}

}  // namespace
}  // namespace culvert::ptx
