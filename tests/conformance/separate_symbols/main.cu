// Device code in two files: kernels of one name that are static or anonymous, a template's kernel in both, a kernel
// launched from another file, structures as arguments and results, recursion, managed and constant variables, printf.
#include "../check.h"
#include "symbols.h"

namespace {
__device__ int anonymous = 1;
__global__ void SameName(int* out) { out[threadIdx.x] = anonymous; }
}  // namespace
static __global__ void StaticName(int* out) { out[threadIdx.x] += 100; }

__global__ void Structures(double* out) {
  const int i = int(threadIdx.x);
  const Config made = MakeConfig(i);
  out[i] = made.a + made.b + made.c[2] + config.b + Factorial(i) + Both(i);
  if (i == 3) printf("thread %d\n", i);
}

int main() {
  check::Device<int> out(32);
  SameName<<<1, 32>>>(out);
  StaticName<<<1, 32>>>(out);
  AddN<7><<<1, 32>>>(out);
  LaunchOthers(out);
  Remote<<<1, 32>>>(out, 3);
  CHECK_LAUNCH();
  check::Equal("kernels", out.Get(), std::vector<int>(32, 1 + 100 + 7 + (7 + 2000 + 2) + (3 + 60 + 9)));
  int sum = 0;
  CHECK_CUDA(cudaMemcpyFromSymbol(&sum, managed_sum, sizeof sum));
  EXPECT_EQ(sum, 32);
#ifdef HAS_MANAGED
  managed_sum = 5;
  Remote<<<1, 32>>>(out, 0);
  CHECK_LAUNCH();
  EXPECT_EQ(managed_sum, 37);
#endif

  const Config host_config = {1, 2.5, {1, 2, 3}};
  CHECK_CUDA(cudaMemcpyToSymbol(config, &host_config, sizeof host_config));
  check::Device<double> results(4);
  Structures<<<1, 4>>>(results);
  CHECK_LAUNCH();
  std::vector<double> want(4);
  const int factorials[4] = {1, 1, 2, 6};
  for (int i = 0; i < 4; ++i) want[i] = i + i * 0.5 + i * 2 + 2.5 + factorials[i] + Both(i);
  check::Equal("structures", results.Get(), want);

  void* address = nullptr;
  size_t bytes = 0;
  CHECK_CUDA(cudaGetSymbolAddress(&address, managed_sum));
#ifdef HAS_MANAGED
  EXPECT(address == &managed_sum);
#endif
  CHECK_CUDA(cudaGetSymbolSize(&bytes, config));
  EXPECT_EQ(bytes, sizeof(Config));
  cudaFuncAttributes attributes;
  CHECK_CUDA(cudaFuncGetAttributes(&attributes, Remote));
  EXPECT(attributes.numRegs > 0);
  return check::Finish("separate_symbols");
}
