// The serialised form of a Program: what a program cache stores and what is sent to a device in another process.
// Little-endian; versioned by bytecode::kFormatVersion; docs/npu.md specifies it.
//
//   bytes 0-7    "CULVPROG"
//   bytes 8-11   format version (u32)
//   bytes 12-15  flags (u32): bit 0 needs_parameter_memory, bit 1 has_spin_loops
//   bytes 16-23  payload size in bytes (u64); the file ends there
//   bytes 24-31  checksum of the payload (u64): FNV-1a over its bytes
//   payload      kernel info, entry, functions, code, constants, branch targets, symbols, function table, lines, files;
//                each list is a u32 count and its rows, each string a u32 length and its bytes, fields in the order of
//                program.h
#ifndef CULVERT_INCLUDE_CULVERT_PROGRAM_FORMAT_H_
#define CULVERT_INCLUDE_CULVERT_PROGRAM_FORMAT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/culvert/program.h"

namespace culvert {

// A program whose lists are longer than 2^32 - 1 rows cannot exist: instruction indices are 32 bits wide.
std::string SerializeProgram(const Program& program);

// kInvalidImage if the bytes are not such a program: wrong magic, another version, damaged, cut off, or any index
// or offset in it out of range (ValidateProgram).
absl::StatusOr<Program> DeserializeProgram(std::string_view bytes);

// Checks every index and offset that connects the parts of a program: ranges of functions, branch and call targets,
// guard regions, constants, symbols, tables, lines. kInvalidImage otherwise. Whether operands lie inside their window
// is checked by the NPU that runs the program.
absl::Status ValidateProgram(const Program& program);

}  // namespace culvert

#endif  // CULVERT_INCLUDE_CULVERT_PROGRAM_FORMAT_H_
