// Integer quotients and remainders of 8 to 64 bits with run-time and constant divisors. Division by zero and
// MIN / -1 have no defined result, but they must neither fault the kernel nor disturb other lanes.
#include "check.h"

template <typename T>
__global__ void Divide(const T* a, const T* b, T* quotient, T* remainder, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    quotient[i] = T(a[i] / b[i]);
    remainder[i] = T(a[i] % b[i]);
  }
}

template <typename T>
__host__ __device__ inline void ByConstants(T a, T* out) {
  out[0] = T(a / 3), out[1] = T(a % 3), out[2] = T(a / 7), out[3] = T(a % 10), out[4] = T(a / 8), out[5] = T(a % 8);
  out[6] = T(a / 127), out[7] = T(a % 100);
}

template <typename T>
__global__ void Constants(const T* a, T* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) ByConstants(a[i], out + 8 * i);
}

template <typename T>
void Test(const char* name) {
  constexpr bool is_signed = T(-1) < T(0);
  const T low = is_signed ? T(T(1) << (sizeof(T) * 8 - 1)) : T(0), high = is_signed ? T(~low) : T(~T(0));
  std::vector<T> values = {low, T(low + 1), T(-2), T(-1), T(0), T(1), T(2), T(3), T(7), T(10), T(100), T(high - 1), high};
  std::vector<T> a, b;
  for (T x : values) {
    for (T y : values) a.push_back(x), b.push_back(y);
  }
  for (int i = 0; i < 500; ++i) {
    uint64_t x = uint64_t(check::Hash32(4 * i)) << 32 | check::Hash32(4 * i + 1);
    uint64_t y = (uint64_t(check::Hash32(4 * i + 2)) << 32 | check::Hash32(4 * i + 3)) >> (i % 64);
    a.push_back(T(x)), b.push_back(T(y));
  }
  int n = int(a.size());
  check::Device<T> da(a), db(b), quotient(n), remainder(n), constants(8 * n);
  Divide<T><<<(n + 127) / 128, 128>>>(da, db, quotient, remainder, n);
  Constants<T><<<(n + 127) / 128, 128>>>(da, constants, n);
  CHECK_LAUNCH();
  std::vector<T> got_q = quotient.Get(), got_r = remainder.Get(), want_q(n), want_r(n), want_c(8 * n);
  for (int i = 0; i < n; ++i) {
    ByConstants(a[i], &want_c[8 * i]);
    if (b[i] == 0 || (is_signed && a[i] == low && b[i] == T(-1))) {
      want_q[i] = got_q[i], want_r[i] = got_r[i];  // any value
      continue;
    }
    want_q[i] = T(a[i] / b[i]), want_r[i] = T(a[i] % b[i]);
  }
  std::string text = name;
  check::Equal((text + " quotient").c_str(), got_q, want_q);
  check::Equal((text + " remainder").c_str(), got_r, want_r);
  check::Equal((text + " by constants").c_str(), constants.Get(), want_c);
}

int main() {
  Test<signed char>("s8");
  Test<unsigned char>("u8");
  Test<short>("s16");
  Test<unsigned short>("u16");
  Test<int>("s32");
  Test<unsigned>("u32");
  Test<long long>("s64");
  Test<unsigned long long>("u64");
  return check::Finish("int_division");
}
