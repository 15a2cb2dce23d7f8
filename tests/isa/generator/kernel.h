// Kernels as the generator makes them: a small tree that both sides start from. print.cc turns it into PTX for the
// engine; machine.cc executes it directly. Neither the compiler nor the engine sees it.
//
// A kernel of this form has no race and no undefined behaviour by construction (generate.cc); machine.cc checks it all
// the same: uninitialised registers and memory, accesses outside of a region, collectives that never meet, and shared
// memory used by two threads between barriers are reported as an invalid kernel, never compared.
#ifndef CULVERT_TESTS_ISA_GENERATOR_KERNEL_H_
#define CULVERT_TESTS_ISA_GENERATOR_KERNEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/isa/reference/reference.h"

namespace culvert::gen {

using isa::Ty;

using Reg = uint16_t;  // index into Function::registers
inline constexpr Reg kNoReg = 0xffff;

enum class Width : uint8_t { kPred, k16, k32, k64 };
inline int BitsOf(Width width) { return width == Width::kPred ? 1 : 8 << static_cast<int>(width); }
inline Width WidthOf(Ty type) {
  int bits = isa::BitsOf(type);
  return bits == 1 ? Width::kPred : bits <= 16 ? Width::k16 : bits == 32 ? Width::k32 : Width::k64;
}

// Special registers, and three values that the printed kernel computes from them at its start.
enum class Special : uint8_t {
  kTidX,
  kTidY,
  kTidZ,
  kNtidX,
  kNtidY,
  kNtidZ,
  kCtaidX,
  kCtaidY,
  kNctaidX,
  kNctaidY,
  kLaneId,
  kLaneMaskEq,
  kLaneMaskLt,
  kLaneMaskLe,
  kLaneMaskGt,
  kLaneMaskGe,
  kThread,    // linear index of the thread in its block
  kGlobal,    // ... in the grid
  kFullMask,  // lanes of this warp that exist
};

struct Operand {
  enum class Kind : uint8_t { kRegister, kImmediate, kSpecial };
  Kind kind = Kind::kImmediate;
  Ty type = Ty::kB32;    // as which the instruction reads it; the low BitsOf(type) bits count
  bool negated = false;  // predicate register: !%p
  Special special = Special::kTidX;
  Reg reg = kNoReg;
  uint64_t bits = 0;

  static Operand Register(Reg reg, Ty type) {
    Operand out;
    out.kind = Kind::kRegister;
    out.reg = reg;
    out.type = type;
    return out;
  }
  static Operand Immediate(uint64_t bits, Ty type) {
    Operand out;
    out.bits = bits;
    out.type = type;
    return out;
  }
  static Operand Of(Special special) {
    Operand out;
    out.kind = Kind::kSpecial;
    out.special = special;
    return out;
  }
};

// Regions of memory. An address is an offset in one of them.
enum class Space : uint8_t {
  kInput,    // global, read only, the same for all threads
  kConst,    // .const variable, likewise
  kParam,    // the kernel's own parameters, constant offsets
  kPrivate,  // global: a slice of the output for each thread of the grid
  kLocal,    // an array of the function's frame
  kShared,   // of the block; `own`: relative to the slice of this thread
  kCells,    // global: cells that all threads change by commutative atomics
};

enum class Op : uint8_t {
  kCompute,  // `opcode`, evaluated by the reference
  kMove,     // mov: copies, packs (several sources) or unpacks (several results)
  kLoad,     // results <- [space + index + offset], element type `type`
  kStore,    // [..] <- sources
  kAtomic,   // atom (with a result) or red: sources are b, then c for cas
  kCall,     // callees; more than one: through a table at the index sources.back(). Arguments are the other sources.
  kReturn,   // of a device function; sources: the value
  kExit,     // of the thread
  kIf,       // sources[0] predicate; blocks: then, else
  kLoop,     // results[0] counts from 0 while below sources[0]; blocks[0]
  kSwitch,   // brx.idx on sources[0] < blocks.size()
  kBreak,    // leaves the innermost loop
  kContinue,
  kShuffle,   // shfl.sync: results d and predicate (kNoReg: not asked for), sources a, b, c, mask
  kVote,      // vote.sync: sources predicate, mask
  kMatch,     // match.sync: sources a, mask; results d and, for .all, a predicate (kNoReg: not asked for)
  kRedux,     // redux.sync: sources a, mask
  kWarpSync,  // bar.warp.sync: sources mask; orders memory
  // bar.sync and bar.red: sources, with a result, the predicate; `offset` the number of the barrier; `threads` how many
  // meet (0: all of the block that have not exited). Without .aligned, threads of a warp may come by different ways.
  kBarrier,
};

struct Statement;
using Block = std::vector<Statement>;

struct Statement {
  Op op = Op::kCompute;
  std::string opcode;
  std::vector<Reg> results;
  std::vector<Operand> sources;
  Reg guard = kNoReg;  // @%p
  bool guard_negated = false;
  // Memory.
  Space space = Space::kInput;
  Ty type = Ty::kB32;
  bool own = false;
  bool generic = false;  // generic address
  Reg index = kNoReg;    // u32, in bytes
  uint32_t offset = 0;   // bytes
  uint32_t threads = 0;
  std::vector<uint32_t> callees;
  std::vector<Block> blocks;
  uint8_t style = 0;  // which of several texts print.cc chooses
};

// How a device function is called.
enum class Abi : uint8_t {
  kParam,     // one .param a value
  kRegister,  // .reg
  kPacked,    // all arguments in one .param array of bytes
};

struct Function {
  std::vector<Width> registers;
  std::vector<Reg> parameters;  // device function
  Reg result = kNoReg;          // device function: register returned at the end of the body; kNoReg: returns nothing
  uint32_t local_bytes = 0;
  Abi abi = Abi::kParam;
  Block body;
};

inline constexpr uint32_t kInputBytes = 1024, kConstBytes = 256, kParamBytes = 48, kCellCount = 16;
inline constexpr uint32_t kCellBytes = kCellCount * 8;

struct Kernel {
  uint64_t seed = 0;
  uint32_t grid[2] = {1, 1};
  uint32_t block[3] = {32, 1, 1};
  uint32_t private_bytes = 64;  // per thread, multiple of 16
  uint32_t shared_slice = 0;    // bytes of shared memory per thread, multiple of 8; 0: none
  uint32_t shared_cells = 0;    // 8-byte cells at the start of shared memory for commutative atomics
  std::vector<uint8_t> input, constants, params;
  std::vector<Function> functions;  // [0] is the kernel

  uint32_t Threads() const { return block[0] * block[1] * block[2]; }
  uint32_t Blocks() const { return grid[0] * grid[1]; }
  uint32_t SharedBytes() const { return shared_cells * 8 + shared_slice * Threads(); }
};

// What a kernel leaves behind: the private slices of all threads, then the cells.
using Output = std::vector<uint8_t>;
inline size_t OutputBytes(const Kernel& kernel) {
  return size_t{kernel.Blocks()} * kernel.Threads() * kernel.private_bytes + kCellBytes;
}

// Number of statements, nested ones included.
size_t CountStatements(const Kernel& kernel);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_KERNEL_H_
