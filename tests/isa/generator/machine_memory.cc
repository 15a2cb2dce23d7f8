// Loads, stores and atomics of the machine, with the checks that make a kernel's result well defined.
#include <algorithm>
#include <cstring>

#include "tests/isa/generator/machine_state.h"

namespace culvert::gen {

Machine::Place Machine::Locate(Thread& thread, const Statement& s, uint32_t bytes) {
  uint64_t at = s.offset;
  if (s.index != kNoReg) at += ReadRegister(thread, s.index);
  uint64_t size = 0;
  Place place;
  uint8_t* defined = nullptr;
  Frame& frame = thread.frames.back();
  switch (s.space) {
    case Space::kInput:
      place.bytes = const_cast<uint8_t*>(kernel_.input.data());
      size = kernel_.input.size();
      break;
    case Space::kConst:
      place.bytes = const_cast<uint8_t*>(kernel_.constants.data());
      size = kernel_.constants.size();
      break;
    case Space::kParam:
      place.bytes = const_cast<uint8_t*>(kernel_.params.data());
      size = kernel_.params.size();
      break;
    case Space::kPrivate:
      place.bytes = result_.output.data() + (size_t{block_} * kernel_.Threads() + thread.index) * kernel_.private_bytes;
      size = kernel_.private_bytes;
      place.writable = true;
      break;
    case Space::kLocal:
      place.bytes = frame.local.data();
      defined = frame.local_defined.data();
      size = frame.local.size();
      place.writable = true;
      break;
    case Space::kCells:
      place.bytes = result_.output.data() + result_.output.size() - kCellBytes;
      size = kCellBytes;
      place.writable = true;
      break;
    case Space::kShared: {
      size_t first = s.own ? kernel_.shared_cells * 8 + size_t{thread.index} * kernel_.shared_slice : 0;
      place.bytes = shared_.data() + first;
      place.touch = touches_.data() + first;
      size = s.own ? kernel_.shared_slice : shared_.size();
      place.writable = true;
      break;
    }
  }
  if (at + bytes > size || at % bytes != 0) {
    Fail(&thread, "access outside of its region or not aligned, at byte " + std::to_string(at));
    return {};
  }
  place.bytes += at;
  if (defined != nullptr) place.defined = defined + at;
  if (place.touch != nullptr) place.touch += at;
  return place;
}

// Several readers: the machine does not remember which. They can only have been lanes of this warp, at a warp
// synchronisation before the last one.
bool Machine::ReadersSeen(const Thread& thread, const Touch& touch) {
  if (touch.reader != kSeveral) return Saw(thread, touch.reader, touch.read_time);
  return touch.read_time < thread.time;
}

uint64_t Machine::LoadBytes(Thread& thread, const Place& place, uint32_t at, uint32_t bytes) {
  uint64_t value = 0;
  for (uint32_t i = at; i < at + bytes; ++i) {
    if (place.defined != nullptr && !place.defined[i]) Fail(&thread, "memory is read before it is written");
    if (place.touch != nullptr) {
      Touch& touch = place.touch[i];
      if (!touch.defined) Fail(&thread, "shared memory is read before it is written");
      bool race =
          (touch.write_epoch == epoch_ && !Saw(thread, touch.writer, touch.write_time)) || touch.atomic_epoch == epoch_;
      if (race) Fail(&thread, "race: reads what another thread writes");
      // A reader that has seen the earlier reads stands for them.
      bool first = touch.read_epoch != epoch_ || ReadersSeen(thread, touch);
      touch.reader = first ? thread.index : kSeveral;
      touch.read_time = first ? thread.time : std::max(touch.read_time, thread.time);
      touch.read_epoch = epoch_;
    }
    value |= uint64_t{place.bytes[i]} << (8 * (i - at));
  }
  return value;
}

void Machine::StoreBytes(Thread& thread, const Place& place, uint32_t at, uint32_t bytes, uint64_t value) {
  for (uint32_t i = at; i < at + bytes; ++i) {
    if (place.defined != nullptr) place.defined[i] = 1;
    if (place.touch != nullptr) {
      Touch& touch = place.touch[i];
      bool race = (touch.write_epoch == epoch_ && !Saw(thread, touch.writer, touch.write_time)) ||
                  (touch.read_epoch == epoch_ && !ReadersSeen(thread, touch)) || touch.atomic_epoch == epoch_;
      if (race) Fail(&thread, "race: writes what another thread uses");
      touch.write_epoch = epoch_;
      touch.writer = thread.index;
      touch.write_time = thread.time;
      touch.defined = true;
    }
    place.bytes[i] = static_cast<uint8_t>(value >> (8 * (i - at)));
  }
}

void Machine::Load(Thread& thread, const Statement& s) {
  const uint32_t bytes = static_cast<uint32_t>(isa::BitsOf(s.type)) / 8;
  if (s.space == Space::kCells) return Fail(&thread, "cells are read");
  Place place = Locate(thread, s, bytes * static_cast<uint32_t>(s.results.size()));
  if (place.bytes == nullptr) return;
  for (uint32_t i = 0; i < s.results.size(); ++i)
    Write(thread, s.results[i], LoadBytes(thread, place, i * bytes, bytes), s.type);
}

void Machine::Store(Thread& thread, const Statement& s) {
  const uint32_t bytes = static_cast<uint32_t>(isa::BitsOf(s.type)) / 8;
  if (s.space == Space::kCells) return Fail(&thread, "store to the common cells");
  std::vector<uint64_t> values;
  for (const Operand& source : s.sources) values.push_back(Read(thread, source));
  Place place = Locate(thread, s, bytes * static_cast<uint32_t>(s.sources.size()));
  if (place.bytes == nullptr) return;
  if (!place.writable) return Fail(&thread, "store to memory that is read only");
  for (uint32_t i = 0; i < values.size(); ++i) StoreBytes(thread, place, i * bytes, bytes, values[i]);
}

namespace {

// The new value of an atomic (PTX ISA, atom); `old`, b and c have `bits` bits.
uint64_t NewValue(const Code& code, uint64_t old, uint64_t b, uint64_t c, int bits) {
  const Statement& s = *code.statement;
  auto has = [&](const char* modifier) { return HasModifier(s.opcode, modifier); };
  auto as_signed = [bits](uint64_t value) { return static_cast<int64_t>(value << (64 - bits)) >> (64 - bits); };
  const bool is_signed = s.type == Ty::kS32 || s.type == Ty::kS64;
  const bool less = is_signed ? as_signed(old) < as_signed(b) : old < b;
  if (has("add") && code.evaluator != nullptr) {
    uint64_t out = 0;
    isa::Batch batch;
    batch.count = 1;
    batch.source[0] = &old;
    batch.source[1] = &b;
    batch.result[0] = &out;
    code.evaluator->compute(batch);
    return out;
  }
  if (has("add")) return old + b;
  if (has("and")) return old & b;
  if (has("or")) return old | b;
  if (has("xor")) return old ^ b;
  if (has("exch")) return b;
  if (has("cas")) return old == b ? c : old;
  if (has("inc")) return old >= b ? 0 : old + 1;
  if (has("dec")) return old == 0 || old > b ? b : old - 1;
  if (has("min")) return less ? old : b;
  return less ? b : old;  // max
}

}  // namespace

void Machine::Atomic(Thread& thread, const Code& code) {
  const Statement& s = *code.statement;
  const int bits = isa::BitsOf(s.type);
  const uint32_t bytes = static_cast<uint32_t>(bits) / 8;
  const bool shared_cell = s.space == Space::kShared && !s.own;
  const bool common = s.space == Space::kCells || shared_cell;
  if (common && !s.results.empty() && s.results[0] != kNoReg)
    return Fail(&thread, "the order of atomics on a cell shows");
  uint64_t b = Read(thread, s.sources[0]), c = s.sources.size() > 1 ? Read(thread, s.sources[1]) : 0;
  Place place = Locate(thread, s, bytes);
  if (place.bytes == nullptr) return;
  if (!place.writable) return Fail(&thread, "atomic on memory that is read only");
  uint64_t old = 0;
  if (shared_cell) {
    for (uint32_t i = 0; i < bytes; ++i) {
      Touch& touch = place.touch[i];
      bool race = (touch.write_epoch == epoch_ && touch.writer != thread.index) ||
                  (touch.read_epoch == epoch_ && touch.reader != thread.index);
      if (race) return Fail(&thread, "race: atomic on what another thread uses");
      touch.atomic_epoch = epoch_;
    }
  }
  if (common) {
    std::memcpy(&old, place.bytes, bytes);
  } else {
    old = LoadBytes(thread, place, 0, bytes);
  }
  uint64_t value = NewValue(code, old, b, c, bits);
  if (common) {
    std::memcpy(place.bytes, &value, bytes);
  } else {
    StoreBytes(thread, place, 0, bytes, value);
  }
  if (!s.results.empty()) Write(thread, s.results[0], old, s.type);
}

}  // namespace culvert::gen
