// Float lanes: what the floating-point handlers share: canonical NaNs, flushing, saturation, rounding modes, true fused
// multiply-add. The host's MXCSR is "round to nearest, no exceptions, no flushing" (0x1f80) whenever a handler begins.
#ifndef CULVERT_RUNTIME_NPU_INTERP_FLOAT_LANES_H_
#define CULVERT_RUNTIME_NPU_INTERP_FLOAT_LANES_H_

#include "include/culvert/bytecode.h"
#include "runtime/npu/interp/lanes.h"

namespace culvert::npu {
namespace {

CULVERT_INLINE F32x FloatBits(uint32_t bits) { return Bits<F32x>(U32x{} + bits); }
CULVERT_INLINE F64x DoubleBits(uint64_t bits) { return Bits<F64x>(U64x{} + bits); }

CULVERT_INLINE F32x Canonical(F32x a) { return Select(a != a, FloatBits(0x7fffffffu), a); }
CULVERT_INLINE F64x Canonical(F64x a) { return Select(a != a, DoubleBits(0x7fffffffffffffffu), a); }

CULVERT_INLINE F32x Absolute(F32x a) { return Bits<F32x>(Bits<U32x>(a) & 0x7fffffffu); }
CULVERT_INLINE F64x Absolute(F64x a) { return Bits<F64x>(Bits<U64x>(a) & 0x7fffffffffffffffu); }
CULVERT_INLINE F32x Negate(F32x a) { return Bits<F32x>(Bits<U32x>(a) ^ 0x80000000u); }
CULVERT_INLINE F64x Negate(F64x a) { return Bits<F64x>(Bits<U64x>(a) ^ 0x8000000000000000u); }
// Magnitude of a, sign of `sign`.
CULVERT_INLINE F32x CopySign(F32x a, F32x sign) {
  return Bits<F32x>((Bits<U32x>(a) & 0x7fffffffu) | (Bits<U32x>(sign) & 0x80000000u));
}
CULVERT_INLINE F64x CopySign(F64x a, F64x sign) {
  return Bits<F64x>((Bits<U64x>(a) & 0x7fffffffffffffffu) | (Bits<U64x>(sign) & 0x8000000000000000u));
}

// Subnormals to zeros of the same sign, if the instruction says so. (.ftz exists for 32 bits only.)
CULVERT_INLINE F32x Flush(F32x a) {
  U32x bits = Bits<U32x>(a);
  return Bits<F32x>(Select((bits & 0x7f800000u) == 0, bits & 0x80000000u, bits));
}
CULVERT_INLINE F32x FlushIf(uint16_t x, F32x a) { return x & bytecode::kFtz ? Flush(a) : a; }
CULVERT_INLINE F64x FlushIf(uint16_t, F64x a) { return a; }

// Clamps to [+0, 1]; NaN becomes +0.
template <typename V>
CULVERT_INLINE V Saturate(V a) {
  return Select(a > 0, Select(a < 1, a, V{} + 1), V{});
}

// Last step of an operation: what flags x do to its rounded result.
template <typename V>
CULVERT_INLINE V Finish(uint16_t x, V a) {
  a = FlushIf(x, a);
  return x & bytecode::kSat ? Saturate(a) : Canonical(a);
}

CULVERT_INLINE F32x FusedMultiplyAdd(F32x a, F32x b, F32x c) {
#ifdef __FMA__
  return __builtin_elementwise_fma(a, b, c);
#else
  float lanes[3][kLanes];
  std::memcpy(lanes[0], &a, sizeof(a));
  std::memcpy(lanes[1], &b, sizeof(b));
  std::memcpy(lanes[2], &c, sizeof(c));
#pragma clang loop unroll(disable) vectorize(disable)
  for (int i = 0; i < kLanes; ++i) lanes[0][i] = __builtin_fmaf(lanes[0][i], lanes[1][i], lanes[2][i]);
  std::memcpy(&a, lanes[0], sizeof(a));
  return a;
#endif
}
CULVERT_INLINE F64x FusedMultiplyAdd(F64x a, F64x b, F64x c) {
#ifdef __FMA__
  return __builtin_elementwise_fma(a, b, c);
#else
  double lanes[3][kLanes];
  std::memcpy(lanes[0], &a, sizeof(a));
  std::memcpy(lanes[1], &b, sizeof(b));
  std::memcpy(lanes[2], &c, sizeof(c));
#pragma clang loop unroll(disable) vectorize(disable)
  for (int i = 0; i < kLanes; ++i) lanes[0][i] = __builtin_fma(lanes[0][i], lanes[1][i], lanes[2][i]);
  std::memcpy(&a, lanes[0], sizeof(a));
  return a;
#endif
}

// Operations that round, for use with Rounded.
struct Add {
  template <typename V>
  static CULVERT_INLINE V Run(V a, V b, V) {
    return a + b;
  }
};
struct Subtract {
  template <typename V>
  static CULVERT_INLINE V Run(V a, V b, V) {
    return a - b;
  }
};
struct Multiply {
  template <typename V>
  static CULVERT_INLINE V Run(V a, V b, V) {
    return a * b;
  }
};
struct Divide {
  template <typename V>
  static CULVERT_INLINE V Run(V a, V b, V) {
    return a / b;
  }
};
struct Reciprocal {
  template <typename V>
  static CULVERT_INLINE V Run(V a, V, V) {
    return 1 / a;
  }
};
struct SquareRoot {
  template <typename V>
  static CULVERT_INLINE V Run(V a, V, V) {
    return __builtin_elementwise_sqrt(a);
  }
};
struct MultiplyAdd {
  template <typename V>
  static CULVERT_INLINE V Run(V a, V b, V c) {
    return FusedMultiplyAdd(a, b, c);
  }
};
struct Narrow {  // f64 to f32
  static CULVERT_INLINE F32x Run(F64x a, F64x, F64x) { return __builtin_convertvector(a, F32x); }
};

// Op::Run(a, b, c) in the rounding mode of x. The operands pass through memory that the mode switches pretend to
// change, and so does the result: that is what keeps the compiler from moving the operation out from between them.
template <typename Op, typename R, typename V>
CULVERT_INLINE R Rounded(uint16_t x, V a, V b, V c) {
  uint32_t mode = x & 3;
  if (mode == 0) return Op::Run(a, b, c);
  struct {
    V a, b, c;
  } operands = {a, b, c};
  uint32_t nearest = 0x1f80, control = nearest | ((0x9cu >> (2 * mode)) & 3u) << 13;  // rz 3, rm 1, rp 2
  asm volatile("ldmxcsr %1" : "+m"(operands) : "m"(control));
  R result = Op::Run(operands.a, operands.b, operands.c);
  asm volatile("ldmxcsr %1" : "+m"(result) : "m"(nearest));
  return result;
}

// Minimum and maximum with -0 < +0. One NaN operand gives the other operand.
template <typename V>
CULVERT_INLINE V Minimum(V a, V b) {
  using M = decltype(a < b);
  V equal = Bits<V>(Bits<M>(a) | Bits<M>(b));
  return Canonical(Select(a == b, equal, Select((a < b) | (b != b), a, b)));
}
template <typename V>
CULVERT_INLINE V Maximum(V a, V b) {
  using M = decltype(a < b);
  V equal = Bits<V>(Bits<M>(a) & Bits<M>(b));
  return Canonical(Select(a == b, equal, Select((a > b) | (b != b), a, b)));
}
// With the flags kNanIn, kXorSign of x.
template <bool kMaximum, typename V>
CULVERT_INLINE V Extremum(uint16_t x, V a, V b) {
  using M = decltype(a < b);
  M sign = Bits<M>(a) ^ Bits<M>(b);
  V first = a, second = b;
  if (x & bytecode::kXorSign) {
    first = Absolute(a);
    second = Absolute(b);
  }
  V result = kMaximum ? Maximum(first, second) : Minimum(first, second);
  if (x & bytecode::kNanIn) result = Canonical(Select((a != a) | (b != b), a + b, result));
  if (x & bytecode::kXorSign) result = Select(result != result, result, CopySign(result, Bits<V>(sign)));
  return result;
}

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_FLOAT_LANES_H_
