// Thrust's sorts: with comparators, by key, stable, of tuples through zip iterators.
#include <thrust/device_vector.h>
#include <thrust/functional.h>
#include <thrust/iterator/zip_iterator.h>
#include <thrust/sort.h>
#include <thrust/tuple.h>

#include <algorithm>

#include "cub_check.h"

struct ByLowDigit {
  __host__ __device__ bool operator()(int a, int b) const { return a % 10 < b % 10; }
};

template <typename T>
std::vector<T> Host(const thrust::device_vector<T>& data) {
  std::vector<T> values(data.size());
  thrust::copy(data.begin(), data.end(), values.begin());
  return values;
}

int main() {
  for (int n : {0, 1, 100, 30011}) {
    std::vector<int> values = check::Random<int>(n, 101, 0, 100000);
    thrust::device_vector<int> device(values.begin(), values.end());
    thrust::stable_sort(device.begin(), device.end(), ByLowDigit());
    std::vector<int> want = values;
    std::stable_sort(want.begin(), want.end(), ByLowDigit());
    check::Equal("stable by digit", Host(device), want);
    thrust::sort(device.begin(), device.end(), thrust::greater<int>());
    std::sort(want.begin(), want.end(), std::greater<int>());
    check::Equal("descending", Host(device), want);
    EXPECT(thrust::is_sorted(device.begin(), device.end(), thrust::greater<int>()));

    std::vector<int> keys = check::Random<int>(n, 102, 0, 50), index(n);
    for (int i = 0; i < n; ++i) index[i] = i;
    thrust::device_vector<int> device_keys(keys.begin(), keys.end()), device_index(index.begin(), index.end());
    thrust::stable_sort_by_key(device_keys.begin(), device_keys.end(), device_index.begin());
    std::vector<int> order = index;
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return keys[a] < keys[b]; });
    check::Equal("by key", Host(device_index), order);

    device_keys.assign(keys.begin(), keys.end()), device_index.assign(index.begin(), index.end());
    auto pairs = thrust::make_zip_iterator(thrust::make_tuple(device_keys.begin(), device_index.begin()));
    thrust::sort(pairs, pairs + n);
    check::Equal("of tuples", Host(device_index), order);
  }
  return check::Finish("thrust_sort");
}
