// Facts of a kernel that hold before it runs: what the launch path checks and what the APIs report.
#ifndef CULVERT_INCLUDE_CULVERT_KERNEL_INFO_H_
#define CULVERT_INCLUDE_CULVERT_KERNEL_INFO_H_

#include <cstdint>
#include <string>
#include <vector>

namespace culvert {

// One .param of an .entry. Offsets follow the PTX rule: each parameter at the next multiple of its alignment.
struct KernelParameter {
  uint32_t offset_bytes = 0;
  uint32_t size_bytes = 0;
  uint32_t align_bytes = 1;
};

struct KernelInfo {
  std::string name;  // as in PTX (mangled)
  std::vector<KernelParameter> parameters;
  uint32_t parameter_bytes = 0;          // end of the last parameter
  uint32_t static_scratchpad_bytes = 0;  // .shared variables the kernel and its callees use
  uint32_t scratchpad_align_bytes = 1;   // strictest alignment, also of the dynamic part
  uint32_t constant_bytes = 0;           // .const variables of the module
  uint32_t local_bytes = 0;              // .local per thread, entry and the deepest call chain known
  uint32_t registers = 0;                // 32-bit registers per thread an equivalent hardware kernel would need; >= 1
  uint32_t max_threads[3] = {0, 0, 0};   // .maxntid; 0 = not given
  uint32_t required_threads[3] = {0, 0, 0};  // .reqntid; 0 = not given
  uint32_t min_blocks_per_core = 0;          // .minnctapersm
  uint32_t cluster_dims[3] = {0, 0, 0};      // .reqnctapercluster
  uint32_t ptx_version = 0;                  // .version as major * 10 + minor
  uint32_t ptx_target = 0;                   // .target sm_XX as XX
  bool uses_barriers = false;
  bool uses_device_heap = false;
  bool uses_printf = false;
};

}  // namespace culvert

#endif  // CULVERT_INCLUDE_CULVERT_KERNEL_INFO_H_
