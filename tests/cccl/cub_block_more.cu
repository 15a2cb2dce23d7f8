// More of CUB's block-wide primitives: shuffle, merge sort, adjacent difference, histogram, reductions and scans of other
// algorithms and of two-dimensional blocks.
#include <algorithm>
#include <cub/block/block_shuffle.cuh>
#include <cub/cub.cuh>

#include "cub_check.h"

constexpr int kThreads = 128, kItems = 3, kTile = kThreads * kItems;

struct LowBitsFirst {
  __host__ __device__ bool operator()(int a, int b) const { return (a & 15) < (b & 15); }
};

__global__ void Order(const int* in, int* sorted, int* differences, int* rotated, int* shifted, unsigned* counts) {
  using Sort = cub::BlockMergeSort<int, kThreads, kItems>;
  using Difference = cub::BlockAdjacentDifference<int, kThreads>;
  using Shuffle = cub::BlockShuffle<int, kThreads>;
  using Histogram = cub::BlockHistogram<unsigned char, kThreads, kItems, 64, cub::BLOCK_HISTO_ATOMIC>;
  __shared__ union {
    typename Sort::TempStorage sort;
    typename Difference::TempStorage difference;
    typename Shuffle::TempStorage shuffle;
    typename Histogram::TempStorage histogram;
  } temporary;
  __shared__ unsigned histogram[64];
  const int base = blockIdx.x * kTile + threadIdx.x * kItems;
  int items[kItems], other[kItems];
  unsigned char small[kItems];
  for (int i = 0; i < kItems; ++i) items[i] = in[base + i], small[i] = static_cast<unsigned char>(items[i] & 63);
  Histogram(temporary.histogram).Histogram(small, histogram);
  __syncthreads();
  if (threadIdx.x < 64) counts[blockIdx.x * 64 + threadIdx.x] = histogram[threadIdx.x];
  __syncthreads();
  Sort(temporary.sort).StableSort(items, LowBitsFirst());
  __syncthreads();
  for (int i = 0; i < kItems; ++i) sorted[base + i] = items[i];
  Difference(temporary.difference).SubtractLeft(items, other, [](int a, int b) { return a - b; });
  __syncthreads();
  for (int i = 0; i < kItems; ++i) differences[base + i] = other[i];
  int turned;
  Shuffle(temporary.shuffle).Rotate(items[0], turned, 5);
  __syncthreads();
  rotated[blockIdx.x * kThreads + threadIdx.x] = turned;
  Shuffle(temporary.shuffle).Up(items, other);
  for (int i = 0; i < kItems; ++i) shifted[base + i] = threadIdx.x == 0 && i == 0 ? 0 : other[i];
}

// Blocks of 8 x 4 x 3 threads; an operator that is not commutative: composition of x -> a x + b (mod 2^32).
struct Affine {
  unsigned a, b;
};
struct Compose {
  __host__ __device__ Affine operator()(Affine f, Affine g) const { return {g.a * f.a, g.a * f.b + g.b}; }
};
template <cub::BlockReduceAlgorithm kReduce, cub::BlockScanAlgorithm kScan>
__global__ void Scans(const Affine* in, Affine* scanned, Affine* reduced) {
  using Reduce = cub::BlockReduce<Affine, 8, kReduce, 4, 3>;
  using Scan = cub::BlockScan<Affine, 8, kScan, 4, 3>;
  __shared__ typename Reduce::TempStorage reduce;
  __shared__ typename Scan::TempStorage scan;
  const int rank = (threadIdx.z * 4 + threadIdx.y) * 8 + threadIdx.x, i = blockIdx.x * 96 + rank;
  Affine result = Reduce(reduce).Reduce(in[i], Compose());
  if (rank == 0) reduced[blockIdx.x] = result;
  Scan(scan).InclusiveScan(in[i], result, Compose());
  scanned[i] = result;
}

template <cub::BlockReduceAlgorithm kReduce, cub::BlockScanAlgorithm kScan>
void RunScans() {
  const int blocks = 9, n = blocks * 96;
  std::vector<Affine> values(n), want(n);
  for (int i = 0; i < n; ++i) values[i] = {check::Hash32(i) | 1, check::Hash32(i + n)};
  check::Device<Affine> in(values), scanned(n), reduced(blocks);
  Scans<kReduce, kScan><<<blocks, dim3(8, 4, 3)>>>(in.get(), scanned.get(), reduced.get());
  CHECK_LAUNCH();
  for (int i = 0; i < n; ++i) want[i] = i % 96 == 0 ? values[i] : Compose()(want[i - 1], values[i]);
  std::vector<Affine> got = scanned.Get(), totals = reduced.Get();
  for (int i = 0; i < n; ++i) EXPECT(got[i].a == want[i].a && got[i].b == want[i].b);
  for (int b = 0; b < blocks; ++b) EXPECT(totals[b].a == want[b * 96 + 95].a && totals[b].b == want[b * 96 + 95].b);
}

int main() {
  const int blocks = 21, n = blocks * kTile;
  std::vector<int> values = check::Random<int>(n, 171, 0, 5000), want_difference(n), want_rotated, want_shifted(n);
  check::Device<int> in(values), sorted(n), differences(n), rotated(blocks * kThreads), shifted(n);
  check::Device<unsigned> counts(blocks * 64);
  Order<<<blocks, kThreads>>>(in.get(), sorted.get(), differences.get(), rotated.get(), shifted.get(), counts.get());
  CHECK_LAUNCH();
  std::vector<unsigned> want_counts(blocks * 64);
  for (int i = 0; i < n; ++i) ++want_counts[i / kTile * 64 + (values[i] & 63)];
  check::Equal("histogram", counts.Get(), want_counts);
  for (int b = 0; b < blocks; ++b) {
    int* tile = values.data() + b * kTile;
    std::stable_sort(tile, tile + kTile, LowBitsFirst());
    for (int i = 0; i < kTile; ++i) {
      want_difference[b * kTile + i] = i == 0 ? tile[0] : tile[i] - tile[i - 1];
      want_shifted[b * kTile + i] = i == 0 ? 0 : tile[i - 1];
    }
    for (int t = 0; t < kThreads; ++t) want_rotated.push_back(tile[(t + 5) % kThreads * kItems]);
  }
  check::Equal("merge sort", sorted.Get(), values);
  check::Equal("difference", differences.Get(), want_difference);
  check::Equal("rotate", rotated.Get(), want_rotated);
  check::Equal("shift up", shifted.Get(), want_shifted);
  RunScans<cub::BLOCK_REDUCE_WARP_REDUCTIONS, cub::BLOCK_SCAN_WARP_SCANS>();
  RunScans<cub::BLOCK_REDUCE_RAKING, cub::BLOCK_SCAN_RAKING>();
  return check::Finish("cub_block_more");
}
