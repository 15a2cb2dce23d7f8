// Looking up entries by name (CUDA Driver API, "Driver Entry Point Access"). cuGetExportTable is in static_cudart.cc.
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/proc_table.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {

// Works before cuInit: it is how a runtime library finds cuInit.
absl::Status cuGetProcAddress_v2(const char* symbol, void** pfn, int cudaVersion, cuuint64_t flags,
                                 CUdriverProcAddressQueryResult* symbolStatus) {
  if (symbol == nullptr || pfn == nullptr) return Error(ErrorKind::kInvalidValue, "symbol and pfn must not be null");
  *pfn = nullptr;
  if (symbolStatus != nullptr) *symbolStatus = CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
  constexpr cuuint64_t kFlags = CU_GET_PROC_ADDRESS_LEGACY_STREAM | CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM;
  if ((flags & ~kFlags) != 0) return Error(ErrorKind::kInvalidValue, "0x%x is no set of lookup flags", flags);
  bool per_thread = (flags & CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM) != 0;
  api::ProcAnswer answer = api::FindProc(symbol, cudaVersion, per_thread);
  switch (answer.outcome) {
    case api::ProcOutcome::kFound:
      *pfn = const_cast<void*>(answer.function);
      if (symbolStatus != nullptr) *symbolStatus = CU_GET_PROC_ADDRESS_SUCCESS;
      return absl::OkStatus();
    case api::ProcOutcome::kVersionTooOld:
      if (symbolStatus != nullptr) *symbolStatus = CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT;
      return Error(ErrorKind::kNotFound, "%s is newer than CUDA version %d", symbol, cudaVersion);
    case api::ProcOutcome::kUnknownName:
      break;
  }
  return Error(ErrorKind::kNotFound, "the driver has no function %s", symbol);
}

absl::Status cuGetProcAddress(const char* symbol, void** pfn, int cudaVersion, cuuint64_t flags) {
  return cuGetProcAddress_v2(symbol, pfn, cudaVersion, flags, nullptr);
}

}  // namespace culvert::libcuda
