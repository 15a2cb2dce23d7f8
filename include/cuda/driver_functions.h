// Constructors of the extent, position and pitched-pointer structures (CUDA Runtime API manual, "Memory Management":
// make_cudaExtent, make_cudaPos, make_cudaPitchedPtr). Extents and positions are in elements, or in bytes in the first
// dimension when no array takes part; pitch and sizes are in bytes.
#ifndef CULVERT_CUDA_DRIVER_FUNCTIONS_H_
#define CULVERT_CUDA_DRIVER_FUNCTIONS_H_

#include "driver_types.h"

static __inline__ struct cudaPitchedPtr make_cudaPitchedPtr(void* pointer, size_t pitch_bytes, size_t row_bytes,
                                                            size_t rows) {
  struct cudaPitchedPtr result;
  result.ptr = pointer;
  result.pitch = pitch_bytes;
  result.xsize = row_bytes;
  result.ysize = rows;
  return result;
}

static __inline__ struct cudaPos make_cudaPos(size_t x, size_t y, size_t z) {
  struct cudaPos result;
  result.x = x;
  result.y = y;
  result.z = z;
  return result;
}

static __inline__ struct cudaExtent make_cudaExtent(size_t width, size_t height, size_t depth) {
  struct cudaExtent result;
  result.width = width;
  result.height = height;
  result.depth = depth;
  return result;
}

#endif  // CULVERT_CUDA_DRIVER_FUNCTIONS_H_
