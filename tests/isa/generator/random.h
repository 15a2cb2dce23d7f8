// The generator's own random numbers: the same on every machine and standard library.
#ifndef CULVERT_TESTS_ISA_GENERATOR_RANDOM_H_
#define CULVERT_TESTS_ISA_GENERATOR_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace culvert::gen {

class Random {  // SplitMix64
 public:
  // The seed is mixed first: the sequence of a seed must not be a part of the next one's.
  explicit Random(uint64_t seed) : state_(Mix(Mix(seed ^ 0x6b65726e656c73) + 0x1234567)) {}

  uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15u); }
  // 0 .. n-1
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>((Next() >> 32) * n >> 32); }
  // first .. last
  uint32_t Between(uint32_t first, uint32_t last) { return first + Below(last - first + 1); }
  bool Chance(uint32_t percent) { return Below(100) < percent; }
  template <typename T>
  const T& Of(const std::vector<T>& list) {
    return list[Below(static_cast<uint32_t>(list.size()))];
  }

 private:
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  uint64_t state_;
};

// A value of `bits` bits with more than its share of the edges of integers and of the float formats of that width.
uint64_t EdgeValue(Random& random, int bits);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_RANDOM_H_
