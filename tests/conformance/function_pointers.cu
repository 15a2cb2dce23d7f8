// Indirect calls: tables of function pointers in device memory, pointers handed through the host, pointers that differ
// from lane to lane, virtual functions on objects built in one kernel and used in another, lambdas and functors.
#include <new>

#include "check.h"

using Operation = int (*)(int, int);

__device__ int Add(int a, int b) { return a + b; }
__device__ int Subtract(int a, int b) { return a - b; }
__device__ int Multiply(int a, int b) { return a * b; }
__device__ __noinline__ int Power(int a, int b) {
  int r = 1;
  for (int i = 0; i < (b & 7); ++i) r *= a;
  return r;
}

__device__ Operation table[4] = {Add, Subtract, Multiply, Power};
__device__ Operation one_operation = Multiply;

int Reference(int which, int a, int b) {
  if (which == 0) return a + b;
  if (which == 1) return a - b;
  if (which == 2) return a * b;
  int r = 1;
  for (int i = 0; i < (b & 7); ++i) r *= a;
  return r;
}

__global__ void ThroughTable(int* out, int uniform) {
  int i = threadIdx.x, which = uniform >= 0 ? uniform : i % 4;
  out[i] = table[which](i - 20, i % 9);
}

__global__ void ThroughParameter(Operation operation, int* out) { out[threadIdx.x] = operation(int(threadIdx.x), 7); }

struct Shape {
  __device__ explicit Shape(float scale) : scale_(scale) {}
  __device__ virtual ~Shape() {}
  __device__ virtual float Area() const = 0;
  __device__ virtual int Sides() const { return 0; }
  float scale_;
};
struct Square : Shape {
  __device__ explicit Square(float side) : Shape(side) {}
  __device__ float Area() const override { return scale_ * scale_; }
  __device__ int Sides() const override { return 4; }
};
struct Triangle : Shape {
  __device__ Triangle(float base, float height) : Shape(base), height_(height) {}
  __device__ float Area() const override { return 0.5f * scale_ * height_; }
  __device__ int Sides() const override { return 3; }
  float height_;
};
struct Disc : Shape {
  __device__ explicit Disc(float radius) : Shape(radius) {}
  __device__ float Area() const override { return 3.0f * scale_ * scale_; }
};

union Storage {
  double align[4];
  unsigned char bytes[32];
};

__global__ void Build(Storage* storage, Shape** shapes) {
  int i = threadIdx.x;
  void* at = storage[i].bytes;
  shapes[i] = i % 3 == 0 ? static_cast<Shape*>(new (at) Square(float(i)))
              : i % 3 == 1 ? static_cast<Shape*>(new (at) Triangle(float(i), 4.0f))
                           : static_cast<Shape*>(new (at) Disc(float(i)));
}

__global__ void Use(Shape* const* shapes, float* areas, int* sides) {
  const Shape* shape = shapes[threadIdx.x];
  areas[threadIdx.x] = shape->Area();
  sides[threadIdx.x] = shape->Sides();
}

struct Scale {
  float factor;
  __host__ __device__ float operator()(float x) const { return x * factor; }
};

template <typename F>
__global__ void Map(F f, float* data) {
  auto twice = [&](float x) { return f(f(x)); };
  data[threadIdx.x] = twice(data[threadIdx.x]);
}

int main() {
  const int n = 64;
  check::Device<int> out(n);
  std::vector<int> want(n);
  for (int uniform = -1; uniform < 4; ++uniform) {
    ThroughTable<<<1, n>>>(out, uniform);
    CHECK_LAUNCH();
    for (int i = 0; i < n; ++i) want[i] = Reference(uniform >= 0 ? uniform : i % 4, i - 20, i % 9);
    check::Equal("table", out.Get(), want);
  }
  Operation fetched = nullptr;
  CHECK_CUDA(cudaMemcpyFromSymbol(&fetched, one_operation, sizeof fetched));
  EXPECT(fetched != nullptr);
  ThroughParameter<<<1, n>>>(fetched, out);
  CHECK_LAUNCH();
  for (int i = 0; i < n; ++i) want[i] = i * 7;
  check::Equal("parameter", out.Get(), want);

  check::Device<Storage> storage(n);
  check::Device<Shape*> shapes(n);
  check::Device<float> areas(n);
  check::Device<int> sides(n);
  Build<<<1, n>>>(storage, shapes);
  Use<<<1, n>>>(shapes, areas, sides);
  CHECK_LAUNCH();
  std::vector<float> want_areas(n);
  std::vector<int> want_sides(n);
  for (int i = 0; i < n; ++i) {
    want_areas[i] = i % 3 == 0 ? float(i * i) : i % 3 == 1 ? 2.0f * i : 3.0f * i * i;
    want_sides[i] = i % 3 == 0 ? 4 : i % 3 == 1 ? 3 : 0;
  }
  check::Equal("areas", areas.Get(), want_areas);
  check::Equal("sides", sides.Get(), want_sides);

  std::vector<float> data(n), scaled(n);
  for (int i = 0; i < n; ++i) data[i] = float(i), scaled[i] = float(i) * 2.25f;
  check::Device<float> ddata(data);
  Map<<<1, n>>>(Scale{1.5f}, ddata.get());
  CHECK_LAUNCH();
  check::Equal("functor", ddata.Get(), scaled);
  return check::Finish("function_pointers");
}
