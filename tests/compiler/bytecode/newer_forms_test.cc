// Forms of PTX ISA 9.x and of clusters that are one block, run. Expected values from the ISA's description.
#include "absl/strings/str_format.h"
#include "tests/compiler/bytecode/device.h"

namespace culvert {
namespace {

std::string Newest(const std::string& text) { return ".version 9.2\n.target sm_120f\n.address_size 64\n" + text; }

std::vector<uint32_t> RunThreads(const std::string& body, uint32_t threads = 1) {
  return ResultPerThread(Newest(""), body, threads);
}

uint32_t Binary(const char* opcode, uint32_t a, uint32_t b) {
  return RunThreads(absl::StrFormat("mov.b32 %%r2, 0x%x; mov.b32 %%r3, 0x%x; %s %%r0, %%r2, %%r3;", a, b, opcode))[0];
}

TEST(NewerForms, PackedBytes) {
  EXPECT_EQ(Binary("add.u8x4", 0xff7f8001, 0x02018002), 0x01800003u);
  EXPECT_EQ(Binary("add.s8x4", 0xff7f8001, 0x02018002), 0x01800003u);
  EXPECT_EQ(Binary("add.sat.u8x4", 0xff7f8001, 0x02018002), 0xff80ff03u);
  EXPECT_EQ(Binary("add.sat.s8x4", 0xff7f8001, 0x02018002), 0x017f8003u);
  EXPECT_EQ(Binary("sub.u8x4", 0x00800105, 0x01010203), 0xff7fff02u);
  EXPECT_EQ(Binary("sub.s8x4", 0x00800105, 0x01010203), 0xff7fff02u);
  EXPECT_EQ(Binary("sub.sat.u8x4", 0x00800105, 0x01010203), 0x007f0002u);
  EXPECT_EQ(Binary("sub.sat.s8x4", 0x7f800105, 0xff010203), 0x7f80ff02u);
  EXPECT_EQ(Binary("min.u8x4", 0x80ff0107, 0x7f000207), 0x7f000107u);
  EXPECT_EQ(Binary("min.s8x4", 0x80ff0107, 0x7f000207), 0x80ff0107u);
  EXPECT_EQ(Binary("max.u8x4", 0x80ff0107, 0x7f000207), 0x80ff0207u);
  EXPECT_EQ(Binary("max.s8x4", 0x80ff0107, 0x7f000207), 0x7f000207u);
  EXPECT_EQ(Binary("min.relu.s8x4", 0x80050307, 0x7fff0208), 0x00000207u);
  EXPECT_EQ(Binary("max.relu.s8x4", 0x80050307, 0xfff00208), 0x00050308u);
  EXPECT_EQ(RunThreads("mov.b32 %r2, 0x80ff017f; neg.s8x4 %r0, %r2;")[0], 0x8001ff81u);
}

TEST(NewerForms, SaturatingAdds) {
  EXPECT_EQ(Binary("add.sat.u32", 0xffffffff, 1), 0xffffffffu);
  EXPECT_EQ(Binary("add.sat.u32", 0xfffffffe, 1), 0xffffffffu);
  EXPECT_EQ(Binary("add.sat.u32", 0x80000000, 0x80000000), 0xffffffffu);
  EXPECT_EQ(Binary("add.sat.u32", 5, 6), 11u);
  EXPECT_EQ(Binary("add.sat.u16x2", 0xffff0001, 0x00010002), 0xffff0003u);
  EXPECT_EQ(Binary("add.sat.s16x2", 0x7fff8000, 0x0001ffff), 0x7fff8000u);
}

TEST(NewerForms, ClusterBarrierOfOneBlock) {
  // Each thread publishes, arrives, waits and reads its neighbour's word; twice, with lanes apart the second time.
  std::vector<uint32_t> got = RunThreads(R"(
  mov.u32 %r2, s; shl.b32 %r3, %r1, 2; add.u32 %r2, %r2, %r3;
  xor.b32 %r4, %r1, 63; mov.u32 %r5, s; shl.b32 %r6, %r4, 2; add.u32 %r5, %r5, %r6;
  add.u32 %r7, %r1, 100; st.shared.u32 [%r2], %r7;
  barrier.cluster.arrive.release.aligned; barrier.cluster.wait.acquire.aligned;
  ld.shared.u32 %r0, [%r5];
  barrier.cluster.arrive; barrier.cluster.wait;
  st.shared.u32 [%r2], %r0;
  and.b32 %r8, %r1, 1; setp.eq.u32 %p1, %r8, 0; @%p1 bra EVEN;
  barrier.cluster.arrive.relaxed; bra JOINED;
EVEN: barrier.cluster.arrive;
JOINED:
  barrier.cluster.wait;
  ld.shared.u32 %r9, [%r5]; mul.lo.u32 %r9, %r9, 1000; add.u32 %r0, %r0, %r9;
)",
                                         64);
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], ((t ^ 63) + 100) + 1000 * (t + 100)) << t;
}

