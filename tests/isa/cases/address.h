// The parts of AddressCases.
#ifndef CULVERT_TESTS_ISA_CASES_ADDRESS_H_
#define CULVERT_TESTS_ISA_CASES_ADDRESS_H_

#include <vector>

#include "tests/isa/case.h"

namespace culvert::isa {

void AddPacking(std::vector<Case>* cases);  // pack.cc: mov of vectors, mov.b128
void AddWindows(std::vector<Case>* cases);  // window.cc: cvta, isspacep
void AddStack(std::vector<Case>* cases);    // stack.cc: alloca, stacksave, stackrestore

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_CASES_ADDRESS_H_
