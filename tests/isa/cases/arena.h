// A piece of memory in one state space, the same for every space, and how the lanes access it: what the cases of ld, st
// and their like share.
#ifndef CULVERT_TESTS_ISA_CASES_ARENA_H_
#define CULVERT_TESTS_ISA_CASES_ARENA_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/isa/cases/kernel_text.h"

namespace culvert::isa {

// Two full warps and one of 18 lanes.
constexpr uint32_t kArenaThreads = 82;
// Bytes per thread of a buffer of register contents: up to eight 64-bit registers.
constexpr uint32_t kValueBytes = 64;
constexpr uint32_t kIdle = 0xffffffff;  // offset of a thread that does not execute the instruction

// The opcode's modifier of the state space: "" (generic), ".shared::cta", ...
std::string SpaceOf(const std::string& opcode);

// Buffers of the kernel: 0 offsets, 1 the memory before (and, in .global, the arena itself), 2 register contents.
// Stores have a buffer 3: the memory after, of every thread if it is private.
struct Arena {
  std::string space;
  uint32_t bytes = 0;
  bool is_private = false;   // each thread has its own
  bool has_window = false;   // addresses are small: 32-bit registers hold them
  std::string module_scope;  // the variable `data`
  std::string parameters;    // or the parameter
  std::string setup;         // fills it; its address is then in %d30. Labels COPY_IN, COPIED_IN
  std::string teardown;      // copies it to buffer 3. Labels COPY_OUT, COPIED_OUT
  bool is_buffer() const { return space.empty() || space == ".global"; }
};
// `before`: the contents, for spaces that are filled when the module is loaded.
Arena ArenaIn(const std::string& space, uint32_t bytes, const Bytes& before);
// How large arenas are in a space.
uint32_t ArenaBytes(const std::string& space);

// How an access is written and which lanes execute it.
struct AccessForm {
  const char* name;
  enum Pattern : uint8_t { kScattered, kContiguous, kUniform } pattern;
  uint32_t least_register_bits;  // registers at least so wide, where the type allows wider ones
  int displacement;              // of the address operand
  enum Lanes : uint8_t { kAll, kGuarded, kBranch } lanes;
  bool narrow_address;  // in a 32-bit register, where the space allows it
};
extern const AccessForm kAccessForms[4];

// Per thread the byte offset into the arena, or kIdle.
std::vector<uint32_t> OffsetsFor(const AccessForm& form, const struct Element& element, const Arena& arena);

// The registers of an access: "{%r5, %r6}" and how wide each is.
struct AccessRegisters {
  uint32_t bits = 0;
  std::vector<std::string> names;
  std::string Text() const;
};
AccessRegisters RegistersFor(const AccessForm& form, const struct Element& element);

// PTX up to the statement: offsets, arena, address in "%d32" or "%r32", whether to execute in %p1, a policy in %d20.
std::string AccessPrologue(const AccessForm& form, const Arena& arena);
// "[%d32+16]"
std::string AddressOperand(const AccessForm& form, const Arena& arena);
// The statement with its guard or the branch around it. Label SKIP.
std::string Executed(const AccessForm& form, const std::string& statement);
// Moves registers from or to buffer 2.
std::string TransferValues(const AccessRegisters& registers, bool load);

// What the cases of loads and of stores begin with: one instruction in one form, on an arena of random contents.
struct Access {
  Access(const std::string& opcode, const AccessForm& form, uint64_t seed);

  struct Element element;
  Bytes before;
  Arena arena;
  AccessRegisters registers;
  std::vector<uint32_t> offsets;
  std::string policy;  // ", %d20", if the opcode takes one
};

// A case whose threads each have a row of random bytes (buffer 0, address in %d10) and a row for results (buffer 1,
// zero before, address in %d11).
constexpr uint32_t kRowBytes = 64;
// Fills `out` with what the result row of a thread must hold, given its random row.
using ExpectedRow = std::function<void(uint32_t thread, const uint8_t* in, uint8_t* out)>;
Case RowCase(const std::string& name, const std::string& body, const ExpectedRow& expected,
             const std::string& module_scope = "");

// Vectors that PTX has: 16 bytes; generic and in .global also 8 x 32 and 4 x 64 bits.
bool IsVectorOfPtx(const std::string& opcode);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_CASES_ARENA_H_
