// Litmus: forward progress between blocks, and barriers inside them: decoupled look-back, a grid barrier by hand, queue
// locks, named barriers, warps that leave early.
#include "check.h"

// A running sum over blocks: each waits for the one before it (blocks start in ascending order).
__global__ void LookBack(const int* in, volatile int* prefix, volatile int* ready, int* out) {
  __shared__ int before;
  const int block = blockIdx.x, i = block * blockDim.x + threadIdx.x;
  if (threadIdx.x == 0) {
    int own = 0;
    for (unsigned t = 0; t < blockDim.x; ++t) own += in[block * blockDim.x + t];
    before = 0;
    if (block > 0) {
      while (!ready[block - 1]) {
      }
      __threadfence();
      before = prefix[block - 1];
    }
    prefix[block] = before + own;
    __threadfence();
    ready[block] = 1;
  }
  __syncthreads();
  out[i] = before + in[i];
}

__device__ void GridBarrier(unsigned* arrived, unsigned round) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicAdd(arrived, 1u);
    while (*static_cast<volatile unsigned*>(arrived) < (round + 1) * gridDim.x) {
    }
    __threadfence();
  }
  __syncthreads();
}

// Every block adds its neighbour's value of the round before.
__global__ void Rounds(unsigned* arrived, int* a, int* b, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    int* from = round % 2 ? b : a;
    int* to = round % 2 ? a : b;
    if (threadIdx.x == 0) to[blockIdx.x] = from[blockIdx.x] + 2 * from[(blockIdx.x + 1) % gridDim.x];
    GridBarrier(arrived, unsigned(round));
  }
}

// Queue lock: each thread waits for the node of its predecessor.
struct Node {
  int locked, next;
};
__global__ void QueueLock(Node* nodes, int* tail, int* counter) {
  const int me = blockIdx.x * blockDim.x + threadIdx.x;
  volatile Node* node = nodes + me;
  for (int round = 0; round < 3; ++round) {
    node->next = -1, node->locked = 1;
    __threadfence();
    const int before = atomicExch(tail, me);
    if (before >= 0) {
      *static_cast<volatile int*>(&nodes[before].next) = me;
      while (node->locked) {
      }
    }
    __threadfence();
    *static_cast<volatile int*>(counter) = *static_cast<volatile int*>(counter) + 1;
    __threadfence();
    if (node->next < 0 && atomicCAS(tail, me, -1) == me) continue;
    while (node->next < 0) {
    }
    *static_cast<volatile int*>(&nodes[node->next].locked) = 0;
  }
}

// Two producer warps and two consumer warps with named barriers "full" (1) and "empty" (2).
__global__ void NamedBarriers(int* out, int rounds) {
  __shared__ int buffer[64];
  const int warp = threadIdx.x / 32, i = threadIdx.x % 64;
  int sum = 0;
  if (warp < 2) {
    for (int round = 0; round < rounds; ++round) {
      if (round > 0) asm volatile("bar.sync 2, 128;" ::: "memory");
      buffer[i] = i + round * 1000;
      asm volatile("bar.arrive 1, 128;" ::: "memory");
    }
  } else {
    for (int round = 0; round < rounds; ++round) {
      asm volatile("bar.sync 1, 128;" ::: "memory");
      sum += buffer[63 - i];
      if (round + 1 < rounds) asm volatile("bar.arrive 2, 128;" ::: "memory");
    }
    out[i] = sum;
  }
}

// Warps and lanes that leave before a barrier count as arrived.
__global__ void EarlyExit(int* out) {
  __shared__ int cells[256];
  const int i = threadIdx.x;
  if (i >= 224) return;
  if (i / 32 == 2 && i % 2 == 1) return;
  cells[i] = i;
  __syncthreads();
  if (i / 32 == 5) return;
  out[i] = cells[(i + 64) % 128 & ~1];
  __syncthreads();
  if (i < 32)
    out[i] += __syncthreads_count(i % 2);
  else
    __syncthreads_count(1);
}

int main() {
  const int blocks = 50, threads = 64, n = blocks * threads;
  std::vector<int> values(n);
  for (int i = 0; i < n; ++i) values[i] = int(check::Hash32(i) % 10);
  check::Device<int> in(values), prefix(blocks), ready(blocks), out(n);
  ready.Zero();
  LookBack<<<blocks, threads>>>(in.get(), prefix.get(), ready.get(), out.get());
  CHECK_LAUNCH();
  std::vector<int> want(n);
  int before = 0;
  for (int b = 0; b < blocks; ++b) {
    int own = 0;
    for (int t = 0; t < threads; ++t)
      want[b * threads + t] = before + values[b * threads + t], own += values[b * threads + t];
    before += own;
  }
  check::Equal("look-back", out.Get(), want);

  const int grid = 8, rounds = 25;
  std::vector<int> a(grid), b(grid);
  for (int i = 0; i < grid; ++i) a[i] = i + 1;
  check::Device<int> device_a(a), device_b(grid);
  check::Device<unsigned> arrived(1);
  arrived.Zero();
  Rounds<<<grid, 64>>>(arrived.get(), device_a.get(), device_b.get(), rounds);
  CHECK_LAUNCH();
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < grid; ++i) b[i] = int(unsigned(a[i]) + 2u * unsigned(a[(i + 1) % grid]));
    a = b;
  }
  check::Equal("grid barrier", device_b.Get(), a);

  check::Device<Node> nodes(4 * 48);
  check::Device<int> tail(std::vector<int>{-1}), counter(1);
  counter.Zero();
  QueueLock<<<4, 48>>>(nodes.get(), tail.get(), counter.get());
  CHECK_LAUNCH();
  EXPECT_EQ(counter.Get()[0], 4 * 48 * 3);

  NamedBarriers<<<1, 128>>>(out.get(), 20);
  CHECK_LAUNCH();
  std::vector<int> got = out.Get();
  for (int i = 0; i < 64; ++i) EXPECT_EQ(got[i], (63 - i) * 20 + 1000 * 190);

  out.Zero();
  EarlyExit<<<1, 256>>>(out.get());
  CHECK_LAUNCH();
  got = out.Get();
  const int present = 16 + (64 - 32) + 16 + 32 + 32 + 32;  // of the last barrier: odd lanes of warp 0, whole others
  for (int i = 0; i < 224; ++i) {
    if ((i / 32 == 2 && i % 2 == 1) || i / 32 == 5) continue;
    EXPECT_EQ(got[i], ((i + 64) % 128 & ~1) + (i < 32 ? present : 0));
  }
  return check::Finish("litmus_blocks");
}
