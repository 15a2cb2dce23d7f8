// Faults of kernels, each in a process of its own (fork and exec of this program): the code at the next synchronise,
// that it stays, and that other processes do not notice. 700 illegal address, 710 assert, 716 misaligned, 719 trap.
#undef NDEBUG
#include <sys/wait.h>
#include <unistd.h>

#include <cassert>

#include "check.h"

__global__ void Store(int* at) { at[threadIdx.x] = 1; }
__global__ void Load(const int* from, int* to) { *to = *from; }
__global__ void Atomic(int* at) { atomicAdd(at, 1); }
__global__ void Assert(int limit) { assert(int(threadIdx.x) < limit && "thread index too large"); }
__global__ void Trap(int lane) {
  if (threadIdx.x == lane) __trap();
}
__global__ void Fine(int* at) { *at = 7; }

struct Fault {
  const char* name;
  int code;
};
const Fault kFaults[] = {{"null-store", 700},       {"wild-load", 700},      {"wild-atomic", 700},
                         {"freed", 700},            {"assert", 710},         {"misaligned-store", 716},
                         {"misaligned-load8", 716}, {"trap", 719}};

__global__ void Load8(const double* from, double* to) { *to = *from; }

void Cause(const std::string& name, int* memory) {
  char* bytes = reinterpret_cast<char*>(memory);
  if (name == "null-store") Store<<<1, 32>>>(nullptr);
  if (name == "wild-load") Load<<<1, 1>>>(reinterpret_cast<int*>(0x7000dead0000ull), memory);
  if (name == "wild-atomic") Atomic<<<1, 1>>>(reinterpret_cast<int*>(0x6000beef0000ull));
  if (name == "freed") {
    int* gone = nullptr;
    CHECK_CUDA(cudaMalloc(&gone, 8 << 20));
    CHECK_CUDA(cudaFree(gone));
    Store<<<1, 32>>>(gone);
  }
  if (name == "assert") Assert<<<1, 32>>>(31);
  if (name == "misaligned-store") Store<<<1, 1>>>(reinterpret_cast<int*>(bytes + 2));
  if (name == "misaligned-load8") Load8<<<1, 1>>>(reinterpret_cast<double*>(bytes + 4), reinterpret_cast<double*>(bytes + 64));
  if (name == "trap") Trap<<<1, 32>>>(5);
}

// In the child: exit code 0 when everything is as it should be.
int Child(const std::string& name, int code) {
  int *memory = nullptr, *other = nullptr, value = 0;
  CHECK_CUDA(cudaMalloc(&memory, 256));
  Fine<<<1, 1>>>(memory);
  CHECK_LAUNCH();
  Cause(name, memory);
  EXPECT_CUDA(cudaGetLastError(), cudaSuccess);  // the launch itself is good
  const cudaError_t want = static_cast<cudaError_t>(code);
  EXPECT_CUDA(cudaDeviceSynchronize(), want);
  EXPECT_CUDA(cudaDeviceSynchronize(), want);
  EXPECT_CUDA(cudaGetLastError(), want);
  EXPECT_CUDA(cudaMalloc(&other, 16), want);
  EXPECT_CUDA(cudaMemcpy(&value, memory, 4, cudaMemcpyDeviceToHost), want);
  Fine<<<1, 1>>>(memory);
  EXPECT_CUDA(cudaGetLastError(), want);
  EXPECT_CUDA(cudaStreamSynchronize(nullptr), want);
  EXPECT(std::strlen(cudaGetErrorString(want)) > 3);
  return check::Failures() == 0 ? 0 : 1;
}

// Runs the program again with the name of a fault; its standard error ends in `text`.
int Spawn(const Fault& fault, std::string* text) {
  FILE* capture = std::tmpfile();
  std::fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    dup2(fileno(capture), 2);
    std::string code = std::to_string(fault.code);
    execl("/proc/self/exe", "faults", fault.name, code.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::rewind(capture);
  for (int c; (c = std::fgetc(capture)) != EOF;) *text += char(c);
  std::fclose(capture);
  if (WIFSIGNALED(status)) check::Fail("%s: killed by signal %d\n", fault.name, WTERMSIG(status));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char** argv) {
  if (argc == 3) return Child(argv[1], std::atoi(argv[2]));
  check::Device<int> memory(1);
  for (const Fault& fault : kFaults) {
    std::string text;
    int code = Spawn(fault, &text);
    if (code != 0) check::Fail("%s: exit code %d\nstandard error: %s\n", fault.name, code, text.c_str());
    if (fault.code == 710) {
      EXPECT(text.find("thread index too large") != std::string::npos);
      EXPECT(text.find("thread: [31,0,0]") != std::string::npos);
      EXPECT(text.find("faults.cu") != std::string::npos);
    }
    Fine<<<1, 1>>>(memory);
    CHECK_LAUNCH();  // this process is not concerned
    EXPECT_EQ(memory.Get()[0], 7);
    memory.Zero();
  }
  return check::Finish("faults");
}
