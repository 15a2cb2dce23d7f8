// What linked code uses and no text defines.
#ifndef CULVERT_COMPILER_LINK_UNDEFINED_H_
#define CULVERT_COMPILER_LINK_UNDEFINED_H_

#include "absl/status/status.h"
#include "compiler/link/linked_module.h"

namespace culvert::link {

// kInvalidSource naming every function and variable (at most 20) that is used by a kernel, a function it reaches or an
// initial value, and defined nowhere; with the first use. Declared and unused is no error, nor are system calls.
// Bodies with errors of their own are not looked into: compiling them reports those.
absl::Status CheckDefined(const LinkedModule& module);

}  // namespace culvert::link

#endif  // CULVERT_COMPILER_LINK_UNDEFINED_H_
