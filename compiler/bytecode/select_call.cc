// call, the system calls of the device runtime, and the stack instructions (PTX ISA "Control Flow Instructions",
// "Stack Manipulation Instructions"; the names of the system calls: CUDA C++ Programming Guide, printf, assert,
// malloc).
#include <algorithm>
#include <iterator>

#include "absl/strings/str_format.h"
#include "compiler/bytecode/selector.h"
#include "compiler/ptx/system_calls.h"

namespace culvert::lowering {

using bytecode::Syscall;
using ptx::Opcode;
using ptx::OperandKind;
using ptx::StateSpace;
using ptx::SymbolKind;
using ptx::Type;

struct Selector::CallSite {
  const std::vector<ptx::Parameter>* parameters = nullptr;
  const std::vector<ptx::Parameter>* returns = nullptr;
  const Operand* passed = nullptr;
  const Operand* returned = nullptr;
  ArgumentLayout layout;
};

namespace {

constexpr uint32_t kCallError = 904;

size_t Count(const ptx::Operand* list) { return list == nullptr ? 0 : list->elements.size(); }

}  // namespace

void Selector::SelectCall(const Instruction& in) {
  CallSite site;
  if (in.operands.size() < 3 || in.operands[0].kind != OperandKind::kList ||
      in.operands[2].kind != OperandKind::kList) {
    return Fail(in, kCallError, "malformed call");
  }
  site.returned = &in.operands[0];
  site.passed = &in.operands[2];
  const Operand& callee = in.operands[1];
  const bool direct = callee.kind == OperandKind::kFunction;
  bool noreturn = false;
  if (direct) {
    const ptx::FunctionHeader& header = context_.module().functions()[callee.symbol.index];
    site.parameters = &header.parameters;
    site.returns = &header.returns;
    noreturn = header.directives.noreturn;
  } else if (in.operands.size() > 3 && in.operands[3].symbol.kind == SymbolKind::kCallPrototype) {
    const ptx::Prototype& prototype = function_.prototypes[in.operands[3].symbol.index];
    site.parameters = &prototype.parameters;
    site.returns = &prototype.returns;
    noreturn = prototype.noreturn;
  } else if (in.operands.size() > 3 && in.operands[3].symbol.kind == SymbolKind::kCallTargets &&
             !function_.call_targets[in.operands[3].symbol.index].empty()) {
    // The targets all have the signature of the first one.
    uint32_t first = function_.call_targets[in.operands[3].symbol.index].front();
    site.parameters = &context_.module().functions()[first].parameters;
    site.returns = &context_.module().functions()[first].returns;
  } else {
    return Fail(in, kCallError, "an indirect call without .callprototype or .calltargets");
  }
  if (Count(site.passed) != site.parameters->size() || Count(site.returned) != site.returns->size()) {
    return Fail(
        in, kCallError,
        absl::StrFormat("the callee has %d parameters and %d return values, this call %d and %d",
                        site.parameters->size(), site.returns->size(), Count(site.passed), Count(site.returned)));
  }
  site.layout = LayOutArguments(*site.parameters, *site.returns);
  PassArguments(site, in);
  if (direct) {
    const ptx::FunctionHeader& header = context_.module().functions()[callee.symbol.index];
    if (!header.has_body) {
      if (!SelectSyscall(site, header.name, in)) {
        return Fail(in, kCallError, absl::StrFormat("unresolved external function '%s'", header.name),
                    "no module defines it; link the device code (nvcc -rdc=true needs a device link)");
      }
      noreturn = noreturn || header.name == "__assertfail";
    } else if (header.is_entry) {
      return Fail(in, kCallError, absl::StrFormat("'%s' is a kernel: it cannot be called", header.name));
    } else {
      uint32_t number = context_.FunctionNumber(callee.symbol.index);
      if (std::find(lir_.callees.begin(), lir_.callees.end(), number) == lir_.callees.end())
        lir_.callees.push_back(number);
      Emit(Op::CALL, kNoReg, kNoReg, kNoReg, kNoReg, 0, static_cast<int32_t>(number));
    }
  } else {
    lir_.has_indirect_call = true;
    Emit(Op::CALL_INDIRECT, kNoReg, Use(callee, Type::kU64, in));
  }
  CollectReturns(site, in);
  if (noreturn) End(TerminatorKind::kEnd);
}

// Place of byte `offset` of the call's argument area in this frame: the area ends where the frame ends.
Selector::Address Selector::OutgoingAddress(const CallSite& site, uint32_t offset) {
  return FrameAddress(int64_t{lir_.local_bytes} - site.layout.total_bytes + offset);
}

// Copies `bytes` bytes between two places of the frame.
void Selector::CopyInFrame(const Address& to, const Address& from, uint32_t bytes, uint32_t align) {
  uint32_t done = 0;
  while (done < bytes) {
    Type type = Type::kB8;
    for (Type wider : {Type::kB64, Type::kB32, Type::kB16}) {
      uint32_t width = TypeBits(wider) / 8;
      if (done % width == 0 && bytes - done >= width && align >= width) {
        type = wider;
        break;
      }
    }
    Reg value = Temp(ClassOf(type));
    LoadScalar('L', type, value, Advance(from, done), 0);
    StoreScalar('L', type, value, Advance(to, done), 0);
    done += TypeBits(type) / 8;
  }
}

void Selector::PassArguments(const CallSite& site, const Instruction& in) {
  for (size_t i = 0; i < Count(site.passed); ++i) {
    const Operand& element = site.passed->elements[i];
    const ptx::Parameter& parameter = (*site.parameters)[i];
    Address to = OutgoingAddress(site, site.layout.parameters[i]);
    if (element.has_symbol && element.symbol.kind == SymbolKind::kCallParameter) {
      const VariablePlace& place = variables_[element.symbol.index];
      if (place.is_outgoing) continue;  // written in place
      const ptx::Variable& variable = function_.variables[element.symbol.index];
      CopyInFrame(to, FrameAddress(place.offset),
                  static_cast<uint32_t>(std::min<uint64_t>(parameter.size_bytes, variable.size_bytes)),
                  std::min(variable.align_bytes, std::max(parameter.align_bytes, 1u)));
      continue;
    }
    if (element.has_symbol && element.symbol.kind == SymbolKind::kParameter && !function_.is_entry) {
      // One of our own parameters passed on.
      uint32_t at = element.symbol.is_return ? incoming_.returns[element.symbol.index]
                                             : incoming_.parameters[element.symbol.index];
      CopyInFrame(to, FrameAddress(int64_t{at} - incoming_.total_bytes), parameter.size_bytes,
                  std::max(parameter.align_bytes, 1u));
      continue;
    }
    if (parameter.array_elements != 0) return Fail(in, kCallError, "an array parameter needs a .param variable");
    StoreScalar('L', parameter.type, Use(element, parameter.type, in), to, 0);
  }
}

void Selector::CollectReturns(const CallSite& site, const Instruction& in) {
  for (size_t i = 0; i < Count(site.returned); ++i) {
    const Operand& element = site.returned->elements[i];
    const ptx::Parameter& parameter = (*site.returns)[i];
    Address from = OutgoingAddress(site, site.layout.returns[i]);
    if (element.kind == OperandKind::kSink) continue;
    if (element.has_symbol && element.symbol.kind == SymbolKind::kCallParameter) {
      const VariablePlace& place = variables_[element.symbol.index];
      if (place.is_outgoing) continue;  // read in place
      const ptx::Variable& variable = function_.variables[element.symbol.index];
      CopyInFrame(FrameAddress(place.offset), from,
                  static_cast<uint32_t>(std::min<uint64_t>(parameter.size_bytes, variable.size_bytes)),
                  std::min(variable.align_bytes, std::max(parameter.align_bytes, 1u)));
      continue;
    }
    EmitLoad('L', parameter.type, {&element}, from, 0, in);
  }
}

// The functions that the device runtime brings: no module defines them. False if the name is none of them.
bool Selector::SelectSyscall(const CallSite& site, std::string_view name, const Instruction& in) {
  // In the order of kSystemCalls.
  static constexpr Syscall kWhich[] = {Syscall::kVprintf, Syscall::kAssertFail, Syscall::kMalloc, Syscall::kFree};
  static_assert(std::size(kWhich) == std::size(ptx::kSystemCalls));
  const ptx::SystemCall* known = ptx::FindSystemCall(name);
  if (known == nullptr) return false;
  const Syscall which = kWhich[known - ptx::kSystemCalls];
  if (site.parameters->size() != known->parameters || site.returns->size() != known->returns) {
    Fail(in, kCallError, absl::StrFormat("'%s' is declared with another signature than the device runtime's", name));
    return true;
  }
  Reg arguments[5] = {kNoReg, kNoReg, kNoReg, kNoReg, kNoReg};
  for (size_t i = 0; i < known->parameters; ++i) {
    const Type type = (*site.parameters)[i].type;
    arguments[i] = Temp(ClassOf(type));
    LoadScalar('L', type, arguments[i], OutgoingAddress(site, site.layout.parameters[i]), 0);
    const bool is_line = which == Syscall::kAssertFail && i == 2;
    arguments[i] = is_line ? Truncate(arguments[i]) : Widen64(arguments[i], false);
  }
  Reg result = kNoReg;
  const Type result_type = known->returns != 0 ? (*site.returns)[0].type : Type::kNone;
  if (which == Syscall::kVprintf) result = Temp(RegClass::k32);
  if (which == Syscall::kMalloc) result = Temp(RegClass::k64);
  LirInstruction& call = Emit(Op::SYSCALL, result, arguments[0], kNoReg, kNoReg, static_cast<uint16_t>(which));
  call.has_extension = true;
  switch (which) {
    case Syscall::kVprintf:
      call.reg[kB] = arguments[1];
      lir_.uses_printf = true;
      break;
    case Syscall::kAssertFail:
      call.reg[kB] = arguments[1];
      call.reg[kC] = arguments[3];
      call.reg[kExt0] = arguments[2];
      call.reg[kExt0 + 1] = arguments[4];
      break;
    case Syscall::kMalloc:
    case Syscall::kFree:
      lir_.uses_heap = true;
      break;
  }
  if (result != kNoReg) {
    Reg stored = TypeBits(result_type) == 64 ? Widen64(result, false) : Truncate(result);
    StoreScalar('L', result_type, stored, OutgoingAddress(site, site.layout.returns[0]), 0);
  }
  return true;
}

// alloca d, size{, align}; stacksave d; stackrestore a. Addresses are those of the local space.
void Selector::SelectStack(const Instruction& in) {
  const Type type = in.types[0];
  lir_.local_bytes = std::max(lir_.local_bytes, 16u);  // a kernel without any frame is given no stack
  if (in.opcode == Opcode::kStackrestore) {
    Emit(Op::STACKRESTORE, kNoReg, Widen64(Use(in.operands[0], type, in), false));
    return;
  }
  Reg result = Temp(RegClass::k64);
  if (in.opcode == Opcode::kStacksave) {
    Emit(Op::STACKSAVE, result);
  } else {
    uint64_t align = in.operands.size() > 2 ? in.operands[2].bits : 16;
    if (align == 0 || (align & (align - 1)) != 0 || align > 4096) return Fail(in, 905, "not an alignment of alloca");
    Emit(Op::ALLOCA, result, Widen64(Use(in.operands[1], type, in), false), kNoReg, kNoReg, 0,
         static_cast<int32_t>(align));
  }
  Define(in.operands[0], type, TypeBits(type) == 64 ? result : Truncate(result), in);
}

}  // namespace culvert::lowering
