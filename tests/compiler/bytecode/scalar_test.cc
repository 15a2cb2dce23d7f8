// Instructions of one thread, run: every row is PTX that leaves its result in %rd0. The expected values follow from the
// PTX ISA's description of each instruction.
#include <bit>

#include "absl/strings/str_format.h"
#include "tests/compiler/bytecode/device.h"

namespace culvert {
namespace {

struct Row {
  const char* code;
  uint64_t expected;
};

void Check(const std::vector<Row>& rows) {
  std::string text = ".visible .entry k(.param .u64 out) {\n.reg .b64 %out;\nld.param.u64 %out, [out];\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    absl::StrAppendFormat(&text,
                          "{ .reg .b8 %%rc<6>; .reg .b16 %%rs<6>; .reg .b32 %%r<10>; .reg .b64 %%rd<10>; .reg .f32 "
                          "%%f<6>; .reg .f64 %%fd<6>;"
                          " .reg .pred %%p<6>; .reg .b128 %%q<4>;\n%s\nst.global.u64 [%%out+%d], %%rd0; }\n",
                          rows[i].code, 8 * i);
  }
  TestDevice device(Ptx(text + "ret;\n}\n"));
  uint64_t out = device.Put(std::vector<uint64_t>(rows.size(), 0xdeadbeef));
  device.Pointer(out);
  ASSERT_EQ(device.Run("k", 1), npu::SliceResult::kFinished);
  std::vector<uint64_t> got = device.Get<uint64_t>(out, rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(got[i], rows[i].expected) << rows[i].code << std::hex << "\n got 0x" << got[i] << " want 0x"
                                        << rows[i].expected;
  }
}

