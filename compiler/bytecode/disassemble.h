// Programs as text: for tests (FileCheck), `culvert` dumps and reading. Not parsed back.
//
//   function 0 "vector_add": 2 predicates, 14 slots, local 0, arguments 0
//     constant s10:2 = parameter 0 (8 bytes)
//        3  MAD_WIDE_S32  s4:2, s1, s9, s10:2
//        4  LD_G_B32  s2, [s4:2+0]
//        5  BRP.not  p0, @12
// p<n> is a predicate, s<n> a slot, :2 and :4 mark 64- and 128-bit values.
#ifndef CULVERT_COMPILER_BYTECODE_DISASSEMBLE_H_
#define CULVERT_COMPILER_BYTECODE_DISASSEMBLE_H_

#include <string>

#include "include/culvert/program.h"

namespace culvert::lowering {

struct DisassembleOptions {
  bool lines = false;  // interleave "; ptx 12 file.cu:7"
};
// `program` must be valid (validate.h).
std::string Disassemble(const Program& program, const DisassembleOptions& options = {});

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_DISASSEMBLE_H_
