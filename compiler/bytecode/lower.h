// The pipeline of this folder: one entry of a PTX module and everything it can call -> Program.
#ifndef CULVERT_COMPILER_BYTECODE_LOWER_H_
#define CULVERT_COMPILER_BYTECODE_LOWER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "compiler/ptx/module.h"
#include "include/culvert/program.h"

namespace culvert::lowering {

struct LowerOptions {
  // Nothing is optimised or reordered and every register has a slot of its own: what the tests compare with.
  bool plain = false;
};

// `entry` is an index into module.functions() and names an .entry with a body. kInvalidPtx with diagnostics if the text
// of the entry or of a function it reaches is wrong or has no lowering. A function that can only be reached through an
// address stored by other code does not fail the entry: calling it is a fault.
absl::StatusOr<Program> LowerEntry(const ptx::Module& module, uint32_t entry, const LowerOptions& options = {});

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_LOWER_H_
