// CUB's scans: operators, initial values, by key, in place.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

struct Larger {
  template <typename T>
  __host__ __device__ T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

int main() {
  for (int n : check::Sizes()) {
    std::vector<long long> values = check::Random<long long>(n, 4, -1000000, 1000000);
    check::Device<long long> in(n + 1), out(n + 1);
    in.Set(values);
    std::vector<long long> want(n);
    long long running = -77;
    for (int i = 0; i < n; ++i) want[i] = running, running = std::max(running, values[i]);
    RUN_CUB(cub::DeviceScan::ExclusiveScan, in.get(), out.get(), Larger(), -77LL, n);
    check::Equal("exclusive maximum", check::Front(out, n), want);
    running = 0;
    for (int i = 0; i < n; ++i) running += values[i], want[i] = running;
    RUN_CUB(cub::DeviceScan::InclusiveSum, in.get(), in.get(), n);
    check::Equal("inclusive sum in place", check::Front(in, n), want);

    std::vector<int> keys = check::Random<int>(n, 9, 0, 2);
    std::vector<int> ones(n, 1), counted(n), before(n);
    for (int i = 0; i < n; ++i) {
      bool starts = i == 0 || keys[i] != keys[i - 1];
      counted[i] = starts ? 1 : counted[i - 1] + 1;
      before[i] = counted[i] - 1;
    }
    check::Device<int> device_keys(n + 1), device_ones(n + 1), result(n + 1);
    device_keys.Set(keys), device_ones.Set(ones);
    RUN_CUB(cub::DeviceScan::InclusiveSumByKey, device_keys.get(), device_ones.get(), result.get(), n);
    check::Equal("inclusive by key", check::Front(result, n), counted);
    RUN_CUB(cub::DeviceScan::ExclusiveSumByKey, device_keys.get(), device_ones.get(), result.get(), n);
    check::Equal("exclusive by key", check::Front(result, n), before);
  }
  return check::Finish("cub_scan");
}
