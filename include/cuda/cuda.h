// The driver API (CUDA Driver API manual). Names without suffix mean the newest version of a function; with
// CUDA_API_PER_THREAD_DEFAULT_STREAM they mean the symbols whose default stream is the calling thread's.
#ifndef CULVERT_INCLUDE_CUDA_CUDA_H_
#define CULVERT_INCLUDE_CUDA_CUDA_H_

#define CUDAAPI
#define CUDA_CB

#include "detail/driver_functions.h"
#include "detail/driver_functions_per_thread.h"
#include "detail/driver_names.h"

#endif  // CULVERT_INCLUDE_CUDA_CUDA_H_
