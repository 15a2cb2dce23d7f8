// The CUDA C++ keywords as attributes. Contract: the CUDA C++ Programming Guide, "C++ Language Extensions"; outside
// CUDA mode every keyword disappears so that headers with annotations compile as plain C or C++.
#ifndef CULVERT_CUDA_HOST_DEFINES_H_
#define CULVERT_CUDA_HOST_DEFINES_H_

#if defined(__CUDA__) && defined(__clang__)
#define __host__ __attribute__((host))
#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __grid_constant__ __attribute__((grid_constant))
#define __device_builtin__
#define __cudart_builtin__
#else
#ifndef __host__
#define __host__
#define __device__
#define __global__
#define __shared__
#define __constant__
#define __launch_bounds__(...)
#define __grid_constant__
#endif
#endif

// __noinline__ is a keyword of clang's CUDA mode. It must not be a macro: libstdc++ spells the attribute with underscores.
#ifndef __forceinline__
#define __forceinline__ __inline__ __attribute__((always_inline))
#endif
#ifndef __align__
#define __align__(n) __attribute__((aligned(n)))
#endif
#ifndef CUDARTAPI
#define CUDARTAPI
#endif

#endif  // CULVERT_CUDA_HOST_DEFINES_H_
