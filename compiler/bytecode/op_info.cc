#include "compiler/bytecode/op_info.h"

#include <array>

namespace culvert::lowering {
namespace {

using bytecode::Instruction;
using bytecode::kNoOperand;
using bytecode::Op;

constexpr size_t kOpCount = static_cast<size_t>(Op::kCount);

struct Row {
  std::string_view name, operands;
};
constexpr Row kRows[kOpCount] = {
#define CULVERT_OP(name, operands, comment) {#name, operands},
#include "include/culvert/bytecode.def"
#undef CULVERT_OP
};

FieldKind KindOf(std::string_view type) {
  if (type.starts_with("r64")) return FieldKind::k64;
  if (type.starts_with("r32")) return FieldKind::k32;
  return type.starts_with("p") ? FieldKind::kPredicate : FieldKind::kLiteral;
}

FieldKind WidthOf(std::string_view name) {
  return name.ends_with("64") || name.ends_with("64_X") ? FieldKind::k64 : FieldKind::k32;
}

OpInfo Parse(const Row& row) {
  OpInfo info;
  info.name = row.name;
  FieldKind plain = WidthOf(row.name);  // of operands written without a type
  FieldKind result = plain;
  if (row.name.starts_with("CVT_")) {
    size_t middle = row.name.find('_', 4);
    result = WidthOf(row.name.substr(0, middle));
  }
  std::string_view text = row.operands;
  size_t arrow = text.find(" <- ");
  if (arrow != std::string_view::npos) {
    std::string_view left = text.substr(0, arrow);
    text.remove_prefix(arrow + 4);
    info.dst_optional = left.find("none") != std::string_view::npos;
    if (left.starts_with("[a+imm]")) {
      info.memory = true;
    } else if (left == "r" || left.starts_with("dst|") || left == "dst") {
      info.dst = result;
    } else if (left.starts_with("dst:")) {
      info.dst = KindOf(left.substr(4));
    } else if (!left.starts_with("ext")) {
      info.dst = KindOf(left);
      if (info.dst == FieldKind::k32 || info.dst == FieldKind::k64) plain = info.dst;
    }
  } else if (text.starts_with("dst ")) {
    info.dst = FieldKind::k32;
  }
  while (!text.empty()) {
    size_t space = text.find(' ');
    std::string_view token = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    FieldKind kind = token.size() > 2 && token[1] == ':' ? KindOf(token.substr(2)) : plain;
    if (token == "[a+imm]")
      info.memory = true;
    else if (token == "imm")
      info.imm = true;
    else if (token == "+ext")
      info.extension = true;
    else if (token[0] == 'a' && (token.size() == 1 || token[1] == ':'))
      info.a = kind;
    else if (token[0] == 'b' && (token.size() == 1 || token[1] == ':'))
      info.b = kind;
    else if (token[0] == 'c' && (token.size() == 1 || token[1] == ':'))
      info.c = kind;
    else if (token == "x:p" || token == "x:r32")
      info.x = kind;
    else if (token[0] == 'x')
      info.x = FieldKind::kLiteral;
  }
  if (info.memory) {
    info.imm = true;
    info.a = FieldKind::k64;
  }
  return info;
}

const std::array<OpInfo, kOpCount>& Table() {
  static const std::array<OpInfo, kOpCount>* table = [] {
    auto* out = new std::array<OpInfo, kOpCount>;
    for (size_t i = 0; i < kOpCount; ++i) (*out)[i] = Parse(kRows[i]);
    return out;
  }();
  return *table;
}

bool IsVectorLoad(Op op) { return op == Op::LDV_G || op == Op::LDV_X || op == Op::LDV_S || op == Op::LDV_L; }
bool IsVectorStore(Op op) { return op == Op::STV_G || op == Op::STV_X || op == Op::STV_S || op == Op::STV_L; }
bool IsAtomic(Op op) { return op == Op::ATOM_G || op == Op::ATOM_X || op == Op::ATOM_S; }

}  // namespace

const OpInfo& InfoOf(Op op) { return Table()[static_cast<size_t>(op)]; }

OpInfo InfoOf(const Instruction& in) {
  OpInfo info = InfoOf(in.op);
  if (info.memory && (in.x & (IsAtomic(in.op) ? bytecode::kAtomAddress32 : bytecode::kAddress32)))
    info.a = FieldKind::k32;
  if (IsAtomic(in.op)) {
    switch (static_cast<bytecode::AtomType>(in.x >> bytecode::kAtomTypeShift & 0xf)) {
      case bytecode::AtomType::kB64:
      case bytecode::AtomType::kU64:
      case bytecode::AtomType::kS64:
      case bytecode::AtomType::kF64:
        info.dst = info.b = info.c = FieldKind::k64;
        break;
      case bytecode::AtomType::kB128:
        info.dst = info.b = info.c = FieldKind::k128;
        break;
      default:
        info.dst = info.b = info.c = FieldKind::k32;
        break;
    }
    if (static_cast<bytecode::AtomOp>(in.x & 0x1f) != bytecode::AtomOp::kCas) info.c = FieldKind::kNone;
    return info;
  }
  switch (in.op) {
    case Op::SREG: {
      auto which = static_cast<bytecode::DynamicRegister>(in.x);
      info.dst = which == bytecode::DynamicRegister::kClock64 || which == bytecode::DynamicRegister::kGlobalTimer
                     ? FieldKind::k64
                     : FieldKind::k32;
      break;
    }
    case Op::VOTE:
      info.dst = static_cast<bytecode::VoteMode>(in.x & 3) == bytecode::VoteMode::kBallot ? FieldKind::k32
                                                                                          : FieldKind::kPredicate;
      break;
    case Op::MATCH_ANY:
    case Op::MATCH_ALL:
      info.a = in.x & 1 ? FieldKind::k64 : FieldKind::k32;
      break;
    case Op::BAR: {
      auto kind = static_cast<bytecode::BarKind>(in.x & 0xf);
      info.dst = kind == bytecode::BarKind::kRedPopc                                       ? FieldKind::k32
                 : kind == bytecode::BarKind::kRedAnd || kind == bytecode::BarKind::kRedOr ? FieldKind::kPredicate
                                                                                           : FieldKind::kNone;
      if (info.dst == FieldKind::kNone) info.c = FieldKind::kNone;
      break;
    }
    case Op::SYSCALL:
      info.a = info.b = info.c = FieldKind::k64;
      switch (static_cast<bytecode::Syscall>(in.x)) {
        case bytecode::Syscall::kVprintf:
          info.dst = FieldKind::k32;
          info.c = FieldKind::kNone;
          break;
        case bytecode::Syscall::kAssertFail:
          info.dst = FieldKind::kNone;
          break;
        case bytecode::Syscall::kMalloc:
          info.dst = FieldKind::k64;
          info.b = info.c = FieldKind::kNone;
          break;
        case bytecode::Syscall::kFree:
          info.dst = info.b = info.c = FieldKind::kNone;
          break;
      }
      break;
    case Op::BRX:
      info.b = FieldKind::kLiteral;
      break;
    default:
      break;
  }
  return info;
}

bool ExtensionOf(const Instruction& in, ExtensionInfo* out) {
  *out = {};
  if (IsVectorLoad(in.op) || IsVectorStore(in.op)) {
    uint32_t count = (in.x & bytecode::kCountMask) >> bytecode::kCountShift;
    if (count != 2 && count != 4 && count != 8) return false;
    out->count = static_cast<uint8_t>(count);
    for (uint32_t i = 0; i < count; ++i) {
      out->kind[i] = (in.x & bytecode::kWidthMask) == bytecode::kWidth64 ? FieldKind::k64 : FieldKind::k32;
      out->defined[i] = IsVectorLoad(in.op);
    }
    return true;
  }
  if (in.op == Op::SHFL) {
    out->count = 2;
    out->kind[0] = FieldKind::k32;
    out->kind[1] = FieldKind::kPredicate;
    out->defined[1] = true;
    out->optional[0] = out->optional[1] = true;
    return true;
  }
  if (in.op == Op::SYSCALL) {
    if (in.x > static_cast<uint16_t>(bytecode::Syscall::kFree)) return false;
    if (static_cast<bytecode::Syscall>(in.x) == bytecode::Syscall::kAssertFail) {
      out->count = 2;
      out->kind[0] = FieldKind::k32;
      out->kind[1] = FieldKind::k64;
    }
    return true;
  }
  return false;
}

}  // namespace culvert::lowering
