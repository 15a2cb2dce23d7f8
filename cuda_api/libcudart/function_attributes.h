// cudaFuncAttribute as the runtime's SettableAttribute.
#ifndef CULVERT_CUDA_API_LIBCUDART_FUNCTION_ATTRIBUTES_H_
#define CULVERT_CUDA_API_LIBCUDART_FUNCTION_ATTRIBUTES_H_

#include "absl/status/statusor.h"
#include "include/cuda/driver_types.h"
#include "runtime/module.h"

namespace culvert::libcudart {

// kInvalidValue for an attribute that cannot be set.
absl::StatusOr<SettableAttribute> ToSettableAttribute(cudaFuncAttribute attribute);

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_FUNCTION_ATTRIBUTES_H_
