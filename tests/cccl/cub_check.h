// check.h and CUB's two-step protocol: ask for the bytes of temporary storage, then run.
#ifndef TESTS_CCCL_CUB_CHECK_H_
#define TESTS_CCCL_CUB_CHECK_H_

#include "check.h"

namespace check {
template <typename Algorithm>
void WithTemporary(Algorithm algorithm) {
  size_t bytes = 0;
  CHECK_CUDA(algorithm(nullptr, bytes));
  Device<char> temporary(bytes == 0 ? 1 : bytes);
  CHECK_CUDA(algorithm(temporary.get(), bytes));
  CHECK_LAUNCH();
}

// The sizes that algorithms are tried with: nothing, around a warp, around a block, many blocks with a rest.
inline std::vector<int> Sizes() { return {0, 1, 31, 33, 256, 1025, 60007}; }

// `count` values in [low, high), the same each time.
template <typename T>
std::vector<T> Random(int count, uint32_t seed, long long low, long long high) {
  std::vector<T> values(count);
  for (int i = 0; i < count; ++i) {
    uint64_t bits = uint64_t(Hash32(seed * 7919 + uint32_t(i))) << 32 | Hash32(uint32_t(i) ^ (seed << 16));
    values[i] = T(low + (long long)(bits % uint64_t(high - low)));
  }
  return values;
}

// The first `count` elements.
template <typename T>
std::vector<T> Front(const Device<T>& data, size_t count) {
  std::vector<T> values = data.Get();
  values.resize(count);
  return values;
}
}  // namespace check

// RUN_CUB(cub::DeviceReduce::Sum, in, out, n)
#define RUN_CUB(function, ...) \
  check::WithTemporary([&](void* temporary_, size_t& bytes_) { return function(temporary_, bytes_, __VA_ARGS__); })

#endif  // TESTS_CCCL_CUB_CHECK_H_
