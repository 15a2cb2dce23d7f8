#include "compiler/bytecode/allocate.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <utility>

namespace culvert::lowering {
namespace {

constexpr size_t kClasses = 4;
constexpr uint32_t kWords[kClasses] = {0, 1, 2, 4};  // 32-bit slots per register of a class

// Places of one class: numbers from 0, lowest free one first, so that windows stay small.
class Pool {
 public:
  uint32_t Take() {
    if (free_.empty()) return size_++;
    uint32_t place = free_.top();
    free_.pop();
    return place;
  }
  void Give(uint32_t place) { free_.push(place); }
  uint32_t size() const { return size_; }

 private:
  std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> free_;
  uint32_t size_ = 0;
};

}  // namespace

Allocation Allocate(const LirFunction& function, bool share_slots) {
  std::vector<Interval> intervals = LiveIntervals(function);
  Allocation out;
  out.place.assign(function.registers.size(), ~0u);

  std::vector<Reg> order;
  for (Reg reg = 0; reg < function.registers.size(); ++reg) {
    if (!function.registers[reg].is_constant && !intervals[reg].IsEmpty()) order.push_back(reg);
  }
  std::sort(order.begin(), order.end(), [&](Reg a, Reg b) {
    return intervals[a].begin != intervals[b].begin ? intervals[a].begin < intervals[b].begin : a < b;
  });

  std::array<Pool, kClasses> pools;
  using Active = std::pair<uint32_t, Reg>;  // end, register
  std::priority_queue<Active, std::vector<Active>, std::greater<>> active;
  uint32_t words = 0;
  for (Reg reg : order) {
    while (share_slots && !active.empty() && active.top().first < intervals[reg].begin) {
      Reg done = active.top().second;
      active.pop();
      size_t cls = static_cast<size_t>(function.registers[done].cls);
      pools[cls].Give(out.place[done]);
      words -= kWords[cls];
    }
    size_t cls = static_cast<size_t>(function.registers[reg].cls);
    out.place[reg] = pools[cls].Take();
    words += kWords[cls];
    out.peak_words = std::max(out.peak_words, words);
    active.push({intervals[reg].end, reg});
  }

  // Window: predicates, then the slots of each width, then the constants.
  out.predicate_count = pools[0].size();
  uint32_t next = (out.predicate_count * 4 + bytecode::kSlotBytes - 1) / bytecode::kSlotBytes;
  uint32_t base[kClasses] = {0, 0, 0, 0};
  for (size_t cls = 1; cls < kClasses; ++cls) {
    base[cls] = next;
    next += pools[cls].size() * kWords[cls];
  }
  for (Reg reg : order) {
    size_t cls = static_cast<size_t>(function.registers[reg].cls);
    if (cls != 0) out.place[reg] = base[cls] + out.place[reg] * kWords[cls];
  }
  auto use = [&](Reg reg) {
    if (reg == kNoReg || !function.registers[reg].is_constant || out.place[reg] != ~0u) return;
    out.place[reg] = next;
    out.constants.push_back(reg);
    next += kWords[static_cast<size_t>(function.registers[reg].cls)];
  };
  for (const Block& block : function.blocks) {
    for (const LirInstruction& in : block.code) {
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Uses(field)) use(in.reg[field]);
      }
    }
    use(block.end.reg);
  }
  out.slot_count = next;
  return out;
}

}  // namespace culvert::lowering
