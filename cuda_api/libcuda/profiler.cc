// Profiling on and off (CUDA Driver API, "Profiler Control"). No profiler is attached, so both change nothing, which is
// what the manual promises for that case; cuProfilerInitialize needs the profiler that CUDA 5 had and is not supported.
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"

namespace culvert::libcuda {

absl::Status cuProfilerStart() { return UseCurrentContext().status(); }

absl::Status cuProfilerStop() { return UseCurrentContext().status(); }

}  // namespace culvert::libcuda
