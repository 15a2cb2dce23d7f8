// Litmus: the memory model (PTX ISA, "Memory Consistency Model"). Small races between blocks whose forbidden outcomes
// must never be seen: message passing, store buffering, load buffering, independent reads of independent writes,
// coherence; with each kind of fence and with acquire and release. Allowed outcomes are counted, not judged.
#include "check.h"

__device__ __forceinline__ int LoadRelaxed(const int* p) {
  int v;
  asm volatile("ld.relaxed.gpu.global.s32 %0, [%1];" : "=r"(v) : "l"(p) : "memory");
  return v;
}
__device__ __forceinline__ void StoreRelaxed(int* p, int v) {
  asm volatile("st.relaxed.gpu.global.s32 [%0], %1;" ::"l"(p), "r"(v) : "memory");
}
__device__ __forceinline__ int LoadAcquire(const int* p) {
  int v;
  asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(v) : "l"(p) : "memory");
  return v;
}
__device__ __forceinline__ void StoreRelease(int* p, int v) {
  asm volatile("st.release.gpu.global.s32 [%0], %1;" ::"l"(p), "r"(v) : "memory");
}

struct FenceSc {
  static __device__ __forceinline__ void Do() { asm volatile("fence.sc.gpu;" ::: "memory"); }
};
struct FenceAcqRel {
  static __device__ __forceinline__ void Do() { asm volatile("fence.acq_rel.gpu;" ::: "memory"); }
};
struct Membar {
  static __device__ __forceinline__ void Do() { asm volatile("membar.gl;" ::: "memory"); }
};
struct System {
  static __device__ __forceinline__ void Do() { __threadfence_system(); }
};

// x, y, .. of one test lie on lines of their own.
constexpr int kStride = 64;

// Message passing: a reader that sees the flag sees the data.
template <typename Fence>
__global__ void MessagePassing(int* cells, int* bad, int tests) {
  for (int t = threadIdx.x; t < tests; t += blockDim.x) {
    int* x = cells + t * 2 * kStride;
    int* y = x + kStride;
    if (blockIdx.x == 0) {
      StoreRelaxed(x, 1);
      Fence::Do();
      StoreRelaxed(y, 1);
    } else {
      int flag = LoadRelaxed(y);
      Fence::Do();
      int data = LoadRelaxed(x);
      if (flag == 1 && data == 0) atomicAdd(bad, 1);
    }
  }
}
__global__ void MessagePassingAcquire(int* cells, int* bad, int tests) {
  for (int t = threadIdx.x; t < tests; t += blockDim.x) {
    int* x = cells + t * 2 * kStride;
    int* y = x + kStride;
    if (blockIdx.x == 0) {
      *static_cast<volatile int*>(x) = 1;
      StoreRelease(y, 1);
    } else {
      int flag = LoadAcquire(y);
      int data = *static_cast<volatile int*>(x);
      if (flag == 1 && data == 0) atomicAdd(bad, 1);
    }
  }
}

// Store buffering: with a fence.sc between store and load not both can miss the other's store.
template <typename Fence>
__global__ void StoreBuffering(int* cells, int* results, int tests) {
  for (int t = threadIdx.x; t < tests; t += blockDim.x) {
    int* x = cells + t * 2 * kStride;
    int* y = x + kStride;
    StoreRelaxed(blockIdx.x == 0 ? x : y, 1);
    Fence::Do();
    results[t * 2 + blockIdx.x] = LoadRelaxed(blockIdx.x == 0 ? y : x);
  }
}

// Load buffering: values do not come out of thin air.
template <typename Fence>
__global__ void LoadBuffering(int* cells, int* results, int tests) {
  for (int t = threadIdx.x; t < tests; t += blockDim.x) {
    int* x = cells + t * 2 * kStride;
    int* y = x + kStride;
    int seen = LoadRelaxed(blockIdx.x == 0 ? x : y);
    Fence::Do();
    StoreRelaxed(blockIdx.x == 0 ? y : x, 1);
    results[t * 2 + blockIdx.x] = seen;
  }
}

