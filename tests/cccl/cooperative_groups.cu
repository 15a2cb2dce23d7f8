// Cooperative groups: tiles of every size, coalesced groups, labeled partitions, reductions and scans, grid groups.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <cooperative_groups/scan.h>

#include "check.h"

namespace cg = cooperative_groups;

template <int kSize>
__device__ int TileSum(cg::thread_block block, int value) {
  auto tile = cg::tiled_partition<kSize>(block);
  return cg::reduce(tile, value, cg::plus<int>()) + tile.shfl(value, 0) * (tile.thread_rank() == 0);
}

__global__ void Groups(const int* in, int* sums, int* scans, int* odd_ranks, int* labels) {
  cg::thread_block block = cg::this_thread_block();
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const int value = in[i];
  sums[i] = TileSum<32>(block, value) + 3 * TileSum<8>(block, value) + 5 * TileSum<2>(block, value) +
            TileSum<1>(block, value);
  auto warp = cg::tiled_partition<32>(block);
  scans[i] = cg::inclusive_scan(warp, value) * 2 + cg::exclusive_scan(warp, value, cg::greater<int>());
  odd_ranks[i] = -1;
  if (value % 2 != 0) {
    auto odd = cg::coalesced_threads();
    odd_ranks[i] = odd.thread_rank() * 100 + odd.size() + cg::reduce(odd, 1, cg::plus<int>());
  }
  auto same = cg::labeled_partition(warp, value & 3);
  labels[i] = cg::reduce(same, value, cg::plus<int>());
}

__global__ void GridSum(const int* in, int* partial, int* out, int n) {
  cg::grid_group grid = cg::this_grid();
  int sum = 0;
  for (int i = int(grid.thread_rank()); i < n; i += int(grid.size())) sum += in[i];
  auto warp = cg::tiled_partition<32>(cg::this_thread_block());
  sum = cg::reduce(warp, sum, cg::plus<int>());
  if (warp.thread_rank() == 0) atomicAdd(partial + blockIdx.x, sum);
  grid.sync();
  if (grid.thread_rank() == 0) {
    for (int b = 0; b < int(gridDim.x); ++b) *out += partial[b];
  }
}

int main() {
  const int n = 128 * 9;
  std::vector<int> values(n);
  for (int i = 0; i < n; ++i) values[i] = int(check::Hash32(i) % 100);
  check::Device<int> in(values), sums(n), scans(n), odd(n), labels(n);
  Groups<<<n / 128, 128>>>(in.get(), sums.get(), scans.get(), odd.get(), labels.get());
  CHECK_LAUNCH();
  std::vector<int> want_sums(n), want_scans(n), want_odd(n, -1), want_labels(n);
  auto tile_sum = [&](int i, int size) {
    int begin = i / size * size, sum = 0;
    for (int j = begin; j < begin + size; ++j) sum += values[j];
    return sum + (i == begin ? values[begin] : 0);
  };
  for (int i = 0; i < n; ++i) {
    want_sums[i] = tile_sum(i, 32) + 3 * tile_sum(i, 8) + 5 * tile_sum(i, 2) + tile_sum(i, 1);
    const int begin = i / 32 * 32;
    int running = 0, largest = 0, rank = 0, count = 0;
    for (int j = begin; j < begin + 32; ++j) {
      if (j <= i) running += values[j];
      if (j < i) largest = j == begin || values[j] > largest ? values[j] : largest;
      if (values[j] % 2 != 0) count += 1, rank += j < i;
      if ((values[j] & 3) == (values[i] & 3)) want_labels[i] += values[j];
    }
    want_scans[i] = running * 2 + (i == begin ? 0 : largest);
    if (values[i] % 2 != 0) want_odd[i] = rank * 100 + count * 2;
  }
  std::vector<int> got_scans = scans.Get();
  for (int i = 0; i < n; i += 32) got_scans[i] = want_scans[i];  // an exclusive scan without operand starts undefined
  check::Equal("tiles", sums.Get(), want_sums);
  check::Equal("scans", got_scans, want_scans);
  check::Equal("coalesced", odd.Get(), want_odd);
  check::Equal("labels", labels.Get(), want_labels);

  check::Device<int> partial(4), out(1);
  partial.Zero(), out.Zero();
  int* data = in.get();
  int *partial_data = partial.get(), *out_data = out.get(), count = n;
  void* arguments[] = {&data, &partial_data, &out_data, &count};
  CHECK_CUDA(cudaLaunchCooperativeKernel((void*)GridSum, dim3(4), dim3(64), arguments));
  CHECK_LAUNCH();
  int total = 0;
  for (int v : values) total += v;
  EXPECT_EQ(out.Get()[0], total);
  return check::Finish("cooperative_groups");
}
