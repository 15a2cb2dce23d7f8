// Advice on and prefetching of managed memory (CUDA Driver API, "Unified Addressing"). Host and device share the
// memory, so both change nothing but have to be valid.
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcuda {
namespace {

absl::Status CheckLocation(const CUmemLocation& location) {
  switch (location.type) {
    case CU_MEM_LOCATION_TYPE_DEVICE:
      return UseDevice(location.id).status();
    case CU_MEM_LOCATION_TYPE_HOST:
    case CU_MEM_LOCATION_TYPE_HOST_NUMA:
    case CU_MEM_LOCATION_TYPE_HOST_NUMA_CURRENT:
      return absl::OkStatus();
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no type of location", static_cast<int>(location.type));
  }
}

// A location as the first versions of these functions write it.
CUmemLocation LocationOf(CUdevice device) {
  if (device == CU_DEVICE_CPU) return {CU_MEM_LOCATION_TYPE_HOST, 0};
  return {CU_MEM_LOCATION_TYPE_DEVICE, device};
}

bool NeedsLocation(CUmem_advise advice) {
  return advice == CU_MEM_ADVISE_SET_PREFERRED_LOCATION || advice == CU_MEM_ADVISE_SET_ACCESSED_BY ||
         advice == CU_MEM_ADVISE_UNSET_ACCESSED_BY;
}

}  // namespace

absl::Status cuMemAdvise_v2(CUdeviceptr devPtr, size_t count, CUmem_advise advice, CUmemLocation location) {
  CULVERT_RETURN_IF_ERROR(UseCurrentContext().status());
  if (advice < CU_MEM_ADVISE_SET_READ_MOSTLY || advice > CU_MEM_ADVISE_UNSET_ACCESSED_BY) {
    return Error(ErrorKind::kInvalidValue, "%d is no advice", static_cast<int>(advice));
  }
  if (NeedsLocation(advice)) CULVERT_RETURN_IF_ERROR(CheckLocation(location));
  return CheckManagedRange(devPtr, count);
}

absl::Status cuMemAdvise(CUdeviceptr devPtr, size_t count, CUmem_advise advice, CUdevice device) {
  return cuMemAdvise_v2(devPtr, count, advice, LocationOf(device));
}

absl::Status cuMemPrefetchAsync_v2(CUdeviceptr devPtr, size_t count, CUmemLocation location, unsigned int flags,
                                   CUstream hStream) {
  CULVERT_RETURN_IF_ERROR(UseStream(hStream).status());
  if (flags != 0) return Error(ErrorKind::kInvalidValue, "flags must be 0, not 0x%x", flags);
  CULVERT_RETURN_IF_ERROR(CheckLocation(location));
  return CheckManagedRange(devPtr, count);
}

absl::Status cuMemPrefetchAsync(CUdeviceptr devPtr, size_t count, CUdevice dstDevice, CUstream hStream) {
  return cuMemPrefetchAsync_v2(devPtr, count, LocationOf(dstDevice), 0, hStream);
}

}  // namespace culvert::libcuda
