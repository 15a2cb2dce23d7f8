// The attributes of an extended launch (CUDA Driver API, cuLaunchKernelEx, CUlaunchAttributeID).
#ifndef CULVERT_CUDA_API_LIBCUDA_LAUNCH_ATTRIBUTES_H_
#define CULVERT_CUDA_API_LIBCUDA_LAUNCH_ATTRIBUTES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "include/cuda/detail/driver_structs.h"

namespace culvert::libcuda {

struct LaunchAttributes {
  uint32_t cluster[3] = {1, 1, 1};
  bool cooperative = false;
  std::vector<CUevent> events;  // to record after the kernel
};

// kInvalidValue for unknown attributes, kNotSupported for those that need what the device does not have.
absl::StatusOr<LaunchAttributes> ReadLaunchAttributes(const CUlaunchAttribute* attributes, unsigned count);

}  // namespace culvert::libcuda

#endif  // CULVERT_CUDA_API_LIBCUDA_LAUNCH_ATTRIBUTES_H_
