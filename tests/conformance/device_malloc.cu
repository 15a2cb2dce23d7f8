// The device heap: malloc, free, new and delete in kernels, blocks that live across kernels, alignment, NULL when a
// request is too large, and device-side memcpy and memset.
#include "check.h"

struct Node {
  int value;
  Node* next;
};

__global__ void Build(Node** heads, int length) {
  Node* head = nullptr;
  for (int i = 0; i < length; ++i) {
    Node* node = static_cast<Node*>(malloc(sizeof(Node)));
    if (node == nullptr) break;
    node->value = int(threadIdx.x) * 100 + i;
    node->next = head;
    head = node;
  }
  heads[blockIdx.x * blockDim.x + threadIdx.x] = head;
}

__global__ void Walk(Node** heads, int* sums) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, sum = 0;
  for (Node* node = heads[i]; node != nullptr;) {
    Node* next = node->next;
    sum += node->value;
    free(node);
    node = next;
  }
  sums[i] = sum;
}

__global__ void Checks(int* out, size_t heap) {
  int i = threadIdx.x;
  char* small = static_cast<char*>(malloc(1 + i));
  bool aligned = reinterpret_cast<unsigned long long>(small) % 16 == 0;
  memset(small, i, 1 + i);
  char copy[64];
  memcpy(copy, small, 1 + i);
  bool same = true;
  for (int k = 0; k <= i; ++k) same &= copy[k] == char(i);
  free(small);
  void* volatile huge = malloc(heap * 4);  // volatile: a compiler may drop an allocation that nobody looks at
  free(nullptr);
  int* array = new int[10];
  for (int k = 0; k < 10; ++k) array[k] = k * i;
  int sum = 0;
  for (int k = 0; k < 10; ++k) sum += array[k];
  delete[] array;
  out[i] = aligned && same && huge == nullptr && sum == 45 * i;
}

// Allocated and freed again and again: more in total than the heap holds.
__global__ void Churn(int* failures, int rounds, int bytes) {
  for (int r = 0; r < rounds; ++r) {
    int* p = static_cast<int*>(malloc(bytes));
    if (p == nullptr) {
      atomicAdd(failures, 1);
      continue;
    }
    *p = r;
    p[bytes / 4 - 1] = r;
    if (*p != r) atomicAdd(failures, 1);
    free(p);
  }
}

int main() {
  size_t heap = 0;
  CHECK_CUDA(cudaDeviceGetLimit(&heap, cudaLimitMallocHeapSize));
  EXPECT(heap >= 4 << 20);
  const int threads = 64, blocks = 3, length = 20;
  check::Device<Node*> heads(threads * blocks);
  check::Device<int> sums(threads * blocks), out(50), failures(1);
  Build<<<blocks, threads>>>(heads, length);
  CHECK_LAUNCH();
  Walk<<<blocks, threads>>>(heads, sums);
  CHECK_LAUNCH();
  std::vector<int> want(threads * blocks);
  for (int i = 0; i < threads * blocks; ++i) want[i] = i % threads * 100 * length + length * (length - 1) / 2;
  check::Equal("lists", sums.Get(), want);
  Checks<<<1, 50>>>(out, heap);
  CHECK_LAUNCH();
  check::Equal("checks", out.Get(), std::vector<int>(50, 1));
  failures.Zero();
  Churn<<<2, 32>>>(failures, 60, 4096);
  CHECK_LAUNCH();
  EXPECT_EQ(failures.Get()[0], 0);
  return check::Finish("device_malloc");
}
