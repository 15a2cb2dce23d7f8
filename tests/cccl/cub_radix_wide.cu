// CUB's radix sort of wide and floating-point keys: 64 bits, ranges of bits, half, double, structs of values.
#include <cuda_fp16.h>

#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

// Sorted by bits [begin, end) alone, equal keys in the order they had.
void Range(int n, int begin, int end) {
  std::vector<uint64_t> keys(n);
  std::vector<int> index(n);
  for (int i = 0; i < n; ++i) {
    keys[i] = uint64_t(check::Hash32(uint32_t(i) + 17)) << 32 | check::Hash32(uint32_t(i) * 3), index[i] = i;
  }
  check::Device<uint64_t> in(n + 1), out(n + 1);
  check::Device<int> values(n + 1), moved(n + 1);
  in.Set(keys), values.Set(index);
  RUN_CUB(cub::DeviceRadixSort::SortPairs, in.get(), out.get(), values.get(), moved.get(), n, begin, end);
  const uint64_t mask = end - begin == 64 ? ~0ULL : (1ULL << (end - begin)) - 1;
  std::stable_sort(index.begin(), index.end(),
                   [&](int a, int b) { return ((keys[a] >> begin) & mask) < ((keys[b] >> begin) & mask); });
  std::vector<uint64_t> want(n);
  for (int i = 0; i < n; ++i) want[i] = keys[index[i]];
  check::Equal("64-bit keys", check::Front(out, n), want);
  check::Equal("their values", check::Front(moved, n), index);
}

void Halves(int n) {
  std::vector<__half> keys(n);
  for (int i = 0; i < n; ++i) keys[i] = __float2half(float(int(check::Hash32(uint32_t(i)) % 4001) - 2000) / 8);
  check::Device<__half> in(n + 1), out(n + 1);
  in.Set(keys);
  std::vector<float> want(n), got(n);
  for (int i = 0; i < n; ++i) want[i] = __half2float(keys[i]);
  RUN_CUB(cub::DeviceRadixSort::SortKeys, in.get(), out.get(), n);
  std::vector<__half> sorted = check::Front(out, n);
  for (int i = 0; i < n; ++i) got[i] = __half2float(sorted[i]);
  std::sort(want.begin(), want.end());
  check::Equal("half", got, want);
  RUN_CUB(cub::DeviceRadixSort::SortKeysDescending, in.get(), out.get(), n);
  sorted = check::Front(out, n);
  for (int i = 0; i < n; ++i) got[i] = __half2float(sorted[i]);
  std::reverse(want.begin(), want.end());
  check::Equal("half, descending", got, want);
}

struct Payload {
  int index;
  double square;
  short low;
};

void Doubles(int n) {
  std::vector<double> keys(n);
  std::vector<Payload> values(n);
  for (int i = 0; i < n; ++i) {
    const double x = double(int(check::Hash32(uint32_t(i) + 5))) * 1e-3;
    keys[i] = i % 11 == 0 ? -1e300 * x : x;
    values[i] = {i, keys[i] * 0.5, short(i)};
  }
  check::Device<double> in(n + 1), out(n + 1);
  check::Device<Payload> device_values(n + 1), moved(n + 1);
  in.Set(keys), device_values.Set(values);
  RUN_CUB(cub::DeviceRadixSort::SortPairsDescending, in.get(), out.get(), device_values.get(), moved.get(), n);
  std::vector<int> order(n);
  for (int i = 0; i < n; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return keys[a] > keys[b]; });
  std::vector<double> got = check::Front(out, n);
  std::vector<Payload> payload = check::Front(moved, n);
  for (int i = 0; i < n; ++i) {
    EXPECT(got[i] == keys[order[i]]);
    EXPECT(payload[i].index == order[i] && payload[i].square == got[i] * 0.5 && payload[i].low == short(order[i]));
  }
}

int main() {
  for (int n : {0, 1, 200, 9001, 70001}) Range(n, 0, 64);
  Range(20011, 7, 23);
  Range(20011, 60, 64);
  for (int n : {0, 1, 33, 30011}) Halves(n);
  for (int n : {1, 1025, 20011}) Doubles(n);
  return check::Finish("cub_radix_wide");
}
