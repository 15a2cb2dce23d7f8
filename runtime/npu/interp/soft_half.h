// Soft half: conversions between f32 and the narrower formats f16, bf16 and tf32 in every rounding mode. Narrow values
// are held as 32-bit lanes (f16 and bf16 in the low 16 bits, the rest zero). They are done in integer arithmetic; where
// the host has F16C its conversions, which give the same bits, do the common cases.
#ifndef CULVERT_RUNTIME_NPU_INTERP_SOFT_HALF_H_
#define CULVERT_RUNTIME_NPU_INTERP_SOFT_HALF_H_

#include "runtime/npu/interp/float_lanes.h"

namespace culvert::npu {
namespace {

// What to add to a magnitude of which the low `dropped` bits are then cut off, so that it comes out rounded.
// `negative`: all ones in lanes whose value is negative.
CULVERT_INLINE U32x RoundingIncrement(uint16_t x, U32x magnitude, U32x dropped, U32x negative) {
  U32x one = U32x{} + 1u, half = one << (dropped - 1u), ones = (one << dropped) - 1u;
  switch (static_cast<bytecode::Rounding>(x & bytecode::kRoundingMask)) {
    case bytecode::Rounding::kRz:
      return U32x{};
    case bytecode::Rounding::kRm:
      return ones & negative;
    case bytecode::Rounding::kRp:
      return ones & ~negative;
    case bytecode::Rounding::kRna:
      return half;
    case bytecode::Rounding::kRn:
      break;
  }
  return half - 1u + ((magnitude >> dropped) & 1u);
}

// f32 to a format with f32's exponent range whose significand is `dropped` bits shorter; the result is still in f32's
// layout (low bits zero). A NaN gives an unspecified NaN or infinity: the caller replaces it.
CULVERT_INLINE U32x RoundLowBits(uint16_t x, F32x a, uint32_t dropped) {
  U32x bits = Bits<U32x>(a), magnitude = bits & 0x7fffffffu, negative = Bits<U32x>(Bits<I32x>(bits) >> 31);
  U32x increment = RoundingIncrement(x, magnitude, U32x{} + dropped, negative);
  magnitude = Select(magnitude >= 0x7f800000u, magnitude, magnitude + increment);
  return ((magnitude >> dropped) << dropped) | (bits & 0x80000000u);
}

CULVERT_INLINE U32x Bf16FromF32(uint16_t x, F32x a) {
  return Select(a != a, U32x{} + 0x7fffu, RoundLowBits(x, a, 16) >> 16);
}
CULVERT_INLINE F32x F32FromBf16(U32x a) { return Bits<F32x>(a << 16); }
CULVERT_INLINE U32x Tf32FromF32(uint16_t x, F32x a) {
  return Select(a != a, U32x{} + 0x7fffffffu, RoundLowBits(x, a, 13));
}

#ifdef __F16C__
using H16x = _Float16 __attribute__((vector_size(64)));

// f16 to f32 by the host's instruction, spelled out: if the compiler saw a conversion it would turn comparisons of
// converted values into f16 comparisons, which it does lane by lane.
CULVERT_INLINE F32x WidenHalves(U16x a) {
#ifdef __AVX512F__
  using NarrowPart = uint16_t __attribute__((vector_size(32)));
  using WidePart = float __attribute__((vector_size(64)));
#else
  using NarrowPart = uint16_t __attribute__((vector_size(16)));
  using WidePart = float __attribute__((vector_size(32)));
#endif
  constexpr int kParts = sizeof(U16x) / sizeof(NarrowPart);
  struct {
    NarrowPart part[kParts];
  } in = Bits<decltype(in)>(a);
  struct {
    WidePart part[kParts];
  } out;
#pragma clang loop unroll(full)
  for (int i = 0; i < kParts; ++i) asm("vcvtph2ps %1, %0" : "=v"(out.part[i]) : "v"(in.part[i]));
  return Bits<F32x>(out);
}
#endif

CULVERT_INLINE U32x F16FromF32(uint16_t x, F32x a) {
#ifdef __F16C__
  if ((x & bytecode::kRoundingMask) == 0) {
    U16x half = Bits<U16x>(__builtin_convertvector(a, H16x));
    return Select(a != a, U32x{} + 0x7fffu, __builtin_convertvector(half, U32x));
  }
#endif
  U32x bits = Bits<U32x>(a), magnitude = bits & 0x7fffffffu, negative = Bits<U32x>(Bits<I32x>(bits) >> 31);
  // Below 2^-14 the result is a multiple of 2^-24: the whole significand is shifted down to that unit.
  U32x exponent = magnitude >> 23, tiny = Bits<U32x>(magnitude < 0x38800000u);
  U32x significand = Select(magnitude == 0, U32x{}, (magnitude & 0x007fffffu) | 0x00800000u);
  U32x shift = 126u - exponent;
  shift = Select(shift > 31u, U32x{} + 31u, shift);
  U32x value = Select(Bits<I32x>(tiny) != 0, significand, magnitude - 0x38000000u);
  U32x dropped = Select(Bits<I32x>(tiny) != 0, shift, U32x{} + 13u);
  U32x result = (value + RoundingIncrement(x, value, dropped, negative)) >> dropped;
  // Too large: infinity, or the largest finite number in modes that round away from infinity.
  bytecode::Rounding mode = static_cast<bytecode::Rounding>(x & bytecode::kRoundingMask);
  U32x overflow = U32x{} + 0x7c00u;
  if (mode == bytecode::Rounding::kRz) overflow -= 1u;
  if (mode == bytecode::Rounding::kRm) overflow -= ~negative & 1u;
  if (mode == bytecode::Rounding::kRp) overflow -= negative & 1u;
  result = Select(result >= 0x7c00u, overflow, result);
  result = Select(magnitude >= 0x7f800000u, U32x{} + 0x7c00u, result);
  return Select(a != a, U32x{} + 0x7fffu, result | ((bits >> 16) & 0x8000u));
}

CULVERT_INLINE F32x F32FromF16(U32x a) {
#ifdef __F16C__
  return WidenHalves(__builtin_convertvector(a, U16x));
#else
  // Subnormals are multiples of 2^-24. Their bits never stand for an f32 subnormal, which the host handles slowly.
  U32x magnitude = a & 0x7fffu, moved = magnitude << 13;
  U32x tiny = Bits<U32x>(__builtin_convertvector(Bits<I32x>(magnitude), F32x) * 0x1p-24f);
  U32x result = Select(magnitude < 0x400u, tiny, moved + (112u << 23));
  return Bits<F32x>(Select(magnitude >= 0x7c00u, moved | 0x7f800000u, result) | ((a & 0x8000u) << 16));
#endif
}

// f64 to f32 rounded to odd: inexact results have their last bit set, so that rounding them again to a format two or
// more bits shorter gives what rounding the f64 value would have given.
CULVERT_INLINE F32x NarrowToOdd(F64x a) {
  F32x nearest = __builtin_convertvector(a, F32x);
  F64x back = __builtin_convertvector(nearest, F64x);
  I32x above = __builtin_convertvector(Absolute(back) > Absolute(a), I32x);
  I32x inexact = __builtin_convertvector(back != a, I32x);
  U32x bits = Bits<U32x>(nearest);
  U32x odd = (bits - (Bits<U32x>(above) & 1u)) | 1u;
  return Bits<F32x>(Select((inexact != 0) & (nearest == nearest), odd, bits));
}

// Subnormals of the format to zeros of the same sign.
CULVERT_INLINE U32x FlushF16(U32x a) { return Select((a & 0x7c00u) == 0, a & 0x8000u, a); }
CULVERT_INLINE U32x FlushBf16(U32x a) { return Select((a & 0x7f80u) == 0, a & 0x8000u, a); }

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_SOFT_HALF_H_
