// Allocation and host registration (CUDA Runtime API, "Memory Management").
#include <cstdint>
#include <limits>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcudart {
namespace {

constexpr unsigned kHostAllocFlags = cudaHostAllocPortable | cudaHostAllocMapped | cudaHostAllocWriteCombined;
constexpr unsigned kHostRegisterFlags =
    cudaHostRegisterPortable | cudaHostRegisterMapped | cudaHostRegisterIoMemory | cudaHostRegisterReadOnly;

void* Pointer(uint64_t address) { return reinterpret_cast<void*>(address); }
uint64_t Address(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

absl::Status CheckFlags(unsigned flags, unsigned known) {
  if ((flags & ~known) == 0) return absl::OkStatus();
  return Error(ErrorKind::kInvalidValue, "unknown flags 0x%x", flags & ~known);
}

}  // namespace

// Nothing is allocated for a size of 0: the pointer is null and the call succeeds.
absl::Status cudaMalloc(void** devPtr, size_t size) {
  *devPtr = nullptr;
  if (size == 0) return UseContextForNothing();
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, Allocate(*context, size));
  *devPtr = Pointer(address);
  return absl::OkStatus();
}

// Null is allowed and only makes a context: programs start the runtime so.
absl::Status cudaFree(void* devPtr) {
  if (devPtr == nullptr) return UseContextForNothing();
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  return Free(Address(devPtr));
}

absl::Status cudaMallocPitch(void** devPtr, size_t* pitch, size_t width, size_t height) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  *devPtr = nullptr;
  *pitch = 0;
  if (width == 0 || height == 0) return absl::OkStatus();
  uint64_t pitch_bytes = 0;
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, AllocatePitched(*context, width, height, 0, &pitch_bytes));
  *devPtr = Pointer(address);
  *pitch = pitch_bytes;
  return absl::OkStatus();
}

absl::Status cudaMalloc3D(struct cudaPitchedPtr* pitchedDevPtr, struct cudaExtent extent) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  *pitchedDevPtr = {nullptr, 0, extent.width, extent.height};
  if (extent.width == 0 || extent.height == 0 || extent.depth == 0) return absl::OkStatus();
  if (extent.height > std::numeric_limits<size_t>::max() / extent.depth) {
    return Error(ErrorKind::kOutOfMemory, "%u x %u rows", extent.height, extent.depth);
  }
  uint64_t pitch_bytes = 0;
  CULVERT_ASSIGN_OR_RETURN(uint64_t address,
                           AllocatePitched(*context, extent.width, extent.height * extent.depth, 0, &pitch_bytes));
  pitchedDevPtr->ptr = Pointer(address);
  pitchedDevPtr->pitch = pitch_bytes;
  return absl::OkStatus();
}

absl::Status cudaHostAlloc(void** pHost, size_t size, unsigned int flags) {
  CULVERT_RETURN_IF_ERROR(CheckFlags(flags, kHostAllocFlags));
  *pHost = nullptr;
  if (size == 0) return UseContextForNothing();
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, AllocateHost(*context, size, flags));
  *pHost = Pointer(address);
  return absl::OkStatus();
}

absl::Status cudaMallocHost(void** ptr, size_t size) { return cudaHostAlloc(ptr, size, cudaHostAllocDefault); }

absl::Status cudaFreeHost(void* ptr) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  return FreeHost(Address(ptr));
}

absl::Status cudaMallocManaged(void** devPtr, size_t size, unsigned int flags) {
  if (flags != cudaMemAttachGlobal && flags != cudaMemAttachHost) {
    return Error(ErrorKind::kInvalidValue, "flags must be cudaMemAttachGlobal or cudaMemAttachHost, not 0x%x", flags);
  }
  *devPtr = nullptr;
  if (size == 0) return UseContextForNothing();
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, AllocateManaged(*context, size, flags));
  *devPtr = Pointer(address);
  return absl::OkStatus();
}

absl::Status cudaHostRegister(void* ptr, size_t size, unsigned int flags) {
  CULVERT_RETURN_IF_ERROR(CheckFlags(flags, kHostRegisterFlags));
  if (size == 0) return Error(ErrorKind::kInvalidValue, "nothing to register");
  if ((flags & cudaHostRegisterIoMemory) != 0) {
    return Error(ErrorKind::kNotSupported, "memory of I/O devices cannot be registered");
  }
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  return RegisterHost(*context, Address(ptr), size, flags);
}

absl::Status cudaHostUnregister(void* ptr) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  return UnregisterHost(Address(ptr));
}

absl::Status cudaHostGetDevicePointer(void** pDevice, void* pHost, unsigned int flags) {
  CULVERT_RETURN_IF_ERROR(CheckFlags(flags, 0));
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, HostDeviceAddress(Address(pHost)));
  *pDevice = Pointer(address);
  return absl::OkStatus();
}

absl::Status cudaHostGetFlags(unsigned int* pFlags, void* pHost) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  CULVERT_ASSIGN_OR_RETURN(*pFlags, HostFlags(Address(pHost)));
  return absl::OkStatus();
}

// Either result may be left out.
absl::Status cudaMemGetInfo(size_t* free, size_t* total) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  uint64_t free_bytes = 0;
  uint64_t total_bytes = 0;
  context->device()->MemoryInfo(&free_bytes, &total_bytes);
  if (free != nullptr) *free = free_bytes;
  if (total != nullptr) *total = total_bytes;
  return absl::OkStatus();
}

}  // namespace culvert::libcudart
