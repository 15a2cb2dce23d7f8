// Linear copies (CUDA Driver API, "Memory Management"). Boxes are in memory_copy_box.cc.
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcuda {
namespace {

uint64_t Address(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

CopyParams Linear(uint64_t dst, uint64_t src, size_t bytes, CopyDirection direction) {
  CopyParams params;
  params.dst = dst;
  params.src = src;
  params.width_bytes = bytes;
  params.direction = direction;
  return params;
}

// A copy in the default stream in force.
absl::Status Copy(uint64_t dst, uint64_t src, size_t bytes, CopyDirection direction) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(nullptr));
  return CopySync(*stream, Linear(dst, src, bytes, direction));
}

absl::Status Copy(uint64_t dst, uint64_t src, size_t bytes, CopyDirection direction, CUstream handle) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(handle));
  return CopyAsync(*stream, Linear(dst, src, bytes, direction));
}

// The contexts of a peer copy only say where the two addresses belong, which the addresses say themselves.
absl::Status CheckPeers(CUcontext dst, CUcontext src) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> target, UseContextHandle(dst));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> source, UseContextHandle(src));
  CULVERT_RETURN_IF_ERROR(target->status());
  return source->status();
}

}  // namespace

absl::Status cuMemcpy(CUdeviceptr dst, CUdeviceptr src, size_t ByteCount) {
  return Copy(dst, src, ByteCount, CopyDirection::kDefault);
}

absl::Status cuMemcpyAsync(CUdeviceptr dst, CUdeviceptr src, size_t ByteCount, CUstream hStream) {
  return Copy(dst, src, ByteCount, CopyDirection::kDefault, hStream);
}

absl::Status cuMemcpyHtoD_v2(CUdeviceptr dstDevice, const void* srcHost, size_t ByteCount) {
  return Copy(dstDevice, Address(srcHost), ByteCount, CopyDirection::kHostToDevice);
}

absl::Status cuMemcpyHtoDAsync_v2(CUdeviceptr dstDevice, const void* srcHost, size_t ByteCount, CUstream hStream) {
  return Copy(dstDevice, Address(srcHost), ByteCount, CopyDirection::kHostToDevice, hStream);
}

absl::Status cuMemcpyDtoH_v2(void* dstHost, CUdeviceptr srcDevice, size_t ByteCount) {
  return Copy(Address(dstHost), srcDevice, ByteCount, CopyDirection::kDeviceToHost);
}

absl::Status cuMemcpyDtoHAsync_v2(void* dstHost, CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream) {
  return Copy(Address(dstHost), srcDevice, ByteCount, CopyDirection::kDeviceToHost, hStream);
}

absl::Status cuMemcpyDtoD_v2(CUdeviceptr dstDevice, CUdeviceptr srcDevice, size_t ByteCount) {
  return Copy(dstDevice, srcDevice, ByteCount, CopyDirection::kDeviceToDevice);
}

absl::Status cuMemcpyDtoDAsync_v2(CUdeviceptr dstDevice, CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream) {
  return Copy(dstDevice, srcDevice, ByteCount, CopyDirection::kDeviceToDevice, hStream);
}

absl::Status cuMemcpyPeer(CUdeviceptr dstDevice, CUcontext dstContext, CUdeviceptr srcDevice, CUcontext srcContext,
                          size_t ByteCount) {
  CULVERT_RETURN_IF_ERROR(CheckPeers(dstContext, srcContext));
  return Copy(dstDevice, srcDevice, ByteCount, CopyDirection::kDeviceToDevice);
}

absl::Status cuMemcpyPeerAsync(CUdeviceptr dstDevice, CUcontext dstContext, CUdeviceptr srcDevice, CUcontext srcContext,
                               size_t ByteCount, CUstream hStream) {
  CULVERT_RETURN_IF_ERROR(CheckPeers(dstContext, srcContext));
  return Copy(dstDevice, srcDevice, ByteCount, CopyDirection::kDeviceToDevice, hStream);
}

}  // namespace culvert::libcuda
