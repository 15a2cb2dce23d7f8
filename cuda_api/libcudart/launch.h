// The one way from a runtime API launch to Stream::Launch.
#ifndef CULVERT_CUDA_API_LIBCUDART_LAUNCH_H_
#define CULVERT_CUDA_API_LIBCUDART_LAUNCH_H_

#include <cstddef>

#include "absl/status/status.h"
#include "include/cuda/driver_types.h"

namespace culvert::libcudart {

struct LaunchRequest {
  const void* function;  // host stub or cudaKernel_t
  dim3 grid;
  dim3 block;
  void** arguments;  // read during the call
  size_t shared_bytes;
  cudaStream_t stream;
  dim3 cluster = {1, 1, 1};
  bool cooperative = false;
};

// Errors: session.h's, those of Stream::Launch, and kInvalidHandle for a stream of another context than the current
// one.
absl::Status Launch(const LaunchRequest& request);

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_LAUNCH_H_
