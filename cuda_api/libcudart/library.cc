// Images that a program loads itself (CUDA Runtime API, "Library Management").
#include <algorithm>
#include <memory>
#include <string>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/handles.h"
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
  if (numKernels == 0) return Error(ErrorKind::kInvalidValue, "numKernels must not be 0");
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
