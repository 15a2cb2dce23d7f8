// Lanes: one register slot as a vector value, and how handlers read and write slots. Included only by handler files,
// which are compiled once per instruction set; everything is therefore internal to the including file (no symbol may be
// shared between two instruction sets).
#ifndef CULVERT_RUNTIME_NPU_INTERP_LANES_H_
#define CULVERT_RUNTIME_NPU_INTERP_LANES_H_

#include <cstdint>
#include <cstring>

#include "include/culvert/bytecode.h"

namespace culvert::npu {
namespace {

inline constexpr int kLanes = 32;

// 32 lanes of one type. Operators, comparisons (lane masks of all ones), __builtin_convertvector and
// __builtin_elementwise_* work on them; how many host registers one takes is the compiler's business.
using I8x = int8_t __attribute__((vector_size(32)));
using U8x = uint8_t __attribute__((vector_size(32)));
using U16x = uint16_t __attribute__((vector_size(64)));
using I16x = int16_t __attribute__((vector_size(64)));
using U32x = uint32_t __attribute__((vector_size(128)));
using I32x = int32_t __attribute__((vector_size(128)));
using F32x = float __attribute__((vector_size(128)));
using U64x = uint64_t __attribute__((vector_size(256)));
using I64x = int64_t __attribute__((vector_size(256)));
using F64x = double __attribute__((vector_size(256)));
using BoolX = bool __attribute__((ext_vector_type(32)));

#define CULVERT_INLINE __attribute__((always_inline)) inline

// The value of a slot, seen as the type wanted (32-bit types: one slot, 64-bit types: two).
template <typename V>
CULVERT_INLINE V Load(const uint8_t* window, uint16_t slot) {
  V value;
  std::memcpy(&value, __builtin_assume_aligned(window + uint32_t{slot} * bytecode::kSlotBytes, 64), sizeof(V));
  return value;
}

template <typename To, typename From>
CULVERT_INLINE To Bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, from);
}

// One bit per lane, from and to lane masks.
CULVERT_INLINE BoolX Expand(uint32_t mask) { return __builtin_bit_cast(BoolX, mask); }
CULVERT_INLINE uint32_t Compress(BoolX lanes) { return __builtin_bit_cast(uint32_t, lanes); }
template <typename V>
CULVERT_INLINE uint32_t Compress(V lanes) {  // of a comparison's result
  return __builtin_bit_cast(uint32_t, __builtin_convertvector(lanes != V{}, BoolX));
}
// take ? a : b per lane, of a comparison's result.
template <typename V, typename M>
CULVERT_INLINE V Select(M take, V a, V b) {
  return take ? a : b;
}
template <typename V>
CULVERT_INLINE V SelectMask(uint32_t mask, V a, V b) {
  if constexpr (sizeof(V) == sizeof(I32x)) {
    return __builtin_convertvector(Expand(mask), I32x) != 0 ? a : b;
  } else {
    return __builtin_convertvector(Expand(mask), I64x) != 0 ? a : b;
  }
}

// Writes a slot. kFull: every lane; otherwise lanes outside `mask` keep their value. (A warp's registers belong to one
// thread, so reading and writing back other lanes is no race.)
template <bool kFull, typename V>
CULVERT_INLINE void Store(uint8_t* window, uint16_t slot, uint32_t mask, V value) {
  uint8_t* target = window + uint32_t{slot} * bytecode::kSlotBytes;
  if constexpr (!kFull) {
    value = SelectMask(mask, value, Load<V>(window, slot));
  }
  std::memcpy(__builtin_assume_aligned(target, 64), &value, sizeof(V));
}

CULVERT_INLINE uint32_t LoadPredicate(const uint8_t* window, uint16_t index) {
  uint32_t value;
  std::memcpy(&value, window + uint32_t{index} * 4, 4);
  return value;
}
template <bool kFull>
CULVERT_INLINE void StorePredicate(uint8_t* window, uint16_t index, uint32_t mask, uint32_t value) {
  if constexpr (!kFull) value = (value & mask) | (LoadPredicate(window, index) & ~mask);
  std::memcpy(window + uint32_t{index} * 4, &value, 4);
}

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_LANES_H_
