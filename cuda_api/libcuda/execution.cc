// Launches (CUDA Driver API, "Execution Control"). What is known about functions is in function.cc.
#include <utility>
#include <vector>

#include "cuda_api/boundary.h"
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/launch_attributes.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/launch_params.h"

namespace culvert::libcuda {
namespace {

// The packed argument buffer that `extra` describes: pairs of key and value up to CU_LAUNCH_PARAM_END.
absl::Status ReadExtra(void** extra, LaunchParams& params) {
  const size_t* size = nullptr;
  for (void** entry = extra; *entry != CU_LAUNCH_PARAM_END; entry += 2) {
    if (*entry == CU_LAUNCH_PARAM_BUFFER_POINTER) {
      params.packed = entry[1];
    } else if (*entry == CU_LAUNCH_PARAM_BUFFER_SIZE) {
      size = static_cast<const size_t*>(entry[1]);
    } else {
      return Error(ErrorKind::kInvalidValue, "extra holds the unknown key %p", *entry);
    }
  }
  if (params.packed == nullptr && size == nullptr) return absl::OkStatus();
  if (params.packed == nullptr || size == nullptr) {
    return Error(ErrorKind::kInvalidValue, "extra needs both the address and the size of the argument buffer");
  }
  params.packed_bytes = *size;
  return absl::OkStatus();
}

absl::Status SetArguments(void** kernel_params, void** extra, LaunchParams& params) {
  if (kernel_params != nullptr && extra != nullptr) {
    return Error(ErrorKind::kInvalidValue, "kernelParams and extra must not both be given");
  }
  params.arguments = kernel_params;
  return extra == nullptr ? absl::OkStatus() : ReadExtra(extra, params);
}

void SetDims(uint32_t (&out)[3], uint32_t x, uint32_t y, uint32_t z) {
  out[0] = x;
  out[1] = y;
  out[2] = z;
}

// Launches in the stream of `handle`; a CUkernel is placed in the current context. A CUkernel is what a statically
// linked runtime library launches: bad dimensions then have the runtime API's code (9), for a CUfunction the driver's
// (1).
absl::Status Launch(CUfunction function, CUstream handle, LaunchParams params) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(handle));
  CULVERT_ASSIGN_OR_RETURN(params.function, UseFunction(function));
  absl::Status status = stream->Launch(params);
  return api::HasKind(function, api::HandleKind::kKernel) ? api::ForRuntimeLibrary(std::move(status)) : status;
}

}  // namespace

absl::Status cuLaunchKernel(CUfunction f, unsigned int gridDimX, unsigned int gridDimY, unsigned int gridDimZ,
                            unsigned int blockDimX, unsigned int blockDimY, unsigned int blockDimZ,
                            unsigned int sharedMemBytes, CUstream hStream, void** kernelParams, void** extra) {
  LaunchParams params;
  SetDims(params.grid, gridDimX, gridDimY, gridDimZ);
  SetDims(params.block, blockDimX, blockDimY, blockDimZ);
  params.dynamic_shared_bytes = sharedMemBytes;
  CULVERT_RETURN_IF_ERROR(SetArguments(kernelParams, extra, params));
  return Launch(f, hStream, std::move(params));
}

absl::Status cuLaunchCooperativeKernel(CUfunction f, unsigned int gridDimX, unsigned int gridDimY,
                                       unsigned int gridDimZ, unsigned int blockDimX, unsigned int blockDimY,
                                       unsigned int blockDimZ, unsigned int sharedMemBytes, CUstream hStream,
                                       void** kernelParams) {
  LaunchParams params;
  SetDims(params.grid, gridDimX, gridDimY, gridDimZ);
  SetDims(params.block, blockDimX, blockDimY, blockDimZ);
  params.dynamic_shared_bytes = sharedMemBytes;
  params.cooperative = true;
  params.arguments = kernelParams;
  return Launch(f, hStream, std::move(params));
}

absl::Status cuLaunchKernelEx(const CUlaunchConfig* config, CUfunction f, void** kernelParams, void** extra) {
  LaunchParams params;
  SetDims(params.grid, config->gridDimX, config->gridDimY, config->gridDimZ);
  SetDims(params.block, config->blockDimX, config->blockDimY, config->blockDimZ);
  params.dynamic_shared_bytes = config->sharedMemBytes;
  CULVERT_RETURN_IF_ERROR(SetArguments(kernelParams, extra, params));
  CULVERT_ASSIGN_OR_RETURN(LaunchAttributes attributes, ReadLaunchAttributes(config->attrs, config->numAttrs));
  SetDims(params.cluster, attributes.cluster[0], attributes.cluster[1], attributes.cluster[2]);
  params.cooperative = attributes.cooperative;
  std::vector<std::shared_ptr<Event>> events;
  for (CUevent handle : attributes.events) {
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, UseEvent(handle));
    events.push_back(std::move(event));
  }
  CULVERT_RETURN_IF_ERROR(Launch(f, config->hStream, std::move(params)));
  if (events.empty()) return absl::OkStatus();
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(config->hStream));
  for (const auto& event : events) CULVERT_RETURN_IF_ERROR(event->Record(stream));
  return absl::OkStatus();
}

}  // namespace culvert::libcuda
