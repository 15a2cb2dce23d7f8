// What nearly every runtime call does first: start the platform, find the calling thread's context, resolve a handle.
//
// The runtime API has no explicit contexts. A thread works in its current context; without one, in the primary context
// of device 0, which becomes current. A primary context that was reset is activated again by the next call that needs
// it (CUDA Runtime API manual, "Initialization", cudaSetDevice, cudaDeviceReset). Thread-safe.
#ifndef CULVERT_CUDA_API_LIBCUDART_SESSION_H_
#define CULVERT_CUDA_API_LIBCUDART_SESSION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cuda_api/handles.h"
#include "include/cuda/driver_types.h"
#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/event.h"
#include "runtime/module.h"
#include "runtime/stream.h"

namespace culvert::libcudart {

// Builds the devices at the first call. kNotInitialized in a forked child, kNotPermitted in a host callback, kNoDevice.
absl::Status UsePlatform();

// The calling thread's context, active and without a sticky fault. The result is valid while the thread does not change
// its current context; it is never null. Errors: UsePlatform's, the sticky fault, kContextIsDestroyed.
absl::StatusOr<Context*> UseContext();

// The same for calls that have nothing to do (null, 0 bytes): a sticky fault is not reported by them.
absl::Status UseContextForNothing();

// Ends the handle of a stream or an event, also after a sticky fault, which is then reported. kInvalidHandle.
template <typename T>
absl::Status EndHandle(const void* handle) {
  absl::Status context = UseContext().status();
  if (!context.ok() && !IsSticky(KindOf(context))) return context;
  absl::Status ended = api::RemoveHandle<T>(handle).status();
  return ended.ok() ? context : ended;
}

// A device by its ordinal (kInvalidDevice) without making a context.
absl::StatusOr<Device*> UseDevice(int ordinal);

// The device that the calling thread works on, without making a context.
absl::StatusOr<Device*> ThreadDevice();

// The primary context of `device`, active. It may carry a sticky fault.
absl::StatusOr<std::shared_ptr<Context>> MakeActive(Device& device);

// Makes the primary context of `device` active and current in the calling thread.
absl::Status MakeCurrent(Device& device);

// Ends the primary context of the calling thread's device.
absl::Status ResetThreadDevice();

// The stream a handle means: 0 the default stream in force (boundary.h), 1 the legacy one, 2 the calling thread's, else
// a created stream. After UseContext's checks; kInvalidHandle for anything else.
absl::StatusOr<std::shared_ptr<Stream>> UseStream(cudaStream_t handle);

// kInvalidHandle for anything but a live event. After UseContext's checks.
absl::StatusOr<std::shared_ptr<Event>> UseEvent(cudaEvent_t handle);

// The kernel that `function` names: the host stub of a registered kernel, or a cudaKernel_t. kInvalidDeviceFunction.
absl::StatusOr<std::shared_ptr<Kernel>> UseKernel(const void* function);

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_SESSION_H_
