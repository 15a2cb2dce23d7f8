// Live intervals (allocate.h). For every register that is read in a block before it is written there, the blocks from
// which its definitions reach that read are walked backwards; the work is the size of the live ranges.
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
  struct Pair { Reg reg; uint32_t block; };
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

  void Walk(Reg reg) {
    ++epoch_;
    for (const uint32_t* b = kills_.begin(reg); b != kills_.end(reg); ++b) defined_[*b] = epoch_;
    live_in_.clear();
    auto mark = [&](uint32_t block) {
      if (live_[block] == epoch_) return;
      live_[block] = epoch_;
      live_in_.push_back(block);
    };
    for (const uint32_t* b = exposed_.begin(reg); b != exposed_.end(reg); ++b) mark(*b);
    for (size_t i = 0; i < live_in_.size(); ++i) {
      uint32_t block = live_in_[i];
      for (uint32_t p = first_[block]; p < first_[block + 1]; ++p) {
        if (defined_[predecessors_[p]] != epoch_) mark(predecessors_[p]);
      }
    }
    if (live_[0] == epoch_) return ExtendWhereWritten(reg);
    for (uint32_t block : live_in_) {
      intervals_[reg].Include(block_begin_[block]);
      for (uint32_t p = first_[block]; p < first_[block + 1]; ++p) intervals_[reg].Include(block_end_[predecessors_[p]]);
    }
  }

  // Live from the entry on means that some path reads the register unwritten, as with a definition under a guard. Only
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
  std::vector<uint32_t> live_in_;
  uint32_t epoch_ = 0;
};

}  // namespace

std::vector<Interval> LiveIntervals(const LirFunction& function) { return Liveness(function).Run(); }

}  // namespace culvert::lowering
