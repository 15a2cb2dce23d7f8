// What the files of separate_classes share: a class hierarchy, a table of functions, variables of other files.
#ifndef TESTS_CONFORMANCE_SEPARATE_CLASSES_SHAPES_H_
#define TESTS_CONFORMANCE_SEPARATE_CLASSES_SHAPES_H_

struct Shape {
  __device__ explicit Shape(int size) : size(size) {}
  __device__ virtual ~Shape() {}
  __device__ virtual int Area() const = 0;
  __device__ virtual int Corners() const { return 0; }
  int size;
};
struct Square : Shape {
  __device__ explicit Square(int size) : Shape(size) {}
  __device__ int Area() const override;
  __device__ int Corners() const override;
};
struct Line : Shape {
  __device__ explicit Line(int size) : Shape(size) {}
  __device__ int Area() const override;
};

using Operation = int (*)(int, int);
extern __device__ Operation operations[3];
extern __device__ int counter;
extern __device__ int weights[8];
extern __constant__ float factors[4];

__device__ Shape* MakeShape(int kind, int size);
__device__ int Twice(int x);
__device__ int Add(int a, int b);

// A function with a variable in every file that uses it: all must be one.
inline __device__ int* CallCount() {
  static __device__ int count;
  return &count;
}
template <typename T>
__device__ T Triple(T x) {
  atomicAdd(CallCount(), 1);
  return x * 3;
}

void RunOther(int* out);
int ExpectedOfOther(int i);

#endif  // TESTS_CONFORMANCE_SEPARATE_CLASSES_SHAPES_H_
