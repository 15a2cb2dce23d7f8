// Everything that device code finds without including anything: the CUDA C++ Programming Guide's language extensions
// and the CUDA math API. Built on clang's resource headers, which map them to NVPTX builtins and to __nv_* functions;
// those live in device_math/ and are linked as bitcode.
#ifndef CULVERT_CUDA_DEVICE_H_
#define CULVERT_CUDA_DEVICE_H_

#include <limits.h>
#include <stddef.h>

#include "culvert/host_defines.h"
#include "vector_functions.h"
#include "vector_types.h"

// Both are also in cuda.h, which a program need not include: the version selects what clang's headers define.
#ifndef CUDA_VERSION
#define CUDA_VERSION 13000
#endif
typedef unsigned int cuuint32_t;

#include <__clang_cuda_builtin_vars.h>
#include <__clang_cuda_libdevice_declares.h>

#include <__clang_cuda_device_functions.h>

#include <__clang_cuda_math.h>

#include "culvert/math_overloads.h"

#include "culvert/device_system.h"

// clang's wrapper: operator new and delete of device code, from malloc and free (CUDA C++ Programming Guide, "Dynamic
// Global Memory Allocation").
#include <new>

#include <__clang_cuda_cmath.h>

#include "culvert/address_space.h"

// The warp reductions of clang 19's header hand mask and value to the builtin in the wrong order: ours replace them.
#define __reduce_add_sync culvert_clang_reduce_add_sync
#define __reduce_min_sync culvert_clang_reduce_min_sync
#define __reduce_max_sync culvert_clang_reduce_max_sync
#define __reduce_and_sync culvert_clang_reduce_and_sync
#define __reduce_or_sync culvert_clang_reduce_or_sync
#define __reduce_xor_sync culvert_clang_reduce_xor_sync
#include <__clang_cuda_intrinsics.h>
#undef __reduce_add_sync
#undef __reduce_min_sync
#undef __reduce_max_sync
#undef __reduce_and_sync
#undef __reduce_or_sync
#undef __reduce_xor_sync

#include <__clang_cuda_complex_builtins.h>

#include "culvert/atomics.h"
#include "culvert/intrinsics.h"

#endif  // CULVERT_CUDA_DEVICE_H_
