// Operands against the table: what fits, and the code of the diagnostic for what does not (PTX ISA, "Operand Type
// Checking Information", "Operand Size Exceeding Instruction-Type Size", and the section of each instruction).
#include "compiler/ptx/diagnostics.h"
#include "gmock/gmock.h"
#include "tests/compiler/ptx/ptx_test_util.h"

namespace culvert::ptx {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* statement;
  uint32_t code = 0;  // of the first diagnostic; 0: accepted
};

// Globals and a callee that the statements use; registers as Entry() has them, and some of every other kind.
std::string Text(const std::string& statement, const std::string& header) {
  return header + R"(
.global .u32 word; .const .u32 fixed; .shared .u64 tile; .extern .shared .b8 dynamic[]; .global .texref texture;
.func (.param .b32 r) callee(.param .b32 a, .param .align 8 .b8 s[16]) { ret; }
.func (.reg .b32 r) by_register(.reg .f32 a) { ret; }
.entry other() { ret; }
.entry k(.param .u64 p0, .param .align 16 .b8 buffer[64], .param .b32 word_parameter) {
  .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<9>; .reg .b64 %d<9>; .reg .f32 %f<9>; .reg .f64 %fd<9>;
  .reg .u16 %hu<3>; .reg .s32 %rs<3>; .reg .u64 %du<3>; .reg .b128 %q<3>; .reg .v2 .b32 %v2; .reg .v4 .f32 %v4;
  .reg .f16 %hf<3>; .reg .v4 .u32 vector_plain;
  .local .b32 local_word; .param .b32 in; .param .b32 out; .param .align 8 .b8 s[16]; .param .b64 wide; .param .f32 in_f;
  T: .branchtargets END;
  P: .callprototype (.param .b32 _) _ (.param .b32 _);
  Q: .calltargets callee;
)" + statement +
         "\nEND: ret;\n}\n";
}

void Check(const std::vector<Case>& cases, const std::string& header = kHeader) {
  for (const Case& c : cases) {
    auto module = IndexOk(Text(c.statement, header));
    if (module == nullptr) return;
    const std::vector<Diagnostic> found = module->CheckAll();
    EXPECT_EQ(found.empty() ? 0 : found[0].code, c.code)
        << c.statement << (found.empty() ? "" : "\n" + module->Format(found[0]));
  }
}

TEST(Checker, RegisterTypes) {
  Check({
      {"add.u32 %r1, %rs1, %r2;"},
      {"add.s64 %d1, %du1, %d2;"},
      {"add.s32 %rs1, %rs1, %rs2;"},
      {"add.u32 %rs1, %rs1, %rs2;"},  // signed and unsigned of a size agree
      {"add.f32 %f1, %f2, %r1;"},     // untyped bits
      {"add.u32 %f1, %r1, %r2;", kOperandType},
      {"add.f32 %f1, %rs1, %f2;", kOperandType},
      {"add.u32 %d1, %r1, %r2;", kOperandType},
      {"add.u16 %h1, %hu1, %hf1;", kOperandType},
      {"add.f64 %fd1, %f1, %fd2;", kOperandType},
      {"and.pred %p1, %p2, %r1;", kOperandType},
      {"and.b32 %r1, %p2, %r1;", kOperandType},
      {"setp.eq.u32 %r1, %r1, %r2;", kOperandType},
      {"selp.b32 %r1, %r2, %r3, %r4;", kOperandType},
  });
}

TEST(Checker, WiderRegistersOfMemoryInstructions) {
  Check({
      {"ld.global.u8 %r1, [%d1];"},
      {"ld.global.u8 %hu1, [%d1];"},
      {"ld.global.s16 %rs1, [%d1];"},
      {"ld.global.b8 %rs1, [%d1];"},
      {"ld.global.u32 %d1, [%d1];"},
      {"ld.global.b32 %du1, [%d1];"},
      {"st.global.u8 [%d1], %rs1;"},
      {"ld.global.f32 %d1, [%d1];"},
      {"ld.global.f32 %du1, [%d1];", kOperandType},
      {"ld.global.u32 %fd1, [%d1];", kOperandType},
      {"ld.global.u64 %r1, [%d1];", kOperandType},
      {"ld.global.u8 %p1, [%d1];", kOperandType},
      {"cvt.u16.u32 %r1, %r2;"},
      {"cvt.u16.u32 %r1, %d2;"},
  });
}

