#include <atomic>
#include <chrono>
#include <thread>

#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using LaunchTest = RuntimeTest;

TEST_F(LaunchTest, VectorAdd) {
  constexpr uint32_t kElems = 10000;
  std::vector<float> a(kElems), b(kElems), out(kElems);
  for (uint32_t i = 0; i < kElems; ++i) a[i] = static_cast<float>(i), b[i] = 0.5f * static_cast<float>(i);
  uint64_t memory = *Allocate(*context_, 3 * kElems * sizeof(float));
  uint64_t bytes = kElems * sizeof(float);
  ASSERT_TRUE(CopyIn(memory, a.data(), bytes).ok());
  ASSERT_TRUE(CopyIn(memory + bytes, b.data(), bytes).ok());
  auto add = Load(kVectorAdd, "vector_add");
  ASSERT_TRUE(
      Launch(*stream_, add, (kElems + 255) / 256, 256, memory, memory + bytes, memory + 2 * bytes, kElems).ok());
  ASSERT_TRUE(CopyOut(out.data(), memory + 2 * bytes, bytes).ok());
  for (uint32_t i = 0; i < kElems; ++i) ASSERT_EQ(out[i], 1.5f * static_cast<float>(i)) << i;
}

TEST_F(LaunchTest, PackedArguments) {
  uint64_t counter = *Allocate(*context_, 4);
  ASSERT_TRUE(FillSync(*stream_, {.dst = counter, .width_elems = 4}).ok());
  LaunchParams params;
  params.function = Load(kCount, "count");
  params.grid[0] = 3;
  params.block[0] = 64;
  params.packed = &counter;
  params.packed_bytes = sizeof(counter);
  ASSERT_TRUE(stream_->Launch(params).ok());
  uint32_t value = 0;
  ASSERT_TRUE(CopyOut(&value, counter, 4).ok());
  EXPECT_EQ(value, 3u * 64);
  params.packed_bytes = 4;
  ExpectKind(stream_->Launch(params), ErrorKind::kInvalidValue);
  params.packed = nullptr;
  ExpectKind(stream_->Launch(params), ErrorKind::kInvalidValue);
}

TEST_F(LaunchTest, ArgumentsAreCopiedAtTheCall) {
  uint64_t counter = *Allocate(*context_, 4);
  ASSERT_TRUE(FillSync(*stream_, {.dst = counter, .width_elems = 4}).ok());
  auto count = Load(kCount, "count");
  std::atomic<bool> release = false;
  ASSERT_TRUE(stream_
                  ->HostFunction([&] {
                    while (!release) std::this_thread::yield();
                  })
                  .ok());
  uint64_t argument = counter;
  void* arguments[] = {&argument};
  LaunchParams params;
  params.function = count;
  params.arguments = arguments;
  ASSERT_TRUE(stream_->Launch(params).ok());
  argument = 0xdead;
  release = true;
  ASSERT_TRUE(stream_->Synchronize().ok());
}

TEST_F(LaunchTest, WrongShapesAreRefusedAndLeaveTheStreamAlone) {
  auto empty = Load(kEmpty, "empty");
  ExpectKind(Launch(*stream_, empty, 0, 1), ErrorKind::kInvalidConfiguration);
  ExpectKind(Launch(*stream_, empty, 1, 0), ErrorKind::kInvalidConfiguration);
  ExpectKind(Launch(*stream_, empty, 1, 1025), ErrorKind::kInvalidConfiguration);
  LaunchParams params;
  params.function = empty;
  params.block[0] = 32, params.block[1] = 32, params.block[2] = 2;
  ExpectKind(stream_->Launch(params), ErrorKind::kInvalidConfiguration);
  params = {.function = empty, .dynamic_shared_bytes = 48 * 1024 + 1};
  ExpectKind(stream_->Launch(params), ErrorKind::kInvalidValue);
  ASSERT_TRUE(empty->SetAttribute(SettableAttribute::kMaxDynamicSharedBytes, 64 * 1024).ok());
  EXPECT_TRUE(stream_->Launch(params).ok());
  ExpectKind(empty->SetAttribute(SettableAttribute::kMaxDynamicSharedBytes, 100 * 1024), ErrorKind::kInvalidValue);
  params = {.function = empty, .grid = {1u << 20, 1, 1}, .cooperative = true};
  ExpectKind(stream_->Launch(params), ErrorKind::kCooperativeLaunchTooLarge);
  params = {.function = empty, .cluster = {2, 1, 1}};
  ExpectKind(stream_->Launch(params), ErrorKind::kNotSupported);
  EXPECT_TRUE(Launch(*stream_, empty, 1, 32).ok());
  EXPECT_TRUE(stream_->Synchronize().ok());
}

