// Conway's game of life on a torus: one byte per cell with a shared halo, and 32 cells per word with bit arithmetic.
#include "check.h"

__global__ void Bytes(const unsigned char* in, unsigned char* out, int width, int height) {
  __shared__ unsigned char tile[10][34];
  int x0 = blockIdx.x * 32, y0 = blockIdx.y * 8;
  for (int i = threadIdx.y * 32 + threadIdx.x; i < 10 * 34; i += 256) {
    int x = (x0 + i % 34 - 1 + width) % width, y = (y0 + i / 34 - 1 + height) % height;
    tile[i / 34][i % 34] = in[y * width + x];
  }
  __syncthreads();
  int around = 0, tx = threadIdx.x + 1, ty = threadIdx.y + 1;
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      if (dx || dy) around += tile[ty + dy][tx + dx];
    }
  }
  out[(y0 + threadIdx.y) * width + x0 + threadIdx.x] = around == 3 || (around == 2 && tile[ty][tx]);
}

// Bit-sliced: adds eight neighbour words with full adders; counts above 3 only need to be "not 2 or 3".
__global__ void Words(const unsigned* in, unsigned* out, int words, int height) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= words * height) return;
  int y = i / words, x = i % words, left = (x + words - 1) % words, right = (x + 1) % words;
  unsigned ones = 0, twos = 0, fours = 0;
  for (int dy = -1; dy <= 1; ++dy) {
    const unsigned* row = in + (y + dy + height) % height * words;
    unsigned neighbours[3] = {__funnelshift_l(row[left], row[x], 1), row[x], __funnelshift_r(row[x], row[right], 1)};
    for (int k = 0; k < 3; ++k) {
      if (dy == 0 && k == 1) continue;
      unsigned carry = ones & neighbours[k];
      ones ^= neighbours[k];
      unsigned carry2 = twos & carry;
      twos ^= carry;
      fours |= carry2;
    }
  }
  out[i] = twos & ~fours & (ones | in[i]);
}

int main() {
  const int width = 128, height = 64, steps = 10;
  std::vector<unsigned char> cells(width * height), next(width * height);
  std::vector<unsigned> bits(width * height / 32, 0);
  for (int i = 0; i < width * height; ++i) {
    cells[i] = check::Hash32(i) % 3 == 0;
    bits[i / 32] |= unsigned(cells[i]) << (i % 32);
  }
  check::Device<unsigned char> a(cells), b(width * height);
  check::Device<unsigned> c(bits), d(bits.size());
  for (int s = 0; s < steps; s += 2) {
    Bytes<<<dim3(width / 32, height / 8), dim3(32, 8)>>>(a, b, width, height);
    Bytes<<<dim3(width / 32, height / 8), dim3(32, 8)>>>(b, a, width, height);
    Words<<<4, 64>>>(c, d, width / 32, height);
    Words<<<4, 64>>>(d, c, width / 32, height);
  }
  CHECK_LAUNCH();
  for (int s = 0; s < steps; ++s) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        int around = 0;
        for (int dy = -1; dy <= 1; ++dy) {
          for (int dx = -1; dx <= 1; ++dx) {
            if (dx || dy) around += cells[(y + dy + height) % height * width + (x + dx + width) % width];
          }
        }
        next[y * width + x] = around == 3 || (around == 2 && cells[y * width + x]);
      }
    }
    cells.swap(next);
  }
  std::vector<unsigned> want(bits.size(), 0);
  for (int i = 0; i < width * height; ++i) want[i / 32] |= unsigned(cells[i]) << (i % 32);
  check::Equal("bytes", a.Get(), cells);
  check::Equal("words", c.Get(), want);
  return check::Finish("game_of_life");
}
