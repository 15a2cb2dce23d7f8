// Matrix transpose through a padded shared tile, for elements of 1, 2, 4, 8 and 16 bytes and odd sizes.
#include "check.h"

constexpr int kTile = 32, kRows = 8;

template <typename T>
__global__ void Transpose(const T* in, T* out, int width, int height) {
  __shared__ T tile[kTile][kTile + 1];
  int x = blockIdx.x * kTile + threadIdx.x, y = blockIdx.y * kTile + threadIdx.y;
  for (int j = 0; j < kTile; j += kRows) {
    if (x < width && y + j < height) tile[threadIdx.y + j][threadIdx.x] = in[(y + j) * width + x];
  }
  __syncthreads();
  x = blockIdx.y * kTile + threadIdx.x;
  y = blockIdx.x * kTile + threadIdx.y;
  for (int j = 0; j < kTile; j += kRows) {
    if (x < height && y + j < width) out[(y + j) * height + x] = tile[threadIdx.x][threadIdx.y + j];
  }
}

template <typename T>
void Test(const char* name, int width, int height) {
  size_t count = size_t(width) * height, bytes = count * sizeof(T);
  std::vector<unsigned char> in(bytes), out(bytes);
  for (size_t i = 0; i < bytes; ++i) in[i] = static_cast<unsigned char>(check::Hash32(uint32_t(i)));
  check::Device<unsigned char> din(in), dout(bytes);
  Transpose<T><<<dim3((width + kTile - 1) / kTile, (height + kTile - 1) / kTile), dim3(kTile, kRows)>>>(
      reinterpret_cast<T*>(din.get()), reinterpret_cast<T*>(dout.get()), width, height);
  CHECK_LAUNCH();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::memcpy(&out[(size_t(x) * height + y) * sizeof(T)], &in[(size_t(y) * width + x) * sizeof(T)], sizeof(T));
    }
  }
  check::Equal(name, dout.Get(), out);
}

int main() {
  Test<char>("1 byte", 67, 45);
  Test<short>("2 bytes", 33, 100);
  Test<float>("4 bytes", 64, 64);
  Test<float>("4 bytes", 97, 130);
  Test<double>("8 bytes", 75, 31);
  Test<float4>("16 bytes", 40, 35);
  return check::Finish("transpose");
}
