// Managed memory: advice, prefetch, discard (CUDA Runtime API, "Memory Management").
#include <cstddef>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"
#include "runtime/platform.h"

namespace culvert::libcudart {
namespace {

// A place that memory may be advised to or prefetched to.
absl::Status CheckLocation(const cudaMemLocation& location) {
  switch (location.type) {
    case cudaMemLocationTypeDevice:
      return Platform::Get().GetDevice(location.id).status();
    case cudaMemLocationTypeHost:
    case cudaMemLocationTypeHostNuma:
    case cudaMemLocationTypeHostNumaCurrent:
      return absl::OkStatus();
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no kind of place for memory", static_cast<int>(location.type));
  }
}

// The ranges of a batch; a managed range each.
absl::Status CheckRanges(void* const* addresses, const size_t* sizes, size_t count, unsigned long long flags) {
  if (flags != 0) return Error(ErrorKind::kInvalidValue, "flags must be 0, not 0x%x", flags);
  if (count == 0) return Error(ErrorKind::kInvalidValue, "count must not be 0");
  for (size_t i = 0; i < count; ++i) {
    CULVERT_RETURN_IF_ERROR(CheckManagedRange(reinterpret_cast<uint64_t>(addresses[i]), sizes[i]));
  }
  return absl::OkStatus();
}

// locations[k] applies to the ranges from indices[k] to indices[k + 1]: the first index is 0 and they ascend.
absl::Status CheckLocations(const cudaMemLocation* locations, const size_t* indices, size_t count, size_t ranges) {
  if (count == 0 || count > ranges) {
    return Error(ErrorKind::kInvalidValue, "%u locations for %u ranges", count, ranges);
  }
  for (size_t k = 0; k < count; ++k) {
    bool ordered = k == 0 ? indices[0] == 0 : indices[k] > indices[k - 1];
    if (!ordered || indices[k] >= ranges) {
      return Error(ErrorKind::kInvalidValue, "location %u begins at range %u", k, indices[k]);
    }
    CULVERT_RETURN_IF_ERROR(CheckLocation(locations[k]));
  }
  return absl::OkStatus();
}

}  // namespace

// Advice and prefetches have nothing to do: managed memory is near to all. The arguments are checked.
absl::Status cudaMemAdvise(const void* devPtr, size_t count, enum cudaMemoryAdvise advice,
                           struct cudaMemLocation location) {
  if (advice < cudaMemAdviseSetReadMostly || advice > cudaMemAdviseUnsetAccessedBy) {
    return Error(ErrorKind::kInvalidValue, "%d is no advice", static_cast<int>(advice));
  }
  CULVERT_RETURN_IF_ERROR(UseContext().status());
  // The manual ignores the location of these three.
  bool anywhere = advice == cudaMemAdviseSetReadMostly || advice == cudaMemAdviseUnsetReadMostly ||
                  advice == cudaMemAdviseUnsetPreferredLocation;
  if (!anywhere) CULVERT_RETURN_IF_ERROR(CheckLocation(location));
  return CheckManagedRange(reinterpret_cast<uint64_t>(devPtr), count);
}

absl::Status cudaMemPrefetchAsync(const void* devPtr, size_t count, struct cudaMemLocation location, unsigned int flags,
                                  cudaStream_t stream) {
  if (flags != 0) return Error(ErrorKind::kInvalidValue, "flags must be 0, not 0x%x", flags);
  CULVERT_RETURN_IF_ERROR(UseStream(stream).status());
  CULVERT_RETURN_IF_ERROR(CheckLocation(location));
  return CheckManagedRange(reinterpret_cast<uint64_t>(devPtr), count);
}

absl::Status cudaMemPrefetchBatchAsync(void** dptrs, size_t* sizes, size_t count, struct cudaMemLocation* prefetchLocs,
                                       size_t* prefetchLocIdxs, size_t numPrefetchLocs, unsigned long long flags,
                                       cudaStream_t stream) {
  CULVERT_RETURN_IF_ERROR(UseStream(stream).status());
  CULVERT_RETURN_IF_ERROR(CheckLocations(prefetchLocs, prefetchLocIdxs, numPrefetchLocs, count));
  return CheckRanges(dptrs, sizes, count, flags);
}

// Afterwards the contents are undefined until they are written (manual); leaving them as they are is one way.
absl::Status cudaMemDiscardBatchAsync(void** dptrs, size_t* sizes, size_t count, unsigned long long flags,
                                      cudaStream_t stream) {
  CULVERT_RETURN_IF_ERROR(UseStream(stream).status());
  return CheckRanges(dptrs, sizes, count, flags);
}

absl::Status cudaMemDiscardAndPrefetchBatchAsync(void** dptrs, size_t* sizes, size_t count,
                                                 struct cudaMemLocation* prefetchLocs, size_t* prefetchLocIdxs,
                                                 size_t numPrefetchLocs, unsigned long long flags,
                                                 cudaStream_t stream) {
  return cudaMemPrefetchBatchAsync(dptrs, sizes, count, prefetchLocs, prefetchLocIdxs, numPrefetchLocs, flags, stream);
}

}  // namespace culvert::libcudart
