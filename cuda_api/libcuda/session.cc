#include "cuda_api/libcuda/session.h"

#include <sys/mman.h>

#include "cuda_api/boundary.h"
#include "include/culvert/error.h"
#include "runtime/platform.h"

namespace culvert::libcuda {

using api::FromHandle;
using api::HandleKind;

absl::Status CheckUsable() { return Platform::Get().CheckUsable(); }

absl::StatusOr<Context*> CurrentContextAnyState() {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  Context* context = CurrentContextOrNull();
  if (context == nullptr) return Error(ErrorKind::kInvalidContext, "no context is current in this thread");
  return context;
}

absl::StatusOr<Context*> UseCurrentContext() {
  CULVERT_ASSIGN_OR_RETURN(Context * context, CurrentContextAnyState());
  CULVERT_RETURN_IF_ERROR(context->status());
  return context;
}

absl::StatusOr<std::shared_ptr<Context>> UseContextHandle(CUcontext handle) {
  if (handle != nullptr) {
    CULVERT_RETURN_IF_ERROR(CheckUsable());
    return FromHandle<Context>(handle);
  }
  CULVERT_ASSIGN_OR_RETURN(Context * current, CurrentContextAnyState());
  return current->shared_from_this();
}

absl::StatusOr<Device*> UseDevice(CUdevice ordinal) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return Platform::Get().GetDevice(ordinal);
}

absl::StatusOr<std::shared_ptr<Stream>> UseStream(CUstream handle) {
  if (reinterpret_cast<uintptr_t>(handle) > 2) {
    CULVERT_RETURN_IF_ERROR(CheckUsable());
    return FromHandle<Stream>(handle);
  }
  CULVERT_ASSIGN_OR_RETURN(Context * current, UseCurrentContext());
  return api::StreamFromHandle(*current, handle);
}

absl::StatusOr<std::shared_ptr<Event>> UseEvent(CUevent handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return FromHandle<Event>(handle);
}

namespace {

// Why `handle` is neither a kernel nor a function.
absl::Status NoKernel(const void* handle, absl::Status status) {
  uintptr_t page = reinterpret_cast<uintptr_t>(handle) & ~uintptr_t{4095};
  unsigned char resident = 0;
  if (page == 0 || mincore(reinterpret_cast<void*>(page), 1, &resident) != 0) return status;  // not mapped
  return api::ForRuntimeLibrary(Error(ErrorKind::kInvalidDeviceFunction, "%p is a host address, not a kernel", handle));
}

}  // namespace

absl::StatusOr<std::shared_ptr<Function>> UseFunction(CUfunction handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  if (!api::HasKind(handle, HandleKind::kKernel)) {
    absl::StatusOr<std::shared_ptr<Function>> function = FromHandle<Function>(handle);
    if (!function.ok()) return NoKernel(handle, function.status());
    return function;
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, FromHandle<Kernel>(handle));
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  return kernel->InContext(*context);
}

absl::StatusOr<std::shared_ptr<Kernel>> UseKernel(const void* handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  if (!api::HasKind(handle, HandleKind::kFunction)) {
    absl::StatusOr<std::shared_ptr<Kernel>> kernel = FromHandle<Kernel>(handle);
    if (!kernel.ok()) return NoKernel(handle, kernel.status());
    return kernel;
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, FromHandle<Function>(handle));
  return function->kernel();
}

CUcontext HandleOf(const std::shared_ptr<Context>& context) { return api::ToHandle<CUcontext>(context); }

}  // namespace culvert::libcuda
