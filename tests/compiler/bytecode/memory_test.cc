// Loads, stores, atomics and parameters of all spaces and widths, run.
#include <algorithm>
#include <bit>

#include "tests/compiler/bytecode/device.h"

namespace culvert {
namespace {

TEST(Memory, VectorAdd) {
  TestDevice device(Ptx(R"(
.visible .entry add(.param .u64 a, .param .u64 b, .param .u64 c, .param .u32 n) {
  .reg .pred %p<2>; .reg .f32 %f<4>; .reg .b32 %r<6>; .reg .b64 %rd<11>;
  ld.param.u64 %rd1, [a]; ld.param.u64 %rd2, [b]; ld.param.u64 %rd3, [c]; ld.param.u32 %r2, [n];
  mov.u32 %r3, %ctaid.x; mov.u32 %r4, %ntid.x; mov.u32 %r5, %tid.x;
  mad.lo.s32 %r1, %r3, %r4, %r5;
  setp.ge.s32 %p1, %r1, %r2;
  @%p1 bra DONE;
  cvta.to.global.u64 %rd4, %rd1; mul.wide.s32 %rd5, %r1, 4; add.s64 %rd6, %rd4, %rd5;
  cvta.to.global.u64 %rd7, %rd2; add.s64 %rd8, %rd7, %rd5;
  ld.global.f32 %f1, [%rd8]; ld.global.f32 %f2, [%rd6]; add.f32 %f3, %f2, %f1;
  cvta.to.global.u64 %rd9, %rd3; add.s64 %rd10, %rd9, %rd5; st.global.f32 [%rd10], %f3;
DONE:
  ret;
})"));
  std::vector<float> a(200), b(200);
  for (int i = 0; i < 200; ++i) a[i] = i, b[i] = 2 * i;
  uint64_t at_a = device.Put(a), at_b = device.Put(b), at_c = device.Put(std::vector<float>(256, -1));
  device.Pointer(at_a).Pointer(at_b).Pointer(at_c).Arg<uint32_t>(200);
  ASSERT_EQ(device.Run("add", 64, 4), npu::SliceResult::kFinished);
  std::vector<float> c = device.Get<float>(at_c, 256);
  for (int i = 0; i < 256; ++i) EXPECT_EQ(c[i], i < 200 ? 3.f * i : -1) << i;
}

// Every narrow load into registers of its own and of larger widths.
TEST(Memory, NarrowLoadsExtendByTheirType) {
  TestDevice device(Ptx(R"(
.visible .entry k(.param .u64 in, .param .u64 out) {
  .reg .b16 %rs<4>; .reg .b32 %r<4>; .reg .b64 %rd<8>; .reg .b8 %b<2>;
  ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out];
  ld.global.s8 %rs1, [%rd1]; cvt.u64.u16 %rd3, %rs1; st.global.u64 [%rd2], %rd3;
  ld.global.s8 %r1, [%rd1]; cvt.u64.u32 %rd3, %r1; st.global.u64 [%rd2+8], %rd3;
  ld.global.s8 %rd3, [%rd1]; st.global.u64 [%rd2+16], %rd3;
  ld.global.u8 %rd3, [%rd1]; st.global.u64 [%rd2+24], %rd3;
  ld.global.s16 %rs1, [%rd1]; cvt.u64.u16 %rd3, %rs1; st.global.u64 [%rd2+32], %rd3;
  ld.global.s16 %rd3, [%rd1]; st.global.u64 [%rd2+40], %rd3;
  ld.global.s32 %rd3, [%rd1]; st.global.u64 [%rd2+48], %rd3;
  ld.global.u32 %rd3, [%rd1]; st.global.u64 [%rd2+56], %rd3;
  ld.global.b8 %b1, [%rd1]; st.global.b8 [%rd2+64], %b1;
  ld.global.v4.s8 {%r0, %r1, %r2, %r3}, [%rd1]; cvt.s64.s32 %rd3, %r3; st.global.u64 [%rd2+72], %rd3;
  ld.global.v2.u16 {%rs1, %rs2}, [%rd1]; cvt.u64.u16 %rd3, %rs2; st.global.u64 [%rd2+80], %rd3;
  ld.global.v2.u64 {%rd3, %rd1}, [%rd1]; add.u64 %rd3, %rd3, %rd1; st.global.u64 [%rd2+88], %rd3;
  ret;
})"));
  uint64_t in = device.Put(std::vector<uint64_t>{0x11223344ffeeddf0, 5});
  uint64_t out = device.Put(std::vector<uint64_t>(12, 0));
  device.Pointer(in).Pointer(out);
  ASSERT_EQ(device.Run("k", 1), npu::SliceResult::kFinished);
  std::vector<uint64_t> want = {0xfff0,
                                0xfffffff0,
                                0xfffffffffffffff0,
                                0xf0,
                                0xddf0,
                                0xffffffffffffddf0,
                                0xffffffffffeeddf0,
                                0xffeeddf0,
                                0xf0,
                                0xffffffffffffffff,
                                0xffee,
                                0x11223344ffeeddf5};
  EXPECT_EQ(device.Get<uint64_t>(out, 12), want);
}

TEST(Memory, ParametersOfAllWidths) {
  TestDevice device(Ptx(R"(
.visible .entry k(.param .u8 a, .param .s16 b, .param .u64 out, .param .align 8 .b8 s[24]) {
  .reg .b16 %rs<4>; .reg .b32 %r<6>; .reg .b64 %rd<8>; .reg .f32 %f<5>;
  ld.param.u64 %rd2, [out];
  ld.param.u8 %rs1, [a]; cvt.u64.u16 %rd3, %rs1; st.global.u64 [%rd2], %rd3;
  ld.param.s8 %r1, [a]; cvt.s64.s32 %rd3, %r1; st.global.u64 [%rd2+8], %rd3;
  ld.param.s16 %rd3, [b]; st.global.u64 [%rd2+16], %rd3;
  ld.param.v2.u32 {%r1, %r2}, [s+8]; cvt.u64.u32 %rd3, %r2; st.global.u64 [%rd2+24], %rd3;
  mov.b64 %rd4, s; ld.param.u32 %r3, [%rd4+16]; cvt.u64.u32 %rd3, %r3; st.global.u64 [%rd2+32], %rd3;
  cvta.param.u64 %rd5, %rd4; ld.u32 %r3, [%rd5+20]; cvt.u64.u32 %rd3, %r3; st.global.u64 [%rd2+40], %rd3;
  ret;
})"));
  uint64_t out = device.Put(std::vector<uint64_t>(6, 0));
  device.Arg<uint8_t>(0xf1).Arg<int16_t>(-2).Pointer(out);
  device.Arg<uint64_t>(0x100000000).Arg<uint64_t>(0x300000002).Arg<uint64_t>(0x500000004);
  ASSERT_EQ(device.Run("k", 1), npu::SliceResult::kFinished);
  std::vector<uint64_t> want = {0xf1, 0xfffffffffffffff1, static_cast<uint64_t>(-2), 3, 4, 5};
  EXPECT_EQ(device.Get<uint64_t>(out, 6), want);
}

TEST(Memory, ModuleVariablesSharedAndLocal) {
  TestDevice device(Ptx(R"(
.global .align 4 .u32 counter = 7;
.const .align 4 .u32 table[4] = {10, 20, 30, 40};
.global .align 8 .u64 pointer = generic(counter);
.shared .align 4 .u32 tile[64];
.visible .entry k(.param .u64 out) {
  .local .align 8 .b8 depot[32];
  .reg .b32 %r<10>; .reg .b64 %rd<12>; .reg .b64 %SP; .reg .b64 %SPL;
  ld.param.u64 %rd1, [out];
  mov.u64 %SPL, depot; cvta.local.u64 %SP, %SPL;
  mov.u32 %r1, %tid.x; shl.b32 %r2, %r1, 2;
  mov.u32 %r3, tile; add.u32 %r4, %r3, %r2; st.shared.u32 [%r4], %r1;
  add.u64 %rd2, %SP, 8; st.u32 [%rd2], %r1; ld.local.u32 %r5, [%SPL+8];
  bar.sync 0;
  xor.b32 %r6, %r2, 4; mov.u64 %rd3, tile; cvt.u64.u32 %rd4, %r6; add.u64 %rd5, %rd3, %rd4;
  cvta.shared.u64 %rd6, %rd5; ld.u32 %r7, [%rd6];
  ld.const.u32 %r8, [table+8];
  ld.global.u64 %rd7, [pointer]; ld.u32 %r9, [%rd7];
  add.u32 %r7, %r7, %r5; add.u32 %r7, %r7, %r8; add.u32 %r7, %r7, %r9;
  cvt.u64.u32 %rd8, %r2; add.u64 %rd9, %rd1, %rd8; st.global.u32 [%rd9], %r7;
  ret;
})"));
  uint64_t out = device.Put(std::vector<uint32_t>(64, 0));
  device.Pointer(out);
  ASSERT_EQ(device.Run("k", 64), npu::SliceResult::kFinished);
  std::vector<uint32_t> got = device.Get<uint32_t>(out, 64);
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], (t ^ 1) + t + 30 + 7) << t;
}

TEST(Memory, DynamicSharedMemoryFollowsStaticOne) {
  TestDevice device(Ptx(R"(
.shared .align 4 .b8 fixed[20];
.extern .shared .align 16 .b8 dynamic[];
.visible .entry k(.param .u64 out) {
  .reg .b32 %r<6>; .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [out];
  mov.u32 %r1, fixed; mov.u32 %r2, dynamic; st.global.u32 [%rd1], %r1; st.global.u32 [%rd1+4], %r2;
  ret;
})"));
  uint64_t out = device.Put(std::vector<uint32_t>(2, 1));
  device.Pointer(out);
  ASSERT_EQ(device.Run("k", 1), npu::SliceResult::kFinished);
  EXPECT_EQ(device.Get<uint32_t>(out, 2), (std::vector<uint32_t>{0, 32}));
  EXPECT_EQ((*device.Compile("k"))->info.static_scratchpad_bytes, 32u);
  EXPECT_EQ((*device.Compile("k"))->info.scratchpad_align_bytes, 16u);
}

TEST(Memory, Atomics) {
  TestDevice device(Ptx(R"(
.visible .entry k(.param .u64 data, .param .u64 out) {
  .reg .b32 %r<8>; .reg .b64 %rd<8>; .reg .f32 %f<3>; .reg .b16 %rs<5>;
  .shared .align 8 .u64 s;
  ld.param.u64 %rd1, [data]; ld.param.u64 %rd2, [out];
  mov.u32 %r1, %tid.x;
  atom.global.add.u32 %r2, [%rd1], 1;
  red.global.max.s32 [%rd1+4], %r1;
  atom.global.and.b32 %r3, [%rd1+8], 0xfffffffe;
  cvt.rn.f32.u32 %f1, %r1; red.add.f32 [%rd1+12], %f1;
  atom.cas.b32 %r4, [%rd1+16], 0, 9;
  atom.acquire.gpu.global.exch.b32 %r4, [%rd1+20], 77;
  atom.inc.u32 %r5, [%rd1+24], 4;
  mov.u64 %rd3, 1; st.shared.u64 [s], 0; bar.sync 0; atom.shared.add.u64 %rd4, [s], %rd3; bar.sync 0;
  ld.shared.u64 %rd4, [s]; st.global.u64 [%rd1+32], %rd4;
  mov.b16 %rs1, 3; mov.b16 %rs2, 4; atom.cas.b16 %rs3, [%rd1+40], %rs1, %rs2;
  mul.wide.u32 %rd5, %r1, 4; add.u64 %rd6, %rd2, %rd5; st.global.u32 [%rd6], %r2;
  ret;
})"));
  uint64_t data = device.Put(std::vector<uint32_t>{0, 0x80000000, 0xffffffff, 0, 0, 0, 0, 0, 0, 0, 3});
  uint64_t out = device.Put(std::vector<uint32_t>(64, 0));
  device.Pointer(data).Pointer(out);
  ASSERT_EQ(device.Run("k", 64), npu::SliceResult::kFinished);
  std::vector<uint32_t> got = device.Get<uint32_t>(data, 11);
  EXPECT_EQ(got[0], 64u);
  EXPECT_EQ(got[1], 63u);
  EXPECT_EQ(got[2], 0xfffffffeu);
  EXPECT_EQ(std::bit_cast<float>(got[3]), 2016.f);
  EXPECT_EQ(got[4], 9u);
  EXPECT_EQ(got[5], 77u);
  EXPECT_EQ(got[6], 4u);  // 64 increments modulo 5
  EXPECT_EQ(got[8], 64u);
  EXPECT_EQ(got[10], 4u);
  std::vector<uint32_t> tickets = device.Get<uint32_t>(out, 64);
  std::sort(tickets.begin(), tickets.end());
  for (uint32_t i = 0; i < 64; ++i) EXPECT_EQ(tickets[i], i);
}

TEST(Memory, WideValues) {
  TestDevice device(Ptx(R"(
.visible .entry k(.param .u64 data) {
  .reg .b128 %q<4>; .reg .b64 %rd<8>;
  ld.param.u64 %rd1, [data];
  ld.global.b128 %q1, [%rd1]; st.global.b128 [%rd1+16], %q1;
  mov.b64 %rd2, 1; mov.b128 %q2, {%rd2, %rd2};
  atom.global.exch.b128 %q3, [%rd1+32], %q2; st.global.b128 [%rd1+48], %q3;
  ret;
})"));
  uint64_t data = device.Put(std::vector<uint64_t>{1, 2, 0, 0, 5, 6, 0, 0});
  device.Pointer(data);
  ASSERT_EQ(device.Run("k", 1), npu::SliceResult::kFinished);
  EXPECT_EQ(device.Get<uint64_t>(data, 8), (std::vector<uint64_t>{1, 2, 1, 2, 1, 1, 5, 6}));
}

TEST(Memory, SpacePredicates) {
  TestDevice device(Ptx(R"(
.global .u32 g;
.visible .entry k(.param .u64 out) {
  .shared .u32 s; .local .u32 l;
  .reg .pred %p<5>; .reg .b32 %r<6>; .reg .b64 %rd<8>;
  ld.param.u64 %rd1, [out];
  mov.u64 %rd2, g; mov.u64 %rd3, s; cvta.shared.u64 %rd3, %rd3; mov.u64 %rd4, l; cvta.local.u64 %rd4, %rd4;
  isspacep.global %p1, %rd2; isspacep.shared %p2, %rd3; isspacep.local %p3, %rd4; isspacep.shared %p4, %rd2;
  selp.u32 %r1, 1, 0, %p1; selp.u32 %r2, 2, 0, %p2; selp.u32 %r3, 4, 0, %p3; selp.u32 %r4, 8, 0, %p4;
  add.u32 %r1, %r1, %r2; add.u32 %r1, %r1, %r3; add.u32 %r1, %r1, %r4; st.global.u32 [%rd1], %r1;
  ret;
})"));
  uint64_t out = device.Put(std::vector<uint32_t>{0});
  device.Pointer(out);
  ASSERT_EQ(device.Run("k", 1), npu::SliceResult::kFinished);
  EXPECT_EQ(device.Get<uint32_t>(out, 1)[0], 7u);
}

}  // namespace
}  // namespace culvert
