// Independent thread scheduling: spin locks taken by the lanes of one warp against each other, in the form with a flag
// and in the form that deadlocks on machines with one program counter per warp; a ticket lock; fine-grained locks.
#include "check.h"

__global__ void FlagForm(int* lock, int* counter, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    bool done = false;
    while (!done) {
      if (atomicCAS(lock, 0, 1) == 0) {
        int v = *static_cast<volatile int*>(counter);
        *static_cast<volatile int*>(counter) = v + 1;
        __threadfence();
        atomicExch(lock, 0);
        done = true;
      }
    }
  }
}

__global__ void WaitForm(int* lock, int* counter, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    while (atomicCAS(lock, 0, 1) != 0) {
    }
    __threadfence();
    int v = *static_cast<volatile int*>(counter);
    *static_cast<volatile int*>(counter) = v + int(threadIdx.x % 3);
    __threadfence();
    atomicExch(lock, 0);
  }
}

__global__ void SharedLock(int* out) {
  __shared__ int lock, total;
  if (threadIdx.x == 0) lock = 0, total = 0;
  __syncthreads();
  while (atomicCAS(&lock, 0, 1) != 0) {
  }
  __threadfence_block();
  volatile int* sum = &total;
  *sum = *sum + int(threadIdx.x);
  __threadfence_block();
  atomicExch(&lock, 0);
  __syncthreads();
  if (threadIdx.x == 0) out[blockIdx.x] = total;
}

__global__ void TicketLock(unsigned* next, volatile unsigned* serving, int* order, int* length) {
  unsigned mine = atomicAdd(next, 1u);
  while (*serving != mine) __nanosleep(20);
  __threadfence();
  volatile int* count = length;
  order[*count] = int(mine);
  *count = *count + 1;
  __threadfence();
  *serving = mine + 1;
}

// Transfers between accounts under two locks taken in order of their index: the sum is preserved.
__global__ void Transfers(int* locks, volatile int* accounts, int count) {
  unsigned id = blockIdx.x * blockDim.x + threadIdx.x;
  int from = int(check::Hash32(id) % count), to = int(check::Hash32(id + 7777) % count);
  if (from == to) return;
  int first = min(from, to), second = max(from, to);
  while (atomicCAS(&locks[first], 0, 1) != 0) {
  }
  while (atomicCAS(&locks[second], 0, 1) != 0) {
  }
  __threadfence();
  int amount = int(id % 17);
  accounts[from] = accounts[from] - amount;
  accounts[to] = accounts[to] + amount;
  __threadfence();
  atomicExch(&locks[second], 0);
  atomicExch(&locks[first], 0);
}

// One lane waits for a value that another lane of its warp writes later in program order.
__global__ void LaneWaits(volatile int* mailbox, int* out) {
  int lane = threadIdx.x;
  if (lane < 31) {
    while (mailbox[lane] == 0) {
    }
    __threadfence();
    out[lane] = mailbox[lane];
    mailbox[lane + 32] = 1;
  } else {
    for (int i = 30; i >= 0; --i) {
      mailbox[i] = i + 100;
      __threadfence();
      while (mailbox[i + 32] == 0) {
      }
    }
    out[31] = 131;
  }
}

int main() {
  check::Device<int> lock(1), counter(1);
  lock.Zero(), counter.Zero();
  FlagForm<<<2, 64>>>(lock, counter, 3);
  CHECK_LAUNCH();
  EXPECT_EQ(counter.Get()[0], 2 * 64 * 3);
  lock.Zero(), counter.Zero();
  WaitForm<<<2, 48>>>(lock, counter, 2);
  CHECK_LAUNCH();
  EXPECT_EQ(counter.Get()[0], 2 * 48 * 2);  // 48 threads: 16 each of 0, 1, 2

  check::Device<int> totals(4);
  SharedLock<<<4, 96>>>(totals);
  CHECK_LAUNCH();
  check::Equal("shared lock", totals.Get(), std::vector<int>(4, 96 * 95 / 2));

  check::Device<unsigned> tickets(2);
  check::Device<int> order(80), length(1);
  tickets.Zero(), length.Zero();
  TicketLock<<<2, 40>>>(tickets, tickets + 1, order, length);
  CHECK_LAUNCH();
  std::vector<int> want(80);
  for (int i = 0; i < 80; ++i) want[i] = i;
  check::Equal("ticket order", order.Get(), want);

  const int accounts = 9;
  std::vector<int> money(accounts, 1000);
  check::Device<int> locks(accounts), daccounts(money);
  locks.Zero();
  Transfers<<<3, 64>>>(locks, daccounts, accounts);
  CHECK_LAUNCH();
  for (unsigned id = 0; id < 3 * 64; ++id) {
    money[check::Hash32(id) % accounts] -= int(id % 17);
    money[check::Hash32(id + 7777) % accounts] += int(id % 17);
  }
  check::Equal("accounts", daccounts.Get(), money);

  check::Device<int> mailbox(64), out(32);
  mailbox.Zero();
  LaneWaits<<<1, 32>>>(mailbox, out);
  CHECK_LAUNCH();
  std::vector<int> mail(32);
  for (int i = 0; i < 32; ++i) mail[i] = i + 100;
  check::Equal("mailbox", out.Get(), mail);
  return check::Finish("spin_lock");
}
