// What kernels ask of the device: printf, assert, malloc, free, and per-lane stack space (alloca).
#include <cstring>

#include "absl/strings/str_format.h"
#include "runtime/npu/interp/print_format.h"
#include "runtime/npu/interp/state.h"

namespace culvert::npu {
namespace {

using bytecode::Instruction;
using bytecode::Op;
using bytecode::Space;
using bytecode::Syscall;

bool ReadMemory(const Exec* x, uint64_t address, void* target, uint32_t bytes) {
  uint8_t* out = static_cast<uint8_t*>(target);
  for (uint32_t i = 0; i < bytes; ++i) {
    uint64_t offset = address + i - x->window_base;
    bool allowed = offset < x->window_bytes && (x->granules[offset / kAccessGranuleBytes] & CULVERT_GRANULE_READ);
    if (!allowed && !AllowedElsewhere(x, address + i, 1, CULVERT_ACCESS_READ)) return false;
    out[i] = *reinterpret_cast<const uint8_t*>(address + i);
  }
  return true;
}

bool Printf(Exec* x, const Instruction* ip, uint8_t* window, uint32_t lane) {
  MemoryReader read = [x](uint64_t address, void* target, uint32_t bytes) {
    return ReadMemory(x, address, target, bytes);
  };
  FormattedText formatted =
      FormatPrintf(read, SlotAt<uint64_t>(window, ip->a)[lane], SlotAt<uint64_t>(window, ip->b)[lane]);
  if (formatted.bad_address != 0) {
    ReportFault(x, ip, ErrorKind::kIllegalAddress, static_cast<int>(lane), formatted.bad_address, 1,
                CULVERT_ACCESS_READ, Space::kGeneric);
    return false;
  }
  int accepted = x->launch->services->print(x->launch, formatted.text.data(), formatted.text.size());
  if (ip->dst != bytecode::kNoOperand)
    SlotAt<uint32_t>(window, ip->dst)[lane] = static_cast<uint32_t>(accepted < 0 ? -1 : formatted.arguments);
  return true;
}

void AssertFail(Exec* x, const Instruction* ip, uint8_t* window, uint32_t lane) {
  constexpr size_t kLimit = 1024;
  MemoryReader read = [x](uint64_t address, void* target, uint32_t bytes) {
    return ReadMemory(x, address, target, bytes);
  };
  auto text = [&](uint16_t slot) {
    return ReadString(read, SlotAt<uint64_t>(window, slot)[lane], kLimit).value_or("?");
  };
  const uint16_t* extension = reinterpret_cast<const bytecode::Extension*>(ip + 1)->slot;
  const BlockState& block = *x->block;
  auto [tid_x, tid_y, tid_z] = ThreadIndex(x->launch->block, x->warp->index * kWarpLanes + lane);
  std::string line = absl::StrFormat("%s:%d: %s: block: [%d,%d,%d], thread: [%d,%d,%d] Assertion `%s` failed.\n",
                                     text(ip->b), SlotAt<uint32_t>(window, extension[0])[lane], text(ip->c),
                                     block.block[0], block.block[1], block.block[2], tid_x, tid_y, tid_z, text(ip->a));
  x->launch->services->assert_message(x->launch, line.data(), line.size());
}

}  // namespace

bool RunSyscall(Exec* x, const Instruction* ip, uint8_t* window, uint32_t mask) {
  const culvert_services* services = x->launch->services;
  Syscall which = static_cast<Syscall>(ip->x);
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    switch (which) {
      case Syscall::kVprintf:
        if (!Printf(x, ip, window, lane)) return false;
        break;
      case Syscall::kAssertFail:  // every failing thread says so
        AssertFail(x, ip, window, lane);
        break;
      case Syscall::kMalloc:
        SlotAt<uint64_t>(window, ip->dst)[lane] =
            services->heap_alloc(x->launch, SlotAt<uint64_t>(window, ip->a)[lane]);
        break;
      case Syscall::kFree: {
        uint64_t address = SlotAt<uint64_t>(window, ip->a)[lane];
        if (address == 0 || services->heap_free(x->launch, address)) break;
        ReportFault(x, ip, ErrorKind::kIllegalAddress, static_cast<int>(lane), address, 0, CULVERT_ACCESS_WRITE,
                    Space::kGeneric);
        return false;
      }
    }
  }
  if (which != Syscall::kAssertFail) return true;
  ReportFault(x, ip, ErrorKind::kAssert, __builtin_ctz(mask), 0, 0, 0, Space::kGeneric);
  return false;
}

bool RunAlloca(Exec* x, const Instruction* ip, uint8_t* window, uint32_t mask) {
  Warp& warp = *x->warp;
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    uint64_t& top = warp.alloca_top[lane];
    uint64_t floor = x->local_base + x->frame->function->local_bytes;
    switch (ip->op) {
      case Op::STACKSAVE:
        SlotAt<uint64_t>(window, ip->dst)[lane] = top;
        break;
      case Op::STACKRESTORE: {
        uint64_t value = SlotAt<uint64_t>(window, ip->a)[lane];
        if (value < floor || value > x->local_bytes) {
          ReportFault(x, ip, ErrorKind::kHardwareStackError, static_cast<int>(lane), value, 0, 0, Space::kLocal);
          return false;
        }
        top = value;
        break;
      }
      default: {
        uint64_t bytes = SlotAt<uint64_t>(window, ip->a)[lane];
        uint64_t align = ip->imm > 0 ? static_cast<uint64_t>(ip->imm) : 1;
        uint64_t start = bytes > top ? 0 : (top - bytes) / align * align;
        if (bytes > top || start < floor) {
          ReportFault(x, ip, ErrorKind::kHardwareStackError, static_cast<int>(lane), bytes, 0, 0, Space::kLocal);
          return false;
        }
        SlotAt<uint64_t>(window, ip->dst)[lane] = top = start;
      }
    }
  }
  return true;
}

}  // namespace culvert::npu
