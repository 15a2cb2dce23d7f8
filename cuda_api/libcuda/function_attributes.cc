#include "cuda_api/libcuda/function_attributes.h"

#include "include/culvert/error.h"

namespace culvert::libcuda {

absl::StatusOr<int> AttributeValue(const FunctionAttributes& a, CUfunction_attribute attribute) {
  switch (attribute) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
      return a.max_threads_per_block;
    case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
      return a.shared_bytes;
    case CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
      return a.constant_bytes;
    case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES:
      return a.local_bytes;
    case CU_FUNC_ATTRIBUTE_NUM_REGS:
      return a.registers;
    case CU_FUNC_ATTRIBUTE_PTX_VERSION:
      return a.ptx_version;
    case CU_FUNC_ATTRIBUTE_BINARY_VERSION:
      return a.binary_version;
    case CU_FUNC_ATTRIBUTE_CACHE_MODE_CA:
      return a.cache_mode_ca;
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
      return a.max_dynamic_shared_bytes;
    case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
      return a.preferred_carveout;
    case CU_FUNC_ATTRIBUTE_CLUSTER_SIZE_MUST_BE_SET:
      return a.cluster_size_must_be_set;
    case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH:
      return a.required_cluster[0];
    case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_HEIGHT:
      return a.required_cluster[1];
    case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH:
      return a.required_cluster[2];
    case CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED:
      return a.non_portable_cluster_allowed;
    case CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
      return a.cluster_scheduling_policy;
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no function attribute", static_cast<int>(attribute));
  }
}

absl::StatusOr<SettableAttribute> SettableAttributeOf(CUfunction_attribute attribute) {
  switch (attribute) {
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
      return SettableAttribute::kMaxDynamicSharedBytes;
    case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
      return SettableAttribute::kPreferredCarveout;
    case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH:
      return SettableAttribute::kRequiredClusterWidth;
    case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_HEIGHT:
      return SettableAttribute::kRequiredClusterHeight;
    case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH:
      return SettableAttribute::kRequiredClusterDepth;
    case CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED:
      return SettableAttribute::kNonPortableClusterAllowed;
    case CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
      return SettableAttribute::kClusterSchedulingPolicy;
    default:
      return Error(ErrorKind::kInvalidValue, "function attribute %d cannot be set", static_cast<int>(attribute));
  }
}

}  // namespace culvert::libcuda
