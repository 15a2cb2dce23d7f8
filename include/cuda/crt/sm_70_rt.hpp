// Included by clang's __clang_cuda_intrinsics.h under this name: the typed __match_*_sync overloads and __nanosleep
// (CUDA C++ Programming Guide, "Warp Match Functions" and "Nanosleep Function"; sm_70 and newer).
#ifndef CULVERT_CUDA_CRT_SM_70_RT_HPP_
#define CULVERT_CUDA_CRT_SM_70_RT_HPP_

#define CULVERT_MATCH(T, WIDTH, BITS)                                                        \
  static __inline__ __device__ unsigned __match_any_sync(unsigned mask, T value) {           \
    return __match##WIDTH##_any_sync(mask, BITS);                                            \
  }                                                                                          \
  static __inline__ __device__ unsigned __match_all_sync(unsigned mask, T value, int* all) { \
    return __match##WIDTH##_all_sync(mask, BITS, all);                                       \
  }
CULVERT_MATCH(int, 32, (unsigned)value)
CULVERT_MATCH(unsigned, 32, value)
CULVERT_MATCH(float, 32, __float_as_uint(value))
CULVERT_MATCH(long, 64, (unsigned long long)value)
CULVERT_MATCH(unsigned long, 64, value)
CULVERT_MATCH(long long, 64, (unsigned long long)value)
CULVERT_MATCH(unsigned long long, 64, value)
CULVERT_MATCH(double, 64, (unsigned long long)__double_as_longlong(value))
#undef CULVERT_MATCH

static __inline__ __device__ void __nanosleep(unsigned ns) { __asm__ volatile("nanosleep.u32 %0;" ::"r"(ns)); }

#endif  // CULVERT_CUDA_CRT_SM_70_RT_HPP_
