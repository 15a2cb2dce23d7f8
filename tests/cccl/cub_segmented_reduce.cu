// CUB's reductions of segments, empty ones among them.
#include <algorithm>
#include <cub/cub.cuh>
#include <numeric>

#include "cub_check.h"

int main() {
  const int segments = 700;
  std::vector<int> offsets = {0};
  for (int s = 0; s < segments; ++s)
    offsets.push_back(offsets.back() + int(check::Hash32(s) % (s % 50 == 0 ? 4000 : 60)));
  offsets[11] = offsets[10];  // nothing in segment 10
  const int n = offsets.back();
  std::vector<int> values = check::Random<int>(n, 41, -1000, 1000);
  check::Device<int> in(values), device_offsets(offsets), sums(segments), largest(segments);
  check::Device<cub::KeyValuePair<int, int>> smallest(segments);
  RUN_CUB(cub::DeviceSegmentedReduce::Sum, in.get(), sums.get(), segments, device_offsets.get(),
          device_offsets.get() + 1);
  RUN_CUB(cub::DeviceSegmentedReduce::Max, in.get(), largest.get(), segments, device_offsets.get(),
          device_offsets.get() + 1);
  RUN_CUB(cub::DeviceSegmentedReduce::ArgMin, in.get(), smallest.get(), segments, device_offsets.get(),
          device_offsets.get() + 1);
  std::vector<int> got_sums = sums.Get(), got_largest = largest.Get();
  std::vector<cub::KeyValuePair<int, int>> got_smallest = smallest.Get();
  for (int s = 0; s < segments; ++s) {
    auto begin = values.begin() + offsets[s], end = values.begin() + offsets[s + 1];
    EXPECT_EQ(got_sums[s], std::accumulate(begin, end, 0));
    if (begin == end) continue;
    EXPECT_EQ(got_largest[s], *std::max_element(begin, end));
    EXPECT_EQ(got_smallest[s].key, std::min_element(begin, end) - begin);
    EXPECT_EQ(got_smallest[s].value, *std::min_element(begin, end));
  }
  return check::Finish("cub_segmented_reduce");
}
