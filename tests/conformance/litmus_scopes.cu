// Litmus: synchronisation inside a block and through atomics: barriers with reductions, fences of the block's scope,
// tickets and semaphores, causality over three parties, coherence of atomics, warps that meet at unequal barriers.
#include "check.h"

// Message passing between warps of a block, through shared and through global memory; every kind of fence.
template <int kFence>
__device__ __forceinline__ void Fence() {
  if (kFence == 0) __threadfence_block();
  if (kFence == 1) asm volatile("fence.acq_rel.cta;" ::: "memory");
  if (kFence == 2) asm volatile("fence.sc.cta;" ::: "memory");
  if (kFence == 3) __threadfence();
}
template <int kFence>
__global__ void InBlock(volatile int* data, volatile int* flag, int* bad, int rounds) {
  __shared__ volatile int shared_data, shared_flag;
  if (threadIdx.x == 0) shared_data = 0, shared_flag = 0;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int i = 1; i <= rounds; ++i) {
      shared_data = i, *data = i;
      Fence<kFence>();
      shared_flag = i, *flag = i;
    }
  } else if (threadIdx.x % 32 == 0) {
    for (int i = 0; i < rounds; ++i) {
      const int seen = shared_flag, seen_global = *flag;
      Fence<kFence>();
      if (shared_data < seen || *data < seen_global) atomicAdd(bad, 1);
    }
    while (shared_flag != rounds) {
    }
  }
}

// Barriers that reduce: of all threads, and of the first two warps only while the others wait at another.
__global__ void Reductions(int* out) {
  const int t = threadIdx.x;
  int odd, all, any, named = 0;
  asm volatile(
      "{ .reg .pred p, q; setp.ne.s32 p, %3, 0;\n"
      "barrier.cta.red.popc.aligned.u32 %0, 0, p;\n"
      "barrier.cta.red.and.aligned.pred q, 0, p; selp.s32 %1, 1, 0, q;\n"
      "barrier.cta.red.or.aligned.pred q, 0, p; selp.s32 %2, 1, 0, q; }"
      : "=r"(odd), "=r"(all), "=r"(any)
      : "r"(t % 2)
      : "memory");
  if (t < 64) {
    asm volatile("{ .reg .pred p; setp.lt.s32 p, %1, 40; bar.red.popc.u32 %0, 3, 64, p; }"
                 : "=r"(named)
                 : "r"(t)
                 : "memory");
  } else {
    asm volatile("{ .reg .pred p; setp.lt.s32 p, %1, 70; bar.red.popc.u32 %0, 4, 64, p; }"
                 : "=r"(named)
                 : "r"(t)
                 : "memory");
  }
  out[t] = odd + 1000 * all + 10000 * any + 100000 * named;
}

// A ticket lock of single threads of many blocks, acquire and release in PTX.
__global__ void Tickets(unsigned* next, unsigned* serving, int* log, int* length, int rounds) {
  if (threadIdx.x % 16 != 0) return;
  for (int round = 0; round < rounds; ++round) {
    unsigned mine = atomicAdd(next, 1u), now;
    do {
      asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(now) : "l"(serving) : "memory");
    } while (now != mine);
    log[(*length)++] = int(mine);
    asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"(serving), "r"(mine + 1) : "memory");
  }
}

// A semaphore of two places: atomics only.
__global__ void Semaphore(int* places, int* inside, int* most, int* total) {
  if (threadIdx.x != 0) return;
  for (int round = 0; round < 10; ++round) {
    for (;;) {
      const int free = atomicAdd(places, 0);
      if (free > 0 && atomicCAS(places, free, free - 1) == free) break;
    }
    __threadfence();
    atomicMax(most, atomicAdd(inside, 1) + 1);
    atomicAdd(total, 1);
    atomicSub(inside, 1);
    __threadfence();
    atomicAdd(places, 1);
  }
}

