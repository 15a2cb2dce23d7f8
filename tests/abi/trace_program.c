/* Makes the calls whose trace trace_test.py reads. */
#include "include/cuda/cuda.h"
#include "include/cuda/cuda_runtime_api.h"

int main(void) {
  int value = 0;
  char host[16] = {0};
  void* memory = NULL;
  cuInit(0);
  cuDeviceGetCount(&value);
  cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_WARP_SIZE, 0);
  cuDeviceGetAttribute(NULL, CU_DEVICE_ATTRIBUTE_WARP_SIZE, 0);
  cudaMalloc(&memory, 4096);
  cudaMemcpy(memory, host, sizeof(host), cudaMemcpyHostToDevice);
  cudaMemcpy(memory, host, sizeof(host), (enum cudaMemcpyKind)9);
  cudaGetLastError();
  cudaFree(memory);
  return 0;
}
