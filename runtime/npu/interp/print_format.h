// Device printf: formats one call's text from kernel memory. CUDA C++ Programming Guide, "Formatted output".
#ifndef CULVERT_RUNTIME_NPU_INTERP_PRINT_FORMAT_H_
#define CULVERT_RUNTIME_NPU_INTERP_PRINT_FORMAT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace culvert::npu {

// Reads bytes of kernel memory; false if they may not be read.
using MemoryReader = std::function<bool(uint64_t address, void* target, uint32_t bytes)>;

// A NUL-terminated string in kernel memory, cut at `limit` bytes; nullopt if it cannot be read.
std::optional<std::string> ReadString(const MemoryReader& read, uint64_t address, size_t limit);

struct FormattedText {
  std::string text;
  int arguments = 0;         // conversions that took an argument
  uint64_t bad_address = 0;  // not 0: memory that could not be read
};
// `arguments` is the buffer that the compiler lays out: each value at the next multiple of its size (4 or 8), floats as
// f64. At most 32 arguments; unknown conversions are printed as they stand, as CUDA does.
FormattedText FormatPrintf(const MemoryReader& read, uint64_t format, uint64_t arguments);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_PRINT_FORMAT_H_