TEST(Scalar, SixteenBitIntegers) {
  Check({
      {"mov.b16 %rs1, 0xffff; mov.b16 %rs2, 2; add.u16 %rs0, %rs1, %rs2; cvt.u64.u16 %rd0, %rs0;", 1},
      {"mov.b16 %rs1, 1; mov.b16 %rs2, 2; sub.s16 %rs0, %rs1, %rs2; cvt.s64.s16 %rd0, %rs0;", ~uint64_t{0}},
      {"mov.b16 %rs1, 1; mov.b16 %rs2, 2; sub.s16 %rs0, %rs1, %rs2; cvt.u64.u16 %rd0, %rs0;", 0xffff},
      {"mov.b16 %rs1, 0x8000; mov.b16 %rs2, 2; mul.wide.s16 %r0, %rs1, %rs2; cvt.u64.u32 %rd0, %r0;", 0xffff0000},
      {"mov.b16 %rs1, 0x8000; mov.b16 %rs2, 2; mul.wide.u16 %r0, %rs1, %rs2; cvt.u64.u32 %rd0, %r0;", 0x10000},
      {"mov.b16 %rs1, 0x8000; mov.b16 %rs2, 4; mul.hi.s16 %rs0, %rs1, %rs2; cvt.s64.s16 %rd0, %rs0;", ~uint64_t{0} - 1},
      {"mov.b16 %rs1, 0x8000; mov.b16 %rs2, 4; mul.hi.u16 %rs0, %rs1, %rs2; cvt.u64.u16 %rd0, %rs0;", 2},
      {"mov.b16 %rs1, -7; mov.b16 %rs2, 2; div.s16 %rs0, %rs1, %rs2; cvt.s64.s16 %rd0, %rs0;",
       static_cast<uint64_t>(-3)},
      {"mov.b16 %rs1, -7; mov.b16 %rs2, 2; rem.s16 %rs0, %rs1, %rs2; cvt.s64.s16 %rd0, %rs0;",
       static_cast<uint64_t>(-1)},
      {"mov.b16 %rs1, -7; mov.b16 %rs2, 2; min.s16 %rs0, %rs1, %rs2; cvt.u64.u16 %rd0, %rs0;", 0xfff9},
      {"mov.b16 %rs1, -7; mov.b16 %rs2, 2; min.u16 %rs0, %rs1, %rs2; cvt.u64.u16 %rd0, %rs0;", 2},
      {"mov.b16 %rs1, -7; abs.s16 %rs0, %rs1; cvt.u64.u16 %rd0, %rs0;", 7},
      {"mov.b16 %rs1, 7; neg.s16 %rs0, %rs1; cvt.u64.u16 %rd0, %rs0;", 0xfff9},
      {"mov.b16 %rs1, 0x8000; mov.u32 %r1, 3; shr.s16 %rs0, %rs1, %r1; cvt.u64.u16 %rd0, %rs0;", 0xf000},
      {"mov.b16 %rs1, 0x8000; mov.u32 %r1, 3; shr.u16 %rs0, %rs1, %r1; cvt.u64.u16 %rd0, %rs0;", 0x1000},
      {"mov.b16 %rs1, 0x8001; mov.u32 %r1, 1; shl.b16 %rs0, %rs1, %r1; cvt.u64.u16 %rd0, %rs0;", 2},
      {"mov.b16 %rs1, 0x8001; not.b16 %rs0, %rs1; cvt.u64.u16 %rd0, %rs0;", 0x7ffe},
      {"mov.b16 %rs1, 0; cnot.b16 %rs0, %rs1; cvt.u64.u16 %rd0, %rs0;", 1},
      {"mov.b16 %rs1, -1; mov.b16 %rs2, 1; setp.lt.s16 %p1, %rs1, %rs2; selp.u64 %rd0, 1, 2, %p1;", 1},
      {"mov.b16 %rs1, -1; mov.b16 %rs2, 1; setp.lt.u16 %p1, %rs1, %rs2; selp.u64 %rd0, 1, 2, %p1;", 2},
      {"mov.b16 %rs1, -3; mov.b16 %rs2, 5; mad.lo.s16 %rs0, %rs1, %rs2, %rs2; cvt.s64.s16 %rd0, %rs0;",
       static_cast<uint64_t>(-10)},
      {"mov.b16 %rs1, -3; mov.b16 %rs2, 5; mov.u32 %r1, 100; mad.wide.s16 %r0, %rs1, %rs2, %r1; cvt.u64.u32 %rd0, %r0;",
       85},
      {"mov.b16 %rs1, -3; mov.b16 %rs2, 5; mov.b16 %rs3, 1; sad.s16 %rs0, %rs1, %rs2, %rs3; cvt.u64.u16 %rd0, %rs0;",
       9},
  });
}

