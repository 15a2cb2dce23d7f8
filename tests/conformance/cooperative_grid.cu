// Cooperative groups: grid-wide synchronisation with a cooperative launch, block groups and tiles, and the error for a
// grid that cannot be resident.
#include <cooperative_groups.h>

#include "check.h"

namespace cg = cooperative_groups;

// Jacobi iterations on a ring, two buffers, one grid barrier per step.
__global__ void Jacobi(float* a, float* b, int n, int steps) {
  cg::grid_group grid = cg::this_grid();
  for (int step = 0; step < steps; ++step) {
    for (int i = int(grid.thread_rank()); i < n; i += int(grid.size())) {
      b[i] = __fmul_rn(0.5f, __fadd_rn(a[(i + n - 1) % n], a[(i + 1) % n]));
    }
    grid.sync();
    float* swap = a;
    a = b;
    b = swap;
  }
}

__global__ void Groups(int* out) {
  cg::thread_block block = cg::this_thread_block();
  cg::thread_block_tile<8> tile = cg::tiled_partition<8>(block);
  cg::thread_block_tile<32> warp = cg::tiled_partition<32>(block);
  int rank = int(block.thread_rank()), sum = rank;
  for (int o = int(tile.size()) / 2; o > 0; o /= 2) sum += tile.shfl_xor(sum, o);
  unsigned votes = warp.ballot(rank % 5 == 0);
  __shared__ int leader;
  if (rank == 0) leader = 42;
  block.sync();
  int* r = out + rank * 6;
  r[0] = int(tile.thread_rank()), r[1] = sum, r[2] = int(votes), r[3] = leader + int(block.size());
  r[4] = int(warp.thread_rank()) + 100 * tile.any(rank == 9), r[5] = tile.shfl(rank, 3);
}

int main() {
  cudaDeviceProp properties;
  CHECK_CUDA(cudaGetDeviceProperties(&properties, 0));
  EXPECT(properties.cooperativeLaunch == 1);
  int per_core = 0, threads = 64;
  CHECK_CUDA(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_core, Jacobi, threads, 0));
  int resident = per_core * properties.multiProcessorCount;
  EXPECT(resident >= 1);

  int n = 777, steps = 15;
  std::vector<float> values = check::UniformVector(n, 1, 0, 1), next(n);
  check::Device<float> a(values), b(n);
  float *pa = a, *pb = b;
  void* arguments[] = {&pa, &pb, &n, &steps};
  int blocks = resident < 8 ? resident : 8;
  CHECK_CUDA(cudaLaunchCooperativeKernel(reinterpret_cast<const void*>(Jacobi), dim3(blocks), dim3(threads), arguments, 0, nullptr));
  CHECK_LAUNCH();
  for (int step = 0; step < steps; ++step) {
    for (int i = 0; i < n; ++i) {
      volatile float sum = values[(i + n - 1) % n] + values[(i + 1) % n];
      next[i] = 0.5f * sum;
    }
    values.swap(next);
  }
  check::Equal("jacobi", steps % 2 ? b.Get() : a.Get(), values);

  EXPECT_CUDA(cudaLaunchCooperativeKernel(reinterpret_cast<const void*>(Jacobi), dim3(resident + 1), dim3(threads),
                                          arguments, 0, nullptr),
              cudaErrorCooperativeLaunchTooLarge);
  EXPECT_CUDA(cudaGetLastError(), cudaErrorCooperativeLaunchTooLarge);
  EXPECT_CUDA(cudaGetLastError(), cudaSuccess);

  const int size = 96;
  check::Device<int> out(size * 6);
  Groups<<<1, size>>>(out);
  CHECK_LAUNCH();
  std::vector<int> want(size * 6);
  for (int i = 0; i < size; ++i) {
    int base = i / 8 * 8;
    unsigned votes = 0;
    for (int l = 0; l < 32; ++l) votes |= unsigned((i / 32 * 32 + l) % 5 == 0) << l;
    int* r = &want[i * 6];
    r[0] = i % 8, r[1] = base * 8 + 28, r[2] = int(votes), r[3] = 42 + size, r[4] = i % 32 + (base == 8 ? 100 : 0);
    r[5] = base + 3;
  }
  check::Equal("groups", out.Get(), want);
  return check::Finish("cooperative_grid");
}
