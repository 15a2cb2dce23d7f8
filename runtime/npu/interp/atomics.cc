// Atomic operations, PTX ISA 9.7.13 ("atom", "red"). Lanes act in ascending order, each with one host atomic
// instruction (or a compare-and-swap loop); the result is the value before. Host atomics are at least as strong as any
// ordering PTX asks for.
#include <cmath>
#include <cstring>

#include "runtime/npu/interp/half_scalar.h"
#include "runtime/npu/interp/state.h"

namespace culvert::npu {
namespace {

using bytecode::AtomOp;
using bytecode::AtomType;
using bytecode::Instruction;
using bytecode::Op;
using bytecode::Space;

struct Operands {
  Exec* x;
  const Instruction* ip;
  uint8_t* window;
  uint32_t mask;
  Space space;
  AtomOp op;
};

uint64_t AddressOf(const Operands& o, uint32_t lane) {
  if (o.ip->x & bytecode::kAtomAddress32) {
    return SlotAt<uint32_t>(o.window, o.ip->a)[lane] + static_cast<uint32_t>(o.ip->imm);
  }
  return SlotAt<uint64_t>(o.window, o.ip->a)[lane] + static_cast<uint64_t>(int64_t{o.ip->imm});
}

uint8_t* Locate(const Operands& o, uint32_t lane, uint32_t bytes) {
  uint64_t address = AddressOf(o, lane);
  constexpr uint32_t kAccess = CULVERT_ACCESS_WRITE;
  if (address % bytes != 0) {
    ReportFault(o.x, o.ip, ErrorKind::kMisalignedAddress, static_cast<int>(lane), address, bytes, kAccess, o.space);
    return nullptr;
  }
  if (o.space == Space::kShared) {
    if (address + bytes <= o.x->scratchpad_bytes && address + bytes > address) return o.x->scratchpad + address;
    ReportFault(o.x, o.ip, ErrorKind::kLaunchFailed, static_cast<int>(lane), address, bytes, kAccess, o.space);
    return nullptr;
  }
  uint64_t offset = address - o.x->window_base;
  constexpr uint8_t kBoth = CULVERT_GRANULE_READ | CULVERT_GRANULE_WRITE;
  bool allowed = offset <= o.x->window_bytes - bytes && (o.x->granules[offset / kAccessGranuleBytes] & kBoth) == kBoth;
  if (allowed || AllowedElsewhere(o.x, address, bytes, kAccess)) return reinterpret_cast<uint8_t*>(address);
  ReportFault(o.x, o.ip, ErrorKind::kIllegalAddress, static_cast<int>(lane), address, bytes, kAccess, o.space);
  return nullptr;
}

template <typename T>
T Read(const uint8_t* window, uint16_t slot, uint32_t lane) {
  T value;
  using Register = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  std::memcpy(&value, window + slot * bytecode::kSlotBytes + lane * sizeof(Register), sizeof(T));
  return value;
}
template <typename T>
void WriteOld(const Operands& o, uint32_t lane, T value) {
  if (o.ip->dst == bytecode::kNoOperand) return;
  using Register = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  std::make_unsigned_t<T> bits;
  std::memcpy(&bits, &value, sizeof(T));
  Register wide = bits;
  std::memcpy(o.window + o.ip->dst * bytecode::kSlotBytes + lane * sizeof(Register), &wide, sizeof(wide));
}

// Replaces the value at p by f(value) in one step.
template <typename T, typename F>
T Update(T* p, F f) {
  T old = __atomic_load_n(p, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(p, &old, f(old), true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
  }
  return old;
}

template <typename T>
T Apply(AtomOp op, T* p, T b, T c) {
  switch (op) {
    case AtomOp::kAdd:
      return __atomic_fetch_add(p, b, __ATOMIC_SEQ_CST);
    case AtomOp::kMin:
      return Update(p, [b](T old) { return b < old ? b : old; });
    case AtomOp::kMax:
      return Update(p, [b](T old) { return b > old ? b : old; });
    case AtomOp::kAnd:
      return __atomic_fetch_and(p, b, __ATOMIC_SEQ_CST);
    case AtomOp::kOr:
      return __atomic_fetch_or(p, b, __ATOMIC_SEQ_CST);
    case AtomOp::kXor:
      return __atomic_fetch_xor(p, b, __ATOMIC_SEQ_CST);
    case AtomOp::kExch:
      return __atomic_exchange_n(p, b, __ATOMIC_SEQ_CST);
    case AtomOp::kCas: {
      T expected = b;
      __atomic_compare_exchange_n(p, &expected, c, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
      return expected;
    }
    case AtomOp::kInc:
      return Update(p, [b](T old) { return old >= b ? T{0} : static_cast<T>(old + 1); });
    case AtomOp::kDec:
      return Update(p, [b](T old) { return old == 0 || old > b ? b : static_cast<T>(old - 1); });
  }
  return 0;
}

template <typename T>
bool Integers(const Operands& o) {
  for (uint32_t rest = o.mask; rest != 0; rest &= rest - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    uint8_t* p = Locate(o, lane, sizeof(T));
    if (p == nullptr) return false;
    T c = o.op == AtomOp::kCas ? Read<T>(o.window, o.ip->c, lane) : T{0};
    WriteOld(o, lane, Apply(o.op, reinterpret_cast<T*>(p), Read<T>(o.window, o.ip->b, lane), c));
  }
  return true;
}

// Floating point: the memory holds bits T, f combines two of them.
template <typename T, typename F>
bool Floats(const Operands& o, F f) {
  for (uint32_t rest = o.mask; rest != 0; rest &= rest - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    uint8_t* p = Locate(o, lane, sizeof(T));
    if (p == nullptr) return false;
    T b = Read<T>(o.window, o.ip->b, lane);
    T old = o.op == AtomOp::kExch ? __atomic_exchange_n(reinterpret_cast<T*>(p), b, __ATOMIC_SEQ_CST)
                                  : Update(reinterpret_cast<T*>(p), [&](T value) { return f(value, b, p); });
    WriteOld(o, lane, old);
  }
  return true;
}

// atom.add.f32 flushes subnormals on global memory and keeps them on shared memory (PTX ISA, atom).
bool AddF32(const Operands& o) {
  const Exec& x = *o.x;
  return Floats<uint32_t>(o, [&](uint32_t a, uint32_t b, const uint8_t* p) {
    bool keeps = p >= x.scratchpad && p < x.scratchpad + x.scratchpad_bytes;
    auto flush = [keeps](uint32_t bits) { return !keeps && (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits; };
    float sum = __builtin_bit_cast(float, flush(a)) + __builtin_bit_cast(float, flush(b));
    return sum != sum ? 0x7fffffffu : flush(__builtin_bit_cast(uint32_t, sum));
  });
}

bool AddF64(const Operands& o) {
  return Floats<uint64_t>(o, [](uint64_t a, uint64_t b, const uint8_t*) {
    double sum = __builtin_bit_cast(double, a) + __builtin_bit_cast(double, b);
    return sum != sum ? 0x7fffffffffffffffu : __builtin_bit_cast(uint64_t, sum);
  });
}

// add, min and max of halves (exch too: it does not look at values).
template <uint16_t (*kAdd)(uint16_t, uint16_t), uint16_t kInfinity>
bool Halves(const Operands& o, bool packed) {
  auto apply = [op = o.op](uint32_t a, uint32_t b) -> uint32_t {
    auto x = static_cast<uint16_t>(a), y = static_cast<uint16_t>(b);
    return op == AtomOp::kAdd ? kAdd(x, y) : ExtremumOfHalves(x, y, kInfinity, op == AtomOp::kMax);
  };
  if (!packed) {
    return Floats<uint16_t>(o,
                            [&](uint16_t a, uint16_t b, const uint8_t*) { return static_cast<uint16_t>(apply(a, b)); });
  }
  return Floats<uint32_t>(
      o, [&](uint32_t a, uint32_t b, const uint8_t*) { return apply(a, b) | apply(a >> 16, b >> 16) << 16; });
}
bool F16s(const Operands& o, bool packed) { return Halves<AddF16Scalar, 0x7c00>(o, packed); }
bool Bf16s(const Operands& o, bool packed) { return Halves<AddBf16Scalar, 0x7f80>(o, packed); }

// 128-bit exchange and compare-and-swap (atom.b128). This file is compiled with cmpxchg16b, which every 64-bit x86
// since 2006 has.
bool Wide(const Operands& o) {
  auto halves = [&](uint16_t slot) { return SlotAt<uint64_t>(o.window, slot); };
  for (uint32_t rest = o.mask; rest != 0; rest &= rest - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(rest));
    uint8_t* p = Locate(o, lane, 16);
    if (p == nullptr) return false;
    auto value = [&](uint16_t slot) {
      return static_cast<unsigned __int128>(halves(slot)[kWarpLanes + lane]) << 64 | halves(slot)[lane];
    };
    auto* target = reinterpret_cast<unsigned __int128*>(p);
    bool is_cas = o.op == AtomOp::kCas;
    unsigned __int128 desired = value(is_cas ? o.ip->c : o.ip->b);
    unsigned __int128 expected = is_cas ? value(o.ip->b) : *target;
    while (true) {
      unsigned __int128 found = __sync_val_compare_and_swap(target, expected, desired);
      bool done = found == expected || is_cas;
      expected = found;
      if (done) break;
    }
    if (o.ip->dst == bytecode::kNoOperand) continue;
    halves(o.ip->dst)[lane] = static_cast<uint64_t>(expected);
    halves(o.ip->dst)[kWarpLanes + lane] = static_cast<uint64_t>(expected >> 64);
  }
  return true;
}

}  // namespace

bool RunAtomic(Exec* x, const Instruction* ip, uint8_t* window, uint32_t mask) {
  Space space = ip->op == Op::ATOM_S ? Space::kShared : ip->op == Op::ATOM_G ? Space::kGlobal : Space::kGeneric;
  Operands o = {x, ip, window, mask, space, static_cast<AtomOp>(ip->x & 0x1f)};
  switch (static_cast<AtomType>(ip->x >> bytecode::kAtomTypeShift & 0xf)) {
    case AtomType::kB16:
      return Integers<uint16_t>(o);
    case AtomType::kB32:
    case AtomType::kU32:
      return Integers<uint32_t>(o);
    case AtomType::kS32:
      return Integers<int32_t>(o);
    case AtomType::kB64:
    case AtomType::kU64:
      return Integers<uint64_t>(o);
    case AtomType::kS64:
      return Integers<int64_t>(o);
    case AtomType::kB128:
      return Wide(o);
    case AtomType::kF32:
      return AddF32(o);
    case AtomType::kF64:
      return AddF64(o);
    case AtomType::kF16:
      return F16s(o, false);
    case AtomType::kF16x2:
      return F16s(o, true);
    case AtomType::kBf16:
      return Bf16s(o, false);
    case AtomType::kBf16x2:
      return Bf16s(o, true);
  }
  ReportFault(x, ip, ErrorKind::kIllegalInstruction, __builtin_ctz(mask), 0, 0, 0, space);
  return false;
}

}  // namespace culvert::npu
