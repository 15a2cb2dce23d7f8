// Many copies in one call (CUDA Runtime API, "Memory Management", cudaMemcpyBatchAsync).
#include <cstddef>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/copy.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"

namespace culvert::libcudart {
namespace {

// Attributes say when a source is read and where memory lies: hints, because a copy here reads its source in stream
// order or during the call. They are checked.
absl::Status CheckAttributes(const cudaMemcpyAttributes& attributes) {
  bool known_order = attributes.srcAccessOrder >= cudaMemcpySrcAccessOrderStream &&
                     attributes.srcAccessOrder <= cudaMemcpySrcAccessOrderAny;
  if (!known_order) {
    return Error(ErrorKind::kInvalidValue, "source access order %d", static_cast<int>(attributes.srcAccessOrder));
  }
  if ((attributes.flags & ~static_cast<unsigned>(cudaMemcpyFlagPreferOverlapWithCompute)) != 0) {
    return Error(ErrorKind::kInvalidValue, "unknown copy flags 0x%x", attributes.flags);
  }
  return absl::OkStatus();
}

// attrs[k] applies to the copies from attrsIdxs[k] to attrsIdxs[k + 1]: the first index is 0 and they ascend.
absl::Status CheckAttributeRanges(const cudaMemcpyAttributes* attrs, const size_t* indices, size_t count,
                                  size_t copies) {
  if (attrs == nullptr || indices == nullptr || count == 0 || count > copies) {
    return Error(ErrorKind::kInvalidValue, "%u attributes for %u copies", count, copies);
  }
  for (size_t k = 0; k < count; ++k) {
    bool ordered = k == 0 ? indices[0] == 0 : indices[k] > indices[k - 1];
    if (!ordered || indices[k] >= copies) {
      return Error(ErrorKind::kInvalidValue, "attribute %u begins at copy %u", k, indices[k]);
    }
    CULVERT_RETURN_IF_ERROR(CheckAttributes(attrs[k]));
  }
  return absl::OkStatus();
}

}  // namespace

// The copies run in the order given. The legacy default stream is not allowed (manual).
absl::Status cudaMemcpyBatchAsync(void* const* dsts, const void* const* srcs, const size_t* sizes, size_t count,
                                  struct cudaMemcpyAttributes* attrs, size_t* attrsIdxs, size_t numAttrs,
                                  cudaStream_t stream) {
  if (count == 0) return Error(ErrorKind::kInvalidValue, "count must not be 0");
  CULVERT_RETURN_IF_ERROR(CheckAttributeRanges(attrs, attrsIdxs, numAttrs, count));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  if (target->kind() == StreamKind::kLegacy) {
    return Error(ErrorKind::kInvalidValue, "a batch cannot be submitted to the legacy default stream");
  }
  for (size_t i = 0; i < count; ++i) {
    CopyParams params;
    params.dst = reinterpret_cast<uint64_t>(dsts[i]);
    params.src = reinterpret_cast<uint64_t>(srcs[i]);
    params.width_bytes = sizes[i];
    CULVERT_RETURN_IF_ERROR(Copy(params, stream, Wait::kAsync));
  }
  return absl::OkStatus();
}

}  // namespace culvert::libcudart
