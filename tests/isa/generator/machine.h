// The slow machine: executes a Kernel as written, one thread at a time, one lane at a time. Arithmetic comes from the
// reference (tests/isa/reference), everything else is written here from the text of the PTX ISA. It shares no code with
// the compiler or the interpreter and never sees PTX.
#ifndef CULVERT_TESTS_ISA_GENERATOR_MACHINE_H_
#define CULVERT_TESTS_ISA_GENERATOR_MACHINE_H_

#include <string>

#include "tests/isa/generator/kernel.h"

namespace culvert::gen {

struct MachineResult {
  // Empty: `output` is what the kernel computes. Otherwise why the kernel has no defined result: a mistake of the
  // generator, or of a reduction step.
  std::string problem;
  Output output;
  uint64_t steps = 0;  // statements executed by all threads
};

// Byte that the output buffer holds before the kernel runs; the cells start at zero.
inline constexpr uint8_t kOutputFill = 0xa5;

MachineResult Execute(const Kernel& kernel, uint64_t max_steps = 20'000'000);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_MACHINE_H_
