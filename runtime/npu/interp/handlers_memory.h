// Handlers: loads and stores. PTX ISA 9.7.9 (ld, st) and 5.1 (state spaces).
//
// Every access of an active lane is checked: alignment (716), then bounds. Global and generic addresses are checked
// against the granule map (700), shared offsets against the block's scratchpad (719), local offsets against the lane's
// local memory (700). A naturally aligned access never crosses a granule. Lanes with consecutive addresses are served
// by one check and one vector access, lanes with one common address by one scalar access, all others one by one.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_MEMORY_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_MEMORY_H_

#include <immintrin.h>

#include <type_traits>

#include "include/culvert/npu_config.h"
#include "runtime/npu/interp/define_handlers.h"
#include "runtime/npu/interp/exec.h"

namespace culvert::npu {
namespace {

using bytecode::Extension;
using bytecode::Instruction;
using bytecode::Space;

CULVERT_INLINE U64x LaneNumbers() {
  return U64x{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
              16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
}

// The addresses (global, generic) or offsets (shared, local) of all lanes.
CULVERT_INLINE U64x Addresses(const Instruction* ip, const uint8_t* window) {
  if (ip->x & bytecode::kAddress32) {
    return __builtin_convertvector(Load<U32x>(window, ip->a) + static_cast<uint32_t>(ip->imm), U64x);
  }
  return Load<U64x>(window, ip->a) + static_cast<uint64_t>(int64_t{ip->imm});
}

// Where one lane's access may go: null if it may not. `lane` matters for local memory only.
template <Space kSpace>
CULVERT_INLINE uint8_t* Resolve(const Exec* x, uint64_t address, uint32_t bytes, uint32_t access,
                                [[maybe_unused]] uint32_t lane) {
  if constexpr (kSpace == Space::kShared) {
    if (address + bytes > x->scratchpad_bytes || address + bytes < address) [[unlikely]]
      return nullptr;
    return x->scratchpad + address;
  } else if constexpr (kSpace == Space::kLocal) {
    if (address + bytes > x->local_bytes || address + bytes < address) [[unlikely]]
      return nullptr;
    return x->local + lane * x->local_bytes + address;
  } else {
    uint64_t offset = address - x->window_base;
    if (offset > x->window_bytes - bytes || !(x->granules[offset / kAccessGranuleBytes] & access)) [[unlikely]] {
      if (!AllowedElsewhere(x, address, bytes, access)) return nullptr;
    }
    return reinterpret_cast<uint8_t*>(address);
  }
}

// The same for a run of up to 1024 bytes that several lanes access together; null: ask lane by lane.
template <Space kSpace>
CULVERT_INLINE uint8_t* ResolveRun(const Exec* x, uint64_t address, uint32_t bytes, uint32_t access) {
  if constexpr (kSpace == Space::kShared) {
    return Resolve<kSpace>(x, address, bytes, access, 0);
  } else if constexpr (kSpace == Space::kLocal) {
    return nullptr;
  } else {
    uint64_t offset = address - x->window_base;
    if (offset > x->window_bytes - bytes) [[unlikely]]
      return nullptr;
    uint32_t allowed =
        x->granules[offset / kAccessGranuleBytes] & x->granules[(offset + bytes - 1) / kAccessGranuleBytes];
    if (bytes > kAccessGranuleBytes) allowed &= x->granules[(offset + kAccessGranuleBytes) / kAccessGranuleBytes];
    return (allowed & access) ? reinterpret_cast<uint8_t*>(address) : nullptr;
  }
}

template <Space kSpace>
constexpr ErrorKind OutOfBounds() {
  return kSpace == Space::kShared ? ErrorKind::kLaunchFailed : ErrorKind::kIllegalAddress;
}

// One lane's access after its checks; null after a fault.
template <Space kSpace>
CULVERT_INLINE uint8_t* Check(Exec* x, const Instruction* ip, uint64_t address, uint32_t bytes, uint32_t access,
                              uint32_t lane) {
  if (address & (bytes - 1)) [[unlikely]] {
    ReportFault(x, ip, ErrorKind::kMisalignedAddress, static_cast<int>(lane), address, bytes, access, kSpace);
    return nullptr;
  }
  uint8_t* pointer = Resolve<kSpace>(x, address, bytes, access, lane);
  if (pointer == nullptr) [[unlikely]] {
    ReportFault(x, ip, OutOfBounds<kSpace>(), static_cast<int>(lane), address, bytes, access, kSpace);
  }
  return pointer;
}

struct AddressRun {
  uint64_t begin = 0;  // of the first active lane
  uint32_t bytes = 0;  // up to the end of the last active lane
  bool consecutive = false;
  bool uniform = false;
};

// How the active lanes' addresses lie to each other, for elements of `bytes`.
template <uint32_t kBytes>
CULVERT_INLINE AddressRun Classify(U64x addresses, uint32_t mask, uint16_t flags) {
  AddressRun run;
  uint32_t first = static_cast<uint32_t>(__builtin_ctz(mask));
  uint64_t address = addresses[first];
  run.begin = address;
  if (flags & bytecode::kAddressUniform) {
    run.uniform = true;
    return run;
  }
  uint64_t lane0 = address - uint64_t{first} * kBytes;  // where lane 0 would be
  uint32_t differs = Compress(addresses != LaneNumbers() * uint64_t{kBytes} + lane0);
  if ((differs & mask) == 0) {
    uint32_t last = 31 - static_cast<uint32_t>(__builtin_clz(mask));
    run.consecutive = true;
    run.bytes = (last - first + 1) * kBytes;
    return run;
  }
  run.uniform = (Compress(addresses != U64x{} + address) & mask) == 0;
  return run;
}

// The addresses with those of inactive lanes replaced by an active one's, so that all lanes can be looked at together.
CULVERT_INLINE U64x OnlyActive(U64x addresses, uint32_t mask) {
  if (mask == ~0u) return addresses;
  return SelectMask(mask, addresses, U64x{} + addresses[static_cast<uint32_t>(__builtin_ctz(mask))]);
}

// True if all lanes may access: then nothing is left to check lane by lane. False says nothing.
template <Space kSpace>
CULVERT_INLINE bool AllowedTogether(const Exec* x, U64x addresses, uint32_t bytes, uint32_t access) {
  if (__builtin_reduce_or(addresses) & (bytes - 1)) return false;
  if constexpr (kSpace == Space::kShared || kSpace == Space::kLocal) {
    uint64_t limit = kSpace == Space::kShared ? x->scratchpad_bytes : x->local_bytes;
    return limit >= bytes && __builtin_reduce_max(addresses) <= limit - bytes;
  } else {
    U64x offsets = addresses - x->window_base;
    uint64_t highest = __builtin_reduce_max(offsets);
    if (highest > x->window_bytes - bytes) return false;
    uint64_t granule = __builtin_reduce_min(offsets) / kAccessGranuleBytes, last = highest / kAccessGranuleBytes;
    uint32_t allowed = access;
    if (last - granule < kLanes) {
      for (; granule <= last; ++granule) allowed &= x->granules[granule];
      if (allowed & access) return true;
    }
    allowed = access;
    for (int lane = 0; lane < kLanes; ++lane) allowed &= x->granules[offsets[lane] / kAccessGranuleBytes];
    return (allowed & access) != 0;
  }
}

// Host addresses of checked lanes.
template <Space kSpace>
CULVERT_INLINE U64x HostAddresses(const Exec* x, U64x addresses) {
  if constexpr (kSpace == Space::kShared) return addresses + reinterpret_cast<uint64_t>(x->scratchpad);
  if constexpr (kSpace == Space::kLocal)
    return addresses + LaneNumbers() * x->local_bytes + reinterpret_cast<uint64_t>(x->local);
  return addresses;
}

// How a memory type becomes a register value.
struct MemU8 {
  using Memory = uint8_t;
  using Register = U32x;
  using MemoryX = U8x;
  static constexpr bool kSigned = false;
};
struct MemS8 {
  using Memory = uint8_t;
  using Register = U32x;
  using MemoryX = I8x;
  static constexpr bool kSigned = true;
};
struct MemU16 {
  using Memory = uint16_t;
  using Register = U32x;
  using MemoryX = U16x;
  static constexpr bool kSigned = false;
};
struct MemS16 {
  using Memory = uint16_t;
  using Register = U32x;
  using MemoryX = I16x;
  static constexpr bool kSigned = true;
};
struct MemB32 {
  using Memory = uint32_t;
  using Register = U32x;
  using MemoryX = U32x;
  static constexpr bool kSigned = false;
};
struct MemB64 {
  using Memory = uint64_t;
  using Register = U64x;
  using MemoryX = U64x;
  static constexpr bool kSigned = false;
};

template <typename M>
CULVERT_INLINE typename M::Register Widen(typename M::MemoryX value) {
  if constexpr (M::kSigned) {
    return Bits<U32x>(__builtin_convertvector(value, I32x));
  } else {
    return __builtin_convertvector(value, typename M::Register);
  }
}
template <typename M>
CULVERT_INLINE auto WidenOne(typename M::Memory value) {
  if constexpr (M::kSigned) {
    using S = std::conditional_t<sizeof(value) == 1, int8_t, int16_t>;
    return static_cast<uint32_t>(static_cast<int32_t>(static_cast<S>(value)));
  } else {
    return static_cast<std::conditional_t<sizeof(value) == 8, uint64_t, uint32_t>>(value);
  }
}

// Where lane 0 of a run would lie whose first active lane lies at `begin`.
template <typename T>
CULVERT_INLINE uint64_t LaneZero(const uint8_t* begin, uint32_t mask) {
  return reinterpret_cast<uint64_t>(begin) - static_cast<uint64_t>(__builtin_ctz(mask)) * sizeof(T);
}

// The elements of the lanes in `mask` of a run whose first active lane's lies at `begin`; nothing else is touched.
template <typename X, typename T>
CULVERT_INLINE X LoadMasked(const uint8_t* begin, uint32_t mask) {
  uint64_t lane0 = LaneZero<T>(begin, mask);
  X value = {};
#ifdef __AVX512BW__
  if constexpr (sizeof(T) == 4) {
    __m512i half[2] = {
        _mm512_maskz_loadu_epi32(static_cast<__mmask16>(mask), reinterpret_cast<const void*>(lane0)),
        _mm512_maskz_loadu_epi32(static_cast<__mmask16>(mask >> 16), reinterpret_cast<const void*>(lane0 + 64))};
    std::memcpy(&value, half, sizeof(value));
    return value;
  } else if constexpr (sizeof(T) == 8) {
    __m512i part[4];
    for (int i = 0; i < 4; ++i) {
      part[i] = _mm512_maskz_loadu_epi64(static_cast<__mmask8>(mask >> 8 * i),
                                         reinterpret_cast<const void*>(lane0 + 64 * static_cast<uint64_t>(i)));
    }
    std::memcpy(&value, part, sizeof(value));
    return value;
  }
#endif
  T lanes[kLanes] = {};
  for (; mask != 0; mask &= mask - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(mask));
    std::memcpy(&lanes[lane], reinterpret_cast<const void*>(lane0 + lane * sizeof(T)), sizeof(T));
  }
  std::memcpy(&value, lanes, sizeof(value));
  return value;
}
template <typename X, typename T>
CULVERT_INLINE void StoreMasked(uint8_t* begin, uint32_t mask, X value) {
  uint64_t lane0 = LaneZero<T>(begin, mask);
#ifdef __AVX512BW__
  if constexpr (sizeof(T) == 4) {
    __m512i half[2];
    std::memcpy(half, &value, sizeof(half));
    _mm512_mask_storeu_epi32(reinterpret_cast<void*>(lane0), static_cast<__mmask16>(mask), half[0]);
    _mm512_mask_storeu_epi32(reinterpret_cast<void*>(lane0 + 64), static_cast<__mmask16>(mask >> 16), half[1]);
    return;
  } else if constexpr (sizeof(T) == 8) {
    __m512i part[4];
    std::memcpy(part, &value, sizeof(part));
    for (int i = 0; i < 4; ++i) {
      _mm512_mask_storeu_epi64(reinterpret_cast<void*>(lane0 + 64 * static_cast<uint64_t>(i)),
                               static_cast<__mmask8>(mask >> 8 * i), part[i]);
    }
    return;
  }
#endif
  T lanes[kLanes];
  std::memcpy(lanes, &value, sizeof(lanes));
  for (; mask != 0; mask &= mask - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(mask));
    std::memcpy(reinterpret_cast<void*>(lane0 + lane * sizeof(T)), &lanes[lane], sizeof(T));
  }
}

template <typename T>
CULVERT_INLINE T LoadOne(const uint8_t* pointer, uint16_t flags) {
  const T* p = reinterpret_cast<const T*>(pointer);
  return (flags & bytecode::kOrderMask) == bytecode::kAcquireRelease ? __atomic_load_n(p, __ATOMIC_ACQUIRE)
                                                                     : __atomic_load_n(p, __ATOMIC_RELAXED);
}
template <typename T>
CULVERT_INLINE void StoreOne(uint8_t* pointer, T value, uint16_t flags) {
  T* p = reinterpret_cast<T*>(pointer);
  if ((flags & bytecode::kOrderMask) == bytecode::kAcquireRelease) {
    __atomic_store_n(p, value, __ATOMIC_RELEASE);
  } else {
    __atomic_store_n(p, value, __ATOMIC_RELAXED);
  }
}

template <Space kSpace, typename M>
struct LoadOp {
  using T = typename M::Memory;
  using R = typename M::Register;

