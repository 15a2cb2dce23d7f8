#include "runtime/npu/commands.h"

#include <algorithm>

namespace culvert::npu {
namespace {

// Fills one row. The first chunk is written element by element, the rest is doubled: works for every element size.
void FillRow(uint8_t* row, const FillCommand& fill) {
  if (fill.element_bytes == 1) {
    std::memset(row, static_cast<int>(fill.value & 0xff), fill.width_elems);
    return;
  }
  uint64_t total = fill.width_elems * fill.element_bytes;
  uint64_t filled = std::min<uint64_t>(total, 4096);
  for (uint64_t i = 0; i < filled; i += fill.element_bytes) std::memcpy(row + i, &fill.value, fill.element_bytes);
  for (uint64_t at = filled; at < total; at += 4096) std::memcpy(row + at, row, std::min<uint64_t>(4096, total - at));
}

}  // namespace

void Execute(const CopyCommand& copy) {
  auto* dst = reinterpret_cast<uint8_t*>(copy.dst);
  auto* src = reinterpret_cast<const uint8_t*>(copy.src);
  for (uint64_t z = 0; z < copy.depth; ++z) {
    for (uint64_t y = 0; y < copy.height; ++y) {
      std::memmove(dst + z * copy.dst_slice_bytes + y * copy.dst_pitch_bytes,
                   src + z * copy.src_slice_bytes + y * copy.src_pitch_bytes, copy.width_bytes);
    }
  }
}

void Execute(const FillCommand& fill) {
  auto* dst = reinterpret_cast<uint8_t*>(fill.dst);
  if (fill.width_elems == 0) return;
  for (uint64_t z = 0; z < fill.depth; ++z) {
    for (uint64_t y = 0; y < fill.height; ++y) FillRow(dst + z * fill.slice_bytes + y * fill.pitch_bytes, fill);
  }
}

}  // namespace culvert::npu
