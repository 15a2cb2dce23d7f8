// Two- and three-dimensional grids and blocks of odd sizes: every built-in index, and the linear order of threads in a
// warp (PTX ISA: x varies fastest), seen through lane ids.
#include "check.h"

struct Seen {
  int thread, block, lane, warp_leader;
};

__global__ void Record(Seen* seen, int* visits) {
  int in_block = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  int block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  int slot = block * (blockDim.x * blockDim.y * blockDim.z) + in_block;
  unsigned lane;
  asm("mov.u32 %0, %%laneid;" : "=r"(lane));
  unsigned mask = __activemask();
  int leader = __shfl_sync(mask, in_block, 0);
  seen[slot] = {in_block, block, int(lane), leader};
  atomicAdd(&visits[slot], 1);
}

__global__ void Plane(int* out, int width, int height) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x < width && y < height) out[y * width + x] = y * 1000 + x;
}

__global__ void GridSize(unsigned* out) {
  if (threadIdx.x + threadIdx.y + threadIdx.z == 0 && blockIdx.x + blockIdx.y + blockIdx.z == 0) {
    unsigned values[7] = {gridDim.x, gridDim.y, gridDim.z, blockDim.x, blockDim.y, blockDim.z, unsigned(warpSize)};
    for (int i = 0; i < 7; ++i) out[i] = values[i];
  }
}

int main() {
  const dim3 shapes[][2] = {{dim3(2, 3, 4), dim3(5, 7, 3)},    {dim3(1, 1, 1), dim3(1, 1, 1)},
                            {dim3(3, 1, 2), dim3(1, 33, 2)},   {dim3(5), dim3(1, 1, 64)},
                            {dim3(1, 7, 1), dim3(1024, 1, 1)}, {dim3(2, 2), dim3(31, 11, 3)}};
  for (const auto& shape : shapes) {
    dim3 grid = shape[0], block = shape[1];
    int per_block = block.x * block.y * block.z, total = per_block * grid.x * grid.y * grid.z;
    check::Device<Seen> seen(total);
    check::Device<int> visits(total);
    visits.Zero();
    Record<<<grid, block>>>(seen, visits);
    CHECK_LAUNCH();
    check::Equal("visits", visits.Get(), std::vector<int>(total, 1));
    std::vector<Seen> got = seen.Get();
    for (int i = 0; i < total; ++i) {
      int in_block = i % per_block;
      EXPECT_EQ(got[i].thread, in_block);
      EXPECT_EQ(got[i].block, i / per_block);
      EXPECT_EQ(got[i].lane, in_block % 32);
      EXPECT_EQ(got[i].warp_leader, in_block / 32 * 32);
    }
    check::Device<unsigned> size(7);
    GridSize<<<grid, block>>>(size);
    CHECK_LAUNCH();
    check::Equal("sizes", size.Get(), {grid.x, grid.y, grid.z, block.x, block.y, block.z, 32u});
  }
  const int width = 101, height = 53;
  check::Device<int> plane(width * height);
  Plane<<<dim3((width + 12) / 13, (height + 6) / 7), dim3(13, 7)>>>(plane, width, height);
  CHECK_LAUNCH();
  std::vector<int> want(width * height);
  for (int i = 0; i < width * height; ++i) want[i] = i / width * 1000 + i % width;
  check::Equal("plane", plane.Get(), want);
  return check::Finish("indexing_3d");
}
