// Recognises ELF images and says what they are for. Their machine code is never read: no core executes it.
#ifndef CULVERT_COMPILER_FATBIN_ELF_IMAGE_H_
#define CULVERT_COMPILER_FATBIN_ELF_IMAGE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace culvert::compiler::fatbin {

inline constexpr size_t kElfHeaderBytes = 64;

// Why an ELF image cannot be loaded. `header` is its start, at least kElfHeaderBytes unless the image ends before.
// kNoBinaryForDevice for GPU machine code (the message names the architecture and how to rebuild with PTX),
// kInvalidImage for every other ELF file.
absl::Status RefuseElf(std::string_view header);

// What a user does about missing PTX; the end of every such message. `arch` is an example architecture.
std::string RebuildAdvice(unsigned arch);

}  // namespace culvert::compiler::fatbin

#endif  // CULVERT_COMPILER_FATBIN_ELF_IMAGE_H_
