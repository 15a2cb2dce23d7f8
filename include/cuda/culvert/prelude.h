// Force-included by `culvert cc` at the start of every CUDA source, as nvcc does with cuda_runtime.h.
//
// The order binds: clang's forward declarations of the device overloads must come before <cmath>, whose constexpr
// functions would otherwise become host+device and shut the device overloads out (see the header named below).
#ifndef CULVERT_CUDA_PRELUDE_H_
#define CULVERT_CUDA_PRELUDE_H_

#if !defined(__CUDA__) || !defined(__clang__)
#error "culvert/prelude.h is for CUDA sources compiled by `culvert cc`"
#endif

#include <__clang_cuda_math_forward_declares.h>

#define __CUDACC__
#define __CUDACC_VER_MAJOR__ 13
#define __CUDACC_VER_MINOR__ 0
#define __CUDACC_VER_BUILD__ 0

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "cuda_runtime.h"

#endif  // CULVERT_CUDA_PRELUDE_H_
