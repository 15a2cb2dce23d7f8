// atomic*(), atomic*_block() and atomic*_system() (CUDA C++ Programming Guide, "Atomic Functions"): relaxed, on shared
// or global memory, returning the old value.
#ifndef CULVERT_CUDA_ATOMICS_H_
#define CULVERT_CUDA_ATOMICS_H_

#define CULVERT_ATOMIC static __inline__ __device__ __attribute__((always_inline))

// NAME(T* address, T value) in the three scopes; BUILTIN is the tail of the NVPTX builtin and B the type it works on.
#define CULVERT_ATOMIC_FUNCTION(NAME, OP, T, B, SUFFIX)                                               \
  CULVERT_ATOMIC T NAME(T* address, T value) {                                                        \
    return (T)__nvvm_atom_##OP##_gen_##SUFFIX((B*)address, (B)value);                                 \
  }                                                                                                   \
  CULVERT_ATOMIC T NAME##_block(T* address, T value) {                                                \
    return (T)__nvvm_atom_cta_##OP##_gen_##SUFFIX((B*)address, (B)value);                             \
  }                                                                                                   \
  CULVERT_ATOMIC T NAME##_system(T* address, T value) {                                               \
    return (T)__nvvm_atom_sys_##OP##_gen_##SUFFIX((B*)address, (B)value);                             \
  }

CULVERT_ATOMIC_FUNCTION(atomicAdd, add, int, int, i)
CULVERT_ATOMIC_FUNCTION(atomicAdd, add, unsigned, int, i)
CULVERT_ATOMIC_FUNCTION(atomicAdd, add, unsigned long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicAdd, add, float, float, f)
CULVERT_ATOMIC_FUNCTION(atomicAdd, add, double, double, d)
CULVERT_ATOMIC_FUNCTION(atomicExch, xchg, int, int, i)
CULVERT_ATOMIC_FUNCTION(atomicExch, xchg, unsigned, int, i)
CULVERT_ATOMIC_FUNCTION(atomicExch, xchg, unsigned long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicMin, min, int, int, i)
CULVERT_ATOMIC_FUNCTION(atomicMin, min, unsigned, unsigned, ui)
CULVERT_ATOMIC_FUNCTION(atomicMin, min, long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicMin, min, unsigned long long, unsigned long long, ull)
CULVERT_ATOMIC_FUNCTION(atomicMax, max, int, int, i)
CULVERT_ATOMIC_FUNCTION(atomicMax, max, unsigned, unsigned, ui)
CULVERT_ATOMIC_FUNCTION(atomicMax, max, long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicMax, max, unsigned long long, unsigned long long, ull)
CULVERT_ATOMIC_FUNCTION(atomicInc, inc, unsigned, unsigned, ui)
CULVERT_ATOMIC_FUNCTION(atomicDec, dec, unsigned, unsigned, ui)
CULVERT_ATOMIC_FUNCTION(atomicAnd, and, int, int, i)
CULVERT_ATOMIC_FUNCTION(atomicAnd, and, unsigned, int, i)
CULVERT_ATOMIC_FUNCTION(atomicAnd, and, long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicAnd, and, unsigned long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicOr, or, int, int, i)
CULVERT_ATOMIC_FUNCTION(atomicOr, or, unsigned, int, i)
CULVERT_ATOMIC_FUNCTION(atomicOr, or, long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicOr, or, unsigned long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicXor, xor, int, int, i)
CULVERT_ATOMIC_FUNCTION(atomicXor, xor, unsigned, int, i)
CULVERT_ATOMIC_FUNCTION(atomicXor, xor, long long, long long, ll)
CULVERT_ATOMIC_FUNCTION(atomicXor, xor, unsigned long long, long long, ll)
#undef CULVERT_ATOMIC_FUNCTION

// Built from the functions above: atomicSub adds the negated value, atomicExch on float exchanges the bits.
#define CULVERT_ATOMIC_DERIVED(SCOPE)                                                                                \
  CULVERT_ATOMIC int atomicSub##SCOPE(int* address, int value) {                                                     \
    return atomicAdd##SCOPE(address, (int)(0u - (unsigned)value));                                                   \
  }                                                                                                                  \
  CULVERT_ATOMIC unsigned atomicSub##SCOPE(unsigned* address, unsigned value) {                                      \
    return atomicAdd##SCOPE(address, 0u - value);                                                                    \
  }                                                                                                                  \
  CULVERT_ATOMIC float atomicExch##SCOPE(float* address, float value) {                                              \
    return __int_as_float(atomicExch##SCOPE((int*)address, __float_as_int(value)));                                  \
  }
CULVERT_ATOMIC_DERIVED()
CULVERT_ATOMIC_DERIVED(_block)
CULVERT_ATOMIC_DERIVED(_system)
#undef CULVERT_ATOMIC_DERIVED

// Compare-and-swap.
#define CULVERT_ATOMIC_CAS(T, B, SUFFIX)                                                        \
  CULVERT_ATOMIC T atomicCAS(T* address, T compare, T value) {                                  \
    return (T)__nvvm_atom_cas_gen_##SUFFIX((B*)address, (B)compare, (B)value);                  \
  }                                                                                             \
  CULVERT_ATOMIC T atomicCAS_block(T* address, T compare, T value) {                            \
    return (T)__nvvm_atom_cta_cas_gen_##SUFFIX((B*)address, (B)compare, (B)value);              \
  }                                                                                             \
  CULVERT_ATOMIC T atomicCAS_system(T* address, T compare, T value) {                           \
    return (T)__nvvm_atom_sys_cas_gen_##SUFFIX((B*)address, (B)compare, (B)value);              \
  }
CULVERT_ATOMIC_CAS(int, int, i)
CULVERT_ATOMIC_CAS(unsigned, int, i)
CULVERT_ATOMIC_CAS(unsigned long long, long long, ll)
#undef CULVERT_ATOMIC_CAS

#define CULVERT_ATOMIC_CAS16(SCOPE, PTX)                                                                     \
  CULVERT_ATOMIC unsigned short atomicCAS##SCOPE(unsigned short* address, unsigned short compare,            \
                                                 unsigned short value) {                                     \
    unsigned short old;                                                                                      \
    __asm__ volatile("atom" PTX ".cas.b16 %0, [%1], %2, %3;"                                                 \
                     : "=h"(old)                                                                             \
                     : "l"(address), "h"(compare), "h"(value)                                                \
                     : "memory");                                                                            \
    return old;                                                                                              \
  }
CULVERT_ATOMIC_CAS16(, )
CULVERT_ATOMIC_CAS16(_block, ".cta")
CULVERT_ATOMIC_CAS16(_system, ".sys")
#undef CULVERT_ATOMIC_CAS16
#undef CULVERT_ATOMIC

#endif  // CULVERT_CUDA_ATOMICS_H_
