// CU_CTX_* flags of context creation (CUDA Driver API, cuCtxCreate).
#ifndef CULVERT_CUDA_API_LIBCUDA_CONTEXT_FLAGS_H_
#define CULVERT_CUDA_API_LIBCUDA_CONTEXT_FLAGS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "include/cuda/detail/driver_enums.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {

// At most one way of waiting, no unknown bit. How host threads wait is ours to choose, so the flags are kept and
// reported.
inline absl::Status CheckContextFlags(uint32_t flags) {
  uint32_t waiting = flags & CU_CTX_SCHED_MASK;
  bool one_way = waiting == CU_CTX_SCHED_AUTO || waiting == CU_CTX_SCHED_SPIN || waiting == CU_CTX_SCHED_YIELD ||
                 waiting == CU_CTX_SCHED_BLOCKING_SYNC;
  if ((flags & ~uint32_t{CU_CTX_FLAGS_MASK}) != 0 || !one_way) {
    return Error(ErrorKind::kInvalidValue, "0x%x is no valid set of context flags", flags);
  }
  return absl::OkStatus();
}

}  // namespace culvert::libcuda

#endif  // CULVERT_CUDA_API_LIBCUDA_CONTEXT_FLAGS_H_
