// Device attributes by number: the driver and the runtime API ask for the same ones (CUdevice_attribute, cudaDeviceAttr).
#ifndef CULVERT_CUDA_API_DEVICE_ATTRIBUTES_H_
#define CULVERT_CUDA_API_DEVICE_ATTRIBUTES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/device.h"

namespace culvert::api {

// The value of attribute `number`; kInvalidValue if there is none of that number.
absl::StatusOr<int> DeviceAttribute(const DeviceProperties& properties, int number);

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_DEVICE_ATTRIBUTES_H_
