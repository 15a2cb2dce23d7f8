// Selector: one typed PTX body -> LIR, instruction by instruction. The families live in select_*.cc.
//
// Register rules (bytecode.h): values narrower than 32 bits are zero-extended in their lane, 64-bit values are
// registers of their own class. An operand may be wider than the instruction's type in ld, st and cvt (PTX ISA,
// "Operand Size Exceeding Instruction-Type Size"); Use() and Define() hide that.
#ifndef CULVERT_COMPILER_BYTECODE_SELECTOR_H_
#define CULVERT_COMPILER_BYTECODE_SELECTOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "compiler/bytecode/lir.h"
#include "compiler/bytecode/program_context.h"
#include "compiler/ptx/ast.h"

namespace culvert::lowering {

class Selector {
 public:
  // `header_index` is the module function the body belongs to.
  Selector(ProgramContext& context, const ptx::Function& function, uint32_t header_index);
  // kInvalidPtx for an instruction that has no lowering or a call of an unknown external function.
  absl::StatusOr<LirFunction> Run();

 private:
  using Operand = ptx::Operand;
  using Instruction = ptx::Instruction;
  using Type = ptx::Type;

  // ---- Frame, blocks (selector.cc)
  void LayOutFrame();
  void ReceiveRegisterParameters();
  void StartBlock(uint32_t block);
  uint32_t NewBlock();
  uint32_t BlockOfLabel(uint32_t label);
  void End(TerminatorKind kind, std::vector<uint32_t> targets = {}, Reg reg = kNoReg, bool negated = false);
  void Select(const Instruction& in);
  void Dispatch(const Instruction& in);
  // Records the first error.
  void Unimplemented(const Instruction& in, std::string why = "");
  void Fail(const Instruction& in, uint32_t code, std::string message, std::string hint = "");

  // ---- Emitting (select_operands.cc)
  LirInstruction& Emit(Op op, Reg dst, Reg a = kNoReg, Reg b = kNoReg, Reg c = kNoReg, uint16_t x = 0, int32_t imm = 0);
  Reg Temp(RegClass cls);
  Reg Bits32(uint64_t value) { return AddConstant({.width_bytes = 4, .value = value & 0xffffffffu}); }
  Reg Bits64(uint64_t value) { return AddConstant({.width_bytes = 8, .source_bytes = 8, .value = value}); }
  Reg AddConstant(const Constant& constant);
  // Emits into a fresh temporary and returns it; operations on known bits are folded where cheap.
  Reg Op1(Op op, RegClass cls, Reg a, uint16_t x = 0);
  Reg Op2(Op op, RegClass cls, Reg a, Reg b, uint16_t x = 0);
  Reg Op3(Op op, RegClass cls, Reg a, Reg b, Reg c, uint16_t x = 0);
  void Move(Reg dst, Reg src);

  // ---- Operands (select_operands.cc)
  Reg RegisterOf(const Operand& operand, const Instruction& in);
  // The operand as a value of `type`: class 32 for up to 32 bits, 64 for 64. A wider register is cut to the class but
  // not below 32 bits (Narrow() does that).
  Reg Use(const Operand& operand, Type type, const Instruction& in);
  // The same, sign-extended to 32 bits if the type is a signed one below 32 bits; zero-extended otherwise.
  Reg UseExtended(const Operand& operand, Type type, const Instruction& in);
  // Source predicate; `negated` says whether its complement is meant.
  Reg UsePredicate(const Operand& operand, const Instruction& in, bool* negated);
  Reg UsePositivePredicate(const Operand& operand, const Instruction& in);  // complement materialised
  Reg SpecialRegisterValue(const Operand& operand, uint32_t bytes, const Instruction& in);
  Reg SymbolAddress(const ptx::SymbolRef& symbol, int64_t offset, uint32_t bytes, const Instruction& in);
  // The destination register of `operand` (a fresh one for '_').
  Reg Destination(const Operand& operand, RegClass cls, const Instruction& in);
  Reg SecondPredicate(const Operand& operand, const Instruction& in);
  // Writes `value`, whose low bits are a value of `type` (upper bits of a narrow one: anything), into the destination
  // in canonical form, widening to a larger register by the signedness of `type`.
  void Define(const Operand& operand, Type type, Reg value, const Instruction& in);
  void Assign(Reg dst, Reg value);  // of one class; renames the result of the last instruction where that is enough
  // Emits `op` with the destination as its result; straight into the register when no widening is needed.
  void DefineOp(const Operand& operand, Type type, const Instruction& in, Op op, Reg a, Reg b = kNoReg, Reg c = kNoReg,
                uint16_t x = 0);
  // Cuts a 32-bit-class value to the width of `type` with its sign.
  Reg Narrow(Reg value, Type type);
  Reg Widen64(Reg value, bool is_signed);
  Reg Truncate(Reg value);
  uint32_t RegisterBytes(const Operand& operand) const;  // of the PTX register; 0 if the operand is none
  // The address of operand [..]: base register, offset that fits imm, and kAddress32 when the base is 32 bits wide.
  struct Address {
    Reg base = kNoReg;
    int32_t imm = 0;
    uint16_t flags = 0;
  };
  Address UseAddress(const Operand& operand, const Instruction& in);
  Address FrameAddress(int64_t offset);
  Address Advance(const Address& address, int64_t bytes);

