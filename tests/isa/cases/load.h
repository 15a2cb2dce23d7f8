// The parts of MemoryCases.
#ifndef CULVERT_TESTS_ISA_CASES_LOAD_H_
#define CULVERT_TESTS_ISA_CASES_LOAD_H_

#include <string>
#include <vector>

#include "tests/isa/cases/kernel_text.h"

namespace culvert::isa {

// The opcodes of a mnemonic's rows that PTX allows: the selection of SelectedInstancesOf, and orderings with each
// scope.
std::vector<std::string> AccessOpcodes(const std::string& mnemonic);

// What a register of `register_bits` holds after a load of these bytes: extended by the sign for signed types, with
// zeros otherwise (PTX ISA, "Operand Size Exceeding Instruction-Type Size").
Bytes ExtendedTo(const struct Element& element, uint32_t register_bits, const uint8_t* bytes);

void AddLoads(std::vector<Case>* cases);               // load.cc: ld, ldu
void AddStores(std::vector<Case>* cases);              // store.cc: st
void AddFunctionParameters(std::vector<Case>* cases);  // function_param.cc: ld and st of arguments and results
void AddOperandForms(std::vector<Case>* cases);        // memory_forms.cc: variables, constants, sinks
void AddAccessFaults(std::vector<Case>* cases);        // memory_faults.cc
void AddCacheControls(std::vector<Case>* cases);       // memory.cc: prefetch, applypriority, discard

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_CASES_LOAD_H_