TEST(Scalar, IntegerArithmetic) {
  Check({
      {"mov.u32 %r1, 0x7fffffff; add.sat.s32 %r0, %r1, 5; cvt.u64.u32 %rd0, %r0;", 0x7fffffff},
      {"mov.u32 %r1, -5; mul.wide.s32 %rd0, %r1, 3;", static_cast<uint64_t>(-15)},
      {"mov.u32 %r1, -5; mul.wide.u32 %rd0, %r1, 3;", 0xfffffffbull * 3},
      {"mov.u32 %r1, -5; mov.u64 %rd1, 7; mad.wide.s32 %rd0, %r1, 3, %rd1;", static_cast<uint64_t>(-8)},
      {"mov.u32 %r1, 0x80000000; mul.hi.s32 %r0, %r1, 2; cvt.s64.s32 %rd0, %r0;", ~uint64_t{0}},
      {"mov.u64 %rd1, 0x8000000000000000; mov.u64 %rd2, 4; mul.hi.u64 %rd0, %rd1, %rd2;", 2},
      {"mov.u64 %rd1, 10; mad.lo.s64 %rd0, %rd1, %rd1, 5;", 105},
      {"mov.u32 %r1, 0x01ffffff; mov.u32 %r2, 0x10; mul24.lo.u32 %r0, %r1, %r2; cvt.u64.u32 %rd0, %r0;", 0x0ffffff0},
      {"mov.u32 %r1, -7; div.s32 %r0, %r1, 2; cvt.s64.s32 %rd0, %r0;", static_cast<uint64_t>(-3)},
      {"mov.u64 %rd1, -7; rem.s64 %rd0, %rd1, 4;", static_cast<uint64_t>(-3)},
      {"mov.u32 %r1, 0xffffffff; add.cc.u32 %r2, %r1, 1; addc.u32 %r3, 5, 0; cvt.u64.u32 %rd0, %r3;", 6},
      {"mov.u32 %r1, 0; sub.cc.u32 %r2, %r1, 1; subc.cc.u32 %r3, %r1, 0; subc.u32 %r4, 9, 0; cvt.u64.u32 %rd0, %r4;",
       8},
      {"mov.u32 %r1, 0x80000000; mad.lo.cc.u32 %r2, %r1, 1, %r1; madc.hi.u32 %r3, %r1, 2, 0; cvt.u64.u32 %rd0, %r3;",
       2},
      {"mov.u64 %rd1, -1; add.cc.u64 %rd2, %rd1, 1; addc.u64 %rd0, 1, 2;", 4},
      {"mov.u32 %r1, 0x12345678; prmt.b32 %r0, %r1, 0, 0x0123; cvt.u64.u32 %rd0, %r0;", 0x78563412},
      {"mov.u32 %r1, 0xf0; bfe.s32 %r0, %r1, 4, 4; cvt.s64.s32 %rd0, %r0;", ~uint64_t{0}},
      {"mov.u32 %r1, 0xf; mov.u32 %r2, 0; bfi.b32 %r0, %r1, %r2, 8, 2; cvt.u64.u32 %rd0, %r0;", 0x300},
      {"mov.u32 %r1, 0x00f0; popc.b32 %r0, %r1; cvt.u64.u32 %rd0, %r0;", 4},
      {"mov.u64 %rd1, 0x00f0; clz.b64 %r0, %rd1; cvt.u64.u32 %rd0, %r0;", 56},
      {"mov.u32 %r1, 0x00f0; bfind.u32 %r0, %r1; cvt.u64.u32 %rd0, %r0;", 7},
      {"mov.u32 %r1, 1; brev.b32 %r0, %r1; cvt.u64.u32 %rd0, %r0;", 0x80000000},
      {"mov.u32 %r1, 0xaaaa; mov.u32 %r2, 0xcccc; mov.u32 %r3, 0xf0f0; lop3.b32 %r0, %r1, %r2, %r3, 0x96; cvt.u64.u32 "
       "%rd0, %r0;",
       0xaaaa ^ 0xcccc ^ 0xf0f0},
      {"mov.u32 %r1, 0x11111111; mov.u32 %r2, 0x22222222; shf.l.wrap.b32 %r0, %r1, %r2, 8; cvt.u64.u32 %rd0, %r0;",
       0x22222211},
      {"mov.u32 %r1, 0x11111111; mov.u32 %r2, 0x22222222; shf.r.clamp.b32 %r0, %r1, %r2, 40; cvt.u64.u32 %rd0, %r0;",
       0x22222222},
      {"mov.u32 %r1, 0x01020304; mov.u32 %r2, 0x01010101; dp4a.u32.u32 %r0, %r1, %r2, 5; cvt.u64.u32 %rd0, %r0;", 15},
      {"mov.u32 %r1, 0xff; mov.u32 %r2, 0x01; dp4a.s32.u32 %r0, %r1, %r2, 5; cvt.u64.u32 %rd0, %r0;", 4},
      {"mov.u64 %rd1, 1; mov.u32 %r1, 40; shl.b64 %rd0, %rd1, %r1;", uint64_t{1} << 40},
      {"mov.u32 %r1, 0xffff0001; mov.u32 %r2, 0x00010002; add.u16x2 %r0, %r1, %r2; cvt.u64.u32 %rd0, %r0;", 0x00000003},
      {"mov.u32 %r1, 0xffff0001; mov.u32 %r2, 0x00010002; min.s16x2 %r0, %r1, %r2; cvt.u64.u32 %rd0, %r0;", 0xffff0001},
  });
}

