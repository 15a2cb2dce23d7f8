// Fills (CUDA Driver API, "Memory Management").
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcuda {
namespace {

FillParams Row(uint64_t dst, uint32_t element_bytes, uint32_t value, size_t count) {
  FillParams params;
  params.dst = dst;
  params.element_bytes = element_bytes;
  params.value = value;
  params.width_elems = count;
  return params;
}

FillParams Rows(uint64_t dst, size_t pitch_bytes, uint32_t element_bytes, uint32_t value, size_t width, size_t height) {
  FillParams params = Row(dst, element_bytes, value, width);
  params.height = height;
  params.pitch_bytes = pitch_bytes;
  return params;
}

absl::Status Fill(const FillParams& params) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(nullptr));
  return FillSync(*stream, params);
}

absl::Status Fill(const FillParams& params, CUstream handle) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(handle));
  return FillAsync(*stream, params);
}

}  // namespace

absl::Status cuMemsetD8_v2(CUdeviceptr dstDevice, unsigned char uc, size_t N) { return Fill(Row(dstDevice, 1, uc, N)); }

absl::Status cuMemsetD16_v2(CUdeviceptr dstDevice, unsigned short us, size_t N) {
  return Fill(Row(dstDevice, 2, us, N));
}

absl::Status cuMemsetD32_v2(CUdeviceptr dstDevice, unsigned int ui, size_t N) { return Fill(Row(dstDevice, 4, ui, N)); }

absl::Status cuMemsetD8Async(CUdeviceptr dstDevice, unsigned char uc, size_t N, CUstream hStream) {
  return Fill(Row(dstDevice, 1, uc, N), hStream);
}

absl::Status cuMemsetD16Async(CUdeviceptr dstDevice, unsigned short us, size_t N, CUstream hStream) {
  return Fill(Row(dstDevice, 2, us, N), hStream);
}

absl::Status cuMemsetD32Async(CUdeviceptr dstDevice, unsigned int ui, size_t N, CUstream hStream) {
  return Fill(Row(dstDevice, 4, ui, N), hStream);
}

absl::Status cuMemsetD2D8_v2(CUdeviceptr dstDevice, size_t dstPitch, unsigned char uc, size_t Width, size_t Height) {
  return Fill(Rows(dstDevice, dstPitch, 1, uc, Width, Height));
}

absl::Status cuMemsetD2D16_v2(CUdeviceptr dstDevice, size_t dstPitch, unsigned short us, size_t Width, size_t Height) {
  return Fill(Rows(dstDevice, dstPitch, 2, us, Width, Height));
}

absl::Status cuMemsetD2D32_v2(CUdeviceptr dstDevice, size_t dstPitch, unsigned int ui, size_t Width, size_t Height) {
  return Fill(Rows(dstDevice, dstPitch, 4, ui, Width, Height));
}

absl::Status cuMemsetD2D8Async(CUdeviceptr dstDevice, size_t dstPitch, unsigned char uc, size_t Width, size_t Height,
                               CUstream hStream) {
  return Fill(Rows(dstDevice, dstPitch, 1, uc, Width, Height), hStream);
}

absl::Status cuMemsetD2D16Async(CUdeviceptr dstDevice, size_t dstPitch, unsigned short us, size_t Width, size_t Height,
                                CUstream hStream) {
  return Fill(Rows(dstDevice, dstPitch, 2, us, Width, Height), hStream);
}

absl::Status cuMemsetD2D32Async(CUdeviceptr dstDevice, size_t dstPitch, unsigned int ui, size_t Width, size_t Height,
                                CUstream hStream) {
  return Fill(Rows(dstDevice, dstPitch, 4, ui, Width, Height), hStream);
}

}  // namespace culvert::libcuda
