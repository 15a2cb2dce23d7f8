#include "compiler/bytecode/block_order.h"

#include <algorithm>
#include <utility>

namespace culvert::lowering {
namespace {

constexpr uint32_t kNone = Loops::kNone;

// Depth-first numbers. `end` is the first preorder number after the subtree.
struct DepthFirst {
  std::vector<uint32_t> preorder;  // per block; kNone if unreachable
  std::vector<uint32_t> end;
  std::vector<uint32_t> by_number;  // block of each preorder number
  std::vector<uint32_t> postorder;  // blocks in post-order
};

// `successors(block, out)` appends the successors in the order to visit them.
template <typename Successors>
DepthFirst Walk(size_t block_count, Successors successors) {
  DepthFirst out;
  out.preorder.assign(block_count, kNone);
  out.end.assign(block_count, 0);
  struct Frame {
    uint32_t block;
    size_t begin;
    size_t next;
  };
  std::vector<Frame> stack;
  std::vector<uint32_t> pending;  // successors of the frames on the stack, one after the other
  auto enter = [&](uint32_t block) {
    out.preorder[block] = static_cast<uint32_t>(out.by_number.size());
    out.by_number.push_back(block);
    size_t begin = pending.size();
    successors(block, &pending);
    stack.push_back({block, begin, begin});
  };
  enter(0);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.next < pending.size()) {
      uint32_t target = pending[frame.next++];
      if (out.preorder[target] == kNone) enter(target);
      continue;
    }
    out.end[frame.block] = static_cast<uint32_t>(out.by_number.size());
    out.postorder.push_back(frame.block);
    pending.resize(frame.begin);
    stack.pop_back();
  }
  return out;
}

// An empty block that only jumps is its target. Chains are followed at most a few steps, so cycles end.
void ThreadJumps(LirFunction& function) {
  auto final_target = [&](uint32_t block) {
    for (int step = 0; step < 8; ++step) {
      const Block& at = function.blocks[block];
      if (!at.code.empty() || at.end.kind != TerminatorKind::kJump || at.end.targets[0] == block) break;
      block = at.end.targets[0];
    }
    return block;
  };
  for (Block& block : function.blocks) {
    for (uint32_t& target : block.end.targets) target = final_target(target);
    if (block.end.kind == TerminatorKind::kConditional && block.end.targets[0] == block.end.targets[1]) {
      block.end.kind = TerminatorKind::kJump;
      block.end.targets.resize(1);
      block.end.reg = kNoReg;
    }
  }
}

}  // namespace

bool Loops::Contains(uint32_t loop_header, uint32_t block) const {
  for (uint32_t at = header[block]; at != kNone && depth[at] >= depth[loop_header]; at = outer[at]) {
    if (at == loop_header) return true;
  }
  return false;
}

Loops FindLoops(const LirFunction& function) {
  const size_t count = function.blocks.size();
  Loops loops;
  loops.header.assign(count, kNone);
  loops.outer.assign(count, kNone);
  loops.depth.assign(count, 0);
  DepthFirst walk = Walk(count, [&](uint32_t block, std::vector<uint32_t>* out) {
    const std::vector<uint32_t>& targets = function.blocks[block].end.targets;
    out->insert(out->end(), targets.begin(), targets.end());
  });
  auto descends = [&](uint32_t block, uint32_t ancestor) {
    return walk.preorder[block] != kNone && walk.preorder[block] >= walk.preorder[ancestor] &&
           walk.preorder[block] < walk.end[ancestor];
  };
  // Predecessors, in one array.
  std::vector<uint32_t> first(count + 1, 0);
  for (const Block& block : function.blocks) {
    for (uint32_t target : block.end.targets) ++first[target + 1];
  }
  for (size_t i = 0; i < count; ++i) first[i + 1] += first[i];
  std::vector<uint32_t> predecessors(first[count]);
  std::vector<uint32_t> fill(first.begin(), first.end() - 1);
  for (uint32_t b = 0; b < count; ++b) {
    for (uint32_t target : function.blocks[b].end.targets) predecessors[fill[target]++] = b;
  }
  // Inner loops first (higher preorder numbers); a finished loop is represented by its header.
  std::vector<uint32_t> representative(count);
  for (uint32_t i = 0; i < count; ++i) representative[i] = i;
  auto find = [&](uint32_t block) {
    while (representative[block] != block) {
      representative[block] = representative[representative[block]];
      block = representative[block];
    }
    return block;
  };
  std::vector<uint32_t> work;
  for (size_t n = walk.by_number.size(); n-- > 0;) {
    const uint32_t head = walk.by_number[n];
    work.clear();
    bool is_loop = false;
    for (uint32_t p = first[head]; p < first[head + 1]; ++p) {
      if (!descends(predecessors[p], head)) continue;
      is_loop = true;
      uint32_t member = find(predecessors[p]);
      if (member != head) work.push_back(member);
    }
    if (!is_loop) continue;
    loops.header[head] = head;
    while (!work.empty()) {
      uint32_t member = work.back();
      work.pop_back();
      if (representative[member] == head || member == head) continue;
      representative[member] = head;
      if (loops.header[member] == member) {
        loops.outer[member] = head;
      } else {
        loops.header[member] = head;
      }
      for (uint32_t p = first[member]; p < first[member + 1]; ++p) {
        if (!descends(predecessors[p], head)) continue;  // a second entry or unreachable
        uint32_t next = find(predecessors[p]);
        if (next != head) work.push_back(next);
      }
    }
  }
  // Outer headers have lower preorder numbers than inner ones.
  for (uint32_t block : walk.by_number) {
    if (loops.header[block] == block)
      loops.depth[block] = loops.outer[block] == kNone ? 1 : loops.depth[loops.outer[block]] + 1;
  }
  return loops;
}

void OrderBlocks(LirFunction& function) {
  ThreadJumps(function);
  Loops loops = FindLoops(function);
  // Depth of the innermost loop that holds both blocks.
  auto shared_depth = [&](uint32_t from, uint32_t to) {
    for (uint32_t at = loops.header[from]; at != kNone; at = loops.outer[at]) {
      if (loops.Contains(at, to)) return loops.depth[at];
    }
    return 0u;
  };
  DepthFirst walk = Walk(function.blocks.size(), [&](uint32_t block, std::vector<uint32_t>* out) {
    const std::vector<uint32_t>& targets = function.blocks[block].end.targets;
    size_t begin = out->size();
    // What is visited last comes first: the fall-through side, unless it leaves more loops.
    out->insert(out->end(), targets.begin(), targets.end());
    if (targets.size() == 2 && loops.header[block] != kNone) {
      if (shared_depth(block, targets[1]) < shared_depth(block, targets[0]))
        std::swap((*out)[begin], (*out)[begin + 1]);
    }
  });
  std::vector<uint32_t> number(function.blocks.size(), kNone);
  std::vector<Block> ordered;
  ordered.reserve(walk.postorder.size());
  for (size_t i = walk.postorder.size(); i-- > 0;) {
    number[walk.postorder[i]] = static_cast<uint32_t>(ordered.size());
    ordered.push_back(std::move(function.blocks[walk.postorder[i]]));
  }
  for (Block& block : ordered) {
    for (uint32_t& target : block.end.targets) target = number[target];
  }
  function.blocks = std::move(ordered);
}

}  // namespace culvert::lowering
