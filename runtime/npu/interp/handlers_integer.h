// Handlers: moves, width changes, integer arithmetic. PTX ISA 9.7.1 (integer), 9.7.2 (extended precision), 9.7.9 (mov).
// Arithmetic wraps: it is done on unsigned vectors, whatever the type of the operation.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_INTEGER_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_INTEGER_H_

#include "runtime/npu/interp/define_handlers.h"

namespace culvert::npu {
namespace {

// Value conversion lane by lane (integer to integer: wraps or extends by the source's sign).
template <typename To, typename From>
CULVERT_INLINE To Convert(From from) {
  return __builtin_convertvector(from, To);
}
template <typename V>
CULVERT_INLINE V Splat(uint64_t value) {
  return V{} + static_cast<decltype(V{}[0] + 0)>(value);
}

// Moves.
struct NOP {
  CULVERT_RUN { CULVERT_DISPATCH(ip + 1); }
};
CULVERT_UNARY(MOV32, U32x, U32x, a)
CULVERT_UNARY(MOV64, U64x, U64x, a)
struct SELP32 {
  CULVERT_RUN {
    U32x a = Load<U32x>(window, ip->a), b = Load<U32x>(window, ip->b);
    Store<kFull>(window, ip->dst, mask, SelectMask(LoadPredicate(window, ip->c), a, b));
    CULVERT_DISPATCH(ip + 1);
  }
};
struct SELP64 {
  CULVERT_RUN {
    U64x a = Load<U64x>(window, ip->a), b = Load<U64x>(window, ip->b);
    Store<kFull>(window, ip->dst, mask, SelectMask(LoadPredicate(window, ip->c), a, b));
    CULVERT_DISPATCH(ip + 1);
  }
};

// Predicates.
#define CULVERT_PREDICATE(NAME, ...)                             \
  struct NAME {                                                  \
    CULVERT_RUN {                                                \
      StorePredicate<kFull>(window, ip->dst, mask, __VA_ARGS__); \
      CULVERT_DISPATCH(ip + 1);                                  \
    }                                                            \
  };
CULVERT_PREDICATE(MOVP, LoadPredicate(window, ip->a))
CULVERT_PREDICATE(LDIP, static_cast<uint32_t>(ip->imm))
CULVERT_PREDICATE(ANDP, LoadPredicate(window, ip->a) & LoadPredicate(window, ip->b))
CULVERT_PREDICATE(ORP, LoadPredicate(window, ip->a) | LoadPredicate(window, ip->b))
CULVERT_PREDICATE(XORP, LoadPredicate(window, ip->a) ^ LoadPredicate(window, ip->b))
CULVERT_PREDICATE(NOTP, ~LoadPredicate(window, ip->a))
CULVERT_PREDICATE(ANDNP, LoadPredicate(window, ip->a) & ~LoadPredicate(window, ip->b))

// Width changes.
CULVERT_UNARY(EXT_S8, I32x, I32x, (a << 24) >> 24)
CULVERT_UNARY(EXT_U8, U32x, U32x, a & 0xffu)
CULVERT_UNARY(EXT_S16, I32x, I32x, (a << 16) >> 16)
CULVERT_UNARY(EXT_U16, U32x, U32x, a & 0xffffu)
CULVERT_UNARY(SEXT32_64, I64x, I32x, Convert<I64x>(a))
CULVERT_UNARY(ZEXT32_64, U64x, U32x, Convert<U64x>(a))
CULVERT_UNARY(TRUNC64_32, U32x, U64x, Convert<U32x>(a))
CULVERT_UNARY(HIGH64_32, U32x, U64x, Convert<U32x>(a >> 32))
CULVERT_BINARY(PACK64, U64x, U32x, U32x, Convert<U64x>(a) | (Convert<U64x>(b) << 32))

template <typename V>
CULVERT_INLINE V Min(V a, V b) {
  return Select(a < b, a, b);
}
template <typename V>
CULVERT_INLINE V Max(V a, V b) {
  return Select(a > b, a, b);
}
CULVERT_INLINE U32x ClampSigned(I64x a, int64_t low, int64_t high) {
  return Convert<U32x>(Max(Min(a, I64x{} + high), I64x{} + low));
}
CULVERT_INLINE U32x ClampUnsigned(U64x a, uint64_t high) { return Convert<U32x>(Min(a, U64x{} + high)); }
CULVERT_UNARY(CLAMP_S64_S32, U32x, I64x, ClampSigned(a, INT32_MIN, INT32_MAX))
CULVERT_UNARY(CLAMP_S64_U32, U32x, I64x, ClampSigned(a, 0, UINT32_MAX))
CULVERT_UNARY(CLAMP_U64_S32, U32x, U64x, ClampUnsigned(a, INT32_MAX))
CULVERT_UNARY(CLAMP_U64_U32, U32x, U64x, ClampUnsigned(a, UINT32_MAX))

// Addition, multiplication.
CULVERT_BINARY(ADD_I32, U32x, U32x, U32x, a + b)
CULVERT_BINARY(ADD_I64, U64x, U64x, U64x, a + b)
CULVERT_BINARY(SUB_I32, U32x, U32x, U32x, a - b)
CULVERT_BINARY(SUB_I64, U64x, U64x, U64x, a - b)
CULVERT_BINARY(MUL_LO_I32, U32x, U32x, U32x, a* b)
CULVERT_BINARY(MUL_LO_I64, U64x, U64x, U64x, a* b)
CULVERT_TERNARY(MAD_LO_I32, U32x, U32x, U32x, U32x, a* b + c)
CULVERT_TERNARY(MAD_LO_I64, U64x, U64x, U64x, U64x, a* b + c)

CULVERT_INLINE U64x WideUnsigned(U32x a, U32x b) { return Convert<U64x>(a) * Convert<U64x>(b); }
CULVERT_INLINE U64x WideSigned(I32x a, I32x b) { return Bits<U64x>(Convert<I64x>(a) * Convert<I64x>(b)); }
CULVERT_BINARY(MUL_WIDE_S32, U64x, I32x, I32x, WideSigned(a, b))
CULVERT_BINARY(MUL_WIDE_U32, U64x, U32x, U32x, WideUnsigned(a, b))
CULVERT_TERNARY(MAD_WIDE_S32, U64x, I32x, I32x, U64x, WideSigned(a, b) + c)
CULVERT_TERNARY(MAD_WIDE_U32, U64x, U32x, U32x, U64x, WideUnsigned(a, b) + c)
CULVERT_BINARY(MUL_HI_S32, U32x, I32x, I32x, Convert<U32x>(WideSigned(a, b) >> 32))
CULVERT_BINARY(MUL_HI_U32, U32x, U32x, U32x, Convert<U32x>(WideUnsigned(a, b) >> 32))

CULVERT_INLINE U64x HighUnsigned(U64x a, U64x b) {
  U64x a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
  U64x low = a0 * b0;
  U64x middle = a1 * b0 + (low >> 32);
  U64x cross = a0 * b1 + (middle & 0xffffffffu);
  return a1 * b1 + (middle >> 32) + (cross >> 32);
}
CULVERT_INLINE U64x HighSigned(U64x a, U64x b) {
  U64x a_negative = Bits<U64x>(Bits<I64x>(a) < 0), b_negative = Bits<U64x>(Bits<I64x>(b) < 0);
  return HighUnsigned(a, b) - (a_negative & b) - (b_negative & a);
}
CULVERT_BINARY(MUL_HI_S64, U64x, U64x, U64x, HighSigned(a, b))
CULVERT_BINARY(MUL_HI_U64, U64x, U64x, U64x, HighUnsigned(a, b))

CULVERT_INLINE U64x Product24Signed(I32x a, I32x b) { return WideSigned((a << 8) >> 8, (b << 8) >> 8); }
CULVERT_INLINE U64x Product24Unsigned(U32x a, U32x b) { return WideUnsigned(a & 0xffffffu, b & 0xffffffu); }
CULVERT_BINARY(MUL24_LO_S32, U32x, I32x, I32x, Convert<U32x>(Product24Signed(a, b)))
CULVERT_BINARY(MUL24_HI_S32, U32x, I32x, I32x, Convert<U32x>(Product24Signed(a, b) >> 16))
CULVERT_BINARY(MUL24_LO_U32, U32x, U32x, U32x, Convert<U32x>(Product24Unsigned(a, b)))
CULVERT_BINARY(MUL24_HI_U32, U32x, U32x, U32x, Convert<U32x>(Product24Unsigned(a, b) >> 16))

CULVERT_TERNARY(SAD_S32, U32x, U32x, U32x, U32x, Select(Bits<I32x>(a) < Bits<I32x>(b), b - a, a - b) + c)
CULVERT_TERNARY(SAD_U32, U32x, U32x, U32x, U32x, Select(a < b, b - a, a - b) + c)
CULVERT_TERNARY(SAD_S64, U64x, U64x, U64x, U64x, Select(Bits<I64x>(a) < Bits<I64x>(b), b - a, a - b) + c)
CULVERT_TERNARY(SAD_U64, U64x, U64x, U64x, U64x, Select(a < b, b - a, a - b) + c)

CULVERT_BINARY(MIN_S32, I32x, I32x, I32x, Min(a, b))
CULVERT_BINARY(MIN_U32, U32x, U32x, U32x, Min(a, b))
CULVERT_BINARY(MIN_S64, I64x, I64x, I64x, Min(a, b))
CULVERT_BINARY(MIN_U64, U64x, U64x, U64x, Min(a, b))
CULVERT_BINARY(MAX_S32, I32x, I32x, I32x, Max(a, b))
CULVERT_BINARY(MAX_U32, U32x, U32x, U32x, Max(a, b))
CULVERT_BINARY(MAX_S64, I64x, I64x, I64x, Max(a, b))
CULVERT_BINARY(MAX_U64, U64x, U64x, U64x, Max(a, b))
CULVERT_UNARY(NEG_I32, U32x, U32x, 0u - a)
CULVERT_UNARY(NEG_I64, U64x, U64x, uint64_t{0} - a)
CULVERT_UNARY(ABS_I32, U32x, U32x, Select(Bits<I32x>(a) < 0, 0u - a, a))
CULVERT_UNARY(ABS_I64, U64x, U64x, Select(Bits<I64x>(a) < 0, uint64_t{0} - a, a))
CULVERT_BINARY(ADD_SAT_S32, I32x, I32x, I32x, __builtin_elementwise_add_sat(a, b))
CULVERT_BINARY(SUB_SAT_S32, I32x, I32x, I32x, __builtin_elementwise_sub_sat(a, b))

// Division never traps: lanes that are off may hold anything. Divisor 0 gives all ones, remainder a. 32-bit quotients
// are exact in double: an error of 2^-53 relative cannot reach over the 1/b between a quotient and the next integer.
CULVERT_INLINE U32x Quotient(U32x a, U32x b) {
  U32x divisor = Select(b == 0, U32x{} + 1u, b);
  F64x quotient = Convert<F64x>(a) / Convert<F64x>(divisor);
  return Select(b == 0, ~U32x{}, Bits<U32x>(Convert<U32x>(quotient)));
}
CULVERT_INLINE U64x Quotient(U64x a, U64x b) {
  U64x divisor = Select(b == 0, U64x{} + uint64_t{1}, b);
  return Select(b == 0, ~U64x{}, a / divisor);
}
template <typename U, typename S>
CULVERT_INLINE U QuotientSigned(U a, U b) {
  U a_sign = Bits<U>(Bits<S>(a) < 0), b_sign = Bits<U>(Bits<S>(b) < 0), sign = a_sign ^ b_sign;
  U quotient = Quotient((a ^ a_sign) - a_sign, (b ^ b_sign) - b_sign);
  return Select(b == 0, ~U{}, (quotient ^ sign) - sign);
}
CULVERT_BINARY(DIV_S32, U32x, U32x, U32x, QuotientSigned<U32x, I32x>(a, b))
CULVERT_BINARY(DIV_U32, U32x, U32x, U32x, Quotient(a, b))
CULVERT_BINARY(DIV_S64, U64x, U64x, U64x, QuotientSigned<U64x, I64x>(a, b))
CULVERT_BINARY(DIV_U64, U64x, U64x, U64x, Quotient(a, b))
CULVERT_BINARY(REM_S32, U32x, U32x, U32x, a - QuotientSigned<U32x, I32x>(a, b) * b)
CULVERT_BINARY(REM_U32, U32x, U32x, U32x, a - Quotient(a, b) * b)
CULVERT_BINARY(REM_S64, U64x, U64x, U64x, a - QuotientSigned<U64x, I64x>(a, b) * b)
CULVERT_BINARY(REM_U64, U64x, U64x, U64x, a - Quotient(a, b) * b)

// Extended precision. The flag of a lane is a predicate; SUB* keep a borrow.
template <typename V>
CULVERT_INLINE V FlagAsOne(uint32_t flags) {
  return SelectMask(flags, Splat<V>(1), V{});
}
template <typename V>
struct WithFlag {
  V value;
  uint32_t flag;
};
template <typename V>
CULVERT_INLINE WithFlag<V> AddWithCarry(V a, V b, uint32_t carry) {
  V sum = a + b, result = sum + FlagAsOne<V>(carry);
  return {result, Compress((sum < a) | (result < sum))};
}
template <typename V>
CULVERT_INLINE WithFlag<V> SubWithBorrow(V a, V b, uint32_t borrow) {
  V difference = a - b, one = FlagAsOne<V>(borrow);
  return {difference - one, Compress((a < b) | (difference < one))};
}
#define CULVERT_EXTENDED(NAME, V, FUNCTION, FLAG_IN, FLAG_OUT)                                          \
  struct NAME {                                                                                         \
    CULVERT_RUN {                                                                                       \
      WithFlag<V> result = FUNCTION(Load<V>(window, ip->a), Load<V>(window, ip->b), FLAG_IN);           \
      Store<kFull>(window, ip->dst, mask, result.value);                                                \
      if (FLAG_OUT != bytecode::kNoOperand) StorePredicate<kFull>(window, FLAG_OUT, mask, result.flag); \
      CULVERT_DISPATCH(ip + 1);                                                                         \
    }                                                                                                   \
  };
CULVERT_EXTENDED(ADD_CC_I32, U32x, AddWithCarry, 0, ip->c)
CULVERT_EXTENDED(ADD_CC_I64, U64x, AddWithCarry, 0, ip->c)
CULVERT_EXTENDED(ADDC_I32, U32x, AddWithCarry, LoadPredicate(window, ip->c), ip->x)
CULVERT_EXTENDED(ADDC_I64, U64x, AddWithCarry, LoadPredicate(window, ip->c), ip->x)
CULVERT_EXTENDED(SUB_CC_I32, U32x, SubWithBorrow, 0, ip->c)
CULVERT_EXTENDED(SUB_CC_I64, U64x, SubWithBorrow, 0, ip->c)
CULVERT_EXTENDED(SUBC_I32, U32x, SubWithBorrow, LoadPredicate(window, ip->c), ip->x)
CULVERT_EXTENDED(SUBC_I64, U64x, SubWithBorrow, LoadPredicate(window, ip->c), ip->x)

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_INTEGER_H_
