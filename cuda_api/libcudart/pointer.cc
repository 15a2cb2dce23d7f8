// What a pointer points to, and managed memory (CUDA Runtime API, "Unified Addressing", "Memory Management").
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"
#include "runtime/platform.h"

namespace culvert::libcudart {
namespace {

// A place that memory may be advised to or prefetched to.
absl::Status CheckLocation(const cudaMemLocation& location) {
  switch (location.type) {
    case cudaMemLocationTypeDevice:
      return Platform::Get().GetDevice(location.id).status();
    case cudaMemLocationTypeHost:
    case cudaMemLocationTypeHostNuma:
    case cudaMemLocationTypeHostNumaCurrent:
      return absl::OkStatus();
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no kind of place for memory", static_cast<int>(location.type));
  }
}

}  // namespace

// Pageable host memory is an answer (unregistered), not an error.
absl::Status cudaPointerGetAttributes(struct cudaPointerAttributes* attributes, const void* ptr) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  PointerInfo info = DescribePointer(reinterpret_cast<uint64_t>(ptr));
  void* address = const_cast<void*>(ptr);
  *attributes = {};
  attributes->device = info.device_ordinal;
  attributes->devicePointer = address;
  attributes->hostPointer = address;
  switch (info.kind) {
    case MemoryKind::kUnregistered:
      attributes->type = cudaMemoryTypeUnregistered;
      attributes->device = cudaInvalidDeviceId;
      attributes->devicePointer = nullptr;
      break;
    case MemoryKind::kRegistered:
    case MemoryKind::kHost:
      attributes->type = cudaMemoryTypeHost;
      break;
    case MemoryKind::kDevice:
      attributes->type = cudaMemoryTypeDevice;
      attributes->hostPointer = nullptr;
      break;
    case MemoryKind::kManaged:
      attributes->type = cudaMemoryTypeManaged;
      break;
  }
  return absl::OkStatus();
}

// Advice and prefetches have nothing to do: managed memory is near to all. The arguments are checked.
absl::Status cudaMemAdvise(const void* devPtr, size_t count, enum cudaMemoryAdvise advice,
                           struct cudaMemLocation location) {
  if (advice < cudaMemAdviseSetReadMostly || advice > cudaMemAdviseUnsetAccessedBy) {
    return Error(ErrorKind::kInvalidValue, "%d is no advice", static_cast<int>(advice));
  }
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  // The manual ignores the location of these three.
  bool anywhere = advice == cudaMemAdviseSetReadMostly || advice == cudaMemAdviseUnsetReadMostly ||
                  advice == cudaMemAdviseUnsetPreferredLocation;
  if (!anywhere) CULVERT_RETURN_IF_ERROR(CheckLocation(location));
  return CheckManagedRange(reinterpret_cast<uint64_t>(devPtr), count);
}

absl::Status cudaMemPrefetchAsync(const void* devPtr, size_t count, struct cudaMemLocation location, unsigned int flags,
                                  cudaStream_t stream) {
  if (flags != 0) return Error(ErrorKind::kInvalidValue, "flags must be 0, not 0x%x", flags);
  CULVERT_RETURN_IF_ERROR(UseStream(stream).status());
  CULVERT_RETURN_IF_ERROR(CheckLocation(location));
  return CheckManagedRange(reinterpret_cast<uint64_t>(devPtr), count);
}

}  // namespace culvert::libcudart
