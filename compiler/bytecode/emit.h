// Writes one function's LIR as bytecode into a Program: places for registers, JOIN at block leaders reached by
// fall-through, GUARD regions, branches with their flags, constant rows and source lines.
#ifndef CULVERT_COMPILER_BYTECODE_EMIT_H_
#define CULVERT_COMPILER_BYTECODE_EMIT_H_

#include "absl/status/statusor.h"
#include "compiler/bytecode/lir.h"
#include "compiler/bytecode/program_context.h"
#include "compiler/ptx/ast.h"
#include "include/culvert/program.h"

namespace culvert::lowering {

struct EmittedFunction {
  uint32_t peak_words = 0;  // 32-bit registers per thread at the fullest point
  bool has_spin_loops = false;
  bool needs_parameter_memory = false;
};

// Appends `function` as program->functions.back(). `source` gives the .loc rows; `share_slots` as in Allocate().
// kInvalidPtx if it does not fit the encoding (65,535 slots, predicates or switch targets).
absl::StatusOr<EmittedFunction> Emit(const LirFunction& function, const ptx::Function& source,
                                     const ProgramContext& context, bool share_slots, Program* program);

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_EMIT_H_
