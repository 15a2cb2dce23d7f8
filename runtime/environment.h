// The environment variables Culvert reads, parsed in one place at first use. A value that does not parse is reported
// once on stderr and the default holds. The table with meanings is printed by `culvert info` (EnvironmentTable).
#ifndef CULVERT_RUNTIME_ENVIRONMENT_H_
#define CULVERT_RUNTIME_ENVIRONMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace culvert {

struct Environment {
  uint32_t devices = 1;       // CULVERT_DEVICES: 0-64
  uint32_t sm_count = 1;      // CULVERT_SM_COUNT: reported multiprocessors; default: usable cores
  uint32_t workers = 1;       // CULVERT_WORKERS: threads that run blocks; default: usable cores
  uint64_t memory_bytes = 0;  // CULVERT_MEMORY: per device; accepts K, M, G suffixes; default 3/4 of machine or cgroup
  uint32_t compute_capability = 121;  // CULVERT_COMPUTE_CAPABILITY: "12.1" -> 121
  uint32_t watchdog_ms = 0;           // CULVERT_WATCHDOG_MS: 0 = off
  bool trace = false;                 // CULVERT_TRACE: API calls on stderr
  uint32_t log_level = 1;             // CULVERT_LOG: 0 silent, 1 faults and refusals, 2 more
  bool launch_blocking = false;       // CUDA_LAUNCH_BLOCKING
  bool eager_loading = false;         // CUDA_MODULE_LOADING=EAGER
  // CUDA_VISIBLE_DEVICES: ordinals (or GPU-<uuid prefix>) up to the first invalid entry; has_visible_devices is false
  // if unset.
  bool has_visible_devices = false;
  std::string visible_devices;
};

// Thread-safe; the same object for the life of the process.
const Environment& GetEnvironment();

struct EnvironmentVariable {
  std::string_view name;
  std::string_view meaning;
};
const std::vector<EnvironmentVariable>& EnvironmentTable();

// Cores this process may use: affinity mask and cgroup quota, at least 1.
uint32_t UsableCores();
// Memory this process may use: machine or cgroup limit, in bytes.
uint64_t UsableMemoryBytes();

}  // namespace culvert

#endif  // CULVERT_RUNTIME_ENVIRONMENT_H_
