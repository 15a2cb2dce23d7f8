// CUB's histograms: even bins, ranges, several channels.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

int main() {
  const int n = 70001;
  std::vector<int> samples = check::Random<int>(n, 31, -20, 120);
  check::Device<int> in(samples), counts(10);
  RUN_CUB(cub::DeviceHistogram::HistogramEven, in.get(), counts.get(), 11, 0, 100, n);
  std::vector<int> want(10);
  for (int s : samples) {
    if (s >= 0 && s < 100) ++want[s / 10];
  }
  check::Equal("even", counts.Get(), want);

  std::vector<int> levels = {-20, -5, 0, 1, 50, 119};
  check::Device<int> device_levels(levels), range_counts(5);
  RUN_CUB(cub::DeviceHistogram::HistogramRange, in.get(), range_counts.get(), 6, device_levels.get(), n);
  want.assign(5, 0);
  for (int s : samples) {
    for (int b = 0; b < 5; ++b) want[b] += s >= levels[b] && s < levels[b + 1];
  }
  check::Equal("range", range_counts.Get(), want);

  const int pixels = 5000;
  std::vector<unsigned char> image = check::Random<unsigned char>(pixels * 4, 32, 0, 256);
  check::Device<unsigned char> device_image(image);
  check::Device<int> red(256), green(256), blue(256);
  int* channels[3] = {red.get(), green.get(), blue.get()};
  int level_counts[3] = {257, 257, 257}, lower[3] = {0, 0, 0}, upper[3] = {256, 256, 256};
  check::WithTemporary([&](void* temporary, size_t& bytes) {
    return cub::DeviceHistogram::MultiHistogramEven<4, 3>(temporary, bytes, device_image.get(), channels, level_counts,
                                                          lower, upper, pixels);
  });
  std::vector<int> wanted[3];
  for (auto& channel : wanted) channel.assign(256, 0);
  for (int i = 0; i < pixels; ++i) {
    for (int c = 0; c < 3; ++c) ++wanted[c][image[i * 4 + c]];
  }
  check::Equal("red", red.Get(), wanted[0]);
  check::Equal("green", green.Get(), wanted[1]);
  check::Equal("blue", blue.Get(), wanted[2]);
  return check::Finish("cub_histogram");
}