TEST_F(LaunchTest, LaunchBoundsHold) {
  auto bounded = Load(".visible .entry bounded() .maxntid 128 { ret; }\n", "bounded");
  EXPECT_TRUE(Launch(*stream_, bounded, 1, 128).ok());
  ExpectKind(Launch(*stream_, bounded, 1, 129), ErrorKind::kLaunchOutOfResources);
  auto required = Load(".visible .entry required() .reqntid 64 { ret; }\n", "required");
  EXPECT_TRUE(Launch(*stream_, required, 1, 64).ok());
  ExpectKind(Launch(*stream_, required, 1, 32), ErrorKind::kInvalidConfiguration);
}

TEST_F(LaunchTest, KernelOfAnotherContextIsRefused) {
  auto empty = Load(kEmpty, "empty");
  std::shared_ptr<Context> other = *Context::Create(device_, 0);
  std::shared_ptr<Stream> stream = *Stream::Create(other, {});
  ExpectKind(Launch(*stream, empty, 1, 1), ErrorKind::kInvalidHandle);
  EXPECT_TRUE(other->Destroy().ok());
}

TEST_F(LaunchTest, IllegalAddressIsSticky) {
  auto store = Load(kStore, "store");
  ASSERT_TRUE(Launch(*stream_, store, 1, 1, uint64_t{0x10}).ok());
  ExpectKind(stream_->Synchronize(), ErrorKind::kIllegalAddress);
  ExpectKind(stream_->Synchronize(), ErrorKind::kIllegalAddress);
  ExpectKind(Allocate(*context_, 16).status(), ErrorKind::kIllegalAddress);
  ExpectKind(Launch(*stream_, store, 1, 1, uint64_t{0}), ErrorKind::kIllegalAddress);
  ExpectKind(context_->Synchronize(), ErrorKind::kIllegalAddress);
  std::shared_ptr<Context> other = *Context::Create(device_, 0);
  EXPECT_TRUE(other->status().ok());
  EXPECT_TRUE(other->Destroy().ok());
}

TEST_F(LaunchTest, PageableAndFreedMemoryAreIllegal) {
  int on_stack = 0;
  uint64_t freed = *Allocate(*context_, 64);
  ASSERT_TRUE(Free(freed).ok());
  for (uint64_t address : {reinterpret_cast<uint64_t>(&on_stack), freed}) {
    std::shared_ptr<Context> context = *Context::Create(device_, 0);
    std::shared_ptr<Module> module = *Module::Load(*context, (std::string(kPtxHeader) + kStore).c_str(), {});
    std::shared_ptr<Stream> stream = *Stream::Create(context, {});
    ASSERT_TRUE(Launch(*stream, *module->GetFunction("store"), 1, 1, address).ok());
    ExpectKind(stream->Synchronize(), ErrorKind::kIllegalAddress);
    EXPECT_TRUE(context->Destroy().ok());
  }
  EXPECT_EQ(on_stack, 0);
}

TEST_F(LaunchTest, MisalignedAddress) {
  uint64_t memory = *Allocate(*context_, 64);
  ASSERT_TRUE(Launch(*stream_, Load(kStore, "store"), 1, 1, memory + 2).ok());
  ExpectKind(stream_->Synchronize(), ErrorKind::kMisalignedAddress);
}

TEST_F(LaunchTest, ManyTinyLaunches) {
  uint64_t counter = *Allocate(*context_, 4);
  ASSERT_TRUE(FillSync(*stream_, {.dst = counter, .width_elems = 4}).ok());
  auto count = Load(kCount, "count");
  for (int i = 0; i < 20000; ++i) ASSERT_TRUE(Launch(*stream_, count, 1, 1, counter).ok());
  uint32_t value = 0;
  ASSERT_TRUE(CopyOut(&value, counter, 4).ok());
  EXPECT_EQ(value, 20000u);
}

TEST_F(LaunchTest, UnloadingWhileRunningIsSafe) {
  uint64_t flag = *AllocateHost(*context_, 4, 0);
  *reinterpret_cast<uint32_t*>(flag) = 0;
  {
    auto wait = Load(kWaitForFlag, "wait_for_flag");
    ASSERT_TRUE(Launch(*stream_, wait, 4, 32, flag).ok());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(*stream_->Query());
  std::atomic_ref(*reinterpret_cast<uint32_t*>(flag)).store(1);
  EXPECT_TRUE(stream_->Synchronize().ok());
}

}  // namespace
}  // namespace culvert
