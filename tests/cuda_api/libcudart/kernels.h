// Device code for the tests of the runtime API, registered as compiled programs register theirs: a fat binary with PTX,
// written by our fatbin writer, and host addresses that stand for kernels and variables.
#ifndef CULVERT_TESTS_CUDA_API_LIBCUDART_KERNELS_H_
#define CULVERT_TESTS_CUDA_API_LIBCUDART_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "include/cuda/cuda_runtime_api.h"

namespace culvert::testing {

// Host stubs: only their addresses matter.
extern char fill;           // (uint32_t* out, uint32_t value, uint32_t count): out[i] = value
extern char increment;      // (uint32_t* out): *out += 1, one thread
extern char store;          // (uint32_t* address): stores 1 there
extern char trap;           // ()
extern char wait_flag;      // (volatile uint32_t* flag): until *flag is not 0
extern char static_shared;  // (): 4096 bytes of static shared memory
extern char limited;        // (): .maxntid 64
extern char
    read_symbols;  // (uint32_t* out): out[0] = scalar, out[1] = table[2], out[2] = managed; adds 1 to the variables
extern char unregistered;  // nothing is registered for this address
extern char absent;        // registered, but the fat binary has no such kernel
extern char sass_only;     // registered from a fat binary without PTX

// Host shadows of variables.
extern uint32_t scalar;    // .global .u32, 7 at first
extern uint32_t table[4];  // .const .u32[4], {1, 2, 3, 4}
extern uint32_t* managed;  // .global .attribute(.managed) .u32, 5 at first

// The PTX text behind the kernels.
const std::string& PtxText();

template <typename... Args>
cudaError_t Launch(const void* kernel, dim3 grid, dim3 block, size_t shared_bytes, cudaStream_t stream, Args... args) {
  void* pointers[] = {static_cast<void*>(&args)..., nullptr};
  return cudaLaunchKernel(kernel, grid, block, pointers, shared_bytes, stream);
}

inline dim3 Dim(unsigned x, unsigned y = 1, unsigned z = 1) { return dim3{x, y, z}; }

}  // namespace culvert::testing

#define CUDA_OK(expression) ASSERT_EQ(cudaSuccess, (expression))

#endif  // CULVERT_TESTS_CUDA_API_LIBCUDART_KERNELS_H_
