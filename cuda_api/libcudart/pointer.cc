// What a pointer points to (CUDA Runtime API, "Unified Addressing").
#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcudart {

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
      attributes->hostPointer = nullptr;
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

}  // namespace culvert::libcudart
