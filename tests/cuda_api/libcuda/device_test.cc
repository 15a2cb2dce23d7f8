// Devices and what they report.
#include <cstring>
#include <string>

#include "driver.h"

namespace culvert {
namespace {

using DeviceTest = DriverTest;

int Attribute(CUdevice_attribute attribute) {
  int value = -1;
  EXPECT_CU(cuDeviceGetAttribute(&value, attribute, 0));
  return value;
}

TEST_F(DeviceTest, CountAndOrdinals) {
  int count = 0;
  ASSERT_CU(cuDeviceGetCount(&count));
  ASSERT_EQ(count, 1);
  CUdevice device = -1;
  EXPECT_CU(cuDeviceGet(&device, 0));
  EXPECT_EQ(device, 0);
  EXPECT_EQ(cuDeviceGet(&device, 1), CUDA_ERROR_INVALID_DEVICE);
  EXPECT_EQ(cuDeviceGet(&device, -1), CUDA_ERROR_INVALID_DEVICE);
  EXPECT_EQ(cuDeviceGetCount(nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST(Devices, AsManyAsAskedFor) {
  setenv("CULVERT_DEVICES", "3", 1);
  ASSERT_CU(cuInit(0));
  int count = 0;
  EXPECT_CU(cuDeviceGetCount(&count));
  EXPECT_EQ(count, 3);
  CUuuid a, b;
  EXPECT_CU(cuDeviceGetUuid(&a, 0));
  EXPECT_CU(cuDeviceGetUuid(&b, 2));
  EXPECT_NE(memcmp(&a, &b, sizeof a), 0);
}

TEST_F(DeviceTest, NameIsCutToTheBuffer) {
  char name[64], cut[5];
  ASSERT_CU(cuDeviceGetName(name, sizeof name, 0));
  EXPECT_EQ(std::string(name), "Culvert NPU");
  EXPECT_CU(cuDeviceGetName(cut, sizeof cut, 0));
  EXPECT_EQ(std::string(cut), "Culv");
  EXPECT_EQ(cuDeviceGetName(nullptr, 5, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuDeviceGetName(name, 0, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuDeviceGetName(name, sizeof name, 7), CUDA_ERROR_INVALID_DEVICE);
}

TEST_F(DeviceTest, AttributesAreConsistent) {
  EXPECT_EQ(Attribute(CU_DEVICE_ATTRIBUTE_WARP_SIZE), 32);
  EXPECT_EQ(Attribute(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK), 1024);
  EXPECT_EQ(Attribute(CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING), 1);
  EXPECT_GE(Attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), 1);
  EXPECT_EQ(Attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_MODE), CU_COMPUTEMODE_DEFAULT);
  int major = 0, minor = 0;
  EXPECT_CU(cuDeviceComputeCapability(&major, &minor, 0));
  EXPECT_EQ(Attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR), major);
  EXPECT_EQ(Attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR), minor);
  CUdevprop properties;
  EXPECT_CU(cuDeviceGetProperties(&properties, 0));
  EXPECT_EQ(properties.maxThreadsPerBlock, 1024);
  EXPECT_EQ(properties.SIMDWidth, 32);
  int value;
  EXPECT_EQ(cuDeviceGetAttribute(&value, static_cast<CUdevice_attribute>(0), 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuDeviceGetAttribute(&value, static_cast<CUdevice_attribute>(9999), 0), CUDA_ERROR_INVALID_VALUE);
}

// Every attribute from 1 to the last has an answer.
TEST_F(DeviceTest, EveryAttributeIsAnswered) {
  for (int attribute = 1; attribute < CU_DEVICE_ATTRIBUTE_MAX; ++attribute) {
    int value = 0;
    EXPECT_CU(cuDeviceGetAttribute(&value, static_cast<CUdevice_attribute>(attribute), 0)) << attribute;
  }
}

TEST_F(DeviceTest, MemorySize) {
  size_t bytes = 0;
  EXPECT_CU(cuDeviceTotalMem(&bytes, 0));
  EXPECT_GE(bytes, size_t{64} << 20);
}

TEST_F(DeviceTest, PciBusIdRoundTrip) {
  char id[32];
  ASSERT_CU(cuDeviceGetPCIBusId(id, sizeof id, 0));
  CUdevice device = -1;
  EXPECT_CU(cuDeviceGetByPCIBusId(&device, id));
  EXPECT_EQ(device, 0);
  EXPECT_EQ(cuDeviceGetByPCIBusId(&device, "nonsense"), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuDeviceGetByPCIBusId(&device, "ffff:ff:1f.0"), CUDA_ERROR_INVALID_DEVICE);
}

TEST_F(DeviceTest, WhatThePlatformLacks) {
  char luid[8];
  unsigned mask;
  EXPECT_EQ(cuDeviceGetLuid(luid, &mask, 0), CUDA_ERROR_NOT_SUPPORTED);
  int supported = 1;
  EXPECT_CU(cuDeviceGetExecAffinitySupport(&supported, CU_EXEC_AFFINITY_TYPE_SM_COUNT, 0));
  EXPECT_EQ(supported, 0);
}

TEST_F(DeviceTest, LinearTextureWidth) {
  size_t width = 0;
  EXPECT_CU(cuDeviceGetTexture1DLinearMaxWidth(&width, CU_AD_FORMAT_FLOAT, 4, 0));
  EXPECT_EQ(width, static_cast<size_t>(Attribute(CU_DEVICE_ATTRIBUTE_MAXIMUM_TEXTURE1D_LINEAR_WIDTH)));
  EXPECT_EQ(cuDeviceGetTexture1DLinearMaxWidth(&width, CU_AD_FORMAT_FLOAT, 3, 0), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert
