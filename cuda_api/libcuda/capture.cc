// What programs ask about stream capture (CUDA Driver API, "Stream Management"). Capturing itself is not implemented
// (cuStreamBeginCapture is a stub), so the answer about every stream is that it is not being captured.
#include <utility>

#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {
namespace {

constinit thread_local CUstreamCaptureMode capture_mode = CU_STREAM_CAPTURE_MODE_GLOBAL;

absl::Status NotCapturing(CUstream handle, CUstreamCaptureStatus* status) {
  if (status == nullptr) return Error(ErrorKind::kInvalidValue, "the capture status must not be null");
  CULVERT_RETURN_IF_ERROR(UseStream(handle).status());
  *status = CU_STREAM_CAPTURE_STATUS_NONE;
  return absl::OkStatus();
}

}  // namespace

absl::Status cuStreamIsCapturing(CUstream hStream, CUstreamCaptureStatus* captureStatus) {
  return NotCapturing(hStream, captureStatus);
}

// The other results are set for streams in capture only.
absl::Status cuStreamGetCaptureInfo(CUstream hStream, CUstreamCaptureStatus* captureStatus_out, cuuint64_t* id_out) {
  return NotCapturing(hStream, captureStatus_out);
}

absl::Status cuStreamGetCaptureInfo_v2(CUstream hStream, CUstreamCaptureStatus* captureStatus_out, cuuint64_t* id_out,
                                       CUgraph* graph_out, const CUgraphNode** dependencies_out,
                                       size_t* numDependencies_out) {
  return NotCapturing(hStream, captureStatus_out);
}

absl::Status cuStreamGetCaptureInfo_v3(CUstream hStream, CUstreamCaptureStatus* captureStatus_out, cuuint64_t* id_out,
                                       CUgraph* graph_out, const CUgraphNode** dependencies_out,
                                       const CUgraphEdgeData** edgeData_out, size_t* numDependencies_out) {
  return NotCapturing(hStream, captureStatus_out);
}

// The mode says which calls a capture of the thread forbids; it is kept for when there are captures.
absl::Status cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode* mode) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  if (mode == nullptr) return Error(ErrorKind::kInvalidValue, "mode must not be null");
  if (static_cast<unsigned>(*mode) > CU_STREAM_CAPTURE_MODE_RELAXED) {
    return Error(ErrorKind::kInvalidValue, "%d is no capture mode", static_cast<int>(*mode));
  }
  std::swap(*mode, capture_mode);
  return absl::OkStatus();
}

}  // namespace culvert::libcuda
