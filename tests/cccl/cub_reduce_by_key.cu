// CUB's reduction of runs of equal keys.
#include <cub/cub.cuh>

#include "cub_check.h"

int main() {
  for (int n : check::Sizes()) {
    std::vector<int> keys = check::Random<int>(n, 1, 0, 3);
    std::vector<double> values = check::Random<double>(n, 2, -50, 50);
    std::vector<int> want_keys;
    std::vector<double> want_sums;
    for (int i = 0; i < n; ++i) {
      if (i == 0 || keys[i] != keys[i - 1]) want_keys.push_back(keys[i]), want_sums.push_back(0);
      want_sums.back() += values[i];
    }
    check::Device<int> in(n + 1), unique(n + 1), count(1);
    check::Device<double> data(n + 1), sums(n + 1);
    in.Set(keys), data.Set(values), count.Zero();
    RUN_CUB(cub::DeviceReduce::ReduceByKey, in.get(), unique.get(), data.get(), sums.get(), count.get(),
            cuda::std::plus<>(), n);
    EXPECT_EQ(count.Get()[0], want_keys.size());
    check::Equal("keys", check::Front(unique, want_keys.size()), want_keys);
    check::Equal("sums", check::Front(sums, want_sums.size()), want_sums);
  }
  return check::Finish("cub_reduce_by_key");
}
