// Sparse matrix (CSR) times vector: one thread per row, and one warp per row; rows of very different length.
#include "check.h"

__global__ void PerThread(const int* start, const int* column, const float* value, const float* x, float* y, int rows) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  float sum = 0;
  for (int i = start[row]; i < start[row + 1]; ++i) sum += value[i] * x[column[i]];
  y[row] = sum;
}

__global__ void PerWarp(const int* start, const int* column, const double* value, const double* x, double* y, int rows) {
  int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
  double sum = 0;
  if (row < rows) {
    for (int i = start[row] + lane; i < start[row + 1]; i += 32) sum += value[i] * x[column[i]];
  }
  for (int o = 16; o > 0; o /= 2) sum += __shfl_down_sync(0xffffffffu, sum, o);
  if (row < rows && lane == 0) y[row] = sum;
}

int main() {
  const int rows = 700, columns = 500;
  std::vector<int> start(1, 0), column;
  std::vector<float> value, x = check::UniformVector(columns, 1, -1, 1);
  std::vector<double> want(rows, 0);
  for (int r = 0; r < rows; ++r) {
    int length = r % 50 == 0 ? 300 : r % 7 == 0 ? 0 : int(check::Hash32(r) % 20);
    for (int i = 0; i < length; ++i) {
      column.push_back(int(check::Hash32(r * 1000 + i) % columns));
      value.push_back(check::Uniform(r * 1000 + i + 5, -1, 1));
      want[r] += double(value.back()) * x[column.back()];
    }
    start.push_back(int(column.size()));
  }
  check::Device<int> dstart(start), dcolumn(column);
  check::Device<float> dvalue(value), dx(x), y(rows);
  PerThread<<<(rows + 63) / 64, 64>>>(dstart, dcolumn, dvalue, dx, y, rows);
  CHECK_LAUNCH();
  check::Near("per thread", y.Get(), want, 1e-5, 1e-5);
  check::Device<double> value64(std::vector<double>(value.begin(), value.end()));
  check::Device<double> x64(std::vector<double>(x.begin(), x.end())), y64(rows);
  PerWarp<<<(rows + 3) / 4, 128>>>(dstart, dcolumn, value64, x64, y64, rows);
  CHECK_LAUNCH();
  check::Near("per warp", y64.Get(), want, 1e-12, 1e-12);
  return check::Finish("spmv_csr");
}
