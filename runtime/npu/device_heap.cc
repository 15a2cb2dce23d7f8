#include "runtime/npu/device_heap.h"

#include <algorithm>

namespace culvert::npu {

uint64_t DeviceHeap::Allocate(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  if (bytes == 0 || bytes > limit_bytes_) return 0;
  if (base_ == 0) {
    absl::StatusOr<uint64_t> base = space_->Allocate({.bytes = limit_bytes_, .kind = AllocationKind::kInternal});
    if (!base.ok()) return 0;
    base_ = *base;
    free_by_offset_[0] = limit_bytes_;
    free_by_size_.insert({limit_bytes_, 0});
  }
  bytes = (bytes + 15) & ~uint64_t{15};
  auto fit = free_by_size_.lower_bound({bytes, 0});
  if (fit == free_by_size_.end()) return 0;
  auto [range_bytes, offset] = *fit;
  free_by_size_.erase(fit);
  free_by_offset_.erase(offset);
  if (range_bytes > bytes) {
    free_by_offset_[offset + bytes] = range_bytes - bytes;
    free_by_size_.insert({range_bytes - bytes, offset + bytes});
  }
  live_[offset] = bytes;
  return base_ + offset;
}

bool DeviceHeap::Free(uint64_t address) {
  std::lock_guard lock(mutex_);
  auto found = base_ == 0 ? live_.end() : live_.find(address - base_);
  if (found == live_.end()) return false;
  uint64_t offset = found->first;
  uint64_t bytes = found->second;
  live_.erase(found);
  auto next = free_by_offset_.lower_bound(offset);
  if (next != free_by_offset_.end() && next->first == offset + bytes) {
    bytes += next->second;
    free_by_size_.erase({next->second, next->first});
    next = free_by_offset_.erase(next);
  }
  if (next != free_by_offset_.begin()) {
    auto previous = std::prev(next);
    if (previous->first + previous->second == offset) {
      offset = previous->first;
      bytes += previous->second;
      free_by_size_.erase({previous->second, previous->first});
      free_by_offset_.erase(previous);
    }
  }
  free_by_offset_[offset] = bytes;
  free_by_size_.insert({bytes, offset});
  return true;
}

bool DeviceHeap::SetLimit(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  if (base_ != 0) return bytes == limit_bytes_;
  limit_bytes_ = (std::max<uint64_t>(bytes, 4096) + 15) & ~uint64_t{15};
  return true;
}

}  // namespace culvert::npu
