// Limits, caches, flags, priorities of contexts.
#include "driver.h"

namespace culvert {
namespace {

TEST_F(ContextTest, Limits) {
  size_t value = 0;
  for (CUlimit limit : {CU_LIMIT_STACK_SIZE, CU_LIMIT_PRINTF_FIFO_SIZE, CU_LIMIT_MALLOC_HEAP_SIZE}) {
    EXPECT_CU(cuCtxGetLimit(&value, limit));
    EXPECT_GT(value, 0u);
  }
  EXPECT_CU(cuCtxSetLimit(CU_LIMIT_MALLOC_HEAP_SIZE, size_t{32} << 20));
  EXPECT_CU(cuCtxGetLimit(&value, CU_LIMIT_MALLOC_HEAP_SIZE));
  EXPECT_GE(value, size_t{32} << 20);
  EXPECT_EQ(cuCtxGetLimit(&value, CU_LIMIT_DEV_RUNTIME_SYNC_DEPTH), CUDA_ERROR_UNSUPPORTED_LIMIT);
  EXPECT_EQ(cuCtxSetLimit(static_cast<CUlimit>(77), 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuCtxGetLimit(nullptr, CU_LIMIT_STACK_SIZE), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, CacheAndSharedMemoryConfiguration) {
  CUfunc_cache cache;
  EXPECT_CU(cuCtxSetCacheConfig(CU_FUNC_CACHE_PREFER_L1));
  EXPECT_CU(cuCtxGetCacheConfig(&cache));
  EXPECT_EQ(cache, CU_FUNC_CACHE_PREFER_L1);
  EXPECT_EQ(cuCtxSetCacheConfig(static_cast<CUfunc_cache>(9)), CUDA_ERROR_INVALID_VALUE);
  CUsharedconfig shared;
  EXPECT_CU(cuCtxSetSharedMemConfig(CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE));
  EXPECT_CU(cuCtxGetSharedMemConfig(&shared));
  EXPECT_EQ(shared, CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE);
  EXPECT_EQ(cuCtxSetSharedMemConfig(static_cast<CUsharedconfig>(9)), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ContextTest, FlagsAndPriorities) {
  unsigned flags = 0;
  EXPECT_CU(cuCtxSetFlags(CU_CTX_SCHED_BLOCKING_SYNC));
  EXPECT_CU(cuCtxGetFlags(&flags));
  EXPECT_EQ(flags & CU_CTX_SCHED_MASK, static_cast<unsigned>(CU_CTX_SCHED_BLOCKING_SYNC));
  EXPECT_EQ(cuCtxSetFlags(0x40000), CUDA_ERROR_INVALID_VALUE);
  int least = 1, greatest = 1;
  EXPECT_CU(cuCtxGetStreamPriorityRange(&least, &greatest));
  EXPECT_EQ(least, 0);
  EXPECT_LT(greatest, least);
  EXPECT_CU(cuCtxGetStreamPriorityRange(nullptr, nullptr));
  EXPECT_CU(cuCtxResetPersistingL2Cache());
}

}  // namespace
}  // namespace culvert
