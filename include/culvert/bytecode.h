// Warp bytecode: the NPU's first program encoding (docs/npu.md, "Bytecode"). One instruction works on all 32 lanes of a
// warp. compiler/bytecode writes it, runtime/npu/interp executes it; both sides read THE list in bytecode.def.
//
// Register window of a function (one window per call frame):
//   [ predicates: one uint32_t lane mask each, padded to a multiple of 128 bytes ][ slots of 128 bytes each ]
// A slot holds 32 lanes x 32 bits. 64-bit values take two consecutive slots and are laid out as uint64_t[32]; 128-bit
// values take four: two uint64_t[32], low half first. Values narrower than 32 bits are zero-extended in their lane
// (canonical form; signed work on them is preceded by EXT_S8/EXT_S16). f16 and bf16 live in the low 16 bits.
// Slot numbers count from the start of the window (predicates included), so operand addresses are window + slot * 128.
// Inactive lanes of a destination are never changed.
//
// Constants, kernel parameters, special registers that do not change and addresses of variables are slots too: they are
// filled before the function runs, as its ConstantInit rows say.
#ifndef CULVERT_INCLUDE_CULVERT_BYTECODE_H_
#define CULVERT_INCLUDE_CULVERT_BYTECODE_H_

#include <cstdint>

namespace culvert::bytecode {

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint16_t kNoOperand = 0xffff;
inline constexpr uint32_t kSlotBytes = 128;

enum class Op : uint16_t {
#define CULVERT_OP(name, operands, comment) name,
#include "include/culvert/bytecode.def"
#undef CULVERT_OP
  kCount
};

// 16 bytes. Meaning of the fields per operation: bytecode.def. An operation whose operand string ends in "+ext" is
// followed by one Extension.
struct Instruction {
  Op op;
  uint16_t dst;
  uint16_t a;
  uint16_t b;
  uint16_t c;
  uint16_t x;
  int32_t imm;
};
static_assert(sizeof(Instruction) == 16);

// More operands of the instruction before it.
struct Extension {
  uint16_t slot[8];
};
static_assert(sizeof(Extension) == sizeof(Instruction));

// ---- Encodings of field x -------------------------------------------------------------------------------------------

// Floating-point operations with suffix _X and conversions: rounding in bits 0-2, then flags.
enum class Rounding : uint16_t { kRn = 0, kRz = 1, kRm = 2, kRp = 3, kRna = 4 };
enum FloatFlag : uint16_t {
  kRoundingMask = 0x7,
  kFtz = 1 << 3,         // flush subnormal inputs and results to sign-preserving zero (f32, and f16 where PTX allows)
  kSat = 1 << 4,         // clamp to [0, 1], NaN becomes +0
  kNanIn = 1 << 5,       // min/max: .NaN, a NaN operand gives the canonical NaN
  kXorSign = 1 << 6,     // min/max: .xorsign.abs
  kRelu = 1 << 7,        // clamp negative results to +0, NaN stays canonical NaN
  kIntegral = 1 << 8,    // float-to-float conversion: round to an integral value (.rni/.rzi/.rmi/.rpi)
  kOob = 1 << 9,         // fma.oob: a result is forced to +0 if an operand is the out-of-bounds NaN
  kAbsInputs = 1 << 10,  // min3/max3 .abs
};
// H* operations: element format in bits 12-13.
enum HalfFormat : uint16_t {
  kF16 = 0 << 12,
  kF16x2 = 1 << 12,
  kBf16 = 2 << 12,
  kBf16x2 = 3 << 12,
  kHalfFormatMask = 3 << 12
};
// HSETP: comparison in bits 0-4 (value of enum Compare), kFtz moved to bit 5 (kHsetpFtz).
enum class Compare : uint16_t { kEq, kNe, kLt, kLe, kGt, kGe, kEqu, kNeu, kLtu, kLeu, kGtu, kGeu, kNum, kNan };
inline constexpr uint16_t kHsetpFtz = 1 << 5;

// LD*, ST*: ordering in bits 0-1, flags, and for LDV/STV the element width in bits 4-5 and the count in bits 6-9.
enum MemoryFlag : uint16_t {
  kWeak = 0,
  kRelaxed = 1,         // also .volatile and .mmio: one access per lane, never merged or torn
  kAcquireRelease = 2,  // ld.acquire, st.release
  kOrderMask = 3,
  kAddress32 = 1 << 2,       // the address register is 32 bits wide (shared and local space)
  kAddressUniform = 1 << 3,  // the address is known to be the same in all lanes
  kWidth8 = 0 << 4,
  kWidth16 = 1 << 4,
  kWidth32 = 2 << 4,
  kWidth64 = 3 << 4,
  kWidthMask = 3 << 4,
  kCountShift = 6,  // number of elements: 2, 4 or 8
  kCountMask = 0xf << 6,
};

// ATOM_*: operation in bits 0-4, type in bits 5-8, ordering in bits 9-10 (kWeak means relaxed), kAtomAddress32 bit 11.
enum class AtomOp : uint16_t { kAdd, kMin, kMax, kAnd, kOr, kXor, kExch, kCas, kInc, kDec };
enum class AtomType : uint16_t {
  kB16,
  kB32,
  kB64,
  kB128,
  kU32,
  kS32,
  kU64,
  kS64,
  kF16,
  kF16x2,
  kBf16,
  kBf16x2,
  kF32,
  kF64
};
inline constexpr uint16_t kAtomTypeShift = 5;
inline constexpr uint16_t kAtomOrderShift = 9;
inline constexpr uint16_t kAtomAddress32 = 1 << 11;
inline constexpr uint16_t kAtomNoFtz = 1 << 12;

// kClusterArrive, kClusterWait: barrier.cluster of a cluster that is one block; their operands are not read.
enum class BarKind : uint16_t { kSync, kArrive, kRedPopc, kRedAnd, kRedOr, kClusterArrive, kClusterWait };
constexpr bool IsBarReduction(BarKind kind) { return kind >= BarKind::kRedPopc && kind <= BarKind::kRedOr; }
inline constexpr uint16_t kBarAligned = 1 << 4;
enum class ShflMode : uint16_t { kUp, kDown, kBfly, kIdx };
enum class VoteMode : uint16_t { kAll, kAny, kUni, kBallot };
enum class ReduxOp : uint16_t { kAdd, kMinS, kMinU, kMaxS, kMaxU, kAnd, kOr, kXor, kMinF, kMaxF };
inline constexpr uint16_t kReduxAbs = 1 << 4;
inline constexpr uint16_t kReduxNan = 1 << 5;
enum class FenceScope : uint16_t { kCta, kCluster, kGpu, kSys };
inline constexpr uint16_t kFenceSc = 1 << 4;
enum class Space : uint16_t { kGeneric, kGlobal, kShared, kLocal, kConst, kParam };
enum class TestpKind : uint16_t { kFinite, kInfinite, kNumber, kNotANumber, kNormal, kSubnormal };
enum class PrmtMode : uint16_t { kIndex, kF4e, kB4e, kRc8, kEcl, kEcr, kRc16 };
// DP4A, DP2A: bit 0 = a signed, bit 1 = b signed, bit 2 = .hi (dp2a)
enum class Syscall : uint16_t {
  kVprintf,     // dst = result (r32), a = format (r64), b = argument buffer (r64, generic address)
  kAssertFail,  // a = message, b = file, c = function (r64); ext.slot[0] = line (r32), ext.slot[1] = character size
                // (r64)
  kMalloc,      // dst = pointer (r64), a = bytes (r64)
  kFree,        // a = pointer (r64)
};
// Registers whose value changes while a warp runs: operand x of SREG.
enum class DynamicRegister : uint16_t { kClock, kClockHi, kClock64, kGlobalTimer, kGlobalTimerLo, kGlobalTimerHi };

// Branches: flags in x.
enum BranchFlag : uint16_t {
  kNegate = 1 << 0,         // branch where the predicate is false
  kBackEdge = 1 << 1,       // the target is not after the branch: a scheduling point
  kSpin = 1 << 2,           // the loop it closes reads memory in a way another thread can release (atomic, volatile,
                            // relaxed, acquire, nanosleep): rotate and yield early
  kUniformBranch = 1 << 3,  // the predicate is known to be the same in all active lanes
};

// ---- Constant slots -------------------------------------------------------------------------------------------------

enum class ConstantKind : uint8_t {
  kBits,              // value
  kParameter,         // kernel parameter bank: offset in value; width_bytes 1, 2, 4, 8 zero-extended; flag sign_extend
  kParameterAddress,  // generic device address of the parameter bank + value (r64)
  kSymbolAddress,     // device address of program symbol `symbol` + value (r64)
  kFunctionAddress,   // descriptor address of program function-table entry `symbol` (r64)
  kTidX,
  kTidY,
  kTidZ,
  kLaneId,
  kWarpId,
  kNwarpId,
  kLaneMaskEq,
  kLaneMaskLt,
  kLaneMaskLe,
  kLaneMaskGt,
  kLaneMaskGe,
  kNtidX,
  kNtidY,
  kNtidZ,
  kNctaidX,
  kNctaidY,
  kNctaidZ,
  kCtaidX,
  kCtaidY,
  kCtaidZ,
  kClusterCtaidX,
  kClusterCtaidY,
  kClusterCtaidZ,
  kClusterNctaidX,
  kClusterNctaidY,
  kClusterNctaidZ,
  kClusterCtaRank,
  kClusterNctaRank,
  kClusteridX,
  kClusteridY,
  kClusteridZ,
  kNclusteridX,
  kNclusteridY,
  kNclusteridZ,
  kIsExplicitCluster,
  kSmId,
  kNsmId,
  kGridId,
  kTotalSharedBytes,
  kDynamicSharedBytes,
  kAggrSharedBytes,
  kEnvReg,  // %envreg<value>; 1 and 2 hold the address of the grid-wide barrier workspace (cooperative launch)
  kCount
};

// One constant slot of a function. width_bytes 4 fills one slot, 8 two.
struct ConstantInit {
  uint16_t slot = 0;
  ConstantKind kind = ConstantKind::kBits;
  uint8_t width_bytes = 4;   // of the value in the lanes; for kParameter the source may be narrower, see source_bytes
  uint8_t source_bytes = 4;  // kParameter: bytes read from the bank
  uint8_t sign_extend = 0;   // kParameter: sign- instead of zero-extend source to width
  uint16_t reserved = 0;
  uint32_t symbol = 0;
  uint64_t value = 0;
};
static_assert(sizeof(ConstantInit) == 24);

}  // namespace culvert::bytecode

#endif  // CULVERT_INCLUDE_CULVERT_BYTECODE_H_
