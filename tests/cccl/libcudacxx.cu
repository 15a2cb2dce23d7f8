// libcu++ on the device: atomics of every scope and order, atomic_ref, containers and numbers of cuda::std.
#include <cuda/atomic>
#include <cuda/std/array>
#include <cuda/std/bit>
#include <cuda/std/complex>
#include <cuda/std/optional>
#include <cuda/std/span>
#include <cuda/std/tuple>

#include "check.h"

struct Counters {
  cuda::atomic<unsigned, cuda::thread_scope_device> sum{0};
  cuda::atomic<unsigned long long, cuda::thread_scope_system> wide{0};
  cuda::atomic<int, cuda::thread_scope_device> largest{-1};
  cuda::atomic<unsigned, cuda::thread_scope_device> tickets{0};
  cuda::std::atomic<unsigned> lock{0};
  unsigned protected_count = 0;
};

__global__ void Count(Counters* counters, unsigned* order, float* total) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  counters->sum.fetch_add(i, cuda::std::memory_order_relaxed);
  counters->wide.fetch_xor(1ULL << (i % 64), cuda::std::memory_order_acq_rel);
  int seen = counters->largest.load(cuda::std::memory_order_acquire);
  while (seen < i && !counters->largest.compare_exchange_weak(seen, i, cuda::std::memory_order_acq_rel)) {
  }
  order[counters->tickets.fetch_add(1)] = i;
  cuda::atomic_ref<float, cuda::thread_scope_device> ref(*total);
  ref.fetch_add(1.0f);
  if (threadIdx.x == 0) {
    while (counters->lock.exchange(1, cuda::std::memory_order_acquire) != 0) {
    }
    ++counters->protected_count;
    counters->lock.store(0, cuda::std::memory_order_release);
  }
}

__global__ void Types(double* out) {
  cuda::std::array<int, 4> array = {4, 3, 2, 1};
  cuda::std::span<int> span(array.data() + 1, 2);
  cuda::std::optional<int> some = threadIdx.x % 2 ? cuda::std::optional<int>(7) : cuda::std::nullopt;
  cuda::std::complex<double> z = cuda::std::exp(cuda::std::complex<double>(0, 1.5707963267948966));
  auto tuple = cuda::std::make_tuple(1, 2.5, 'c');
  out[threadIdx.x] = array[0] + span[0] + span[1] + some.value_or(0) + z.imag() + cuda::std::get<1>(tuple) +
                     cuda::std::popcount(0xf0f0u) + cuda::std::countl_zero(1u);
}

int main() {
  const int blocks = 20, threads = 96, n = blocks * threads;
  Counters* counters;
  CHECK_CUDA(cudaMallocManaged(&counters, sizeof(Counters)));
  new (counters) Counters;
  check::Device<unsigned> order(n);
  check::Device<float> total(1);
  total.Zero();
  Count<<<blocks, threads>>>(counters, order.get(), total.get());
  CHECK_LAUNCH();
  EXPECT_EQ(counters->sum.load(), unsigned(n) * (n - 1) / 2);
  EXPECT_EQ(counters->wide.load(), n / 64 % 2 == 0 ? 0 : -1);
  EXPECT_EQ(counters->largest.load(), n - 1);
  EXPECT_EQ(counters->protected_count, blocks);
  EXPECT(total.Get()[0] == float(n));
  std::vector<unsigned> seen(n);
  for (unsigned i : order.Get()) ++seen[i];
  check::Equal("tickets", seen, std::vector<unsigned>(n, 1));
  CHECK_CUDA(cudaFree(counters));
  check::Device<double> out(32);
  Types<<<1, 32>>>(out.get());
  CHECK_LAUNCH();
  std::vector<double> got = out.Get();
  for (int i = 0; i < 32; ++i) EXPECT(std::fabs(got[i] - (9 + (i % 2 ? 7 : 0) + 1 + 2.5 + 8 + 31)) < 1e-12);
  return check::Finish("libcudacxx");
}
