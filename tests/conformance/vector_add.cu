// Vector add and saxpy over sizes that do and do not fill the last block, with a plain and a grid-stride kernel.
#include "check.h"

__global__ void Add(const float* a, const float* b, float* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) c[i] = a[i] + b[i];
}

__global__ void Saxpy(float alpha, const float* x, float* y, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    y[i] = __fadd_rn(__fmul_rn(alpha, x[i]), y[i]);
  }
}

__global__ void AddVector4(const float4* a, const float4* b, float4* c, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float4 p = a[i], q = b[i];
  c[i] = make_float4(p.x + q.x, p.y + q.y, p.z + q.z, p.w + q.w);
}

int main() {
  for (int n : {1, 31, 32, 33, 255, 1000, 4097, 100003}) {
    std::vector<float> a = check::UniformVector(n, 1, -10, 10), b = check::UniformVector(n, 2, -10, 10);
    check::Device<float> da(a), db(b), dc(n);
    Add<<<(n + 255) / 256, 256>>>(da, db, dc, n);
    CHECK_LAUNCH();
    std::vector<float> sum(n), saxpy(n);
    for (int i = 0; i < n; ++i) {
      volatile float product = 1.5f * a[i];
      sum[i] = a[i] + b[i];
      saxpy[i] = product + b[i];
    }
    check::Equal("add", dc.Get(), sum);
    Saxpy<<<7, 96>>>(1.5f, da, db, n);
    CHECK_LAUNCH();
    check::Equal("saxpy", db.Get(), saxpy);
  }
  const int n = 4096;
  std::vector<float> a = check::UniformVector(n, 3, -1, 1), b = check::UniformVector(n, 4, -1, 1), sum(n);
  for (int i = 0; i < n; ++i) sum[i] = a[i] + b[i];
  check::Device<float> da(a), db(b), dc(n);
  AddVector4<<<n / 4 / 64, 64>>>(reinterpret_cast<float4*>(da.get()), reinterpret_cast<float4*>(db.get()),
                                 reinterpret_cast<float4*>(dc.get()), n / 4);
  CHECK_LAUNCH();
  check::Equal("add float4", dc.Get(), sum);
  return check::Finish("vector_add");
}
