// Device printf: conversions, widths, strings, several threads, the return value. Standard output is captured while the
// kernels run, and its lines are compared as a multiset (CUDA promises no order between threads).
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "check.h"

__global__ void Print() {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  int count = printf("thread %u of %d: %5d|%-6d|%06x|%8.3f|%e\n", i, 8, int(i) - 3, int(i) * 7, i * 4097u, i * 1.5, i * 0.125);
  if (count != 7) printf("printf returned %d\n", count);  // the number of arguments (CUDA C++ Programming Guide)
}

__global__ void Kinds(const char* where) {
  printf("%s|%c|%%|%lld|%llu|%hd|%o|%X|%g|%+d|%5s|%.2s\n", "text", 'q', -1234567890123ll, 18446744073709551615ull,
         short(-5), 8u, 0xabcdu, 0.0001, 5, "ab", "xyz");
  printf("no arguments\n");
  printf("%s %p\n", where, (void*)0x1234);
}

__global__ void Divergent() {
  if (threadIdx.x % 2) {
    printf("odd %d\n", int(threadIdx.x));
  } else if (threadIdx.x > 4) {
    printf("even above four %d\n", int(threadIdx.x));
  }
}

__device__ const char kPlace[] = "device string";

__global__ void FromDeviceString() { printf("%s\n", kPlace); }

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

int main() {
  std::fflush(stdout);
  FILE* file = std::tmpfile();
  int saved = dup(1);
  if (file == nullptr || saved < 0 || dup2(fileno(file), 1) < 0) {
    std::perror("capturing standard output");
    return 1;
  }
  char* place = nullptr;
  cudaError_t error = cudaMalloc(&place, 16);
  if (error == cudaSuccess) error = cudaMemcpy(place, "from the host", 14, cudaMemcpyHostToDevice);
  Print<<<2, 4>>>();
  Kinds<<<1, 1>>>(place);
  Divergent<<<1, 8>>>();
  FromDeviceString<<<1, 1>>>();
  if (error == cudaSuccess) error = cudaDeviceSynchronize();
  std::fflush(stdout);
  dup2(saved, 1);
  CHECK_CUDA(error);
  CHECK_CUDA(cudaGetLastError());

  std::string got, want;
  std::rewind(file);
  for (int c; (c = std::fgetc(file)) != EOF;) got += char(c);
  char line[300];
  for (unsigned i = 0; i < 8; ++i) {
    std::snprintf(line, sizeof line, "thread %u of %d: %5d|%-6d|%06x|%8.3f|%e\n", i, 8, int(i) - 3, int(i) * 7, i * 4097u,
                  i * 1.5, i * 0.125);
    want += line;
  }
  std::snprintf(line, sizeof line, "%s|%c|%%|%lld|%llu|%hd|%o|%X|%g|%+d|%5s|%.2s\n", "text", 'q', -1234567890123ll,
                18446744073709551615ull, short(-5), 8u, 0xabcdu, 0.0001, 5, "ab", "xyz");
  want += line;
  want += "no arguments\nfrom the host 0x1234\nodd 1\nodd 3\nodd 5\nodd 7\neven above four 6\ndevice string\n";
  std::vector<std::string> got_lines = Lines(got), want_lines = Lines(want);
  for (size_t i = 0; i < std::max(got_lines.size(), want_lines.size()); ++i) {
    std::string g = i < got_lines.size() ? got_lines[i] : "(nothing)", w = i < want_lines.size() ? want_lines[i] : "(nothing)";
    if (g != w) check::Fail("line \"%s\", expected \"%s\"\n", g.c_str(), w.c_str());
  }
  size_t at = got.find("no arguments"), before = got.find("text|q|");
  EXPECT(before != std::string::npos && at != std::string::npos && before < at);  // one thread's lines keep their order
  return check::Finish("device_printf");
}
