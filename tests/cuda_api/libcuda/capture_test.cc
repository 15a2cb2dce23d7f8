// What is asked about stream capture while no stream can be captured.
#include "driver.h"

namespace culvert {
namespace {

TEST_F(ContextTest, NoStreamIsCapturing) {
  CUstream stream;
  ASSERT_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
  for (CUstream asked : {stream, CUstream{nullptr}, CU_STREAM_PER_THREAD}) {
    auto status = CU_STREAM_CAPTURE_STATUS_ACTIVE;
    EXPECT_CU(cuStreamIsCapturing(asked, &status));
    EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_NONE);
    status = CU_STREAM_CAPTURE_STATUS_ACTIVE;
    cuuint64_t id = 5;
    EXPECT_CU(cuStreamGetCaptureInfo(asked, &status, &id, nullptr, nullptr, nullptr, nullptr));
    EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_NONE);
  }
  EXPECT_EQ(cuStreamIsCapturing(stream, nullptr), CUDA_ERROR_INVALID_VALUE);
  CUstreamCaptureStatus status;
  EXPECT_EQ(cuStreamIsCapturing(reinterpret_cast<CUstream>(uintptr_t{9}), &status), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_GLOBAL), CUDA_ERROR_NOT_SUPPORTED);
}

TEST_F(DriverTest, ModeOfTheThreadIsExchanged) {
  auto mode = CU_STREAM_CAPTURE_MODE_RELAXED;
  EXPECT_CU(cuThreadExchangeStreamCaptureMode(&mode));
  EXPECT_EQ(mode, CU_STREAM_CAPTURE_MODE_GLOBAL);
  EXPECT_CU(cuThreadExchangeStreamCaptureMode(&mode));
  EXPECT_EQ(mode, CU_STREAM_CAPTURE_MODE_RELAXED);
  mode = static_cast<CUstreamCaptureMode>(7);
  EXPECT_EQ(cuThreadExchangeStreamCaptureMode(&mode), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuThreadExchangeStreamCaptureMode(nullptr), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
