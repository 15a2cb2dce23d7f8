#include "runtime/context.h"

#include <mutex>
#include <utility>

#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "runtime/context_state.h"
#include "runtime/device.h"
#include "runtime/log.h"
#include "runtime/stream.h"
#include "runtime/thread_state.h"

namespace culvert {
namespace {

constexpr uint64_t kMinPrintfBytes = 4096;
constexpr uint64_t kMaxL2FetchGranularity = 128;

}  // namespace

struct Context::Impl {
  mutable std::mutex mutex;
  // All guarded by mutex.
  std::shared_ptr<ContextState> state;  // null while not active
  bool destroyed = false;               // a created context that has ended
  uint32_t flags = 0;
  CacheConfig cache_config = CacheConfig::kNone;
  SharedConfig shared_config = SharedConfig::kDefault;
  uint64_t l2_fetch_granularity = 64;
  uint64_t persisting_l2_bytes = 0;
};

Context::Context(Device* device, bool is_primary, uint32_t flags)
    : id_(NextObjectId()), device_(device), is_primary_(is_primary), impl_(std::make_unique<Impl>()) {
  impl_->flags = flags;
}

Context::~Context() = default;

absl::StatusOr<std::shared_ptr<Context>> Context::Create(Device* device, uint32_t flags) {
  std::shared_ptr<Context> context(new Context(device, /*is_primary=*/false, flags));
  CULVERT_RETURN_IF_ERROR(context->Activate());
  return context;
}

absl::Status Context::Activate() {
  std::lock_guard lock(impl_->mutex);
  if (impl_->state != nullptr) return absl::OkStatus();
  absl::StatusOr<std::shared_ptr<ContextState>> state = ContextState::Create(shared_from_this());
  if (!state.ok()) return LogRefusal(state.status());
  impl_->state = *std::move(state);
  return absl::OkStatus();
}

absl::Status Context::Deactivate() {
  std::shared_ptr<ContextState> state;
  {
    std::lock_guard lock(impl_->mutex);
    state = std::exchange(impl_->state, nullptr);
    impl_->cache_config = CacheConfig::kNone;
    impl_->shared_config = SharedConfig::kDefault;
    if (is_primary_) impl_->flags = 0;
  }
  if (state != nullptr) state->End();
  return absl::OkStatus();
}

absl::Status Context::Destroy() {
  {
    std::lock_guard lock(impl_->mutex);
    if (std::exchange(impl_->destroyed, !is_primary_) || impl_->state == nullptr) {
      return Error(ErrorKind::kContextIsDestroyed, "context %d is destroyed", id_);
    }
  }
  return Deactivate();
}

absl::StatusOr<std::shared_ptr<ContextState>> Context::State() const {
  std::lock_guard lock(impl_->mutex);
  if (impl_->state != nullptr) return impl_->state;
  return Error(ErrorKind::kContextIsDestroyed, "device %d: %s", device_->ordinal(),
               is_primary_ ? "the primary context is not active" : "the context is destroyed");
}

bool Context::active() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->state != nullptr;
}

absl::Status Context::status() const {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, State());
  return state->status();
}

absl::Status Context::Synchronize() {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, State());
  return state->Wait(nullptr);
}

uint32_t Context::flags() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->flags;
}

void Context::SetFlags(uint32_t flags) {
  std::lock_guard lock(impl_->mutex);
  impl_->flags = flags;
}

absl::StatusOr<uint64_t> Context::GetLimit(Limit limit) const {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, State());
  switch (limit) {
    case Limit::kStackBytes:
      return state->domain().stack_bytes();
    case Limit::kPrintfBytes:
      return state->domain().print_buffer().limit_bytes();
    case Limit::kHeapBytes:
      return state->domain().heap().limit_bytes();
    case Limit::kMaxL2FetchGranularity: {
      std::lock_guard lock(impl_->mutex);
      return impl_->l2_fetch_granularity;
    }
    case Limit::kPersistingL2Bytes: {
      std::lock_guard lock(impl_->mutex);
      return impl_->persisting_l2_bytes;
    }
    case Limit::kDeviceSyncDepth:
    case Limit::kPendingLaunchCount:
      break;
  }
  return MakeError(ErrorKind::kNotSupported, "limits of the device runtime: kernels cannot launch kernels here");
}

