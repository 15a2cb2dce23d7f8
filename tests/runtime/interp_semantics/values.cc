// Test values: for each kind of operand, half of the time a special value or a neighbour of one.
#include <iterator>

#include "tests/runtime/interp_semantics/harness.h"

namespace culvert::npu::semantics {
namespace {

template <typename T, size_t kCount>
T Pick(const T (&values)[kCount], std::mt19937_64* random) {
  return values[(*random)() % kCount];
}

// `bits` random bits of which the lower part is 100...0, a tie for a format that ends above it, or a neighbour of that.
uint64_t NearTie(int bits, std::mt19937_64* random) {
  int dropped = (*random)() % (bits - 1) + 1;
  return ((*random)() >> (64 - bits) >> dropped << dropped | uint64_t{1} << (dropped - 1)) + (*random)() % 3 - 1;
}

uint64_t Integer(int bits, std::mt19937_64* random) {
  uint64_t value = (*random)();
  switch ((*random)() % 7) {
    case 0:
      value = (*random)() % 5 - 2;
      break;  // around 0
    case 1:
      value = (uint64_t{1} << (bits - 1)) + (*random)() % 5 - 2;
      break;  // around the signed limits
    case 2:
      value = (uint64_t{1} << ((*random)() % bits)) + (*random)() % 3 - 1;
      break;  // around powers of two
    case 3:
      value >>= (*random)() % 64;
      break;
    case 4:
      value = NearTie(bits, random);
      break;
    default:
      break;
  }
  return bits == 64 ? value : value & 0xffffffffu;
}

uint64_t Small(std::mt19937_64* random) {
  switch ((*random)() % 8) {
    case 0:
      return Integer(32, random);
    case 1:
      return 0xffffffffu - (*random)() % 40;  // small negative
    case 2:
      return (*random)() % 300;
    default:
      return (*random)() % 70;
  }
}

// One value of a floating-point format given by its widths.
uint64_t Float(int exponent_bits, int fraction_bits, std::mt19937_64* random) {
  uint64_t infinity = ((uint64_t{1} << exponent_bits) - 1) << fraction_bits,
           sign = infinity + (uint64_t{1} << fraction_bits);
  uint64_t bias = (uint64_t{1} << (exponent_bits - 1)) - 1, one = bias << fraction_bits,
           unit = uint64_t{1} << fraction_bits;
  const uint64_t kSpecial[] = {0,
                               1,
                               2,
                               unit - 1,
                               unit,
                               unit + 1,
                               one - 1,
                               one,
                               one + 1,
                               one + unit,
                               one - unit,
                               infinity - 1,
                               infinity,
                               infinity + 1,
                               infinity | unit >> 1,
                               infinity | (unit - 1)};
  uint64_t value = (*random)() & (sign | (sign - 1));
  switch ((*random)() % 9) {
    case 0:
    case 1:
      value = Pick(kSpecial, random);
      break;
    case 2:
      value = (*random)() % unit;
      break;   // subnormal
    case 3: {  // a few bits set around 1: exact and tie cases
      uint64_t exponent = bias + (*random)() % 66 - 33;
      if (exponent >= (uint64_t{1} << exponent_bits) - 1) exponent = bias;
      value = exponent << fraction_bits | ((*random)() & (unit - 1) & ~(unit - 1) >> ((*random)() % 6)) % unit;
      if ((*random)() % 2) value = (value & ~(unit - 1)) | (((*random)() % 64) << (fraction_bits - 6) & (unit - 1));
      break;
    }
    case 4:
      value = one + (*random)() % (8 * unit) - 4 * unit;
      break;  // ordinary magnitudes
    case 5:
      value = (bias - fraction_bits) * unit * ((*random)() % 2) + (*random)() % (4 * unit);
      break;  // near underflow
    case 6:
      value = (value & ~(unit - 1)) | (NearTie(fraction_bits, random) & (unit - 1));
      break;
    case 7:
      value = (one + ((*random)() % 8 - 4) * unit) | (NearTie(fraction_bits, random) & (unit - 1));
      break;  // near 1
    default:
      break;
  }
  if ((*random)() % 2) value ^= sign;
  return value & (sign | (sign - 1));
}

// f32 and f64 around the limits of integers and around halves of small ones.
uint64_t F32(std::mt19937_64* random) {
  if ((*random)() % 4 != 0) return Float(8, 23, random);
  const float kAround[] = {0x1p31f, 0x1p32f, 0x1p63f, 0x1p64f,  0x1p24f,  0.5f,     1.5f,
                           2.5f,    126.0f,  128.0f,  65504.0f, 65520.0f, 0x1p-24f, 0x1p-14f};
  uint32_t bits = __builtin_bit_cast(uint32_t, Pick(kAround, random)) + (*random)() % 5 - 2;
  return (*random)() % 2 ? bits : bits ^ 0x80000000u;
}
uint64_t F64(std::mt19937_64* random) {
  if ((*random)() % 4 != 0) return Float(11, 52, random);
  const double kAround[] = {0x1p31,    0x1p32,   0x1p63,        0x1p64,         0x1p53,   0.5,
                            1.5,       2.5,      0x1.fffffp127, 0x1.ffffffp127, 0x1p-126, 0x1p-149,
                            0x1p-150,  65504.0,  65520.0,       0x1p-24,        0x1p-25,  0x1.004p0,
                            0x1.002p0, 0x1.01p0, 2147483647.5,  4294967295.5};
  uint64_t bits = __builtin_bit_cast(uint64_t, Pick(kAround, random)) + (*random)() % 5 - 2;
  if ((*random)() % 4 == 0) bits = (bits & ~uint64_t{0x1fffffff}) | ((*random)() % 3 - 1 + 0x10000000);  // ties of f32
  return (*random)() % 2 ? bits : bits ^ 0x8000000000000000u;
}
uint64_t Half(bool bf16, std::mt19937_64* random) {
  if ((*random)() % 2) return (*random)() & 0xffff;
  return bf16 ? Float(8, 7, random) : Float(5, 10, random);
}

}  // namespace

uint64_t RandomValue(char type, std::mt19937_64* random) {
  switch (type) {
    case 'w':
      return Integer(32, random);
    case 'd':
      return Integer(64, random);
    case 's':
      return Small(random);
    case 'f':
      return F32(random);
    case 'F':
      return F64(random);
    case 'h':
      return Half(false, random);
    case 'H':
      return Half(false, random) | Half(false, random) << 16;
    case 'b':
      return Half(true, random);
    case 'B':
      return Half(true, random) | Half(true, random) << 16;
  }
  return 0;
}

}  // namespace culvert::npu::semantics
