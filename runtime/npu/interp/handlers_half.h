// Handlers: f16, bf16 and their packed pairs. PTX ISA 9.7.4 (half precision). Every operation is computed in f32 (fma:
// in f64) closely enough that rounding it to the format is its only effective rounding; see the operations.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_HALF_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_HALF_H_

#include "runtime/npu/interp/approx_lanes.h"
#include "runtime/npu/interp/define_handlers.h"
#include "runtime/npu/interp/float_lanes.h"
#include "runtime/npu/interp/soft_half.h"

namespace culvert::npu {
namespace {

// a * b + c rounded to odd in V, for a product that is exact in V: the error of the sum, computed exactly, moves it to
// its odd neighbour. Rounding that again to a format two or more bits shorter gives the correctly rounded result.
template <typename U, typename V>
CULVERT_INLINE V MultiplyAddToOdd(V a, V b, V c) {
  V product = a * b, sum = product + c, part = sum - product;
  V error = (product - (sum - part)) + (c - part);
  U bits = Bits<U>(sum), one = U{} + 1;
  U odd = Select((error > 0) == (sum > 0), bits + one, bits - one);
  auto adjust = ((error > 0) | (error < 0)) & ((bits & one) == 0);
  return Bits<V>(Select(adjust, odd, bits));
}

struct F16 {
  static CULVERT_INLINE F32x Widen(U32x a) { return F32FromF16(a); }
  static CULVERT_INLINE U32x Round(F32x a) { return F16FromF32(0, a); }
  static CULVERT_INLINE U32x Flush(U32x a) { return FlushF16(a); }
  static CULVERT_INLINE F32x MultiplyAdd(F32x a, F32x b, F32x c) { return MultiplyAddToOdd<U32x>(a, b, c); }
};
struct Bf16 {
  static CULVERT_INLINE F32x Widen(U32x a) { return F32FromBf16(a); }
  static CULVERT_INLINE U32x Round(F32x a) { return Bf16FromF32(0, a); }
  static CULVERT_INLINE U32x Flush(U32x a) { return FlushBf16(a); }
  static CULVERT_INLINE F32x MultiplyAdd(F32x a, F32x b, F32x c) {  // f32 has no room for the product's exponent
    return NarrowToOdd(MultiplyAddToOdd<U64x>(__builtin_convertvector(a, F64x), __builtin_convertvector(b, F64x),
                                              __builtin_convertvector(c, F64x)));
  }
};

// What out-of-bounds elements of a tensor are filled with when fma.oob is to treat them as zero. The ISA does not give
// its bits; these are the ones that tensor copies of sm_120 were seen to write (docs/npu.md, 3.5).
inline constexpr uint32_t kOutOfBoundsNan = 0x7ff7;

template <typename Format, typename Op>
CULVERT_INLINE U32x HalfElement(uint16_t x, U32x a, U32x b, U32x c) {
  U32x first = a, second = b, third = c;
  if (x & bytecode::kFtz) {
    first = Format::Flush(a);
    second = Format::Flush(b);
    third = Format::Flush(c);
  }
  F32x value = Op::template Run<Format>(x, Format::Widen(first), Format::Widen(second), Format::Widen(third));
  if (x & bytecode::kSat) value = Saturate(value);
  if (x & bytecode::kRelu) value = Select(value <= 0, F32x{}, value);
  U32x result = Format::Round(value);
  if (x & bytecode::kFtz) result = Format::Flush(result);
  if (x & bytecode::kOob) {
    result = Select((a == kOutOfBoundsNan) | (b == kOutOfBoundsNan) | (c == kOutOfBoundsNan), U32x{}, result);
  }
  return result;
}

// One or two elements of the format that x names.
template <typename Op>
CULVERT_INLINE U32x HalfOperation(uint16_t x, U32x a, U32x b, U32x c) {
  bool bf16 = (x & bytecode::kBf16) != 0;
  int elements = (x & bytecode::kF16x2) != 0 ? 2 : 1;
  U32x result{};
#pragma clang loop unroll(disable)
  for (int shift = 0; shift < 16 * elements; shift += 16) {
    U32x first = (a >> shift) & 0xffffu, second = (b >> shift) & 0xffffu, third = (c >> shift) & 0xffffu;
    result |= (bf16 ? HalfElement<Bf16, Op>(x, first, second, third) : HalfElement<F16, Op>(x, first, second, third))
              << shift;
  }
  return result;
}

// f32 has more than twice the bits of either format and two more, so rounding its sum, product or quotient once more is
// harmless.
struct HalfAdd {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x b, F32x) {
    return a + b;
  }
};
struct HalfSubtract {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x b, F32x) {
    return a - b;
  }
};
struct HalfMultiply {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x b, F32x) {
    return a * b;
  }
};
struct HalfReciprocal {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x, F32x) {
    return 1 / a;
  }
};
struct HalfMultiplyAdd {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x b, F32x c) {
    return Format::MultiplyAdd(a, b, c);
  }
};
struct HalfMinimum {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t x, F32x a, F32x b, F32x) {
    return Extremum<false>(x, a, b);
  }
};
struct HalfMaximum {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t x, F32x a, F32x b, F32x) {
    return Extremum<true>(x, a, b);
  }
};
template <bool kMaximum>
struct HalfExtremum3 {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t x, F32x a, F32x b, F32x c) {
    if (x & bytecode::kAbsInputs) {
      a = Absolute(a);
      b = Absolute(b);
      c = Absolute(c);
    }
    return Extremum<kMaximum>(x, Extremum<kMaximum>(x, a, b), c);
  }
};
struct HalfNegate {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x, F32x) {
    return Negate(a);
  }
};
struct HalfAbsolute {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x, F32x) {
    return Absolute(a);
  }
};
struct HalfExponential {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x, F32x) {
    return ApproximateExp2(a);
  }
};
struct HalfTanh {
  template <typename Format>
  static CULVERT_INLINE F32x Run(uint16_t, F32x a, F32x, F32x) {
    return ApproximateTanh(a);
  }
};

