// Pitched memory: cudaMallocPitch, 2D and 3D copies between host and device with odd pitches, sub-rectangles, and
// memset of one, two and three dimensions, synchronous and in a stream.
#include "check.h"

__global__ void AddToRows(unsigned char* data, size_t pitch, int width, int height) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y;
  if (x < width && y < height) data[y * pitch + x] = (unsigned char)(data[y * pitch + x] + y);
}

void TestCopies() {
  const int width = 101, height = 37;
  std::vector<unsigned char> in(width * height), out(width * height, 0), want(width * height);
  for (int i = 0; i < width * height; ++i) in[i] = (unsigned char)check::Hash32(i), want[i] = (unsigned char)(in[i] + i / width);
  unsigned char* device = nullptr;
  size_t pitch = 0;
  CHECK_CUDA(cudaMallocPitch(&device, &pitch, width, height));
  EXPECT(pitch >= width && pitch % 32 == 0);
  CHECK_CUDA(cudaMemcpy2D(device, pitch, in.data(), width, width, height, cudaMemcpyHostToDevice));
  AddToRows<<<dim3(2, height), 64>>>(device, pitch, width, height);
  CHECK_LAUNCH();
  CHECK_CUDA(cudaMemcpy2D(out.data(), width, device, pitch, width, height, cudaMemcpyDeviceToHost));
  check::Equal("2D", out, want);

  // A rectangle of 20 x 10 at (30, 5), device to device with another pitch, in a stream.
  check::Device<unsigned char> small(21 * 10);
  small.Zero();
  cudaStream_t stream;
  CHECK_CUDA(cudaStreamCreate(&stream));
  CHECK_CUDA(cudaMemcpy2DAsync(small, 21, device + 5 * pitch + 30, pitch, 20, 10, cudaMemcpyDeviceToDevice, stream));
  CHECK_CUDA(cudaStreamSynchronize(stream));
  std::vector<unsigned char> got = small.Get(), rectangle(21 * 10, 0);
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 20; ++x) rectangle[y * 21 + x] = want[(y + 5) * width + x + 30];
  }
  check::Equal("rectangle", got, rectangle);

  EXPECT_CUDA(cudaMemcpy2D(device, 50, in.data(), width, width, height, cudaMemcpyHostToDevice), cudaErrorInvalidPitchValue);
  cudaGetLastError();

  // Host to host, and memset of a rectangle.
  std::vector<unsigned char> host(40 * 10, 1);
  CHECK_CUDA(cudaMemcpy2D(host.data(), 40, in.data(), width, 33, 10, cudaMemcpyHostToHost));
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 40; ++x) EXPECT_EQ(host[y * 40 + x], x < 33 ? in[y * width + x] : 1);
  }
  CHECK_CUDA(cudaMemset2D(device + 2 * pitch + 3, pitch, 0xab, 50, 4));
  CHECK_CUDA(cudaMemset2DAsync(device + 10 * pitch, pitch, 0xcd, width, 3, stream));
  CHECK_CUDA(cudaStreamSynchronize(stream));
  CHECK_CUDA(cudaMemcpy2D(out.data(), width, device, pitch, width, height, cudaMemcpyDeviceToHost));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (y >= 2 && y < 6 && x >= 3 && x < 53) want[y * width + x] = 0xab;
      if (y >= 10 && y < 13) want[y * width + x] = 0xcd;
    }
  }
  check::Equal("memset 2D", out, want);
  CHECK_CUDA(cudaStreamDestroy(stream));
  CHECK_CUDA(cudaFree(device));
}

void Test3d() {
  const int width = 30, height = 11, depth = 7;
  std::vector<int> in(width * height * depth), out(in.size(), 0);
  for (size_t i = 0; i < in.size(); ++i) in[i] = int(i * 13);
  cudaPitchedPtr device;
  cudaExtent extent = make_cudaExtent(width * sizeof(int), height, depth);
  CHECK_CUDA(cudaMalloc3D(&device, extent));
  EXPECT(device.pitch >= width * sizeof(int));
  cudaMemcpy3DParms copy = {};
  copy.srcPtr = make_cudaPitchedPtr(in.data(), width * sizeof(int), width, height);
  copy.dstPtr = device;
  copy.extent = extent;
  copy.kind = cudaMemcpyHostToDevice;
  CHECK_CUDA(cudaMemcpy3D(&copy));
  // Back: a box of 10 x 5 x 3 integers from (4, 2, 1) to (7, 3, 2).
  cudaMemcpy3DParms back = {};
  back.srcPtr = device;
  back.srcPos = make_cudaPos(4 * sizeof(int), 2, 1);
  back.dstPtr = make_cudaPitchedPtr(out.data(), width * sizeof(int), width, height);
  back.dstPos = make_cudaPos(7 * sizeof(int), 3, 2);
  back.extent = make_cudaExtent(10 * sizeof(int), 5, 3);
  back.kind = cudaMemcpyDeviceToHost;
  CHECK_CUDA(cudaMemcpy3D(&back));
  std::vector<int> want(in.size(), 0);
  for (int z = 0; z < 3; ++z) {
    for (int y = 0; y < 5; ++y) {
      for (int x = 0; x < 10; ++x) {
        want[((z + 2) * height + y + 3) * width + x + 7] = in[((z + 1) * height + y + 2) * width + x + 4];
      }
    }
  }
  check::Equal("3D box", out, want);
  CHECK_CUDA(cudaMemset3D(device, 0x11, make_cudaExtent(8, 2, depth)));
  back.srcPos = make_cudaPos(0, 0, 0);
  back.dstPos = make_cudaPos(0, 0, 0);
  back.extent = extent;
  CHECK_CUDA(cudaMemcpy3D(&back));
  for (int z = 0; z < depth; ++z) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        int i = (z * height + y) * width + x;
        EXPECT_EQ(out[i], x < 2 && y < 2 ? 0x11111111 : in[i]);
      }
    }
  }
  CHECK_CUDA(cudaFree(device.ptr));
}

void TestMemset() {
  const size_t bytes = 5000;
  check::Device<unsigned char> device(bytes);
  std::vector<unsigned char> want(bytes, 0x5a);
  CHECK_CUDA(cudaMemset(device, 0x5a, bytes));
  for (size_t at : {size_t(1), size_t(77), size_t(1024), size_t(3001)}) {
    size_t count = at % 64 + 3;
    CHECK_CUDA(cudaMemset(device + at, int(at), count));  // only the low byte counts
    for (size_t i = 0; i < count; ++i) want[at + i] = (unsigned char)at;
  }
  CHECK_CUDA(cudaMemsetAsync(device + 4990, -1, 10, nullptr));
  for (size_t i = 4990; i < bytes; ++i) want[i] = 0xff;
  CHECK_CUDA(cudaMemset(device, 7, 0));
  check::Equal("memset", device.Get(), want);
  unsigned char* pinned = nullptr;
  CHECK_CUDA(cudaMallocHost(&pinned, 100));
  CHECK_CUDA(cudaMemset(pinned, 0x77, 100));
  CHECK_CUDA(cudaDeviceSynchronize());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(pinned[i], 0x77);
  CHECK_CUDA(cudaFreeHost(pinned));
}

int main() {
  TestCopies();
  Test3d();
  TestMemset();
  return check::Finish("copy_2d");
}