// Two writers, two readers: with fence.sc both readers see the writes in the same order.
__global__ void IndependentReads(int* cells, int* results, int tests) {
  for (int t = threadIdx.x; t < tests; t += blockDim.x) {
    int* x = cells + t * 2 * kStride;
    int* y = x + kStride;
    if (blockIdx.x < 2) {
      StoreRelaxed(blockIdx.x == 0 ? x : y, 1);
    } else {
      int first = LoadRelaxed(blockIdx.x == 2 ? x : y);
      FenceSc::Do();
      int second = LoadRelaxed(blockIdx.x == 2 ? y : x);
      results[t * 2 + blockIdx.x - 2] = first * 2 + second;
    }
  }
}

// Coherence: one location never goes back in time, whoever reads it.
__global__ void Coherence(int* cell, int* bad, int writes) {
  if (blockIdx.x == 0) {
    if (threadIdx.x == 0) {
      for (int i = 1; i <= writes; ++i) StoreRelaxed(cell, i);
    }
  } else {
    int last = 0;
    for (int i = 0; i < writes; ++i) {
      int now = LoadRelaxed(cell);
      if (now < last) atomicAdd(bad, 1);
      last = now;
    }
  }
}

// Dekker's mutual exclusion needs fence.sc.
__global__ void Dekker(int* want, int* turn, int* counter, int rounds) {
  if (threadIdx.x != 0) return;
  const int me = blockIdx.x, other = 1 - me;
  for (int i = 0; i < rounds; ++i) {
    StoreRelaxed(want + me * kStride, 1);
    FenceSc::Do();
    while (LoadRelaxed(want + other * kStride)) {
      if (LoadRelaxed(turn) != me) {
        StoreRelaxed(want + me * kStride, 0);
        while (LoadRelaxed(turn) != me) {
        }
        StoreRelaxed(want + me * kStride, 1);
        FenceSc::Do();
      }
    }
    FenceSc::Do();
    StoreRelaxed(counter, LoadRelaxed(counter) + 1);
    FenceSc::Do();
    StoreRelaxed(turn, other);
    FenceSc::Do();
    StoreRelaxed(want + me * kStride, 0);
  }
}

constexpr int kTests = 512;

template <typename Kernel>
int Bad(Kernel kernel, int blocks) {
  check::Device<int> cells(kTests * 2 * kStride), bad(1);
  cells.Zero(), bad.Zero();
  kernel<<<blocks, 64>>>(cells.get(), bad.get(), kTests);
  CHECK_LAUNCH();
  return bad.Get()[0];
}
template <typename Kernel>
int Both(Kernel kernel, int blocks, int outcome) {
  check::Device<int> cells(kTests * 2 * kStride), results(kTests * 2);
  cells.Zero();
  kernel<<<blocks, 64>>>(cells.get(), results.get(), kTests);
  CHECK_LAUNCH();
  std::vector<int> got = results.Get();
  int count = 0;
  for (int t = 0; t < kTests; ++t) count += got[t * 2] == outcome && got[t * 2 + 1] == outcome;
  return count;
}

int main() {
  EXPECT_EQ(Bad(MessagePassing<FenceSc>, 2), 0);
  EXPECT_EQ(Bad(MessagePassing<FenceAcqRel>, 2), 0);
  EXPECT_EQ(Bad(MessagePassing<Membar>, 2), 0);
  EXPECT_EQ(Bad(MessagePassing<System>, 2), 0);
  EXPECT_EQ(Bad(MessagePassingAcquire, 2), 0);
  EXPECT_EQ(Both(StoreBuffering<FenceSc>, 2, 0), 0);
  EXPECT_EQ(Both(StoreBuffering<Membar>, 2, 0), 0);
  EXPECT_EQ(Both(StoreBuffering<System>, 2, 0), 0);
  EXPECT_EQ(Both(LoadBuffering<FenceSc>, 2, 1), 0);
  EXPECT_EQ(Both(LoadBuffering<FenceAcqRel>, 2, 1), 0);
  EXPECT_EQ(Both(IndependentReads, 4, 2), 0);
  check::Device<int> cell(1), bad(1);
  cell.Zero(), bad.Zero();
  Coherence<<<3, 32>>>(cell.get(), bad.get(), 5000);
  CHECK_LAUNCH();
  EXPECT_EQ(bad.Get()[0], 0);
  check::Device<int> want(2 * kStride), turn(1), counter(1);
  want.Zero(), turn.Zero(), counter.Zero();
  Dekker<<<2, 32>>>(want.get(), turn.get(), counter.get(), 300);
  CHECK_LAUNCH();
  EXPECT_EQ(counter.Get()[0], 600);
  return check::Finish("litmus_memory");
}
