// PreparedProgramImpl: a verified program with its constants sorted by how often they must be filled in again.
#ifndef CULVERT_RUNTIME_NPU_INTERP_PREPARED_PROGRAM_H_
#define CULVERT_RUNTIME_NPU_INTERP_PREPARED_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/npu/interp/block_runner.h"

namespace culvert::npu {

struct PreparedFunction {
  const bytecode::Instruction* code = nullptr;  // first instruction
  uint32_t index = 0;
  uint32_t instruction_count = 0;
  uint64_t window_bytes = 0;  // with slack behind it: an operand's slot number is below slot_count, whatever its width
  uint32_t local_bytes = 0;
  bool uses_alloca = false;
  // Constants the code never writes and that hold for a launch; the others are filled in before every use of the
  // window.
  std::vector<bytecode::ConstantInit> launch_constants;
  std::vector<bytecode::ConstantInit> block_constants;
};

class PreparedProgramImpl final : public PreparedProgram {
 public:
  PreparedProgramImpl(std::shared_ptr<const Program> program, std::vector<uint64_t> symbol_addresses)
      : program_(std::move(program)), symbol_addresses(std::move(symbol_addresses)) {}
  const Program& program() const override { return *program_; }

  // Index of the function whose descriptor address this is, or -1.
  int64_t FunctionAt(uint64_t descriptor) const;

 private:
  std::shared_ptr<const Program> program_;

 public:
  std::vector<uint64_t> symbol_addresses;
  std::vector<PreparedFunction> functions;
};

// verify.cc: kInvalidImage if the code could do anything outside what docs/npu.md allows (operands outside the window,
// jumps outside the function or into an extension, malformed GUARD regions).
absl::Status VerifyProgram(const Program& program);

// The operands of an operation, from its row in bytecode.def.
enum class OperandKind : uint8_t { kNone, kRegister, kPredicate, kEither };
struct OperandKinds {
  OperandKind dst = OperandKind::kNone, a = OperandKind::kNone, b = OperandKind::kNone, c = OperandKind::kNone,
              x = OperandKind::kNone;
  bool has_extension = false;
  bool writes_extension = false;  // the extension's slots are results
  uint8_t dst_slots = 2;          // the most slots the result can take
};
const OperandKinds& KindsOf(bytecode::Op op);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_PREPARED_PROGRAM_H_
