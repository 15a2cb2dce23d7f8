// Pinned memory and asynchronous copies: a chunked pipeline over four streams, mapped (zero-copy) memory, registered
// memory, copies in every direction with cudaMemcpyDefault, and what cudaPointerGetAttributes says of each pointer.
#include <algorithm>

#include "check.h"

__global__ void Square(const int* in, int* out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = in[i] * in[i] + 1;
}

void TestPipeline() {
  const int chunks = 8, chunk = 4096, n = chunks * chunk, streams = 4;
  int *in = nullptr, *out = nullptr;
  CHECK_CUDA(cudaMallocHost(&in, n * sizeof(int)));
  CHECK_CUDA(cudaHostAlloc(&out, n * sizeof(int), cudaHostAllocDefault));
  std::vector<int> want(n);
  for (int i = 0; i < n; ++i) in[i] = int(check::Hash32(i) % 40000), out[i] = -1, want[i] = in[i] * in[i] + 1;
  check::Device<int> din(n), dout(n);
  cudaStream_t stream[streams];
  for (cudaStream_t& s : stream) CHECK_CUDA(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
  for (int c = 0; c < chunks; ++c) {
    cudaStream_t s = stream[c % streams];
    int at = c * chunk;
    CHECK_CUDA(cudaMemcpyAsync(din + at, in + at, chunk * sizeof(int), cudaMemcpyHostToDevice, s));
    Square<<<chunk / 256, 256, 0, s>>>(din + at, dout + at, chunk);
    CHECK_CUDA(cudaMemcpyAsync(out + at, dout + at, chunk * sizeof(int), cudaMemcpyDeviceToHost, s));
  }
  for (cudaStream_t s : stream) CHECK_CUDA(cudaStreamSynchronize(s));
  check::Equal("pipeline", std::vector<int>(out, out + n), want);
  for (cudaStream_t s : stream) CHECK_CUDA(cudaStreamDestroy(s));
  CHECK_CUDA(cudaFreeHost(in));
  CHECK_CUDA(cudaFreeHost(out));
}

void TestMapped() {
  const int n = 1000;
  int *host = nullptr, *device = nullptr;
  CHECK_CUDA(cudaHostAlloc(&host, 2 * n * sizeof(int), cudaHostAllocMapped | cudaHostAllocPortable));
  CHECK_CUDA(cudaHostGetDevicePointer(&device, host, 0));
  std::vector<int> want(n);
  for (int i = 0; i < n; ++i) host[i] = i, want[i] = i * i + 1;
  Square<<<4, 256>>>(device, device + n, n);
  CHECK_LAUNCH();
  check::Equal("mapped", std::vector<int>(host + n, host + 2 * n), want);
  unsigned flags = 0;
  CHECK_CUDA(cudaHostGetFlags(&flags, host));
  EXPECT((flags & cudaHostAllocMapped) != 0);
  CHECK_CUDA(cudaFreeHost(host));

  std::vector<int> plain(2 * n + 2048);
  for (int i = 0; i < n; ++i) plain[i] = i;
  CHECK_CUDA(cudaHostRegister(plain.data(), plain.size() * sizeof(int), cudaHostRegisterMapped));
  CHECK_CUDA(cudaHostGetDevicePointer(&device, plain.data(), 0));
  Square<<<4, 256>>>(device, device + n, n);
  CHECK_LAUNCH();
  check::Equal("registered", std::vector<int>(plain.begin() + n, plain.begin() + 2 * n), want);
  EXPECT_CUDA(cudaHostRegister(plain.data(), plain.size() * sizeof(int), 0), cudaErrorHostMemoryAlreadyRegistered);
  CHECK_CUDA(cudaHostUnregister(plain.data()));
  EXPECT_CUDA(cudaHostUnregister(plain.data()), cudaErrorHostMemoryNotRegistered);
  cudaGetLastError();
}

void TestDirections() {
  const int n = 777;
  std::vector<int> a(n), b(n, 0), c(n, 0);
  for (int i = 0; i < n; ++i) a[i] = i * 31;
  check::Device<int> d1(n), d2(n);
  CHECK_CUDA(cudaMemcpy(d1, a.data(), n * sizeof(int), cudaMemcpyDefault));
  CHECK_CUDA(cudaMemcpy(d2, d1, n * sizeof(int), cudaMemcpyDefault));
  CHECK_CUDA(cudaMemcpy(b.data(), d2, n * sizeof(int), cudaMemcpyDefault));
  CHECK_CUDA(cudaMemcpy(c.data(), b.data(), n * sizeof(int), cudaMemcpyDefault));
  check::Equal("default direction", c, a);
  std::vector<int> part(10);
  CHECK_CUDA(cudaMemcpyAsync(part.data(), d1 + 100, 10 * sizeof(int), cudaMemcpyDeviceToHost, nullptr));
  CHECK_CUDA(cudaDeviceSynchronize());
  check::Equal("part", part, std::vector<int>(a.begin() + 100, a.begin() + 110));
  CHECK_CUDA(cudaMemcpy(d1, a.data(), 0, cudaMemcpyHostToDevice));
  // A copy to the device leaves the source free at once.
  CHECK_CUDA(cudaMemcpyAsync(d2, a.data(), n * sizeof(int), cudaMemcpyHostToDevice, nullptr));
  std::vector<int> copy = a;
  std::fill(a.begin(), a.end(), 0);
  check::Equal("pageable source", d2.Get(), copy);
}

void TestAttributes() {
  cudaPointerAttributes attributes;
  check::Device<int> device(100);
  int *pinned = nullptr, *managed = nullptr, local = 0;
  CHECK_CUDA(cudaMallocHost(&pinned, 400));
  CHECK_CUDA(cudaMallocManaged(&managed, 400));
  CHECK_CUDA(cudaPointerGetAttributes(&attributes, device + 50));
  EXPECT_EQ(attributes.type, cudaMemoryTypeDevice);
  EXPECT_EQ(attributes.device, 0);
  EXPECT(attributes.devicePointer == device + 50);
  CHECK_CUDA(cudaPointerGetAttributes(&attributes, pinned + 7));
  EXPECT_EQ(attributes.type, cudaMemoryTypeHost);
  EXPECT(attributes.hostPointer == pinned + 7);
  CHECK_CUDA(cudaPointerGetAttributes(&attributes, managed));
  EXPECT_EQ(attributes.type, cudaMemoryTypeManaged);
  CHECK_CUDA(cudaPointerGetAttributes(&attributes, &local));
  EXPECT_EQ(attributes.type, cudaMemoryTypeUnregistered);
  CHECK_CUDA(cudaFreeHost(pinned));
  CHECK_CUDA(cudaFree(managed));
}

int main() {
  TestPipeline();
  TestMapped();
  TestDirections();
  TestAttributes();
  size_t free_bytes = 0, total = 0;
  CHECK_CUDA(cudaMemGetInfo(&free_bytes, &total));
  EXPECT(total >= 64 << 20 && free_bytes > 0 && free_bytes <= total);
  return check::Finish("async_copy");
}
