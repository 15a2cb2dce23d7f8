// Live intervals (allocate.h). For every register that is read in a block before it is written there, the blocks from
// which its definitions reach that read are walked backwards; the work is the size of the live ranges.
#include <algorithm>
#include <utility>

#include "compiler/bytecode/allocate.h"

namespace culvert::lowering {
namespace {

// Pairs (register, block), grouped by register.
class BlockLists {
 public:
  void Add(Reg reg, uint32_t block) { pairs_.push_back({reg, block}); }
  void Finish(size_t register_count) {
    first_.assign(register_count + 1, 0);
    for (const Pair& pair : pairs_) ++first_[pair.reg + 1];
    for (size_t i = 0; i < register_count; ++i) first_[i + 1] += first_[i];
    blocks_.resize(pairs_.size());
    std::vector<uint32_t> fill(first_.begin(), first_.end() - 1);
    for (const Pair& pair : pairs_) blocks_[fill[pair.reg]++] = pair.block;
    pairs_.clear();
  }
  const uint32_t* begin(Reg reg) const { return blocks_.data() + first_[reg]; }
  const uint32_t* end(Reg reg) const { return blocks_.data() + first_[reg + 1]; }
  bool Has(Reg reg) const { return first_[reg] != first_[reg + 1]; }

 private:
  struct Pair {
    Reg reg;
    uint32_t block;
  };
  std::vector<Pair> pairs_;
  std::vector<uint32_t> first_;
  std::vector<uint32_t> blocks_;
};

class Liveness {
 public:
  explicit Liveness(const LirFunction& function) : function_(function), intervals_(function.registers.size()) {}

  std::vector<Interval> Run() {
    ScanBlocks();
    FindPredecessors();
    FindReach();
    live_.assign(function_.blocks.size(), 0);
    defined_.assign(function_.blocks.size(), 0);
    reached_.assign(function_.blocks.size(), 0);
    for (Reg reg = 0; reg < function_.registers.size(); ++reg) {
      if (exposed_.Has(reg)) Walk(reg);
    }
    return std::move(intervals_);
  }

 private:
  bool IsVariable(Reg reg) const { return reg != kNoReg && !function_.registers[reg].is_constant; }

  void ScanBlocks() {
    const size_t registers = function_.registers.size();
    // Block (+1) in which the register was last fully written, partly written, and read before it was written.
    std::vector<uint32_t> full(registers, 0), partial(registers, 0), read(registers, 0);
    uint32_t position = 0;
    for (uint32_t b = 0; b < function_.blocks.size(); ++b) {
      const Block& block = function_.blocks[b];
      block_begin_.push_back(position);
      auto use = [&](Reg reg) {
        if (!IsVariable(reg)) return;
        intervals_[reg].Include(position);
        if (full[reg] != b + 1 && read[reg] != b + 1) {
          read[reg] = b + 1;
          exposed_.Add(reg, b);
        }
      };
      for (const LirInstruction& in : block.code) {
        for (int field = 0; field < kFieldCount; ++field) {
          if (in.Uses(field)) use(in.reg[field]);
        }
        use(in.guard);
        const uint32_t at = position + (DestinationsMayNotShare(in) ? 0 : 1);
        for (int field = 0; field < kFieldCount; ++field) {
          if (!in.Defines(field)) continue;
          Reg reg = in.reg[field];
          intervals_[reg].Include(at);
          intervals_[reg].Include(position + 1);
          if (partial[reg] != b + 1) {
            partial[reg] = b + 1;
            writes_.Add(reg, b);
          }
          bool is_full = in.guard == kNoReg || function_.registers[reg].is_temporary;
          if (is_full && full[reg] != b + 1) {
            full[reg] = b + 1;
            kills_.Add(reg, b);
          }
        }
        position += 2;
      }
      use(block.end.reg);
      position += 2;
      block_end_.push_back(position - 1);
    }
    exposed_.Finish(registers);
    kills_.Finish(registers);
    writes_.Finish(registers);
  }

  void FindPredecessors() {
    const size_t count = function_.blocks.size();
    first_.assign(count + 1, 0);
    for (const Block& block : function_.blocks) {
      for (uint32_t target : block.end.targets) ++first_[target + 1];
    }
    for (size_t i = 0; i < count; ++i) first_[i + 1] += first_[i];
    predecessors_.resize(first_[count]);
    std::vector<uint32_t> fill(first_.begin(), first_.end() - 1);
    for (uint32_t b = 0; b < count; ++b) {
      for (uint32_t target : function_.blocks[b].end.targets) predecessors_[fill[target]++] = b;
    }
  }

