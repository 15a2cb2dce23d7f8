// Devices as a thread uses them (CUDA Runtime API, "Device Management", "Peer Device Memory Access").
#include <algorithm>
#include <cstdint>
#include <string>

#include "cuda_api/device_attributes.h"
#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/platform.h"
#include "runtime/stream.h"

namespace culvert::libcudart {
namespace {

constexpr unsigned kDeviceFlags =
    cudaDeviceScheduleMask | cudaDeviceMapHost | cudaDeviceLmemResizeToMax | cudaDeviceSyncMemops;

absl::Status CheckDeviceFlags(unsigned flags) {
  unsigned schedule = flags & cudaDeviceScheduleMask;
  bool one_schedule = (schedule & (schedule - 1)) == 0;
  if ((flags & ~kDeviceFlags) == 0 && one_schedule) return absl::OkStatus();
  return Error(ErrorKind::kInvalidValue, "device flags 0x%x", flags);
}

absl::StatusOr<Limit> ToLimit(cudaLimit limit) {
  switch (limit) {
    case cudaLimitStackSize:
      return Limit::kStackBytes;
    case cudaLimitPrintfFifoSize:
      return Limit::kPrintfBytes;
    case cudaLimitMallocHeapSize:
      return Limit::kHeapBytes;
    case cudaLimitDevRuntimeSyncDepth:
      return Limit::kDeviceSyncDepth;
    case cudaLimitDevRuntimePendingLaunchCount:
      return Limit::kPendingLaunchCount;
    case cudaLimitMaxL2FetchGranularity:
      return Limit::kMaxL2FetchGranularity;
    case cudaLimitPersistingL2CacheSize:
      return Limit::kPersistingL2Bytes;
  }
  return Error(ErrorKind::kInvalidValue, "%d is no limit", static_cast<int>(limit));
}

// The limits of the device runtime are refused with their own code.
absl::Status AsLimitStatus(const absl::Status& status) {
  if (KindOf(status) != ErrorKind::kNotSupported) return status;
  return MakeError(ErrorKind::kUnsupportedLimit, std::string(status.message()));
}

}  // namespace

// Success with 0 devices does not exist: then kNoDevice.
absl::Status cudaGetDeviceCount(int* count) {
  *count = 0;
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  *count = Platform::Get().device_count();
  return absl::OkStatus();
}

absl::Status cudaGetDevice(int* device) {
  CULVERT_ASSIGN_OR_RETURN(Device * current, ThreadDevice());
  *device = current->ordinal();
  return absl::OkStatus();
}

// Makes the primary context active (manual: since CUDA 12.0 cudaSetDevice initialises the device). A device with a
// sticky fault can be chosen, to be reset.
absl::Status cudaSetDevice(int device) {
  CULVERT_ASSIGN_OR_RETURN(Device * chosen, UseDevice(device));
  absl::Status status = MakeCurrent(*chosen);
  return IsSticky(KindOf(status)) ? absl::OkStatus() : status;
}

absl::Status cudaInitDevice(int device, unsigned int deviceFlags, unsigned int flags) {
  CULVERT_ASSIGN_OR_RETURN(Device * chosen, UseDevice(device));
  if ((flags & cudaInitDeviceFlagsAreValid) != 0) {
    CULVERT_RETURN_IF_ERROR(CheckDeviceFlags(deviceFlags));
    chosen->primary()->SetFlags(deviceFlags);
  }
  return MakeActive(*chosen).status();
}

absl::Status cudaSetDeviceFlags(unsigned int flags) {
  CULVERT_RETURN_IF_ERROR(CheckDeviceFlags(flags));
  CULVERT_ASSIGN_OR_RETURN(Device * device, ThreadDevice());
  device->primary()->SetFlags(flags);
  return absl::OkStatus();
}

absl::Status cudaGetDeviceFlags(unsigned int* flags) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, ThreadDevice());
  Context* current = CurrentContextOrNull();
  *flags = (current != nullptr ? current : device->primary().get())->flags();
  return absl::OkStatus();
}

