// Prints one line per fact of the binary interface that a set of CUDA headers declares: types of functions, sizes,
// offsets, values, and which symbol a name means. The same source is compiled against include/cuda and, where one is
// installed, against a CUDA toolkit; abi_facts_test.py compares both with tests/abi/golden.
//
// ABI_DRIVER or ABI_RUNTIME selects the half, ABI_TOOLKIT the toolkit's headers, ABI_MEANINGS prints the meanings of
// names instead (once more with CUDA_API_PER_THREAD_DEFAULT_STREAM).
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <string>
#include <type_traits>

#if defined(ABI_TOOLKIT)
#if !defined(ABI_MEANINGS)
#define __CUDA_API_VERSION_INTERNAL
#define __CUDA_API_VERSION_INTERNAL_ODR
#endif
#define __CUDA_RUNTIME_H__  // the headers of the graphics interoperability do without the C++ half
#if defined(ABI_DRIVER)
#include <cuda.h>
#include <cudaProfiler.h>
#else
#include <cuda_runtime_api.h>
// The facts name foreign types by what they are in the ABI.
typedef unsigned int GLuint;
typedef unsigned int GLenum;
typedef int GLint;
typedef void* EGLImageKHR;
typedef void* EGLStreamKHR;
typedef void* EGLSyncKHR;
typedef int EGLint;
typedef unsigned int VdpDevice;
typedef unsigned int VdpVideoSurface;
typedef unsigned int VdpOutputSurface;
typedef void VdpGetProcAddress;
#include <cuda_egl_interop.h>
#include <cuda_gl_interop.h>
#include <cuda_profiler_api.h>
#include <cuda_vdpau_interop.h>
#include <library_types.h>
#endif
#elif defined(ABI_MEANINGS)
#if defined(ABI_DRIVER)
#include "include/cuda/cuda.h"
#else
#include "include/cuda/cuda_runtime_api.h"
#endif
#elif defined(ABI_DRIVER)
#include "include/cuda/detail/driver_functions.h"
#include "include/cuda/detail/driver_functions_per_thread.h"
#include "include/cuda/detail/driver_functions_superseded.h"
#else
#include "include/cuda/cuda_egl_interop.h"
#include "include/cuda/cuda_gl_interop.h"
#include "include/cuda/cuda_profiler_api.h"
#include "include/cuda/cuda_runtime_api.h"
#include "include/cuda/cuda_vdpau_interop.h"
#include "include/cuda/library_types.h"
#endif

namespace {

// The canonical spelling of a type. The place of an unnamed structure is no fact.
template <typename T>
std::string TypeText() {
  std::string text = __PRETTY_FUNCTION__;
  size_t begin = text.find("T = ") + 4;
  text = text.substr(begin, text.rfind(']') - begin);
  for (size_t at = text.find(" at "); at != std::string::npos; at = text.find(" at ", at)) {
    text.erase(at, text.find(')', at) - at);
  }
  return text;
}

template <typename T>
long long Number(T value) {
  if constexpr (std::is_pointer_v<T>) {
    return static_cast<long long>(reinterpret_cast<uintptr_t>(value));
  } else {
    return static_cast<long long>(value);
  }
}

}  // namespace

#define FUNCTION(name) printf("function %s %s\n", #name, TypeText<decltype(&name)>().c_str());
#define TYPE(name) printf("type %s %s\n", #name, TypeText<name>().c_str());
#define RECORD(name) printf("record %s size %zu align %zu\n", #name, sizeof(name), alignof(name));
#define FIELD(name, path)                                                                                            \
  printf("field %s %s offset %zu size %zu %s\n", #name, #path, offsetof(name, path), sizeof(((name*)nullptr)->path), \
         TypeText<decltype(((name*)nullptr)->path)>().c_str());
#define ENUM(name) printf("enum %s %s\n", #name, TypeText<std::underlying_type_t<name>>().c_str());
#define ENUMERATOR(name) printf("enumerator %s %lld\n", #name, Number(name));
#define CONSTANT(name) printf("constant %s %lld\n", #name, Number(name));
#define TEXT(name) #name
#define MEANING(name) printf("meaning %s %s\n", #name, TEXT(name));

int main() {
#if defined(ABI_MEANINGS) && defined(ABI_DRIVER)
#include "tests/abi/generated/driver_meanings.inc"
#elif defined(ABI_MEANINGS)
#include "tests/abi/generated/runtime_meanings.inc"
#elif defined(ABI_DRIVER)
#include "tests/abi/generated/driver_facts.inc"
#else
#include "tests/abi/generated/runtime_facts.inc"
#endif
}
