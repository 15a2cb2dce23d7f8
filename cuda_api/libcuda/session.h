// What nearly every driver call does first: is the driver usable, which context is current, what does a handle mean.
// The driver API has explicit contexts: a call that needs one and finds none current fails (CUDA Driver API, "Context
// Management"). Thread-safe.
#ifndef CULVERT_CUDA_API_LIBCUDA_SESSION_H_
#define CULVERT_CUDA_API_LIBCUDA_SESSION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cuda_api/handles.h"
#include "include/cuda/detail/driver_structs.h"
#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/event.h"
#include "runtime/module.h"
#include "runtime/stream.h"

namespace culvert::libcuda {

// kNotInitialized before cuInit and in a forked child of an initialised process; kNotPermitted in a host callback.
absl::Status CheckUsable();

// The calling thread's current context, which may have failed or ended. Never null; valid while the thread does not
// change its current context. After CheckUsable(): kInvalidContext if there is none.
absl::StatusOr<Context*> CurrentContextAnyState();

// CurrentContextAnyState() of a healthy context; the sticky fault or kContextIsDestroyed otherwise. For calls that do
// work.
absl::StatusOr<Context*> UseCurrentContext();

// The context of a handle, null meaning the current one. Does not check its state. kInvalidContext,
// kContextIsDestroyed.
absl::StatusOr<std::shared_ptr<Context>> UseContextHandle(CUcontext handle);

// kInvalidDevice.
absl::StatusOr<Device*> UseDevice(CUdevice ordinal);

// handles.h, StreamFromHandle in the current context. Default streams need a current context; created ones bring their
// own.
absl::StatusOr<std::shared_ptr<Stream>> UseStream(CUstream handle);

// kInvalidHandle for anything but a live event.
absl::StatusOr<std::shared_ptr<Event>> UseEvent(CUevent handle);

// A CUfunction argument, which may also be a CUkernel (CUDA Driver API, cuKernelGetFunction: "the handle may be cast"):
// kernels are placed in the current context. kInvalidHandle.
absl::StatusOr<std::shared_ptr<Function>> UseFunction(CUfunction handle);

// The kernel of a CUkernel or CUfunction. Needs no context. kInvalidHandle.
// Both answer a mapped host address with kInvalidDeviceFunction (98): a statically linked runtime library passes on
// what its program gave it in place of a kernel.
absl::StatusOr<std::shared_ptr<Kernel>> UseKernel(const void* handle);

CUcontext HandleOf(const std::shared_ptr<Context>& context);

}  // namespace culvert::libcuda

#endif  // CULVERT_CUDA_API_LIBCUDA_SESSION_H_
