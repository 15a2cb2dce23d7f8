// Access to functions of the driver API (CUDA Runtime API, "Driver Entry Point Access").
#include "cuda_api/boundary.h"
#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "cuda_api/proc_table.h"
#include "include/culvert/error.h"

namespace culvert::libcudart {
namespace {

constexpr unsigned kRuntimeVersion = 13000;

// Which default stream the function answered for uses.
absl::StatusOr<bool> PerThread(unsigned long long flags) {
  switch (flags) {
    case cudaEnableDefault:
      return api::PerThreadDefaultStream();
    case cudaEnableLegacyStream:
      return false;
    case cudaEnablePerThreadDefaultStream:
      return true;
    default:
      return Error(ErrorKind::kInvalidValue, "flags 0x%x", flags);
  }
}

cudaDriverEntryPointQueryResult ToQueryResult(api::ProcOutcome outcome) {
  switch (outcome) {
    case api::ProcOutcome::kFound:
      return cudaDriverEntryPointSuccess;
    case api::ProcOutcome::kVersionTooOld:
      return cudaDriverEntryPointVersionNotSufficent;
    case api::ProcOutcome::kUnknownName:
      break;
  }
  return cudaDriverEntryPointSymbolNotFound;
}

absl::Status NotFound(const char* symbol, api::ProcOutcome outcome, unsigned version) {
  if (outcome == api::ProcOutcome::kUnknownName) {
    return Error(ErrorKind::kNotFound, "the driver has no function %s", symbol);
  }
  return Error(ErrorKind::kNotFound, "%s appeared after version %u", symbol, version);
}

}  // namespace

// driverStatus may be null; it tells the two reasons of kNotFound apart.
absl::Status cudaGetDriverEntryPointByVersion(const char* symbol, void** funcPtr, unsigned int cudaVersion,
                                              unsigned long long flags,
                                              enum cudaDriverEntryPointQueryResult* driverStatus) {
  CULVERT_ASSIGN_OR_RETURN(bool per_thread, PerThread(flags));
  CULVERT_RETURN_IF_ERROR(UsePlatform());
  api::ProcAnswer answer = api::FindProc(symbol, static_cast<int>(cudaVersion), per_thread);
  *funcPtr = const_cast<void*>(answer.function);
  if (driverStatus != nullptr) *driverStatus = ToQueryResult(answer.outcome);
  return answer.outcome == api::ProcOutcome::kFound ? absl::OkStatus() : NotFound(symbol, answer.outcome, cudaVersion);
}

absl::Status cudaGetDriverEntryPoint(const char* symbol, void** funcPtr, unsigned long long flags,
                                     enum cudaDriverEntryPointQueryResult* driverStatus) {
  return cudaGetDriverEntryPointByVersion(symbol, funcPtr, kRuntimeVersion, flags, driverStatus);
}

}  // namespace culvert::libcudart
