// cudaMemcpyKind as the runtime's CopyDirection.
#ifndef CULVERT_CUDA_API_LIBCUDART_COPY_KIND_H_
#define CULVERT_CUDA_API_LIBCUDART_COPY_KIND_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/culvert/error.h"
#include "include/cuda/driver_types.h"
#include "runtime/memory.h"

namespace culvert::libcudart {

// kInvalidMemcpyDirection for a value that is no direction.
inline absl::StatusOr<CopyDirection> ToDirection(cudaMemcpyKind kind) {
  switch (kind) {
    case cudaMemcpyHostToHost:
      return CopyDirection::kHostToHost;
    case cudaMemcpyHostToDevice:
      return CopyDirection::kHostToDevice;
    case cudaMemcpyDeviceToHost:
      return CopyDirection::kDeviceToHost;
    case cudaMemcpyDeviceToDevice:
      return CopyDirection::kDeviceToDevice;
    case cudaMemcpyDefault:
      return CopyDirection::kDefault;
  }
  return Error(ErrorKind::kInvalidMemcpyDirection, "%d is no copy direction", static_cast<int>(kind));
}

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_COPY_KIND_H_
