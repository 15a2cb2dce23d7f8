// What the functions that copy share.
#ifndef CULVERT_CUDA_API_LIBCUDART_COPY_H_
#define CULVERT_CUDA_API_LIBCUDART_COPY_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/cuda/driver_types.h"
#include "runtime/memory.h"

namespace culvert::libcudart {

// kInvalidMemcpyDirection for a value that is no direction.
absl::StatusOr<CopyDirection> ToDirection(cudaMemcpyKind kind);

// Whether the host waits, as the name of the function says.
enum class Wait { kSync, kAsync };

// Submits a copy to `stream`: after session.h's checks, in the order of copy_order.h. Errors: those of CopySync.
absl::Status Copy(const CopyParams& params, cudaStream_t stream, Wait wait);

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_COPY_H_
