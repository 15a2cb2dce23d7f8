// Bitonic sort: in shared memory for one block, and over global memory with one launch per step.
#include <algorithm>

#include "check.h"

__global__ void SortShared(unsigned* data, int n) {
  extern __shared__ unsigned keys[];
  unsigned* base = data + blockIdx.x * n;
  for (int i = threadIdx.x; i < n; i += blockDim.x) keys[i] = base[i];
  __syncthreads();
  for (int size = 2; size <= n; size *= 2) {
    for (int stride = size / 2; stride > 0; stride /= 2) {
      for (int i = threadIdx.x; i < n; i += blockDim.x) {
        int other = i ^ stride;
        if (other > i) {
          bool up = (i & size) == 0;
          unsigned a = keys[i], b = keys[other];
          if ((a > b) == up) {
            keys[i] = b;
            keys[other] = a;
          }
        }
      }
      __syncthreads();
    }
  }
  for (int i = threadIdx.x; i < n; i += blockDim.x) base[i] = keys[i];
}

__global__ void Step(float* keys, int* values, int size, int stride) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, other = i ^ stride;
  if (other <= i) return;
  bool up = (i & size) == 0;
  if ((keys[i] > keys[other]) == up && keys[i] != keys[other]) {
    float key = keys[i];
    keys[i] = keys[other];
    keys[other] = key;
    int value = values[i];
    values[i] = values[other];
    values[other] = value;
  }
}

int main() {
  const int n = 1024, blocks = 5;
  std::vector<unsigned> data(n * blocks);
  for (int i = 0; i < n * blocks; ++i) data[i] = check::Hash32(i) >> (i % 3 * 8);
  check::Device<unsigned> keys(data);
  SortShared<<<blocks, 256, n * sizeof(unsigned)>>>(keys, n);
  CHECK_LAUNCH();
  for (int b = 0; b < blocks; ++b) std::sort(data.begin() + b * n, data.begin() + (b + 1) * n);
  check::Equal("shared sort", keys.Get(), data);

  const int m = 8192;
  std::vector<float> floats = check::UniformVector(m, 5, -1000, 1000), sorted = floats;
  std::vector<int> index(m);
  for (int i = 0; i < m; ++i) index[i] = i;
  check::Device<float> dkeys(floats);
  check::Device<int> dvalues(index);
  for (int size = 2; size <= m; size *= 2) {
    for (int stride = size / 2; stride > 0; stride /= 2) Step<<<m / 256, 256>>>(dkeys, dvalues, size, stride);
  }
  CHECK_LAUNCH();
  std::sort(sorted.begin(), sorted.end());
  check::Equal("global sort", dkeys.Get(), sorted);
  std::vector<int> order = dvalues.Get(), seen(m, 0);
  for (int i = 0; i < m; ++i) {
    EXPECT(order[i] >= 0 && order[i] < m && seen[order[i]]++ == 0);
    EXPECT(floats[order[i]] == sorted[i]);
  }
  return check::Finish("bitonic_sort");
}
