// Limits, caches, flags and priorities of a context (CUDA Driver API, "Context Management").
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/context_flags.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {
namespace {

absl::StatusOr<Limit> LimitOf(CUlimit limit) {
  switch (limit) {
    case CU_LIMIT_STACK_SIZE:
      return Limit::kStackBytes;
    case CU_LIMIT_PRINTF_FIFO_SIZE:
      return Limit::kPrintfBytes;
    case CU_LIMIT_MALLOC_HEAP_SIZE:
      return Limit::kHeapBytes;
    case CU_LIMIT_DEV_RUNTIME_SYNC_DEPTH:
      return Limit::kDeviceSyncDepth;
    case CU_LIMIT_DEV_RUNTIME_PENDING_LAUNCH_COUNT:
      return Limit::kPendingLaunchCount;
    case CU_LIMIT_MAX_L2_FETCH_GRANULARITY:
      return Limit::kMaxL2FetchGranularity;
    case CU_LIMIT_PERSISTING_L2_CACHE_SIZE:
      return Limit::kPersistingL2Bytes;
    case CU_LIMIT_SHMEM_SIZE:
    case CU_LIMIT_CIG_ENABLED:
    case CU_LIMIT_CIG_SHMEM_FALLBACK_ENABLED:
      return Error(ErrorKind::kUnsupportedLimit, "limit %d belongs to graphics contexts", static_cast<int>(limit));
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no limit", static_cast<int>(limit));
  }
}

// The limits of the device runtime are refused with their own code.
absl::Status AsLimitStatus(absl::Status status) {
  if (KindOf(status) != ErrorKind::kNotSupported) return status;
  return MakeError(ErrorKind::kUnsupportedLimit, std::string(status.message()));
}

}  // namespace

absl::Status cuCtxGetLimit(size_t* pvalue, CUlimit limit) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  CULVERT_ASSIGN_OR_RETURN(Limit which, LimitOf(limit));
  auto value = context->GetLimit(which);
  if (!value.ok()) return AsLimitStatus(value.status());
  *pvalue = *value;
  return absl::OkStatus();
}

absl::Status cuCtxSetLimit(CUlimit limit, size_t value) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  CULVERT_ASSIGN_OR_RETURN(Limit which, LimitOf(limit));
  return AsLimitStatus(context->SetLimit(which, value));
}

// CUfunc_cache and CUsharedconfig count like our enumerations.
static_assert(static_cast<int>(CacheConfig::kPreferEqual) == CU_FUNC_CACHE_PREFER_EQUAL);
static_assert(static_cast<int>(CacheConfig::kPreferL1) == CU_FUNC_CACHE_PREFER_L1);
static_assert(static_cast<int>(SharedConfig::kEightByte) == CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE);

absl::Status cuCtxGetCacheConfig(CUfunc_cache* pconfig) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  *pconfig = static_cast<CUfunc_cache>(context->cache_config());
  return absl::OkStatus();
}

absl::Status cuCtxSetCacheConfig(CUfunc_cache config) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if (static_cast<unsigned>(config) > CU_FUNC_CACHE_PREFER_EQUAL) {
    return Error(ErrorKind::kInvalidValue, "%d is no cache configuration", static_cast<int>(config));
  }
  context->SetCacheConfig(static_cast<CacheConfig>(config));
  return absl::OkStatus();
}

absl::Status cuCtxGetSharedMemConfig(CUsharedconfig* pConfig) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  *pConfig = static_cast<CUsharedconfig>(context->shared_config());
  return absl::OkStatus();
}

absl::Status cuCtxSetSharedMemConfig(CUsharedconfig config) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if (static_cast<unsigned>(config) > CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE) {
    return Error(ErrorKind::kInvalidValue, "%d is no shared memory configuration", static_cast<int>(config));
  }
  context->SetSharedConfig(static_cast<SharedConfig>(config));
  return absl::OkStatus();
}

absl::Status cuCtxGetFlags(unsigned int* flags) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  *flags = context->flags();
  return absl::OkStatus();
}

absl::Status cuCtxSetFlags(unsigned int flags) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  CULVERT_RETURN_IF_ERROR(CheckContextFlags(flags));
  context->SetFlags(flags);
  return absl::OkStatus();
}

absl::Status cuCtxGetStreamPriorityRange(int* leastPriority, int* greatestPriority) {
  CULVERT_RETURN_IF_ERROR(UseCurrentContext().status());
  if (leastPriority != nullptr) *leastPriority = kLeastStreamPriority;
  if (greatestPriority != nullptr) *greatestPriority = kGreatestStreamPriority;
  return absl::OkStatus();
}

// Lines that persist are a hint of access windows; there are none to reset.
absl::Status cuCtxResetPersistingL2Cache() { return UseCurrentContext().status(); }

}  // namespace culvert::libcuda
