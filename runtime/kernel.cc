#include <algorithm>
#include <utility>

#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/device.h"
#include "runtime/log.h"
#include "runtime/module_impl.h"

namespace culvert {
namespace {

// Threads of a block that the register file can hold; whole warps.
int ThreadsThatFitRegisters(uint32_t registers) {
  uint32_t warps = kRegistersPerCore / (std::max(registers, 1u) * kWarpLanes);
  return static_cast<int>(std::clamp<uint32_t>(warps * kWarpLanes, kWarpLanes, kMaxThreadsPerBlock));
}

int MaxThreads(const KernelInfo& info) {
  const uint32_t* bound = info.required_threads[0] != 0 ? info.required_threads : info.max_threads;
  uint64_t threads = kMaxThreadsPerBlock;
  if (bound[0] != 0) threads = uint64_t{bound[0]} * std::max(bound[1], 1u) * std::max(bound[2], 1u);
  return static_cast<int>(
      std::min<uint64_t>({threads, kMaxThreadsPerBlock, uint64_t(ThreadsThatFitRegisters(info.registers))}));
}

}  // namespace

Kernel::Kernel(std::shared_ptr<Library> library, std::string name)
    : id_(NextObjectId()), name_(std::move(name)), library_(library), impl_(std::make_unique<Impl>()) {}
Kernel::~Kernel() = default;

std::shared_ptr<Library> Kernel::library() const { return library_.lock(); }

absl::StatusOr<std::shared_ptr<const Program>> Kernel::Impl::Compile(Kernel& kernel) {
  {
    std::lock_guard lock(mutex);
    if (program != nullptr) return program;
  }
  // Not under the lock: others may ask for attributes of what they have. The compiler compiles once.
  std::shared_ptr<Library> library = kernel.library();
  absl::StatusOr<std::shared_ptr<const Program>> compiled = library->impl_->compiled->CompileEntry(kernel.name_);
  if (!compiled.ok()) return LogRefusal(compiled.status());
  std::lock_guard lock(mutex);
  program = *compiled;
  return program;
}

FunctionAttributes Kernel::Impl::Attributes(const Device& device, const Program& program) {
  KernelSettings set;
  {
    std::lock_guard lock(mutex);
    if (auto found = settings.find(device.ordinal()); found != settings.end()) set = found->second;
  }
  const KernelInfo& info = program.info;
  const DeviceProperties& properties = device.properties();
  FunctionAttributes attributes;
  attributes.max_threads_per_block = MaxThreads(info);
  attributes.shared_bytes = static_cast<int>(info.static_scratchpad_bytes);
  attributes.constant_bytes = static_cast<int>(info.constant_bytes);
  attributes.local_bytes = static_cast<int>(info.local_bytes);
  attributes.registers = static_cast<int>(info.registers);
  attributes.ptx_version = static_cast<int>(info.ptx_target);
  attributes.binary_version = properties.major * 10 + properties.minor;
  attributes.max_dynamic_shared_bytes = set.max_dynamic_shared_bytes;
  if (set.max_dynamic_shared_bytes < 0) {
    attributes.max_dynamic_shared_bytes = std::max(0, properties.max_shared_bytes_per_block - attributes.shared_bytes);
  }
  attributes.preferred_carveout = set.preferred_carveout;
  for (int i = 0; i < 3; ++i) {
    attributes.required_cluster[i] =
        info.cluster_dims[0] != 0 ? static_cast<int>(info.cluster_dims[i]) : set.required_cluster[i];
  }
  attributes.cluster_size_must_be_set = info.cluster_dims[0] != 0;
  attributes.non_portable_cluster_allowed = set.non_portable_cluster_allowed;
  attributes.cluster_scheduling_policy = set.cluster_scheduling_policy;
  return attributes;
}

absl::StatusOr<KernelInfo> Kernel::Info() {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program, impl_->Compile(*this));
  return program->info;
}

absl::StatusOr<FunctionAttributes> Kernel::Attributes(const Device& device) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program, impl_->Compile(*this));
  return impl_->Attributes(device, *program);
}

absl::Status Kernel::SetAttribute(const Device& device, SettableAttribute attribute, int value) {
  CULVERT_ASSIGN_OR_RETURN(FunctionAttributes now, Attributes(device));
  auto check = [&](bool ok, const char* what) {
    return ok ? absl::OkStatus() : Error(ErrorKind::kInvalidValue, "kernel %s: %s cannot be %d", name_, what, value);
  };
  bool has_fixed_cluster = now.cluster_size_must_be_set;
  switch (attribute) {
    case SettableAttribute::kMaxDynamicSharedBytes:
      CULVERT_RETURN_IF_ERROR(
          check(value >= 0 && value <= device.properties().max_shared_bytes_per_block_optin - now.shared_bytes,
                "dynamic shared memory"));
      break;
    case SettableAttribute::kPreferredCarveout:
      CULVERT_RETURN_IF_ERROR(check(value >= -1 && value <= 100, "the shared memory carveout"));
      break;
    case SettableAttribute::kRequiredClusterWidth:
    case SettableAttribute::kRequiredClusterHeight:
    case SettableAttribute::kRequiredClusterDepth:
      CULVERT_RETURN_IF_ERROR(check(!has_fixed_cluster && value >= 0, "the cluster size"));
      break;
    case SettableAttribute::kNonPortableClusterAllowed:
      CULVERT_RETURN_IF_ERROR(check(value == 0 || value == 1, "leave for non-portable cluster sizes"));
      break;
    case SettableAttribute::kClusterSchedulingPolicy:
      CULVERT_RETURN_IF_ERROR(check(value >= 0 && value <= 2, "the cluster scheduling policy"));
      break;
  }
  std::lock_guard lock(impl_->mutex);
  KernelSettings& set = impl_->settings[device.ordinal()];
  switch (attribute) {
    case SettableAttribute::kMaxDynamicSharedBytes:
      set.max_dynamic_shared_bytes = value;
      break;
    case SettableAttribute::kPreferredCarveout:
      set.preferred_carveout = value;
      break;
    case SettableAttribute::kRequiredClusterWidth:
      set.required_cluster[0] = value;
      break;
    case SettableAttribute::kRequiredClusterHeight:
      set.required_cluster[1] = value;
      break;
    case SettableAttribute::kRequiredClusterDepth:
      set.required_cluster[2] = value;
      break;
    case SettableAttribute::kNonPortableClusterAllowed:
      set.non_portable_cluster_allowed = value != 0;
      break;
    case SettableAttribute::kClusterSchedulingPolicy:
      set.cluster_scheduling_policy = value;
      break;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<Function>> Kernel::InContext(Context& context) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context.State());
  {
    std::lock_guard lock(impl_->mutex);
    for (const auto& [state_id, weak] : impl_->functions) {
      if (state_id != state->id()) continue;
      if (std::shared_ptr<Function> function = weak.lock()) return function;
    }
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, library()->InContext(context));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, module->GetFunction(name_));
  std::lock_guard lock(impl_->mutex);
  std::erase_if(impl_->functions,
                [&](const auto& entry) { return entry.first == state->id() || entry.second.expired(); });
  impl_->functions.emplace_back(state->id(), function);
  return function;
}

}  // namespace culvert
