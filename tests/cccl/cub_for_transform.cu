// CUB's bulk loops and transformations.
#include <cub/cub.cuh>
#include <cuda/std/tuple>

#include "cub_check.h"

struct Square {
  int* data;
  __device__ void operator()(int i) const { data[i] = i * i; }
};
struct Increment {
  __device__ void operator()(int& x) const { ++x; }
};
struct Blend {
  __host__ __device__ float operator()(float a, float b) const { return 0.25f * a + 0.75f * b; }
};

int main() {
  for (int n : check::Sizes()) {
    check::Device<int> data(n + 1);
    data.Zero();
    CHECK_CUDA(cub::DeviceFor::Bulk(n, Square{data.get()}));
    CHECK_CUDA(cub::DeviceFor::ForEachN(data.get(), n, Increment()));
    CHECK_LAUNCH();
    std::vector<int> want(n);
    for (int i = 0; i < n; ++i) want[i] = i * i + 1;
    check::Equal("for", check::Front(data, n), want);
    std::vector<float> a = check::UniformVector(n, 71, -1, 1), b = check::UniformVector(n, 72, -1, 1), mixed(n);
    check::Device<float> device_a(n + 1), device_b(n + 1), out(n + 1);
    device_a.Set(a), device_b.Set(b);
    CHECK_CUDA(
        cub::DeviceTransform::Transform(cuda::std::make_tuple(device_a.get(), device_b.get()), out.get(), n, Blend()));
    CHECK_LAUNCH();
    std::vector<float> got = check::Front(out, n);
    for (int i = 0; i < n; ++i) EXPECT(std::fabs(got[i] - Blend()(a[i], b[i])) <= 1e-6f);
  }
  return check::Finish("cub_for_transform");
}
