// What the integer half of the reference shares: C++ types for PTX types, and evaluators made from functions on them.
// Private to integer*.cc, extended.cc, logic.cc and bits.cc.
#ifndef CULVERT_TESTS_ISA_REFERENCE_INTEGER_LANES_H_
#define CULVERT_TESTS_ISA_REFERENCE_INTEGER_LANES_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tests/isa/reference/reference.h"

namespace culvert::isa {

// Twice as wide as T and of T's signedness, at least 64 bits: holds every product, and every sum of a product and a T.
template <typename T>
using Wide = std::conditional_t<sizeof(T) == 8, std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>,
                                std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

template <typename T>
inline constexpr int kBits = 8 * static_cast<int>(sizeof(T));

// The pattern of a value in a Batch: zero-extended from the width of T.
template <typename T>
constexpr uint64_t PatternOf(T value) {
  return static_cast<std::make_unsigned_t<T>>(value);
}

// All ones where `condition`, else zero: for selecting without a branch.
constexpr uint64_t MaskIf(bool condition) { return uint64_t{0} - static_cast<uint64_t>(condition); }

inline bool OneOf(Ty type, std::initializer_list<Ty> set) {
  for (Ty candidate : set) {
    if (candidate == type) return true;
  }
  return false;
}
inline bool IsSigned(Ty type) { return OneOf(type, {Ty::kS16, Ty::kS32, Ty::kS64}); }
inline bool IsUnsigned(Ty type) { return OneOf(type, {Ty::kU16, Ty::kU32, Ty::kU64}); }
inline bool IsUntyped(Ty type) { return OneOf(type, {Ty::kB16, Ty::kB32, Ty::kB64}); }
inline bool IsInteger(Ty type) { return IsSigned(type) || IsUnsigned(type); }

// The instructions of one file: FindX looks its mnemonic up here.
struct Instruction {
  std::string_view mnemonic;
  std::optional<Evaluator> (*find)(OpcodeName name);
};
template <size_t kCount>
std::optional<Evaluator> FindIn(const Instruction (&instructions)[kCount], OpcodeName name) {
  for (const Instruction& instruction : instructions) {
    if (instruction.mnemonic == name.mnemonic()) return instruction.find(std::move(name));
  }
  return std::nullopt;
}

// Takes the last modifier of `name`, which must be a type; nullopt if there is none or other modifiers are left.
inline std::optional<Ty> OnlyType(OpcodeName& name) {
  std::optional<Ty> type = name.TakeType();
  return name.Empty() ? type : std::nullopt;
}

// f(T{}) with the C++ integer type that holds a PTX type; untyped and floating-point patterns are unsigned.
template <typename F>
Evaluator WithType(Ty type, F f) {
  if (type == Ty::kS16) return f(int16_t{});
  if (type == Ty::kS32) return f(int32_t{});
  if (type == Ty::kS64) return f(int64_t{});
  if (BitsOf(type) == 16) return f(uint16_t{});
  if (BitsOf(type) == 32) return f(uint32_t{});
  return f(uint64_t{});
}

// kSources operands of `type`, held in T, and a result of it; the value of f is cut to T.
template <typename T, int kSources, typename F>
Evaluator Uniform(Ty type, F f) {
  return {.results = {type},
          .sources = std::vector<Ty>(kSources, type),
          .compute = EachLane<kSources>(
              [f](auto... patterns) { return PatternOf(static_cast<T>(f(static_cast<T>(patterns)...))); })};
}

// Operands of 32 bits that hold several values each, T for one of them: f on the values of each place.
template <typename T, int kSources, typename F>
Evaluator Packed(Ty type, F f) {
  static_assert(sizeof(T) <= 2);
  return {.results = {type},
          .sources = std::vector<Ty>(kSources, type),
          .compute = EachLane<kSources>([f](auto... patterns) {
            uint64_t result = 0;
            for (int at = 0; at < 32; at += kBits<T>) {
              result |= PatternOf(static_cast<T>(f(static_cast<T>(patterns >> at)...))) << at;
            }
            return result;
          })};
}

// f(T{}) with the C++ integer type of one value of a packed type.
template <typename F>
Evaluator WithElement(Ty type, F f) {
  if (type == Ty::kU8x4) return f(uint8_t{});
  if (type == Ty::kS8x4) return f(int8_t{});
  return type == Ty::kU16x2 ? f(uint16_t{}) : f(int16_t{});
}
inline bool IsPacked(Ty type) { return OneOf(type, {Ty::kU16x2, Ty::kS16x2, Ty::kU8x4, Ty::kS8x4}); }

// bits.cc: counting, fields, shifts and permutes; part of FindLogic.
std::optional<Evaluator> FindBits(OpcodeName name);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_REFERENCE_INTEGER_LANES_H_
