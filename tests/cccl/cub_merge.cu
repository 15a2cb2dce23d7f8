// CUB's merge of two sorted sequences.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

int main() {
  for (int n : {0, 1, 40, 1000, 25013}) {
    const int m = n / 3 + 2;
    std::vector<int> a = check::Random<int>(n, 81, 0, 5000), b = check::Random<int>(m, 82, 0, 5000);
    std::sort(a.begin(), a.end()), std::sort(b.begin(), b.end());
    std::vector<int> want(n + m), tags_a(n, 1), tags_b(m, 2);
    std::merge(a.begin(), a.end(), b.begin(), b.end(), want.begin());
    check::Device<int> in_a(n + 1), in_b(m), out(n + m), values_a(n + 1), values_b(m), values(n + m);
    in_a.Set(a), in_b.Set(b), values_a.Set(tags_a), values_b.Set(tags_b);
    RUN_CUB(cub::DeviceMerge::MergeKeys, in_a.get(), n, in_b.get(), m, out.get());
    check::Equal("keys", out.Get(), want);
    RUN_CUB(cub::DeviceMerge::MergePairs, in_a.get(), values_a.get(), n, in_b.get(), values_b.get(), m, out.get(),
            values.get());
    check::Equal("keys of pairs", out.Get(), want);
    // Of equal keys those of the first sequence come first.
    std::vector<int> tags = values.Get();
    for (int i = 1; i < n + m; ++i) EXPECT(want[i] != want[i - 1] || tags[i - 1] <= tags[i]);
    EXPECT_EQ(std::count(tags.begin(), tags.end(), 1), n);
  }
  return check::Finish("cub_merge");
}
