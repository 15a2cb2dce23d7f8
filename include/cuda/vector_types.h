// The short vector types (char1 .. double4_32a) and dim3 (CUDA C++ Programming Guide, "Built-in Vector Types", "dim3").
#ifndef CULVERT_INCLUDE_CUDA_VECTOR_TYPES_H_
#define CULVERT_INCLUDE_CUDA_VECTOR_TYPES_H_

#include "culvert/host_defines.h"
#include "detail/vector_structs.h"

// Extent of a grid or block; components that are not given are 1.
struct dim3 {
  unsigned int x, y, z;
#ifdef __cplusplus
  __host__ __device__ constexpr dim3(unsigned int vx = 1, unsigned int vy = 1, unsigned int vz = 1)
      : x(vx), y(vy), z(vz) {}
  __host__ __device__ constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  __host__ __device__ constexpr operator uint3() const { return uint3{x, y, z}; }
#endif
};
typedef struct dim3 dim3;

#endif  // CULVERT_INCLUDE_CUDA_VECTOR_TYPES_H_
