// Thrust's operations on sorted sequences.
#include <thrust/binary_search.h>
#include <thrust/device_vector.h>
#include <thrust/merge.h>
#include <thrust/set_operations.h>
#include <thrust/unique.h>

#include <algorithm>

#include "cub_check.h"

template <typename Iterator>
std::vector<int> Host(Iterator begin, Iterator end) {
  std::vector<int> values(end - begin);
  thrust::copy(begin, end, values.begin());
  return values;
}

int main() {
  for (int n : {1, 50, 20011}) {
    std::vector<int> a = check::Random<int>(n, 121, 0, 9000), b = check::Random<int>(n / 2 + 3, 122, 0, 9000);
    std::sort(a.begin(), a.end()), std::sort(b.begin(), b.end());
    thrust::device_vector<int> device_a(a.begin(), a.end()), device_b(b.begin(), b.end()), out(a.size() + b.size());
    std::vector<int> want;
    auto end = thrust::merge(device_a.begin(), device_a.end(), device_b.begin(), device_b.end(), out.begin());
    std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(want));
    check::Equal("merge", Host(out.begin(), end), want);
    want.clear();
    end = thrust::set_union(device_a.begin(), device_a.end(), device_b.begin(), device_b.end(), out.begin());
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(want));
    check::Equal("union", Host(out.begin(), end), want);
    want.clear();
    end = thrust::set_intersection(device_a.begin(), device_a.end(), device_b.begin(), device_b.end(), out.begin());
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(want));
    check::Equal("intersection", Host(out.begin(), end), want);
    want.clear();
    end = thrust::set_symmetric_difference(device_a.begin(), device_a.end(), device_b.begin(), device_b.end(),
                                           out.begin());
    std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(want));
    check::Equal("symmetric difference", Host(out.begin(), end), want);
    thrust::device_vector<int> places(b.size());
    thrust::lower_bound(device_a.begin(), device_a.end(), device_b.begin(), device_b.end(), places.begin());
    want.clear();
    for (int v : b) want.push_back(int(std::lower_bound(a.begin(), a.end(), v) - a.begin()));
    check::Equal("lower bound", Host(places.begin(), places.end()), want);
    auto last = thrust::unique(device_a.begin(), device_a.end());
    a.erase(std::unique(a.begin(), a.end()), a.end());
    check::Equal("unique", Host(device_a.begin(), last), a);
  }
  return check::Finish("thrust_sets");
}
