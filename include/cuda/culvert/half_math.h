// Arithmetic, comparisons, mathematical and warp functions of half precision; included by cuda_fp16.h only.
// Arithmetic is rounded to nearest even; nothing is contracted, so __hadd and __hadd_rn are the same.
#ifndef CULVERT_CUDA_HALF_MATH_H_
#define CULVERT_CUDA_HALF_MATH_H_

namespace culvert_half {
CULVERT_H unsigned Bits(__half2 value) { return value.x.__x | static_cast<unsigned>(value.y.__x) << 16; }
CULVERT_H __half2 FromBits(unsigned bits) {
  return __half2(__half2_raw{static_cast<unsigned short>(bits), static_cast<unsigned short>(bits >> 16)});
}
CULVERT_H __half Saturate(__half value) {
  const float v = __half2float(value);
  return v > 0.0f ? (v < 1.0f ? value : __half(__half_raw{0x3C00})) : __half(__half_raw{0});
}
}  // namespace culvert_half

// NAME on halves and NAME2 on pairs. Single precision has more than twice the digits plus two, so rounding its result
// of + - * / gives the correctly rounded half.
#if CULVERT_HALF_PTX
#define CULVERT_HALF_BINARY(NAME, PTX, EXPRESSION)                                                               \
  CULVERT_H __half NAME(__half a, __half b) {                                                                    \
    unsigned short bits;                                                                                         \
    __asm__(PTX ".f16 %0, %1, %2;" : "=h"(bits) : "h"(a.__x), "h"(b.__x));                                       \
    return __ushort_as_half(bits);                                                                               \
  }                                                                                                              \
  CULVERT_H __half2 NAME##2(__half2 a, __half2 b) {                                                              \
    unsigned bits;                                                                                               \
    __asm__(PTX ".f16x2 %0, %1, %2;" : "=r"(bits) : "r"(culvert_half::Bits(a)), "r"(culvert_half::Bits(b)));     \
    return culvert_half::FromBits(bits);                                                                         \
  }
#else
#define CULVERT_HALF_BINARY(NAME, PTX, EXPRESSION)                                    \
  CULVERT_H __half NAME(__half left, __half right) {                                  \
    const float a = __half2float(left), b = __half2float(right);                      \
    return __float2half_rn(EXPRESSION);                                               \
  }                                                                                   \
  CULVERT_H __half2 NAME##2(__half2 a, __half2 b) { return __half2(NAME(a.x, b.x), NAME(a.y, b.y)); }
#endif
CULVERT_HALF_BINARY(__hadd, "add.rn", a + b)
CULVERT_HALF_BINARY(__hsub, "sub.rn", a - b)
CULVERT_HALF_BINARY(__hmul, "mul.rn", a * b)
#undef CULVERT_HALF_BINARY

// The host's product is exact; its sum is rounded to double first.
CULVERT_H __half __hfma(__half a, __half b, __half c) {
#if CULVERT_HALF_PTX
  unsigned short bits;
  __asm__("fma.rn.f16 %0, %1, %2, %3;" : "=h"(bits) : "h"(a.__x), "h"(b.__x), "h"(c.__x));
  return __ushort_as_half(bits);
#else
  return __double2half(static_cast<double>(__half2float(a)) * __half2float(b) + __half2float(c));
#endif
}
CULVERT_H __half2 __hfma2(__half2 a, __half2 b, __half2 c) {
#if CULVERT_HALF_PTX
  unsigned bits;
  __asm__("fma.rn.f16x2 %0, %1, %2, %3;"
          : "=r"(bits)
          : "r"(culvert_half::Bits(a)), "r"(culvert_half::Bits(b)), "r"(culvert_half::Bits(c)));
  return culvert_half::FromBits(bits);
#else
  return __half2(__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y));
