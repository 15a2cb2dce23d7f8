#include "cuda_api/libcuda/launch_attributes.h"

#include "include/culvert/error.h"

namespace culvert::libcuda {
namespace {

absl::Status Read(const CUlaunchAttribute& attribute, LaunchAttributes& out) {
  const CUlaunchAttributeValue& value = attribute.value;
  switch (attribute.id) {
    case CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
      out.cooperative = value.cooperative != 0;
      return absl::OkStatus();
    case CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION:
      out.cluster[0] = value.clusterDim.x;
      out.cluster[1] = value.clusterDim.y;
      out.cluster[2] = value.clusterDim.z;
      return absl::OkStatus();
    // An event that a kernel may trigger early, or that marks its start: recorded after the kernel, which is later than
    // asked for and still ordered (CUDA C++ Programming Guide, "Programmatic Dependent Launch").
    case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_EVENT:
      out.events.push_back(value.programmaticEvent.event);
      return absl::OkStatus();
    case CU_LAUNCH_ATTRIBUTE_LAUNCH_COMPLETION_EVENT:
      out.events.push_back(value.launchCompletionEvent.event);
      return absl::OkStatus();
    // Hints about caches, scheduling and overlap: results do not depend on them.
    case CU_LAUNCH_ATTRIBUTE_IGNORE:
    case CU_LAUNCH_ATTRIBUTE_ACCESS_POLICY_WINDOW:
    case CU_LAUNCH_ATTRIBUTE_SYNCHRONIZATION_POLICY:
    case CU_LAUNCH_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
    case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION:
    case CU_LAUNCH_ATTRIBUTE_PRIORITY:
    case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN_MAP:
    case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN:
    case CU_LAUNCH_ATTRIBUTE_PREFERRED_CLUSTER_DIMENSION:
    case CU_LAUNCH_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
    case CU_LAUNCH_ATTRIBUTE_NVLINK_UTIL_CENTRIC_SCHEDULING:
      return absl::OkStatus();
    case CU_LAUNCH_ATTRIBUTE_DEVICE_UPDATABLE_KERNEL_NODE:
      return Error(ErrorKind::kNotSupported, "kernel nodes that the device updates exist in graphs only");
    default:
      return Error(ErrorKind::kInvalidValue, "%d is no launch attribute", static_cast<int>(attribute.id));
  }
}

}  // namespace

absl::StatusOr<LaunchAttributes> ReadLaunchAttributes(const CUlaunchAttribute* attributes, unsigned count) {
  LaunchAttributes out;
  if (count > 0 && attributes == nullptr)
    return Error(ErrorKind::kInvalidValue, "attrs is null, numAttrs is %u", count);
  for (unsigned i = 0; i < count; ++i) CULVERT_RETURN_IF_ERROR(Read(attributes[i], out));
  return out;
}

}  // namespace culvert::libcuda
