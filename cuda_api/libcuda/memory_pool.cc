// Stream-ordered allocation (CUDA Driver API, "Stream Ordered Memory Allocator").
#include <cstring>

#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcuda {
namespace {

absl::StatusOr<std::shared_ptr<MemoryPool>> UsePool(CUmemoryPool handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return api::FromHandle<MemoryPool>(handle);
}

// Pools of devices hold pinned memory; there are no pools of host or managed memory.
absl::StatusOr<Device*> DeviceOfLocation(const CUmemLocation* location, CUmemAllocationType type) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  if (location == nullptr) return Error(ErrorKind::kInvalidValue, "location must not be null");
  if (type != CU_MEM_ALLOCATION_TYPE_PINNED || location->type != CU_MEM_LOCATION_TYPE_DEVICE) {
    return Error(ErrorKind::kNotSupported, "there are memory pools for device memory only");
  }
  return UseDevice(location->id);
}

absl::StatusOr<PoolAttribute> PoolAttributeOf(CUmemPool_attribute attribute) {
  switch (attribute) {
    case CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES:
      return PoolAttribute::kReuseFollowEventDependencies;
    case CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC:
      return PoolAttribute::kReuseAllowOpportunistic;
    case CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES:
      return PoolAttribute::kReuseAllowInternalDependencies;
    case CU_MEMPOOL_ATTR_RELEASE_THRESHOLD:
      return PoolAttribute::kReleaseThreshold;
    case CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT:
      return PoolAttribute::kReservedCurrent;
    case CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH:
      return PoolAttribute::kReservedHigh;
    case CU_MEMPOOL_ATTR_USED_MEM_CURRENT:
      return PoolAttribute::kUsedCurrent;
    case CU_MEMPOOL_ATTR_USED_MEM_HIGH:
      return PoolAttribute::kUsedHigh;
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no attribute of pools", static_cast<int>(attribute));
  }
}

// The first three attributes are int, the others cuuint64_t.
bool IsFlag(PoolAttribute attribute) { return attribute <= PoolAttribute::kReuseAllowInternalDependencies; }

}  // namespace

absl::Status cuMemAllocAsync(CUdeviceptr* dptr, size_t bytesize, CUstream hStream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  CULVERT_ASSIGN_OR_RETURN(*dptr, AllocateAsync(*stream, bytesize, nullptr));
  return absl::OkStatus();
}

absl::Status cuMemAllocFromPoolAsync(CUdeviceptr* dptr, size_t bytesize, CUmemoryPool pool, CUstream hStream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> from, UsePool(pool));
  CULVERT_ASSIGN_OR_RETURN(*dptr, AllocateAsync(*stream, bytesize, std::move(from)));
  return absl::OkStatus();
}

absl::Status cuMemFreeAsync(CUdeviceptr dptr, CUstream hStream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  return FreeAsync(*stream, dptr);
}

absl::Status cuMemPoolCreate(CUmemoryPool* pool, const CUmemPoolProps* poolProps) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, DeviceOfLocation(&poolProps->location, poolProps->allocType));
  if (poolProps->handleTypes != CU_MEM_HANDLE_TYPE_NONE) {
    return Error(ErrorKind::kNotSupported, "memory of pools cannot be exported");
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> created, MemoryPool::Create(device, poolProps->maxSize));
  *pool = api::ToHandle<CUmemoryPool>(created);
  return absl::OkStatus();
}

// Memory that came from the pool stays valid until it is freed. A device that used the pool goes back to its default
// one.
absl::Status cuMemPoolDestroy(CUmemoryPool pool) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> destroyed, UsePool(pool));
  Device* device = destroyed->device();
  if (destroyed == device->default_pool()) {
    return Error(ErrorKind::kInvalidValue, "the default pool of a device cannot be destroyed");
  }
  CULVERT_RETURN_IF_ERROR(api::RemoveHandle<MemoryPool>(pool).status());
  if (destroyed == device->current_pool()) device->SetCurrentPool(device->default_pool());
  return absl::OkStatus();
}

absl::Status cuMemPoolTrimTo(CUmemoryPool pool, size_t minBytesToKeep) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> trimmed, UsePool(pool));
  return trimmed->TrimTo(minBytesToKeep);
}

