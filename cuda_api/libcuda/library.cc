// Libraries: images without a context (CUDA Driver API, "Library Management"). Kernels are in kernel.cc.
#include <algorithm>
#include <string>
#include <vector>

#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/jit_options.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {
namespace {

absl::StatusOr<std::shared_ptr<Library>> UseLibrary(CUlibrary handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return api::FromHandle<Library>(handle);
}

// The values are not read: callers are known that pass none. That the image stays in place is a promise we do not need.
absl::Status CheckLibraryOptions(const CUlibraryOption* options, unsigned count) {
  if (count > 0 && options == nullptr) {
    return Error(ErrorKind::kInvalidValue, "libraryOptions is null, numLibraryOptions is %u", count);
  }
  for (unsigned i = 0; i < count; ++i) {
    switch (options[i]) {
      case CU_LIBRARY_BINARY_IS_PRESERVED:
        break;
      case CU_LIBRARY_HOST_UNIVERSAL_FUNCTION_AND_DATA_TABLE:
        return Error(ErrorKind::kNotSupported, "functions and variables shared by host and device");
      default:
        return Error(ErrorKind::kInvalidValue, "%d is no library option", static_cast<int>(options[i]));
    }
  }
  return absl::OkStatus();
}

// A variable in a context. The module it belongs to is made at the first use.
absl::StatusOr<GlobalVariable> FindVariable(CUlibrary handle, const char* name, Context& context) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, UseLibrary(handle));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, library->InContext(context));
  return module->GetGlobal(name);
}

}  // namespace

absl::Status cuLibraryLoadData(CUlibrary* library, const void* code, CUjit_option* jitOptions, void** jitOptionsValues,
                               unsigned int numJitOptions, CUlibraryOption* libraryOptions, void** libraryOptionValues,
                               unsigned int numLibraryOptions) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  if (code == nullptr) return Error(ErrorKind::kInvalidValue, "code must not be null");
  CULVERT_RETURN_IF_ERROR(CheckLibraryOptions(libraryOptions, numLibraryOptions));
  CULVERT_ASSIGN_OR_RETURN(api::JitOptions jit, api::JitOptions::Read(numJitOptions, jitOptions, jitOptionsValues));
  auto loaded = Library::Load(code, jit.ForImage());
  CULVERT_RETURN_IF_ERROR(jit.Report(loaded.status()));
  *library = api::ToHandle<CUlibrary>(*loaded);
  return absl::OkStatus();
}

absl::Status cuLibraryLoadFromFile(CUlibrary* library, const char* fileName, CUjit_option* jitOptions,
                                   void** jitOptionsValues, unsigned int numJitOptions, CUlibraryOption* libraryOptions,
                                   void** libraryOptionValues, unsigned int numLibraryOptions) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  CULVERT_RETURN_IF_ERROR(CheckLibraryOptions(libraryOptions, numLibraryOptions));
  CULVERT_ASSIGN_OR_RETURN(api::JitOptions jit, api::JitOptions::Read(numJitOptions, jitOptions, jitOptionsValues));
  auto loaded = Library::LoadFile(fileName, jit.ForImage());
  CULVERT_RETURN_IF_ERROR(jit.Report(loaded.status()));
  *library = api::ToHandle<CUlibrary>(*loaded);
  return absl::OkStatus();
}

absl::Status cuLibraryUnload(CUlibrary library) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> unloaded, api::RemoveHandle<Library>(library));
  api::RemoveHandlesOwnedBy(unloaded.get());
  unloaded->Unload();
  return absl::OkStatus();
}

absl::Status cuLibraryGetKernel(CUkernel* pKernel, CUlibrary library, const char* name) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> found, UseLibrary(library));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, found->GetKernel(name));
  *pKernel = api::ToHandle<CUkernel>(kernel, found.get());
  return absl::OkStatus();
}

absl::Status cuLibraryGetKernelCount(unsigned int* count, CUlibrary lib) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, UseLibrary(lib));
  *count = static_cast<unsigned>(library->KernelNames().size());
  return absl::OkStatus();
}

absl::Status cuLibraryEnumerateKernels(CUkernel* kernels, unsigned int numKernels, CUlibrary lib) {
  if (kernels == nullptr) return Error(ErrorKind::kInvalidValue, "kernels must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, UseLibrary(lib));
  std::vector<std::string> names = library->KernelNames();
  for (size_t i = 0; i < std::min<size_t>(names.size(), numKernels); ++i) {
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, library->GetKernel(names[i]));
    kernels[i] = api::ToHandle<CUkernel>(kernel, library.get());
  }
  return absl::OkStatus();
}

absl::Status cuLibraryGetModule(CUmodule* pMod, CUlibrary library) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> found, UseLibrary(library));
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, found->InContext(*context));
  *pMod = api::ToHandle<CUmodule>(module, found.get());
  return absl::OkStatus();
}

absl::Status cuLibraryGetGlobal(CUdeviceptr* dptr, size_t* bytes, CUlibrary library, const char* name) {
  if (dptr == nullptr && bytes == nullptr) return Error(ErrorKind::kInvalidValue, "dptr and bytes are both null");
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  CULVERT_ASSIGN_OR_RETURN(GlobalVariable variable, FindVariable(library, name, *context));
  if (dptr != nullptr) *dptr = variable.address;
  if (bytes != nullptr) *bytes = variable.size_bytes;
  return absl::OkStatus();
}

absl::Status cuLibraryGetManaged(CUdeviceptr* dptr, size_t* bytes, CUlibrary library, const char* name) {
  if (dptr == nullptr && bytes == nullptr) return Error(ErrorKind::kInvalidValue, "dptr and bytes are both null");
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  std::shared_ptr<Context> context = CurrentContext();
  if (context == nullptr) {  // managed variables need no current context: a static cudart asks for them when it starts
    CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(0));
    context = device->primary();
    if (!context->active()) CULVERT_RETURN_IF_ERROR(device->RetainPrimary().status());
  }
  CULVERT_ASSIGN_OR_RETURN(GlobalVariable variable, FindVariable(library, name, *context));
  if (!variable.is_managed) return Error(ErrorKind::kNotFound, "%s is not in managed memory", name);
  if (dptr != nullptr) *dptr = variable.address;
  if (bytes != nullptr) *bytes = variable.size_bytes;
  return absl::OkStatus();
}

}  // namespace culvert::libcuda
