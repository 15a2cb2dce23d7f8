#include <cstring>
#include <fstream>

#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using ModuleTest = RuntimeTest;

constexpr char kVariables[] = R"(
.visible .global .align 4 .u32 scalar = 42;
.visible .global .align 4 .b8 zeroed[3000000];
.visible .const .align 4 .u32 table[4] = {1, 2, 3, 4};
.visible .global .align 8 .u64 pointer = generic(scalar);
.visible .global .align 8 .u64 inner = generic(zeroed) + 16;
.visible .entry read(.param .u64 out) {
  .reg .b32 %r<4>; .reg .b64 %rd<4>;
  ld.param.u64 %rd1, [out];
  ld.global.u64 %rd2, [pointer];
  ld.u32 %r1, [%rd2];
  st.u32 [%rd1], %r1;
  ld.const.u32 %r2, [table+8];
  st.u32 [%rd1+4], %r2;
  ret;
}
)";

TEST_F(ModuleTest, VariablesHaveTheirInitialValues) {
  std::shared_ptr<Module> module = *Module::Load(*context_, (std::string(kPtxHeader) + kVariables).c_str(), {});
  GlobalVariable scalar = *module->GetGlobal("scalar");
  EXPECT_EQ(scalar.size_bytes, 4u);
  GlobalVariable table = *module->GetGlobal("table");
  EXPECT_TRUE(table.is_constant);
  GlobalVariable zeroed = *module->GetGlobal("zeroed");
  ExpectKind(module->GetGlobal("absent").status(), ErrorKind::kNotFound);
  uint32_t words[4] = {};
  ASSERT_TRUE(CopyOut(words, table.address, 16).ok());
  EXPECT_EQ(words[3], 4u);
  std::vector<uint8_t> bytes(zeroed.size_bytes, 1);
  ASSERT_TRUE(CopyOut(bytes.data(), zeroed.address, bytes.size()).ok());
  EXPECT_EQ(bytes, std::vector<uint8_t>(zeroed.size_bytes));
  uint64_t address = 0;
  ASSERT_TRUE(CopyOut(&address, module->GetGlobal("pointer")->address, 8).ok());
  EXPECT_EQ(address, scalar.address);
  ASSERT_TRUE(CopyOut(&address, module->GetGlobal("inner")->address, 8).ok());
  EXPECT_EQ(address, zeroed.address + 16);
  // The program can write constants, kernels see it.
  uint32_t value = 99;
  ASSERT_TRUE(CopyIn(table.address + 8, &value, 4).ok());
  uint64_t out = *Allocate(*context_, 8);
  ASSERT_TRUE(Launch(*stream_, *module->GetFunction("read"), 1, 1, out).ok());
  ASSERT_TRUE(CopyOut(words, out, 8).ok());
  EXPECT_EQ(words[0], 42u);
  EXPECT_EQ(words[1], 99u);
  ExpectKind(Free(scalar.address), ErrorKind::kInvalidValue);
}

TEST_F(ModuleTest, KernelsCannotWriteConstants) {
  std::shared_ptr<Module> module =
      *Module::Load(*context_, (std::string(kPtxHeader) + ".visible .const .u32 constant = 1;\n" + kStore).c_str(), {});
  ASSERT_TRUE(Launch(*stream_, *module->GetFunction("store"), 1, 1, module->GetGlobal("constant")->address).ok());
  ExpectKind(stream_->Synchronize(), ErrorKind::kIllegalAddress);
}

TEST_F(ModuleTest, HandlesAreStable) {
  std::shared_ptr<Library> library = *Library::Load((std::string(kPtxHeader) + kEmpty + kCount).c_str(), {});
  EXPECT_EQ(library->KernelNames().size(), 2u);
  std::shared_ptr<Kernel> kernel = *library->GetKernel("empty");
  EXPECT_EQ(*library->GetKernel("empty"), kernel);
  ExpectKind(library->GetKernel("absent").status(), ErrorKind::kNotFound);
  std::shared_ptr<Module> module = *library->InContext(*context_);
  EXPECT_EQ(*library->InContext(*context_), module);
  std::shared_ptr<Function> function = *module->GetFunction("empty");
  EXPECT_EQ(*module->GetFunction("empty"), function);
  EXPECT_EQ(*kernel->InContext(*context_), function);
  EXPECT_EQ(function->module(), module);
  EXPECT_EQ(function->kernel(), kernel);
  EXPECT_EQ(kernel->library(), library);
  // A function outlives everything else that was let go.
  library->Unload();
  library.reset();
  kernel.reset();
  module.reset();
  EXPECT_TRUE(Launch(*stream_, function, 2, 64).ok());
  EXPECT_TRUE(stream_->Synchronize().ok());
}

