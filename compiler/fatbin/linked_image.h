// Programs built with -rdc=true: the device linker's output holds machine code, and the PTX stays in the fatbins of the
// objects it was linked from.
#ifndef CULVERT_COMPILER_FATBIN_LINKED_IMAGE_H_
#define CULVERT_COMPILER_FATBIN_LINKED_IMAGE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "compiler/compiler.h"

namespace culvert::compiler::fatbin {

// The PTX of a linked program, if one object holds all of it. `images` is the wrapper's null-terminated array of
// addresses of fatbins. The vendor's device runtime, which is linked into every such program, does not count.
// kNotSupported if code of several objects, or of the device runtime, would have to be linked (the message names it);
// kNoBinaryForDevice if no object has PTX that fits; kInvalidImage if a fatbin is corrupt.
absl::StatusOr<SelectedImage> SelectLinked(const void* const* images, uint32_t device_capability);

}  // namespace culvert::compiler::fatbin

#endif  // CULVERT_COMPILER_FATBIN_LINKED_IMAGE_H_
