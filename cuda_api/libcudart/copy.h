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

// Waits for the work of two devices where they are not the current one. A synchronous copy between devices is
// "serialised with all pending and future work of the current device, srcDevice and dstDevice" (manual,
// cudaMemcpyPeer).
absl::Status SynchronizePeers(int dst_device, int src_device);

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_COPY_H_