// Causality: block 0 writes x, block 1 sees it and writes y (release), block 2 sees y (acquire) and must see x. The flag
// travels through a read-modify-write of block 3, which keeps the release sequence.
__global__ void Causality(int* x, int* y, int* bad, int tests) {
  for (int t = threadIdx.x; t < tests; t += blockDim.x) {
    int* data = x + t * 32;
    int* flag = y + t * 32;
    int v;
    if (blockIdx.x == 0) {
      asm volatile("st.release.gpu.global.s32 [%0], 1;" ::"l"(data) : "memory");
    } else if (blockIdx.x == 1) {
      asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(v) : "l"(data) : "memory");
      if (v == 1) asm volatile("atom.release.gpu.global.add.s32 %0, [%1], 1;" : "=r"(v) : "l"(flag) : "memory");
    } else if (blockIdx.x == 3) {
      asm volatile("atom.relaxed.gpu.global.add.s32 %0, [%1], 2;" : "=r"(v) : "l"(flag) : "memory");
    } else {
      asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(v) : "l"(flag) : "memory");
      if (v & 1) {
        asm volatile("ld.relaxed.gpu.global.s32 %0, [%1];" : "=r"(v) : "l"(data) : "memory");
        if (v != 1) atomicAdd(bad, 1);
      }
    }
  }
}

// What one thread reads of a counter that others add to never falls, and its own addition is seen at once.
__global__ void AtomicCoherence(int* counter, int* bad) {
  int last = 0;
  for (int i = 0; i < 40; ++i) {
    const int before = atomicAdd(counter, 1);
    if (before < last) atomicAdd(bad, 1);
    last = *static_cast<volatile int*>(counter);
    if (last <= before) atomicAdd(bad, 1);
  }
}

// Warps pass different numbers of barriers before they leave; those that stay are not held up.
__global__ void Leaving(int* out) {
  const int warp = threadIdx.x / 32;
  int passed = 0;
  while (passed < warp + 1) {
    __syncthreads();
    ++passed;
  }
  out[threadIdx.x] = passed;
}

int main() {
  check::Device<int> word(1), flag(1), bad(1), out(256);
  void (*kernels[])(volatile int*, volatile int*, int*, int) = {InBlock<0>, InBlock<1>, InBlock<2>, InBlock<3>};
  for (auto kernel : kernels) {
    word.Zero(), flag.Zero(), bad.Zero();
    kernel<<<1, 96>>>(word.get(), flag.get(), bad.get(), 500);
    CHECK_LAUNCH();
    EXPECT_EQ(bad.Get()[0], 0);
  }
  Reductions<<<1, 128>>>(out.get());
  CHECK_LAUNCH();
  std::vector<int> got = out.Get();
  for (int t = 0; t < 128; ++t) EXPECT_EQ(got[t], 64 + 10000 + 100000 * (t < 64 ? 40 : 6));

  const int rounds = 6, tickets = 5 * 4 * rounds;
  check::Device<unsigned> next(1), serving(1);
  check::Device<int> log(tickets), length(1), places(std::vector<int>{2}), inside(1), most(1), total(1);
  next.Zero(), serving.Zero(), length.Zero();
  Tickets<<<5, 64>>>(next.get(), serving.get(), log.get(), length.get(), rounds);
  CHECK_LAUNCH();
  std::vector<int> want(tickets);
  for (int i = 0; i < tickets; ++i) want[i] = i;
  check::Equal("tickets", log.Get(), want);

  inside.Zero(), most.Zero(), total.Zero();
  Semaphore<<<6, 32>>>(places.get(), inside.get(), most.get(), total.get());
  CHECK_LAUNCH();
  EXPECT_EQ(total.Get()[0], 60);
  EXPECT_EQ(places.Get()[0], 2);
  EXPECT(most.Get()[0] <= 2);

  const int tests = 256;
  check::Device<int> x(tests * 32), y(tests * 32);
  x.Zero(), y.Zero(), bad.Zero();
  Causality<<<4, 64>>>(x.get(), y.get(), bad.get(), tests);
  CHECK_LAUNCH();
  EXPECT_EQ(bad.Get()[0], 0);

  word.Zero();
  AtomicCoherence<<<4, 64>>>(word.get(), bad.get());
  CHECK_LAUNCH();
  EXPECT_EQ(word.Get()[0], 4 * 64 * 40);
  EXPECT_EQ(bad.Get()[0], 0);

  Leaving<<<1, 256>>>(out.get());
  CHECK_LAUNCH();
  got = out.Get();
  for (int t = 0; t < 256; ++t) EXPECT_EQ(got[t], t / 32 + 1);
  return check::Finish("litmus_scopes");
}