absl::Status Context::SetLimit(Limit limit, uint64_t value) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, State());
  npu::Domain& domain = state->domain();
  switch (limit) {
    case Limit::kStackBytes:
      if (value > kMaxLocalBytesPerThread) {
        return Error(ErrorKind::kInvalidValue, "a stack of %d bytes per thread: the limit is %d", value,
                     kMaxLocalBytesPerThread);
      }
      domain.SetStackBytes((value + 15) & ~uint64_t{15});
      return absl::OkStatus();
    case Limit::kPrintfBytes:
      domain.print_buffer().SetLimit(value < kMinPrintfBytes ? kMinPrintfBytes : value);
      return absl::OkStatus();
    case Limit::kHeapBytes:
      if (value > device_->properties().total_memory_bytes) {
        return Error(ErrorKind::kInvalidValue, "a heap of %d bytes is more than the device has", value);
      }
      if (!domain.heap().SetLimit(value)) {
        return MakeError(ErrorKind::kInvalidValue, "the heap's size cannot change once kernels have used it");
      }
      return absl::OkStatus();
    case Limit::kMaxL2FetchGranularity: {
      if (value > kMaxL2FetchGranularity) return Error(ErrorKind::kInvalidValue, "L2 fetch granularity %d", value);
      std::lock_guard lock(impl_->mutex);
      impl_->l2_fetch_granularity = value;
      return absl::OkStatus();
    }
    case Limit::kPersistingL2Bytes: {
      std::lock_guard lock(impl_->mutex);
      uint64_t most = static_cast<uint64_t>(device_->properties().max_persisting_l2_bytes);
      impl_->persisting_l2_bytes = value < most ? value : most;
      return absl::OkStatus();
    }
    case Limit::kDeviceSyncDepth:
    case Limit::kPendingLaunchCount:
      break;
  }
  return MakeError(ErrorKind::kNotSupported, "limits of the device runtime: kernels cannot launch kernels here");
}

CacheConfig Context::cache_config() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->cache_config;
}

void Context::SetCacheConfig(CacheConfig config) {
  std::lock_guard lock(impl_->mutex);
  impl_->cache_config = config;
}

SharedConfig Context::shared_config() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->shared_config;
}

void Context::SetSharedConfig(SharedConfig config) {
  std::lock_guard lock(impl_->mutex);
  impl_->shared_config = config;
}

absl::StatusOr<std::shared_ptr<Stream>> Context::LegacyStream() {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, State());
  return state->LegacyStream();
}

absl::StatusOr<std::shared_ptr<Stream>> Context::PerThreadStream() {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, State());
  return state->PerThreadStream();
}

absl::Status Context::EnablePeerAccess(Context& peer) {
  if (&peer == this) return MakeError(ErrorKind::kInvalidContext, "a context is no peer of itself");
  if (peer.device() == device()) {
    return Error(ErrorKind::kPeerAccessUnsupported, "both contexts are on device %d", device()->ordinal());
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> mine, State());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> theirs, peer.State());
  npu::Window& window = theirs->memory().window();
  if (window.AllowsPeer(mine->memory().window())) {
    return MakeError(ErrorKind::kPeerAccessAlreadyEnabled, "peer access is enabled already");
  }
  window.SetPeer(mine->memory().window(), true);
  return absl::OkStatus();
}

absl::Status Context::DisablePeerAccess(Context& peer) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> mine, State());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> theirs, peer.State());
  npu::Window& window = theirs->memory().window();
  if (!window.AllowsPeer(mine->memory().window())) {
    return MakeError(ErrorKind::kPeerAccessNotEnabled, "peer access is not enabled");
  }
  window.SetPeer(mine->memory().window(), false);
  return absl::OkStatus();
}

std::shared_ptr<Context> CurrentContext() {
  ThreadState* thread = ThreadStateOrNull();
  return thread == nullptr || thread->contexts.empty() ? nullptr : thread->contexts.back();
}

Context* CurrentContextOrNull() {
  ThreadState* thread = ThreadStateOrNull();
  return thread == nullptr || thread->contexts.empty() ? nullptr : thread->contexts.back().get();
}

void SetCurrentContext(std::shared_ptr<Context> context) {
  auto& stack = GetThreadState().contexts;
  if (context == nullptr) {
    if (!stack.empty()) stack.pop_back();
  } else if (stack.empty()) {
    stack.push_back(std::move(context));
  } else {
    stack.back() = std::move(context);
  }
}

void PushCurrentContext(std::shared_ptr<Context> context) { GetThreadState().contexts.push_back(std::move(context)); }

absl::StatusOr<std::shared_ptr<Context>> PopCurrentContext() {
  auto& stack = GetThreadState().contexts;
  if (stack.empty()) return MakeError(ErrorKind::kInvalidContext, "no context is current");
  std::shared_ptr<Context> top = std::move(stack.back());
  stack.pop_back();
  return top;
}

}  // namespace culvert
