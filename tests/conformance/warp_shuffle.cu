// All four shuffles with every width, on 32- and 64-bit types, in partial warps and under divergence.
#include "check.h"

template <typename T>
__global__ void Shuffle(T* out, int width, int step) {
  T v = T(threadIdx.x * 3 + 1);
  T* r = out + threadIdx.x * 4;
  r[0] = __shfl_sync(0xffffffffu, v, step, width);
  r[1] = __shfl_up_sync(0xffffffffu, v, unsigned(step), width);
  r[2] = __shfl_down_sync(0xffffffffu, v, unsigned(step), width);
  r[3] = __shfl_xor_sync(0xffffffffu, v, step, width);
}

int Source(int kind, int lane, int width, int step) {
  int base = lane & ~(width - 1), last = base + width - 1;
  int from = kind == 0 ? base + (step & (width - 1)) : kind == 1 ? lane - step : kind == 2 ? lane + step : lane ^ step;
  if (kind == 1) return from >= base ? from : lane;
  return from <= last ? from : lane;
}

template <typename T>
void Test(const char* name) {
  check::Device<T> out(64 * 4);
  for (int width : {1, 2, 4, 8, 16, 32}) {
    for (int step : {0, 1, 3, 7, 16, 31}) {
      Shuffle<T><<<1, 64>>>(out, width, step);
      CHECK_LAUNCH();
      std::vector<T> want(64 * 4);
      for (int t = 0; t < 64; ++t) {
        for (int kind = 0; kind < 4; ++kind) {
          want[t * 4 + kind] = T((t / 32 * 32 + Source(kind, t % 32, width, step)) * 3 + 1);
        }
      }
      check::Equal((std::string(name) + " width " + std::to_string(width) + " step " + std::to_string(step)).c_str(),
                   out.Get(), want);
    }
  }
}

// Even and odd lanes shuffle among themselves in different branches; a lane-dependent source in the first.
__global__ void Divergent(int* out) {
  int lane = threadIdx.x, v = lane * 10;
  if (lane % 2 == 0) {
    out[lane] = __shfl_sync(0x55555555u, v, (lane + 6) % 32);
  } else {
    out[lane] = __shfl_xor_sync(0xaaaaaaaau, v, 4) + 1;
  }
}

// A block of 40 threads: the second warp has 8 lanes.
__global__ void Partial(int* out) {
  unsigned mask = threadIdx.x < 32 ? 0xffffffffu : 0xffu;
  int v = int(threadIdx.x), sum = v;
  for (int o = 4; o > 0; o /= 2) sum += __shfl_xor_sync(mask, sum, o, 8);
  out[threadIdx.x] = sum * 100 + __shfl_sync(mask, v, 5, 8);
}

// Lanes leave the loop at different times; those that stay keep shuffling with the mask of who is left.
__global__ void Shrinking(int* out) {
  int lane = threadIdx.x, total = 0;
  for (int round = 0; round <= lane; ++round) {
    unsigned mask = 0xffffffffu << round;
    total += __shfl_sync(mask, lane, 31);
  }
  out[lane] = total;
}

int main() {
  Test<int>("int");
  Test<unsigned long long>("unsigned long long");
  Test<float>("float");
  Test<double>("double");
  check::Device<int> out(40);
  Divergent<<<1, 32>>>(out);
  CHECK_LAUNCH();
  std::vector<int> want(40);
  for (int i = 0; i < 32; ++i) want[i] = i % 2 == 0 ? (i + 6) % 32 * 10 : (i ^ 4) * 10 + 1;
  std::vector<int> got = out.Get();
  check::Equal("divergent", std::vector<int>(got.begin(), got.begin() + 32), std::vector<int>(want.begin(), want.begin() + 32));
  Partial<<<1, 40>>>(out);
  CHECK_LAUNCH();
  for (int i = 0; i < 40; ++i) want[i] = (i / 8 * 8 * 8 + 28) * 100 + i / 8 * 8 + 5;
  check::Equal("partial warp", out.Get(), want);
  Shrinking<<<1, 32>>>(out);
  CHECK_LAUNCH();
  got = out.Get();
  for (int i = 0; i < 32; ++i) EXPECT_EQ(got[i], 31 * (i + 1));
  return check::Finish("warp_shuffle");
}
