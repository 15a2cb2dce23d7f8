// The exported functions of device_math that the accuracy test calls.
#pragma once

extern "C" {
#define CULVERT_BOTH(NAME)    \
  double __nv_##NAME(double); \
  float __nv_##NAME##f(float);
CULVERT_BOTH(acos)
CULVERT_BOTH(acosh)
CULVERT_BOTH(asin)
CULVERT_BOTH(asinh)
CULVERT_BOTH(atan)
CULVERT_BOTH(atanh)
CULVERT_BOTH(cbrt)
CULVERT_BOTH(cos)
CULVERT_BOTH(cosh)
CULVERT_BOTH(cospi)
CULVERT_BOTH(cyl_bessel_i0)
CULVERT_BOTH(cyl_bessel_i1)
CULVERT_BOTH(erf)
CULVERT_BOTH(erfc)
CULVERT_BOTH(erfcinv)
CULVERT_BOTH(erfcx)
CULVERT_BOTH(erfinv)
CULVERT_BOTH(exp)
CULVERT_BOTH(exp10)
CULVERT_BOTH(exp2)
CULVERT_BOTH(expm1)
CULVERT_BOTH(j0)
CULVERT_BOTH(j1)
CULVERT_BOTH(lgamma)
CULVERT_BOTH(log)
CULVERT_BOTH(log10)
CULVERT_BOTH(log1p)
CULVERT_BOTH(log2)
CULVERT_BOTH(normcdf)
CULVERT_BOTH(normcdfinv)
CULVERT_BOTH(rcbrt)
CULVERT_BOTH(round)
CULVERT_BOTH(sin)
CULVERT_BOTH(sinh)
CULVERT_BOTH(sinpi)
CULVERT_BOTH(tan)
CULVERT_BOTH(tanh)
CULVERT_BOTH(tgamma)
CULVERT_BOTH(y0)
CULVERT_BOTH(y1)
#undef CULVERT_BOTH
double __nv_rsqrt(double);
#define CULVERT_BOTH(NAME)            \
  double __nv_##NAME(double, double); \
  float __nv_##NAME##f(float, float);
CULVERT_BOTH(atan2)
CULVERT_BOTH(fmod)
CULVERT_BOTH(hypot)
CULVERT_BOTH(nextafter)
CULVERT_BOTH(pow)
CULVERT_BOTH(remainder)
CULVERT_BOTH(rhypot)
#undef CULVERT_BOTH
double __nv_jn(int, double);
double __nv_yn(int, double);
double __nv_ldexp(double, int);
float __nv_ldexpf(float, int);
double __nv_frexp(double, int*);
double __nv_remquo(double, double, int*);
double __nv_modf(double, double*);
double __nv_logb(double);
int __nv_ilogb(double);
double __nv_norm(int, const double*);
long long __nv_llround(double);
}
