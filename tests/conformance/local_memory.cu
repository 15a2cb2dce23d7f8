// Local arrays with run-time indices, recursion (single, double, mutual, divergent depth), and a stack limit raised by
// the program.
#include "check.h"

__global__ void LocalArray(const int* in, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, digits[40], count = 0;
  if (i >= n) return;
  for (int v = in[i]; v > 0; v /= 3) digits[count++] = v % 3;
  for (int a = 1; a < count; ++a) {  // insertion sort of the digits
    int key = digits[a], b = a - 1;
    for (; b >= 0 && digits[b] > key; --b) digits[b + 1] = digits[b];
    digits[b + 1] = key;
  }
  int sum = 0;
  for (int k = 0; k < count; ++k) sum = sum * 3 + digits[k];
  out[i] = sum;
}

// The n queens: backtracking with an explicit stack in local memory.
__global__ void Queens(int* solutions, int size) {
  int first = threadIdx.x, row = 1, count = 0;
  if (first >= size) return;
  signed char column[12];
  column[0] = (signed char)first;
  column[1] = -1;
  while (row >= 1) {
    int c = ++column[row];
    if (c >= size) {
      --row;
      continue;
    }
    bool safe = true;
    for (int r = 0; r < row && safe; ++r) safe = column[r] != c && abs(column[r] - c) != row - r;
    if (!safe) continue;
    if (row == size - 1) {
      ++count;
    } else {
      column[++row] = -1;
    }
  }
  atomicAdd(solutions, count);
}

__host__ __device__ __noinline__ unsigned Fibonacci(unsigned n) {
  return n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);
}

__host__ __device__ __noinline__ unsigned Ackermann(unsigned m, unsigned n) {
  if (m == 0) return n + 1;
  if (n == 0) return Ackermann(m - 1, 1);
  return Ackermann(m - 1, Ackermann(m, n - 1));
}

__host__ __device__ bool IsOdd(unsigned n);
__host__ __device__ __noinline__ bool IsEven(unsigned n) { return n == 0 || IsOdd(n - 1); }
__host__ __device__ __noinline__ bool IsOdd(unsigned n) { return n != 0 && IsEven(n - 1); }

__device__ void QuickSort(int* data, int low, int high) {
  if (low >= high) return;
  int pivot = data[(low + high) / 2], i = low, j = high;
  while (i <= j) {
    while (data[i] < pivot) ++i;
    while (data[j] > pivot) --j;
    if (i <= j) {
      int swap = data[i];
      data[i++] = data[j];
      data[j--] = swap;
    }
  }
  QuickSort(data, low, j);
  QuickSort(data, i, high);
}

__global__ void Recurse(unsigned* out) {
  unsigned i = threadIdx.x, *r = out + i * 3;
  r[0] = Fibonacci(i % 12);
  r[1] = Ackermann(i % 3, i % 4);
  r[2] = IsEven(i % 20);
}

__global__ void SortRows(int* data, int length) { QuickSort(data + threadIdx.x * length, 0, length - 1); }

__host__ __device__ __noinline__ int Deep(int depth) {
  volatile int frame[16];
  for (int k = 0; k < 16; ++k) frame[k] = depth + k;
  int below = depth > 0 ? Deep(depth - 1) : 0;
  return (below + frame[depth % 16]) % 10007;
}

__global__ void RunDeep(int* out) { out[threadIdx.x] = Deep(100 + int(threadIdx.x)); }

int main() {
  const int n = 1000;
  std::vector<int> in(n), want(n);
  for (int i = 0; i < n; ++i) {
    in[i] = int(check::Hash32(i) & 0xffff);
    int counts[3] = {}, sum = 0;
    for (int v = in[i]; v > 0; v /= 3) ++counts[v % 3];
    for (int d = 0; d < 3; ++d) {
      for (int k = 0; k < counts[d]; ++k) sum = sum * 3 + d;
    }
    want[i] = sum;
  }
  check::Device<int> din(in), dout(n), solutions(1);
  LocalArray<<<(n + 63) / 64, 64>>>(din, dout, n);
  CHECK_LAUNCH();
  check::Equal("local array", dout.Get(), want);
  solutions.Zero();
  Queens<<<1, 32>>>(solutions, 7);
  CHECK_LAUNCH();
  EXPECT_EQ(solutions.Get()[0], 40);

  size_t limit = 0;
  CHECK_CUDA(cudaDeviceSetLimit(cudaLimitStackSize, 32 << 10));
  CHECK_CUDA(cudaDeviceGetLimit(&limit, cudaLimitStackSize));
  EXPECT(limit >= 32 << 10);
  check::Device<unsigned> recursed(64 * 3);
  Recurse<<<1, 64>>>(recursed);
  CHECK_LAUNCH();
  std::vector<unsigned> expected(64 * 3);
  for (unsigned i = 0; i < 64; ++i) {
    expected[i * 3] = Fibonacci(i % 12), expected[i * 3 + 1] = Ackermann(i % 3, i % 4), expected[i * 3 + 2] = IsEven(i % 20);
  }
  check::Equal("recursion", recursed.Get(), expected);

  const int length = 50;
  std::vector<int> rows(32 * length);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = int(check::Hash32(uint32_t(i)) % 97);
  check::Device<int> drows(rows);
  SortRows<<<1, 32>>>(drows, length);
  CHECK_LAUNCH();
  std::vector<int> sorted = drows.Get(), counts(97, 0);
  for (int v : rows) ++counts[v];
  for (int v : sorted) {
    EXPECT(v >= 0 && v < 97);
    if (v >= 0 && v < 97) --counts[v];
  }
  for (int c : counts) EXPECT_EQ(c, 0);
  for (int i = 0; i < 32 * length; ++i) EXPECT(i % length == 0 || sorted[i - 1] <= sorted[i]);

  check::Device<int> deep(32);
  RunDeep<<<1, 32>>>(deep);
  CHECK_LAUNCH();
  std::vector<int> deep_want(32);
  for (int i = 0; i < 32; ++i) deep_want[i] = Deep(100 + i);
  check::Equal("deep recursion", deep.Get(), deep_want);
  return check::Finish("local_memory");
}