TEST(Checker, SpecialRegisters) {
  Check({
      {"mov.u32 %r1, %tid.x;"},
      {"mov.u16 %h1, %tid.y;"},
      {"mov.b32 %r1, %tid.z;"},
      {"mov.u64 %d1, %clock64;"},
      {"mov.u64 %d1, %globaltimer;"},
      {"mov.u32 %r1, %globaltimer_lo;"},
      {"mov.u64 %d1, %gridid;"},
      {"mov.u32 %r1, %gridid;"},
      {"mov.u32 %r1, %envreg31;"},
      {"mov.u32 %r1, %pm7;"},
      {"mov.u64 %d1, %pm1_64;"},
      {"mov.u64 %d1, %current_graph_exec;"},
      {"mov.pred %p1, %is_explicit_cluster;"},
      {"cvt.u64.u32 %d1, %tid.x;"},
      {"mov.u32 %r1, %is_explicit_cluster;", kOperandType},
      {"mov.f32 %f1, %tid.x;", kOperandType},
      {"mov.u64 %d1, %tid.x;", kOperandType},
      {"mov.u32 %r1, %clock64;", kOperandType},
      {"mov.u16 %h1, %clock64;", kOperandType},
      {"mov.u16 %h1, %gridid;", kOperandType},
      {"mov.pred %p1, %tid.x;", kOperandType},
      {"st.global.u64 [%d1], %tid.x;", kOperandType},
      {"mov.u32 %r1, %tid;", kSyntax},
      {"mov.u32 %r1, %tid.w;"},
      {"mov.u32 %r1, %tid.q;", kSyntax},
      {"mov.u32 %r1, %envreg32;", kUndefined},
      {"mov.u32 %r1, %envreg;", kUndefined},
      {"mov.u32 %r1, %envreg1_64;", kUndefined},
      {"mov.u32 %r1, %pm100;", kUndefined},
      {"mov.u32 %r1, %nothing;", kUndefined},
      {"mov.u32 %r1, %nothing7;", kUndefined},
  });
  Check({{"mov.u32 %r1, %clusterid.x;", kNeedsVersion}}, ".version 7.0\n.target sm_80\n.address_size 64\n");
  Check({{"mov.u32 %r1, %clusterid.x;", kNeedsTarget}}, ".version 8.0\n.target sm_80\n.address_size 64\n");
}

TEST(Checker, Constants) {
  Check({
      {"mov.u32 %r1, 5;"},
      {"mov.u32 %r1, WARP_SZ;"},
      {"mov.f32 %f1, 1.5;"},
      {"mov.f64 %fd1, 0f3F800000;"},
      {"mov.b32 %r1, 0f3F800000;"},
      {"mov.b64 %d1, 0d3FF0000000000000;"},
      {"mov.b64 %d1, 1.5;"},
      {"mov.f32 %f1, 5;", kOperandType},
      {"mov.f64 %fd1, 5;", kOperandType},
      {"mov.u32 %r1, 1.5;", kOperandType},
      {"mov.b64 %d1, 0f3F800000;", kOperandType},
      {"mov.b32 %r1, 1.5;", kOperandType},
      {"add.u32 5, %r1, %r2;", kOperandKind},
      {"bar.sync 0, 64;"},
      {"shf.l.wrap.b32 %r1, %r2, %r3, 5;"},
      {"st.global.f32 [%d1], 1.5;"},
      {"applypriority.global.L2::evict_normal [%d1], %r1;", kOperandKind},
  });
}

