// CUB's device-wide reductions, scans (decoupled look-back), selections, histograms and run-length encoding.
#include <algorithm>
#include <cub/cub.cuh>
#include <numeric>

#include "cub_check.h"

struct IsThird {
  __host__ __device__ bool operator()(int x) const { return x % 3 == 0; }
};

int main() {
  const int n = 100003;
  std::vector<int> values(n), ramp(n);
  for (int i = 0; i < n; ++i) values[i] = int(check::Hash32(uint32_t(i)) % 1000) - 500, ramp[i] = i;
  check::Device<int> in(values), ordered(ramp), out(n), count(1), one(1);

  check::WithTemporary(
      [&](void* temporary, size_t& bytes) { return cub::DeviceReduce::Sum(temporary, bytes, in.get(), one.get(), n); });
  EXPECT_EQ(one.Get()[0], std::accumulate(values.begin(), values.end(), 0));
  check::WithTemporary(
      [&](void* temporary, size_t& bytes) { return cub::DeviceReduce::Max(temporary, bytes, in.get(), one.get(), n); });
  EXPECT_EQ(one.Get()[0], *std::max_element(values.begin(), values.end()));

  std::vector<int> sums(n);
  std::partial_sum(values.begin(), values.end(), sums.begin());
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceScan::InclusiveSum(temporary, bytes, in.get(), out.get(), n);
  });
  check::Equal("inclusive sum", out.Get(), sums);
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceScan::ExclusiveSum(temporary, bytes, in.get(), out.get(), n);
  });
  sums.insert(sums.begin(), 0), sums.pop_back();
  check::Equal("exclusive sum", out.Get(), sums);

  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceSelect::If(temporary, bytes, ordered.get(), out.get(), count.get(), n, IsThird());
  });
  const int selected = count.Get()[0];
  EXPECT_EQ(selected, (n + 2) / 3);
  std::vector<int> got = out.Get();
  for (int i = 0; i < selected; ++i) EXPECT(got[i] == 3 * i);

  const int bins = 64;
  std::vector<float> samples(n);
  std::vector<int> histogram(bins);
  for (int i = 0; i < n; ++i) {
    const int step = int(check::Hash32(uint32_t(i) + 7) % (bins * 8));
    samples[i] = (float(step) + 0.5f) / 8;  // never on the edge of a bin
    ++histogram[step / 8];
  }
  check::Device<float> device_samples(samples);
  check::Device<int> device_histogram(bins);
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceHistogram::HistogramEven(temporary, bytes, device_samples.get(), device_histogram.get(), bins + 1,
                                               0.0f, float(bins), n);
  });
  check::Equal("histogram", device_histogram.Get(), histogram);

  std::vector<int> runs(n);
  for (int i = 0; i < n; ++i) runs[i] = i / 7;
  check::Device<int> device_runs(runs), unique(n), lengths(n);
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceRunLengthEncode::Encode(temporary, bytes, device_runs.get(), unique.get(), lengths.get(),
                                              count.get(), n);
  });
  EXPECT_EQ(count.Get()[0], (n + 6) / 7);
  got = lengths.Get();
  for (int i = 0; i < n / 7; ++i) EXPECT(got[i] == 7);

  std::vector<int> offsets;
  for (int at = 0; at < n; at += 1000) offsets.push_back(at);
  offsets.push_back(n);
  const int segments = int(offsets.size()) - 1;
  check::Device<int> device_offsets(offsets), segment_sums(segments);
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceSegmentedReduce::Sum(temporary, bytes, in.get(), segment_sums.get(), segments,
                                           device_offsets.get(), device_offsets.get() + 1);
  });
  std::vector<int> want(segments);
  for (int s = 0; s < segments; ++s) {
    want[s] = std::accumulate(values.begin() + offsets[s], values.begin() + offsets[s + 1], 0);
  }
  check::Equal("segmented sums", segment_sums.Get(), want);
  return check::Finish("cub_algorithms");
}
