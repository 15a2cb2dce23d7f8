// Modules: images in one context (CUDA Driver API, "Module Management").
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/jit_options.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/environment.h"

namespace culvert::libcuda {
namespace {

absl::StatusOr<std::shared_ptr<Module>> UseModule(CUmodule handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return api::FromHandle<Module>(handle);
}

absl::Status LoadImage(CUmodule* out, const void* image, api::JitOptions options) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if (image == nullptr) return Error(ErrorKind::kInvalidValue, "the image is null");
  auto module = Module::Load(*context, image, options.ForImage());
  CULVERT_RETURN_IF_ERROR(options.Report(module.status()));
  *out = api::ToHandle<CUmodule>(*module, context);
  return absl::OkStatus();
}

}  // namespace

absl::Status cuModuleLoadData(CUmodule* module, const void* image) {
  return LoadImage(module, image, api::JitOptions());
}

absl::Status cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned int numOptions, CUjit_option* options,
                                void** optionValues) {
  CULVERT_ASSIGN_OR_RETURN(api::JitOptions jit, api::JitOptions::Read(numOptions, options, optionValues));
  return LoadImage(module, image, jit);
}

absl::Status cuModuleLoadFatBinary(CUmodule* module, const void* fatCubin) {
  return LoadImage(module, fatCubin, api::JitOptions());
}

absl::Status cuModuleLoad(CUmodule* module, const char* fname) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Library> library, Library::LoadFile(fname, ImageOptions()));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> loaded, library->InContext(*context));
  *module = api::ToHandle<CUmodule>(loaded, context);
  return absl::OkStatus();
}

absl::Status cuModuleUnload(CUmodule hmod) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, UseModule(hmod));
  if (api::HasHandle(module->library().get())) {
    return Error(ErrorKind::kNotPermitted, "the module belongs to a library: unload that");
  }
  CULVERT_ASSIGN_OR_RETURN(module, api::RemoveHandle<Module>(hmod));
  api::RemoveHandlesOwnedBy(module.get());
  module->library()->Unload();
  return absl::OkStatus();
}

absl::Status cuModuleGetFunction(CUfunction* hfunc, CUmodule hmod, const char* name) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, UseModule(hmod));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, module->GetFunction(name));
  *hfunc = api::ToHandle<CUfunction>(function, module.get());
  return absl::OkStatus();
}

absl::Status cuModuleGetFunctionCount(unsigned int* count, CUmodule mod) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, UseModule(mod));
  *count = static_cast<unsigned>(module->library()->KernelNames().size());
  return absl::OkStatus();
}

// As many handles as fit, like cuLibraryEnumerateKernels.
absl::Status cuModuleEnumerateFunctions(CUfunction* functions, unsigned int numFunctions, CUmodule mod) {
  if (functions == nullptr) return Error(ErrorKind::kInvalidValue, "functions must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, UseModule(mod));
  std::vector<std::string> names = module->library()->KernelNames();
  for (size_t i = 0; i < std::min<size_t>(names.size(), numFunctions); ++i) {
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, module->GetFunction(names[i]));
    functions[i] = api::ToHandle<CUfunction>(function, module.get());
  }
  return absl::OkStatus();
}

absl::Status cuModuleGetGlobal_v2(CUdeviceptr* dptr, size_t* bytes, CUmodule hmod, const char* name) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Module> module, UseModule(hmod));
  CULVERT_ASSIGN_OR_RETURN(GlobalVariable variable, module->GetGlobal(name));
  if (dptr != nullptr) *dptr = variable.address;
  if (bytes != nullptr) *bytes = variable.size_bytes;
  return absl::OkStatus();
}

absl::Status cuModuleGetLoadingMode(CUmoduleLoadingMode* mode) {
  *mode = GetEnvironment().eager_loading ? CU_MODULE_EAGER_LOADING : CU_MODULE_LAZY_LOADING;
  return absl::OkStatus();
}

}  // namespace culvert::libcuda
