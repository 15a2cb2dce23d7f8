// Slots for the registers of a function: liveness on the control flow graph, then linear scan.
//
// Lanes of a warp run different paths while the others wait, but every lane owns its part of a slot and an operation
// changes only the parts of active lanes. So one lane's values are disturbed only by what that lane itself runs, and
// liveness along the graph decides as for one thread. That holds as long as a lane's part of a slot is the same for all
// values in it: a 64-bit value covers other bytes of a slot than a 32-bit one, hence one pool of slots per width.
#ifndef CULVERT_COMPILER_BYTECODE_ALLOCATE_H_
#define CULVERT_COMPILER_BYTECODE_ALLOCATE_H_

#include <cstdint>
#include <vector>

#include "compiler/bytecode/lir.h"

namespace culvert::lowering {

// Positions at which a register may hold a value that is still needed: instruction i is read at 2i and written at
// 2i + 1. begin > end: never.
struct Interval {
  uint32_t begin = ~0u;
  uint32_t end = 0;
  bool IsEmpty() const { return begin > end; }
  void Include(uint32_t position) {
    if (position < begin) begin = position;
    if (position > end) end = position;
  }
};

// Live intervals in block order; a block's terminator counts as one instruction. Constants have none.
std::vector<Interval> LiveIntervals(const LirFunction& function);

struct Allocation {
  // Per register: predicate index or slot number within the window; ~0u if it needs none.
  std::vector<uint32_t> place;
  uint32_t predicate_count = 0;
  uint32_t slot_count = 0;     // of the window
  uint32_t peak_words = 0;     // largest number of 32-bit values a thread holds at once, constants excluded
  std::vector<Reg> constants;  // constant registers in use, in slot order
};

// Without share_slots every register has a place of its own.
Allocation Allocate(const LirFunction& function, bool share_slots = true);

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_ALLOCATE_H_
