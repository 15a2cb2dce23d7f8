// Calls that nvcc and clang put into compiled programs: registration of device code by static constructors, and the
// launch configuration of kernel<<<...>>>(...).
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/registry.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"

namespace culvert::libcudart {
namespace {

// Pushed by kernel<<<...>>>, popped by the host stub of the kernel. Arguments of a launch are evaluated in between and
// may launch too, so configurations nest. A plain list per thread: it needs no destructor, so it works at thread exit.
struct CallConfiguration {
  dim3 grid;
  dim3 block;
  size_t shared_bytes;
  cudaStream_t stream;
  CallConfiguration* outer;
};
constinit thread_local CallConfiguration* configurations = nullptr;

}  // namespace

void** __cudaRegisterFatBinary(void* fatCubin) { return Registry::Get().RegisterImage(fatCubin); }

// Marks the end of the registrations of one fat binary; loading is lazy, so nothing is left to do.
void __cudaRegisterFatBinaryEnd(void** fatCubinHandle) {}

void __cudaUnregisterFatBinary(void** fatCubinHandle) { Registry::Get().UnregisterImage(fatCubinHandle); }

// The thread limit and the ids after it are no longer set by any compiler (-1 and null).
void __cudaRegisterFunction(void** fatCubinHandle, const char* hostFun, char* deviceFun, const char* deviceName,
                            int thread_limit, uint3* tid, uint3* bid, dim3* bDim, dim3* gDim, int* wSize) {
  Registry::Get().RegisterFunction(fatCubinHandle, hostFun, deviceName);
}

void __cudaRegisterVar(void** fatCubinHandle, char* hostVar, char* deviceAddress, const char* deviceName, int ext,
                       size_t size, int constant, int global) {
  Registry::Get().RegisterVariable(fatCubinHandle, hostVar, deviceName, size);
}

void __cudaRegisterManagedVar(void** fatCubinHandle, void** hostVarPtrAddress, char* deviceAddress,
                              const char* deviceName, int ext, size_t size, int constant, int global) {
  Registry::Get().RegisterManagedVariable(fatCubinHandle, hostVarPtrAddress, deviceName, size);
}

// Called before host code touches a managed variable, which it then does without a further check: a failure has to be
// said here, because the program will stop at a null pointer.
char __cudaInitModule(void** fatCubinHandle) {
  auto context = UseContext();
  absl::Status status = context.status();
  if (context.ok()) status = Registry::Get().PrepareImage(fatCubinHandle, **context);
  if (status.ok()) return 1;
  fprintf(stderr, "culvert: the managed variables of the program could not be set up: %s\n",
          std::string(status.message()).c_str());
  return 0;
}

// The kernel is looked up at the launch, so that the launch reports what loading gives (CUDA Runtime API manual,
// cudaLaunchKernel) each time, and the handle, which compiled code keeps for ever, survives resets.
absl::Status __cudaGetKernel(cudaKernel_t* kernel, const void* hostFun) {
  *kernel = reinterpret_cast<cudaKernel_t>(const_cast<void*>(hostFun));
  if (Registry::Get().IsFunction(hostFun)) return absl::OkStatus();
  return Error(ErrorKind::kInvalidDeviceFunction, "no kernel is registered for the host function %p", hostFun);
}

unsigned int __cudaPushCallConfiguration(dim3 gridDim, dim3 blockDim, size_t sharedMem, cudaStream_t stream) {
  configurations = new CallConfiguration{gridDim, blockDim, sharedMem, stream, configurations};
  return 0;
}

absl::Status __cudaPopCallConfiguration(dim3* gridDim, dim3* blockDim, size_t* sharedMem, void* stream) {
  CallConfiguration* top = configurations;
  if (top == nullptr)
    return Error(ErrorKind::kMissingConfiguration, "a kernel's host stub was called without <<<...>>>");
  configurations = top->outer;
  *gridDim = top->grid;
  *blockDim = top->block;
  *sharedMem = top->shared_bytes;
  *static_cast<cudaStream_t*>(stream) = top->stream;
  delete top;
  return absl::OkStatus();
}

}  // namespace culvert::libcudart
