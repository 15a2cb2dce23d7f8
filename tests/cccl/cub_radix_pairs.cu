// CUB's radix sort of wide and floating-point keys with values, on a range of bits, with double buffers.
#include <algorithm>
#include <cub/cub.cuh>
#include <numeric>

#include "cub_check.h"

int main() {
  const int n = 30013;
  std::vector<uint64_t> keys = check::Random<uint64_t>(n, 8, 0, 1LL << 60);
  std::vector<int> index(n);
  std::iota(index.begin(), index.end(), 0);
  check::Device<uint64_t> in(keys), out(n);
  check::Device<int> values(index), moved(n);
  RUN_CUB(cub::DeviceRadixSort::SortPairs, in.get(), out.get(), values.get(), moved.get(), n, 8, 24);
  std::vector<int> order = index;
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return (keys[a] >> 8 & 0xffff) < (keys[b] >> 8 & 0xffff); });
  check::Equal("bits 8 to 24", moved.Get(), order);

  std::vector<float> reals(n);
  for (int i = 0; i < n; ++i) reals[i] = (float(keys[i] % 2001) - 1000) / 7;
  reals[5] = -0.0f, reals[6] = INFINITY, reals[7] = -INFINITY, reals[8] = 1e-41f;
  check::Device<float> keys_a(reals), keys_b(n);
  check::Device<int> values_a(index), values_b(n);
  cub::DoubleBuffer<float> key_buffer(keys_a.get(), keys_b.get());
  cub::DoubleBuffer<int> value_buffer(values_a.get(), values_b.get());
  RUN_CUB(cub::DeviceRadixSort::SortPairs, key_buffer, value_buffer, n);
  std::vector<float> sorted(n);
  std::vector<int> positions(n);
  CHECK_CUDA(cudaMemcpy(sorted.data(), key_buffer.Current(), n * 4, cudaMemcpyDeviceToHost));
  CHECK_CUDA(cudaMemcpy(positions.data(), value_buffer.Current(), n * 4, cudaMemcpyDeviceToHost));
  EXPECT(std::is_sorted(sorted.begin(), sorted.end()));
  for (int i = 0; i < n; ++i) EXPECT(reals[positions[i]] == sorted[i]);
  std::sort(positions.begin(), positions.end());
  check::Equal("a permutation", positions, index);
  return check::Finish("cub_radix_pairs");
}
