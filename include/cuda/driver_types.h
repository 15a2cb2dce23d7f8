// Types, constants and error codes of the runtime API (CUDA Runtime API manual, "Data types used by CUDA Runtime").
#ifndef CULVERT_INCLUDE_CUDA_DRIVER_TYPES_H_
#define CULVERT_INCLUDE_CUDA_DRIVER_TYPES_H_

#include "culvert/host_defines.h"
#include "vector_types.h"

#define CUDART_CB

#include "detail/runtime_structs.h"

#endif  // CULVERT_INCLUDE_CUDA_DRIVER_TYPES_H_
