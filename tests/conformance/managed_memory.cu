// Managed memory: one pointer for host and device, data structures with pointers inside, managed variables (a language
// feature of nvcc that clang lacks), streams that own allocations.
#include "check.h"

struct Record {
  int key;
  float* values;
  Record* next;
};

__global__ void Walk(Record* head) {
  for (Record* r = head; r != nullptr; r = r->next) r->values[threadIdx.x] += float(r->key);
}

__global__ void Increment(int* data, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) data[i] += i;
}

#if defined(__NVCC__)
__managed__ int managed_counter = 41;
__managed__ float managed_table[64];
__managed__ int* managed_pointer = nullptr;

__global__ void UseVariables() {
  if (threadIdx.x == 0) ++managed_counter;
  managed_table[threadIdx.x] = managed_table[threadIdx.x] * 2 + 1;
  managed_pointer[threadIdx.x] = int(threadIdx.x);
}

void TestVariables() {
  EXPECT_EQ(managed_counter, 41);
  std::vector<int> want(64);
  for (int i = 0; i < 64; ++i) managed_table[i] = float(i), want[i] = i;
  int* memory = nullptr;
  CHECK_CUDA(cudaMallocManaged(&memory, 64 * sizeof(int)));
  managed_pointer = memory;
  UseVariables<<<1, 64>>>();
  CHECK_LAUNCH();
  EXPECT_EQ(managed_counter, 42);
  for (int i = 0; i < 64; ++i) EXPECT(managed_table[i] == float(2 * i + 1));
  check::Equal("pointer", std::vector<int>(memory, memory + 64), want);
  CHECK_CUDA(cudaFree(memory));
}
#else
void TestVariables() {}
#endif

int main() {
  TestVariables();
  const int n = 5000;
  int* data = nullptr;
  CHECK_CUDA(cudaMallocManaged(&data, n * sizeof(int)));
  for (int i = 0; i < n; ++i) data[i] = 1;
  for (int round = 1; round <= 3; ++round) {
    Increment<<<(n + 255) / 256, 256>>>(data, n);
    CHECK_LAUNCH();
    for (int i = 0; i < n; ++i) EXPECT_EQ(data[i], 1 + round * i + (round - 1));
    for (int i = 0; i < n; ++i) ++data[i];
  }
  CHECK_CUDA(cudaMemset(data, 0, n * sizeof(int)));
  CHECK_CUDA(cudaDeviceSynchronize());
  EXPECT_EQ(data[n - 1], 0);
  CHECK_CUDA(cudaFree(data));

  Record* head = nullptr;
  for (int k = 0; k < 6; ++k) {
    Record* record = nullptr;
    CHECK_CUDA(cudaMallocManaged(&record, sizeof(Record)));
    record->key = k + 1;
    CHECK_CUDA(cudaMallocManaged(&record->values, 32 * sizeof(float)));
    for (int i = 0; i < 32; ++i) record->values[i] = float(i);
    record->next = head;
    head = record;
  }
  Walk<<<1, 32>>>(head);
  CHECK_LAUNCH();
  while (head != nullptr) {
    for (int i = 0; i < 32; ++i) EXPECT(head->values[i] == float(i + head->key));
    Record* next = head->next;
    CHECK_CUDA(cudaFree(head->values));
    CHECK_CUDA(cudaFree(head));
    head = next;
  }

  cudaStream_t stream;
  CHECK_CUDA(cudaStreamCreate(&stream));
  CHECK_CUDA(cudaMallocManaged(&data, 4096, cudaMemAttachHost));
  data[0] = 3;
  CHECK_CUDA(cudaStreamAttachMemAsync(stream, data, 0, cudaMemAttachSingle));
  CHECK_CUDA(cudaStreamSynchronize(stream));
  Increment<<<1, 32, 0, stream>>>(data, 1);
  CHECK_CUDA(cudaStreamSynchronize(stream));
  EXPECT_EQ(data[0], 3);
  CHECK_CUDA(cudaFree(data));
  CHECK_CUDA(cudaStreamDestroy(stream));
  return check::Finish("managed_memory");
}
