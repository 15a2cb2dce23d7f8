// Device: one NPU as programs see it. Created by Platform, lives for ever.
#ifndef CULVERT_RUNTIME_DEVICE_H_
#define CULVERT_RUNTIME_DEVICE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace culvert {

class Context;
class MemoryPool;
namespace npu {
class Device;
struct MemoryBudget;
}  // namespace npu

// Everything a device reports. Booleans are 0/1. Units in the names; clocks in kHz.
struct DeviceProperties {
  std::string name;                   // "Culvert NPU"
  std::array<uint8_t, 16> uuid = {};  // stable per ordinal and machine
  uint64_t total_memory_bytes = 0;
  int major = 0, minor = 0;
  int multiprocessor_count = 0;
  int warp_size = 0;
  int max_threads_per_block = 0;
  int max_block_dim[3] = {};
  int max_grid_dim[3] = {};
  int max_shared_bytes_per_block = 0;
  int max_shared_bytes_per_block_optin = 0;
  int max_shared_bytes_per_multiprocessor = 0;
  int reserved_shared_bytes_per_block = 0;
  int total_constant_bytes = 0;
  int max_registers_per_block = 0;
  int max_registers_per_multiprocessor = 0;
  int max_threads_per_multiprocessor = 0;
  int max_blocks_per_multiprocessor = 0;
  int max_pitch_bytes = 0;
  int texture_alignment_bytes = 0;
  int texture_pitch_alignment_bytes = 0;
  int surface_alignment_bytes = 0;
  int clock_khz = 0;
  int memory_clock_khz = 0;
  int memory_bus_width_bits = 0;
  int l2_cache_bytes = 0;
  int max_persisting_l2_bytes = 0;
  int max_access_policy_window_bytes = 0;
  int pci_domain = 0, pci_bus = 0, pci_device = 0;
  int async_engine_count = 0;
  int single_to_double_ratio = 0;
  int max_texture_1d = 0;  // texture limits as a device of this capability reports them
  int max_texture_1d_linear = 0;
  int max_texture_1d_mipmapped = 0;
  int max_texture_1d_layered[2] = {};  // width, layers
  int max_texture_2d[2] = {};
  int max_texture_2d_linear[3] = {};  // width, height, pitch
  int max_texture_2d_gather[2] = {};
  int max_texture_2d_layered[3] = {};
  int max_texture_2d_mipmapped[2] = {};
  int max_texture_3d[3] = {};
  int max_texture_3d_alternate[3] = {};
  int max_texture_cubemap = 0;
  int max_texture_cubemap_layered[2] = {};
  int max_surface_1d = 0;
  int max_surface_1d_layered[2] = {};
  int max_surface_2d[2] = {};
  int max_surface_2d_layered[3] = {};
  int max_surface_3d[3] = {};
  int max_surface_cubemap = 0;
  int max_surface_cubemap_layered[2] = {};
  bool gpu_overlap = true;
  bool kernel_exec_timeout = false;
  bool integrated = false;
  bool can_map_host_memory = true;
  bool concurrent_kernels = true;
  bool ecc_enabled = false;
  bool tcc_driver = false;
  bool unified_addressing = true;
  bool stream_priorities = true;
  bool global_l1_cache = true;
  bool local_l1_cache = true;
  bool managed_memory = true;
  bool multi_gpu_board = false;
  int multi_gpu_board_group = 0;
  bool host_native_atomics = true;
  bool pageable_memory_access = false;  // a pageable host pointer in a kernel is a fault
  bool concurrent_managed_access = true;
  bool compute_preemption = true;
  bool can_use_host_pointer_for_registered_memory = true;
  bool cooperative_launch = true;
  bool cooperative_multi_device_launch = false;
  bool can_flush_remote_writes = false;
  bool host_register = true;
  bool host_register_read_only = true;
  bool pageable_uses_host_page_tables = false;
  bool direct_managed_access_from_host = true;
  bool virtual_memory_management = false;
  bool memory_pools = true;
  bool stream_mem_ops = false;
  bool sparse_arrays = false;
  bool cluster_launch = false;
  bool unified_function_pointers = true;
  bool timeline_semaphore_interop = false;
  bool gpu_direct_rdma = false;
  bool deferred_mapping_arrays = false;
  bool multicast = false;
  bool mps = false;
  int numa_id = -1;
};

class Device {
 public:
  int ordinal() const { return ordinal_; }
  const DeviceProperties& properties() const { return properties_; }
  bool CanAccessPeer(const Device& other) const { return &other != this; }

  // Bytes not allocated on this device (all contexts) and the total.
  void MemoryInfo(uint64_t* free_bytes, uint64_t* total_bytes) const;

  // The primary context: one object for the life of the process, whether active or not (its identity, and so its
  // handle, survives resets). Never null.
  const std::shared_ptr<Context>& primary() const { return primary_; }
  // Retain activates it at the first call; Release deactivates at the last (kInvalidContext if not retained); Reset
  // ends it at once whatever the count and keeps the count's owners valid for a later activation.
  absl::StatusOr<std::shared_ptr<Context>> RetainPrimary();
  absl::Status ReleasePrimary();
  absl::Status ResetPrimary();

  // Stream-ordered allocation pools (the default pool and the one in force, which is the default until set).
  const std::shared_ptr<MemoryPool>& default_pool() const { return default_pool_; }
  std::shared_ptr<MemoryPool> current_pool() const;
  void SetCurrentPool(std::shared_ptr<MemoryPool> pool);

  // Accounting of device memory; used by the memory code. Charge fails with kOutOfMemory.
  absl::Status Charge(uint64_t bytes);
  void Release(uint64_t bytes);

  // Internal to runtime/: the machine behind this device, and its memory account.
  npu::Device& npu() const;
  npu::MemoryBudget& budget() const;

 private:
  friend class Platform;
  Device(int ordinal, DeviceProperties properties);
  struct Impl;
  int ordinal_;
  DeviceProperties properties_;
  std::shared_ptr<Context> primary_;
  std::shared_ptr<MemoryPool> default_pool_;
  Impl* impl_;
};

}  // namespace culvert

#endif  // CULVERT_RUNTIME_DEVICE_H_
