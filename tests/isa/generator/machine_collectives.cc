// Operations of several threads: shfl, vote, match, redux, bar.warp and the block barrier (PTX ISA, "Parallel
// Synchronization and Communication Instructions", and shfl.sync under "Data Movement").
#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "tests/isa/generator/machine_state.h"

namespace culvert::gen {
namespace {

constexpr uint64_t kUnpredictable = 0xbad0bad0;  // shfl from a lane that does not take part

}  // namespace

void Machine::TryWarp(uint32_t warp) {
  const uint32_t first = warp * 32, last = std::min<uint32_t>(first + 32, kernel_.Threads());
  for (uint32_t i = first; i < last; ++i) {
    if (threads_[i].state != Thread::State::kWarp) continue;
    const Code& code = At(threads_[i]);
    std::vector<Thread*> lanes;
    bool complete = true;
    for (uint32_t j = first; j < last; ++j) {
      Thread& other = threads_[j];
      if (!(threads_[i].mask >> (j - first) & 1) || other.state == Thread::State::kExited) continue;
      bool meets = other.state == Thread::State::kWarp && &At(other) == &code && other.mask == threads_[i].mask;
      complete &= meets;
      lanes.push_back(&other);
    }
    if (threads_[i].mask >> (last - first - 1) >> 1)
      return Fail(&threads_[i], "the membermask names lanes that do not exist");
    if (!complete) continue;
    const Statement& s = *code.statement;
    for (Thread* lane : lanes) {
      lane->state = Thread::State::kReady;
      ++lane->frames.back().pc;
    }
    if (s.op == Op::kWarpSync) WarpSync(lanes);
    if (s.op == Op::kShuffle) Shuffle(lanes, s);
    if (s.op == Op::kVote) Vote(lanes, s);
    if (s.op == Op::kMatch) Match(lanes, s);
    if (s.op == Op::kRedux) Redux(lanes, code);
  }
}

void Machine::Shuffle(const std::vector<Thread*>& lanes, const Statement& s) {
  std::vector<uint64_t> value(32, kUnpredictable);
  for (Thread* lane : lanes) value[lane->index % 32] = Read(*lane, s.sources[0]);
  struct Result {
    uint64_t value, in_range;
  };
  std::vector<Result> results;
  for (Thread* thread : lanes) {
    const int lane = static_cast<int>(thread->index % 32);
    const int b = static_cast<int>(Read(*thread, s.sources[1]) & 31);
    const uint64_t c_operand = Read(*thread, s.sources[2]);
    const int c = static_cast<int>(c_operand & 31), segment = static_cast<int>(c_operand >> 8 & 31);
    const int max_lane = (lane & segment) | (c & ~segment), min_lane = lane & segment;
    int j = 0;
    bool in_range = false;
    if (HasModifier(s.opcode, "up")) {
      j = lane - b;
      in_range = j >= max_lane;
    } else {
      j = HasModifier(s.opcode, "down")   ? lane + b
          : HasModifier(s.opcode, "bfly") ? lane ^ b
                                          : min_lane | (b & ~segment);
      in_range = j <= max_lane;
    }
    if (!in_range) j = lane;
    results.push_back({j >= 0 && j < 32 ? value[static_cast<size_t>(j)] : kUnpredictable, in_range});
  }
  for (size_t i = 0; i < lanes.size(); ++i) {
    Write(*lanes[i], s.results[0], results[i].value, Ty::kB32);
    if (s.results.size() > 1) Write(*lanes[i], s.results[1], results[i].in_range, Ty::kPred);
  }
}

void Machine::Vote(const std::vector<Thread*>& lanes, const Statement& s) {
  uint32_t ballot = 0;
  for (Thread* lane : lanes) ballot |= static_cast<uint32_t>(Read(*lane, s.sources[0])) << (lane->index % 32);
  const size_t count = static_cast<size_t>(std::popcount(ballot));
  for (Thread* lane : lanes) {
    if (HasModifier(s.opcode, "ballot")) {
      Write(*lane, s.results[0], ballot, Ty::kB32);
    } else {
      bool value = HasModifier(s.opcode, "all")   ? count == lanes.size()
                   : HasModifier(s.opcode, "any") ? count != 0
                                                  : count == 0 || count == lanes.size();
      Write(*lane, s.results[0], value, Ty::kPred);
    }
  }
}

void Machine::Match(const std::vector<Thread*>& lanes, const Statement& s) {
  std::vector<uint64_t> values;
  uint32_t everyone = 0;
  for (Thread* lane : lanes) {
    values.push_back(Read(*lane, s.sources[0]));
    everyone |= 1u << (lane->index % 32);
  }
  for (size_t i = 0; i < lanes.size(); ++i) {
    uint32_t same = 0;
    for (size_t j = 0; j < lanes.size(); ++j) same |= uint32_t{values[i] == values[j]} << (lanes[j]->index % 32);
    if (HasModifier(s.opcode, "all")) {
      Write(*lanes[i], s.results[0], same == everyone ? everyone : 0, Ty::kB32);
      if (s.results.size() > 1) Write(*lanes[i], s.results[1], same == everyone, Ty::kPred);
    } else {
      Write(*lanes[i], s.results[0], same, Ty::kB32);
    }
  }
}

void Machine::Redux(const std::vector<Thread*>& lanes, const Code& code) {
  const Statement& s = *code.statement;
  const bool is_signed = s.type == Ty::kS32, absolute = HasModifier(s.opcode, "abs");
  auto combine = [&](uint32_t a, uint32_t b) -> uint32_t {
    bool less = is_signed ? static_cast<int32_t>(a) < static_cast<int32_t>(b) : a < b;
    if (code.evaluator != nullptr) {
      uint64_t wide_a = a, wide_b = b, out = 0;
      isa::Batch batch;
      batch.count = 1;
      batch.source[0] = &wide_a;
      batch.source[1] = &wide_b;
      batch.result[0] = &out;
      code.evaluator->compute(batch);
      return static_cast<uint32_t>(out);
    }
    if (HasModifier(s.opcode, "add")) return a + b;
    if (HasModifier(s.opcode, "and")) return a & b;
    if (HasModifier(s.opcode, "or")) return a | b;
    if (HasModifier(s.opcode, "xor")) return a ^ b;
    if (HasModifier(s.opcode, "min")) return less ? a : b;
    return less ? b : a;
  };
  auto value = [&](Thread* lane) {
    uint32_t bits = static_cast<uint32_t>(Read(*lane, s.sources[0]));
    return absolute ? bits & 0x7fffffff : bits;
  };
  uint32_t total = value(lanes[0]);
  // One lane alone still makes a NaN canonical.
  if (code.evaluator != nullptr && lanes.size() == 1) total = combine(total, total);
  for (size_t i = 1; i < lanes.size(); ++i) total = combine(total, value(lanes[i]));
  for (Thread* lane : lanes) Write(*lane, s.results[0], total, s.type);
}

void Machine::TryBarrier() {
  size_t present = 0;
  std::map<uint32_t, std::vector<Thread*>> barriers;  // by number
  for (Thread& thread : threads_) {
    if (thread.state == Thread::State::kExited) continue;
    ++present;
    if (thread.state == Thread::State::kBarrier) barriers[At(thread).statement->offset].push_back(&thread);
  }
  for (auto& [number, waiting] : barriers) {
    const Code& code = At(*waiting[0]);
    const uint32_t wanted = code.statement->threads;
    if (waiting.size() != (wanted == 0 ? present : wanted)) continue;
    for (Thread* thread : waiting) {
      const Statement& s = *At(*thread).statement;
      bool same = &s == code.statement;
      bool alike = s.opcode == code.statement->opcode && s.threads == wanted && s.opcode.substr(0, 8) == "barrier." &&
                   !HasModifier(s.opcode, "aligned");
      if (!same && !alike) return Fail(thread, "threads wait at different barriers");
    }
    Release(waiting);
  }
}

void Machine::Release(const std::vector<Thread*>& waiting) {
  uint32_t holds = 0;
  for (Thread* thread : waiting) {
    const Statement& s = *At(*thread).statement;
    if (!s.results.empty()) holds += static_cast<uint32_t>(Read(*thread, s.sources[0]));
  }
  ++epoch_;
  for (Thread* thread : waiting) {
    const Statement& s = *At(*thread).statement;
    ++thread->frames.back().pc;
    thread->state = Thread::State::kReady;
    if (s.results.empty()) continue;
    if (HasModifier(s.opcode, "popc")) {
      Write(*thread, s.results[0], holds, Ty::kU32);
    } else {
      Write(*thread, s.results[0], HasModifier(s.opcode, "and") ? holds == waiting.size() : holds != 0, Ty::kPred);
    }
  }
}

// Memory is ordered among the lanes: each knows what the others have done.
void Machine::WarpSync(const std::vector<Thread*>& lanes) {
  std::array<uint32_t, 32> known = {};
  for (Thread* lane : lanes) {
    for (size_t i = 0; i < 32; ++i) known[i] = std::max(known[i], lane->known[i]);
    known[lane->index % 32] = std::max(known[lane->index % 32], lane->time);
  }
  ++syncs_;
  for (Thread* lane : lanes) {
    lane->known = known;
    lane->time = syncs_;
  }
}

}  // namespace culvert::gen
