// CUB's device-wide reductions over types, operators and sizes.
#include <algorithm>
#include <cub/cub.cuh>
#include <numeric>

#include "cub_check.h"

struct Gcd {
  __host__ __device__ uint32_t operator()(uint32_t a, uint32_t b) const {
    while (b != 0) {
      uint32_t rest = a % b;
      a = b, b = rest;
    }
    return a;
  }
};

template <typename T>
void Reduce(const char* type) {
  for (int n : check::Sizes()) {
    std::vector<T> values = check::Random<T>(n, 3, 0, 100);
    check::Device<T> in(n + 1), out(1);
    in.Set(values);
    RUN_CUB(cub::DeviceReduce::Sum, in.get(), out.get(), n);
    check::Equal(type, out.Get(), std::vector<T>{std::accumulate(values.begin(), values.end(), T(0))});
    if (n == 0) continue;
    RUN_CUB(cub::DeviceReduce::Min, in.get(), out.get(), n);
    check::Equal(type, out.Get(), std::vector<T>{*std::min_element(values.begin(), values.end())});
    check::Device<cub::KeyValuePair<int, T>> pair(1);
    RUN_CUB(cub::DeviceReduce::ArgMax, in.get(), pair.get(), n);
    auto largest = std::max_element(values.begin(), values.end());
    EXPECT_EQ(pair.Get()[0].key, largest - values.begin());
    EXPECT(pair.Get()[0].value == *largest);
  }
}

int main() {
  Reduce<int>("int");
  Reduce<unsigned long long>("unsigned long long");
  Reduce<float>("float");
  Reduce<double>("double");
  Reduce<short>("short");
  const int n = 30011;
  std::vector<uint32_t> values = check::Random<uint32_t>(n, 5, 1, 1000000);
  for (uint32_t& v : values) v *= 12;
  check::Device<uint32_t> in(values), out(1);
  RUN_CUB(cub::DeviceReduce::Reduce, in.get(), out.get(), n, Gcd(), 0u);
  uint32_t want = 0;
  for (uint32_t v : values) want = Gcd()(want, v);
  EXPECT_EQ(out.Get()[0], want);
  return check::Finish("cub_reduce");
}
