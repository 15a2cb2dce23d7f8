// What the fields of each bytecode operation hold, for the disassembler and the validator. Derived from the operand
// strings of bytecode.def.
#ifndef CULVERT_COMPILER_BYTECODE_OP_INFO_H_
#define CULVERT_COMPILER_BYTECODE_OP_INFO_H_

#include <cstdint>
#include <string_view>

#include "include/culvert/bytecode.h"

namespace culvert::lowering {

enum class FieldKind : uint8_t {
  kNone,
  kPredicate,
  k32,       // one slot
  k64,       // two slots
  k128,      // four slots
  kLiteral,  // x, b of BRX
};

struct OpInfo {
  std::string_view name;
  FieldKind dst = FieldKind::kNone, a = FieldKind::kNone, b = FieldKind::kNone, c = FieldKind::kNone,
            x = FieldKind::kNone;
  bool dst_optional = false;  // "|none" or a destination that may be absent
  bool memory = false;        // [a+imm]
  bool imm = false;
  bool extension = false;
};
const OpInfo& InfoOf(bytecode::Op op);

// The same with what depends on the instruction itself resolved: the width of an atomic, of a special register, of a
// vote's or a barrier's result.
OpInfo InfoOf(const bytecode::Instruction& in);

// Slots and predicates that an Extension names.
struct ExtensionInfo {
  uint8_t count = 0;  // entries in use, from 0 on
  FieldKind kind[8] = {};
  bool defined[8] = {};   // written, not read
  bool optional[8] = {};  // may be kNoOperand
};
// False if x is not a valid encoding for an operation with extension.
bool ExtensionOf(const bytecode::Instruction& in, ExtensionInfo* out);

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_OP_INFO_H_
