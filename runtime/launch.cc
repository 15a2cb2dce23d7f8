#include "runtime/launch.h"

#include <algorithm>
#include <cstring>

#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/module_impl.h"
#include "runtime/occupancy.h"

namespace culvert {
namespace {

absl::Status CheckShape(const LaunchParams& params) {
  for (int i = 0; i < 3; ++i) {
    if (params.grid[i] == 0 || params.grid[i] > kMaxGridDim[i]) {
      return Error(ErrorKind::kInvalidConfiguration, "grid dimension %c is %d: 1 to %d are possible", "xyz"[i],
                   params.grid[i], kMaxGridDim[i]);
    }
    if (params.block[i] == 0 || params.block[i] > kMaxBlockDim[i]) {
      return Error(ErrorKind::kInvalidConfiguration, "block dimension %c is %d: 1 to %d are possible", "xyz"[i],
                   params.block[i], kMaxBlockDim[i]);
    }
    if (params.cluster[i] != 1) {
      return MakeError(ErrorKind::kNotSupported, "thread block clusters larger than one block are not supported");
    }
  }
  uint64_t threads = uint64_t{params.block[0]} * params.block[1] * params.block[2];
  if (threads > kMaxThreadsPerBlock) {
    return Error(ErrorKind::kInvalidConfiguration, "a block of %d threads: the limit is %d", threads,
                 kMaxThreadsPerBlock);
  }
  return absl::OkStatus();
}

// What the kernel itself demands. Returns the blocks that may be resident on the whole device.
absl::StatusOr<uint64_t> CheckKernel(const LaunchParams& params, const KernelInfo& info, const Device& device,
                                     const FunctionAttributes& attributes) {
  int threads = static_cast<int>(params.block[0] * params.block[1] * params.block[2]);
  if (threads > attributes.max_threads_per_block) {
    return Error(ErrorKind::kLaunchOutOfResources,
                 "kernel %s: a block of %d threads, the kernel allows %d (launch bounds, "
                 "registers)",
                 info.name, threads, attributes.max_threads_per_block);
  }
  const uint32_t* required = info.required_threads;
  if (required[0] != 0) {
    for (int i = 0; i < 3; ++i) {
      if (params.block[i] == std::max(required[i], 1u)) continue;
      return Error(ErrorKind::kInvalidConfiguration, "kernel %s requires blocks of %d x %d x %d threads", info.name,
                   required[0], std::max(required[1], 1u), std::max(required[2], 1u));
    }
  }
  if (params.dynamic_shared_bytes > static_cast<uint64_t>(attributes.max_dynamic_shared_bytes)) {
    return Error(ErrorKind::kInvalidValue,
                 "kernel %s: %d bytes of dynamic shared memory, %d are allowed beside %d static ones "
                 "(more after the kernel's limit is raised)",
                 info.name, params.dynamic_shared_bytes, attributes.max_dynamic_shared_bytes, attributes.shared_bytes);
  }
  if (std::max({attributes.required_cluster[0], attributes.required_cluster[1], attributes.required_cluster[2]}) > 1) {
    return Error(ErrorKind::kNotSupported, "kernel %s: thread block clusters are not supported", info.name);
  }
  CULVERT_ASSIGN_OR_RETURN(int per_core, MaxActiveBlocks(device, attributes, threads, params.dynamic_shared_bytes));
  if (per_core == 0) {
    return Error(ErrorKind::kLaunchOutOfResources,
                 "kernel %s: a block of %d threads with %d registers each and %d bytes of shared "
                 "memory does not fit a core",
                 info.name, threads, attributes.registers,
                 static_cast<uint64_t>(attributes.shared_bytes) + params.dynamic_shared_bytes);
  }
  uint64_t resident = static_cast<uint64_t>(per_core) * static_cast<uint64_t>(device.properties().multiprocessor_count);
  uint64_t blocks = uint64_t{params.grid[0]} * params.grid[1] * params.grid[2];
  if (params.cooperative && blocks > resident) {
    return Error(ErrorKind::kCooperativeLaunchTooLarge,
                 "kernel %s: a cooperative grid of %d blocks, %d can be resident", info.name, blocks, resident);
  }
  return resident;
}

absl::Status CheckArguments(const LaunchParams& params, const KernelInfo& info) {
  if (info.parameters.empty()) return absl::OkStatus();
  if (params.packed != nullptr) {
    // A packed structure may carry the padding of its strictest member.
    uint64_t padded = (uint64_t{info.parameter_bytes} + 15) & ~uint64_t{15};
    if (params.packed_bytes >= info.parameter_bytes && params.packed_bytes <= padded) return absl::OkStatus();
    return Error(ErrorKind::kInvalidValue, "kernel %s: %d bytes of arguments, it declares %d", info.name,
                 params.packed_bytes, info.parameter_bytes);
  }
  if (params.arguments == nullptr) return Error(ErrorKind::kInvalidValue, "kernel %s: no arguments", info.name);
  for (size_t i = 0; i < info.parameters.size(); ++i) {
    if (params.arguments[i] == nullptr)
      return Error(ErrorKind::kInvalidValue, "kernel %s: argument %d is null", info.name, i);
  }
  return absl::OkStatus();
}

struct CheckedLaunch {
  std::shared_ptr<const npu::PreparedProgram> prepared;
  uint64_t resident_limit = 0;
};

absl::StatusOr<CheckedLaunch> Check(const LaunchParams& params) {
  if (params.function == nullptr) return MakeError(ErrorKind::kInvalidHandle, "no kernel");
  CULVERT_RETURN_IF_ERROR(CheckShape(params));
  CheckedLaunch checked;
  CULVERT_ASSIGN_OR_RETURN(checked.prepared, params.function->Prepare());
  const KernelInfo& info = checked.prepared->program().info;
  CULVERT_ASSIGN_OR_RETURN(FunctionAttributes attributes, params.function->Attributes());
  CULVERT_ASSIGN_OR_RETURN(checked.resident_limit,
                           CheckKernel(params, info, *params.function->context()->device(), attributes));
  CULVERT_RETURN_IF_ERROR(CheckArguments(params, info));
  return checked;
}

}  // namespace

absl::Status CheckLaunch(const LaunchParams& params) { return Check(params).status(); }

absl::StatusOr<std::unique_ptr<npu::Command>> MakeLaunch(const LaunchParams& params) {
  CULVERT_ASSIGN_OR_RETURN(CheckedLaunch checked, Check(params));
  const KernelInfo& info = checked.prepared->program().info;
  auto command = npu::MakeCommand(npu::LaunchCommand{});
  auto& launch = std::get<npu::LaunchCommand>(command->body);
  std::copy_n(params.grid, 3, launch.grid);
  std::copy_n(params.block, 3, launch.block);
  launch.dynamic_scratchpad_bytes = static_cast<uint32_t>(params.dynamic_shared_bytes);
  launch.cooperative = params.cooperative;
  launch.resident_limit = checked.resident_limit;
  uint8_t* bank = launch.parameters.Resize(info.parameter_bytes);
  if (params.packed != nullptr) {
    std::memcpy(bank, params.packed, info.parameter_bytes);
  } else {
    for (size_t i = 0; i < info.parameters.size(); ++i) {
      const KernelParameter& parameter = info.parameters[i];
      std::memcpy(bank + parameter.offset_bytes, params.arguments[i], parameter.size_bytes);
    }
  }
  launch.program = std::move(checked.prepared);
  launch.pin = params.function->module();
  return command;
}

}  // namespace culvert
