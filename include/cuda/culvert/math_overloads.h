// The CUDA math API beyond <cmath> as overloads and for the host: min/max over all arithmetic types, the float
// overloads of CUDA's own functions, and host versions of those that the C library lacks.
#ifndef CULVERT_CUDA_MATH_OVERLOADS_H_
#define CULVERT_CUDA_MATH_OVERLOADS_H_

#define CULVERT_HD static __inline__ __host__ __device__ __attribute__((always_inline))
#define CULVERT_D static __inline__ __device__ __attribute__((always_inline))
#define CULVERT_H static __inline__ __host__

// min and max: CUDA C++ Programming Guide and the math API's integer section; mixed signedness compares unsigned.
#define CULVERT_MIN_MAX(Q, R, A, B)                               \
  Q R min(A a, B b) { return (R)a < (R)b ? (R)a : (R)b; }         \
  Q R max(A a, B b) { return (R)a > (R)b ? (R)a : (R)b; }
CULVERT_MIN_MAX(CULVERT_H, int, int, int)  // the device version is clang's
CULVERT_MIN_MAX(CULVERT_HD, unsigned, unsigned, unsigned)
CULVERT_MIN_MAX(CULVERT_HD, unsigned, int, unsigned)
CULVERT_MIN_MAX(CULVERT_HD, unsigned, unsigned, int)
CULVERT_MIN_MAX(CULVERT_HD, long, long, long)
CULVERT_MIN_MAX(CULVERT_HD, unsigned long, unsigned long, unsigned long)
CULVERT_MIN_MAX(CULVERT_HD, unsigned long, long, unsigned long)
CULVERT_MIN_MAX(CULVERT_HD, unsigned long, unsigned long, long)
CULVERT_MIN_MAX(CULVERT_HD, long long, long long, long long)
CULVERT_MIN_MAX(CULVERT_HD, unsigned long long, unsigned long long, unsigned long long)
CULVERT_MIN_MAX(CULVERT_HD, unsigned long long, long long, unsigned long long)
CULVERT_MIN_MAX(CULVERT_HD, unsigned long long, unsigned long long, long long)
#undef CULVERT_MIN_MAX

// Floating point: a NaN operand is ignored, as fmin and fmax do.
#define CULVERT_FLOAT_MIN_MAX(R, A, B, MIN, MAX)          \
  CULVERT_HD R min(A a, B b) { return MIN((R)a, (R)b); }  \
  CULVERT_HD R max(A a, B b) { return MAX((R)a, (R)b); }
CULVERT_FLOAT_MIN_MAX(float, float, float, __builtin_fminf, __builtin_fmaxf)
CULVERT_FLOAT_MIN_MAX(double, double, double, __builtin_fmin, __builtin_fmax)
CULVERT_FLOAT_MIN_MAX(double, float, double, __builtin_fmin, __builtin_fmax)
CULVERT_FLOAT_MIN_MAX(double, double, float, __builtin_fmin, __builtin_fmax)
#undef CULVERT_FLOAT_MIN_MAX

// Float overloads of <cmath> functions: clang's headers declare them and leave the definitions to the toolkit's headers.
CULVERT_D float acosh(float a) { return acoshf(a); }
CULVERT_D float asinh(float a) { return asinhf(a); }
CULVERT_D float atanh(float a) { return atanhf(a); }
CULVERT_D float cbrt(float a) { return cbrtf(a); }
CULVERT_D float erfc(float a) { return erfcf(a); }
CULVERT_D float erf(float a) { return erff(a); }
CULVERT_D float exp2(float a) { return exp2f(a); }
CULVERT_D float expm1(float a) { return expm1f(a); }
CULVERT_D float lgamma(float a) { return lgammaf(a); }
CULVERT_D float log1p(float a) { return log1pf(a); }
CULVERT_D float log2(float a) { return log2f(a); }
CULVERT_D float logb(float a) { return logbf(a); }
CULVERT_D float nearbyint(float a) { return nearbyintf(a); }
CULVERT_D float rint(float a) { return rintf(a); }
CULVERT_D float round(float a) { return roundf(a); }
CULVERT_D float tgamma(float a) { return tgammaf(a); }
CULVERT_D float trunc(float a) { return truncf(a); }
CULVERT_D float copysign(float a, float b) { return copysignf(a, b); }
CULVERT_D float fdim(float a, float b) { return fdimf(a, b); }
CULVERT_D float fmax(float a, float b) { return fmaxf(a, b); }
CULVERT_D float fmin(float a, float b) { return fminf(a, b); }
CULVERT_D float hypot(float a, float b) { return hypotf(a, b); }
CULVERT_D float nextafter(float a, float b) { return nextafterf(a, b); }
CULVERT_D float remainder(float a, float b) { return remainderf(a, b); }
CULVERT_D float fma(float a, float b, float c) { return fmaf(a, b, c); }
CULVERT_D int ilogb(float a) { return ilogbf(a); }
CULVERT_D long lrint(float a) { return lrintf(a); }
CULVERT_D long long llrint(float a) { return llrintf(a); }
CULVERT_D long lround(float a) { return lroundf(a); }
CULVERT_D long long llround(float a) { return llroundf(a); }
CULVERT_D float scalbn(float a, int n) { return scalbnf(a, n); }
CULVERT_D float scalbln(float a, long n) { return scalblnf(a, n); }
CULVERT_D float remquo(float a, float b, int* quotient) { return remquof(a, b, quotient); }
CULVERT_D double nan(const char* tag) { return __nv_nan((const signed char*)tag); }
CULVERT_D float nanf(const char* tag) { return __nv_nanf((const signed char*)tag); }

