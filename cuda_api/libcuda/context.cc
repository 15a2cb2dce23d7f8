// Contexts: creation, the current one, synchronising (CUDA Driver API, "Context Management"). What can be set on a
// context is in context_settings.cc.
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcuda/context_flags.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {
namespace {

// The version that cuCtxGetApiVersion reports for every context.
constexpr unsigned kContextApiVersion = 3020;

// Null for a null handle. Ended contexts are accepted where `handle` is their live handle (an inactive primary
// context).
absl::StatusOr<std::shared_ptr<Context>> ContextOrNull(CUcontext handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  if (handle == nullptr) return std::shared_ptr<Context>();
  return api::FromHandle<Context>(handle);
}

absl::Status DestroyContext(CUcontext handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, api::FromHandle<Context>(handle));
  if (context->is_primary()) {
    return Error(ErrorKind::kInvalidContext, "a primary context is released or reset, not destroyed");
  }
  CULVERT_ASSIGN_OR_RETURN(context, api::RemoveHandle<Context>(handle));
  if (CurrentContextOrNull() == context.get()) CULVERT_RETURN_IF_ERROR(PopCurrentContext().status());
  absl::Status status = context->Destroy();
  api::ContextEnded(*context);
  return status;
}

}  // namespace

absl::Status cuCtxCreate_v2(CUcontext* pctx, unsigned int flags, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_RETURN_IF_ERROR(CheckContextFlags(flags));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, Context::Create(device, flags));
  *pctx = HandleOf(context);
  PushCurrentContext(std::move(context));
  return absl::OkStatus();
}

absl::Status cuCtxCreate(CUcontext* pctx, unsigned int flags, CUdevice dev) { return cuCtxCreate_v2(pctx, flags, dev); }

absl::Status cuCtxCreate_v3(CUcontext* pctx, CUexecAffinityParam* paramsArray, int numParams, unsigned int flags,
                            CUdevice dev) {
  if (numParams < 0) return Error(ErrorKind::kInvalidValue, "numParams is %d", numParams);
  if (numParams > 0) {
    CULVERT_RETURN_IF_ERROR(UseDevice(dev).status());
    return Error(ErrorKind::kNotSupported, "a context cannot be limited to a part of the multiprocessors");
  }
  return cuCtxCreate_v2(pctx, flags, dev);
}

absl::Status cuCtxCreate_v4(CUcontext* pctx, CUctxCreateParams* ctxCreateParams, unsigned int flags, CUdevice dev) {
  if (ctxCreateParams == nullptr) return cuCtxCreate_v2(pctx, flags, dev);
  if (ctxCreateParams->cigParams != nullptr) {
    CULVERT_RETURN_IF_ERROR(UseDevice(dev).status());
    return Error(ErrorKind::kNotSupported, "contexts inside a graphics context do not exist here");
  }
  return cuCtxCreate_v3(pctx, ctxCreateParams->execAffinityParams, ctxCreateParams->numExecAffinityParams, flags, dev);
}

absl::Status cuCtxDestroy_v2(CUcontext ctx) { return DestroyContext(ctx); }

absl::Status cuCtxDestroy(CUcontext ctx) { return DestroyContext(ctx); }

absl::Status cuCtxPushCurrent_v2(CUcontext ctx) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, ContextOrNull(ctx));
  if (context == nullptr) return Error(ErrorKind::kInvalidContext, "ctx is null");
  PushCurrentContext(std::move(context));
  return absl::OkStatus();
}

absl::Status cuCtxPushCurrent(CUcontext ctx) { return cuCtxPushCurrent_v2(ctx); }

absl::Status cuCtxPopCurrent_v2(CUcontext* pctx) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, PopCurrentContext());
  // A context that another thread destroyed has no handle any more and must not get one again.
  if (pctx != nullptr) *pctx = context->is_primary() || context->active() ? HandleOf(context) : nullptr;
  return absl::OkStatus();
}

absl::Status cuCtxPopCurrent(CUcontext* pctx) { return cuCtxPopCurrent_v2(pctx); }

absl::Status cuCtxSetCurrent(CUcontext ctx) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, ContextOrNull(ctx));
  if (context != nullptr && context.get() == CurrentContextOrNull()) return absl::OkStatus();
  SetCurrentContext(std::move(context));
  return absl::OkStatus();
}

absl::Status cuCtxGetCurrent(CUcontext* pctx) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  Context* current = CurrentContextOrNull();
  if (current == nullptr) {
    *pctx = nullptr;
    return absl::OkStatus();
  }
  if (!current->is_primary() && !current->active()) {
    return Error(ErrorKind::kContextIsDestroyed, "the current context was destroyed");
  }
  *pctx = HandleOf(current->shared_from_this());
  return absl::OkStatus();
}

absl::Status cuCtxGetDevice(CUdevice* device) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, CurrentContextAnyState());
  *device = context->device()->ordinal();
  return absl::OkStatus();
}

absl::Status cuCtxGetDevice_v2(CUdevice* device, CUcontext ctx) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, UseContextHandle(ctx));
  *device = context->device()->ordinal();
  return absl::OkStatus();
}

absl::Status cuCtxGetApiVersion(CUcontext ctx, unsigned int* version) {
  if (version == nullptr) return Error(ErrorKind::kInvalidValue, "version must not be null");
  CULVERT_RETURN_IF_ERROR(UseContextHandle(ctx).status());
  *version = kContextApiVersion;
  return absl::OkStatus();
}

absl::Status cuCtxGetId(CUcontext ctx, unsigned long long* ctxId) {
  if (ctxId == nullptr) return Error(ErrorKind::kInvalidValue, "ctxId must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, UseContextHandle(ctx));
  *ctxId = context->id();
  return absl::OkStatus();
}

absl::Status cuCtxSynchronize() {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  return context->Synchronize();
}

absl::Status cuCtxSynchronize_v2(CUcontext ctx) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, UseContextHandle(ctx));
  CULVERT_RETURN_IF_ERROR(context->status());
  return context->Synchronize();
}

}  // namespace culvert::libcuda
