// Stream-ordered allocation (CUDA Runtime API, "Stream Ordered Memory Allocator").
#include <cstdint>
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcudart {
namespace {

cudaMemPool_t HandleOf(const std::shared_ptr<MemoryPool>& pool) { return api::ToHandle<cudaMemPool_t>(pool); }

absl::StatusOr<std::shared_ptr<MemoryPool>> UsePool(cudaMemPool_t handle) {
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  return api::FromHandle<MemoryPool>(handle);
}

// The device that a location and a type of allocation name: pools hold device memory only.
absl::StatusOr<Device*> PoolDevice(const cudaMemLocation& location, cudaMemAllocationType type) {
  if (type != cudaMemAllocationTypePinned) {
    return Error(ErrorKind::kNotSupported, "pools of allocation type %d are not implemented", static_cast<int>(type));
  }
  if (location.type != cudaMemLocationTypeDevice) {
    return Error(ErrorKind::kNotSupported, "pools outside device memory (location type %d) are not implemented",
                 static_cast<int>(location.type));
  }
  return UseDevice(location.id);
}

absl::StatusOr<PoolAttribute> ToPoolAttribute(cudaMemPoolAttr attribute) {
  switch (attribute) {
    case cudaMemPoolReuseFollowEventDependencies:
      return PoolAttribute::kReuseFollowEventDependencies;
    case cudaMemPoolReuseAllowOpportunistic:
      return PoolAttribute::kReuseAllowOpportunistic;
    case cudaMemPoolReuseAllowInternalDependencies:
      return PoolAttribute::kReuseAllowInternalDependencies;
    case cudaMemPoolAttrReleaseThreshold:
      return PoolAttribute::kReleaseThreshold;
    case cudaMemPoolAttrReservedMemCurrent:
      return PoolAttribute::kReservedCurrent;
    case cudaMemPoolAttrReservedMemHigh:
      return PoolAttribute::kReservedHigh;
    case cudaMemPoolAttrUsedMemCurrent:
      return PoolAttribute::kUsedCurrent;
    case cudaMemPoolAttrUsedMemHigh:
      return PoolAttribute::kUsedHigh;
  }
  return Error(ErrorKind::kInvalidValue, "%d is no attribute of a pool", static_cast<int>(attribute));
}

// The first three attributes are int, the others 64 bits wide (manual, cudaMemPoolAttr).
bool IsFlag(PoolAttribute attribute) { return attribute < PoolAttribute::kReleaseThreshold; }

absl::Status AllocateFrom(std::shared_ptr<MemoryPool> pool, void** out, size_t size, cudaStream_t stream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, AllocateAsync(*target, size, std::move(pool)));
  *out = reinterpret_cast<void*>(address);
  return absl::OkStatus();
}

}  // namespace

absl::Status cudaMallocAsync(void** devPtr, size_t size, cudaStream_t hStream) {
  return AllocateFrom(nullptr, devPtr, size, hStream);
}

absl::Status cudaMallocFromPoolAsync(void** ptr, size_t size, cudaMemPool_t memPool, cudaStream_t stream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  return AllocateFrom(std::move(pool), ptr, size, stream);
}

absl::Status cudaFreeAsync(void* devPtr, cudaStream_t hStream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  return FreeAsync(*stream, reinterpret_cast<uint64_t>(devPtr));
}

absl::Status cudaMemPoolCreate(cudaMemPool_t* memPool, const struct cudaMemPoolProps* poolProps) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, PoolDevice(poolProps->location, poolProps->allocType));
  if (poolProps->handleTypes != cudaMemHandleTypeNone) {
    return Error(ErrorKind::kNotSupported, "pools that other processes can open are not implemented");
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, MemoryPool::Create(device, poolProps->maxSize));
  *memPool = HandleOf(pool);
  return absl::OkStatus();
}

// Allocations of the pool stay valid until they are freed. A pool in force is followed by the default pool.
absl::Status cudaMemPoolDestroy(cudaMemPool_t memPool) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  Device& device = *pool->device();
  if (pool == device.default_pool()) return Error(ErrorKind::kInvalidValue, "the default pool cannot be destroyed");
  CULVERT_RETURN_IF_ERROR(api::RemoveHandle<MemoryPool>(memPool).status());
  if (device.current_pool() == pool) device.SetCurrentPool(device.default_pool());
  return absl::OkStatus();
}

