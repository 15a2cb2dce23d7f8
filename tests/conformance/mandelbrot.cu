// Escape counts of the Mandelbrot set, in float and double, with explicit roundings so that the CPU gives the same
// counts: loops whose trip count differs from lane to lane.
#include "check.h"

__global__ void Float(unsigned short* out, int width, int height, int limit) {
  int px = blockIdx.x * blockDim.x + threadIdx.x, py = blockIdx.y * blockDim.y + threadIdx.y;
  if (px >= width || py >= height) return;
  float cx = __fmaf_rn(float(px), 3.0f / 128, -2.1f), cy = __fmaf_rn(float(py), 2.5f / 96, -1.25f), x = 0, y = 0;
  int count = 0;
  while (count < limit) {
    float xx = __fmul_rn(x, x), yy = __fmul_rn(y, y);
    if (__fadd_rn(xx, yy) > 4.0f) break;
    y = __fmaf_rn(__fmul_rn(2.0f, x), y, cy);
    x = __fadd_rn(__fadd_rn(xx, -yy), cx);
    ++count;
  }
  out[py * width + px] = static_cast<unsigned short>(count);
}

__global__ void Double(unsigned short* out, int width, int height, int limit) {
  int px = blockIdx.x * blockDim.x + threadIdx.x, py = blockIdx.y * blockDim.y + threadIdx.y;
  if (px >= width || py >= height) return;
  double cx = __fma_rn(double(px), 3.0 / 128, -2.1), cy = __fma_rn(double(py), 2.5 / 96, -1.25), x = 0, y = 0;
  int count = 0;
  for (;;) {
    double xx = __dmul_rn(x, x), yy = __dmul_rn(y, y);
    if (count == limit || __dadd_rn(xx, yy) > 4.0) break;
    y = __fma_rn(__dmul_rn(2.0, x), y, cy);
    x = __dadd_rn(__dadd_rn(xx, -yy), cx);
    ++count;
  }
  out[py * width + px] = static_cast<unsigned short>(count);
}

template <typename T>
std::vector<unsigned short> Reference(int width, int height, int limit, T left, T top) {
  std::vector<unsigned short> out(width * height);
  for (int py = 0; py < height; ++py) {
    for (int px = 0; px < width; ++px) {
      T cx = std::fma(T(px), T(3) / 128, left), cy = std::fma(T(py), T(2.5) / 96, top), x = 0, y = 0;
      int count = 0;
      for (; count < limit; ++count) {
        volatile T xx = x * x, yy = y * y, sum = xx + yy, twice = 2 * x, difference = xx - yy;
        if (sum > 4) break;
        y = std::fma(T(twice), y, cy);
        x = difference + cx;
      }
      out[py * width + px] = static_cast<unsigned short>(count);
    }
  }
  return out;
}

int main() {
  const int width = 128, height = 96, limit = 120;
  check::Device<unsigned short> out(width * height);
  Float<<<dim3(width / 32, height / 4), dim3(32, 4)>>>(out, width, height, limit);
  CHECK_LAUNCH();
  check::Equal("float", out.Get(), Reference<float>(width, height, limit, -2.1f, -1.25f));
  Double<<<dim3((width + 6) / 7, (height + 4) / 5), dim3(7, 5)>>>(out, width, height, limit);
  CHECK_LAUNCH();
  check::Equal("double", out.Get(), Reference<double>(width, height, limit, -2.1, -1.25));
  return check::Finish("mandelbrot");
}
