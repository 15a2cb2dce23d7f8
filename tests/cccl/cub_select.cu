// CUB's selections: by predicate, by flags, unique elements, unique by key.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

struct Below {
  int limit;
  __host__ __device__ bool operator()(int x) const { return x < limit; }
};

int main() {
  for (int n : check::Sizes()) {
    std::vector<int> values = check::Random<int>(n, 12, 0, 20);
    std::vector<char> flags = check::Random<char>(n, 13, 0, 2);
    check::Device<int> in(n + 1), out(n + 1), count(1), kept(n + 1);
    check::Device<char> device_flags(n + 1);
    in.Set(values), device_flags.Set(flags), count.Zero();
    RUN_CUB(cub::DeviceSelect::If, in.get(), out.get(), count.get(), n, Below{7});
    std::vector<int> want;
    std::copy_if(values.begin(), values.end(), std::back_inserter(want), Below{7});
    EXPECT_EQ(count.Get()[0], want.size());
    check::Equal("if", check::Front(out, want.size()), want);
    RUN_CUB(cub::DeviceSelect::Flagged, in.get(), device_flags.get(), out.get(), count.get(), n);
    want.clear();
    for (int i = 0; i < n; ++i) {
      if (flags[i]) want.push_back(values[i]);
    }
    EXPECT_EQ(count.Get()[0], want.size());
    check::Equal("flagged", check::Front(out, want.size()), want);
    if (n == 0) continue;
    RUN_CUB(cub::DeviceSelect::Unique, in.get(), out.get(), count.get(), n);
    want.assign(values.begin(), std::unique_copy(values.begin(), values.end(), values.begin()));
    EXPECT_EQ(count.Get()[0], want.size());
    check::Equal("unique", check::Front(out, want.size()), want);
    std::vector<int> keys(n), index(n), first;
    for (int i = 0; i < n; ++i) {
      keys[i] = i / 3, index[i] = i;
      if (i % 3 == 0) first.push_back(i);
    }
    in.Set(keys);
    check::Device<int> positions(index), unique_keys(n);
    RUN_CUB(cub::DeviceSelect::UniqueByKey, in.get(), positions.get(), unique_keys.get(), kept.get(), count.get(), n);
    EXPECT_EQ(count.Get()[0], first.size());
    check::Equal("first of each key", check::Front(kept, first.size()), first);
  }
  return check::Finish("cub_select");
}
