// make_<type><n>() for the built-in vector types (CUDA C++ Programming Guide, "Built-in Vector Types"). Host and device.
#ifndef CULVERT_CUDA_VECTOR_FUNCTIONS_H_
#define CULVERT_CUDA_VECTOR_FUNCTIONS_H_

#include "culvert/host_defines.h"
#include "vector_types.h"

#define CULVERT_MAKE static __inline__ __host__ __device__

// One group per element type: the four constructors of NAME1 .. NAME4 with elements of type T.
#define CULVERT_MAKE_VECTORS(NAME, T)                                   \
  CULVERT_MAKE NAME##1 make_##NAME##1(T x) {                            \
    NAME##1 v;                                                          \
    v.x = x;                                                            \
    return v;                                                           \
  }                                                                     \
  CULVERT_MAKE NAME##2 make_##NAME##2(T x, T y) {                       \
    NAME##2 v;                                                          \
    v.x = x, v.y = y;                                                   \
    return v;                                                           \
  }                                                                     \
  CULVERT_MAKE NAME##3 make_##NAME##3(T x, T y, T z) {                  \
    NAME##3 v;                                                          \
    v.x = x, v.y = y, v.z = z;                                          \
    return v;                                                           \
  }                                                                     \
  CULVERT_MAKE NAME##4 make_##NAME##4(T x, T y, T z, T w) {             \
    NAME##4 v;                                                          \
    v.x = x, v.y = y, v.z = z, v.w = w;                                 \
    return v;                                                           \
  }

CULVERT_MAKE_VECTORS(char, signed char)
CULVERT_MAKE_VECTORS(uchar, unsigned char)
CULVERT_MAKE_VECTORS(short, short)
CULVERT_MAKE_VECTORS(ushort, unsigned short)
CULVERT_MAKE_VECTORS(int, int)
CULVERT_MAKE_VECTORS(uint, unsigned int)
CULVERT_MAKE_VECTORS(long, long int)
CULVERT_MAKE_VECTORS(ulong, unsigned long int)
CULVERT_MAKE_VECTORS(longlong, long long int)
CULVERT_MAKE_VECTORS(ulonglong, unsigned long long int)
CULVERT_MAKE_VECTORS(float, float)
CULVERT_MAKE_VECTORS(double, double)

#undef CULVERT_MAKE_VECTORS
#undef CULVERT_MAKE

#endif  // CULVERT_CUDA_VECTOR_FUNCTIONS_H_