TEST(Checker, Addresses) {
  Check({
      {"ld.global.u32 %r1, [word];"},
      {"ld.global.u32 %r1, [word+4];"},
      {"ld.global.u32 %r1, [word-4];"},
      {"ld.u32 %r1, [word];"},
      {"ld.const.u32 %r1, [fixed];"},
      {"ld.shared.u64 %d1, [tile];"},
      {"ld.shared::cta.u64 %d1, [tile];"},
      {"ld.shared.u8 %r1, [dynamic+1];"},
      {"ld.local.u32 %r1, [local_word];"},
      {"ld.param.u64 %d1, [p0];"},
      {"ld.param.u32 %r1, [in];"},
      {"ld.param::entry.u64 %d1, [p0];"},
      {"st.param.b32 [in], %r1;"},
      {"ld.global.u32 %r1, [%d1];"},
      {"ld.global.u32 %r1, [%r1];"},
      {"ld.global.u32 %r1, [%d1+-8];"},
      {"ld.global.u32 %r1, [16];"},
      {"ld.global.u32 %r1, [WARP_SZ];"},
      {"ld.global.u32 %r1, [%v2.x];", kOperandKind},
      {"ld.global.u32 %r1, [%f1];", kOperandType},
      {"ld.global.u32 %r1, [%fd1];", kOperandType},
      {"ld.global.u32 %r1, [%h1];", kOperandType},
      {"ld.global.u32 %r1, [%p1];", kOperandType},
      {"ld.global.u32 %r1, [%v2];", kOperandKind},
      {"ld.global.u32 %r1, [1.5];", kOperandKind},
      {"ld.global.u32 %r1, [word+1.5];", kOperandKind},
      {"ld.global.u32 %r1, [word+];", kSyntax},
      {"ld.global.u32 %r1, [;", kSyntax},
      {"ld.global.u32 %r1, [word;", kSyntax},
      {"ld.global.u32 %r1, [nothing];", kUndefined},
      {"ld.global.u32 %r1, [texture];", kUnsupported},
      {"ld.global.u32 %r1, word;", kOperandKind},
      {"ld.global.u32 %r1, [callee];", kStateSpace},
      {"ld.global.u32 %r1, [T];", kStateSpace},
      {"ld.global.u32 %r1, [fixed];", kStateSpace},
      {"ld.const.u32 %r1, [word];", kStateSpace},
      {"ld.u32 %r1, [fixed];", kStateSpace},
      {"ld.u64 %d1, [tile];", kStateSpace},
      {"ld.u32 %r1, [local_word];", kStateSpace},
      {"ld.local.u64 %d1, [tile];", kStateSpace},
      {"ld.shared.u32 %r1, [local_word];", kStateSpace},
      {"ld.shared.u8 %r1, [dynamic];"},
      {"ld.global.u8 %r1, [dynamic];", kStateSpace},
      {"ld.global.u64 %d1, [p0];", kStateSpace},
      {"ld.param.u32 %r1, [word];", kStateSpace},
  });
}

TEST(Checker, Names) {
  Check({
      {"mov.u64 %d1, word;"},
      {"mov.u64 %d1, word+8;"},
      {"mov.u32 %r1, tile;"},
      {"mov.u64 %d1, callee;"},
      {"mov.b64 %d1, buffer;"},
      {"mov.u64 %d1, local_word;"},
      {"cvta.global.u64 %d1, word;"},
      {"mov.u16 %h1, word;", kOperandType},
      {"mov.f64 %fd1, word;", kOperandType},
      {"mov.f32 %f1, word;", kOperandType},
      {"mul.lo.u64 %d1, %d2, word;", kOperandKind},
      {"mul.lo.u64 %d1, %d2, callee;", kOperandKind},
      {"mul.lo.u64 %d1, %d2, tile;", kOperandKind},
      {"mul.lo.u64 %d1, %d2, dynamic;", kOperandKind},
      {"mul.lo.u64 %d1, %d2, local_word;", kOperandKind},
      {"mul.lo.u64 %d1, %d2, p0;", kOperandKind},
      {"mul.lo.u64 %d1, %d2, T;", kOperandKind},
      {"mov.u64 %d1, other;", kUnsupported},
      {"mov.u64 %d1, T;", kOperandKind},
      {"mov.u64 %d1, P;", kOperandKind},
      {"mov.u64 %d1, word+1.5;", kOperandKind},
      {"mov.u64 %d1, nothing;", kUndefined},
      {"mov.u64 %d1, texture;", kUnsupported},
      {"mov.u64 word, %d1;", kOperandKind},
  });
}

