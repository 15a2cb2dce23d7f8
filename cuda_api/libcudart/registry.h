// Registry: the device code that compiled programs registered, and the way from a host address to a kernel or a
// variable.
//
// An image is one fat binary of the program; it is registered by a static constructor and unregistered at exit or
// dlclose. Registrations survive resets of devices. Nothing is loaded at registration: an image becomes a Library at
// the first use of one of its kernels or variables (lazy loading), or when a context is made if the image has managed
// variables. The same host address may be registered by several images (a template instantiated in two of them): the
// oldest one that is still registered answers.
//
// Thread-safe. Usable before constructors ran and after destructors (leaked singleton).
#ifndef CULVERT_CUDA_API_LIBCUDART_REGISTRY_H_
#define CULVERT_CUDA_API_LIBCUDART_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/context.h"
#include "runtime/module.h"

namespace culvert::libcudart {

class Image;

class Registry {
 public:
  static Registry& Get();

  // `wrapper`: the program's fat binary wrapper, read at the first use, valid until Unregister. The result is the
  // handle that compiled code passes to the calls below; they ignore a handle that is not registered.
  void** RegisterImage(const void* wrapper);
  void UnregisterImage(void** handle);
  void RegisterFunction(void** handle, const void* host_function, const char* device_name);
  void RegisterVariable(void** handle, const void* host_variable, const char* device_name, size_t size_bytes);
  // *host_pointer receives the address of the variable when a context is made.
  void RegisterManagedVariable(void** handle, void** host_pointer, const char* device_name, size_t size_bytes);

  // The kernel whose host stub is at `host_function`. Errors: kInvalidDeviceFunction (never registered), and what
  // loading the image gives (kNoBinaryForDevice, kInvalidImage, ...).
  absl::StatusOr<std::shared_ptr<Kernel>> FindKernel(const void* host_function);
  bool IsFunction(const void* host_function);
  // The device name, or null if `host_function` is not registered; loads nothing. It lives as long as the registration.
  const char* FunctionName(const void* host_function);

  // The variable whose host shadow is at `host_variable`, as it is in `context`. kInvalidSymbol if not registered.
  absl::StatusOr<GlobalVariable> FindVariable(const void* host_variable, Context& context);

  // Called when a context became active: loads the images that have managed variables (with CUDA_MODULE_LOADING=EAGER
  // all images) into it and sets the host pointers of the variables.
  absl::Status PrepareContext(Context& context);
  // The same for the managed variables of one image; kInvalidValue if `handle` is not registered.
  absl::Status PrepareImage(void** handle, Context& context);

 private:
  struct FunctionRecord {
    std::shared_ptr<Image> image;
    std::string name;
    std::shared_ptr<Kernel> kernel;  // null until first used
  };
  struct VariableRecord {
    std::shared_ptr<Image> image;
    std::string name;
    size_t size_bytes = 0;
  };
  template <typename Record>
  using RecordMap = absl::flat_hash_map<const void*, std::vector<std::shared_ptr<Record>>>;

  std::shared_ptr<Image> FindImage(void** handle);

  std::shared_mutex mutex_;
  absl::flat_hash_map<void**, std::shared_ptr<Image>> images_;
  RecordMap<FunctionRecord> functions_;
  RecordMap<VariableRecord> variables_;
};

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_REGISTRY_H_