CULVERT_BINARY(HADD, U32x, U32x, U32x, HalfOperation<HalfAdd>(ip->x, a, b, b))
CULVERT_BINARY(HSUB, U32x, U32x, U32x, HalfOperation<HalfSubtract>(ip->x, a, b, b))
CULVERT_BINARY(HMUL, U32x, U32x, U32x, HalfOperation<HalfMultiply>(ip->x, a, b, b))
CULVERT_TERNARY(HFMA, U32x, U32x, U32x, U32x, HalfOperation<HalfMultiplyAdd>(ip->x, a, b, c))
CULVERT_BINARY(HMIN, U32x, U32x, U32x, HalfOperation<HalfMinimum>(ip->x, a, b, b))
CULVERT_BINARY(HMAX, U32x, U32x, U32x, HalfOperation<HalfMaximum>(ip->x, a, b, b))
CULVERT_TERNARY(HMIN3, U32x, U32x, U32x, U32x, HalfOperation<HalfExtremum3<false>>(ip->x, a, b, c))
CULVERT_TERNARY(HMAX3, U32x, U32x, U32x, U32x, HalfOperation<HalfExtremum3<true>>(ip->x, a, b, c))
CULVERT_UNARY(HNEG, U32x, U32x, HalfOperation<HalfNegate>(ip->x, a, a, a))
CULVERT_UNARY(HABS, U32x, U32x, HalfOperation<HalfAbsolute>(ip->x, a, a, a))
CULVERT_UNARY(HEX2, U32x, U32x, HalfOperation<HalfExponential>(ip->x, a, a, a))
CULVERT_UNARY(HTANH, U32x, U32x, HalfOperation<HalfTanh>(ip->x, a, a, a))
CULVERT_UNARY(HRCP, U32x, U32x, HalfOperation<HalfReciprocal>(ip->x, a, a, a))

// Comparisons.
CULVERT_INLINE uint32_t CompareFloats(uint16_t comparison, F32x a, F32x b) {
  switch (static_cast<bytecode::Compare>(comparison)) {
    case bytecode::Compare::kEq:
      return Compress(a == b);
    case bytecode::Compare::kNe:
      return Compress((a < b) | (a > b));
    case bytecode::Compare::kLt:
      return Compress(a < b);
    case bytecode::Compare::kLe:
      return Compress(a <= b);
    case bytecode::Compare::kGt:
      return Compress(a > b);
    case bytecode::Compare::kGe:
      return Compress(a >= b);
    case bytecode::Compare::kEqu:
      return ~Compress((a < b) | (a > b));
    case bytecode::Compare::kNeu:
      return Compress(a != b);
    case bytecode::Compare::kLtu:
      return ~Compress(a >= b);
    case bytecode::Compare::kLeu:
      return ~Compress(a > b);
    case bytecode::Compare::kGtu:
      return ~Compress(a <= b);
    case bytecode::Compare::kGeu:
      return ~Compress(a < b);
    case bytecode::Compare::kNum:
      return Compress((a == a) & (b == b));
    case bytecode::Compare::kNan:
      return Compress((a != a) | (b != b));
  }
  return 0;
}
template <typename Format>
CULVERT_INLINE uint32_t CompareHalves(uint16_t x, U32x a, U32x b) {
  if (x & bytecode::kHsetpFtz) {
    a = Format::Flush(a);
    b = Format::Flush(b);
  }
  return CompareFloats(x & 0x1f, Format::Widen(a), Format::Widen(b));
}
CULVERT_INLINE uint32_t CompareElements(uint16_t x, U32x a, U32x b) {
  return x & bytecode::kBf16 ? CompareHalves<Bf16>(x, a, b) : CompareHalves<F16>(x, a, b);
}
struct HSETP {
  CULVERT_RUN {
    U32x a = Load<U32x>(window, ip->a), b = Load<U32x>(window, ip->b);
    uint32_t low = CompareElements(ip->x, a & 0xffffu, b & 0xffffu);
    if ((ip->x & bytecode::kF16x2) != 0 && ip->c != bytecode::kNoOperand) {
      StorePredicate<kFull>(window, ip->c, mask, CompareElements(ip->x, a >> 16, b >> 16));
    }
    if (ip->dst != bytecode::kNoOperand) StorePredicate<kFull>(window, ip->dst, mask, low);
    CULVERT_DISPATCH(ip + 1);
  }
};

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_HALF_H_
