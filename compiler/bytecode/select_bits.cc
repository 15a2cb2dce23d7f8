// Logic, shifts and bit fields (PTX ISA "Logic and Shift Instructions" and parts of "Integer Arithmetic Instructions").
#include "compiler/bytecode/selector.h"

namespace culvert::lowering {

using ptx::BoolOp;
using ptx::Direction;
using ptx::Mod;
using ptx::MulPart;
using ptx::Opcode;
using ptx::ShiftMode;
using ptx::Type;

void Selector::SelectLogic(const Instruction& in) {
  const Type type = in.types[0];
  const bool is_64 = TypeBits(type) == 64;
  const Operand& dst = in.operands[0];
  switch (in.opcode) {
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kXor: {
      if (type == Type::kPred) {
        bool negate_a, negate_b;
        Reg a = UsePredicate(in.operands[1], in, &negate_a);
        Reg b = UsePredicate(in.operands[2], in, &negate_b);
        Reg p = Destination(dst, RegClass::kPredicate, in);
        if (in.opcode == Opcode::kAnd && negate_b && !negate_a) {
          Emit(Op::ANDNP, p, a, b);
          return;
        }
        if (negate_a) a = Op1(Op::NOTP, RegClass::kPredicate, a);
        if (negate_b) b = Op1(Op::NOTP, RegClass::kPredicate, b);
        Emit(in.opcode == Opcode::kAnd ? Op::ANDP : in.opcode == Opcode::kOr ? Op::ORP : Op::XORP, p, a, b);
        return;
      }
      Op op = in.opcode == Opcode::kAnd  ? (is_64 ? Op::AND_I64 : Op::AND_I32)
              : in.opcode == Opcode::kOr ? (is_64 ? Op::OR_I64 : Op::OR_I32)
                                         : (is_64 ? Op::XOR_I64 : Op::XOR_I32);
      // Operands are canonical, so 16-bit results are.
      Reg a = Use(in.operands[1], type, in);
      Reg b = Use(in.operands[2], type, in);
      Emit(op, Destination(dst, ClassOf(type), in), a, b);
      return;
    }
    case Opcode::kNot:
      if (type == Type::kPred) {
        Reg p = UsePositivePredicate(in.operands[1], in);
        Emit(Op::NOTP, Destination(dst, RegClass::kPredicate, in), p);
        return;
      }
      return DefineOp(dst, type, in, is_64 ? Op::NOT_I64 : Op::NOT_I32, Use(in.operands[1], type, in));
    case Opcode::kCnot:
      return DefineOp(dst, type, in, is_64 ? Op::CNOT_I64 : Op::CNOT_I32, Use(in.operands[1], type, in));
    case Opcode::kShl:
      return DefineOp(dst, type, in, is_64 ? Op::SHL_I64 : Op::SHL_I32, Use(in.operands[1], type, in),
                      Use(in.operands[2], Type::kU32, in));
    case Opcode::kShr: {
      Op op = ptx::IsSigned(type) ? (is_64 ? Op::SHR_S64 : Op::SHR_S32) : (is_64 ? Op::SHR_U64 : Op::SHR_U32);
      return DefineOp(dst, type, in, op, UseExtended(in.operands[1], type, in), Use(in.operands[2], Type::kU32, in));
    }
    case Opcode::kShf: {
      const bool wrap = in.shift_mode == ShiftMode::kWrap;
      Op op = in.direction == Direction::kLeft ? (wrap ? Op::SHF_L_WRAP : Op::SHF_L_CLAMP)
                                               : (wrap ? Op::SHF_R_WRAP : Op::SHF_R_CLAMP);
      return DefineOp(dst, Type::kB32, in, op, Use(in.operands[1], Type::kB32, in), Use(in.operands[2], Type::kB32, in),
                      Use(in.operands[3], Type::kU32, in));
    }
    default:
      break;
  }
  // lop3{.BoolOp}.b32 d{|p}, a, b, c, immLut{, q}
  Reg a = Use(in.operands[1], Type::kB32, in);
  Reg b = Use(in.operands[2], Type::kB32, in);
  Reg c = Use(in.operands[3], Type::kB32, in);
  Reg value = Destination(dst, RegClass::k32, in);
  if (in.bool_op == BoolOp::kNone) {
    Emit(Op::LOP3_I32, value, a, b, c, static_cast<uint16_t>(in.operands[4].bits & 0xff));
    return;
  }
  Reg q = UsePositivePredicate(in.operands[5], in);
  Emit(Op::LOP3_I32, value, a, b, c, static_cast<uint16_t>(in.operands[4].bits & 0xff));
  Reg p = SecondPredicate(dst, in);
  if (p == kNoReg) return;
  Reg nonzero = Op2(Op::SETP_NE_I32, RegClass::kPredicate, value, Bits32(0));
  Emit(in.bool_op == BoolOp::kAnd ? Op::ANDP : in.bool_op == BoolOp::kOr ? Op::ORP : Op::XORP, p, nonzero, q);
}

void Selector::SelectBitField(const Instruction& in) {
  const Type type = in.types[0];
  const bool is_64 = TypeBits(type) == 64;
  const bool is_signed = ptx::IsSigned(type);
  const Operand& dst = in.operands[0];
  auto use = [&](size_t i, Type t) { return Use(in.operands[i], t, in); };
  switch (in.opcode) {
    case Opcode::kPopc:
      return DefineOp(dst, Type::kU32, in, is_64 ? Op::POPC_64 : Op::POPC_32, use(1, type));
    case Opcode::kClz:
      return DefineOp(dst, Type::kU32, in, is_64 ? Op::CLZ_64 : Op::CLZ_32, use(1, type));
    case Opcode::kBrev:
      return DefineOp(dst, type, in, is_64 ? Op::BREV_64 : Op::BREV_32, use(1, type));
    case Opcode::kBfind: {
      Op op = is_signed ? (is_64 ? Op::BFIND_S64 : Op::BFIND_S32) : (is_64 ? Op::BFIND_U64 : Op::BFIND_U32);
      return DefineOp(dst, Type::kU32, in, op, use(1, type), kNoReg, kNoReg, in.Has(Mod::kShiftamt) ? 1 : 0);
    }
    case Opcode::kBfe: {
      Op op = is_signed ? (is_64 ? Op::BFE_S64 : Op::BFE_S32) : (is_64 ? Op::BFE_U64 : Op::BFE_U32);
      return DefineOp(dst, type, in, op, use(1, type), use(2, Type::kU32), use(3, Type::kU32));
    }
    case Opcode::kBfi: {
      Reg length = use(4, Type::kU32);
      Reg value = Destination(dst, ClassOf(type), in);
      Reg a = use(1, type), b = use(2, type), c = use(3, Type::kU32);
      Emit(is_64 ? Op::BFI_I64 : Op::BFI_I32, value, a, b, c).reg[kX] = length;
      return;
    }
    case Opcode::kFns:
      return DefineOp(dst, Type::kB32, in, Op::FNS, use(1, Type::kB32), use(2, Type::kB32), use(3, Type::kS32));
    case Opcode::kBmsk:
      return DefineOp(dst, Type::kB32, in, in.shift_mode == ShiftMode::kWrap ? Op::BMSK_WRAP : Op::BMSK_CLAMP,
                      use(1, Type::kU32), use(2, Type::kU32));
    case Opcode::kSzext: {
      const bool wrap = in.shift_mode == ShiftMode::kWrap;
      Op op = is_signed ? (wrap ? Op::SZEXT_WRAP_S32 : Op::SZEXT_CLAMP_S32)
                        : (wrap ? Op::SZEXT_WRAP_U32 : Op::SZEXT_CLAMP_U32);
      return DefineOp(dst, type, in, op, use(1, type), use(2, Type::kU32));
    }
    case Opcode::kPrmt:
      return DefineOp(dst, Type::kB32, in, Op::PRMT, use(1, Type::kB32), use(2, Type::kB32), use(3, Type::kB32),
                      static_cast<uint16_t>(in.prmt_mode));
    default:
      break;
  }
  // dp4a.atype.btype, dp2a.mode.atype.btype
  uint16_t x =
      (ptx::IsSigned(in.types[0]) ? 1 : 0) | (ptx::IsSigned(in.types[1]) ? 2 : 0) | (in.part == MulPart::kHi ? 4 : 0);
  DefineOp(dst, Type::kB32, in, in.opcode == Opcode::kDp4a ? Op::DP4A : Op::DP2A, use(1, Type::kB32),
           use(2, Type::kB32), use(3, Type::kB32), x);
}

// ptx::PrmtMode and bytecode::PrmtMode have the same order.
static_assert(static_cast<int>(ptx::PrmtMode::kRc16) == static_cast<int>(bytecode::PrmtMode::kRc16) &&
              static_cast<int>(ptx::PrmtMode::kF4e) == static_cast<int>(bytecode::PrmtMode::kF4e));

}  // namespace culvert::lowering
