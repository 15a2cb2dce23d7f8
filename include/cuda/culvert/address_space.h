// Generic addresses: which state space one lies in, and conversions (CUDA C++ Programming Guide, "Address Space
// Predicate Functions" and "Address Space Conversion Functions"). Device only.
#ifndef CULVERT_CUDA_ADDRESS_SPACE_H_
#define CULVERT_CUDA_ADDRESS_SPACE_H_

#define CULVERT_SPACE(NAME, BUILTIN) \
  static __inline__ __device__ unsigned NAME(const void* p) { return BUILTIN(p); }
CULVERT_SPACE(__isGlobal, __nvvm_isspacep_global)
CULVERT_SPACE(__isShared, __nvvm_isspacep_shared)
CULVERT_SPACE(__isConstant, __nvvm_isspacep_const)
CULVERT_SPACE(__isLocal, __nvvm_isspacep_local)
#undef CULVERT_SPACE

// NUMBER is clang's number of the NVPTX state space.
#define CULVERT_CVTA(NAME, NUMBER)                                                                  \
  static __inline__ __device__ size_t __cvta_generic_to_##NAME(const void* p) {                     \
    return (size_t)(const void __attribute__((address_space(NUMBER)))*)p;                           \
  }                                                                                                 \
  static __inline__ __device__ void* __cvta_##NAME##_to_generic(size_t p) {                         \
    return (void*)(void __attribute__((address_space(NUMBER)))*)p;                                  \
  }
CULVERT_CVTA(global, 1)
CULVERT_CVTA(shared, 3)
CULVERT_CVTA(constant, 4)
CULVERT_CVTA(local, 5)
#undef CULVERT_CVTA

#endif  // CULVERT_CUDA_ADDRESS_SPACE_H_
