// Writes a fatbin with PTX entries: what `culvert cc` embeds into host objects, and what our linker gives out.
#ifndef CULVERT_COMPILER_FATBIN_FATBIN_WRITER_H_
#define CULVERT_COMPILER_FATBIN_FATBIN_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/fatbin/fatbin_format.h"

namespace culvert::compiler::fatbin {

enum class Compression : uint8_t { kNone, kLz4, kZstd };

struct PtxImage {
  uint32_t arch = 0;     // 80 for compute_80
  std::string text;      // PTX without a NUL at its end
  std::string name;      // source file shown in diagnostics; may be empty
  uint32_t version = 0;  // of its .version line, major * 10 + minor; 0: read from the text
};

// A fatbin with one entry per image, in the order given. The entry's ISA version is read from the text's .version
// line; kInvalidPtx if there is none or the text has NUL bytes or more than kMaxTextBytes. With kLinkedMagic a linked
// image: all texts are one program.
absl::StatusOr<std::string> WriteFatbin(const std::vector<PtxImage>& images, Compression compression,
                                        uint32_t magic = kFatbinMagic);

}  // namespace culvert::compiler::fatbin

#endif  // CULVERT_COMPILER_FATBIN_FATBIN_WRITER_H_