TEST(Checker, Vectors) {
  Check({
      {"ld.global.v2.u32 {%r1, %r2}, [%d1];"},
      {"ld.global.v2.u32 {%r1, _}, [%d1];"},
      {"ld.global.v2.b32 %v2, [%d1];"},
      {"ld.global.v4.f32 %v4, [%d1];"},
      {"ld.global.v2.u64 {%d1, %d2}, [%d1];"},
      {"st.global.v4.f32 [%d1], {%f1, %f2, 1.5, 0f00000000};"},
      {"mov.b64 %d1, {%r1, %r2};"},
      {"mov.b64 {%r1, %r2}, %d1;"},
      {"mov.b64 %d1, {%h1, %h2, %h3, %h4};"},
      {"mov.b32 {%h1, %h2}, %r1;"},
      {"mov.b64 {%r1, _}, %d1;"},
      {"mov.b64 %d1, %v2;"},
      {"mov.b128 %q1, {%d1, %d2};"},
      {"mov.b32 %r1, %v2.y;"},
      {"mov.f32 %f1, %v4.a;"},
      {"mov.u32 %r1, vector_plain.w;"},
      {"ld.global.v2.u32 %r1, [%d1];", kOperandKind},
      {"ld.global.v2.u32 {%r1, %r2, %r3}, [%d1];", kVectorWidth},
      {"ld.global.v2.u32 {%r1, %f2}, [%d1];", kOperandType},
      {"ld.global.v2.u32 {%r1, 5}, [%d1];", kOperandKind},
      {"ld.global.v4.u64 {%d1, %d2, %d3, %d4}, [%d1];", kVectorWidth},
      {"mov.b64 %d1, {%h1, %h2};", kOperandKind},
      {"mov.b64 %d1, {%h1, %h2, %h3};", kOperandKind},
      {"mov.b32 %r1, {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8};", kOperandKind},
      {"mov.b64 %d1, {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8, %r1};", kVectorWidth},
      {"mov.b64 %d1, {%r1, {%r2}};", kSyntax},
      {"mov.b64 %d1, {%r1, [%d2]};", kSyntax},
      {"mov.b32 %r1, %v2.z;", kOperandKind},
      {"mov.b32 %r1, %v2;", kOperandKind},
      {"add.u32 %r1, %v2, %r2;", kOperandKind},
      {"ld.global.v2.u32 {%p1, %p2}, [%d1];", kOperandType},
  });
}

TEST(Checker, VectorsOf32Bytes) {
  const std::string wide = ".version 8.8\n.target sm_100\n.address_size 64\n";
  Check(
      {
          {"ld.global.v4.u64 {%d1, %d2, %d3, %d4}, [%d1];"},
          {"ld.global.v8.u32 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8}, [%d1];"},
          {"st.global.v8.f32 [%d1], {%f1, %f2, %f3, %f4, %f5, %f6, %f7, %f8};"},
          {"ld.shared.v4.u64 {%d1, %d2, %d3, %d4}, [%r1];", kVectorWidth},
      },
      wide);
  Check({{"ld.global.v4.u64 {%d1, %d2, %d3, %d4}, [%d1];", kVectorWidth}},
        ".version 8.8\n.target sm_90\n.address_size 64\n");
}

