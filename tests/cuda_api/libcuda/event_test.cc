// Events.
#include <unistd.h>

#include <vector>

#include "driver.h"

namespace culvert {
namespace {

TEST_F(ContextTest, RecordQueryAndTime) {
  CUevent start, end;
  ASSERT_CU(cuEventCreate(&start, CU_EVENT_DEFAULT));
  ASSERT_CU(cuEventCreate(&end, CU_EVENT_BLOCKING_SYNC));
  EXPECT_CU(cuEventQuery(start));
  EXPECT_CU(cuEventRecord(start, nullptr));
  ASSERT_CU(cuLaunchHostFunc(nullptr, [](void*) { usleep(20000); }, nullptr));
  EXPECT_CU(cuEventRecordWithFlags(end, nullptr, 0));
  EXPECT_EQ(cuEventQuery(end), CUDA_ERROR_NOT_READY);
  EXPECT_CU(cuEventSynchronize(end));
  EXPECT_CU(cuEventQuery(end));
  float milliseconds = 0;
  EXPECT_CU(cuEventElapsedTime(&milliseconds, start, end));
  EXPECT_GE(milliseconds, 19.0f);
  EXPECT_LT(milliseconds, 10000.0f);
  EXPECT_CU(cuEventDestroy(start));
  EXPECT_EQ(cuEventElapsedTime(&milliseconds, start, end), CUDA_ERROR_INVALID_HANDLE);
}

TEST_F(ContextTest, WhatEventsRefuse) {
  CUevent event, untimed, fresh;
  ASSERT_CU(cuEventCreate(&event, 0));
  ASSERT_CU(cuEventCreate(&fresh, 0));
  ASSERT_CU(cuEventCreate(&untimed, CU_EVENT_DISABLE_TIMING));
  ASSERT_CU(cuEventRecord(event, nullptr));
  ASSERT_CU(cuEventRecord(untimed, nullptr));
  ASSERT_CU(cuCtxSynchronize());
  float milliseconds;
  EXPECT_EQ(cuEventElapsedTime(&milliseconds, event, untimed), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuEventElapsedTime(&milliseconds, event, fresh), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuEventElapsedTime(nullptr, event, event), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuEventCreate(&event, 0x80), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuEventCreate(&event, CU_EVENT_INTERPROCESS), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuEventRecordWithFlags(untimed, nullptr, 8), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuEventSynchronize(nullptr), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuEventQuery(reinterpret_cast<CUevent>(uintptr_t{0xabc})), CUDA_ERROR_INVALID_HANDLE);
  CUcontext other;
  CUstream stream;
  ASSERT_CU(cuCtxCreate(&other, nullptr, 0, 0));
  ASSERT_CU(cuStreamCreate(&stream, 0));
  EXPECT_EQ(cuEventRecord(untimed, stream), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_CU(cuCtxDestroy(other));
}

// Fault 18: 10^5 events alive at once.
TEST_F(ContextTest, ManyEvents) {
  std::vector<CUevent> events(100000);
  for (CUevent& event : events) ASSERT_CU(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
  for (CUevent event : events) ASSERT_CU(cuEventDestroy(event));
}

}  // namespace
}  // namespace culvert
