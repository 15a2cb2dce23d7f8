// Profiling on and off: nothing to profile, nothing to fail.
#include "cudaProfiler.h"
#include "driver.h"

namespace culvert {
namespace {

TEST_F(ContextTest, StartAndStop) {
  EXPECT_CU(cuProfilerStart());
  EXPECT_CU(cuProfilerStop());
}

TEST_F(DriverTest, ProfilingNeedsAContext) {
  EXPECT_EQ(cuProfilerStart(), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cuProfilerStop(), CUDA_ERROR_INVALID_CONTEXT);
}

}  // namespace
}  // namespace culvert