  // ---- Families
  void SelectIntegerArith(const Instruction& in);  // select_integer.cc: add sub mul mad div rem min max neg abs sad
  void SelectAddSub(const Instruction& in);
  void SelectMul(const Instruction& in);
  void SelectMul24(const Instruction& in);
  void SelectCarry(const Instruction& in);
  void SelectPackedInteger(const Instruction& in);  // u16x2, s16x2
  void SelectLogic(const Instruction& in);          // select_bits.cc: and or xor not cnot lop3 shl shr shf
  void SelectBitField(const Instruction& in);       // popc clz brev bfind bfe bfi fns bmsk szext prmt dp4a dp2a
  void SelectFloat(const Instruction& in);          // select_float.cc
  void SelectFloatUnary(const Instruction& in);
  void SelectPackedFloat(const Instruction& in);  // f32x2
  void SelectHalf(const Instruction& in);
  void SelectSetp(const Instruction& in);  // select_compare.cc
  void SelectSet(const Instruction& in);
  void SelectSelp(const Instruction& in);
  void SelectSlct(const Instruction& in);
  void EmitCompare(ptx::Compare compare, Type type, bool ftz, const Operand& a, const Operand& b, Reg dst, Reg high_dst,
                   const Instruction& in);
  void SelectMov(const Instruction& in);  // select_move.cc
  void SelectCvta(const Instruction& in);
  void SelectClusterAddress(const Instruction& in);
  void SelectIsspacep(const Instruction& in);
  void Unpack(const Instruction& in);
  void Pack(const Instruction& in);
  void SelectCvt(const Instruction& in);  // select_convert.cc
  void ConvertIntegers(const Instruction& in, Type to, Type from);
  void ConvertToInteger(const Instruction& in, Type to, Type from);
  void ConvertFromInteger(const Instruction& in, Type to, Type from);
  void ConvertFloats(const Instruction& in, Type to, Type from);
  void ConvertPair(const Instruction& in, Type to);
  void ConvertPack(const Instruction& in);
  void SelectLoad(const Instruction& in);  // select_memory.cc
  void LoadParameterBank(const Instruction& in);
  void SelectStore(const Instruction& in);
  void SelectAtomic(const Instruction& in);  // select_atomic.cc
  void SelectFence(const Instruction& in);
  void EmitLoad(char space, Type type, const std::vector<const Operand*>& targets, const Address& address,
                uint16_t order, const Instruction& in);
  void EmitStore(char space, Type type, const std::vector<const Operand*>& sources, const Address& address,
                 uint16_t order, const Instruction& in);
  char SpaceOf(const Instruction& in, const Operand& address) const;
  void StoreLoaded(const Operand& target, Type type, Reg value, const Instruction& in);
  void EmitVector(Op op, const std::vector<Reg>& elements, uint32_t bits, Address address, uint16_t order,
                  bool is_load);
  void LoadScalar(char space, Type type, Reg dst, const Address& address, uint16_t order);
  void StoreScalar(char space, Type type, Reg value, const Address& address, uint16_t order);
  void SelectShfl(const Instruction& in);  // select_warp.cc
  void SelectVote(const Instruction& in);
  void SelectMatch(const Instruction& in);
  void SelectRedux(const Instruction& in);
  void SelectBarrier(const Instruction& in);
  void SelectCall(const Instruction& in);  // select_call.cc
  struct CallSite;
  Address OutgoingAddress(const CallSite& site, uint32_t offset);
  void CopyInFrame(const Address& to, const Address& from, uint32_t bytes, uint32_t align);
  void PassArguments(const CallSite& site, const Instruction& in);
  void CollectReturns(const CallSite& site, const Instruction& in);
  bool SelectSyscall(const CallSite& site, std::string_view name, const Instruction& in);
  void SelectBranch(const Instruction& in);  // selector.cc
  void SelectReturn(const Instruction& in);
  void SelectStack(const Instruction& in);  // select_call.cc: alloca stacksave stackrestore

  // Where a body-scope variable lives.
  struct VariablePlace {
    bool in_frame = false;
    bool is_outgoing = false;  // in the outgoing argument area: `offset` counts back from the frame's end
    int64_t offset = 0;
  };

  ProgramContext& context_;
  const ptx::Function& function_;
  const uint32_t header_index_;  // of function_ in the module
  LirFunction lir_;
  absl::Status status_;
  uint32_t current_ = 0;
  std::vector<uint32_t> placed_;        // blocks in text order
  std::vector<Reg> registers_;          // of ptx::Function::registers
  std::vector<uint32_t> label_blocks_;  // ~0u: not yet made
  std::vector<VariablePlace> variables_;
  absl::flat_hash_map<Constant, Reg> constant_registers_;
  ArgumentLayout incoming_;
  uint32_t outgoing_bytes_ = 0;  // largest outgoing area
  Reg frame_ = kNoReg;           // local-space address of the frame; kNoReg if nothing needs it
  Reg carry_ = kNoReg;           // CC.CF
  Reg guard_ = kNoReg;           // of the PTX instruction being selected, when it becomes a GUARD region
  bool guard_negated_ = false;
  uint32_t line_ = 0;
  uint32_t loc_ = 0;
};

// Bits of a value of the type in a register; 1 for predicates.
inline uint32_t TypeBits(ptx::Type type) { return type == ptx::Type::kPred ? 1 : ptx::TypeBytes(type) * 8; }
inline RegClass ClassOf(ptx::Type type) {
  uint32_t bits = TypeBits(type);
  return bits == 1 ? RegClass::kPredicate : bits <= 32 ? RegClass::k32 : bits == 64 ? RegClass::k64 : RegClass::k128;
}
bool IsHalf(ptx::Type type);            // f16, f16x2, bf16, bf16x2
uint16_t HalfFormatOf(ptx::Type type);  // bytecode::HalfFormat
// bytecode rounding and flags of an arithmetic instruction's modifiers.
uint16_t FloatFlags(const ptx::Instruction& in);

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_SELECTOR_H_
