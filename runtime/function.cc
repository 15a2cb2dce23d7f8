#include <utility>
#include <vector>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/device.h"
#include "runtime/module_impl.h"

namespace culvert {

Function::Function(std::shared_ptr<Kernel> kernel, Module* module)
    : id_(NextObjectId()), kernel_(std::move(kernel)), module_(module), impl_(std::make_unique<Impl>()) {}
Function::~Function() = default;

const std::string& Function::name() const { return kernel_->name(); }
std::shared_ptr<Module> Function::module() const { return module_->shared_from_this(); }
const std::shared_ptr<Context>& Function::context() const { return module_->context(); }

absl::StatusOr<FunctionAttributes> Function::Attributes() { return kernel_->Attributes(*context()->device()); }

absl::Status Function::SetAttribute(SettableAttribute attribute, int value) {
  return kernel_->SetAttribute(*context()->device(), attribute, value);
}

absl::StatusOr<std::shared_ptr<const npu::PreparedProgram>> Function::Prepare() {
  std::lock_guard lock(impl_->mutex);
  if (impl_->prepared != nullptr) return impl_->prepared;
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program, kernel_->impl_->Compile(*kernel_));
  std::vector<uint64_t> addresses;
  for (const std::string& symbol : program->symbols) {
    CULVERT_ASSIGN_OR_RETURN(uint64_t address, module_->impl_->AddressOf(*module_, symbol));
    addresses.push_back(address);
  }
  CULVERT_ASSIGN_OR_RETURN(impl_->prepared, npu::PreparedProgram::Prepare(std::move(program), addresses));
  return impl_->prepared;
}

}  // namespace culvert
