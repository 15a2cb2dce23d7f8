#include "runtime/module.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/algorithm/container.h"
#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/module_impl.h"

namespace culvert {
namespace {

npu::AllocationKind KindOf(const ModuleVariable& variable) {
  if (variable.is_managed) return npu::AllocationKind::kManaged;
  return variable.is_constant ? npu::AllocationKind::kConstant : npu::AllocationKind::kDevice;
}

}  // namespace

Module::Module(std::shared_ptr<Library> library, std::shared_ptr<Context> context, std::shared_ptr<ContextState> state)
    : id_(NextObjectId()),
      library_(std::move(library)),
      context_(std::move(context)),
      state_(std::move(state)),
      impl_(std::make_unique<Impl>()) {}

Module::~Module() {
  state_->ForgetEndedModule(library_->id());
  if (state_->ended()) return;  // the memory went with it
  for (uint64_t address : impl_->owned_addresses) state_->memory().Free(address).IgnoreError();
}

absl::StatusOr<std::shared_ptr<Module>> Module::Load(Context& context, const void* image, const ImageOptions& options) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context.State());
  CULVERT_RETURN_IF_ERROR(state->status());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, Library::Load(image, options));
  std::shared_ptr<Module> module(new Module(library, context.shared_from_this(), state));
  CULVERT_RETURN_IF_ERROR(module->impl_->Initialize(*module));
  return state->AddModule(library->id(), module, /*owned=*/false);
}

absl::Status Module::Impl::Initialize(Module& module) {
  const std::vector<ModuleVariable>& all = module.library_->impl_->compiled->Variables();
  npu::MemorySpace& memory = module.state_->memory();
  for (const ModuleVariable& variable : all) {
    if (variable.is_external || variable.size_bytes == 0) continue;
    if (variables.contains(variable.name)) continue;  // a weak one that was defined before
    bool is_new = true;
    CULVERT_ASSIGN_OR_RETURN(uint64_t address, Place(module, variable, &is_new));
    variables[variable.name] = {.address = address,
                                .size_bytes = variable.size_bytes,
                                .is_managed = variable.is_managed,
                                .is_constant = variable.is_constant};
    if (!is_new) continue;
    owned_addresses.push_back(address);
    uint64_t initial_bytes = std::min<uint64_t>(variable.initial.size(), variable.size_bytes);
    std::copy_n(variable.initial.data(), initial_bytes, reinterpret_cast<uint8_t*>(address));
    memory.Zero(address + initial_bytes, variable.size_bytes - initial_bytes);
  }
  for (const ModuleVariable& variable : all) {
    auto target = variables.find(variable.name);
    if (target == variables.end() || !absl::c_linear_search(owned_addresses, target->second.address)) continue;
    for (const ModuleVariable::AddressInit& init : variable.addresses) {
      uint64_t value = 0;
      if (init.is_function) {
        value = kFunctionAddressBase + uint64_t{init.function_id} * 16;
      } else {
        CULVERT_ASSIGN_OR_RETURN(value, AddressOf(module, init.symbol));
      }
      value += static_cast<uint64_t>(init.addend);
      if (init.width_bytes > sizeof(value) || init.offset_bytes > variable.size_bytes ||
          init.width_bytes > variable.size_bytes - init.offset_bytes) {
        return Error(ErrorKind::kInvalidPtx, "variable %s: the address of %s lies outside its initial value",
                     variable.name, init.symbol);
      }
      std::memcpy(reinterpret_cast<void*>(target->second.address + init.offset_bytes), &value, init.width_bytes);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Module::Impl::Place(Module& module, const ModuleVariable& variable, bool* is_new) {
  npu::AllocationRequest request = {
      .bytes = variable.size_bytes, .align_bytes = variable.align_bytes, .kind = KindOf(variable), .is_variable = true};
  if (!variable.is_managed) return module.state_->memory().Allocate(request);
  Library::Impl& library = *module.library_->impl_;
  std::lock_guard lock(library.mutex);
  std::shared_ptr<ContextState> home = library.managed_home.lock();
  if (home != nullptr && home != module.state_ && !home->ended()) {
    auto found = library.managed_addresses.find(variable.name);
    if (found != library.managed_addresses.end()) {
      *is_new = false;
      return found->second;
    }
  }
  if (home != module.state_) library.managed_addresses.clear();
  library.managed_home = module.state_;
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, module.state_->memory().Allocate(request));
  library.managed_addresses[variable.name] = address;
  return address;
}

absl::StatusOr<uint64_t> Module::Impl::AddressOf(const Module& module, const std::string& symbol) const {
  auto found = variables.find(symbol);
  if (found != variables.end()) return found->second.address;
  const auto& external = module.library_->impl_->external_addresses;
  auto given = external.find(symbol);
  if (given != external.end()) return given->second;
  return Error(ErrorKind::kInvalidPtx, "variable %s is declared and not defined", symbol);
}

absl::StatusOr<std::shared_ptr<Function>> Module::GetFunction(std::string_view name) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, library_->GetKernel(name));
  std::lock_guard lock(impl_->mutex);
  std::unique_ptr<Function>& function = impl_->functions[kernel->name()];
  if (function == nullptr) function.reset(new Function(std::move(kernel), this));
  return std::shared_ptr<Function>(shared_from_this(), function.get());
}

absl::StatusOr<GlobalVariable> Module::GetGlobal(std::string_view name) const {
  auto found = impl_->variables.find(Key(name));
  if (found == impl_->variables.end()) return Error(ErrorKind::kNotFound, "the image has no variable %s", name);
  return found->second;
}

}  // namespace culvert