  // All lanes after one check of all; false: not every lane may, or not at once.
  static CULVERT_INLINE bool Together(const Exec* x, U64x addresses, uint32_t mask, R* value) {
    addresses = OnlyActive(addresses, mask);
    if (!AllowedTogether<kSpace>(x, addresses, sizeof(T), CULVERT_ACCESS_READ)) return false;
    alignas(64) uint64_t host[kLanes];
    addresses = HostAddresses<kSpace>(x, addresses);
    std::memcpy(host, &addresses, sizeof(host));
    alignas(64) std::remove_reference_t<decltype((*value)[0])> lanes[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = WidenOne<M>(__atomic_load_n(reinterpret_cast<const T*>(host[lane]), __ATOMIC_RELAXED));
    }
    std::memcpy(value, lanes, sizeof(lanes));
    return true;
  }

  // Lane by lane, into `value`; false after a fault.
  static CULVERT_INLINE bool Each(Exec* x, const Instruction* ip, U64x addresses, uint32_t mask, R* value) {
    alignas(64) uint64_t address[kLanes];
    std::memcpy(address, &addresses, sizeof(address));
    alignas(64) std::remove_reference_t<decltype((*value)[0])> lanes[kLanes];
    std::memset(lanes, 0, sizeof(lanes));
    for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
      uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
      const uint8_t* pointer = Check<kSpace>(x, ip, address[lane], sizeof(T), CULVERT_ACCESS_READ, lane);
      if (pointer == nullptr) [[unlikely]]
        return false;
      lanes[lane] = WidenOne<M>(LoadOne<T>(pointer, ip->x));
    }
    std::memcpy(value, lanes, sizeof(lanes));
    return true;
  }

