// Branches, predication, calls, system calls, run.
#include "absl/strings/str_format.h"
#include "tests/compiler/bytecode/device.h"

namespace culvert {
namespace {

// Runs `k(out)` with 64 threads; out holds one u32 per thread.
std::vector<uint32_t> RunPerThread(TestDevice& device, uint32_t threads = 64) {
  uint64_t out = device.Put(std::vector<uint32_t>(threads, 0xdead));
  device.Pointer(out);
  EXPECT_EQ(device.Run("k", threads), npu::SliceResult::kFinished);
  return device.Get<uint32_t>(out, threads);
}

// Wraps a body that leaves its result in %r0 and finds its thread number in %r1.
std::string PerThread(const std::string& body, const std::string& before = "") {
  return Ptx(before + R"(
.visible .entry k(.param .u64 out) {
  .reg .b32 %r<20>; .reg .b64 %rd<20>; .reg .b64 %out; .reg .pred %p<10>; .reg .f32 %f<10>;
  mov.u32 %r1, %tid.x;
)" + body + R"(
  ld.param.u64 %out, [out]; mul.wide.u32 %rd19, %r1, 4; add.u64 %out, %out, %rd19; st.global.u32 [%out], %r0;
  ret;
})");
}

TEST(Control, DivergentLoopsAndBranches) {
  TestDevice device(PerThread(R"(
  mov.u32 %r0, 0; mov.u32 %r2, 0;
LOOP:
  setp.ge.u32 %p1, %r2, %r1; @%p1 bra DONE;
  and.b32 %r3, %r2, 1; setp.eq.u32 %p2, %r3, 0; @%p2 bra EVEN;
  add.u32 %r0, %r0, %r2; bra NEXT;
EVEN:
  add.u32 %r0, %r0, 1000;
NEXT:
  add.u32 %r2, %r2, 1; bra LOOP;
DONE:
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  for (uint32_t t = 0; t < 64; ++t) {
    uint32_t want = 0;
    for (uint32_t i = 0; i < t; ++i) want += i % 2 ? i : 1000;
    EXPECT_EQ(got[t], want) << t;
  }
}

TEST(Control, GuardedInstructions) {
  TestDevice device(PerThread(R"(
  mov.u32 %r0, 7; mov.u32 %r2, 0;
  and.b32 %r3, %r1, 1; setp.eq.u32 %p1, %r3, 0;
  @%p1 add.u32 %r0, %r0, %r1;
  @%p1 mul.lo.u32 %r0, %r0, 2;
  @!%p1 mov.u32 %r0, 5;
  @%p1 setp.gt.u32 %p1, %r1, 10;
  @%p1 add.u32 %r0, %r0, 100;
  @!%p1 add.u32 %r2, %r1, 1;
  @%p1 mov.u32 %r2, 3;
  add.u32 %r0, %r0, %r2;
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  for (uint32_t t = 0; t < 64; ++t) {
    bool p = t % 2 == 0;
    uint32_t r = 7;
    if (p) r = (r + t) * 2;
    if (!p) r = 5;
    if (p) p = t > 10;
    if (p) r += 100;
    EXPECT_EQ(got[t], r + (p ? 3 : t + 1)) << t;
  }
}

TEST(Control, IndexedBranch) {
  TestDevice device(PerThread(R"(
  and.b32 %r2, %r1, 3; 
TABLE: .branchtargets A, B, C, B;
  brx.idx %r2, TABLE;
A: mov.u32 %r0, 1; bra END;
B: mov.u32 %r0, 2; bra END;
C: mov.u32 %r0, 3;
END:
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  const uint32_t want[] = {1, 2, 3, 2};
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], want[t % 4]) << t;
}

TEST(Control, CallsPassScalarsArraysAndRegisters) {
  TestDevice device(PerThread(R"(
  { .param .b32 a; .param .align 8 .b8 s[12]; .param .b32 ret;
    st.param.b32 [a], %r1; st.param.v2.b32 [s], {%r1, 10}; st.param.b32 [s+8], 100;
    call.uni (ret), sum, (a, s); ld.param.b32 %r2, [ret]; }
  call (%r3), twice, (%r1);
  add.u32 %r0, %r2, %r3;
)",
                              R"(
.func (.param .b32 ret) sum(.param .b32 a, .param .align 8 .b8 s[12]) {
  .reg .b32 %r<6>;
  ld.param.b32 %r1, [a]; ld.param.v2.b32 {%r2, %r3}, [s]; ld.param.b32 %r4, [s+8];
  add.u32 %r1, %r1, %r2; add.u32 %r1, %r1, %r3; add.u32 %r1, %r1, %r4; st.param.b32 [ret], %r1; ret;
}
.func (.reg .b32 %out) twice(.reg .b32 %in) { shl.b32 %out, %in, 1; ret; }
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], 2 * t + 110 + 2 * t) << t;
}

TEST(Control, RecursionWithLocalVariables) {
  TestDevice device(PerThread(R"(
  and.b32 %r2, %r1, 7;
  { .param .b32 n; .param .b32 ret; st.param.b32 [n], %r2; call (ret), fib, (n); ld.param.b32 %r0, [ret]; }
)",
                              R"(
.func (.param .b32 ret) fib(.param .b32 n) {
  .local .align 4 .b8 depot[4];
  .reg .b32 %r<8>; .reg .pred %p<2>; .reg .b64 %rd<2>;
  ld.param.b32 %r1, [n];
  setp.lt.s32 %p1, %r1, 2; @%p1 bra BASE;
  sub.u32 %r2, %r1, 1;
  { .param .b32 a; .param .b32 r; st.param.b32 [a], %r2; call (r), fib, (a); ld.param.b32 %r3, [r]; }
  mov.u64 %rd1, depot; st.local.u32 [%rd1], %r3;
  sub.u32 %r2, %r1, 2;
  { .param .b32 a; .param .b32 r; st.param.b32 [a], %r2; call (r), fib, (a); ld.param.b32 %r4, [r]; }
  ld.local.u32 %r3, [%rd1];
  add.u32 %r1, %r3, %r4;
BASE:
  st.param.b32 [ret], %r1; ret;
}
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  const uint32_t fib[] = {0, 1, 1, 2, 3, 5, 8, 13};
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], fib[t % 8]) << t;
}

TEST(Control, IndirectCallsThroughATable) {
  TestDevice device(PerThread(R"(
  and.b32 %r2, %r1, 1; mul.wide.u32 %rd1, %r2, 8; mov.u64 %rd2, table; add.u64 %rd2, %rd2, %rd1; ld.global.u64 %rd3, [%rd2];
  { .param .b32 a; .param .b32 r; st.param.b32 [a], %r1;
    PROTO: .callprototype (.param .b32 _) _ (.param .b32 _);
    call (r), %rd3, (a), PROTO; ld.param.b32 %r0, [r]; }
  mov.u64 %rd4, three;
  { .param .b32 a; .param .b32 r; st.param.b32 [a], %r0;
    PROTO2: .callprototype (.param .b32 _) _ (.param .b32 _);
    call (r), %rd4, (a), PROTO2; ld.param.b32 %r0, [r]; }
)",
                              R"(
.func (.param .b32 r) one(.param .b32 a) { .reg .b32 %r<2>; ld.param.b32 %r1, [a]; add.u32 %r1, %r1, 1; st.param.b32 [r], %r1; ret; }
.func (.param .b32 r) two(.param .b32 a) { .reg .b32 %r<2>; ld.param.b32 %r1, [a]; mul.lo.u32 %r1, %r1, 2; st.param.b32 [r], %r1; ret; }
.func (.param .b32 r) three(.param .b32 a) { .reg .b32 %r<2>; ld.param.b32 %r1, [a]; add.u32 %r1, %r1, 1000; st.param.b32 [r], %r1; ret; }
.global .align 8 .u64 table[2] = {one, two};
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], (t % 2 ? 2 * t : t + 1) + 1000) << t;
}

TEST(Control, GuardedCallAndReturn) {
  TestDevice device(PerThread(R"(
  mov.u32 %r0, 4; setp.lt.u32 %p1, %r1, 10;
  @%p1 call (%r0), early, (%r1);
)",
                              R"(
.func (.reg .b32 %out) early(.reg .b32 %in) {
  .reg .pred %p<2>;
  mov.u32 %out, 1; setp.lt.u32 %p1, %in, 5; @%p1 ret; mov.u32 %out, 2; ret;
}
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], t < 5 ? 1u : t < 10 ? 2u : 4u) << t;
}

TEST(Control, DeviceRuntimeCalls) {
  TestDevice device(PerThread(R"(
  setp.ne.u32 %p1, %r1, 3; @%p1 bra SKIP;
  { .local .align 8 .b8 buffer[8]; .param .b64 f; .param .b64 a; .param .b32 r;
    mov.u64 %rd1, buffer; st.local.u32 [%rd1], %r1; cvta.local.u64 %rd1, %rd1;
    mov.u64 %rd2, format; cvta.global.u64 %rd2, %rd2;
    st.param.b64 [f], %rd2; st.param.b64 [a], %rd1; call.uni (r), vprintf, (f, a); }
  { .param .b64 n; .param .b64 p; st.param.b64 [n], 16; call.uni (p), malloc, (n); ld.param.b64 %rd3, [p]; }
  st.u32 [%rd3], 55; ld.u32 %r2, [%rd3];
  { .param .b64 p; st.param.b64 [p], %rd3; call.uni free, (p); }
SKIP:
  mov.u32 %r0, 9;
  setp.eq.u32 %p1, %r1, 3; @%p1 mov.u32 %r0, %r2;
)",
                              R"(
.extern .func (.param .b32 r) vprintf(.param .b64 f, .param .b64 a);
.extern .func (.param .b64 r) malloc(.param .b64 n);
.extern .func free(.param .b64 p);
.global .align 1 .b8 format[6] = {116, 61, 37, 100, 10, 0};
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  EXPECT_EQ(device.printed, "t=3\n");
  EXPECT_EQ(got[3], 55u);
  EXPECT_EQ(got[4], 9u);
  auto program = device.Compile("k");
  EXPECT_TRUE((*program)->info.uses_printf);
  EXPECT_TRUE((*program)->info.uses_device_heap);
}

TEST(Control, AssertAndTrapAreFaults) {
  TestDevice device(Ptx(R"(
.extern .func __assertfail(.param .b64 m, .param .b64 f, .param .b32 l, .param .b64 n, .param .b64 c) .noreturn;
.global .align 1 .b8 text[2] = {120, 0};
.visible .entry fails() {
  .reg .b64 %rd<2>;
  mov.u64 %rd1, text; cvta.global.u64 %rd1, %rd1;
  { .param .b64 m; .param .b64 f; .param .b32 l; .param .b64 n; .param .b64 c;
    st.param.b64 [m], %rd1; st.param.b64 [f], %rd1; st.param.b32 [l], 42; st.param.b64 [n], %rd1; st.param.b64 [c], 1;
    call.uni __assertfail, (m, f, l, n, c); }
}
.visible .entry traps() { trap; }
)"));
  EXPECT_EQ(device.Run("fails", 1), npu::SliceResult::kStopped);
  ASSERT_EQ(device.faults.size(), 1u);
  EXPECT_EQ(device.faults[0].kind, static_cast<uint32_t>(ErrorKind::kAssert));
  EXPECT_NE(device.printed.find("x:42: x"), std::string::npos) << device.printed;
  EXPECT_EQ(device.Run("traps", 1), npu::SliceResult::kStopped);
  ASSERT_EQ(device.faults.size(), 2u);
  EXPECT_EQ(device.faults[1].kind, static_cast<uint32_t>(ErrorKind::kLaunchFailed));
}

TEST(Control, StackInstructions) {
  TestDevice device(PerThread(R"(
  stacksave.u64 %rd1; alloca.u64 %rd2, 32, 16; st.local.u32 [%rd2+4], %r1; ld.local.u32 %r0, [%rd2+4]; stackrestore.u64 %rd1;
)"));
  std::vector<uint32_t> got = RunPerThread(device);
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], t);
}

// A value that is live in waiting lanes survives what other lanes compute on another path.
TEST(Control, WaitingLanesKeepTheirValues) {
  std::string body = "setp.lt.u32 %p1, %r1, 20; add.u32 %r2, %r1, 1; mul.wide.u32 %rd1, %r1, 3; @%p1 bra A;\n";
  for (int i = 0; i < 10; ++i) absl::StrAppendFormat(&body, "mad.lo.u32 %%r%d, %%r1, %d, %%r2;\n", i + 3, i);
  body +=
      "add.u32 %r0, %r3, %r12; bra END;\nA: mul.wide.u32 %rd2, %r2, %r1; add.u64 %rd3, %rd2, %rd1; cvt.u32.u64 %r0, "
      "%rd3;\nEND:\n";
  TestDevice device(PerThread(body));
  std::vector<uint32_t> got = RunPerThread(device);
  for (uint32_t t = 0; t < 64; ++t) EXPECT_EQ(got[t], t < 20 ? (t + 1) * t + 3 * t : (t + 1) + (9 * t + t + 1)) << t;
}

TEST(Control, DiagnosticsNameTheInstruction) {
  TestDevice device(Ptx(R"(
.extern .func missing();
.visible .entry calls() {
  call.uni missing;
}
.visible .entry good() { ret; }
)"));
  auto program = device.Compile("calls");
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(KindOf(program.status()), ErrorKind::kInvalidPtx);
  EXPECT_NE(program.status().message().find("module.ptx:7:"), std::string::npos) << program.status().message();
  EXPECT_NE(program.status().message().find("'missing'"), std::string::npos) << program.status().message();
  EXPECT_TRUE(device.Compile("good").ok());
  EXPECT_EQ(KindOf(device.Compile("absent").status()), ErrorKind::kNotFound);
}

TEST(Control, KernelParametersInRegistersAreRefused) {
  TestDevice device(Ptx(".visible .entry k(.reg .b32 %r1) { ret; }"));
  auto program = device.Compile("k");
  EXPECT_EQ(KindOf(program.status()), ErrorKind::kInvalidPtx);
}

}  // namespace
}  // namespace culvert
