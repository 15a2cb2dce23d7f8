// CUfunction_attribute as the runtime's structure and back (CUDA Driver API, cuFuncGetAttribute, cuKernelSetAttribute).
#ifndef CULVERT_CUDA_API_LIBCUDA_FUNCTION_ATTRIBUTES_H_
#define CULVERT_CUDA_API_LIBCUDA_FUNCTION_ATTRIBUTES_H_

#include "absl/status/statusor.h"
#include "include/cuda/detail/driver_structs.h"
#include "runtime/module.h"

namespace culvert::libcuda {

// kInvalidValue for a number that is no attribute.
absl::StatusOr<int> AttributeValue(const FunctionAttributes& attributes, CUfunction_attribute attribute);
// kInvalidValue for an attribute that cannot be set.
absl::StatusOr<SettableAttribute> SettableAttributeOf(CUfunction_attribute attribute);

}  // namespace culvert::libcuda

#endif  // CULVERT_CUDA_API_LIBCUDA_FUNCTION_ATTRIBUTES_H_
