// faults NAME: launches the kernel NAME, which goes wrong, and prints the code of the synchronise that follows. What
// the library says about it on stderr is checked by faults_test.py.
#undef NDEBUG
#include <cassert>
#include <cstdio>
#include <cstring>

__global__ void WriteNull(int* p) { p[threadIdx.x] = 1; }
__global__ void ReadFar(const int* p, int* out) { *out = p[1 << 28]; }
__global__ void WritePastBlock(int* p) { p[1 << 20] = 1; }
__global__ void ReadSharedPastEnd(int* out, int index) {
  __shared__ int buffer[32];
  buffer[threadIdx.x] = int(threadIdx.x);
  __syncthreads();
  out[threadIdx.x] = buffer[index];
}
__global__ void Misaligned(char* p) { *reinterpret_cast<int*>(p + 2) = 1; }
__global__ void AssertSmall(int limit) { assert(int(threadIdx.x) < limit && "thread too large"); }
__global__ void Trap() {
  if (threadIdx.x == 7) __trap();
}
__device__ int Recurse(volatile int* p, int depth) {
  volatile int local[64];
  local[depth & 63] = depth;
  return *p == 0 ? Recurse(p, depth + 1) + local[depth & 63] : depth;
}
__global__ void Overflow(int* p) { p[1] = Recurse(p, 0); }
__global__ void SpinForever(volatile int* p) {
  while (*p == 0) {
  }
}
// Warp 1 waits at the barrier for a warp that never arrives.
__global__ void StuckAtBarrier(volatile int* p) {
  if (threadIdx.x < 32) {
    while (*p == 0) {
    }
  }
  __syncthreads();
}
typedef void (*Function)(int*);
__global__ void CallNowhere(Function function, int* p) { function(p); }

int main(int argc, char** argv) {
  const char* name = argc > 1 ? argv[1] : "";
  auto is = [name](const char* other) { return std::strcmp(name, other) == 0; };
  int* memory = nullptr;
  if (cudaMalloc(&memory, 4096) != cudaSuccess || cudaMemset(memory, 0, 4096) != cudaSuccess) return 3;
  if (is("WriteNull")) WriteNull<<<1, 32>>>(nullptr);
  if (is("ReadFar")) ReadFar<<<1, 1>>>(memory, memory);
  if (is("WritePastBlock")) WritePastBlock<<<2, 1>>>(memory);
  if (is("ReadSharedPastEnd")) ReadSharedPastEnd<<<1, 32>>>(memory, 1 << 20);
  if (is("Misaligned")) Misaligned<<<1, 1>>>(reinterpret_cast<char*>(memory));
  if (is("AssertSmall")) AssertSmall<<<1, 32>>>(31);
  if (is("Trap")) Trap<<<1, 32>>>();
  if (is("Overflow")) Overflow<<<1, 1>>>(memory);
  if (is("SpinForever")) SpinForever<<<1, 32>>>(memory);
  if (is("StuckAtBarrier")) StuckAtBarrier<<<1, 64>>>(memory);
  if (is("CallNowhere")) CallNowhere<<<1, 32>>>(reinterpret_cast<Function>(0x1234), memory);
  const cudaError_t launched = cudaGetLastError(), error = cudaDeviceSynchronize();
  std::printf("launch %d synchronise %d %s, then %d\n", int(launched), int(error), cudaGetErrorName(error),
              int(cudaMemset(memory, 0, 4)));
  return 0;
}
