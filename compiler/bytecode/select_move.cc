// mov in all its forms, cvta, isspacep (PTX ISA "Data Movement and Conversion Instructions").
#include "compiler/bytecode/selector.h"
#include "compiler/ptx/instructions.h"

namespace culvert::lowering {

using ptx::Mod;
using ptx::OperandKind;
using ptx::StateSpace;
using ptx::Type;

namespace {

Type BitType(uint32_t bits) {
  return bits == 8    ? Type::kB8
         : bits == 16 ? Type::kB16
         : bits == 32 ? Type::kB32
         : bits == 64 ? Type::kB64
                      : Type::kB128;
}

}  // namespace

void Selector::SelectMov(const Instruction& in) {
  const Type type = in.types[0];
  if (in.operands[0].kind == OperandKind::kVector) return Unpack(in);
  if (in.operands[1].kind == OperandKind::kVector) return Pack(in);
  if (type == Type::kPred) {
    Reg source = UsePositivePredicate(in.operands[1], in);
    return Move(Destination(in.operands[0], RegClass::kPredicate, in), source);
  }
  Reg value = Use(in.operands[1], type, in);
  if (TypeBits(type) < 32) {
    // Registers of the type's width are canonical already; special registers and symbols are cut.
    if (in.operands[1].kind == OperandKind::kRegister)
      return Move(Destination(in.operands[0], RegClass::k32, in), value);
    return Define(in.operands[0], type, value, in);
  }
  Move(Destination(in.operands[0], ClassOf(type), in), value);
}

// mov.b64 {a, b}, d and its other widths. Elements are low part first.
void Selector::Unpack(const Instruction& in) {
  const std::vector<Operand>& elements = in.operands[0].elements;
  const uint32_t total = TypeBits(in.types[0]);
  if (elements.empty() || total % elements.size() != 0) return Unimplemented(in, "this number of elements");
  auto split = [&](auto&& self, Reg value, uint32_t bits, size_t begin, size_t count) -> void {
    if (count == 1) {
      if (elements[begin].kind == OperandKind::kSink) return;
      Reg dst = Destination(elements[begin], ClassOf(BitType(bits)), in);
      Move(dst, value);
      return;
    }
    Reg low, high;
    switch (bits) {
      case 128:
        low = Op1(kLow128, RegClass::k64, value);
        high = Op1(kHigh128, RegClass::k64, value);
        break;
      case 64:
        low = Op1(Op::TRUNC64_32, RegClass::k32, value);
        high = Op1(Op::HIGH64_32, RegClass::k32, value);
        break;
      case 32:
        low = Op1(Op::EXT_U16, RegClass::k32, value);
        high = Op2(Op::SHR_U32, RegClass::k32, value, Bits32(16));
        break;
      case 16:
        low = Op1(Op::EXT_U8, RegClass::k32, value);
        high = Op2(Op::SHR_U32, RegClass::k32, value, Bits32(8));
        break;
      default:
        return Unimplemented(in, "elements of this width");
    }
    self(self, low, bits / 2, begin, count / 2);
    self(self, high, bits / 2, begin + count / 2, count / 2);
  };
  split(split, Use(in.operands[1], in.types[0], in), total, 0, elements.size());
}

void Selector::Pack(const Instruction& in) {
  const std::vector<Operand>& elements = in.operands[1].elements;
  const uint32_t total = TypeBits(in.types[0]);
  if (elements.empty() || total % elements.size() != 0) return Unimplemented(in, "this number of elements");
  auto join = [&](auto&& self, uint32_t bits, size_t begin, size_t count) -> Reg {
    if (count == 1) return Use(elements[begin], BitType(bits), in);
    Reg low = self(self, bits / 2, begin, count / 2);
    Reg high = self(self, bits / 2, begin + count / 2, count / 2);
    switch (bits) {
      case 128:
        return Op2(kPack128, RegClass::k128, low, high);
      case 64:
        return Op2(Op::PACK64, RegClass::k64, low, high);
      // Both halves are zero-extended, so one multiply-add joins them.
      case 32:
        return Op3(Op::MAD_LO_I32, RegClass::k32, high, Bits32(0x10000), low);
      case 16:
        return Op3(Op::MAD_LO_I32, RegClass::k32, high, Bits32(0x100), low);
      default:
        Unimplemented(in, "elements of this width");
        return low;
    }
  };
  Reg value = join(join, total, 0, elements.size());
  Move(Destination(in.operands[0], ClassOf(in.types[0]), in), value);
}

// Global, constant and kernel-parameter addresses are generic addresses; shared and local ones are offsets.
void Selector::SelectCvta(const Instruction& in) {
  const Type type = in.types[0];
  const bool to = in.Has(Mod::kTo);
  Reg source = Use(in.operands[1], type, in);
  Op op = Op::NOP;
  switch (in.space) {
    case StateSpace::kShared:
    case StateSpace::kSharedCluster:
      op = to ? Op::CVTA_TO_SHARED : Op::CVTA_SHARED;
      break;
    case StateSpace::kLocal:
      op = to ? Op::CVTA_TO_LOCAL : Op::CVTA_LOCAL;
      break;
    default:  // .param means the kernel's parameters, in device functions too
      break;
  }
  if (op != Op::NOP) source = Op1(op, RegClass::k64, Widen64(source, false));
  Define(in.operands[0], type, TypeBits(type) == 64 ? source : Truncate(source), in);
}

// A block is the only one of its cluster: an address maps to itself, and the rank of every block is 0.
void Selector::SelectClusterAddress(const Instruction& in) {
  if (in.opcode == ptx::Opcode::kGetctarank) return Define(in.operands[0], Type::kU32, Bits32(0), in);
  Define(in.operands[0], in.types[0], Use(in.operands[1], in.types[0], in), in);
}

void Selector::SelectIsspacep(const Instruction& in) {
  bytecode::Space space;
  switch (in.space) {
    case StateSpace::kGlobal:
      space = bytecode::Space::kGlobal;
      break;
    case StateSpace::kShared:
    case StateSpace::kSharedCluster:
      space = bytecode::Space::kShared;
      break;
    case StateSpace::kLocal:
      space = bytecode::Space::kLocal;
      break;
    case StateSpace::kConst:
      space = bytecode::Space::kConst;
      break;
    case StateSpace::kParam:
    case StateSpace::kParamEntry:
      space = bytecode::Space::kParam;
      break;
    default:
      return Unimplemented(in);
  }
  const bool is_32 = in.row->specs[1].type == Type::kU32;
  Reg address = is_32 ? Widen64(Use(in.operands[1], Type::kU32, in), false) : Use(in.operands[1], Type::kU64, in);
  if (space == bytecode::Space::kParam) lir_.uses_parameter_memory = true;
  Emit(Op::ISSPACEP, Destination(in.operands[0], RegClass::kPredicate, in), address, kNoReg, kNoReg,
       static_cast<uint16_t>(space));
}

}  // namespace culvert::lowering
