// Handlers: logic, shifts, bit fields, byte permutation, dot products of bytes. PTX ISA 9.7.1 (popc, clz, bfind, fns,
// brev, bfe, bfi, szext, bmsk, dp4a, dp2a) and 9.7.8 (logic and shift).
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_BITS_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_BITS_H_

#include "runtime/npu/interp/define_handlers.h"
#include "runtime/npu/interp/handlers_integer.h"

namespace culvert::npu {
namespace {

// Logic.
CULVERT_BINARY(AND_I32, U32x, U32x, U32x, a& b)
CULVERT_BINARY(AND_I64, U64x, U64x, U64x, a& b)
CULVERT_BINARY(OR_I32, U32x, U32x, U32x, a | b)
CULVERT_BINARY(OR_I64, U64x, U64x, U64x, a | b)
CULVERT_BINARY(XOR_I32, U32x, U32x, U32x, a ^ b)
CULVERT_BINARY(XOR_I64, U64x, U64x, U64x, a ^ b)
CULVERT_UNARY(NOT_I32, U32x, U32x, ~a)
CULVERT_UNARY(NOT_I64, U64x, U64x, ~a)
CULVERT_UNARY(CNOT_I32, U32x, U32x, Bits<U32x>(a == 0) & 1u)
CULVERT_UNARY(CNOT_I64, U64x, U64x, Bits<U64x>(a == 0) & uint64_t{1})

// `choice` ? a : b, bit by bit.
CULVERT_INLINE U32x Mux(U32x choice, U32x a, U32x b) { return b ^ (choice & (a ^ b)); }
CULVERT_INLINE U32x Lop3(U32x a, U32x b, U32x c, uint32_t table) {
  U32x rows[4];  // the table's columns for (a, b) = row
#pragma clang loop unroll(full)
  for (int row = 0; row < 4; ++row) {
    uint32_t zero = 0u - ((table >> (2 * row)) & 1u), one = 0u - ((table >> (2 * row + 1)) & 1u);
    rows[row] = (c & (zero ^ one)) ^ zero;
  }
  return Mux(a, Mux(b, rows[3], rows[2]), Mux(b, rows[1], rows[0]));
}
CULVERT_TERNARY(LOP3_I32, U32x, U32x, U32x, U32x, Lop3(a, b, c, ip->x))

// Shifts: amounts beyond the width act as the width.
template <typename V>
CULVERT_INLINE V ShiftLeft(V a, V amount) {
  constexpr unsigned kWidth = sizeof(V) / kLanes * 8;
  return Select(amount < kWidth, a << (amount & (kWidth - 1)), V{});
}
template <typename V>
CULVERT_INLINE V ShiftRight(V a, V amount) {
  constexpr unsigned kWidth = sizeof(V) / kLanes * 8;
  return Select(amount < kWidth, a >> (amount & (kWidth - 1)), V{});
}
template <typename S, typename V>
CULVERT_INLINE V ShiftRightSigned(V a, V amount) {
  constexpr unsigned kWidth = sizeof(V) / kLanes * 8;
  return Bits<V>(Bits<S>(a) >> Bits<S>(Min(amount, Splat<V>(kWidth - 1))));
}
CULVERT_BINARY(SHL_I32, U32x, U32x, U32x, ShiftLeft(a, b))
CULVERT_BINARY(SHL_I64, U64x, U64x, U32x, ShiftLeft(a, Convert<U64x>(b)))
CULVERT_BINARY(SHR_S32, U32x, U32x, U32x, ShiftRightSigned<I32x>(a, b))
CULVERT_BINARY(SHR_U32, U32x, U32x, U32x, ShiftRight(a, b))
CULVERT_BINARY(SHR_S64, U64x, U64x, U32x, ShiftRightSigned<I64x>(a, Convert<U64x>(b)))
CULVERT_BINARY(SHR_U64, U64x, U64x, U32x, ShiftRight(a, Convert<U64x>(b)))

// Funnel shifts of b:a; `amount` is 0 to 32.
CULVERT_INLINE U64x Funnel(U32x a, U32x b) { return Convert<U64x>(a) | (Convert<U64x>(b) << 32); }
CULVERT_INLINE U32x FunnelLeft(U32x a, U32x b, U32x amount) {
  return Convert<U32x>((Funnel(a, b) << Convert<U64x>(amount)) >> 32);
}
CULVERT_INLINE U32x FunnelRight(U32x a, U32x b, U32x amount) {
  return Convert<U32x>(Funnel(a, b) >> Convert<U64x>(amount));
}
CULVERT_TERNARY(SHF_L_WRAP, U32x, U32x, U32x, U32x, FunnelLeft(a, b, c & 31u))
CULVERT_TERNARY(SHF_L_CLAMP, U32x, U32x, U32x, U32x, FunnelLeft(a, b, Min(c, Splat<U32x>(32))))
CULVERT_TERNARY(SHF_R_WRAP, U32x, U32x, U32x, U32x, FunnelRight(a, b, c & 31u))
CULVERT_TERNARY(SHF_R_CLAMP, U32x, U32x, U32x, U32x, FunnelRight(a, b, Min(c, Splat<U32x>(32))))

// Counting.
template <typename V>
CULVERT_INLINE V CountOnes(V a) {  // pairs, nibbles, bytes, then all bytes into the lowest
  a -= (a >> 1) & Splat<V>(0x5555555555555555);
  a = (a & Splat<V>(0x3333333333333333)) + ((a >> 2) & Splat<V>(0x3333333333333333));
  a = (a + (a >> 4)) & Splat<V>(0x0f0f0f0f0f0f0f0f);
  a += a >> 8;
  a += a >> 16;
  if constexpr (sizeof(V) == sizeof(U64x)) a += a >> 32;
  return a & Splat<V>(0x7f);
}
template <typename V>
CULVERT_INLINE V CountLeadingZeros(V a) {
  V smeared = a | (a >> 1);
  smeared |= smeared >> 2;
  smeared |= smeared >> 4;
  smeared |= smeared >> 8;
  smeared |= smeared >> 16;
  if constexpr (sizeof(V) == sizeof(U64x)) smeared |= smeared >> 32;
  return CountOnes(~smeared);
}
CULVERT_UNARY(POPC_32, U32x, U32x, CountOnes(a))
CULVERT_UNARY(POPC_64, U32x, U64x, Convert<U32x>(CountOnes(a)))
CULVERT_UNARY(CLZ_32, U32x, U32x, CountLeadingZeros(a))
CULVERT_UNARY(CLZ_64, U32x, U64x, Convert<U32x>(CountLeadingZeros(a)))
CULVERT_UNARY(BREV_32, U32x, U32x, __builtin_elementwise_bitreverse(a))
CULVERT_UNARY(BREV_64, U64x, U64x, __builtin_elementwise_bitreverse(a))

// bfind: position of the highest set bit, or with .shiftamt its distance from the top; all ones if there is none.
template <typename V>
CULVERT_INLINE U32x FindHighest(V a, bool shift_amount) {
  constexpr unsigned kWidth = sizeof(V) / kLanes * 8;
  U32x zeros = Convert<U32x>(CountLeadingZeros(a));
  return Select(zeros == kWidth, ~U32x{}, shift_amount ? zeros : kWidth - 1 - zeros);
}
CULVERT_UNARY(BFIND_S32, U32x, U32x, FindHighest(a ^ Bits<U32x>(Bits<I32x>(a) >> 31), ip->x & 1))
CULVERT_UNARY(BFIND_U32, U32x, U32x, FindHighest(a, ip->x & 1))
CULVERT_UNARY(BFIND_S64, U32x, U64x, FindHighest(a ^ Bits<U64x>(Bits<I64x>(a) >> 63), ip->x & 1))
CULVERT_UNARY(BFIND_U64, U32x, U64x, FindHighest(a, ip->x & 1))

// Bit fields. Position and length are 0 to 255.
template <typename V>
CULVERT_INLINE V LowOnes(V length) {
  return ~ShiftLeft(~V{}, length);
}
template <typename V>
CULVERT_INLINE V ExtractField(V a, V position, V length) {
  return ShiftRight(a, position) & LowOnes(length);
}
template <typename S, typename V>
CULVERT_INLINE V ExtractFieldSigned(V a, V position, V length) {
  constexpr unsigned kWidth = sizeof(V) / kLanes * 8;
  V field = ShiftRightSigned<S>(a, position);
  V above = (kWidth - Min(length, Splat<V>(kWidth))) & (kWidth - 1);  // length 0 is handled below
  V result = Bits<V>(Bits<S>(field << above) >> Bits<S>(above));
  return Select(length == 0, V{}, result);
}
template <typename V>
CULVERT_INLINE V InsertField(V a, V b, V position, V length) {
  V field = ShiftLeft(LowOnes(length), position);
  return (b & ~field) | (ShiftLeft(a, position) & field);
}
template <typename V>
CULVERT_INLINE V Byte(U32x a) {
  return Convert<V>(a & 0xffu);
}
CULVERT_TERNARY(BFE_S32, U32x, U32x, U32x, U32x, ExtractFieldSigned<I32x>(a, Byte<U32x>(b), Byte<U32x>(c)))
CULVERT_TERNARY(BFE_U32, U32x, U32x, U32x, U32x, ExtractField(a, Byte<U32x>(b), Byte<U32x>(c)))
CULVERT_TERNARY(BFE_S64, U64x, U64x, U32x, U32x, ExtractFieldSigned<I64x>(a, Byte<U64x>(b), Byte<U64x>(c)))
CULVERT_TERNARY(BFE_U64, U64x, U64x, U32x, U32x, ExtractField(a, Byte<U64x>(b), Byte<U64x>(c)))
#define CULVERT_INSERT_FIELD(NAME, V)                                                               \
  struct NAME {                                                                                     \
    CULVERT_RUN {                                                                                   \
      V a = Load<V>(window, ip->a), b = Load<V>(window, ip->b);                                     \
      V position = Byte<V>(Load<U32x>(window, ip->c)), length = Byte<V>(Load<U32x>(window, ip->x)); \
      Store<kFull>(window, ip->dst, mask, InsertField(a, b, position, length));                     \
      CULVERT_DISPATCH(ip + 1);                                                                     \
    }                                                                                               \
  };
CULVERT_INSERT_FIELD(BFI_I32, U32x)
CULVERT_INSERT_FIELD(BFI_I64, U64x)

// fns: the n-th set bit of the mask, counted from bit `base` (itself included) upwards (offset > 0) or downwards.
CULVERT_INLINE uint32_t FindNthSet(uint32_t bits, uint32_t base, int32_t offset) {
  if (base > 31) return ~0u;
  if (offset == 0) return (bits >> base) & 1u ? base : ~0u;
  uint32_t count = offset > 0 ? static_cast<uint32_t>(offset) : 0u - static_cast<uint32_t>(offset);
  bits &= offset > 0 ? ~0u << base : ~0u >> (31 - base);
  while (bits != 0) {
    uint32_t position = offset > 0 ? __builtin_ctz(bits) : 31 - __builtin_clz(bits);
    if (--count == 0) return position;
    bits ^= 1u << position;
  }
  return ~0u;
}
CULVERT_INLINE U32x FindNthSets(U32x bits, U32x base, U32x offset) {
  uint32_t lanes[3][kLanes];
  std::memcpy(lanes[0], &bits, sizeof(bits));
  std::memcpy(lanes[1], &base, sizeof(base));
  std::memcpy(lanes[2], &offset, sizeof(offset));
#pragma clang loop unroll(disable) vectorize(disable)
  for (int i = 0; i < kLanes; ++i)
    lanes[0][i] = FindNthSet(lanes[0][i], lanes[1][i], static_cast<int32_t>(lanes[2][i]));
  std::memcpy(&bits, lanes[0], sizeof(bits));
  return bits;
}
CULVERT_TERNARY(FNS, U32x, U32x, U32x, U32x, FindNthSets(a, b, c))

// bmsk: `b` ones from bit `a` on.
CULVERT_INLINE U32x MaskWrapped(U32x position, U32x width) { return ShiftLeft(LowOnes(width & 31u), position & 31u); }
CULVERT_INLINE U32x MaskClamped(U32x position, U32x width) { return ShiftLeft(LowOnes(width), position); }
CULVERT_BINARY(BMSK_CLAMP, U32x, U32x, U32x, MaskClamped(a, b))
CULVERT_BINARY(BMSK_WRAP, U32x, U32x, U32x, MaskWrapped(a, b))

// szext: the low b bits of a, sign- or zero-extended.
CULVERT_BINARY(SZEXT_CLAMP_S32, U32x, U32x, U32x, ExtractFieldSigned<I32x>(a, U32x{}, b))
CULVERT_BINARY(SZEXT_WRAP_S32, U32x, U32x, U32x, ExtractFieldSigned<I32x>(a, U32x{}, b & 31u))
CULVERT_BINARY(SZEXT_CLAMP_U32, U32x, U32x, U32x, a& LowOnes(b))
CULVERT_BINARY(SZEXT_WRAP_U32, U32x, U32x, U32x, a& LowOnes(b & 31u))

// prmt. The other modes are the index mode with a selector that depends on the low two bits of c.
inline constexpr uint16_t kPermuteSelectors[6][4] = {
    {0x3210, 0x4321, 0x5432, 0x6543},  // f4e
    {0x5670, 0x6701, 0x7012, 0x0123},  // b4e
    {0x0000, 0x1111, 0x2222, 0x3333},  // rc8
    {0x3210, 0x3211, 0x3222, 0x3333},  // ecl
    {0x0000, 0x1110, 0x2210, 0x3210},  // ecr
    {0x1010, 0x3232, 0x1010, 0x3232},  // rc16
};
CULVERT_INLINE U32x Permute(U32x a, U32x b, U32x c, uint16_t mode) {
  if (mode != 0 && mode <= 6) {
    const uint16_t* selectors = kPermuteSelectors[mode - 1];
    U32x low = c & 3u;
    c = Select(low == 0, Splat<U32x>(selectors[0]),
               Select(low == 1, Splat<U32x>(selectors[1]),
                      Select(low == 2, Splat<U32x>(selectors[2]), Splat<U32x>(selectors[3]))));
  }
  U32x result{};
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; ++i) {
    U32x selector = c >> (4 * i);
    U32x word = Select((selector & 4u) != 0, b, a);
    U32x byte = (word >> ((selector & 3u) * 8)) & 0xffu;
    U32x sign = Bits<U32x>(Bits<I32x>(byte << 24) >> 31) & 0xffu;
    result |= Select((selector & 8u) != 0, sign, byte) << (8 * i);
  }
  return result;
}
CULVERT_TERNARY(PRMT, U32x, U32x, U32x, U32x, Permute(a, b, c, ip->x))

// Dot products. Element `index` of `bits` bits, extended to 32.
CULVERT_INLINE U32x Element(U32x a, int index, int bits, bool is_signed) {
  U32x top = a << (32 - bits * (index + 1));
  return is_signed ? Bits<U32x>(Bits<I32x>(top) >> (32 - bits)) : top >> (32 - bits);
}
CULVERT_INLINE U32x Dot4(U32x a, U32x b, U32x c, uint16_t x) {
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; ++i) c += Element(a, i, 8, x & 1) * Element(b, i, 8, x & 2);
  return c;
}
CULVERT_INLINE U32x Dot2(U32x a, U32x b, U32x c, uint16_t x) {
  if (x & 4) b >>= 16;
#pragma clang loop unroll(full)
  for (int i = 0; i < 2; ++i) c += Element(a, i, 16, x & 1) * Element(b, i, 8, x & 2);
  return c;
}
CULVERT_TERNARY(DP4A, U32x, U32x, U32x, U32x, Dot4(a, b, c, ip->x))
CULVERT_TERNARY(DP2A, U32x, U32x, U32x, U32x, Dot2(a, b, c, ip->x))

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_BITS_H_
