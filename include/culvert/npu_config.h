// The machine: sizes of the NPU that compiler, runtime and API agree on. Reported to programs as device attributes.
#ifndef CULVERT_INCLUDE_CULVERT_NPU_CONFIG_H_
#define CULVERT_INCLUDE_CULVERT_NPU_CONFIG_H_

#include <cstdint>

namespace culvert {

inline constexpr uint32_t kWarpLanes = 32;
inline constexpr uint32_t kMaxThreadsPerBlock = 1024;
inline constexpr uint32_t kMaxBlockDim[3] = {1024, 1024, 64};
inline constexpr uint32_t kMaxGridDim[3] = {0x7fffffff, 65535, 65535};
inline constexpr uint32_t kMaxParameterBytes = 32764;  // CUDA 12.1 and later, compute capability >= 7.0
inline constexpr uint32_t kMaxRegistersPerThread = 255;
inline constexpr uint32_t kRegistersPerCore = 65536;
inline constexpr uint32_t kMaxThreadsPerCore = 1536;            // compute capability 12.x
inline constexpr uint32_t kMaxBlocksPerCore = 24;               // compute capability 12.x
inline constexpr uint32_t kScratchpadBytesPerCore = 100 << 10;  // shared memory of a core, compute capability 12.x
inline constexpr uint32_t kScratchpadBytesPerBlock = 48 << 10;  // without opt-in
inline constexpr uint32_t kScratchpadBytesPerBlockOptin = 99 << 10;
inline constexpr uint32_t kReservedScratchpadBytesPerBlock = 1 << 10;
inline constexpr uint32_t kConstantBankBytes = 64 << 10;
inline constexpr uint64_t kMaxLocalBytesPerThread = 512 << 10;
inline constexpr uint64_t kDefaultStackBytes = 1024;      // cudaLimitStackSize
inline constexpr uint64_t kDefaultPrintfBytes = 1 << 20;  // cudaLimitPrintfFifoSize
inline constexpr uint64_t kDefaultHeapBytes = 8 << 20;    // cudaLimitMallocHeapSize
inline constexpr uint32_t kNamedBarriersPerBlock = 16;
inline constexpr uint32_t kClusterBarrier = 16;  // number of the barrier of barrier.cluster
inline constexpr uint32_t kBarriersPerBlock = 17;
inline constexpr uint64_t kAllocationAlignment = 512;  // bytes; what cuMemAlloc returns is a multiple of it
inline constexpr uint64_t kAccessGranuleBytes = 512;   // the unit in which accesses are checked against allocations

// Highest PTX ISA the front end accepts, as major * 10 + minor.
inline constexpr uint32_t kMaxPtxIsa = 92;

}  // namespace culvert

#endif  // CULVERT_INCLUDE_CULVERT_NPU_CONFIG_H_
