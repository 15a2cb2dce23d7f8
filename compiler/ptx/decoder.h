// From the text of an opcode ("ld.global.nc.v2.f32") to the table rows whose modifiers accept it, decoded.
#ifndef CULVERT_COMPILER_PTX_DECODER_H_
#define CULVERT_COMPILER_PTX_DECODER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/ptx/diagnostics.h"
#include "compiler/ptx/instructions.h"

namespace culvert::ptx {

// One row that accepts the modifiers; which one holds is decided by the operands.
struct Candidate {
  const InstructionRow* row = nullptr;
  Instruction prototype;         // fields decoded, no operands
  ModifierMatch match;           // gates
  bool has_cache_hint = false;   // .L2::cache_hint: the operand `policy` is present
  std::string_view memory_hint;  // a hint of ld, st, atom or red that only global memory has, or empty
  bool gates_ok = true;          // for the module's .version and .target
  bool is_removed = false;       // the form existed in older versions or for older targets only
};

// What is wrong with an opcode or an operand list; positions are relative to the statement.
struct Problem {
  DiagnosticCode code = kSyntax;
  std::string message;
  std::string hint;
  size_t offset = 0;  // opcode: byte offset into its text; operands: index of the operand
};

class InstructionDecoder {
 public:
  InstructionDecoder(uint32_t version, uint32_t target) : version_(version), target_(target) {}

  // The candidates for `text`, those whose gates hold first; never empty. nullptr: *problem says what is wrong.
  // The result lives as long as the decoder; repeated texts are answered from a map.
  const std::vector<Candidate>* Decode(std::string_view text, Problem* problem);

 private:
  using Candidates = std::vector<Candidate>;

  uint32_t version_;
  uint32_t target_;
  absl::flat_hash_map<std::string_view, std::unique_ptr<Candidates>> cache_;
};

// Is it a form that newer modules cannot have: shfl and vote without .sync, for sm_70 and higher from PTX ISA 6.4 on?
bool IsRemoved(const Instruction& instruction, uint32_t version, uint32_t target);
// "'mnemonic.x' needs .version 7.0": for a candidate whose gates do not hold.
Problem GateProblem(const Candidate& candidate, uint32_t version, uint32_t target);
// Up to `limit` forms of the rows, one per line, for hints.
std::string FormsHint(Opcode opcode, size_t limit);

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_DECODER_H_