  CULVERT_RUN {
    U64x addresses = Addresses(ip, window);
    R value;
    if constexpr (kSpace != Space::kLocal) {
      AddressRun run = Classify<sizeof(T)>(addresses, mask, ip->x);
      bool weak = (ip->x & bytecode::kOrderMask) == bytecode::kWeak;
      if (run.consecutive && weak && (run.begin & (sizeof(T) - 1)) == 0) {
        const uint8_t* pointer = ResolveRun<kSpace>(x, run.begin, run.bytes, CULVERT_ACCESS_READ);
        if (pointer != nullptr) [[likely]] {
          typename M::MemoryX memory;
          if (mask == ~0u) {
            std::memcpy(&memory, pointer, sizeof(memory));
            Store<true>(window, ip->dst, mask, Widen<M>(memory));
          } else {
            memory = LoadMasked<typename M::MemoryX, T>(pointer, mask);
            Store<kFull>(window, ip->dst, mask, Widen<M>(memory));
          }
          CULVERT_DISPATCH(ip + 1);
        }
      }
      if (run.uniform && weak) {
        uint32_t lane = static_cast<uint32_t>(__builtin_ctz(mask));
        const uint8_t* pointer = Check<kSpace>(x, ip, run.begin, sizeof(T), CULVERT_ACCESS_READ, lane);
        if (pointer == nullptr) return Leave(x, Stop::kFault, ip, mask);
        value = R{} + WidenOne<M>(LoadOne<T>(pointer, ip->x));
        Store<kFull>(window, ip->dst, mask, value);
        CULVERT_DISPATCH(ip + 1);
      }
    }
    bool acquires = (ip->x & bytecode::kOrderMask) == bytecode::kAcquireRelease;
    if ((acquires || !Together(x, addresses, mask, &value)) && !Each(x, ip, addresses, mask, &value)) {
      return Leave(x, Stop::kFault, ip, mask);
    }
    Store<false>(window, ip->dst, mask, value);
    CULVERT_DISPATCH(ip + 1);
  }
};

