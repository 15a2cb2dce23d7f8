// The exported functions: every __nv_* name that clang's CUDA headers call, by family.
//
// This one file is compiled to nvptx64 bitcode, which `culvert cc` links into device code, and for the host by the
// accuracy test. Single-precision functions without a short form of their own round the double result.
#include "device_math/bessel.h"
#include "device_math/double_double.h"
#include "device_math/error_functions.h"
#include "device_math/exponential.h"
#include "device_math/gamma.h"
#include "device_math/hyperbolic.h"
#include "device_math/roots.h"
#include "device_math/rounding.h"
#include "device_math/trigonometric.h"
#if defined(__NVPTX__)
#include "device_math/device_only.h"
#endif

namespace cm = culvert::device_math;

extern "C" {

// double f(double), and float f(float) by rounding it.
#define CULVERT_UNARY(NAME, IMPLEMENTATION) \
  double __nv_##NAME(double x) { return cm::IMPLEMENTATION; }
#define CULVERT_UNARY_ROUNDED(NAME, IMPLEMENTATION) \
  CULVERT_UNARY(NAME, IMPLEMENTATION)               \
  float __nv_##NAME##f(float single) {              \
    const double x = single;                        \
    return static_cast<float>(cm::IMPLEMENTATION);  \
  }

CULVERT_UNARY_ROUNDED(acos, Acos(x))
CULVERT_UNARY_ROUNDED(acosh, Acosh(x))
CULVERT_UNARY_ROUNDED(asin, Asin(x))
CULVERT_UNARY_ROUNDED(asinh, Asinh(x))
CULVERT_UNARY_ROUNDED(atan, Atan(x))
CULVERT_UNARY_ROUNDED(atanh, Atanh(x))
CULVERT_UNARY_ROUNDED(cbrt, Cbrt(x))
CULVERT_UNARY(cos, Cos(x))
CULVERT_UNARY_ROUNDED(cosh, Cosh(x))
CULVERT_UNARY_ROUNDED(erf, Erf(x))
CULVERT_UNARY_ROUNDED(erfc, Erfc(x))
CULVERT_UNARY_ROUNDED(erfcinv, Erfcinv(x))
CULVERT_UNARY_ROUNDED(erfcx, Erfcx(x))
CULVERT_UNARY_ROUNDED(erfinv, Erfinv(x))
CULVERT_UNARY(exp, Exp(x))
CULVERT_UNARY(exp10, Exp10(x))
CULVERT_UNARY(exp2, Exp2(x))
CULVERT_UNARY_ROUNDED(expm1, Expm1(x))
CULVERT_UNARY_ROUNDED(lgamma, Lgamma(x))
CULVERT_UNARY(log, Log(x))
CULVERT_UNARY(log10, Log10(x))
CULVERT_UNARY_ROUNDED(log1p, Log1p(x))
CULVERT_UNARY(log2, Log2(x))
CULVERT_UNARY_ROUNDED(rcbrt, Rcbrt(x))
CULVERT_UNARY(rsqrt, Rsqrt(x))
CULVERT_UNARY(sin, Sin(x))
CULVERT_UNARY_ROUNDED(sinh, Sinh(x))
CULVERT_UNARY(tan, Tan(x))
CULVERT_UNARY(tanh, Tanh(x))
CULVERT_UNARY_ROUNDED(tgamma, Tgamma(x))
CULVERT_UNARY_ROUNDED(normcdf, Normcdf(x))
CULVERT_UNARY_ROUNDED(normcdfinv, Normcdfinv(x))
CULVERT_UNARY_ROUNDED(sinpi, SinPi(x))
CULVERT_UNARY_ROUNDED(cospi, CosPi(x))
CULVERT_UNARY_ROUNDED(j0, BesselJ(0, x))
CULVERT_UNARY_ROUNDED(j1, BesselJ(1, x))
CULVERT_UNARY_ROUNDED(y0, BesselY(0, x))
CULVERT_UNARY_ROUNDED(y1, BesselY(1, x))
CULVERT_UNARY_ROUNDED(cyl_bessel_i0, BesselI(0, x))
CULVERT_UNARY_ROUNDED(cyl_bessel_i1, BesselI(1, x))

// Single precision with its own series.
float __nv_expf(float x) { return cm::ExpF(x); }
float __nv_exp2f(float x) { return x != x ? x : cm::ExpF(cm::Mul(cm::kLn2.hi, x)); }
float __nv_exp10f(float x) { return x != x ? x : cm::ExpF(cm::Mul(cm::kLn10.hi, x)); }
float __nv_logf(float x) { return cm::LogF(x, 1.0); }
float __nv_log2f(float x) { return cm::LogF(x, cm::kLog2E); }
float __nv_log10f(float x) { return cm::LogF(x, cm::kLog10EPair.hi); }
float __nv_sinf(float x) { return cm::SinShiftedF(x, 0); }
float __nv_cosf(float x) { return cm::SinShiftedF(x, 1); }
float __nv_tanf(float x) { return cm::TanF(x); }
float __nv_tanhf(float x) { return cm::TanhF(x); }
void __nv_sincosf(float x, float* sine, float* cosine) {
  *sine = cm::SinShiftedF(x, 0);
  *cosine = cm::SinShiftedF(x, 1);
}
float __nv_powf(float x, float y) { return cm::PowF(x, y); }

