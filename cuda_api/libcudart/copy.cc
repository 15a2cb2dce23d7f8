// Copies of linear memory (CUDA Runtime API, "Memory Management"): 1D, 2D, between devices and with variables. Where
// nothing is to be copied, the other arguments are not checked; observation of the vendor's runtime library.
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/copy.h"
#include "cuda_api/libcudart/copy_order.h"
#include "cuda_api/libcudart/registry.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcudart {
namespace {

uint64_t Address(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

absl::Status CopyLinear(void* dst, const void* src, size_t count, cudaMemcpyKind kind, cudaStream_t stream, Wait wait) {
  if (count == 0) return UseContextForNothing();
  CopyParams params;
  params.dst = Address(dst);
  params.src = Address(src);
  params.width_bytes = count;
  CULVERT_ASSIGN_OR_RETURN(params.direction, ToDirection(kind));
  return Copy(params, stream, wait);
}

absl::Status CopyRows(void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height,
                      cudaMemcpyKind kind, cudaStream_t stream, Wait wait) {
  if (width == 0 || height == 0) return UseContextForNothing();
  if (height > 1 && (width > dpitch || width > spitch)) {
    return Error(ErrorKind::kInvalidPitch, "rows of %u bytes do not fit pitches of %u and %u", width, dpitch, spitch);
  }
  CopyParams params;
  params.dst = Address(dst);
  params.src = Address(src);
  params.width_bytes = width;
  params.height = height;
  params.dst_pitch_bytes = dpitch;
  params.src_pitch_bytes = spitch;
  CULVERT_ASSIGN_OR_RETURN(params.direction, ToDirection(kind));
  return Copy(params, stream, wait);
}

// The address of a part of a registered variable.
absl::StatusOr<uint64_t> SymbolAddress(const void* symbol, size_t count, size_t offset) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(GlobalVariable variable, Registry::Get().FindVariable(symbol, *context));
  if (offset > variable.size_bytes || count > variable.size_bytes - offset) {
    return Error(ErrorKind::kInvalidValue, "bytes %u to %u of a variable of %u", offset, offset + count,
                 variable.size_bytes);
  }
  return variable.address + offset;
}

absl::Status CopyToSymbol(const void* symbol, const void* src, size_t count, size_t offset, cudaMemcpyKind kind,
                          cudaStream_t stream, Wait wait) {
  if (count == 0) return UseContextForNothing();
  if (kind != cudaMemcpyHostToDevice && kind != cudaMemcpyDeviceToDevice && kind != cudaMemcpyDefault) {
    return Error(ErrorKind::kInvalidMemcpyDirection, "%d does not lead to a variable", static_cast<int>(kind));
  }
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, SymbolAddress(symbol, count, offset));
  return CopyLinear(reinterpret_cast<void*>(address), src, count, kind, stream, wait);
}

absl::Status CopyFromSymbol(void* dst, const void* symbol, size_t count, size_t offset, cudaMemcpyKind kind,
                            cudaStream_t stream, Wait wait) {
  if (count == 0) return UseContextForNothing();
  if (kind != cudaMemcpyDeviceToHost && kind != cudaMemcpyDeviceToDevice && kind != cudaMemcpyDefault) {
    return Error(ErrorKind::kInvalidMemcpyDirection, "%d does not come from a variable", static_cast<int>(kind));
  }
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, SymbolAddress(symbol, count, offset));
  return CopyLinear(dst, reinterpret_cast<void*>(address), count, kind, stream, wait);
}

}  // namespace

absl::Status Copy(const CopyParams& params, cudaStream_t stream, Wait wait) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  return InPeerOrder(*target, params,
                     [&] { return wait == Wait::kSync ? CopySync(*target, params) : CopyAsync(*target, params); });
}

