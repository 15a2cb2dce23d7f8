// The functions that are single PTX instructions, or short sequences of them: conversions and arithmetic with a
// rounding mode, integer and bit operations, approximations. They exist on the device only.
#pragma once

#include "device_math/double_double.h"

extern "C" {

// Arithmetic with a rounding mode. M is CUDA's suffix, P the one of the NVPTX builtins.
#define CULVERT_ROUNDED_ARITHMETIC(M, P)                                                    \
  double __nv_dadd_##M(double a, double b) { return __nvvm_add_##P##_d(a, b); }             \
  double __nv_dsub_##M(double a, double b) { return __nvvm_add_##P##_d(a, -b); }            \
  double __nv_dmul_##M(double a, double b) { return __nvvm_mul_##P##_d(a, b); }             \
  double __nv_ddiv_##M(double a, double b) { return __nvvm_div_##P##_d(a, b); }             \
  double __nv_drcp_##M(double a) { return __nvvm_rcp_##P##_d(a); }                          \
  double __nv_dsqrt_##M(double a) { return __nvvm_sqrt_##P##_d(a); }                        \
  double __nv_fma_##M(double a, double b, double c) { return __nvvm_fma_##P##_d(a, b, c); } \
  float __nv_fadd_##M(float a, float b) { return __nvvm_add_##P##_f(a, b); }                \
  float __nv_fsub_##M(float a, float b) { return __nvvm_add_##P##_f(a, -b); }               \
  float __nv_fmul_##M(float a, float b) { return __nvvm_mul_##P##_f(a, b); }                \
  float __nv_fdiv_##M(float a, float b) { return __nvvm_div_##P##_f(a, b); }                \
  float __nv_frcp_##M(float a) { return __nvvm_rcp_##P##_f(a); }                            \
  float __nv_fsqrt_##M(float a) { return __nvvm_sqrt_##P##_f(a); }                          \
  float __nv_fmaf_##M(float a, float b, float c) { return __nvvm_fma_##P##_f(a, b, c); }    \
  float __nv_fmaf_ieee_##M(float a, float b, float c) { return __nvvm_fma_##P##_f(a, b, c); }

// Conversions with a rounding mode. In PTX's own words, for LLVM 19 turns the builtins that round towards zero into
// plain conversions: those from integers then round to nearest, those to integers have no value out of range.
#define CULVERT_CONVERSION(NAME, TO, TO_CLASS, FROM, FROM_CLASS, PTX)      \
  TO NAME(FROM value) {                                                    \
    TO result;                                                             \
    asm("cvt." PTX " %0, %1;" : "=" TO_CLASS(result) : FROM_CLASS(value)); \
    return result;                                                         \
  }
#define CULVERT_ROUNDED_CONVERSIONS(M, P)                                                       \
  CULVERT_CONVERSION(__nv_double2float_##M, float, "f", double, "d", #P ".f32.f64")             \
  CULVERT_CONVERSION(__nv_double2int_##M, int, "r", double, "d", #P "i.s32.f64")                \
  CULVERT_CONVERSION(__nv_double2uint_##M, unsigned, "r", double, "d", #P "i.u32.f64")          \
  CULVERT_CONVERSION(__nv_double2ll_##M, long long, "l", double, "d", #P "i.s64.f64")           \
  CULVERT_CONVERSION(__nv_double2ull_##M, unsigned long long, "l", double, "d", #P "i.u64.f64") \
  CULVERT_CONVERSION(__nv_float2int_##M, int, "r", float, "f", #P "i.s32.f32")                  \
  CULVERT_CONVERSION(__nv_float2uint_##M, unsigned, "r", float, "f", #P "i.u32.f32")            \
  CULVERT_CONVERSION(__nv_float2ll_##M, long long, "l", float, "f", #P "i.s64.f32")             \
  CULVERT_CONVERSION(__nv_float2ull_##M, unsigned long long, "l", float, "f", #P "i.u64.f32")   \
  CULVERT_CONVERSION(__nv_int2float_##M, float, "f", int, "r", #P ".f32.s32")                   \
  CULVERT_CONVERSION(__nv_uint2float_##M, float, "f", unsigned, "r", #P ".f32.u32")             \
  CULVERT_CONVERSION(__nv_ll2float_##M, float, "f", long long, "l", #P ".f32.s64")              \
  CULVERT_CONVERSION(__nv_ull2float_##M, float, "f", unsigned long long, "l", #P ".f32.u64")    \
  CULVERT_CONVERSION(__nv_ll2double_##M, double, "d", long long, "l", #P ".f64.s64")            \
  CULVERT_CONVERSION(__nv_ull2double_##M, double, "d", unsigned long long, "l", #P ".f64.u64")

CULVERT_ROUNDED_ARITHMETIC(rn, rn)
CULVERT_ROUNDED_ARITHMETIC(rz, rz)
CULVERT_ROUNDED_ARITHMETIC(rd, rm)
CULVERT_ROUNDED_ARITHMETIC(ru, rp)
CULVERT_ROUNDED_CONVERSIONS(rn, rn)
CULVERT_ROUNDED_CONVERSIONS(rz, rz)
CULVERT_ROUNDED_CONVERSIONS(rd, rm)
CULVERT_ROUNDED_CONVERSIONS(ru, rp)
#undef CULVERT_ROUNDED_ARITHMETIC
#undef CULVERT_ROUNDED_CONVERSIONS
#undef CULVERT_CONVERSION

double __nv_int2double_rn(int a) { return a; }
double __nv_uint2double_rn(unsigned a) { return a; }
long long __nv_llrint(double a) { return __nvvm_d2ll_rn(a); }
long long __nv_llrintf(float a) { return __nvvm_f2ll_rn(a); }
unsigned short __nv_float2half_rn(float a) {
  unsigned short half;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(a));
  return half;
}
float __nv_half2float(unsigned short a) {
  float single;
  asm("cvt.f32.f16 %0, %1;" : "=f"(single) : "h"(a));
  return single;
}

// Bit patterns.
int __nv_float_as_int(float a) { return __builtin_bit_cast(int, a); }
unsigned __nv_float_as_uint(float a) { return __builtin_bit_cast(unsigned, a); }
float __nv_int_as_float(int a) { return __builtin_bit_cast(float, a); }
float __nv_uint_as_float(unsigned a) { return __builtin_bit_cast(float, a); }
unsigned long long __nv_double_as_longlong(double a) { return __builtin_bit_cast(unsigned long long, a); }
double __nv_longlong_as_double(long long a) { return __builtin_bit_cast(double, a); }
int __nv_double2hiint(double a) { return static_cast<int>(__builtin_bit_cast(unsigned long long, a) >> 32); }
int __nv_double2loint(double a) { return static_cast<int>(__builtin_bit_cast(unsigned long long, a)); }
double __nv_hiloint2double(int high, int low) {
  return __builtin_bit_cast(
      double, static_cast<unsigned long long>(static_cast<unsigned>(high)) << 32 | static_cast<unsigned>(low));
}
int __nv_signbitd(double a) { return __builtin_bit_cast(long long, a) < 0; }
int __nv_signbitf(float a) { return __builtin_bit_cast(int, a) < 0; }
int __nv_isinfd(double a) { return __builtin_fabs(a) == __builtin_inf(); }
int __nv_isinff(float a) { return __builtin_fabsf(a) == __builtin_inff(); }
int __nv_isnand(double a) { return a != a; }
int __nv_isnanf(float a) { return a != a; }
int __nv_isfinited(double a) { return __builtin_fabs(a) < __builtin_inf(); }
int __nv_finitef(float a) { return __builtin_fabsf(a) < __builtin_inff(); }

// Rounding to integral values, signs, extremes, fma, square roots.
#define CULVERT_BUILTIN(NAME)                                  \
  double __nv_##NAME(double a) { return __builtin_##NAME(a); } \
  float __nv_##NAME##f(float a) { return __builtin_##NAME##f(a); }
CULVERT_BUILTIN(ceil)
CULVERT_BUILTIN(fabs)
CULVERT_BUILTIN(floor)
CULVERT_BUILTIN(nearbyint)
CULVERT_BUILTIN(rint)
CULVERT_BUILTIN(trunc)
#undef CULVERT_BUILTIN
#define CULVERT_BUILTIN(NAME)                                               \
  double __nv_##NAME(double a, double b) { return __builtin_##NAME(a, b); } \
  float __nv_##NAME##f(float a, float b) { return __builtin_##NAME##f(a, b); }
CULVERT_BUILTIN(copysign)
CULVERT_BUILTIN(fmax)
CULVERT_BUILTIN(fmin)
#undef CULVERT_BUILTIN
double __nv_fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
float __nv_fmaf(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
double __nv_sqrt(double a) { return __nvvm_sqrt_rn_d(a); }
float __nv_sqrtf(float a) { return __builtin_elementwise_sqrt(a); }  // follows -prec-sqrt
float __nv_rsqrtf(float a) { return __nvvm_rsqrt_approx_f(a); }
float __nv_frsqrt_rn(float a) { return static_cast<float>(1.0 / __nvvm_sqrt_rn_d(a)); }
float __nv_saturatef(float a) { return __nvvm_saturate_f(a); }
// The upper half of an approximate reciprocal, with a lower half of zeros.
double __nv_rcp64h(double a) {
  return __builtin_bit_cast(double, __builtin_bit_cast(unsigned long long, 1.0 / a) & 0xffffffff00000000ull);
}

// Approximations: one instruction and a scaling each.
float __nv_fast_expf(float a) { return __nvvm_ex2_approx_f(__nvvm_mul_rn_f(a, 0x1.715476p+0f)); }
float __nv_fast_exp10f(float a) { return __nvvm_ex2_approx_f(__nvvm_mul_rn_f(a, 0x1.a934fp+1f)); }
float __nv_fast_log2f(float a) { return __nvvm_lg2_approx_f(a); }
float __nv_fast_logf(float a) { return __nvvm_mul_rn_f(__nvvm_lg2_approx_f(a), 0x1.62e43p-1f); }
float __nv_fast_log10f(float a) { return __nvvm_mul_rn_f(__nvvm_lg2_approx_f(a), 0x1.344136p-2f); }
float __nv_fast_powf(float a, float b) { return __nvvm_ex2_approx_f(__nvvm_mul_rn_f(b, __nvvm_lg2_approx_f(a))); }
float __nv_fast_sinf(float a) { return __nvvm_sin_approx_f(a); }
float __nv_fast_cosf(float a) { return __nvvm_cos_approx_f(a); }
float __nv_fast_tanf(float a) { return __nvvm_div_approx_f(__nvvm_sin_approx_f(a), __nvvm_cos_approx_f(a)); }
void __nv_fast_sincosf(float a, float* sine, float* cosine) {
  *sine = __nvvm_sin_approx_f(a);
  *cosine = __nvvm_cos_approx_f(a);
}
float __nv_fast_fdividef(float a, float b) { return __nvvm_div_approx_f(a, b); }

// Integers.
int __nv_abs(int a) { return a < 0 ? -a : a; }
long long __nv_llabs(long long a) { return a < 0 ? -a : a; }
int __nv_max(int a, int b) { return a > b ? a : b; }
int __nv_min(int a, int b) { return a < b ? a : b; }
unsigned __nv_umax(unsigned a, unsigned b) { return a > b ? a : b; }
unsigned __nv_umin(unsigned a, unsigned b) { return a < b ? a : b; }
long long __nv_llmax(long long a, long long b) { return a > b ? a : b; }
long long __nv_llmin(long long a, long long b) { return a < b ? a : b; }
unsigned long long __nv_ullmax(unsigned long long a, unsigned long long b) { return a > b ? a : b; }
unsigned long long __nv_ullmin(unsigned long long a, unsigned long long b) { return a < b ? a : b; }
int __nv_brev(int a) { return static_cast<int>(__builtin_bitreverse32(static_cast<unsigned>(a))); }
long long __nv_brevll(long long a) {
  return static_cast<long long>(__builtin_bitreverse64(static_cast<unsigned long long>(a)));
}
int __nv_clz(int a) { return a == 0 ? 32 : __builtin_clz(static_cast<unsigned>(a)); }
int __nv_clzll(long long a) { return a == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(a)); }
int __nv_ffs(int a) { return __builtin_ffs(a); }
int __nv_ffsll(long long a) { return __builtin_ffsll(a); }
int __nv_popc(unsigned a) { return __builtin_popcount(a); }
int __nv_popcll(unsigned long long a) { return __builtin_popcountll(a); }
int __nv_byte_perm(int a, int b, int selector) { return __nvvm_prmt(a, b, selector); }
int __nv_mulhi(int a, int b) { return static_cast<int>(static_cast<long long>(a) * b >> 32); }
unsigned __nv_umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>(static_cast<unsigned long long>(a) * b >> 32);
}
long long __nv_mul64hi(long long a, long long b) { return static_cast<long long>(static_cast<__int128>(a) * b >> 64); }
unsigned long long __nv_umul64hi(unsigned long long a, unsigned long long b) {
  return static_cast<unsigned long long>(static_cast<unsigned __int128>(a) * b >> 64);
}
int __nv_mul24(int a, int b) { return __nvvm_mul24_i(a, b); }
unsigned __nv_umul24(unsigned a, unsigned b) { return __nvvm_mul24_ui(a, b); }
int __nv_sad(int a, int b, int c) { return __nvvm_sad_i(a, b, c); }
unsigned __nv_usad(unsigned a, unsigned b, unsigned c) { return __nvvm_sad_ui(a, b, c); }
// Averages without overflow, rounded down and up.
int __nv_hadd(int a, int b) { return (a & b) + ((a ^ b) >> 1); }
int __nv_rhadd(int a, int b) { return (a | b) - ((a ^ b) >> 1); }
int __nv_uhadd(unsigned a, unsigned b) { return static_cast<int>((a & b) + ((a ^ b) >> 1)); }
unsigned __nv_urhadd(unsigned a, unsigned b) { return (a | b) - ((a ^ b) >> 1); }

}  // extern "C"