// Two results.
void __nv_sincos(double x, double* sine, double* cosine) { cm::SinCos(x, *sine, *cosine); }
void __nv_sincospi(double x, double* sine, double* cosine) {
  *sine = cm::SinPi(x);
  *cosine = cm::CosPi(x);
}
void __nv_sincospif(float x, float* sine, float* cosine) {
  *sine = static_cast<float>(cm::SinPi(x));
  *cosine = static_cast<float>(cm::CosPi(x));
}

// Several arguments.
double __nv_pow(double x, double y) { return cm::Pow(x, y); }
double __nv_powi(double x, int n) { return cm::Powi(x, n); }
float __nv_powif(float x, int n) { return static_cast<float>(cm::Powi(x, n)); }
double __nv_atan2(double y, double x) { return cm::Atan2(y, x); }
float __nv_atan2f(float y, float x) { return static_cast<float>(cm::Atan2(y, x)); }
double __nv_jn(int n, double x) { return cm::BesselJn(n, x); }
float __nv_jnf(int n, float x) { return static_cast<float>(cm::BesselJn(n, x)); }
double __nv_yn(int n, double x) { return cm::BesselYn(n, x); }
float __nv_ynf(int n, float x) { return static_cast<float>(cm::BesselYn(n, x)); }

#define CULVERT_NORM(NAME, RECIPROCAL, PARAMETERS, FLOAT_PARAMETERS, ...) \
  double __nv_##NAME PARAMETERS {                                         \
    const double values[] = {__VA_ARGS__};                                \
    return cm::Norm(values, RECIPROCAL);                                  \
  }                                                                       \
  float __nv_##NAME##f FLOAT_PARAMETERS {                                 \
    const double values[] = {__VA_ARGS__};                                \
    return static_cast<float>(cm::Norm(values, RECIPROCAL));              \
  }
CULVERT_NORM(hypot, false, (double a, double b), (float a, float b), a, b)
CULVERT_NORM(rhypot, true, (double a, double b), (float a, float b), a, b)
CULVERT_NORM(norm3d, false, (double a, double b, double c), (float a, float b, float c), a, b, c)
CULVERT_NORM(rnorm3d, true, (double a, double b, double c), (float a, float b, float c), a, b, c)
CULVERT_NORM(norm4d, false, (double a, double b, double c, double d), (float a, float b, float c, float d), a, b, c, d)
CULVERT_NORM(rnorm4d, true, (double a, double b, double c, double d), (float a, float b, float c, float d), a, b, c, d)
double __nv_norm(int n, const double* values) { return cm::NormOfArray(n, values, false); }
float __nv_normf(int n, const float* values) { return static_cast<float>(cm::NormOfArray(n, values, false)); }
double __nv_rnorm(int n, const double* values) { return cm::NormOfArray(n, values, true); }
float __nv_rnormf(int n, const float* values) { return static_cast<float>(cm::NormOfArray(n, values, true)); }

// Exact functions.
double __nv_fmod(double x, double y) { return cm::Fmod(x, y); }
float __nv_fmodf(float x, float y) { return static_cast<float>(cm::Fmod(x, y)); }
double __nv_remainder(double x, double y) {
  int quotient;
  return cm::Remquo(x, y, &quotient);
}
float __nv_remainderf(float x, float y) {
  int quotient;
  return static_cast<float>(cm::Remquo(x, y, &quotient));
}
double __nv_remquo(double x, double y, int* quotient) { return cm::Remquo(x, y, quotient); }
float __nv_remquof(float x, float y, int* quotient) { return static_cast<float>(cm::Remquo(x, y, quotient)); }
double __nv_round(double x) { return cm::Round(x); }
float __nv_roundf(float x) { return cm::RoundF(x); }
long long __nv_llround(double x) { return cm::RoundToInteger(x); }
long long __nv_llroundf(float x) { return cm::RoundToInteger(x); }
double __nv_frexp(double x, int* exponent) { return cm::Frexp(x, exponent); }
float __nv_frexpf(float x, int* exponent) { return static_cast<float>(cm::Frexp(x, exponent)); }
double __nv_modf(double x, double* whole) { return cm::Modf(x, whole); }
float __nv_modff(float x, float* whole) {
  double w;
  const double fraction = cm::Modf(x, &w);
  *whole = static_cast<float>(w);
  return static_cast<float>(fraction);
}
double __nv_ldexp(double x, int n) { return cm::ScaleByPower(x, n); }
float __nv_ldexpf(float x, int n) { return static_cast<float>(cm::ScaleByPower(x, n < -500 ? -500 : n)); }
double __nv_scalbn(double x, int n) { return cm::ScaleByPower(x, n); }
float __nv_scalbnf(float x, int n) { return static_cast<float>(cm::ScaleByPower(x, n < -500 ? -500 : n)); }
double __nv_logb(double x) { return cm::Logb(x); }
float __nv_logbf(float x) { return static_cast<float>(cm::Logb(x)); }
int __nv_ilogb(double x) { return cm::Ilogb(x); }
int __nv_ilogbf(float x) { return cm::Ilogb(x); }
double __nv_nextafter(double x, double y) { return cm::Nextafter(x, y); }
float __nv_nextafterf(float x, float y) { return cm::NextafterF(x, y); }
double __nv_fdim(double x, double y) { return x != x || y != y ? cm::Nan() : x > y ? x - y : 0.0; }
float __nv_fdimf(float x, float y) { return x != x || y != y ? __builtin_nanf("") : x > y ? x - y : 0.0f; }
double __nv_nan(const signed char*) { return cm::Nan(); }
float __nv_nanf(const signed char*) { return __builtin_nanf(""); }

}  // extern "C"

#undef CULVERT_UNARY
#undef CULVERT_UNARY_ROUNDED
#undef CULVERT_NORM
