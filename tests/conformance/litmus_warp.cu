// Litmus: forward progress and communication inside one warp. Each pattern deadlocks, or reads old values, on a machine
// that runs the lanes of a warp in lock step or that does not keep them apart at synchronisation.
#include "check.h"

// Lane 0 produces, lane 1 consumes, through volatile shared memory, in a loop: the two are at different places.
__global__ void ProducerConsumer(int* out, int rounds) {
  __shared__ volatile int slot, full;
  if (threadIdx.x == 0) full = 0;
  __syncwarp();
  if (threadIdx.x == 0) {
    for (int i = 0; i < rounds; ++i) {
      while (full) {
      }
      slot = i * 3 + 1;
      __threadfence_block();
      full = 1;
    }
  } else if (threadIdx.x == 1) {
    int sum = 0;
    for (int i = 0; i < rounds; ++i) {
      while (!full) {
      }
      __threadfence_block();
      sum += slot;
      __threadfence_block();
      full = 0;
    }
    *out = sum;
  }
}

// A token goes round the lanes of a warp through global memory.
__global__ void Ring(int* token, int* trace, int turns) {
  const int lane = threadIdx.x;
  volatile int* shared = token;
  for (int turn = 0; turn < turns; ++turn) {
    const int mine = turn * 32 + lane;
    while (*shared != mine) {
    }
    trace[mine] = lane;
    __threadfence();
    *shared = mine + 1;
  }
}

// A lock taken by lanes inside nested divergent loops with several exits.
__global__ void NestedLoops(int* lock, int* counter) {
  const int lane = threadIdx.x;
  for (int i = 0; i <= lane % 5; ++i) {
    for (int j = 0;; ++j) {
      if (j > lane % 3) break;
      if ((i + j + lane) % 7 == 6) continue;
      while (atomicCAS(lock, 0, 1) != 0) {
        if (lane == 99) return;
      }
      volatile int* count = counter;
      *count = *count + 1;
      __threadfence();
      atomicExch(lock, 0);
    }
  }
}

// __syncwarp of subsets at different places: halves exchange through shared memory at their own pace.
__global__ void Subsets(int* out) {
  __shared__ int cells[32];
  const int lane = threadIdx.x;
  int value = lane * lane;
  if (lane < 16) {
    for (int round = 0; round < 4; ++round) {
      cells[lane] = value;
      __syncwarp(0x0000ffffu);
      value = cells[(lane + 1) % 16] + round;
      __syncwarp(0x0000ffffu);
    }
  } else if (lane % 2 == 0) {
    for (int round = 0; round < 7; ++round) {
      cells[lane] = value;
      __syncwarp(0x55550000u);
      value = cells[16 + (lane + 2) % 16] - round;
      __syncwarp(0x55550000u);
    }
  }
  out[lane] = value;
}

// The same __syncwarp reached from both sides of a branch.
__global__ void BothSides(int* out) {
  __shared__ int cells[32];
  const int lane = threadIdx.x;
  if (lane % 3 == 0) {
    cells[lane] = lane + 100;
    __syncwarp();
    out[lane] = cells[(lane + 1) % 32];
  } else {
    cells[lane] = lane + 200;
    __syncwarp();
    out[lane] = cells[(lane + 1) % 32];
  }
}

// Lanes wait for a lane that leaves the kernel after it has told them.
__global__ void LeaderLeaves(int* flag, int* out) {
  if (threadIdx.x == 17) {
    atomicExch(flag, 5);
    return;
  }
  while (atomicAdd(flag, 0) == 0) {
  }
  out[threadIdx.x] = *static_cast<volatile int*>(flag);
}

int main() {
  check::Device<int> out(32), word(1), count(1);
  ProducerConsumer<<<1, 32>>>(word.get(), 200);
  CHECK_LAUNCH();
  EXPECT_EQ(word.Get()[0], 3 * (199 * 200 / 2) + 200);

  check::Device<int> trace(32 * 12);
  word.Zero();
  Ring<<<1, 32>>>(word.get(), trace.get(), 12);
  CHECK_LAUNCH();
  std::vector<int> want(32 * 12);
  for (size_t i = 0; i < want.size(); ++i) want[i] = int(i % 32);
  check::Equal("ring", trace.Get(), want);

  word.Zero(), count.Zero();
  NestedLoops<<<1, 32>>>(word.get(), count.get());
  CHECK_LAUNCH();
  int turns = 0;
  for (int lane = 0; lane < 32; ++lane) {
    for (int i = 0; i <= lane % 5; ++i) {
      for (int j = 0; j <= lane % 3; ++j) turns += (i + j + lane) % 7 != 6;
    }
  }
  EXPECT_EQ(count.Get()[0], turns);

  Subsets<<<1, 32>>>(out.get());
  CHECK_LAUNCH();
  std::vector<int> value(32), next(32);
  for (int lane = 0; lane < 32; ++lane) value[lane] = lane * lane;
  for (int round = 0; round < 7; ++round) {
    next = value;
    for (int lane = 0; lane < 32; ++lane) {
      if (lane < 16 && round < 4) next[lane] = value[(lane + 1) % 16] + round;
      if (lane >= 16 && lane % 2 == 0) next[lane] = value[16 + (lane + 2) % 16] - round;
    }
    value = next;
  }
  check::Equal("subsets", out.Get(), value);

  BothSides<<<1, 32>>>(out.get());
  CHECK_LAUNCH();
  for (int lane = 0; lane < 32; ++lane) {
    const int other = (lane + 1) % 32;
    value[lane] = other + (other % 3 == 0 ? 100 : 200);
  }
  check::Equal("both sides", out.Get(), value);

  word.Zero(), out.Zero();
  LeaderLeaves<<<1, 32>>>(word.get(), out.get());
  CHECK_LAUNCH();
  value.assign(32, 5), value[17] = 0;
  check::Equal("leader leaves", out.Get(), value);
  return check::Finish("litmus_warp");
}
