// Thrust's scans and reductions, by key, with transformations.
#include <thrust/device_vector.h>
#include <thrust/extrema.h>
#include <thrust/inner_product.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/transform_reduce.h>

#include <algorithm>
#include <numeric>

#include "cub_check.h"

template <typename T>
std::vector<T> Host(const thrust::device_vector<T>& data) {
  std::vector<T> values(data.size());
  thrust::copy(data.begin(), data.end(), values.begin());
  return values;
}
struct Collatz {
  __host__ __device__ int operator()(int n) const {
    int steps = 0;
    for (unsigned long long x = n; x > 1; ++steps) x = x % 2 == 0 ? x / 2 : 3 * x + 1;
    return steps;
  }
};

int main() {
  const int n = 20011;
  std::vector<int> keys(n), values = check::Random<int>(n, 111, -9, 10);
  for (int i = 0; i < n; ++i) keys[i] = i / (1 + i % 7 == 3 ? 2 : 11);
  thrust::device_vector<int> device_keys(keys.begin(), keys.end()), device(values.begin(), values.end()), out(n),
      heads(n);
  thrust::exclusive_scan_by_key(device_keys.begin(), device_keys.end(), device.begin(), out.begin(), 100);
  std::vector<int> want(n);
  for (int i = 0; i < n; ++i) want[i] = i > 0 && keys[i] == keys[i - 1] ? want[i - 1] + values[i - 1] : 100;
  check::Equal("exclusive by key", Host(out), want);
  auto ends = thrust::reduce_by_key(device_keys.begin(), device_keys.end(), device.begin(), heads.begin(), out.begin());
  std::vector<int> sums;
  for (int i = 0; i < n; ++i) {
    if (i == 0 || keys[i] != keys[i - 1]) sums.push_back(0);
    sums.back() += values[i];
  }
  EXPECT_EQ(ends.second - out.begin(), sums.size());
  std::vector<int> got = Host(out);
  got.resize(sums.size());
  check::Equal("sums by key", got, sums);
  thrust::inclusive_scan(device.begin(), device.end(), out.begin(), thrust::maximum<int>());
  for (int i = 0; i < n; ++i) want[i] = i == 0 ? values[0] : std::max(want[i - 1], values[i]);
  check::Equal("running maximum", Host(out), want);
  EXPECT_EQ(thrust::inner_product(device.begin(), device.end(), device_keys.begin(), 0LL),
            std::inner_product(values.begin(), values.end(), keys.begin(), 0LL));
  int longest = thrust::transform_reduce(thrust::counting_iterator<int>(1), thrust::counting_iterator<int>(n),
                                         Collatz(), 0, thrust::maximum<int>());
  int host_longest = 0;
  for (int i = 1; i < n; ++i) host_longest = std::max(host_longest, Collatz()(i));
  EXPECT_EQ(longest, host_longest);
  auto extremes = thrust::minmax_element(device.begin(), device.end());
  EXPECT_EQ(extremes.first - device.begin(), std::min_element(values.begin(), values.end()) - values.begin());
  EXPECT_EQ(int(*extremes.second), *std::max_element(values.begin(), values.end()));
  return check::Finish("thrust_reductions");
}
