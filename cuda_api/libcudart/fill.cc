// Fills (CUDA Runtime API, "Memory Management", cudaMemset family). The value is a byte.
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcudart {
namespace {

FillParams Bytes(void* pointer, int value, size_t width) {
  FillParams params;
  params.dst = reinterpret_cast<uint64_t>(pointer);
  params.value = static_cast<uint8_t>(value);
  params.width_elems = width;
  return params;
}

FillParams Rows(void* pointer, size_t pitch, int value, size_t width, size_t height) {
  FillParams params = Bytes(pointer, value, width);
  params.height = height;
  params.pitch_bytes = pitch;
  return params;
}

// Planes of a box are pitch x ysize bytes apart, whatever the height of the part to fill.
FillParams Box(const cudaPitchedPtr& pointer, int value, const cudaExtent& extent) {
  FillParams params = Rows(pointer.ptr, pointer.pitch, value, extent.width, extent.height);
  params.depth = extent.depth;
  params.slice_bytes = pointer.pitch * pointer.ysize;
  return params;
}

bool IsEmpty(const FillParams& params) { return params.width_elems == 0 || params.height == 0 || params.depth == 0; }

absl::Status Sync(const FillParams& params) {
  if (IsEmpty(params)) return UseContextForNothing();
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(nullptr));
  return FillSync(*stream, params);
}

absl::Status Async(const FillParams& params, cudaStream_t stream) {
  if (IsEmpty(params)) return UseContextForNothing();
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  return FillAsync(*target, params);
}

}  // namespace

absl::Status cudaMemset(void* devPtr, int value, size_t count) { return Sync(Bytes(devPtr, value, count)); }

absl::Status cudaMemsetAsync(void* devPtr, int value, size_t count, cudaStream_t stream) {
  return Async(Bytes(devPtr, value, count), stream);
}

absl::Status cudaMemset2D(void* devPtr, size_t pitch, int value, size_t width, size_t height) {
  return Sync(Rows(devPtr, pitch, value, width, height));
}

absl::Status cudaMemset2DAsync(void* devPtr, size_t pitch, int value, size_t width, size_t height,
                               cudaStream_t stream) {
  return Async(Rows(devPtr, pitch, value, width, height), stream);
}

absl::Status cudaMemset3D(struct cudaPitchedPtr pitchedDevPtr, int value, struct cudaExtent extent) {
  return Sync(Box(pitchedDevPtr, value, extent));
}

absl::Status cudaMemset3DAsync(struct cudaPitchedPtr pitchedDevPtr, int value, struct cudaExtent extent,
                               cudaStream_t stream) {
  return Async(Box(pitchedDevPtr, value, extent), stream);
}

}  // namespace culvert::libcudart
