// What the files of separate_symbols share.
#ifndef TESTS_CONFORMANCE_SEPARATE_SYMBOLS_SYMBOLS_H_
#define TESTS_CONFORMANCE_SEPARATE_SYMBOLS_SYMBOLS_H_

struct Config {
  int a;
  double b;
  float c[3];
};
extern __constant__ Config config;
extern __constant__ int initial[3];
#if defined(__clang__) && defined(__CUDA__)
extern __device__ int managed_sum;  // clang has no managed variables
#else
#define HAS_MANAGED 1
extern __device__ __managed__ int managed_sum;
#endif
extern __device__ int numbers[];

template <int N>
__global__ void AddN(int* out) {
  out[threadIdx.x] += N;
}
extern __global__ void Remote(int* out, int n);

__device__ Config MakeConfig(int i);
__device__ int Factorial(int n);
__host__ __device__ int Both(int x);

void LaunchOthers(int* out);

#endif  // TESTS_CONFORMANCE_SEPARATE_SYMBOLS_SYMBOLS_H_
