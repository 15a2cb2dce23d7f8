// Block order and loops. The interpreter runs the lanes with the lowest position first, so that lanes which took
// different ways meet again at the first block they share: this works when every forward branch goes down, when loops
// are contiguous and when what follows a loop comes after it. Text order does not promise that (nvcc puts rare paths at
// the end of a function).
#ifndef CULVERT_COMPILER_BYTECODE_BLOCK_ORDER_H_
#define CULVERT_COMPILER_BYTECODE_BLOCK_ORDER_H_

#include <cstdint>
#include <vector>

#include "compiler/bytecode/lir.h"

namespace culvert::lowering {

// Threads jumps through empty blocks, drops unreachable blocks and puts the rest in reverse post-order, successors that
// leave a loop last.
void OrderBlocks(LirFunction& function);

struct Loops {
  static constexpr uint32_t kNone = ~0u;
  std::vector<uint32_t> header;  // per block: header of the innermost loop that holds it; kNone outside
  std::vector<uint32_t> outer;   // per header: header of the loop around its loop; kNone if there is none
  std::vector<uint32_t> depth;   // per header: 1 for an outermost loop
  // True if loop `loop_header` holds the block.
  bool Contains(uint32_t loop_header, uint32_t block) const;
};
// Natural loops. Cycles that have more than one entry are not loops here.
Loops FindLoops(const LirFunction& function);

// Per header: true if the loop may wait for another thread (bytecode::kSpin): it reads memory in a way another thread
// can release, or its exit depends on a weak load that no barrier orders.
std::vector<bool> FindSpinLoops(const LirFunction& function, const Loops& loops);

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_BLOCK_ORDER_H_
