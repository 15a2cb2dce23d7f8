// Error handling, versions and the profiler switch (CUDA Runtime API, "Error Handling", "Version Management", "Profiler
// Control").
#include "cuda_api/boundary.h"
#include "cuda_api/error_table.h"
#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"

namespace culvert::libcudart {
namespace {

constexpr int kVersion = 13000;  // of the API; the driver and the runtime of Culvert are one

}  // namespace

const char* cudaGetErrorName(cudaError_t error) {
  const api::ErrorText* text = api::FindError(static_cast<uint32_t>(error));
  return text != nullptr && text->runtime_name != nullptr ? text->runtime_name : "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t error) {
  const api::ErrorText* text = api::FindError(static_cast<uint32_t>(error));
  return text != nullptr && text->runtime_name != nullptr ? text->text : "unrecognized error code";
}

// A sticky fault stays the answer: reading the last error does not clear the context.
cudaError_t cudaGetLastError() { return static_cast<cudaError_t>(api::TakeLastError()); }

cudaError_t cudaPeekAtLastError() { return static_cast<cudaError_t>(api::PeekLastError()); }

absl::Status cudaDriverGetVersion(int* driverVersion) {
  *driverVersion = kVersion;
  return absl::OkStatus();
}

absl::Status cudaRuntimeGetVersion(int* runtimeVersion) {
  *runtimeVersion = kVersion;
  return absl::OkStatus();
}

// No profiler can be attached; a program that marks its region of interest runs as it does without one.
absl::Status cudaProfilerStart() { return UseContext().status(); }

absl::Status cudaProfilerStop() { return UseContext().status(); }

}  // namespace culvert::libcudart
