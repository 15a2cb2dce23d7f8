// Primary contexts (CUDA Driver API, "Primary Context Management"). The _v2 functions differ from the first ones in the
// manual only: release and reset have always worked alike on Linux.
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcuda/context_flags.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {

absl::Status cuDevicePrimaryCtxRetain(CUcontext* pctx, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, device->RetainPrimary());
  *pctx = HandleOf(context);
  return absl::OkStatus();
}

absl::Status cuDevicePrimaryCtxRelease_v2(CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_RETURN_IF_ERROR(device->ReleasePrimary());
  if (!device->primary()->active()) api::ContextEnded(*device->primary());
  return absl::OkStatus();
}

absl::Status cuDevicePrimaryCtxRelease(CUdevice dev) { return cuDevicePrimaryCtxRelease_v2(dev); }

absl::Status cuDevicePrimaryCtxReset_v2(CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_RETURN_IF_ERROR(device->ResetPrimary());
  api::ContextEnded(*device->primary());
  return absl::OkStatus();
}

absl::Status cuDevicePrimaryCtxReset(CUdevice dev) { return cuDevicePrimaryCtxReset_v2(dev); }

absl::Status cuDevicePrimaryCtxSetFlags_v2(CUdevice dev, unsigned int flags) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_RETURN_IF_ERROR(CheckContextFlags(flags));
  device->primary()->SetFlags(flags);
  return absl::OkStatus();
}

absl::Status cuDevicePrimaryCtxSetFlags(CUdevice dev, unsigned int flags) {
  return cuDevicePrimaryCtxSetFlags_v2(dev, flags);
}

absl::Status cuDevicePrimaryCtxGetState(CUdevice dev, unsigned int* flags, int* active) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  if (flags != nullptr) *flags = device->primary()->flags();
  if (active != nullptr) *active = device->primary()->active();
  return absl::OkStatus();
}

}  // namespace culvert::libcuda
