// CUB's sorts of segments: radix and by size of the segment.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

int main() {
  const int segments = 90;
  std::vector<int> offsets = {0};
  for (int s = 0; s < segments; ++s)
    offsets.push_back(offsets.back() + int(check::Hash32(s + 5) % (s % 30 == 0 ? 5000 : 90)));
  const int n = offsets.back();
  std::vector<int> keys = check::Random<int>(n, 51, -500, 500), index(n);
  for (int i = 0; i < n; ++i) index[i] = i;
  std::vector<int> order = index;
  for (int s = 0; s < segments; ++s) {
    std::stable_sort(order.begin() + offsets[s], order.begin() + offsets[s + 1],
                     [&](int a, int b) { return keys[a] < keys[b]; });
  }
  check::Device<int> in(keys), out(n), values(index), moved(n), device_offsets(offsets);
  RUN_CUB(cub::DeviceSegmentedRadixSort::SortPairs, in.get(), out.get(), values.get(), moved.get(), n, segments,
          device_offsets.get(), device_offsets.get() + 1);
  check::Equal("radix", moved.Get(), order);
  RUN_CUB(cub::DeviceSegmentedSort::StableSortPairs, in.get(), out.get(), values.get(), moved.get(), n, segments,
          device_offsets.get(), device_offsets.get() + 1);
  check::Equal("by comparison", moved.Get(), order);
  return check::Finish("cub_segmented_sort");
}