  // A value written in block b can be seen in blocks from b on, and, around a loop, in blocks from the loop's start on.
  // reach_[b] is the first of them: the start of the chain of overlapping back edges that b lies in.
  void FindReach() {
    const uint32_t count = static_cast<uint32_t>(function_.blocks.size());
    // Last block from which a back edge goes to each block.
    std::vector<uint32_t> last_source(count, 0);
    for (uint32_t b = 0; b < count; ++b) {
      for (uint32_t target : function_.blocks[b].end.targets) {
        if (target <= b) last_source[target] = std::max(last_source[target], b);
      }
    }
    reach_.resize(count);
    uint32_t start = 0, end = 0;
    bool inside = false;
    for (uint32_t b = 0; b < count; ++b) {
      if (inside && b > end) inside = false;
      if (!inside && last_source[b] >= b && (b > 0 || last_source[0] > 0 || IsSelfLoop(0))) {
        inside = true;
        start = b;
        end = last_source[b];
      }
      if (inside) end = std::max(end, last_source[b]);
      reach_[b] = inside ? start : b;
    }
  }
  bool IsSelfLoop(uint32_t block) const {
    for (uint32_t target : function_.blocks[block].end.targets) {
      if (target == block) return true;
    }
    return false;
  }

  void Walk(Reg reg) {
    ++epoch_;
    for (const uint32_t* b = kills_.begin(reg); b != kills_.end(reg); ++b) defined_[*b] = epoch_;
    // Before this block no definition has happened yet. A register that is never written is read as it is.
    const uint32_t bound = writes_.Has(reg) ? reach_[*writes_.begin(reg)] : ~0u;
    live_in_.clear();
    bool unwritten = false;  // a path from the entry reads it before it is written
    auto mark = [&](uint32_t block) {
      if (live_[block] == epoch_) return;
      live_[block] = epoch_;
      live_in_.push_back(block);
    };
    for (const uint32_t* b = exposed_.begin(reg); b != exposed_.end(reg); ++b) {
      if (*b >= bound) mark(*b);
    }
    for (size_t i = 0; i < live_in_.size(); ++i) {
      uint32_t block = live_in_[i];
      unwritten = unwritten || block == 0;
      for (uint32_t p = first_[block]; p < first_[block + 1]; ++p) {
        uint32_t before = predecessors_[p];
        if (defined_[before] == epoch_) continue;
        if (before < bound) {
          unwritten = true;
        } else {
          mark(before);
        }
      }
    }
    if (unwritten) return ExtendWhereWritten(reg);
    for (uint32_t block : live_in_) {
      intervals_[reg].Include(block_begin_[block]);
      for (uint32_t p = first_[block]; p < first_[block + 1]; ++p)
        intervals_[reg].Include(block_end_[predecessors_[p]]);
    }
  }

  // Some path reads the register unwritten, as with a definition under a guard. Only
  // where a definition may have happened does it hold anything.
  void ExtendWhereWritten(Reg reg) {
    std::vector<uint32_t> work;
    auto reach = [&](uint32_t from) {
      for (uint32_t target : function_.blocks[from].end.targets) {
        if (live_[target] != epoch_) continue;
        intervals_[reg].Include(block_end_[from]);
        if (reached_[target] == epoch_) continue;
        reached_[target] = epoch_;
        intervals_[reg].Include(block_begin_[target]);
        work.push_back(target);
      }
    };
    for (const uint32_t* b = writes_.begin(reg); b != writes_.end(reg); ++b) reach(*b);
    while (!work.empty()) {
      uint32_t block = work.back();
      work.pop_back();
      if (defined_[block] != epoch_) reach(block);
    }
  }

  const LirFunction& function_;
  std::vector<Interval> intervals_;
  BlockLists exposed_;  // read before written
  BlockLists kills_;    // fully written
  BlockLists writes_;   // written at all
  std::vector<uint32_t> block_begin_, block_end_;
  std::vector<uint32_t> first_, predecessors_;
  std::vector<uint32_t> live_, defined_, reached_;  // epoch marks per block
  std::vector<uint32_t> reach_;
  std::vector<uint32_t> live_in_;
  uint32_t epoch_ = 0;
};

}  // namespace

std::vector<Interval> LiveIntervals(const LirFunction& function) { return Liveness(function).Run(); }

}  // namespace culvert::lowering
