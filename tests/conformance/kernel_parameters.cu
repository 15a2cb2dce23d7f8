// Kernel parameters: every scalar type with its alignment, structs by value up to the classic 4 KB, arrays inside
// structs read with run-time indices, templates over types and values; arguments may be changed right after a launch.
#include "check.h"

struct Small {
  char c;
  double d;
  short s;
};
struct __align__(16) Vector {
  float v[4];
};
struct Large {
  int head;
  int values[1022];
  int tail;
};  // 4096 bytes
static_assert(sizeof(Large) == 4096, "the whole parameter space");

__global__ void Scalars(bool a, char b, unsigned short c, int d, long long e, float f, double g, Small h, char i,
                        Vector j, void* k, double* out) {
  out[0] = a, out[1] = b, out[2] = c, out[3] = d, out[4] = double(e), out[5] = f, out[6] = g;
  out[7] = h.c, out[8] = h.d, out[9] = h.s, out[10] = i, out[11] = j.v[threadIdx.x % 4 + 3], out[12] = k == out;
}

__device__ int large_result[1024];

__global__ void ByValue(Large large) {
  int i = threadIdx.x;
  large_result[i] = i == 0 ? large.head : i == 1023 ? large.tail : large.values[i - 1];
}

// The parameter is modified: a private copy for every thread.
__global__ void Modified(Small small, int* out) {
  small.s = short(small.s + short(threadIdx.x));
  Small* pointer = &small;
  if (threadIdx.x % 2) pointer->s = short(pointer->s * 2);
  out[threadIdx.x] = small.s;
}

template <typename T, int kCount>
struct Polynomial {
  T coefficients[kCount];
  __host__ __device__ T operator()(T x) const {
    T sum = 0;
    for (int i = kCount - 1; i >= 0; --i) sum = sum * x + coefficients[i];
    return sum;
  }
};

template <typename T, int kCount>
__global__ void Evaluate(Polynomial<T, kCount> p, T* out) {
  out[threadIdx.x] = p(T(threadIdx.x));
}

__global__ void Append(int value, int* list, int position) { list[position] = value; }

#if defined(__NVCC__)
struct Huge {
  int values[5000];
};  // 20,000 bytes: above 4 KB since CUDA 12.1

__global__ void ByValueHuge(const __grid_constant__ Huge huge, long long* out) {
  long long sum = 0;
  for (int i = threadIdx.x; i < 5000; i += 32) sum += (long long)huge.values[i] * (i + 1);
  for (int o = 16; o > 0; o /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, o);
  if (threadIdx.x == 0) *out = sum;
}
#endif

int main() {
  check::Device<double> out(13);
  Vector vector = {{1, 2, 3, 4.5f}};
  Scalars<<<1, 1>>>(true, 'x', 65535, -7, 1ll << 40, 0.5f, 0.25, Small{'y', 1e100, -300}, 'z', vector, out.get(), out);
  CHECK_LAUNCH();
  check::Equal("scalars", out.Get(), {1, 'x', 65535, -7, double(1ll << 40), 0.5, 0.25, 'y', 1e100, -300, 'z', 4.5, 1});

  Large large;
  std::vector<int> want(1024), got(1024);
  for (int i = 0; i < 1024; ++i) {
    want[i] = int(check::Hash32(i));
    (i == 0 ? large.head : i == 1023 ? large.tail : large.values[i - 1]) = want[i];
  }
  ByValue<<<1, 1024>>>(large);
  large.head = large.values[5] = 0;  // the launch has its own copy
  CHECK_LAUNCH();
  CHECK_CUDA(cudaMemcpyFromSymbol(got.data(), large_result, sizeof(int) * 1024));
  check::Equal("4 KB struct", got, want);

  check::Device<int> modified(32);
  Modified<<<1, 32>>>(Small{'a', 0, 100}, modified);
  CHECK_LAUNCH();
  std::vector<int> want_modified(32);
  for (int i = 0; i < 32; ++i) want_modified[i] = (100 + i) * (i % 2 ? 2 : 1);
  check::Equal("modified", modified.Get(), want_modified);

  Polynomial<double, 3> quadratic = {{1, -2, 3}};
  Polynomial<int, 5> quartic = {{7, 0, -1, 2, 1}};
  check::Device<double> dq(20);
  check::Device<int> iq(20);
  Evaluate<<<1, 20>>>(quadratic, dq.get());
  Evaluate<<<1, 20>>>(quartic, iq.get());
  CHECK_LAUNCH();
  std::vector<double> wd(20);
  std::vector<int> wi(20);
  for (int i = 0; i < 20; ++i) wd[i] = quadratic(i), wi[i] = quartic(i);
  check::Equal("double polynomial", dq.Get(), wd);
  check::Equal("int polynomial", iq.Get(), wi);

  check::Device<int> list(500);
  std::vector<int> order(500);
  for (int i = 0; i < 500; ++i) {
    int value = i * i;
    Append<<<1, 1>>>(value, list, i);
    order[i] = value;
  }
  CHECK_LAUNCH();
  check::Equal("copied arguments", list.Get(), order);

#if defined(__NVCC__)
  Huge huge;
  long long sum = 0;
  for (int i = 0; i < 5000; ++i) huge.values[i] = int(check::Hash32(i) % 1000), sum += (long long)huge.values[i] * (i + 1);
  check::Device<long long> total(1);
  ByValueHuge<<<1, 32>>>(huge, total);
  CHECK_LAUNCH();
  EXPECT_EQ(total.Get()[0], sum);
#endif
  return check::Finish("kernel_parameters");
}
