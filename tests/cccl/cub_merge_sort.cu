// CUB's merge sort: stable, by comparison, of structures.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

struct Item {
  int group, serial;
  double weight;
};
struct ByGroup {
  __host__ __device__ bool operator()(const Item& a, const Item& b) const { return a.group < b.group; }
};

int main() {
  for (int n : {1, 32, 500, 20011}) {
    std::vector<Item> items(n);
    for (int i = 0; i < n; ++i) items[i] = {int(check::Hash32(i) % 17), i, i * 0.5};
    check::Device<Item> device(items);
    RUN_CUB(cub::DeviceMergeSort::StableSortKeys, device.get(), n, ByGroup());
    std::stable_sort(items.begin(), items.end(), ByGroup());
    std::vector<Item> got = device.Get();
    for (int i = 0; i < n; ++i) {
      EXPECT(got[i].group == items[i].group && got[i].serial == items[i].serial && got[i].weight == items[i].weight);
    }
    std::vector<unsigned short> keys = check::Random<unsigned short>(n, 3, 0, 300);
    std::vector<int> values(n);
    for (int i = 0; i < n; ++i) values[i] = i;
    check::Device<unsigned short> device_keys(keys);
    check::Device<int> device_values(values);
    RUN_CUB(cub::DeviceMergeSort::StableSortPairs, device_keys.get(), device_values.get(), n, cuda::std::greater<>());
    std::stable_sort(values.begin(), values.end(), [&](int a, int b) { return keys[a] > keys[b]; });
    check::Equal("values", device_values.Get(), values);
  }
  return check::Finish("cub_merge_sort");
}
