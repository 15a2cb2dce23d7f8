// What the functions of one program share while they are lowered: which module functions are in it and under which
// number, the module variables it names, and the layout of the scratchpad.
#ifndef CULVERT_COMPILER_BYTECODE_PROGRAM_CONTEXT_H_
#define CULVERT_COMPILER_BYTECODE_PROGRAM_CONTEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "compiler/bytecode/lir.h"
#include "compiler/ptx/module.h"
#include "include/culvert/bytecode.h"

namespace culvert::lowering {

// LIR-only constant kind: offset in the scratchpad of shared variable `symbol` (index of ProgramContext) + value.
inline constexpr bytecode::ConstantKind kSharedOffset = bytecode::ConstantKind::kCount;

class ProgramContext {
 public:
  explicit ProgramContext(const ptx::Module& module) : module_(module) {}

  const ptx::Module& module() const { return module_; }

  // Program function number of module function `index`; the function joins the program at its first mention.
  uint32_t FunctionNumber(uint32_t index);
  // Module function index of each program function, in program order. Grows while functions are lowered.
  const std::vector<uint32_t>& functions() const { return functions_; }

  // A function lowered so far takes the address of module function `index`.
  void NoteAddressTaken(uint32_t index) { address_taken_.push_back(index); }
  const std::vector<uint32_t>& address_taken() const { return address_taken_; }

  uint32_t SymbolNumber(std::string_view name);
  const std::vector<std::string>& symbols() const { return symbols_; }

  // `owner` distinguishes body-scope variables of different functions; module scope uses the module itself.
  uint32_t SharedNumber(const void* owner, uint32_t index, const ptx::Variable& variable);
  // Places all shared variables: static ones one after the other, then the dynamic part, where every external one
  // starts. Call after all functions are lowered.
  void PlaceShared();
  // Turns the shared-variable constants of a function into numbers. After PlaceShared.
  void ResolveShared(LirFunction& function) const;
  uint32_t static_shared_bytes() const { return static_shared_bytes_; }
  uint32_t shared_align() const { return shared_align_; }
  // %reserved_smem_offset_*: reserves the system's part at the start of the scratchpad.
  void ReserveSystemShared() { reserves_system_shared_ = true; }

  // kInvalidPtx in the module's standard form, for an error at `position` inside function `function`.
  absl::Status ErrorAt(ptx::SourcePosition position, uint32_t code, std::string message, std::string_view function,
                       std::string hint = "") const;

 private:
  struct SharedVariable {
    uint64_t size_bytes;
    uint32_t align_bytes;
    bool is_external;
    uint64_t offset = 0;
  };

  const ptx::Module& module_;
  std::vector<uint32_t> functions_;
  absl::flat_hash_map<uint32_t, uint32_t> function_numbers_;
  std::vector<uint32_t> address_taken_;
  std::vector<std::string> symbols_;
  absl::flat_hash_map<std::string, uint32_t> symbol_numbers_;
  std::vector<SharedVariable> shared_;
  absl::flat_hash_map<std::pair<const void*, uint32_t>, uint32_t> shared_numbers_;
  uint32_t static_shared_bytes_ = 0;
  uint32_t shared_align_ = 1;
  bool reserves_system_shared_ = false;
};

// An argument area: parameters at increasing offsets with their PTX alignment, then the return values; the total is
// rounded to 16. The area ends at the callee's local base, so offset o of it is frame offset o - total_bytes there.
struct ArgumentLayout {
  std::vector<uint32_t> parameters;
  std::vector<uint32_t> returns;
  uint32_t total_bytes = 0;
};
ArgumentLayout LayOutArguments(const std::vector<ptx::Parameter>& parameters,
                               const std::vector<ptx::Parameter>& returns);

}  // namespace culvert::lowering

#endif  // CULVERT_COMPILER_BYTECODE_PROGRAM_CONTEXT_H_
