// Device, host and managed memory (CUDA Driver API, "Memory Management").
#include "runtime/memory.h"
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {
namespace {

constexpr unsigned kHostAllocFlags =
    CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP | CU_MEMHOSTALLOC_WRITECOMBINED;
constexpr unsigned kHostRegisterFlags = CU_MEMHOSTREGISTER_PORTABLE | CU_MEMHOSTREGISTER_DEVICEMAP |
                                        CU_MEMHOSTREGISTER_IOMEMORY | CU_MEMHOSTREGISTER_READ_ONLY;

uint64_t Address(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

// Freeing needs no current context, but the context that owns the memory must not have failed; the runtime looks.
absl::Status FreeDevice(uint64_t address) {
  CULVERT_RETURN_IF_ERROR(CurrentContextAnyState().status());
  return Free(address);
}

}  // namespace

absl::Status cuMemGetInfo_v2(size_t* free, size_t* total) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  uint64_t free_bytes, total_bytes;
  context->device()->MemoryInfo(&free_bytes, &total_bytes);
  if (free != nullptr) *free = free_bytes;
  if (total != nullptr) *total = total_bytes;
  return absl::OkStatus();
}

absl::Status cuMemAlloc_v2(CUdeviceptr* dptr, size_t bytesize) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  CULVERT_ASSIGN_OR_RETURN(*dptr, Allocate(*context, bytesize));
  return absl::OkStatus();
}

absl::Status cuMemAllocPitch_v2(CUdeviceptr* dptr, size_t* pPitch, size_t WidthInBytes, size_t Height,
                                unsigned int ElementSizeBytes) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if (ElementSizeBytes != 4 && ElementSizeBytes != 8 && ElementSizeBytes != 16) {
    return Error(ErrorKind::kInvalidValue, "ElementSizeBytes must be 4, 8 or 16, not %u", ElementSizeBytes);
  }
  if (pPitch == nullptr) return Error(ErrorKind::kInvalidValue, "pPitch must not be null");
  uint64_t pitch_bytes = 0;
  CULVERT_ASSIGN_OR_RETURN(*dptr, AllocatePitched(*context, WidthInBytes, Height, ElementSizeBytes, &pitch_bytes));
  *pPitch = pitch_bytes;
  return absl::OkStatus();
}

absl::Status cuMemAllocManaged(CUdeviceptr* dptr, size_t bytesize, unsigned int flags) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if (flags != CU_MEM_ATTACH_GLOBAL && flags != CU_MEM_ATTACH_HOST) {
    return Error(ErrorKind::kInvalidValue, "flags must be CU_MEM_ATTACH_GLOBAL or CU_MEM_ATTACH_HOST, not 0x%x", flags);
  }
  CULVERT_ASSIGN_OR_RETURN(*dptr, AllocateManaged(*context, bytesize, flags));
  return absl::OkStatus();
}

absl::Status cuMemFree_v2(CUdeviceptr dptr) { return FreeDevice(dptr); }

absl::Status cuMemHostAlloc(void** pp, size_t bytesize, unsigned int Flags) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if ((Flags & ~kHostAllocFlags) != 0) {
    return Error(ErrorKind::kInvalidValue, "0x%x is no set of CU_MEMHOSTALLOC flags", Flags);
  }
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, AllocateHost(*context, bytesize, Flags));
  *pp = reinterpret_cast<void*>(address);
  return absl::OkStatus();
}

absl::Status cuMemAllocHost_v2(void** pp, size_t bytesize) { return cuMemHostAlloc(pp, bytesize, 0); }

absl::Status cuMemFreeHost(void* p) {
  CULVERT_RETURN_IF_ERROR(CurrentContextAnyState().status());
  if (p == nullptr) return Error(ErrorKind::kInvalidValue, "p must not be null");
  return FreeHost(Address(p));
}

absl::Status cuMemHostRegister_v2(void* p, size_t bytesize, unsigned int Flags) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if (p == nullptr || bytesize == 0) return Error(ErrorKind::kInvalidValue, "there is nothing to register");
  if ((Flags & ~kHostRegisterFlags) != 0) {
    return Error(ErrorKind::kInvalidValue, "0x%x is no set of CU_MEMHOSTREGISTER flags", Flags);
  }
  if ((Flags & CU_MEMHOSTREGISTER_IOMEMORY) != 0) {
    return Error(ErrorKind::kNotSupported, "memory of other devices cannot be registered");
  }
  return RegisterHost(*context, Address(p), bytesize, Flags);
}

absl::Status cuMemHostRegister(void* p, size_t bytesize, unsigned int Flags) {
  return cuMemHostRegister_v2(p, bytesize, Flags);
}

absl::Status cuMemHostUnregister(void* p) {
  CULVERT_RETURN_IF_ERROR(CurrentContextAnyState().status());
  if (p == nullptr) return Error(ErrorKind::kInvalidValue, "p must not be null");
  return UnregisterHost(Address(p));
}

absl::Status cuMemHostGetDevicePointer_v2(CUdeviceptr* pdptr, void* p, unsigned int Flags) {
  CULVERT_RETURN_IF_ERROR(UseCurrentContext().status());
  if (Flags != 0) return Error(ErrorKind::kInvalidValue, "Flags must be 0, not 0x%x", Flags);
  CULVERT_ASSIGN_OR_RETURN(*pdptr, HostDeviceAddress(Address(p)));
  return absl::OkStatus();
}

absl::Status cuMemHostGetFlags(unsigned int* pFlags, void* p) {
  CULVERT_RETURN_IF_ERROR(UseCurrentContext().status());
  CULVERT_ASSIGN_OR_RETURN(*pFlags, HostFlags(Address(p)));
  return absl::OkStatus();
}

absl::Status cuMemGetAddressRange_v2(CUdeviceptr* pbase, size_t* psize, CUdeviceptr dptr) {
  CULVERT_RETURN_IF_ERROR(UseCurrentContext().status());
  auto info = FindAllocation(dptr);
  if (!info.ok()) return Error(ErrorKind::kNotFound, "0x%x lies in no allocation", dptr);
  if (pbase != nullptr) *pbase = info->base;
  if (psize != nullptr) *psize = info->size_bytes;
  return absl::OkStatus();
}

}  // namespace culvert::libcuda