TEST(Checker, Predicates) {
  Check({
      {"setp.eq.u32 %p1|%p2, %r1, %r2;"},
      {"setp.eq.u32 %p1|_, %r1, %r2;"},
      {"setp.eq.u32 _|%p2, %r1, %r2;"},
      {"setp.eq.and.u32 %p1, %r1, %r2, !%p3;"},
      {"shfl.sync.idx.b32 %r1|%p1, %r2, 0, 31, -1;"},
      {"elect.sync %r1|%p1, -1;"},
      {"elect.sync _|%p1, -1;"},
      {"@%p1 mov.u32 %r1, 1;"},
      {"@!%p1 mov.u32 %r1, 1;"},
      {"elect.sync %r1, -1;", kOperandKind},
      {"setp.eq.u32 %p1|%r2, %r1, %r2;", kOperandType},
      {"setp.eq.u32 %p1|word, %r1, %r2;", kOperandKind},
      {"setp.eq.u32 %p1|%v2, %r1, %r2;", kOperandKind},
      {"setp.eq.u32 %p1|nothing, %r1, %r2;", kUndefined},
      {"setp.eq.u32 %p1|5, %r1, %r2;", kSyntax},
      {"add.u32 %r1|%p1, %r1, %r2;", kOperandKind},
      {"add.u32 %r1, !%r1, %r2;", kOperandKind},
      {"add.u32 %r1, !5, %r2;", kSyntax},
      {"add.u32 %r1, !word, %r2;", kOperandKind},
      {"and.pred %p1, !%p2, %p3;"},
      {"@%r1 mov.u32 %r1, 1;", kGuard},
      {"@word mov.u32 %r1, 1;", kGuard},
      {"@%v2 mov.u32 %r1, 1;", kGuard},
      {"@nothing mov.u32 %r1, 1;", kUndefined},
      {"@5 mov.u32 %r1, 1;", kSyntax},
      {"@%p1 ;", kSyntax},
      {"@%p1 .reg .b32 x;", kSyntax},
  });
}

TEST(Checker, Counts) {
  Check({
      {"add.u32 %r1, %r2;", kOperandCount},
      {"add.u32 %r1, %r2, %r3, %r4;", kOperandCount},
      {"add.u32;", kOperandCount},
      {"membar.gl %r1;", kOperandCount},
      {"add.u32 %r1, %r1, %r1, %r1, %r1, %r1, %r1, %r1, %r1, %r1;", kOperandCount},
      {"bar.sync 0;"},
      {"bar.sync 0, 64;"},
      {"bar.sync 0, 64, 1;", kOperandCount},
      {"ld.global.L2::cache_hint.u32 %r1, [%d1], %d2;"},
      {"ld.global.L2::cache_hint.u32 %r1, [%d1];", kOperandCount},
      {"ld.global.u32 %r1, [%d1], %d2;", kOperandCount},
      {"add.u32 %r1 %r2, %r3;", kSyntax},
      {"add.u32 %r1, , %r3;", kSyntax},
      {"add.u32 %r1, .u32, %r3;", kSyntax},
      {"add.u32 %r1, ), %r3;", kSyntax},
      {"add.u32 %r1, \"x\", %r3;", kSyntax},
      {"add.u32 _, %r2, %r3;"},
      {"add.u32 %r1, _, %r3;", kOperandKind},
  });
}

TEST(Checker, RangesOfConstants) {
  Check({
      {"bar.sync 15;"},
      {"bar.sync 16;", kOperandRange},
      {"barrier.sync -1;", kOperandRange},
      {"bar.sync 0, 33;", kOperandRange},
      {"bar.arrive 0, 0;", kOperandRange},
      {"bar.red.popc.u32 %r1, 16, %p1;", kOperandRange},
      {"bar.red.popc.u32 %r1, 1, 40, %p1;", kOperandRange},
      {"bar.red.and.pred %p1, 1, 64, %p1;"},
      {"bar.warp.sync 77;"},
      {"pmevent 15;"},
      {"pmevent 16;", kOperandRange},
      {"pmevent.mask 0xffff;"},
      {"pmevent.mask 0x10000;", kOperandRange},
      {"discard.global.L2 [%d1], 64;", kOperandRange},
      {"applypriority.L2::evict_normal [%d1], 128;"},
      {"applypriority.L2::evict_normal [%d1], 129;", kOperandRange},
      {"fence.proxy.tensormap::generic.acquire.gpu [%d1], 128;"},
      {"fence.proxy.tensormap::generic.acquire.gpu [%d1], 8;", kOperandRange},
      {"alloca.u64 %d1, %d2, 16;"},
      {"alloca.u64 %d1, %d2, 24;", kOperandRange},
      {"createpolicy.fractional.L2::evict_last.b64 %d1, 0.5;"},
      {"createpolicy.fractional.L2::evict_last.b64 %d1, 0f00000000;", kOperandRange},
      {"createpolicy.fractional.L2::evict_last.b64 %d1, 1.5;", kOperandRange},
  });
}

