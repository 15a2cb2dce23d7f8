// CUDA runtime for C++: the C API, the vector types, the templates over the C API and, in CUDA sources, the device side.
#ifndef CULVERT_CUDA_RUNTIME_H_
#define CULVERT_CUDA_RUNTIME_H_

#include "culvert/host_defines.h"
#include "vector_types.h"

#include "driver_types.h"

#include "cuda_runtime_api.h"
#include "device_launch_parameters.h"
#include "driver_functions.h"
#include "vector_functions.h"

#ifdef __cplusplus
#include "culvert/runtime_templates.h"
#if defined(__CUDA__) && defined(__clang__)
#include "culvert/device.h"
#endif
#endif

#endif  // CULVERT_CUDA_RUNTIME_H_