absl::Status cuMemPoolGetAttribute(CUmemoryPool pool, CUmemPool_attribute attr, void* value) {
  if (value == nullptr) return Error(ErrorKind::kInvalidValue, "value must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> asked, UsePool(pool));
  CULVERT_ASSIGN_OR_RETURN(PoolAttribute attribute, PoolAttributeOf(attr));
  CULVERT_ASSIGN_OR_RETURN(uint64_t number, asked->GetAttribute(attribute));
  if (IsFlag(attribute)) {
    int flag = number != 0;
    memcpy(value, &flag, sizeof flag);
  } else {
    memcpy(value, &number, sizeof number);
  }
  return absl::OkStatus();
}

absl::Status cuMemPoolSetAttribute(CUmemoryPool pool, CUmemPool_attribute attr, void* value) {
  if (value == nullptr) return Error(ErrorKind::kInvalidValue, "value must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> changed, UsePool(pool));
  CULVERT_ASSIGN_OR_RETURN(PoolAttribute attribute, PoolAttributeOf(attr));
  uint64_t number = 0;
  if (IsFlag(attribute)) {
    int flag;
    memcpy(&flag, value, sizeof flag);
    number = flag != 0;
  } else {
    memcpy(&number, value, sizeof number);
  }
  return changed->SetAttribute(attribute, number);
}

// The memory of a pool is accessible from its own device, always; access of other devices goes by context (peer
// access).
absl::Status cuMemPoolSetAccess(CUmemoryPool pool, const CUmemAccessDesc* map, size_t count) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> changed, UsePool(pool));
  for (size_t i = 0; i < count; ++i) {
    if (map[i].location.type != CU_MEM_LOCATION_TYPE_DEVICE) {
      return Error(ErrorKind::kInvalidValue, "map[%u] is no device", i);
    }
    CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(map[i].location.id));
    if (device != changed->device()) {
      return Error(ErrorKind::kNotSupported, "access of other devices is enabled between contexts, not on pools");
    }
    if (map[i].flags != CU_MEM_ACCESS_FLAGS_PROT_READWRITE) {
      return Error(ErrorKind::kInvalidValue, "a device keeps access to its own pools");
    }
  }
  return absl::OkStatus();
}

absl::Status cuMemPoolGetAccess(CUmemAccess_flags* flags, CUmemoryPool memPool, CUmemLocation* location) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  if (location == nullptr || location->type != CU_MEM_LOCATION_TYPE_DEVICE) {
    return Error(ErrorKind::kInvalidValue, "the location must be a device");
  }
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(location->id));
  *flags = device == pool->device() ? CU_MEM_ACCESS_FLAGS_PROT_READWRITE : CU_MEM_ACCESS_FLAGS_PROT_NONE;
  return absl::OkStatus();
}

absl::Status cuDeviceGetDefaultMemPool(CUmemoryPool* pool_out, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  *pool_out = api::ToHandle<CUmemoryPool>(device->default_pool());
  return absl::OkStatus();
}

absl::Status cuDeviceGetMemPool(CUmemoryPool* pool, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  *pool = api::ToHandle<CUmemoryPool>(device->current_pool());
  return absl::OkStatus();
}

absl::Status cuDeviceSetMemPool(CUdevice dev, CUmemoryPool pool) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> chosen, UsePool(pool));
  if (chosen->device() != device) return Error(ErrorKind::kInvalidDevice, "the pool belongs to another device");
  device->SetCurrentPool(std::move(chosen));
  return absl::OkStatus();
}

absl::Status cuMemGetDefaultMemPool(CUmemoryPool* pool_out, CUmemLocation* location, CUmemAllocationType type) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, DeviceOfLocation(location, type));
  return cuDeviceGetDefaultMemPool(pool_out, device->ordinal());
}

absl::Status cuMemGetMemPool(CUmemoryPool* pool, CUmemLocation* location, CUmemAllocationType type) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, DeviceOfLocation(location, type));
  return cuDeviceGetMemPool(pool, device->ordinal());
}

absl::Status cuMemSetMemPool(CUmemLocation* location, CUmemAllocationType type, CUmemoryPool pool) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, DeviceOfLocation(location, type));
  return cuDeviceSetMemPool(device->ordinal(), pool);
}

}  // namespace culvert::libcuda