TEST(NewerForms, ThreadsThatExitDoNotHoldTheClusterBarrier) {
  std::vector<uint32_t> got = RunThreads(R"(
  mov.u32 %r0, 7; setp.ge.u32 %p1, %r1, 40; @%p1 exit;
  barrier.cluster.arrive; barrier.cluster.wait;
)",
                                         64);
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], t < 40 ? 7u : 0xdeadu) << t;
}

TEST(NewerForms, AddressesInAClusterOfOneBlock) {
  std::vector<uint32_t> got = RunThreads(R"(
  mov.u32 %r2, s; mapa.shared::cluster.u32 %r3, %r2, 0; mov.u32 %r4, 41; st.shared::cluster.u32 [%r3], %r4;
  ld.shared.u32 %r5, [s]; getctarank.shared::cluster.u32 %r6, %r3; add.u32 %r0, %r5, %r6;
  cvta.shared.u64 %rd1, s; mapa.u64 %rd2, %rd1, %r6; getctarank.u64 %r7, %rd2; add.u32 %r0, %r0, %r7;
  ld.u32 %r8, [%rd2]; add.u32 %r0, %r0, %r8;
)");
  EXPECT_EQ(got[0], 82u);
}

TEST(NewerForms, HintsAndFencesChangeNothing) {
  std::vector<uint32_t> got = RunThreads(R"(
  ld.param.u64 %rd1, [out]; mov.u32 %r2, 5;
  createpolicy.fractional.L2::evict_last.b64 %rd2, 0.5; createpolicy.cvt.L2.b64 %rd3, %rd2;
  st.global.L2::cache_hint.u32 [%rd1], %r2, %rd3; st.global.L1::no_allocate.u32 [%rd1], %r2;
  fence.proxy.tensormap::generic.release.gpu; fence.proxy.tensormap::generic.acquire.gpu [%rd1], 128;
  fence.proxy.async::generic.acquire.sync_restrict::shared::cluster.cluster;
  fence.proxy.async::generic.release.sync_restrict::shared::cta.cluster;
  ld.global.u32 %r3, [%rd1].unified; ld.u32 %r4, [%rd1].unified;
  mov.u32 %r5, %pm0; isspacep.global %p1, %r5; selp.u32 %r6, 100, 0, %p1;
  add.u32 %r0, %r3, %r4; add.u32 %r0, %r0, %r5;
)");
  EXPECT_EQ(got[0], 10u);
}

TEST(NewerForms, CallThroughATableOfFunctions) {
  TestDevice device(Newest(R"(
.func (.param .b32 r) twice(.param .b32 a) {
  .reg .b32 %r<3>; ld.param.u32 %r1, [a]; add.u32 %r1, %r1, %r1; st.param.u32 [r], %r1; ret;
}
.func (.param .b32 r) more(.param .b32 a) {
  .reg .b32 %r<3>; ld.param.u32 %r1, [a]; add.u32 %r1, %r1, 7; st.param.u32 [r], %r1; ret;
}
.global .u64 table[2] = {twice, more};
.visible .entry k(.param .u64 out) {
  .reg .b32 %r<9>; .reg .b64 %rd<9>; .param .b32 in; .param .b32 back;
  mov.u32 %r1, %tid.x; and.b32 %r2, %r1, 1; mul.wide.u32 %rd1, %r2, 8; mov.u64 %rd2, table; add.u64 %rd2, %rd2, %rd1;
  ld.global.u64 %rd3, [%rd2]; st.param.u32 [in], %r1;
  call (back), %rd3, (in), table;
  ld.param.u32 %r3, [back]; ld.param.u64 %rd4, [out]; mul.wide.u32 %rd5, %r1, 4; add.u64 %rd4, %rd4, %rd5;
  st.global.u32 [%rd4], %r3; ret;
})"));
  uint64_t out = device.Put(std::vector<uint32_t>(32, 0));
  device.Pointer(out);
  ASSERT_EQ(device.Run("k", 32), npu::SliceResult::kFinished);
  std::vector<uint32_t> got = device.Get<uint32_t>(out, 32);
  for (uint32_t t = 0; t < 32; ++t) EXPECT_EQ(got[t], t % 2 == 0 ? 2 * t : t + 7) << t;
}

}  // namespace
}  // namespace culvert