#endif
}
CULVERT_H __half __hdiv(__half a, __half b) { return __float2half_rn(__half2float(a) / __half2float(b)); }
CULVERT_H __half2 __h2div(__half2 a, __half2 b) { return __half2(__hdiv(a.x, b.x), __hdiv(a.y, b.y)); }
CULVERT_H __half __hneg(__half a) { return __half_raw{static_cast<unsigned short>(a.__x ^ 0x8000)}; }
CULVERT_H __half __habs(__half a) { return __half_raw{static_cast<unsigned short>(a.__x & 0x7FFF)}; }
CULVERT_H __half2 __hneg2(__half2 a) { return __half2(__hneg(a.x), __hneg(a.y)); }
CULVERT_H __half2 __habs2(__half2 a) { return __half2(__habs(a.x), __habs(a.y)); }

#define CULVERT_HALF_VARIANTS(NAME)                                                                                \
  CULVERT_H __half NAME##_rn(__half a, __half b) { return NAME(a, b); }                                            \
  CULVERT_H __half NAME##_sat(__half a, __half b) { return culvert_half::Saturate(NAME(a, b)); }                   \
  CULVERT_H __half2 NAME##2_rn(__half2 a, __half2 b) { return NAME##2(a, b); }                                     \
  CULVERT_H __half2 NAME##2_sat(__half2 a, __half2 b) { return __half2(NAME##_sat(a.x, b.x), NAME##_sat(a.y, b.y)); }
CULVERT_HALF_VARIANTS(__hadd)
CULVERT_HALF_VARIANTS(__hsub)
CULVERT_HALF_VARIANTS(__hmul)
#undef CULVERT_HALF_VARIANTS
CULVERT_H __half __hfma_sat(__half a, __half b, __half c) { return culvert_half::Saturate(__hfma(a, b, c)); }
CULVERT_H __half2 __hfma2_sat(__half2 a, __half2 b, __half2 c) {
  return __half2(__hfma_sat(a.x, b.x, c.x), __hfma_sat(a.y, b.y, c.y));
}

CULVERT_H bool __hisnan(__half a) { return (a.__x & 0x7FFF) > 0x7C00; }
CULVERT_H int __hisinf(__half a) { return a.__x == 0x7C00 ? 1 : a.__x == 0xFC00 ? -1 : 0; }
CULVERT_H __half2 __hisnan2(__half2 a) {
  return __half2(__half_raw{static_cast<unsigned short>(__hisnan(a.x) ? 0x3C00 : 0)},
                 __half_raw{static_cast<unsigned short>(__hisnan(a.y) ? 0x3C00 : 0)});
}

// Comparisons: false with a NaN, or true in the "u" form; on pairs 1.0 or 0.0 each, both at once ("b"), or a mask.
#define CULVERT_HALF_COMPARE(NAME, EXPRESSION)                                                                     \
  CULVERT_H bool __h##NAME(__half left, __half right) {                                                            \
    const float a = __half2float(left), b = __half2float(right);                                                   \
    return EXPRESSION;                                                                                             \
  }                                                                                                                \
  CULVERT_H bool __h##NAME##u(__half left, __half right) {                                                         \
    return __hisnan(left) || __hisnan(right) || __h##NAME(left, right);                                            \
  }                                                                                                                \
  CULVERT_HALF_COMPARE_PAIR(NAME, )                                                                                \
  CULVERT_HALF_COMPARE_PAIR(NAME, u)
