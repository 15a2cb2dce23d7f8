#include "runtime/memory_box.h"

#include "include/culvert/error.h"
#include "runtime/npu/window.h"

namespace culvert {
namespace {

// Bytes from the first to the last of the box; 0 if the strides are wrong or it does not fit an address space.
uint64_t ExtentBytes(const MemoryBox& box) {
  uint64_t plane = box.width_bytes;
  if (box.height > 1) {
    if (box.pitch_bytes < box.width_bytes || __builtin_mul_overflow(box.height - 1, box.pitch_bytes, &plane) ||
        __builtin_add_overflow(plane, box.width_bytes, &plane)) {
      return 0;
    }
  }
  uint64_t extent = plane;
  if (box.depth > 1) {
    if (box.slice_bytes < plane || __builtin_mul_overflow(box.depth - 1, box.slice_bytes, &extent) ||
        __builtin_add_overflow(extent, plane, &extent)) {
      return 0;
    }
  }
  uint64_t end = 0;
  return __builtin_add_overflow(box.address, extent, &end) ? 0 : extent;
}

}  // namespace

absl::StatusOr<MemoryKind> CheckBox(const MemoryBox& box, bool must_be_known) {
  uint64_t extent = ExtentBytes(box);
  if (extent == 0 || box.address == 0) {
    return Error(ErrorKind::kInvalidValue, "an area of %d x %d x %d bytes with strides %d and %d at 0x%x",
                 box.width_bytes, box.height, box.depth, box.pitch_bytes, box.slice_bytes, box.address);
  }
  PointerInfo info = DescribePointer(box.address);
  if (info.kind == MemoryKind::kUnregistered) {
    bool is_ours = npu::Window::Find(box.address) != nullptr;
    if (!is_ours && !must_be_known && npu::Window::Find(box.address + extent - 1) == nullptr) return info.kind;
    return Error(ErrorKind::kInvalidValue, "0x%x %s", box.address,
                 is_ours ? "lies in no live allocation" : "is no device memory");
  }
  if (extent > info.size_bytes - (box.address - info.base)) {
    return Error(ErrorKind::kInvalidValue, "%d bytes at 0x%x go beyond the allocation of %d bytes at 0x%x", extent,
                 box.address, info.size_bytes, info.base);
  }
  return info.kind;
}

}  // namespace culvert
