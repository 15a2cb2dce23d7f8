#include "tests/isa/generator/random.h"

namespace culvert::gen {
namespace {

// A float of the format with `exponent_bits` and `fraction_bits`, of which everything interesting is likely.
uint64_t Float(Random& random, int exponent_bits, int fraction_bits) {
  uint64_t sign = random.Below(2), exponent_max = (1u << exponent_bits) - 1, bias = exponent_max / 2;
  uint64_t fraction_max = (uint64_t{1} << fraction_bits) - 1;
  uint64_t exponent = 0, fraction = 0;
  switch (random.Below(8)) {
    case 0:  // zero, subnormal
      fraction = random.Chance(40) ? 0 : random.Next() & fraction_max;
      break;
    case 1:  // infinity, NaN
      exponent = exponent_max;
      fraction = random.Chance(60) ? 0 : random.Next() & fraction_max;
      break;
    case 2:  // small integers and halves
      exponent = bias + random.Below(8);
      fraction = (random.Next() & 7) << (fraction_bits - 3);
      break;
    case 3:  // edges of the range
      exponent = random.Chance(50) ? 1 + random.Below(3) : exponent_max - 1 - random.Below(3);
      fraction = random.Chance(50) ? fraction_max : random.Next() & fraction_max;
      break;
    default:
      exponent = bias - 6 + random.Below(14);
      fraction = random.Next() & fraction_max;
      if (random.Chance(25)) fraction &= ~uint64_t{0} << random.Below(static_cast<uint32_t>(fraction_bits));
      break;
  }
  return sign << (exponent_bits + fraction_bits) | exponent << fraction_bits | (fraction & fraction_max);
}

}  // namespace

uint64_t EdgeValue(Random& random, int bits) {
  uint64_t mask = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  uint64_t value = 0;
  switch (random.Below(8)) {
    case 0:
      value = random.Below(20) - uint64_t{10};
      break;
    case 1:  // a power of two and its neighbours
      value = (uint64_t{1} << random.Below(static_cast<uint32_t>(bits))) + random.Below(3) - 1;
      break;
    case 2:  // runs of ones
      value = (mask >> random.Below(static_cast<uint32_t>(bits))) & (mask << random.Below(static_cast<uint32_t>(bits)));
      break;
    case 3:
    case 4:
    case 5:
      if (bits == 64) {
        value = random.Chance(60) ? Float(random, 11, 52) : Float(random, 8, 23) << 32 | Float(random, 8, 23);
      } else if (bits == 32) {
        uint64_t kind = random.Below(4);
        value = kind == 0   ? Float(random, 5, 10) << 16 | Float(random, 5, 10)
                : kind == 1 ? Float(random, 8, 7) << 16 | Float(random, 8, 7)
                            : Float(random, 8, 23);
      } else {
        value = random.Chance(50) ? Float(random, 5, 10) : Float(random, 8, 7);
      }
      break;
    default:
      value = random.Next();
      break;
  }
  return value & mask;
}

}  // namespace culvert::gen
