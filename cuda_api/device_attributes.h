// Device attributes: CUdevice_attribute and cudaDeviceAttr share their numbers, so both APIs ask here.
// Meaning and units: CUDA Driver API, cuDeviceGetAttribute.
#ifndef CULVERT_CUDA_API_DEVICE_ATTRIBUTES_H_
#define CULVERT_CUDA_API_DEVICE_ATTRIBUTES_H_

#include "absl/status/statusor.h"
#include "runtime/device.h"

namespace culvert::api {

// kInvalidValue for a number that is no attribute.
absl::StatusOr<int> DeviceAttribute(const Device& device, int attribute);

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_DEVICE_ATTRIBUTES_H_
