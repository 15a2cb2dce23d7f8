#include "cuda_api/libcudart/image.h"

#include <mutex>
#include <utility>

#include "cuda_api/handles.h"
#include "include/culvert/error.h"

namespace culvert::libcudart {

absl::StatusOr<std::shared_ptr<Library>> Image::Load() {
  std::lock_guard lock(mutex_);
  if (library_ != nullptr) return library_;
  if (wrapper_ == nullptr) return Error(ErrorKind::kInvalidDeviceFunction, "the device code was unregistered");
  if (tried_) return failure_;
  auto library = Library::Load(wrapper_, ImageOptions());
  if (!library.ok()) {
    tried_ = KindOf(library.status()) != ErrorKind::kOutOfMemory;
    failure_ = library.status();
    return library.status();
  }
  library_ = *std::move(library);
  return library_;
}

void Image::Unload() {
  std::shared_ptr<Library> library;
  {
    std::lock_guard lock(mutex_);
    wrapper_ = nullptr;
    library = std::move(library_);
    library_ = nullptr;
    managed_.clear();
  }
  if (library == nullptr) return;
  api::RemoveHandlesOwnedBy(library.get());
  library->Unload();
}

void Image::AddManaged(void** host_pointer, std::string name) {
  std::lock_guard lock(mutex_);
  managed_.push_back({host_pointer, std::move(name), 0});
}

bool Image::has_managed() {
  std::lock_guard lock(mutex_);
  return !managed_.empty();
}

absl::Status Image::PlaceManaged(Context& context) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, Load());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, library->InContext(context));
  std::lock_guard lock(mutex_);
  for (ManagedVariable& variable : managed_) {
    CULVERT_ASSIGN_OR_RETURN(GlobalVariable global, module->GetGlobal(variable.name));
    variable.address = global.address;
    *variable.host_pointer = reinterpret_cast<void*>(global.address);
  }
  return absl::OkStatus();
}

void** Image::FindManaged(uint64_t address) {
  std::lock_guard lock(mutex_);
  for (const ManagedVariable& variable : managed_) {
    if (variable.address == address && address != 0) return variable.host_pointer;
  }
  return nullptr;
}

}  // namespace culvert::libcudart
