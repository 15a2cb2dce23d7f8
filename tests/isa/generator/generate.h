// Seed -> kernel. The same seed gives the same kernel as long as the generator and the pool of opcodes (opcodes.h) stay
// the same; a failure is therefore kept as text (regressions/), not as a seed.
#ifndef CULVERT_TESTS_ISA_GENERATOR_GENERATE_H_
#define CULVERT_TESTS_ISA_GENERATOR_GENERATE_H_

#include <cstdint>

#include "tests/isa/generator/kernel.h"

namespace culvert::gen {

Kernel Generate(uint64_t seed);

// A number that changes with the pool of opcodes and with what the generator makes of a seed: ranges of seeds done
// under another number are done anew.
uint64_t Fingerprint();

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_GENERATE_H_
