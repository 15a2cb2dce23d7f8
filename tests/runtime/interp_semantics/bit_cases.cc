// References: logic, shifts, bit fields, permutation, dot products; written bit by bit, as PTX ISA 9.7.1 and 9.7.8 do.
#include <algorithm>

#include "tests/runtime/interp_semantics/harness.h"

namespace culvert::npu::semantics {
namespace {

using bytecode::Op;
using int128 = __int128;
using uint128 = unsigned __int128;

int32_t S(uint64_t value) { return static_cast<int32_t>(value); }
uint32_t U(uint64_t value) { return static_cast<uint32_t>(value); }
int64_t D(uint64_t value) { return static_cast<int64_t>(value); }
bool Bit(uint64_t value, int i) { return value >> i & 1; }

#define CULVERT_CASE(OP, TYPES, ...)                                           \
  cases.push_back({Op::OP, TYPES, {}, []([[maybe_unused]] const Operands& o) { \
                     return Result{static_cast<uint64_t>(__VA_ARGS__), false}; \
                   }});
#define CULVERT_FLAG_CASE(OP, TYPES, FLAGS, ...)                                  \
  cases.push_back({Op::OP, TYPES, FLAGS, []([[maybe_unused]] const Operands& o) { \
                     return Result{static_cast<uint64_t>(__VA_ARGS__), false};    \
                   }});

uint64_t Left(uint64_t a, uint64_t amount, uint64_t width) { return amount >= width ? 0 : a << amount; }
uint64_t Right(uint64_t a, uint64_t amount, uint64_t width) { return amount >= width ? 0 : a >> amount; }

void Logic(std::vector<Case>& cases) {
  CULVERT_CASE(AND_I32, "w=ww", o.a & o.b)
  CULVERT_CASE(AND_I64, "d=dd", o.a & o.b)
  CULVERT_CASE(OR_I32, "w=ww", o.a | o.b)
  CULVERT_CASE(OR_I64, "d=dd", o.a | o.b)
  CULVERT_CASE(XOR_I32, "w=ww", o.a ^ o.b)
  CULVERT_CASE(XOR_I64, "d=dd", o.a ^ o.b)
  CULVERT_CASE(NOT_I32, "w=w", U(~o.a))
  CULVERT_CASE(NOT_I64, "d=d", ~o.a)
  CULVERT_CASE(CNOT_I32, "w=w", o.a == 0)
  CULVERT_CASE(CNOT_I64, "d=d", o.a == 0)
  CULVERT_CASE(SHL_I32, "w=ws", U(Left(o.a, o.b, 32)))
  CULVERT_CASE(SHL_I64, "d=ds", Left(o.a, o.b, 64))
  CULVERT_CASE(SHR_S32, "w=ws", U(S(o.a) >> std::min<uint64_t>(o.b, 31)))
  CULVERT_CASE(SHR_U32, "w=ws", Right(o.a, o.b, 32))
  CULVERT_CASE(SHR_S64, "d=ds", D(o.a) >> std::min<uint64_t>(o.b, 63))
  CULVERT_CASE(SHR_U64, "d=ds", Right(o.a, o.b, 64))
  CULVERT_CASE(SHF_L_WRAP, "w=wws", U(((o.b << 32 | o.a) << (o.c & 31)) >> 32))
  CULVERT_CASE(SHF_L_CLAMP, "w=wws",
               U(static_cast<uint64_t>((uint128{o.b << 32 | o.a} << std::min<uint64_t>(o.c, 32)) >> 32)))
  CULVERT_CASE(SHF_R_WRAP, "w=wws", U((o.b << 32 | o.a) >> (o.c & 31)))
  CULVERT_CASE(SHF_R_CLAMP, "w=wws", U((o.b << 32 | o.a) >> std::min<uint64_t>(o.c, 32)))
  std::vector<uint16_t> tables;
  for (int i = 0; i < 256; ++i) tables.push_back(i);
  cases.push_back({Op::LOP3_I32, "w=www", tables,
                   [](const Operands& o) {
                     uint64_t result = 0;
                     for (int i = 0; i < 32; ++i) {
                       int row = Bit(o.a, i) * 4 + Bit(o.b, i) * 2 + Bit(o.c, i);
                       result |= uint64_t{Bit(o.flags, row)} << i;
                     }
                     return Result{result};
                   },
                   0, 2});
}

int Ones(uint64_t a) {
  int count = 0;
  for (int i = 0; i < 64; ++i) count += Bit(a, i);
  return count;
}
int Highest(uint64_t a) {
  for (int i = 63; i >= 0; --i) {
    if (Bit(a, i)) return i;
  }
  return -1;
}
uint64_t Reverse(uint64_t a, int width) {
  uint64_t result = 0;
  for (int i = 0; i < width; ++i) result |= uint64_t{Bit(a, i)} << (width - 1 - i);
  return result;
}
uint64_t FindHighest(uint64_t a, int width, bool is_signed, bool shift_amount) {
  if (is_signed && Bit(a, width - 1)) a = ~a & (width == 64 ? ~uint64_t{0} : 0xffffffffu);
  int position = Highest(a);
  return U(position >= 0 && shift_amount ? width - 1 - position : position);
}

void Counting(std::vector<Case>& cases) {
  CULVERT_CASE(POPC_32, "w=w", Ones(o.a))
  CULVERT_CASE(POPC_64, "w=d", Ones(o.a))
  CULVERT_CASE(CLZ_32, "w=w", 31 - Highest(o.a))
  CULVERT_CASE(CLZ_64, "w=d", 63 - Highest(o.a))
  CULVERT_CASE(BREV_32, "w=w", Reverse(o.a, 32))
  CULVERT_CASE(BREV_64, "d=d", Reverse(o.a, 64))
  std::vector<uint16_t> both = {0, 1};
  CULVERT_FLAG_CASE(BFIND_S32, "w=w", both, FindHighest(o.a, 32, true, o.flags))
  CULVERT_FLAG_CASE(BFIND_U32, "w=w", both, FindHighest(o.a, 32, false, o.flags))
  CULVERT_FLAG_CASE(BFIND_S64, "w=d", both, FindHighest(o.a, 64, true, o.flags))
  CULVERT_FLAG_CASE(BFIND_U64, "w=d", both, FindHighest(o.a, 64, false, o.flags))
}

uint64_t Extract(const Operands& o, int width, bool is_signed) {
  int msb = width - 1, position = o.b & 0xff, length = o.c & 0xff;
  bool sign = is_signed && length != 0 && Bit(o.a, std::min(position + length - 1, msb));
  uint64_t result = 0;
  for (int i = 0; i <= msb; ++i) {
    result |= uint64_t{i < length && position + i <= msb ? Bit(o.a, position + i) : sign} << i;
  }
  return result;
}
uint64_t Insert(const Operands& o, int width) {
  int position = o.c & 0xff, length = o.x & 0xff;
  uint64_t result = o.b;
  for (int i = 0; i < length && position + i < width; ++i) {
    result = (result & ~(uint64_t{1} << (position + i))) | uint64_t{Bit(o.a, i)} << (position + i);
  }
  return result;
}
uint64_t FindNth(const Operands& o) {
  if (o.b > 31) return 0xffffffffu;
  int base = static_cast<int>(o.b), offset = S(o.c);
  if (offset == 0) return Bit(o.a, base) ? base : 0xffffffffu;
  int64_t count = std::abs(int64_t{offset}) - 1;
  for (int position = base; position >= 0 && position < 32; position += offset > 0 ? 1 : -1) {
    if (Bit(o.a, position) && count-- == 0) return position;
  }
  return 0xffffffffu;
}
uint64_t Mask(const Operands& o, bool clamp) {
  uint32_t a1 = o.a & 31, b1 = o.b & 31, mask0 = ~0u << a1, sum = a1 + b1, mask1 = sum < 32 ? ~0u << sum : 0;
  bool overflow = sum >= 32;
  if (clamp && o.a >= 32) overflow = true, mask0 = 0;
  if (clamp && o.b >= 32) overflow = true;
  if (overflow) mask1 = 0;
  return mask0 & ~mask1;
}
uint64_t SignZeroExtend(const Operands& o, bool clamp, bool is_signed) {
  uint32_t b1 = o.b & 31;
  bool too_large = o.b >= 32 && clamp;
  uint32_t mask = too_large ? 0 : ~0u << b1;
  bool sign = is_signed && b1 != 0 && !too_large && Bit(o.a, (b1 - 1) & 31);
  return (U(o.a) & ~mask) | (sign ? mask : 0);
}

void Fields(std::vector<Case>& cases){
    CULVERT_CASE(BFE_S32, "w=wss", Extract(o, 32, true)) CULVERT_CASE(BFE_U32, "w=wss", Extract(o, 32, false))
        CULVERT_CASE(BFE_S64, "d=dss", Extract(o, 64, true)) CULVERT_CASE(BFE_U64, "d=dss", Extract(o, 64, false))
            CULVERT_CASE(BFI_I32, "w=wwss", Insert(o, 32)) CULVERT_CASE(BFI_I64, "d=ddss", Insert(o, 64))
                CULVERT_CASE(FNS, "w=wss", FindNth(o)) CULVERT_CASE(BMSK_CLAMP, "w=ss", Mask(o, true))
                    CULVERT_CASE(BMSK_WRAP, "w=ss", Mask(o, false))
                        CULVERT_CASE(SZEXT_CLAMP_S32, "w=ws", SignZeroExtend(o, true, true))
                            CULVERT_CASE(SZEXT_WRAP_S32, "w=ws", SignZeroExtend(o, false, true))
                                CULVERT_CASE(SZEXT_CLAMP_U32, "w=ws", SignZeroExtend(o, true, false))
                                    CULVERT_CASE(SZEXT_WRAP_U32, "w=ws", SignZeroExtend(o, false, false))}

uint64_t Permute(const Operands& o) {
  uint8_t bytes[8];
  for (int i = 0; i < 4; ++i) bytes[i] = U(o.a) >> (8 * i), bytes[i + 4] = U(o.b) >> (8 * i);
  int n = o.c & 3;
  uint64_t result = 0;
  for (int i = 0; i < 4; ++i) {
    int from = 0;
    bool sign = false;
    switch (static_cast<bytecode::PrmtMode>(o.flags)) {
      case bytecode::PrmtMode::kIndex:
        from = o.c >> (4 * i) & 7, sign = Bit(o.c, 4 * i + 3);
        break;
      case bytecode::PrmtMode::kF4e:
        from = n + i;
        break;  // forward 4 extract
      case bytecode::PrmtMode::kB4e:
        from = (n - i) & 7;
        break;  // backward 4 extract
      case bytecode::PrmtMode::kRc8:
        from = n;
        break;  // replicate byte
      case bytecode::PrmtMode::kEcl:
        from = std::max(i, n);
        break;  // edge clamp left
      case bytecode::PrmtMode::kEcr:
        from = std::min(i, n);
        break;  // edge clamp right
      case bytecode::PrmtMode::kRc16:
        from = (n & 1) * 2 + (i & 1);
        break;  // replicate halfword
    }
    uint8_t byte = sign ? (bytes[from] & 0x80 ? 0xff : 0) : bytes[from];
    result |= uint64_t{byte} << (8 * i);
  }
  return result;
}
int64_t Element(uint64_t a, int i, int bits, bool is_signed) {
  int64_t value = a >> (bits * i) & ((1u << bits) - 1);
  return is_signed && Bit(value, bits - 1) ? value - (int64_t{1} << bits) : value;
}
uint64_t Dot(const Operands& o, int elements) {
  int64_t sum = o.c;
  uint64_t b = elements == 2 && (o.flags & 4) ? o.b >> 16 : o.b;
  for (int i = 0; i < elements; ++i) sum += Element(o.a, i, 32 / elements, o.flags & 1) * Element(b, i, 8, o.flags & 2);
  return U(sum);
}

}  // namespace

std::vector<Case> BitCases() {
  std::vector<Case> cases;
  Logic(cases);
  Counting(cases);
  Fields(cases);
  std::vector<uint16_t> modes = {0, 1, 2, 3, 4, 5, 6}, signs = {0, 1, 2, 3}, halves = {0, 1, 2, 3, 4, 5, 6, 7};
  CULVERT_FLAG_CASE(PRMT, "w=www", modes, Permute(o))
  CULVERT_FLAG_CASE(DP4A, "w=www", signs, Dot(o, 4))
  CULVERT_FLAG_CASE(DP2A, "w=www", halves, Dot(o, 2))
  return cases;
}

}  // namespace culvert::npu::semantics
