#include "cuda_api/libcudart/registry.h"

#include <mutex>
#include <shared_mutex>
#include <utility>

#include "cuda_api/libcudart/image.h"
#include "include/culvert/error.h"
#include "runtime/environment.h"

namespace culvert::libcudart {
namespace {

// Removes the records of `image` from a map of records.
template <typename Map>
void EraseRecords(Map& map, const Image* image) {
  for (auto it = map.begin(); it != map.end();) {
    std::erase_if(it->second, [image](const auto& record) { return record->image.get() == image; });
    if (it->second.empty()) {
      map.erase(it++);
    } else {
      ++it;
    }
  }
}

}  // namespace

Registry& Registry::Get() {
  static Registry* registry = new Registry;
  return *registry;
}

void** Registry::RegisterImage(const void* wrapper) {
  auto image = std::make_shared<Image>(wrapper);
  void** handle = reinterpret_cast<void**>(image.get());
  std::lock_guard lock(mutex_);
  images_.emplace(handle, std::move(image));
  return handle;
}

void Registry::UnregisterImage(void** handle) {
  std::shared_ptr<Image> image;
  {
    std::lock_guard lock(mutex_);
    auto it = images_.find(handle);
    if (it == images_.end()) return;
    image = std::move(it->second);
    images_.erase(it);
    EraseRecords(functions_, image.get());
    EraseRecords(variables_, image.get());
  }
  image->Unload();
}

std::shared_ptr<Image> Registry::FindImage(void** handle) {
  std::shared_lock lock(mutex_);
  auto it = images_.find(handle);
  return it == images_.end() ? nullptr : it->second;
}

void Registry::RegisterFunction(void** handle, const void* host_function, const char* device_name) {
  std::shared_ptr<Image> image = FindImage(handle);
  if (image == nullptr || device_name == nullptr) return;
  auto record = std::make_shared<FunctionRecord>(FunctionRecord{std::move(image), device_name, nullptr});
  std::lock_guard lock(mutex_);
  functions_[host_function].push_back(std::move(record));
}

void Registry::RegisterVariable(void** handle, const void* host_variable, const char* device_name, size_t size_bytes) {
  std::shared_ptr<Image> image = FindImage(handle);
  if (image == nullptr || device_name == nullptr) return;
  auto record = std::make_shared<VariableRecord>(VariableRecord{std::move(image), device_name, size_bytes});
  std::lock_guard lock(mutex_);
  variables_[host_variable].push_back(std::move(record));
}

void Registry::RegisterManagedVariable(void** handle, void** host_pointer, const char* device_name, size_t size_bytes) {
  std::shared_ptr<Image> image = FindImage(handle);
  if (image == nullptr || device_name == nullptr || host_pointer == nullptr) return;
  image->AddManaged(host_pointer, device_name);
  RegisterVariable(handle, host_pointer, device_name, size_bytes);
}

absl::StatusOr<std::shared_ptr<Kernel>> Registry::FindKernel(const void* host_function) {
  std::shared_ptr<FunctionRecord> record;
  {
    std::shared_lock lock(mutex_);
    auto it = functions_.find(host_function);
    if (it == functions_.end()) {
      return Error(ErrorKind::kInvalidDeviceFunction, "no kernel is registered for the host function %p",
                   host_function);
    }
    record = it->second.front();
    if (record->kernel != nullptr) return record->kernel;
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, record->image->Load());
  auto kernel = library->GetKernel(record->name);
  if (!kernel.ok()) {
    return Error(ErrorKind::kInvalidDeviceFunction, "the loaded device code has no kernel %s: %s", record->name,
                 std::string(kernel.status().message()));
  }
  std::lock_guard lock(mutex_);
  record->kernel = *kernel;
  return *std::move(kernel);
}

bool Registry::IsFunction(const void* host_function) {
  std::shared_lock lock(mutex_);
  return functions_.contains(host_function);
}

const char* Registry::FunctionName(const void* host_function) {
  std::shared_lock lock(mutex_);
  auto it = functions_.find(host_function);
  return it == functions_.end() ? nullptr : it->second.front()->name.c_str();
}

absl::StatusOr<GlobalVariable> Registry::FindVariable(const void* host_variable, Context& context) {
  std::shared_ptr<VariableRecord> record;
  {
    std::shared_lock lock(mutex_);
    auto it = variables_.find(host_variable);
    if (it == variables_.end()) {
      // The host names a managed variable by its value, so its address arrives here, not that of its host pointer.
      for (const auto& [handle, image] : images_) {
        void** host_pointer = image->FindManaged(reinterpret_cast<uint64_t>(host_variable));
        if (host_pointer != nullptr) it = variables_.find(host_pointer);
        if (it != variables_.end()) break;
      }
    }
    if (it == variables_.end()) {
      return Error(ErrorKind::kInvalidSymbol, "no device variable is registered for the host variable %p",
                   host_variable);
    }
    record = it->second.front();
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, record->image->Load());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, library->InContext(context));
  auto global = module->GetGlobal(record->name);
  if (!global.ok()) {
    return Error(ErrorKind::kInvalidSymbol, "the loaded device code has no variable %s: %s", record->name,
                 std::string(global.status().message()));
  }
  return global;
}

absl::Status Registry::PrepareContext(Context& context) {
  bool all = GetEnvironment().eager_loading;
  std::vector<std::shared_ptr<Image>> images;
  {
    std::shared_lock lock(mutex_);
    for (const auto& [handle, image] : images_) {
      if (all || image->has_managed()) images.push_back(image);
    }
  }
  for (const auto& image : images) CULVERT_RETURN_IF_ERROR(image->PlaceManaged(context));
  return absl::OkStatus();
}

absl::Status Registry::PrepareImage(void** handle, Context& context) {
  std::shared_ptr<Image> image = FindImage(handle);
  if (image == nullptr) return Error(ErrorKind::kInvalidValue, "%p is no registered fat binary", handle);
  return image->has_managed() ? image->PlaceManaged(context) : absl::OkStatus();
}

}  // namespace culvert::libcudart