absl::Status cudaDeviceSynchronize() {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  return context->Synchronize();
}

absl::Status cudaDeviceReset() { return ResetThreadDevice(); }

absl::Status cudaDeviceGetAttribute(int* value, enum cudaDeviceAttr attr, int device) {
  CULVERT_ASSIGN_OR_RETURN(Device * asked, UseDevice(device));
  CULVERT_ASSIGN_OR_RETURN(*value, api::DeviceAttribute(*asked, attr));
  return absl::OkStatus();
}

absl::Status cudaDeviceGetLimit(size_t* pValue, enum cudaLimit limit) {
  CULVERT_ASSIGN_OR_RETURN(Limit kind, ToLimit(limit));
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  absl::StatusOr<uint64_t> value = context->GetLimit(kind);
  if (value.ok()) *pValue = *value;
  return AsLimitStatus(value.status());
}

absl::Status cudaDeviceSetLimit(enum cudaLimit limit, size_t value) {
  CULVERT_ASSIGN_OR_RETURN(Limit kind, ToLimit(limit));
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  return AsLimitStatus(context->SetLimit(kind, value));
}

absl::Status cudaDeviceGetCacheConfig(enum cudaFuncCache* pCacheConfig) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  *pCacheConfig = static_cast<cudaFuncCache>(context->cache_config());
  return absl::OkStatus();
}

absl::Status cudaDeviceSetCacheConfig(enum cudaFuncCache cacheConfig) {
  if (static_cast<unsigned>(cacheConfig) > cudaFuncCachePreferEqual) {
    return Error(ErrorKind::kInvalidValue, "%d is no cache configuration", static_cast<int>(cacheConfig));
  }
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  context->SetCacheConfig(static_cast<CacheConfig>(cacheConfig));
  return absl::OkStatus();
}

absl::Status cudaDeviceGetSharedMemConfig(enum cudaSharedMemConfig* pConfig) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  *pConfig = static_cast<cudaSharedMemConfig>(context->shared_config());
  return absl::OkStatus();
}

absl::Status cudaDeviceSetSharedMemConfig(enum cudaSharedMemConfig config) {
  if (static_cast<unsigned>(config) > cudaSharedMemBankSizeEightByte) {
    return Error(ErrorKind::kInvalidValue, "%d is no shared memory configuration", static_cast<int>(config));
  }
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  context->SetSharedConfig(static_cast<SharedConfig>(config));
  return absl::OkStatus();
}

// Either result may be left out.
absl::Status cudaDeviceGetStreamPriorityRange(int* leastPriority, int* greatestPriority) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  if (leastPriority != nullptr) *leastPriority = kLeastStreamPriority;
  if (greatestPriority != nullptr) *greatestPriority = kGreatestStreamPriority;
  return absl::OkStatus();
}

// There is no persisting part of a cache to reset.
absl::Status cudaCtxResetPersistingL2Cache() { return UseContext().status(); }

absl::Status cudaDeviceCanAccessPeer(int* canAccessPeer, int device, int peerDevice) {
  CULVERT_ASSIGN_OR_RETURN(Device * from, UseDevice(device));
  CULVERT_ASSIGN_OR_RETURN(Device * to, UseDevice(peerDevice));
  *canAccessPeer = from->CanAccessPeer(*to) ? 1 : 0;
  return absl::OkStatus();
}

// Makes memory of the other device's primary context usable by kernels of the current context.
absl::Status cudaDeviceEnablePeerAccess(int peerDevice, unsigned int flags) {
  if (flags != 0) return Error(ErrorKind::kInvalidValue, "flags must be 0, not 0x%x", flags);
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(Device * peer, UseDevice(peerDevice));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> other, MakeActive(*peer));
  return context->EnablePeerAccess(*other);
}

absl::Status cudaDeviceDisablePeerAccess(int peerDevice) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(Device * peer, UseDevice(peerDevice));
  return context->DisablePeerAccess(*peer->primary());
}

}  // namespace culvert::libcudart
