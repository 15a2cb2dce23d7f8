#include <thread>

#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using ContextTest = RuntimeTest;

TEST_F(ContextTest, StackOfCurrentContexts) {
  EXPECT_EQ(CurrentContext(), nullptr);
  ExpectKind(PopCurrentContext().status(), ErrorKind::kInvalidContext);
  PushCurrentContext(context_);
  std::shared_ptr<Context> other = *Context::Create(device_, 3);
  PushCurrentContext(other);
  EXPECT_EQ(CurrentContextOrNull(), other.get());
  std::thread([] { EXPECT_EQ(CurrentContext(), nullptr); }).join();
  EXPECT_EQ(*PopCurrentContext(), other);
  SetCurrentContext(other);
  EXPECT_EQ(CurrentContext(), other);
  SetCurrentContext(nullptr);
  EXPECT_EQ(CurrentContext(), nullptr);
  EXPECT_EQ(other->flags(), 3u);
  EXPECT_TRUE(other->Destroy().ok());
}

TEST_F(ContextTest, DestroyedContextAnswersSo) {
  std::shared_ptr<Context> context = *Context::Create(device_, 0);
  std::shared_ptr<Stream> stream = *Stream::Create(context, {});
  std::shared_ptr<Event> event = *Event::Create(context, {});
  uint64_t memory = *Allocate(*context, 100);
  uint64_t free_before = 0, total = 0;
  EXPECT_TRUE(context->Destroy().ok());
  ExpectKind(context->Destroy(), ErrorKind::kContextIsDestroyed);
  ExpectKind(context->status(), ErrorKind::kContextIsDestroyed);
  ExpectKind(stream->Synchronize(), ErrorKind::kContextIsDestroyed);
  ExpectKind(stream->HostFunction([] {}), ErrorKind::kContextIsDestroyed);
  ExpectKind(event->Record(stream), ErrorKind::kContextIsDestroyed);
  ExpectKind(event->Query().status(), ErrorKind::kContextIsDestroyed);
  ExpectKind(Allocate(*context, 100).status(), ErrorKind::kContextIsDestroyed);
  ExpectKind(Free(memory), ErrorKind::kInvalidValue);
  device_->MemoryInfo(&free_before, &total);
  EXPECT_EQ(free_before, total);  // although the stream still holds the context's state
}

TEST_F(ContextTest, PrimaryContextKeepsItsIdentity) {
  std::shared_ptr<Context> primary = device_->primary();
  EXPECT_FALSE(primary->active());
  ExpectKind(primary->status(), ErrorKind::kContextIsDestroyed);
  ExpectKind(device_->ReleasePrimary(), ErrorKind::kInvalidContext);
  EXPECT_EQ(*device_->RetainPrimary(), primary);
  EXPECT_EQ(*device_->RetainPrimary(), primary);
  EXPECT_TRUE(device_->ReleasePrimary().ok());
  EXPECT_TRUE(primary->active());
  uint64_t id = primary->id();
  std::shared_ptr<Stream> legacy = *primary->LegacyStream();
  EXPECT_EQ(*primary->LegacyStream(), legacy);
  EXPECT_TRUE(device_->ResetPrimary().ok());
  EXPECT_FALSE(primary->active());
  ExpectKind(legacy->Synchronize(), ErrorKind::kContextIsDestroyed);
  EXPECT_TRUE(device_->ReleasePrimary().ok());
  EXPECT_EQ((*device_->RetainPrimary())->id(), id);
  EXPECT_TRUE(primary->status().ok());
  EXPECT_NE(*primary->LegacyStream(), legacy);
  EXPECT_TRUE(device_->ReleasePrimary().ok());
  EXPECT_FALSE(primary->active());
}

TEST_F(ContextTest, ResetClearsASickContext) {
  std::shared_ptr<Context> primary = *device_->RetainPrimary();
  std::shared_ptr<Module> module = *Module::Load(*primary, (std::string(kPtxHeader) + kStore).c_str(), {});
  ASSERT_TRUE(Launch(**primary->LegacyStream(), *module->GetFunction("store"), 1, 1, uint64_t{0}).ok());
  ExpectKind(primary->Synchronize(), ErrorKind::kIllegalAddress);
  EXPECT_TRUE(device_->ResetPrimary().ok());
  EXPECT_TRUE(device_->ReleasePrimary().ok());
  ASSERT_TRUE(device_->RetainPrimary().ok());
  EXPECT_TRUE(primary->status().ok());
  EXPECT_TRUE(Allocate(*primary, 100).ok());
  EXPECT_TRUE(device_->ReleasePrimary().ok());
}

TEST_F(ContextTest, DestroyStopsARunningKernel) {
  uint64_t flag = *AllocateHost(*context_, 4, 0);
  *reinterpret_cast<uint32_t*>(flag) = 0;
  ASSERT_TRUE(Launch(*stream_, Load(kWaitForFlag, "wait_for_flag"), 64, 64, flag).ok());
  std::thread waiter([&] { ExpectKind(stream_->Synchronize(), ErrorKind::kContextIsDestroyed); });
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(context_->Destroy().ok());
  waiter.join();
}

TEST_F(ContextTest, Limits) {
  EXPECT_EQ(*context_->GetLimit(Limit::kStackBytes), 1024u);
  EXPECT_TRUE(context_->SetLimit(Limit::kStackBytes, 4096).ok());
  EXPECT_EQ(*context_->GetLimit(Limit::kStackBytes), 4096u);
  ExpectKind(context_->SetLimit(Limit::kStackBytes, uint64_t{1} << 30), ErrorKind::kInvalidValue);
  EXPECT_TRUE(context_->SetLimit(Limit::kPrintfBytes, 1 << 16).ok());
  EXPECT_EQ(*context_->GetLimit(Limit::kPrintfBytes), uint64_t{1} << 16);
  EXPECT_TRUE(context_->SetLimit(Limit::kHeapBytes, 1 << 24).ok());
  EXPECT_EQ(*context_->GetLimit(Limit::kHeapBytes), uint64_t{1} << 24);
  ExpectKind(context_->SetLimit(Limit::kDeviceSyncDepth, 2), ErrorKind::kNotSupported);
  ExpectKind(context_->SetLimit(Limit::kMaxL2FetchGranularity, 129), ErrorKind::kInvalidValue);
}

TEST_F(ContextTest, PeerAccessRules) {
  std::shared_ptr<Context> other = *Context::Create(device_, 0);
  ExpectKind(context_->EnablePeerAccess(*context_), ErrorKind::kInvalidContext);
  ExpectKind(context_->EnablePeerAccess(*other), ErrorKind::kPeerAccessUnsupported);
  ExpectKind(context_->DisablePeerAccess(*other), ErrorKind::kPeerAccessNotEnabled);
  EXPECT_TRUE(other->Destroy().ok());
}

TEST_F(ContextTest, ManyContextsComeAndGo) {
  for (int i = 0; i < 50; ++i) {
    std::shared_ptr<Context> context = *Context::Create(device_, 0);
    uint64_t memory = *Allocate(*context, 1 << 20);
    *reinterpret_cast<uint32_t*>(memory) = 1;
    EXPECT_TRUE(context->Destroy().ok());
  }
}

}  // namespace
}  // namespace culvert
