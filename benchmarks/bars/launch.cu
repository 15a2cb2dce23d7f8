// Launch costs of an empty kernel: launch + synchronise, back-to-back launches, memory growth over 10^6 launches.
// Prints one JSON object. Runs on any CUDA device.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <cuda_runtime.h>

__global__ void Empty() {}

#define CHECK(call)                                                       \
  do {                                                                    \
    cudaError_t error = (call);                                           \
    if (error != cudaSuccess) {                                           \
      std::fprintf(stderr, "%s: %s\n", #call, cudaGetErrorString(error)); \
      std::exit(1);                                                       \
    }                                                                     \
  } while (false)

static double NowUs() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static long ResidentKib() {
  long pages = 0, resident = 0;
  FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%ld %ld", &pages, &resident) != 2) std::exit(1);
  std::fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char** argv) {
  const long launches = argc > 1 ? std::atol(argv[1]) : 1000000;
  for (int i = 0; i < 1000; ++i) Empty<<<1, 32>>>();
  CHECK(cudaDeviceSynchronize());

  std::vector<double> round_trips;
  for (int i = 0; i < 10001; ++i) {
    double start = NowUs();
    Empty<<<1, 32>>>();
    CHECK(cudaDeviceSynchronize());
    round_trips.push_back(NowUs() - start);
  }
  std::sort(round_trips.begin(), round_trips.end());

  for (long i = 0; i < launches / 100; ++i) Empty<<<1, 32>>>();
  CHECK(cudaDeviceSynchronize());
  const long before_kib = ResidentKib();
  double start = NowUs();
  for (long i = 0; i < launches; ++i) Empty<<<1, 32>>>();
  CHECK(cudaDeviceSynchronize());
  const double back_to_back_us = (NowUs() - start) / launches;
  const long after_kib = ResidentKib();

  std::printf("{\"launch_sync_median_us\": %.2f, \"launch_sync_p99_us\": %.2f, \"back_to_back_us\": %.3f, "
              "\"launches\": %ld, \"rss_before_kib\": %ld, \"rss_after_kib\": %ld}\n",
              round_trips[round_trips.size() / 2], round_trips[round_trips.size() * 99 / 100], back_to_back_us, launches,
              before_kib, after_kib);
  return 0;
}
