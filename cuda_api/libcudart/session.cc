#include "cuda_api/libcudart/session.h"

#include <mutex>
#include <set>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcudart/registry.h"
#include "include/culvert/error.h"
#include "runtime/platform.h"

namespace culvert::libcudart {
namespace {

// Which primary contexts the runtime API retains: once per process and device, as a program that counts them expects.
class Retained {
 public:
  static Retained& Get() {
    static Retained* retained = new Retained;
    return *retained;
  }

  absl::StatusOr<std::shared_ptr<Context>> Retain(Device& device) {
    std::lock_guard lock(mutex_);
    if (devices_.contains(device.ordinal()) && device.primary()->active()) return device.primary();
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, device.RetainPrimary());
    devices_.insert(device.ordinal());
    absl::Status status = Registry::Get().PrepareContext(*context);
    if (!status.ok()) {
      // Nothing is active that this call did not announce: the next call tries again and reports the same.
      devices_.erase(device.ordinal());
      (void)device.ReleasePrimary();
      return status;
    }
    return context;
  }

  absl::Status Reset(Device& device) {
    absl::Status status;
    {
      std::lock_guard lock(mutex_);
      devices_.erase(device.ordinal());
      status = device.ResetPrimary();
    }
    api::ContextEnded(*device.primary());  // calls into runtime libraries that are linked into the program
    return status;
  }

 private:
  std::mutex mutex_;
  std::set<int> devices_;
};

// The context of a thread that has none, or whose primary context is not active.
absl::StatusOr<Context*> UseContextSlowly() {
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  Context* current = CurrentContextOrNull();
  if (current != nullptr && (!current->is_primary() || current->active())) {
    CULVERT_RETURN_IF_ERROR(current->status());
    return current;
  }
  CULVERT_ASSIGN_OR_RETURN(Device * device, ThreadDevice());
  CULVERT_RETURN_IF_ERROR(MakeCurrent(*device));
  return CurrentContextOrNull();
}

}  // namespace

absl::Status UsePlatform() {
  Platform& platform = Platform::Get();
  if (!platform.initialized()) CULVERT_RETURN_IF_ERROR(platform.Initialize());
  return platform.CheckUsable();
}

absl::StatusOr<Context*> UseContext() {
  Context* current = CurrentContextOrNull();
  if (current == nullptr) return UseContextSlowly();
  // First, because in a forked child a lock of the context may be held by a thread that does not exist.
  CULVERT_RETURN_IF_ERROR(Platform::Get().CheckUsable());
  absl::Status status = current->status();
  if (ABSL_PREDICT_TRUE(status.ok())) return current;
  bool was_reset = current->is_primary() && KindOf(status) == ErrorKind::kContextIsDestroyed;
  if (was_reset) return UseContextSlowly();
  return status;
}

absl::Status UseContextForNothing() {
  absl::Status status = UseContext().status();
  return IsSticky(KindOf(status)) ? absl::OkStatus() : status;
}

absl::StatusOr<Device*> UseDevice(int ordinal) {
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  return Platform::Get().GetDevice(ordinal);
}

absl::StatusOr<Device*> ThreadDevice() {
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  Context* current = CurrentContextOrNull();
  if (current != nullptr) return current->device();
  return Platform::Get().GetDevice(0);
}

absl::StatusOr<std::shared_ptr<Context>> MakeActive(Device& device) { return Retained::Get().Retain(device); }

absl::Status MakeCurrent(Device& device) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, MakeActive(device));
  if (CurrentContextOrNull() != context.get()) SetCurrentContext(context);
  return context->status();
}

absl::Status ResetThreadDevice() {
  CULVERT_ASSIGN_OR_RETURN(Device * device, ThreadDevice());
  return Retained::Get().Reset(*device);
}

absl::StatusOr<std::shared_ptr<Stream>> UseStream(cudaStream_t handle) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  return api::StreamFromHandle(*context, handle);
}

absl::StatusOr<std::shared_ptr<Event>> UseEvent(cudaEvent_t handle) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  return api::FromHandle<Event>(handle);
}

absl::StatusOr<std::shared_ptr<Kernel>> UseKernel(const void* function) {
  if (api::HasKind(function, api::HandleKind::kKernel)) return api::FromHandle<Kernel>(function);
  return Registry::Get().FindKernel(function);
}

}  // namespace culvert::libcudart
