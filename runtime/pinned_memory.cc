// Host memory that kernels can use: allocated by us or registered by the program.
#include <errno.h>
#include <sys/mman.h>

#include <algorithm>
#include <vector>

#include "include/culvert/error.h"
#include "runtime/allocate.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/environment.h"
#include "runtime/memory.h"
#include "runtime/npu/host_ranges.h"

namespace culvert {
namespace {

constexpr uint64_t kPageBytes = 4096;

// Since Linux 5.14; not in the C library's headers of older systems.
constexpr int kPopulateRead = 22;
constexpr int kPopulateWrite = 23;

enum class Mapping { kNone, kReadOnly, kReadWrite };

bool IsMapped(uint64_t begin, uint64_t end) {
  std::vector<unsigned char> resident(std::min<uint64_t>((end - begin) / kPageBytes, 65536));
  for (uint64_t at = begin; at < end; at += resident.size() * kPageBytes) {
    uint64_t bytes = std::min<uint64_t>(end - at, resident.size() * kPageBytes);
    if (mincore(reinterpret_cast<void*>(at), bytes, resident.data()) != 0) return false;
  }
  return true;
}

// What the host may do with the memory. Touches all pages, as pinning does.
Mapping Probe(uint64_t address, uint64_t bytes) {
  uint64_t begin = address / kPageBytes * kPageBytes;
  uint64_t end = (address + bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  if (!IsMapped(begin, end)) return Mapping::kNone;
  auto* memory = reinterpret_cast<void*>(begin);
  if (madvise(memory, end - begin, kPopulateWrite) == 0) return Mapping::kReadWrite;
  if (madvise(memory, end - begin, kPopulateRead) == 0) return Mapping::kReadOnly;
  // An older kernel, or memory that cannot be populated (a device mapping).
  return errno == EINVAL ? Mapping::kReadWrite : Mapping::kNone;
}

}  // namespace

absl::StatusOr<uint64_t> AllocateHost(Context& context, uint64_t bytes, uint32_t flags) {
  static const uint64_t machine_bytes = UsableMemoryBytes();
  if (bytes > machine_bytes) {
    return Error(ErrorKind::kOutOfMemory, "%d bytes of host memory asked for, more than the machine has", bytes);
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context.State());
  return AllocateIn(*state, {.bytes = bytes, .kind = npu::AllocationKind::kHost, .flags = flags});
}

absl::Status FreeHost(uint64_t address) {
  return FreeAs(address, npu::AllocationKind::kHost, npu::AllocationKind::kHost);
}

absl::Status RegisterHost(Context& context, uint64_t address, uint64_t bytes, uint32_t flags) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context.State());
  CULVERT_RETURN_IF_ERROR(state->status());
  if (address == 0 || bytes == 0 || address + bytes < address) {
    return Error(ErrorKind::kInvalidValue, "host range 0x%x, %d bytes", address, bytes);
  }
  if (npu::Window::Find(address) != nullptr || npu::Window::Find(address + bytes - 1) != nullptr) {
    return Error(ErrorKind::kHostMemoryAlreadyRegistered, "0x%x is memory that was allocated here", address);
  }
  Mapping mapping = Probe(address, bytes);
  if (mapping == Mapping::kNone) {
    return Error(ErrorKind::kInvalidValue, "part of [0x%x, +%d) is not mapped", address, bytes);
  }
  return npu::AddHostRange({.base = address,
                            .bytes = bytes,
                            .id = npu::NextAllocationId(),
                            .owner = context.id(),
                            .flags = flags,
                            .read_only = mapping == Mapping::kReadOnly});
}

absl::Status UnregisterHost(uint64_t address) {
  std::optional<npu::HostRange> range = npu::FindHostRange(address);
  if (!range || range->base != address) {
    return Error(ErrorKind::kHostMemoryNotRegistered, "no registration starts at 0x%x", address);
  }
  // Kernels of any context may be using it.
  for (const auto& state : LiveStates()) state->Wait(nullptr).IgnoreError();
  return npu::RemoveHostRange(address);
}

absl::StatusOr<uint64_t> HostDeviceAddress(uint64_t host_address) {
  CULVERT_RETURN_IF_ERROR(HostFlags(host_address).status());
  return host_address;
}

absl::StatusOr<uint32_t> HostFlags(uint64_t host_address) {
  PointerInfo info = DescribePointer(host_address);
  if (info.kind == MemoryKind::kHost || info.kind == MemoryKind::kRegistered) return info.flags;
  return Error(ErrorKind::kInvalidValue, "0x%x is no pinned host memory", host_address);
}

}  // namespace culvert
