// CUB's differences of neighbours.
#include <cub/cub.cuh>

#include "cub_check.h"

struct Ratio {
  __host__ __device__ int operator()(int a, int b) const { return a * 1000 / b; }
};

int main() {
  for (int n : check::Sizes()) {
    if (n == 0) continue;
    std::vector<int> values = check::Random<int>(n, 61, 1, 1000), left = values, right = values;
    for (int i = 1; i < n; ++i) left[i] = values[i] - values[i - 1];
    for (int i = 0; i + 1 < n; ++i) right[i] = values[i] * 1000 / values[i + 1];
    check::Device<int> in(values), out(n);
    RUN_CUB(cub::DeviceAdjacentDifference::SubtractLeftCopy, in.get(), out.get(), n);
    check::Equal("left", out.Get(), left);
    RUN_CUB(cub::DeviceAdjacentDifference::SubtractRightCopy, in.get(), out.get(), n, Ratio());
    check::Equal("right", out.Get(), right);
    RUN_CUB(cub::DeviceAdjacentDifference::SubtractLeft, in.get(), n);
    check::Equal("left in place", in.Get(), left);
  }
  return check::Finish("cub_adjacent_difference");
}
