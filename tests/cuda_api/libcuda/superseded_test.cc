// Earlier versions of functions, under the raw symbol names that libraries look up themselves.
#include <dlfcn.h>

#include "driver.h"

namespace culvert {
namespace {

template <typename... Args>
CUresult Call(const char* symbol, Args... args) {
  auto function = reinterpret_cast<CUresult (*)(Args...)>(dlsym(RTLD_DEFAULT, symbol));
  EXPECT_NE(function, nullptr) << symbol;
  return function == nullptr ? CUDA_ERROR_UNKNOWN : function(args...);
}

TEST_F(DriverTest, Contexts) {
  CUcontext context = nullptr, popped = nullptr;
  for (const char* create : {"cuCtxCreate", "cuCtxCreate_v2"}) {
    ASSERT_CU(Call(create, &context, 0u, CUdevice{0}));
    EXPECT_CU(Call("cuCtxPopCurrent", &popped));
    EXPECT_EQ(popped, context);
    EXPECT_CU(Call("cuCtxPushCurrent", context));
    EXPECT_CU(Call("cuCtxDestroy", context));
  }
  auto* none = static_cast<CUexecAffinityParam*>(nullptr);
  ASSERT_CU(Call("cuCtxCreate_v3", &context, none, 0, 0u, CUdevice{0}));
  CUexecAffinityParam affinity = {};
  CUcontext refused;
  EXPECT_EQ(Call("cuCtxCreate_v3", &refused, &affinity, 1, 0u, CUdevice{0}), CUDA_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(Call("cuCtxCreate_v3", &refused, &affinity, -1, 0u, CUdevice{0}), CUDA_ERROR_INVALID_VALUE);
  EXPECT_CU(Call("cuCtxSynchronize"));
  CUdevice device = -1;
  EXPECT_CU(Call("cuCtxGetDevice", &device));
  EXPECT_EQ(device, 0);
  EXPECT_CU(Call("cuCtxDestroy", context));
}

TEST_F(DriverTest, PrimaryContexts) {
  CUcontext context;
  ASSERT_CU(cuDevicePrimaryCtxRetain(&context, 0));
  EXPECT_CU(Call("cuDevicePrimaryCtxSetFlags", CUdevice{0}, 0u));
  EXPECT_CU(Call("cuDevicePrimaryCtxReset", CUdevice{0}));
  ASSERT_CU(cuDevicePrimaryCtxRetain(&context, 0));
  EXPECT_CU(Call("cuDevicePrimaryCtxRelease", CUdevice{0}));
  CUuuid uuid;
  EXPECT_CU(Call("cuDeviceGetUuid", &uuid, CUdevice{0}));
}

TEST_F(ContextTest, StreamsAndEvents) {
  CUstream stream;
  CUevent event;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  ASSERT_CU(cuEventCreate(&event, 0));
  ASSERT_CU(cuEventRecord(event, stream));
  EXPECT_CU(cuEventSynchronize(event));
  float milliseconds = -1;
  EXPECT_CU(Call("cuEventElapsedTime", &milliseconds, event, event));
  EXPECT_EQ(milliseconds, 0);
  EXPECT_CU(Call("cuStreamDestroy", stream));
  EXPECT_CU(Call("cuEventDestroy", event));
}

TEST_F(ContextTest, Memory) {
  int host[16];
  EXPECT_CU(Call("cuMemHostRegister", static_cast<void*>(host), sizeof host, 0u));
  EXPECT_CU(cuMemHostUnregister(host));
  CUdeviceptr managed;
  ASSERT_CU(cuMemAllocManaged(&managed, 64, CU_MEM_ATTACH_GLOBAL));
  EXPECT_CU(Call("cuMemAdvise", managed, size_t{64}, CU_MEM_ADVISE_SET_PREFERRED_LOCATION, CU_DEVICE_CPU));
  EXPECT_CU(Call("cuMemPrefetchAsync", managed, size_t{64}, CUdevice{0}, CUstream{nullptr}));
  EXPECT_EQ(Call("cuMemPrefetchAsync", managed, size_t{64}, CUdevice{5}, CUstream{nullptr}), CUDA_ERROR_INVALID_DEVICE);
  EXPECT_CU(cuMemFree(managed));
}

TEST_F(ContextTest, CaptureQueries) {
  auto status = CU_STREAM_CAPTURE_STATUS_ACTIVE;
  cuuint64_t id = 0;
  EXPECT_CU(Call("cuStreamGetCaptureInfo", CUstream{nullptr}, &status, &id));
  EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_NONE);
  status = CU_STREAM_CAPTURE_STATUS_ACTIVE;
  EXPECT_CU(Call("cuStreamGetCaptureInfo_v2", CUstream{nullptr}, &status, &id, static_cast<CUgraph*>(nullptr),
                 static_cast<const CUgraphNode**>(nullptr), static_cast<size_t*>(nullptr)));
  EXPECT_EQ(status, CU_STREAM_CAPTURE_STATUS_NONE);
}

// The first version tells which copy was refused.
TEST_F(ContextTest, BatchWithFailIndex) {
  CUstream stream;
  ASSERT_CU(cuStreamCreate(&stream, 0));
  DeviceMemory memory(64);
  CUdeviceptr to[] = {memory.address(), memory.address()}, from[] = {memory.address() + 8, memory.address() + 1000};
  size_t sizes[] = {4, 4}, first = 0, failed = 0;
  CUmemcpyAttributes attributes = {};
  attributes.srcAccessOrder = CU_MEMCPY_SRC_ACCESS_ORDER_ANY;
  EXPECT_EQ(Call("cuMemcpyBatchAsync", to + 0, from + 0, sizes + 0, size_t{2}, &attributes, &first, size_t{1}, &failed,
                 stream),
            CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(failed, 1u);
}

// The variants of the per-thread default stream: work given to them is in the stream with handle 2.
TEST_F(ContextTest, PerThreadDefaultStream) {
  unsigned long long id = 0, expected = 0, legacy = 0;
  ASSERT_CU(cuStreamGetId(CU_STREAM_PER_THREAD, &expected));
  ASSERT_CU(cuStreamGetId(nullptr, &legacy));
  EXPECT_CU(Call("cuStreamGetId_ptsz", CUstream{nullptr}, &id));
  EXPECT_EQ(id, expected);
  EXPECT_NE(id, legacy);
  EXPECT_CU(Call("cuStreamGetId_ptsz", CU_STREAM_LEGACY, &id));
  EXPECT_EQ(id, legacy);
  DeviceMemory memory(16);
  EXPECT_CU(Call("cuMemsetD32_v2_ptds", memory.address(), 7u, size_t{4}));
  unsigned out[4] = {};
  EXPECT_CU(Call("cuMemcpyDtoH_v2_ptds", static_cast<void*>(out), memory.address(), sizeof out));
  EXPECT_EQ(out[3], 7u);
}

}  // namespace
}  // namespace culvert
