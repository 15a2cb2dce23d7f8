// Many host threads: own streams, shared streams, one error state per thread, first use from several threads at once.
#include <atomic>
#include <thread>

#include "check.h"

__global__ void Mix(unsigned* v, int n, unsigned salt) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) v[i] = check::Hash32(v[i] + salt);
}
__global__ void Bump(unsigned* counter) { atomicAdd(counter, 1u); }

std::atomic<int> differences{0};

void Worker(int id, cudaStream_t shared, unsigned* counter) {
  auto expect = [](cudaError_t got, cudaError_t want) { differences += got != want; };
  const int n = 1000;
  std::vector<unsigned> values(n), want(n), got(n);
  for (int i = 0; i < n; ++i) want[i] = values[i] = unsigned(i * id);
  cudaStream_t stream;
  expect(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  unsigned* device = nullptr;
  expect(cudaMalloc(&device, n * 4), cudaSuccess);
  expect(cudaMemcpyAsync(device, values.data(), n * 4, cudaMemcpyHostToDevice, stream), cudaSuccess);
  for (unsigned round = 0; round < 15; ++round) {
    Mix<<<8, 128, 0, stream>>>(device, n, round + id);
    Bump<<<1, 4, 0, shared>>>(counter);
    for (unsigned& v : want) v = check::Hash32(v + round + id);
    if (round % 5 == 0) {  // an error of this thread only
      Mix<<<1, 2000, 0, stream>>>(device, n, 0);
      expect(cudaPeekAtLastError(), cudaErrorInvalidConfiguration);
      std::this_thread::yield();
      expect(cudaGetLastError(), cudaErrorInvalidConfiguration);
    }
    expect(cudaGetLastError(), cudaSuccess);
  }
  expect(cudaMemcpyAsync(got.data(), device, n * 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  expect(cudaStreamSynchronize(stream), cudaSuccess);
  differences += got != want;
  int current = -1;
  expect(cudaGetDevice(&current), cudaSuccess);
  differences += current != 0;
  expect(cudaFree(device), cudaSuccess);
  expect(cudaStreamDestroy(stream), cudaSuccess);
}

int main() {
  const int threads = 8;
  // The very first CUDA calls of the process, from all threads at once.
  std::vector<std::thread> first;
  for (int i = 0; i < threads; ++i) {
    first.emplace_back([] {
      void* memory = nullptr;
      differences += cudaMalloc(&memory, 1024) != cudaSuccess;
      differences += cudaFree(memory) != cudaSuccess;
    });
  }
  for (std::thread& t : first) t.join();
  EXPECT_EQ(differences.load(), 0);

  cudaStream_t shared;
  CHECK_CUDA(cudaStreamCreateWithFlags(&shared, cudaStreamNonBlocking));
  check::Device<unsigned> counter(1);
  counter.Zero();
  CHECK_CUDA(cudaDeviceSynchronize());
  std::vector<std::thread> pool;
  for (int i = 0; i < threads; ++i) pool.emplace_back(Worker, i + 1, shared, counter.get());
  for (std::thread& t : pool) t.join();
  CHECK_CUDA(cudaStreamSynchronize(shared));
  EXPECT_EQ(differences.load(), 0);
  EXPECT_EQ(counter.Get()[0], threads * 15 * 4);
  CHECK_CUDA(cudaStreamDestroy(shared));
  return check::Finish("host_threads");
}
