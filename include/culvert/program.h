// Program: what the compiler hands to an NPU for one kernel. Self-contained and position-independent: variables are
// named symbols that the loader resolves; no host pointer occurs in it. docs/npu.md specifies the serialised form.
#ifndef CULVERT_INCLUDE_CULVERT_PROGRAM_H_
#define CULVERT_INCLUDE_CULVERT_PROGRAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "include/culvert/bytecode.h"
#include "include/culvert/kernel_info.h"

namespace culvert {

// Where an instruction came from. Sorted by `instruction`; an entry holds until the next one.
struct SourceLine {
  uint32_t instruction = 0;  // index into Program::code
  uint32_t ptx_line = 0;     // 1-based line of the PTX text
  uint32_t file = 0;         // index + 1 into Program::files of the .loc in force; 0 = none
  uint32_t line = 0;         // line in that file
};

struct ProgramFunction {
  std::string name;
  uint32_t first_instruction = 0;  // index into Program::code
  uint32_t instruction_count = 0;
  uint32_t predicate_count = 0;
  uint32_t slot_count = 0;      // of the whole window, predicate area included, in slots of 128 bytes
  uint32_t first_constant = 0;  // index into Program::constants
  uint32_t constant_count = 0;
  uint32_t local_bytes = 0;     // per lane: variables, then the outgoing argument area at the end; multiple of 16
  uint32_t argument_bytes = 0;  // size of the incoming argument area, which ends at this frame's local base
};

// A function whose address is taken anywhere in the module. `id` is the same for every kernel of the module, so a
// pointer stored by one kernel can be called by another. Descriptor address = kFunctionAddressBase + id * 16.
struct FunctionTableEntry {
  uint32_t id = 0;
  uint32_t function = 0;  // index into Program::functions
};
inline constexpr uint64_t kFunctionAddressBase = uint64_t{0x0f} << 56;

struct Program {
  KernelInfo info;
  uint32_t entry = 0;  // index into functions
  std::vector<ProgramFunction> functions;
  std::vector<bytecode::Instruction> code;  // extensions included
  std::vector<bytecode::ConstantInit> constants;
  std::vector<uint32_t> branch_targets;            // of BRX, relative to the function's first instruction
  std::vector<std::string> symbols;                // module variables whose address the program uses
  std::vector<FunctionTableEntry> function_table;  // sorted by id
  std::vector<SourceLine> lines;
  std::vector<std::string> files;
  bool needs_parameter_memory = false;  // a kParameterAddress constant occurs
  bool has_spin_loops = false;          // blocks may wait for other blocks: hand out blocks one by one
};

// A module-scope variable (.global, .const), in the order of the text.
struct ModuleVariable {
  std::string name;
  uint64_t size_bytes = 0;
  uint32_t align_bytes = 1;
  bool is_constant = false;      // .const: not writable by kernels
  bool is_external = false;      // .extern: defined by another module
  bool is_weak = false;          // .weak or .common
  bool is_managed = false;       // .attribute(.managed)
  bool is_visible = false;       // .visible or .weak: found by name
  std::vector<uint8_t> initial;  // may be shorter than size_bytes; the rest is zero
  // Addresses inside the initial value: at offset_bytes lies (address of symbol) + addend, width_bytes wide.
  struct AddressInit {
    uint64_t offset_bytes = 0;
    uint32_t width_bytes = 8;
    std::string symbol;        // variable or function
    bool is_function = false;  // then the value is the function's descriptor address
    uint32_t function_id = 0;
    int64_t addend = 0;
  };
  std::vector<AddressInit> addresses;
};

}  // namespace culvert

#endif  // CULVERT_INCLUDE_CULVERT_PROGRAM_H_
