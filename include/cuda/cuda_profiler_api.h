// Profiler control of the runtime API (CUDA Runtime API manual, "Profiler Control").
#ifndef CULVERT_INCLUDE_CUDA_CUDA_PROFILER_API_H_
#define CULVERT_INCLUDE_CUDA_CUDA_PROFILER_API_H_

#include "driver_types.h"

#ifdef __cplusplus
extern "C" {
#endif

cudaError_t cudaProfilerStart(void);
cudaError_t cudaProfilerStop(void);

#ifdef __cplusplus
}
#endif

#endif  // CULVERT_INCLUDE_CUDA_CUDA_PROFILER_API_H_
