// Access between devices (CUDA Driver API, "Peer Context Memory Access").
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {

absl::Status cuDeviceCanAccessPeer(int* canAccessPeer, CUdevice dev, CUdevice peerDev) {
  if (canAccessPeer == nullptr) return Error(ErrorKind::kInvalidValue, "canAccessPeer must not be null");
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_ASSIGN_OR_RETURN(Device * peer, UseDevice(peerDev));
  *canAccessPeer = device->CanAccessPeer(*peer);
  return absl::OkStatus();
}

absl::Status cuCtxEnablePeerAccess(CUcontext peerContext, unsigned int Flags) {
  if (Flags != 0) return Error(ErrorKind::kInvalidValue, "Flags must be 0, not 0x%x", Flags);
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if (peerContext == nullptr) return Error(ErrorKind::kInvalidContext, "peerContext is null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> peer, UseContextHandle(peerContext));
  CULVERT_RETURN_IF_ERROR(peer->status());
  return context->EnablePeerAccess(*peer);
}

absl::Status cuCtxDisablePeerAccess(CUcontext peerContext) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if (peerContext == nullptr) return Error(ErrorKind::kInvalidContext, "peerContext is null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> peer, UseContextHandle(peerContext));
  return context->DisablePeerAccess(*peer);
}

// All devices share the host's memory, so each reaches the other's as fast as any: rank 0, atomics work.
absl::Status cuDeviceGetP2PAttribute(int* value, CUdevice_P2PAttribute attrib, CUdevice srcDevice, CUdevice dstDevice) {
  CULVERT_ASSIGN_OR_RETURN(Device * source, UseDevice(srcDevice));
  CULVERT_ASSIGN_OR_RETURN(Device * target, UseDevice(dstDevice));
  if (source == target) return Error(ErrorKind::kInvalidDevice, "device %d is no peer of itself", srcDevice);
  switch (attrib) {
    case CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK:
      *value = 0;
      return absl::OkStatus();
    case CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED:
    case CU_DEVICE_P2P_ATTRIBUTE_NATIVE_ATOMIC_SUPPORTED:
      *value = source->CanAccessPeer(*target);
      return absl::OkStatus();
    case CU_DEVICE_P2P_ATTRIBUTE_CUDA_ARRAY_ACCESS_SUPPORTED:
    case CU_DEVICE_P2P_ATTRIBUTE_ONLY_PARTIAL_NATIVE_ATOMIC_SUPPORTED:
      *value = 0;
      return absl::OkStatus();
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no peer attribute", static_cast<int>(attrib));
  }
}

}  // namespace culvert::libcuda
