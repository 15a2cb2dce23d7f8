#include "tests/runtime/interp_semantics/harness.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gtest/gtest.h"

namespace culvert::npu::semantics {
namespace {

using bytecode::Instruction;
using bytecode::Op;

constexpr int kFirstSlot = sizeof(Window::predicates) / bytecode::kSlotBytes;
constexpr int kSlotA = kFirstSlot, kSlotB = kFirstSlot + 2, kSlotC = kFirstSlot + 4, kSlotX = kFirstSlot + 6;
constexpr int kSlotResult = kFirstSlot + 8;
constexpr int kPredicateA = 3, kPredicateB = 4, kPredicateC = 5, kPredicateX = 6, kPredicateResult = 7,
              kPredicateFlag = 8;

// Ends the chain of handlers: stands in the tables for EXIT.
CULVERT_PRESERVE_NONE void EndOfTest(const Instruction*, uint8_t*, uint32_t, Exec*, const HandlerTable*) {}

bool IsWide(char type) { return type == 'd' || type == 'F'; }

uint64_t ReadLane(const Window& window, int slot, int lane, bool wide) {
  const uint8_t* address = reinterpret_cast<const uint8_t*>(&window) + slot * bytecode::kSlotBytes;
  if (wide) {
    uint64_t value;
    std::memcpy(&value, address + lane * 8, 8);
    return value;
  }
  uint32_t value;
  std::memcpy(&value, address + lane * 4, 4);
  return value;
}
void WriteLane(Window* window, int slot, int lane, bool wide, uint64_t value) {
  uint8_t* address = reinterpret_cast<uint8_t*>(window) + slot * bytecode::kSlotBytes;
  uint32_t low = static_cast<uint32_t>(value);
  if (wide) {
    std::memcpy(address + lane * 8, &value, 8);
  } else {
    std::memcpy(address + lane * 4, &low, 4);
  }
}

// Operand fields of a case: their letters, slots and predicate numbers.
struct Field {
  char type;
  int slot, predicate;
  uint64_t Operands::* member;
  uint16_t Number() const { return type == 'p' ? predicate : slot; }
};
std::vector<Field> FieldsOf(const Case& test) {
  std::string sources = test.types.substr(2) + "----";
  return {{sources[0], kSlotA, kPredicateA, &Operands::a},
          {sources[1], kSlotB, kPredicateB, &Operands::b},
          {sources[2], kSlotC, kPredicateC, &Operands::c},
          {sources[3], kSlotX, kPredicateX, &Operands::x}};
}

struct Batch {
  Window window;
  Operands lanes[32];
  Result expected[32];
};

Batch MakeBatch(const Case& test, uint16_t flags, int32_t imm, std::mt19937_64* random) {
  Batch batch;
  for (uint32_t& predicate : batch.window.predicates) predicate = static_cast<uint32_t>((*random)());
  for (auto& slot : batch.window.slots) {
    for (uint32_t& lane : slot) lane = static_cast<uint32_t>((*random)());
  }
  for (int lane = 0; lane < 32; ++lane) {
    Operands& operands = batch.lanes[lane];
    operands.flags = flags;
    operands.imm = imm;
    for (const Field& field : FieldsOf(test)) {
      if (field.type == '-') continue;
      if (field.type == 'p') {
        operands.*field.member = (batch.window.predicates[field.predicate] >> lane) & 1;
        continue;
      }
      uint64_t value = RandomValue(field.type, random);
      operands.*field.member = value;
      WriteLane(&batch.window, field.slot, lane, IsWide(field.type), value);
    }
    if (test.op == Op::LDIP) operands.a = (imm >> lane) & 1;
    batch.expected[lane] = test.reference(operands);
  }
  return batch;
}

Instruction MakeInstruction(const Case& test, uint16_t flags, int32_t imm) {
  std::vector<Field> fields = FieldsOf(test);
  Instruction instruction{
      test.op, bytecode::kNoOperand, fields[0].Number(), fields[1].Number(), fields[2].Number(), flags, imm};
  instruction.dst = test.types[0] == 'p' ? kPredicateResult : kSlotResult;
  if (fields[3].type != '-') instruction.x = fields[3].Number();
  if (test.flag_field == 'c') instruction.c = kPredicateFlag;
  if (test.flag_field == 'x') instruction.x = kPredicateFlag;
  return instruction;
}

std::string Describe(const HandlerSet& set, const Case& test, const Operands& operands, uint64_t got, uint64_t want) {
  char text[400];
  std::snprintf(text, sizeof(text),
                "%s %s x=0x%x a=0x%" PRIx64 " b=0x%" PRIx64 " c=0x%" PRIx64 " d=0x%" PRIx64 ": got 0x%" PRIx64
                ", want 0x%" PRIx64,
                set.name, NameOf(test.op), operands.flags, operands.a, operands.b, operands.c, operands.x, got, want);
  return text;
}

// Runs the batch and compares. The expected window is the old one with the results of the lanes of `mask`.
bool Matches(const HandlerSet& set, const Case& test, const Batch& batch, const Instruction& instruction, uint32_t mask,
             bool full) {
  Window expected = batch.window, got = batch.window;
  RunOne(set, instruction, &got, mask, full);
  bool wide = IsWide(test.types[0]);
  for (int lane = 0; lane < 32; ++lane) {
    if (!(mask >> lane & 1)) continue;
    uint64_t value = batch.expected[lane].value;
    auto set_bit = [&](uint32_t* bits, bool bit) { *bits = (*bits & ~(1u << lane)) | uint32_t{bit} << lane; };
    if (test.types[0] == 'p') {
      set_bit(&expected.predicates[instruction.dst], value & 1);
      if ((got.predicates[instruction.dst] >> lane & 1) != (value & 1)) {
        ADD_FAILURE() << Describe(set, test, batch.lanes[lane], got.predicates[instruction.dst] >> lane & 1, value);
        return false;
      }
    } else if (test.types[0] != '-') {
      WriteLane(&expected, instruction.dst, lane, wide, value);
      uint64_t result = ReadLane(got, instruction.dst, lane, wide);
      if (result != value) {
        ADD_FAILURE() << Describe(set, test, batch.lanes[lane], result, value);
        return false;
      }
    }
    if (test.flag_field != 0) set_bit(&expected.predicates[kPredicateFlag], batch.expected[lane].flag);
  }
  if (std::memcmp(&expected, &got, sizeof(Window)) != 0) {
    ADD_FAILURE() << set.name << " " << NameOf(test.op) << " x=" << instruction.x << " mask=" << mask
                  << ": the second result is wrong, or lanes or registers that are none of its business changed";
    return false;
  }
  return true;
}

// CULVERT_TEST_EFFORT multiplies the number of random batches, for long runs.
int Effort() {
  const char* text = std::getenv("CULVERT_TEST_EFFORT");
  int effort = text == nullptr ? 1 : std::atoi(text);
  return effort > 1 ? effort : 1;
}

}  // namespace

const char* NameOf(Op op) {
  static const char* const kNames[] = {
#define CULVERT_OP(name, operands, comment) #name,
#include "include/culvert/bytecode.def"
#undef CULVERT_OP
  };
  return kNames[static_cast<int>(op)];
}

const std::vector<const HandlerSet*>& Sets() {
  static const std::vector<const HandlerSet*>& sets = *[] {
    auto* found = new std::vector<const HandlerSet*>;
    for (const char* name : {"baseline", "v3", "v4"}) {
      if (const HandlerSet* set = HandlersNamed(name); set != nullptr) {
        found->push_back(set);
      } else {
        std::printf("not tested: handlers \"%s\", this CPU cannot run them\n", name);
      }
    }
    return found;
  }();
  return sets;
}

void RunOne(const HandlerSet& set, const Instruction& instruction, Window* window, uint32_t mask, bool full) {
  HandlerTable table = full ? set.full : set.partial;
  table.handlers[static_cast<int>(Op::EXIT)] = &EndOfTest;
  Instruction code[2] = {instruction, {Op::EXIT, 0, 0, 0, 0, 0, 0}};
  table.handlers[static_cast<int>(instruction.op)](code, reinterpret_cast<uint8_t*>(window), mask, nullptr, &table);
  uint32_t control;
  asm volatile("stmxcsr %0" : "=m"(control));
  if ((control & ~0x3fu) != 0x1f80) {
    ADD_FAILURE() << set.name << " " << NameOf(instruction.op) << " leaves MXCSR " << control;
    control = 0x1f80;
    asm volatile("ldmxcsr %0" : : "m"(control));
  }
}

void Check(const Case& test) {
  std::mt19937_64 random(static_cast<int>(test.op) + 1);
  const int rounds = test.rounds * Effort();
  std::vector<uint16_t> all_flags = test.flags.empty() ? std::vector<uint16_t>{0} : test.flags;
  for (uint16_t flags : all_flags) {
    for (int round = 0; round < rounds; ++round) {
      int32_t imm = static_cast<int32_t>(random());
      Batch batch = MakeBatch(test, flags, imm, &random);
      Instruction instruction = MakeInstruction(test, flags, imm);
      uint32_t mask = static_cast<uint32_t>(random());
      if (mask == 0) mask = 1;
      Instruction in_place = instruction;
      in_place.dst = test.types[0] == 'p' ? instruction.dst : instruction.a;
      bool can_alias = test.types[0] != 'p' && test.types[0] != '-' && IsWide(test.types[0]) == IsWide(test.types[2]) &&
                       test.types[2] != 'p' && test.types[2] != '-';
      for (const HandlerSet* set : Sets()) {
        if (!Matches(*set, test, batch, instruction, ~0u, true)) return;
        if (!Matches(*set, test, batch, instruction, mask, false)) return;
        if (can_alias && !Matches(*set, test, batch, in_place, mask, false)) return;
      }
    }
  }
}

}  // namespace culvert::npu::semantics
