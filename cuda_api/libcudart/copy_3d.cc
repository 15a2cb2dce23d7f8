// Copies of boxes (CUDA Runtime API, "Memory Management", cudaMemcpy3D family).
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/copy.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcudart {
namespace {

// One side of the copy. Without arrays, the element of positions and extents is a byte (manual, cudaMemcpy3D); planes
// are pitch x ysize bytes apart.
struct Side {
  uint64_t address;
  uint64_t pitch_bytes;
  uint64_t slice_bytes;
};

bool Fits(size_t first, size_t count, size_t limit) { return count <= limit && first <= limit - count; }

absl::StatusOr<Side> ToSide(const cudaPitchedPtr& pointer, const cudaPos& position, const cudaExtent& extent) {
  if (extent.height > 1 || extent.depth > 1) {
    if (!Fits(position.x, extent.width, pointer.pitch)) {
      return Error(ErrorKind::kInvalidPitch, "%u bytes from %u on do not fit rows of pitch %u", extent.width,
                   position.x, pointer.pitch);
    }
    if (extent.depth > 1 && !Fits(position.y, extent.height, pointer.ysize)) {
      return Error(ErrorKind::kInvalidPitch, "%u rows from %u on do not fit planes of %u rows", extent.height,
                   position.y, pointer.ysize);
    }
  }
  uint64_t slice = pointer.pitch * pointer.ysize;
  uint64_t offset = position.z * slice + position.y * pointer.pitch + position.x;
  return Side{reinterpret_cast<uint64_t>(pointer.ptr) + offset, pointer.pitch, slice};
}

template <typename Parameters>
absl::StatusOr<CopyParams> ToCopyParams(const Parameters& p, CopyDirection direction) {
  if (p.srcArray != nullptr || p.dstArray != nullptr) {
    return Error(ErrorKind::kNotSupported, "copies from and to arrays are not implemented");
  }
  CULVERT_ASSIGN_OR_RETURN(Side dst, ToSide(p.dstPtr, p.dstPos, p.extent));
  CULVERT_ASSIGN_OR_RETURN(Side src, ToSide(p.srcPtr, p.srcPos, p.extent));
  CopyParams params;
  params.dst = dst.address;
  params.src = src.address;
  params.width_bytes = p.extent.width;
  params.height = p.extent.height;
  params.depth = p.extent.depth;
  params.dst_pitch_bytes = dst.pitch_bytes;
  params.src_pitch_bytes = src.pitch_bytes;
  params.dst_slice_bytes = dst.slice_bytes;
  params.src_slice_bytes = src.slice_bytes;
  params.direction = direction;
  return params;
}

absl::Status CopyBox(const cudaMemcpy3DParms& p, cudaStream_t stream, Wait wait) {
  CULVERT_ASSIGN_OR_RETURN(CopyDirection direction, ToDirection(p.kind));
  CULVERT_ASSIGN_OR_RETURN(CopyParams params, ToCopyParams(p, direction));
  return Copy(params, stream, wait);
}

absl::Status CopyBox(const cudaMemcpy3DPeerParms& p, cudaStream_t stream, Wait wait) {
  CULVERT_RETURN_IF_ERROR(UseDevice(p.srcDevice).status());
  CULVERT_RETURN_IF_ERROR(UseDevice(p.dstDevice).status());
  CULVERT_ASSIGN_OR_RETURN(CopyParams params, ToCopyParams(p, CopyDirection::kDeviceToDevice));
  return Copy(params, stream, wait);
}

}  // namespace

absl::Status cudaMemcpy3DAsync(const struct cudaMemcpy3DParms* p, cudaStream_t stream) {
  return CopyBox(*p, stream, Wait::kAsync);
}

absl::Status cudaMemcpy3D(const struct cudaMemcpy3DParms* p) { return CopyBox(*p, nullptr, Wait::kSync); }

absl::Status cudaMemcpy3DPeerAsync(const struct cudaMemcpy3DPeerParms* p, cudaStream_t stream) {
  return CopyBox(*p, stream, Wait::kAsync);
}

absl::Status cudaMemcpy3DPeer(const struct cudaMemcpy3DPeerParms* p) { return CopyBox(*p, nullptr, Wait::kSync); }

}  // namespace culvert::libcudart