// Float overloads of the functions that only CUDA has.
CULVERT_D float rsqrt(float a) { return rsqrtf(a); }
CULVERT_D float rcbrt(float a) { return rcbrtf(a); }
CULVERT_D float sinpi(float a) { return sinpif(a); }
CULVERT_D float cospi(float a) { return cospif(a); }
CULVERT_D void sincospi(float a, float* s, float* c) { sincospif(a, s, c); }
CULVERT_D void sincos(float a, float* s, float* c) { sincosf(a, s, c); }
CULVERT_D float exp10(float a) { return exp10f(a); }
CULVERT_D float erfinv(float a) { return erfinvf(a); }
CULVERT_D float erfcinv(float a) { return erfcinvf(a); }
CULVERT_D float erfcx(float a) { return erfcxf(a); }
CULVERT_D float normcdf(float a) { return normcdff(a); }
CULVERT_D float normcdfinv(float a) { return normcdfinvf(a); }
CULVERT_D float j0(float a) { return j0f(a); }
CULVERT_D float j1(float a) { return j1f(a); }
CULVERT_D float jn(int n, float a) { return jnf(n, a); }
CULVERT_D float y0(float a) { return y0f(a); }
CULVERT_D float y1(float a) { return y1f(a); }
CULVERT_D float yn(int n, float a) { return ynf(n, a); }
CULVERT_D float cyl_bessel_i0(float a) { return cyl_bessel_i0f(a); }
CULVERT_D float cyl_bessel_i1(float a) { return cyl_bessel_i1f(a); }
CULVERT_D float fdivide(float a, float b) { return fdividef(a, b); }

// Host versions.
CULVERT_H float rsqrtf(float a) { return (float)(1.0 / __builtin_sqrt((double)a)); }
CULVERT_H double rsqrt(double a) { return 1.0 / __builtin_sqrt(a); }
CULVERT_H float rsqrt(float a) { return rsqrtf(a); }
CULVERT_H float rcbrtf(float a) { return (float)(1.0 / __builtin_cbrt((double)a)); }
CULVERT_H double rcbrt(double a) { return 1.0 / __builtin_cbrt(a); }
CULVERT_H float rcbrt(float a) { return rcbrtf(a); }
CULVERT_H float fdividef(float a, float b) { return a / b; }
CULVERT_H double fdivide(double a, double b) { return a / b; }
CULVERT_H float fdivide(float a, float b) { return a / b; }
CULVERT_H double rhypot(double a, double b) { return 1.0 / __builtin_hypot(a, b); }
CULVERT_H float rhypotf(float a, float b) { return (float)(1.0 / __builtin_hypot((double)a, (double)b)); }
CULVERT_H double norm3d(double a, double b, double c) { return __builtin_hypot(__builtin_hypot(a, b), c); }
CULVERT_H float norm3df(float a, float b, float c) { return (float)norm3d(a, b, c); }
CULVERT_H double norm4d(double a, double b, double c, double d) { return __builtin_hypot(norm3d(a, b, c), d); }
CULVERT_H float norm4df(float a, float b, float c, float d) { return (float)norm4d(a, b, c, d); }
CULVERT_H double normcdf(double a) { return 0.5 * __builtin_erfc(-a * 0.70710678118654752440); }
CULVERT_H float normcdff(float a) { return (float)normcdf((double)a); }
CULVERT_H float normcdf(float a) { return normcdff(a); }
// sin(pi a) and cos(pi a): the argument is reduced exactly to [-1/4, 1/4] half turns first.
CULVERT_H void sincospi(double a, double* s, double* c) {
  const double quarter = __builtin_rint(2.0 * a);
  const double rest = 3.14159265358979323846 * __builtin_fma(-0.5, quarter, a);
  const double sine = __builtin_sin(rest), cosine = __builtin_cos(rest);
  const int quadrant = (int)__builtin_fmod(quarter, 4.0) & 3;
  const double swapped_sine = quadrant & 1 ? cosine : sine, swapped_cosine = quadrant & 1 ? sine : cosine;
  *s = quadrant & 2 ? -swapped_sine : swapped_sine;
  *c = (quadrant + 1) & 2 ? -swapped_cosine : swapped_cosine;
}
CULVERT_H double sinpi(double a) {
  double s, c;
  sincospi(a, &s, &c);
  return s;
}
CULVERT_H double cospi(double a) {
  double s, c;
  sincospi(a, &s, &c);
  return c;
}
CULVERT_H void sincospif(float a, float* s, float* c) {
  double sine, cosine;
  sincospi((double)a, &sine, &cosine);
  *s = (float)sine;
  *c = (float)cosine;
}
CULVERT_H void sincospi(float a, float* s, float* c) { sincospif(a, s, c); }
CULVERT_H float sinpif(float a) { return (float)sinpi((double)a); }
CULVERT_H float cospif(float a) { return (float)cospi((double)a); }
CULVERT_H float sinpi(float a) { return sinpif(a); }
CULVERT_H float cospi(float a) { return cospif(a); }

#undef CULVERT_HD
#undef CULVERT_D
#undef CULVERT_H

#endif  // CULVERT_CUDA_MATH_OVERLOADS_H_
