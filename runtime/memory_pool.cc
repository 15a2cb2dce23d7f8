// Stream-ordered allocation. Memory comes from the context's window at once and goes back when the stream reaches the
// free; nothing is cached in between, so what a pool has reserved is what is in use.
#include <algorithm>
#include <mutex>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/allocate.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/device.h"
#include "runtime/memory.h"
#include "runtime/stream.h"

namespace culvert {

struct MemoryPool::Impl {
  mutable std::mutex mutex;
  // All guarded by mutex.
  uint64_t max_bytes = 0;
  uint64_t used_bytes = 0;
  uint64_t high_used_bytes = 0;
  uint64_t high_reserved_bytes = 0;
  uint64_t release_threshold_bytes = 0;
  bool reuse[3] = {true, true, true};
};

MemoryPool::MemoryPool(Device* device, uint64_t max_bytes)
    : device_(device), id_(NextObjectId()), impl_(std::make_unique<Impl>()) {
  uint64_t total = device->properties().total_memory_bytes;
  impl_->max_bytes = max_bytes == 0 ? total : std::min(max_bytes, total);
}

MemoryPool::~MemoryPool() = default;

absl::StatusOr<std::shared_ptr<MemoryPool>> MemoryPool::Create(Device* device, uint64_t max_bytes) {
  return std::shared_ptr<MemoryPool>(new MemoryPool(device, max_bytes));
}

absl::StatusOr<uint64_t> MemoryPool::GetAttribute(PoolAttribute attribute) const {
  std::lock_guard lock(impl_->mutex);
  switch (attribute) {
    case PoolAttribute::kReuseFollowEventDependencies:
      return impl_->reuse[0];
    case PoolAttribute::kReuseAllowOpportunistic:
      return impl_->reuse[1];
    case PoolAttribute::kReuseAllowInternalDependencies:
      return impl_->reuse[2];
    case PoolAttribute::kReleaseThreshold:
      return impl_->release_threshold_bytes;
    case PoolAttribute::kReservedCurrent:
    case PoolAttribute::kUsedCurrent:
      return impl_->used_bytes;
    case PoolAttribute::kReservedHigh:
      return impl_->high_reserved_bytes;
    case PoolAttribute::kUsedHigh:
      return impl_->high_used_bytes;
  }
  return MakeError(ErrorKind::kInvalidValue, "unknown pool attribute");
}

absl::Status MemoryPool::SetAttribute(PoolAttribute attribute, uint64_t value) {
  std::lock_guard lock(impl_->mutex);
  auto reset = [&](uint64_t* high) {
    if (value != 0) return Error(ErrorKind::kInvalidValue, "a high-water mark can only be set to 0, not %d", value);
    *high = impl_->used_bytes;
    return absl::OkStatus();
  };
  switch (attribute) {
    case PoolAttribute::kReuseFollowEventDependencies:
      impl_->reuse[0] = value != 0;
      break;
    case PoolAttribute::kReuseAllowOpportunistic:
      impl_->reuse[1] = value != 0;
      break;
    case PoolAttribute::kReuseAllowInternalDependencies:
      impl_->reuse[2] = value != 0;
      break;
    case PoolAttribute::kReleaseThreshold:
      impl_->release_threshold_bytes = value;
      break;
    case PoolAttribute::kReservedHigh:
      return reset(&impl_->high_reserved_bytes);
    case PoolAttribute::kUsedHigh:
      return reset(&impl_->high_used_bytes);
    case PoolAttribute::kReservedCurrent:
    case PoolAttribute::kUsedCurrent:
      return MakeError(ErrorKind::kInvalidValue, "this attribute of a pool cannot be set");
  }
  return absl::OkStatus();
}

absl::Status MemoryPool::TrimTo(uint64_t bytes_to_keep) { return absl::OkStatus(); }  // nothing unused is ever held

absl::Status MemoryPool::Charge(uint64_t bytes) {
  std::lock_guard lock(impl_->mutex);
  if (bytes > impl_->max_bytes || impl_->used_bytes > impl_->max_bytes - bytes) {
    return Error(ErrorKind::kOutOfMemory, "%d bytes asked for, the pool holds %d and %d are in use", bytes,
                 impl_->max_bytes, impl_->used_bytes);
  }
  impl_->used_bytes += bytes;
  impl_->high_used_bytes = std::max(impl_->high_used_bytes, impl_->used_bytes);
  impl_->high_reserved_bytes = std::max(impl_->high_reserved_bytes, impl_->used_bytes);
  return absl::OkStatus();
}

void MemoryPool::Discharge(uint64_t bytes) {
  std::lock_guard lock(impl_->mutex);
  impl_->used_bytes -= bytes;
}

namespace {

// What an allocation of a pool holds: the charge ends when the memory is freed, in whichever way.
struct PoolShare {
  PoolShare(std::shared_ptr<MemoryPool> pool, uint64_t bytes) : pool(std::move(pool)), bytes(bytes) {}
  ~PoolShare() { pool->Discharge(bytes); }
  std::shared_ptr<MemoryPool> pool;
  uint64_t bytes;
};

}  // namespace

absl::StatusOr<uint64_t> AllocateAsync(Stream& stream, uint64_t bytes, std::shared_ptr<MemoryPool> pool) {
  ContextState& state = *stream.state();
  CULVERT_RETURN_IF_ERROR(state.status());
  if (bytes == 0) return MakeError(ErrorKind::kInvalidValue, "allocation of 0 bytes");
  if (pool == nullptr) pool = state.device()->current_pool();
  if (pool->device() != state.device()) {
    return Error(ErrorKind::kInvalidValue, "the pool is of device %d, the stream of device %d",
                 pool->device()->ordinal(), state.device()->ordinal());
  }
  const bool frees_on_their_way = state.pending_frees() != 0;  // read first: they may end during the attempt
  absl::Status charged = pool->Charge(bytes);
  if (!charged.ok() && frees_on_their_way) {
    CULVERT_RETURN_IF_ERROR(state.Wait(nullptr));
    charged = pool->Charge(bytes);
  }
  CULVERT_RETURN_IF_ERROR(charged);
  auto share = std::make_shared<PoolShare>(pool, bytes);
  // The owner points to the pool and keeps the share.
  return AllocateIn(state, {.bytes = bytes, .owner = std::shared_ptr<MemoryPool>(std::move(share), pool.get())});
}

absl::Status FreeAsync(Stream& stream, uint64_t address) {
  CULVERT_RETURN_IF_ERROR(stream.state()->status());
  std::shared_ptr<ContextState> owner = FindStateOfAddress(address);
  if (owner == nullptr) return Error(ErrorKind::kInvalidValue, "0x%x is no device memory", address);
  CULVERT_RETURN_IF_ERROR(owner->memory().Retire(address, npu::AllocationKind::kDevice, npu::AllocationKind::kManaged));
  ++owner->pending_frees();
  auto free = [owner, address](const absl::Status&) {
    owner->memory().Free(address).IgnoreError();  // gone already if its context has ended
    --owner->pending_frees();
  };
  absl::Status submitted =
      stream.Submit(npu::MakeCommand(npu::HostCallCommand{.function = free, .on_failure = true, .is_internal = true}))
          .status();
  if (!submitted.ok()) free(absl::OkStatus());
  return submitted;
}

}  // namespace culvert
