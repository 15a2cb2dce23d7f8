// CUB's run-length encoding.
#include <cub/cub.cuh>

#include "cub_check.h"

int main() {
  for (int n : check::Sizes()) {
    if (n == 0) continue;
    std::vector<short> values(n);
    for (int i = 0; i < n; ++i) values[i] = short(check::Hash32(uint32_t(i) / 5 * 5 + (i % 5 > 3)) % 4);
    std::vector<short> keys;
    std::vector<int> lengths, starts, long_starts, long_lengths;
    for (int i = 0; i < n; ++i) {
      if (i == 0 || values[i] != values[i - 1]) keys.push_back(values[i]), lengths.push_back(0), starts.push_back(i);
      ++lengths.back();
    }
    for (size_t r = 0; r < keys.size(); ++r) {
      if (lengths[r] > 1) long_starts.push_back(starts[r]), long_lengths.push_back(lengths[r]);
    }
    check::Device<short> in(values), unique(n);
    check::Device<int> counts(n), offsets(n), runs(1);
    RUN_CUB(cub::DeviceRunLengthEncode::Encode, in.get(), unique.get(), counts.get(), runs.get(), n);
    EXPECT_EQ(runs.Get()[0], keys.size());
    check::Equal("keys", check::Front(unique, keys.size()), keys);
    check::Equal("lengths", check::Front(counts, lengths.size()), lengths);
    RUN_CUB(cub::DeviceRunLengthEncode::NonTrivialRuns, in.get(), offsets.get(), counts.get(), runs.get(), n);
    EXPECT_EQ(runs.Get()[0], long_starts.size());
    check::Equal("starts", check::Front(offsets, long_starts.size()), long_starts);
    check::Equal("long lengths", check::Front(counts, long_lengths.size()), long_lengths);
  }
  return check::Finish("cub_run_length");
}
