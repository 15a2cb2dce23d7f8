#include "shapes.h"

__device__ int Twice(int x) { return Add(x, x); }
__device__ int Line::Area() const { return size + 1000; }
__device__ Shape* MakeShape(int kind, int size) {
  if (kind == 0) return new Line(size);
  return new Square(size);
}