TEST(Checker, HintsOfMemoryInstructions) {
  const std::string newest = ".version 9.2\n.target sm_120f\n.address_size 64\n";
  Check({
      {"ld.global.L1::evict_last.L2::128B.u32 %r1, [%d1];"},
      {"ld.global.ca.L1::evict_last.u32 %r1, [%d1];", kBadModifier},
      {"ld.shared.L2::64B.u32 %r1, [%r2];", kStateSpace},
      {"ld.local.L2::cache_hint.u32 %r1, [%r2], %d2;", kStateSpace},
      {"atom.shared.add.L2::cache_hint.u32 %r1, [%r2], %r3, %d2;", kStateSpace},
      {"red.add.L2::cache_hint.u32 [%d1], %r3, %d2;"},
      {"st.param.L2::cache_hint.b32 [out], %r3, %d2;", kStateSpace},
      {"ld.relaxed.gpu.shared.L1::no_allocate.u32 %r1, [%r2];", kStateSpace},
  });
  Check(
      {
          {"ld.global.L2::evict_last.u32 %r1, [%d1];", kMissingModifier},
          {"ld.global.L1::evict_last.L2::evict_last.v4.u64 {%d1, %d2, %d3, %d4}, [%d1];"},
          {"ld.L2::evict_first.v8.b32 {%r1, _, %r3, %r4, %r5, %r6, %r7, %r8}, [%d1];"},
          {"ld.shared.v8.b32 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8}, [%r1];", kBadModifier},
          {"ld.global.v8.b16 {%h1, %h2, %h3, %h4, %h5, %h6, %h7, %h8}, [%d1];", kBadModifier},
          {"ld.global.v2.b128 {%q1, %q2}, [%d1];", kVectorWidth},
          {"ldu.global.v4.u64 {%d1, %d2, %d3, %d4}, [%d1];", kVectorWidth},
          {"atom.global.add.v8.f32 {%f1, %f2, %f3, %f4, %f5, %f6, %f7, %f8}, [%d1], {%f1, %f2, %f3, %f4, %f5, %f6, "
           "%f7, %f8};",
           kBadModifier},
          {"ld.volatile.local.u32 %r1, [%r2];"},
          {"ld.global.u32 %r1, [word].unified;"},
          {"ld.relaxed.gpu.global.u32 %r1, [word].unified;", kSyntax},
          {"st.global.u32 [word].unified, %r1;", kSyntax},
      },
      newest);
  Check({{"ld.volatile.local.u32 %r1, [%r2];", kNeedsVersion}});
}

TEST(Checker, FormsThatWentAway) {
  const std::vector<Case> refused = {
      {"shfl.up.b32 %r1, %r2, 1, 0;", kNeedsTarget},
      {"vote.all.pred %p1, %p2;", kNeedsTarget},
      {"shfl.sync.up.b32 %r1, %r2, 1, 0, -1;"},
  };
  const std::vector<Case> accepted = {{"shfl.up.b32 %r1, %r2, 1, 0;"}, {"vote.ballot.b32 %r1, %p2;"}};
  Check(refused);
  Check(accepted, ".version 8.5\n.target sm_61\n.address_size 64\n");
  Check({{"mad.f32 %f1, %f2, %f3, %f4;", kMissingModifier}});
}

