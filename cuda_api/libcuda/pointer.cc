// What an address is (CUDA Driver API, "Unified Addressing", cuPointerGetAttribute).
#include <cstring>

#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcuda {
namespace {

// Values are stored as the type that the manual gives each attribute; booleans are unsigned int.
template <typename T>
absl::Status Store(void* data, T value) {
  memcpy(data, &value, sizeof value);
  return absl::OkStatus();
}

bool IsHost(const PointerInfo& info) { return info.kind == MemoryKind::kHost || info.kind == MemoryKind::kRegistered; }
bool IsKnown(const PointerInfo& info) { return info.kind != MemoryKind::kUnregistered; }

CUcontext ContextOf(const PointerInfo& info) { return info.context == nullptr ? nullptr : HandleOf(info.context); }
CUmemoryPool PoolOf(const PointerInfo& info) {
  return info.pool == nullptr ? nullptr : api::ToHandle<CUmemoryPool>(info.pool);
}

// Also for unknown addresses: then every attribute has its null value.
absl::Status Read(void* data, CUpointer_attribute attribute, CUdeviceptr address, const PointerInfo& info) {
  bool managed = info.kind == MemoryKind::kManaged;
  switch (attribute) {
    case CU_POINTER_ATTRIBUTE_CONTEXT:
      return Store<CUcontext>(data, ContextOf(info));
    case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
      if (!IsKnown(info)) return Store<uint32_t>(data, 0);
      return Store<uint32_t>(data, IsHost(info) ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE);
    case CU_POINTER_ATTRIBUTE_DEVICE_POINTER:
      return Store<CUdeviceptr>(data, IsKnown(info) ? address : 0);
    case CU_POINTER_ATTRIBUTE_HOST_POINTER:
      return Store<uint64_t>(data, IsHost(info) || managed ? address : 0);
    case CU_POINTER_ATTRIBUTE_SYNC_MEMOPS:
      return Store<unsigned>(data, info.sync_memops);
    case CU_POINTER_ATTRIBUTE_BUFFER_ID:
    case CU_POINTER_ATTRIBUTE_MEMORY_BLOCK_ID:
      return Store<uint64_t>(data, info.buffer_id);
    case CU_POINTER_ATTRIBUTE_IS_MANAGED:
      return Store<unsigned>(data, managed);
    case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
      return Store<int>(data, IsKnown(info) ? info.device_ordinal : CU_DEVICE_INVALID);
    case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
    case CU_POINTER_ATTRIBUTE_MAPPING_BASE_ADDR:
      return Store<CUdeviceptr>(data, info.base);
    case CU_POINTER_ATTRIBUTE_RANGE_SIZE:
    case CU_POINTER_ATTRIBUTE_MAPPING_SIZE:
      return Store<size_t>(data, info.size_bytes);
    case CU_POINTER_ATTRIBUTE_MAPPED:
      return Store<unsigned>(data, IsKnown(info));
    case CU_POINTER_ATTRIBUTE_ACCESS_FLAGS:
      return Store<unsigned>(
          data, IsKnown(info) ? CU_POINTER_ATTRIBUTE_ACCESS_FLAG_READWRITE : CU_POINTER_ATTRIBUTE_ACCESS_FLAG_NONE);
    case CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE:
      return Store<CUmemoryPool>(data, PoolOf(info));
    case CU_POINTER_ATTRIBUTE_ALLOWED_HANDLE_TYPES:  // no memory can be exported
      return Store<uint64_t>(data, 0);
    case CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE:
    case CU_POINTER_ATTRIBUTE_IS_GPU_DIRECT_RDMA_CAPABLE:
    case CU_POINTER_ATTRIBUTE_IS_HW_DECOMPRESS_CAPABLE:
      return Store<unsigned>(data, 0);
    case CU_POINTER_ATTRIBUTE_P2P_TOKENS:
      return Error(ErrorKind::kNotSupported, "there are no peer-to-peer tokens");
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no pointer attribute", static_cast<int>(attribute));
  }
}

}  // namespace

absl::Status cuPointerGetAttribute(void* data, CUpointer_attribute attribute, CUdeviceptr ptr) {
  CULVERT_RETURN_IF_ERROR(CurrentContextAnyState().status());
  if (data == nullptr) return Error(ErrorKind::kInvalidValue, "data must not be null");
  PointerInfo info = DescribePointer(ptr);
  if (!IsKnown(info)) return Error(ErrorKind::kInvalidValue, "0x%x is no memory of any context", ptr);
  if (attribute == CU_POINTER_ATTRIBUTE_HOST_POINTER && !IsHost(info) && info.kind != MemoryKind::kManaged) {
    return Error(ErrorKind::kInvalidValue, "0x%x has no host address", ptr);
  }
  return Read(data, attribute, ptr, info);
}

// Unlike the singular, never refuses an address.
absl::Status cuPointerGetAttributes(unsigned int numAttributes, CUpointer_attribute* attributes, void** data,
                                    CUdeviceptr ptr) {
  CULVERT_RETURN_IF_ERROR(CurrentContextAnyState().status());
  if (data == nullptr || numAttributes == 0) return Error(ErrorKind::kInvalidValue, "there is nothing to answer");
  PointerInfo info = DescribePointer(ptr);
  for (unsigned i = 0; i < numAttributes; ++i) {
    if (data[i] == nullptr) return Error(ErrorKind::kInvalidValue, "data[%u] must not be null", i);
    CULVERT_RETURN_IF_ERROR(Read(data[i], attributes[i], ptr, info));
  }
  return absl::OkStatus();
}

absl::Status cuPointerSetAttribute(const void* value, CUpointer_attribute attribute, CUdeviceptr ptr) {
  CULVERT_RETURN_IF_ERROR(UseCurrentContext().status());
  if (value == nullptr) return Error(ErrorKind::kInvalidValue, "value must not be null");
  if (attribute != CU_POINTER_ATTRIBUTE_SYNC_MEMOPS) {
    return Error(ErrorKind::kInvalidValue, "pointer attribute %d cannot be set", static_cast<int>(attribute));
  }
  unsigned flag;
  memcpy(&flag, value, sizeof flag);
  return SetSyncMemops(ptr, flag != 0);
}

}  // namespace culvert::libcuda
