// LaunchParams: the value that every API's launch turns into.
#ifndef CULVERT_RUNTIME_LAUNCH_PARAMS_H_
#define CULVERT_RUNTIME_LAUNCH_PARAMS_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"

namespace culvert {

class Function;

struct LaunchParams {
  std::shared_ptr<Function> function;  // of the stream's context (kInvalidHandle otherwise)
  uint32_t grid[3] = {1, 1, 1};
  uint32_t block[3] = {1, 1, 1};
  uint32_t cluster[3] = {1, 1, 1};
  uint64_t dynamic_shared_bytes = 0;
  bool cooperative = false;
  // Arguments, one of two forms; both are read during the call and not after it.
  void* const* arguments = nullptr;  // arguments[i] points to parameter i, of the size the kernel declares
  const void* packed = nullptr;      // the parameter bank, laid out as PTX lays out parameters
  size_t packed_bytes = 0;
};

// Checks a launch without doing it. The kernel is compiled if it was not yet. Errors, all non-sticky:
//   kInvalidConfiguration       a grid or block dimension is 0 or above its limit, or the block has too many threads
//   kInvalidValue               static + dynamic shared memory above the kernel's limit; no arguments for a kernel that
//   has
//                               parameters; packed bank of the wrong size
//   kLaunchOutOfResources       more threads than the kernel was compiled for (.maxntid), or than its registers allow
//   kCooperativeLaunchTooLarge  cooperative grid above what can be resident
//   kNotSupported               cluster larger than 1x1x1
//   and what compiling the kernel gives (kInvalidPtx, ...)
// The driver API's own codes for the first two differ; the boundary maps kInvalidConfiguration to kInvalidValue there.
absl::Status CheckLaunch(const LaunchParams& params);

}  // namespace culvert

#endif  // CULVERT_RUNTIME_LAUNCH_PARAMS_H_
