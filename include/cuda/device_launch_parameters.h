// threadIdx, blockIdx, blockDim, gridDim and warpSize. In CUDA mode clang's own header defines them.
#ifndef CULVERT_CUDA_DEVICE_LAUNCH_PARAMETERS_H_
#define CULVERT_CUDA_DEVICE_LAUNCH_PARAMETERS_H_

#include "culvert/host_defines.h"
#include "vector_types.h"
#if defined(__CUDA__) && defined(__clang__)
#include <__clang_cuda_builtin_vars.h>
#endif

#endif  // CULVERT_CUDA_DEVICE_LAUNCH_PARAMETERS_H_
