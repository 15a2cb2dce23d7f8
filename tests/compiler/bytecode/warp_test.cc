// Warp collectives and barriers, run.
#include <algorithm>
#include <bit>

#include "tests/compiler/bytecode/device.h"

namespace culvert {
namespace {

std::vector<uint32_t> RunPerThread(const std::string& body, uint32_t threads = 64) {
  return ResultPerThread(Ptx(""), body, threads);
}

TEST(Warp, Shuffles) {
  std::vector<uint32_t> got = RunPerThread(R"(
  shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;
  shfl.sync.down.b32 %r3|%p1, %r1, 4, 31, 0xffffffff;
  shfl.sync.up.b32 %r4, %r1, 1, 0, -1;
  shfl.sync.idx.b32 %r5, %r1, 5, 31, -1;
  selp.u32 %r6, 1000, 0, %p1;
  mul.lo.u32 %r0, %r2, 1; add.u32 %r0, %r0, %r3; add.u32 %r0, %r0, %r4; add.u32 %r0, %r0, %r5; add.u32 %r0, %r0, %r6;
)");
  for (uint32_t t = 0; t < 64; ++t) {
    uint32_t lane = t % 32, base = t - lane;
    uint32_t down = lane + 4 < 32 ? t + 4 : t, up = lane > 0 ? t - 1 : t;
    EXPECT_EQ(got[t], (t ^ 1) + down + up + (base + 5) + (lane + 4 < 32 ? 1000 : 0)) << t;
  }
}

TEST(Warp, ReductionTree) {
  std::vector<uint32_t> got = RunPerThread(R"(
  mov.u32 %r0, %r1; mov.u32 %r2, 16;
LOOP:
  shfl.sync.bfly.b32 %r3, %r0, %r2, 31, -1; add.u32 %r0, %r0, %r3; shr.u32 %r2, %r2, 1; setp.ne.u32 %p1, %r2, 0; @%p1 bra LOOP;
)");
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], t < 32 ? 496u : 496u + 1024u);
}

TEST(Warp, VotesAndMatches) {
  std::vector<uint32_t> got = RunPerThread(R"(
  setp.lt.u32 %p1, %r9, 8;
  vote.sync.ballot.b32 %r2, %p1, -1; vote.sync.ballot.b32 %r3, !%p1, -1;
  vote.sync.any.pred %p2, %p1, -1; vote.sync.all.pred %p3, %p1, -1; vote.sync.uni.pred %p4, %p1, -1;
  and.b32 %r4, %r9, 3; match.any.sync.b32 %r5, %r4, -1;
  mov.u64 %rd1, 7; match.all.sync.b64 %r6|%p5, %rd1, -1;
  activemask.b32 %r7; elect.sync %r8|%p6, -1;
  popc.b32 %r2, %r2; popc.b32 %r3, %r3; popc.b32 %r5, %r5; popc.b32 %r7, %r7;
  selp.u32 %r10, 1, 0, %p2; selp.u32 %r11, 2, 0, %p3; selp.u32 %r12, 4, 0, %p4; selp.u32 %r13, 8, 0, %p5; selp.u32 %r14, 16, 0, %p6;
  mad.lo.u32 %r0, %r2, 100, %r3; mad.lo.u32 %r0, %r0, 100, %r5; mad.lo.u32 %r0, %r0, 100, %r7; mul.lo.u32 %r0, %r0, 32;
  add.u32 %r0, %r0, %r10; add.u32 %r0, %r0, %r11; add.u32 %r0, %r0, %r12; add.u32 %r0, %r0, %r13; add.u32 %r0, %r0, %r14;
)");
  for (uint32_t t = 0; t < 64; ++t)
    EXPECT_EQ(got[t], (((8 * 100 + 24) * 100 + 8) * 100 + 32) * 32 + 1 + 8 + (t % 32 == 0 ? 16 : 0)) << t;
}

