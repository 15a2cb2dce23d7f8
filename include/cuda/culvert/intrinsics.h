// Device intrinsics that clang's headers lack: byte dot products, cache-hinted loads and stores, address-space queries,
// and the warp reductions (CUDA C++ Programming Guide and the math API's integer intrinsics).
#ifndef CULVERT_CUDA_INTRINSICS_H_
#define CULVERT_CUDA_INTRINSICS_H_

#define CULVERT_D static __inline__ __device__ __attribute__((always_inline))

// Dot products of packed bytes (dp4a) and of two 16-bit values with two bytes (dp2a), plus c.
#define CULVERT_DOT(NAME, R, A, B, PTX)                                                        \
  CULVERT_D R NAME(A a, B b, R c) {                                                            \
    R d;                                                                                       \
    __asm__(PTX " %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));                        \
    return d;                                                                                  \
  }
CULVERT_DOT(__dp4a, int, int, int, "dp4a.s32.s32")
CULVERT_DOT(__dp4a, unsigned, unsigned, unsigned, "dp4a.u32.u32")
CULVERT_DOT(__dp2a_lo, int, int, int, "dp2a.lo.s32.s32")
CULVERT_DOT(__dp2a_lo, unsigned, unsigned, unsigned, "dp2a.lo.u32.u32")
CULVERT_DOT(__dp2a_hi, int, int, int, "dp2a.hi.s32.s32")
CULVERT_DOT(__dp2a_hi, unsigned, unsigned, unsigned, "dp2a.hi.u32.u32")
#undef CULVERT_DOT
CULVERT_D int culvert_bits(const char4& v) { return __builtin_bit_cast(int, v); }
CULVERT_D unsigned culvert_bits(const uchar4& v) { return __builtin_bit_cast(unsigned, v); }
CULVERT_D int culvert_bits(const short2& v) { return __builtin_bit_cast(int, v); }
CULVERT_D unsigned culvert_bits(const ushort2& v) { return __builtin_bit_cast(unsigned, v); }
CULVERT_D int __dp4a(char4 a, char4 b, int c) { return __dp4a(culvert_bits(a), culvert_bits(b), c); }
CULVERT_D unsigned __dp4a(uchar4 a, uchar4 b, unsigned c) { return __dp4a(culvert_bits(a), culvert_bits(b), c); }
CULVERT_D int __dp2a_lo(short2 a, char4 b, int c) { return __dp2a_lo(culvert_bits(a), culvert_bits(b), c); }
CULVERT_D unsigned __dp2a_lo(ushort2 a, uchar4 b, unsigned c) {
  return __dp2a_lo(culvert_bits(a), culvert_bits(b), c);
}
CULVERT_D int __dp2a_hi(short2 a, char4 b, int c) { return __dp2a_hi(culvert_bits(a), culvert_bits(b), c); }
CULVERT_D unsigned __dp2a_hi(ushort2 a, uchar4 b, unsigned c) {
  return __dp2a_hi(culvert_bits(a), culvert_bits(b), c);
}

// Loads and stores with cache hints. A hint never changes a result, so a volatile-free ordinary access would do; the
// PTX form is kept for the scalar types so that the program's intent stays visible in the PTX.
#define CULVERT_CACHED_LOAD(NAME, PTX)                                                                               \
  CULVERT_D int NAME(const int* p) {                                                                                 \
    int v;                                                                                                           \
    __asm__ volatile("ld.global" PTX ".s32 %0, [%1];" : "=r"(v) : "l"(__cvta_generic_to_global(p)) : "memory");      \
    return v;                                                                                                        \
  }                                                                                                                  \
  CULVERT_D unsigned NAME(const unsigned* p) { return (unsigned)NAME((const int*)p); }                               \
  CULVERT_D float NAME(const float* p) { return __int_as_float(NAME((const int*)p)); }                               \
  CULVERT_D long long NAME(const long long* p) {                                                                     \
    long long v;                                                                                                     \
    __asm__ volatile("ld.global" PTX ".s64 %0, [%1];" : "=l"(v) : "l"(__cvta_generic_to_global(p)) : "memory");      \
    return v;                                                                                                        \
  }                                                                                                                  \
  CULVERT_D unsigned long long NAME(const unsigned long long* p) {                                                   \
    return (unsigned long long)NAME((const long long*)p);                                                            \
  }                                                                                                                  \
  CULVERT_D long NAME(const long* p) { return (long)NAME((const long long*)p); }                                     \
  CULVERT_D unsigned long NAME(const unsigned long* p) { return (unsigned long)NAME((const long long*)p); }          \
  CULVERT_D double NAME(const double* p) { return __longlong_as_double(NAME((const long long*)p)); }                 \
  CULVERT_D float2 NAME(const float2* p) {                                                                           \
    float2 v;                                                                                                        \
    __asm__ volatile("ld.global" PTX ".v2.f32 {%0, %1}, [%2];"                                                       \
                     : "=f"(v.x), "=f"(v.y)                                                                          \
                     : "l"(__cvta_generic_to_global(p))                                                              \
                     : "memory");                                                                                    \
    return v;                                                                                                        \
  }                                                                                                                  \
  CULVERT_D float4 NAME(const float4* p) {                                                                           \
    float4 v;                                                                                                        \
    __asm__ volatile("ld.global" PTX ".v4.f32 {%0, %1, %2, %3}, [%4];"                                               \
                     : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)                                                    \
                     : "l"(__cvta_generic_to_global(p))                                                              \
                     : "memory");                                                                                    \
    return v;                                                                                                        \
  }                                                                                                                  \
  CULVERT_D int2 NAME(const int2* p) { return __builtin_bit_cast(int2, NAME((const float2*)p)); }                    \
  CULVERT_D uint2 NAME(const uint2* p) { return __builtin_bit_cast(uint2, NAME((const float2*)p)); }                 \
  CULVERT_D int4 NAME(const int4* p) { return __builtin_bit_cast(int4, NAME((const float4*)p)); }                    \
  CULVERT_D uint4 NAME(const uint4* p) { return __builtin_bit_cast(uint4, NAME((const float4*)p)); }

CULVERT_CACHED_LOAD(__ldca, ".ca")
CULVERT_CACHED_LOAD(__ldcg, ".cg")
CULVERT_CACHED_LOAD(__ldcs, ".cs")
CULVERT_CACHED_LOAD(__ldlu, ".lu")
CULVERT_CACHED_LOAD(__ldcv, ".cv")
#undef CULVERT_CACHED_LOAD

#define CULVERT_CACHED_STORE(NAME, PTX)                                                                         \
  CULVERT_D void NAME(int* p, int v) {                                                                          \
    __asm__ volatile("st.global" PTX ".s32 [%0], %1;" ::"l"(__cvta_generic_to_global(p)), "r"(v) : "memory");   \
  }                                                                                                             \
  CULVERT_D void NAME(unsigned* p, unsigned v) { NAME((int*)p, (int)v); }                                       \
  CULVERT_D void NAME(float* p, float v) { NAME((int*)p, __float_as_int(v)); }                                  \
  CULVERT_D void NAME(long long* p, long long v) {                                                              \
    __asm__ volatile("st.global" PTX ".s64 [%0], %1;" ::"l"(__cvta_generic_to_global(p)), "l"(v) : "memory");   \
  }                                                                                                             \
  CULVERT_D void NAME(unsigned long long* p, unsigned long long v) { NAME((long long*)p, (long long)v); }       \
  CULVERT_D void NAME(double* p, double v) { NAME((long long*)p, __double_as_longlong(v)); }                    \
  CULVERT_D void NAME(float4* p, float4 v) {                                                                    \
    __asm__ volatile("st.global" PTX ".v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_global(p)),      \
                     "f"(v.x), "f"(v.y), "f"(v.z), "f"(v.w)                                                     \
                     : "memory");                                                                               \
  }                                                                                                             \
  CULVERT_D void NAME(int4* p, int4 v) { NAME((float4*)p, __builtin_bit_cast(float4, v)); }                     \
  CULVERT_D void NAME(uint4* p, uint4 v) { NAME((float4*)p, __builtin_bit_cast(float4, v)); }
CULVERT_CACHED_STORE(__stwb, ".wb")
CULVERT_CACHED_STORE(__stcg, ".cg")
CULVERT_CACHED_STORE(__stcs, ".cs")
CULVERT_CACHED_STORE(__stwt, ".wt")
#undef CULVERT_CACHED_STORE

// Reductions over the lanes of `mask` (sm_80 and later).
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
#define CULVERT_REDUCE(NAME, T, PTX)                                                                     \
  CULVERT_D T NAME(unsigned mask, T value) {                                                             \
    T result;                                                                                            \
    __asm__ volatile("redux.sync." PTX " %0, %1, %2;" : "=r"(result) : "r"(value), "r"(mask) : "memory"); \
    return result;                                                                                       \
  }
CULVERT_REDUCE(__reduce_add_sync, unsigned, "add.u32")
CULVERT_REDUCE(__reduce_add_sync, int, "add.s32")
CULVERT_REDUCE(__reduce_min_sync, unsigned, "min.u32")
CULVERT_REDUCE(__reduce_min_sync, int, "min.s32")
CULVERT_REDUCE(__reduce_max_sync, unsigned, "max.u32")
CULVERT_REDUCE(__reduce_max_sync, int, "max.s32")
CULVERT_REDUCE(__reduce_and_sync, unsigned, "and.b32")
CULVERT_REDUCE(__reduce_or_sync, unsigned, "or.b32")
CULVERT_REDUCE(__reduce_xor_sync, unsigned, "xor.b32")
#undef CULVERT_REDUCE
#endif

CULVERT_D void* memmove(void* to, const void* from, size_t bytes) { return __builtin_memmove(to, from, bytes); }

#undef CULVERT_D

#endif  // CULVERT_CUDA_INTRINSICS_H_
