// Questions about addresses.
#include <utility>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/device.h"
#include "runtime/memory.h"
#include "runtime/npu/host_ranges.h"

namespace culvert {
namespace {

MemoryKind KindOfAllocation(npu::AllocationKind kind) {
  switch (kind) {
    case npu::AllocationKind::kHost:
      return MemoryKind::kHost;
    case npu::AllocationKind::kManaged:
      return MemoryKind::kManaged;
    case npu::AllocationKind::kInternal:
      return MemoryKind::kUnregistered;
    case npu::AllocationKind::kDevice:
    case npu::AllocationKind::kConstant:
      break;
  }
  return MemoryKind::kDevice;
}

PointerInfo DescribeRegistered(const npu::HostRange& range) {
  PointerInfo info;
  info.kind = MemoryKind::kRegistered;
  info.base = range.base;
  info.size_bytes = range.bytes;
  info.buffer_id = range.id;
  info.flags = range.flags;
  info.context = FindContext(range.owner);
  if (info.context != nullptr) info.device_ordinal = info.context->device()->ordinal();
  return info;
}

}  // namespace

PointerInfo DescribePointer(uint64_t address) {
  PointerInfo info;
  std::shared_ptr<ContextState> state = FindStateOfAddress(address);
  if (state == nullptr) {
    std::optional<npu::HostRange> range = npu::FindHostRange(address);
    return range ? DescribeRegistered(*range) : info;
  }
  std::optional<npu::Allocation> allocation = state->memory().Find(address);
  if (!allocation || allocation->retired || allocation->kind == npu::AllocationKind::kInternal) return info;
  info.kind = KindOfAllocation(allocation->kind);
  info.base = allocation->base;
  info.size_bytes = allocation->bytes;
  info.buffer_id = allocation->id;
  info.flags = allocation->flags;
  info.context = state->context();
  info.device_ordinal = state->device()->ordinal();
  info.sync_memops = allocation->sync_memops;
  if (auto* pool = static_cast<MemoryPool*>(allocation->owner.get())) {
    info.pool = pool->shared_from_this();  // the pool alone, not the allocation's share of it
    info.from_pool = true;
  }
  return info;
}

absl::Status SetSyncMemops(uint64_t address, bool value) {
  std::shared_ptr<ContextState> state = FindStateOfAddress(address);
  if (state != nullptr && state->memory().IsLive(address, 1) && state->memory().SetSyncMemops(address, value)) {
    return absl::OkStatus();
  }
  return Error(ErrorKind::kInvalidValue, "0x%x is no device memory", address);
}

absl::StatusOr<PointerInfo> FindAllocation(uint64_t address) {
  PointerInfo info = DescribePointer(address);
  if (info.kind == MemoryKind::kUnregistered)
    return Error(ErrorKind::kInvalidValue, "0x%x lies in no allocation", address);
  return info;
}

absl::Status CheckManagedRange(uint64_t address, uint64_t bytes) {
  PointerInfo info = DescribePointer(address);
  bool is_suitable = info.kind == MemoryKind::kManaged || info.kind == MemoryKind::kRegistered;
  if (is_suitable && bytes != 0 && bytes <= info.size_bytes - (address - info.base)) return absl::OkStatus();
  return Error(ErrorKind::kInvalidValue, "[0x%x, +%d) is not managed memory", address, bytes);
}

}  // namespace culvert
