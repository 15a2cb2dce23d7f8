// Devices and what they report (CUDA Driver API, "Device Management").
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "cuda_api/device_attributes.h"
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "runtime/memory.h"
#include "runtime/platform.h"

namespace culvert::libcuda {
namespace {

// Copies a C string into `out`, cut to `size` bytes with the zero.
absl::Status CopyText(const std::string& text, char* out, int size) {
  if (out == nullptr || size <= 0) return Error(ErrorKind::kInvalidValue, "there is no room for the text");
  size_t count = std::min(text.size(), static_cast<size_t>(size) - 1);
  memcpy(out, text.data(), count);
  out[count] = '\0';
  return absl::OkStatus();
}

std::string PciBusId(const DeviceProperties& p) {
  char text[32];
  snprintf(text, sizeof text, "%04x:%02x:%02x.0", p.pci_domain, p.pci_bus, p.pci_device);
  return text;
}

}  // namespace

absl::Status cuDeviceGetCount(int* count) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  *count = Platform::Get().device_count();
  return absl::OkStatus();
}

absl::Status cuDeviceGet(CUdevice* device, int ordinal) {
  CULVERT_ASSIGN_OR_RETURN(Device * found, UseDevice(ordinal));
  *device = found->ordinal();
  return absl::OkStatus();
}

absl::Status cuDeviceGetName(char* name, int len, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  return CopyText(device->properties().name, name, len);
}

absl::Status cuDeviceGetUuid(CUuuid* uuid, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  memcpy(uuid->bytes, device->properties().uuid.data(), sizeof uuid->bytes);
  return absl::OkStatus();
}

absl::Status cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice dev) { return cuDeviceGetUuid(uuid, dev); }

absl::Status cuDeviceTotalMem_v2(size_t* bytes, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  if (bytes != nullptr) *bytes = device->properties().total_memory_bytes;
  return absl::OkStatus();
}

absl::Status cuDeviceGetAttribute(int* pi, CUdevice_attribute attrib, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  CULVERT_ASSIGN_OR_RETURN(*pi, api::DeviceAttribute(*device, attrib));
  return absl::OkStatus();
}

absl::Status cuDeviceComputeCapability(int* major, int* minor, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  if (major != nullptr) *major = device->properties().major;
  if (minor != nullptr) *minor = device->properties().minor;
  return absl::OkStatus();
}

absl::Status cuDeviceGetProperties(CUdevprop* prop, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  const DeviceProperties& p = device->properties();
  prop->maxThreadsPerBlock = p.max_threads_per_block;
  for (int i = 0; i < 3; ++i) {
    prop->maxThreadsDim[i] = p.max_block_dim[i];
    prop->maxGridSize[i] = p.max_grid_dim[i];
  }
  prop->sharedMemPerBlock = p.max_shared_bytes_per_block;
  prop->totalConstantMemory = p.total_constant_bytes;
  prop->SIMDWidth = p.warp_size;
  prop->memPitch = p.max_pitch_bytes;
  prop->regsPerBlock = p.max_registers_per_block;
  prop->clockRate = p.clock_khz;
  prop->textureAlign = p.texture_alignment_bytes;
  return absl::OkStatus();
}

// A locally unique identifier exists on Windows only.
absl::Status cuDeviceGetLuid(char* luid, unsigned int* deviceNodeMask, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  return Error(ErrorKind::kNotSupported, "device %d has no LUID on this operating system", device->ordinal());
}

absl::Status cuDeviceGetPCIBusId(char* pciBusId, int len, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  return CopyText(PciBusId(device->properties()), pciBusId, len);
}

// Accepts [domain]:[bus]:[device].[function], [domain]:[bus]:[device] and [bus]:[device].[function], in hexadecimal.
absl::Status cuDeviceGetByPCIBusId(CUdevice* dev, const char* pciBusId) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  unsigned domain = 0, bus = 0, slot = 0, function = 0;
  int end = -1;
  if (sscanf(pciBusId, "%x:%x:%x.%x%n", &domain, &bus, &slot, &function, &end) != 4 &&
      sscanf(pciBusId, "%x:%x:%x%n", &domain, &bus, &slot, &end) != 3) {
    domain = 0;
    if (sscanf(pciBusId, "%x:%x.%x%n", &bus, &slot, &function, &end) != 3) end = -1;
  }
  if (end < 0 || pciBusId[end] != '\0') return Error(ErrorKind::kInvalidValue, "\"%s\" is no PCI bus id", pciBusId);
  for (int i = 0; i < Platform::Get().device_count(); ++i) {
    CULVERT_ASSIGN_OR_RETURN(Device * device, Platform::Get().GetDevice(i));
    const DeviceProperties& p = device->properties();
    if (p.pci_domain == static_cast<int>(domain) && p.pci_bus == static_cast<int>(bus) &&
        p.pci_device == static_cast<int>(slot) && function == 0) {
      *dev = i;
      return absl::OkStatus();
    }
  }
  return Error(ErrorKind::kInvalidDevice, "no device has the PCI bus id %s", pciBusId);
}

absl::Status cuDeviceGetTexture1DLinearMaxWidth(size_t* maxWidthInElements, CUarray_format format,
                                                unsigned int numChannels, CUdevice dev) {
  CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(dev));
  if (numChannels != 1 && numChannels != 2 && numChannels != 4) {
    return Error(ErrorKind::kInvalidValue, "numChannels must be 1, 2 or 4, not %u", numChannels);
  }
  switch (format) {
    case CU_AD_FORMAT_UNSIGNED_INT8:
    case CU_AD_FORMAT_UNSIGNED_INT16:
    case CU_AD_FORMAT_UNSIGNED_INT32:
    case CU_AD_FORMAT_SIGNED_INT8:
    case CU_AD_FORMAT_SIGNED_INT16:
    case CU_AD_FORMAT_SIGNED_INT32:
    case CU_AD_FORMAT_HALF:
    case CU_AD_FORMAT_FLOAT:
      // The limit is a count of elements, whatever their size (CUDA C++ Programming Guide, "Compute Capabilities").
      *maxWidthInElements = device->properties().max_texture_1d_linear;
      return absl::OkStatus();
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no format of linear textures", static_cast<int>(format));
  }
}

absl::Status cuDeviceGetExecAffinitySupport(int* pi, CUexecAffinityType type, CUdevice dev) {
  CULVERT_RETURN_IF_ERROR(UseDevice(dev).status());
  if (type != CU_EXEC_AFFINITY_TYPE_SM_COUNT) {
    return Error(ErrorKind::kInvalidValue, "%d is no type of execution affinity", static_cast<int>(type));
  }
  *pi = 0;
  return absl::OkStatus();
}

}  // namespace culvert::libcuda
