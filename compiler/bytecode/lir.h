// LIR: bytecode operations on virtual registers, in basic blocks. Made from typed PTX by Selector, improved by
// optimize.h, ordered by block_order.h, given slots by allocate.h and written out by emit.h.
//
// A register is written any number of times (PTX is not SSA). Constant registers are never written: they become
// ConstantInit rows. Definitions under a guard are partial: lanes outside the guard keep the old value.
#ifndef CULVERT_COMPILER_BYTECODE_LIR_H_
#define CULVERT_COMPILER_BYTECODE_LIR_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "include/culvert/bytecode.h"

namespace culvert::lowering {

using bytecode::Op;

using Reg = uint32_t;
inline constexpr Reg kNoReg = ~0u;

enum class RegClass : uint8_t { kPredicate, k32, k64, k128 };

struct RegInfo {
  RegClass cls = RegClass::k32;
  bool is_constant = false;   // `constant` says what it holds
  bool is_temporary = false;  // made by the selector for one PTX instruction: never read before it is written, so its
                              // guarded definitions count as full ones
  uint32_t constant = 0;      // index into LirFunction::constants
};

// Operand fields, in the order of bytecode::Instruction and Extension.
enum Field : uint8_t { kDst, kA, kB, kC, kX, kExt0, kFieldCount = kExt0 + 8 };

// Pseudo operations, expanded by emit.cc. Their numbers continue those of bytecode::Op.
inline constexpr Op kPack128 = static_cast<Op>(static_cast<uint16_t>(Op::kCount) + 0);  // k128 <- a:k64 low, b:k64 high
inline constexpr Op kLow128 = static_cast<Op>(static_cast<uint16_t>(Op::kCount) + 1);   // k64 <- a:k128
inline constexpr Op kHigh128 = static_cast<Op>(static_cast<uint16_t>(Op::kCount) + 2);  // k64 <- a:k128

struct LirInstruction {
  Op op = Op::NOP;
  uint16_t x = 0;             // literal; unused when reg[kX] is set
  uint16_t defs = 1 << kDst;  // fields that are written; every other set register is read
  bool has_extension = false;
  bool guard_negated = false;
  int32_t imm = 0;
  std::array<Reg, kFieldCount> reg;
  Reg guard = kNoReg;
  uint32_t line = 0;  // PTX line
  uint32_t loc = 0;   // index + 1 into ptx::Function::locations

  LirInstruction() { reg.fill(kNoReg); }
  bool Defines(int field) const { return (defs >> field & 1) && reg[field] != kNoReg; }
  bool Uses(int field) const { return !(defs >> field & 1) && reg[field] != kNoReg; }
};

enum class TerminatorKind : uint8_t {
  kNone,         // block under construction
  kJump,         // to targets[0]
  kConditional,  // targets[0] where the predicate (negated: its complement) holds, else targets[1]
  kSwitch,       // targets[index]
  kReturn,
  kExit,
  kEnd,  // control does not come here (after a call that does not return): a fault if it does
};

struct Terminator {
  TerminatorKind kind = TerminatorKind::kNone;
  bool negated = false;
  Reg reg = kNoReg;               // predicate or switch index
  std::vector<uint32_t> targets;  // block numbers
  uint32_t line = 0;
  uint32_t loc = 0;
};

struct Block {
  std::vector<LirInstruction> code;
  Terminator end;
};

struct Constant {
  bytecode::ConstantKind kind = bytecode::ConstantKind::kBits;
  uint8_t width_bytes = 4;
  uint8_t source_bytes = 4;
  uint8_t sign_extend = 0;
  uint32_t symbol = 0;
  uint64_t value = 0;
  bool operator==(const Constant&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const Constant& c) {
    return H::combine(std::move(h), c.kind, c.width_bytes, c.source_bytes, c.sign_extend, c.symbol, c.value);
  }
};

struct LirFunction {
  std::string name;
  bool is_entry = false;
  std::vector<RegInfo> registers;
  std::vector<Constant> constants;
  std::vector<Block> blocks;      // block 0 is the entry; in text order until OrderBlocks
  std::vector<uint32_t> callees;  // function indices of CALL (program numbering)
  bool has_indirect_call = false;
  bool waits_for_others = false;  // it or a function it calls has an operation for which ReadsOthers() holds
  uint32_t local_bytes = 0;       // frame: variables, then outgoing arguments; multiple of 16
  uint32_t argument_bytes = 0;
  bool uses_barriers = false;
  bool uses_heap = false;
  bool uses_printf = false;
  bool uses_parameter_memory = false;

  const Constant* ConstantOf(Reg reg) const {
    return reg != kNoReg && registers[reg].is_constant ? &constants[registers[reg].constant] : nullptr;
  }
  // True and the value if `reg` is a constant of known bits.
  bool KnownBits(Reg reg, uint64_t* value) const {
    const Constant* constant = ConstantOf(reg);
    if (constant == nullptr || constant->kind != bytecode::ConstantKind::kBits) return false;
    *value = constant->value;
    return true;
  }
};

enum class MemoryAccess : uint8_t { kNone, kLoad, kStore, kAtomic };
MemoryAccess AccessOf(Op op);
bool IsLocalAccess(Op op);
// True if the operation does more than write its destinations.
bool HasSideEffect(const LirInstruction& in);
// True for operations that may not stand in a GUARD region: control, calls, barriers and warp collectives.
bool NeedsBranchGuard(Op op);
// In x of CALL and CALL_INDIRECT, until they are emitted: a callee waits for others.
inline constexpr uint16_t kCalleeWaits = 1;
// True for operations through which a thread can see what another thread does: what makes a loop a spin loop.
bool ReadsOthers(const LirInstruction& in);
// True if a destination must not get the slot of a source that ends here: the operation writes it while other lanes'
// or other destinations' sources are still to be read. (The program itself may name one register twice.)
bool DestinationsMayNotShare(const LirInstruction& in);

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_LIR_H_
