// Many copies in one call (CUDA Driver API, cuMemcpyBatchAsync).
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcuda {
namespace {

struct Batch {
  const CUdeviceptr* dsts;
  const CUdeviceptr* srcs;
  const size_t* sizes;
  size_t count;
  const CUmemcpyAttributes* attrs;
  const size_t* attrs_indices;  // attrs[k] holds for the copies from attrs_indices[k] on
  size_t attrs_count;
};

absl::Status CheckBatch(const Batch& batch) {
  if (batch.count == 0 || batch.dsts == nullptr || batch.srcs == nullptr || batch.sizes == nullptr) {
    return Error(ErrorKind::kInvalidValue, "there are no copies");
  }
  if (batch.attrs_count == 0 || batch.attrs_count > batch.count || batch.attrs == nullptr ||
      batch.attrs_indices == nullptr || batch.attrs_indices[0] != 0) {
    return Error(ErrorKind::kInvalidValue, "attributes must cover all copies from the first on");
  }
  for (size_t i = 0; i < batch.attrs_count; ++i) {
    bool ascending = i == 0 || batch.attrs_indices[i] > batch.attrs_indices[i - 1];
    if (!ascending || batch.attrs_indices[i] >= batch.count) {
      return Error(ErrorKind::kInvalidValue, "attrsIdxs[%u] is out of order or out of range", i);
    }
    int order = batch.attrs[i].srcAccessOrder;
    if (order < CU_MEMCPY_SRC_ACCESS_ORDER_STREAM || order > CU_MEMCPY_SRC_ACCESS_ORDER_ANY) {
      return Error(ErrorKind::kInvalidValue, "attrs[%u] has no order of source accesses", i);
    }
  }
  return absl::OkStatus();
}

// *failed is the index of the copy that was refused, or SIZE_MAX where the arguments as a whole were.
absl::Status CopyBatch(const Batch& batch, CUstream handle, size_t* failed) {
  *failed = SIZE_MAX;
  if (reinterpret_cast<uintptr_t>(handle) < 2) {
    return Error(ErrorKind::kInvalidValue, "a batch of copies cannot be given to the legacy stream");
  }
  CULVERT_RETURN_IF_ERROR(CheckBatch(batch));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(handle));
  bool during_call = false;
  for (size_t i = 0; i < batch.attrs_count; ++i) {
    during_call |= batch.attrs[i].srcAccessOrder == CU_MEMCPY_SRC_ACCESS_ORDER_DURING_API_CALL;
  }
  for (size_t i = 0; i < batch.count; ++i) {
    CopyParams params;
    params.dst = batch.dsts[i];
    params.src = batch.srcs[i];
    params.width_bytes = batch.sizes[i];
    *failed = i;
    CULVERT_RETURN_IF_ERROR(CopyAsync(*stream, params));
  }
  *failed = SIZE_MAX;
  // A source that may only be read during the call has been read when the stream has got here.
  return during_call ? stream->Synchronize() : absl::OkStatus();
}

}  // namespace

absl::Status cuMemcpyBatchAsync(CUdeviceptr* dsts, CUdeviceptr* srcs, size_t* sizes, size_t count,
                                CUmemcpyAttributes* attrs, size_t* attrsIdxs, size_t numAttrs, size_t* failIdx,
                                CUstream hStream) {
  size_t failed;
  absl::Status status = CopyBatch({dsts, srcs, sizes, count, attrs, attrsIdxs, numAttrs}, hStream, &failed);
  if (!status.ok() && failIdx != nullptr) *failIdx = failed;
  return status;
}

absl::Status cuMemcpyBatchAsync_v2(CUdeviceptr* dsts, CUdeviceptr* srcs, size_t* sizes, size_t count,
                                   CUmemcpyAttributes* attrs, size_t* attrsIdxs, size_t numAttrs, CUstream hStream) {
  size_t failed;
  return CopyBatch({dsts, srcs, sizes, count, attrs, attrsIdxs, numAttrs}, hStream, &failed);
}

}  // namespace culvert::libcuda
