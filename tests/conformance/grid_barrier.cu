// Hand-written grid barriers with an ordinary launch (one generation counter; sense reversal), and blocks that pass
// data along: a producer and a consumer through a bounded ring, and a pipeline in which block b waits for block b - 1.
#include <algorithm>

#include "check.h"

__device__ void Arrive(unsigned* arrived, unsigned goal) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    atomicAdd(arrived, 1u);
    while (*static_cast<volatile unsigned*>(arrived) < goal) {
    }
    __threadfence();
  }
  __syncthreads();
}

// Every round each block adds what all blocks wrote in the round before.
__global__ void Rounds(unsigned* arrived, int* values, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const volatile int* from = values + round % 2 * gridDim.x;
    int sum = 0;
    for (int b = 0; b < gridDim.x; ++b) sum += from[b];
    Arrive(arrived, (2 * round + 1) * gridDim.x);
    if (threadIdx.x == 0) values[(round + 1) % 2 * gridDim.x + blockIdx.x] = (sum + int(blockIdx.x)) % 10007;
    Arrive(arrived, (2 * round + 2) * gridDim.x);
  }
}

__global__ void SenseReversing(unsigned* state, int* log, int rounds) {
  volatile unsigned* sense = state + 1;
  for (int round = 0; round < rounds; ++round) {
    if (threadIdx.x == 0) {
      unsigned mine = *sense;
      atomicAdd(&log[round], 1);
      __threadfence();
      if (atomicAdd(state, 1u) == gridDim.x - 1) {
        state[0] = 0;
        __threadfence();
        *sense = mine + 1;
      } else {
        while (*sense == mine) __nanosleep(50);
      }
      __threadfence();
      if (static_cast<volatile int*>(log)[round] != int(gridDim.x)) atomicAdd(&log[rounds], 1);  // an early release
    }
    __syncthreads();
  }
}

constexpr int kSlots = 4;

__global__ void ProducerConsumer(volatile int* ring, volatile unsigned* written, volatile unsigned* read, int items,
                                 long long* sum) {
  if (blockIdx.x == 0) {
    for (unsigned i = 0; i < items; ++i) {
      if (threadIdx.x == 0) {
        while (i - *read >= kSlots) {
        }
        __threadfence();
      }
      __syncthreads();
      ring[i % kSlots * blockDim.x + threadIdx.x] = int(i * 1000 + threadIdx.x);
      __threadfence();
      __syncthreads();
      if (threadIdx.x == 0) *written = i + 1;
    }
  } else {
    long long total = 0;
    for (unsigned i = 0; i < items; ++i) {
      if (threadIdx.x == 0) {
        while (*written <= i) {
        }
        __threadfence();
      }
      __syncthreads();
      total += (long long)ring[i % kSlots * blockDim.x + threadIdx.x] * (i + 1);
      __threadfence();
      __syncthreads();
      if (threadIdx.x == 0) *read = i + 1;
    }
    atomicAdd(reinterpret_cast<unsigned long long*>(sum), (unsigned long long)total);
  }
}

// Blocks start in any order; a ticket gives the position, and position p waits for p - 1.
__global__ void Chain(unsigned* next, volatile int* done) {
  if (threadIdx.x != 0) return;
  unsigned position = atomicAdd(next, 1u);
  int before = 1;
  if (position > 0) {
    while ((before = done[position - 1]) == 0) {
    }
  }
  __threadfence();
  done[position] = (before * 3 + int(position)) % 9973 + 1;
}

int main() {
  cudaDeviceProp properties;
  CHECK_CUDA(cudaGetDeviceProperties(&properties, 0));
  int per_core = 0;
  CHECK_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_core, Rounds, 64, 0));
  EXPECT(per_core >= 1);
  const int blocks = std::min(12, per_core * properties.multiProcessorCount), rounds = 20;  // all must be resident
  check::Device<unsigned> arrived(1), state(2);
  std::vector<int> values(2 * blocks);
  for (int i = 0; i < blocks; ++i) values[i] = i + 1;
  check::Device<int> dvalues(values), log(rounds + 1);
  arrived.Zero();
  Rounds<<<blocks, 64>>>(arrived, dvalues, rounds);
  CHECK_LAUNCH();
  for (int round = 0; round < rounds; ++round) {
    int sum = 0;
    for (int b = 0; b < blocks; ++b) sum += values[round % 2 * blocks + b];
    for (int b = 0; b < blocks; ++b) values[(round + 1) % 2 * blocks + b] = (sum + b) % 10007;
  }
  check::Equal("rounds", dvalues.Get(), values);

  state.Zero(), log.Zero();
  SenseReversing<<<blocks, 32>>>(state, log, rounds);
  CHECK_LAUNCH();
  std::vector<int> want(rounds + 1, blocks);
  want[rounds] = 0;
  check::Equal("sense reversal", log.Get(), want);

  if (blocks >= 2) {
    const int items = 30, threads = 64;
    check::Device<int> ring(kSlots * threads);
    check::Device<unsigned> heads(2);
    check::Device<long long> sum(1);
    heads.Zero(), sum.Zero();
    ProducerConsumer<<<2, threads>>>(ring, heads, heads + 1, items, sum);
    CHECK_LAUNCH();
    long long expected = 0;
    for (int i = 0; i < items; ++i) {
      for (int t = 0; t < threads; ++t) expected += (long long)(i * 1000 + t) * (i + 1);
    }
    EXPECT_EQ(sum.Get()[0], expected);
  }

  const int length = 200;
  check::Device<unsigned> next(1);
  check::Device<int> done(length);
  next.Zero(), done.Zero();
  Chain<<<length, 32>>>(next, done);
  CHECK_LAUNCH();
  std::vector<int> chain(length);
  for (int p = 0, before = 1; p < length; ++p) before = chain[p] = (before * 3 + p) % 9973 + 1;
  check::Equal("chain", done.Get(), chain);
  return check::Finish("grid_barrier");
}
