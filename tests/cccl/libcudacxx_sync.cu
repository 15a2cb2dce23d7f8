// libcu++'s synchronisation between blocks: latch, semaphores, barrier of device scope, waiting on atomics.
#include <cuda/atomic>
#include <cuda/barrier>
#include <cuda/latch>
#include <cuda/semaphore>

#include "check.h"

using Barrier = cuda::barrier<cuda::thread_scope_device>;
using Latch = cuda::latch<cuda::thread_scope_device>;
using Semaphore = cuda::counting_semaphore<cuda::thread_scope_device, 3>;
using Atomic = cuda::atomic<int, cuda::thread_scope_device>;

constexpr int kBlocks = 6;

__global__ void Prepare(Barrier* barrier, Latch* latch, Semaphore* semaphore, Atomic* atomics) {
  new (barrier) Barrier(kBlocks);
  new (latch) Latch(kBlocks - 1);
  new (semaphore) Semaphore(3);
  for (int i = 0; i < 4; ++i) new (atomics + i) Atomic(0);
}

// Block 0 waits until the others have counted down, and sees what they wrote.
__global__ void CountDown(Latch* latch, int* cells, int* sum) {
  if (threadIdx.x != 0) return;
  if (blockIdx.x == 0) {
    latch->wait();
    for (int b = 1; b < kBlocks; ++b) *sum += cells[b];
  } else {
    cells[blockIdx.x] = blockIdx.x * 11;
    latch->count_down();
  }
}

// Never more than three blocks inside.
__global__ void Inside(Semaphore* semaphore, Atomic* inside, Atomic* most, int* entered) {
  if (threadIdx.x != 0) return;
  for (int round = 0; round < 20; ++round) {
    semaphore->acquire();
    int now = inside->fetch_add(1) + 1;
    int seen = most->load();
    while (seen < now && !most->compare_exchange_strong(seen, now)) {
    }
    ++entered[blockIdx.x];
    inside->fetch_sub(1);
    semaphore->release();
  }
}

// Rounds of all blocks: each reads what its neighbour wrote in the round before.
__global__ void Rounds(Barrier* barrier, int* a, int* b, int rounds) {
  if (threadIdx.x != 0) return;
  for (int round = 0; round < rounds; ++round) {
    int* from = round % 2 ? b : a;
    int* to = round % 2 ? a : b;
    to[blockIdx.x] = from[(blockIdx.x + 1) % kBlocks] * 3 + 1;
    barrier->arrive_and_wait();
  }
}

// A chain: block n waits for n, then says n + 1.
__global__ void Chain(Atomic* turn, int* order) {
  if (threadIdx.x != 0) return;
  int now = turn->load(cuda::std::memory_order_acquire);
  while (now != int(blockIdx.x)) {
    turn->wait(now, cuda::std::memory_order_acquire);
    now = turn->load(cuda::std::memory_order_acquire);
  }
  order[now] = blockIdx.x;
  turn->store(now + 1, cuda::std::memory_order_release);
  turn->notify_all();
}

int main() {
  check::Device<Barrier> barrier(1);
  check::Device<Latch> latch(1);
  check::Device<Semaphore> semaphore(1);
  check::Device<Atomic> atomics(4);
  Prepare<<<1, 1>>>(barrier.get(), latch.get(), semaphore.get(), atomics.get());
  CHECK_LAUNCH();
  check::Device<int> cells(kBlocks), sum(1), entered(kBlocks), order(kBlocks);
  cells.Zero(), sum.Zero(), entered.Zero();
  CountDown<<<kBlocks, 32>>>(latch.get(), cells.get(), sum.get());
  CHECK_LAUNCH();
  EXPECT_EQ(sum.Get()[0], 11 * (1 + 2 + 3 + 4 + 5));
  Inside<<<kBlocks, 32>>>(semaphore.get(), atomics.get(), atomics.get() + 1, entered.get());
  CHECK_LAUNCH();
  check::Equal("entered", entered.Get(), std::vector<int>(kBlocks, 20));
  std::vector<int> a(kBlocks), b(kBlocks);
  int most = 0;
  CHECK_CUDA(cudaMemcpy(&most, atomics.get() + 1, sizeof most, cudaMemcpyDeviceToHost));
  EXPECT(most >= 1 && most <= 3);
  for (int i = 0; i < kBlocks; ++i) a[i] = i;
  check::Device<int> device_a(a), device_b(kBlocks);
  Rounds<<<kBlocks, 32>>>(barrier.get(), device_a.get(), device_b.get(), 15);
  CHECK_LAUNCH();
  for (int round = 0; round < 15; ++round) {
    for (int i = 0; i < kBlocks; ++i) b[i] = a[(i + 1) % kBlocks] * 3 + 1;
    a = b;
  }
  check::Equal("rounds", device_b.Get(), a);
  Chain<<<kBlocks, 32>>>(atomics.get() + 2, order.get());
  CHECK_LAUNCH();
  for (int i = 0; i < kBlocks; ++i) b[i] = i;
  check::Equal("chain", order.Get(), b);
  return check::Finish("libcudacxx_sync");
}