TEST(Checker, Branches) {
  Check({
      {"bra END;"},
      {"bra.uni END;"},
      {"brx.idx %r1, T;"},
      {"brx.idx.uni %rs1, T;"},
      {"bra 5;", kSyntax},
      {"bra END", kSyntax},
      {"bra nowhere;", kUndefinedLabel},
      {"brx.idx %d1, T;", kOperandType},
      {"brx.idx %f1, T;", kOperandType},
      {"brx.idx 5, T;", kOperandType},
      {"brx.idx %r1;", kSyntax},
      {"brx.idx %r1, 5;", kSyntax},
      {"brx.idx %r1, word;", kOperandKind},
      {"brx.idx %r1, %r2;", kOperandKind},
      {"brx.idx %r1, nothing;", kUndefined},
      {"brx.idx , T;", kSyntax},
  });
}

TEST(Checker, Calls) {
  Check({
      {"call (out), callee, (in, s);"},
      {"call.uni (out), callee, (in, s);"},
      {"call (%r1), by_register, (%f1);"},
      {"call (%r1), by_register, (1.5);"},
      {"call (out), %d1, (in), P;"},
      {"call (out), %d1, (in, s), Q;"},
      {"call (out), callee, (%r1, s);"},
      {"call (out), callee, (5, s);"},
      {"call (_), callee, (in, s);"},
      {"call (5), callee, (in, s);", kCallMismatch},
      {"call (out), callee, (in, 5);", kCallMismatch},
      {"call (out), callee, (_, s);", kOperandKind},
      {"call (out), callee, (%v2, s);", kOperandKind},
      {"call callee, (in, s);", kCallMismatch},
      {"call (out), callee;", kCallMismatch},
      {"call (out), callee, (in);", kCallMismatch},
      {"call (out), callee, (in, s, in);", kCallMismatch},
      {"call (out, out), callee, (in, s);", kCallMismatch},
      {"call (out), callee, (wide, s);", kCallMismatch},
      {"call (out), callee, (in, wide);", kCallMismatch},
      {"call (wide), callee, (in, s);", kCallMismatch},
      {"call (out), callee, (p0, s);", kCallMismatch},
      {"call (out), callee, (%d1, s);", kCallMismatch},
      {"call (%r1), by_register, (%d1);", kCallMismatch},
      {"call (out), callee, (in, %r1);", kCallMismatch},
      {"call (out), callee, (word, s);", kCallMismatch},
      {"call (out), %d1, (in);", kCallMismatch},
      {"call (out), %r1, (in), P;", kOperandType},
      {"call (out), %fd1, (in), P;", kOperandType},
      {"call (out), %v2, (in), P;", kOperandKind},
      {"call (out), word, (in);", kOperandKind},
      {"call (out), 5, (in);", kSyntax},
      {"call (out), nothing, (in);", kUndefined},
      {"call (out) callee, (in, s);", kSyntax},
      {"call (out, callee, (in, s);", kSyntax},
      {"call (out), callee, (in, {%r1, %r2});", kSyntax},
      {"call (out), callee, (in, [%d1]);", kSyntax},
      {"call (out), callee, (in s);", kSyntax},
      {"call (out), %d1, (in), word;", kOperandKind},
      {"call (out), %d1, (in), %r1;", kOperandKind},
      {"call (out), %d1, (in), nothing;", kUndefined},
      {"call (out), %d1, (in), 5;", kSyntax},
      {"call other;", kCallMismatch},
  });
}

TEST(Checker, NamesTheOperand) {
  auto module = IndexOk(Text("ld.global.u64 %d1, [fixed]; mul.lo.u64 %d1, %d2, local_word;", kHeader));
  ASSERT_NE(module, nullptr);
  const std::vector<Diagnostic> found = module->CheckAll();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_THAT(found[0].message, HasSubstr("'fixed' lies in .const, the instruction accesses .global"));
  EXPECT_THAT(found[1].message, HasSubstr("'local_word' is a name, not a value"));
}

}  // namespace
}  // namespace culvert::ptx
