// What a device of ours reports. Internal to runtime/.
#ifndef CULVERT_RUNTIME_DEVICE_PROPERTIES_H_
#define CULVERT_RUNTIME_DEVICE_PROPERTIES_H_

#include "runtime/device.h"
#include "runtime/environment.h"

namespace culvert {

// `ordinal`: before CUDA_VISIBLE_DEVICES is applied.
DeviceProperties MakeDeviceProperties(int ordinal, const Environment& environment);

}  // namespace culvert

#endif  // CULVERT_RUNTIME_DEVICE_PROPERTIES_H_
