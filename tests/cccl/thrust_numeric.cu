// Thrust's numeric algorithms and searches: differences, scans by key, complex numbers, bounds, differences of sets,
// merges and unique elements by key.
#include <thrust/adjacent_difference.h>
#include <thrust/binary_search.h>
#include <thrust/complex.h>
#include <thrust/copy.h>
#include <thrust/device_vector.h>
#include <thrust/functional.h>
#include <thrust/iterator/constant_iterator.h>
#include <thrust/iterator/discard_iterator.h>
#include <thrust/merge.h>
#include <thrust/scan.h>
#include <thrust/set_operations.h>
#include <thrust/tabulate.h>
#include <thrust/transform_reduce.h>
#include <thrust/transform_scan.h>
#include <thrust/unique.h>

#include <algorithm>
#include <numeric>

#include "cub_check.h"

template <typename Iterator>
std::vector<int> Host(Iterator begin, Iterator end) {
  std::vector<int> values(end - begin);
  thrust::copy(begin, end, values.begin());
  return values;
}

struct Square {
  __host__ __device__ int operator()(int x) const { return x * x; }
};
using Complex = thrust::complex<float>;
struct Power {
  __host__ __device__ Complex operator()(Complex z) const { return z * z / Complex(1, 1) + thrust::conj(z); }
};
struct Digit {
  __host__ __device__ int operator()(long i) const { return int(i * 7919 % 1000); }
};

void Scans(int n) {
  std::vector<int> values = check::Random<int>(n, 141, -50, 50), keys = check::Random<int>(n, 142, 0, 2), want(n);
  thrust::device_vector<int> in(values.begin(), values.end()), device_keys(keys.begin(), keys.end()), out(n);
  thrust::adjacent_difference(in.begin(), in.end(), out.begin());
  std::adjacent_difference(values.begin(), values.end(), want.begin());
  check::Equal("adjacent difference", Host(out.begin(), out.end()), want);
  thrust::inclusive_scan_by_key(device_keys.begin(), device_keys.end(), in.begin(), out.begin());
  for (int i = 0; i < n; ++i) want[i] = values[i] + (i > 0 && keys[i] == keys[i - 1] ? want[i - 1] : 0);
  check::Equal("scan by key", Host(out.begin(), out.end()), want);
  thrust::transform_inclusive_scan(in.begin(), in.end(), out.begin(), Square(), thrust::plus<int>());
  for (int i = 0, sum = 0; i < n; ++i) sum += values[i] * values[i], want[i] = sum;
  check::Equal("scan of squares", Host(out.begin(), out.end()), want);
  thrust::device_vector<int> unique_keys(n), firsts(n);
  auto ends = thrust::unique_by_key_copy(device_keys.begin(), device_keys.end(), in.begin(), unique_keys.begin(),
                                         firsts.begin());
  want.clear();
  for (int i = 0; i < n; ++i) {
    if (i == 0 || keys[i] != keys[i - 1]) want.push_back(values[i]);
  }
  check::Equal("unique by key", Host(firsts.begin(), ends.second), want);
}

void Searches(int n) {
  std::vector<int> sorted = check::Random<int>(n, 143, 0, 3000), wanted = check::Random<int>(1500, 144, -10, 3010);
  std::sort(sorted.begin(), sorted.end());
  thrust::device_vector<int> in(sorted.begin(), sorted.end()), queries(wanted.begin(), wanted.end()), out(wanted.size());
  std::vector<int> want(wanted.size());
  thrust::upper_bound(in.begin(), in.end(), queries.begin(), queries.end(), out.begin());
  for (size_t i = 0; i < wanted.size(); ++i)
    want[i] = int(std::upper_bound(sorted.begin(), sorted.end(), wanted[i]) - sorted.begin());
  check::Equal("upper bound", Host(out.begin(), out.end()), want);
  thrust::binary_search(in.begin(), in.end(), queries.begin(), queries.end(), out.begin());
  for (size_t i = 0; i < wanted.size(); ++i) want[i] = std::binary_search(sorted.begin(), sorted.end(), wanted[i]);
  check::Equal("binary search", Host(out.begin(), out.end()), want);
}

void Sets(int n) {
  std::vector<int> a = check::Random<int>(n, 145, 0, n / 2 + 1), b = check::Random<int>(n / 3, 146, 0, n / 2 + 1), want;
  std::sort(a.begin(), a.end()), std::sort(b.begin(), b.end());
  thrust::device_vector<int> left(a.begin(), a.end()), right(b.begin(), b.end()), out(a.size() + b.size()),
      sources(a.size() + b.size());
  auto end = thrust::set_difference(left.begin(), left.end(), right.begin(), right.end(), out.begin());
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(want));
  check::Equal("difference of sets", Host(out.begin(), end), want);
  thrust::merge_by_key(left.begin(), left.end(), right.begin(), right.end(), thrust::constant_iterator<int>(1),
                       thrust::constant_iterator<int>(2), thrust::make_discard_iterator(), sources.begin());
  want.clear();
  for (size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    const bool first = j == b.size() || (i < a.size() && a[i] <= b[j]);
    want.push_back(first ? 1 : 2), ++(first ? i : j);
  }
  check::Equal("merge by key", Host(sources.begin(), sources.end()), want);
}

int main() {
  for (int n : check::Sizes()) {
    Scans(n);
    Searches(n);
    Sets(n);
  }
  const int n = 5003;
  thrust::device_vector<int> digits(n);
  thrust::tabulate(digits.begin(), digits.end(), Digit());
  std::vector<int> want(n);
  for (int i = 0; i < n; ++i) want[i] = Digit()(i);
  check::Equal("tabulate", Host(digits.begin(), digits.end()), want);
  std::vector<Complex> numbers(n);
  for (int i = 0; i < n; ++i) numbers[i] = Complex(float(i % 13), float(i % 7) - 3);
  thrust::device_vector<Complex> device_numbers(numbers.begin(), numbers.end());
  Complex sum = thrust::transform_reduce(device_numbers.begin(), device_numbers.end(), Power(), Complex(0, 0),
                                         thrust::plus<Complex>());
  double real = 0, imaginary = 0;
  for (const Complex& z : numbers) {
    const double x = z.real(), y = z.imag(), square = x * x - y * y, twice = 2 * x * y;
    real += (square + twice) / 2 + x, imaginary += (twice - square) / 2 - y;
  }
  EXPECT(std::fabs(sum.real() - real) <= 1e-4 * std::fabs(real));
  EXPECT(std::fabs(sum.imag() - imaginary) <= 1e-4 * std::fabs(imaginary));
  return check::Finish("thrust_numeric");
}