TEST(Scalar, ComparisonsAndSelections) {
  Check({
      {"mov.u32 %r1, 5; setp.gt.s32 %p1|%p2, %r1, 3; selp.u32 %r2, 1, 0, %p1; selp.u32 %r3, 2, 0, %p2; add.u32 %r0, "
       "%r2, %r3; cvt.u64.u32 %rd0, %r0;",
       1},
      {"mov.u32 %r1, 5; setp.gt.s32 %p3, 1, 2; setp.gt.or.s32 %p1, %r1, 7, !%p3; selp.u64 %rd0, 1, 0, %p1;", 1},
      {"mov.u32 %r1, 5; setp.gt.s32 %p1, 2, 1; setp.gt.and.s32 %p1|%p2, %r1, 7, %p1; selp.u32 %r2, 1, 0, %p1; selp.u32 "
       "%r3, 2, 0, %p2; add.u32 %r0, %r2, %r3; cvt.u64.u32 %rd0, %r0;",
       2},
      {"mov.u32 %r1, -1; setp.hi.u32 %p1, %r1, 7; selp.u64 %rd0, 1, 0, %p1;", 1},
      {"mov.f32 %f1, 0f7fc00000; setp.ltu.f32 %p1, %f1, 0f00000000; selp.u64 %rd0, 1, 0, %p1;", 1},
      {"mov.f32 %f1, 0f7fc00000; setp.num.f32 %p1, %f1, 0f00000000; selp.u64 %rd0, 1, 0, %p1;", 0},
      {"mov.u32 %r1, 5; set.gt.u32.s32 %r0, %r1, 3; cvt.u64.u32 %rd0, %r0;", 0xffffffff},
      {"mov.u32 %r1, 5; set.gt.f32.s32 %f0, %r1, 3; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0x3f800000},
      {"mov.u32 %r1, -1; slct.u64.s32 %rd0, 3, 4, %r1;", 4},
      {"mov.f32 %f1, 0f80000000; slct.b32.f32 %r0, 3, 4, %f1; cvt.u64.u32 %rd0, %r0;", 3},
      {"setp.gt.s32 %p1, 1, 2; setp.gt.s32 %p2, 3, 2; and.pred %p3, %p2, %p1; or.pred %p4, %p2, %p1; xor.pred %p5, "
       "%p2, %p4; not.pred %p0, %p3;"
       " selp.u32 %r1, 1, 0, %p3; selp.u32 %r2, 2, 0, %p4; selp.u32 %r3, 4, 0, %p5; selp.u32 %r4, 8, 0, %p0;"
       " add.u32 %r0, %r1, %r2; add.u32 %r0, %r0, %r3; add.u32 %r0, %r0, %r4; cvt.u64.u32 %rd0, %r0;",
       10},
      {"mov.u64 %rd1, 10; mov.u64 %rd2, 20; max.s64 %rd0, %rd1, %rd2;", 20},
  });
}

TEST(Scalar, Conversions) {
  Check({
      {"mov.u32 %r1, 0x1ff; cvt.u8.u32 %rs1, %r1; cvt.u64.u16 %rd0, %rs1;", 0xff},
      {"mov.u32 %r1, 0x1ff; cvt.s8.u32 %rs1, %r1; cvt.u64.u16 %rd0, %rs1;", 0xffff},
      {"mov.u32 %r1, 0x80; cvt.s32.s8 %r0, %r1; cvt.u64.u32 %rd0, %r0;", 0xffffff80},
      {"mov.b16 %rs1, 0x80; cvt.s64.s8 %rd0, %rs1;", static_cast<uint64_t>(-128)},
      {"mov.u32 %r1, 300; cvt.sat.u8.u32 %r0, %r1; cvt.u64.u32 %rd0, %r0;", 255},
      {"mov.u32 %r1, -300; cvt.sat.s8.s32 %r0, %r1; cvt.s64.s32 %rd0, %r0;", static_cast<uint64_t>(-128)},
      {"mov.u32 %r1, -300; cvt.sat.u16.s32 %r0, %r1; cvt.u64.u32 %rd0, %r0;", 0},
      {"mov.u64 %rd1, -300; cvt.sat.u32.s64 %r0, %rd1; cvt.u64.u32 %rd0, %r0;", 0},
      {"mov.u32 %r1, -2; cvt.s64.s32 %rd0, %r1;", static_cast<uint64_t>(-2)},
      {"mov.u32 %r1, -2; cvt.u64.u32 %rd0, %r1;", 0xfffffffe},
      {"mov.u64 %rd1, 0x123456789; cvt.u32.u64 %r0, %rd1; cvt.u64.u32 %rd0, %r0;", 0x23456789},
      {"mov.f32 %f1, 0fc0200000; cvt.rzi.s32.f32 %r0, %f1; cvt.s64.s32 %rd0, %r0;", static_cast<uint64_t>(-2)},
      {"mov.f32 %f1, 0fc0200000; cvt.rni.s32.f32 %r0, %f1; cvt.s64.s32 %rd0, %r0;", static_cast<uint64_t>(-2)},
      {"mov.f32 %f1, 0fc0200000; cvt.rmi.s32.f32 %r0, %f1; cvt.s64.s32 %rd0, %r0;", static_cast<uint64_t>(-3)},
      {"mov.f32 %f1, 0f43960000; cvt.rzi.u8.f32 %rs0, %f1; cvt.u64.u16 %rd0, %rs0;", 255},
      {"mov.u32 %r1, -3; cvt.rn.f32.s32 %f0, %r1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       std::bit_cast<uint32_t>(-3.f)},
      {"mov.b16 %rs1, -3; cvt.rn.f32.s16 %f0, %rs1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       std::bit_cast<uint32_t>(-3.f)},
      {"mov.b16 %rs1, -3; cvt.rn.f64.u16 %fd0, %rs1; mov.b64 %rd0, %fd0;", std::bit_cast<uint64_t>(65533.0)},
      {"mov.b16 %rs1, 200; cvt.rn.f32.s8 %f0, %rs1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       std::bit_cast<uint32_t>(-56.f)},
      {"mov.f64 %fd1, 0d3ff8000000000000; cvt.rn.f32.f64 %f0, %fd1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       std::bit_cast<uint32_t>(1.5f)},
      {"mov.f32 %f1, 0f3fc00000; cvt.f64.f32 %fd0, %f1; mov.b64 %rd0, %fd0;", std::bit_cast<uint64_t>(1.5)},
      {"mov.f32 %f1, 0f3fc00000; cvt.rn.f16.f32 %rs0, %f1; cvt.u64.u16 %rd0, %rs0;", 0x3e00},
      {"mov.b16 %rs1, 0x3e00; cvt.f32.f16 %f0, %rs1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0x3fc00000},
      {"mov.f32 %f1, 0f3fc00000; cvt.rn.bf16.f32 %rs0, %f1; cvt.u64.u16 %rd0, %rs0;", 0x3fc0},
      {"mov.f32 %f1, 0f3fc00000; mov.f32 %f2, 0f40000000; cvt.rn.f16x2.f32 %r0, %f1, %f2; cvt.u64.u32 %rd0, %r0;",
       0x3e004000},
      {"mov.f32 %f1, 0f3fd9999a; cvt.rni.f32.f32 %f0, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       std::bit_cast<uint32_t>(2.f)},
      {"mov.f32 %f1, 0f3fd9999a; cvt.sat.f32.f32 %f0, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       std::bit_cast<uint32_t>(1.f)},
      {"mov.u32 %r1, 70000; mov.u32 %r2, -5; cvt.pack.sat.s16.s32 %r0, %r1, %r2; cvt.u64.u32 %rd0, %r0;", 0x7ffffffb},
      {"mov.u32 %r1, 300; mov.u32 %r2, 5; mov.u32 %r3, 0x0102; cvt.pack.sat.u8.s32.b32 %r0, %r1, %r2, %r3; cvt.u64.u32 "
       "%rd0, %r0;",
       0x0102ff05},
      {"mov.u64 %rd1, 16777217; cvt.rn.f16.u64 %rs0, %rd1; cvt.u64.u16 %rd0, %rs0;", 0x7c00},
      {"mov.u64 %rd1, 2049; cvt.rn.f16.s64 %rs0, %rd1; cvt.u64.u16 %rd0, %rs0;", 0x6800},
  });
}

TEST(Scalar, MovesPackAndUnpack) {
  Check({
      {"mov.u32 %r1, 1; mov.u32 %r2, 2; mov.b64 %rd0, {%r1, %r2};", 0x200000001},
      {"mov.u64 %rd1, 0x300000004; mov.b64 {%r1, %r2}, %rd1; cvt.u64.u32 %rd0, %r2;", 3},
      {"mov.u64 %rd1, 0x300000004; mov.b64 {%r1, _}, %rd1; cvt.u64.u32 %rd0, %r1;", 4},
      {"mov.b16 %rs1, 0x1111; mov.b16 %rs2, 0x2222; mov.b32 %r0, {%rs1, %rs2}; cvt.u64.u32 %rd0, %r0;", 0x22221111},
      {"mov.u32 %r1, 0x22221111; mov.b32 {%rs1, %rs2}, %r1; cvt.u64.u16 %rd0, %rs2;", 0x2222},
      {"mov.u64 %rd1, 0x4444333322221111; mov.b64 {%rs1, %rs2, %rs3, %rs4}, %rd1; cvt.u64.u16 %rd0, %rs3;", 0x3333},
      {"mov.b16 %rs1, 1; mov.b16 %rs2, 2; mov.b16 %rs3, 3; mov.b16 %rs4, 4; mov.b64 %rd0, {%rs1, %rs2, %rs3, %rs4};",
       0x0004000300020001},
      {"mov.u64 %rd1, 5; mov.u64 %rd2, 6; mov.b128 %q0, {%rd1, %rd2}; mov.b128 %q1, %q0; mov.b128 {%rd3, %rd4}, %q1; "
       "add.u64 %rd0, %rd3, %rd4;",
       11},
      {"mov.f32 %f1, 1.5; mov.b32 %r0, %f1; cvt.u64.u32 %rd0, %r0;", 0x3fc00000},
      {"mov.f64 %fd1, 1.5; mov.b64 %rd0, %fd1;", 0x3ff8000000000000},
      {"mov.f32 %f1, 0f3fc00000; add.f32 %f0, %f1, 0f3f800000; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0x40200000},
      {"mov.f64 %fd1, 0d3ff8000000000000; add.f64 %fd0, %fd1, 1.0; mov.b64 %rd0, %fd0;", 0x4004000000000000},
  });
}

TEST(Scalar, PackedAndMixedFloats) {
  Check({
      {"mov.b64 %rd1, 0x400000003f800000; mov.b64 %rd2, 0x4040000040000000; fma.rn.f32x2 %rd0, %rd1, %rd2, %rd1;",
       0x4100000040400000},
      {"mov.b64 %rd1, 0x400000003f800000; add.f32x2 %rd0, %rd1, %rd1;", 0x4080000040000000},
      {"mov.b16 %rs1, 0x4000; mov.f32 %f1, 0f3f800000; add.f32.f16 %f0, %rs1, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, "
       "%r0;",
       0x40400000},
      {"mov.b16 %rs1, 0x4000; mov.f32 %f1, 0f3f800000; fma.rn.f32.bf16 %f0, %rs1, %rs1, %f1; mov.b32 %r0, %f0; "
       "cvt.u64.u32 %rd0, %r0;",
       0x40a00000},
  });
}

TEST(Scalar, FloatFlags) {
  Check({
      {"mov.f32 %f1, 0f00000001; add.ftz.f32 %f0, %f1, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0},
      {"mov.f32 %f1, 0f00000001; add.f32 %f0, %f1, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 2},
      {"mov.f32 %f1, 0f40000000; mul.sat.f32 %f0, %f1, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0x3f800000},
      {"mov.f32 %f1, 0f3f800000; add.rp.f32 %f0, %f1, 0f00000001; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       0x3f800001},
      {"mov.f32 %f1, 0f3f800000; add.rm.f32 %f0, %f1, 0f00000001; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       0x3f800000},
      {"mov.f32 %f1, 0f7fc00000; min.f32 %f0, %f1, 0f3f800000; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0x3f800000},
      {"mov.f32 %f1, 0f7fc00000; min.NaN.f32 %f0, %f1, 0f3f800000; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       0x7fffffff},
      {"mov.f32 %f1, 0f3f800000; mov.f32 %f2, 0fc0000000; copysign.f32 %f0, %f2, %f1; mov.b32 %r0, %f0; cvt.u64.u32 "
       "%rd0, %r0;",
       0xbf800000},
      {"mov.f32 %f1, 0f7f800000; testp.infinite.f32 %p1, %f1; selp.u64 %rd0, 1, 0, %p1;", 1},
      {"mov.f64 %fd1, 0d4000000000000000; fma.rn.f64 %fd0, %fd1, %fd1, %fd1; mov.b64 %rd0, %fd0;",
       std::bit_cast<uint64_t>(6.0)},
      {"mov.f32 %f1, 0f40800000; sqrt.rn.f32 %f0, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0x40000000},
      {"mov.f32 %f1, 0f40800000; div.rn.f32 %f0, %f1, 0f40000000; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;",
       0x40000000},
      {"mov.f32 %f1, 0f40800000; rcp.rn.f32 %f0, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0x3e800000},
      {"mov.f32 %f1, 0f3f800000; neg.f32 %f0, %f1; abs.f32 %f2, %f0; mov.b32 %r0, %f2; cvt.u64.u32 %rd0, %r0;",
       0x3f800000},
      {"mov.b16 %rs1, 0x3c00; mov.b16 %rs2, 0x4000; fma.rn.f16 %rs0, %rs1, %rs2, %rs2; cvt.u64.u16 %rd0, %rs0;",
       0x4400},
      {"mov.u32 %r1, 0x3c004000; add.f16x2 %r0, %r1, %r1; cvt.u64.u32 %rd0, %r0;", 0x40004400},
      {"mov.u32 %r1, 0x3f804000; mov.u32 %r2, 0x3f803f80; fma.rn.bf16x2 %r0, %r1, %r2, %r2; cvt.u64.u32 %rd0, %r0;",
       0x40004040},
      {"mov.b16 %rs1, 0x3c00; mov.b16 %rs2, 0x4000; setp.lt.f16 %p1, %rs1, %rs2; selp.u64 %rd0, 1, 0, %p1;", 1},
      {"mov.u32 %r1, 0x3c004000; mov.u32 %r2, 0x40003c00; setp.lt.f16x2 %p1|%p2, %r1, %r2; selp.u32 %r3, 1, 0, %p1; "
       "selp.u32 %r4, 2, 0, %p2; add.u32 %r0, %r3, %r4; cvt.u64.u32 %rd0, %r0;",
       2},
      {"mov.f32 %f1, 0f40400000; ex2.approx.f32 %f0, %f1; mov.b32 %r0, %f0; cvt.u64.u32 %rd0, %r0;", 0x41000000},
  });
}

}  // namespace
}  // namespace culvert