TEST(Warp, Redux) {
  std::vector<uint32_t> got = RunPerThread(R"(
  redux.sync.add.u32 %r2, %r9, -1; sub.s32 %r3, 0, %r9; redux.sync.min.s32 %r3, %r3, -1; redux.sync.max.u32 %r4, %r9, -1;
  redux.sync.xor.b32 %r5, %r9, -1;
  add.u32 %r0, %r2, %r3; add.u32 %r0, %r0, %r4; add.u32 %r0, %r0, %r5;
)");
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], 496u);
}

TEST(Warp, DivergentLanesMeetAtWarpSync) {
  std::vector<uint32_t> got = RunPerThread(R"(
  mov.u32 %r2, s; shl.b32 %r3, %r1, 2; add.u32 %r2, %r2, %r3; setp.lt.u32 %p1, %r9, 16; @%p1 bra A;
  st.shared.u32 [%r2], %r1; bra B;
A: mul.lo.u32 %r4, %r1, 2; st.shared.u32 [%r2], %r4;
B: bar.warp.sync -1;
  xor.b32 %r5, %r3, 64; mov.u32 %r6, s; add.u32 %r6, %r6, %r5; ld.shared.u32 %r0, [%r6];
)");
  for (uint32_t t = 0; t < 64; ++t) {
    uint32_t other = t ^ 16;
    EXPECT_EQ(got[t], other % 32 < 16 ? 2 * other : other) << t;
  }
}

TEST(Warp, BlockBarriers) {
  std::vector<uint32_t> got = RunPerThread(R"(
  setp.lt.u32 %p1, %r1, 40;
  bar.red.popc.u32 %r2, 0, %p1;
  barrier.cta.red.and.pred %p2, 1, 64, %p1;
  barrier.red.or.aligned.pred %p3, 2, !%p1;
  barrier.sync 3; barrier.sync.aligned 4, 64;
  setp.lt.u32 %p4, %r1, 32; @%p4 bra FIRST;
  bar.arrive 5, 64; bra JOINED;
FIRST: bar.sync 5, 64;
JOINED:
  selp.u32 %r3, 100, 0, %p2; selp.u32 %r4, 1000, 0, %p3;
  add.u32 %r0, %r2, %r3; add.u32 %r0, %r0, %r4;
)");
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], 1040u) << t;
}

TEST(Warp, SpinLoopsAreMarked) {
  TestDevice device(Ptx(R"(
.visible .entry spins(.param .u64 flag) {
  .reg .b32 %r<3>; .reg .b64 %rd<2>; .reg .pred %p<2>;
  ld.param.u64 %rd1, [flag];
L: ld.volatile.global.u32 %r1, [%rd1]; setp.eq.u32 %p1, %r1, 0; @%p1 bra L;
  ret;
}
.visible .entry counts(.param .u64 flag) {
  .reg .b32 %r<3>; .reg .b64 %rd<2>; .reg .pred %p<2>;
  ld.param.u64 %rd1, [flag]; mov.u32 %r1, 0;
L: ld.global.u32 %r2, [%rd1]; atom.global.add.u32 %r2, [%rd1], 1; add.u32 %r1, %r1, 1; setp.lt.u32 %p1, %r1, 10; @%p1 bra L;
  ret;
}
.visible .entry polls(.param .u64 flag) {
  .reg .b32 %r<3>; .reg .b64 %rd<2>; .reg .pred %p<2>;
  ld.param.u64 %rd1, [flag];
L: membar.gl; ld.global.u32 %r1, [%rd1]; setp.eq.u32 %p1, %r1, 0; @%p1 bra L;
  ret;
}
)"));
  EXPECT_TRUE((*device.Compile("spins"))->has_spin_loops);
  EXPECT_FALSE((*device.Compile("counts"))->has_spin_loops);
  EXPECT_TRUE((*device.Compile("polls"))->has_spin_loops);
}

}  // namespace
}  // namespace culvert
