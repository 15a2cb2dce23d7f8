// Programs as a whole: kernel facts, the serialised form, the module's cache.
#include "include/culvert/program_format.h"

#include <random>

#include "tests/compiler/bytecode/device.h"

namespace culvert {
namespace {

constexpr char kKernels[] = R"(
.file 1 "source.cu"
.extern .func (.param .b32 r) vprintf(.param .b64 f, .param .b64 a);
.global .align 4 .u32 g[3] = {1, 2, 3};
.const .align 4 .u32 c[5];
.func (.param .b32 r) leaf(.param .b32 a) {
  .local .align 8 .b8 depot[40]; .reg .b32 %r<3>; .reg .b64 %rd<2>;
  ld.param.b32 %r1, [a]; mov.u64 %rd1, depot; st.local.u32 [%rd1], %r1; ld.local.u32 %r1, [%rd1]; st.param.b32 [r], %r1; ret;
}
.visible .entry k(.param .u64 p, .param .align 16 .b8 s[20], .param .u8 last) .maxntid 128, 2, 1 .minnctapersm 3 {
  .shared .align 8 .b8 tile[100];
  .reg .b32 %r<8>; .reg .b64 %rd<8>; .reg .pred %p<2>;
  .loc 1 5 1
  ld.param.u64 %rd1, [p]; mov.u32 %r1, %tid.x; mov.u32 %r2, tile; st.shared.u32 [%r2+4], %r1; bar.sync 0;
  { .param .b32 a; .param .b32 r; st.param.b32 [a], %r1; call (r), leaf, (a); ld.param.b32 %r3, [r]; }
  mov.u64 %rd2, g; ld.global.u32 %r4, [%rd2+8]; add.u32 %r3, %r3, %r4;
  T: .branchtargets A, B;
  brx.idx %r1, T;
A: st.global.u32 [%rd1], %r3; ret;
B: shfl.sync.idx.b32 %r3, %r3, 0, 31, -1; ret;
}
)";

std::shared_ptr<const Program> Kernel() {
  TestDevice device(Ptx(kKernels));
  auto program = device.Compile("k");
  EXPECT_TRUE(program.ok()) << program.status().message();
  return program.ok() ? *program : nullptr;
}

TEST(Program, KernelInfoHoldsWhatTheTextSays) {
  std::shared_ptr<const Program> program = Kernel();
  ASSERT_NE(program, nullptr);
  const KernelInfo& info = program->info;
  EXPECT_EQ(info.name, "k");
  ASSERT_EQ(info.parameters.size(), 3u);
  EXPECT_EQ(info.parameters[1].offset_bytes, 16u);
  EXPECT_EQ(info.parameters[1].size_bytes, 20u);
  EXPECT_EQ(info.parameters[2].offset_bytes, 36u);
  EXPECT_EQ(info.parameter_bytes, 37u);
  EXPECT_EQ(info.static_scratchpad_bytes, 100u);
  EXPECT_EQ(info.scratchpad_align_bytes, 8u);
  EXPECT_EQ(info.constant_bytes, 20u);
  EXPECT_EQ(info.local_bytes, 16u + 48u);  // the outgoing area of k, then leaf's depot
  EXPECT_EQ(info.max_threads[0], 128u);
  EXPECT_EQ(info.max_threads[1], 2u);
  EXPECT_EQ(info.min_blocks_per_core, 3u);
  EXPECT_EQ(info.ptx_version, 88u);
  EXPECT_EQ(info.ptx_target, 120u);
  EXPECT_TRUE(info.uses_barriers);
  EXPECT_FALSE(info.uses_printf);
  EXPECT_GE(info.registers, 1u);
  EXPECT_EQ(program->symbols, std::vector<std::string>{"g"});
}

TEST(Program, SurvivesSerialisation) {
  std::shared_ptr<const Program> program = Kernel();
  ASSERT_NE(program, nullptr);
  std::string bytes = SerializeProgram(*program);
  auto again = DeserializeProgram(bytes);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(SerializeProgram(*again), bytes);
  EXPECT_EQ(lowering::Disassemble(*again, {.lines = true}), lowering::Disassemble(*program, {.lines = true}));
}

TEST(Program, RefusesDamage) {
  std::shared_ptr<const Program> program = Kernel();
  ASSERT_NE(program, nullptr);
  const std::string bytes = SerializeProgram(*program);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(KindOf(DeserializeProgram(std::string_view(bytes).substr(0, size)).status()), ErrorKind::kInvalidImage)
        << size;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i >= 12 && i < 13) continue;  // the two flags may be anything
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    EXPECT_FALSE(DeserializeProgram(damaged).ok()) << i;
  }
  std::string other = bytes;
  other[8] = 99;
  EXPECT_NE(DeserializeProgram(other).status().message().find("version 99"), std::string::npos);
}

// Damage that the checksum does not see: whatever is accepted can be printed and is verified by the interpreter.
TEST(Program, DamageWithRightChecksumIsRefusedOrHarmless) {
  std::shared_ptr<const Program> program = Kernel();
  ASSERT_NE(program, nullptr);
  const std::string bytes = SerializeProgram(*program);
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    for (int n = 1 + round % 3; n > 0; --n)
      damaged[32 + random() % (damaged.size() - 32)] = static_cast<char>(random());
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 32; i < damaged.size(); ++i)
      hash = (hash ^ static_cast<unsigned char>(damaged[i])) * 0x100000001b3u;
    std::memcpy(damaged.data() + 24, &hash, 8);
    auto result = DeserializeProgram(damaged);
    if (!result.ok()) continue;
    ++accepted;
    EXPECT_FALSE(lowering::Disassemble(*result, {.lines = true}).empty());
  }
  EXPECT_GT(accepted, 0);
}

TEST(Program, EntriesAreCompiledOnce) {
  auto module = compiler::CompiledModule::Load(Ptx(kKernels), {});
  ASSERT_TRUE(module.ok()) << module.status();
  EXPECT_EQ((*module)->EntryNames(), std::vector<std::string>{"k"});
  auto first = (*module)->CompileEntry("k"), second = (*module)->CompileEntry("k");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ((*module)->PtxVersion(), 88u);
  EXPECT_EQ((*module)->Variables().size(), 2u);
}

TEST(Program, CheckAllReportsEveryBody) {
  compiler::LoadOptions options;
  options.check_all = true;
  auto module = compiler::CompiledModule::Load(
      Ptx(".visible .entry a() { .reg .b32 %r<2>; ad.u32 %r1, %r1, 1; ret; }\n.visible .entry b() { bogus; ret; }\n"),
      options);
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(KindOf(module.status()), ErrorKind::kInvalidPtx);
  EXPECT_NE(module.status().message().find("module.ptx:4:"), std::string::npos) << module.status().message();
  EXPECT_NE(module.status().message().find("module.ptx:5:"), std::string::npos) << module.status().message();
}

}  // namespace
}  // namespace culvert
