// Small clean-ups of LIR that make bytecode cheaper to interpret, each linear in the number of instructions:
//   - registers that only ever hold a constant (kernel parameter, special register, immediate, address) become it;
//   - copies are read through within a block; multiply and add become one operation where the bytecode has it;
//   - instructions whose results nobody reads are dropped.
#ifndef CULVERT_COMPILER_BYTECODE_OPTIMIZE_H_
#define CULVERT_COMPILER_BYTECODE_OPTIMIZE_H_

#include <vector>

#include "compiler/bytecode/lir.h"

namespace culvert::lowering {

void Optimize(LirFunction& function);

// Per register: true if it provably has the same value in all lanes that read it: a constant that does not depend on
// the thread, or the only definition of a register, free of side effects, from such registers.
std::vector<bool> UniformRegisters(const LirFunction& function);

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_OPTIMIZE_H_