#define CULVERT_HALF_COMPARE_PAIR(NAME, U)                                                                         \
  CULVERT_H __half2 __h##NAME##U##2(__half2 a, __half2 b) {                                                        \
    return __half2(__half_raw{static_cast<unsigned short>(__h##NAME##U(a.x, b.x) ? 0x3C00 : 0)},                   \
                   __half_raw{static_cast<unsigned short>(__h##NAME##U(a.y, b.y) ? 0x3C00 : 0)});                  \
  }                                                                                                                \
  CULVERT_H bool __hb##NAME##U##2(__half2 a, __half2 b) { return __h##NAME##U(a.x, b.x) && __h##NAME##U(a.y, b.y); } \
  CULVERT_H unsigned __h##NAME##U##2_mask(__half2 a, __half2 b) {                                                  \
    return (__h##NAME##U(a.x, b.x) ? 0xFFFFu : 0u) | (__h##NAME##U(a.y, b.y) ? 0xFFFF0000u : 0u);                  \
  }
CULVERT_HALF_COMPARE(eq, a == b)
CULVERT_HALF_COMPARE(ne, a < b || a > b)
CULVERT_HALF_COMPARE(lt, a < b)
CULVERT_HALF_COMPARE(le, a <= b)
CULVERT_HALF_COMPARE(gt, a > b)
CULVERT_HALF_COMPARE(ge, a >= b)
#undef CULVERT_HALF_COMPARE
#undef CULVERT_HALF_COMPARE_PAIR

// The larger and the smaller; +0 is above -0. A NaN loses, or in the "_nan" form wins.
#define CULVERT_HALF_EXTREME(NAME, PICK)                                                                           \
  CULVERT_H __half NAME##_nan(__half a, __half b) {                                                                \
    if (__hisnan(a) || __hisnan(b)) return __half_raw{0x7FFF};                                                     \
    if (((a.__x | b.__x) & 0x7FFF) == 0) return PICK(false, true) ? ((a.__x & 0x8000) ? b : a) : ((a.__x & 0x8000) ? a : b); \
    return PICK(__half2float(a) < __half2float(b), __half2float(b) < __half2float(a)) ? a : b;                     \
  }                                                                                                                \
  CULVERT_H __half NAME(__half a, __half b) { return __hisnan(a) ? b : __hisnan(b) ? a : NAME##_nan(a, b); }       \
  CULVERT_H __half2 NAME##2(__half2 a, __half2 b) { return __half2(NAME(a.x, b.x), NAME(a.y, b.y)); }              \
  CULVERT_H __half2 NAME##2_nan(__half2 a, __half2 b) { return __half2(NAME##_nan(a.x, b.x), NAME##_nan(a.y, b.y)); }
#define CULVERT_PICK_LARGER(a_less, b_less) (b_less)
#define CULVERT_PICK_SMALLER(a_less, b_less) (a_less)
CULVERT_HALF_EXTREME(__hmax, CULVERT_PICK_LARGER)
CULVERT_HALF_EXTREME(__hmin, CULVERT_PICK_SMALLER)
#undef CULVERT_HALF_EXTREME
#undef CULVERT_PICK_LARGER
#undef CULVERT_PICK_SMALLER

#if !defined(__CUDA_NO_HALF_OPERATORS__)
#define CULVERT_HALF_OPERATOR(OP, HALF, PAIR)                                                              \
  CULVERT_H __half operator OP(const __half& a, const __half& b) { return HALF(a, b); }                    \
  CULVERT_H __half& operator OP##=(__half& a, const __half& b) { return a = HALF(a, b); }                  \
  CULVERT_H __half2 operator OP(const __half2& a, const __half2& b) { return PAIR(a, b); }                 \
  CULVERT_H __half2& operator OP##=(__half2& a, const __half2& b) { return a = PAIR(a, b); }
CULVERT_HALF_OPERATOR(+, __hadd, __hadd2)
CULVERT_HALF_OPERATOR(-, __hsub, __hsub2)
CULVERT_HALF_OPERATOR(*, __hmul, __hmul2)
CULVERT_HALF_OPERATOR(/, __hdiv, __h2div)
#undef CULVERT_HALF_OPERATOR
#define CULVERT_HALF_OPERATOR(OP, NAME, PAIR)                                              \
  CULVERT_H bool operator OP(const __half& a, const __half& b) { return NAME(a, b); }      \
  CULVERT_H bool operator OP(const __half2& a, const __half2& b) { return PAIR(a, b); }
CULVERT_HALF_OPERATOR(==, __heq, __hbeq2)
CULVERT_HALF_OPERATOR(!=, __hneu, __hbneu2)
CULVERT_HALF_OPERATOR(<, __hlt, __hblt2)
CULVERT_HALF_OPERATOR(<=, __hle, __hble2)
CULVERT_HALF_OPERATOR(>, __hgt, __hbgt2)
CULVERT_HALF_OPERATOR(>=, __hge, __hbge2)
#undef CULVERT_HALF_OPERATOR
CULVERT_H __half operator+(const __half& a) { return a; }
CULVERT_H __half operator-(const __half& a) { return __hneg(a); }
CULVERT_H __half2 operator+(const __half2& a) { return a; }
CULVERT_H __half2 operator-(const __half2& a) { return __hneg2(a); }
#endif  // __CUDA_NO_HALF_OPERATORS__

#if defined(__CUDA__) && defined(__clang__)

// Mathematical functions: single precision, rounded once.
#define CULVERT_HALF_FUNCTION(NAME, FUNCTION)                                                         \
  CULVERT_HD __half h##NAME(__half a) { return __float2half_rn(FUNCTION(__half2float(a))); }          \
  CULVERT_HD __half2 h2##NAME(__half2 a) { return __half2(h##NAME(a.x), h##NAME(a.y)); }
CULVERT_HALF_FUNCTION(sqrt, sqrtf)
CULVERT_HALF_FUNCTION(rsqrt, rsqrtf)
CULVERT_HALF_FUNCTION(rcp, 1.0f /)
CULVERT_HALF_FUNCTION(exp, expf)
CULVERT_HALF_FUNCTION(exp2, exp2f)
CULVERT_HALF_FUNCTION(exp10, exp10f)
CULVERT_HALF_FUNCTION(log, logf)
CULVERT_HALF_FUNCTION(log2, log2f)
CULVERT_HALF_FUNCTION(log10, log10f)
CULVERT_HALF_FUNCTION(sin, sinf)
CULVERT_HALF_FUNCTION(cos, cosf)
CULVERT_HALF_FUNCTION(tanh, tanhf)
CULVERT_HALF_FUNCTION(ceil, ceilf)
CULVERT_HALF_FUNCTION(floor, floorf)
CULVERT_HALF_FUNCTION(trunc, truncf)
CULVERT_HALF_FUNCTION(rint, rintf)
#undef CULVERT_HALF_FUNCTION

// Warp shuffles of halves and pairs.
#define CULVERT_HALF_SHUFFLE(NAME, T)                                                                              \
  CULVERT_HD __half NAME(unsigned mask, __half value, T where, int width = warpSize) {                             \
    return __ushort_as_half(static_cast<unsigned short>(NAME(mask, static_cast<unsigned>(value.__x), where, width))); \
  }                                                                                                                \
  CULVERT_HD __half2 NAME(unsigned mask, __half2 value, T where, int width = warpSize) {                           \
    return culvert_half::FromBits(NAME(mask, culvert_half::Bits(value), where, width));                            \
  }
CULVERT_HALF_SHUFFLE(__shfl_sync, int)
CULVERT_HALF_SHUFFLE(__shfl_up_sync, unsigned)
CULVERT_HALF_SHUFFLE(__shfl_down_sync, unsigned)
CULVERT_HALF_SHUFFLE(__shfl_xor_sync, int)
#undef CULVERT_HALF_SHUFFLE

CULVERT_HD __half __ldg(const __half* p) { return __ushort_as_half(__ldg(reinterpret_cast<const unsigned short*>(p))); }
CULVERT_HD __half2 __ldg(const __half2* p) { return culvert_half::FromBits(__ldg(reinterpret_cast<const unsigned*>(p))); }

// A pair is added element by element; the two additions together are not one atomic operation.
CULVERT_HD __half atomicAdd(__half* address, __half value) {
  unsigned short bits;
  __asm__ volatile("atom.add.noftz.f16 %0, [%1], %2;" : "=h"(bits) : "l"(address), "h"(value.__x) : "memory");
  return __ushort_as_half(bits);
}
CULVERT_HD __half2 atomicAdd(__half2* address, __half2 value) {
  unsigned bits;
  __asm__ volatile("atom.add.noftz.f16x2 %0, [%1], %2;"
                   : "=r"(bits)
                   : "l"(address), "r"(culvert_half::Bits(value))
                   : "memory");
  return culvert_half::FromBits(bits);
}

#endif  // CUDA by clang

#endif  // CULVERT_CUDA_HALF_MATH_H_
