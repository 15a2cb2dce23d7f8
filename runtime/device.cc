#include "runtime/device.h"

#include <mutex>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/environment.h"
#include "runtime/memory.h"
#include "runtime/npu/device.h"

namespace culvert {

// Leaked with its device.
struct Device::Impl {
  npu::MemoryBudget budget;
  std::unique_ptr<npu::Device> npu;
  std::mutex mutex;
  uint32_t retain_count = 0;                 // guarded by mutex
  std::shared_ptr<MemoryPool> current_pool;  // guarded by mutex
};

Device::Device(int ordinal, DeviceProperties properties)
    : ordinal_(ordinal), properties_(std::move(properties)), impl_(new Impl) {
  const Environment& environment = GetEnvironment();
  impl_->budget.total_bytes = properties_.total_memory_bytes;
  impl_->npu = npu::CreateSoftwareDevice(
      {.workers = environment.workers, .reported_cores = environment.sm_count, .watchdog_ms = environment.watchdog_ms});
  primary_.reset(new Context(this, /*is_primary=*/true, /*flags=*/0));
  default_pool_.reset(new MemoryPool(this, 0));
  impl_->current_pool = default_pool_;
}

npu::Device& Device::npu() const { return *impl_->npu; }
npu::MemoryBudget& Device::budget() const { return impl_->budget; }

void Device::MemoryInfo(uint64_t* free_bytes, uint64_t* total_bytes) const {
  *total_bytes = impl_->budget.total_bytes;
  *free_bytes = *total_bytes - impl_->budget.used_bytes.load();
}

absl::Status Device::Charge(uint64_t bytes) { return impl_->budget.Charge(bytes); }
void Device::Release(uint64_t bytes) { impl_->budget.Release(bytes); }

absl::StatusOr<std::shared_ptr<Context>> Device::RetainPrimary() {
  std::lock_guard lock(impl_->mutex);
  if (!primary_->active()) CULVERT_RETURN_IF_ERROR(primary_->Activate());
  ++impl_->retain_count;
  return primary_;
}

absl::Status Device::ReleasePrimary() {
  std::lock_guard lock(impl_->mutex);
  if (impl_->retain_count == 0) {
    return Error(ErrorKind::kInvalidContext, "the primary context of device %d is not retained", ordinal_);
  }
  if (--impl_->retain_count != 0) return absl::OkStatus();
  return primary_->Deactivate();
}

absl::Status Device::ResetPrimary() {
  std::lock_guard lock(impl_->mutex);
  return primary_->Deactivate();
}

std::shared_ptr<MemoryPool> Device::current_pool() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->current_pool;
}

void Device::SetCurrentPool(std::shared_ptr<MemoryPool> pool) {
  std::lock_guard lock(impl_->mutex);
  impl_->current_pool.swap(pool);  // the old one goes after the lock
}

}  // namespace culvert
