// Thrust on device vectors: sorts, reductions, scans, searches, set operations, partition.
#include <thrust/binary_search.h>
#include <thrust/count.h>
#include <thrust/device_vector.h>
#include <thrust/extrema.h>
#include <thrust/host_vector.h>
#include <thrust/inner_product.h>
#include <thrust/merge.h>
#include <thrust/partition.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/sequence.h>
#include <thrust/set_operations.h>
#include <thrust/sort.h>
#include <thrust/transform_reduce.h>
#include <thrust/unique.h>

#include <algorithm>
#include <numeric>

#include "check.h"

struct IsOdd {
  __host__ __device__ bool operator()(int x) const { return x % 2 != 0; }
};
struct Root {
  __host__ __device__ double operator()(int x) const { return sqrt(double(x)); }
};
struct DivideBy13 {
  __host__ __device__ int operator()(int x) const { return x / 13; }
};

std::vector<int> ToStd(const thrust::device_vector<int>& values) {
  thrust::host_vector<int> host = values;
  return std::vector<int>(host.begin(), host.end());
}

int main() {
  const int n = 30011;
  std::vector<int> host(n);
  for (int i = 0; i < n; ++i) host[i] = int(check::Hash32(uint32_t(i)) % 10000);
  const thrust::device_vector<int> values(host.begin(), host.end());
  std::vector<int> sorted = host;
  std::sort(sorted.begin(), sorted.end());

  thrust::device_vector<int> work = values;
  thrust::sort(work.begin(), work.end());
  check::Equal("sort", ToStd(work), sorted);
  std::vector<int> queries = {5, 777, 9999}, found(3);
  thrust::device_vector<int> device_queries(queries.begin(), queries.end()), positions(3);
  thrust::lower_bound(work.begin(), work.end(), device_queries.begin(), device_queries.end(), positions.begin());
  for (int i = 0; i < 3; ++i)
    found[i] = int(std::lower_bound(sorted.begin(), sorted.end(), queries[i]) - sorted.begin());
  check::Equal("lower_bound", ToStd(positions), found);
  work.erase(thrust::unique(work.begin(), work.end()), work.end());
  std::vector<int> unique = sorted;
  unique.erase(std::unique(unique.begin(), unique.end()), unique.end());
  check::Equal("unique", ToStd(work), unique);

  EXPECT_EQ(thrust::reduce(values.begin(), values.end()), std::accumulate(host.begin(), host.end(), 0));
  EXPECT_EQ(thrust::inner_product(values.begin(), values.end(), values.begin(), 0LL),
            std::inner_product(host.begin(), host.end(), host.begin(), 0LL));
  EXPECT_EQ(*thrust::max_element(values.begin(), values.end()), sorted.back());
  EXPECT_EQ(*thrust::min_element(values.begin(), values.end()), sorted.front());
  EXPECT_EQ(thrust::count_if(values.begin(), values.end(), IsOdd()), std::count_if(host.begin(), host.end(), IsOdd()));
  const double roots = thrust::transform_reduce(values.begin(), values.end(), Root(), 0.0, thrust::plus<double>());
  double want_roots = 0;
  for (int x : host) want_roots += std::sqrt(double(x));
  EXPECT(std::fabs(roots - want_roots) < 1e-9 * want_roots);

  work.resize(n);
  thrust::exclusive_scan(values.begin(), values.end(), work.begin(), 7);
  std::vector<int> sums(n, 7);
  for (int i = 1; i < n; ++i) sums[i] = sums[i - 1] + host[i - 1];
  check::Equal("exclusive_scan", ToStd(work), sums);

  thrust::device_vector<int> keys = values, order(n);
  thrust::sequence(order.begin(), order.end());
  thrust::stable_sort_by_key(keys.begin(), keys.end(), order.begin(), thrust::greater<int>());
  std::vector<int> want_order(n);
  std::iota(want_order.begin(), want_order.end(), 0);
  std::stable_sort(want_order.begin(), want_order.end(), [&](int a, int b) { return host[a] > host[b]; });
  check::Equal("stable_sort_by_key", ToStd(order), want_order);

  thrust::sequence(order.begin(), order.end());
  thrust::transform(order.begin(), order.end(), keys.begin(), DivideBy13());
  thrust::device_vector<int> ones(n, 1), unique_keys(n), counts(n);
  auto ends = thrust::reduce_by_key(keys.begin(), keys.end(), ones.begin(), unique_keys.begin(), counts.begin());
  EXPECT_EQ(ends.first - unique_keys.begin(), (n + 12) / 13);
  EXPECT_EQ(counts[5], 13);

  thrust::device_vector<int> threes(1000), twos(1500), merged(2500), common(1000);
  thrust::sequence(threes.begin(), threes.end(), 0, 3);
  thrust::sequence(twos.begin(), twos.end(), 0, 2);
  thrust::merge(threes.begin(), threes.end(), twos.begin(), twos.end(), merged.begin());
  const std::vector<int> merged_host = ToStd(merged);
  EXPECT(std::is_sorted(merged_host.begin(), merged_host.end()));
  EXPECT_EQ(
      thrust::set_intersection(threes.begin(), threes.end(), twos.begin(), twos.end(), common.begin()) - common.begin(),
      500);

  work = values;
  const auto middle = thrust::partition(work.begin(), work.end(), IsOdd());
  EXPECT_EQ(middle - work.begin(), std::count_if(host.begin(), host.end(), IsOdd()));
  const std::vector<int> parted = ToStd(work);
  EXPECT(std::is_partitioned(parted.begin(), parted.end(), IsOdd()));
  return check::Finish("thrust_algorithms");
}
