// Occupancy (CUDA Runtime API, "Occupancy").
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/occupancy.h"

namespace culvert::libcudart {
namespace {

// A kernel's attributes on the current device.
struct KernelOnDevice {
  Device* device;
  FunctionAttributes attributes;
};

absl::StatusOr<KernelOnDevice> Use(const void* function) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Kernel> kernel, UseKernel(function));
  CULVERT_ASSIGN_OR_RETURN(FunctionAttributes attributes, kernel->Attributes(*context->device()));
  return KernelOnDevice{context->device(), attributes};
}

}  // namespace

// The flag about caching changes nothing here: no cache limits the number of blocks.
absl::Status cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* numBlocks, const void* func, int blockSize,
                                                                    size_t dynamicSMemSize, unsigned int flags) {
  if ((flags & ~static_cast<unsigned>(cudaOccupancyDisableCachingOverride)) != 0) {
    return Error(ErrorKind::kInvalidValue, "unknown flags 0x%x", flags);
  }
  CULVERT_ASSIGN_OR_RETURN(KernelOnDevice kernel, Use(func));
  CULVERT_ASSIGN_OR_RETURN(*numBlocks, MaxActiveBlocks(*kernel.device, kernel.attributes, blockSize, dynamicSMemSize));
  return absl::OkStatus();
}

absl::Status cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* numBlocks, const void* func, int blockSize,
                                                           size_t dynamicSMemSize) {
  return cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(numBlocks, func, blockSize, dynamicSMemSize,
                                                                cudaOccupancyDefault);
}

absl::Status cudaOccupancyAvailableDynamicSMemPerBlock(size_t* dynamicSmemSize, const void* func, int numBlocks,
                                                       int blockSize) {
  CULVERT_ASSIGN_OR_RETURN(KernelOnDevice kernel, Use(func));
  CULVERT_ASSIGN_OR_RETURN(*dynamicSmemSize,
                           AvailableDynamicShared(*kernel.device, kernel.attributes, numBlocks, blockSize));
  return absl::OkStatus();
}

}  // namespace culvert::libcudart
