// Properties of devices and how to find one (CUDA Runtime API, "Device Management").
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "absl/strings/str_format.h"
#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/platform.h"

namespace culvert::libcudart {
namespace {

template <size_t kCount>
void CopyInts(int (&to)[kCount], const int (&from)[kCount]) {
  std::copy(std::begin(from), std::end(from), std::begin(to));
}

void FillLimits(const DeviceProperties& from, cudaDeviceProp* to) {
  to->totalGlobalMem = from.total_memory_bytes;
  to->sharedMemPerBlock = from.max_shared_bytes_per_block;
  to->sharedMemPerBlockOptin = from.max_shared_bytes_per_block_optin;
  to->sharedMemPerMultiprocessor = from.max_shared_bytes_per_multiprocessor;
  to->reservedSharedMemPerBlock = from.reserved_shared_bytes_per_block;
  to->totalConstMem = from.total_constant_bytes;
  to->regsPerBlock = from.max_registers_per_block;
  to->regsPerMultiprocessor = from.max_registers_per_multiprocessor;
  to->warpSize = from.warp_size;
  to->memPitch = from.max_pitch_bytes;
  to->maxThreadsPerBlock = from.max_threads_per_block;
  to->maxThreadsPerMultiProcessor = from.max_threads_per_multiprocessor;
  to->maxBlocksPerMultiProcessor = from.max_blocks_per_multiprocessor;
  to->multiProcessorCount = from.multiprocessor_count;
  CopyInts(to->maxThreadsDim, from.max_block_dim);
  CopyInts(to->maxGridSize, from.max_grid_dim);
  to->major = from.major;
  to->minor = from.minor;
  to->memoryBusWidth = from.memory_bus_width_bits;
  to->l2CacheSize = from.l2_cache_bytes;
  to->persistingL2CacheMaxSize = from.max_persisting_l2_bytes;
  to->accessPolicyMaxWindowSize = from.max_access_policy_window_bytes;
  to->asyncEngineCount = from.async_engine_count;
}

void FillTextureLimits(const DeviceProperties& from, cudaDeviceProp* to) {
  to->textureAlignment = from.texture_alignment_bytes;
  to->texturePitchAlignment = from.texture_pitch_alignment_bytes;
  to->surfaceAlignment = from.surface_alignment_bytes;
  to->maxTexture1D = from.max_texture_1d;
  to->maxTexture1DMipmap = from.max_texture_1d_mipmapped;
  CopyInts(to->maxTexture2D, from.max_texture_2d);
  CopyInts(to->maxTexture2DMipmap, from.max_texture_2d_mipmapped);
  CopyInts(to->maxTexture2DLinear, from.max_texture_2d_linear);
  CopyInts(to->maxTexture2DGather, from.max_texture_2d_gather);
  CopyInts(to->maxTexture3D, from.max_texture_3d);
  CopyInts(to->maxTexture3DAlt, from.max_texture_3d_alternate);
  to->maxTextureCubemap = from.max_texture_cubemap;
  CopyInts(to->maxTexture1DLayered, from.max_texture_1d_layered);
  CopyInts(to->maxTexture2DLayered, from.max_texture_2d_layered);
  CopyInts(to->maxTextureCubemapLayered, from.max_texture_cubemap_layered);
  to->maxSurface1D = from.max_surface_1d;
  CopyInts(to->maxSurface2D, from.max_surface_2d);
  CopyInts(to->maxSurface3D, from.max_surface_3d);
  CopyInts(to->maxSurface1DLayered, from.max_surface_1d_layered);
  CopyInts(to->maxSurface2DLayered, from.max_surface_2d_layered);
  to->maxSurfaceCubemap = from.max_surface_cubemap;
  CopyInts(to->maxSurfaceCubemapLayered, from.max_surface_cubemap_layered);
}

// What the device has; everything not named here (interprocess events, shareable pool handles, RDMA) it has not: 0.
void FillFeatures(const DeviceProperties& from, cudaDeviceProp* to) {
  to->integrated = from.integrated;
  to->canMapHostMemory = from.can_map_host_memory;
  to->concurrentKernels = from.concurrent_kernels;
  to->ECCEnabled = from.ecc_enabled;
  to->pciBusID = from.pci_bus;
  to->pciDeviceID = from.pci_device;
  to->pciDomainID = from.pci_domain;
  to->tccDriver = from.tcc_driver;
  to->unifiedAddressing = from.unified_addressing;
  to->streamPrioritiesSupported = from.stream_priorities;
  to->globalL1CacheSupported = from.global_l1_cache;
  to->localL1CacheSupported = from.local_l1_cache;
  to->managedMemory = from.managed_memory;
  to->isMultiGpuBoard = from.multi_gpu_board;
  to->multiGpuBoardGroupID = from.multi_gpu_board_group;
  to->hostNativeAtomicSupported = from.host_native_atomics;
  to->pageableMemoryAccess = from.pageable_memory_access;
  to->concurrentManagedAccess = from.concurrent_managed_access;
  to->computePreemptionSupported = from.compute_preemption;
  to->canUseHostPointerForRegisteredMem = from.can_use_host_pointer_for_registered_memory;
  to->cooperativeLaunch = from.cooperative_launch;
  to->pageableMemoryAccessUsesHostPageTables = from.pageable_uses_host_page_tables;
  to->directManagedMemAccessFromHost = from.direct_managed_access_from_host;
  to->hostRegisterSupported = from.host_register;
  to->sparseCudaArraySupported = from.sparse_arrays;
  to->hostRegisterReadOnlySupported = from.host_register_read_only;
  to->timelineSemaphoreInteropSupported = from.timeline_semaphore_interop;
  to->memoryPoolsSupported = from.memory_pools;
  to->gpuDirectRDMASupported = from.gpu_direct_rdma;
  to->deferredMappingCudaArraySupported = from.deferred_mapping_arrays;
  to->clusterLaunch = from.cluster_launch;
  to->unifiedFunctionPointers = from.unified_function_pointers;
  to->deviceNumaId = from.numa_id;
  to->hostNumaId = from.numa_id;
  to->mpsEnabled = from.mps;
}

// How many of the properties that a program asked for (non-zero in `wanted`) the device meets.
int Matches(const cudaDeviceProp& wanted, const DeviceProperties& have) {
  int matches = 0;
  if (wanted.major != 0) matches += have.major * 10 + have.minor >= wanted.major * 10 + wanted.minor ? 2 : -2;
  if (wanted.totalGlobalMem != 0) matches += have.total_memory_bytes >= wanted.totalGlobalMem;
  if (wanted.multiProcessorCount != 0) matches += have.multiprocessor_count >= wanted.multiProcessorCount;
  return matches;
}

// "domain:bus:device.function", all hexadecimal; domain and function may be left out (manual, cudaDeviceGetByPCIBusId).
bool ParsePciBusId(const char* text, unsigned* domain, unsigned* bus, unsigned* device) {
  unsigned function = 0;
  int used = 0;
  if (sscanf(text, "%x:%x:%x.%x%n", domain, bus, device, &function, &used) == 4 && text[used] == '\0') return true;
  if (sscanf(text, "%x:%x:%x%n", domain, bus, device, &used) == 3 && text[used] == '\0') return true;
  *domain = 0;
  return sscanf(text, "%x:%x.%x%n", bus, device, &function, &used) == 3 && text[used] == '\0';
}

}  // namespace

absl::Status cudaGetDeviceProperties(struct cudaDeviceProp* prop, int device) {
  CULVERT_ASSIGN_OR_RETURN(Device * asked, UseDevice(device));
  const DeviceProperties& from = asked->properties();
  memset(prop, 0, sizeof(*prop));
  snprintf(prop->name, sizeof(prop->name), "%s", from.name.c_str());
  static_assert(sizeof(prop->uuid) == sizeof(from.uuid));
  memcpy(&prop->uuid, from.uuid.data(), sizeof(prop->uuid));
  FillLimits(from, prop);
  FillTextureLimits(from, prop);
  FillFeatures(from, prop);
  return absl::OkStatus();
}

// The device that meets most of what `prop` asks for, the first of equals; no device is excluded.
absl::Status cudaChooseDevice(int* device, const struct cudaDeviceProp* prop) {
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  int best = 0;
  int best_matches = 0;
  for (int i = 0; i < Platform::Get().device_count(); ++i) {
    CULVERT_ASSIGN_OR_RETURN(Device * candidate, Platform::Get().GetDevice(i));
    int matches = Matches(*prop, candidate->properties());
    if (i > 0 && matches <= best_matches) continue;
    best = i;
    best_matches = matches;
  }
  *device = best;
  return absl::OkStatus();
}

// Cut to `len` bytes with the final zero.
absl::Status cudaDeviceGetPCIBusId(char* pciBusId, int len, int device) {
  CULVERT_ASSIGN_OR_RETURN(Device * asked, UseDevice(device));
  const DeviceProperties& from = asked->properties();
  std::string text = absl::StrFormat("%04X:%02X:%02X.0", from.pci_domain, from.pci_bus, from.pci_device);
  if (len <= 0) return Error(ErrorKind::kInvalidValue, "no room for %s", text);
  snprintf(pciBusId, static_cast<size_t>(len), "%s", text.c_str());
  return absl::OkStatus();
}

absl::Status cudaDeviceGetByPCIBusId(int* device, const char* pciBusId) {
  unsigned domain = 0;
  unsigned bus = 0;
  unsigned slot = 0;
  if (!ParsePciBusId(pciBusId, &domain, &bus, &slot)) {
    return Error(ErrorKind::kInvalidValue, "\"%s\" is no PCI bus id", std::string(pciBusId).substr(0, 64));
  }
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  for (int i = 0; i < Platform::Get().device_count(); ++i) {
    CULVERT_ASSIGN_OR_RETURN(Device * candidate, Platform::Get().GetDevice(i));
    const DeviceProperties& have = candidate->properties();
    if (static_cast<unsigned>(have.pci_domain) != domain || static_cast<unsigned>(have.pci_bus) != bus) continue;
    if (static_cast<unsigned>(have.pci_device) != slot) continue;
    *device = i;
    return absl::OkStatus();
  }
  return Error(ErrorKind::kInvalidDevice, "no device is at %s", pciBusId);
}

absl::Status cudaDeviceGetP2PAttribute(int* value, enum cudaDeviceP2PAttr attr, int srcDevice, int dstDevice) {
  CULVERT_ASSIGN_OR_RETURN(Device * from, UseDevice(srcDevice));
  CULVERT_ASSIGN_OR_RETURN(Device * to, UseDevice(dstDevice));
  if (from == to) return Error(ErrorKind::kInvalidDevice, "device %d is no peer of itself", srcDevice);
  bool peers = from->CanAccessPeer(*to);
  switch (attr) {
    case cudaDevP2PAttrPerformanceRank:  // all links are equal: the best rank
    case cudaDevP2PAttrCudaArrayAccessSupported:
    case cudaDevP2PAttrOnlyPartialNativeAtomicSupported:
      *value = 0;
      return absl::OkStatus();
    case cudaDevP2PAttrAccessSupported:
    case cudaDevP2PAttrNativeAtomicSupported:
      *value = peers ? 1 : 0;
      return absl::OkStatus();
  }
  return Error(ErrorKind::kInvalidValue, "%d is no attribute of a pair of devices", static_cast<int>(attr));
}

}  // namespace culvert::libcudart
