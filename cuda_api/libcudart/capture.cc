// Questions about stream capture (CUDA Runtime API, "Stream Management"). Capture itself is not implemented: beginning
// one is refused, so the answer to whether a stream captures is no, for every stream that exists.
#include <utility>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"

namespace culvert::libcudart {
namespace {

constinit thread_local cudaStreamCaptureMode capture_mode = cudaStreamCaptureModeGlobal;

}  // namespace

absl::Status cudaStreamIsCapturing(cudaStream_t stream, enum cudaStreamCaptureStatus* pCaptureStatus) {
  CULVERT_RETURN_IF_ERROR(UseStream(stream).status());
  *pCaptureStatus = cudaStreamCaptureStatusNone;
  return absl::OkStatus();
}

// Results other than the status are written only for a stream that captures (manual).
absl::Status cudaStreamGetCaptureInfo(cudaStream_t stream, enum cudaStreamCaptureStatus* captureStatus_out,
                                      unsigned long long* id_out, cudaGraph_t* graph_out,
                                      const cudaGraphNode_t** dependencies_out, const cudaGraphEdgeData** edgeData_out,
                                      size_t* numDependencies_out) {
  return cudaStreamIsCapturing(stream, captureStatus_out);
}

// Swaps the calling thread's mode with *mode.
absl::Status cudaThreadExchangeStreamCaptureMode(enum cudaStreamCaptureMode* mode) {
  if (*mode < cudaStreamCaptureModeGlobal || *mode > cudaStreamCaptureModeRelaxed) {
    return Error(ErrorKind::kInvalidValue, "%d is no capture mode", static_cast<int>(*mode));
  }
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  std::swap(*mode, capture_mode);
  return absl::OkStatus();
}

}  // namespace culvert::libcudart
