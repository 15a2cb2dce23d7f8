// Which loops may wait for another thread (FindSpinLoops of block_order.h).
#include <algorithm>

#include "compiler/bytecode/block_order.h"

namespace culvert::lowering {
namespace {

constexpr uint32_t kNone = Loops::kNone;

bool IsWeakSharedLoad(const LirInstruction& in) {
  return AccessOf(in.op) == MemoryAccess::kLoad && !IsLocalAccess(in.op) && !ReadsOthers(in);
}

// True if a predicate that decides over leaving the loop depends, through registers written in the loop, on a weak load
// in it. `members` are the loop's blocks in order.
class ExitSlice {
 public:
  explicit ExitSlice(const LirFunction& function) : function_(function), wanted_(function.registers.size(), 0) {}

  bool DependsOnLoad(const Loops& loops, uint32_t head, const std::vector<uint32_t>& members) {
    ++epoch_;
    for (uint32_t member : members) {
      const Terminator& end = function_.blocks[member].end;
      for (uint32_t target : end.targets) {
        if (end.reg != kNoReg && !loops.Contains(head, target)) wanted_[end.reg] = epoch_;
      }
    }
    // Backwards; a value carried around the loop needs another round. More rounds than this are chains through many
    // loop-carried registers: taken for a spin loop, which costs little.
    for (int round = 0; round < 4; ++round) {
      bool grew = false;
      for (size_t m = members.size(); m-- > 0;) {
        const std::vector<LirInstruction>& code = function_.blocks[members[m]].code;
        for (size_t i = code.size(); i-- > 0;) {
          if (Slice(code[i], &grew)) return true;
        }
      }
      if (!grew) return false;
    }
    return true;
  }

 private:
  // True at a weak load whose value is wanted.
  bool Slice(const LirInstruction& in, bool* grew) {
    bool relevant = false;
    for (int field = 0; field < kFieldCount; ++field) {
      relevant = relevant || (in.Defines(field) && wanted_[in.reg[field]] == epoch_);
    }
    if (!relevant) return false;
    if (IsWeakSharedLoad(in)) return true;
    auto want = [&](Reg reg) {
      if (reg == kNoReg || wanted_[reg] == epoch_) return;
      wanted_[reg] = epoch_;
      *grew = true;
    };
    for (int field = 0; field < kFieldCount; ++field) {
      if (in.Uses(field)) want(in.reg[field]);
    }
    want(in.guard);
    return false;
  }

  const LirFunction& function_;
  std::vector<uint32_t> wanted_;
  uint32_t epoch_ = 0;
};

}  // namespace

std::vector<bool> FindSpinLoops(const LirFunction& function, const Loops& loops) {
  const size_t count = function.blocks.size();
  std::vector<bool> spins(count, false), has_barrier(count, false), has_weak_load(count, false);
  std::vector<std::vector<uint32_t>> members(count);
  std::vector<uint32_t> heads;
  for (uint32_t b = 0; b < count; ++b) {
    const uint32_t innermost = loops.header[b];
    if (innermost == kNone) continue;
    if (innermost == b) heads.push_back(b);
    for (const LirInstruction& in : function.blocks[b].code) {
      if (ReadsOthers(in)) spins[innermost] = true;
      if (in.op == Op::BAR) has_barrier[innermost] = true;
      if (IsWeakSharedLoad(in)) has_weak_load[innermost] = true;
    }
    // In nests deeper than this the outer loops are judged by part of their blocks.
    int level = 0;
    for (uint32_t head = innermost; head != kNone && level < 8; head = loops.outer[head], ++level)
      members[head].push_back(b);
  }
  // What an inner loop does, the loops around it do.
  std::sort(heads.begin(), heads.end(), [&](uint32_t a, uint32_t b) { return loops.depth[a] > loops.depth[b]; });
  for (uint32_t head : heads) {
    const uint32_t outer = loops.outer[head];
    if (outer == kNone) continue;
    spins[outer] = spins[outer] || spins[head];
    has_barrier[outer] = has_barrier[outer] || has_barrier[head];
    has_weak_load[outer] = has_weak_load[outer] || has_weak_load[head];
  }
  ExitSlice slice(function);
  for (uint32_t head = 0; head < count; ++head) {
    if (loops.header[head] != head || spins[head] || has_barrier[head] || !has_weak_load[head]) continue;
    spins[head] = slice.DependsOnLoad(loops, head, members[head]);
  }
  return spins;
}

}  // namespace culvert::lowering
