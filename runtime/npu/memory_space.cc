#include "runtime/npu/memory_space.h"

#include <sys/mman.h>

#include <cstring>
#include <utility>
#include <vector>

#include "include/culvert/error.h"
#include "include/culvert/kernel_abi.h"
#include "include/culvert/npu_config.h"

namespace culvert::npu {
namespace {

constexpr uint64_t kDiscardBytes = uint64_t{1} << 20;  // freed blocks from this size on go back to the system
constexpr uint64_t kHugePageAdviceBytes = uint64_t{8}
                                          << 20;  // from here on fewer page faults outweigh a larger first touch

uint8_t GranuleBits(AllocationKind kind) {
  switch (kind) {
    case AllocationKind::kConstant:
      return CULVERT_GRANULE_READ;
    case AllocationKind::kHost:
    case AllocationKind::kManaged:
      return CULVERT_GRANULE_READ | CULVERT_GRANULE_WRITE | kGranuleHostVisible;
    default:
      return CULVERT_GRANULE_READ | CULVERT_GRANULE_WRITE;
  }
}

Window::Zone ZoneOf(AllocationKind kind) {
  return kind == AllocationKind::kInternal ? Window::kDeviceZone : Window::kProgramZone;
}

bool IsCharged(AllocationKind kind) { return kind != AllocationKind::kHost && kind != AllocationKind::kInternal; }

}  // namespace

uint64_t NextAllocationId() {
  static std::atomic<uint64_t> next = 1;
  return next.fetch_add(1, std::memory_order_relaxed);
}

absl::Status MemoryBudget::Charge(uint64_t bytes) {
  uint64_t used = used_bytes.load();
  do {
    if (bytes > total_bytes || used > total_bytes - bytes) {
      return Error(ErrorKind::kOutOfMemory, "%d bytes asked for, %d of %d free", bytes, total_bytes - used,
                   total_bytes);
    }
  } while (!used_bytes.compare_exchange_weak(used, used + bytes));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<MemorySpace>> MemorySpace::Create(uint64_t window_bytes, MemoryBudget* budget,
                                                                 uint64_t owner_id) {
  CULVERT_ASSIGN_OR_RETURN(Window * window, Window::Acquire(window_bytes));
  return std::unique_ptr<MemorySpace>(new MemorySpace(window, budget, owner_id));
}

MemorySpace::~MemorySpace() {
  FreeAll();
  window_->Return();
}

absl::StatusOr<uint64_t> MemorySpace::Allocate(const AllocationRequest& request) {
  if (request.bytes == 0) return MakeError(ErrorKind::kInvalidValue, "allocation of 0 bytes");
  uint64_t charge =
      IsCharged(request.kind) ? (request.bytes + kAccessGranuleBytes - 1) & ~(kAccessGranuleBytes - 1) : 0;
  if (request.bytes > window_->bytes()) {
    return Error(ErrorKind::kOutOfMemory, "%d bytes asked for, more than the address window holds", request.bytes);
  }
  if (request.align_bytes > Window::kMaxAlignBytes) {
    return Error(ErrorKind::kInvalidValue, "alignment to %d bytes: %d is the most", request.align_bytes,
                 Window::kMaxAlignBytes);
  }
  CULVERT_RETURN_IF_ERROR(budget_->Charge(charge));
  std::lock_guard lock(mutex_);
  Window::Zone zone = ZoneOf(request.kind);
  std::optional<Arena::Block> block = arenas_[zone].Allocate(request.bytes, request.align_bytes);
  if (!block) {
    budget_->Release(charge);
    return Error(ErrorKind::kOutOfMemory, "no free address range of %d bytes in the context's window", request.bytes);
  }
  if (absl::Status status = window_->Commit(zone, block->offset + block->reserved_bytes); !status.ok()) {
    arenas_[zone].Free(block->offset);
    budget_->Release(charge);
    return status;
  }
  uint64_t base = window_->base() + window_->zone_offset(zone) + block->offset;
  if (request.bytes >= kHugePageAdviceBytes) {
    madvise(reinterpret_cast<void*>((base + 4095) & ~uint64_t{4095}), request.bytes & ~uint64_t{4095}, MADV_HUGEPAGE);
  }
  window_->SetGranules(base, request.bytes, GranuleBits(request.kind));
  Allocation& allocation = allocations_[base];
  allocation.base = base;
  allocation.bytes = request.bytes;
  allocation.charged_bytes = charge;
  allocation.id = NextAllocationId();
  allocation.kind = request.kind;
  allocation.flags = request.flags;
  allocation.is_variable = request.is_variable;
  allocation.owner = request.owner;
  return base;
}

std::shared_ptr<void> MemorySpace::FreeLocked(Allocation& allocation) {
  window_->SetGranules(allocation.base, allocation.bytes, 0);
  Window::Zone zone = ZoneOf(allocation.kind);
  uint64_t zone_base = window_->base() + window_->zone_offset(zone);
  Arena::Block freed = arenas_[zone].Free(allocation.base - zone_base);
  if (freed.reserved_bytes >= kDiscardBytes) window_->Discard(zone_base + freed.offset, freed.reserved_bytes);
  budget_->Release(allocation.charged_bytes);
  return std::move(allocation.owner);
}

absl::Status MemorySpace::Free(uint64_t base) {
  std::shared_ptr<void> owner;  // released after the lock
  std::lock_guard lock(mutex_);
  auto found = allocations_.find(base);
  if (found == allocations_.end()) return Error(ErrorKind::kInvalidValue, "no allocation starts at 0x%x", base);
  owner = FreeLocked(found->second);
  allocations_.erase(found);
  return absl::OkStatus();
}

void MemorySpace::FreeAll() {
  std::vector<std::shared_ptr<void>> owners;  // released after the lock
  std::lock_guard lock(mutex_);
  for (auto& [base, allocation] : allocations_) owners.push_back(FreeLocked(allocation));
  allocations_.clear();
  window_->DiscardAll();
}

absl::Status MemorySpace::Retire(uint64_t base, AllocationKind kind, AllocationKind other_kind) {
  std::lock_guard lock(mutex_);
  auto found = allocations_.find(base);
  if (found != allocations_.end()) {
    Allocation& allocation = found->second;
    bool fits = allocation.kind == kind || allocation.kind == other_kind;
    if (fits && !allocation.is_variable && !std::exchange(allocation.retired, true)) return absl::OkStatus();
  }
  return Error(ErrorKind::kInvalidValue, "no allocation that this call frees starts at 0x%x", base);
}

void MemorySpace::Zero(uint64_t address, uint64_t bytes) {
  uint64_t first_page = (address + 4095) & ~uint64_t{4095};
  uint64_t pages_end = (address + bytes) & ~uint64_t{4095};
  if (bytes < kDiscardBytes) {
    std::memset(reinterpret_cast<void*>(address), 0, bytes);
    return;
  }
  window_->Discard(first_page, pages_end - first_page);
  std::memset(reinterpret_cast<void*>(address), 0, first_page - address);
  std::memset(reinterpret_cast<void*>(pages_end), 0, address + bytes - pages_end);
}

const Allocation* MemorySpace::FindLocked(uint64_t address) const {
  auto after = allocations_.upper_bound(address);
  if (after == allocations_.begin()) return nullptr;
  const Allocation& allocation = std::prev(after)->second;
  return address - allocation.base < allocation.bytes ? &allocation : nullptr;
}

std::optional<Allocation> MemorySpace::Find(uint64_t address) const {
  std::lock_guard lock(mutex_);
  const Allocation* allocation = FindLocked(address);
  return allocation == nullptr ? std::nullopt : std::optional(*allocation);
}

bool MemorySpace::SetSyncMemops(uint64_t address, bool value) {
  std::lock_guard lock(mutex_);
  auto* allocation = const_cast<Allocation*>(FindLocked(address));
  if (allocation == nullptr) return false;
  allocation->sync_memops = value;
  return true;
}

bool MemorySpace::IsLive(uint64_t address, uint64_t bytes) const {
  std::lock_guard lock(mutex_);
  const Allocation* allocation = FindLocked(address);
  return allocation != nullptr && allocation->kind != AllocationKind::kInternal && !allocation->retired &&
         bytes <= allocation->bytes - (address - allocation->base);
}

}  // namespace culvert::npu
