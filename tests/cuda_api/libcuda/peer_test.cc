// Access between devices, on three of them.
#include "driver.h"

namespace culvert {
namespace {

class PeerTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("CULVERT_DEVICES", "3", 1);
    ASSERT_CU(cuInit(0));
    for (int i = 0; i < 3; ++i) ASSERT_CU(cuDevicePrimaryCtxRetain(&contexts_[i], i));
    ASSERT_CU(cuCtxSetCurrent(contexts_[0]));
  }
  CUcontext contexts_[3] = {};
};

TEST_F(PeerTest, EnableAndDisable) {
  int can = 0;
  EXPECT_CU(cuDeviceCanAccessPeer(&can, 0, 1));
  EXPECT_EQ(can, 1);
  EXPECT_CU(cuDeviceCanAccessPeer(&can, 1, 1));
  EXPECT_EQ(can, 0);
  EXPECT_CU(cuCtxEnablePeerAccess(contexts_[1], 0));
  EXPECT_EQ(cuCtxEnablePeerAccess(contexts_[1], 0), CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
  EXPECT_CU(cuCtxDisablePeerAccess(contexts_[1]));
  EXPECT_EQ(cuCtxDisablePeerAccess(contexts_[1]), CUDA_ERROR_PEER_ACCESS_NOT_ENABLED);
  EXPECT_EQ(cuCtxEnablePeerAccess(contexts_[1], 1), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuCtxEnablePeerAccess(contexts_[0], 0), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cuCtxEnablePeerAccess(nullptr, 0), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cuDeviceCanAccessPeer(&can, 0, 3), CUDA_ERROR_INVALID_DEVICE);
}

// Fault 4: another context's memory is out of reach until access is enabled.
TEST_F(PeerTest, KernelsReachPeersOnlyWhenEnabled) {
  CUmodule module;
  CUfunction store;
  ASSERT_CU(cuModuleLoadData(&module, kPtx));
  ASSERT_CU(cuModuleGetFunction(&store, module, "store_bad"));
  CUdeviceptr remote;
  ASSERT_CU(cuCtxSetCurrent(contexts_[1]));
  ASSERT_CU(cuMemAlloc(&remote, 4));
  ASSERT_CU(cuMemsetD32(remote, 0, 1));
  ASSERT_CU(cuCtxSetCurrent(contexts_[0]));
  ASSERT_CU(cuCtxEnablePeerAccess(contexts_[1], 0));
  void* arguments[] = {&remote};
  ASSERT_CU(cuLaunchKernel(store, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr));
  EXPECT_CU(cuCtxSynchronize());
  unsigned value = 0;
  EXPECT_CU(cuMemcpyDtoH(&value, remote, 4));
  EXPECT_EQ(value, 1u);
  ASSERT_CU(cuCtxDisablePeerAccess(contexts_[1]));
  ASSERT_CU(cuLaunchKernel(store, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr));
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
}

TEST_F(PeerTest, AttributesOfPairs) {
  int value = -1;
  EXPECT_CU(cuDeviceGetP2PAttribute(&value, CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED, 0, 2));
  EXPECT_EQ(value, 1);
  EXPECT_CU(cuDeviceGetP2PAttribute(&value, CU_DEVICE_P2P_ATTRIBUTE_NATIVE_ATOMIC_SUPPORTED, 0, 2));
  EXPECT_EQ(value, 1);
  EXPECT_CU(cuDeviceGetP2PAttribute(&value, CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK, 2, 0));
  EXPECT_EQ(value, 0);
  EXPECT_CU(cuDeviceGetP2PAttribute(&value, CU_DEVICE_P2P_ATTRIBUTE_CUDA_ARRAY_ACCESS_SUPPORTED, 2, 0));
  EXPECT_EQ(value, 0);
  EXPECT_EQ(cuDeviceGetP2PAttribute(&value, CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED, 1, 1), CUDA_ERROR_INVALID_DEVICE);
  EXPECT_EQ(cuDeviceGetP2PAttribute(&value, static_cast<CUdevice_P2PAttribute>(40), 0, 1), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
