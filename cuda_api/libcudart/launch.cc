// Kernel launches and host functions (CUDA Runtime API, "Execution Control").
#include "cuda_api/libcudart/launch.h"

#include <memory>
#include <utility>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/launch_params.h"

namespace culvert::libcudart {
namespace {

LaunchParams ToLaunchParams(const LaunchRequest& request, std::shared_ptr<Function> function) {
  LaunchParams params;
  params.function = std::move(function);
  const dim3 sizes[] = {request.grid, request.block, request.cluster};
  uint32_t* targets[] = {params.grid, params.block, params.cluster};
  for (int i = 0; i < 3; ++i) {
    targets[i][0] = sizes[i].x;
    targets[i][1] = sizes[i].y;
    targets[i][2] = sizes[i].z;
  }
  params.dynamic_shared_bytes = request.shared_bytes;
  params.cooperative = request.cooperative;
  params.arguments = request.arguments;
  return params;
}

// What the attributes of an extended launch ask for. `completion` are the events that a programmatic or
// launch-completion attribute names.
struct LaunchAttributes {
  dim3 cluster = {1, 1, 1};
  bool cooperative = false;
  std::vector<cudaEvent_t> completion;
};

absl::Status ReadAttribute(const cudaLaunchAttribute& attribute, LaunchAttributes& out) {
  const cudaLaunchAttributeValue& value = attribute.val;
  switch (attribute.id) {
    case cudaLaunchAttributeCooperative:
      out.cooperative = value.cooperative != 0;
      return absl::OkStatus();
    case cudaLaunchAttributeClusterDimension:
      out.cluster = {value.clusterDim.x, value.clusterDim.y, value.clusterDim.z};
      return absl::OkStatus();
    // Both events may be recorded later than asked for (programming guide, "Programmatic Dependent Launch": an early
    // trigger is a permission, not a promise), so they are recorded after the kernel.
    case cudaLaunchAttributeProgrammaticEvent:
      out.completion.push_back(value.programmaticEvent.event);
      return absl::OkStatus();
    case cudaLaunchAttributeLaunchCompletionEvent:
      out.completion.push_back(value.launchCompletionEvent.event);
      return absl::OkStatus();
    // Hints about caches, scheduling and overlap, which do not change results.
    case cudaLaunchAttributeIgnore:
    case cudaLaunchAttributeAccessPolicyWindow:
    case cudaLaunchAttributeSynchronizationPolicy:
    case cudaLaunchAttributeClusterSchedulingPolicyPreference:
    case cudaLaunchAttributeProgrammaticStreamSerialization:
    case cudaLaunchAttributePriority:
    case cudaLaunchAttributeMemSyncDomainMap:
    case cudaLaunchAttributeMemSyncDomain:
    case cudaLaunchAttributePreferredClusterDimension:
    case cudaLaunchAttributePreferredSharedMemoryCarveout:
    case cudaLaunchAttributeNvlinkUtilCentricScheduling:
      return absl::OkStatus();
    case cudaLaunchAttributeDeviceUpdatableKernelNode:
      return Error(ErrorKind::kNotSupported, "kernel nodes that the device updates exist in graphs only");
  }
  return Error(ErrorKind::kInvalidValue, "%d is no launch attribute", static_cast<int>(attribute.id));
}

absl::StatusOr<LaunchAttributes> ReadAttributes(const cudaLaunchConfig_t& config) {
  LaunchAttributes out;
  if (config.numAttrs != 0 && config.attrs == nullptr) {
    return Error(ErrorKind::kInvalidValue, "numAttrs is %u and attrs is null", config.numAttrs);
  }
  for (unsigned i = 0; i < config.numAttrs; ++i) CULVERT_RETURN_IF_ERROR(ReadAttribute(config.attrs[i], out));
  return out;
}

}  // namespace

absl::Status Launch(const LaunchRequest& request) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(request.function));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(request.stream));
  if (stream->context().get() != context) {
    return Error(ErrorKind::kInvalidHandle, "the stream belongs to another device or context than the current one");
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, kernel->InContext(*context));
  return stream->Launch(ToLaunchParams(request, std::move(function)));
}

absl::Status cudaLaunchKernel(const void* func, dim3 gridDim, dim3 blockDim, void** args, size_t sharedMem,
                              cudaStream_t stream) {
  return Launch({func, gridDim, blockDim, args, sharedMem, stream});
}

absl::Status __cudaLaunchKernel(cudaKernel_t kernel, dim3 gridDim, dim3 blockDim, void** args, size_t sharedMem,
                                cudaStream_t stream) {
  return Launch({kernel, gridDim, blockDim, args, sharedMem, stream});
}

absl::Status cudaLaunchCooperativeKernel(const void* func, dim3 gridDim, dim3 blockDim, void** args, size_t sharedMem,
                                         cudaStream_t stream) {
  LaunchRequest request{func, gridDim, blockDim, args, sharedMem, stream};
  request.cooperative = true;
  return Launch(request);
}

absl::Status cudaLaunchKernelExC(const cudaLaunchConfig_t* config, const void* func, void** args) {
  CULVERT_ASSIGN_OR_RETURN(LaunchAttributes attributes, ReadAttributes(*config));
  std::vector<std::shared_ptr<Event>> events;
  for (cudaEvent_t handle : attributes.completion) {
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, UseEvent(handle));
    events.push_back(std::move(event));
  }
  LaunchRequest request{func, config->gridDim, config->blockDim, args, config->dynamicSmemBytes, config->stream};
  request.cluster = attributes.cluster;
  request.cooperative = attributes.cooperative;
  CULVERT_RETURN_IF_ERROR(Launch(request));
  if (events.empty()) return absl::OkStatus();
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(config->stream));
  for (const auto& event : events) CULVERT_RETURN_IF_ERROR(event->Record(stream));
  return absl::OkStatus();
}

absl::Status cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t fn, void* userData) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  return target->HostFunction([fn, userData] { fn(userData); });
}

}  // namespace culvert::libcudart
