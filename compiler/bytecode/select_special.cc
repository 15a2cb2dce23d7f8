// Special registers (PTX ISA section 10) and addresses of names as values.
#include "compiler/bytecode/selector.h"
#include "include/culvert/npu_config.h"

namespace culvert::lowering {

using bytecode::ConstantKind;
using ptx::SpecialRegister;
using ptx::SymbolKind;

namespace {

ConstantKind FixedRegister(SpecialRegister reg) {
  switch (reg) {
    case SpecialRegister::kTidX:
      return ConstantKind::kTidX;
    case SpecialRegister::kTidY:
      return ConstantKind::kTidY;
    case SpecialRegister::kTidZ:
      return ConstantKind::kTidZ;
    case SpecialRegister::kNtidX:
      return ConstantKind::kNtidX;
    case SpecialRegister::kNtidY:
      return ConstantKind::kNtidY;
    case SpecialRegister::kNtidZ:
      return ConstantKind::kNtidZ;
    case SpecialRegister::kLaneId:
      return ConstantKind::kLaneId;
    case SpecialRegister::kWarpId:
      return ConstantKind::kWarpId;
    case SpecialRegister::kNwarpId:
      return ConstantKind::kNwarpId;
    case SpecialRegister::kCtaidX:
      return ConstantKind::kCtaidX;
    case SpecialRegister::kCtaidY:
      return ConstantKind::kCtaidY;
    case SpecialRegister::kCtaidZ:
      return ConstantKind::kCtaidZ;
    case SpecialRegister::kNctaidX:
      return ConstantKind::kNctaidX;
    case SpecialRegister::kNctaidY:
      return ConstantKind::kNctaidY;
    case SpecialRegister::kNctaidZ:
      return ConstantKind::kNctaidZ;
    case SpecialRegister::kSmId:
      return ConstantKind::kSmId;
    case SpecialRegister::kNsmId:
      return ConstantKind::kNsmId;
    case SpecialRegister::kGridId:
      return ConstantKind::kGridId;
    case SpecialRegister::kIsExplicitCluster:
      return ConstantKind::kIsExplicitCluster;
    case SpecialRegister::kClusteridX:
      return ConstantKind::kClusteridX;
    case SpecialRegister::kClusteridY:
      return ConstantKind::kClusteridY;
    case SpecialRegister::kClusteridZ:
      return ConstantKind::kClusteridZ;
    case SpecialRegister::kNclusteridX:
      return ConstantKind::kNclusteridX;
    case SpecialRegister::kNclusteridY:
      return ConstantKind::kNclusteridY;
    case SpecialRegister::kNclusteridZ:
      return ConstantKind::kNclusteridZ;
    case SpecialRegister::kClusterCtaidX:
      return ConstantKind::kClusterCtaidX;
    case SpecialRegister::kClusterCtaidY:
      return ConstantKind::kClusterCtaidY;
    case SpecialRegister::kClusterCtaidZ:
      return ConstantKind::kClusterCtaidZ;
    case SpecialRegister::kClusterNctaidX:
      return ConstantKind::kClusterNctaidX;
    case SpecialRegister::kClusterNctaidY:
      return ConstantKind::kClusterNctaidY;
    case SpecialRegister::kClusterNctaidZ:
      return ConstantKind::kClusterNctaidZ;
    case SpecialRegister::kClusterCtaRank:
      return ConstantKind::kClusterCtaRank;
    case SpecialRegister::kClusterNctaRank:
      return ConstantKind::kClusterNctaRank;
    case SpecialRegister::kLaneMaskEq:
      return ConstantKind::kLaneMaskEq;
    case SpecialRegister::kLaneMaskLt:
      return ConstantKind::kLaneMaskLt;
    case SpecialRegister::kLaneMaskLe:
      return ConstantKind::kLaneMaskLe;
    case SpecialRegister::kLaneMaskGt:
      return ConstantKind::kLaneMaskGt;
    case SpecialRegister::kLaneMaskGe:
      return ConstantKind::kLaneMaskGe;
    case SpecialRegister::kEnvReg:
      return ConstantKind::kEnvReg;
    case SpecialRegister::kTotalSmemSize:
      return ConstantKind::kTotalSharedBytes;
    case SpecialRegister::kAggrSmemSize:
      return ConstantKind::kAggrSharedBytes;
    case SpecialRegister::kDynamicSmemSize:
      return ConstantKind::kDynamicSharedBytes;
    default:
      return ConstantKind::kCount;
  }
}

}  // namespace

Reg Selector::SpecialRegisterValue(const Operand& operand, uint32_t bytes, const Instruction& in) {
  const uint8_t width = bytes == 8 ? 8 : 4;
  auto dynamic = [&](bytecode::DynamicRegister which, bool is_64) {
    Reg value = Temp(is_64 ? RegClass::k64 : RegClass::k32);
    Emit(Op::SREG, value, kNoReg, kNoReg, kNoReg, static_cast<uint16_t>(which));
    if (width == 8) return Widen64(value, false);
    return Truncate(value);
  };
  auto number = [&](uint64_t value) { return width == 8 ? Bits64(value) : Bits32(value); };
  switch (operand.special) {
    case SpecialRegister::kClock:
      return dynamic(bytecode::DynamicRegister::kClock, false);
    case SpecialRegister::kClockHi:
      return dynamic(bytecode::DynamicRegister::kClockHi, false);
    case SpecialRegister::kClock64:
      return dynamic(bytecode::DynamicRegister::kClock64, true);
    case SpecialRegister::kGlobalTimer:
      return dynamic(bytecode::DynamicRegister::kGlobalTimer, true);
    case SpecialRegister::kGlobalTimerLo:
      return dynamic(bytecode::DynamicRegister::kGlobalTimerLo, false);
    case SpecialRegister::kGlobalTimerHi:
      return dynamic(bytecode::DynamicRegister::kGlobalTimerHi, false);
    // The fourth components read as zero (PTX ISA section 10), no graph is ever the launching one, and the performance
    // counters count nothing.
    case SpecialRegister::kPm:
    case SpecialRegister::kPm64:
    case SpecialRegister::kTidW:
    case SpecialRegister::kNtidW:
    case SpecialRegister::kCtaidW:
    case SpecialRegister::kNctaidW:
    case SpecialRegister::kClusteridW:
    case SpecialRegister::kNclusteridW:
    case SpecialRegister::kClusterCtaidW:
    case SpecialRegister::kClusterNctaidW:
    case SpecialRegister::kCurrentGraphExec:
      return number(0);
    // The system's part of the scratchpad lies at its start (see ProgramContext::PlaceShared).
    case SpecialRegister::kReservedSmemOffsetBegin:
      context_.ReserveSystemShared();
      return number(0);
    case SpecialRegister::kReservedSmemOffsetEnd:
    case SpecialRegister::kReservedSmemOffsetCap:
      context_.ReserveSystemShared();
      return number(kReservedScratchpadBytesPerBlock);
    case SpecialRegister::kReservedSmemOffset:
      context_.ReserveSystemShared();
      return number(0);
    default:
      break;
  }
  ConstantKind kind = FixedRegister(operand.special);
  if (kind == ConstantKind::kCount) {
    Unimplemented(in, "this special register");
    return number(0);
  }
  return AddConstant({.kind = kind,
                      .width_bytes = width,
                      .source_bytes = width,
                      .value = kind == ConstantKind::kEnvReg ? operand.env_index : 0});
}

Reg Selector::SymbolAddress(const ptx::SymbolRef& symbol, int64_t offset, uint32_t bytes, const Instruction& in) {
  auto cut = [&](Reg address) { return bytes == 8 ? Widen64(address, false) : Truncate(address); };
  switch (symbol.kind) {
    case SymbolKind::kModuleVariable: {
      uint32_t number = context_.SymbolNumber(context_.module().variables()[symbol.index].name);
      return cut(AddConstant({.kind = ConstantKind::kSymbolAddress,
                              .width_bytes = 8,
                              .source_bytes = 8,
                              .symbol = number,
                              .value = static_cast<uint64_t>(offset)}));
    }
    case SymbolKind::kFunction: {
      // The id is the module's, the same in every program, so the descriptor address is known now.
      uint32_t id = context_.module().functions()[symbol.index].function_id;
      context_.NoteAddressTaken(symbol.index);
      return cut(Bits64(kFunctionAddressBase + uint64_t{id} * 16));
    }
    case SymbolKind::kSharedVariable: {
      bool of_module = symbol.index >= ptx::kModuleSharedBase;
      uint32_t index = of_module ? symbol.index - ptx::kModuleSharedBase : symbol.index;
      const ptx::Variable& variable =
          of_module ? context_.module().shared_variables()[index] : function_.variables[index];
      const void* owner = of_module ? static_cast<const void*>(&context_.module()) : &function_;
      uint32_t number = context_.SharedNumber(owner, index, variable);
      return AddConstant({.kind = kSharedOffset,
                          .width_bytes = static_cast<uint8_t>(bytes == 8 ? 8 : 4),
                          .symbol = number,
                          .value = static_cast<uint64_t>(offset)});
    }
    case SymbolKind::kLocalVariable:
    case SymbolKind::kCallParameter: {
      int64_t total = variables_[symbol.index].offset + offset;
      return cut(total == 0 ? frame_ : Op2(Op::ADD_I64, RegClass::k64, frame_, Bits64(static_cast<uint64_t>(total))));
    }
    case SymbolKind::kParameter: {
      if (function_.is_entry) {
        lir_.uses_parameter_memory = true;
        uint64_t at = function_.parameters[symbol.index].offset_bytes + static_cast<uint64_t>(offset);
        return cut(
            AddConstant({.kind = ConstantKind::kParameterAddress, .width_bytes = 8, .source_bytes = 8, .value = at}));
      }
      uint32_t at = symbol.is_return ? incoming_.returns[symbol.index] : incoming_.parameters[symbol.index];
      int64_t total = int64_t{at} - incoming_.total_bytes + offset;
      return cut(Op2(Op::ADD_I64, RegClass::k64, frame_, Bits64(static_cast<uint64_t>(total))));
    }
    default:
      Unimplemented(in, "the address of this name");
      return bytes == 8 ? Bits64(0) : Bits32(0);
  }
}

}  // namespace culvert::lowering
