// A Kernel as PTX text: one module with the entry "kernel". The surface (names, literals, order of declarations,
// scopes, comments, shapes of branches and calls) varies with the kernel's seed; the same kernel always gives the same
// text.
#ifndef CULVERT_TESTS_ISA_GENERATOR_PRINT_H_
#define CULVERT_TESTS_ISA_GENERATOR_PRINT_H_

#include <string>

#include "tests/isa/generator/kernel.h"

namespace culvert::gen {

// Parameters of the entry: .u64 input, .u64 output, .u64 cells, and kParamBytes bytes `params`.
std::string Print(const Kernel& kernel);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_PRINT_H_
