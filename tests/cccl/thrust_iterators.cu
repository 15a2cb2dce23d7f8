// Thrust's iterators and compactions: permutation, transform, discard; gather, scatter, partition, remove, copy_if.
#include <thrust/copy.h>
#include <thrust/count.h>
#include <thrust/device_vector.h>
#include <thrust/gather.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/permutation_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/partition.h>
#include <thrust/reduce.h>
#include <thrust/remove.h>
#include <thrust/scatter.h>
#include <thrust/transform.h>

#include <algorithm>

#include "cub_check.h"

struct Odd {
  __host__ __device__ bool operator()(int x) const { return x % 2 != 0; }
};
struct Negate {
  __host__ __device__ int operator()(int x) const { return -x; }
};

template <typename Iterator>
std::vector<int> Host(Iterator begin, Iterator end) {
  std::vector<int> values(end - begin);
  thrust::copy(begin, end, values.begin());
  return values;
}

int main() {
  const int n = 25013;
  std::vector<int> values = check::Random<int>(n, 131, 0, 1000), map(n), want(n);
  for (int i = 0; i < n; ++i) map[i] = int((long long)i * 9973 % n);
  thrust::device_vector<int> in(values.begin(), values.end()), places(map.begin(), map.end()), out(n);
  thrust::gather(places.begin(), places.end(), in.begin(), out.begin());
  for (int i = 0; i < n; ++i) want[i] = values[map[i]];
  check::Equal("gather", Host(out.begin(), out.end()), want);
  thrust::scatter(in.begin(), in.end(), places.begin(), out.begin());
  for (int i = 0; i < n; ++i) want[map[i]] = values[i];
  check::Equal("scatter", Host(out.begin(), out.end()), want);
  auto permuted = thrust::make_permutation_iterator(in.begin(), places.begin());
  auto negated = thrust::make_transform_iterator(permuted, Negate());
  long long sum = 0;
  for (int i = 0; i < n; ++i) sum -= values[i];
  EXPECT_EQ(thrust::reduce(negated, negated + n, 0LL), sum);
  thrust::transform(in.begin(), in.end(), thrust::counting_iterator<int>(0), out.begin(), thrust::multiplies<int>());
  for (int i = 0; i < n; ++i) want[i] = values[i] * i;
  check::Equal("transform", Host(out.begin(), out.end()), want);
  auto end = thrust::copy_if(in.begin(), in.end(), out.begin(), Odd());
  std::vector<int> odd, even;
  for (int v : values) (Odd()(v) ? odd : even).push_back(v);
  check::Equal("copy if", Host(out.begin(), end), odd);
  EXPECT_EQ(thrust::count_if(in.begin(), in.end(), Odd()), odd.size());
  thrust::device_vector<int> work = in;
  auto middle = thrust::stable_partition(work.begin(), work.end(), Odd());
  check::Equal("partition, first", Host(work.begin(), middle), odd);
  check::Equal("partition, second", Host(middle, work.end()), even);
  work = in;
  check::Equal("remove", Host(work.begin(), thrust::remove_if(work.begin(), work.end(), Odd())), even);
  return check::Finish("thrust_iterators");
}
