// Cases for the instructions that are more than a function of their registers: memory, atomics, other lanes, barriers,
// control flow, addresses, the stack.
#ifndef CULVERT_TESTS_ISA_CASES_CASES_H_
#define CULVERT_TESTS_ISA_CASES_CASES_H_

#include <vector>

#include "tests/isa/case.h"

namespace culvert::isa {

std::vector<Case> MemoryCases();   // memory.cc: ld, st, ldu, prefetch, discard, applypriority
std::vector<Case> AtomicCases();   // atomic.cc: atom, red
std::vector<Case> WarpCases();     // warp.cc: shfl, vote, match, redux, activemask, elect, bar.warp
std::vector<Case> BarrierCases();  // barrier.cc: bar, barrier, membar, fence, griddepcontrol
std::vector<Case> ControlCases();  // control.cc: bra, brx, call, ret, exit, trap, brkpt, nanosleep, pmevent, setmaxnreg
std::vector<Case>
AddressCases();  // address.cc: mov of addresses and packed values, cvta, isspacep, createpolicy, alloca

// All of them.
std::vector<Case> MachineCases();

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_CASES_CASES_H_
