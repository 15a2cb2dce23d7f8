#include "runtime/npu/arena.h"

#include <algorithm>
#include <limits>

namespace culvert::npu {
namespace {

constexpr uint64_t RoundUp(uint64_t value, uint64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace

Arena::Arena(uint64_t total_bytes) {
  // Two classes per doubling: at most a third of an object is slack.
  for (uint64_t bytes = kUnitBytes; bytes <= kLargestSmallBytes; bytes *= 2) {
    classes_.push_back({bytes, {}});
    uint64_t middle = bytes + bytes / 2;
    if (middle % kUnitBytes == 0 && middle < kLargestSmallBytes) classes_.push_back({middle, {}});
  }
  AddFree(0, total_bytes / kUnitBytes * kUnitBytes);
}

std::optional<Arena::Block> Arena::Allocate(uint64_t bytes, uint64_t align_bytes) {
  if (bytes == 0 || bytes > std::numeric_limits<uint64_t>::max() / 2) return std::nullopt;
  if (bytes <= kLargestSmallBytes && align_bytes <= kUnitBytes) {
    auto fits = std::find_if(classes_.begin(), classes_.end(), [&](const SizeClass& c) { return c.bytes >= bytes; });
    return AllocateSmall(static_cast<uint32_t>(fits - classes_.begin()));
  }
  uint64_t reserved = RoundUp(bytes, kUnitBytes) + kGuardBytes;
  std::optional<uint64_t> offset = TakeRange(reserved, std::max(align_bytes, kUnitBytes));
  if (!offset) return std::nullopt;
  large_[*offset] = reserved;
  return Block{*offset, reserved};
}

std::optional<Arena::Block> Arena::AllocateSmall(uint32_t size_class) {
  SizeClass& c = classes_[size_class];
  if (c.partial.empty()) {
    std::optional<uint64_t> offset = TakeRange(kSlabBytes, kSlabBytes);
    if (!offset) return std::nullopt;
    slabs_[*offset].size_class = size_class;
    c.partial.insert(*offset);
  }
  uint64_t slab_offset = *c.partial.begin();
  Slab& slab = slabs_[slab_offset];
  uint64_t index = slab.untouched;
  if (!slab.free.empty()) {
    index = slab.free.back();
    slab.free.pop_back();
  } else {
    ++slab.untouched;
  }
  ++slab.live;
  if (slab.live == kSlabBytes / c.bytes) c.partial.erase(slab_offset);
  return Block{slab_offset + index * c.bytes, c.bytes};
}

Arena::Block Arena::Free(uint64_t offset) {
  if (auto large = large_.find(offset); large != large_.end()) {
    Block block{offset, large->second};
    large_.erase(large);
    ReturnRange(block.offset, block.reserved_bytes);
    return block;
  }
  uint64_t slab_offset = offset / kSlabBytes * kSlabBytes;
  auto found = slabs_.find(slab_offset);
  if (found == slabs_.end()) return {};
  Slab& slab = found->second;
  SizeClass& c = classes_[slab.size_class];
  uint64_t object_bytes = c.bytes;
  --slab.live;
  if (slab.live == 0 && c.partial.size() > (c.partial.contains(slab_offset) ? 1 : 0)) {
    // Another slab of the class has room: this one goes back.
    c.partial.erase(slab_offset);
    slabs_.erase(found);
    ReturnRange(slab_offset, kSlabBytes);
    return Block{slab_offset, kSlabBytes};
  }
  slab.free.push_back(static_cast<uint16_t>((offset - slab_offset) / object_bytes));
  c.partial.insert(slab_offset);
  return Block{offset, object_bytes};
}

std::optional<uint64_t> Arena::TakeRange(uint64_t bytes, uint64_t align_bytes) {
  for (auto it = free_by_size_.lower_bound({bytes, 0}); it != free_by_size_.end(); ++it) {
    auto [range_bytes, range_offset] = *it;
    uint64_t offset = RoundUp(range_offset, align_bytes);
    uint64_t lead = offset - range_offset;
    if (lead > range_bytes || range_bytes - lead < bytes) continue;
    RemoveFree(free_by_offset_.find(range_offset));
    if (lead != 0) AddFree(range_offset, lead);
    if (uint64_t rest = range_bytes - lead - bytes; rest != 0) AddFree(offset + bytes, rest);
    return offset;
  }
  return std::nullopt;
}

void Arena::ReturnRange(uint64_t offset, uint64_t bytes) {
  auto next = free_by_offset_.lower_bound(offset);
  if (next != free_by_offset_.end() && next->first == offset + bytes) {
    bytes += next->second;
    auto merged = next++;
    RemoveFree(merged);
  }
  if (next != free_by_offset_.begin()) {
    auto previous = std::prev(next);
    if (previous->first + previous->second == offset) {
      offset = previous->first;
      bytes += previous->second;
      RemoveFree(previous);
    }
  }
  AddFree(offset, bytes);
}

void Arena::AddFree(uint64_t offset, uint64_t bytes) {
  free_by_offset_[offset] = bytes;
  free_by_size_.insert({bytes, offset});
  free_bytes_ += bytes;
}

void Arena::RemoveFree(std::map<uint64_t, uint64_t>::iterator range) {
  free_by_size_.erase({range->second, range->first});
  free_bytes_ -= range->second;
  free_by_offset_.erase(range);
}

}  // namespace culvert::npu
