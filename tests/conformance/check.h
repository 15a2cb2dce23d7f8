// Shared by the conformance programs: error macros, comparers, a device buffer and a deterministic generator.
//
// A program counts what differs (the first few differences of each comparison are printed) and ends with
// `return check::Finish("name")`, which prints "PASS name" and gives 0, or "FAIL name" and 1. It needs only the CUDA
// runtime API, so the same source runs on a real GPU (nvcc) and on Culvert (nvcc or culvert cc).
#ifndef TESTS_CONFORMANCE_CHECK_H_
#define TESTS_CONFORMANCE_CHECK_H_

#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

// Ends the program with exit code 1 when a CUDA call fails.
#define CHECK_CUDA(expr)                                                                               \
  do {                                                                                                 \
    cudaError_t check_error_ = (expr);                                                                 \
    if (check_error_ != cudaSuccess) {                                                                 \
      std::printf("%s:%d: %s: %s (%d)\n", __FILE__, __LINE__, #expr, cudaGetErrorString(check_error_), \
                  static_cast<int>(check_error_));                                                     \
      std::fflush(stdout);                                                                             \
      std::_Exit(1);                                                                                   \
    }                                                                                                  \
  } while (0)

// After a <<<>>> launch: the launch itself and, at the synchronise, the kernel.
#define CHECK_LAUNCH()                   \
  do {                                   \
    CHECK_CUDA(cudaGetLastError());      \
    CHECK_CUDA(cudaDeviceSynchronize()); \
  } while (0)

// Counts a failure when a CUDA call does not give exactly `want`.
#define EXPECT_CUDA(expr, want)                                                                             \
  do {                                                                                                      \
    cudaError_t check_got_ = (expr), check_want_ = (want);                                                  \
    if (check_got_ != check_want_)                                                                          \
      check::Fail("%s:%d: %s gave %d (%s), expected %d (%s)\n", __FILE__, __LINE__, #expr, int(check_got_), \
                  cudaGetErrorName(check_got_), int(check_want_), cudaGetErrorName(check_want_));           \
  } while (0)

#define EXPECT(condition)                                                                   \
  do {                                                                                      \
    if (!(condition)) check::Fail("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
  } while (0)

#define EXPECT_EQ(got, want)                                                                              \
  do {                                                                                                    \
    long long check_got_ = (long long)(got), check_want_ = (long long)(want);                             \
    if (check_got_ != check_want_)                                                                        \
      check::Fail("%s:%d: %s is %lld, expected %s = %lld\n", __FILE__, __LINE__, #got, check_got_, #want, \
                  check_want_);                                                                           \
  } while (0)

namespace check {

inline int& Failures() {
  static int failures = 0;
  return failures;
}

template <typename... Args>
void Fail(const char* format, Args... args) {
  if (++Failures() <= 40) std::printf(format, args...);
}
inline void Fail(const char* text) {
  if (++Failures() <= 40) std::printf("%s", text);
}

inline int Finish(const char* name) {
  std::printf("%s %s\n", Failures() == 0 ? "PASS" : "FAIL", name);
  if (Failures() != 0) std::printf("%d differences\n", Failures());
  std::fflush(stdout);
  return Failures() == 0 ? 0 : 1;
}

// A 32-bit integer hash (full avalanche): the source of every "random" input, the same on host and device.
__host__ __device__ inline uint32_t Hash32(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  x ^= x >> 16;
  return x;
}

// Uniform in [lo, hi), exact on host and device (24-bit fraction).
__host__ __device__ inline float Uniform(uint32_t index, float lo, float hi) {
  return lo + (hi - lo) * (float(Hash32(index) >> 8) * (1.0f / 16777216.0f));
}

inline std::vector<float> UniformVector(size_t count, uint32_t seed, float lo, float hi) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = Uniform(seed * 0x9e3779b9U + uint32_t(i), lo, hi);
  return values;
}

// `count` elements of device memory, freed with the object.
template <typename T>
class Device {
 public:
  explicit Device(size_t count) : count_(count) { CHECK_CUDA(cudaMalloc(&data_, count * sizeof(T))); }
  explicit Device(const std::vector<T>& values) : Device(values.size()) { Set(values); }
  ~Device() { cudaFree(data_); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  T* get() const { return data_; }
  operator T*() const { return data_; }
  size_t size() const { return count_; }
  size_t bytes() const { return count_ * sizeof(T); }
  void Set(const std::vector<T>& values) {
    CHECK_CUDA(cudaMemcpy(data_, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  }
  void Zero() { CHECK_CUDA(cudaMemset(data_, 0, bytes())); }
  std::vector<T> Get() const {
    std::vector<T> values(count_);
    CHECK_CUDA(cudaMemcpy(values.data(), data_, bytes(), cudaMemcpyDeviceToHost));
    return values;
  }

 private:
  T* data_ = nullptr;
  size_t count_;
};

inline std::string Text(double v) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.17g", v);
  return buffer;
}
inline std::string Text(float v) { return Text(double(v)); }
template <typename T>
std::string Text(T v) {
  return std::to_string(v);
}

// Bit-for-bit equality of values.
template <typename T>
void Equal(const char* what, const std::vector<T>& got, const std::vector<T>& want) {
  if (got.size() != want.size()) return Fail("%s: %zu elements, expected %zu\n", what, got.size(), want.size());
  int shown = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::memcmp(&got[i], &want[i], sizeof(T)) == 0) continue;
    if (++shown > 5) {
      ++Failures();
      continue;
    }
    Fail("%s[%zu]: %s, expected %s\n", what, i, Text(got[i]).c_str(), Text(want[i]).c_str());
  }
}

// |got - want| <= absolute + relative * |want|; NaN matches NaN, infinities must be equal.
template <typename T, typename U>
void Near(const char* what, const std::vector<T>& got, const std::vector<U>& want, double absolute, double relative) {
  if (got.size() != want.size()) return Fail("%s: %zu elements, expected %zu\n", what, got.size(), want.size());
  int shown = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    double g = double(got[i]), w = double(want[i]);
    bool good = (std::isnan(g) && std::isnan(w)) || g == w || std::fabs(g - w) <= absolute + relative * std::fabs(w);
    if (good) continue;
    if (++shown > 5) {
      ++Failures();
      continue;
    }
    Fail("%s[%zu]: %.9g, expected %.9g\n", what, i, g, w);
  }
}

inline uint32_t Bits(float v) {
  uint32_t bits;
  std::memcpy(&bits, &v, sizeof bits);
  return bits;
}
inline uint64_t Bits(double v) {
  uint64_t bits;
  std::memcpy(&bits, &v, sizeof bits);
  return bits;
}
inline float FromBits(uint32_t bits) {
  float v;
  std::memcpy(&v, &bits, sizeof v);
  return v;
}
inline double FromBits(uint64_t bits) {
  double v;
  std::memcpy(&v, &bits, sizeof v);
  return v;
}

}  // namespace check

#endif  // TESTS_CONFORMANCE_CHECK_H_
