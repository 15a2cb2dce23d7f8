#include "cuda_api/device_attributes.h"

#include "include/culvert/error.h"

namespace culvert::api {
namespace {

enum Attribute : int {
#define CULVERT_DEVICE_ATTRIBUTE(NAME, VALUE) k_##NAME = VALUE,
#include "cuda_api/generated/device_attributes.inc"
};

constexpr int kMemSyncDomains = 1;  // capability 9.0 has 4; one domain orders everything, which is always allowed

}  // namespace

absl::StatusOr<int> DeviceAttribute(const DeviceProperties& p, int number) {
#define CULVERT_ANSWER(NAME, VALUE) \
  case k_##NAME:                    \
    return VALUE
  switch (number) {
    // Threads, blocks, registers, shared memory.
    CULVERT_ANSWER(MAX_THREADS_PER_BLOCK, p.max_threads_per_block);
    CULVERT_ANSWER(MAX_BLOCK_DIM_X, p.max_block_dim[0]);
    CULVERT_ANSWER(MAX_BLOCK_DIM_Y, p.max_block_dim[1]);
    CULVERT_ANSWER(MAX_BLOCK_DIM_Z, p.max_block_dim[2]);
    CULVERT_ANSWER(MAX_GRID_DIM_X, p.max_grid_dim[0]);
    CULVERT_ANSWER(MAX_GRID_DIM_Y, p.max_grid_dim[1]);
    CULVERT_ANSWER(MAX_GRID_DIM_Z, p.max_grid_dim[2]);
    CULVERT_ANSWER(MAX_SHARED_MEMORY_PER_BLOCK, p.max_shared_bytes_per_block);
    CULVERT_ANSWER(MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, p.max_shared_bytes_per_block_optin);
    CULVERT_ANSWER(MAX_SHARED_MEMORY_PER_MULTIPROCESSOR, p.max_shared_bytes_per_multiprocessor);
    CULVERT_ANSWER(RESERVED_SHARED_MEMORY_PER_BLOCK, p.reserved_shared_bytes_per_block);
    CULVERT_ANSWER(TOTAL_CONSTANT_MEMORY, p.total_constant_bytes);
    CULVERT_ANSWER(WARP_SIZE, p.warp_size);
    CULVERT_ANSWER(MAX_REGISTERS_PER_BLOCK, p.max_registers_per_block);
    CULVERT_ANSWER(MAX_REGISTERS_PER_MULTIPROCESSOR, p.max_registers_per_multiprocessor);
    CULVERT_ANSWER(MAX_THREADS_PER_MULTIPROCESSOR, p.max_threads_per_multiprocessor);
    CULVERT_ANSWER(MAX_BLOCKS_PER_MULTIPROCESSOR, p.max_blocks_per_multiprocessor);
    CULVERT_ANSWER(MULTIPROCESSOR_COUNT, p.multiprocessor_count);
    CULVERT_ANSWER(COMPUTE_CAPABILITY_MAJOR, p.major);
    CULVERT_ANSWER(COMPUTE_CAPABILITY_MINOR, p.minor);
    CULVERT_ANSWER(SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO, p.single_to_double_ratio);
    CULVERT_ANSWER(COOPERATIVE_LAUNCH, p.cooperative_launch);
    CULVERT_ANSWER(COOPERATIVE_MULTI_DEVICE_LAUNCH, p.cooperative_multi_device_launch);
    CULVERT_ANSWER(CLUSTER_LAUNCH, p.cluster_launch);
    CULVERT_ANSWER(UNIFIED_FUNCTION_POINTERS, p.unified_function_pointers);
    CULVERT_ANSWER(CONCURRENT_KERNELS, p.concurrent_kernels);
    CULVERT_ANSWER(COMPUTE_PREEMPTION_SUPPORTED, p.compute_preemption);
    CULVERT_ANSWER(KERNEL_EXEC_TIMEOUT, p.kernel_exec_timeout);
    CULVERT_ANSWER(MEM_SYNC_DOMAIN_COUNT, kMemSyncDomains);

    // Clocks, buses, caches, place.
    CULVERT_ANSWER(CLOCK_RATE, p.clock_khz);
    CULVERT_ANSWER(MEMORY_CLOCK_RATE, p.memory_clock_khz);
    CULVERT_ANSWER(GLOBAL_MEMORY_BUS_WIDTH, p.memory_bus_width_bits);
    CULVERT_ANSWER(L2_CACHE_SIZE, p.l2_cache_bytes);
    CULVERT_ANSWER(MAX_PERSISTING_L2_CACHE_SIZE, p.max_persisting_l2_bytes);
    CULVERT_ANSWER(MAX_ACCESS_POLICY_WINDOW_SIZE, p.max_access_policy_window_bytes);
    CULVERT_ANSWER(GLOBAL_L1_CACHE_SUPPORTED, p.global_l1_cache);
    CULVERT_ANSWER(LOCAL_L1_CACHE_SUPPORTED, p.local_l1_cache);
    CULVERT_ANSWER(ECC_ENABLED, p.ecc_enabled);
    CULVERT_ANSWER(PCI_BUS_ID, p.pci_bus);
    CULVERT_ANSWER(PCI_DEVICE_ID, p.pci_device);
    CULVERT_ANSWER(PCI_DOMAIN_ID, p.pci_domain);
    CULVERT_ANSWER(GPU_PCI_DEVICE_ID, 0);     // no PCI function stands behind the device
    CULVERT_ANSWER(GPU_PCI_SUBSYSTEM_ID, 0);
    CULVERT_ANSWER(TCC_DRIVER, p.tcc_driver);
    CULVERT_ANSWER(COMPUTE_MODE, 0);          // default: any number of contexts
    CULVERT_ANSWER(INTEGRATED, p.integrated);
    CULVERT_ANSWER(MULTI_GPU_BOARD, p.multi_gpu_board);
    CULVERT_ANSWER(MULTI_GPU_BOARD_GROUP_ID, p.multi_gpu_board_group);
    CULVERT_ANSWER(NUMA_CONFIG, 0);
    CULVERT_ANSWER(NUMA_ID, p.numa_id);
    CULVERT_ANSWER(HOST_NUMA_ID, p.numa_id);
    CULVERT_ANSWER(MPS_ENABLED, p.mps);

    // Memory and copies.
    CULVERT_ANSWER(MAX_PITCH, p.max_pitch_bytes);
    CULVERT_ANSWER(GPU_OVERLAP, p.gpu_overlap);
    CULVERT_ANSWER(ASYNC_ENGINE_COUNT, p.async_engine_count);
    CULVERT_ANSWER(CAN_MAP_HOST_MEMORY, p.can_map_host_memory);
    CULVERT_ANSWER(UNIFIED_ADDRESSING, p.unified_addressing);
    CULVERT_ANSWER(MANAGED_MEMORY, p.managed_memory);
    CULVERT_ANSWER(HOST_NATIVE_ATOMIC_SUPPORTED, p.host_native_atomics);
    CULVERT_ANSWER(ONLY_PARTIAL_HOST_NATIVE_ATOMIC_SUPPORTED, 0);
    CULVERT_ANSWER(PAGEABLE_MEMORY_ACCESS, p.pageable_memory_access);
    CULVERT_ANSWER(PAGEABLE_MEMORY_ACCESS_USES_HOST_PAGE_TABLES, p.pageable_uses_host_page_tables);
    CULVERT_ANSWER(CONCURRENT_MANAGED_ACCESS, p.concurrent_managed_access);
    CULVERT_ANSWER(DIRECT_MANAGED_MEM_ACCESS_FROM_HOST, p.direct_managed_access_from_host);
    CULVERT_ANSWER(CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM, p.can_use_host_pointer_for_registered_memory);
    CULVERT_ANSWER(HOST_REGISTER_SUPPORTED, p.host_register);
    CULVERT_ANSWER(READ_ONLY_HOST_REGISTER_SUPPORTED, p.host_register_read_only);
    CULVERT_ANSWER(CAN_FLUSH_REMOTE_WRITES, p.can_flush_remote_writes);
    CULVERT_ANSWER(VIRTUAL_ADDRESS_MANAGEMENT_SUPPORTED, p.virtual_memory_management);
    CULVERT_ANSWER(MEMORY_POOLS_SUPPORTED, p.memory_pools);
    CULVERT_ANSWER(MULTICAST_SUPPORTED, p.multicast);
    CULVERT_ANSWER(GPU_DIRECT_RDMA_SUPPORTED, p.gpu_direct_rdma);

    // Streams.
    CULVERT_ANSWER(STREAM_PRIORITIES_SUPPORTED, p.stream_priorities);
    CULVERT_ANSWER(CAN_USE_STREAM_MEM_OPS_V1, p.stream_mem_ops);
    CULVERT_ANSWER(CAN_USE_64_BIT_STREAM_MEM_OPS_V1, p.stream_mem_ops);
    CULVERT_ANSWER(CAN_USE_STREAM_WAIT_VALUE_NOR_V1, p.stream_mem_ops);
    CULVERT_ANSWER(CAN_USE_64_BIT_STREAM_MEM_OPS, p.stream_mem_ops);
    CULVERT_ANSWER(CAN_USE_STREAM_WAIT_VALUE_NOR, p.stream_mem_ops);
    CULVERT_ANSWER(TIMELINE_SEMAPHORE_INTEROP_SUPPORTED, p.timeline_semaphore_interop);

    // Textures, surfaces, arrays.
    CULVERT_ANSWER(TEXTURE_ALIGNMENT, p.texture_alignment_bytes);
    CULVERT_ANSWER(TEXTURE_PITCH_ALIGNMENT, p.texture_pitch_alignment_bytes);
    CULVERT_ANSWER(SURFACE_ALIGNMENT, p.surface_alignment_bytes);
    CULVERT_ANSWER(CAN_TEX2D_GATHER, p.max_texture_2d_gather[0] > 0);
    CULVERT_ANSWER(MAXIMUM_TEXTURE1D_WIDTH, p.max_texture_1d);
    CULVERT_ANSWER(MAXIMUM_TEXTURE1D_LINEAR_WIDTH, p.max_texture_1d_linear);
    CULVERT_ANSWER(MAXIMUM_TEXTURE1D_MIPMAPPED_WIDTH, p.max_texture_1d_mipmapped);
    CULVERT_ANSWER(MAXIMUM_TEXTURE1D_LAYERED_WIDTH, p.max_texture_1d_layered[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE1D_LAYERED_LAYERS, p.max_texture_1d_layered[1]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_WIDTH, p.max_texture_2d[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_HEIGHT, p.max_texture_2d[1]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_LINEAR_WIDTH, p.max_texture_2d_linear[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_LINEAR_HEIGHT, p.max_texture_2d_linear[1]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_LINEAR_PITCH, p.max_texture_2d_linear[2]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_GATHER_WIDTH, p.max_texture_2d_gather[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_GATHER_HEIGHT, p.max_texture_2d_gather[1]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_LAYERED_WIDTH, p.max_texture_2d_layered[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_LAYERED_HEIGHT, p.max_texture_2d_layered[1]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_LAYERED_LAYERS, p.max_texture_2d_layered[2]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_MIPMAPPED_WIDTH, p.max_texture_2d_mipmapped[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE2D_MIPMAPPED_HEIGHT, p.max_texture_2d_mipmapped[1]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE3D_WIDTH, p.max_texture_3d[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE3D_HEIGHT, p.max_texture_3d[1]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE3D_DEPTH, p.max_texture_3d[2]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE3D_WIDTH_ALTERNATE, p.max_texture_3d_alternate[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE3D_HEIGHT_ALTERNATE, p.max_texture_3d_alternate[1]);
    CULVERT_ANSWER(MAXIMUM_TEXTURE3D_DEPTH_ALTERNATE, p.max_texture_3d_alternate[2]);
    CULVERT_ANSWER(MAXIMUM_TEXTURECUBEMAP_WIDTH, p.max_texture_cubemap);
    CULVERT_ANSWER(MAXIMUM_TEXTURECUBEMAP_LAYERED_WIDTH, p.max_texture_cubemap_layered[0]);
    CULVERT_ANSWER(MAXIMUM_TEXTURECUBEMAP_LAYERED_LAYERS, p.max_texture_cubemap_layered[1]);
    CULVERT_ANSWER(MAXIMUM_SURFACE1D_WIDTH, p.max_surface_1d);
    CULVERT_ANSWER(MAXIMUM_SURFACE1D_LAYERED_WIDTH, p.max_surface_1d_layered[0]);
    CULVERT_ANSWER(MAXIMUM_SURFACE1D_LAYERED_LAYERS, p.max_surface_1d_layered[1]);
    CULVERT_ANSWER(MAXIMUM_SURFACE2D_WIDTH, p.max_surface_2d[0]);
    CULVERT_ANSWER(MAXIMUM_SURFACE2D_HEIGHT, p.max_surface_2d[1]);
    CULVERT_ANSWER(MAXIMUM_SURFACE2D_LAYERED_WIDTH, p.max_surface_2d_layered[0]);
    CULVERT_ANSWER(MAXIMUM_SURFACE2D_LAYERED_HEIGHT, p.max_surface_2d_layered[1]);
    CULVERT_ANSWER(MAXIMUM_SURFACE2D_LAYERED_LAYERS, p.max_surface_2d_layered[2]);
    CULVERT_ANSWER(MAXIMUM_SURFACE3D_WIDTH, p.max_surface_3d[0]);
    CULVERT_ANSWER(MAXIMUM_SURFACE3D_HEIGHT, p.max_surface_3d[1]);
    CULVERT_ANSWER(MAXIMUM_SURFACE3D_DEPTH, p.max_surface_3d[2]);
    CULVERT_ANSWER(MAXIMUM_SURFACECUBEMAP_WIDTH, p.max_surface_cubemap);
    CULVERT_ANSWER(MAXIMUM_SURFACECUBEMAP_LAYERED_WIDTH, p.max_surface_cubemap_layered[0]);
    CULVERT_ANSWER(MAXIMUM_SURFACECUBEMAP_LAYERED_LAYERS, p.max_surface_cubemap_layered[1]);
    CULVERT_ANSWER(SPARSE_CUDA_ARRAY_SUPPORTED, p.sparse_arrays);
    CULVERT_ANSWER(DEFERRED_MAPPING_CUDA_ARRAY_SUPPORTED, p.deferred_mapping_arrays);

    // What the device does not have; a query says no.
    case k_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR_SUPPORTED:
    case k_HANDLE_TYPE_WIN32_HANDLE_SUPPORTED:
    case k_HANDLE_TYPE_WIN32_KMT_HANDLE_SUPPORTED:
    case k_HANDLE_TYPE_FABRIC_SUPPORTED:
    case k_GENERIC_COMPRESSION_SUPPORTED:
    case k_GPU_DIRECT_RDMA_WITH_CUDA_VMM_SUPPORTED:
    case k_GPU_DIRECT_RDMA_FLUSH_WRITES_OPTIONS:
    case k_GPU_DIRECT_RDMA_WRITES_ORDERING:
    case k_MEMPOOL_SUPPORTED_HANDLE_TYPES:
    case k_DMA_BUF_SUPPORTED:
    case k_IPC_EVENT_SUPPORTED:
    case k_TENSOR_MAP_ACCESS_SUPPORTED:
    case k_D3D12_CIG_SUPPORTED:
    case k_VULKAN_CIG_SUPPORTED:
    case k_MEM_DECOMPRESS_ALGORITHM_MASK:
    case k_MEM_DECOMPRESS_MAXIMUM_LENGTH:
    case k_HOST_NUMA_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED:
    case k_HOST_NUMA_MEMORY_POOLS_SUPPORTED:
    case k_HOST_NUMA_MULTINODE_IPC_SUPPORTED:
    case k_HOST_MEMORY_POOLS_SUPPORTED:
    case k_HOST_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED:
    case k_HOST_ALLOC_DMA_BUF_SUPPORTED:
      return 0;
  }
#undef CULVERT_ANSWER
  return Error(ErrorKind::kInvalidValue, "there is no device attribute %d", number);
}

}  // namespace culvert::api
