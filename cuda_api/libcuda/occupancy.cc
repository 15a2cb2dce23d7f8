// Occupancy (CUDA Driver API, "Occupancy").
#include <functional>

#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/launch_attributes.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/occupancy.h"

namespace culvert::libcuda {
namespace {

struct Subject {
  const Device* device;
  FunctionAttributes attributes;
};

// The function, and the device of its context.
absl::StatusOr<Subject> UseSubject(CUfunction handle) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Function> function, UseFunction(handle));
  CULVERT_ASSIGN_OR_RETURN(FunctionAttributes attributes, function->Attributes());
  return Subject{function->context()->device(), attributes};
}

// Caching does not change how many blocks fit, so overriding its restriction changes nothing.
absl::Status CheckFlags(unsigned flags) {
  if ((flags & ~unsigned{CU_OCCUPANCY_DISABLE_CACHING_OVERRIDE}) == 0) return absl::OkStatus();
  return Error(ErrorKind::kInvalidValue, "0x%x is no set of occupancy flags", flags);
}

}  // namespace

absl::Status cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* numBlocks, CUfunction func, int blockSize,
                                                                  size_t dynamicSMemSize, unsigned int flags) {
  if (numBlocks == nullptr) return Error(ErrorKind::kInvalidValue, "numBlocks must not be null");
  CULVERT_RETURN_IF_ERROR(CheckFlags(flags));
  CULVERT_ASSIGN_OR_RETURN(Subject subject, UseSubject(func));
  CULVERT_ASSIGN_OR_RETURN(*numBlocks,
                           MaxActiveBlocks(*subject.device, subject.attributes, blockSize, dynamicSMemSize));
  return absl::OkStatus();
}

absl::Status cuOccupancyMaxActiveBlocksPerMultiprocessor(int* numBlocks, CUfunction func, int blockSize,
                                                         size_t dynamicSMemSize) {
  return cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(numBlocks, func, blockSize, dynamicSMemSize, 0);
}

absl::Status cuOccupancyMaxPotentialBlockSizeWithFlags(int* minGridSize, int* blockSize, CUfunction func,
                                                       CUoccupancyB2DSize blockSizeToDynamicSMemSize,
                                                       size_t dynamicSMemSize, int blockSizeLimit, unsigned int flags) {
  if (minGridSize == nullptr || blockSize == nullptr) {
    return Error(ErrorKind::kInvalidValue, "minGridSize and blockSize must not be null");
  }
  CULVERT_RETURN_IF_ERROR(CheckFlags(flags));
  CULVERT_ASSIGN_OR_RETURN(Subject subject, UseSubject(func));
  std::function<uint64_t(int)> shared_bytes;
  if (blockSizeToDynamicSMemSize != nullptr) shared_bytes = blockSizeToDynamicSMemSize;
  CULVERT_ASSIGN_OR_RETURN(
      BlockSizeChoice choice,
      MaxPotentialBlockSize(*subject.device, subject.attributes, shared_bytes, dynamicSMemSize, blockSizeLimit));
  *minGridSize = choice.min_grid_blocks;
  *blockSize = choice.block_threads;
  return absl::OkStatus();
}

absl::Status cuOccupancyMaxPotentialBlockSize(int* minGridSize, int* blockSize, CUfunction func,
                                              CUoccupancyB2DSize blockSizeToDynamicSMemSize, size_t dynamicSMemSize,
                                              int blockSizeLimit) {
  return cuOccupancyMaxPotentialBlockSizeWithFlags(minGridSize, blockSize, func, blockSizeToDynamicSMemSize,
                                                   dynamicSMemSize, blockSizeLimit, 0);
}

absl::Status cuOccupancyAvailableDynamicSMemPerBlock(size_t* dynamicSmemSize, CUfunction func, int numBlocks,
                                                     int blockSize) {
  if (dynamicSmemSize == nullptr) return Error(ErrorKind::kInvalidValue, "dynamicSmemSize must not be null");
  CULVERT_ASSIGN_OR_RETURN(Subject subject, UseSubject(func));
  CULVERT_ASSIGN_OR_RETURN(*dynamicSmemSize,
                           AvailableDynamicShared(*subject.device, subject.attributes, numBlocks, blockSize));
  return absl::OkStatus();
}

}  // namespace culvert::libcuda
