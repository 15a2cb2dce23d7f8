// Prefix sums: a Hillis-Steele scan of one block, a three-kernel scan, and a single-pass scan with decoupled look-back,
// in which a block spins on the published state of the blocks before it.
#include "check.h"

constexpr int kBlock = 128;

__device__ int BlockInclusive(int v) {
  __shared__ int data[2][kBlock];
  int t = threadIdx.x, from = 0;
  data[0][t] = v;
  __syncthreads();
  for (int step = 1; step < kBlock; step *= 2) {
    data[1 - from][t] = t >= step ? data[from][t] + data[from][t - step] : data[from][t];
    from = 1 - from;
    __syncthreads();
  }
  int result = data[from][t];
  __syncthreads();
  return result;
}

__global__ void ScanBlocks(const int* in, int* out, int* sums, int n) {
  int i = blockIdx.x * kBlock + threadIdx.x;
  int scanned = BlockInclusive(i < n ? in[i] : 0);
  if (i < n) out[i] = scanned;
  if (sums != nullptr && threadIdx.x == kBlock - 1) sums[blockIdx.x] = scanned;
}

__global__ void AddOffsets(int* out, const int* sums, int n) {
  int i = blockIdx.x * kBlock + threadIdx.x;
  if (blockIdx.x > 0 && i < n) out[i] += sums[blockIdx.x - 1];
}

// state: high half 0 = nothing yet, 1 = sum of this block, 2 = sum of everything up to this block; low half the value.
__global__ void LookBack(const int* in, int* out, unsigned long long* state, unsigned* next_block, int n) {
  __shared__ int block_id, offset;
  if (threadIdx.x == 0) block_id = int(atomicAdd(next_block, 1u));
  __syncthreads();
  int block = block_id, i = block * kBlock + threadIdx.x;
  int scanned = BlockInclusive(i < n ? in[i] : 0);
  if (threadIdx.x == kBlock - 1) {
    unsigned long long kind = block == 0 ? 2 : 1;
    atomicExch(&state[block], kind << 32 | unsigned(scanned));
    int before = 0;
    for (int previous = block - 1; previous >= 0;) {
      unsigned long long seen = *static_cast<volatile unsigned long long*>(&state[previous]);
      if (seen >> 32 == 0) continue;
      before += int(unsigned(seen));
      if (seen >> 32 == 2) break;
      --previous;
    }
    if (block > 0) atomicExch(&state[block], 2ull << 32 | unsigned(before + scanned));
    offset = before;
  }
  __syncthreads();
  if (i < n) out[i] = offset + scanned;
}

// The scan of one warp by shuffles, exclusive, for comparison in the last check.
__global__ void WarpExclusive(const int* in, int* out) {
  int lane = threadIdx.x & 31, v = in[threadIdx.x], sum = v;
  for (int step = 1; step < 32; step *= 2) {
    int other = __shfl_up_sync(0xffffffffu, sum, step);
    if (lane >= step) sum += other;
  }
  out[threadIdx.x] = sum - v;
}

int main() {
  for (int n : {1, 100, kBlock, 5000, kBlock * kBlock}) {
    std::vector<int> in(n), want(n);
    int sum = 0;
    for (int i = 0; i < n; ++i) {
      in[i] = int(check::Hash32(i + 77) % 201) - 100;
      want[i] = sum += in[i];
    }
    int blocks = (n + kBlock - 1) / kBlock;
    check::Device<int> din(in), dout(n), sums(blocks);
    ScanBlocks<<<blocks, kBlock>>>(din, dout, sums, n);
    ScanBlocks<<<1, kBlock>>>(sums, sums, nullptr, blocks);
    AddOffsets<<<blocks, kBlock>>>(dout, sums, n);
    CHECK_LAUNCH();
    check::Equal("three kernels", dout.Get(), want);

    check::Device<unsigned long long> state(blocks);
    check::Device<unsigned> next(1);
    for (int repeat = 0; repeat < 3; ++repeat) {
      state.Zero(), next.Zero(), dout.Zero();
      LookBack<<<blocks, kBlock>>>(din, dout, state, next, n);
      CHECK_LAUNCH();
      check::Equal("look-back", dout.Get(), want);
    }
  }
  std::vector<int> in(64), want(64);
  for (int i = 0; i < 64; ++i) {
    in[i] = i * i - 7;
    want[i] = i % 32 == 0 ? 0 : want[i - 1] + in[i - 1];
  }
  check::Device<int> din(in), dout(64);
  WarpExclusive<<<1, 64>>>(din, dout);
  CHECK_LAUNCH();
  check::Equal("warp", dout.Get(), want);
  return check::Finish("scan");
}
