// Least-significant-digit radix sort, 4 bits per pass, stable, with key-value pairs: per-block digit counts, a scan of
// the counts, and a scatter that ranks keys inside a block with warp votes (ballot) and shared counters.
#include <algorithm>
#include <numeric>

#include "check.h"

constexpr int kBlock = 128, kDigits = 16, kWarps = kBlock / 32;

__global__ void Count(const unsigned* keys, int* counts, int n, int shift) {
  __shared__ int local[kDigits];
  if (threadIdx.x < kDigits) local[threadIdx.x] = 0;
  __syncthreads();
  int i = blockIdx.x * kBlock + threadIdx.x;
  if (i < n) atomicAdd(&local[keys[i] >> shift & 15], 1);
  __syncthreads();
  if (threadIdx.x < kDigits) counts[threadIdx.x * gridDim.x + blockIdx.x] = local[threadIdx.x];
}

// Exclusive scan of `count` integers by one thread per chunk, then one thread over the chunk sums.
__global__ void ScanCounts(int* counts, int count) {
  __shared__ int sums[kBlock];
  int chunk = (count + kBlock - 1) / kBlock, begin = threadIdx.x * chunk, end = min(begin + chunk, count), sum = 0;
  for (int i = begin; i < end; ++i) sum += counts[i];
  sums[threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    int running = 0;
    for (int i = 0; i < kBlock; ++i) {
      int v = sums[i];
      sums[i] = running;
      running += v;
    }
  }
  __syncthreads();
  int running = sums[threadIdx.x];
  for (int i = begin; i < end; ++i) {
    int v = counts[i];
    counts[i] = running;
    running += v;
  }
}

__global__ void Scatter(const unsigned* keys, const int* values, unsigned* keys_out, int* values_out,
                        const int* offsets, int n, int shift) {
  __shared__ int warp_counts[kWarps][kDigits];
  int i = blockIdx.x * kBlock + threadIdx.x, lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  bool valid = i < n;
  unsigned key = valid ? keys[i] : 0, digit = key >> shift & 15;
  unsigned same = __ballot_sync(0xffffffffu, valid);
  for (int bit = 0; bit < 4; ++bit) {
    unsigned votes = __ballot_sync(0xffffffffu, digit >> bit & 1);
    same &= digit >> bit & 1 ? votes : ~votes;
  }
  if (lane < kDigits) warp_counts[warp][lane] = 0;
  __syncwarp();
  int rank = __popc(same & ((1u << lane) - 1));
  if (valid && rank == 0) warp_counts[warp][digit] = __popc(same);
  __syncthreads();
  if (!valid) return;
  for (int w = 0; w < warp; ++w) rank += warp_counts[w][digit];
  int to = offsets[digit * gridDim.x + blockIdx.x] + rank;
  keys_out[to] = key;
  values_out[to] = values[i];
}

int main() {
  for (int n : {1, 127, 3000, 6001}) {
    std::vector<unsigned> keys(n);
    std::vector<int> values(n), order(n);
    for (int i = 0; i < n; ++i) keys[i] = check::Hash32(i) & (i % 2 ? 0xffffffffu : 0xffu), values[i] = i;
    int blocks = (n + kBlock - 1) / kBlock;
    check::Device<unsigned> ka(keys), kb(n);
    check::Device<int> va(values), vb(n), counts(kDigits * blocks);
    unsigned *from = ka, *to = kb;
    int *vfrom = va, *vto = vb;
    for (int shift = 0; shift < 32; shift += 4) {
      Count<<<blocks, kBlock>>>(from, counts, n, shift);
      ScanCounts<<<1, kBlock>>>(counts, kDigits * blocks);
      Scatter<<<blocks, kBlock>>>(from, vfrom, to, vto, counts, n, shift);
      std::swap(from, to);
      std::swap(vfrom, vto);
    }
    CHECK_LAUNCH();
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return keys[a] < keys[b]; });
    std::vector<unsigned> want(n);
    for (int i = 0; i < n; ++i) want[i] = keys[order[i]];
    check::Equal("keys", ka.Get(), want);  // an even number of passes: the result is back in the first buffers
    check::Equal("values", va.Get(), order);
  }
  return check::Finish("radix_sort");
}
