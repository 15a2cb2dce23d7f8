// The driver API (CUDA Driver API manual). Names without suffix mean the newest version of a function; with
// CUDA_API_PER_THREAD_DEFAULT_STREAM they mean the symbols whose default stream is the calling thread's.
#ifndef CULVERT_INCLUDE_CUDA_CUDA_H_
#define CULVERT_INCLUDE_CUDA_CUDA_H_

#define CUDAAPI
#define CUDA_CB

#include "detail/driver_functions.h"
#include "detail/driver_functions_per_thread.h"
#include "detail/driver_names.h"

#if defined(CUDA_API_PER_THREAD_DEFAULT_STREAM)
// Here a lookup that asks for neither kind of default stream means the calling thread's.
static inline CUresult cuGetProcAddress_v2_ptsz(
    const char* symbol, void** pfn, int cudaVersion, cuuint64_t flags, CUdriverProcAddressQueryResult* symbolStatus) {
  if ((flags & (CU_GET_PROC_ADDRESS_LEGACY_STREAM | CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM)) == 0) {
    flags |= CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM;
  }
  return cuGetProcAddress_v2(symbol, pfn, cudaVersion, flags, symbolStatus);
}
#define cuGetProcAddress_v2 cuGetProcAddress_v2_ptsz
#endif

#endif  // CULVERT_INCLUDE_CUDA_CUDA_H_
