// From LaunchParams to the device's command. Internal to runtime/.
#ifndef CULVERT_RUNTIME_LAUNCH_H_
#define CULVERT_RUNTIME_LAUNCH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "runtime/launch_params.h"
#include "runtime/npu/commands.h"

namespace culvert {

// Checks as CheckLaunch does and copies the arguments. The command holds what the kernel needs.
absl::StatusOr<std::unique_ptr<npu::Command>> MakeLaunch(const LaunchParams& params);

}  // namespace culvert

#endif  // CULVERT_RUNTIME_LAUNCH_H_
