// Device code in several texts: programs built with -rdc=true, whose device linker's output holds machine code while
// the PTX stays in the fatbins of the objects it was linked from; and our own linker's output.
#ifndef CULVERT_COMPILER_FATBIN_LINKED_IMAGE_H_
#define CULVERT_COMPILER_FATBIN_LINKED_IMAGE_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "compiler/compiler.h"
#include "compiler/fatbin/fatbin_reader.h"

namespace culvert::compiler::fatbin {

// The PTX of every object of a linked program. `images` is the wrapper's null-terminated array of addresses of fatbins.
// The vendor's device runtime, which is linked into every such program, is left out. Objects without PTX that fits are
// counted. kNoBinaryForDevice if no object has any; kInvalidImage if a fatbin is corrupt or the texts are too large.
absl::StatusOr<SelectedImage> SelectLinked(const void* const* images, uint32_t device_capability);

// All texts of a linked image (kLinkedMagic), in order.
absl::StatusOr<SelectedImage> SelectLinkedImage(const void* data, size_t size_bytes);

// Adds the text of an entry. kInvalidImage if it has more than *budget_bytes, of which its size is taken; other errors
// as of PtxText.
absl::Status AddText(const Entry& entry, uint64_t* budget_bytes, SelectedImage* image);

}  // namespace culvert::compiler::fatbin

#endif  // CULVERT_COMPILER_FATBIN_LINKED_IMAGE_H_
