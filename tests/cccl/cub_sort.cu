// CUB's device-wide sorts: radix (keys, pairs, doubles), merge with a comparator, segmented.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

struct LastDigitFirst {
  __host__ __device__ bool operator()(uint32_t a, uint32_t b) const {
    return a % 10 != b % 10 ? a % 10 < b % 10 : a < b;
  }
};

int main() {
  const int n = 50021;
  std::vector<uint32_t> keys(n);
  std::vector<int> index(n);
  for (int i = 0; i < n; ++i) keys[i] = check::Hash32(uint32_t(i)), index[i] = i;
  std::vector<uint32_t> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  check::Device<uint32_t> in(keys), out(n);
  check::Device<int> values(index), moved(n);

  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceRadixSort::SortKeys(temporary, bytes, in.get(), out.get(), n);
  });
  check::Equal("radix sort of keys", out.Get(), sorted);

  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceRadixSort::SortPairsDescending(temporary, bytes, in.get(), out.get(), values.get(), moved.get(),
                                                     n);
  });
  check::Equal("radix sort of pairs, keys", out.Get(), std::vector<uint32_t>(sorted.rbegin(), sorted.rend()));
  std::vector<int> order = moved.Get();
  for (int i = 0; i < n; ++i) EXPECT(keys[order[i]] == sorted[n - 1 - i]);

  std::vector<double> reals(n);
  for (int i = 0; i < n; ++i) reals[i] = (double(keys[i]) - 2e9) / 3;
  check::Device<double> real_in(reals), real_out(n);
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceRadixSort::SortKeys(temporary, bytes, real_in.get(), real_out.get(), n);
  });
  std::sort(reals.begin(), reals.end());
  check::Equal("radix sort of doubles", real_out.Get(), reals);

  check::Device<uint32_t> merged(keys);
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceMergeSort::SortKeys(temporary, bytes, merged.get(), n, LastDigitFirst());
  });
  std::vector<uint32_t> want = keys;
  std::sort(want.begin(), want.end(), LastDigitFirst());
  check::Equal("merge sort", merged.Get(), want);

  std::vector<int> offsets;
  for (int at = 0; at < n; at += 700) offsets.push_back(at);
  offsets.push_back(n);
  const int segments = int(offsets.size()) - 1;
  check::Device<int> device_offsets(offsets);
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceSegmentedSort::SortKeys(temporary, bytes, in.get(), out.get(), n, segments, device_offsets.get(),
                                              device_offsets.get() + 1);
  });
  want = keys;
  for (int s = 0; s < segments; ++s) std::sort(want.begin() + offsets[s], want.begin() + offsets[s + 1]);
  check::Equal("segmented sort", out.Get(), want);
  return check::Finish("cub_sort");
}
