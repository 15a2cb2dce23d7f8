// Kernels as objects: attributes, names, parameters, handles (CUDA Runtime API, "Execution Control", "Interactions with
// the CUDA Driver API").
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcudart/function_attributes.h"
#include "cuda_api/libcudart/registry.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/module.h"

namespace culvert::libcudart {

absl::StatusOr<SettableAttribute> ToSettableAttribute(cudaFuncAttribute attribute) {
  switch (attribute) {
    case cudaFuncAttributeMaxDynamicSharedMemorySize:
      return SettableAttribute::kMaxDynamicSharedBytes;
    case cudaFuncAttributePreferredSharedMemoryCarveout:
      return SettableAttribute::kPreferredCarveout;
    case cudaFuncAttributeRequiredClusterWidth:
      return SettableAttribute::kRequiredClusterWidth;
    case cudaFuncAttributeRequiredClusterHeight:
      return SettableAttribute::kRequiredClusterHeight;
    case cudaFuncAttributeRequiredClusterDepth:
      return SettableAttribute::kRequiredClusterDepth;
    case cudaFuncAttributeNonPortableClusterSizeAllowed:
      return SettableAttribute::kNonPortableClusterAllowed;
    case cudaFuncAttributeClusterSchedulingPolicyPreference:
      return SettableAttribute::kClusterSchedulingPolicy;
    case cudaFuncAttributeClusterDimMustBeSet:
    case cudaFuncAttributeMax:
      break;
  }
  return Error(ErrorKind::kInvalidValue, "kernel attribute %d cannot be set", static_cast<int>(attribute));
}

absl::Status cudaFuncGetAttributes(struct cudaFuncAttributes* attr, const void* func) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(func));
  CULVERT_ASSIGN_OR_RETURN(FunctionAttributes from, kernel->Attributes(*context->device()));
  *attr = {};
  attr->sharedSizeBytes = from.shared_bytes;
  attr->constSizeBytes = from.constant_bytes;
  attr->localSizeBytes = from.local_bytes;
  attr->maxThreadsPerBlock = from.max_threads_per_block;
  attr->numRegs = from.registers;
  attr->ptxVersion = from.ptx_version;
  attr->binaryVersion = from.binary_version;
  attr->cacheModeCA = from.cache_mode_ca;
  attr->maxDynamicSharedSizeBytes = from.max_dynamic_shared_bytes;
  attr->preferredShmemCarveout = from.preferred_carveout;
  attr->clusterDimMustBeSet = from.cluster_size_must_be_set;
  attr->requiredClusterWidth = from.required_cluster[0];
  attr->requiredClusterHeight = from.required_cluster[1];
  attr->requiredClusterDepth = from.required_cluster[2];
  attr->clusterSchedulingPolicyPreference = from.cluster_scheduling_policy;
  attr->nonPortableClusterSizeAllowed = from.non_portable_cluster_allowed;
  return absl::OkStatus();
}

absl::Status cudaFuncSetAttribute(const void* func, enum cudaFuncAttribute attr, int value) {
  CULVERT_ASSIGN_OR_RETURN(SettableAttribute attribute, ToSettableAttribute(attr));
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(func));
  return kernel->SetAttribute(*context->device(), attribute, value);
}

// A preference for the split of a cache that the device does not split: checked, without effect.
absl::Status cudaFuncSetCacheConfig(const void* func, enum cudaFuncCache cacheConfig) {
  if (static_cast<unsigned>(cacheConfig) > cudaFuncCachePreferEqual) {
    return Error(ErrorKind::kInvalidValue, "%d is no cache configuration", static_cast<int>(cacheConfig));
  }
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  return UseKernel(func).status();
}

// Shared memory has no banks of a settable width: checked, without effect.
absl::Status cudaFuncSetSharedMemConfig(const void* func, enum cudaSharedMemConfig config) {
  if (static_cast<unsigned>(config) > cudaSharedMemBankSizeEightByte) {
    return Error(ErrorKind::kInvalidValue, "%d is no shared memory configuration", static_cast<int>(config));
  }
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  return UseKernel(func).status();
}

// The name lives as long as the kernel's library.
absl::Status cudaFuncGetName(const char** name, const void* func) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(func));
  *name = kernel->name().c_str();
  return absl::OkStatus();
}

// paramSize may be null.
absl::Status cudaFuncGetParamInfo(const void* func, size_t paramIndex, size_t* paramOffset, size_t* paramSize) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(func));
  CULVERT_ASSIGN_OR_RETURN(KernelInfo info, kernel->Info());
  if (paramIndex >= info.parameters.size()) {
    return Error(ErrorKind::kInvalidValue, "the kernel has %u parameters; %u was asked for", info.parameters.size(),
                 paramIndex);
  }
  *paramOffset = info.parameters[paramIndex].offset_bytes;
  if (paramSize != nullptr) *paramSize = info.parameters[paramIndex].size_bytes;
  return absl::OkStatus();
}

// The driver's handle of the kernel in the current context.
absl::Status cudaGetFuncBySymbol(cudaFunction_t* functionPtr, const void* symbolPtr) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(symbolPtr));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, kernel->InContext(*context));
  *functionPtr = api::ToHandle<cudaFunction_t>(function, function->module().get());
  return absl::OkStatus();
}

// The driver's handle of the kernel, independent of contexts.
absl::Status cudaGetKernel(cudaKernel_t* kernelPtr, const void* entryFuncAddr) {
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(entryFuncAddr));
  *kernelPtr = api::ToHandle<cudaKernel_t>(kernel, kernel->library().get());
  return absl::OkStatus();
}

}  // namespace culvert::libcudart
