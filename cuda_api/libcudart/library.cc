// Images that a program loads itself (CUDA Runtime API, "Library Management").
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/jit_options.h"
#include "cuda_api/libcudart/function_attributes.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/module.h"

namespace culvert::libcudart {
namespace {

absl::StatusOr<std::shared_ptr<Library>> UseLibrary(cudaLibrary_t handle) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  return api::FromHandle<Library>(handle);
}

// The values of options are not read (none has one). That the image stays in place is a promise we do not need.
absl::Status CheckLibraryOptions(const cudaLibraryOption* options, unsigned count) {
  if (count > 0 && options == nullptr) {
    return Error(ErrorKind::kInvalidValue, "libraryOptions is null, numLibraryOptions is %u", count);
  }
  for (unsigned i = 0; i < count; ++i) {
    if (options[i] == cudaLibraryBinaryIsPreserved) continue;
    if (options[i] == cudaLibraryHostUniversalFunctionAndDataTable) {
      return Error(ErrorKind::kNotSupported, "functions and variables shared by host and device");
    }
    return Error(ErrorKind::kInvalidValue, "%d is no library option", static_cast<int>(options[i]));
  }
  return absl::OkStatus();
}

// Loads with `load(options)` and gives out the handle. cudaJitOption and CUjit_option have the same numbers.
template <typename Load>
absl::Status LoadLibrary(cudaLibrary_t* out, const cudaJitOption* names, void** values, unsigned count, Load load) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  std::vector<CUjit_option> options;
  for (unsigned i = 0; names != nullptr && i < count; ++i) options.push_back(static_cast<CUjit_option>(names[i]));
  CULVERT_ASSIGN_OR_RETURN(api::JitOptions jit,
                           api::JitOptions::Read(count, names == nullptr ? nullptr : options.data(), values));
  absl::StatusOr<std::shared_ptr<Library>> library = load(jit.ForImage());
  CULVERT_RETURN_IF_ERROR(jit.Report(library.status()));
  *out = api::ToHandle<cudaLibrary_t>(*library);
  return absl::OkStatus();
}

// Either result may be left out (null).
absl::Status FindGlobal(void** dptr, size_t* bytes, cudaLibrary_t handle, const char* name, bool managed) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, UseLibrary(handle));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, library->InContext(*context));
  CULVERT_ASSIGN_OR_RETURN(GlobalVariable variable, module->GetGlobal(name));
  if (managed && !variable.is_managed) return Error(ErrorKind::kNotFound, "%s is no managed variable", name);
  if (dptr != nullptr) *dptr = reinterpret_cast<void*>(variable.address);
  if (bytes != nullptr) *bytes = variable.size_bytes;
  return absl::OkStatus();
}

}  // namespace

absl::Status cudaLibraryLoadData(cudaLibrary_t* library, const void* code, enum cudaJitOption* jitOptions,
                                 void** jitOptionsValues, unsigned int numJitOptions,
                                 enum cudaLibraryOption* libraryOptions, void** libraryOptionValues,
                                 unsigned int numLibraryOptions) {
  CULVERT_RETURN_IF_ERROR(CheckLibraryOptions(libraryOptions, numLibraryOptions));
  return LoadLibrary(library, jitOptions, jitOptionsValues, numJitOptions,
                     [code](const ImageOptions& options) { return Library::Load(code, options); });
}

absl::Status cudaLibraryLoadFromFile(cudaLibrary_t* library, const char* fileName, enum cudaJitOption* jitOptions,
                                     void** jitOptionsValues, unsigned int numJitOptions,
                                     enum cudaLibraryOption* libraryOptions, void** libraryOptionValues,
                                     unsigned int numLibraryOptions) {
  CULVERT_RETURN_IF_ERROR(CheckLibraryOptions(libraryOptions, numLibraryOptions));
  return LoadLibrary(library, jitOptions, jitOptionsValues, numJitOptions,
                     [fileName](const ImageOptions& options) { return Library::LoadFile(fileName, options); });
}

absl::Status cudaLibraryUnload(cudaLibrary_t library) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> removed, api::RemoveHandle<Library>(library));
  api::RemoveHandlesOwnedBy(removed.get());
  removed->Unload();
  return absl::OkStatus();
}

absl::Status cudaLibraryGetKernel(cudaKernel_t* pKernel, cudaLibrary_t library, const char* name) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> from, UseLibrary(library));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, from->GetKernel(name));
  *pKernel = api::ToHandle<cudaKernel_t>(kernel, from.get());
  return absl::OkStatus();
}

absl::Status cudaLibraryGetKernelCount(unsigned int* count, cudaLibrary_t lib) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, UseLibrary(lib));
  *count = static_cast<unsigned>(library->KernelNames().size());
  return absl::OkStatus();
}

// The first `numKernels` kernels; what remains of `kernels` is left as it was.
absl::Status cudaLibraryEnumerateKernels(cudaKernel_t* kernels, unsigned int numKernels, cudaLibrary_t lib) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, UseLibrary(lib));
  std::vector<std::string> names = library->KernelNames();
  names.resize(std::min<size_t>(names.size(), numKernels));
  for (size_t i = 0; i < names.size(); ++i) {
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, library->GetKernel(names[i]));
    kernels[i] = api::ToHandle<cudaKernel_t>(kernel, library.get());
  }
  return absl::OkStatus();
}

absl::Status cudaLibraryGetGlobal(void** dptr, size_t* bytes, cudaLibrary_t library, const char* name) {
  return FindGlobal(dptr, bytes, library, name, false);
}

absl::Status cudaLibraryGetManaged(void** dptr, size_t* bytes, cudaLibrary_t library, const char* name) {
  return FindGlobal(dptr, bytes, library, name, true);
}

absl::Status cudaKernelSetAttributeForDevice(cudaKernel_t kernel, enum cudaFuncAttribute attr, int value, int device) {
  CULVERT_ASSIGN_OR_RETURN(SettableAttribute attribute, ToSettableAttribute(attr));
  CULVERT_ASSIGN_OR_RETURN(Device * target, UseDevice(device));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> object, UseKernel(kernel));
  return object->SetAttribute(*target, attribute, value);
}

}  // namespace culvert::libcudart