template <Space kSpace, typename M>
struct StoreOp {
  using T = typename M::Memory;
  using R = typename M::Register;

  static CULVERT_INLINE bool Together(const Exec* x, const Instruction* ip, const uint8_t* window, U64x addresses,
                                      uint32_t mask) {
    if (!AllowedTogether<kSpace>(x, OnlyActive(addresses, mask), sizeof(T), CULVERT_ACCESS_WRITE)) return false;
    alignas(64) uint64_t host[kLanes];
    addresses = HostAddresses<kSpace>(x, addresses);
    std::memcpy(host, &addresses, sizeof(host));
    R value = Load<R>(window, ip->b);
    alignas(64) std::remove_reference_t<decltype(value[0])> lanes[kLanes];
    std::memcpy(lanes, &value, sizeof(lanes));
    for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
      uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
      __atomic_store_n(reinterpret_cast<T*>(host[lane]), static_cast<T>(lanes[lane]), __ATOMIC_RELAXED);
    }
    return true;
  }

  static CULVERT_INLINE bool Each(Exec* x, const Instruction* ip, const uint8_t* window, U64x addresses,
                                  uint32_t mask) {
    alignas(64) uint64_t address[kLanes];
    std::memcpy(address, &addresses, sizeof(address));
    R value = Load<R>(window, ip->b);
    alignas(64) std::remove_reference_t<decltype(value[0])> lanes[kLanes];
    std::memcpy(lanes, &value, sizeof(lanes));
    for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
      uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
      uint8_t* pointer = Check<kSpace>(x, ip, address[lane], sizeof(T), CULVERT_ACCESS_WRITE, lane);
      if (pointer == nullptr) [[unlikely]]
        return false;
      StoreOne<T>(pointer, static_cast<T>(lanes[lane]), ip->x);
    }
    return true;
  }

  CULVERT_RUN {
    U64x addresses = Addresses(ip, window);
    if constexpr (kSpace != Space::kLocal) {
      if ((ip->x & bytecode::kOrderMask) == bytecode::kWeak) {
        AddressRun run = Classify<sizeof(T)>(addresses, mask, ip->x);
        if (run.consecutive && (run.begin & (sizeof(T) - 1)) == 0) {
          uint8_t* pointer = ResolveRun<kSpace>(x, run.begin, run.bytes, CULVERT_ACCESS_WRITE);
          if (pointer != nullptr) [[likely]] {
            auto memory = __builtin_convertvector(Load<R>(window, ip->b), typename M::MemoryX);
            if (mask == ~0u) {
              std::memcpy(pointer, &memory, sizeof(memory));
            } else {
              StoreMasked<typename M::MemoryX, T>(pointer, mask, memory);
            }
            CULVERT_DISPATCH(ip + 1);
          }
        }
      }
    }
    bool releases = (ip->x & bytecode::kOrderMask) == bytecode::kAcquireRelease;
    if ((releases || !Together(x, ip, window, addresses, mask)) && !Each(x, ip, window, addresses, mask))
      return Leave(x, Stop::kFault, ip, mask);
    CULVERT_DISPATCH(ip + 1);
  }
};

#define CULVERT_MEMORY(LETTER, SPACE)               \
  using LD_##LETTER##_U8 = LoadOp<SPACE, MemU8>;    \
  using LD_##LETTER##_S8 = LoadOp<SPACE, MemS8>;    \
  using LD_##LETTER##_U16 = LoadOp<SPACE, MemU16>;  \
  using LD_##LETTER##_S16 = LoadOp<SPACE, MemS16>;  \
  using LD_##LETTER##_B32 = LoadOp<SPACE, MemB32>;  \
  using LD_##LETTER##_B64 = LoadOp<SPACE, MemB64>;  \
  using ST_##LETTER##_B8 = StoreOp<SPACE, MemU8>;   \
  using ST_##LETTER##_B16 = StoreOp<SPACE, MemU16>; \
  using ST_##LETTER##_B32 = StoreOp<SPACE, MemB32>; \
  using ST_##LETTER##_B64 = StoreOp<SPACE, MemB64>;
CULVERT_MEMORY(G, Space::kGlobal)
CULVERT_MEMORY(X, Space::kGeneric)
CULVERT_MEMORY(S, Space::kShared)
CULVERT_MEMORY(L, Space::kLocal)
#undef CULVERT_MEMORY

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_MEMORY_H_
