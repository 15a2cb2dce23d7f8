// Copies of rectangles and boxes (CUDA Driver API, cuMemcpy2D, cuMemcpy3D, cuMemcpy3DPeer). Arrays are not supported
// yet.
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcuda {
namespace {

// One side of a copy, common to the structures of all dimensions.
struct Side {
  CUmemorytype type;
  const void* host;
  CUdeviceptr device;
  size_t x_bytes, y, z, lod;
  size_t pitch_bytes, rows;  // rows of a plane; not read for depth 1
};

struct Box {
  Side src, dst;
  size_t width_bytes, height, depth;
};

template <typename Copy>
Box RectangleOf(const Copy& c) {
  return {{c.srcMemoryType, c.srcHost, c.srcDevice, c.srcXInBytes, c.srcY, 0, 0, c.srcPitch, 0},
          {c.dstMemoryType, c.dstHost, c.dstDevice, c.dstXInBytes, c.dstY, 0, 0, c.dstPitch, 0},
          c.WidthInBytes,
          c.Height,
          1};
}

template <typename Copy>
Box BoxOf(const Copy& c) {
  return {{c.srcMemoryType, c.srcHost, c.srcDevice, c.srcXInBytes, c.srcY, c.srcZ, c.srcLOD, c.srcPitch, c.srcHeight},
          {c.dstMemoryType, c.dstHost, c.dstDevice, c.dstXInBytes, c.dstY, c.dstZ, c.dstLOD, c.dstPitch, c.dstHeight},
          c.WidthInBytes,
          c.Height,
          c.Depth};
}

// The address of the first byte of one side, after checks of what the structure itself says.
absl::StatusOr<uint64_t> FirstByte(const Box& box, const Side& side, const char* name) {
  if (side.type == CU_MEMORYTYPE_ARRAY) {
    return Error(ErrorKind::kNotSupported, "the %s is an array: arrays are not supported yet", name);
  }
  if (side.type != CU_MEMORYTYPE_HOST && side.type != CU_MEMORYTYPE_DEVICE && side.type != CU_MEMORYTYPE_UNIFIED) {
    return Error(ErrorKind::kInvalidValue, "%d is no memory type (%s)", static_cast<int>(side.type), name);
  }
  if (side.lod != 0) return Error(ErrorKind::kInvalidValue, "the level of detail of the %s must be 0", name);
  bool several_rows = box.height > 1 || box.depth > 1 || side.y > 0 || side.z > 0;
  if (several_rows && side.pitch_bytes < side.x_bytes + box.width_bytes) {
    return Error(ErrorKind::kInvalidValue, "the pitch of the %s, %u, is smaller than the row", name, side.pitch_bytes);
  }
  if ((box.depth > 1 || side.z > 0) && side.rows < side.y + box.height) {
    return Error(ErrorKind::kInvalidValue, "the height of the %s, %u, is smaller than the box", name, side.rows);
  }
  uint64_t base = side.type == CU_MEMORYTYPE_HOST ? reinterpret_cast<uint64_t>(side.host) : side.device;
  return base + (side.z * side.rows + side.y) * side.pitch_bytes + side.x_bytes;
}

CopyDirection DirectionOf(CUmemorytype src, CUmemorytype dst) {
  if (src == CU_MEMORYTYPE_UNIFIED || dst == CU_MEMORYTYPE_UNIFIED) return CopyDirection::kDefault;
  bool from_host = src == CU_MEMORYTYPE_HOST;
  bool to_host = dst == CU_MEMORYTYPE_HOST;
  if (from_host) return to_host ? CopyDirection::kHostToHost : CopyDirection::kHostToDevice;
  return to_host ? CopyDirection::kDeviceToHost : CopyDirection::kDeviceToDevice;
}

absl::StatusOr<CopyParams> ParamsOf(const Box& box) {
  CopyParams params;
  CULVERT_ASSIGN_OR_RETURN(params.src, FirstByte(box, box.src, "source"));
  CULVERT_ASSIGN_OR_RETURN(params.dst, FirstByte(box, box.dst, "destination"));
  params.width_bytes = box.width_bytes;
  params.height = box.height;
  params.depth = box.depth;
  params.src_pitch_bytes = box.src.pitch_bytes;
  params.dst_pitch_bytes = box.dst.pitch_bytes;
  params.src_slice_bytes = box.src.pitch_bytes * box.src.rows;
  params.dst_slice_bytes = box.dst.pitch_bytes * box.dst.rows;
  params.direction = DirectionOf(box.src.type, box.dst.type);
  return params;
}

absl::Status Copy(const Box& box) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(nullptr));
  CULVERT_ASSIGN_OR_RETURN(CopyParams params, ParamsOf(box));
  return CopySync(*stream, params);
}

absl::Status Copy(const Box& box, CUstream handle) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(handle));
  CULVERT_ASSIGN_OR_RETURN(CopyParams params, ParamsOf(box));
  return CopyAsync(*stream, params);
}

// Addresses say themselves in which context they lie; the contexts given have to be alive.
absl::Status CheckPeers(const CUDA_MEMCPY3D_PEER& copy) {
  for (CUcontext handle : {copy.srcContext, copy.dstContext}) {
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, UseContextHandle(handle));
    CULVERT_RETURN_IF_ERROR(context->status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status cuMemcpy2D_v2(const CUDA_MEMCPY2D* pCopy) { return Copy(RectangleOf(*pCopy)); }

absl::Status cuMemcpy2DUnaligned_v2(const CUDA_MEMCPY2D* pCopy) { return Copy(RectangleOf(*pCopy)); }

absl::Status cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D* pCopy, CUstream hStream) {
  return Copy(RectangleOf(*pCopy), hStream);
}

absl::Status cuMemcpy3D_v2(const CUDA_MEMCPY3D* pCopy) { return Copy(BoxOf(*pCopy)); }

absl::Status cuMemcpy3DAsync_v2(const CUDA_MEMCPY3D* pCopy, CUstream hStream) { return Copy(BoxOf(*pCopy), hStream); }

absl::Status cuMemcpy3DPeer(const CUDA_MEMCPY3D_PEER* pCopy) {
  CULVERT_RETURN_IF_ERROR(CheckPeers(*pCopy));
  return Copy(BoxOf(*pCopy));
}

absl::Status cuMemcpy3DPeerAsync(const CUDA_MEMCPY3D_PEER* pCopy, CUstream hStream) {
  CULVERT_RETURN_IF_ERROR(CheckPeers(*pCopy));
  return Copy(BoxOf(*pCopy), hStream);
}

}  // namespace culvert::libcuda
