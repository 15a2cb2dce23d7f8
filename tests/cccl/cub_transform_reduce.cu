// CUB's reductions of transformed and composed values: TransformReduce, ArgMin with separate outputs, zipped inputs,
// structures that are larger than a register, segments whose ends are computed.
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/iterator/zip_iterator.h>

#include <algorithm>
#include <cub/cub.cuh>
#include <cuda/std/functional>
#include <cuda/std/tuple>

#include "cub_check.h"

struct Square {
  __host__ __device__ long long operator()(int x) const { return (long long)x * x; }
};

// Mean and sum of squared deviations, merged pairwise; counts make it exact to check.
struct Moments {
  long long count, sum, squares;
  int smallest, largest;
};
struct Merge {
  __host__ __device__ Moments operator()(const Moments& a, const Moments& b) const {
    return {a.count + b.count, a.sum + b.sum, a.squares + b.squares, a.smallest < b.smallest ? a.smallest : b.smallest,
            a.largest < b.largest ? b.largest : a.largest};
  }
};
struct Start {
  __host__ __device__ Moments operator()(int x) const { return {1, x, (long long)x * x, x, x}; }
};
struct Times {
  int size;
  __host__ __device__ int operator()(int i) const { return i * size; }
};
struct Product {
  template <typename Tuple>
  __host__ __device__ long long operator()(const Tuple& pair) const {
    return (long long)cuda::std::get<0>(pair) * cuda::std::get<1>(pair);
  }
};

int main() {
  for (int n : check::Sizes()) {
    std::vector<int> values = check::Random<int>(n, 181, -900, 900);
    check::Device<int> in(n + 1), least(1);
    check::Device<long long> out(1), place(1);
    in.Set(values);
    RUN_CUB(cub::DeviceReduce::TransformReduce, in.get(), out.get(), n, cuda::std::plus<>(), Square(), 5LL);
    long long squares = 5, products = 0;
    Moments want{0, 0, 0, 1 << 30, -(1 << 30)};
    for (int i = 0; i < n; ++i) {
      squares += Square()(values[i]), products += (long long)values[i] * i;
      want = Merge()(want, Start()(values[i]));
    }
    EXPECT_EQ(out.Get()[0], squares);
    auto zipped = thrust::make_zip_iterator(in.get(), thrust::counting_iterator<int>(0));
    RUN_CUB(cub::DeviceReduce::TransformReduce, zipped, out.get(), n, cuda::std::plus<>(), Product(), 0LL);
    EXPECT_EQ(out.Get()[0], products);
    check::Device<Moments> moments(1);
    // Not TransformReduce from a pointer: with values so large, CUB 3.0 loads four ints where each thread has two.
    auto started = thrust::make_transform_iterator(in.get(), Start());
    RUN_CUB(cub::DeviceReduce::Reduce, started, moments.get(), n, Merge(),
            (Moments{0, 0, 0, 1 << 30, -(1 << 30)}));
    Moments got = moments.Get()[0];
    EXPECT(got.count == want.count && got.sum == want.sum && got.squares == want.squares);
    EXPECT(got.smallest == want.smallest && got.largest == want.largest);
    if (n == 0) continue;
    RUN_CUB(cub::DeviceReduce::ArgMin, in.get(), least.get(), place.get(), n);
    auto smallest = std::min_element(values.begin(), values.end());
    EXPECT_EQ(least.Get()[0], *smallest);
    EXPECT_EQ(place.Get()[0], smallest - values.begin());
  }
  for (int size : {1, 7, 40, 300, 2000}) {
    const int segments = 57, n = segments * size;
    std::vector<int> values = check::Random<int>(n, 182, -900, 900), want(segments);
    for (int i = 0; i < n; ++i) want[i / size] += values[i];
    check::Device<int> in(values), out(segments);
    auto begins = thrust::make_transform_iterator(thrust::counting_iterator<int>(0), Times{size});
    RUN_CUB(cub::DeviceSegmentedReduce::Sum, in.get(), out.get(), segments, begins, begins + 1);
    check::Equal("segments of one size", out.Get(), want);
  }
  return check::Finish("cub_transform_reduce");
}