absl::Status cudaMemPoolTrimTo(cudaMemPool_t memPool, size_t minBytesToKeep) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  return pool->TrimTo(minBytesToKeep);
}

absl::Status cudaMemPoolGetAttribute(cudaMemPool_t memPool, enum cudaMemPoolAttr attr, void* value) {
  CULVERT_ASSIGN_OR_RETURN(PoolAttribute attribute, ToPoolAttribute(attr));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  CULVERT_ASSIGN_OR_RETURN(uint64_t result, pool->GetAttribute(attribute));
  if (IsFlag(attribute)) {
    *static_cast<int*>(value) = static_cast<int>(result);
  } else {
    *static_cast<uint64_t*>(value) = result;
  }
  return absl::OkStatus();
}

absl::Status cudaMemPoolSetAttribute(cudaMemPool_t memPool, enum cudaMemPoolAttr attr, void* value) {
  CULVERT_ASSIGN_OR_RETURN(PoolAttribute attribute, ToPoolAttribute(attr));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  return pool->SetAttribute(
      attribute, IsFlag(attribute) ? static_cast<uint64_t>(*static_cast<int*>(value)) : *static_cast<uint64_t*>(value));
}

// A pool's memory is usable on its own device, always; on other devices through peer access of contexts.
absl::Status cudaMemPoolGetAccess(enum cudaMemAccessFlags* flags, cudaMemPool_t memPool,
                                  struct cudaMemLocation* location) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  CULVERT_ASSIGN_OR_RETURN(Device * device, PoolDevice(*location, cudaMemAllocationTypePinned));
  *flags = device == pool->device() ? cudaMemAccessFlagsProtReadWrite : cudaMemAccessFlagsProtNone;
  return absl::OkStatus();
}

absl::Status cudaMemPoolSetAccess(cudaMemPool_t memPool, const struct cudaMemAccessDesc* descList, size_t count) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  for (size_t i = 0; i < count; ++i) {
    CULVERT_ASSIGN_OR_RETURN(Device * device, PoolDevice(descList[i].location, cudaMemAllocationTypePinned));
    bool own = device == pool->device();
    bool full = descList[i].flags == cudaMemAccessFlagsProtReadWrite;
    if (own && !full) return Error(ErrorKind::kInvalidValue, "a pool's own device always has access");
    if (!own && descList[i].flags != cudaMemAccessFlagsProtNone) {
      return Error(ErrorKind::kNotSupported, "access of other devices to a pool is not implemented");
    }
  }
  return absl::OkStatus();
}

absl::Status cudaDeviceGetDefaultMemPool(cudaMemPool_t* memPool, int device) {
  CULVERT_ASSIGN_OR_RETURN(Device * asked, UseDevice(device));
  *memPool = HandleOf(asked->default_pool());
  return absl::OkStatus();
}

absl::Status cudaDeviceGetMemPool(cudaMemPool_t* memPool, int device) {
  CULVERT_ASSIGN_OR_RETURN(Device * asked, UseDevice(device));
  *memPool = HandleOf(asked->current_pool());
  return absl::OkStatus();
}

absl::Status cudaDeviceSetMemPool(int device, cudaMemPool_t memPool) {
  CULVERT_ASSIGN_OR_RETURN(Device * asked, UseDevice(device));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<MemoryPool> pool, UsePool(memPool));
  if (pool->device() != asked) {
    return Error(ErrorKind::kInvalidValue, "the pool is one of device %d", pool->device()->ordinal());
  }
  asked->SetCurrentPool(std::move(pool));
  return absl::OkStatus();
}

absl::Status cudaMemGetDefaultMemPool(cudaMemPool_t* memPool, struct cudaMemLocation* location,
                                      enum cudaMemAllocationType type) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, PoolDevice(*location, type));
  return cudaDeviceGetDefaultMemPool(memPool, device->ordinal());
}

absl::Status cudaMemGetMemPool(cudaMemPool_t* memPool, struct cudaMemLocation* location,
                               enum cudaMemAllocationType type) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, PoolDevice(*location, type));
  return cudaDeviceGetMemPool(memPool, device->ordinal());
}

absl::Status cudaMemSetMemPool(struct cudaMemLocation* location, enum cudaMemAllocationType type,
                               cudaMemPool_t memPool) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, PoolDevice(*location, type));
  return cudaDeviceSetMemPool(device->ordinal(), memPool);
}

}  // namespace culvert::libcudart
