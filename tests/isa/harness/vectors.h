// Operand values: edges of each type, and random ones that fall near edges often.
#ifndef CULVERT_TESTS_ISA_HARNESS_VECTORS_H_
#define CULVERT_TESTS_ISA_HARNESS_VECTORS_H_

#include <cstdint>
#include <vector>

#include "tests/isa/reference/reference.h"

namespace culvert::isa {

// Small, fast and the same everywhere (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t bound) { return Next() % bound; }

 private:
  uint64_t state_;
};

// The lowest `bits` bits set, 1 to 64.
inline uint64_t MaskOf(int bits) { return ~uint64_t{0} >> (64 - bits); }

const std::vector<uint64_t>& Edges(Ty type);
uint64_t RandomValue(Ty type, Random& random);

// One vector per source, `count` lanes: combinations of edges first (all of them where they fit into two thirds), then
// random values, among them sources that are equal, opposite or close to each other.
std::vector<std::vector<uint64_t>> Operands(const std::vector<Ty>& types, size_t count, Random& random);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_HARNESS_VECTORS_H_
