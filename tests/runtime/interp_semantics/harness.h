// Harness: runs one bytecode operation on one register window with the handlers of one instruction set, and checks
// every lane against a reference that computes one lane in plain scalar code.
#ifndef CULVERT_TESTS_RUNTIME_INTERP_SEMANTICS_HARNESS_H_
#define CULVERT_TESTS_RUNTIME_INTERP_SEMANTICS_HARNESS_H_

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "include/culvert/bytecode.h"
#include "runtime/npu/interp/handler.h"

namespace culvert::npu::semantics {

// Operands of one lane. A predicate operand is 0 or 1.
struct Operands {
  uint64_t a = 0, b = 0, c = 0, x = 0;
  uint16_t flags = 0;  // Instruction::x, where x is no operand
  int32_t imm = 0;
};
// `flag` is the second result, where the operation has one.
struct Result {
  uint64_t value = 0;
  bool flag = false;
};

// One operation. `types` is "<result>=<a><b><c><x>", one letter each:
//   w d   32, 64 bits of integer        s  32 bits, mostly a small number (shift amounts, field positions)
//   f F   f32, f64                      h H b B  f16, f16x2, bf16, bf16x2 in 32 bits
//   p     predicate                     -  not used
struct Case {
  bytecode::Op op;
  std::string types;
  std::vector<uint16_t> flags;  // values of Instruction::x to try; empty: 0
  std::function<Result(const Operands&)> reference;
  char flag_field = 0;  // 'c' or 'x': the field that names the second result, a predicate
  int rounds = 40;      // batches of 32 lanes per flag value
};

// The cases of each group of bytecode.def.
std::vector<Case> IntegerCases();
std::vector<Case> BitCases();
std::vector<Case> FloatCases();
std::vector<Case> CompareCases();
std::vector<Case> ConvertCases();
std::vector<Case> HalfCases();
std::vector<Case> ApproxCases();

const char* NameOf(bytecode::Op op);

// The instruction sets this CPU can run; says on stdout which it cannot.
const std::vector<const HandlerSet*>& Sets();

// Register window of a test: 64 predicates, then slots. Operands lie in fixed slots.
inline constexpr int kPredicates = 64, kSlots = 24;
struct alignas(128) Window {
  uint32_t predicates[kPredicates];
  uint32_t slots[kSlots][32];
};

// Runs the single instruction `instruction` on `window` with `mask`; full: with the handlers for all lanes.
void RunOne(const HandlerSet& set, const bytecode::Instruction& instruction, Window* window, uint32_t mask, bool full);

// A value of the type with this letter: special ones often.
uint64_t RandomValue(char type, std::mt19937_64* random);

// Runs a case on all sets; reports failures to GoogleTest.
void Check(const Case& test);

}  // namespace culvert::npu::semantics

#endif  // CULVERT_TESTS_RUNTIME_INTERP_SEMANTICS_HARNESS_H_