absl::StatusOr<CopyDirection> ToDirection(cudaMemcpyKind kind) {
  switch (kind) {
    case cudaMemcpyHostToHost:
      return CopyDirection::kHostToHost;
    case cudaMemcpyHostToDevice:
      return CopyDirection::kHostToDevice;
    case cudaMemcpyDeviceToHost:
      return CopyDirection::kDeviceToHost;
    case cudaMemcpyDeviceToDevice:
      return CopyDirection::kDeviceToDevice;
    case cudaMemcpyDefault:
      return CopyDirection::kDefault;
  }
  return Error(ErrorKind::kInvalidMemcpyDirection, "%d is no copy direction", static_cast<int>(kind));
}

absl::Status cudaMemcpy(void* dst, const void* src, size_t count, enum cudaMemcpyKind kind) {
  return CopyLinear(dst, src, count, kind, nullptr, Wait::kSync);
}

absl::Status cudaMemcpyAsync(void* dst, const void* src, size_t count, enum cudaMemcpyKind kind, cudaStream_t stream) {
  return CopyLinear(dst, src, count, kind, stream, Wait::kAsync);
}

absl::Status cudaMemcpy2D(void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height,
                          enum cudaMemcpyKind kind) {
  return CopyRows(dst, dpitch, src, spitch, width, height, kind, nullptr, Wait::kSync);
}

absl::Status cudaMemcpy2DAsync(void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height,
                               enum cudaMemcpyKind kind, cudaStream_t stream) {
  return CopyRows(dst, dpitch, src, spitch, width, height, kind, stream, Wait::kAsync);
}

absl::Status cudaMemcpyPeer(void* dst, int dstDevice, const void* src, int srcDevice, size_t count) {
  if (count == 0) return UseContextForNothing();
  CULVERT_RETURN_IF_ERROR(UseDevice(dstDevice).status());
  CULVERT_RETURN_IF_ERROR(UseDevice(srcDevice).status());
  return CopyLinear(dst, src, count, cudaMemcpyDeviceToDevice, nullptr, Wait::kSync);
}

absl::Status cudaMemcpyPeerAsync(void* dst, int dstDevice, const void* src, int srcDevice, size_t count,
                                 cudaStream_t stream) {
  if (count == 0) return UseContextForNothing();
  CULVERT_RETURN_IF_ERROR(UseDevice(dstDevice).status());
  CULVERT_RETURN_IF_ERROR(UseDevice(srcDevice).status());
  return CopyLinear(dst, src, count, cudaMemcpyDeviceToDevice, stream, Wait::kAsync);
}

absl::Status cudaMemcpyToSymbol(const void* symbol, const void* src, size_t count, size_t offset,
                                enum cudaMemcpyKind kind) {
  return CopyToSymbol(symbol, src, count, offset, kind, nullptr, Wait::kSync);
}

absl::Status cudaMemcpyToSymbolAsync(const void* symbol, const void* src, size_t count, size_t offset,
                                     enum cudaMemcpyKind kind, cudaStream_t stream) {
  return CopyToSymbol(symbol, src, count, offset, kind, stream, Wait::kAsync);
}

absl::Status cudaMemcpyFromSymbol(void* dst, const void* symbol, size_t count, size_t offset,
                                  enum cudaMemcpyKind kind) {
  return CopyFromSymbol(dst, symbol, count, offset, kind, nullptr, Wait::kSync);
}

absl::Status cudaMemcpyFromSymbolAsync(void* dst, const void* symbol, size_t count, size_t offset,
                                       enum cudaMemcpyKind kind, cudaStream_t stream) {
  return CopyFromSymbol(dst, symbol, count, offset, kind, stream, Wait::kAsync);
}

absl::Status cudaGetSymbolAddress(void** devPtr, const void* symbol) {
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, SymbolAddress(symbol, 0, 0));
  *devPtr = reinterpret_cast<void*>(address);
  return absl::OkStatus();
}

absl::Status cudaGetSymbolSize(size_t* size, const void* symbol) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(GlobalVariable variable, Registry::Get().FindVariable(symbol, *context));
  *size = variable.size_bytes;
  return absl::OkStatus();
}

}  // namespace culvert::libcudart
