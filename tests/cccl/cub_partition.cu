// CUB's partitions: in two and in three parts.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

struct Even {
  __host__ __device__ bool operator()(int x) const { return x % 2 == 0; }
};
struct Small {
  __host__ __device__ bool operator()(int x) const { return x < 100; }
};
struct Large {
  __host__ __device__ bool operator()(int x) const { return x >= 900; }
};

int main() {
  for (int n : check::Sizes()) {
    std::vector<int> values = check::Random<int>(n, 21, 0, 1000);
    check::Device<int> in(n + 1), out(n + 1), middle(n + 1), rest(n + 1), count(2);
    in.Set(values), count.Zero();
    RUN_CUB(cub::DevicePartition::If, in.get(), out.get(), count.get(), n, Even());
    std::vector<int> want, others;
    for (int v : values) (Even()(v) ? want : others).push_back(v);
    const int selected = int(want.size());
    want.insert(want.end(), others.rbegin(), others.rend());  // the others come from the end, in reverse
    EXPECT_EQ(count.Get()[0], selected);
    check::Equal("two parts", check::Front(out, n), want);
    RUN_CUB(cub::DevicePartition::If, in.get(), out.get(), middle.get(), rest.get(), count.get(), n, Small(), Large());
    std::vector<int> small, large, unselected;
    for (int v : values) (Small()(v) ? small : Large()(v) ? large : unselected).push_back(v);
    EXPECT_EQ(count.Get()[0], small.size());
    EXPECT_EQ(count.Get()[1], large.size());
    check::Equal("small", check::Front(out, small.size()), small);
    check::Equal("large", check::Front(middle, large.size()), large);
    check::Equal("rest", check::Front(rest, unselected.size()), unselected);
  }
  return check::Finish("cub_partition");
}
