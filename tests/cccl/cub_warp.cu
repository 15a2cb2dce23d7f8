// CUB's warp-wide primitives, in whole warps and parts of them.
#include <algorithm>
#include <cub/cub.cuh>

#include "cub_check.h"

template <int kWidth>
__global__ void Lanes(const int* in, int* sums, int* scans, int* tops, int* sorted) {
  using Reduce = cub::WarpReduce<int, kWidth>;
  using Scan = cub::WarpScan<int, kWidth>;
  using Sort = cub::WarpMergeSort<int, 2, kWidth>;
  constexpr int kParts = 128 / kWidth;
  __shared__ typename Reduce::TempStorage reduce[kParts];
  __shared__ typename Scan::TempStorage scan[kParts];
  __shared__ typename Sort::TempStorage sort[kParts];
  const int i = blockIdx.x * blockDim.x + threadIdx.x, part = threadIdx.x / kWidth;
  int value = in[i], sum = Reduce(reduce[part]).Sum(value);
  if (i % kWidth == 0) sums[i / kWidth] = sum;
  int before, total;
  Scan(scan[part]).ExclusiveSum(value, before, total);
  scans[i] = before * 2 + (total == __shfl_sync(0xffffffffu, sum, threadIdx.x % 32 / kWidth * kWidth));
  int top = Reduce(reduce[part]).Reduce(value, [](int a, int b) { return a > b ? a : b; });
  if (i % kWidth == 0) tops[i / kWidth] = top;
  int two[2] = {value, -value};
  Sort(sort[part]).Sort(two, [](int a, int b) { return a < b; });
  sorted[i * 2] = two[0], sorted[i * 2 + 1] = two[1];
}

template <int kWidth>
void Run() {
  const int n = 128 * 30;
  std::vector<int> values = check::Random<int>(n, 95, -99, 99);
  check::Device<int> in(values), sums(n / kWidth), scans(n), tops(n / kWidth), sorted(n * 2);
  Lanes<kWidth><<<n / 128, 128>>>(in.get(), sums.get(), scans.get(), tops.get(), sorted.get());
  CHECK_LAUNCH();
  std::vector<int> want_sums, want_scans, want_tops, want_sorted;
  for (int g = 0; g < n; g += kWidth) {
    int sum = 0, top = values[g];
    std::vector<int> both;
    for (int i = g; i < g + kWidth; ++i) {
      want_scans.push_back(sum * 2 + 1), sum += values[i], top = std::max(top, values[i]);
      both.push_back(values[i]), both.push_back(-values[i]);
    }
    std::sort(both.begin(), both.end());
    want_sums.push_back(sum), want_tops.push_back(top);
    want_sorted.insert(want_sorted.end(), both.begin(), both.end());
  }
  check::Equal("sums", sums.Get(), want_sums);
  check::Equal("scans", scans.Get(), want_scans);
  check::Equal("tops", tops.Get(), want_tops);
  check::Equal("sorted", sorted.Get(), want_sorted);
}

int main() {
  Run<32>();
  Run<16>();
  Run<4>();
  return check::Finish("cub_warp");
}
