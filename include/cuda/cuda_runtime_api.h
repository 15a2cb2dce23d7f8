// The C runtime API (CUDA Runtime API manual). With CUDA_API_PER_THREAD_DEFAULT_STREAM the names mean the symbols whose
// default stream is the calling thread's.
#ifndef CULVERT_INCLUDE_CUDA_CUDA_RUNTIME_API_H_
#define CULVERT_INCLUDE_CUDA_CUDA_RUNTIME_API_H_

#define CUDART_VERSION 13000

// Default arguments exist in C++ only.
#ifdef __cplusplus
#define CULVERT_DEFAULT(value) = value
#else
#define CULVERT_DEFAULT(value)
#endif

#include "detail/runtime_functions.h"
#include "detail/runtime_functions_per_thread.h"

#undef CULVERT_DEFAULT

#include "detail/runtime_names.h"

#endif  // CULVERT_INCLUDE_CUDA_CUDA_RUNTIME_API_H_
