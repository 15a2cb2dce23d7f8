// CUB's block-wide primitives in one kernel: load, sort, scan, reduce, discontinuity, exchange, store.
#include <algorithm>
#include <cub/cub.cuh>
#include <cuda/std/functional>
#include <numeric>

#include "cub_check.h"

constexpr int kThreads = 128, kItems = 5, kTile = kThreads * kItems;

__global__ void Tile(const int* in, int* sorted, int* scanned, int* heads, int* striped, int* totals) {
  using Load = cub::BlockLoad<int, kThreads, kItems, cub::BLOCK_LOAD_WARP_TRANSPOSE>;
  using Sort = cub::BlockRadixSort<int, kThreads, kItems>;
  using Scan = cub::BlockScan<int, kThreads, cub::BLOCK_SCAN_WARP_SCANS>;
  using Reduce = cub::BlockReduce<int, kThreads>;
  using Heads = cub::BlockDiscontinuity<int, kThreads>;
  using Exchange = cub::BlockExchange<int, kThreads, kItems>;
  using Store = cub::BlockStore<int, kThreads, kItems, cub::BLOCK_STORE_TRANSPOSE>;
  __shared__ union {
    typename Load::TempStorage load;
    typename Sort::TempStorage sort;
    typename Scan::TempStorage scan;
    typename Reduce::TempStorage reduce;
    typename Heads::TempStorage heads;
    typename Exchange::TempStorage exchange;
    typename Store::TempStorage store;
  } temporary;
  const int base = blockIdx.x * kTile;
  int items[kItems], sums[kItems], flags[kItems];
  Load(temporary.load).Load(in + base, items);
  __syncthreads();
  Sort(temporary.sort).Sort(items);
  __syncthreads();
  Heads(temporary.heads).FlagHeads(flags, items, cuda::std::not_equal_to<>());
  __syncthreads();
  Scan(temporary.scan).ExclusiveSum(items, sums);
  __syncthreads();
  int total = Reduce(temporary.reduce).Sum(items);
  __syncthreads();
  if (threadIdx.x == 0) totals[blockIdx.x] = total;
  int kept[kItems];  // a transposing store rearranges what it is given
  for (int i = 0; i < kItems; ++i) kept[i] = items[i];
  Store(temporary.store).Store(sorted + base, items);
  __syncthreads();
  Store(temporary.store).Store(scanned + base, sums);
  __syncthreads();
  Store(temporary.store).Store(heads + base, flags);
  __syncthreads();
  Exchange(temporary.exchange).BlockedToStriped(kept, kept);
  for (int i = 0; i < kItems; ++i) striped[base + threadIdx.x * kItems + i] = kept[i];
}

int main() {
  const int blocks = 37, n = blocks * kTile;
  std::vector<int> values = check::Random<int>(n, 91, -300, 300);
  check::Device<int> in(values), sorted(n), scanned(n), heads(n), striped(n), totals(blocks);
  Tile<<<blocks, kThreads>>>(in.get(), sorted.get(), scanned.get(), heads.get(), striped.get(), totals.get());
  CHECK_LAUNCH();
  std::vector<int> want_scan(n), want_heads(n), want_striped(n), want_totals(blocks);
  for (int b = 0; b < blocks; ++b) {
    int* tile = values.data() + b * kTile;
    std::sort(tile, tile + kTile);
    int sum = 0;
    for (int i = 0; i < kTile; ++i) {
      want_scan[b * kTile + i] = sum, sum += tile[i];
      want_heads[b * kTile + i] = i == 0 || tile[i] != tile[i - 1];
      want_striped[b * kTile + i] = tile[i % kItems * kThreads + i / kItems];
    }
    want_totals[b] = sum;
  }
  check::Equal("sorted", sorted.Get(), values);
  check::Equal("scanned", scanned.Get(), want_scan);
  check::Equal("heads", heads.Get(), want_heads);
  check::Equal("striped", striped.Get(), want_striped);
  check::Equal("totals", totals.Get(), want_totals);
  return check::Finish("cub_block");
}
