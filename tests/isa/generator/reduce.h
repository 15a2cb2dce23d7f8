// Makes a failing kernel small.
#ifndef CULVERT_TESTS_ISA_GENERATOR_REDUCE_H_
#define CULVERT_TESTS_ISA_GENERATOR_REDUCE_H_

#include <functional>

#include "tests/isa/generator/kernel.h"

namespace culvert::gen {

// Smallest kernel found for which `fails` holds, starting from one for which it does. `fails` must be false for kernels
// without a defined result (MachineResult::problem). Gives up after `max_tries` calls.
Kernel Reduce(const Kernel& kernel, const std::function<bool(const Kernel&)>& fails, int max_tries = 20'000);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_REDUCE_H_