TEST_F(ModuleTest, UnloadGivesMemoryBack) {
  uint64_t before = 0, after = 0, total = 0;
  device_->MemoryInfo(&before, &total);
  std::shared_ptr<Library> library = *Library::Load((std::string(kPtxHeader) + kVariables).c_str(), {});
  ASSERT_TRUE(library->InContext(*context_).ok());
  device_->MemoryInfo(&after, &total);
  EXPECT_LT(after, before);
  library->Unload();
  device_->MemoryInfo(&after, &total);
  EXPECT_EQ(after, before);
}

TEST_F(ModuleTest, OneLibraryInTwoContexts) {
  std::shared_ptr<Context> other = *Context::Create(device_, 0);
  std::shared_ptr<Library> library = *Library::Load((std::string(kPtxHeader) + kVariables).c_str(), {});
  uint64_t first = (*library->InContext(*context_))->GetGlobal("scalar")->address;
  uint64_t second = (*library->InContext(*other))->GetGlobal("scalar")->address;
  EXPECT_NE(first, second);
  EXPECT_TRUE(other->Destroy().ok());
  ExpectKind(library->InContext(*other).status(), ErrorKind::kContextIsDestroyed);
}

TEST_F(ModuleTest, BadImages) {
  ExpectKind(Library::Load(nullptr, {}).status(), ErrorKind::kInvalidValue);
  ExpectKind(Library::LoadFile("/nonexistent/file", {}).status(), ErrorKind::kFileNotFound);
  ExpectKind(Library::Load(".version 99.0\n.target sm_75\n.address_size 64\n", {}).status(),
             ErrorKind::kUnsupportedPtxVersion);
  EXPECT_FALSE(Library::Load("this is no PTX", {}).ok());
  std::shared_ptr<Library> library = *Library::Load(
      (std::string(kPtxHeader) + kEmpty + ".visible .entry bad() { frobnicate.u32 %r1; ret; }\n").c_str(), {});
  ExpectKind((*library->GetKernel("bad"))->Info().status(), ErrorKind::kInvalidPtx);
  EXPECT_TRUE((*library->GetKernel("empty"))->Info().ok());
}

TEST_F(ModuleTest, LoadsFiles) {
  std::string path = testing::TempDir() + "culvert_module_test.ptx";
  std::ofstream(path) << kPtxHeader << kEmpty;
  std::shared_ptr<Library> library = *Library::LoadFile(path, {});
  EXPECT_EQ(library->KernelNames(), std::vector<std::string>{"empty"});
}

TEST_F(ModuleTest, FunctionAttributes) {
  auto function = Load(
      ".visible .entry f(.param .u32 n) .maxntid 256 { .shared .align 4 .b8 s[1000]; .reg .b32 %r<2>;"
      " mov.u32 %r1, s; st.shared.u32 [%r1], %r1; ret; }\n",
      "f");
  ::culvert::FunctionAttributes attributes = *function->Attributes();
  EXPECT_EQ(attributes.max_threads_per_block, 256);
  EXPECT_EQ(attributes.shared_bytes, 1000);
  EXPECT_EQ(attributes.ptx_version, 75);
  EXPECT_EQ(attributes.binary_version, 121);
  EXPECT_GE(attributes.registers, 1);
  EXPECT_EQ(attributes.max_dynamic_shared_bytes, 48 * 1024 - 1000);
  ExpectKind(function->SetAttribute(SettableAttribute::kPreferredCarveout, 101), ErrorKind::kInvalidValue);
  EXPECT_TRUE(function->SetAttribute(SettableAttribute::kPreferredCarveout, 50).ok());
  EXPECT_EQ(function->Attributes()->preferred_carveout, 50);
}

}  // namespace
}  // namespace culvert
