// Handlers: vector loads and stores, PTX ISA 9.7.9 (ld, st with .v2, .v4, .v8): count elements of one width per lane,
// in the slots of the Extension.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_VECTOR_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_VECTOR_H_

#include "runtime/npu/interp/handlers_memory.h"

namespace culvert::npu {
namespace {

template <typename T>
CULVERT_INLINE void PutElement(uint8_t* window, uint16_t slot, uint32_t lane, T value) {
  using Wide = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  Wide wide = value;
  std::memcpy(window + slot * bytecode::kSlotBytes + lane * sizeof(Wide), &wide, sizeof(Wide));
}
template <typename T>
CULVERT_INLINE T GetElement(const uint8_t* window, uint16_t slot, uint32_t lane) {
  T value;
  std::memcpy(
      &value,
      window + slot * bytecode::kSlotBytes + lane * sizeof(std::conditional_t < sizeof(T) == 8, uint64_t, uint32_t >),
      sizeof(T));
  return value;
}

template <Space kSpace, typename T>
CULVERT_INLINE bool VectorAccess(Exec* x, const Instruction* ip, uint8_t* window, uint32_t mask, bool is_store) {
  U64x addresses = Addresses(ip, window);
  alignas(64) uint64_t address[kLanes];
  std::memcpy(address, &addresses, sizeof(address));
  const uint16_t* slots = reinterpret_cast<const Extension*>(ip + 1)->slot;
  uint32_t count = (ip->x & bytecode::kCountMask) >> bytecode::kCountShift;
  uint32_t bytes = count * sizeof(T);
  uint32_t access = is_store ? CULVERT_ACCESS_WRITE : CULVERT_ACCESS_READ;
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    uint8_t* pointer = Check<kSpace>(x, ip, address[lane], bytes, access, lane);
    if (pointer == nullptr) [[unlikely]]
      return false;
    for (uint32_t i = 0; i < count; ++i, pointer += sizeof(T)) {
      if (is_store) {
        StoreOne<T>(pointer, GetElement<T>(window, slots[i], lane), ip->x);
      } else if (slots[i] != bytecode::kNoOperand) {  // a sink: the element is not wanted
        PutElement<T>(window, slots[i], lane, LoadOne<T>(pointer, ip->x));
      }
    }
  }
  return true;
}

// The common case, 2 or 4 elements of 32 bits. Lanes are checked together; each lane's elements move as one row, and
// rows become slots (or slots rows) in one transposition. False: nothing was done.
template <Space kSpace, int kCount>
CULVERT_INLINE bool VectorRows(Exec* x, const Instruction* ip, uint8_t* window, uint32_t mask, bool is_store) {
  constexpr uint16_t kShape = bytecode::kWidth32 | kCount << bytecode::kCountShift;
  constexpr uint16_t kMatters = bytecode::kWidthMask | bytecode::kCountMask | bytecode::kOrderMask;
  constexpr uint32_t kRowBytes = 4 * kCount;
  if ((ip->x & kMatters) != kShape) return false;
  U64x addresses = Addresses(ip, window);
  uint32_t access = is_store ? CULVERT_ACCESS_WRITE : CULVERT_ACCESS_READ;
  uint8_t* run_pointer = nullptr;
  alignas(64) uint64_t host[kLanes];
  if (AddressRun run; kSpace != Space::kLocal && mask == ~0u &&
                      (run = Classify<kRowBytes>(addresses, mask, 0), run.consecutive) && run.begin % kRowBytes == 0) {
    run_pointer = ResolveRun<kSpace>(x, run.begin, kRowBytes * kLanes, access);
  }
  if (run_pointer == nullptr) {
    addresses = OnlyActive(addresses, mask);
    if (!AllowedTogether<kSpace>(x, addresses, kRowBytes, access)) return false;
    addresses = HostAddresses<kSpace>(x, addresses);
    std::memcpy(host, &addresses, sizeof(host));
  }
  const uint16_t* slots = reinterpret_cast<const Extension*>(ip + 1)->slot;
  alignas(64) uint32_t rows[kLanes][kCount];
  alignas(64) uint32_t lanes[kCount][kLanes];
  if (is_store) {
    for (int i = 0; i < kCount; ++i) std::memcpy(lanes[i], window + slots[i] * bytecode::kSlotBytes, sizeof(lanes[i]));
    for (int lane = 0; lane < kLanes; ++lane) {
      for (int i = 0; i < kCount; ++i) rows[lane][i] = lanes[i][lane];
    }
    if (run_pointer != nullptr) {
      std::memcpy(run_pointer, rows, sizeof(rows));
      return true;
    }
    for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
      int lane = __builtin_ctz(rest);
      std::memcpy(reinterpret_cast<void*>(host[lane]), rows[lane], kRowBytes);
    }
    return true;
  }
  if (run_pointer != nullptr) {
    std::memcpy(rows, run_pointer, sizeof(rows));
  } else {
    for (int lane = 0; lane < kLanes; ++lane)
      std::memcpy(rows[lane], reinterpret_cast<const void*>(host[lane]), kRowBytes);
  }
  for (int i = 0; i < kCount; ++i) {
    for (int lane = 0; lane < kLanes; ++lane) lanes[i][lane] = rows[lane][i];
  }
  for (int i = 0; i < kCount; ++i) {
    if (slots[i] == bytecode::kNoOperand) continue;
    U32x value;
    std::memcpy(&value, lanes[i], sizeof(value));
    if (mask == ~0u) {
      Store<true>(window, slots[i], mask, value);
    } else {
      Store<false>(window, slots[i], mask, value);
    }
  }
  return true;
}

template <Space kSpace, bool kIsStore>
struct VectorOp {
  static CULVERT_INLINE bool Access(Exec* x, const Instruction* ip, uint8_t* window, uint32_t mask) {
    if (VectorRows<kSpace, 4>(x, ip, window, mask, kIsStore) || VectorRows<kSpace, 2>(x, ip, window, mask, kIsStore)) {
      return true;
    }
    switch (ip->x & bytecode::kWidthMask) {
      case bytecode::kWidth8:
        return VectorAccess<kSpace, uint8_t>(x, ip, window, mask, kIsStore);
      case bytecode::kWidth16:
        return VectorAccess<kSpace, uint16_t>(x, ip, window, mask, kIsStore);
      case bytecode::kWidth32:
        return VectorAccess<kSpace, uint32_t>(x, ip, window, mask, kIsStore);
      default:
        return VectorAccess<kSpace, uint64_t>(x, ip, window, mask, kIsStore);
    }
  }
  CULVERT_RUN {
    if (!Access(x, ip, window, mask)) return Leave(x, Stop::kFault, ip, mask);
    CULVERT_DISPATCH(ip + 2);
  }
};

using LDV_G = VectorOp<Space::kGlobal, false>;
using LDV_X = VectorOp<Space::kGeneric, false>;
using LDV_S = VectorOp<Space::kShared, false>;
using LDV_L = VectorOp<Space::kLocal, false>;
using STV_G = VectorOp<Space::kGlobal, true>;
using STV_X = VectorOp<Space::kGeneric, true>;
using STV_S = VectorOp<Space::kShared, true>;
using STV_L = VectorOp<Space::kLocal, true>;

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_VECTOR_H_
