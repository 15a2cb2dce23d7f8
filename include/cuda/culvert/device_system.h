// printf, assert, malloc and free in device code: the system calls of NVIDIA's "PTX Writer's Guide to
// Interoperability", section System Calls. clang turns printf into vprintf with a packed argument buffer.
#ifndef CULVERT_CUDA_DEVICE_SYSTEM_H_
#define CULVERT_CUDA_DEVICE_SYSTEM_H_

extern "C" {
__device__ int vprintf(const char* format, const char* arguments);
__device__ int printf(const char* format, ...);
__device__ void free(void* pointer) __attribute__((nothrow));
__device__ void* malloc(size_t bytes) __attribute__((nothrow, malloc));
__device__ void __assertfail(const char* message, const char* file, unsigned line, const char* function,
                             size_t char_bytes);

// What the assert() of <cassert> calls on Linux.
__device__ static inline void __assert_fail(const char* message, const char* file, unsigned line,
                                            const char* function) {
  __assertfail(message, file, line, function, sizeof(char));
}
}

namespace std {
__device__ static inline void free(void* pointer) { ::free(pointer); }
__device__ static inline void* malloc(size_t bytes) { return ::malloc(bytes); }
}  // namespace std

// Conversions of the built-in variables, declared by clang's header before dim3 and uint3 were complete.
#define CULVERT_BUILTIN_VARIABLE(TYPE)                                              \
  __device__ inline TYPE::operator dim3() const { return dim3(x, y, z); }           \
  __device__ inline TYPE::operator uint3() const { return make_uint3(x, y, z); }
CULVERT_BUILTIN_VARIABLE(__cuda_builtin_threadIdx_t)
CULVERT_BUILTIN_VARIABLE(__cuda_builtin_blockIdx_t)
CULVERT_BUILTIN_VARIABLE(__cuda_builtin_blockDim_t)
CULVERT_BUILTIN_VARIABLE(__cuda_builtin_gridDim_t)
#undef CULVERT_BUILTIN_VARIABLE

#endif  // CULVERT_CUDA_DEVICE_SYSTEM_H_
