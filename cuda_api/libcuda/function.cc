// Functions and kernels: what is known of them and what can be set (CUDA Driver API, "Execution Control", "Library
// Management"). Either kind of handle is accepted by the cuFunc* calls, as by launches.
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcuda/function_attributes.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {
namespace {

// Whose end invalidates what is made from `function`: the library where the program holds one, else the module.
const void* OwnerOf(const Function& function) {
  const Library* library = function.module()->library().get();
  if (api::HasHandle(library)) return library;
  return function.module().get();
}

absl::Status ParameterInfo(Kernel& kernel, size_t index, size_t* offset, size_t* size) {
  if (offset == nullptr) return Error(ErrorKind::kInvalidValue, "paramOffset must not be null");
  CULVERT_ASSIGN_OR_RETURN(KernelInfo info, kernel.Info());
  if (index >= info.parameters.size()) {
    return Error(ErrorKind::kInvalidValue, "%s has %u parameters, there is none at %u", kernel.name(),
                 info.parameters.size(), index);
  }
  *offset = info.parameters[index].offset_bytes;
  if (size != nullptr) *size = info.parameters[index].size_bytes;
  return absl::OkStatus();
}

// How a core's memory is divided is a hint.
absl::Status CheckCacheConfig(CUfunc_cache config) {
  if (static_cast<unsigned>(config) <= CU_FUNC_CACHE_PREFER_EQUAL) return absl::OkStatus();
  return Error(ErrorKind::kInvalidValue, "%d is no cache configuration", static_cast<int>(config));
}

}  // namespace

absl::Status cuFuncGetAttribute(int* pi, CUfunction_attribute attrib, CUfunction hfunc) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, UseFunction(hfunc));
  CULVERT_ASSIGN_OR_RETURN(FunctionAttributes attributes, function->Attributes());
  CULVERT_ASSIGN_OR_RETURN(*pi, AttributeValue(attributes, attrib));
  return absl::OkStatus();
}

absl::Status cuFuncSetAttribute(CUfunction hfunc, CUfunction_attribute attrib, int value) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, UseFunction(hfunc));
  CULVERT_ASSIGN_OR_RETURN(SettableAttribute attribute, SettableAttributeOf(attrib));
  return function->SetAttribute(attribute, value);
}

absl::Status cuFuncSetCacheConfig(CUfunction hfunc, CUfunc_cache config) {
  CULVERT_RETURN_IF_ERROR(UseFunction(hfunc).status());
  return CheckCacheConfig(config);
}

absl::Status cuFuncSetSharedMemConfig(CUfunction hfunc, CUsharedconfig config) {
  CULVERT_RETURN_IF_ERROR(UseFunction(hfunc).status());
  if (static_cast<unsigned>(config) <= CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE) return absl::OkStatus();
  return Error(ErrorKind::kInvalidValue, "%d is no shared memory configuration", static_cast<int>(config));
}

absl::Status cuFuncGetModule(CUmodule* hmod, CUfunction hfunc) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, UseFunction(hfunc));
  *hmod = api::ToHandle<CUmodule>(function->module(), OwnerOf(*function));
  return absl::OkStatus();
}

absl::Status cuFuncGetName(const char** name, CUfunction hfunc) {
  if (name == nullptr) return Error(ErrorKind::kInvalidValue, "name must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(hfunc));
  *name = kernel->name().c_str();
  return absl::OkStatus();
}

absl::Status cuFuncGetParamInfo(CUfunction func, size_t paramIndex, size_t* paramOffset, size_t* paramSize) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(func));
  return ParameterInfo(*kernel, paramIndex, paramOffset, paramSize);
}

absl::Status cuFuncLoad(CUfunction function) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> found, UseFunction(function));
  return found->Prepare().status();
}

// A program that asks wants to know whether its next launch has to wait: afterwards it has not.
absl::Status cuFuncIsLoaded(CUfunctionLoadingState* state, CUfunction function) {
  CULVERT_RETURN_IF_ERROR(cuFuncLoad(function));
  *state = CU_FUNCTION_LOADING_STATE_LOADED;
  return absl::OkStatus();
}

absl::Status cuKernelGetFunction(CUfunction* pFunc, CUkernel kernel) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> found, UseKernel(kernel));
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, found->InContext(*context));
  *pFunc = api::ToHandle<CUfunction>(function, OwnerOf(*function));
  return absl::OkStatus();
}

absl::Status cuKernelGetLibrary(CUlibrary* pLib, CUkernel kernel) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> found, api::FromHandle<Kernel>(kernel));
  *pLib = api::ToHandle<CUlibrary>(found->library());
  return absl::OkStatus();
}

absl::Status cuKernelGetName(const char** name, CUkernel hfunc) {
  if (name == nullptr) return Error(ErrorKind::kInvalidValue, "name must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(hfunc));
  *name = kernel->name().c_str();
  return absl::OkStatus();
}

absl::Status cuKernelGetParamInfo(CUkernel kernel, size_t paramIndex, size_t* paramOffset, size_t* paramSize) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> found, UseKernel(kernel));
  return ParameterInfo(*found, paramIndex, paramOffset, paramSize);
}

absl::Status cuKernelGetAttribute(int* pi, CUfunction_attribute attrib, CUkernel kernel, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> found, UseKernel(kernel));
  CULVERT_ASSIGN_OR_RETURN(FunctionAttributes attributes, found->Attributes(*device));
  CULVERT_ASSIGN_OR_RETURN(*pi, AttributeValue(attributes, attrib));
  return absl::OkStatus();
}

absl::Status cuKernelSetAttribute(CUfunction_attribute attrib, int val, CUkernel kernel, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> found, UseKernel(kernel));
  CULVERT_ASSIGN_OR_RETURN(SettableAttribute attribute, SettableAttributeOf(attrib));
  return found->SetAttribute(*device, attribute, val);
}

absl::Status cuKernelSetCacheConfig(CUkernel kernel, CUfunc_cache config, CUdevice dev) {
  CULVERT_RETURN_IF_ERROR(UseDevice(dev).status());
  CULVERT_RETURN_IF_ERROR(UseKernel(kernel).status());
  return CheckCacheConfig(config);
}

}  // namespace culvert::libcuda
